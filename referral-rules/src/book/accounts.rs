//! The table of accounts: one row each, or with a column `at` their history.
use super::build::Builder;
use super::copies::same_value;
use super::history::Histories;
use super::rows::RowsOf;
use super::{Accounts, FactColumn, GivenTable, NEVER};
use crate::base::{NONE, TextId, index, position};
use crate::diag::Code;
use crate::expr::Type;
use crate::program::Program;
use std::collections::BTreeSet;

/// The column that makes rows of an account a history, unless a fact has that name.
const AT: &str = "at";

/// Whether a table of accounts tells their histories.
pub(crate) fn has_history(program: &Program, given: &GivenTable) -> bool {
    given.columns.contains_key(AT) && !program.account_facts.iter().any(|(name, _)| name == AT)
}

impl Builder<'_> {
    pub(super) fn accounts(&mut self, given: Option<&GivenTable>) -> Accounts {
        let Some(given) = given else { return Accounts::default() };
        self.start("accounts", given);
        let ids = self.id_column(given, "id");
        let from = has_history(self.program, given).then(|| self.account_moments(given));
        let mut facts: Vec<Option<FactColumn>> = self
            .program
            .account_facts
            .iter()
            .map(|(name, kind)| self.fact_column(given, name.as_str(), kind))
            .collect();
        self.unknown_columns(given);
        for row in ids.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(row, _)| row) {
            self.report(Code::MissingId, row, "id", "the row has no id".to_owned(), "give every account an id");
        }
        let rows_of = RowsOf::new(&ids, self.texts.len(), |_| true);
        let mut out = Accounts { given: true, id: vec![TextId(NONE); given.rows], ..Accounts::default() };
        let mut history = from.as_ref().map(|_| Histories::default());
        let mut rows = Vec::new();
        for (row, id) in ids.iter().enumerate() {
            rows.clear();
            if let Some(id) = id.filter(|id| rows_of.first(*id) == Some(position(row))) {
                if let Some(slot) = out.id.get_mut(row) {
                    *slot = id;
                }
                rows_of.all(id, &mut rows);
            }
            match (&mut history, &from) {
                (Some(history), Some(from)) => {
                    let help = "give each change once; until the next one the account's facts are missing";
                    history.push(self.changes(&mut rows, from, &facts, ("the account", help)));
                }
                _ => self.one_of_each(&rows, &mut facts),
            }
        }
        out.facts = facts;
        out.history = history;
        out
    }

    /// From when on each row holds: from the beginning without a moment, never where the moment cannot be read.
    pub(super) fn account_moments(&mut self, given: &GivenTable) -> Vec<i64> {
        let before = self.findings.len();
        let at = self.integer_column(given, AT, &Type::Instant);
        let unreadable: BTreeSet<usize> = self.findings.iter().skip(before).map(|finding| finding.row).collect();
        let from = at.into_iter().enumerate().map(|(row, at)| match at {
            Some(at) => at,
            None if unreadable.contains(&row.saturating_add(1)) => NEVER,
            None => i64::MIN,
        });
        let from: Vec<i64> = from.collect();
        self.known = from.iter().map(|from| if *from == NEVER { i64::MIN } else { *from }).collect();
        from
    }

    /// The changes of one account, or of the company. Rows of one moment that say the same are one; `said` is what messages call it, and the
    /// help where they say different things.
    pub(super) fn changes(
        &mut self,
        rows: &mut [u32],
        from: &[i64],
        facts: &[Option<FactColumn>],
        said: (&str, &str),
    ) -> Vec<(i64, u32)> {
        let moment = |row: u32| from.get(index(row)).copied().unwrap_or(NEVER);
        rows.sort_by_key(|row| moment(*row));
        let mut out = Vec::with_capacity(rows.len());
        for group in rows.chunk_by(|left, right| moment(*left) == moment(*right)) {
            let Some((first, rest)) = group.split_first().filter(|(first, _)| moment(**first) != NEVER) else {
                continue;
            };
            let differs = |row: &&u32| facts.iter().any(|fact| !same_value(fact.as_ref(), *first, **row));
            match rest.iter().find(differs) {
                None => out.push((moment(*first), *first)),
                Some(other) => {
                    self.contradicts(*other, said);
                    out.push((moment(*first), NONE));
                }
            }
        }
        out
    }

    /// Rows of one account without history: those that contradict each other leave all its facts missing.
    fn one_of_each(&mut self, rows: &[u32], facts: &mut [Option<FactColumn>]) {
        let Some((first, rest)) = rows.split_first() else { return };
        let differs = rest.iter().find(|row| facts.iter().any(|fact| !same_value(fact.as_ref(), *first, **row)));
        if let Some(other) = differs {
            for fact in facts.iter_mut().flatten() {
                fact.take_out(index(*first));
            }
            self.contradicts(*other, ("the account", "give the account once; until then its facts are missing"));
        }
    }

    fn contradicts(&mut self, row: u32, (what, help): (&str, &str)) {
        let id = self.id_text(index(row));
        let named = if id.is_empty() { what.to_owned() } else { format!("{what} `{id}`") };
        let message = format!("{named} stands twice with other facts");
        let column = if id.is_empty() { AT } else { "id" };
        self.report(Code::ConflictingCopies, index(row), column, message, help);
    }
}
