//! The types of an expression, and columns of values with a status per row.
use crate::base::{Day, Instant, Interner, Number, TextId, Texts};
use std::fmt;
use std::sync::Arc;

/// The type of a value, known before anything runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    /// true or false
    Bool,
    /// a 64-bit whole number
    Int,
    /// an exact number
    Decimal,
    /// any text
    Text,
    /// a text out of a closed set: a one-of fact, a tier
    OneOf(Arc<[String]>),
    /// a civil day
    Date,
    /// a moment
    Instant,
    /// an exact length of time
    Duration,
    /// a list, all of one type
    List(Box<Type>),
    /// a map literal from a key type to a value type
    Map(Box<Type>, Box<Type>),
    /// the element of an empty list: no value has it, and it fits every type
    Nothing,
}

/// Which kind of column holds the values of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Class {
    /// Bool
    Bool,
    /// Int, Date, Instant, Duration
    Int,
    /// Decimal
    Decimal,
    /// Text, OneOf
    Text,
    /// List, Map
    List,
}

impl Class {
    /// How many classes there are.
    pub(super) const COUNT: usize = 5;

    /// The position of the class among all.
    pub(super) fn index(self) -> usize {
        match self {
            Self::Bool => 0,
            Self::Int => 1,
            Self::Decimal => 2,
            Self::Text => 3,
            Self::List => 4,
        }
    }
}

impl Type {
    /// The kind of column that holds values of the type.
    pub fn class(&self) -> Class {
        match self {
            Self::Bool | Self::Nothing => Class::Bool,
            Self::Int | Self::Date | Self::Instant | Self::Duration => Class::Int,
            Self::Decimal => Class::Decimal,
            Self::Text | Self::OneOf(_) => Class::Text,
            Self::List(_) | Self::Map(..) => Class::List,
        }
    }

    /// True for a text, be it of a closed set or not.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::OneOf(_))
    }

    /// True for a whole or an exact number.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Decimal)
    }
}

/// Shows the type as documents write it: `int`, `list of text`, `one of 'a', 'b'`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Decimal => f.write_str("decimal"),
            Self::Text => f.write_str("text"),
            Self::OneOf(texts) => {
                f.write_str("one of ")?;
                for (at, text) in texts.iter().enumerate() {
                    write!(f, "{}'{text}'", if at == 0 { "" } else { ", " })?;
                }
                Ok(())
            }
            Self::Date => f.write_str("date"),
            Self::Instant => f.write_str("instant"),
            Self::Duration => f.write_str("duration"),
            Self::List(element) => write!(f, "list of {element}"),
            Self::Map(key, value) => write!(f, "map of {key} to {value}"),
            Self::Nothing => f.write_str("nothing"),
        }
    }
}

/// The number of an input: a declared fact, a measure, a tier. Programs give them out, stages fill them in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u16);

/// Whether a row has a value; if not, why.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Status(pub u32);

impl Status {
    /// There is a value.
    pub const OK: Self = Self(0);
    /// The result does not fit.
    pub const OVERFLOW: Self = Self(1);
    /// A division by zero.
    pub const DIVISION_BY_ZERO: Self = Self(2);
    /// A date or time that is not on the calendar, or outside the years 0001 to 9999; an argument outside its range.
    pub const OUT_OF_RANGE: Self = Self(3);
    /// An index, key or table row that is not there.
    pub const NO_SUCH_KEY: Self = Self(4);
    /// A text that does not read as what it is converted to.
    pub const NOT_CONVERTIBLE: Self = Self(5);
    /// A text or list that would pass a limit of size.
    pub const TOO_LARGE: Self = Self(6);
    const MISSING: u32 = 16;

    /// The input of that slot is missing.
    pub fn missing(slot: Slot) -> Self {
        Self(Self::MISSING.saturating_add(u32::from(slot.0)))
    }

    /// The slot that is missing, if this says so.
    pub fn missing_slot(self) -> Option<Slot> {
        self.0.checked_sub(Self::MISSING).and_then(|slot| u16::try_from(slot).ok()).map(Slot)
    }

    /// True with a value.
    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// What is the matter, in words; the name of a missing fact is in [`Compiled::slot_name`](super::Compiled::slot_name).
    pub fn words(self) -> &'static str {
        match self {
            Self::OK => "a value",
            Self::OVERFLOW => "the result does not fit",
            Self::DIVISION_BY_ZERO => "a division by zero",
            Self::OUT_OF_RANGE => "a date, time or argument out of range",
            Self::NO_SUCH_KEY => "no such index, key or row",
            Self::NOT_CONVERTIBLE => "a text that cannot be converted",
            Self::TOO_LARGE => "a text or list that is too large",
            _ => "a missing fact",
        }
    }
}

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
    pub status: Vec<Status>,
}

impl Default for Vector {
    fn default() -> Self {
        Self::new(Class::Bool)
    }
}

impl Vector {
    /// No rows of the class.
    pub fn new(class: Class) -> Self {
        Self { column: Column::empty(class), status: Vec::new() }
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

/// A single value, for operands in reasons, constants, and elements of lists.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Nothing is known.
    Missing,
    /// true or false
    Bool(bool),
    /// a whole number
    Int(i64),
    /// an exact number
    Decimal(Number),
    /// a text
    Text(String),
    /// a civil day
    Date(Day),
    /// a moment
    Instant(Instant),
    /// a length of time in microseconds
    Duration(i64),
    /// a list
    List(Vec<Value>),
    /// a map: its keys and values, in the order written
    Map(Vec<(Value, Value)>),
}

impl Value {
    fn flat(entries: &[(Value, Value)]) -> Arc<[Value]> {
        entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
    }

    fn map_of(list: &[Value]) -> Self {
        let mut entries = Vec::new();
        for pair in list.chunks_exact(2) {
            if let [key, value] = pair {
                entries.push((key.clone(), value.clone()));
            }
        }
        Self::Map(entries)
    }

    /// True if both are the same: a whole number equals an exact one of its value, maps need not be in one order.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(left), Self::Decimal(right)) | (Self::Decimal(right), Self::Int(left)) => {
                Number::from(*left) == *right
            }
            (Self::List(left), Self::List(right)) => lists_same(left, right),
            (Self::Map(left), Self::Map(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .all(|(key, value)| right.iter().any(|(other, another)| key.same(other) && value.same(another)))
            }
            (left, right) => left == right,
        }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, nested: bool) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Decimal(value) => write!(f, "{value}"),
            Self::Text(value) if nested => write!(f, "'{value}'"),
            Self::Text(value) => f.write_str(value),
            Self::Date(value) => write!(f, "{value}"),
            Self::Instant(value) => write!(f, "{value}"),
            Self::Duration(value) => f.write_str(&super::functions_time::duration_text(*value)),
            Self::List(values) => {
                f.write_str("[")?;
                for (at, value) in values.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    value.show(f, true)?;
                }
                f.write_str("]")
            }
            Self::Map(entries) => {
                f.write_str("{")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    key.show(f, true)?;
                    f.write_str(": ")?;
                    value.show(f, true)?;
                }
                f.write_str("}")
            }
        }
    }
}

/// True if the lists have the same elements in the same order.
pub(super) fn lists_same(left: &[Value], right: &[Value]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| left.same(right))
}

/// Shows the value for people: a text as it is, a list as `['a', 'b']`, nothing known as `missing`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.show(f, false)
    }
}
