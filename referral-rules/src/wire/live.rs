//! One event at a time in JSON: news and stored states in, entries and new states out.
use super::request::{Found, Request};
use super::{Compiled, Failure, Out, answer, head};
use crate::base::Instant;
use crate::book::Given;
use crate::live::{self, Key, Outcome, State, Step};
use serde::Serialize;

/// Takes in news: see [`Compiled::step_json`].
pub fn step(compiled: &Compiled, beside: Option<&Given>, request: &str) -> String {
    answer((Some(compiled), beside), request, &["news", "as_of", "states"], |request, faults| {
        let news = request.tables("news", faults);
        let states = request.states(faults);
        let as_of = as_of(compiled, request, faults)?;
        Ok(match live::apply(&compiled.program, &states, &news, as_of) {
            Step::Done(outcome) => done(compiled, as_of, &outcome),
            Step::NeedsStates(keys) => needs(compiled, as_of, "needs states", &keys),
            Step::NeedsHistory(keys) => needs(compiled, as_of, "needs history", &keys),
        })
    })
}

/// Goes through a history: see [`Compiled::rebuild_json`].
pub fn rebuild(compiled: &Compiled, beside: Option<&Given>, request: &str) -> String {
    answer((Some(compiled), beside), request, &["history", "as_of"], |request, faults| {
        let history = request.tables("history", faults);
        let as_of = as_of(compiled, request, faults)?;
        Ok(done(compiled, as_of, &live::rebuild(&compiled.program, &history, as_of)?))
    })
}

/// The keys of rows: see [`Compiled::keys_json`].
pub fn keys(compiled: &Compiled, beside: Option<&Given>, request: &str) -> String {
    answer((Some(compiled), beside), request, &["rows"], |request, faults| {
        let rows = request.tables("rows", faults);
        if !faults.is_empty() {
            return Err(Failure::Told);
        }
        let mut out = head(&compiled.program);
        out.put("keys", &live::keys_of(&compiled.program, &rows));
        Ok(out)
    })
}

/// The moment of the step, if nothing is wrong with the request.
fn as_of(compiled: &Compiled, request: &Request<'_>, faults: &mut Found) -> Result<Instant, Failure> {
    request.as_of(Some(&compiled.program.zone), faults).filter(|_| faults.is_empty()).ok_or(Failure::Told)
}

fn started(compiled: &Compiled, as_of: Instant, step: &str) -> Out {
    let mut out = head(&compiled.program);
    out.put("as_of", &as_of.to_string());
    out.put("step", step);
    out
}

fn needs(compiled: &Compiled, as_of: Instant, step: &str, keys: &[Key]) -> Out {
    let mut out = started(compiled, as_of, step);
    out.put("keys", keys);
    out
}

fn done(compiled: &Compiled, as_of: Instant, outcome: &Outcome) -> Out {
    let mut out = started(compiled, as_of, "done");
    out.put("entries", &outcome.entries);
    out.put("decisions", &outcome.decisions);
    out.put("findings", &outcome.findings);
    out.put("states", &outcome.states.iter().map(Stored::from).collect::<Vec<_>>());
    out
}

/// A state as a host stores it.
#[derive(Serialize)]
struct Stored<'a> {
    key: &'a Key,
    wakes_at: Option<&'a str>,
    state: String,
}

impl<'a> From<&'a State> for Stored<'a> {
    fn from(state: &'a State) -> Self {
        Self { key: &state.key, wakes_at: state.wakes_at.as_deref(), state: state.to_text() }
    }
}
