//! Single values: operands in reasons, constants, elements of lists.
use crate::base::{Day, Instant, Number};
use std::fmt;
use std::sync::Arc;

/// A single value, for operands in reasons, constants, and elements of lists.
#[derive(Clone, PartialEq, Eq, Debug)]
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
    /// The keys and values of a map, one after the other.
    pub(super) fn flat(entries: &[(Value, Value)]) -> Arc<[Value]> {
        entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect()
    }

    /// The map of such a list.
    pub(super) fn map_of(list: &[Value]) -> Self {
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
