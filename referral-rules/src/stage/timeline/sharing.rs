//! What is taken in for the holder of a claim is taken in for each who shares it, right after it, from its own submission on and
//! without asking what may follow. So each has counts and tiers of its own, and is disqualified and lost with the holder.
use super::applied::{Applied, Applying, Counting, Going};
use super::items::{Item, Place, What};
use super::making::Arrival;
use crate::base::{NONE, index};
use crate::program::Share;
use crate::stage::attribution::Standing;
use crate::stage::submission::NO_VERSION;
use rustc_hash::FxHashMap;

/// Who shares with whom, as far as the timeline has come.
#[derive(Debug, Default)]
pub struct Sharing {
    /// Those who share the claim of a holder, by submission.
    pub sharers: FxHashMap<u32, Vec<u32>>,
    /// The holder with whom a referral shares.
    pub holders: FxHashMap<u32, u32>,
}

impl Sharing {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.sharers.clear();
        self.holders.clear();
    }

    /// From now on a referral shares the claim of another.
    pub fn join(&mut self, sharer: u32, holder: u32) {
        self.sharers.entry(holder).or_default().push(sharer);
        self.holders.insert(sharer, holder);
    }

    fn of(&self, referral: u32, version: u16) -> Share {
        let holder = self.holders.get(&referral).copied().unwrap_or(referral);
        let others = self.sharers.get(&holder).map_or(&[][..], |others| others);
        let place = others.iter().position(|sharer| *sharer == referral).map_or(0, |at| at.saturating_add(1));
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        Share { holder, version, place: small(place), of: small(others.len().saturating_add(1)) }
    }
}

impl Applied {
    /// The referral to which it happened: for those who share a claim the one that has it.
    pub fn happened_to(&self, row: usize) -> u32 {
        match self.share.get(row) {
            Some(share) if share.place > 0 && self.what.get(row) != Some(&What::Submission) => share.holder,
            _ => self.referral.get(row).copied().unwrap_or(NONE),
        }
    }
}

impl Applying<'_> {
    /// Notes that a referral shares a claim, before its submission is taken in.
    pub(super) fn join(&self, item: &Item, moment: i64, state: &mut Counting) {
        if item.what == What::Submission
            && let Standing::Shares(holder, _) = self.standings.at(self.book, item.referral, moment)
        {
            state.sharing.join(item.referral, holder);
        }
    }

    /// Takes what was taken in of an item, from a row on, in for those who share with its referral; but not what conditions made that
    /// each of them has of its own.
    pub(super) fn pass_on(
        &self,
        item: &Item,
        from: usize,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
    ) {
        let sharers = state.sharing.sharers.get(&item.referral).cloned().unwrap_or_default();
        let own = going.making.as_mut().map(|making| std::mem::take(&mut making.own)).unwrap_or_default();
        let rows = (from..out.kind.len()).filter(|row| !own.contains(row));
        let kinds: Vec<_> = rows.filter_map(|row| out.kind.get(row).copied()).collect();
        let rank = |sharer: u32| self.book.referral_rank.get(index(sharer)).copied().unwrap_or_default();
        for (share, referral) in (1_u8..).zip(sharers) {
            let item = Item { referral, place: Place { share, sharer_rank: rank(referral), ..item.place }, ..*item };
            for kind in kinds.iter().copied() {
                self.enter(Arrival { item: &item, kind, shared: true }, kind, going, state, out);
            }
        }
        if let Some(making) = &mut going.making {
            making.own.clear();
        }
    }

    /// What a referral has of what happens, beside those who share.
    pub(super) fn share_of(&self, referral: u32, state: &Counting) -> Share {
        let holder = state.sharing.holders.get(&referral).copied().unwrap_or(referral);
        let version = self.submissions.version.get(index(holder)).copied().unwrap_or(NO_VERSION);
        state.sharing.of(referral, version)
    }
}
