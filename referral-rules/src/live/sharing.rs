//! Who shares a claim: found for a new referral, kept with the referral that has it and with the one that shares.
use super::apply::Stepping;
use super::forms::ReferralBody;
use crate::base::index;
use crate::book::Book;
use crate::stage::shares::can_share;
use crate::stage::timeline::Counting;

impl Stepping<'_> {
    /// Whether a new referral shares the claim of a holder: then it has the next share.
    pub(super) fn share(&mut self, (row, closes): (u32, bool), holder: u32) -> bool {
        let refused = self.submissions.refuses(row, closes);
        let others = self.sharers.entry(holder).or_default();
        let facts = (self.program, &self.small.book);
        let shares = can_share(facts, &self.submissions, (row, refused), (holder, others));
        if shares {
            others.push(row);
        }
        shares
    }
}

/// Notes with whom a referral shares.
pub fn note_sharing(book: &Book, counting: &Counting, referral: u32, body: &mut ReferralBody) {
    let name = |row: &u32| book.referrals.id.get(index(*row)).map_or_else(String::new, |id| book.text(*id).to_owned());
    let sharing = &counting.sharing;
    body.shares_with = sharing.holders.get(&referral).map(name);
    body.sharers = sharing.sharers.get(&referral).map(|others| others.iter().map(name).collect()).unwrap_or_default();
}
