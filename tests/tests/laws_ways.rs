//! However an answer comes about, it is the same.
use referral_tests::generate::check;
use referral_tests::laws::{NUMBERED, STRAIGHT, packed_is_plain, straight_is_by_scopes};
use std::sync::atomic::Ordering;

#[test]
fn straight_on_or_scope_by_scope() {
    if let Err(message) = check(400, straight_is_by_scopes) {
        panic!("{message}");
    }
    let [all, quick] = STRAIGHT.each_ref().map(|counter| counter.load(Ordering::Relaxed));
    assert!(quick * 50 > all, "of {all} answers only {quick} went straight on");
}

#[test]
fn packed_columns_of_numbers_or_plain_ones_of_texts() {
    if let Err(message) = check(400, packed_is_plain) {
        panic!("{message}");
    }
    let [all, quick] = NUMBERED.each_ref().map(|counter| counter.load(Ordering::Relaxed));
    assert!(quick * 2 > all, "of {all} books only {quick} were read as numbers");
}
