//! Python values become JSON text. What cannot be given exactly is a fault with its place, all of them at once.
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple, PyType, PyTzInfo,
};
use referral_rules::base::limits::NESTING_MAX;
use std::fmt::Write;

/// Code, path, message, help.
pub type Fault = (&'static str, String, String, String);

/// The most faults that are told.
const FAULTS_MAX: usize = 100;

/// Numbers further from 1 than this power of ten are refused before they are written out in full.
const EXPONENT_MAX: i64 = 100;

/// The value as JSON, and what is wrong with it. `path` is what the value is called; empty for none.
///
/// # Errors
/// What Python code raises that is called on the way, such as an `items` of the caller's own.
pub fn to_json(value: &Bound<'_, PyAny>, path: &str) -> PyResult<(String, Vec<Fault>)> {
    let decimal = value.py().import("decimal")?.getattr("Decimal")?;
    let mut writing = Writing { decimal, out: String::new(), path: path.to_owned(), depth: 0, faults: Vec::new() };
    writing.value(value)?;
    Ok((writing.out, writing.faults))
}

/// Whether a value is what pandas has where there is none: `NaT` or `NA`.
fn is_missing(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    let name = value.get_type().name()?;
    Ok(name == "NaTType" || name == "NAType")
}

/// A whole number of another library. What only looks like one, such as an array of NumPy, is none.
fn whole_number<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyInt>>> {
    if !value.hasattr("__index__")? || value.is_instance_of::<PyType>() {
        return Ok(None);
    }
    match value.call_method0("__index__") {
        Ok(number) => Ok(number.cast_into::<PyInt>().ok()),
        Err(error) if error.is_instance_of::<PyTypeError>(value.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

struct Writing<'py> {
    decimal: Bound<'py, PyAny>,
    out: String,
    path: String,
    depth: usize,
    faults: Vec<Fault>,
}

impl Writing<'_> {
    fn fault(&mut self, code: &'static str, message: impl Into<String>, help: &'static str) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push((code, self.path.clone(), message.into(), help.to_owned()));
        }
    }

    fn value(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if let Ok(text) = value.cast::<PyString>() {
            self.text(text);
        } else if value.is_none() || is_missing(value)? {
            self.out.push_str("null");
        } else if let Ok(value) = value.cast::<PyBool>() {
            self.out.push_str(if value.is_true() { "true" } else { "false" });
        } else if let Ok(value) = value.cast::<PyInt>() {
            self.int(value)?;
        } else if value.is_instance(&self.decimal)? {
            self.decimal(value)?;
        } else if let Ok(value) = value.cast::<PyDateTime>() {
            self.instant(value)?;
        } else if let Ok(value) = value.cast::<PyDate>() {
            let day: String = value.call_method0("isoformat")?.extract()?;
            self.quoted(&day);
        } else if let Ok(value) = value.cast::<PyFloat>() {
            let message = format!("a float, {}, is not exact", value.repr()?);
            self.fault("wrong-type", message, "give a Decimal, an int, or the number as a text");
        } else {
            return self.nested(value);
        }
        Ok(())
    }

    fn text(&mut self, text: &Bound<'_, PyString>) {
        match text.to_str() {
            Ok(text) => self.quoted(text),
            Err(_) => {
                self.fault("bad-value", "the text has half of a surrogate pair", "give text that is whole Unicode")
            }
        }
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\0'..='\x1f' => {
                    let _ = write!(self.out, "\\u{:04x}", u32::from(letter));
                }
                _ => self.out.push(letter),
            }
        }
        self.out.push('"');
    }

    fn int(&mut self, value: &Bound<'_, PyInt>) -> PyResult<()> {
        match value.extract::<i128>() {
            Ok(value) => {
                let _ = write!(self.out, "{value}");
            }
            Err(_) => self.fault("bad-value", "the number has more digits than fit", "give at most 28 digits"),
        }
        Ok(())
    }

    fn decimal(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        if !value.call_method0("is_finite")?.is_truthy()? {
            self.fault(
                "bad-value",
                format!("{value} is not a number"),
                "give a finite number, or None where there is none",
            );
        } else if value.call_method0("adjusted")?.extract::<i64>()?.checked_abs().is_none_or(|size| size > EXPONENT_MAX)
        {
            self.fault("bad-value", "the number has more digits than fit", "give at most 28 digits");
        } else {
            let digits: String = value.call_method1("__format__", ("f",))?.extract()?;
            self.out.push_str(&digits);
        }
        Ok(())
    }

    fn instant(&mut self, value: &Bound<'_, PyDateTime>) -> PyResult<()> {
        if value.call_method0("utcoffset")?.is_none() {
            let message = format!("the time {} has no zone", value.call_method0("isoformat")?);
            self.fault("bad-date", message, "give a datetime with a tzinfo, or a date");
            return Ok(());
        }
        let utc = PyTzInfo::utc(value.py())?;
        match value.call_method1("astimezone", (utc,)) {
            Ok(utc) => {
                let instant: String = utc.call_method0("isoformat")?.extract()?;
                self.quoted(&instant);
            }
            Err(_) => self.fault("bad-date", "the time is out of range", "give a time of the years 1 to 9999"),
        }
        Ok(())
    }

    /// Lists and mappings, down to the depth that a request may have.
    fn nested(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > NESTING_MAX {
            self.fault("too-large", "lists and dicts stand too deep within one another", "give a flatter value");
        } else if let Ok(value) = value.cast::<PyDict>() {
            self.pairs(&value.items())?;
        } else if let Ok(value) = value.cast::<PyList>() {
            self.items(value.iter())?;
        } else if value.hasattr("_asdict")? {
            self.pairs(&value.call_method0("_asdict")?.cast_into::<PyDict>()?.items())?;
        } else if let Ok(value) = value.cast::<PyTuple>() {
            self.items(value.iter())?;
        } else if value.hasattr("__dataclass_fields__")? && !value.is_instance_of::<PyType>() {
            self.fields(value)?;
        } else if let Some(number) = whole_number(value)? {
            self.int(&number)?;
        } else if let Ok(value) = value.cast::<PyMapping>() {
            self.pairs(&value.items()?)?;
        } else {
            let message = format!("a value of the type `{}` cannot be given", value.get_type().name()?);
            self.fault(
                "wrong-type",
                message,
                "give str, int, bool, Decimal, date, datetime, None, or dicts and lists of them",
            );
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(())
    }

    /// The fields of a dataclass.
    fn fields(&mut self, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let pairs = PyList::empty(value.py());
        for name in value.getattr("__dataclass_fields__")?.cast_into::<PyDict>()?.keys() {
            let field = value.getattr(name.cast::<PyString>()?)?;
            pairs.append((name, field))?;
        }
        self.pairs(&pairs)
    }

    fn items<'py>(&mut self, items: impl Iterator<Item = Bound<'py, PyAny>>) -> PyResult<()> {
        let length = self.path.len();
        self.out.push('[');
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.out.push(',');
            }
            let _ = write!(self.path, "[{at}]");
            self.value(&item)?;
            self.path.truncate(length);
        }
        self.out.push(']');
        Ok(())
    }

    fn pairs(&mut self, pairs: &Bound<'_, PyList>) -> PyResult<()> {
        let length = self.path.len();
        self.out.push('{');
        for (at, pair) in pairs.iter().enumerate() {
            let (key, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
            if at > 0 {
                self.out.push(',');
            }
            let Ok(key) = key.cast::<PyString>() else {
                let message = format!("a key must be a str, found one of the type `{}`", key.get_type().name()?);
                self.fault("wrong-type", message, "give the name as a str");
                continue;
            };
            self.text(key);
            self.out.push(':');
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(&key.to_string_lossy());
            self.value(&value)?;
            self.path.truncate(length);
        }
        self.out.push('}');
        Ok(())
    }
}
