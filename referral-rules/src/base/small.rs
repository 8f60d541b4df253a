//! Fractions whose parts fit 64 bits, which are nearly all: computed without a division of 128 bits. What does not fit is
//! `None`, and the caller goes the long way. The results are the same to the bit: reduced, with a positive denominator.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "parts of 64 bits cannot overflow 128, a greatest common divisor is never zero, shifts are below 64"
)]
use std::cmp::Ordering;

/// A numerator with its sign, and a denominator of at most 2^63 that is not zero.
#[derive(Clone, Copy)]
pub(super) struct Small {
    negative: bool,
    magnitude: u64,
    denominator: u64,
}

/// The reduced numerator and denominator of a result.
pub(super) type Parts = (i128, i128);

impl Small {
    /// The fraction, if both parts fit.
    #[inline]
    pub(super) fn of(numerator: i128, denominator: i128) -> Option<Self> {
        let numerator = i64::try_from(numerator).ok()?;
        let denominator = u64::try_from(i64::try_from(denominator).ok()?).ok().filter(|part| *part != 0)?;
        Some(Self { negative: numerator < 0, magnitude: numerator.unsigned_abs(), denominator })
    }

    /// The sum of two reduced fractions. It needs no reduction by more than what the denominators share.
    #[inline]
    pub(super) fn add(self, other: Self) -> Option<Parts> {
        let shared = if self.denominator == other.denominator {
            self.denominator
        } else {
            common(self.denominator, other.denominator)
        };
        let (own, foreign) = (divided(self.denominator, shared), divided(other.denominator, shared));
        let sum = product(self.signed(), foreign).wrapping_add(product(other.signed(), own));
        if shared == 1 {
            return Some((sum, product(i128::from(own), foreign)));
        }
        let sum = i64::try_from(sum).ok()?;
        let divisor = common(sum.unsigned_abs(), shared);
        let magnitude = i128::from(divided(sum.unsigned_abs(), divisor));
        let denominator = product(i128::from(own), divided(other.denominator, divisor));
        Some((if sum < 0 { -magnitude } else { magnitude }, denominator))
    }

    /// The difference of two reduced fractions.
    #[inline]
    pub(super) fn subtract(self, other: Self) -> Option<Parts> {
        self.add(Self { negative: !other.negative, ..other })
    }

    /// The product of two reduced fractions.
    #[inline]
    pub(super) fn multiply(self, other: Self) -> Parts {
        let (left, right) = (common(self.magnitude, other.denominator), common(other.magnitude, self.denominator));
        let magnitude = product(i128::from(divided(self.magnitude, left)), divided(other.magnitude, right));
        let denominator = product(i128::from(divided(self.denominator, right)), divided(other.denominator, left));
        (if self.negative == other.negative { magnitude } else { -magnitude }, denominator)
    }

    /// The quotient of two reduced fractions; the divisor is not zero.
    #[inline]
    pub(super) fn divide(self, other: Self) -> Option<Parts> {
        let turned = Self { magnitude: other.denominator, denominator: other.magnitude, ..other };
        (other.magnitude != 0).then(|| self.multiply(turned))
    }

    /// The same fraction, reduced.
    #[inline]
    pub(super) fn reduced(self) -> Parts {
        let divisor = common(self.magnitude, self.denominator);
        let magnitude = i128::from(divided(self.magnitude, divisor));
        (if self.negative { -magnitude } else { magnitude }, i128::from(divided(self.denominator, divisor)))
    }

    /// Which of the two is greater.
    #[inline]
    pub(super) fn order(self, other: Self) -> Ordering {
        product(self.signed(), other.denominator).cmp(&product(other.signed(), self.denominator))
    }

    #[inline]
    fn signed(self) -> i128 {
        let magnitude = i128::from(self.magnitude);
        if self.negative { -magnitude } else { magnitude }
    }
}

/// Of a part with a sign and one without, each at most 2^63.
#[inline]
fn product(left: i128, right: u64) -> i128 {
    left.wrapping_mul(i128::from(right))
}

/// Most divisors are one, and a comparison is cheaper than a division.
#[inline]
fn divided(value: u64, divisor: u64) -> u64 {
    if divisor == 1 { value } else { value / divisor }
}

/// The greatest common divisor of two numbers that are not both zero.
#[inline]
fn common(left: u64, right: u64) -> u64 {
    if left == 1 || right == 1 {
        return 1;
    }
    let (greater, lesser) = if left > right { (left, right) } else { (right, left) };
    if lesser == 0 {
        return greater;
    }
    // One division brings both to the size of the lesser; below that, shifts and subtractions are cheaper.
    match greater % lesser {
        0 => lesser,
        1 => 1,
        rest => common_by_shifts(lesser, rest),
    }
}

