//! Who shares a claim: kept with the referral that has it and with the one that shares.
use super::forms::ReferralBody;
use crate::base::index;
use crate::book::Book;
use crate::stage::timeline::Counting;

/// Notes with whom a referral shares.
pub fn note_sharing(book: &Book, counting: &Counting, referral: u32, body: &mut ReferralBody) {
    let name = |row: &u32| book.referrals.id.get(index(*row)).map_or_else(String::new, |id| book.text(*id).to_owned());
    let sharing = &counting.sharing;
    body.shares_with = sharing.holders.get(&referral).map(name);
    body.sharers = sharing.sharers.get(&referral).map(|others| others.iter().map(name).collect()).unwrap_or_default();
}
