//! The types of an expression, and columns of values with a status per row.
use crate::base::{Day, Instant, Number, TextId};
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
    /// A date or time that is not on the calendar, or outside the years 0001 to 9999.
    pub const OUT_OF_RANGE: Self = Self(3);
    /// An index, key or table row that is not there.
    pub const NO_SUCH_KEY: Self = Self(4);
    /// A text that does not read as what it is converted to.
    pub const NOT_CONVERTIBLE: Self = Self(5);
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
    /// List
    List(Vec<Arc<[Value]>>),
}

/// A column and a status per row. Where the status is not OK, the value is meaningless.
#[derive(Clone, PartialEq, Debug)]
pub struct Vector {
    /// The values.
    pub column: Column,
    /// One status per row.
    pub status: Vec<Status>,
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
}
