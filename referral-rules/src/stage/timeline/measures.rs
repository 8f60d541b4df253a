//! Declared measures as they run: what events contributed, by period, and what is read from it.
use crate::base::{Day, Number, Period};
use crate::program::{Aggregate, DeclaredMeasure, Disqualified, Which};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What an event contributes: a number, or the text of what is told apart.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Contributed {
    /// A number.
    Number(Number),
    /// A text.
    Text(Arc<str>),
}

/// What is known of the events of one period, or of one day of a rolling window.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Totals {
    /// How many events.
    pub count: i64,
    /// Their sum; none once it does not fit.
    pub sum: Option<Number>,
    /// How often each value came, where values are told apart or compared.
    pub values: BTreeMap<Contributed, u32>,
    /// The values in the order of events, where the first or the latest is asked.
    pub ordered: BTreeMap<u64, Contributed>,
}

impl Default for Totals {
    fn default() -> Self {
        Self { count: 0, sum: Some(Number::ZERO), values: BTreeMap::new(), ordered: BTreeMap::new() }
    }
}

impl Totals {
    /// What one event contributes; `order` tells it apart from those before.
    fn of(is: Aggregate, value: Contributed, order: u64) -> Self {
        let mut out = Self { count: 1, ..Self::default() };
        match (is, value) {
            (Aggregate::Count, _) => {}
            (Aggregate::Sum, Contributed::Number(value)) => out.sum = Some(value),
            (Aggregate::Sum, Contributed::Text(_)) => {}
            (Aggregate::Least | Aggregate::Greatest | Aggregate::Distinct, value) => {
                out.values.insert(value, 1);
            }
            (Aggregate::First | Aggregate::Latest, value) => {
                out.ordered.insert(order, value);
            }
        }
        out
    }

    /// Puts two together.
    pub fn add(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.zip(other.sum).and_then(|(own, other)| own.checked_add(other));
        for (value, times) in &other.values {
            let own = self.values.entry(value.clone()).or_default();
            *own = own.saturating_add(*times);
        }
        self.ordered.extend(other.ordered.iter().map(|(order, value)| (*order, value.clone())));
    }

    fn subtract(&mut self, other: &Self) {
        self.count = self.count.saturating_sub(other.count);
        self.sum = self.sum.zip(other.sum).and_then(|(own, other)| own.checked_sub(other));
        for (value, times) in &other.values {
            let Some(own) = self.values.get_mut(value) else { continue };
            *own = own.saturating_sub(*times);
            if *own == 0 {
                self.values.remove(value);
            }
        }
        for order in other.ordered.keys() {
            self.ordered.remove(order);
        }
    }

    /// The value, where it is a number that fits.
    pub(super) fn number(&self, is: Aggregate) -> Option<Number> {
        match self.read(is) {
            Reading::Value(value) => Some(value),
            Reading::Text(_) | Reading::None | Reading::Overflow => None,
        }
    }

    fn read(&self, is: Aggregate) -> Reading {
        let whole = |count: usize| Reading::Value(Number::from(i64::try_from(count).unwrap_or(i64::MAX)));
        let value = |value: Option<&Contributed>| match value {
            Some(Contributed::Number(number)) => Reading::Value(*number),
            Some(Contributed::Text(text)) => Reading::Text(Arc::clone(text)),
            None => Reading::None,
        };
        match is {
            Aggregate::Count => Reading::Value(Number::from(self.count)),
            Aggregate::Sum => self.sum.map_or(Reading::Overflow, Reading::Value),
            Aggregate::Distinct => whole(self.values.len()),
            Aggregate::Least => value(self.values.first_key_value().map(|(found, _)| found)),
            Aggregate::Greatest => value(self.values.last_key_value().map(|(found, _)| found)),
            Aggregate::First => value(self.ordered.first_key_value().map(|(_, found)| found)),
            Aggregate::Latest => value(self.ordered.last_key_value().map(|(_, found)| found)),
        }
    }
}

/// The value of a measure at an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reading {
    /// A value: a number, a day or an instant.
    Value(Number),
    /// A text, or true or false.
    Text(Arc<str>),
    /// There is none yet, or the governing version does not have the measure.
    None,
    /// The sum does not fit.
    Overflow,
}

/// A measure under one key.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Running {
    /// By the first day of the period; by day for rolling windows.
    pub buckets: BTreeMap<i32, Totals>,
    /// What lies in a rolling window, put together; worked out anew from the buckets where it is not there.
    window: Option<Totals>,
}

