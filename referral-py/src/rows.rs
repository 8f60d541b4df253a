//! Rows that are plain dicts become tables without JSON in between. Whatever is not that plain is left to the way of all values
//! (`values.rs`), which takes more and says what is wrong; what is taken here is what it would make of it.
use pyo3::exceptions::PyException;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDate, PyDateTime, PyDict, PyInt, PyList, PyString, PyTuple, PyType, PyTzInfo};
use referral_rules::base::Day;
use referral_rules::book::{Cell, Given, GivenTable, Values};
use referral_rules::wire::{Asked, Compiled};

/// Names of columns are looked for one after the other: tables of more columns go the other way.
const COLUMNS_MAX: usize = 64;

/// The same for dicts within dicts.
const DEPTH_MAX: usize = 8;

/// The most letters of a number that is written here.
const DIGITS_MAX: usize = 100;

/// Why a value is left to the other way: it is not plain, or Python raised something.
enum Left {
    NotPlain,
    Raised(PyErr),
}

impl From<PyErr> for Left {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// What is asked with these values; `None` if one of them is not plain.
///
/// # Errors
/// What is no fault of a value, such as Ctrl-C.
pub fn asked(
    compiled: &Compiled,
    tables: &Bound<'_, PyDict>,
    as_of: &Bound<'_, PyAny>,
    threads: &Bound<'_, PyAny>,
    parts: Option<&Bound<'_, PyAny>>,
) -> PyResult<Option<Asked>> {
    let asked = || -> Result<Option<Asked>, Left> {
        let given = given(tables)?;
        let Cell::Text(as_of) = scalar(as_of)? else { return Err(Left::NotPlain) };
        if !threads.is_exact_instance_of::<PyInt>() {
            return Err(Left::NotPlain);
        }
        let Some(parts) = parts else { return Ok(compiled.asked(given, &as_of, threads.extract()?, None)) };
        let Cell::List(parts) = cell(parts)? else { return Err(Left::NotPlain) };
        let texts = parts.iter().map(|part| match part {
            Cell::Text(text) => Ok(text.as_str()),
            _ => Err(Left::NotPlain),
        });
        Ok(compiled.asked(given, &as_of, threads.extract()?, Some(&texts.collect::<Result<Vec<_>, _>>()?)))
    };
    match asked() {
        Ok(asked) => Ok(asked),
        Err(Left::NotPlain) => Ok(None),
        // The other way meets it again, and tells it.
        Err(Left::Raised(error)) if error.is_instance_of::<PyException>(tables.py()) => Ok(None),
        Err(Left::Raised(error)) => Err(error),
    }
}

fn given(tables: &Bound<'_, PyDict>) -> Result<Given, Left> {
    let mut given = Given::default();
    if !tables.iter().all(|(_, rows)| rows.is_exact_instance_of::<PyList>()) {
        return Err(Left::NotPlain); // before any of them is gone through
    }
    for (name, rows) in tables {
        let name = name.cast_into_exact::<PyString>().map_err(|_| Left::NotPlain)?;
        let rows = rows.cast_into_exact::<PyList>().map_err(|_| Left::NotPlain)?;
        *given.slot(name.to_str()?).ok_or(Left::NotPlain)? = table(&rows)?;
    }
    Ok(given)
}

/// The table so far.
#[derive(Default)]
struct Growing {
    names: Vec<String>,
    cells: Vec<Vec<Cell>>,
    /// How many rows there will be.
    rows: usize,
    /// Where the next name most likely stands: rows have their keys in one order.
    next: usize,
    /// The row, from 0.
    row: usize,
    /// Whether keys of the row have dots, and whether it has dicts: together they could say one name twice.
    dotted: bool,
    nested: bool,
}

fn table(rows: &Bound<'_, PyList>) -> Result<GivenTable, Left> {
    let mut growing = Growing { rows: rows.len(), ..Growing::default() };
    for row in rows {
        let row = row.cast_into_exact::<PyDict>().map_err(|_| Left::NotPlain)?;
        (growing.next, growing.dotted, growing.nested) = (0, false, false);
        if growing.row == 0 {
            growing.names.reserve(row.len());
            growing.cells.reserve(row.len());
        }
        growing.fields(&row, "", 0)?;
        growing.row = growing.row.saturating_add(1);
    }
    let mut table = GivenTable { rows: growing.row, ..GivenTable::default() };
    for (name, mut cells) in growing.names.into_iter().zip(growing.cells) {
        cells.resize(table.rows, Cell::Missing);
        // One by one: to collect them would sort them first, which takes twice as long.
        table.columns.insert(name, Values::Cells(cells));
    }
    Ok(table)
}

impl Growing {
    fn fields(&mut self, row: &Bound<'_, PyDict>, prefix: &str, depth: usize) -> Result<(), Left> {
        if depth > DEPTH_MAX {
            return Err(Left::NotPlain);
        }
        for (key, value) in row {
            let key = key.cast_into_exact::<PyString>().map_err(|_| Left::NotPlain)?;
            let key = key.to_str()?;
            self.dotted |= key.contains('.');
            let joined;
            let name = if prefix.is_empty() {
                key
            } else {
                joined = format!("{prefix}.{key}");
                &joined
            };
            if let Ok(within) = value.cast_exact::<PyDict>() {
                self.nested = true;
                self.fields(within, name, depth.saturating_add(1))?;
            } else {
                let cell = cell(&value)?;
                self.put(name, cell)?;
            }
            if self.dotted && self.nested {
                return Err(Left::NotPlain);
            }
        }
        Ok(())
    }

