//! A value as a part of a key, for limits and measures that are kept by what an expression gives.
use crate::base::TextId;
use crate::expr::{Column, Vector};

/// A value as text, or as the number of a text.
pub(super) enum KeyText {
    /// A text that has a number.
    Id(TextId),
    /// What another value is written as.
    Text(String),
    /// There is none.
    Missing,
}

impl KeyText {
    /// The value of a row. Lists are no keys.
    pub(super) fn of(result: &Vector, row: usize) -> Self {
        let written = |value: Option<String>| value.map_or(Self::Missing, Self::Text);
        match &result.column {
            _ if !result.status.get(row).is_some_and(|status| status.is_ok()) => Self::Missing,
            Column::Text(values) => values.get(row).map_or(Self::Missing, |id| Self::Id(*id)),
            Column::Int(values) => written(values.get(row).map(ToString::to_string)),
            Column::Bool(values) => written(values.get(row).map(ToString::to_string)),
            Column::Decimal(values) => written(values.get(row).map(ToString::to_string)),
            Column::List(_) => Self::Missing,
        }
    }
}
