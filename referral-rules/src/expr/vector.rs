//! Columns of values with a status per row.
use super::statuses::Statuses;
use super::types::{Class, Slot, Status, Type};
use super::value::Value;
use crate::base::{Day, Instant, Interner, Number, TextId, Texts};
use std::sync::Arc;

/// Where texts are stored and looked up: the shared interner while compiling, an overlay of it while evaluating.
pub trait Pool {
    /// The text of a number.
    fn text(&self, id: TextId) -> &str;
    /// The number of a text, new or known.
    fn intern(&mut self, text: &str) -> TextId;
}

impl Pool for Interner {
    fn text(&self, id: TextId) -> &str {
        self.text(id)
    }

    fn intern(&mut self, text: &str) -> TextId {
        self.intern(text)
    }
}

impl Pool for Texts<'_> {
    fn text(&self, id: TextId) -> &str {
        self.text(id)
    }

    fn intern(&mut self, text: &str) -> TextId {
        self.intern(text)
    }
}

/// Values of one type. Days and durations are 64-bit integers, too: days since 1970, microseconds.
#[derive(Clone, PartialEq, Debug)]
pub enum Column {
    /// true or false
    Bool(Vec<bool>),
    /// Int, Date, Instant, Duration
    Int(Vec<i64>),
    /// Decimal
    Decimal(Vec<Number>),
    /// Text, OneOf
    Text(Vec<TextId>),
    /// List; a map is the list of its keys and values: key, value, key, value.
    List(Vec<Arc<[Value]>>),
}

impl Column {
    /// No values of the class.
    pub fn empty(class: Class) -> Self {
        match class {
            Class::Bool => Self::Bool(Vec::new()),
            Class::Int => Self::Int(Vec::new()),
            Class::Decimal => Self::Decimal(Vec::new()),
            Class::Text => Self::Text(Vec::new()),
            Class::List => Self::List(Vec::new()),
        }
    }

    /// The kind of column.
    pub fn class(&self) -> Class {
        match self {
            Self::Bool(_) => Class::Bool,
            Self::Int(_) => Class::Int,
            Self::Decimal(_) => Class::Decimal,
            Self::Text(_) => Class::Text,
            Self::List(_) => Class::List,
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::List(values) => values.len(),
        }
    }

    /// True without values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn clear(&mut self) {
        match self {
            Self::Bool(values) => values.clear(),
            Self::Int(values) => values.clear(),
            Self::Decimal(values) => values.clear(),
            Self::Text(values) => values.clear(),
            Self::List(values) => values.clear(),
        }
    }

    fn resize(&mut self, rows: usize) {
        match self {
            Self::Bool(values) => values.resize(rows, false),
            Self::Int(values) => values.resize(rows, 0),
            Self::Decimal(values) => values.resize(rows, Number::ZERO),
            Self::Text(values) => values.resize(rows, TextId(0)),
            Self::List(values) => values.resize_with(rows, || Arc::from([])),
        }
    }

    /// The value of a row as a value of the type; missing where there is no such row.
    pub fn value(&self, row: usize, ty: &Type, texts: &dyn Pool) -> Value {
        let value = match self {
            Self::Bool(values) => values.get(row).copied().map(Value::Bool),
            Self::Int(values) => values.get(row).map(|value| int_value(*value, ty)),
            Self::Decimal(values) => values.get(row).copied().map(Value::Decimal),
            Self::Text(values) => values.get(row).map(|id| Value::Text(texts.text(*id).to_owned())),
            Self::List(values) => values.get(row).map(|list| match ty {
                Type::Map(..) => Value::map_of(list),
                _ => Value::List(list.to_vec()),
            }),
        };
        value.unwrap_or(Value::Missing)
    }
}

fn int_value(value: i64, ty: &Type) -> Value {
    match ty {
        Type::Date => Value::Date(Day(i32::try_from(value).unwrap_or_default())),
        Type::Instant => Value::Instant(Instant(value)),
        Type::Duration => Value::Duration(value),
        _ => Value::Int(value),
    }
}

/// A column and a status per row. Where the status is not OK, the value is meaningless.
#[derive(Clone, PartialEq, Debug)]
pub struct Vector {
    /// The values.
    pub column: Column,
    /// One status per row.
    pub status: Statuses,
}

impl Default for Vector {
    fn default() -> Self {
        Self::new(Class::Bool)
    }
}

impl Vector {
    /// No rows of the class.
    pub fn new(class: Class) -> Self {
        Self { column: Column::empty(class), status: Statuses::new() }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.status.len()
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.status.is_empty()
    }

    /// Takes all rows away and keeps the memory, if the class stays.
    pub fn reset(&mut self, class: Class) {
        if self.column.class() == class {
            self.column.clear();
        } else {
            self.column = Column::empty(class);
        }
        self.status.clear();
    }

