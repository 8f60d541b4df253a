//! Groups and their sums: by what rows are put together, and what comes of it.
#![expect(clippy::indexing_slicing, reason = "a month has its place once it is there")]
use crate::base::{Day, Instant, Number, TextId, Zone, index, position};
use crate::expr::{Column, Vector};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::fmt;

/// What tells rows apart, without text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    /// There is no value.
    Missing,
    /// A row that belongs to nobody.
    Nobody,
    /// true or false
    Bool(bool),
    /// A whole number, a day, an instant, a month, a campaign.
    Whole(i64),
    /// An exact number, by its place among those that were met.
    Number(u32),
    /// A text.
    Text(TextId),
}

/// The exact numbers that tell rows apart, each once.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    places: FxHashMap<(i128, i128), u32>,
    all: Vec<Number>,
}

impl Numbers {
    fn key(&mut self, number: Number) -> Key {
        let next = position(self.all.len());
        let place = *self.places.entry((number.numerator(), number.denominator())).or_insert(next);
        if place == next {
            self.all.push(number);
        }
        Key::Number(place)
    }

    /// The number at a place.
    pub(super) fn at(&self, place: u32) -> Option<Number> {
        self.all.get(index(place)).copied()
    }
}

impl Key {
    /// The key of each value; whole numbers and exact ones are alike.
    pub(super) fn all(result: &Vector, is_number: bool, numbers: &mut Numbers, out: &mut Vec<Self>) {
        let ok = |at: usize| result.status.get(at).is_some_and(|status| status.is_ok());
        fn push<T: Copy>(values: &[T], ok: impl Fn(usize) -> bool, mut key: impl FnMut(T) -> Key, out: &mut Vec<Key>) {
            let keys = values.iter().enumerate();
            out.extend(keys.map(|(at, value)| if ok(at) { key(*value) } else { Key::Missing }));
        }
        match &result.column {
            Column::Bool(values) => push(values, ok, Self::Bool, out),
            Column::Int(values) if is_number => push(values, ok, |whole| numbers.key(Number::from(whole)), out),
            Column::Int(values) => push(values, ok, Self::Whole, out),
            Column::Decimal(values) => push(values, ok, |number| numbers.key(number), out),
            Column::Text(values) => push(values, ok, Self::Text, out),
            Column::List(values) => out.resize(values.len(), Self::Missing),
        }
    }
}

/// What rows have in common, in the order of answers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Group {
    /// Nothing: all rows.
    All,
    /// A month: twelve times the year, and the month from 0.
    Month(i32),
    /// A number.
    Number(Number),
    /// A text, or what is written like one.
    Text(String),
    /// That the value is missing.
    Missing,
}

impl Group {
    /// What stands in answers; nothing for all rows, and for those without a value.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Self::All | Self::Missing => None,
            Self::Month(month) => Some(MonthText(*month).to_string()),
            Self::Number(number) => Some(number.to_string()),
            Self::Text(text) => Some(text.clone()),
        }
    }
}

/// A month as `2026-03`.
pub(super) struct MonthText(pub(super) i32);

impl fmt::Display for MonthText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12).saturating_add(1))
    }
}

/// The sum of a group's rows. Whole numbers, which most are, are added as such.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    count: i64,
    whole: i128,
    rest: Option<Number>,
    pub(super) under_way: bool,
    /// Whether there is any row.
    pub(super) seen: bool,
}

impl Default for Sum {
    fn default() -> Self {
        Self { count: 0, whole: 0, rest: Some(Number::ZERO), under_way: false, seen: false }
    }
}

impl Sum {
    /// So many more rows.
    #[inline]
    pub(super) fn rows(&mut self, rows: usize) {
        self.count = self.count.saturating_add(i64::try_from(rows).unwrap_or(i64::MAX));
        self.seen |= rows > 0;
    }

    /// One more row.
    #[inline]
    pub(super) fn one(&mut self, under_way: bool) {
        self.rows(1);
        self.under_way |= under_way;
    }

    /// One more row with a value.
    #[inline]
    pub(super) fn more(&mut self, value: Number, under_way: bool) {
        if value.denominator() == 1 {
            match self.whole.checked_add(value.numerator()) {
                Some(whole) => self.whole = whole,
                None => self.rest = None,
            }
        } else {
            self.rest = self.rest.and_then(|sum| sum.checked_add(value));
        }
        self.under_way |= under_way;
        self.seen = true;
    }

    fn join(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.rest = self.rest.zip(other.rest).and_then(|(own, other)| own.checked_add(other));
        match self.whole.checked_add(other.whole) {
            Some(whole) => self.whole = whole,
            None => self.rest = None,
        }
        self.under_way |= other.under_way;
        self.seen |= other.seen;
    }

    fn value(&self) -> Value {
        let whole = self.whole.checked_add(i128::from(self.count)).and_then(|whole| Number::fraction(whole, 1));
        let number = whole.zip(self.rest).and_then(|(whole, rest)| whole.checked_add(rest));
        Value { number, under_way: self.under_way }
    }
}

/// Sums by month, one after the other.
#[derive(Debug, Default)]
pub(super) struct ByMonth {
    first: i32,
    sums: Vec<Sum>,
}

