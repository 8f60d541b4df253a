//! Runs a law over random cases and shrinks what breaks it.
use super::{Choices, Seeds};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn choices() -> impl Strategy<Value = Choices> {
    proptest::array::uniform24(any::<u16>())
}

/// Seeds of cases: from a document with nothing in it and no rows to a dozen rules and twice as many events.
pub fn seeds() -> impl Strategy<Value = Seeds> {
    (choices(), vec(choices(), 0..24), vec(choices(), 0..4), vec(choices(), 1..12), vec(choices(), 0..24))
        .prop_map(|(header, blocks, accounts, referrals, events)| Seeds { header, blocks, accounts, referrals, events })
}

/// A number out of the environment.
fn number<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

/// How many cases to run, from which seed.
fn config(cases: u32, seed: u64) -> Config {
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 30_000,
        max_shrink_time: 120_000,
        ..Config::default()
    }
}

/// As many cases as `PROPTEST_CASES` says, or as fit the gate, which is the same every time: `PROPTEST_RNG_SEED` explores.
fn gate(cases: u32) -> Config {
    config(number("PROPTEST_CASES").unwrap_or(cases), number("PROPTEST_RNG_SEED").unwrap_or(20_240_229))
}

/// The law as a result, panics included.
fn outcome<T>(law: &impl Fn(&T) -> Result<(), String>, value: &T) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| law(value))) {
        Ok(result) => result,
        Err(fault) => {
            let text = fault.downcast_ref::<String>().cloned();
            let text = text.or_else(|| fault.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("panic: {}", text.unwrap_or_default()))
        }
    }
}

/// Runs a law over random cases; how many the environment may say.
///
/// # Errors
/// What the smallest case found says.
pub fn check(cases: u32, law: impl Fn(&Seeds) -> Result<(), String>) -> Result<(), String> {
    run(gate(cases), law)
}

/// Runs a law over so many random cases from a seed.
///
/// # Errors
/// What the smallest case found says.
pub fn check_with(cases: u32, seed: u64, law: impl Fn(&Seeds) -> Result<(), String>) -> Result<(), String> {
    run(config(cases, seed), law)
}

fn run(config: Config, law: impl Fn(&Seeds) -> Result<(), String>) -> Result<(), String> {
    let mut runner = TestRunner::new(config);
    let result = runner.run(&seeds(), |seeds| outcome(&law, &seeds).map_err(TestCaseError::fail));
    match result {
        Ok(()) => Ok(()),
        Err(TestError::Fail(_, seeds)) => Err(match outcome(&law, &seeds) {
            Err(message) => format!("{message}\n{seeds:?}"),
            Ok(()) => format!("it broke once, and then no more: {seeds:?}"),
        }),
        Err(TestError::Abort(reason)) => Err(reason.to_string()),
    }
}

/// Goes through random cases without looking for the smallest.
///
/// # Errors
/// What the first one that breaks says.
pub fn many(cases: u32, mut each: impl FnMut(&Seeds) -> Result<(), String>) -> Result<(), String> {
    let config = gate(cases);
    let count = config.cases;
    let mut runner = TestRunner::new(config);
    for _ in 0..count {
        let tree = seeds().new_tree(&mut runner).map_err(|reason| reason.to_string())?;
        each(&tree.current())?;
    }
    Ok(())
}
