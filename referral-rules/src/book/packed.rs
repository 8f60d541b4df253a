//! Columns as hosts keep them in memory: values of one width in one piece, which of them are there, dictionaries as they come.
//!
//! They are taken over without copying. Nothing here knows Arrow; what speaks it hands its buffers over as [`Buffer`]s.
use super::given::Values;
use super::texts::PackedTexts;
use crate::base::{Bits, Buffer, Day, Instant, Number, index};
use std::ops::Range;
use std::sync::Arc;

/// Whole numbers of one width.
#[derive(Clone, PartialEq, Debug)]
pub enum Ints {
    /// 8 bits
    I8(Buffer<i8>),
    /// 16 bits
    I16(Buffer<i16>),
    /// 32 bits
    I32(Buffer<i32>),
    /// 64 bits
    I64(Buffer<i64>),
    /// 8 bits without a sign
    U8(Buffer<u8>),
    /// 16 bits without a sign
    U16(Buffer<u16>),
    /// 32 bits without a sign
    U32(Buffer<u32>),
}

/// Runs code over the slice of whole numbers, whatever their width.
macro_rules! each_width {
    ($ints:expr, $slice:ident => $body:expr) => {
        match $ints {
            $crate::book::Ints::I8(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::I16(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::I32(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::I64(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::U8(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::U16(buffer) => $crate::book::one_width!(buffer, $slice => $body),
            $crate::book::Ints::U32(buffer) => $crate::book::one_width!(buffer, $slice => $body),
        }
    };
}

macro_rules! one_width {
    ($buffer:expr, $slice:ident => $body:expr) => {{
        let $slice = &**$buffer;
        #[allow(
            clippy::useless_conversion,
            clippy::unnecessary_fallible_conversions,
            clippy::let_and_return,
            clippy::let_unit_value,
            reason = "what one width needs another does not"
        )]
        let out = $body;
        #[allow(clippy::let_and_return, reason = "an attribute needs a statement")]
        out
    }};
}
pub(crate) use each_width;
pub(crate) use one_width;

impl Ints {
    /// How many there are.
    pub fn len(&self) -> usize {
        each_width!(self, values => values.len())
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row.
    pub fn get(&self, row: usize) -> Option<i64> {
        each_width!(self, values => values.get(row).map(|value| i64::from(*value)))
    }

    /// The numbers of some rows, in their order and width.
    #[must_use]
    pub fn taken(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy + Default + Send + Sync>(values: &Buffer<T>, rows: &[u32]) -> Buffer<T> {
            let values = &**values;
            rows.iter().map(|row| values.get(index(*row)).copied().unwrap_or_default()).collect()
        }
        match self {
            Self::I8(values) => Self::I8(pick(values, rows)),
            Self::I16(values) => Self::I16(pick(values, rows)),
            Self::I32(values) => Self::I32(pick(values, rows)),
            Self::I64(values) => Self::I64(pick(values, rows)),
            Self::U8(values) => Self::U8(pick(values, rows)),
            Self::U16(values) => Self::U16(pick(values, rows)),
            Self::U32(values) => Self::U32(pick(values, rows)),
        }
    }
}

/// In what instants are counted since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tick {
    /// seconds
    Second,
    /// thousandths
    Millisecond,
    /// millionths
    Microsecond,
    /// billionths; what is finer than a microsecond is cut off
    Nanosecond,
}

impl Tick {
    /// Ticks as microseconds; `None` where they do not fit.
    pub fn micros(self, ticks: i64) -> Option<i64> {
        match self {
            Self::Second => ticks.checked_mul(1_000_000),
            Self::Millisecond => ticks.checked_mul(1_000),
            Self::Microsecond => Some(ticks),
            Self::Nanosecond => Some(ticks.div_euclid(1_000)),
        }
    }
}

/// The values of a packed column.
#[derive(Clone, PartialEq, Debug)]
pub enum PackedValues {
    /// true or false
    Bool(Bits),
    /// Whole numbers.
    Int(Ints),
    /// Days since 1970-01-01.
    Date(Buffer<i32>),
    /// Moments.
    Instant(Buffer<i64>, Tick),
    /// Exact numbers as whole ones of `10^-scale`.
    Decimal(Buffer<i128>, u32),
    /// Texts.
    Text(PackedTexts),
    /// Texts out of a dictionary, by position.
    Dictionary(Ints, Arc<[String]>),
}

/// A column in one piece of memory; which rows have a value, or all.
///
/// # Example
/// ```
/// use referral_rules::base::Buffer;
/// use referral_rules::book::{GivenTable, Ints, Packed, PackedValues, Values};
/// let employees = Packed { values: PackedValues::Int(Ints::I32(Buffer::from(vec![120, 0]))), valid: Some([true, false].into_iter().collect()) };
/// let table = GivenTable::default().column("employees", Values::Packed(employees));
/// assert_eq!(table.rows, 2);
/// ```
#[derive(Clone, PartialEq, Debug)]
pub struct Packed {
    /// The values; what stands where there is none has no meaning.
    pub values: PackedValues,
    /// Which rows have a value; all, without.
    pub valid: Option<Bits>,
}

impl Packed {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match &self.values {
            PackedValues::Bool(values) => values.len(),
            PackedValues::Int(values) | PackedValues::Dictionary(values, _) => values.len(),
            PackedValues::Date(values) => values.len(),
            PackedValues::Instant(values, _) => values.len(),
            PackedValues::Decimal(values, _) => values.len(),
            PackedValues::Text(values) => values.len(),
        }
    }

    /// Whether the row has a value.
    pub fn is_valid(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid.get(row))
    }

    /// The same values one by one: where something is wrong with them, it can be said of each. A moment or number that does
    /// not fit is one that cannot be read.
    pub(crate) fn unpacked(&self) -> Values {
        self.rows_unpacked(0..self.rows())
    }

    /// As [`Packed::unpacked`], of some rows only.
    pub(crate) fn rows_unpacked(&self, rows: Range<usize>) -> Values {
        let each = Each { packed: self, rows };
        match &self.values {
            PackedValues::Bool(values) => Values::Bool(each.of(|row| Some(values.get(row)))),
            PackedValues::Int(values) => Values::Int(each.of(|row| values.get(row))),
            PackedValues::Date(values) => Values::Date(each.of(|row| values.get(row).map(|day| Day(*day)))),
            PackedValues::Instant(values, tick) => {
                let at = |row: usize| values.get(row).map(|ticks| tick.micros(*ticks).unwrap_or(i64::MAX));
                Values::Instant(each.of(|row| at(row).map(Instant)))
            }
            PackedValues::Decimal(values, scale) => {
                let number = |row: usize| values.get(row).and_then(|units| Number::from_scaled(*units, *scale));
                Values::Decimal(each.of(number))
            }
            PackedValues::Text(values) => Values::Text(each.of(|row| Some(values.text(row).to_owned()))),
            PackedValues::Dictionary(codes, words) => {
                let code = |row: usize| codes.get(row).and_then(|code| u32::try_from(code).ok());
                Values::Dictionary(each.of(code), words.to_vec())
            }
        }
    }
}

struct Each<'a> {
    packed: &'a Packed,
    rows: Range<usize>,
}

