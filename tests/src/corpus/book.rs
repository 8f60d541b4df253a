//! The tables of a case, for each door: as given tables, and as JSON text.
use referral_rules::book::{Cell, Given, GivenTable, Values};
use referral_rules::node::{Node, NodeValue};
use serde::{Serialize, Serializer};
use std::fmt::Write;

/// The tables that a case gives, by name.
#[derive(Clone, Debug, Default)]
pub struct Tables(Vec<(&'static str, GivenTable)>);

impl Tables {
    /// The tables of a case: `[[referrals]]`, or `csv.referrals`.
    ///
    /// # Errors
    /// What is wrong with their shape.
    pub fn read(root: &Node<'_>) -> Result<Self, String> {
        let mut tables = Vec::new();
        for name in Given::NAMES {
            let table = match (root.get(name), root.get("csv").and_then(|csv| csv.get(name))) {
                (Some(rows), None) => {
                    let (table, faults) = GivenTable::from_node(rows, name);
                    if let Some(fault) = faults.first() {
                        return Err(format!("{}: {}", fault.place.path, fault.message));
                    }
                    table
                }
                (None, Some(text)) => GivenTable::from_csv(text.as_text().ok_or("CSV must be a text")?)?,
                (None, None) => continue,
                _ => return Err(format!("`{name}` is given twice")),
            };
            tables.push((name, table));
        }
        if let Some(NodeValue::Table(entries)) = root.get("csv").map(|node| &node.value) {
            if let Some((key, _)) = entries.iter().find(|(key, _)| !Given::NAMES.contains(&&*key.value)) {
                return Err(format!("`csv.{}` is not a table", key.value));
            }
        }
        Ok(Self(tables))
    }

    /// The tables of a book that have rows.
    pub fn of(given: &Given) -> Self {
        let named = Given::NAMES.into_iter().map(|name| (name, given.table(name)));
        // Accounts without rows say that there are none.
        let there = |name: &str, table: &GivenTable| name == "accounts" || table.rows > 0;
        Self(named.filter_map(|(name, table)| table.filter(|t| there(name, t)).map(|t| (name, t.clone()))).collect())
    }

    /// The tables as the engine takes them.
    pub fn given(&self) -> Given {
        let mut given = Given::default();
        for (name, table) in &self.0 {
            given.slot(name).into_iter().for_each(|slot| *slot = table.clone());
        }
        given
    }

    /// The tables as they come out of a host's own structs; `None` where no struct could hold what a case gives, such as a number
    /// with an exponent.
    pub fn from_structs(&self) -> Option<Given> {
        let mut tables = Vec::new();
        for (name, table) in &self.0 {
            let cells = table.columns.values().filter_map(|values| match values {
                Values::Cells(cells) => Some(cells),
                _ => None,
            });
            if cells.flatten().any(|cell| !has_a_type(cell)) {
                return None;
            }
            let rows = (0..table.rows).map(|row| HostRow { table, row });
            tables.push((*name, GivenTable::from_rows(rows).ok()?));
        }
        Some(Self(tables).given())
    }

    /// The same tables with their rows the other way round.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut tables = self.0.clone();
        for (_, table) in &mut tables {
            for values in table.columns.values_mut() {
                if let Values::Cells(cells) = values {
                    cells.reverse();
                }
            }
        }
        Self(tables)
    }

    /// The tables as a JSON object of lists of rows.
    pub fn json(&self) -> String {
        let mut out = String::from("{");
        for (at, (name, table)) in self.0.iter().enumerate() {
            let _ = write!(out, "{}\"{name}\":[", if at > 0 { "," } else { "" });
            for row in 0..table.rows {
                out.push_str(if row > 0 { ",{" } else { "{" });
                let mut first = true;
                for (column, values) in &table.columns {
                    let Values::Cells(cells) = values else { continue };
                    let Some(cell) = cells.get(row).filter(|cell| **cell != Cell::Missing) else { continue };
                    let _ = write!(out, "{}{}:", if first { "" } else { "," }, json_text(column));
                    first = false;
                    write_cell(&mut out, cell);
                }
                out.push('}');
            }
            out.push(']');
        }
        out.push('}');
        out
    }
}

/// A row as a host's struct would serialise: fields that are missing are `None`.
struct HostRow<'t> {
    table: &'t GivenTable,
    row: usize,
}

impl Serialize for HostRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.table.columns.iter().filter_map(|(name, values)| match values {
            Values::Cells(cells) => Some((name, HostCell(cells.get(self.row)?))),
            _ => None,
        });
        serializer.collect_map(cells)
    }
}

/// A cell as a field of the type that its value has: whole numbers as such, others as a decimal writes itself.
struct HostCell<'t>(&'t Cell);

impl Serialize for HostCell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Missing | Cell::Unusable(_) => serializer.serialize_none(),
            Cell::Raw(text) if matches!(text.as_str(), "true" | "false") => serializer.serialize_bool(text == "true"),
            Cell::Raw(text) | Cell::Number(text) if is_number(text) => match text.parse() {
                Ok(whole) => serializer.serialize_i128(whole),
                Err(_) => serializer.serialize_str(text),
            },
            Cell::Raw(text) | Cell::Text(text) | Cell::Number(text) => serializer.serialize_str(text),
            Cell::Bool(value) => serializer.serialize_bool(*value),
            Cell::List(cells) => serializer.collect_seq(cells.iter().map(HostCell)),
        }
    }
}

/// Whether a struct could have the cell as a field.
fn has_a_type(cell: &Cell) -> bool {
    match cell {
        Cell::Number(digits) => is_number(digits) && digits.len() <= 28,
        Cell::List(cells) => cells.iter().all(has_a_type),
        Cell::Unusable(_) => false,
        Cell::Missing | Cell::Raw(_) | Cell::Text(_) | Cell::Bool(_) => true,
    }
}

/// A text as JSON.
pub fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn write_cell(out: &mut String, cell: &Cell) {
    match cell {
        Cell::Missing => out.push_str("null"),
        // A CSV field has no type of its own; what looks like a number or a truth value is one in JSON.
        Cell::Raw(text) if matches!(text.as_str(), "true" | "false") || is_number(text) => out.push_str(text),
        Cell::Raw(text) | Cell::Text(text) => out.push_str(&json_text(text)),
        Cell::Number(digits) => out.push_str(digits),
        Cell::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Cell::List(cells) => {
            out.push('[');
            for (at, cell) in cells.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_cell(out, cell);
            }
            out.push(']');
        }
        Cell::Unusable(_) => out.push_str("{}"),
    }
}

fn is_number(text: &str) -> bool {
    let body = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = body.split_once('.').map_or((body, "0"), |(whole, fraction)| (whole, fraction));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && (whole == "0" || !whole.starts_with('0'))
}
