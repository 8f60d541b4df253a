//! What reversals take back of grants that were paid before, and leave to the beneficiary all the same.
use super::Evaluation;
use crate::base::Instant;
use crate::program::WhenPaid;
use crate::stage::schedule::rule;
use crate::stage::timeline::EntryRow;
use rustc_hash::FxHashMap;

impl Evaluation<'_> {
    /// By entry, whether it is left to the beneficiary: it is taken back by a reversal that keeps what is paid, and an entry of its grant
    /// was paid by then. What gives back is left as well, if as much was left before.
    pub(super) fn kept(&self, rows: &[&EntryRow], paid_at: impl Fn(&EntryRow) -> Option<Instant>) -> Vec<bool> {
        let keeps = |row: &EntryRow| {
            let reversals = &rule(self.program, row).0.reversals;
            row.by.filter(|by| {
                let own = reversals.iter().find(|reversal| reversal.number == by.reversal);
                own.is_some_and(|reversal| reversal.when_paid == WhenPaid::Keep)
            })
        };
        if !rows.iter().any(|row| keeps(row).is_some()) {
            return vec![false; rows.len()];
        }
        let mut paid: FxHashMap<String, Instant> = FxHashMap::default();
        for row in rows.iter().filter(|row| row.by.is_none() && row.amount > 0) {
            if let Some(at) = paid_at(row) {
                let first = paid.entry(self.grant_id(row)).or_insert(at);
                *first = at.min(*first);
            }
        }
        let mut left: FxHashMap<(String, u16), i64> = FxHashMap::default();
        let mut is_kept = |row: &&EntryRow| {
            let Some(by) = keeps(row) else { return false };
            let grant = self.grant_id(row);
            let was_paid = paid.get(&grant).is_some_and(|at| at.0 <= row.earned_at());
            let before = left.entry((grant, by.reversal)).or_default();
            let after = before.saturating_add(row.amount);
            let kept = if row.amount > 0 { *before < 0 && after <= 0 } else { was_paid };
            if kept {
                *before = after;
            }
            kept
        };
        rows.iter().map(&mut is_kept).collect()
    }
}
