//! What reports cost beside the evaluation that they are read off: the least of some runs, and whether metrics cost at most a fifth.
//! `cargo run --release -p referral-benches --bin reports [how many referrals] [how many runs]`
#![allow(clippy::as_conversions, clippy::expect_used, reason = "a tool for measuring: a panic is a failure")]
use referral_benches::{REPORTS, WORKLOAD_A, generate, tables};
use referral_rules::base::Instant;
use referral_rules::book::Book;
use referral_rules::evaluation::Evaluation;
use referral_rules::program::Program;
use referral_rules::report::{dashboard, diagnosis, digest, metrics};
use referral_rules::{Options, evaluate};
use std::process::ExitCode;
use std::time::{Duration, Instant as Clock};

/// Metrics cost at most the evaluation divided by this.
const MARK: u32 = 5;

fn timed<T>(least: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Clock::now();
    let out = work();
    *least = (*least).min(start.elapsed());
    out
}

fn main() -> ExitCode {
    let argument = |at: usize| std::env::args().nth(at).and_then(|text| text.parse().ok());
    let (rows, runs) = (argument(1).unwrap_or(1_000_000), argument(2).unwrap_or(5));
    let facts = generate::workload_a(rows);
    let given = tables::packed(&facts);
    drop(facts);
    let document = format!("{WORKLOAD_A}\n{REPORTS}");
    let program = Program::from_toml(&document).expect("the document compiles").0;
    let book = Book::new(&program, &given);
    let as_of = Instant::parse("2027-01-01T00:00:00Z").expect("a moment");
    let [mut evaluating, mut measuring, mut judging] = [Duration::MAX; 3];
    let [mut showing, mut digesting, mut telling] = [Duration::MAX; 3];
    let [mut figures, mut weak, mut referrers, mut digests, mut notices] = [0; 5];
    // A new evaluation each time: what reports make of one is not found ready by the next.
    for _ in 0..runs {
        let run = || evaluate(&program, &book, as_of, Options::default()).expect("nothing is late");
        let evaluation: Evaluation<'_> = timed(&mut evaluating, run);
        assert!(evaluation.went_straight(), "metrics do not bend the way of the timeline");
        figures = timed(&mut measuring, || metrics(&evaluation).len());
        weak = timed(&mut judging, || diagnosis(&evaluation).len());
        referrers = timed(&mut showing, || dashboard(&evaluation).len());
        digests = timed(&mut digesting, || digest(&evaluation).len());
        notices = timed(&mut telling, || evaluation.notices().len());
    }
    for (what, time, told) in [
        ("evaluate", evaluating, rows),
        ("metrics", measuring, figures),
        ("diagnosis", judging, weak),
        ("dashboard", showing, referrers),
        ("digest", digesting, digests),
        ("notices", telling, notices),
    ] {
        let of = |count: usize| time.as_nanos() as f64 / count.max(1) as f64;
        println!("{what:<10} {:>8.1} ns a referral; {told:>7} rows, {:.0} ns a row", of(rows), of(told));
    }
    let share = measuring.as_secs_f64() / evaluating.as_secs_f64();
    println!("metrics cost {share:.3} of the evaluation, where the mark is {:.3}", 1.0 / f64::from(MARK));
    if measuring.saturating_mul(MARK) <= evaluating { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
