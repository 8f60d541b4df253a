//! Explanations in plain text: why a referral is where it is, why an entry is what it is, where a referrer stands.
//!
//! An explanation renders what the evaluation says, with the place in the document. It computes no amount.
mod entry;
mod referral;
mod referrer;

pub use entry::entry;
pub use referral::referral;
pub(super) use referral::{is_taken_over, only_shares, stage_reason, write_reasons};
pub use referrer::referrer;
