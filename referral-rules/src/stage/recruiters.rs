//! Recruiters: by whom the referrer of a referral was referred. Attribution knows it, for only accepted referrals recruit; the
//! first one before counts, as it stood when the referral was submitted.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use crate::base::{NONE, TextId, index};
use crate::book::Book;
use rustc_hash::FxHashMap;

/// Who recruited the referrers of referrals.
#[derive(Debug, Default)]
pub struct Recruiters {
    /// As of the moment of the answer, by referral; those without one are not among them.
    pub current: FxHashMap<u32, TextId>,
    /// Those that changed: from which moment on, who.
    pub history: FxHashMap<u32, Vec<(i64, Option<TextId>)>>,
}

impl Recruiters {
    /// The text id of the recruiter as known at a moment, or `NONE`.
    pub fn at(&self, referral: u32, moment: i64) -> u32 {
        let found = match self.history.get(&referral) {
            None => self.current.get(&referral).copied(),
            Some(changes) => changes.iter().rev().find(|(from, _)| *from <= moment).and_then(|(_, found)| *found),
        };
        found.map_or(NONE, |found| found.0)
    }

    /// Takes down who it is as known at a moment, if that is another one than before.
    pub(super) fn note(&mut self, referral: u32, moment: i64, found: Option<TextId>) {
        let changes = self.history.entry(referral).or_default();
        if changes.last().and_then(|(_, last)| *last) != found {
            changes.push((moment, found));
        }
    }
}

/// The accepted referrals so far that recruit, by the account that they are about.
#[derive(Debug, Default)]
pub struct Recruiting {
    by_account: FxHashMap<TextId, Vec<(u32, TextId)>>,
    /// What was found.
    pub found: FxHashMap<u32, TextId>,
}

impl Recruiting {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.by_account.clear();
        self.found.clear();
    }

    /// Takes in an accepted referral: who recruited its referrer, and whom it recruits itself.
    pub fn accept(&mut self, book: &Book, referral: u32) {
        let referrer = book.referrals.referrer[index(referral)];
        if let Some((_, recruiter)) = self.by_account.get(&referrer).and_then(|before| before.first()) {
            self.found.insert(referral, *recruiter);
        }
        if let Some(account) = recruited(book, referral) {
            self.by_account.entry(account).or_default().push((referral, referrer));
        }
    }

    /// A referral that was taken over recruits nobody any more.
    pub fn end(&mut self, book: &Book, referral: u32) {
        let before = recruited(book, referral).and_then(|account| self.by_account.get_mut(&account));
        before.into_iter().for_each(|before| before.retain(|(other, _)| *other != referral));
    }
}

/// The account that a referral recruits, if it is accepted: nobody recruits himself.
pub fn recruited(book: &Book, referral: u32) -> Option<TextId> {
    let referrals = &book.referrals;
    let row = index(referral);
    let named = referrals.referee_given[row] && !book.is_nobody(referrals.referrer[row]);
    (named && referrals.referee[row] != referrals.referrer[row]).then(|| referrals.referee[row])
}
