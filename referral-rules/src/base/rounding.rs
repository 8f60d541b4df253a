//! From exact numbers to minor units, by a named mode. Nothing else in the crate rounds.
use super::number::Number;
use super::small::power_of_ten;
use std::fmt;

/// How an exact number becomes a whole number of minor units.
///
/// # Example
/// ```
/// use referral_rules::base::{Number, Rounding};
/// let cents = |text, mode: Rounding| mode.settle(Number::parse(text).unwrap(), 2);
/// assert_eq!(cents("0.125", Rounding::HalfEven), Some(12));
/// assert_eq!(cents("0.125", Rounding::HalfAwayFromZero), Some(13));
/// assert_eq!(cents("-0.121", Rounding::Floor), Some(-13));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Rounding {
    /// To the nearest; a tie goes away from zero. The default.
    #[default]
    HalfAwayFromZero,
    /// To the nearest; a tie goes to the even neighbour.
    HalfEven,
    /// To the nearest; a tie goes to the greater neighbour.
    HalfUp,
    /// To the nearest; a tie goes to the lesser neighbour.
    HalfDown,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
    /// To the greater neighbour.
    Ceiling,
    /// To the lesser neighbour.
    Floor,
}

impl Rounding {
    /// All modes, the default first.
    pub const ALL: [Self; 8] = [
        Self::HalfAwayFromZero,
        Self::HalfEven,
        Self::HalfUp,
        Self::HalfDown,
        Self::Up,
        Self::Down,
        Self::Ceiling,
        Self::Floor,
    ];

    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfAwayFromZero => "half away from zero",
            Self::HalfEven => "half even",
            Self::HalfUp => "half up",
            Self::HalfDown => "half down",
            Self::Up => "up",
            Self::Down => "down",
            Self::Ceiling => "ceiling",
            Self::Floor => "floor",
        }
    }

    /// The mode of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The number in units of `10^-digits`, rounded by this mode: 12.505 with 2 digits is 1251 cents by the default.
    /// `None` where that does not fit 64 bits.
    pub fn settle(self, number: Number, digits: u32) -> Option<i64> {
        self.settle_i128(number, digits).and_then(|minor| i64::try_from(minor).ok())
    }

    /// As [`Rounding::settle`], where the result may take 128 bits.
    pub fn settle_i128(self, number: Number, digits: u32) -> Option<i128> {
        let negative = number.is_negative();
        let divisor = number.denominator().unsigned_abs();
        let (whole, rest) = scaled(number.numerator().unsigned_abs(), divisor, digits)?;
        let magnitude = if self.leaves_zero(negative, whole, rest, divisor) { whole.checked_add(1)? } else { whole };
        let magnitude = i128::try_from(magnitude).ok()?;
        Some(if negative { magnitude.saturating_neg() } else { magnitude })
    }

    /// True where the magnitude `whole + rest / divisor` goes to the neighbour that is further from zero.
    fn leaves_zero(self, negative: bool, whole: u128, rest: u128, divisor: u128) -> bool {
        if rest == 0 {
            return false;
        }
        let half = rest.cmp(&divisor.saturating_sub(rest));
        let on_tie = |away: bool| half.is_gt() || (half.is_eq() && away);
        match self {
            Self::HalfAwayFromZero => on_tie(true),
            Self::HalfEven => on_tie(whole % 2 == 1),
            Self::HalfUp => on_tie(!negative),
            Self::HalfDown => on_tie(negative),
            Self::Up => true,
            Self::Down => false,
            Self::Ceiling => !negative,
            Self::Floor => negative,
        }
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The whole part of `numerator * 10^digits / divisor` and what remains of the divisor. `None` if the whole part does not
/// fit.
fn scaled(numerator: u128, divisor: u128, digits: u32) -> Option<(u128, u128)> {
    if numerator == 0 {
        return Some((0, 0));
    }
    // Nearly always 64 bits hold the product, and many numbers are whole.
    if let (Ok(numerator), Some(scale), Ok(divisor)) =
        (u64::try_from(numerator), power_of_ten(digits), u64::try_from(divisor))
    {
        match numerator.checked_mul(scale) {
            Some(product) if divisor == 1 => return Some((u128::from(product), 0)),
            Some(product) => {
                return Some((product.checked_div(divisor)?.into(), product.checked_rem(divisor)?.into()));
            }
            None => {}
        }
    }
    if let Some(product) = 10_u128.checked_pow(digits).and_then(|scale| numerator.checked_mul(scale)) {
        return Some((product.checked_div(divisor)?, product.checked_rem(divisor)?));
    }
    let (mut whole, mut rest) = (numerator.checked_div(divisor)?, numerator.checked_rem(divisor)?);
    // Long division, digit by digit: the product is too large, the result need not be. The parts of a number are below
    // 10^39, so past 78 digits no result fits.
    if digits > 78 {
        return None;
    }
    for _ in 0..digits {
        let mut digit = 0_u128;
        let mut tenfold = 0_u128;
        for _ in 0..10 {
            // Both are below the divisor, which is below 2^127.
            tenfold = tenfold.checked_add(rest)?;
            if tenfold >= divisor {
                tenfold = tenfold.checked_sub(divisor)?;
                digit = digit.checked_add(1)?;
            }
        }
        whole = whole.checked_mul(10)?.checked_add(digit)?;
        rest = tenfold;
    }
    Some((whole, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(mode: Rounding, text: &str) -> i64 {
        mode.settle(Number::parse(text).unwrap(), 0).unwrap()
    }

    #[test]
    fn modes_differ_where_their_names_say() {
        let numbers = ["-2.5", "-1.5", "-1.4", "-0.6", "-0.5", "0.5", "0.6", "1.4", "1.5", "2.5"];
        for (mode, expected) in [
            (Rounding::HalfAwayFromZero, [-3, -2, -1, -1, -1, 1, 1, 1, 2, 3]),
            (Rounding::HalfEven, [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2]),
            (Rounding::HalfUp, [-2, -1, -1, -1, 0, 1, 1, 1, 2, 3]),
            (Rounding::HalfDown, [-3, -2, -1, -1, -1, 0, 1, 1, 1, 2]),
            (Rounding::Up, [-3, -2, -2, -1, -1, 1, 1, 2, 2, 3]),
            (Rounding::Down, [-2, -1, -1, 0, 0, 0, 0, 1, 1, 2]),
            (Rounding::Ceiling, [-2, -1, -1, 0, 0, 1, 1, 2, 2, 3]),
            (Rounding::Floor, [-3, -2, -2, -1, -1, 0, 0, 1, 1, 2]),
        ] {
            assert_eq!(numbers.map(|text| settled(mode, text)), expected, "{mode}");
            assert_eq!(["-7", "0", "7"].map(|text| settled(mode, text)), [-7, 0, 7], "{mode}");
            assert_eq!(Rounding::parse(mode.name()), Some(mode));
        }
        assert_eq!(Rounding::parse("Half even"), None);
    }

    #[test]
    fn digits_are_those_of_the_unit() {
        let third = Number::fraction(-100, 3).unwrap();
        assert_eq!(Rounding::Floor.settle(third, 0), Some(-34));
        assert_eq!(Rounding::HalfEven.settle(third, 2), Some(-3_333));
        assert_eq!(Rounding::HalfEven.settle(third, 4), Some(-333_333));
    }

    #[test]
    fn large_fractions_are_divided_exactly() {
        let large = Number::fraction(i128::MAX, i128::MAX - 1).unwrap();
        for (mode, expected) in
            [(Rounding::Up, 101), (Rounding::Ceiling, 101), (Rounding::Down, 100), (Rounding::HalfUp, 100)]
        {
            assert_eq!(mode.settle(large, 2), Some(expected), "{mode}");
        }
        // A tie, where the product with 10^36 would need 74 digits.
        let tie = Number::fraction(10_i128.pow(37) + 1, 2 * 10_i128.pow(36)).unwrap();
        let half = 5 * 10_i128.pow(36);
        assert_eq!(Rounding::HalfEven.settle_i128(tie, 36), Some(half));
        assert_eq!(Rounding::HalfUp.settle_i128(tie, 36), Some(half + 1));
        assert_eq!(Rounding::HalfDown.settle_i128(tie.negated(), 36), Some(-half - 1));
        let nearly = Number::fraction(i128::MAX / 2, i128::MAX).unwrap();
        assert_eq!(Rounding::HalfAwayFromZero.settle(nearly, 0), Some(0));
        assert_eq!(Rounding::Down.settle(nearly, 18), Some(499_999_999_999_999_999));
        assert_eq!(Rounding::HalfAwayFromZero.settle(nearly.negated(), 18), Some(-500_000_000_000_000_000));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let most = Number::from(i64::MAX);
        for mode in Rounding::ALL {
            assert_eq!(mode.settle(most, 0), Some(i64::MAX));
            assert_eq!(mode.settle(most.negated(), 0), Some(-i64::MAX));
            assert_eq!(mode.settle(Number::from(i64::MIN), 0), Some(i64::MIN));
            assert_eq!(mode.settle(most, 1), None);
            assert_eq!(mode.settle_i128(most, 1), Some(i128::from(i64::MAX) * 10));
            assert_eq!(mode.settle_i128(most, u32::MAX), None);
            assert_eq!(mode.settle(Number::ZERO, u32::MAX), Some(0));
            let tiny = Number::fraction(1, i128::MAX).unwrap();
            assert_eq!(mode.settle(tiny, u32::MAX), None);
            assert_eq!(
                mode.settle(tiny, 0),
                Some(if matches!(mode, Rounding::Up | Rounding::Ceiling) { 1 } else { 0 })
            );
        }
        let past = Number::fraction(i128::from(i64::MAX) * 2 + 1, 2).unwrap();
        assert_eq!(Rounding::Up.settle(past, 0), None);
        assert_eq!(Rounding::Down.settle(past, 0), Some(i64::MAX));
    }
}
