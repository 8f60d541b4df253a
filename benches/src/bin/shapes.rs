//! Times of books and documents of unusual shapes, each in two sizes: what grows faster than its size stands out.
//! `cargo run --release -p referral-benches --bin shapes [a name, or a part of several]`
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a tool for measuring: a panic is a failure"
)]
use referral_benches::generate::{self, Facts};
use referral_benches::{WORKLOAD_A, tables};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given, Values};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use std::fmt::Write;
use std::time::Duration;

/// CPU time of the process so far, where the system tells it; else the time on the clock.
fn cpu() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let start = START.get_or_init(std::time::Instant::now);
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        let fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
        fields.map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()
    });
    ticks.map_or_else(|| start.elapsed(), |ticks| Duration::from_millis(ticks * 10))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let before = cpu();
    let out = work();
    (out, cpu().saturating_sub(before))
}

type Make = fn(usize) -> (String, Facts, fn(&mut Given));

struct Shape {
    name: &'static str,
    sizes: [usize; 2],
    make: Make,
    answers: bool,
}

fn unchanged(_: &mut Given) {}

/// The document with a part in place of another.
fn with(from: &str, to: &str) -> String {
    assert!(WORKLOAD_A.contains(from), "{from}");
    WORKLOAD_A.replace(from, to)
}

fn many(count: usize, mut one: impl FnMut(usize) -> String) -> String {
    (0..count).fold(WORKLOAD_A.to_owned(), |mut text, at| {
        let _ = write!(text, "\n{}", one(at));
        text
    })
}

fn reward(at: usize, more: &str) -> String {
    format!(
        "[[reward]]\nid = \"more-{at}\"\nto = \"referrer\"\non = \"qualified\"\nkind = \"points\"\namount = \"1\"\n{more}"
    )
}

/// Every tenth event is recorded twenty days after it happened, every tenth referral three.
fn late(given: &mut Given) {
    for (at, recorded, days) in [
        ("qualified_at", "qualified_recorded_at", 20),
        ("closed_at", "closed_recorded_at", 20),
        ("submitted_at", "recorded_at", 3),
    ] {
        let Some(Values::Date(values)) = given.referrals.columns.get(at) else { continue };
        let later = values
            .iter()
            .enumerate()
            .map(|(row, day)| day.map(|day| referral_rules::base::Day(day.0 + if row % 10 == 3 { days } else { 0 })));
        let later = Values::Date(later.collect());
        given.referrals = std::mem::take(&mut given.referrals).column(recorded, later);
    }
}

fn late_events(given: &mut Given) {
    late(given);
    given.referrals.columns.remove("recorded_at");
}

const YEARLY: &str = "in_each = \"calendar year\"\nat_most = 10_000";

