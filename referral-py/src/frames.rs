//! Frames and CSV become the tables of a book; all columns that cannot be used, are missing or misspelt are told at once.
use crate::capsule;
use crate::values::Fault;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyString;
use referral_arrow::{BookTable, book, book_table, book_tables};
use referral_rules::book::{Given, GivenTable};
use referral_rules::diag::{Code, Diagnostic, did_you_mean};
use referral_rules::program::Program;
use std::collections::BTreeMap;

/// Reads tables by name, frames or texts in CSV, for a program, and says what is wrong with them.
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
        let Some(known) = book_table(name) else {
            let near = did_you_mean(name, book_tables());
            let help = near.unwrap_or_else(|| "give one of the tables of a book".to_owned());
            faults.push(("unknown-key", path, format!("`{name}` is not a table of a book"), help));
            continue;
        };
        match came(py, table)? {
            Ok(came) => {
                all.insert(known, came);
            }
            Err((message, help)) => faults.push(("bad-value", path, message, help.to_owned())),
        }
    }
    let (given, found) = py.detach(|| book(program, path, all));
    faults.extend(found.into_iter().map(cured));
    Ok((given, faults))
}

/// The table as it came; or what is wrong with it, and what to do.
fn came(py: Python<'_>, table: &Bound<'_, PyAny>) -> PyResult<Result<BookTable, (String, &'static str)>> {
    if let Ok(text) = table.cast::<PyString>() {
        let text: String = text.extract()?;
        let read = py.detach(|| GivenTable::from_csv(&text));
        let help = "give CSV, the first line of which names the columns";
        return Ok(read.map(BookTable::Plain).map_err(|fault| (format!("the CSV cannot be read: {fault}"), help)));
    }
    match capsule::read(table) {
        Ok(batches) => Ok(Ok(BookTable::of(&batches))),
        Err(error) if error.is_instance_of::<PyException>(py) => Ok(Err(unreadable(py, &error))),
        Err(other) => Err(other),
    }
}

/// What a frame says that it cannot give, and what to do. PyArrow tells in two parts what it does not take and where.
fn unreadable(py: Python<'_>, error: &PyErr) -> (String, &'static str) {
    let parts = error.value(py).getattr("args").and_then(|args| args.extract::<Vec<String>>());
    let said = parts.map_or_else(|_| error.value(py).to_string(), |parts| parts.join("; "));
    if said.contains("Conversion failed for column") {
        let help =
            "give the column values of one type, all Decimal or all text, or drop it if the program does not use it";
        return (format!("the frame cannot be read: {said}"), help);
    }
    if said.contains("as a Schema") {
        return ("it is a single column, not a table".to_owned(), "give a frame, with the names of its columns");
    }
    let help = "give a table with columns of one type each; pandas needs pyarrow for it";
    (format!("the frame cannot be read: {said}"), help)
}

/// A fault of a column, with what to do about it in the words of the libraries that such columns come from.
fn cured(fault: Diagnostic) -> Fault {
    let Diagnostic { code, place, message, help, .. } = fault;
    let help = match (code, message.strip_prefix("the column `").and_then(|rest| rest.split_once("` "))) {
        (Code::WrongType, Some((column, found))) => cure(found, column, help),
        _ => help,
    };
    (code.slug(), place.path, message, help)
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
