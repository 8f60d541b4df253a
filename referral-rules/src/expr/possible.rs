//! What a value may be, as far as a program alone can tell: a range of numbers, a set of texts, true or false, and whether it
//! can be there or missing at all. Whatever is not known widens it, so what it rules out is certain.
use crate::base::Number;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One end of a range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    /// The number at the end.
    pub at: Number,
    /// Whether that number itself belongs to the range.
    pub included: bool,
}

/// The numbers between two ends; without an end it goes on for ever.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Range {
    /// The lower end.
    pub least: Option<End>,
    /// The upper end.
    pub greatest: Option<End>,
    /// Whole numbers only.
    pub whole: bool,
}

/// The values that are possible.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Values {
    /// Any, or it is not known which.
    Any,
    /// Truth values.
    Bools {
        /// It may be true.
        yes: bool,
        /// It may be false.
        no: bool,
    },
    /// Numbers. Days, instants and durations are whole numbers.
    Numbers(Range),
    /// These texts.
    Texts(Arc<BTreeSet<String>>),
    /// Every text but these.
    TextsBut(Arc<BTreeSet<String>>),
}

/// What an expression may give.
///
/// # Example
/// ```
/// use referral_rules::expr::{Possible, Range};
/// let count = Possible::always(Range::from(0.into()).whole());
/// assert!(count.present && !count.absent);
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Possible {
    /// The values, if there is one.
    pub values: Values,
    /// It can have a value.
    pub present: bool,
    /// It can be missing, or a fault.
    pub absent: bool,
}

impl Range {
    /// From the number on.
    pub fn from(least: Number) -> Self {
        Self { least: Some(End { at: least, included: true }), ..Self::default() }
    }

    /// Between two numbers, both included.
    pub fn between(least: Number, greatest: Number) -> Self {
        Self { greatest: Some(End { at: greatest, included: true }), ..Self::from(least) }
    }

    /// The same, whole numbers only.
    #[must_use]
    pub fn whole(self) -> Self {
        Self { whole: true, ..self }.tight()
    }

    /// The least number, where the range has one.
    pub fn least(self) -> Option<Number> {
        self.least.map(|end| end.at)
    }

    /// The greatest number, where the range has one.
    pub fn greatest(self) -> Option<Number> {
        self.greatest.map(|end| end.at)
    }

    /// The only number of the range.
    pub fn only(self) -> Option<Number> {
        self.least().filter(|least| self.greatest() == Some(*least))
    }

    /// True if no number is in it.
    pub fn is_empty(self) -> bool {
        match (self.least, self.greatest) {
            (Some(least), Some(greatest)) => {
                least.at > greatest.at || least.at == greatest.at && !(least.included && greatest.included)
            }
            _ => false,
        }
    }

    /// Ends of whole numbers are whole and included.
    fn tight(self) -> Self {
        if !self.whole {
            return self;
        }
        let lower = |end: End| match whole_below(end.at) {
            Some(whole) if whole == end.at && end.included => Some(end),
            whole => Some(End { at: whole?.checked_add(Number::ONE)?, included: true }),
        };
        let upper = |end: End| match whole_below(end.at) {
            Some(whole) if whole == end.at && !end.included => {
                Some(End { at: whole.checked_sub(Number::ONE)?, included: true })
            }
            whole => Some(End { at: whole?, included: true }),
        };
        Self {
            least: self.least.and_then(|end| lower(end).or(Some(end))),
            greatest: self.greatest.and_then(|end| upper(end).or(Some(end))),
            whole: true,
        }
    }

