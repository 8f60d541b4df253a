//! The histories of accounts: their rows are news, kept under a key of each account's own. A history is whole by itself, whatever
//! else is known of its account.
use super::forms::{HistoryBody, Row};
use super::gather::{Opened, push, row, text};
use super::key::{Key, State, seal};
use crate::book::{Cell, GivenTable, Values, has_history};
use crate::program::Program;
use std::collections::BTreeMap;

/// The rows of accounts by their ids.
pub type Histories = BTreeMap<String, Vec<Row>>;

/// What is kept, then what a table adds. Rows that say the same are one.
pub fn histories(program: &Program, opened: &Opened, table: Option<&GivenTable>) -> Histories {
    let mut out = opened.histories.clone();
    let Some(table) = table.filter(|table| has_history(program, table)) else { return out };
    let unusable = |at: usize| match table.columns.get("at") {
        Some(Values::Cells(cells)) => matches!(cells.get(at), Some(Cell::Unusable(_))),
        _ => false,
    };
    for at in (0..table.rows).filter(|at| !unusable(*at)) {
        let Some(id) = text(table, "id", at) else { continue };
        let (new, rows) = (row(table, at), out.entry(id).or_default());
        if !rows.contains(&new) {
            rows.push(new);
        }
    }
    out
}

/// A table of accounts with these histories; none where there are none.
pub fn table_of(histories: &Histories) -> Option<GivenTable> {
    let mut out = GivenTable::default();
    histories.values().flatten().for_each(|row| push(&mut out, row));
    let nothing = || Values::Cells(vec![Cell::Missing; out.rows]);
    let at = out.columns.get("at").cloned().unwrap_or_else(nothing);
    (!histories.is_empty()).then(|| out.column("at", at))
}

/// The states of the histories that are others than before.
pub fn changed<'a>(
    program: &'a Program,
    before: &'a Histories,
    histories: &'a Histories,
) -> impl Iterator<Item = State> + 'a {
    let changed = histories.iter().filter(|(id, rows)| before.get(*id).map_or(&[][..], |rows| rows) != **rows);
    changed.map(|(id, rows)| seal(program, Key::History(id.clone()), None, &HistoryBody { rows: rows.clone() }))
}
