//! Answers become record batches: a row per entry, decision or finding, the columns named as in JSON.
//!
//! What is one object there (`beneficiary`) is a column per part here (`beneficiary.party`), as in the tables that a host gives.
mod build;
mod decisions;
mod entries;
mod findings;

pub use decisions::decisions;
pub use entries::{entries, ledger};
pub use findings::findings;

use referral_rules::evaluation::Evaluation;

/// The digits after the point of a column of amounts: those of the unit of the program that has most.
fn digits(evaluation: &Evaluation<'_>) -> u32 {
    let versions = evaluation.program.versions.iter();
    versions.flat_map(|version| version.rewards.iter().map(|reward| reward.unit.digits())).max().unwrap_or(0)
}