impl Running {
    /// A measure with what is known of its periods.
    pub fn with(buckets: BTreeMap<i32, Totals>) -> Self {
        Self { buckets, window: None }
    }

    /// Adds what an event contributes on a day, and gives it as it was added with the bucket that it lies in.
    pub fn add(&mut self, measure: &DeclaredMeasure, day: Day, value: Contributed) -> (i32, Totals) {
        let bucket = bucket(measure.in_each, day);
        self.forget_before(measure, day);
        let totals = self.buckets.entry(bucket).or_default();
        // What is never taken out need not be kept once another value stands before it.
        if measure.disqualified == Disqualified::Kept && !totals.ordered.is_empty() {
            match measure.is {
                Aggregate::First => return (bucket, Totals::default()),
                Aggregate::Latest => totals.ordered.clear(),
                _ => {}
            }
        }
        let order = totals.ordered.last_key_value().map_or(0, |(order, _)| order.saturating_add(1));
        let contributed = Totals::of(measure.is, value, order);
        totals.add(&contributed);
        if let Some(window) = &mut self.window {
            window.add(&contributed);
        }
        (bucket, contributed)
    }

    /// Takes back what events of a bucket contributed, if the bucket still matters.
    pub fn take_out(&mut self, bucket: i32, contributed: &Totals) {
        let Some(totals) = self.buckets.get_mut(&bucket) else { return };
        totals.subtract(contributed);
        if let Some(window) = &mut self.window {
            window.subtract(contributed);
        }
    }

    /// The value on a day, which is never before those asked for already.
    pub fn read(&mut self, measure: &DeclaredMeasure, day: Day) -> Reading {
        self.forget_before(measure, day);
        if !matches!(measure.in_each, Period::Rolling { .. }) {
            return self.peek(measure, day);
        }
        let buckets = &self.buckets;
        let mut days = buckets.values().filter(|totals| !totals.ordered.is_empty());
        let none = || Reading::None;
        match measure.is {
            Aggregate::First => return days.next().map_or_else(none, |totals| totals.read(measure.is)),
            Aggregate::Latest => return days.next_back().map_or_else(none, |totals| totals.read(measure.is)),
            _ => {}
        }
        let together = || {
            let mut out = Totals::default();
            buckets.values().for_each(|totals| out.add(totals));
            out
        };
        self.window.get_or_insert_with(together).read(measure.is)
    }

    /// The value on a day that is not before those asked for already, without forgetting anything.
    pub fn peek(&self, measure: &DeclaredMeasure, day: Day) -> Reading {
        if matches!(measure.in_each, Period::Rolling { .. }) {
            return self.clone().read(measure, day);
        }
        let day = match measure.which {
            Which::This => Some(day),
            Which::Previous => before(measure.in_each, day),
        };
        let totals = day.and_then(|day| self.buckets.get(&bucket(measure.in_each, day)));
        totals.map_or_else(|| Totals::default().read(measure.is), |totals| totals.read(measure.is))
    }

    /// Forgets the days that have left a rolling window, and the periods that are over and not asked for.
    fn forget_before(&mut self, measure: &DeclaredMeasure, day: Day) {
        let day = match measure.which {
            Which::This => day,
            Which::Previous => before(measure.in_each, day).unwrap_or(day),
        };
        let first = match measure.in_each {
            Period::Lifetime => return,
            Period::Rolling { days } => {
                let first = i64::from(day.0).saturating_sub(i64::from(days)).saturating_add(1);
                i32::try_from(first).unwrap_or(i32::MIN)
            }
            period => period.first_day(day).0,
        };
        while let Some(oldest) = self.buckets.first_entry().filter(|oldest| *oldest.key() < first) {
            let gone = oldest.remove();
            if let Some(window) = &mut self.window {
                window.subtract(&gone);
            }
            // A sum that did not fit may fit again: it is put together anew.
            if self.window.as_ref().is_some_and(|window| window.sum.is_none()) {
                self.window = None;
            }
        }
    }
}

/// The last day of the period before the one that holds a day.
fn before(period: Period, day: Day) -> Option<Day> {
    period.first_day(day).checked_add_days(-1)
}

pub(super) fn bucket(period: Period, day: Day) -> i32 {
    match period {
        Period::Lifetime => 0,
        Period::Rolling { .. } => day.0,
        period => period.first_day(day).0,
    }
}
