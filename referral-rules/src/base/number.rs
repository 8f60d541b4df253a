//! Exact numbers: text becomes a [`Number`], arithmetic on it loses nothing, and only `rounding` turns it into money.
//!
//! A number is a fraction of two 128-bit integers, so `a / 12 * 12 == a`. `rust_decimal` cannot hold a third, and rounds
//! silently where it should refuse; that is why the kernel computes with fractions and shows decimals at the edge.
//! Nearly all numbers have parts of 64 bits; `small` computes with those, the fractions of 128 bits with the others.
use super::small::{Parts, Small, power_of_ten};
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

/// The most digits that a number in a document or a table may have.
pub const NUMBER_DIGITS_MAX: usize = 28;

/// So many digits always fit 64 bits, and twice as many are more than a number may have.
const GROUP_DIGITS: u32 = 18;

/// An exact fraction. All operations are checked: they answer `None` where the result does not fit 127 bits.
///
/// # Example
/// ```
/// use referral_rules::base::Number;
/// let a = Number::parse("10.00").unwrap();
/// let third = a.checked_div(Number::from(3_i64)).unwrap();
/// assert_eq!(third.checked_mul(Number::from(3_i64)), Some(a));
/// assert_eq!(Number::parse("1e3"), None);
/// ```
#[derive(Clone, Copy)]
pub struct Number(Ratio<i128>);

impl Number {
    /// Nothing.
    pub const ZERO: Self = Self(Ratio::new_raw(0, 1));
    /// One.
    pub const ONE: Self = Self(Ratio::new_raw(1, 1));

    /// Reads `[-]digits[.digits]`, at most [`NUMBER_DIGITS_MAX`] digits. No exponent, no `_`, no sign `+`, no `nan`.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match body.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (body, ""),
        };
        let digits = whole.len().checked_add(fraction.len())?;
        if whole.is_empty() || digits > NUMBER_DIGITS_MAX {
            return None;
        }
        let mut units: i128 = 0;
        // Groups of digits that fit 64 bits, so that few steps take 128.
        let (mut group, mut in_group) = (0_u64, 0_u32);
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = u64::from(byte.checked_sub(b'0').filter(|digit| *digit <= 9)?);
            if in_group == GROUP_DIGITS {
                units = i128::from(group);
                (group, in_group) = (0, 0);
            }
            group = group.checked_mul(10)?.checked_add(digit)?;
            in_group = in_group.saturating_add(1);
        }
        units = units.checked_mul(i128::from(power_of_ten(in_group)?))?.checked_add(i128::from(group))?;
        Self::from_scaled(if negative { units.checked_neg()? } else { units }, u32::try_from(fraction.len()).ok()?)
    }

    /// `numerator / denominator`, or `None` when the denominator is zero or a part is the smallest 128-bit integer.
    #[inline]
    pub fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        if let Some(small) = Small::of(numerator, denominator) {
            return Some(Self::of(small.reduced()));
        }
        (denominator != 0 && numerator != i128::MIN && denominator != i128::MIN)
            .then(|| Self(Ratio::new(numerator, denominator)))
    }

    /// Units of `10^-scale`: `from_scaled(1250, 2)` is 12.50.
    #[inline]
    pub fn from_scaled(units: i128, scale: u32) -> Option<Self> {
        match power_of_ten(scale) {
            Some(power) => Self::fraction(units, i128::from(power)),
            None => Self::fraction(units, 10_i128.checked_pow(scale)?),
        }
    }

    /// The reduced numerator; it carries the sign.
    #[inline]
    pub fn numerator(self) -> i128 {
        *self.0.numer()
    }

    /// The reduced denominator, always positive.
    #[inline]
    pub fn denominator(self) -> i128 {
        *self.0.denom()
    }

    /// Parts that are reduced already, of which the lower is not zero.
    #[inline]
    pub(super) fn of_reduced(numerator: i64, denominator: u32) -> Self {
        Self::of((i128::from(numerator), i128::from(denominator)))
    }

    fn kept(ratio: Ratio<i128>) -> Option<Self> {
        (*ratio.numer() != i128::MIN).then_some(Self(ratio))
    }

    #[inline]
    fn of((numerator, denominator): Parts) -> Self {
        Self(Ratio::new_raw(numerator, denominator))
    }

    /// Both numbers, if all their parts fit 64 bits.
    #[inline]
    fn small(self, other: Self) -> Option<(Small, Small)> {
        Some((Small::of(self.numerator(), self.denominator())?, Small::of(other.numerator(), other.denominator())?))
    }

    /// The exact sum.
    #[inline]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        match self.small(other).and_then(|(left, right)| left.add(right)) {
            Some(sum) => Some(Self::of(sum)),
            None => self.0.checked_add(&other.0).and_then(Self::kept),
        }
    }

    /// The exact difference.
    #[inline]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        match self.small(other).and_then(|(left, right)| left.subtract(right)) {
            Some(difference) => Some(Self::of(difference)),
            None => self.0.checked_sub(&other.0).and_then(Self::kept),
        }
    }

    /// The exact product.
    #[inline]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        match self.small(other) {
            Some((left, right)) => Some(Self::of(left.multiply(right))),
            None => self.0.checked_mul(&other.0).and_then(Self::kept),
        }
    }

    /// The exact quotient; `None` for a divisor of zero, too.
    #[inline]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        match self.small(other).and_then(|(left, right)| left.divide(right)) {
            Some(quotient) => Some(Self::of(quotient)),
            None => self.0.checked_div(&other.0).and_then(Self::kept),
        }
    }

    /// The number with the other sign.
    #[inline]
    pub fn negated(self) -> Self {
        // No numerator is the smallest integer.
        Self::of((self.numerator().saturating_neg(), self.denominator()))
    }

    /// True for nothing.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.numerator() == 0
    }

    /// True below nothing.
    #[inline]
    pub fn is_negative(self) -> bool {
        self.numerator() < 0
    }

    /// The whole number that this is, if it is one and fits 64 bits.
    #[inline]
    pub fn to_i64(self) -> Option<i64> {
        (self.denominator() == 1).then(|| i64::try_from(self.numerator()).ok()).flatten()
    }

    /// The decimal that this is exactly, if `rust_decimal` can hold it; a third is `None`.
    pub fn to_decimal(self) -> Option<rust_decimal::Decimal> {
        let mut scaled = self;
        for scale in 0..=28_u32 {
            if scaled.denominator() == 1 {
                let decimal = rust_decimal::Decimal::try_from_i128_with_scale(scaled.numerator(), scale).ok()?;
                return Some(decimal.normalize());
            }
            scaled = scaled.checked_mul(Self::from(10))?;
        }
        None
    }
}

