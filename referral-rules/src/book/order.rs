//! The orders of a book: referrals by id, by submission, events by id.
use super::Book;
use crate::base::{Buffer, NONE, SortedId, TextId, index, position};

impl Book {
    /// Sorts by the ids' texts.
    pub(super) fn rank_by_texts(&mut self) {
        self.by_id = Buffer::from(self.sorted(&self.referrals.id));
        self.events_by_id = self.sorted(&self.events.id);
        self.event_rank = ranks(&self.events_by_id);
        self.referral_rank = ranks(&self.by_id);
        self.order_by_submission();
    }

    /// The order of submission, once `by_id` is known.
    pub(super) fn order_by_submission(&mut self) {
        let submitted_at = &*self.referrals.submitted_at;
        let at = |row: &u32| submitted_at.get(index(*row)).copied().unwrap_or(super::NEVER);
        // Mostly ids rise with time; the sort keeps the order of ids among those of one instant.
        if self.by_id.is_sorted_by_key(at) {
            self.order = self.by_id.clone();
        } else {
            let mut order = self.by_id.to_vec();
            order.sort_by_key(at);
            self.order = Buffer::from(order);
        }
    }

    fn sorted(&self, ids: &[TextId]) -> Vec<u32> {
        let text = |row: u32| ids.get(index(row)).map_or("", |id| self.text(*id));
        let mut keyed: Vec<(SortedId, u32)> =
            (0..position(ids.len())).map(|row| (SortedId::of(text(row)), row)).collect();
        // Most ids differ in what is looked at first; the texts themselves lie far apart.
        keyed.sort_unstable_by(|(left, left_row), (right, right_row)| {
            left.cmp(right).then_with(|| text(*left_row).cmp(text(*right_row)))
        });
        keyed.into_iter().map(|(_, row)| row).collect()
    }
}

/// The place of each row in an order.
pub(super) fn ranks(order: &[u32]) -> Vec<u32> {
    let mut out = vec![NONE; order.len()];
    for (rank, row) in (0_u32..).zip(order) {
        if let Some(slot) = out.get_mut(index(*row)) {
            *slot = rank;
        }
    }
    out
}
