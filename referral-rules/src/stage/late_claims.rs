//! Where late news may have changed whose a referee was: referrals that share keys, directly or over others, or may lie on one
//! circle. Only there attribution is gone through as known at several moments.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::attribution::Attributing;
use super::earlier::Asked;
use super::recruiters::recruited;
use crate::base::{TextId, index, position};
use rustc_hash::FxHashMap;

impl Attributing<'_> {
    /// Whether late events of the referral may have changed how it holds its claims.
    fn has_late_events(&self, referral: u32, as_of: i64) -> bool {
        self.holding.as_ref().is_some_and(|holding| holding.late_moments(referral, as_of).next().is_some())
    }

    /// Whether the referral itself became known after its submission: what it takes over it took before anybody knew.
    fn takes_over_late(&self, referral: u32) -> bool {
        let referrals = &self.book.referrals;
        self.program.takes_claims_over() && referrals.known[index(referral)] > referrals.submitted_at[index(referral)]
    }

    /// Groups of referrals that belong together; only groups with late news are returned.
    pub(super) fn groups_with_late_news(&self, as_of: i64) -> Vec<Vec<u32>> {
        let book = self.book;
        if self.holding.is_none() && book.is_on_time() {
            return Vec::new();
        }
        let withdrawn = |row: u32| book.referrals.withdrawn[index(row)] <= as_of;
        let late = |row: u32| withdrawn(row) || self.has_late_events(row, as_of) || self.takes_over_late(row);
        let mut running = i64::MIN;
        let mut any = false;
        for row in &book.order {
            let known = book.referrals.known[index(*row)];
            if known <= as_of {
                any |= known < running || late(*row);
                running = running.max(known);
            }
        }
        if !any {
            return Vec::new();
        }
        let mut parent: Vec<u32> = (0..position(book.referrals.id.len())).collect();
        let mut first: FxHashMap<(u16, u32), u32> = FxHashMap::default();
        for row in &book.order {
            for key in self.keys.of(*row) {
                let other = *first.entry(key).or_insert(*row);
                join(&mut parent, *row, other);
            }
        }
        // Those that may lie on one circle belong together as well.
        let mut referred: FxHashMap<TextId, u32> = FxHashMap::default();
        for row in &book.order {
            let accounts = self.circles.as_ref().and_then(|circles| circles.accounts(*row));
            for account in accounts.into_iter().flat_map(|(referrer, referee)| [referrer, referee]) {
                let other = *referred.entry(account).or_insert(*row);
                join(&mut parent, *row, other);
            }
        }
        // So do those that may recruit each other's referrers.
        let mut met: FxHashMap<TextId, u32> = FxHashMap::default();
        for row in book.order.iter().filter(|_| self.recruits) {
            let referrer = Some(book.referrals.referrer[index(*row)]);
            for account in referrer.into_iter().chain(recruited(book, *row)) {
                let other = *met.entry(account).or_insert(*row);
                join(&mut parent, *row, other);
            }
        }
        // And those of whom requirements ask together.
        let mut asked: FxHashMap<Asked, u32> = FxHashMap::default();
        if let Some(earlier) = &self.earlier {
            for row in &book.order {
                for key in earlier.asked(*row) {
                    let other = *asked.entry(key).or_insert(*row);
                    join(&mut parent, *row, other);
                }
            }
        }
        let mut groups: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for row in &book.order {
            if book.referrals.known[index(*row)] <= as_of {
                groups.entry(root(&mut parent, *row)).or_default().push(*row);
            }
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
        groups.retain(|group| {
            let among_others = |row: &u32| self.has_late_events(*row, as_of) || self.takes_over_late(*row);
            let late = group.len() > 1 && group.iter().any(among_others);
            let in_order = group.is_sorted_by_key(|row| book.referrals.known[index(*row)]);
            late || !in_order || group.iter().any(|row| withdrawn(*row))
        });
        groups.sort_unstable();
        groups
    }
}

fn join(parent: &mut [u32], row: u32, other: u32) {
    let (left, right) = (root(parent, row), root(parent, other));
    parent[index(left.max(right))] = left.min(right);
}

fn root(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[index(row)] != row {
        parent[index(row)] = parent[index(parent[index(row)])];
        row = parent[index(row)];
    }
    row
}
