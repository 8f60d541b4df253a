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
    if lane.all_ok() {
        let mut failed = false;
        spread(lane.values(rows), rows, values, |value| hoped(compute(value), &mut failed));
        if !failed {
            return out.status.resize(rows, Status::OK);
        }
        values.clear();
    }
    values.reserve(rows);
    for row in 0..rows {
        let status = lane.status(row);
        let result = if status.is_ok() { compute(lane.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        out.status.push(result.err().unwrap_or(Status::OK));
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
    if left.all_ok() && right.all_ok() {
        let mut failed = false;
        spread_two(left.values(rows), right.values(rows), rows, values, |a, b| hoped(compute(a, b), &mut failed));
        if !failed {
            return out.status.resize(rows, Status::OK);
        }
        values.clear();
    }
    values.reserve(rows);
    for row in 0..rows {
        let status = if left.status(row).is_ok() { right.status(row) } else { left.status(row) };
        let result = if status.is_ok() { compute(left.value(row), right.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        out.status.push(result.err().unwrap_or(Status::OK));
    }
}

/// The value of a result. A fault is only noted, which keeps the loop short; then the column is computed once more.
#[inline]
fn hoped<T: Item>(result: Result<T, Status>, failed: &mut bool) -> T {
    *failed |= result.is_err();
    result.unwrap_or(T::NONE)
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

#[cfg(test)]
mod tests {
    use super::super::kernels::{Arithmetic, Bounds, Test, compare, decimals, ints, logic, select, text_in};
    use super::*;
    use crate::expr::{Class, Slot};

    const ROWS: usize = 40;

    /// Some columns of the class, each as it is and with one more row that has no value, so that statuses are written down;
    /// the last stands for all rows.
    fn columns(class: Class) -> Vec<(Vector, Vector)> {
        let mut state = 99_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut fill = |rows: usize| {
            let mut vector = Vector::new(class);
            for _ in 0..rows {
                let (kind, bits) = (next() % 16, i64::from_ne_bytes(next().to_ne_bytes()));
                let int = match kind {
                    0 => bits,
                    1 => i64::MIN,
                    2 => i64::MAX,
                    _ => bits % 5,
                };
                match class {
                    Class::Bool => vector.push_bool(bits % 2 == 0),
                    Class::Int => vector.push_int(int),
                    Class::Decimal => {
                        vector.push_decimal(Number::fraction(int.into(), i128::from(bits % 7).abs().max(1)).unwrap());
                    }
                    _ => vector.push_text(TextId(u32::try_from(kind).unwrap())),
                }
            }
            vector
        };
        [ROWS, ROWS, ROWS, 1]
            .into_iter()
            .map(|rows| {
                let vector = fill(rows);
                let mut written = vector.clone();
                match vector.len() {
                    1 => written.status.set(0, Status::OK),
                    _ => written.push_missing(Slot(1)),
                }
                assert!(vector.status.all_ok() && !written.status.all_ok());
                (vector, written)
            })
            .collect()
    }

    fn same(class: Class, from: &str, quick: impl Fn(&mut Vector), careful: impl Fn(&mut Vector)) {
        let (mut left, mut right) = (Vector::new(class), Vector::new(class));
        quick(&mut left);
        careful(&mut right);
        assert_eq!(left.len(), ROWS, "{from}");
        assert_eq!(left, right, "{from}");
    }

    /// All results of two columns, without statuses and with them.
    fn each_two(class: Class, result: Class, from: &str, run: impl Fn(&Vector, &Vector, &mut Vector)) {
        let columns = columns(class);
        for (left, left_written) in &columns {
            for (right, right_written) in &columns {
                same(result, from, |out| run(left, right, out), |out| run(left_written, right_written, out));
                same(result, from, |out| run(left, right, out), |out| run(left, right_written, out));
            }
        }
    }

    #[test]
    fn columns_without_statuses_give_what_those_with_statuses_give() {
        use Arithmetic::{Add, Divide, DivideWhole, Greatest, Least, Multiply, Remainder, Subtract};
        for test in [Test::Equal, Test::NotEqual, Test::Less, Test::AtMost, Test::Greater, Test::AtLeast] {
            let name = format!("{test:?}");
            each_two(Class::Int, Class::Bool, &name, |a, b, out| compare::<i64>(test, a, b, ROWS, out));
            each_two(Class::Decimal, Class::Bool, &name, |a, b, out| compare::<Number>(test, a, b, ROWS, out));
            each_two(Class::Bool, Class::Bool, &name, |a, b, out| compare::<bool>(test, a, b, ROWS, out));
        }
        for operation in [Add, Subtract, Multiply, Divide, DivideWhole, Remainder, Least, Greatest] {
            let name = format!("{operation:?}");
            for bounds in [Bounds::Int, Bounds::Instant, Bounds::Duration] {
                each_two(Class::Int, Class::Int, &name, |a, b, out| ints(operation, bounds, a, b, ROWS, out));
            }
            let result = if operation == DivideWhole { Class::Int } else { Class::Decimal };
            each_two(Class::Decimal, result, &name, |a, b, out| decimals(operation, a, b, ROWS, out));
        }
        for deciding in [false, true] {
            each_two(Class::Bool, Class::Bool, "logic", |a, b, out| logic(deciding, [a, b].into_iter(), ROWS, out));
        }
        for condition in columns(Class::Bool) {
            each_two(Class::Int, Class::Int, "select", |a, b, out| select::<i64>(&condition.0, a, b, ROWS, out));
        }
        for size in [1, 8, 9] {
            let set: Vec<TextId> = (0..size).map(|id| TextId(id * 2)).collect();
            each_two(Class::Text, Class::Bool, "in", |a, _, out| text_in(&set, a, ROWS, out));
        }
    }
}
