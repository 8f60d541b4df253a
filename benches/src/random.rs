//! Random numbers without floats: the same on every machine, for ever.
#![allow(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "bits are shifted and widened on purpose")]

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `first` to `last`.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        first + self.below((last - first + 1).unsigned_abs()) as i64
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// An exponential variate in 1/65536: minus the binary logarithm of a uniform one, by straight lines between powers
    /// of two.
    pub fn exponential(&mut self) -> u64 {
        let bits = self.bits() | 1;
        let zeros = u64::from(bits.leading_zeros());
        let mantissa = (bits << zeros << 1) >> 48;
        (zeros << 16) + (65_536 - mantissa)
    }

    /// A normal variate in 1/65536 of its deviation: the sum of twelve uniform ones.
    pub fn normal(&mut self) -> i64 {
        (0..12).map(|_| self.below(65_536) as i64).sum::<i64>() - 6 * 65_536
    }

    /// `2^(mean + deviation * normal)`, both in 1/65536, by straight lines between powers of two.
    pub fn log_normal(&mut self, mean: i64, deviation: i64) -> i64 {
        let power = mean + ((deviation * self.normal()) >> 16);
        let whole = power >> 16;
        ((65_536 + (power & 65_535)) << whole.clamp(0, 40)) >> 16
    }
}
