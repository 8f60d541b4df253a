//! Columns as they are filled row by row.
use super::tables::{Column, FACTS, Kind};
use arrow_array::builder::{LargeStringBuilder, StringDictionaryBuilder};
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, ListArray, RecordBatch, StructArray,
    TimestampMicrosecondArray,
};
use arrow_buffer::{OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, Field, Fields, Schema};
use std::sync::Arc;

/// The most digits of a decimal128.
const PRECISION: u8 = 38;

/// The rows of a table, or those within the lists of a column.
pub struct Rows {
    pub columns: Vec<(Column, Building)>,
    /// How many rows are complete.
    pub len: usize,
}

/// A column that grows.
pub enum Building {
    Text(LargeStringBuilder),
    Word(StringDictionaryBuilder<Int32Type>),
    Whole(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    Day(Vec<Option<i32>>),
    Moment(Vec<Option<i64>>),
    Amount(Amounts),
    Texts(Lists, LargeStringBuilder),
    Facts(Lists, Rows),
    Rows(Lists, Rows),
}

impl Rows {
    /// Without rows; amounts with so many digits after the point.
    pub fn new(columns: &'static [Column], digits: u32) -> Self {
        let columns = columns.iter().map(|column| (*column, Building::new(column.kind, digits))).collect();
        Self { columns, len: 0 }
    }

    /// Ends a row: what was not written is missing.
    pub fn end(&mut self) -> Result<(), ArrowError> {
        self.len = self.len.saturating_add(1);
        for (column, building) in &mut self.columns {
            match self.len.checked_sub(building.len()) {
                Some(0) => {}
                Some(1) => building.missing()?,
                _ => return Err(ArrowError::ComputeError(format!("`{}` is written twice in a row", column.name))),
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<(Fields, Vec<ArrayRef>), ArrowError> {
        let mut fields = Vec::new();
        let mut arrays = Vec::new();
        for (column, building) in self.columns {
            let array = building.finish()?;
            fields.push(Field::new(column.name, array.data_type().clone(), column.optional));
            arrays.push(array);
        }
        Ok((fields.into(), arrays))
    }

    /// A batch with the rows.
    pub fn batch(self) -> Result<RecordBatch, ArrowError> {
        let (fields, arrays) = self.finish()?;
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
    }

    fn structs(self) -> Result<StructArray, ArrowError> {
        let (fields, arrays) = self.finish()?;
        StructArray::try_new(fields, arrays, None)
    }
}

impl Building {
    fn new(kind: Kind, digits: u32) -> Self {
        match kind {
            Kind::Text => Self::Text(LargeStringBuilder::new()),
            Kind::Word => Self::Word(StringDictionaryBuilder::new()),
            Kind::Whole => Self::Whole(Vec::new()),
            Kind::Flag => Self::Flag(Vec::new()),
            Kind::Day => Self::Day(Vec::new()),
            Kind::Moment => Self::Moment(Vec::new()),
            Kind::Amount => Self::Amount(Amounts { digits, units: Vec::new() }),
            Kind::Texts => Self::Texts(Lists::default(), LargeStringBuilder::new()),
            Kind::Facts => Self::Facts(Lists::default(), Rows::new(FACTS, digits)),
            Kind::Rows(columns) => Self::Rows(Lists::default(), Rows::new(columns, digits)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(values) => arrow_array::builder::ArrayBuilder::len(values),
            Self::Word(values) => arrow_array::builder::ArrayBuilder::len(values),
            Self::Whole(values) => values.len(),
            Self::Flag(values) => values.len(),
            Self::Day(values) => values.len(),
            Self::Moment(values) => values.len(),
            Self::Amount(values) => values.units.len(),
            Self::Texts(lists, _) | Self::Facts(lists, _) | Self::Rows(lists, _) => lists.len(),
        }
    }

    /// A row without a value; of a list, without items.
    fn missing(&mut self) -> Result<(), ArrowError> {
        match self {
            Self::Text(values) => values.append_null(),
            Self::Word(values) => values.append_null(),
            Self::Whole(values) => values.push(None),
            Self::Flag(values) => values.push(None),
            Self::Day(values) => values.push(None),
            Self::Moment(values) => values.push(None),
            Self::Amount(values) => values.units.push(None),
            Self::Texts(lists, items) => lists.end(arrow_array::builder::ArrayBuilder::len(items))?,
            Self::Facts(lists, items) | Self::Rows(lists, items) => lists.end(items.len)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Text(mut values) => Arc::new(values.finish()),
            Self::Word(mut values) => Arc::new(values.finish()),
            Self::Whole(values) => Arc::new(Int64Array::from(values)),
            Self::Flag(values) => Arc::new(BooleanArray::from(values)),
            Self::Day(values) => Arc::new(Date32Array::from(values)),
            Self::Moment(values) => Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")),
            Self::Amount(values) => Arc::new(values.finish()?),
            Self::Texts(lists, mut items) => Arc::new(lists.of(items.finish())?),
            Self::Facts(lists, items) | Self::Rows(lists, items) => Arc::new(lists.of(items.structs()?)?),
        })
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

    fn len(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    fn of(self, items: impl Array + 'static) -> Result<ListArray, ArrowError> {
        let field = Arc::new(Field::new("item", items.data_type().clone(), false));
        ListArray::try_new(field, OffsetBuffer::new(ScalarBuffer::from(self.0)), Arc::new(items), None)
    }
}

/// Exact amounts of one scale.
pub struct Amounts {
    digits: u32,
    units: Vec<Option<i128>>,
}

impl Amounts {
    /// An amount as it is written: digits, with a point or without.
    pub fn push(&mut self, text: &str) -> Result<(), ArrowError> {
        let units = self.units_of(text).ok_or_else(|| {
            ArrowError::ComputeError(format!("the amount {text} does not fit {} digits", self.digits))
        })?;
        self.units.push(Some(units));
        Ok(())
    }

    fn units_of(&self, text: &str) -> Option<i128> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let zeros = self.digits.checked_sub(u32::try_from(fraction.len()).ok()?)?;
        let mut digits = String::with_capacity(text.len());
        digits.push_str(whole);
        digits.push_str(fraction);
        digits.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(zeros)?)
    }

    fn finish(self) -> Result<Decimal128Array, ArrowError> {
        let scale = i8::try_from(self.digits).map_err(|_| ArrowError::ComputeError("too many digits".to_owned()))?;
        let array = Decimal128Array::from(self.units);
        array.validate_decimal_precision(PRECISION)?;
        array.with_precision_and_scale(PRECISION, scale)
    }
}
