//! Facts out of the columns of a book, in whatever form the host gave them, for the slots of an expression.
use crate::base::{Bits, Number, TextId, index};
use crate::book::{FactColumn, FactValues, Ints, Valid, decoded, each_width};
use crate::expr::{Class, Column, Pool, Slot, Status, Value, Vector};
use std::sync::Arc;

/// The values of a class, as the columns of a book hold them.
trait Loaded: Sized + Clone {
    /// Stands where there is no value.
    fn none() -> Self;
    /// The value of a row, which is valid.
    fn at(values: &FactValues, row: usize, texts: &mut dyn Pool) -> Option<Self>;
    fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>>;
    /// The values of rows that are all there, for forms of which each row is found in one step; `None` for other forms, or where a
    /// row is not there after all.
    fn all(values: &FactValues, rows: impl Iterator<Item = usize>, out: &mut Vec<Self>) -> Option<()>;
}

/// Takes values out of memory in which each row has one.
fn picked<T: Copy>(values: &[T], rows: impl Iterator<Item = usize>, out: &mut Vec<T>) -> Option<()> {
    for row in rows {
        out.push(*values.get(row)?);
    }
    Some(())
}

/// As [`picked`], of bits.
fn bits(bits: &Bits, rows: impl Iterator<Item = usize>, out: &mut Vec<bool>) -> Option<()> {
    for row in rows {
        out.push((row < bits.len()).then(|| bits.get(row))?);
    }
    Some(())
}

/// As [`picked`], of whole numbers in a host's width.
fn widened(ints: &Ints, rows: impl Iterator<Item = usize>, out: &mut Vec<i64>) -> Option<()> {
    each_width!(ints, values => {
        for row in rows {
            out.push(i64::from(*values.get(row)?));
        }
    });
    Some(())
}

/// As [`picked`], of numbers in units of `10^-scale`.
fn scaled(units: &[i128], scale: u32, rows: impl Iterator<Item = usize>, out: &mut Vec<Number>) -> Option<()> {
    for row in rows {
        out.push(Number::from_scaled(*units.get(row)?, scale)?);
    }
    Some(())
}

/// As [`picked`], of texts by their codes.
fn decoded_all(codes: &Ints, words: &[TextId], rows: impl Iterator<Item = usize>, out: &mut Vec<TextId>) -> Option<()> {
    let mut all = true;
    each_width!(codes, codes => out.extend(rows.map(|row| {
        let code = codes.get(row).and_then(|code| usize::try_from(*code).ok());
        let word = code.and_then(|code| words.get(code)).copied();
        all &= word.is_some();
        word.unwrap_or(TextId(0))
    })));
    all.then_some(())
}

macro_rules! loaded {
    ($(
        $type:ty, $class:ident, $none:expr,
        |$row:ident, $texts:ident| { $($form:pat => $value:expr,)* },
        |$rows:ident, $out:ident| { $($quick:pat => $picked:expr,)* }
    )*) => {$(
        impl Loaded for $type {
            fn none() -> Self {
                $none
            }

            fn at(values: &FactValues, $row: usize, $texts: &mut dyn Pool) -> Option<Self> {
                match values {
                    FactValues::Column(Column::$class(values)) => values.get($row).cloned(),
                    $($form => $value,)*
                    _ => None,
                }
            }

            fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>> {
                match column {
                    Column::$class(values) => Some(values),
                    _ => None,
                }
            }

            fn all(values: &FactValues, $rows: impl Iterator<Item = usize>, $out: &mut Vec<Self>) -> Option<()> {
                match values {
                    $($quick => $picked,)*
                    _ => None,
                }
            }
        }
    )*};
}

loaded! {
    bool, Bool, false,
    |row, _texts| {
        FactValues::Bool(bits) => Some(bits.get(row)),
    },
    |rows, out| {
        FactValues::Column(Column::Bool(values)) => picked(values, rows, out),
        FactValues::Bool(values) => bits(values, rows, out),
    }
    i64, Int, 0,
    |row, _texts| {
        FactValues::Int(ints) => ints.get(row),
    },
    |rows, out| {
        FactValues::Column(Column::Int(values)) => picked(values, rows, out),
        FactValues::Int(ints) => widened(ints, rows, out),
    }
    Number, Decimal, Number::ZERO,
    |row, _texts| {
        FactValues::Scaled(units, scale) => units.get(row).and_then(|units| Number::from_scaled(*units, *scale)),
    },
    |rows, out| {
        FactValues::Column(Column::Decimal(values)) => picked(values, rows, out),
        FactValues::Scaled(units, scale) => scaled(units, *scale, rows, out),
    }
    TextId, Text, TextId(0),
    |row, texts| {
        FactValues::Coded(codes, words) => decoded(codes, words, row),
        FactValues::Texts(own) => Some(texts.intern(own.text(row))),
    },
    |rows, out| {
        FactValues::Column(Column::Text(values)) => picked(values, rows, out),
        FactValues::Coded(codes, words) => decoded_all(codes, words, rows, out),
    }
    Arc<[Value]>, List, Arc::from(Vec::new()),
    |_row, _texts| {},
    |_rows, _out| {}
}

/// A fact's column, and which row of it is meant.
pub type Cells<'a, R> = Option<(&'a FactColumn, R)>;

/// Takes a fact down, row after row: of the first column, where it is missing there of the second, else it is missing.
pub fn load_fact<R, S>(
    into: &mut Vector,
    slot: Slot,
    rows: &[u32],
    first: Cells<'_, R>,
    second: Cells<'_, S>,
    texts: &mut dyn Pool,
) where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    match into.column.class() {
        Class::Bool => load_values::<bool, R, S>(into, slot, rows, first, second, texts),
        Class::Int => load_values::<i64, R, S>(into, slot, rows, first, second, texts),
        Class::Decimal => load_values::<Number, R, S>(into, slot, rows, first, second, texts),
        Class::Text => load_values::<TextId, R, S>(into, slot, rows, first, second, texts),
        Class::List => load_values::<Arc<[Value]>, R, S>(into, slot, rows, first, second, texts),
    }
}

fn load_values<T: Loaded, R, S>(
    into: &mut Vector,
    slot: Slot,
    rows: &[u32],
    first: Cells<'_, R>,
    second: Cells<'_, S>,
    texts: &mut dyn Pool,
) where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    let Some(out) = T::of_mut(&mut into.column) else { return };
    out.reserve(rows.len());
    into.status.reserve(rows.len());
    if let (Some((column, place)), None) = (&first, &second) {
        if matches!(column.valid, Valid::All) {
            let before = out.len();
            // What stands before the column's first row is past its last.
            let places = rows.iter().map(|row| index(place(*row)).wrapping_sub(column.first));
            if T::all(&column.values, places, out) == Some(()) {
                let rows = into.status.len().saturating_add(out.len().saturating_sub(before));
                return into.status.resize(rows, Status::OK);
            }
            out.truncate(before);
        }
    }
    for row in rows {
        let mut value = first.as_ref().and_then(|(column, place)| {
            column.place(index(place(*row))).and_then(|at| T::at(&column.values, at, texts))
        });
        if let (None, Some((column, place))) = (&value, &second) {
            value = column.place(index(place(*row))).and_then(|at| T::at(&column.values, at, texts));
        }
        into.status.push(if value.is_some() { Status::OK } else { Status::missing(slot) });
        out.push(value.unwrap_or_else(T::none));
    }
}

/// No second column.
pub const NOTHING: Cells<'static, fn(u32) -> u32> = None;
