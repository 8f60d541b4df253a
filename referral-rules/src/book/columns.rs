//! One given column becomes one typed column; what cannot be read is a finding and counts as missing.
use super::fact::{FactColumn, taken_over};
use super::finding::Finding;
use super::given::{Cell, Values};
use crate::base::{Day, Instant, Interner, Number, TextId, Zone, limits};
use crate::diag::Code;
use crate::expr::{Column, Type, Value};
use rustc_hash::FxHashSet;
use std::fmt::Write;
use std::sync::Arc;

/// The ids of a table's rows.
pub enum RowIds {
    /// One each, if there is one.
    Each(Vec<Option<TextId>>),
    /// Numbers: that of the first row, which the others follow, and how many rows there are.
    Numbered(TextId, usize),
}

impl RowIds {
    /// The id of a row.
    pub fn get(&self, row: usize) -> Option<TextId> {
        match self {
            Self::Each(ids) => ids.get(row).copied().flatten(),
            Self::Numbered(first, rows) => Some(first.after(row)).filter(|_| row < *rows),
        }
    }
}

/// Which table and column are being read, for findings.
pub struct Reading<'a> {
    /// The table's name.
    pub table: &'static str,
    /// The column's name.
    pub column: &'a str,
    /// The ids of the rows, for people.
    pub ids: &'a RowIds,
    /// Days without a time start in this zone.
    pub zone: &'a Zone,
    /// The book's texts.
    pub texts: &'a mut Interner,
    /// Where faults go.
    pub findings: &'a mut Vec<Finding>,
    /// From when on each row is known.
    pub known: &'a [i64],
}

/// Why a cell cannot be read.
struct Fault {
    code: Code,
    message: String,
    help: &'static str,
}

impl Fault {
    fn new(code: Code, message: String, help: &'static str) -> Self {
        Self { code, message, help }
    }
}

impl Reading<'_> {
    fn report(&mut self, row: usize, fault: Fault) {
        self.findings.push(Finding {
            code: fault.code,
            table: self.table,
            id: self.ids.get(row).map(|id| self.texts.one(id)).unwrap_or_default(),
            column: self.column.to_owned(),
            message: fault.message,
            help: fault.help.to_owned(),
            row: row.saturating_add(1),
            known: self.known.get(row).copied().unwrap_or(i64::MIN),
        });
    }

    fn collect<T: Clone>(
        &mut self,
        values: &Values,
        empty: T,
        mut read: impl FnMut(&mut Interner, &Zone, &Values, usize) -> Result<Option<T>, Fault>,
    ) -> (Vec<T>, Vec<bool>) {
        let rows = values.rows();
        let mut out = Vec::with_capacity(rows);
        let mut valid = Vec::with_capacity(rows);
        for row in 0..rows {
            let value = match read(self.texts, self.zone, values, row) {
                Ok(value) => value,
                Err(fault) => {
                    self.report(row, fault);
                    None
                }
            };
            valid.push(value.is_some());
            out.push(value.unwrap_or_else(|| empty.clone()));
        }
        (out, valid)
    }

    /// Reads a column as the type, or takes it over as it is; every fault is a finding, and the cell is missing.
    pub fn fact(&mut self, values: &Values, kind: &Type) -> FactColumn {
        let over = match values {
            Values::Packed(packed) => taken_over(packed, kind, |word| self.texts.intern(word)),
            _ => None,
        };
        over.unwrap_or_else(|| {
            let (column, valid) = self.each(values, kind);
            FactColumn::plain(column, valid)
        })
    }

    /// Reads a column as the type, cell by cell; every fault is a finding, and the cell is missing.
    pub fn each(&mut self, values: &Values, kind: &Type) -> (Column, Vec<bool>) {
        if let Values::Packed(packed) = values {
            return self.each(&packed.unpacked(), kind);
        }
        let is_text = matches!(kind, Type::Text | Type::OneOf(_) | Type::Map(..) | Type::Nothing);
        if let (false, Some(cells)) = (is_text, written(values)) {
            return self.each(&cells, kind);
        }
        match kind {
            Type::Bool => {
                let (out, valid) = self.collect(values, false, |_, _, values, row| boolean(values, row));
                (Column::Bool(out), valid)
            }
            Type::Decimal => {
                let (out, valid) = self.collect(values, Number::ZERO, |_, _, values, row| decimal(values, row));
                (Column::Decimal(out), valid)
            }
            Type::Text | Type::OneOf(_) | Type::Map(..) | Type::Nothing => {
                let allowed: Option<FxHashSet<&str>> = match kind {
                    Type::OneOf(allowed) => Some(allowed.iter().map(String::as_str).collect()),
                    _ => None,
                };
                let mut known = Known::default();
                let (out, valid) = self.collect(values, TextId(0), |texts, _, values, row| {
                    known.or_read(values, row, || text(texts, values, row, kind, allowed.as_ref()))
                });
                (Column::Text(out), valid)
            }
            Type::List(inner) => {
                let (out, valid) =
                    self.collect(values, Arc::from(Vec::new()), |_, zone, values, row| list(values, row, inner, zone));
                (Column::List(out), valid)
            }
            Type::Int | Type::Date | Type::Instant | Type::Duration => {
                let (out, valid) = self.collect(values, 0, |_, zone, values, row| integer(values, row, kind, zone));
                (Column::Int(out), valid)
            }
        }
    }

    /// Reads a column of ids; numbers are taken as they are written.
    pub fn ids(&mut self, values: &Values) -> (Vec<TextId>, Vec<bool>) {
        if let Values::Packed(packed) = values {
            return self.ids(&packed.unpacked());
        }
        let mut known = Known::default();
        let mut digits = String::new();
        self.collect(values, TextId(0), |texts, _, values, row| match values {
            Values::Int(values) => Ok(given(values, row).map(|id| {
                digits.clear();
                // Writing to a text cannot fail.
                let _ = write!(digits, "{id}");
                texts.intern(&digits)
            })),
            Values::Cells(cells) if matches!(cells.get(row), Some(Cell::Number(_))) => match cells.get(row) {
                Some(Cell::Number(number)) if Number::parse(number).and_then(Number::to_i64).is_some() => {
                    Ok(Some(texts.intern(number)))
                }
                Some(Cell::Number(number)) => {
                    Err(Fault::new(Code::BadCell, format!("`{number}` is no id"), "give a text or a whole number"))
                }
                _ => Ok(None),
            },
            _ => known.or_read(values, row, || {
                text(texts, values, row, &Type::Text, None).and_then(|id| checked_id(texts, id))
            }),
        })
    }
}