    /// The numbers that are in both.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        let least = match (self.least, other.least) {
            (Some(one), Some(two)) if one.at == two.at => Some(if one.included { two } else { one }),
            (Some(one), Some(two)) => Some(if one.at > two.at { one } else { two }),
            (one, two) => one.or(two),
        };
        let greatest = match (self.greatest, other.greatest) {
            (Some(one), Some(two)) if one.at == two.at => Some(if one.included { two } else { one }),
            (Some(one), Some(two)) => Some(if one.at < two.at { one } else { two }),
            (one, two) => one.or(two),
        };
        Self { least, greatest, whole: self.whole || other.whole }.tight()
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn joined(self, other: Self) -> Self {
        let least = self.least.zip(other.least).map(|(one, two)| match one.at.cmp(&two.at) {
            std::cmp::Ordering::Equal => End { included: one.included || two.included, ..one },
            std::cmp::Ordering::Less => one,
            std::cmp::Ordering::Greater => two,
        });
        let greatest = self.greatest.zip(other.greatest).map(|(one, two)| match one.at.cmp(&two.at) {
            std::cmp::Ordering::Equal => End { included: one.included || two.included, ..one },
            std::cmp::Ordering::Less => two,
            std::cmp::Ordering::Greater => one,
        });
        Self { least, greatest, whole: self.whole && other.whole }
    }

    /// Without the number, if it is an end.
    #[must_use]
    pub fn without(self, number: Number) -> Self {
        let open = |end: Option<End>| end.map(|end| End { included: end.included && end.at != number, ..end });
        Self { least: open(self.least), greatest: open(self.greatest), whole: self.whole }.tight()
    }

    /// Each end as the operation makes it; what does not fit is no end.
    #[must_use]
    pub fn sum(self, other: Self) -> Self {
        let add = |one: Option<End>, two: Option<End>| {
            let (one, two) = one.zip(two)?;
            Some(End { at: one.at.checked_add(two.at)?, included: one.included && two.included })
        };
        Self {
            least: add(self.least, other.least),
            greatest: add(self.greatest, other.greatest),
            whole: self.whole && other.whole,
        }
    }

    /// The range with the other sign.
    pub(super) fn negated(self) -> Self {
        let turn = |end: End| End { at: end.at.negated(), ..end };
        Self { least: self.greatest.map(turn), greatest: self.least.map(turn), whole: self.whole }
    }

    /// The product. Without all four ends only signs are known.
    #[must_use]
    pub fn product(self, other: Self) -> Self {
        let whole = self.whole && other.whole;
        let ends = (self.least(), self.greatest(), other.least(), other.greatest());
        if let (Some(a), Some(b), Some(c), Some(d)) = ends {
            let products = [(a, c), (a, d), (b, c), (b, d)].map(|(one, two)| one.checked_mul(two));
            let all: Option<Vec<Number>> = products.into_iter().collect();
            if let Some((least, greatest)) = all.and_then(|all| Some((*all.iter().min()?, *all.iter().max()?))) {
                return Self { whole, ..Self::between(least, greatest) };
            }
        }
        let not_negative = |range: Self| range.least().is_some_and(|least| !least.is_negative());
        match (self.least(), other.least()) {
            (Some(one), Some(two)) if not_negative(self) && not_negative(other) => {
                let least = one.checked_mul(two).unwrap_or(Number::ZERO);
                Self { whole, ..Self::from(least) }
            }
            _ => Self { whole, ..Self::default() },
        }
    }

    /// The quotient, where the divisor cannot be zero; else nothing is known.
    pub(super) fn quotient(self, divisor: Self) -> Self {
        let sure = |end: Option<Number>, wanted: fn(Number) -> bool| end.is_some_and(wanted);
        let clear = sure(divisor.least(), |end| !end.is_negative() && !end.is_zero())
            || sure(divisor.greatest(), Number::is_negative);
        let inverse = |end: Option<Number>| end.and_then(|end| Number::ONE.checked_div(end));
        match (inverse(divisor.greatest()), inverse(divisor.least())) {
            (Some(least), Some(greatest)) if clear => {
                Self { whole: false, ..self.product(Self::between(least, greatest)) }
            }
            _ => Self::default(),
        }
    }
}

/// The greatest whole number that is not above.
fn whole_below(number: Number) -> Option<Number> {
    Number::fraction(number.numerator().div_euclid(number.denominator()), 1)
}

impl Values {
    /// The numbers, if these are numbers; any numbers if nothing is known.
    pub(super) fn range(&self) -> Range {
        match self {
            Self::Numbers(range) => *range,
            _ => Range::default(),
        }
    }

