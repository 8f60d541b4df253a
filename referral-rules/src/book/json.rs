//! Books as trees: rows of objects, or columns of lists, become [`GivenTable`]s. Only the shape is checked here; what a cell
//! means is decided by its column's type.
use super::given::{Cell, Given, GivenTable, Values};
use crate::diag::{Code, Diagnostic, Span, did_you_mean, shown};
use crate::node::{Node, NodeValue, read_json};
use rustc_hash::FxHashMap;

/// What places call a text that is given alone.
const SOURCE: &str = "book";

/// The most faults that are told; a table with more of them is of another make altogether.
const FAULTS_MAX: usize = 100;

impl GivenTable {
    /// Reads a table from JSON: a list of rows, each an object; or an object of columns, each a list. Objects within a row
    /// are parts of the name: `{"referee": {"domain": "a.example"}}` is the column `referee.domain`. Numbers keep their
    /// digits, `null` is missing.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::GivenTable;
    /// let rows = GivenTable::from_json(r#"[{"id": "R-1", "referee": {"employees": 120}}, {"id": "R-2"}]"#)?;
    /// let columns = GivenTable::from_json(r#"{"id": ["R-1", "R-2"], "referee.employees": [120, null]}"#)?;
    /// assert_eq!(rows, columns);
    /// # Ok::<(), Vec<referral_rules::diag::Diagnostic>>(())
    /// ```
    ///
    /// # Errors
    /// Everything about the text or its shape that is wrong, with places.
    pub fn from_json(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let (node, mut faults) = read_json(text);
        let table = node.as_ref().map(|node| {
            let (table, found) = Self::from_node(node, "");
            faults.extend(found);
            table
        });
        finish(table, faults, text)
    }

    /// Reads a table from a tree; the path is where it stands. Dates and times of TOML are taken as they are written.
    ///
    /// The faults are all errors; what could be read is returned beside them.
    pub fn from_node(node: &Node<'_>, path: &str) -> (Self, Vec<Diagnostic>) {
        let mut reading = Reading { faults: Vec::new() };
        let table = match &node.value {
            NodeValue::List(rows) => reading.rows(rows, path),
            NodeValue::Table(_) => reading.columns(node, path),
            NodeValue::Unreadable => Self::default(),
            _ => {
                let message = format!("a table must be a list of rows or an object of columns, found {}", what(node));
                reading.report(Code::WrongType, node.span, path, message, "write `[{…}, {…}]`");
                Self::default()
            }
        };
        (table, reading.faults)
    }
}

impl Given {
    /// Reads all tables from a JSON object: `accounts`, `referrals`, `events`, `confirmations`, `booked`,
    /// `opening_balances`, each optional and of a shape that [`GivenTable::from_json`] reads.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::Given;
    /// let given = Given::from_json(r#"{"referrals": [{"id": "R-1", "referrer": "ada"}]}"#).unwrap();
    /// assert_eq!(given.referrals.rows, 1);
    /// let faults = Given::from_json(r#"{"refferals": []}"#).unwrap_err();
    /// assert_eq!(faults[0].help, "did you mean `referrals`?");
    /// ```
    ///
    /// # Errors
    /// Everything about the text or its shape that is wrong, with places.
    pub fn from_json(text: &str) -> Result<Self, Vec<Diagnostic>> {
        let (node, mut faults) = read_json(text);
        let given = node.as_ref().map(|node| {
            let (given, found) = Self::from_node(node, "");
            faults.extend(found);
            given
        });
        finish(given, faults, text)
    }

    /// Reads all tables from a tree; the path is where it stands. What could be read is returned beside the faults.
    pub fn from_node(node: &Node<'_>, path: &str) -> (Self, Vec<Diagnostic>) {
        let mut reading = Reading { faults: Vec::new() };
        let mut given = Self::default();
        let NodeValue::Table(entries) = &node.value else {
            if node.value != NodeValue::Unreadable {
                let message = format!("a book must be an object of tables, found {}", what(node));
                reading.report(Code::WrongType, node.span, path, message, "write `{\"referrals\": […]}`");
            }
            return (given, reading.faults);
        };
        for (key, node) in entries {
            let path = join(path, &key.value);
            if node.value == NodeValue::Null {
                continue;
            }
            let Some(slot) = given.slot(&key.value) else {
                let help = did_you_mean(&key.value, Given::NAMES)
                    .unwrap_or_else(|| format!("the tables are {}", Given::NAMES.join(", ")));
                let message = format!("`{}` is not a table of a book", shown(&key.value));
                reading.report(Code::UnknownKey, key.span, &path, message, &help);
                continue;
            };
            let (table, faults) = GivenTable::from_node(node, &path);
            *slot = table;
            reading.faults.extend(faults);
        }
        (given, reading.faults)
    }
}