/// The words of a dictionary that have been read already.
#[derive(Default)]
struct Known(Vec<Option<TextId>>);

impl Known {
    fn or_read(
        &mut self,
        values: &Values,
        row: usize,
        read: impl FnOnce() -> Result<Option<TextId>, Fault>,
    ) -> Result<Option<TextId>, Fault> {
        let Values::Dictionary(positions, words) = values else { return read() };
        let Some(at) = given(positions, row).map(crate::base::index).filter(|at| *at < words.len()) else {
            return Ok(None);
        };
        self.0.resize(words.len(), None);
        if let Some(Some(id)) = self.0.get(at) {
            return Ok(Some(*id));
        }
        let id = read()?;
        if let Some(slot) = self.0.get_mut(at) {
            *slot = id;
        }
        Ok(id)
    }
}

fn checked_id(texts: &Interner, id: Option<TextId>) -> Result<Option<TextId>, Fault> {
    match id.map(|id| texts.text(id)) {
        Some("") => Ok(None),
        Some(word) if word.len() > limits::ID_BYTES_MAX => Err(Fault::new(
            Code::BadCell,
            format!("the id has {} bytes", word.len()),
            "give an id of at most 256 bytes",
        )),
        Some(word) if word.chars().any(char::is_control) => {
            Err(Fault::new(Code::BadCell, "the id has a control character".to_owned(), "give a printable id"))
        }
        _ => Ok(id),
    }
}

fn given<T: Copy>(values: &[Option<T>], row: usize) -> Option<T> {
    values.get(row).copied().flatten()
}

/// A column of texts as cells: numbers, days and moments can be written as texts, as in JSON.
fn written(values: &Values) -> Option<Values> {
    let text = |text: Option<&String>| text.map_or(Cell::Missing, |text| Cell::Text(text.clone()));
    let cells = match values {
        Values::Text(values) => values.iter().map(|value| text(value.as_ref())).collect(),
        Values::Dictionary(positions, words) => {
            let word = |at: Option<u32>| at.and_then(|at| words.get(crate::base::index(at)));
            positions.iter().map(|at| text(word(*at))).collect()
        }
        _ => return None,
    };
    Some(Values::Cells(cells))
}