impl Each<'_> {
    fn of<T>(&self, value: impl Fn(usize) -> Option<T>) -> Vec<Option<T>> {
        self.rows.clone().map(|row| if self.packed.is_valid(row) { value(row) } else { None }).collect()
    }
}

impl Values {
    /// The same column in one piece of memory, where that can hold it: typed values and dictionaries can be, cells that have
    /// yet to be read, and exact numbers without a common decimal form, stay as they are.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::Values;
    /// assert!(matches!(Values::Int(vec![Some(3), None]).packed(), Values::Packed(packed) if packed.rows() == 2 && !packed.is_valid(1)));
    /// ```
    #[must_use]
    pub fn packed(self) -> Self {
        fn each<T: Copy + Send + Sync>(values: &[Option<T>], none: T) -> Buffer<T> {
            values.iter().map(|value| value.unwrap_or(none)).collect()
        }
        fn valid<T>(values: &[Option<T>]) -> Option<Bits> {
            values.iter().any(Option::is_none).then(|| values.iter().map(Option::is_some).collect())
        }
        let (values, valid) = match &self {
            Self::Cells(_) | Self::Packed(_) => return self,
            Self::Bool(values) => {
                (PackedValues::Bool(values.iter().map(|value| value.unwrap_or(false)).collect()), valid(values))
            }
            Self::Int(values) => (PackedValues::Int(Ints::I64(each(values, 0))), valid(values)),
            Self::Decimal(values) => match scaled(values) {
                Some((units, scale)) => (PackedValues::Decimal(units, scale), valid(values)),
                None => return self,
            },
            Self::Date(values) => {
                (PackedValues::Date(values.iter().map(|day| day.map_or(0, |day| day.0)).collect()), valid(values))
            }
            Self::Instant(values) => {
                let at = values.iter().map(|at| at.map_or(0, |at| at.0)).collect();
                (PackedValues::Instant(at, Tick::Microsecond), valid(values))
            }
            Self::Text(values) => {
                let texts = values.iter().map(|text| text.as_deref().unwrap_or_default()).collect();
                (PackedValues::Text(texts), valid(values))
            }
            Self::Dictionary(codes, words) => {
                let words: Arc<[String]> = words.iter().cloned().collect();
                (PackedValues::Dictionary(Ints::U32(each(codes, 0)), words), valid(codes))
            }
        };
        Self::Packed(Packed { values, valid })
    }
}

/// Exact numbers as whole ones of the greatest scale that one of them needs.
fn scaled(values: &[Option<Number>]) -> Option<(Buffer<i128>, u32)> {
    let decimals: Option<Vec<_>> = values.iter().map(|value| value.unwrap_or(Number::ZERO).to_decimal()).collect();
    let decimals = decimals?;
    let scale = decimals.iter().map(rust_decimal::Decimal::scale).max().unwrap_or(0);
    let units = decimals.iter().map(|decimal| {
        let factor = 10_i128.checked_pow(scale.saturating_sub(decimal.scale()))?;
        decimal.mantissa().checked_mul(factor)
    });
    Some((units.collect::<Option<Vec<_>>>()?.into(), scale))
}
