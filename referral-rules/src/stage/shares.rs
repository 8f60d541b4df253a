//! Who shares a claim: a later referral of another referrer with the same key, while there is a share left for it.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::submission::{Sides, Submissions};
use crate::base::index;
use crate::book::Book;
use crate::program::{Party, Program};
use std::collections::BTreeMap;

/// Whether a new referral, of which some sides are refused, shares the claim of a holder with those who share it already.
fn can_share(
    (program, book): (&Program, &Book),
    submissions: &Submissions,
    (referral, refused): (u32, Sides),
    (holder, others): (u32, &[u32]),
) -> bool {
    let Some(shares) = program.shares_of(submissions.version[index(holder)]) else { return false };
    let referrer = |row: u32| book.referrals.referrer[index(row)];
    let mut those = std::iter::once(holder).chain(others.iter().copied());
    others.len().saturating_add(1) < shares.at_most()
        && !refused.has(Party::Referrer)
        && !those.any(|other| referrer(other) == referrer(referral))
}

/// Whether a referral shares the claim of a holder: then it has the next share.
pub fn share(
    (program, book): (&Program, &Book),
    submissions: &Submissions,
    (referral, closes): (u32, bool),
    holder: u32,
    sharers: &mut BTreeMap<u32, Vec<u32>>,
) -> bool {
    if !program.shares_claims() {
        return false;
    }
    let refused = submissions.refuses(referral, closes);
    let others = sharers.entry(holder).or_default();
    let shares = can_share((program, book), submissions, (referral, refused), (holder, others));
    if shares {
        others.push(referral);
    }
    shares
}