fn cell(values: &Values, row: usize) -> Option<&Cell> {
    match values {
        Values::Cells(cells) => cells.get(row),
        _ => None,
    }
}

fn wrong(cell: &Cell, needed: &'static str, help: &'static str) -> Fault {
    let found = match cell {
        Cell::Missing => "nothing".to_owned(),
        Cell::Raw(text) | Cell::Text(text) => format!("the text `{}`", shortened(text)),
        Cell::Number(text) => format!("the number `{}`", shortened(text)),
        Cell::Bool(value) => format!("`{value}`"),
        Cell::List(_) => "a list".to_owned(),
        Cell::Unusable(what) => (*what).to_owned(),
    };
    Fault::new(Code::BadCell, format!("{found} is not {needed}"), help)
}

fn wrong_column(needed: &'static str) -> Fault {
    Fault::new(
        Code::BadCell,
        format!("the column's type is not {needed}"),
        "give the column in the type that the document declares",
    )
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).chain("…".chars()).collect() }
}

fn boolean(values: &Values, row: usize) -> Result<Option<bool>, Fault> {
    if let Values::Bool(values) = values {
        return Ok(given(values, row));
    }
    match cell(values, row) {
        Some(Cell::Missing) => Ok(None),
        Some(Cell::Bool(value)) => Ok(Some(*value)),
        Some(Cell::Raw(text)) if text.eq_ignore_ascii_case("true") => Ok(Some(true)),
        Some(Cell::Raw(text)) if text.eq_ignore_ascii_case("false") => Ok(Some(false)),
        Some(other) => Err(wrong(other, "true or false", "write true or false")),
        None => Err(wrong_column("bool")),
    }
}

fn decimal(values: &Values, row: usize) -> Result<Option<Number>, Fault> {
    match values {
        Values::Decimal(values) => return Ok(given(values, row)),
        Values::Int(values) => return Ok(given(values, row).map(Number::from)),
        _ => {}
    }
    match cell(values, row) {
        Some(Cell::Missing) => Ok(None),
        Some(found @ (Cell::Raw(text) | Cell::Text(text) | Cell::Number(text))) => {
            Number::parse(text.trim()).map(Some).ok_or_else(|| {
                wrong(found, "an exact number", "write digits and a point, without an exponent, at most 28 digits")
            })
        }
        Some(other) => Err(wrong(other, "an exact number", "write digits and a point")),
        None => Err(wrong_column("decimal")),
    }
}

