//! `cargo bench -p referral-benches`: workload A, the engine beside the plain program, in one run.
#![allow(
    missing_docs,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench: a panic is a failure"
)]
use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use referral_benches::comparator::Comparator;
use referral_benches::{WORKLOAD_A, generate, tables};
use referral_rules::base::Instant;
use referral_rules::book::{Book, Given, GivenTable, Values};
use referral_rules::live::{States, Step, apply};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use std::hint::black_box;
use std::time::Duration;

fn program() -> Program {
    Program::from_toml(WORKLOAD_A).expect("the workload's document compiles").0
}

fn as_of() -> Instant {
    Instant::parse("2027-01-01T00:00:00Z").expect("a moment")
}

fn compile(criterion: &mut Criterion) {
    criterion.bench_function("compile the document", |bencher| bencher.iter(program));
}

fn batch(criterion: &mut Criterion, name: &str, referrals: usize) {
    let program = program();
    let facts = generate::workload_a(referrals);
    let given = tables::given(&facts);
    let book = Book::new(&program, &given);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(u64::try_from(referrals).expect("fits")));
    if referrals > 100_000 {
        group.sample_size(10).sampling_mode(SamplingMode::Flat).warm_up_time(Duration::from_millis(1));
    }
    let comparator = Comparator::default();
    group.bench_function("plain program", |bencher| bencher.iter_with_large_drop(|| comparator.run(&facts)));
    group.bench_function("read the book", |bencher| bencher.iter_with_large_drop(|| Book::new(&program, &given)));
    for threads in [1, 2] {
        group.bench_function(format!("evaluate, threads: {threads}"), |bencher| {
            bencher.iter_with_large_drop(|| evaluate(&program, &book, as_of(), Options { threads }));
        });
    }
    group.bench_function("read and evaluate, threads: 1", |bencher| {
        bencher.iter(|| {
            let book = Book::new(&program, &given);
            evaluate(&program, &book, as_of(), Options::default()).map(|evaluation| evaluation.ledger_rows().len())
        });
    });
    group.finish();
}

/// The first referral that qualifies, with its account.
fn one(facts: &generate::Facts) -> generate::Facts {
    let comparator = Comparator::default();
    let rows = comparator.run(facts);
    let (referral, _) = facts.referrals.iter().zip(&rows).find(|(_, row)| row.tier > 0).expect("some qualify");
    let account = facts.accounts.iter().find(|account| account.id == referral.referrer).expect("it is known");
    generate::Facts { accounts: vec![account.clone()], referrals: vec![referral.clone()] }
}

fn small(criterion: &mut Criterion) {
    let program = program();
    let facts = generate::workload_a(10_000);
    let one = one(&facts);
    let given = tables::given(&one);
    let book = Book::new(&program, &given);
    let comparator = Comparator::default();
    let mut group = criterion.benchmark_group("one referral alone");
    group.bench_function("plain program", |bencher| {
        bencher.iter(|| comparator.one(black_box(&one.referrals[0]), Some(black_box(&one.accounts[0]))));
    });
    group.bench_function("evaluate", |bencher| {
        bencher.iter(|| evaluate(&program, &book, as_of(), Options::default()).map(|one| one.ledger_rows().len()));
    });
    group.bench_function("read, evaluate, decision and entries", |bencher| {
        bencher.iter(|| {
            let book = Book::new(&program, &given);
            let evaluation = evaluate(&program, &book, as_of(), Options::default()).expect("no late news");
            (evaluation.decisions().count(), evaluation.entries().count())
        });
    });
    group.finish();

    let hundred = generate::Facts { accounts: facts.accounts.clone(), referrals: facts.referrals[..100].to_vec() };
    let given = tables::given(&hundred);
    let book = Book::new(&program, &given);
    let mut group = criterion.benchmark_group("100 referrals");
    group.bench_function("plain program", |bencher| bencher.iter_with_large_drop(|| comparator.run(&hundred)));
    group.bench_function("evaluate", |bencher| {
        bencher.iter_with_large_drop(|| evaluate(&program, &book, as_of(), Options::default()));
    });
    group.finish();
}

/// A step, with the states that it asks for.
fn step(program: &Program, store: &States, news: &Given, now: Instant) -> (States, Box<referral_rules::live::Outcome>) {
    let mut states = States::new();
    loop {
        match apply(program, &states, news, now) {
            Step::Done(outcome) => return (states, outcome),
            Step::NeedsStates(keys) => {
                for key in keys {
                    let stored = store.get(&key).cloned().flatten();
                    states.insert(key, stored);
                }
            }
            Step::NeedsHistory(keys) => panic!("late news for {keys:?}"),
        }
    }
}

fn live(criterion: &mut Criterion) {
    let program = program();
    let mut facts = one(&generate::workload_a(10_000));
    let qualified_on = facts.referrals[0].qualified_on.take();
    facts.referrals[0].closed_on = None;
    facts.referrals[0].first_year_value = None;
    let day = |day: i32| Instant::parse(&format!("{}T12:00:00Z", referral_rules::base::Day(day))).expect("a moment");
    let mut store = States::new();
    let (_, outcome) = step(&program, &store, &tables::given(&facts), day(facts.referrals[0].submitted_on));
    store.extend(outcome.states.into_iter().map(|state| (state.key.clone(), Some(state))));
    let text = |text: &str| Values::Text(vec![Some(text.to_owned())]);
    let qualified_on = qualified_on.expect("it qualifies");
    let events = GivenTable::default()
        .column("id", text("E-1"))
        .column("referral", Values::Int(vec![Some(facts.referrals[0].id)]))
        .column("kind", text("qualified"))
        .column("at", Values::Instant(vec![Some(day(qualified_on))]));
    let news = Given { events, ..Given::default() };
    let (states, outcome) = step(&program, &store, &news, day(qualified_on));
    assert_eq!(outcome.entries.len(), 1, "{:?}", outcome.findings);
    criterion.bench_function("one event against carried state", |bencher| {
        bencher.iter_batched(
            || (),
            |()| match apply(&program, &states, &news, day(qualified_on)) {
                Step::Done(outcome) => outcome,
                other => panic!("{other:?}"),
            },
            BatchSize::SmallInput,
        );
    });
}

fn all(criterion: &mut Criterion) {
    compile(criterion);
    small(criterion);
    live(criterion);
    batch(criterion, "10 thousand referrals", 10_000);
    batch(criterion, "1 million referrals", 1_000_000);
}

criterion_group!(benches, all);
criterion_main!(benches);
