//! The arrays of a column, one per batch, become its values: a single one keeps its memory.
use crate::fault::Refused;
use crate::{dictionary, lists, texts};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{BooleanBuffer, NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, TimeUnit};
use referral_rules::base::{Bits, Buffer};
use referral_rules::book::{Cell, Ints, Offsets, Packed, PackedValues, Tick, Values};
use std::fmt::Debug;
use std::sync::Arc;

const MILLISECONDS_PER_DAY: i64 = 86_400_000;

/// What one batch has of a column.
pub(crate) struct Piece {
    pub array: ArrayRef,
    /// Where the structs around it are missing.
    pub parents: Option<NullBuffer>,
}

impl Piece {
    pub(crate) fn nulls(&self) -> Option<NullBuffer> {
        NullBuffer::union(self.array.nulls(), self.parents.as_ref()).filter(|nulls| nulls.null_count() > 0)
    }
}

/// The values of a column; lists within one another down to `depth`.
pub(crate) fn values(pieces: &[Piece], depth: usize) -> Result<Values, Refused> {
    let Some(first) = pieces.first() else { return Ok(Values::Cells(Vec::new())) };
    let values = match first.array.data_type() {
        DataType::Null => {
            return Ok(Values::Cells(vec![Cell::Missing; pieces.iter().map(|piece| piece.array.len()).sum()]));
        }
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::FixedSizeList(..)
        | DataType::ListView(_)
        | DataType::LargeListView(_) => return lists::cells(pieces, depth).map(Values::Cells),
        DataType::Dictionary(_, words) => return dictionary::values(pieces, words).map(Values::Packed),
        DataType::Boolean => PackedValues::Bool(booleans(pieces)?),
        DataType::Date32 => PackedValues::Date(shared::<Date32Type>(pieces)),
        DataType::Date64 => PackedValues::Date(whole_days(pieces)?),
        DataType::Timestamp(unit, Some(_)) => instants(*unit, pieces),
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(pieces, *scale, |units| Some(i128::from(units)))?,
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(pieces, *scale, |units| Some(i128::from(units)))?,
        DataType::Decimal128(_, scale) => match u32::try_from(*scale) {
            Ok(scale) => PackedValues::Decimal(shared::<Decimal128Type>(pieces), scale),
            Err(_) => decimals::<Decimal128Type>(pieces, *scale, Some)?,
        },
        DataType::Decimal256(_, scale) => decimals::<Decimal256Type>(pieces, *scale, |units| units.to_i128())?,
        DataType::Utf8 => PackedValues::Text(texts::packed::<i32>(pieces, Offsets::I32)?),
        DataType::LargeUtf8 => PackedValues::Text(texts::packed::<i64>(pieces, Offsets::I64)?),
        DataType::Utf8View => PackedValues::Text(texts::from_views(pieces)?),
        other => PackedValues::Int(ints(pieces, other)?),
    };
    Ok(Values::Packed(Packed { values, valid: valid(pieces)? }))
}

/// Which rows have a value; `None` where all have.
pub(crate) fn valid(pieces: &[Piece]) -> Result<Option<Bits>, Refused> {
    let nulls: Vec<Option<NullBuffer>> = pieces.iter().map(Piece::nulls).collect();
    if let [nulls] = nulls.as_slice() {
        return nulls.as_ref().map(|nulls| bits(nulls.inner())).transpose();
    }
    if nulls.iter().all(Option::is_none) {
        return Ok(None);
    }
    let rows = pieces.iter().zip(&nulls).flat_map(|(piece, nulls)| {
        (0..piece.array.len()).map(move |row| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)))
    });
    Ok(Some(rows.collect()))
}

/// Bits where they are.
fn bits(bits: &BooleanBuffer) -> Result<Bits, Refused> {
    let bytes = ScalarBuffer::<u8>::from(bits.inner().clone());
    Bits::new(Buffer::shared(Arc::new(bytes)), bits.offset(), bits.len())
        .ok_or_else(|| Refused::new("has fewer bits than rows", "give a column whose memory is complete"))
}

fn booleans(pieces: &[Piece]) -> Result<Bits, Refused> {
    let arrays: Vec<_> = pieces.iter().filter_map(|piece| piece.array.as_boolean_opt()).collect();
    match arrays.as_slice() {
        [array] => bits(array.values()),
        arrays => Ok(arrays.iter().flat_map(|array| array.values().iter()).collect()),
    }
}

/// Whole numbers in their width; other types are refused.
pub(crate) fn ints(pieces: &[Piece], kind: &DataType) -> Result<Ints, Refused> {
    Ok(match kind {
        DataType::Int8 => Ints::I8(shared::<Int8Type>(pieces)),
        DataType::Int16 => Ints::I16(shared::<Int16Type>(pieces)),
        DataType::Int32 => Ints::I32(shared::<Int32Type>(pieces)),
        DataType::Int64 => Ints::I64(shared::<Int64Type>(pieces)),
        DataType::UInt8 => Ints::U8(shared::<UInt8Type>(pieces)),
        DataType::UInt16 => Ints::U16(shared::<UInt16Type>(pieces)),
        DataType::UInt32 => Ints::U32(shared::<UInt32Type>(pieces)),
        DataType::UInt64 => {
            let fitting = mapped::<UInt64Type, i64>(pieces, |value| i64::try_from(value).ok());
            Ints::I64(fitting.map_err(|value| {
                Refused::new(format!("has {value}, which does not fit int64"), "give ids of that size as texts")
            })?)
        }
        other => return Err(refused(other)),
    })
}

