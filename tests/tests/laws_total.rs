//! Whatever a document or a host supplies, there is an answer.
use referral_rules::base::Instant;
use referral_rules::book::{Book, Cell, Given};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use referral_tests::{generate::check, laws};

#[test]
fn every_referral_is_decided() {
    if let Err(message) = check(400, laws::every_referral_is_decided) {
        panic!("{message}");
    }
}

#[test]
fn damaged_documents() {
    if let Err(message) = check(400, laws::damaged_documents) {
        panic!("{message}");
    }
}

#[test]
fn damaged_tables() {
    if let Err(message) = check(400, laws::damaged_tables) {
        panic!("{message}");
    }
}

const HEAD: &str = "schema = 1\nid = \"laws\"\nversion = \"1\"\nin_force = { first_day = 2024-01-01 }\n\
                    currency = \"USD\"\ntime_zone = \"America/New_York\"\n";

fn referrals(count: usize) -> Given {
    let mut given = Given::default();
    for number in 0..count {
        let cells =
            [("id", format!("R-{number}")), ("referrer", "a".to_owned()), ("submitted_at", "2024-03-01".to_owned())];
        given.referrals.push_row(cells.map(|(column, cell)| (column.to_owned(), Cell::Raw(cell))));
    }
    given
}

/// Evaluates within a minute.
fn in_time(text: &str, given: &Given, as_of: Instant, threads: usize) {
    let Ok((program, _)) = Program::from_toml(text) else { return assert!(text.is_empty(), "the program compiles") };
    let book = Book::new(&program, given);
    let start = std::time::Instant::now();
    let answer = evaluate(&program, &book, as_of, Options { threads }).map(|evaluation| evaluation.fingerprint());
    let took = start.elapsed();
    assert!(took.as_secs() < 60, "{answer:?} took {took:?}");
}

const REWARD: &str = "[[reward]]\nid = \"r\"\nto = \"referrer\"\non = \"submitted\"\nkind = \"cash\"\namount = 10\n";

#[test]
fn amounts_put_off_for_ever_take_no_time() {
    let limit = "[[limit]]\nid = \"l\"\nat_most = 0\nin_each = \"day\"\nover_limit = \"pay later\"\n";
    in_time(&format!("{HEAD}{REWARD}{limit}"), &referrals(1000), Instant::MAX, 1);
}

#[test]
#[ignore = "takes its time: as many releases as are allowed, then an error; on demand"]
fn amounts_put_off_in_small_parts_end() {
    let limit = "[[limit]]\nid = \"l\"\nat_most = 0.01\nin_each = \"day\"\nover_limit = \"pay later\"\n";
    in_time(&format!("{HEAD}{REWARD}{limit}"), &referrals(300), Instant::MAX, 1);
}

#[test]
fn any_number_of_threads_will_do() {
    for threads in [0, 1, 64, usize::MAX] {
        in_time(&format!("{HEAD}{REWARD}"), &referrals(10), Instant::MAX, threads);
    }
}

#[test]
fn any_moment_will_do() {
    for moment in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX - 1, i64::MAX] {
        let clock =
            "[[event]]\nkind = \"later\"\nafter = \"36500 years\"\n[[event]]\nkind = \"soon\"\nafter = \"1 minutes\"\n";
        in_time(&format!("{HEAD}{clock}{REWARD}"), &referrals(10), Instant(moment), 1);
    }
}