// Numbers are reduced, so that equal ones have equal parts.
impl PartialEq for Number {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.numerator() == other.numerator() && self.denominator() == other.denominator()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.numerator(), self.denominator()).hash(state);
    }
}

impl PartialOrd for Number {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// By numerators if the denominators are the same, else crosswise if that fits, which is usual; else step by step.
impl Ord for Number {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        if self.denominator() == other.denominator() {
            return self.numerator().cmp(&other.numerator());
        }
        if let Some((left, right)) = self.small(*other) {
            return left.order(right);
        }
        let left = self.numerator().checked_mul(other.denominator());
        match (left, other.numerator().checked_mul(self.denominator())) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.0.cmp(&other.0),
        }
    }
}

impl From<i64> for Number {
    #[inline]
    fn from(value: i64) -> Self {
        Self(Ratio::from_integer(i128::from(value)))
    }
}

impl TryFrom<rust_decimal::Decimal> for Number {
    type Error = rust_decimal::Error;

    fn try_from(value: rust_decimal::Decimal) -> Result<Self, Self::Error> {
        Self::from_scaled(value.mantissa(), value.scale())
            .ok_or(rust_decimal::Error::ScaleExceedsMaximumPrecision(value.scale()))
    }
}

/// Shows the exact decimal, without trailing zeros, or `n/d` where no decimal is exact.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_decimal() {
            Some(decimal) => write!(f, "{decimal}"),
            None => write!(f, "{}/{}", self.numerator(), self.denominator()),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Number({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_strictly() {
        for bad in [
            "",
            "-",
            ".5",
            "5.",
            "1_000",
            "1e3",
            "+1",
            "nan",
            "inf",
            " 1",
            "1 ",
            "0x10",
            "--1",
            "1.2.3",
            "12345678901234567890123456789",
        ] {
            assert_eq!(Number::parse(bad), None, "{bad}");
        }
        assert_eq!(Number::parse("-0012.50").map(|n| n.to_string()), Some("-12.5".to_owned()));
        assert_eq!(
            Number::parse("9999999999999999999999999999").map(|n| n.to_string()),
            Some("9999999999999999999999999999".to_owned())
        );
    }

    #[test]
    fn a_third_is_exact_and_has_no_decimal() {
        let third = Number::ONE.checked_div(Number::from(3)).unwrap();
        assert_eq!(third.to_decimal(), None);
        assert_eq!(third.to_string(), "1/3");
        assert_eq!(third.checked_mul(Number::from(3)), Some(Number::ONE));
        assert_eq!(Number::ONE.checked_div(Number::ZERO), None);
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let large = Number::fraction(i128::MAX, 1).unwrap();
        assert_eq!(large.checked_add(Number::ONE), None);
        assert_eq!(large.checked_mul(large), None);
        assert_eq!(large.negated().checked_sub(Number::ONE), None);
    }
}