    fn put(&mut self, name: &str, cell: Cell) -> Result<(), Left> {
        let likely = self.names.get(self.next).is_some_and(|known| known == name);
        let at = if likely { Some(self.next) } else { self.names.iter().position(|known| known == name) };
        let at = at.unwrap_or(self.names.len());
        if at == self.names.len() {
            if at >= COLUMNS_MAX {
                return Err(Left::NotPlain);
            }
            self.names.push(name.to_owned());
            self.cells.push(Vec::with_capacity(self.rows));
        }
        self.next = at.saturating_add(1);
        if let Some(cells) = self.cells.get_mut(at) {
            cells.resize(self.row, Cell::Missing);
            cells.push(cell);
        }
        Ok(())
    }
}

fn cell(value: &Bound<'_, PyAny>) -> Result<Cell, Left> {
    if let Ok(items) = value.cast_exact::<PyList>() {
        Ok(Cell::List(items.iter().map(|item| scalar(&item)).collect::<Result<_, _>>()?))
    } else if let Ok(items) = value.cast_exact::<PyTuple>() {
        Ok(Cell::List(items.iter().map(|item| scalar(&item)).collect::<Result<_, _>>()?))
    } else {
        scalar(value)
    }
}

fn scalar(value: &Bound<'_, PyAny>) -> Result<Cell, Left> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        Ok(Cell::Text(text.to_str()?.to_owned()))
    } else if value.is_none() {
        Ok(Cell::Missing)
    } else if let Ok(value) = value.cast_exact::<PyBool>() {
        Ok(Cell::Bool(value.is_true()))
    } else if value.is_exact_instance_of::<PyInt>() {
        Ok(Cell::Number(value.extract::<i64>()?.to_string()))
    } else if let Ok(value) = value.cast_exact::<PyDate>() {
        day(value)
    } else if let Ok(value) = value.cast_exact::<PyDateTime>() {
        instant(value)
    } else if value.is_exact_instance(decimal(value.py())?) {
        digits(value)
    } else {
        Err(Left::NotPlain)
    }
}

/// A day as text. Python counts them from the first of year 1, which it calls 1; its own text costs several times as much.
fn day(value: &Bound<'_, PyDate>) -> Result<Cell, Left> {
    let count: i32 = value.call_method0(intern!(value.py(), "toordinal"))?.extract()?;
    Ok(Cell::Text(Day(Day::MIN.0.saturating_add(count).saturating_sub(1)).to_string()))
}

/// An instant in UTC, as text; one without a zone is refused by the other way.
fn instant(value: &Bound<'_, PyDateTime>) -> Result<Cell, Left> {
    let py = value.py();
    if value.call_method0(intern!(py, "utcoffset"))?.is_none() {
        return Err(Left::NotPlain);
    }
    let utc = value.call_method1(intern!(py, "astimezone"), (PyTzInfo::utc(py)?,))?;
    Ok(Cell::Text(utc.call_method0(intern!(py, "isoformat"))?.extract()?))
}

/// A decimal as its digits, unless it is written with an exponent or is none at all.
fn digits(value: &Bound<'_, PyAny>) -> Result<Cell, Left> {
    let text = value.str()?;
    let text = text.to_str()?;
    let plain = text.len() <= DIGITS_MAX && text.bytes().all(|letter| matches!(letter, b'0'..=b'9' | b'.' | b'-'));
    plain.then(|| Cell::Number(text.to_owned())).ok_or(Left::NotPlain)
}

fn decimal<'py>(py: Python<'py>) -> PyResult<&'py Bound<'py, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Ok(DECIMAL.import(py, "decimal", "Decimal")?.as_any())
}