fn finish<T>(value: Option<T>, mut faults: Vec<Diagnostic>, text: &str) -> Result<T, Vec<Diagnostic>> {
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => {
            faults.sort_by_key(|fault| (fault.span, fault.code));
            Err(faults.into_iter().map(|fault| fault.located(SOURCE, text)).collect())
        }
    }
}

/// What a node is, in the words of JSON.
const fn what(node: &Node<'_>) -> &'static str {
    match node.value {
        NodeValue::Table(_) => "an object",
        _ => node.kind_name(),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { shown(key) } else { format!("{path}.{}", shown(key)) }
}

struct Reading {
    faults: Vec<Diagnostic>,
}

/// Columns by name, in the order in which they were met.
#[derive(Default)]
struct Columns<'n> {
    number: FxHashMap<String, usize>,
    cells: Vec<Vec<Cell>>,
    /// The row that last wrote each column, to see a name that stands twice.
    written: Vec<usize>,
    lists: Vec<Option<&'n Node<'n>>>,
}

impl Reading {
    fn report(&mut self, code: Code, span: Span, path: &str, message: impl Into<String>, help: &str) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(Diagnostic::error(code, span, message).path(path).help(help));
        }
    }

    fn rows(&mut self, rows: &[Node<'_>], path: &str) -> GivenTable {
        let mut columns = Columns::default();
        for (at, row) in rows.iter().enumerate() {
            match &row.value {
                NodeValue::Table(_) => self.row(row, "", &mut columns, at, path),
                NodeValue::Unreadable => {}
                _ => {
                    let path = format!("{path}[{at}]");
                    let message = format!("a row must be an object, found {}", what(row));
                    self.report(Code::WrongType, row.span, &path, message, "write `{\"id\": …}`");
                }
            }
        }
        let Columns { number, mut cells, .. } = columns;
        for column in &mut cells {
            column.resize(rows.len(), Cell::Missing);
        }
        let columns =
            number.into_iter().filter_map(|(name, at)| Some((name, Values::Cells(std::mem::take(cells.get_mut(at)?)))));
        GivenTable { rows: rows.len(), columns: columns.collect() }
    }

    /// The cells of a row; an object within it is a part of the name.
    fn row(&mut self, node: &Node<'_>, prefix: &str, columns: &mut Columns<'_>, row: usize, path: &str) {
        let NodeValue::Table(entries) = &node.value else { return };
        for (key, node) in entries {
            let name = if prefix.is_empty() { key.value.to_string() } else { format!("{prefix}.{}", key.value) };
            if matches!(node.value, NodeValue::Table(_)) {
                self.row(node, &name, columns, row, path);
                continue;
            }
            let next = columns.cells.len();
            let at = match columns.number.get(&name) {
                Some(at) => *at,
                None => {
                    columns.number.insert(name.clone(), next);
                    columns.cells.push(Vec::new());
                    columns.written.push(usize::MAX);
                    next
                }
            };
            let (Some(cells), Some(written)) = (columns.cells.get_mut(at), columns.written.get_mut(at)) else {
                continue;
            };
            if *written == row {
                let path = join(&format!("{path}[{row}]"), &name);
                let message = format!("the column `{}` stands twice in the row", shown(&name));
                self.report(Code::DuplicateKey, key.span, &path, message, "remove one of the two");
                continue;
            }
            *written = row;
            cells.resize(row, Cell::Missing);
            cells.push(cell(node));
        }
    }

    fn columns(&mut self, node: &Node<'_>, path: &str) -> GivenTable {
        let mut found = Columns::default();
        self.lists(node, "", &mut found, path);
        let rows = found.lists.iter().flatten().map(|node| items(node).len()).max().unwrap_or_default();
        let mut table = GivenTable { rows, ..GivenTable::default() };
        for (name, at) in found.number {
            let Some(node) = found.lists.get(at).copied().flatten() else { continue };
            let mut cells: Vec<Cell> = items(node).iter().map(cell).collect();
            if cells.len() != rows {
                let message = format!(
                    "the column `{}` has {} rows, another column of the table has {rows}",
                    shown(&name),
                    cells.len()
                );
                self.report(Code::BadValue, node.span, &join(path, &name), message, "write `null` for what is missing");
                cells.resize(rows, Cell::Missing);
            }
            table.columns.insert(name, Values::Cells(cells));
        }
        table
    }

    fn lists<'n>(&mut self, node: &'n Node<'n>, prefix: &str, columns: &mut Columns<'n>, path: &str) {
        let NodeValue::Table(entries) = &node.value else { return };
        for (key, node) in entries {
            let name = if prefix.is_empty() { key.value.to_string() } else { format!("{prefix}.{}", key.value) };
            let path_here = join(path, &name);
            match &node.value {
                NodeValue::Table(_) => self.lists(node, &name, columns, path),
                NodeValue::List(_) if columns.number.contains_key(&name) => {
                    let message = format!("the column `{}` stands twice", shown(&name));
                    self.report(Code::DuplicateKey, key.span, &path_here, message, "remove one of the two");
                }
                NodeValue::List(_) => {
                    columns.number.insert(name, columns.lists.len());
                    columns.lists.push(Some(node));
                }
                NodeValue::Unreadable => {}
                _ => {
                    let message = format!("a column must be a list, found {}", what(node));
                    let help = "write a list with one value per row, or the table as a list of rows";
                    self.report(Code::WrongType, node.span, &path_here, message, help);
                }
            }
        }
    }
}

