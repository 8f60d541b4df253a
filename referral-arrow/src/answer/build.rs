//! Columns as they are filled row by row.
use arrow_array::builder::{LargeStringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, Date32Array, Decimal128Array, ListArray, RecordBatch, StructArray, TimestampMicrosecondArray,
};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, Schema};
use referral_rules::base::{Day, Instant};
use std::sync::Arc;

/// The most digits of a decimal128.
const PRECISION: u8 = 38;

/// Texts of which most differ: ids, messages, exact numbers.
pub type Texts = LargeStringBuilder;

/// Texts of which few differ: rules, kinds, units.
pub type Words = StringDictionaryBuilder<Int32Type>;

/// Columns by name, in their order.
#[derive(Default)]
pub struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// A column that has a value in every row.
    pub fn add(&mut self, name: &str, array: impl Array + 'static) {
        self.put(name, Arc::new(array), false);
    }

    /// A column that can be missing.
    pub fn add_optional(&mut self, name: &str, array: impl Array + 'static) {
        self.put(name, Arc::new(array), true);
    }

    fn put(&mut self, name: &str, array: ArrayRef, nullable: bool) {
        self.fields.push(Field::new(name, array.data_type().clone(), nullable));
        self.arrays.push(array);
    }

    /// A row per value.
    pub fn batch(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }

    /// A struct per value, for a list of them.
    pub fn structs(self) -> Result<StructArray, ArrowError> {
        StructArray::try_new(self.fields.into(), self.arrays, None)
    }
}

/// Where the list of each row ends.
pub struct Lists(Vec<i32>);

impl Default for Lists {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl Lists {
    /// Ends a row's list; `items` are there by now, those of all rows together.
    pub fn end(&mut self, items: usize) -> Result<(), ArrowError> {
        let items = i32::try_from(items);
        self.0.push(items.map_err(|_| ArrowError::ComputeError("the lists have more than 2^31 items".to_owned()))?);
        Ok(())
    }

    /// The lists of the items.
    pub fn of(self, items: impl Array + 'static) -> Result<ListArray, ArrowError> {
        let field = Arc::new(Field::new("item", items.data_type().clone(), false));
        ListArray::try_new(field, OffsetBuffer::new(ScalarBuffer::from(self.0)), Arc::new(items), None)
    }
}

/// Lists of texts.
#[derive(Default)]
pub struct TextLists {
    lists: Lists,
    items: Texts,
    len: usize,
}

impl TextLists {
    /// A row's list.
    pub fn push<'a>(&mut self, texts: impl IntoIterator<Item = &'a String>) -> Result<(), ArrowError> {
        for text in texts {
            self.items.append_value(text);
            self.len = self.len.saturating_add(1);
        }
        self.lists.end(self.len)
    }

    /// The column.
    pub fn finish(mut self) -> Result<ListArray, ArrowError> {
        self.lists.of(self.items.finish())
    }
}

/// Exact amounts of one scale.
pub struct Amounts {
    digits: u32,
    units: Vec<i128>,
}

impl Amounts {
    /// Amounts with so many digits after the point.
    pub fn new(digits: u32) -> Self {
        Self { digits, units: Vec::new() }
    }

    /// An amount of `mantissa` units of `10^-scale`.
    pub fn push(&mut self, mantissa: i128, scale: u32) -> Result<(), ArrowError> {
        let factor = self.digits.checked_sub(scale).and_then(|digits| 10_i128.checked_pow(digits));
        let units = factor.and_then(|factor| mantissa.checked_mul(factor));
        self.units.push(units.ok_or_else(|| {
            ArrowError::ComputeError(format!("{mantissa} of scale {scale} does not fit {} digits", self.digits))
        })?);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// The column.
    pub fn finish(self) -> Result<Decimal128Array, ArrowError> {
        let scale = i8::try_from(self.digits).map_err(|_| ArrowError::ComputeError("too many digits".to_owned()))?;
        let array = Decimal128Array::from(self.units);
        array.validate_decimal_precision(PRECISION)?;
        array.with_precision_and_scale(PRECISION, scale)
    }
}

/// Days.
pub fn days(days: Vec<Option<Day>>) -> Date32Array {
    days.into_iter().map(|day| day.map(|day| day.0)).collect()
}

/// Moments in UTC.
pub fn instants(instants: Vec<Option<Instant>>) -> TimestampMicrosecondArray {
    let micros: TimestampMicrosecondArray = instants.into_iter().map(|at| at.map(|at| at.0)).collect();
    micros.with_timezone("UTC")
}

/// A number of a line or row.
pub fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
