//! The order of ids that are numbers, and the place of each in it.
use super::order::ranks;
use crate::base::{NONE, index, position, starts_of};
use std::ops::Range;

/// Numbers that stand for their digits are of at most 18: longer ones are ordered as texts.
pub(super) const DIGITS_END: i64 = 1_000_000_000_000_000_000;

/// Numbers that all differ, in their order.
pub(super) struct Ranked {
    /// The rows by number.
    pub(super) rows: Vec<u32>,
    /// By row, its place among them.
    pub(super) ranks: Vec<u32>,
}

impl Ranked {
    fn of_rows(rows: Vec<u32>) -> Self {
        Self { ranks: ranks(&rows), rows }
    }
}

/// The rows by number; `None` where one stands twice.
pub(super) fn ranked_once(numbers: &[i64]) -> Option<Ranked> {
    if numbers.is_sorted_by(|left, right| left < right) {
        let rows: Vec<u32> = (0..position(numbers.len())).collect();
        return Some(Ranked { ranks: rows.clone(), rows });
    }
    if let Some((least, span)) = close(numbers) {
        return ranked_by_bits(numbers, least, span);
    }
    let runs = rising(numbers);
    if runs.len() <= RUNS_MERGED_MAX {
        return merged(numbers, runs).map(Ranked::of_rows);
    }
    let mut keyed: Vec<(i64, u32)> = numbers.iter().copied().zip(0_u32..).collect();
    keyed.sort_unstable();
    let once = keyed.is_sorted_by(|(left, _), (right, _)| left < right);
    once.then(|| Ranked::of_rows(keyed.into_iter().map(|(_, row)| row).collect()))
}

/// Numbers lie close together where there are at most so many places for each.
const PLACES_MAX: usize = 16;

/// The least number and the places up to the greatest, where they lie close together.
pub(super) fn close(numbers: &[i64]) -> Option<(i64, usize)> {
    let ends = |(least, most): (i64, i64), number: &i64| (least.min(*number), most.max(*number));
    let (least, most) = numbers.iter().fold((i64::MAX, i64::MIN), ends);
    let span = usize::try_from(most.checked_sub(least)?.checked_add(1)?).ok()?;
    (span <= numbers.len().saturating_mul(PLACES_MAX)).then_some((least, span))
}

/// A bit for each place: the rank of a number is how many bits before its own are set.
fn ranked_by_bits(numbers: &[i64], least: i64, span: usize) -> Option<Ranked> {
    let place = |number: &i64| usize::try_from(number.wrapping_sub(least)).unwrap_or(0);
    let mut bits = vec![0_u64; span.div_ceil(64)];
    let mut twice = 0;
    for number in numbers {
        let place = place(number);
        let word = bits.get_mut(place / 64)?;
        let bit = 1_u64 << (place % 64);
        twice |= *word & bit;
        *word |= bit;
    }
    if twice != 0 {
        return None;
    }
    let mut before: Vec<u32> = bits.iter().map(|word| word.count_ones()).collect();
    starts_of(&mut before, 0);
    let mut rows = vec![NONE; numbers.len()];
    let mut ranks = Vec::with_capacity(numbers.len());
    for (row, number) in (0_u32..).zip(numbers) {
        let place = place(number);
        let (word, before) = (bits.get(place / 64)?, before.get(place / 64)?);
        let rank = before.saturating_add((word & !(u64::MAX << (place % 64))).count_ones());
        *rows.get_mut(index(rank))? = row;
        ranks.push(rank);
    }
    Some(Ranked { rows, ranks })
}

/// So many stretches are merged at once.
const RUNS_MERGED_MAX: usize = 16;

/// The stretches of rows in which the numbers rise; no more of them than are too many. Tables are often put together of a few
/// that are in order.
fn rising(numbers: &[i64]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut from = 0_usize;
    for (at, pair) in numbers.windows(2).enumerate() {
        if pair.first() >= pair.last() {
            let next = at.saturating_add(1);
            out.push(from..next);
            from = next;
            if out.len() > RUNS_MERGED_MAX {
                return out;
            }
        }
    }
    out.push(from..numbers.len());
    out
}

/// Merges stretches that rise; `None` where a number stands twice. Numbers are below [`DIGITS_END`]: the greatest of all says that there is none.
fn merged(numbers: &[i64], mut runs: Vec<Range<usize>>) -> Option<Vec<u32>> {
    let number = |at: usize| numbers.get(at).copied().unwrap_or(i64::MAX);
    let mut heads: Vec<i64> = runs.iter().map(|run| number(run.start)).collect();
    let mut out = Vec::with_capacity(numbers.len());
    while !runs.is_empty() {
        // The least head, and the one after it: up to that the run goes on alone.
        let (mut least, mut next) = (0_usize, i64::MAX);
        for (at, head) in heads.iter().enumerate().skip(1) {
            let best = heads.get(least).copied().unwrap_or(i64::MAX);
            if *head < best {
                next = best;
                least = at;
            } else if *head < next {
                next = *head;
            }
        }
        let run = runs.get_mut(least)?;
        if heads.iter().enumerate().any(|(at, head)| at != least && heads.get(least) == Some(head)) {
            return None;
        }
        while run.start < run.end && number(run.start) < next {
            out.push(position(run.start));
            run.start = run.start.saturating_add(1);
        }
        if run.start == run.end {
            runs.swap_remove(least);
            heads.swap_remove(least);
        } else if let Some(head) = heads.get_mut(least) {
            *head = number(run.start);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ranked_alike_close_together_and_far_apart() {
        let random = |at: i64| at.wrapping_mul(2_654_435_761) & 0xFFFF;
        let close: Vec<i64> = (0..3_000).map(|at| random(at) - 9_000).collect();
        let far: Vec<i64> = close.iter().map(|number| number * 1_000_003).collect();
        let stretches: Vec<i64> = (0..3_000).map(|at| (at % 1_000) * 3_000_017 + at / 1_000).collect();
        for numbers in [close, far, stretches, vec![], vec![7], vec![-DIGITS_END + 1, DIGITS_END - 1, 0]] {
            let ranked = ranked_once(&numbers).unwrap();
            let sorted: Vec<i64> = ranked.rows.iter().map(|row| numbers[index(*row)]).collect();
            assert!(sorted.is_sorted_by(|left, right| left < right));
            assert!(ranked.ranks.iter().zip(0_u32..).all(|(rank, row)| ranked.rows[index(*rank)] == row));
            let mut twice = numbers.clone();
            twice.extend(numbers.first());
            assert!(numbers.is_empty() || ranked_once(&twice).is_none());
        }
    }
}
