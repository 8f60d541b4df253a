//! The hot loops: comparisons, arithmetic and logic over columns. The left-most status other than OK is the result's.
#![expect(clippy::indexing_slicing, reason = "a lane is as long as the chunk or has one row and a mask of zero")]
use super::types::Status;
use super::vector::{Column, Pool, Vector};
use crate::base::{Instant, Number, TextId};
use std::cmp::Ordering;

/// A comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Test {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Test {
    /// True for values in the order.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

/// An operation on two numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Towards zero.
    DivideWhole,
    Remainder,
    Least,
    Greatest,
}

/// Which whole numbers a result may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Bounds {
    Int,
    Instant,
    Duration,
}

/// The most microseconds of a duration, about ten thousand years.
pub(super) const DURATION_MAX: i64 = 315_576_000_000_000_000;

impl Bounds {
    fn check(self, value: Option<i64>) -> Result<i64, Status> {
        match (self, value) {
            (Self::Int, value) => value.ok_or(Status::OVERFLOW),
            (_, None) => Err(Status::OUT_OF_RANGE),
            (bounds, Some(value)) => {
                let inside = match bounds {
                    Self::Int => true,
                    Self::Instant => Instant(value).in_range(),
                    Self::Duration => value.unsigned_abs() <= DURATION_MAX.unsigned_abs(),
                };
                if inside { Ok(value) } else { Err(Status::OUT_OF_RANGE) }
            }
        }
    }
}

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
    status: &'a [Status],
    mask: usize,
}

