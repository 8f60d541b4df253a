//! The tables of a book by name, as record batches or otherwise: all columns that cannot be used, are missing or misspelt are told at once.
use crate::fault::ColumnFaults;
use crate::table;
use arrow_array::RecordBatch;
use referral_rules::book::{Book, Given, GivenTable, Packed, PackedValues, Values};
use referral_rules::diag::{Code, Diagnostic, Span, suggest};
use referral_rules::program::Program;
use std::collections::{BTreeMap, BTreeSet};

const BOOKED: &str = "booked";
const BOOKED_COLUMNS: &[&str] = &["id", "amount"];

/// The tables that a book has, and the columns without which none of their rows says anything.
const TABLES: &[(&str, &[&str])] = &[
    ("accounts", &["id"]),
    ("referrals", &["id", "referrer", "submitted_at"]),
    ("events", &["id", "kind", "at"]),
    ("confirmations", &["entry", "what", "at"]),
    (BOOKED, BOOKED_COLUMNS),
    ("opening_balances", &["name", "value"]),
    ("rates", &["from", "to", "first_day", "rate"]),
    ("lists", &["list", "value"]),
    ("company", &[]),
    ("notified", &["notice", "at"]),
    ("figures", &["name", "value"]),
];

/// The column that pandas makes of an index without a name.
const INDEX: &str = "__index_level_";

/// A table of a book, as it came.
#[derive(Clone, Debug)]
pub enum BookTable {
    /// Record batches of one schema.
    Batches(Vec<RecordBatch>),
    /// Columns that are read already, such as those of CSV.
    Plain(GivenTable),
}

/// Columns that a program does not use: table, name, what can be done about it.
type Unused = Vec<(&'static str, String, String)>;

/// The name of a table of a book as the library has it; nothing for one that a book does not have.
pub fn book_table(name: &str) -> Option<&'static str> {
    book_tables().find(|known| *known == name)
}

/// The names of the tables of a book.
pub fn book_tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

/// Reads tables by name for a program, and says what is wrong with them: the paths begin with `path`, the key that the tables stand under
/// in a request. Columns that the program does not use may hold whatever they like: the book says of each that it is not used.
///
/// # Example
/// ```
/// use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use referral_arrow::{BookTable, book};
/// use std::{collections::BTreeMap, sync::Arc};
/// # let standard = referral_rules::program::standard::CUSTOMER_REFERRALS;
/// # let (program, _) = referral_rules::program::Program::from_toml(standard)?;
/// let column = |text: &str| Arc::new(StringArray::from(vec![text])) as ArrayRef;
/// let referrals = RecordBatch::try_from_iter([("id", column("R-1")), ("referer", column("ada")), ("submitted_at", column("2026-03-02"))])?;
/// let (_, faults) = book(&program, "book", BTreeMap::from([("referrals", BookTable::Batches(vec![referrals]))]));
/// assert_eq!(faults[0].place.path, "book.referrals.referrer");
/// assert_eq!(faults[0].help, "did you mean it by `referer`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn book(program: &Program, path: &str, tables: BTreeMap<&'static str, BookTable>) -> (Given, Vec<Diagnostic>) {
    let columns: BTreeMap<&'static str, BTreeSet<String>> =
        tables.iter().map(|(name, table)| (*name, table.columns())).collect();
    let unused = unused(program, &columns);
    let (mut given, mut faults) = (Given::default(), Vec::new());
    for (name, table) in tables {
        let of_table = unused.iter().filter(|(table, ..)| *table == name).map(|(_, column, _)| column.as_str());
        match table.read(&of_table.collect()) {
            Ok(table) => {
                if let Some(slot) = given.slot(name) {
                    *slot = table;
                }
            }
            Err(found) => faults.extend(found.0.into_iter().map(|fault| {
                let message = format!("the column `{}` {}", fault.column, fault.found);
                told(Code::WrongType, format!("{path}.{name}.{}", fault.column), message, fault.help)
            })),
        }
    }
    faults.extend(misnamed(path, &columns, &unused));
    (given, faults)
}

