//! Where an entry stands, in the few words that fit into a table.
use crate::evaluation::{Entry, Evaluation, Position};
use crate::stage::timeline::EntryRow;

/// An entry with where it stands.
pub struct Line<'a> {
    /// The row of the ledger.
    pub row: &'a EntryRow,
    /// The entry.
    pub entry: Entry,
    /// Where it stands.
    pub position: Position,
}

impl Evaluation<'_> {
    /// The entries of the ledger that are kept, with where each stands; all of a referral's, or none.
    pub(crate) fn lines(&self, keep: impl Fn(&EntryRow) -> bool) -> Vec<Line<'_>> {
        let rows: Vec<&EntryRow> = self.ledger_rows().iter().filter(|row| keep(row)).collect();
        let positions = self.positions_of(&rows);
        rows.into_iter().zip(positions).map(|(row, position)| Line { row, entry: self.entry(row), position }).collect()
    }
}

impl Line<'_> {
    /// `paid in time`, `paid late`, `due`, `OVERDUE`, `held until 2026-12-01`, `reversed`.
    pub fn stands(&self) -> String {
        let position = &self.position;
        match (position.state.as_str(), position.pay.as_str()) {
            ("paid", "met") => "paid in time".to_owned(),
            ("paid", "met late") => "paid late".to_owned(),
            ("held", _) => format!("held {}", position.held),
            ("payable", "overdue") => "OVERDUE".to_owned(),
            (state, _) => state.to_owned(),
        }
    }

    /// Whether the beneficiary was told: `in time`, `late`, `OVERDUE`, `due`.
    pub fn told(&self) -> &'static str {
        match self.position.notify.as_str() {
            "met" => "in time",
            "met late" => "late",
            "overdue" => "OVERDUE",
            "due" => "due",
            _ => "",
        }
    }
}
