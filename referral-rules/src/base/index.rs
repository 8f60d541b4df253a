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