fn items<'n>(node: &'n Node<'n>) -> &'n [Node<'n>] {
    match &node.value {
        NodeValue::List(items) => items,
        _ => &[],
    }
}

fn cell(node: &Node<'_>) -> Cell {
    match &node.value {
        NodeValue::Text(text) => Cell::Text(text.text.to_string()),
        NodeValue::Number(digits) => Cell::Number(digits.to_string()),
        NodeValue::Bool(value) => Cell::Bool(*value),
        NodeValue::Date(text) | NodeValue::DateTime(text) => Cell::Text((*text).to_owned()),
        NodeValue::List(items) => Cell::List(items.iter().map(cell).collect()),
        NodeValue::Table(_) => Cell::Unusable("an object"),
        NodeValue::Null | NodeValue::Unreadable => Cell::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slugs(result: Result<GivenTable, Vec<Diagnostic>>) -> Vec<(String, &'static str)> {
        let faults = result.err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.place.path, fault.code.slug())).collect()
    }

    #[test]
    fn what_is_no_table_is_told_with_its_place() {
        assert_eq!(slugs(GivenTable::from_json("3")), [(String::new(), "wrong-type")]);
        assert_eq!(slugs(GivenTable::from_json("[{}, 3]")), [("[1]".to_owned(), "wrong-type")]);
        assert_eq!(slugs(GivenTable::from_json(r#"{"id": 3}"#)), [("id".to_owned(), "wrong-type")]);
        assert_eq!(slugs(GivenTable::from_json(r#"{"id": [1, 2], "a": [1]}"#)), [("a".to_owned(), "bad-value")]);
        assert_eq!(
            slugs(GivenTable::from_json(r#"[{"a.b": 1, "a": {"b": 2}}]"#)),
            [("[0].a.b".to_owned(), "duplicate-key")]
        );
        assert_eq!(
            slugs(GivenTable::from_json(r#"{"a.b": [1], "a": {"b": [2]}}"#)),
            [("a.b".to_owned(), "duplicate-key")]
        );
        assert_eq!(slugs(GivenTable::from_json("[{\"a\": 1e}]")), [(String::new(), "syntax")]);
    }

    #[test]
    fn numbers_keep_their_digits_and_columns_that_come_late_are_missing_before() {
        let table = GivenTable::from_json(r#"[{"id": 1}, {"id": "2", "fee": 0.10}]"#).unwrap_or_default();
        assert_eq!(
            table.columns.get("fee"),
            Some(&Values::Cells(vec![Cell::Missing, Cell::Number("0.10".to_owned())]))
        );
        assert_eq!(GivenTable::from_json("[]"), Ok(GivenTable::default()));
    }
}
