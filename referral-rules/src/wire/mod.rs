//! JSON in, JSON out: what every binding calls. A request that is wrong gets an answer that says so; nothing panics.
//!
//! A request is an object:
//!
//! | key | what |
//! | --- | --- |
//! | `program` | the document: TOML text, JSON text, an object, `{"name": …, "text": …}` to give it a name, or `{"standard": "customer-referrals"}` or `"partner-referrals"`; or a list of such versions |
//! | `book` | the tables: `{"referrals": [{…}, …], "events": {"id": […], …}, …}`, see [`Given::from_json`](crate::book::Given::from_json) |
//! | `as_of` | the moment of the answer: a time with its zone offset, or a date, which means the end of that day |
//! | `threads` | how many threads to use, 1 by default |
//! | `answer` | which parts of the answer are wanted; by default all up to `fingerprint` |
//!
//! One event at a time, see [`Compiled::step_json`], has requests of its own.
//!
//! The program of a request is compiled anew each time. [`Compiled`] is compiled once and asked often; its requests have no
//! `program`.
//!
//! An answer begins with `{"ok":true` ([`is_ok`]), or it is `{"ok": false, "diagnostics": […], "text": …}` where the document or the request is
//! wrong, or `{"ok": false, "error": {"code": …, "message": …}}` where there is nothing to answer with.
mod asked;
mod compiled;
mod describe;
mod guard;
mod live;
mod request;
#[cfg(test)]
mod tests;

use crate::base::Zone;
use crate::book::{Book, Given};
use crate::diag::Diagnostic;
use crate::evaluation::Evaluation;
use crate::node::read_json;
use crate::program::Program;
use crate::report;
use crate::terms;
use crate::{EngineError, evaluate};
pub use asked::Asked;
pub use compiled::Compiled;
pub use describe::describe_json;
pub use guard::guarded;
use request::{About, Found, Request};
use serde::Serialize;
use std::fmt::Write;

/// The parts of an answer, in their order.
pub const PARTS: &[&str] = &[
    "decisions",
    "entries",
    "positions",
    "balances",
    "payouts",
    "standings",
    "leaderboard",
    "outlook",
    "campaigns",
    "lists",
    "findings",
    "warnings",
    "fingerprint",
    "ledger",
    "summary",
    "assessments",
    "notices",
    "contents",
    "metrics",
    "diagnosis",
    "dashboard",
    "digest",
];

/// The keys of a request to evaluate, but for `program`.
const EVALUATE: &[&str] = &["book", "as_of", "threads", "answer"];

/// How many of the last ones are given only where they are asked for.
pub(crate) const PARTS_ON_REQUEST: usize = 9;

/// Evaluates a request and gives the answer.
///
/// # Example
/// ```
/// use referral_rules::wire::evaluate_json;
/// let answer = evaluate_json(r#"{
///     "program": {"schema": 1, "id": "acme", "version": "1", "in_force": {"first_day": "2026-01-01"},
///                 "currency": "USD", "time_zone": "UTC",
///                 "reward": [{"id": "thanks", "to": "referrer", "on": "qualified", "kind": "cash", "amount": 200}]},
///     "book": {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02", "qualified_at": "2026-03-05"}]},
///     "as_of": "2026-04-01",
///     "answer": ["balances"]
/// }"#);
/// assert!(answer.starts_with(r#"{"ok":true,"#), "{answer}");
/// assert!(answer.contains(r#""earned":"200.00""#), "{answer}");
/// ```
pub fn evaluate_json(request: &str) -> String {
    evaluate_with(None, request)
}

fn evaluate_with(compiled: Option<&Compiled>, request: &str) -> String {
    answer((compiled, None), request, EVALUATE, |request, faults| {
        let parts = request.parts(faults);
        evaluated(request, faults, |evaluation, warnings| Ok(answered(evaluation, warnings, &parts)))
    })
}

/// Compiles the program of a request, `{"program": …}`, and answers with its warnings and the constants of its `[data]`, by
/// version, numbers as exact texts; or with all that is wrong.
///
/// # Example
/// ```
/// use referral_rules::wire::compile_json;
/// let answer = compile_json(r#"{"program": "schema = 1\nid = 'acme'"}"#);
/// assert!(answer.starts_with(r#"{"ok":false,"diagnostics":[{"code":"missing-key","#), "{answer}");
///
/// let answer = compile_json(r#"{"program": {"schema": 1, "id": "acme", "version": "1", "in_force": {"first_day": "2026-01-01"},
///     "currency": "USD", "time_zone": "UTC", "data": {"goals": {"new_customers": 40}}}}"#);
/// assert!(answer.ends_with(r#""data":{"1":{"goals":{"new_customers":"40"}}}}"#), "{answer}");
/// ```
pub fn compile_json(request: &str) -> String {
    match Compiled::new(request) {
        Ok(compiled) => compiled.answer(),
        Err(answer) => answer,
    }
}

