//! Numbers by row, and whether they lie between two bounds.
#![expect(
    clippy::indexing_slicing,
    reason = "columns have a place per row of the book, lanes one per row of the chunk"
)]
use super::{Cells, FAILS, Lane, Memory, Rows, known, verdict};
use crate::base::index;
use crate::book::{FactValues, Ints, each_width};

impl Lane<'_> {
    /// The numbers, and which of them are there.
    pub(super) fn read(&self, rows: &Rows<'_>, out: &mut [i64], valid: &mut [u8], memory: &mut Memory) {
        match self {
            Self::Cells(cells) => {
                cells.numbers(rows, out);
                cells.valid(rows, valid);
            }
            Self::Submitted(at) => {
                out.copy_from_slice(&at[rows.range.clone()]);
                valid.fill(1);
            }
            Self::SubmittedDay => {
                out.iter_mut().zip(rows.days).for_each(|(out, day)| *out = i64::from(*day));
                valid.fill(1);
            }
            Self::Days(lanes) => {
                let [first, second] = &**lanes;
                second.read(rows, out, valid, memory);
                memory.with_lane(rows.days.len(), |memory, other, there| {
                    first.read(rows, other, there, memory);
                    out.iter_mut().zip(other.iter()).for_each(|(out, other)| *out = out.wrapping_sub(*other));
                    valid.iter_mut().zip(there.iter()).for_each(|(valid, there)| *valid &= there);
                });
            }
        }
    }
}

/// Bounds in the width of a column: a bound outside of it holds for all or for none.
fn narrowed<T>(from: i64, to: i64) -> Option<(T, T)>
where
    T: TryFrom<i64> + Bounded,
{
    let from = if from <= T::LEAST { T::LEAST } else { from };
    let to = if to >= T::GREATEST { T::GREATEST } else { to };
    Some((T::try_from(from).ok()?, T::try_from(to).ok()?))
}

/// The ends of a width.
trait Bounded {
    const LEAST: i64;
    const GREATEST: i64;
}

macro_rules! bounded {
    ($($width:ty: $least:expr, $greatest:expr;)*) => {$(
        impl Bounded for $width {
            const LEAST: i64 = $least;
            const GREATEST: i64 = $greatest;
        }
    )*};
}

bounded! {
    i8: -0x80, 0x7F;
    i16: -0x8000, 0x7FFF;
    i32: -0x8000_0000, 0x7FFF_FFFF;
    i64: i64::MIN, i64::MAX;
    u8: 0, 0xFF;
    u16: 0, 0xFFFF;
    u32: 0, 0xFFFF_FFFF;
}

impl Lane<'_> {
    /// Judges whether the numbers lie between two. Numbers that lie in memory as they are asked for are judged there, in their
    /// own width.
    pub(super) fn within(&self, rows: &Rows<'_>, (from, to): (i64, i64), out: &mut [u8], memory: &mut Memory) {
        let in_place = |cells: &Cells<'_>| match cells.column.map(|column| &column.values) {
            Some(FactValues::Int(_)) => cells.rows.is_none(),
            _ => false,
        };
        match self {
            Self::Cells(cells) if in_place(cells) => {
                let Some(FactValues::Int(ints)) = cells.column.map(|column| &column.values) else { return };
                each_width!(ints, values => match narrowed(from, to) {
                    Some((from, to)) => out
                        .iter_mut()
                        .zip(&values[rows.range.clone()])
                        .for_each(|(out, value)| *out = verdict((from <= *value) & (*value <= to))),
                    // The bounds leave nothing of the width between them.
                    None => out.fill(FAILS),
                });
                return cells.mask(rows, out, memory);
            }
            Self::Days(lanes) => {
                let [first, second] = &**lanes;
                if let (Self::Cells(cells), Self::SubmittedDay) = (first, second) {
                    if let Some(FactValues::Int(Ints::I32(days))) = cells.column.map(|column| &column.values) {
                        let (from, to) = (narrow(from), narrow(to));
                        // Days that mean nothing may be any number.
                        let judge = |day: i32, submitted: i32| {
                            let days = submitted.wrapping_sub(day);
                            verdict((from <= days) & (days <= to))
                        };
                        let pairs = out.iter_mut().zip(rows.days);
                        match cells.rows {
                            None => pairs
                                .zip(&days[rows.range.clone()])
                                .for_each(|((out, submitted), day)| *out = judge(*day, *submitted)),
                            Some(places) => {
                                for ((out, submitted), row) in pairs.zip(&places[rows.range.clone()]) {
                                    *out = days.get(index(*row)).map_or(0, |day| judge(*day, *submitted));
                                }
                            }
                        }
                        return cells.mask(rows, out, memory);
                    }
                }
            }
            Self::Cells(_) | Self::Submitted(_) | Self::SubmittedDay => {}
        }
        memory.with_lane(out.len(), |memory, numbers, valid| {
            self.read(rows, numbers, valid, memory);
            for ((out, number), valid) in out.iter_mut().zip(numbers.iter()).zip(valid.iter()) {
                *out = known((from <= *number) & (*number <= to), *valid);
            }
        });
    }
}

/// A bound of a number of days: no two days are as far apart as the widest.
fn narrow(bound: i64) -> i32 {
    i32::try_from(bound).unwrap_or(if bound < 0 { i32::MIN } else { i32::MAX })
}
