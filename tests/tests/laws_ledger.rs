//! Nothing that was booked changes, nothing is booked twice, late news ends where timely news would have.
use referral_tests::{generate::check, laws};

#[test]
fn prefix() {
    if let Err(message) = check(400, laws::prefix) {
        panic!("{message}");
    }
}

#[test]
fn booked_ledger() {
    if let Err(message) = check(400, laws::booked_ledger) {
        panic!("{message}");
    }
}

#[test]
fn ids_are_unique_and_stable() {
    if let Err(message) = check(400, laws::ids_are_unique_and_stable) {
        panic!("{message}");
    }
}

#[test]
fn late_news_converges() {
    if let Err(message) = check(400, laws::late_news_converges) {
        panic!("{message}");
    }
}
