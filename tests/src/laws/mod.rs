//! What must hold for every program and every book: the promises of the engine as functions over random cases.
//!
//! A law gives `Err` with a message that shows the case. `tests/laws_*.rs` run them.
mod amounts;
mod contests;
mod costs;
mod ledger;
mod limits;
mod order;
mod reports;
mod reversals;
mod terms;
mod total;
mod ways;

pub use amounts::{balances_add_up, steps_lead_to_the_amount, totals_are_sums};
pub use contests::prizes_are_those_of_the_leaderboard;
pub use costs::nobody_costs_more_than_the_bound;
pub use ledger::{booked_ledger, ids_are_unique_and_stable, late_news_converges, prefix};
pub use limits::limits_hold;
pub use order::{
    arrival_does_not_matter, other_referrers_do_not_matter, shifted_by_400_years,
    what_is_recorded_later_does_not_matter,
};
pub use reports::groups_add_up;
pub use reversals::{all_of_it_is_taken_back, no_more_than_was_given};
pub use terms::{random_terms_have_the_numbers, terms_have_the_numbers};
pub use total::{damaged_documents, damaged_tables, every_referral_is_decided};
pub use ways::{NUMBERED, STRAIGHT, packed_is_plain, straight_is_by_scopes};

use crate::generate::{Draw, Seeds};
use reports::reports;

/// A law.
pub type Law = fn(&Seeds) -> Result<(), String>;

/// Every law with its name.
pub const ALL: &[(&str, Law)] = &[
    ("prefix", prefix),
    ("booked ledger", booked_ledger),
    ("ids are unique and stable", ids_are_unique_and_stable),
    ("late news converges", late_news_converges),
    ("arrival does not matter", arrival_does_not_matter),
    ("straight is by scopes", straight_is_by_scopes),
    ("packed is plain", packed_is_plain),
    ("what is recorded later does not matter", what_is_recorded_later_does_not_matter),
    ("other referrers do not matter", other_referrers_do_not_matter),
    ("shifted by 400 years", shifted_by_400_years),
    ("nobody costs more than the bound", nobody_costs_more_than_the_bound),
    ("terms have the numbers", random_terms_have_the_numbers),
    ("limits hold", limits_hold),
    ("balances add up", balances_add_up),
    ("steps lead to the amount", steps_lead_to_the_amount),
    ("totals are sums", totals_are_sums),
    ("prizes are those of the leaderboard", prizes_are_those_of_the_leaderboard),
    ("groups add up", groups_add_up),
    ("no more than was given", no_more_than_was_given),
    ("all of it is taken back", all_of_it_is_taken_back),
    ("every referral is decided", every_referral_is_decided),
    ("damaged documents", damaged_documents),
    ("damaged tables", damaged_tables),
];

/// A law's own choices: other ones than those that the head of the program is made from.
fn own(seeds: &Seeds) -> Draw<'_> {
    let mut draw = Draw::new(&seeds.header);
    for _ in 0..14 {
        draw.below(1);
    }
    draw
}