/// The greatest common divisor of two numbers of which none is zero.
fn common_by_shifts(left: u64, right: u64) -> u64 {
    let twos = (left | right).trailing_zeros();
    let (mut left, mut right) = (left >> left.trailing_zeros(), right >> right.trailing_zeros());
    loop {
        let apart = left.wrapping_sub(right);
        if apart == 0 {
            return left << twos;
        }
        let distance = left.abs_diff(right);
        left = left.min(right);
        right = distance >> apart.trailing_zeros();
    }
}

/// The powers of ten that fit 64 bits.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut rest: &mut [u64] = &mut powers;
    let mut power = 1;
    while let [first, behind @ ..] = rest {
        *first = power;
        if !behind.is_empty() {
            power *= 10;
        }
        rest = behind;
    }
    powers
};

/// Ten to the power of so many digits, if it fits 64 bits.
#[inline]
pub(super) fn power_of_ten(digits: u32) -> Option<u64> {
    POWERS.get(usize::try_from(digits).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Number;
    use num_rational::Ratio;
    use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};

    /// Numbers of every size, most of them near an edge; the same in each run.
    fn parts() -> Vec<i128> {
        let edges = [0, 1, 2, 3, 5, 10, 12, 60, 100, 625, 10_000].map(i128::from);
        let large = [i128::from(i64::MAX), i128::from(u64::MAX), i128::from(i64::MIN), i128::MAX, i128::MIN];
        let mut parts: Vec<i128> = edges.into_iter().chain(large).collect();
        parts
            .extend(large.iter().flat_map(|edge| [edge.saturating_add(1), edge.saturating_sub(1), edge / 2, edge / 3]));
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        for bits in 0..120_u32 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let wide = i128::from(state).wrapping_mul(i128::from(state | 1).wrapping_mul(0x1_0000_0001));
            parts.push(wide >> (bits % 126));
        }
        let turned: Vec<i128> = parts.iter().map(|part| part.wrapping_neg()).collect();
        parts.extend(turned);
        parts
    }

    /// Fractions as the long way reduces them.
    fn ratios() -> Vec<Ratio<i128>> {
        let parts = parts();
        let allowed = |part: &&i128| **part != i128::MIN;
        let below = parts.iter().filter(allowed).filter(|part| **part != 0);
        let mut ratios = Vec::new();
        for (at, denominator) in below.enumerate() {
            for numerator in parts.iter().filter(allowed).skip(at % 37).step_by(37) {
                ratios.push(Ratio::new(*numerator, *denominator));
                assert_eq!(
                    Number::fraction(*numerator, *denominator).map(|n| (n.numerator(), n.denominator())),
                    Some(Ratio::new(*numerator, *denominator).into_raw())
                );
            }
            ratios.push(Ratio::from_integer(*denominator));
        }
        ratios
    }

    #[test]
    fn numbers_compute_as_fractions_of_128_bits_do() {
        let ratios = ratios();
        let number = |ratio: &Ratio<i128>| Number::fraction(*ratio.numer(), *ratio.denom()).unwrap();
        let raw = |number: Option<Number>| number.map(|number| (number.numerator(), number.denominator()));
        let kept = |ratio: Option<Ratio<i128>>| ratio.map(Ratio::into_raw).filter(|(above, _)| *above != i128::MIN);
        let mut results = 0_usize;
        for (at, left) in ratios.iter().enumerate() {
            for right in ratios.iter().skip(at % 61).step_by(61) {
                let (a, b) = (number(left), number(right));
                assert_eq!(raw(a.checked_add(b)), kept(left.checked_add(right)), "{left} + {right}");
                assert_eq!(raw(a.checked_sub(b)), kept(left.checked_sub(right)), "{left} - {right}");
                assert_eq!(raw(a.checked_mul(b)), kept(left.checked_mul(right)), "{left} * {right}");
                let quotient = if *right.numer() == 0 { None } else { kept(left.checked_div(right)) };
                assert_eq!(raw(a.checked_div(b)), quotient, "{left} / {right}");
                assert_eq!(a.cmp(&b), left.cmp(right), "{left} ? {right}");
                assert_eq!(a == b, left == right, "{left} == {right}");
                results = results.saturating_add(usize::from(quotient.is_some()));
            }
        }
        assert!(results > 10_000, "{results}");
    }

    #[test]
    fn a_common_divisor_is_that_of_euclid() {
        let euclid = |mut left: u64, mut right: u64| {
            while right != 0 {
                (left, right) = (right, left % right);
            }
            left
        };
        let numbers: Vec<u64> = parts().into_iter().filter_map(|part| u64::try_from(part).ok()).collect();
        for left in &numbers {
            for right in numbers.iter().filter(|right| **right != 0 || *left != 0) {
                assert_eq!(common(*left, *right), euclid(*left, *right), "{left} {right}");
            }
        }
        assert_eq!(power_of_ten(19), Some(10_000_000_000_000_000_000));
        assert_eq!(power_of_ten(20), None);
    }
}
