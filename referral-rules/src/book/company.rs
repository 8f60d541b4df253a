//! The facts of the company that runs the program: one row, or with a column `at` their history.
use super::build::Builder;
use super::history::Histories;
use super::{FactColumn, GivenTable, NEVER};
use crate::base::position;

/// The table of the company.
#[derive(Debug, Default)]
pub struct Company {
    /// The facts by their position in `Program::company_facts`; `None` without such a column.
    pub facts: Vec<Option<FactColumn>>,
    /// From when on which row holds.
    history: Histories,
}

impl Company {
    /// The row whose facts hold at an instant; `NONE` where there is none.
    pub fn row_at(&self, at: i64) -> u32 {
        self.history.row_at(0, at)
    }
}

impl Builder<'_> {
    /// Reads the table. A row without a moment holds from the beginning; rows of one moment that contradict each other leave all facts
    /// missing until the next one.
    pub(super) fn company(&mut self, given: &GivenTable) -> Company {
        let mut out = Company::default();
        if given.is_nothing() {
            return out;
        }
        self.start("company", given);
        let from = self.account_moments(given);
        let program = self.program;
        out.facts =
            program.company_facts.iter().map(|(name, kind)| self.fact_column(given, name.as_str(), kind)).collect();
        self.unknown_columns(given);
        let mut rows: Vec<u32> = (0..given.rows).map(position).collect();
        rows.retain(|row| from.get(crate::base::index(*row)).is_some_and(|from| *from != NEVER));
        let help = "give each moment once; until the next one the company's facts are missing";
        out.history.push(self.changes(&mut rows, &from, &out.facts, ("the company", help)));
        out
    }
}
