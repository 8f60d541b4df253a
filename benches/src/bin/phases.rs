//! Where the time of workload A goes, and that of two programs like it: the least of some runs, step by step.
//! `cargo run --release -p referral-benches --bin phases [how many referrals] [how many runs]`
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a tool for measuring: a panic is a failure"
)]
use referral_benches::generate::Facts;
use referral_benches::{OTHER, REORDERED, WORKLOAD_A, generate, tables};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use std::time::{Duration, Instant as Clock};

fn as_of() -> Instant {
    Instant::parse("2027-01-01T00:00:00Z").expect("a moment")
}

fn least(runs: usize, mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut best = (Duration::MAX, 0);
    for _ in 0..runs {
        let start = Clock::now();
        let out = work();
        best = (best.0.min(start.elapsed()), out);
    }
    best
}

/// How many rules a program has: comparisons of requirements, rewards, campaigns and limits.
fn rules(program: &Program) -> usize {
    let version = &program.versions[0];
    let conditions = version.requirements.iter().flat_map(|requirement| &requirement.conditions);
    let joined = |source: &str| source.matches("&&").count() + source.matches("||").count();
    let conditions: usize = conditions.map(|condition| 1 + joined(condition.source())).sum();
    conditions + version.rewards.len() + version.campaigns.len() + version.limits.len()
}

/// The steps of one program.
fn steps(name: &str, document: &str, given: &Given, rows: usize, runs: usize) {
    let program = Program::from_toml(document).expect("the document compiles").0;
    let show = |step: &str, (time, out): (Duration, usize)| {
        println!("{name:<12} {step:<22} {:>8.1} ns a referral   ({out})", time.as_nanos() as f64 / rows as f64);
        time
    };
    let mut all = show("read the book", least(runs, || Book::new(&program, given).referrals.id.len()));
    let book = Book::new(&program, given);
    let run = || evaluate(&program, &book, as_of(), Options::default()).expect("nothing is late");
    all += show("evaluate", least(runs, || run().ledger_rows().len()));
    let evaluation = run();
    all += show("decisions as columns", least(runs, || evaluation.decision_columns().reasons.len()));
    all += show("entries as columns", least(runs, || evaluation.entry_columns().due_on.len()));
    let each = all.as_nanos() as f64 / rows as f64;
    println!("{name:<12} {:<22} {each:>8.1} ns a referral, {:.1} a rule", "all", each / rules(&program) as f64);
}

/// What is asked often and is small.
fn small(facts: &Facts) {
    let show =
        |what: &str, (time, _): (Duration, usize)| println!("{what:<35} {:>10.2} µs", time.as_nanos() as f64 / 1e3);
    show("compile the document", least(200, || Program::from_toml(WORKLOAD_A).map_or(0, |_| 1)));
    let standard = referral_rules::program::standard::CUSTOMER_REFERRALS;
    show("compile the standard program", least(200, || Program::from_toml(standard).map_or(0, |_| 1)));
    let program = Program::from_toml(WORKLOAD_A).expect("the document compiles").0;
    for count in [1, 100] {
        let facts =
            Facts { accounts: facts.accounts[..count.min(50)].to_vec(), referrals: facts.referrals[..count].to_vec() };
        let given = tables::packed(&facts);
        let all = || {
            let book = Book::new(&program, &given);
            let evaluation = evaluate(&program, &book, as_of(), Options::default()).expect("nothing is late");
            evaluation.decision_columns().accepted.len() + evaluation.entry_columns().amount.len()
        };
        show(&format!("{count} referrals, one call"), least(2_000, all));
    }
}

fn main() {
    let argument = |at: usize| std::env::args().nth(at).and_then(|text| text.parse().ok());
    let (rows, runs) = (argument(1).unwrap_or(1_000_000), argument(2).unwrap_or(5));
    let mut facts = generate::workload_a(rows);
    small(&facts);
    // As hosts put tables together: one export after the other, each in the order of time.
    facts.referrals.sort_by_key(|row| (row.channel, row.submitted_on, row.id));
    let given = tables::packed(&facts);
    drop(facts);
    for (name, document) in [("workload A", WORKLOAD_A), ("reordered", REORDERED), ("other", OTHER)] {
        steps(name, document, &given, rows, runs);
    }
}
