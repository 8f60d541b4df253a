//! Columns as the hot loops read them, and the loops that fill one column from others. The left-most status other than OK
//! is the result's. Where all rows are OK, no status is read or written.
#![expect(clippy::indexing_slicing, reason = "a lane is as long as the chunk or has one row and a mask of zero")]
use super::statuses::Statuses;
use super::types::Status;
use super::vector::{Column, Vector};
use crate::base::{Number, TextId};

/// The type of a column's values.
pub(super) trait Item: Copy {
    /// Stands where there is no value.
    const NONE: Self;
    fn of(column: &Column) -> Option<&[Self]>;
    fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>>;
}

macro_rules! item {
    ($($type:ty, $variant:ident, $none:expr;)*) => {$(
        impl Item for $type {
            const NONE: Self = $none;

            fn of(column: &Column) -> Option<&[Self]> {
                match column {
                    Column::$variant(values) => Some(values),
                    _ => None,
                }
            }

            fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>> {
                match column {
                    Column::$variant(values) => Some(values),
                    _ => None,
                }
            }
        }
    )*};
}

item! {
    bool, Bool, false;
    i64, Int, 0;
    Number, Decimal, Number::ZERO;
    TextId, Text, TextId(0);
}

/// A column to read from: as long as the chunk, or one row that stands for all.
pub(super) struct Lane<'a, T> {
    values: &'a [T],
    status: &'a Statuses,
    mask: usize,
}

/// The values of a lane.
#[derive(Clone, Copy)]
pub(super) enum Values<'a, T> {
    /// The same for all rows.
    One(T),
    /// One per row.
    Rows(&'a [T]),
}

impl<'a, T: Item> Lane<'a, T> {
    /// `None` for a column of another class or length.
    pub(super) fn new(vector: &'a Vector, rows: usize) -> Option<Self> {
        let values = T::of(&vector.column)?;
        let status = &vector.status;
        let mask = if status.len() == 1 { 0 } else { usize::MAX };
        (values.len() == status.len() && (mask == 0 || status.len() >= rows)).then_some(Self { values, status, mask })
    }

    /// The value of a row below the chunk's length.
    #[inline]
    pub(super) fn value(&self, row: usize) -> T {
        self.values[row & self.mask]
    }

    /// The status of a row below the chunk's length.
    #[inline]
    pub(super) fn status(&self, row: usize) -> Status {
        self.status[row & self.mask]
    }

    /// True if every row is OK.
    pub(super) fn all_ok(&self) -> bool {
        self.status.all_ok()
    }

    /// The values of so many rows.
    pub(super) fn values(&self, rows: usize) -> Values<'a, T> {
        match self.mask {
            0 => Values::One(self.values[0]),
            _ => Values::Rows(&self.values[..rows]),
        }
    }
}

/// Fills `out` from one column by what always succeeds.
pub(super) fn map<A: Item, T: Item>(argument: &Vector, rows: usize, out: &mut Vector, compute: impl Fn(A) -> T) {
    match (Lane::<A>::new(argument, rows), T::of_mut(&mut out.column)) {
        (Some(lane), Some(values)) if lane.all_ok() => {
            spread(lane.values(rows), rows, values, compute);
            out.status.resize(rows, Status::OK);
        }
        _ => unary(argument, rows, out, |value| Ok(compute(value))),
    }
}