    /// True if no value is left.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Any | Self::TextsBut(_) => false,
            Self::Bools { yes, no } => !yes && !no,
            Self::Numbers(range) => range.is_empty(),
            Self::Texts(texts) => texts.is_empty(),
        }
    }

    /// What is possible by both.
    pub(super) fn within(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Any, known) | (known, Self::Any) => known.clone(),
            (Self::Bools { yes, no }, Self::Bools { yes: or_yes, no: or_no }) => {
                Self::Bools { yes: *yes && *or_yes, no: *no && *or_no }
            }
            (Self::Numbers(one), Self::Numbers(two)) => Self::Numbers(one.within(*two)),
            (Self::Texts(one), Self::Texts(two)) if one.is_subset(two) => Self::Texts(Arc::clone(one)),
            (Self::Texts(one), Self::Texts(two)) => Self::Texts(Arc::new(one.intersection(two).cloned().collect())),
            (Self::Texts(texts), Self::TextsBut(but)) | (Self::TextsBut(but), Self::Texts(texts)) => {
                Self::Texts(Arc::new(texts.difference(but).cloned().collect()))
            }
            (Self::TextsBut(one), Self::TextsBut(two)) => Self::TextsBut(Arc::new(one.union(two).cloned().collect())),
            (one, _) => one.clone(),
        }
    }

    /// What is possible by either.
    pub(super) fn joined(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Bools { yes, no }, Self::Bools { yes: or_yes, no: or_no }) => {
                Self::Bools { yes: *yes || *or_yes, no: *no || *or_no }
            }
            (Self::Numbers(one), Self::Numbers(two)) => Self::Numbers(one.joined(*two)),
            (Self::Texts(one), Self::Texts(two)) => Self::Texts(Arc::new(one.union(two).cloned().collect())),
            _ => Self::Any,
        }
    }
}

impl Possible {
    /// Nothing is known.
    pub const ANY: Self = Self { values: Values::Any, present: true, absent: true };
    /// It never has a value.
    pub const NEVER: Self = Self { values: Values::Any, present: false, absent: true };

    /// One of the numbers, never missing.
    pub fn always(range: Range) -> Self {
        Self { values: Values::Numbers(range), present: true, absent: false }
    }

    /// One of the texts, never missing.
    pub fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Self { values: Values::Texts(Arc::new(texts.into_iter().collect())), present: true, absent: false }
    }

    /// The same, but it may be missing.
    #[must_use]
    pub fn or_missing(self) -> Self {
        Self { absent: true, ..self }
    }

    /// The same, but never missing.
    #[must_use]
    pub fn never_missing(self) -> Self {
        Self { absent: false, ..self }
    }

    /// True if, as a condition, it can hold.
    pub fn can_hold(&self) -> bool {
        self.present && !matches!(self.values, Values::Bools { yes: false, .. })
    }

    /// True if, as a condition, it can be false.
    pub fn can_fail(&self) -> bool {
        self.present && !matches!(self.values, Values::Bools { no: false, .. })
    }

    /// The numbers that are possible.
    pub fn range(&self) -> Range {
        self.values.range()
    }

    pub(super) fn bools(yes: bool, no: bool, absent: bool) -> Self {
        Self { values: Values::Bools { yes, no }, present: yes || no, absent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn ends_of_whole_numbers_are_whole() {
        let open = |at| Some(End { at: number(at), included: false });
        let range = Range { least: open("2.5"), greatest: open("3"), whole: true }.tight();
        assert!(range.is_empty(), "no whole number is above 2.5 and below 3");
        let range = Range { least: open("2"), greatest: open("4"), whole: true }.tight();
        assert_eq!(range.only(), Some(number("3")));
        assert!(!Range { least: open("2"), greatest: open("3"), whole: false }.is_empty());
        let negative = Range { least: open("-2.5"), greatest: None, whole: true }.tight();
        assert_eq!(negative.least(), Some(number("-2")));
    }

    #[test]
    fn ranges_are_multiplied_and_divided_by_their_ends() {
        let range = |least: &str, greatest: &str| Range::between(number(least), number(greatest));
        assert_eq!(range("-2", "3").product(range("4", "5")), range("-10", "15"));
        assert_eq!(range("1", "3").quotient(range("2", "4")), range("0.25", "1.5"));
        assert_eq!(range("1", "3").quotient(range("-1", "4")), Range::default());
        assert_eq!(Range::from(number("2")).product(Range::from(number("3"))), Range::from(number("6")));
        assert_eq!(range("1", "2").sum(range("1", "2").negated()), range("-1", "1"));
    }
}
