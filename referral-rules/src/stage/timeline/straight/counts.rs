//! In the total order of events: the counts of their referrers, the levels that these reach, and the tiers that are taken.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::needs::{Levels, Needs, lock_stage};
use super::walk::{ASKS, Row};
use crate::base::{TextId, index};
use crate::book::Book;
use crate::stage::timeline::Opening;
use crate::stage::timeline::applied::LADDERS_MAX;
use crate::stage::timeline::stages::Counted;

/// What is counted so far, and the tiers that were taken for good.
pub(super) struct Levelling<'a> {
    needs: &'a Needs,
    book: &'a Book,
    opening: &'a Opening,
    /// By the place of the referrer; nothing where no measure is asked for.
    counts: Vec<[u32; 4]>,
    /// By referral, stage at which tiers are taken for good, and ladder.
    locked: Vec<u8>,
    /// How many such stages there are.
    lock_stages: usize,
}

/// What stands at a row.
pub(super) struct Levelled {
    /// The tier on each ladder of the row's version.
    pub(super) tiers: [u8; LADDERS_MAX],
    /// The counts after the row, where expressions read them.
    pub(super) counts: [i64; 4],
}

/// The counts of a referrer at a row.
#[derive(Default)]
struct Counts {
    /// From before the history.
    opened: [i64; 4],
    before: [u32; 4],
    after: [u32; 4],
}

impl Counts {
    /// The count of a measure before the row, or after it.
    #[inline]
    fn of(&self, measure: usize, after: bool) -> i64 {
        let now = if after { self.after[measure] } else { self.before[measure] };
        self.opened[measure].saturating_add(i64::from(now))
    }
}

impl<'a> Levelling<'a> {
    pub(super) fn new(needs: &'a Needs, book: &'a Book, opening: &'a Opening) -> Self {
        let parties = if needs.measures == 0 { 0 } else { book.party_places() };
        let lock_stages = usize::try_from(needs.locks.count_ones()).unwrap_or(0);
        let locked = book.referrals.id.len().saturating_mul(lock_stages).saturating_mul(needs.ladders);
        Self { needs, book, opening, counts: vec![[0; 4]; parties], locked: vec![0; locked], lock_stages }
    }

    /// Looks at what rows will ask for, so that it is near when they come one after the other: the counts of many referrers lie far
    /// apart, and looking at all of them at once does not wait for each.
    pub(super) fn look_ahead(&self, rows: &[Row]) {
        if self.counts.len() > 1 {
            let near = |sum: u32, row: &Row| sum ^ self.counts.get(index(row.party)).map_or(0, |counts| counts[0]);
            std::hint::black_box(rows.iter().fold(0, near));
        }
        if self.locked.len() > 1 {
            let near = |sum: u8, row: &Row| sum ^ self.locked.get(self.place(row.referral, 0, 0)).copied().unwrap_or(0);
            std::hint::black_box(rows.iter().fold(0, near));
        }
    }

    /// Counts a row, which comes after all those before it, and takes its tiers.
    #[inline]
    pub(super) fn row(&mut self, row: &Row) -> Levelled {
        let needs = self.needs;
        let mut counts = Counts::default();
        if needs.measures != 0 {
            let own = &mut self.counts[index(row.party)];
            counts.before = *own;
            let counted = Counted { more: row.counted.more & needs.measures, less: row.counted.less & needs.measures };
            counted.change_small(own);
            counts.after = *own;
        }
        if !self.opening.counts.is_empty() {
            counts.opened = self.opened(self.book.party_at(index(row.party)));
        }
        let ladders = needs.levels.get(usize::from(row.version)).map_or(&[][..], |ladders| ladders);
        let tiers = if ladders.is_empty() { [0; LADDERS_MAX] } else { self.take(ladders, row, &counts) };
        let after = |measure: usize| counts.of(measure, true);
        Levelled { tiers, counts: if needs.counts { [after(0), after(1), after(2), after(3)] } else { [0; 4] } }
    }

    fn opened(&self, referrer: TextId) -> [i64; 4] {
        self.opening.counts.get(&referrer.0).copied().unwrap_or_default()
    }

    /// Takes the tiers of a row: the levels of the moment, unless one was taken for good before.
    #[inline]
    fn take(&mut self, ladders: &[Levels], row: &Row, counts: &Counts) -> [u8; LADDERS_MAX] {
        let mut out = [0; LADDERS_MAX];
        let locks_here = self.lock(row.kind.index());
        for (at, (out, ladder)) in out.iter_mut().zip(ladders).enumerate() {
            let now = match ladder.measure {
                Some(measure) if row.is(ASKS) => ladder.at(counts.of(measure, ladder.counts_this_event)),
                _ => 0,
            };
            let taken_before = lock_stage(ladder.taken_at)
                .filter(|stage| row.reached >> stage & 1 == 1 && *stage != row.kind.index())
                .and_then(|stage| self.lock(stage));
            *out = match taken_before {
                Some(lock) => self.locked[self.place(row.referral, lock, at)],
                None => now,
            };
            if let Some(lock) = locks_here {
                let place = self.place(row.referral, lock, at);
                self.locked[place] = now;
            }
        }
        out
    }

    /// Which of the stages at which tiers are taken for good a stage is.
    #[inline]
    fn lock(&self, stage: usize) -> Option<u32> {
        let is_one = stage < 8 && self.needs.locks >> stage & 1 == 1;
        is_one.then(|| (self.needs.locks & !(u8::MAX << stage)).count_ones())
    }

    #[inline]
    fn place(&self, referral: u32, lock: u32, ladder: usize) -> usize {
        let of_referral = index(referral).saturating_mul(self.lock_stages).saturating_add(index(lock));
        of_referral.saturating_mul(self.needs.ladders).saturating_add(ladder)
    }
}