/// Explains one referral, one entry or one referrer in plain text: the request of [`evaluate_json`] without `answer`, and
/// `"referral": "R-1"`, `"entry": "…/1"` or `"referrer": "ada"`. The text is the answer's `text`. With `"letter": "en"` or `"de"` it
/// is a letter about the referral or the entry, as Markdown: what the terms say, what happened, how amounts came, what follows.
///
/// # Example
/// ```
/// use referral_rules::wire::explain_json;
/// let request = |about: &str| format!(r#"{{
///     "program": {{"standard": "customer-referrals"}},
///     "book": {{"referrals": [{{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}}]}},
///     "as_of": "2026-04-01", {about}
/// }}"#);
/// let answer = explain_json(&request(r#""referral": "R-1""#));
/// assert!(answer.contains("only paying customers may refer"), "{answer}");
/// let answer = explain_json(&request(r#""referral": "R-2""#));
/// assert!(answer.contains(r#"{"code":"not-found","message":"there is no referral `R-2`"}"#), "{answer}");
/// ```
pub fn explain_json(request: &str) -> String {
    explain_with(None, request)
}

fn explain_with(compiled: Option<&Compiled>, request: &str) -> String {
    let keys = ["book", "as_of", "threads", "referral", "entry", "referrer", "letter"];
    answer((compiled, None), request, &keys, |request, faults| {
        let about = request.about(faults);
        let letter = request.letter(about.as_ref(), faults);
        evaluated(request, faults, |evaluation, _| explained(evaluation, about.as_ref(), letter))
    })
}

fn explained(
    evaluation: &Evaluation<'_>,
    about: Option<&About>,
    letter: Option<terms::Language>,
) -> Result<Out, Failure> {
    let text = match (about, letter) {
        (Some(About::Referral(id)), Some(language)) => terms::letter::referral(evaluation, id, language),
        (Some(About::Entry(id)), Some(language)) => terms::letter::entry(evaluation, id, language),
        (Some(About::Referral(id)), None) => report::explain::referral(evaluation, id),
        (Some(About::Entry(id)), None) => report::explain::entry(evaluation, id),
        (Some(About::Referrer(id)), _) => report::explain::referrer(evaluation, id),
        (None, _) => return Err(Failure::Told),
    };
    let not_found = || {
        let message = about.map(About::nothing).unwrap_or_default();
        Failure::Error(Error { code: "not-found", message })
    };
    let text = text.ok_or_else(not_found)?;
    let mut out = head(evaluation.program);
    out.put("as_of", &evaluation.as_of.to_string());
    out.put("text", &text);
    Ok(out)
}

/// Whether an answer is a good one: it begins with `{"ok":true`.
///
/// # Example
/// ```
/// use referral_rules::wire::{compile_json, is_ok};
/// assert!(is_ok(&compile_json(r#"{"program": {"standard": "customer-referrals"}}"#)));
/// assert!(!is_ok(&compile_json("{}")));
/// ```
pub fn is_ok(answer: &str) -> bool {
    answer.starts_with("{\"ok\":true")
}

/// The answer `{"ok": false, "error": …}` of a door that could not even ask.
///
/// # Example
/// ```
/// use referral_rules::wire::error;
/// assert_eq!(error("panic", "no"), r#"{"ok":false,"error":{"code":"panic","message":"no"}}"#);
/// ```
pub fn error(code: &str, message: &str) -> String {
    let mut out = Out::default();
    out.put("ok", &false);
    out.put("error", &Error { code, message: message.to_owned() });
    out.finished()
}

/// Why there is no good answer.
enum Failure {
    /// The faults of the request say why.
    Told,
    /// Something else.
    Error(Error<'static>),
}

#[derive(Serialize)]
struct Error<'a> {
    code: &'a str,
    message: String,
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Error(Error { code: error.code(), message: error.to_string() })
    }
}

