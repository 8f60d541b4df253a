//! Tables as a host gives them: named columns of cells, or of typed values. Nothing is checked here.
use super::packed::Packed;
use crate::base::{Day, Instant, Number};
use std::collections::BTreeMap;

/// One cell of a table that came as text or JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell {
    /// Nothing: an absent key, `null`, a blank CSV field.
    Missing,
    /// A CSV field: its type is that of its column.
    Raw(String),
    /// A JSON text.
    Text(String),
    /// A JSON number, as it was written.
    Number(String),
    /// A JSON true or false.
    Bool(bool),
    /// A JSON list.
    List(Vec<Cell>),
    /// Something that no column can hold, in words.
    Unusable(&'static str),
}

/// The values of a column.
#[derive(Clone, PartialEq, Debug)]
pub enum Values {
    /// Cells to be read by the column's type.
    Cells(Vec<Cell>),
    /// Typed values, for hosts that have them.
    Bool(Vec<Option<bool>>),
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Exact numbers.
    Decimal(Vec<Option<Number>>),
    /// Civil days.
    Date(Vec<Option<Day>>),
    /// Moments.
    Instant(Vec<Option<Instant>>),
    /// Texts.
    Text(Vec<Option<String>>),
    /// Texts out of a dictionary, by position.
    Dictionary(Vec<Option<u32>>, Vec<String>),
    /// A column in one piece of memory, as it is.
    Packed(Packed),
}

impl Values {
    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match self {
            Self::Cells(values) => values.len(),
            Self::Bool(values) => values.len(),
            Self::Int(values) => values.len(),
            Self::Decimal(values) => values.len(),
            Self::Date(values) => values.len(),
            Self::Instant(values) => values.len(),
            Self::Text(values) => values.len(),
            Self::Dictionary(values, _) => values.len(),
            Self::Packed(packed) => packed.rows(),
        }
    }
}

/// A table: columns by name, all of one length.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct GivenTable {
    /// How many rows.
    pub rows: usize,
    /// The columns by name.
    pub columns: BTreeMap<String, Values>,
}

impl GivenTable {
    /// Whether nothing was given: neither rows nor columns.
    pub(super) fn is_nothing(&self) -> bool {
        self.rows == 0 && self.columns.is_empty()
    }

    /// Adds a column; a second one of the same name replaces the first.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::{GivenTable, Values};
    /// let table = GivenTable::default().column("employees", Values::Int(vec![Some(120), None]));
    /// assert_eq!(table.rows, 2);
    /// ```
    #[must_use]
    pub fn column(mut self, name: &str, values: Values) -> Self {
        self.rows = self.rows.max(values.rows());
        self.columns.insert(name.to_owned(), values);
        self
    }

    /// The same table with every column in one piece of memory that can be: see [`Values::packed`].
    #[must_use]
    pub fn packed(self) -> Self {
        Self {
            rows: self.rows,
            columns: self.columns.into_iter().map(|(name, values)| (name, values.packed())).collect(),
        }
    }

    /// Appends a row of cells; columns that other rows have stay missing.
    pub fn push_row(&mut self, cells: impl IntoIterator<Item = (String, Cell)>) {
        for (name, cell) in cells {
            let column = self.columns.entry(name).or_insert_with(|| Values::Cells(Vec::new()));
            if let Values::Cells(values) = column {
                values.resize(self.rows, Cell::Missing);
                values.push(cell);
            }
        }
        self.rows = self.rows.saturating_add(1);
        for column in self.columns.values_mut() {
            if let Values::Cells(values) = column {
                values.resize(self.rows, Cell::Missing);
            }
        }
    }

    /// Reads CSV text: the first line names the columns, a blank field is missing.
    ///
    /// # Errors
    /// What is wrong with the text, and where, in words.
    pub fn from_csv(text: &str) -> Result<Self, String> {
        let mut reader =
            csv::ReaderBuilder::new().from_reader(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
        let names: Vec<String> =
            reader.headers().map_err(|fault| fault.to_string())?.iter().map(|name| name.trim().to_owned()).collect();
        for (position, name) in names.iter().enumerate() {
            if names.iter().take(position).any(|earlier| earlier == name) {
                return Err(format!("the column `{name}` stands twice in the first line"));
            }
        }
        let mut columns: Vec<Vec<Cell>> = names.iter().map(|_| Vec::new()).collect();
        let mut rows = 0_usize;
        for record in reader.records() {
            let record = record.map_err(|fault| fault.to_string())?;
            for (column, field) in columns.iter_mut().zip(record.iter()) {
                column.push(if field.is_empty() { Cell::Missing } else { Cell::Raw(field.to_owned()) });
            }
            rows = rows.saturating_add(1);
        }
        Ok(Self { rows, columns: names.into_iter().zip(columns.into_iter().map(Values::Cells)).collect() })
    }
}

impl Given {
    /// The names of the tables.
    pub const NAMES: [&'static str; 11] = [
        "accounts",
        "referrals",
        "events",
        "confirmations",
        "booked",
        "opening_balances",
        "rates",
        "lists",
        "company",
        "notified",
        "figures",
    ];

