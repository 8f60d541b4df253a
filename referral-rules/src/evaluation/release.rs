//! Release: when the event came that releases what is held, and what was forfeited because it did not come in time.
use super::Evaluation;
use crate::base::Instant;
use crate::program::CountedFrom;
use crate::stage::schedule::{Dates, anchor, promise, release_of, rule};
use crate::stage::timeline::EntryRow;
use rustc_hash::FxHashMap;

/// When the first event of a kind happened to a referral, of the kinds of which it is asked.
pub(super) struct Releases(FxHashMap<(u32, u16), i64>);

impl Releases {
    pub(super) fn new(evaluation: &Evaluation<'_>) -> Self {
        let mut out: FxHashMap<(u32, u16), i64> = FxHashMap::default();
        for one in &evaluation.timeline.alive {
            let first = out.entry((one.referral, one.kind.0)).or_insert(one.at);
            *first = one.at.min(*first);
        }
        Self(out)
    }

    /// When the event came that releases an entry, if one must and it is asked when.
    pub(super) fn event(&self, evaluation: &Evaluation<'_>, row: &EntryRow) -> Option<Instant> {
        let kind = rule(evaluation.program, row).1.hold_until?;
        self.0.get(&(row.referral, kind.0)).copied().map(Instant)
    }

    /// Whether an entry was not released in time.
    pub(super) fn is_forfeited(&self, evaluation: &Evaluation<'_>, row: &EntryRow) -> bool {
        let (version, reward) = rule(evaluation.program, row);
        let Some(after) = reward.forfeited_after else { return false };
        let last = after.deadline(anchor(row), &evaluation.program.zone, &version.calendar).unwrap_or(Instant::MAX);
        evaluation.as_of > last && self.event(evaluation, row).is_none_or(|event| event > last)
    }

    /// The promises that count from the release, once it has come.
    pub(super) fn promises(&self, evaluation: &Evaluation<'_>, row: &EntryRow, dates: &mut Dates) {
        let (version, reward) = rule(evaluation.program, row);
        if reward.counted_from == CountedFrom::Release && reward.hold_until.is_some() {
            if let Some(event) = self.event(evaluation, row) {
                let from = release_of(evaluation.program, row, Some(event));
                promise(evaluation.program, version, reward, from, row.amount >= 0, dates);
            }
        }
    }
}
