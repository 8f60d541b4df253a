//! A case one row at a time as requests in JSON: a host that keeps states and ledger as texts, and what it asked and heard.
use super::{Case, Tables, feeds, fixed, json_text, moment_of, push_booked};
use referral_rules::base::Instant;
use referral_rules::book::Given;
use referral_rules::wire::Compiled;
use serde_json::Value;
use std::collections::BTreeMap;

/// What was asked, and the answer.
pub struct Asked {
    /// `step`, `rebuild` or `keys`.
    pub what: &'static str,
    /// The request, in one line.
    pub request: String,
    /// The answer, in one line.
    pub answer: String,
}

/// What a host asked and heard while the case came to its knowledge, and the entries that it booked.
#[derive(Default)]
pub struct Steps {
    /// The requests and answers in their order.
    pub asked: Vec<Asked>,
    /// The entries, as they were given.
    pub ledger: Vec<Value>,
}

/// Feeds a case to a program; nothing for a case with a ledger of its own.
pub fn steps(compiled: &Compiled, case: &Case) -> Steps {
    let program = &compiled.program;
    let given = case.tables.given();
    let Some(end) = moment_of(program, case).filter(|_| given.booked.rows == 0) else { return Steps::default() };
    let fixed = fixed(&given);
    let beginning = Instant::parse("0001-01-01T00:00:00Z").unwrap_or(end);
    let mut host =
        Host { case: &case.name, compiled, rows: fixed.clone(), states: BTreeMap::new(), steps: Steps::default() };
    for feed in feeds(program, &given, end) {
        let mut news = fixed.clone();
        for table in [&mut news, &mut host.rows] {
            feed.hand_to(table);
        }
        // A row without a moment that can be read is known from the beginning.
        host.take_in(&news, &[], feed.known.max(beginning));
    }
    let of_scope = |key: &&String| key.starts_with("referrer/") || *key == "program";
    let scopes: Vec<String> = host.states.keys().filter(of_scope).cloned().collect();
    for scope in scopes {
        host.take_in(&fixed, &[scope], end);
    }
    let all = Tables::of(&host.rows).json();
    host.ask("keys", format!("{{\"rows\":{all}}}"));
    host.steps
}

struct Host<'a> {
    case: &'a str,
    compiled: &'a Compiled,
    /// Everything that became known so far.
    rows: Given,
    /// The stored states by their keys.
    states: BTreeMap<String, String>,
    steps: Steps,
}

impl Host<'_> {
    fn ask(&mut self, what: &'static str, request: String) -> Value {
        let answer = match what {
            "step" => self.compiled.step_json(&request),
            "rebuild" => self.compiled.rebuild_json(&request),
            _ => self.compiled.keys_json(&request),
        };
        let value = serde_json::from_str(&answer).unwrap_or_default();
        self.steps.asked.push(Asked { what, request, answer });
        value
    }

    /// Asks until the step is done, and stores what it gives.
    fn take_in(&mut self, news: &Given, keys: &[String], now: Instant) {
        let news = Tables::of(news).json();
        let mut keys = keys.to_vec();
        let done = loop {
            let handed = keys.iter().map(|key| {
                let state = self.states.get(key).map_or_else(|| "null".to_owned(), |state| json_text(state));
                format!("{}:{state}", json_text(key))
            });
            let handed = handed.collect::<Vec<_>>().join(",");
            let request = format!("{{\"as_of\":\"{now}\",\"states\":{{{handed}}},\"news\":{news}}}");
            let answer = self.ask("step", request);
            let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
            match answer["step"].as_str() {
                Some("needs states") => {
                    let wanted = texts(&answer["keys"]);
                    assert!(wanted.iter().all(|key| !keys.contains(key)), "asked twice for one of {wanted:?}");
                    keys.extend(wanted);
                }
                Some("needs history") => break self.rebuild(now),
                Some("done") => break answer,
                _ => panic!("{}: {answer}", self.case),
            }
        };
        for state in done["states"].as_array().into_iter().flatten() {
            self.states.insert(text(&state["key"]), text(&state["state"]));
        }
        self.steps.ledger.extend(done["entries"].as_array().into_iter().flatten().cloned());
    }

    fn rebuild(&mut self, now: Instant) -> Value {
        let mut history = self.rows.clone();
        for entry in &self.steps.ledger {
            push_booked(&mut history, &text(&entry["id"]), &text(&entry["amount"]));
        }
        let history = Tables::of(&history).json();
        self.ask("rebuild", format!("{{\"as_of\":\"{now}\",\"history\":{history}}}"))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
