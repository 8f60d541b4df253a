//! The engine and the plain program agree on every referral of workload A, to the cent and to the day.
#![allow(clippy::unwrap_used, reason = "a test: a panic is a failure")]
use referral_benches::answer::{Row, Summary, rows};
use referral_benches::comparator::Comparator;
use referral_benches::{WORKLOAD_A, generate, tables};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(|row| row.referral);
    rows
}

fn agree(facts: &generate::Facts) -> Summary {
    let (program, warnings) = Program::from_toml(WORKLOAD_A).unwrap();
    assert_eq!(warnings.len(), 0, "{warnings:?}");
    let plain = sorted(Comparator::default().run(facts));
    for given in [tables::packed(facts), tables::given(facts)] {
        agree_on(&program, &given, &plain);
    }
    Summary::of(&plain)
}

fn agree_on(program: &Program, given: &Given, plain: &[Row]) {
    let book = Book::new(program, given);
    let as_of = Instant::parse("2027-01-01T00:00:00Z").unwrap();
    for threads in [1, 2] {
        let evaluation = evaluate(program, &book, as_of, Options { threads }).unwrap();
        let engine = sorted(rows(&evaluation));
        let differ: Vec<_> = engine.iter().zip(plain).filter(|(engine, plain)| engine != plain).take(5).collect();
        assert_eq!((differ, engine.len()), (Vec::new(), plain.len()));
        assert_eq!(Summary::of(&engine), Summary::of(plain));
    }
}

#[test]
fn ten_thousand_referrals() {
    let summary = agree(&generate::workload_a(10_000));
    assert!(summary.reasons.iter().all(|count| *count > 0), "{summary:?}");
    assert!(summary.tiers.iter().all(|count| *count > 0), "{summary:?}");
}

#[test]
fn a_referrer_with_thousands_of_referrals_meets_the_cap() {
    let summary = agree(&generate::facts(5_000, 2));
    assert!(summary.reward_qualified > 0, "{summary:?}");
}
