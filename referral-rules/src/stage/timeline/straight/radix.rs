//! Sorting many keys of few bits: instants are mostly whole days, ranks are small numbers.

use crate::base::{index, starts_of};

/// The order of keys: by their first part, then by the second; equal ones stay as they are.
pub(super) fn stable_order(keys: impl ExactSizeIterator<Item = (i64, u64)> + Clone) -> Vec<u32> {
    match packed(keys.clone()) {
        Some((packed, bits)) => by_digits(packed, bits),
        None => {
            let mut keyed: Vec<_> = keys.zip(0_u32..).collect();
            keyed.sort_unstable();
            keyed.into_iter().map(|(_, place)| place).collect()
        }
    }
}

/// Both parts in one number, if they fit: what all instants have in common is left out. How many bits it has.
fn packed(keys: impl ExactSizeIterator<Item = (i64, u64)> + Clone) -> Option<(Vec<(u64, u32)>, u32)> {
    let least = keys.clone().map(|(at, _)| at).min()?;
    let (mut step, mut greatest, mut rests, mut last) = (0_u64, 0_u64, 0_u64, least);
    for (at, rest) in keys.clone() {
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
    let step = step.max(1);
    let bits = |number: u64| u64::BITS.saturating_sub(number.leading_zeros());
    let low = bits(rests);
    let all = bits(greatest.checked_div(step)?).checked_add(low).filter(|bits| *bits <= 64)?;
    let mut out: Vec<(u64, u32)> = Vec::with_capacity(keys.len());
    let mut last = (least, 0_u64);
    out.extend(keys.zip(0_u32..).map(|((at, rest), place)| {
        if at != last.0 {
            let from_least = at.abs_diff(least).checked_div(step).unwrap_or(0);
            last = (at, from_least.checked_shl(low).unwrap_or(0));
        }
        (last.1 | rest, place)
    }));
    Some((out, all))
}

/// How many bits are looked at in one pass.
const DIGIT_BITS: u32 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

fn digit(key: u64, shift: u32) -> usize {
    usize::try_from(key >> shift).unwrap_or(0) & (DIGITS - 1)
}

/// From the lowest digit to the highest, each pass leaves equal digits as they are.
fn by_digits(mut keys: Vec<(u64, u32)>, bits: u32) -> Vec<u32> {
    let mut other = vec![(0_u64, 0_u32); keys.len()];
    let mut shift = 0_u32;
    while shift < bits {
        let mut next = [0_u32; DIGITS];
        for (key, _) in &keys {
            if let Some(count) = next.get_mut(digit(*key, shift)) {
                *count = count.saturating_add(1);
            }
        }
        starts_of(&mut next, 0);
        for one in &keys {
            if let Some(next) = next.get_mut(digit(one.0, shift)) {
                if let Some(slot) = other.get_mut(index(*next)) {
                    *slot = *one;
                }
                *next = next.saturating_add(1);
            }
        }
        std::mem::swap(&mut keys, &mut other);
        shift = shift.saturating_add(DIGIT_BITS);
    }
    keys.into_iter().map(|(_, place)| place).collect()
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
