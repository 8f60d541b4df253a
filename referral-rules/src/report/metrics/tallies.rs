//! Rows are counted, and what each of them has is summed, under the numbers of their groups.
#![expect(clippy::indexing_slicing, reason = "there is a place for each number that was met")]
use super::basis::Picked;
use super::groups::Sum;
use crate::base::{Number, index, position};
use std::borrow::Cow;

/// What each row of a figure counts.
#[derive(Debug)]
pub(super) enum Values<'a> {
    /// One.
    Ones,
    /// So many units of `10^-scale`.
    Units(Cow<'a, [i64]>, u32),
    /// An exact number.
    Exact(Vec<Number>),
}

/// Tallies and sums by number.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    /// How many rows there are, and above these 32 bits of how many something may still come: tables have no more rows.
    tallies: Vec<u64>,
    /// In units: of all the rows of a table they fit.
    units: Vec<i128>,
    exact: Vec<Sum>,
}

impl Tallies {
    #[inline]
    fn tally(&mut self, slot: usize, under_way: bool) {
        let more = 1 | u64::from(under_way) << 32;
        match self.tallies.get_mut(slot) {
            Some(tally) => *tally = tally.wrapping_add(more),
            None => self.first(slot, more),
        }
    }

    #[cold]
    fn first(&mut self, slot: usize, more: u64) {
        self.tallies.resize(slot.saturating_add(1), 0);
        self.tallies[slot] = more;
    }

    #[inline]
    fn units(&mut self, slot: usize, units: i64) {
        if slot >= self.units.len() {
            self.units.resize(slot.saturating_add(1), 0);
        }
        let sum = &mut self.units[slot];
        *sum = sum.wrapping_add(i128::from(units));
    }

    #[inline]
    fn exact(&mut self, slot: usize, number: Number) {
        if slot >= self.exact.len() {
            self.exact.resize(slot.saturating_add(1), Sum::default());
        }
        self.exact[slot].more(number, false);
    }

    /// Adds the row that is the `nth` of those that have values.
    pub(super) fn one(&mut self, slot: u32, values: &Values<'_>, nth: usize, under_way: bool) {
        self.tally(index(slot), under_way);
        match values {
            Values::Ones => {}
            Values::Units(units, _) => self.units(index(slot), units[nth]),
            Values::Exact(numbers) => self.exact(index(slot), numbers[nth]),
        }
    }

    /// Adds rows by their places; `slot` says where each belongs.
    #[inline]
    pub(super) fn add(
        &mut self,
        picked: &Picked,
        values: &Values<'_>,
        under_way: &[bool],
        mut slot: impl FnMut(usize) -> u32,
    ) {
        match values {
            Values::Ones => picked.each(|place| self.tally(index(slot(place)), under_way[place])),
            Values::Units(units, _) => {
                let mut units = units.iter();
                picked.each(|place| {
                    let slot = index(slot(place));
                    self.tally(slot, under_way[place]);
                    units.next().into_iter().for_each(|units| self.units(slot, *units));
                });
            }
            Values::Exact(numbers) => {
                let mut numbers = numbers.iter();
                picked.each(|place| {
                    let slot = index(slot(place));
                    self.tally(slot, under_way[place]);
                    numbers.next().into_iter().for_each(|number| self.exact(slot, *number));
                });
            }
        }
    }

    /// The sum of each number that has rows.
    pub(super) fn sums<'s>(&'s self, values: &'s Values<'_>) -> impl Iterator<Item = (u32, Sum)> + 's {
        let seen = self.tallies.iter().enumerate().filter(|(_, tally)| **tally > 0);
        seen.map(|(slot, tally)| {
            let mut sum = match values {
                Values::Ones => Sum::rows(tally & u64::from(u32::MAX)),
                Values::Units(_, scale) => {
                    let units = self.units.get(slot).copied().unwrap_or(0);
                    Sum::known(Number::from_scaled(units, *scale))
                }
                Values::Exact(_) => self.exact.get(slot).copied().unwrap_or_default(),
            };
            sum.under_way = tally >> 32 > 0;
            (position(slot), sum)
        })
    }

    /// All of them together.
    pub(super) fn all(&self, values: &Values<'_>) -> Sum {
        let mut out = Sum::default();
        self.sums(values).for_each(|(_, sum)| out.join(sum));
        out
    }
}