/// A fault of what was given beside a request.
fn told(code: Code, path: String, message: String, help: String) -> Diagnostic {
    Diagnostic::error(code, Span::default(), message).path(path).help(help)
}

impl BookTable {
    /// A table of batches, without the columns that hold a frame's own numbers of rows.
    pub fn of(batches: &[RecordBatch]) -> Self {
        Self::Batches(batches.iter().map(without_index).collect())
    }

    fn columns(&self) -> BTreeSet<String> {
        match self {
            Self::Batches(batches) => table::columns(batches),
            Self::Plain(table) => table.columns.keys().cloned().collect(),
        }
    }

    fn read(self, unused: &BTreeSet<&str>) -> Result<GivenTable, ColumnFaults> {
        let batches = match self {
            Self::Plain(table) => return Ok(table),
            Self::Batches(batches) => batches,
        };
        let mut table = table::table_where(&batches, |name| !unused.contains(name))?;
        table.rows = batches.iter().map(RecordBatch::num_rows).sum();
        let nothing = || {
            Values::Packed(Packed {
                values: PackedValues::Bool(vec![false; table.rows].into_iter().collect()),
                valid: None,
            })
        };
        let named: Vec<_> = unused.iter().map(|name| ((*name).to_owned(), nothing())).collect();
        table.columns.extend(named);
        Ok(table)
    }
}

/// The columns that are missing, and those that the program does not use but that are called nearly as one that it does.
fn misnamed(path: &str, columns: &BTreeMap<&'static str, BTreeSet<String>>, unused: &Unused) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for (name, needed) in TABLES {
        let Some(columns) = columns.get(name) else { continue };
        let path = |column: &str| format!("{path}.{name}.{column}");
        let mut renamed = BTreeSet::new();
        for column in needed.iter().filter(|column| !columns.contains(**column)) {
            let strays = unused.iter().filter(|(table, stray, _)| table == name && !renamed.contains(stray));
            let near = suggest(column, strays.map(|(_, stray, _)| stray.as_str())).map(str::to_owned);
            let help = match &near {
                Some(near) => format!("did you mean it by `{near}`?"),
                None => "give the column".to_owned(),
            };
            faults.push(told(Code::MissingKey, path(column), format!("there is no column `{column}`"), help));
            renamed.extend(near);
        }
        for (_, column, help) in unused.iter().filter(|(table, ..)| table == name) {
            let meant = help.split('`').nth(1).filter(|_| help.starts_with("did you mean"));
            if meant.is_some_and(|meant| !columns.contains(meant)) && !renamed.contains(column) {
                let message = format!("the column `{column}` is not used by the program");
                faults.push(told(Code::UnknownColumn, path(column), message, help.clone()));
            }
        }
    }
    faults
}

/// The columns that the program does not use: found by a book without rows.
fn unused(program: &Program, columns: &BTreeMap<&'static str, BTreeSet<String>>) -> Unused {
    let mut empty = Given::default();
    for (name, columns) in columns {
        let columns = columns.iter().map(|column| (column.clone(), Values::Cells(Vec::new()))).collect();
        if let Some(slot) = empty.slot(name) {
            *slot = GivenTable { rows: 0, columns };
        }
    }
    let findings = Book::new(program, &empty).findings;
    let unused = findings.into_iter().filter(|finding| finding.code == Code::UnknownColumn);
    let unused = unused.map(|finding| (finding.table, finding.column, finding.help));
    // What is booked may be given as the whole entries that an answer had.
    let booked = columns.get(BOOKED).into_iter().flatten().filter(|column| !BOOKED_COLUMNS.contains(&column.as_str()));
    unused.chain(booked.map(|column| (BOOKED, column.clone(), String::new()))).collect()
}

/// The batch without the columns that hold a frame's own numbers of rows.
fn without_index(batch: &RecordBatch) -> RecordBatch {
    let schema = batch.schema_ref();
    let kept: Vec<usize> = (0..batch.num_columns()).filter(|at| !schema.field(*at).name().starts_with(INDEX)).collect();
    batch.project(&kept).unwrap_or_else(|_| batch.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_a_book_has_its_columns() {
        assert!(book_tables().eq(Given::NAMES));
    }
}
