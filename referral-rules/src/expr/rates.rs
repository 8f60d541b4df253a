//! Rates of exchange: what one unit of a currency is worth in another, from a day on.
use crate::base::{Day, Number};
use std::collections::BTreeMap;

/// A rate as the host gives it.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Rate {
    /// One unit is worth so much.
    Known(Number),
    /// Two rows contradict each other.
    Contradicted,
}

/// Dated rates of exchange, by pair of currencies. A rate holds from its day on, until the next one of the same pair.
///
/// Nothing is derived: the way back needs a rate of its own, and so does a way over a third currency.
///
/// # Example
/// ```
/// use referral_rules::base::{Day, Number};
/// use referral_rules::expr::Rates;
/// let day = |text| Day::parse(text).unwrap();
/// let mut rates = Rates::default();
/// rates.add("EUR", "USD", day("2026-03-01"), Number::parse("1.08").unwrap());
/// assert_eq!(rates.on("EUR", "USD", day("2026-03-31")), Number::parse("1.08"));
/// assert_eq!(rates.on("EUR", "USD", day("2026-02-28")), None);
/// assert_eq!(rates.on("USD", "EUR", day("2026-03-31")), None);
/// assert_eq!(rates.on("JPY", "JPY", day("2026-03-31")), Some(Number::ONE));
/// ```
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Rates {
    pairs: BTreeMap<String, BTreeMap<String, BTreeMap<Day, Rate>>>,
}

impl Rates {
    /// Adds a rate. False if another one holds for the same pair from the same day on: then neither counts.
    pub fn add(&mut self, from: &str, to: &str, first_day: Day, rate: Number) -> bool {
        let days = self.pairs.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default();
        let kept = days.entry(first_day).or_insert(Rate::Known(rate));
        if *kept != Rate::Known(rate) {
            *kept = Rate::Contradicted;
        }
        *kept == Rate::Known(rate)
    }

    /// What one unit of `from` is worth in `to` on the day; nothing if that is not known. A currency is worth itself.
    pub fn on(&self, from: &str, to: &str, day: Day) -> Option<Number> {
        if from == to {
            return Some(Number::ONE);
        }
        match self.pairs.get(from)?.get(to)?.range(..=day).next_back()? {
            (_, Rate::Known(rate)) => Some(*rate),
            (_, Rate::Contradicted) => None,
        }
    }
}
