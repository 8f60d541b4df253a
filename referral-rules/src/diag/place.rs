//! Where in a text something stands.
use serde::Serialize;

/// A range of bytes in a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The span moved to the right: a place inside an expression becomes one inside the document.
    pub const fn shifted(self, offset: usize) -> Self {
        Self { start: self.start.saturating_add(offset), end: self.end.saturating_add(offset) }
    }

    /// From the start of this to the end of the other.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A value and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// The value at the place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A place as people say it: which source, which line and column (both from 1; columns count characters), which path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Place {
    /// The name of the text or table: `program.toml`, `referrals`.
    pub source: String,
    /// The line or table row, from 1; 0 where there is none.
    pub line: usize,
    /// The column of the line, in characters from 1; 0 where there is none.
    pub column: usize,
    /// The path of keys, such as `reward[2].amount`, or the table's column.
    pub path: String,
}

/// The line and column of a byte in a text, both from 1.
pub fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..floor_boundary(text, byte)).unwrap_or("");
    let line = before.bytes().filter(|byte| *byte == b'\n').count().saturating_add(1);
    let start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let column = before.get(start..).unwrap_or("").chars().count().saturating_add(1);
    (line, column)
}

fn floor_boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}