    /// One more row with a status other than OK.
    pub fn push_status(&mut self, status: Status) {
        self.status.push(status);
        self.column.resize(self.status.len());
    }

    /// One more row without a value: the input of the slot is missing.
    pub fn push_missing(&mut self, slot: Slot) {
        self.push_status(Status::missing(slot));
    }

    /// One more row of a column of bools; another column takes it as not convertible.
    pub fn push_bool(&mut self, value: bool) {
        match &mut self.column {
            Column::Bool(values) => values.push(value),
            _ => return self.push_status(Status::NOT_CONVERTIBLE),
        }
        self.status.push(Status::OK);
    }

    /// Rows of a column of bools, as [`Vector::push_bool`] one by one.
    pub fn extend_bools(&mut self, rows: impl Iterator<Item = bool>) {
        match &mut self.column {
            Column::Bool(values) => values.extend(rows),
            _ => return rows.for_each(|_| self.push_status(Status::NOT_CONVERTIBLE)),
        }
        self.status.resize(self.column.len(), Status::OK);
    }

    /// Rows of a column of whole numbers, days, instants or durations, as [`Vector::push_int`] one by one.
    pub fn extend_ints(&mut self, rows: impl Iterator<Item = i64>) {
        match &mut self.column {
            Column::Int(values) => values.extend(rows),
            _ => return rows.for_each(|_| self.push_status(Status::NOT_CONVERTIBLE)),
        }
        self.status.resize(self.column.len(), Status::OK);
    }

    /// Rows of a column of texts, as [`Vector::push_text`] one by one.
    pub fn extend_texts(&mut self, rows: impl Iterator<Item = TextId>) {
        match &mut self.column {
            Column::Text(values) => values.extend(rows),
            _ => return rows.for_each(|_| self.push_status(Status::NOT_CONVERTIBLE)),
        }
        self.status.resize(self.column.len(), Status::OK);
    }

    /// One more row of a column of whole numbers, days, instants or durations.
    pub fn push_int(&mut self, value: i64) {
        match &mut self.column {
            Column::Int(values) => values.push(value),
            _ => return self.push_status(Status::NOT_CONVERTIBLE),
        }
        self.status.push(Status::OK);
    }

    /// One more row of a column of exact numbers.
    pub fn push_decimal(&mut self, value: Number) {
        match &mut self.column {
            Column::Decimal(values) => values.push(value),
            _ => return self.push_status(Status::NOT_CONVERTIBLE),
        }
        self.status.push(Status::OK);
    }

    /// One more row of a column of texts.
    pub fn push_text(&mut self, value: TextId) {
        match &mut self.column {
            Column::Text(values) => values.push(value),
            _ => return self.push_status(Status::NOT_CONVERTIBLE),
        }
        self.status.push(Status::OK);
    }

    /// One more row of a column of lists.
    pub fn push_list(&mut self, value: Arc<[Value]>) {
        match &mut self.column {
            Column::List(values) => values.push(value),
            _ => return self.push_status(Status::NOT_CONVERTIBLE),
        }
        self.status.push(Status::OK);
    }

    /// One more row; a whole number fits a column of exact numbers, a missing value is "no such key".
    pub fn push_value(&mut self, value: &Value, texts: &mut dyn Pool) {
        match (value, self.column.class()) {
            (Value::Missing, _) => self.push_status(Status::NO_SUCH_KEY),
            (Value::Bool(value), _) => self.push_bool(*value),
            (Value::Int(value), Class::Decimal) => self.push_decimal(Number::from(*value)),
            (Value::Int(value) | Value::Duration(value), _) => self.push_int(*value),
            (Value::Decimal(value), _) => self.push_decimal(*value),
            (Value::Text(value), _) => self.push_text(texts.intern(value)),
            (Value::Date(day), _) => self.push_int(i64::from(day.0)),
            (Value::Instant(instant), _) => self.push_int(instant.0),
            (Value::List(values), _) => self.push_list(Arc::from(values.as_slice())),
            (Value::Map(entries), _) => self.push_list(Value::flat(entries)),
        }
    }

    /// Cuts or fills up to that many rows: a row that nobody filled has the given status.
    pub(super) fn settle(&mut self, class: Class, rows: usize, status: Status) {
        if self.column.class() != class {
            self.reset(class);
        }
        self.status.truncate(self.column.len());
        self.status.resize(rows, status);
        self.column.resize(rows);
    }

    /// The value of a row as a value of the type; missing where its status is not OK.
    pub fn value(&self, row: usize, ty: &Type, texts: &dyn Pool) -> Value {
        match self.status.get(row) {
            Some(status) if status.is_ok() => self.column.value(row, ty, texts),
            _ => Value::Missing,
        }
    }
}
