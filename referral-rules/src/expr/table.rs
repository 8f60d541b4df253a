//! Tables of a program as expressions read them: a key or a number's band finds a row, a row has a value per column.
use super::possible::{End, Range};
use super::scope::TableSchema;
use super::types::Class;
use super::value::Value;
use super::vector::{Column, Pool, Vector};
use crate::base::{Number, TextId};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// An end of a band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Boundary {
    /// Where it lies.
    pub at: Number,
    /// Whether the number itself belongs to the band.
    pub included: bool,
}

/// A row for all numbers between two boundaries; without one the band is open on that side.
#[derive(Clone, PartialEq, Debug)]
pub struct Band {
    /// The lower end.
    pub low: Option<Boundary>,
    /// The upper end.
    pub high: Option<Boundary>,
    /// A value per column.
    pub values: Vec<Value>,
}

/// The rows of a table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: FxHashMap<i64, usize>,
    bands: Vec<(Option<Boundary>, Option<Boundary>)>,
    columns: Vec<Column>,
    otherwise: Option<usize>,
}

impl Table {
    /// A table of the shape: each row has a key and a value per column; `otherwise` is the row for every other key.
    /// A key that stands twice keeps its last row. Texts are interned, so give the interner that expressions compile with.
    pub fn new(
        schema: &TableSchema,
        rows: &[(Value, Vec<Value>)],
        otherwise: Option<&[Value]>,
        texts: &mut dyn Pool,
    ) -> Self {
        let mut table = Self::default();
        table.fill(schema, rows.iter().map(|(_, values)| values.as_slice()), otherwise, texts);
        for (at, (key, _)) in rows.iter().enumerate() {
            if let Some(key) = Self::key_of(key, texts) {
                table.rows.insert(key, at);
            }
        }
        table
    }

    /// A table of bands, which rise and do not overlap. Its schema's key is an exact number.
    ///
    /// # Example
    /// ```
    /// use referral_rules::base::{Interner, Number};
    /// use referral_rules::expr::{Band, Boundary, Table, TableSchema, Type, Value};
    /// let schema = TableSchema { key: Type::Decimal, columns: vec![(None, Type::Int)], index: 0 };
    /// let at = |number: i64, included| Some(Boundary { at: Number::from(number), included });
    /// let bands = [
    ///     Band { low: None, high: at(49, true), values: vec![Value::Int(100)] },
    ///     Band { low: at(49, false), high: None, values: vec![Value::Int(200)] },
    /// ];
    /// let table = Table::of_bands(&schema, &bands, None, &mut Interner::default());
    /// # let _ = table;
    /// ```
    pub fn of_bands(schema: &TableSchema, bands: &[Band], otherwise: Option<&[Value]>, texts: &mut dyn Pool) -> Self {
        let mut table = Self { bands: bands.iter().map(|band| (band.low, band.high)).collect(), ..Self::default() };
        table.fill(schema, bands.iter().map(|band| band.values.as_slice()), otherwise, texts);
        table
    }

    /// Takes down the values, row after row, the one for every other key last.
    fn fill<'v>(
        &mut self,
        schema: &TableSchema,
        rows: impl ExactSizeIterator<Item = &'v [Value]>,
        otherwise: Option<&'v [Value]>,
        texts: &mut dyn Pool,
    ) {
        let mut vectors: Vec<Vector> = schema.columns.iter().map(|(_, ty)| Vector::new(ty.class())).collect();
        self.otherwise = otherwise.map(|_| rows.len());
        for values in rows.chain(otherwise) {
            for (at, vector) in vectors.iter_mut().enumerate() {
                vector.push_value(values.get(at).unwrap_or(&Value::Missing), texts);
            }
        }
        self.columns = vectors.into_iter().map(|vector| vector.column).collect();
    }

    fn key_of(key: &Value, texts: &mut dyn Pool) -> Option<i64> {
        match key {
            Value::Int(value) => Some(*value),
            Value::Text(text) => Some(i64::from(texts.intern(text).0)),
            _ => None,
        }
    }

    /// The row of a text key.
    pub(super) fn row_of_text(&self, key: TextId) -> Option<usize> {
        self.row_of_int(i64::from(key.0))
    }

    /// The row of a whole number as key.
    pub(super) fn row_of_int(&self, key: i64) -> Option<usize> {
        self.rows.get(&key).copied().or(self.otherwise)
    }

    /// The row of the band in which a number lies.
    pub(super) fn row_of_number(&self, key: Number) -> Option<usize> {
        let below = |(_, high): &(Option<Boundary>, Option<Boundary>)| {
            high.is_some_and(|high| high.at < key || high.at == key && !high.included)
        };
        let at = self.bands.partition_point(below);
        let reaches = |low: Boundary| low.at < key || low.at == key && low.included;
        let inside = self.bands.get(at).is_some_and(|(low, _)| low.is_none_or(reaches));
        if inside { Some(at) } else { self.otherwise }
    }

    /// The part of a number, counted from zero, that lies in each band, times the band's value, all together; nothing where it
    /// does not fit. What lies in no band counts nothing, and so does a number below zero.
    pub(super) fn by_bands(&self, number: Number) -> Option<Number> {
        let mut sum = Number::ZERO;
        for (at, (low, high)) in self.bands.iter().enumerate() {
            let low = low.map_or(Number::ZERO, |low| low.at.max(Number::ZERO));
            let high = high.map_or(number, |high| high.at.min(number));
            if low >= high {
                continue;
            }
            let value = match self.columns.first()? {
                Column::Int(values) => Number::from(*values.get(at)?),
                Column::Decimal(values) => *values.get(at)?,
                Column::Bool(_) | Column::Text(_) | Column::List(_) => return None,
            };
            sum = sum.checked_add(high.checked_sub(low)?.checked_mul(value)?)?;
        }
        Some(sum)
    }

    /// True if a number is looked up by the band in which it lies.
    pub(super) fn has_bands(&self) -> bool {
        !self.bands.is_empty()
    }

    /// The rows that numbers of the range may find, and whether each of them finds one.
    pub(super) fn rows_within(&self, range: Range) -> (BTreeSet<usize>, bool) {
        let end = |boundary: Boundary| End { at: boundary.at, included: boundary.included };
        let turned = |end: End| End { included: !end.included, ..end };
        let mut rows = BTreeSet::new();
        // What is left of the range above the bands so far; bands rise.
        let mut rest = Some(range);
        let mut covered = true;
        for (at, (low, high)) in self.bands.iter().enumerate() {
            let (low, high) = (low.map(end), high.map(end));
            if !range.within(Range { least: low, greatest: high, whole: false }).is_empty() {
                rows.insert(at);
            }
            let Some(left) = rest else { continue };
            let gap = Range { greatest: low.map(turned), ..Range::default() };
            covered &= low.is_none() || left.within(gap).is_empty();
            rest = high.map(|high| left.within(Range { least: Some(turned(high)), ..Range::default() }));
        }
        covered &= rest.is_none_or(Range::is_empty);
        rows.extend(self.otherwise.filter(|_| !covered));
        (rows, covered || self.otherwise.is_some())
    }

    /// True if every key has a row.
    pub(super) fn has_otherwise(&self) -> bool {
        self.otherwise.is_some()
    }

    /// The values of a column.
    pub(super) fn column(&self, index: usize, class: Class) -> Option<&Column> {
        self.columns.get(index).filter(|column| column.class() == class)
    }
}
