//! What must not matter does not: the order of rows, rows that come again, threads, other referrers, the century.
use referral_tests::{generate::check, laws};

#[test]
fn arrival_does_not_matter() {
    if let Err(message) = check(400, laws::arrival_does_not_matter) {
        panic!("{message}");
    }
}

#[test]
fn other_referrers_do_not_matter() {
    if let Err(message) = check(400, laws::other_referrers_do_not_matter) {
        panic!("{message}");
    }
}

#[test]
fn shifted_by_400_years() {
    if let Err(message) = check(400, laws::shifted_by_400_years) {
        panic!("{message}");
    }
}

#[test]
fn what_is_recorded_later_does_not_matter() {
    if let Err(message) = check(400, laws::what_is_recorded_later_does_not_matter) {
        panic!("{message}");
    }
}
