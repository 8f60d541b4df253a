//! Structs of the host become a [`GivenTable`]: whatever serialises is a row, and nothing passes through text formats.
mod serializer;
#[cfg(test)]
mod tests;

use super::given::{Cell, GivenTable, Values};
use rustc_hash::FxHashMap;
use serde::{Serialize, ser};
use serializer::{Field, Row};
use std::fmt;

/// The most faults that are kept.
const FAULTS_MAX: usize = 100;

/// A value of a row that no column can hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// The row, from 1.
    pub row: usize,
    /// The column, such as `referee.email`; empty when the row as a whole is meant.
    pub column: String,
    /// What was found.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// All values of the rows that no column can hold; of more than a hundred, the first hundred.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFaults(pub Vec<RowFault>);

impl fmt::Display for RowFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.0.iter().enumerate() {
            let RowFault { row, column, message, help } = fault;
            f.write_str(if at == 0 { "" } else { "\n" })?;
            match column.as_str() {
                "" => write!(f, "row {row}: {message}: {help}")?,
                column => write!(f, "row {row}, `{column}`: {message}: {help}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for RowFaults {}

impl GivenTable {
    /// Makes a table of the host's own structs: one row each, one column per field. Any type that serialises will do.
    ///
    /// A struct or map within a row is part of the name: the field `email` of a field `referee` is the column
    /// `referee.email`. `None` is missing. A variant without data is its name as a text; a sequence is a list. Numbers keep
    /// their digits; `Decimal` and the dates and times of chrono serialise as texts, which the columns read exactly.
    ///
    /// # Example
    /// ```
    /// use chrono::{DateTime, NaiveDate, Utc};
    /// use referral_rules::book::GivenTable;
    /// use rust_decimal::Decimal;
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// struct Referral {
    ///     id: u64,
    ///     referrer: String,
    ///     submitted_at: DateTime<Utc>,
    ///     referee: Company,
    ///     #[serde(rename = "closed_at")]
    ///     closed: Option<NaiveDate>,
    ///     #[serde(rename = "closed.order_value")]
    ///     order_value: Option<Decimal>,
    /// }
    ///
    /// #[derive(Serialize)]
    /// struct Company {
    ///     email: Option<String>,
    ///     size: Size,
    /// }
    ///
    /// #[derive(Serialize)]
    /// #[serde(rename_all = "kebab-case")]
    /// enum Size { Small, VeryLarge }
    ///
    /// let referral = Referral {
    ///     id: 17,
    ///     referrer: "ada".to_owned(),
    ///     submitted_at: "2026-03-02T09:30:00Z".parse()?,
    ///     referee: Company { email: None, size: Size::VeryLarge },
    ///     closed: NaiveDate::from_ymd_opt(2026, 3, 20),
    ///     order_value: Some(Decimal::new(124_950, 2)),
    /// };
    /// let table = GivenTable::from_rows(&[referral])?;
    /// assert_eq!(
    ///     table,
    ///     GivenTable::from_json(r#"[{"id": 17, "referrer": "ada", "submitted_at": "2026-03-02T09:30:00Z",
    ///         "referee": {"email": null, "size": "very-large"}, "closed_at": "2026-03-20", "closed.order_value": "1249.50"}]"#)
    ///     .unwrap()
    /// );
    /// # assert_eq!(Size::Small as u8, 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RowFaults`], all of them, each with its row and column. A float is refused wherever it stands: it is not exact.
    ///
    /// ```
    /// use referral_rules::book::GivenTable;
    /// #[derive(serde::Serialize)]
    /// struct Event { id: u32, value: f64 }
    ///
    /// let faults = GivenTable::from_rows([Event { id: 1, value: 0.1 }]).unwrap_err();
    /// assert_eq!(faults.to_string(), "row 1, `value`: a float is not exact: give a Decimal, a whole number or a text of digits");
    /// ```
    pub fn from_rows<T: Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Self, RowFaults> {
        let mut table = Growing::default();
        for row in rows {
            table.row = table.row.saturating_add(1);
            table.path.clear();
            table.next = 0;
            if let Err(fault) = row.serialize(Row(&mut table)) {
                table.report(fault);
            }
        }
        if !table.faults.is_empty() {
            return Err(RowFaults(table.faults));
        }
        let rows = table.row;
        let columns = table.columns.into_iter().map(|mut column| {
            column.cells.resize(rows, Cell::Missing);
            (column.name, Values::Cells(column.cells))
        });
        Ok(Self { rows, columns: columns.collect() })
    }
}

/// A column so far.
struct GrowingColumn {
    name: String,
    cells: Vec<Cell>,
}

/// The table so far.
#[derive(Default)]
struct Growing {
    columns: Vec<GrowingColumn>,
    by_name: FxHashMap<String, usize>,
    /// The column that the next field most likely belongs to: rows of one type have their fields in one order.
    next: usize,
    /// The row, from 1.
    row: usize,
    /// The name of the column, put together from the fields around it.
    path: String,
    faults: Vec<RowFault>,
}

impl Growing {
    fn report(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            let Fault { message, help } = fault;
            self.faults.push(RowFault { row: self.row, column: self.path.clone(), message, help });
        }
    }

    /// Puts the cell under the name that the path says.
    fn put(&mut self, cell: Result<Cell, Fault>) {
        let cell = match cell {
            Ok(cell) => cell,
            Err(fault) => {
                self.report(fault);
                Cell::Missing
            }
        };
        let likely = self.columns.get(self.next).is_some_and(|column| column.name == self.path);
        let at = if likely { self.next } else { self.at() };
        self.next = at.saturating_add(1);
        let row = self.row;
        let Some(column) = self.columns.get_mut(at) else { return };
        if column.cells.len() >= row {
            return self.report(Fault::new("the column stands twice in the row", "give one of the two another name"));
        }
        column.cells.resize(row.saturating_sub(1), Cell::Missing);
        column.cells.push(cell);
    }

    /// The column of the path; a new one, if there is none.
    fn at(&mut self) -> usize {
        if let Some(at) = self.by_name.get(&self.path) {
            return *at;
        }
        let at = self.columns.len();
        self.by_name.insert(self.path.clone(), at);
        self.columns.push(GrowingColumn { name: self.path.clone(), cells: Vec::new() });
        at
    }

    /// Lets a value write itself under a further part of the name.
    fn under<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Fault> {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        value.serialize(Field(self))?;
        self.path.truncate(before);
        Ok(())
    }
}

/// Why a value is no cell.
#[derive(Clone, Debug)]
struct Fault {
    message: String,
    help: &'static str,
}

impl Fault {
    fn new(message: &str, help: &'static str) -> Self {
        Self { message: message.to_owned(), help }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: crate::diag::shown(&message.to_string()), help: "see how the type serialises" }
    }
}
