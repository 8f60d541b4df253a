//! Sorting many keys of few bits: instants are mostly whole days, ranks are small numbers.

use crate::base::{index, position, starts_of};
use std::ops::Range;

/// The order of keys: by their first part, then by the second; equal ones stay as they are.
pub(super) fn stable_order(keys: impl ExactSizeIterator<Item = (i64, u64)> + Clone) -> Vec<u32> {
    let places = bits(u64::from(position(keys.len())));
    let mut order: Vec<u32> = Vec::new();
    match Packing::of(keys.clone()) {
        // Half the memory, where a place fits into the number too.
        Some(packing) if packing.bits.saturating_add(places) <= u64::BITS => {
            let with_place = |(key, place): (u64, u32)| key.checked_shl(places).unwrap_or(0) | u64::from(place);
            let packed: Vec<u64> = packing.all(keys).map(with_place).collect();
            let mask = u64::MAX.checked_shl(places).map_or(u64::MAX, |above| !above);
            let place = |one: u64| u32::try_from(one & mask).unwrap_or(u32::MAX);
            let last = packing.bits.saturating_add(places);
            order.extend(by_digits(packed, |one| *one, places..last).into_iter().map(place));
        }
        Some(packing) => {
            let packed: Vec<(u64, u32)> = packing.all(keys).collect();
            order.extend(by_digits(packed, |(key, _)| *key, 0..packing.bits).into_iter().map(|(_, place)| place));
        }
        None => {
            let mut keyed: Vec<_> = keys.zip(0_u32..).collect();
            keyed.sort_unstable();
            order.extend(keyed.into_iter().map(|(_, place)| place));
        }
    }
    order
}

/// How many bits a number has.
const fn bits(number: u64) -> u32 {
    u64::BITS.saturating_sub(number.leading_zeros())
}

/// How both parts of keys become one number: what all instants have in common is left out.
struct Packing {
    least: i64,
    step: u64,
    /// The bits of the second part.
    low: u32,
    /// The bits of both.
    bits: u32,
}

impl Packing {
    /// Nothing where the parts do not fit.
    fn of(keys: impl ExactSizeIterator<Item = (i64, u64)> + Clone) -> Option<Self> {
        let least = keys.clone().map(|(at, _)| at).min()?;
        let (mut step, mut greatest, mut rests, mut last) = (0_u64, 0_u64, 0_u64, least);
        for (at, rest) in keys {
            rests |= rest;
            if at == last {
                continue;
            }
            last = at;
            let from_least = u64::try_from(at.checked_sub(least)?).ok()?;
            // Once the step is that of one it is that of all that follow.
            if step != 1 && from_least.checked_rem(step) != Some(0) {
                step = num_integer::gcd(step, from_least);
            }
            greatest = greatest.max(from_least);
        }
        let (step, low) = (step.max(1), bits(rests));
        let all = bits(greatest.checked_div(step)?).checked_add(low).filter(|bits| *bits <= u64::BITS)?;
        Some(Self { least, step, low, bits: all })
    }

    /// The keys as numbers, and their places.
    fn all(&self, keys: impl ExactSizeIterator<Item = (i64, u64)>) -> impl ExactSizeIterator<Item = (u64, u32)> {
        let mut last = (self.least, 0_u64);
        let mut place = 0_u32;
        keys.map(move |(at, rest)| {
            if at != last.0 {
                let from_least = at.abs_diff(self.least).checked_div(self.step).unwrap_or(0);
                last = (at, from_least.checked_shl(self.low).unwrap_or(0));
            }
            let own = place;
            place = place.saturating_add(1);
            (last.1 | rest, own)
        })
    }
}

/// How many bits are looked at in one pass.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

fn digit(key: u64, shift: u32) -> usize {
    usize::try_from(key >> shift).unwrap_or(0) & (DIGITS - 1)
}

/// From the lowest of some bits to the highest, digit by digit; each pass leaves equal digits as they are.
fn by_digits<T: Copy + Default>(mut keys: Vec<T>, key: impl Fn(&T) -> u64, bits: Range<u32>) -> Vec<T> {
    let mut other = vec![T::default(); keys.len()];
    let mut shift = bits.start;
    while shift < bits.end {
        let mut next = [0_u32; DIGITS];
        for one in &keys {
            if let Some(count) = next.get_mut(digit(key(one), shift)) {
                *count = count.saturating_add(1);
            }
        }
        starts_of(&mut next, 0);
        for one in &keys {
            if let Some(next) = next.get_mut(digit(key(one), shift)) {
                if let Some(slot) = other.get_mut(index(*next)) {
                    *slot = *one;
                }
                *next = next.saturating_add(1);
            }
        }
        std::mem::swap(&mut keys, &mut other);
        shift = shift.saturating_add(DIGIT_BITS);
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[(i64, u64)]) {
        let mut expected: Vec<usize> = (0..keys.len()).collect();
        expected.sort_by_key(|at| keys[*at]);
        let order: Vec<usize> = stable_order(keys.iter().copied()).into_iter().map(crate::base::index).collect();
        assert_eq!(order, expected);
    }

    #[test]
    fn keys_of_few_and_of_many_bits_are_sorted_alike() {
        let day = 86_400_000_000_i64;
        let random = |at: u64| at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) >> 33;
        let few: Vec<(i64, u64)> =
            (0..5_000).map(|at| (i64::try_from(random(at) % 700).unwrap() * day, random(at * 3) % 50)).collect();
        let many: Vec<(i64, u64)> =
            (0..5_000).map(|at| (i64::try_from(random(at) << 20).unwrap(), random(at * 3) << 30)).collect();
        check(&few);
        check(&many);
        check(&[]);
        check(&[(7, 1)]);
        check(&[(i64::MAX, 0), (i64::MIN, 0), (0, u64::MAX), (0, 0)]);
        check(&[(0, 0); 9]);
    }
}