/// Evaluates what the request gives, if nothing is wrong with it, and lets `work` make the answer.
fn evaluated(
    request: &Request<'_>,
    faults: &mut Found,
    work: impl FnOnce(&Evaluation<'_>, &[Diagnostic]) -> Result<Out, Failure>,
) -> Result<Out, Failure> {
    let own = if request.compiled.is_none() { request.program(faults) } else { None };
    let compiled = request.compiled.or(own.as_ref());
    let given = request.tables("book", faults);
    let as_of = request.as_of(compiled.map(|compiled| &compiled.program.zone), faults);
    let options = request.options(faults);
    let (Some(Compiled { program, warnings }), Some(as_of), true) = (compiled, as_of, faults.is_empty()) else {
        return Err(Failure::Told);
    };
    let book = Book::new(program, &given);
    let evaluation = evaluate(program, &book, as_of, options)?;
    work(&evaluation, warnings)
}

/// An object that is written key by key, in order.
#[derive(Default)]
struct Out(String);

impl Out {
    fn put(&mut self, key: &str, value: &(impl Serialize + ?Sized)) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // The types of an answer have nothing that JSON could not hold.
        let value = serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned());
        let _ = write!(self.0, "\"{key}\":{value}");
    }

    fn finished(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// The start of every good answer: what answered.
fn head(program: &Program) -> Out {
    let versions: Vec<&str> = program.versions.iter().map(|version| version.name.as_str()).collect();
    let mut out = Out::default();
    out.put("ok", &true);
    out.put("program", &program.id);
    out.put("versions", &versions);
    out.put("engine", env!("CARGO_PKG_VERSION"));
    out.put("zone_data", Zone::data_version());
    out
}

fn answered(evaluation: &Evaluation<'_>, warnings: &[Diagnostic], parts: &[&'static str]) -> Out {
    let mut out = head(evaluation.program);
    out.put("as_of", &evaluation.as_of.to_string());
    for part in parts {
        match *part {
            "decisions" => out.put(part, &evaluation.decisions().collect::<Vec<_>>()),
            "entries" => out.put(part, &evaluation.entries().collect::<Vec<_>>()),
            "ledger" => out.put(part, &evaluation.ledger().collect::<Vec<_>>()),
            "positions" => out.put(part, &evaluation.positions()),
            "balances" => out.put(part, &evaluation.balances()),
            "payouts" => out.put(part, &evaluation.payouts()),
            "standings" => out.put(part, &evaluation.standings()),
            "leaderboard" => out.put(part, &evaluation.leaderboard()),
            "outlook" => out.put(part, &evaluation.outlook()),
            "campaigns" => out.put(part, &evaluation.campaigns()),
            "lists" => out.put(part, &evaluation.lists()),
            "findings" => out.put(part, evaluation.findings()),
            "warnings" => out.put(part, warnings),
            "assessments" => out.put(part, &evaluation.assessments()),
            "notices" => out.put(part, &evaluation.notices()),
            "contents" => out.put(part, &evaluation.contents()),
            "metrics" => out.put(part, &report::metrics(evaluation)),
            "diagnosis" => out.put(part, &report::diagnosis(evaluation)),
            "dashboard" => out.put(part, &report::dashboard(evaluation)),
            "digest" => out.put(part, &report::digest(evaluation)),
            "summary" => out.put(part, &report::summary(evaluation)),
            _ => out.put(part, &evaluation.fingerprint()),
        }
    }
    out
}

/// Reads the request, lets `work` make the answer, and writes it. A request has a `program` if nothing is compiled yet; tables
/// that come beside it stand before its own.
fn answer(
    (compiled, beside): (Option<&Compiled>, Option<&Given>),
    text: &str,
    keys: &[&str],
    work: impl FnOnce(&Request<'_>, &mut Found) -> Result<Out, Failure>,
) -> String {
    let (node, syntax) = read_json(text);
    let mut faults = Found::of(syntax);
    let node = node.filter(|_| faults.is_empty());
    let outcome = match &node {
        Some(node) => {
            let request = Request { node, text, compiled, beside };
            request.check_keys(keys, &mut faults);
            work(&request, &mut faults)
        }
        None => Err(Failure::Told),
    };
    match outcome {
        Ok(out) if faults.is_empty() => out.finished(),
        Err(Failure::Error(error)) if faults.is_empty() => self::error(error.code, &error.message),
        _ => told(faults, text),
    }
}

/// The answer that says what is wrong with tables that came beside a request: their faults have a path, and no place in a text.
///
/// # Example
/// ```
/// use referral_rules::diag::{Code, Diagnostic, Span};
/// let fault = Diagnostic::error(Code::MissingKey, Span::default(), "there is no column `id`").path("book.events.id").help("give it");
/// let answer = referral_rules::wire::unusable(vec![fault]);
/// assert!(answer.contains(r#""text":"book.events.id: there is no column `id`; give it""#), "{answer}");
/// ```
pub fn unusable(mut faults: Vec<Diagnostic>) -> String {
    faults.iter_mut().for_each(|fault| request::SOURCE.clone_into(&mut fault.place.source));
    let line = |fault: &Diagnostic| {
        let help = if fault.help.is_empty() { String::new() } else { format!("; {}", fault.help) };
        format!("{}: {}{help}", fault.place.path, fault.message)
    };
    let lines: Vec<String> = faults.iter().map(line).collect();
    refused(&faults, &lines.join("\n"))
}

/// The answer that says what is wrong with the request or its documents.
fn told(faults: Found, text: &str) -> String {
    let (diagnostics, rendered) = faults.told(text);
    refused(&diagnostics, rendered.trim_end())
}

fn refused(diagnostics: &[Diagnostic], text: &str) -> String {
    let mut out = Out::default();
    out.put("ok", &false);
    out.put("diagnostics", diagnostics);
    out.put("text", text);
    out.finished()
}