#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    Shape { name: "twenty referrals per referrer", sizes: [100_000, 1_000_000], answers: false,
        make: |n| (WORKLOAD_A.to_owned(), generate::workload_a(n), unchanged) },
    Shape { name: "twenty referrals per referrer, all answers", sizes: [20_000, 200_000], answers: true,
        make: |n| (WORKLOAD_A.to_owned(), generate::workload_a(n), unchanged) },
    Shape { name: "one referrer", sizes: [20_000, 200_000], answers: true,
        make: |n| (WORKLOAD_A.to_owned(), generate::facts(n, 1), unchanged) },
    Shape { name: "one referrer beside many", sizes: [50_000, 500_000], answers: false, make: |n| {
        let mut facts = generate::workload_a(n);
        let first = facts.accounts[0].id;
        facts.referrals.iter_mut().filter(|one| one.id % 2 == 0).for_each(|one| one.referrer = first);
        (WORKLOAD_A.to_owned(), facts, unchanged)
    } },
    Shape { name: "one company", sizes: [20_000, 200_000], answers: true, make: |n| {
        let mut facts = generate::workload_a(n);
        facts.referrals.iter_mut().for_each(|one| one.company_domain = "one.example".to_owned());
        (WORKLOAD_A.to_owned(), facts, unchanged)
    } },
    Shape { name: "a limit over the whole program", sizes: [100_000, 1_000_000], answers: false,
        make: |n| (with("per = [\"referrer\"]", "per = [\"program\"]"), generate::workload_a(n), unchanged) },
    Shape { name: "one referrer, a rolling limit of 100 years", sizes: [20_000, 200_000], answers: false,
        make: |n| (with(YEARLY, "in_each = \"36500 days\"\nat_most = 1_000_000_000"), generate::facts(n, 1), unchanged) },
    Shape { name: "one referrer, a daily limit that pays later", sizes: [2_000, 20_000], answers: false,
        make: |n| (with(YEARLY, "in_each = \"day\"\nat_most = 1_000\nover_limit = \"pay later\""), generate::facts(n, 1), unchanged) },
    Shape { name: "a tenth of the events late", sizes: [20_000, 200_000], answers: false,
        make: |n| (WORKLOAD_A.to_owned(), generate::workload_a(n), late_events) },
    Shape { name: "a tenth of events and referrals late", sizes: [20_000, 200_000], answers: false,
        make: |n| (WORKLOAD_A.to_owned(), generate::workload_a(n), late) },
    Shape { name: "a tenth late, one referrer", sizes: [1_000, 10_000], answers: false,
        make: |n| (WORKLOAD_A.to_owned(), generate::facts(n, 1), late) },
    Shape { name: "a tenth late, one company", sizes: [1_000, 10_000], answers: false, make: |n| {
        let mut facts = generate::workload_a(n);
        facts.referrals.iter_mut().for_each(|one| one.company_domain = "one.example".to_owned());
        (WORKLOAD_A.to_owned(), facts, late)
    } },
    Shape { name: "rewards, 10 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| reward(at, "")), generate::workload_a(10_000), unchanged) },
    Shape { name: "rewards that read the ledger, 2 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| reward(at, "when = \"granted('qualified') > 0\"")), generate::workload_a(2_000), unchanged) },
    Shape { name: "rewards with entries, 1 thousand referrals", sizes: [90, 900], answers: true,
        make: |n| (many(n, |at| reward(at, "")), generate::workload_a(1_000), unchanged) },
    Shape { name: "campaigns, 10 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| format!("[[campaign]]\nid = \"more-{at}\"\nfirst_day = 2024-01-01\nlast_day = 2025-12-31\nwhen = \"referee.employees == {at}\"\nreward_times = 2")), generate::workload_a(10_000), unchanged) },
    Shape { name: "campaigns that count, 10 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| format!("[[campaign]]\nid = \"more-{at}\"\nfirst_day = 2024-01-01\nlast_day = 2025-12-31\nreward_plus = 1")), generate::workload_a(10_000), unchanged) },
    Shape { name: "limits, 10 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| format!("[[limit]]\nid = \"more-{at}\"\nin_each = \"calendar year\"\nat_most = {}", 20_000 + at)), generate::workload_a(10_000), unchanged) },
    Shape { name: "requirements, 10 thousand referrals", sizes: [90, 900], answers: false,
        make: |n| (many(n, |at| format!("[[validity]]\ncode = \"more-{at}\"\nrequire = \"referee.employees != {at}\"\nmessage = \"no\"")), generate::workload_a(10_000), unchanged) },
];

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let as_of = Instant::parse("2027-01-01T00:00:00Z").expect("a moment");
    println!(
        "{:<52} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "CPU ms", "size", "compile", "book", "evaluate", "answers", "entries"
    );
    let exact = SHAPES.iter().any(|shape| shape.name == wanted);
    for shape in SHAPES.iter().filter(|shape| if exact { shape.name == wanted } else { shape.name.contains(&wanted) }) {
        for size in shape.sizes {
            let (document, facts, change) = (shape.make)(size);
            let mut given = tables::given(&facts);
            change(&mut given);
            let given = given.packed();
            let (program, compiling) = timed(|| Program::from_toml(&document).expect("the document compiles").0);
            let (book, reading) = timed(|| Book::new(&program, &given));
            let (evaluation, evaluating) = timed(|| evaluate(&program, &book, as_of, Options::default()));
            let (entries, answering) = match &evaluation {
                Err(fault) => (fault.code().to_owned(), Duration::ZERO),
                Ok(evaluation) if !shape.answers => (evaluation.ledger_rows().len().to_string(), Duration::ZERO),
                Ok(evaluation) => timed(|| {
                    let counts =
                        (evaluation.decisions().count(), evaluation.positions().len(), evaluation.balances().len());
                    assert!(counts.0 > 0);
                    evaluation.entries().count().to_string()
                }),
            };
            println!(
                "{:<52} {size:>9} {:>9} {:>9} {:>9} {:>9} {entries:>9}",
                shape.name,
                compiling.as_millis(),
                reading.as_millis(),
                evaluating.as_millis(),
                answering.as_millis()
            );
        }
    }
}
