//! A program that is compiled once and asked often: the handle of every binding.

use super::describe::describe_with;
use super::request::{Found, Request};
use super::{Out, evaluate_with, explain_with, head, live, told};
use crate::diag::Diagnostic;
use crate::node::read_json;
use crate::program::{Data, Program};
use serde_json::json;
use std::collections::BTreeMap;

/// A program and what was said when it compiled. Nothing changes it, so that several threads may ask it at once.
///
/// # Example
/// ```
/// use referral_rules::wire::{Compiled, evaluate_json, is_ok};
/// let program = r#""program": {"standard": "customer-referrals"}"#;
/// let compiled = Compiled::new(&format!("{{{program}}}"))?;
///
/// let asked = r#""book": {"referrals": []}, "as_of": "2026-04-01""#;
/// let answer = compiled.evaluate_json(&format!("{{{asked}}}"));
/// assert!(is_ok(&answer), "{answer}");
/// assert_eq!(answer, evaluate_json(&format!("{{{program}, {asked}}}")));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
pub struct Compiled {
    /// The program.
    pub program: Program,
    /// What may not be as it was meant.
    pub warnings: Vec<Diagnostic>,
}

impl Compiled {
    /// Compiles the program of a request, `{"program": …}`.
    ///
    /// # Errors
    /// The answer that says what is wrong, the same as that of [`compile_json`](super::compile_json).
    pub fn new(request: &str) -> Result<Self, String> {
        let (node, syntax) = read_json(request);
        let mut faults = Found::of(syntax);
        let compiled = node.filter(|_| faults.is_empty()).and_then(|node| {
            let request = Request { node: &node, text: request, compiled: None, beside: None };
            request.check_keys(&[], &mut faults);
            request.program(&mut faults)
        });
        compiled.filter(|_| faults.is_empty()).ok_or_else(|| told(faults, request))
    }

    /// Compiles one document, the text of which is TOML or JSON.
    ///
    /// # Errors
    /// The answer that says what is wrong.
    pub fn from_document(text: &str) -> Result<Self, String> {
        Self::new(&json!({ "program": text }).to_string())
    }

    /// The good answer of [`compile_json`](super::compile_json): id, versions, time zone, warnings, data.
    pub fn answer(&self) -> String {
        let mut out: Out = head(&self.program);
        out.put("time_zone", self.program.zone.name());
        out.put("warnings", &self.warnings);
        let data: BTreeMap<&str, &Data> =
            self.program.versions.iter().map(|version| (version.name.as_str(), &version.data)).collect();
        out.put("data", &data);
        out.finished()
    }

    /// [`evaluate_json`](super::evaluate_json) of a request without `program`.
    pub fn evaluate_json(&self, request: &str) -> String {
        evaluate_with(Some(self), request)
    }

    /// [`explain_json`](super::explain_json) of a request without `program`.
    pub fn explain_json(&self, request: &str) -> String {
        explain_with(Some(self), request)
    }

    /// Takes in news, one step of [`live`](crate::live): a request with
    ///
    /// | key | what |
    /// | --- | --- |
    /// | `news` | tables with the rows that are new, in the form of a `book`: none, and only the clock goes on |
    /// | `as_of` | the moment up to which they are known, and to which the clock goes on |
    /// | `states` | an object of the stored states by their keys, `null` for a key that has none yet |
    ///
    /// The answer's `step` says what came of it: `done`, with `entries`, `decisions`, `findings` and `states`, a list of
    /// `key`, `wakes_at` and `state`, a text to be stored as it is; or `needs states`, with the `keys` to hand in as well; or
    /// `needs history`, with the `keys` whose rows [`Compiled::rebuild_json`] wants. Entries and states are stored together.
    ///
    /// # Example
    /// ```
    /// use referral_rules::wire::Compiled;
    /// let compiled = Compiled::from_document(r#"{"schema": 1, "id": "acme", "version": "1", "in_force": {"first_day": "2026-01-01"},
    ///     "currency": "USD", "time_zone": "UTC",
    ///     "reward": [{"id": "thanks", "to": "referrer", "on": "submitted", "kind": "cash", "amount": 5}]}"#)?;
    /// let request = |states: &str| format!(r#"{{"as_of": "2026-03-02T09:00:00Z", "states": {states},
    ///     "news": {{"referrals": [{{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02T09:00:00Z"}}]}}}}"#);
    /// let answer = compiled.step_json(&request("{}"));
    /// assert!(answer.ends_with(r#""step":"needs states","keys":["referral/R-1","referrer/ada"]}"#), "{answer}");
    /// let answer = compiled.step_json(&request(r#"{"referral/R-1": null, "referrer/ada": null}"#));
    /// assert!(answer.contains(r#""step":"done","entries":[{"id":"acme/thanks/R-1/submitted/referrer:ada/1""#), "{answer}");
    /// # Ok::<(), String>(())
    /// ```
    pub fn step_json(&self, request: &str) -> String {
        live::step(self, None, request)
    }

    /// Goes through a history as a whole, where a step needs it: for a start, after late news, and where states cannot be
    /// opened. A request with `history`, the tables with every row that touches the keys, the news among them, and with the
    /// ledger so far as `booked`; and `as_of`. The answer is that of a step that is done: what is new against `booked`, and the
    /// states of all keys in the history.
    pub fn rebuild_json(&self, request: &str) -> String {
        live::rebuild(self, None, request)
    }

    /// The keys that rows touch, for hosts that look up what belongs into a history: a request with `rows`, tables as in a
    /// `book`, is answered by `keys`. A history is closed when no further row touches one of its keys.
    pub fn keys_json(&self, request: &str) -> String {
        live::keys(self, None, request)
    }

    /// [`describe_json`](super::describe_json) of a request without `program`.
    pub fn describe_json(&self, request: &str) -> String {
        describe_with(Some(self), request)
    }
}
