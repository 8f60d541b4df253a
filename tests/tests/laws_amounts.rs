//! Steps lead to amounts, amounts to totals and balances; limits hold.
use referral_tests::{generate::check, laws};

#[test]
fn limits_hold() {
    if let Err(message) = check(400, laws::limits_hold) {
        panic!("{message}");
    }
}

#[test]
fn nobody_costs_more_than_the_bound() {
    if let Err(message) = check(400, laws::nobody_costs_more_than_the_bound) {
        panic!("{message}");
    }
}

#[test]
fn balances_add_up() {
    if let Err(message) = check(400, laws::balances_add_up) {
        panic!("{message}");
    }
}

#[test]
fn steps_lead_to_the_amount() {
    if let Err(message) = check(400, laws::steps_lead_to_the_amount) {
        panic!("{message}");
    }
}

#[test]
fn totals_are_sums() {
    if let Err(message) = check(400, laws::totals_are_sums) {
        panic!("{message}");
    }
}

#[test]
fn no_more_than_was_given() {
    if let Err(message) = check(250, laws::no_more_than_was_given) {
        panic!("{message}");
    }
}

#[test]
fn all_of_it_is_taken_back() {
    if let Err(message) = check(200, laws::all_of_it_is_taken_back) {
        panic!("{message}");
    }
}

#[test]
fn prizes_are_those_of_the_leaderboard() {
    if let Err(message) = check(400, laws::prizes_are_those_of_the_leaderboard) {
        panic!("{message}");
    }
}

#[test]
fn groups_add_up() {
    if let Err(message) = check(250, laws::groups_add_up) {
        panic!("{message}");
    }
}
