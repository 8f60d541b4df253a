//! Tables of a document become tables that expressions look up: their keys checked, their values of one type per column.
use super::Compiling;
use crate::base::Number;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::expr::{Band, Boundary, Expected, Table, TableSchema, Type, Value};
use crate::program::document::{self, Constant, Document, Edge};
use crate::program::names::{Scopes, constant_of, constant_type};

impl Compiling<'_> {
    pub(super) fn tables(&mut self, document: &Document, scopes: &mut Scopes) -> Vec<Table> {
        let mut out = Vec::with_capacity(document.tables.len());
        for written in &document.tables {
            let mut known = scopes.event.clone();
            known.variables_of(&scopes.payout);
            let by = self.expression(&written.by, Expected::Any, &known, &format!("tables.{}.by", written.name.value));
            drop(known);
            let key = by.as_ref().map_or(Type::Text, |by| by.result_type().clone());
            self.table_key(written, &key);
            let schema = schema(written, &key, out.len());
            let row = |row: &[Spanned<Constant>]| -> Vec<Value> {
                row.iter().zip(&schema.columns).map(|(value, (_, kind))| constant_of(&value.value, kind)).collect()
            };
            let otherwise = written.otherwise.as_ref().map(|values| row(values));
            let otherwise = otherwise.as_deref();
            out.push(match &written.bands {
                Some(bands) => {
                    let boundary = |edge: Edge| Boundary { at: edge.number.value, included: edge.included };
                    let band = |band: &document::Band| Band {
                        low: band.low.map(boundary),
                        high: band.high.map(boundary),
                        values: row(&band.values),
                    };
                    let bands: Vec<Band> = bands.iter().map(band).collect();
                    Table::of_bands(&schema, &bands, otherwise, self.texts)
                }
                None => {
                    let rows: Vec<(Value, Vec<Value>)> = written
                        .rows
                        .iter()
                        .map(|found| (key_value(&found.key.value, &key), row(&found.values)))
                        .collect();
                    Table::new(&schema, &rows, otherwise, self.texts)
                }
            });
            scopes.table(&written.name.value, &schema);
        }
        out
    }

    /// What a table is looked up by decides what its keys may be.
    fn table_key(&mut self, written: &document::Table, key: &Type) {
        let path = format!("tables.{}", written.name.value);
        for row in &written.rows {
            let word = row.key.value.as_str();
            let fault = match key {
                Type::Int => Number::parse(word).and_then(Number::to_i64).is_none().then(|| {
                    (Code::TypeMismatch, "is not a whole number".to_owned(), "write the key as digits".to_owned())
                }),
                Type::OneOf(words) if !words.iter().any(|known| known == word) => {
                    let near = crate::diag::did_you_mean(word, words.iter().map(String::as_str));
                    let help = near.unwrap_or_else(|| format!("write one of {}", words.join(", ")));
                    Some((Code::UnknownText, "is not a value that the table is asked for".to_owned(), help))
                }
                _ => None,
            };
            if let Some((code, what, help)) = fault {
                let fault = Diagnostic::error(code, row.key.span, format!("`{word}` {what}")).help(help);
                self.diagnostics.push(fault.path(format!("{path}.{word}")));
            }
        }
        let fault = match (&written.bands, key) {
            (Some(_), Type::Int | Type::Decimal) | (None, Type::Text | Type::OneOf(_) | Type::Int) => return,
            (Some(_), _) => ("a table with bands is asked for a number", "look it up by an int or a decimal"),
            (None, _) => (
                "a table is asked for a text or a whole number",
                "look it up by a text, a one-of fact, a tier or an int; for ranges of a number write `bands`",
            ),
        };
        let diagnostic = Diagnostic::error(Code::TypeMismatch, written.by.span, fault.0);
        self.diagnostics.push(diagnostic.path(format!("{path}.by")).help(fault.1));
    }
}

/// The shape of a table. A table of bands is asked for an exact number.
pub(in crate::program) fn schema(written: &document::Table, key: &Type, index: usize) -> TableSchema {
    let width = written.columns.len().max(1);
    let column = |column: usize| {
        let bands = written.bands.iter().flatten().map(|band| &band.values);
        let rows = written.rows.iter().map(|row| &row.values).chain(bands).chain(&written.otherwise);
        let values = rows.filter_map(|values| values.get(column)).map(|value| &value.value);
        (written.columns.get(column).map(|name| name.value.clone()), constant_type(values))
    };
    let key = if written.bands.is_some() { Type::Decimal } else { key.clone() };
    TableSchema { key, columns: (0..width).map(column).collect(), index }
}

fn key_value(word: &str, key: &Type) -> Value {
    match key {
        Type::Int => Value::Int(Number::parse(word).and_then(Number::to_i64).unwrap_or_default()),
        _ => Value::Text(word.to_owned()),
    }
}