/// Fills `out` from one column.
pub(super) fn unary<A: Item, T: Item>(
    argument: &Vector,
    rows: usize,
    out: &mut Vector,
    compute: impl Fn(A) -> Result<T, Status>,
) {
    let (Some(lane), Some(values)) = (Lane::<A>::new(argument, rows), T::of_mut(&mut out.column)) else {
        return;
    };
    let statuses = &mut out.status;
    if lane.all_ok() {
        // One result stands for all rows, so its status does, too.
        let mut row = 0_usize;
        return match lane.values(rows) {
            Values::One(value) => {
                let result = compute(value);
                values.resize(rows, result.unwrap_or(T::NONE));
                statuses.resize(rows, result.err().unwrap_or(Status::OK));
            }
            each @ Values::Rows(_) => {
                spread(each, rows, values, |value| noted(compute(value), &mut row, statuses));
                statuses.resize(rows, Status::OK);
            }
        };
    }
    values.reserve(rows);
    for row in 0..rows {
        let status = lane.status(row);
        let result = if status.is_ok() { compute(lane.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        statuses.push(result.err().unwrap_or(Status::OK));
    }
}

/// Fills `out` from two columns by what always succeeds.
pub(super) fn combine<A: Item, B: Item, T: Item>(
    left: &Vector,
    right: &Vector,
    rows: usize,
    out: &mut Vector,
    compute: impl Fn(A, B) -> T,
) {
    match (Lane::<A>::new(left, rows), Lane::<B>::new(right, rows), T::of_mut(&mut out.column)) {
        (Some(left), Some(right), Some(values)) if left.all_ok() && right.all_ok() => {
            spread_two(left.values(rows), right.values(rows), rows, values, compute);
            out.status.resize(rows, Status::OK);
        }
        _ => binary(left, right, rows, out, |a, b| Ok(compute(a, b))),
    }
}

/// Fills `out` from two columns.
pub(super) fn binary<A: Item, B: Item, T: Item>(
    left: &Vector,
    right: &Vector,
    rows: usize,
    out: &mut Vector,
    compute: impl Fn(A, B) -> Result<T, Status>,
) {
    let (Some(left), Some(right)) = (Lane::<A>::new(left, rows), Lane::<B>::new(right, rows)) else {
        return;
    };
    let Some(values) = T::of_mut(&mut out.column) else {
        return;
    };
    let statuses = &mut out.status;
    if left.all_ok() && right.all_ok() {
        let mut row = 0_usize;
        let each = |a, b| noted(compute(a, b), &mut row, statuses);
        match (left.values(rows), right.values(rows)) {
            // Not `each`: the result would be noted for the first row alone.
            (Values::One(a), Values::One(b)) => {
                let result = compute(a, b);
                values.resize(rows, result.unwrap_or(T::NONE));
                statuses.resize(rows, result.err().unwrap_or(Status::OK));
            }
            (left, right) => {
                spread_two(left, right, rows, values, each);
                statuses.resize(rows, Status::OK);
            }
        }
        return;
    }
    values.reserve(rows);
    for row in 0..rows {
        let status = if left.status(row).is_ok() { right.status(row) } else { left.status(row) };
        let result = if status.is_ok() { compute(left.value(row), right.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        statuses.push(result.err().unwrap_or(Status::OK));
    }
}

/// The value of a result; a status other than OK is taken down for its row, and `row` goes on to the next.
#[inline]
fn noted<T: Item>(result: Result<T, Status>, row: &mut usize, statuses: &mut Statuses) -> T {
    let here = *row;
    *row = here.wrapping_add(1);
    match result {
        Ok(value) => value,
        Err(status) => {
            statuses.resize(here, Status::OK);
            statuses.push(status);
            T::NONE
        }
    }
}

fn spread<A: Item, T: Copy>(values: Values<'_, A>, rows: usize, out: &mut Vec<T>, mut compute: impl FnMut(A) -> T) {
    match values {
        Values::One(value) => out.resize(rows, compute(value)),
        Values::Rows(values) => out.extend(values.iter().map(|value| compute(*value))),
    }
}

fn spread_two<A: Item, B: Item, T: Copy>(
    left: Values<'_, A>,
    right: Values<'_, B>,
    rows: usize,
    out: &mut Vec<T>,
    mut compute: impl FnMut(A, B) -> T,
) {
    match (left, right) {
        (Values::One(a), Values::One(b)) => out.resize(rows, compute(a, b)),
        (Values::Rows(left), Values::One(b)) => out.extend(left.iter().map(|a| compute(*a, b))),
        (Values::One(a), Values::Rows(right)) => out.extend(right.iter().map(|b| compute(a, *b))),
        (Values::Rows(left), Values::Rows(right)) => {
            out.extend(left.iter().zip(right).map(|(a, b)| compute(*a, *b)));
        }
    }
}
