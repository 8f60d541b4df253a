//! The cases once more, fed one row at a time as a billing system would: the entries must be those of the whole table.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, reason = "a test: a panic is a failure")]
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given};
use referral_rules::evaluation::Entry;
use referral_rules::live::{Key, State, States, Step, apply, rebuild};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use referral_tests::corpus::{Case, feeds, fixed, moment_of, push_booked, read_corpus};
use std::collections::BTreeMap;

/// How many entries the cases give at least, so that a feed that gives nothing does not pass.
const ENTRIES_MIN: usize = 250;

/// A host that keeps rows, states and the ledger.
struct Host<'a> {
    program: &'a Program,
    fixed: Given,
    rows: Given,
    states: BTreeMap<Key, State>,
    ledger: Vec<Entry>,
}

impl Host<'_> {
    fn step(&mut self, news: &Given, mut states: States, now: Instant) {
        let outcome = loop {
            match apply(self.program, &states, news, now) {
                Step::Done(outcome) => break *outcome,
                Step::NeedsStates(keys) => {
                    for key in keys {
                        assert!(!states.contains_key(&key), "asked twice for {key}");
                        states.insert(key.clone(), self.states.get(&key).cloned());
                    }
                }
                Step::NeedsHistory(_) => {
                    let mut history = self.rows.clone();
                    for entry in &self.ledger {
                        push_booked(&mut history, &entry.id, &entry.amount.to_string());
                    }
                    break rebuild(self.program, &history, now).unwrap();
                }
            }
        };
        self.states.extend(outcome.states.into_iter().map(|state| (state.key.clone(), state)));
        self.ledger.extend(outcome.entries);
    }
}

fn shown(mut entries: Vec<Entry>) -> Vec<String> {
    entries.sort_by(|left, right| (left.booked_at, &left.id).cmp(&(right.booked_at, &right.id)));
    entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect()
}

/// How many entries the case gives both ways; none where it has no program that compiles, or a ledger of its own.
fn check(case: &Case) -> Result<usize, String> {
    let Ok((program, _)) = Program::from_sources(&case.sources()) else { return Ok(0) };
    let given = case.tables.given();
    if given.booked.rows > 0 {
        return Ok(0);
    }
    let end = moment_of(&program, case).unwrap();
    let fixed = fixed(&given);
    let mut host = Host { program: &program, rows: fixed.clone(), fixed, states: BTreeMap::new(), ledger: Vec::new() };
    for feed in feeds(&program, &given, end) {
        let mut given = host.fixed.clone();
        for given in [&mut given, &mut host.rows] {
            feed.hand_to(given);
        }
        host.step(&given, States::new(), feed.known);
    }
    let scopes: Vec<Key> =
        host.states.keys().filter(|key| matches!(key, Key::Referrer(_) | Key::Program)).cloned().collect();
    for scope in scopes {
        let states = States::from([(scope.clone(), host.states.get(&scope).cloned())]);
        let clock = host.fixed.clone();
        host.step(&clock, states, end);
    }
    let book = Book::new(&program, &given);
    let evaluation = evaluate(&program, &book, end, Options::default()).unwrap();
    let (one, batch) = (shown(host.ledger), shown(evaluation.ledger().collect()));
    match one == batch {
        true => Ok(batch.len()),
        false => Err(format!("{}\n  one at a time {one:#?}\n  batch {batch:#?}", case.name)),
    }
}

#[test]
fn every_case_gives_the_same_entries_one_row_at_a_time() {
    let cases = read_corpus().unwrap();
    let (good, bad): (Vec<_>, Vec<_>) = cases.iter().map(check).partition(Result::is_ok);
    let failures: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n\n"));
    let entries: usize = good.into_iter().flatten().sum();
    assert!(entries >= ENTRIES_MIN, "{entries} entries compared, at least {ENTRIES_MIN} wanted");
}
