//! The hot loops: comparisons, arithmetic and logic over columns. The left-most status other than OK is the result's.
use super::lanes::{Item, Lane, Values, binary, combine, map};
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
    /// The comparison that says the same with its sides exchanged.
    pub(super) const fn mirrored(self) -> Self {
        match self {
            Self::Equal => Self::Equal,
            Self::NotEqual => Self::NotEqual,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

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
    #[inline]
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

/// Compares two columns of values that have an order.
pub(super) fn compare<T: Item + Ord>(test: Test, left: &Vector, right: &Vector, rows: usize, out: &mut Vector) {
    match test {
        Test::Equal => combine(left, right, rows, out, |a: T, b: T| a == b),
        Test::NotEqual => combine(left, right, rows, out, |a: T, b: T| a != b),
        Test::Less => combine(left, right, rows, out, |a: T, b: T| a < b),
        Test::AtMost => combine(left, right, rows, out, |a: T, b: T| a <= b),
        Test::Greater => combine(left, right, rows, out, |a: T, b: T| a > b),
        Test::AtLeast => combine(left, right, rows, out, |a: T, b: T| a >= b),
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
    combine(left, right, rows, out, |a: TextId, b: TextId| {
        let order = if a == b { Ordering::Equal } else { texts.text(a).as_bytes().cmp(texts.text(b).as_bytes()) };
        test.holds(order)
    });
}

/// Up to so many texts are compared one by one, which is faster than a search by halves.
const FEW_TEXTS: usize = 8;

/// True for texts of the set, which is sorted.
pub(super) fn text_in(set: &[TextId], texts: &Vector, rows: usize, out: &mut Vector) {
    match set {
        set if set.len() <= FEW_TEXTS => {
            map(texts, rows, out, |text: TextId| set.iter().fold(false, |found, one| found | (*one == text)));
        }
        set => map(texts, rows, out, |text: TextId| set.binary_search(&text).is_ok()),
    }
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
    // Which bounds hold is looked at once, not in the loop.
    match bounds {
        Bounds::Int => ints_within(operation, left, right, rows, out, |value| Bounds::Int.check(value)),
        Bounds::Instant => ints_within(operation, left, right, rows, out, |value| Bounds::Instant.check(value)),
        Bounds::Duration => ints_within(operation, left, right, rows, out, |value| Bounds::Duration.check(value)),
    }
}

fn ints_within(
    operation: Arithmetic,
    left: &Vector,
    right: &Vector,
    rows: usize,
    out: &mut Vector,
    check: impl Fn(Option<i64>) -> Result<i64, Status>,
) {
    match operation {
        Arithmetic::Add => binary(left, right, rows, out, |a: i64, b: i64| check(a.checked_add(b))),
        Arithmetic::Subtract => binary(left, right, rows, out, |a: i64, b: i64| check(a.checked_sub(b))),
        Arithmetic::Multiply => binary(left, right, rows, out, |a: i64, b: i64| check(a.checked_mul(b))),
        Arithmetic::Divide | Arithmetic::DivideWhole => binary(left, right, rows, out, |a: i64, b: i64| match b {
            0 => Err(Status::DIVISION_BY_ZERO),
            _ => check(a.checked_div(b)),
        }),
        Arithmetic::Remainder => binary(left, right, rows, out, |a: i64, b: i64| match b {
            0 => Err(Status::DIVISION_BY_ZERO),
            _ => check(Some(a.checked_rem(b).unwrap_or(0))),
        }),
        Arithmetic::Least => combine(left, right, rows, out, |a: i64, b: i64| a.min(b)),
        Arithmetic::Greatest => combine(left, right, rows, out, |a: i64, b: i64| a.max(b)),
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
            combine(left, right, rows, out, |a: Number, b: Number| if a <= b { a } else { b });
        }
        Arithmetic::Greatest => {
            combine(left, right, rows, out, |a: Number, b: Number| if a >= b { a } else { b });
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
            out.status.clear();
            out.status.resize(rows, Status::NOT_CONVERTIBLE);
            return;
        };
        if lane.all_ok() && out.status.all_ok() {
            decide(deciding, lane.values(rows), values);
            continue;
        }
        for (row, (known, so_far)) in values.iter_mut().zip(out.status.write_down()).enumerate() {
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
    out.status.tidy();
}

/// `&&` or `||` where every row has a value.
fn decide(deciding: bool, values: Values<'_, bool>, known: &mut [bool]) {
    match (deciding, values) {
        (_, Values::One(value)) if value != deciding => {}
        (_, Values::One(_)) => known.fill(deciding),
        (false, Values::Rows(values)) => known.iter_mut().zip(values).for_each(|(known, value)| *known &= value),
        (true, Values::Rows(values)) => known.iter_mut().zip(values).for_each(|(known, value)| *known |= value),
    }
}

/// By the condition, the value of one column or the other.
pub(super) fn select<T: Item>(condition: &Vector, yes: &Vector, no: &Vector, rows: usize, out: &mut Vector) {
    let lanes = (Lane::<bool>::new(condition, rows), Lane::<T>::new(yes, rows), Lane::<T>::new(no, rows));
    let ((Some(condition), Some(yes), Some(no)), Some(values)) = (lanes, T::of_mut(&mut out.column)) else {
        return;
    };
    if condition.all_ok() && yes.all_ok() && no.all_ok() {
        values.extend((0..rows).map(|row| if condition.value(row) { yes.value(row) } else { no.value(row) }));
        return out.status.resize(rows, Status::OK);
    }
    values.reserve(rows);
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
        let missing = Status::missing(Slot(3));
        assert!(out.status.iter().skip(3).eq(&[missing, missing, Status::OVERFLOW]));
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