impl<'a, T: Item> Lane<'a, T> {
    /// `None` for a column of another class or length.
    pub(super) fn new(vector: &'a Vector, rows: usize) -> Option<Self> {
        let values = T::of(&vector.column)?;
        let status = vector.status.as_slice();
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
    values.reserve(rows);
    out.status.reserve(rows);
    for row in 0..rows {
        let status = lane.status(row);
        let result = if status.is_ok() { compute(lane.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        out.status.push(result.err().unwrap_or(Status::OK));
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
    values.reserve(rows);
    out.status.reserve(rows);
    for row in 0..rows {
        let status = if left.status(row).is_ok() { right.status(row) } else { left.status(row) };
        let result = if status.is_ok() { compute(left.value(row), right.value(row)) } else { Err(status) };
        values.push(result.unwrap_or(T::NONE));
        out.status.push(result.err().unwrap_or(Status::OK));
    }
}

/// Compares two columns of values that have an order.
pub(super) fn compare<T: Item + Ord>(test: Test, left: &Vector, right: &Vector, rows: usize, out: &mut Vector) {
    match test {
        Test::Equal => binary(left, right, rows, out, |a: T, b: T| Ok(a == b)),
        Test::NotEqual => binary(left, right, rows, out, |a: T, b: T| Ok(a != b)),
        Test::Less => binary(left, right, rows, out, |a: T, b: T| Ok(a < b)),
        Test::AtMost => binary(left, right, rows, out, |a: T, b: T| Ok(a <= b)),
        Test::Greater => binary(left, right, rows, out, |a: T, b: T| Ok(a > b)),
        Test::AtLeast => binary(left, right, rows, out, |a: T, b: T| Ok(a >= b)),
    }
}

/// Compares exact numbers.
pub(super) fn compare_decimals(test: Test, left: &Vector, right: &Vector, rows: usize, out: &mut Vector) {
    binary(left, right, rows, out, |a: Number, b: Number| Ok(test.holds(order(a, b))));
}

/// By numerators if the denominators are the same, else crosswise if that fits, which is usual; else step by step.
fn order(a: Number, b: Number) -> Ordering {
    if a.denominator() == b.denominator() {
        return a.numerator().cmp(&b.numerator());
    }
    match (a.numerator().checked_mul(b.denominator()), b.numerator().checked_mul(a.denominator())) {
        (Some(left), Some(right)) => left.cmp(&right),
        _ => a.cmp(&b),
    }
}

/// Compares texts by their bytes.
pub(super) fn compare_texts(
    test: Test,
    left: &Vector,
    right: &Vector,
    rows: usize,
    out: &mut Vector,
    texts: &dyn Pool,
) {
    binary(left, right, rows, out, |a: TextId, b: TextId| {
        let order = if a == b { Ordering::Equal } else { texts.text(a).as_bytes().cmp(texts.text(b).as_bytes()) };
        Ok(test.holds(order))
    });
}

/// Arithmetic on whole numbers.
pub(super) fn ints(
    operation: Arithmetic,
    bounds: Bounds,
    left: &Vector,
    right: &Vector,
    rows: usize,
    out: &mut Vector,
) {
    match operation {
        Arithmetic::Add => binary(left, right, rows, out, |a: i64, b: i64| bounds.check(a.checked_add(b))),
        Arithmetic::Subtract => binary(left, right, rows, out, |a: i64, b: i64| bounds.check(a.checked_sub(b))),
        Arithmetic::Multiply => binary(left, right, rows, out, |a: i64, b: i64| bounds.check(a.checked_mul(b))),
        Arithmetic::Divide | Arithmetic::DivideWhole => binary(left, right, rows, out, |a: i64, b: i64| match b {
            0 => Err(Status::DIVISION_BY_ZERO),
            _ => bounds.check(a.checked_div(b)),
        }),
        Arithmetic::Remainder => binary(left, right, rows, out, |a: i64, b: i64| match b {
            0 => Err(Status::DIVISION_BY_ZERO),
            _ => bounds.check(Some(a.checked_rem(b).unwrap_or(0))),
        }),
        Arithmetic::Least => binary(left, right, rows, out, |a: i64, b: i64| Ok(a.min(b))),
        Arithmetic::Greatest => binary(left, right, rows, out, |a: i64, b: i64| Ok(a.max(b))),
    }
}

/// Arithmetic on exact numbers; a whole division gives whole numbers.
pub(super) fn decimals(operation: Arithmetic, left: &Vector, right: &Vector, rows: usize, out: &mut Vector) {
    let fits = |value: Option<Number>| value.ok_or(Status::OVERFLOW);
    match operation {
        Arithmetic::Add => binary(left, right, rows, out, |a: Number, b: Number| fits(a.checked_add(b))),
        Arithmetic::Subtract => binary(left, right, rows, out, |a: Number, b: Number| fits(a.checked_sub(b))),
        Arithmetic::Multiply => binary(left, right, rows, out, |a: Number, b: Number| fits(a.checked_mul(b))),
        Arithmetic::Divide => binary(left, right, rows, out, |a: Number, b: Number| match b.is_zero() {
            true => Err(Status::DIVISION_BY_ZERO),
            false => fits(a.checked_div(b)),
        }),
        Arithmetic::DivideWhole => binary(left, right, rows, out, |a: Number, b: Number| {
            i64::try_from(whole_quotient(a, b)?).map_err(|_| Status::OVERFLOW)
        }),
        Arithmetic::Remainder => binary(left, right, rows, out, |a: Number, b: Number| {
            let whole = Number::fraction(whole_quotient(a, b)?, 1);
            fits(whole.and_then(|whole| b.checked_mul(whole)).and_then(|part| a.checked_sub(part)))
        }),
        Arithmetic::Least => {
            binary(left, right, rows, out, |a: Number, b: Number| Ok(if order(a, b).is_le() { a } else { b }));
        }
        Arithmetic::Greatest => {
            binary(left, right, rows, out, |a: Number, b: Number| Ok(if order(a, b).is_ge() { a } else { b }));
        }
    }
}

fn whole_quotient(a: Number, b: Number) -> Result<i128, Status> {
    if b.is_zero() {
        return Err(Status::DIVISION_BY_ZERO);
    }
    let quotient = a.checked_div(b).ok_or(Status::OVERFLOW)?;
    quotient.numerator().checked_div(quotient.denominator()).ok_or(Status::OVERFLOW)
}

/// `&&` (the deciding value is false) or `||` (true) of any number of columns: one deciding value wins over everything,
/// else the left-most status that is not OK.
pub(super) fn logic<'v>(deciding: bool, arguments: impl Iterator<Item = &'v Vector>, rows: usize, out: &mut Vector) {
    let Column::Bool(values) = &mut out.column else {
        return;
    };
    values.resize(rows, !deciding);
    out.status.resize(rows, Status::OK);
    for argument in arguments {
        let Some(lane) = Lane::<bool>::new(argument, rows) else {
            out.status.fill(Status::NOT_CONVERTIBLE);
            return;
        };
        for (row, (known, so_far)) in values.iter_mut().zip(&mut out.status).enumerate() {
            let (value, status) = (lane.value(row), lane.status(row));
            if status.is_ok() {
                if value == deciding {
                    (*known, *so_far) = (deciding, Status::OK);
                }
            } else if *known != deciding && so_far.is_ok() {
                *so_far = status;
            }
        }
    }
}

/// By the condition, the value of one column or the other.
pub(super) fn select<T: Item>(condition: &Vector, yes: &Vector, no: &Vector, rows: usize, out: &mut Vector) {
    let lanes = (Lane::<bool>::new(condition, rows), Lane::<T>::new(yes, rows), Lane::<T>::new(no, rows));
    let ((Some(condition), Some(yes), Some(no)), Some(values)) = (lanes, T::of_mut(&mut out.column)) else {
        return;
    };
    values.reserve(rows);
    out.status.reserve(rows);
    for row in 0..rows {
        let status = condition.status(row);
        let taken = if condition.value(row) { &yes } else { &no };
        values.push(taken.value(row));
        out.status.push(if status.is_ok() { taken.status(row) } else { status });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::{Class, Slot};

    #[test]
    fn one_deciding_value_wins_over_missing_and_faults_else_the_left_most_is_kept() {
        let column = |rows: &[Result<bool, Status>]| {
            let mut vector = Vector::new(Class::Bool);
            for row in rows {
                match row {
                    Ok(value) => vector.push_bool(*value),
                    Err(status) => vector.push_status(*status),
                }
            }
            vector
        };
        let (missing, fault) = (Err(Status::missing(Slot(3))), Err(Status::OVERFLOW));
        let left = column(&[Ok(true), Ok(false), missing, missing, missing, fault]);
        let right = column(&[Ok(true), missing, Ok(false), Ok(true), fault, missing]);
        let mut out = Vector::new(Class::Bool);
        logic(false, [&left, &right].into_iter(), 6, &mut out);
        let results: Vec<_> =
            (0..6).map(|row| Lane::<bool>::new(&out, 6).map(|lane| (lane.value(row), lane.status(row)))).collect();
        let result = |row: usize| results[row].filter(|(_, status)| status.is_ok()).map(|(value, _)| value);
        assert_eq!((0..6).map(result).collect::<Vec<_>>(), [Some(true), Some(false), Some(false), None, None, None]);
        assert_eq!(out.status[3..], [Status::missing(Slot(3)), Status::missing(Slot(3)), Status::OVERFLOW]);
    }

    #[test]
    fn a_column_of_another_length_or_class_gives_no_rows() {
        let mut short = Vector::new(Class::Int);
        short.push_int(1);
        short.push_int(2);
        let mut out = Vector::new(Class::Int);
        ints(Arithmetic::Add, Bounds::Int, &short, &short, 3, &mut out);
        assert!(out.is_empty());
        decimals(Arithmetic::Add, &short, &short, 2, &mut out);
        assert!(out.is_empty());
    }
}