    /// Tables by name, each as CSV.
    ///
    /// # Errors
    /// What is wrong, in words: a name that no table has, or what [`GivenTable::from_csv`] says.
    ///
    /// # Example
    /// ```
    /// use referral_rules::{book::Given, program::standard::EXAMPLE_BOOK};
    /// let given = Given::from_csv(EXAMPLE_BOOK.tables())?;
    /// assert!(given.referrals.rows > 0 && given.figures.rows > 0);
    /// assert!(Given::from_csv([("referals", "id")]).is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn from_csv<'t>(tables: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<Self, String> {
        let mut out = Self::default();
        for (name, text) in tables {
            let table = out.slot(name).ok_or_else(|| format!("`{name}` is not a table of a book"))?;
            *table = GivenTable::from_csv(text).map_err(|fault| format!("{name}: {fault}"))?;
        }
        Ok(out)
    }

    /// The table of a name; nothing for another name, nor for accounts that are not given.
    pub fn table(&self, name: &str) -> Option<&GivenTable> {
        Some(match name {
            "accounts" => return self.accounts.as_ref(),
            "referrals" => &self.referrals,
            "events" => &self.events,
            "confirmations" => &self.confirmations,
            "booked" => &self.booked,
            "opening_balances" => &self.opening_balances,
            "rates" => &self.rates,
            "lists" => &self.lists,
            "company" => &self.company,
            "notified" => &self.notified,
            "figures" => &self.figures,
            _ => return None,
        })
    }

    fn table_mut(&mut self, name: &str) -> Option<&mut GivenTable> {
        if name == "accounts" { self.accounts.as_mut() } else { self.slot(name) }
    }

    /// Where the table of a name is put, accounts that were not given included; nothing for another name.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::{Given, GivenTable};
    /// let mut given = Given::default();
    /// for name in Given::NAMES {
    ///     *given.slot(name).unwrap() = GivenTable { rows: 1, ..GivenTable::default() };
    /// }
    /// assert_eq!(given.rows(), 11);
    /// assert!(given.slot("referals").is_none());
    /// ```
    pub fn slot(&mut self, name: &str) -> Option<&mut GivenTable> {
        Some(match name {
            "accounts" => self.accounts.get_or_insert_default(),
            "referrals" => &mut self.referrals,
            "events" => &mut self.events,
            "confirmations" => &mut self.confirmations,
            "booked" => &mut self.booked,
            "opening_balances" => &mut self.opening_balances,
            "rates" => &mut self.rates,
            "lists" => &mut self.lists,
            "company" => &mut self.company,
            "notified" => &mut self.notified,
            "figures" => &mut self.figures,
            _ => return None,
        })
    }

    /// How many rows all tables have.
    pub fn rows(&self) -> usize {
        let tables = Self::NAMES.into_iter().filter_map(|name| self.table(name));
        tables.fold(0, |rows, table| rows.saturating_add(table.rows))
    }

    /// Takes the tables of another in place of its own, those that have columns or rows.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::Given;
    /// let mut given = Given::from_json(r#"{"referrals": [{"id": "R-1"}], "events": [{"id": "E-1"}]}"#).unwrap();
    /// given.replace(Given::from_json(r#"{"events": []}"#).unwrap());
    /// assert_eq!(given.events.rows, 1);
    /// given.replace(Given::from_json(r#"{"events": {"id": []}, "accounts": []}"#).unwrap());
    /// assert_eq!((given.referrals.rows, given.events.rows, given.accounts.is_some()), (1, 0, true));
    /// ```
    pub fn replace(&mut self, mut other: Self) {
        for name in Self::NAMES {
            let Some(table) = other.table_mut(name).map(std::mem::take) else { continue };
            // Accounts that are there are a table even without any row: then nobody is known.
            let there = name == "accounts" || !table.columns.is_empty() || table.rows > 0;
            if let Some(own) = there.then(|| self.slot(name)).flatten() {
                *own = table;
            }
        }
    }

    /// The same tables with every column in one piece of memory that can be: see [`Values::packed`].
    #[must_use]
    pub fn packed(self) -> Self {
        Self {
            accounts: self.accounts.map(GivenTable::packed),
            referrals: self.referrals.packed(),
            events: self.events.packed(),
            confirmations: self.confirmations.packed(),
            booked: self.booked.packed(),
            opening_balances: self.opening_balances.packed(),
            rates: self.rates.packed(),
            lists: self.lists.packed(),
            company: self.company.packed(),
            notified: self.notified.packed(),
            figures: self.figures.packed(),
        }
    }
}

/// All tables that a host may give.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Given {
    /// One row per account: `id` and account facts.
    pub accounts: Option<GivenTable>,
    /// One row per referral: `id`, `referrer`, `referee`, `submitted_at`, `recorded_at`, facts, and `<kind>_at`.
    pub referrals: GivenTable,
    /// One row per event: `id`, `referral`, `kind`, `at`, `recorded_at`, `sequence`, facts.
    pub events: GivenTable,
    /// Confirmations by the host: `entry`, `what` (`paid` or `notified`), `at`, `recorded_at`.
    pub confirmations: GivenTable,
    /// Entries booked so far: `id`, `amount`.
    pub booked: GivenTable,
    /// What was before: `name` (a measure or a limit), `key`, `value`, `at`.
    pub opening_balances: GivenTable,
    /// Rates of exchange: `from`, `to`, `first_day`, `rate`.
    pub rates: GivenTable,
    /// Lists that the program asks the host for: `list`, `value`.
    pub lists: GivenTable,
    /// Facts of the company that runs the program; with a column `at` their history.
    pub company: GivenTable,
    /// What the host has told: `notice` (the id of the answer), `at`, `recorded_at`.
    pub notified: GivenTable,
    /// What the host gives for metrics: `name`, `value`, `at`, `recorded_at`.
    pub figures: GivenTable,
}