impl ByMonth {
    /// The sum of a month.
    #[inline]
    pub(super) fn of(&mut self, month: i32) -> &mut Sum {
        if self.sums.is_empty() {
            self.first = month;
        }
        if month < self.first {
            let more = usize::try_from(self.first.saturating_sub(month)).unwrap_or(0);
            self.sums.splice(0..0, std::iter::repeat_n(Sum::default(), more));
            self.first = month;
        }
        let at = usize::try_from(month.saturating_sub(self.first)).unwrap_or(0);
        if at >= self.sums.len() {
            self.sums.resize(at.saturating_add(1), Sum::default());
        }
        &mut self.sums[at]
    }

    /// The months with rows.
    pub(super) fn seen(self) -> impl Iterator<Item = (i32, Sum)> {
        (self.first..).zip(self.sums).filter(|(_, sum)| sum.seen)
    }
}

/// Sums on their way, by what tells their rows apart.
#[derive(Debug)]
pub(super) enum Sums {
    /// All rows are one.
    Whole(Sum),
    /// Each month.
    Months(ByMonth),
    /// Each key.
    Keys(FxHashMap<Key, Sum>),
}

/// What a group comes to: none where it cannot be told.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Value {
    pub(super) number: Option<Number>,
    pub(super) under_way: bool,
}

/// Groups with what they come to, figures added up.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    values: BTreeMap<Group, Value>,
    /// What a group is that is not there: nothing of what is counted, or no value at all.
    without: Option<Option<Number>>,
    /// Groups that are still added to.
    sums: BTreeMap<Group, Sum>,
}

impl Groups {
    /// The groups of rows; rows of nobody are in none.
    pub(super) fn of(sums: impl Iterator<Item = (Group, Sum)>) -> Self {
        let mut out = Self::default();
        for (group, sum) in sums {
            out.entry(group).join(sum);
        }
        out
    }

    /// The sum of a group that is still added to.
    pub(super) fn entry(&mut self, group: Group) -> &mut Sum {
        self.sums.entry(group).or_default()
    }

    /// Adds the groups of another figure, and what it is where it has none.
    pub(super) fn add(&mut self, mut other: Self, without: Option<Number>) {
        other.values.extend(std::mem::take(&mut other.sums).into_iter().map(|(group, sum)| (group, sum.value())));
        let own_without = self.without;
        for (group, value) in &mut self.values {
            let more = other.values.get(group).map_or(without, |value| value.number);
            value.number = value.number.zip(more).and_then(|(own, more)| own.checked_add(more));
            value.under_way |= other.values.get(group).is_some_and(|value| value.under_way);
        }
        for (group, value) in other.values {
            let before = own_without.unwrap_or(Some(Number::ZERO));
            self.values.entry(group).or_insert_with(|| Value {
                number: value.number.zip(before).and_then(|(more, before)| before.checked_add(more)),
                under_way: value.under_way,
            });
        }
        self.without = Some(own_without.unwrap_or(Some(Number::ZERO)).and(without));
    }

    /// What a group comes to, be it there or not.
    pub(super) fn of_group(&self, group: &Group) -> Value {
        let without = self.without.unwrap_or(Some(Number::ZERO));
        self.values.get(group).copied().unwrap_or(Value { number: without, under_way: false })
    }

    /// The groups that are there.
    pub(super) fn groups(&self) -> impl Iterator<Item = &Group> {
        self.values.keys()
    }

    /// Each group divided by that of others; without a value where those come to nothing.
    pub(super) fn divided(self, by: Self) -> Self {
        let all: Vec<Group> = self.groups().chain(by.groups()).cloned().collect();
        let values = all.into_iter().map(|group| {
            let (above, below) = (self.of_group(&group), by.of_group(&group));
            let number = quotient(above.number, below.number);
            (group, Value { number, under_way: above.under_way || below.under_way })
        });
        Self { values: values.collect(), ..Self::default() }
    }
}

/// A quotient; none by nothing.
pub(super) fn quotient(above: Option<Number>, below: Option<Number>) -> Option<Number> {
    above.zip(below.filter(|below| !below.is_zero())).and_then(|(above, below)| above.checked_div(below))
}

/// The month of each instant: the bounds of the one that was found last are kept, for instants mostly lie near each other.
#[derive(Debug, Default)]
pub(super) struct Months {
    known: Vec<(i64, i64, i32)>,
}

/// So many months are kept.
const KEPT: usize = 64;

impl Months {
    /// The month of an instant: twelve times the year, and the month from 0.
    pub(super) fn of(&mut self, zone: &Zone, at: i64) -> i32 {
        let after = self.known.partition_point(|(from, ..)| *from <= at);
        let found = after.checked_sub(1).and_then(|place| self.known.get(place));
        if let Some((_, _, month)) = found.filter(|(_, until, _)| at < *until) {
            return *month;
        }
        let day = zone.day_of(Instant(at));
        let (year, month, _) = day.ymd();
        let month = year.saturating_mul(12).saturating_add(i32::try_from(month).unwrap_or(1)).saturating_sub(1);
        let from = zone.first_instant(day.first_of_month()).0;
        let until = zone.first_instant(Day(day.last_of_month().0.saturating_add(1))).0;
        // What would not lie within its own bounds is not kept.
        if self.known.len() < KEPT && (from..until).contains(&at) {
            self.known.insert(after, (from, until, month));
        }
        month
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
                assert_eq!(MonthText(months.of(&zone, at)).to_string(), month);
            }
        }
    }
}
