//! Instants become months, and each month that is met gets a number.
use super::groups::Group;
use crate::base::{Day, Instant, Zone, index, position};
use rustc_hash::FxHashMap;

/// The months that were met, and the instants between which each lies: what comes mostly lies near what came before.
#[derive(Debug, Default)]
pub(super) struct Months {
    last: (i64, i64, u32),
    known: Vec<(i64, i64, u32)>,
    slots: FxHashMap<i32, u32>,
    months: Vec<i32>,
}

/// Of so many months the bounds are kept.
const KEPT: usize = 256;

impl Months {
    /// The number of an instant's month, from 1.
    #[inline]
    pub(super) fn slot(&mut self, zone: &Zone, at: i64) -> u32 {
        let (from, until, slot) = self.last;
        if from <= at && at < until { slot } else { self.found(zone, at) }
    }

    fn found(&mut self, zone: &Zone, at: i64) -> u32 {
        let after = self.known.partition_point(|(from, ..)| *from <= at);
        let found = after.checked_sub(1).and_then(|place| self.known.get(place));
        if let Some(found) = found.filter(|(_, until, _)| at < *until) {
            self.last = *found;
            return found.2;
        }
        let day = zone.day_of(Instant(at));
        let (year, month, _) = day.ymd();
        let month = year.saturating_mul(12).saturating_add(i32::try_from(month).unwrap_or(1)).saturating_sub(1);
        let next = position(self.months.len()).saturating_add(1);
        let slot = *self.slots.entry(month).or_insert(next);
        if slot == next {
            self.months.push(month);
        }
        let from = zone.first_instant(day.first_of_month()).0;
        let until = zone.first_instant(Day(day.last_of_month().0.saturating_add(1))).0;
        // What would not lie within its own bounds is not kept.
        if self.known.len() < KEPT && (from..until).contains(&at) {
            self.known.insert(after, (from, until, slot));
            self.last = (from, until, slot);
        }
        slot
    }

    /// The month with a number: twelve times the year, and the month from 0.
    pub(super) fn month(&self, slot: u32) -> Option<i32> {
        self.months.get(index(slot).checked_sub(1)?).copied()
    }

    /// The group of a number.
    pub(super) fn group(&self, slot: u32) -> Option<Group> {
        self.month(slot).map(Group::Month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_zone() {
        let zone = Zone::named("America/New_York").unwrap();
        let mut months = Months::default();
        for (at, month) in [
            ("2026-03-01T04:59:59Z", "2026-02"),
            ("2026-03-01T05:00:00Z", "2026-03"),
            ("2026-04-01T03:59:59Z", "2026-03"),
            ("2026-04-01T04:00:00Z", "2026-04"),
            ("2026-02-28T12:00:00Z", "2026-02"),
            ("2025-12-31T12:00:00Z", "2025-12"),
        ] {
            let at = Instant::parse(at).unwrap().0;
            for _ in 0..2 {
                let slot = months.slot(&zone, at);
                assert_eq!(months.group(slot).unwrap().shown().unwrap(), month);
            }
        }
        assert_eq!(months.month(0), None);
    }
}
