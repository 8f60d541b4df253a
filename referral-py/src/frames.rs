//! Frames and CSV become the tables of a book; all columns that cannot be used, are missing or misspelt are told at once.
use crate::capsule;
use crate::values::Fault;
use arrow_array::RecordBatch;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyString;
use referral_arrow::ColumnFaults;
use referral_rules::book::{Book, Given, GivenTable, Packed, PackedValues, Values};
use referral_rules::diag::{Code, did_you_mean, suggest};
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

/// The code of a column that is missing, and of one that the program does not use.
const MISSING: &str = "missing-key";
const UNKNOWN: &str = "unknown-column";

/// What came as a table.
enum Came {
    Frame(Vec<RecordBatch>),
    Csv(GivenTable),
}

/// Columns that a program does not use: table, name, what can be done about it.
type Unused = Vec<(&'static str, String, String)>;

/// Reads tables by name, frames or texts in CSV, for a program, and says what is wrong with them. Columns that the program does not use
/// may hold whatever they like: the book says of each that it is not used.
///
/// # Errors
/// What is no fault of a frame, such as Ctrl-C.
pub fn read(
    py: Python<'_>,
    program: &Program,
    path: &str,
    tables: &[(String, Bound<'_, PyAny>)],
) -> PyResult<(Given, Vec<Fault>)> {
    let mut faults = Vec::new();
    let mut all = BTreeMap::new();
    for (name, table) in tables {
        let path = format!("{path}.{name}");
        let Some((known, _)) = TABLES.iter().find(|(known, _)| known == name) else {
            let near = did_you_mean(name, TABLES.iter().map(|(known, _)| *known));
            let help = near.unwrap_or_else(|| "give one of the tables of a book".to_owned());
            faults.push(("unknown-key", path, format!("`{name}` is not a table of a book"), help));
            continue;
        };
        match came(py, table)? {
            Ok(came) => {
                all.insert(*known, came);
            }
            Err((message, help)) => faults.push(("bad-value", path, message, help.to_owned())),
        }
    }
    py.detach(|| {
        let columns: BTreeMap<&'static str, BTreeSet<String>> =
            all.iter().map(|(name, came)| (*name, came.columns())).collect();
        let unused = unused(program, &columns);
        let mut given = Given::default();
        for (name, came) in all {
            let unused: BTreeSet<&str> =
                unused.iter().filter(|(table, ..)| *table == name).map(|(_, column, _)| column.as_str()).collect();
            match came.table(&unused) {
                Ok(table) => put(&mut given, name, table),
                Err(found) => faults.extend(found.0.into_iter().map(|fault| {
                    let help = cure(&fault.found, &fault.column, fault.help);
                    let message = format!("the column `{}` {}", fault.column, fault.found);
                    ("wrong-type", format!("{path}.{name}.{}", fault.column), message, help)
                })),
            }
        }
        faults.extend(misnamed(path, &columns, &unused));
        Ok((given, faults))
    })
}

/// The table as it came; or what is wrong with it, and what to do.
fn came(py: Python<'_>, table: &Bound<'_, PyAny>) -> PyResult<Result<Came, (String, &'static str)>> {
    if let Ok(text) = table.cast::<PyString>() {
        let text: String = text.extract()?;
        let read = py.detach(|| GivenTable::from_csv(&text));
        let help = "give CSV, the first line of which names the columns";
        return Ok(read.map(Came::Csv).map_err(|fault| (format!("the CSV cannot be read: {fault}"), help)));
    }
    match capsule::read(table) {
        Ok(batches) => Ok(Ok(Came::Frame(batches.iter().map(without_index).collect()))),
        Err(error) if error.is_instance_of::<PyException>(py) => {
            let help = "give a table with columns of one type each; pandas needs pyarrow for it";
            Ok(Err((format!("the frame cannot be read: {}", error.value(py)), help)))
        }
        Err(other) => Err(other),
    }
}

impl Came {
    fn columns(&self) -> BTreeSet<String> {
        match self {
            Self::Frame(batches) => referral_arrow::columns(batches),
            Self::Csv(table) => table.columns.keys().cloned().collect(),
        }
    }

    fn table(self, unused: &BTreeSet<&str>) -> Result<GivenTable, ColumnFaults> {
        let batches = match self {
            Self::Csv(table) => return Ok(table),
            Self::Frame(batches) => batches,
        };
        let mut table = referral_arrow::table_where(&batches, |name| !unused.contains(name))?;
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

fn put(given: &mut Given, name: &str, table: GivenTable) {
    match name {
        "accounts" => given.accounts = Some(table),
        "referrals" => given.referrals = table,
        "events" => given.events = table,
        "confirmations" => given.confirmations = table,
        BOOKED => given.booked = table,
        "opening_balances" => given.opening_balances = table,
        "rates" => given.rates = table,
        "lists" => given.lists = table,
        "company" => given.company = table,
        "notified" => given.notified = table,
        _ => given.figures = table,
    }
}

/// The columns that are missing, and those that the program does not use but that are called nearly as one that it does.
fn misnamed(path: &str, columns: &BTreeMap<&'static str, BTreeSet<String>>, unused: &Unused) -> Vec<Fault> {
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
            faults.push((MISSING, path(column), format!("there is no column `{column}`"), help));
            renamed.extend(near);
        }
        for (_, column, help) in unused.iter().filter(|(table, ..)| table == name) {
            let meant = help.split('`').nth(1).filter(|_| help.starts_with("did you mean"));
            if meant.is_some_and(|meant| !columns.contains(meant)) && !renamed.contains(column) {
                let message = format!("the column `{column}` is not used by the program");
                faults.push((UNKNOWN, path(column), message, help.clone()));
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
        put(&mut empty, name, GivenTable { rows: 0, columns });
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

/// What to do about a column, in the words of the libraries that such columns come from.
fn cure(found: &str, column: &str, help: String) -> String {
    if found.contains("floating-point") {
        return format!(
            "{help}; in Polars `pl.col(\"{column}\").cast(pl.Decimal(38, 2))`, in pandas \
             `frame[\"{column}\"].map(lambda x: Decimal(str(x)), na_action=\"ignore\")`, or `.astype(\"Int64\")` for whole numbers with gaps"
        );
    }
    if found.contains("zone") {
        return format!(
            "{help}; in Polars `.dt.replace_time_zone(\"UTC\")`, in pandas `.dt.tz_localize(\"UTC\")`, for days \
             `.dt.date`"
        );
    }
    help
}