/// The values of a primitive type: where they are, if there is one piece.
fn shared<T: ArrowPrimitiveType>(pieces: &[Piece]) -> Buffer<T::Native> {
    let arrays: Vec<_> = pieces.iter().filter_map(|piece| piece.array.as_primitive_opt::<T>()).collect();
    if let [array] = arrays.as_slice() {
        return Buffer::shared(Arc::new(array.values().clone()));
    }
    let mut out = Vec::with_capacity(arrays.iter().map(|array| array.len()).sum());
    for array in arrays {
        out.extend_from_slice(array.values());
    }
    Buffer::from(out)
}

/// The values in another type; the first that does not fit is the fault.
fn mapped<T: ArrowPrimitiveType, N: Default + Send + Sync + 'static>(
    pieces: &[Piece],
    fit: impl Fn(T::Native) -> Option<N>,
) -> Result<Buffer<N>, T::Native> {
    let mut out = Vec::with_capacity(pieces.iter().map(|piece| piece.array.len()).sum());
    for piece in pieces {
        let nulls = piece.nulls();
        let Some(array) = piece.array.as_primitive_opt::<T>() else { continue };
        for (row, value) in array.values().iter().enumerate() {
            let there = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
            out.push(if there { fit(*value).ok_or(*value)? } else { N::default() });
        }
    }
    Ok(Buffer::from(out))
}

fn whole_days(pieces: &[Piece]) -> Result<Buffer<i32>, Refused> {
    let day = |at: i64| {
        let whole = at.checked_rem(MILLISECONDS_PER_DAY) == Some(0);
        at.checked_div(MILLISECONDS_PER_DAY).filter(|_| whole).and_then(|day| i32::try_from(day).ok())
    };
    mapped::<Date64Type, i32>(pieces, day).map_err(|at| {
        let found = format!("has the date64 {at}, which is no whole day");
        Refused::new(found, "give days as date32, moments as timestamps with a zone")
    })
}

fn instants(unit: TimeUnit, pieces: &[Piece]) -> PackedValues {
    match unit {
        TimeUnit::Second => PackedValues::Instant(shared::<TimestampSecondType>(pieces), Tick::Second),
        TimeUnit::Millisecond => PackedValues::Instant(shared::<TimestampMillisecondType>(pieces), Tick::Millisecond),
        TimeUnit::Microsecond => PackedValues::Instant(shared::<TimestampMicrosecondType>(pieces), Tick::Microsecond),
        TimeUnit::Nanosecond => PackedValues::Instant(shared::<TimestampNanosecondType>(pieces), Tick::Nanosecond),
    }
}

/// Decimals in 128 bits. A scale below zero counts tens, hundreds, …: they become ones.
fn decimals<T: ArrowPrimitiveType>(
    pieces: &[Piece],
    scale: i8,
    wide: impl Fn(T::Native) -> Option<i128>,
) -> Result<PackedValues, Refused>
where
    T::Native: Debug,
{
    let help = "give at most 38 digits: decimal128";
    let factor = 10_i128.checked_pow(u32::from(scale.min(0).unsigned_abs()));
    let digits = u32::try_from(scale.max(0)).unwrap_or(0);
    let Some(factor) = factor.filter(|_| digits <= 38) else {
        return Err(Refused::new(format!("has the scale {scale}"), help));
    };
    mapped::<T, i128>(pieces, |units| wide(units)?.checked_mul(factor))
        .map(|units| PackedValues::Decimal(units, digits))
        .map_err(|units| Refused::new(format!("has {units:?} at the scale {scale}, which does not fit 128 bits"), help))
}

/// Why a type is not taken.
fn refused(kind: &DataType) -> Refused {
    let (what, help) = match kind {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => {
            let found = format!("holds floating-point numbers ({kind}), which are not exact");
            return Refused::new(found, "give exact numbers: decimal128, or whole numbers");
        }
        DataType::Timestamp(_, None) => {
            ("moments without a zone", "give them a zone, such as UTC, so that each is one moment; days as date32")
        }
        DataType::Time32(_) | DataType::Time64(_) => ("times without a day", "give timestamps with a zone"),
        DataType::Duration(_) | DataType::Interval(_) => ("lengths of time", "give whole numbers, of days or hours"),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            ("bytes", "give texts: utf8")
        }
        DataType::Struct(_) => ("structs that stand in a list, or too deep", "give their fields as columns"),
        DataType::RunEndEncoded(..) => ("runs of values", "give the values one by one, or a dictionary of texts"),
        _ => ("what no fact can be", "give a column of texts, numbers, days, moments, or lists of them"),
    };
    Refused::new(format!("holds {what} ({kind})"), help)
}
