//! A program that is compiled once and asked often: the handle of every binding.

use super::request::{Found, Request};
use super::{Out, evaluate_with, explain_with, head, told};
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
            let request = Request { node: &node, text: request, compiled: None };
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

    /// The good answer of [`compile_json`](super::compile_json): id, versions, warnings, data.
    pub fn answer(&self) -> String {
        let mut out: Out = head(&self.program);
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
}
