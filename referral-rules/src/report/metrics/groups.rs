//! Groups and their sums: by what rows are put together, and what comes of it.
use crate::base::Number;
use std::collections::BTreeMap;
use std::fmt;

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

/// The sum of a group's rows. Numbers of few decimals, which most are, are added in units of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sum {
    rows: u64,
    units: i128,
    rest: Option<Number>,
    pub(super) under_way: bool,
}

/// Units of so many decimals.
const DECIMALS: u32 = 6;
/// So many of them are one.
const ONE: u64 = 1_000_000;

impl Default for Sum {
    fn default() -> Self {
        Self { rows: 0, units: 0, rest: Some(Number::ZERO), under_way: false }
    }
}

/// A number in units, if it is so many.
#[inline]
fn in_units(value: Number) -> Option<i128> {
    let denominator = u64::try_from(value.denominator()).ok()?;
    let each = ONE.checked_div(denominator).filter(|_| ONE.checked_rem(denominator) == Some(0))?;
    value.numerator().checked_mul(i128::from(each))
}

impl Sum {
    /// So many rows that are counted.
    pub(super) fn rows(rows: u64) -> Self {
        Self { rows, ..Self::default() }
    }

    /// What is known to come of a group; none where it cannot be told.
    pub(super) fn known(number: Option<Number>) -> Self {
        Self { rest: number, ..Self::default() }
    }

    /// One more row with a value.
    #[inline]
    pub(super) fn more(&mut self, value: Number, under_way: bool) {
        match in_units(value).and_then(|units| self.units.checked_add(units)) {
            Some(units) => self.units = units,
            None => self.rest = self.rest.and_then(|sum| sum.checked_add(value)),
        }
        self.under_way |= under_way;
    }

    /// The rows of another sum more.
    pub(super) fn join(&mut self, other: Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.rest = self.rest.zip(other.rest).and_then(|(own, other)| own.checked_add(other));
        match self.units.checked_add(other.units) {
            Some(units) => self.units = units,
            None => self.rest = None,
        }
        self.under_way |= other.under_way;
    }

    fn value(&self) -> Value {
        let units = Number::from_scaled(self.units, DECIMALS);
        let rows = Number::fraction(i128::from(self.rows), 1);
        let whole = units.zip(rows).and_then(|(units, rows)| units.checked_add(rows));
        let number = whole.zip(self.rest).and_then(|(whole, rest)| whole.checked_add(rest));
        Value { number, under_way: self.under_way }
    }
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
    /// The groups of sums.
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
