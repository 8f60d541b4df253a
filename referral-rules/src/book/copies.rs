//! Rows that come more than once: the same content counts once, other content withdraws the row until the host resolves it.
use super::{FactColumn, NEVER};
use crate::base::index;
use std::cmp::Ordering;

/// What becomes of the rows of one id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kept {
    /// The row that stays.
    pub row: u32,
    /// From when on it is withdrawn, or [`NEVER`].
    pub withdrawn: i64,
    /// A row whose content differs, for the finding.
    pub other: Option<u32>,
}

/// Of rows with the same id, in the order in which they became known, keeps the first. A later one with other content
/// withdraws it from the moment that it is known. Of rows that became known together, `order` says which is first: the
/// order in which they came must leave no trace.
pub fn settle(
    rows: &mut [u32],
    known: impl Fn(u32) -> i64,
    same: impl Fn(u32, u32) -> bool,
    order: impl Fn(u32, u32) -> Ordering,
) -> Option<Kept> {
    rows.sort_by(|left, right| known(*left).cmp(&known(*right)).then_with(|| order(*left, *right)));
    let (first, rest) = rows.split_first()?;
    let other = rest.iter().copied().find(|row| !same(*first, *row));
    Some(Kept { row: *first, withdrawn: other.map_or(NEVER, known), other })
}

/// Whether two rows hold the same values in a column.
pub fn same_value(column: Option<&FactColumn>, left: u32, right: u32) -> bool {
    column.is_none_or(|column| column.same(index(left), index(right)))
}
