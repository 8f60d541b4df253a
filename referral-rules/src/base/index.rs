//! Positions: columns hold 32-bit positions, Rust indexes with `usize`.

/// A 32-bit position that says "none".
pub const NONE: u32 = u32::MAX;

/// A 32-bit position as an index.
#[expect(clippy::as_conversions, reason = "32 bits fit a usize on every platform that std supports here")]
pub const fn index(position: u32) -> usize {
    position as usize
}

/// An index as a 32-bit position; books are limited to fewer rows than that, and past it everything is [`NONE`].
pub fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// Counts become starts: each takes the sum of those before it, from `first` on. Returns where the last one ends.
pub fn starts_of(counts: &mut [u32], first: u32) -> u32 {
    counts.iter_mut().fold(first, |start, count| start.saturating_add(std::mem::replace(count, start)))
}

/// The places of the bits that are set, the lowest first.
pub fn ones(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = usize::try_from(bits.trailing_zeros()).ok().filter(|_| bits != 0)?;
        bits &= bits.wrapping_sub(1);
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_become_starts_and_bits_places() {
        let mut counts = [2, 0, 3];
        assert_eq!((starts_of(&mut counts, 7), counts), (12, [7, 9, 9]));
        assert_eq!(ones(0b1010_0001 | 1 << 63).collect::<Vec<_>>(), [0, 5, 7, 63]);
        assert_eq!(ones(0).count(), 0);
    }
}
