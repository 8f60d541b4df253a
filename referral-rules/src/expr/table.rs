//! Tables of a program as expressions read them: a key finds a row, a row has a value per column.
use super::scope::TableSchema;
use super::types::Class;
use super::value::Value;
use super::vector::{Column, Pool, Vector};
use crate::base::TextId;
use rustc_hash::FxHashMap;

/// The rows of a table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    rows: FxHashMap<i64, usize>,
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
        let mut vectors: Vec<Vector> = schema.columns.iter().map(|(_, ty)| Vector::new(ty.class())).collect();
        let mut table = Self::default();
        let all = rows.iter().map(|(_, values)| values.as_slice()).chain(otherwise);
        for values in all {
            for (at, vector) in vectors.iter_mut().enumerate() {
                vector.push_value(values.get(at).unwrap_or(&Value::Missing), texts);
            }
        }
        for (at, (key, _)) in rows.iter().enumerate() {
            if let Some(key) = Self::key_of(key, texts) {
                table.rows.insert(key, at);
            }
        }
        table.otherwise = otherwise.map(|_| rows.len());
        table.columns = vectors.into_iter().map(|vector| vector.column).collect();
        table
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

    /// The values of a column.
    pub(super) fn column(&self, index: usize, class: Class) -> Option<&Column> {
        self.columns.get(index).filter(|column| column.class() == class)
    }
}
