//! One event at a time against carried state, over a whole stream: what a step costs, news by news, with states kept in memory.
//! `cargo run --release -p referral-benches --bin steps [how many referrals] [how many runs]`
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for measuring: a panic is a failure"
)]
use referral_benches::generate::{Facts, Referral};
use referral_benches::{WORKLOAD_A, generate, tables};
use referral_rules::base::{Day, Instant};
use referral_rules::book::{Given, GivenTable, Values};
use referral_rules::live::{Outcome, State, States, Step, apply};
use referral_rules::program::Program;
use std::time::{Duration, Instant as Clock};

fn at(day: i32) -> Instant {
    Instant::parse(&format!("{}T12:00:00Z", Day(day))).expect("a moment")
}

/// A submission, with the account of its referrer.
fn submission(facts: &Facts, referral: &Referral) -> Given {
    let referral = Referral { qualified_on: None, closed_on: None, first_year_value: None, ..referral.clone() };
    let account = facts.accounts.iter().find(|account| account.id == referral.referrer).cloned();
    tables::given(&Facts { accounts: account.into_iter().collect(), referrals: vec![referral] })
}

/// An event of a referral.
fn event(referral: &Referral, kind: &str, day: i32) -> Given {
    let text = |text: String| Values::Text(vec![Some(text)]);
    let events = GivenTable::default()
        .column("id", text(format!("{}-{kind}", referral.id)))
        .column("referral", Values::Int(vec![Some(referral.id)]))
        .column("kind", text(kind.to_owned()))
        .column("at", Values::Instant(vec![Some(at(day))]));
    Given { events, ..Given::default() }
}

/// All news in the order of time.
fn stream(facts: &Facts) -> Vec<(i32, &'static str, Given)> {
    let mut out = Vec::new();
    for referral in &facts.referrals {
        out.push((referral.submitted_on, "submitted", submission(facts, referral)));
        let later = [("qualified", referral.qualified_on), ("closed", referral.closed_on)];
        out.extend(later.into_iter().filter_map(|(kind, day)| Some((day?, kind, event(referral, kind, day?)))));
    }
    out.sort_by_key(|(day, kind, _)| (*day, *kind != "submitted", *kind == "closed"));
    out
}

/// One news against the store; how long the last call took, which had all that it asked for.
fn step(program: &Program, store: &mut States, news: &Given, now: Instant) -> Option<(Duration, Box<Outcome>)> {
    let mut states = States::new();
    loop {
        let start = Clock::now();
        match apply(program, &states, news, now) {
            Step::Done(outcome) => {
                let time = start.elapsed();
                let stored = outcome.states.iter().map(|state: &State| (state.key.clone(), Some(state.clone())));
                store.extend(stored);
                return Some((time, outcome));
            }
            Step::NeedsStates(keys) => {
                states.extend(keys.into_iter().map(|key| (key.clone(), store.get(&key).cloned().flatten())));
            }
            // Submissions of a day come in no order of ids: what is late is left out here.
            Step::NeedsHistory(_) => return None,
        }
    }
}

fn main() {
    let argument = |at: usize| std::env::args().nth(at).and_then(|text| text.parse().ok());
    let (rows, runs) = (argument(1).unwrap_or(2_000), argument(2).unwrap_or(3));
    let program = Program::from_toml(WORKLOAD_A).expect("the document compiles").0;
    let facts = generate::workload_a(rows);
    let stream = stream(&facts);
    for kind in ["submitted", "qualified", "closed"] {
        let mut best = Duration::MAX;
        let (mut count, mut entries) = (0_u32, 0);
        for _ in 0..runs {
            let (mut store, mut sum) = (States::new(), Duration::ZERO);
            (count, entries) = (0, 0);
            for (day, of, news) in &stream {
                let Some((time, outcome)) = step(&program, &mut store, news, at(*day)) else { continue };
                if *of == kind {
                    sum += time;
                    count += 1;
                    entries += outcome.entries.len();
                }
            }
            best = best.min(sum / count.max(1));
        }
        println!("{kind:<12} {:>8.2} µs a step   ({count} steps, {entries} entries)", best.as_nanos() as f64 / 1e3);
    }
}
