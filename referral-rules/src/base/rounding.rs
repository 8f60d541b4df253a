//! From exact numbers to minor units, by a named mode. Nothing else in the crate rounds.
use super::number::Number;
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