fn text(
    texts: &mut Interner,
    values: &Values,
    row: usize,
    kind: &Type,
    allowed: Option<&FxHashSet<&str>>,
) -> Result<Option<TextId>, Fault> {
    let found = match values {
        Values::Text(values) => values.get(row).and_then(Option::as_deref),
        Values::Dictionary(positions, dictionary) => {
            given(positions, row).and_then(|position| dictionary.get(crate::base::index(position))).map(String::as_str)
        }
        Values::Cells(cells) => match cells.get(row) {
            None | Some(Cell::Missing) => None,
            Some(Cell::Raw(text) | Cell::Text(text)) => Some(text.as_str()),
            Some(other) => return Err(wrong(other, "a text", "write a text")),
        },
        Values::Int(values) => match given(values, row) {
            None => None,
            Some(number) => return Err(wrong(&Cell::Number(number.to_string()), "a text", "write a text")),
        },
        _ => return Err(wrong_column("text")),
    };
    let Some(found) = found else { return Ok(None) };
    if found.len() > limits::TEXT_CELL_BYTES_MAX {
        return Err(Fault::new(
            Code::BadCell,
            format!("the text has {} bytes", found.len()),
            "give a text of at most 65536 bytes",
        ));
    }
    if let (Type::OneOf(words), Some(allowed)) = (kind, allowed) {
        if !allowed.contains(found) {
            return Err(Fault::new(
                Code::UnlistedText,
                format!("`{}` is not one of {}", shortened(found), listed(words)),
                "correct the text, or add it to the fact's list in the document",
            ));
        }
    }
    Ok(Some(texts.intern(found)))
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn list(values: &Values, row: usize, inner: &Type, zone: &Zone) -> Result<Option<Arc<[Value]>>, Fault> {
    match cell(values, row) {
        Some(Cell::Missing) => Ok(None),
        Some(Cell::List(cells)) if cells.len() <= limits::LIST_LENGTH_MAX => {
            let mut out = Vec::with_capacity(cells.len());
            for item in cells {
                let one = Values::Cells(vec![item.clone()]);
                let value = match inner {
                    Type::Bool => boolean(&one, 0)?.map(Value::Bool),
                    Type::Decimal => decimal(&one, 0)?.map(Value::Decimal),
                    Type::Int => integer(&one, 0, inner, zone)?.map(Value::Int),
                    Type::Date => integer(&one, 0, inner, zone)?
                        .and_then(|day| i32::try_from(day).ok())
                        .map(|day| Value::Date(Day(day))),
                    Type::Instant => integer(&one, 0, inner, zone)?.map(|at| Value::Instant(Instant(at))),
                    _ => match item {
                        Cell::Text(text) | Cell::Raw(text) => Some(Value::Text(text.clone())),
                        other => return Err(wrong(other, "a text", "write a list of texts")),
                    },
                };
                out.push(value.ok_or_else(|| wrong(item, "a value of the list", "leave blanks out of the list"))?);
            }
            Ok(Some(Arc::from(out)))
        }
        Some(Cell::List(cells)) => Err(Fault::new(
            Code::BadCell,
            format!("the list has {} values", cells.len()),
            "give a list of at most 1000 values",
        )),
        Some(other) => Err(wrong(other, "a list", "write a list; CSV cannot hold one, JSON can")),
        None => Err(wrong_column("list")),
    }
}

fn integer(values: &Values, row: usize, kind: &Type, zone: &Zone) -> Result<Option<i64>, Fault> {
    match (kind, values) {
        (Type::Int | Type::Duration, Values::Int(values)) => return Ok(given(values, row)),
        (Type::Int, Values::Decimal(values)) => {
            let whole = |number: Number| {
                number
                    .to_i64()
                    .ok_or_else(|| wrong(&Cell::Number(number.to_string()), "a whole number", "write digits only"))
            };
            return given(values, row).map(whole).transpose();
        }
        (Type::Date, Values::Date(values)) => return Ok(given(values, row).map(|day| i64::from(day.0))),
        (Type::Instant, Values::Instant(values)) => return Ok(given(values, row).map(|at| at.0)),
        (Type::Instant, Values::Date(values)) => {
            return Ok(given(values, row).map(|day| zone.first_instant(day).0));
        }
        _ => {}
    }
    let Some(found) = cell(values, row) else { return Err(wrong_column(type_word(kind))) };
    match (kind, found) {
        (_, Cell::Missing) => Ok(None),
        (Type::Int | Type::Duration, Cell::Number(text) | Cell::Raw(text)) => Number::parse(text.trim())
            .and_then(Number::to_i64)
            .map(Some)
            .ok_or_else(|| wrong(found, "a whole number", "write digits only")),
        (Type::Date, Cell::Text(text) | Cell::Raw(text)) => Day::parse(text.trim())
            .map(|day| Some(i64::from(day.0)))
            .map_err(|_| wrong(found, type_word(kind), form_of(kind))),
        (Type::Instant, Cell::Text(text) | Cell::Raw(text)) => {
            let text = text.trim();
            Day::parse(text)
                .map(|day| zone.first_instant(day).0)
                .or_else(|_| Instant::parse(text).map(|at| at.0))
                .map(Some)
                .map_err(|_| wrong(found, type_word(kind), form_of(kind)))
        }
        (_, other) => Err(wrong(other, type_word(kind), form_of(kind))),
    }
}

/// How a value of the type is written.
fn form_of(kind: &Type) -> &'static str {
    match kind {
        Type::Date => "write it as 2026-01-31",
        Type::Instant => "write it as 2026-01-31T12:00:00Z, with a zone offset, or as a date",
        Type::Int | Type::Duration => "write digits only",
        _ => "write it as the document declares it",
    }
}

/// The word of a type, for messages.
pub fn type_word(kind: &Type) -> &'static str {
    match kind {
        Type::Bool => "true or false",
        Type::Int => "a whole number",
        Type::Decimal => "an exact number",
        Type::Text | Type::OneOf(_) => "a text",
        Type::Date => "a date",
        Type::Instant => "a moment",
        Type::Duration => "a length of time",
        Type::List(_) => "a list",
        Type::Map(..) => "a map",
        Type::Nothing => "nothing",
    }
}
