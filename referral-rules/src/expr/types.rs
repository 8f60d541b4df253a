//! The types of an expression; whether a row has a value, and if not, why.
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
    /// No rate of exchange for the two currencies on that day.
    pub const NO_RATE: Self = Self(7);
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
            Self::NO_RATE => "no rate of exchange",
            _ => "a missing fact",
        }
    }
}
