//! Facts with history: the rows of an account, each from its moment on until the next.
use crate::base::{NONE, index, position};

/// From when on which row of the table of accounts holds, by account.
#[derive(Debug, Default)]
pub struct Histories {
    /// By row of the table: where its changes start; one more than there are rows. Only the first row of an account has any.
    starts: Vec<u32>,
    /// From which moment on, which row; `NONE` where rows of one moment contradict each other.
    changes: Vec<(i64, u32)>,
}

impl Histories {
    /// The next row of the table has these changes, in the order of their moments.
    pub(super) fn push(&mut self, changes: impl IntoIterator<Item = (i64, u32)>) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.changes.extend(changes);
        self.starts.push(position(self.changes.len()));
    }

    /// The row that holds at an instant for the account with its first row there; `NONE` before the first change.
    pub fn row_at(&self, account: u32, at: i64) -> u32 {
        let start = |row: usize| self.starts.get(row).map_or(0, |start| index(*start));
        let own = start(index(account))..start(index(account).saturating_add(1));
        let changes = self.changes.get(own).unwrap_or_default();
        let until = changes.partition_point(|(from, _)| *from <= at);
        until.checked_sub(1).and_then(|last| changes.get(last)).map_or(NONE, |(_, row)| *row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_holds_from_its_moment_until_the_next() {
        let mut histories = Histories::default();
        histories.push([(10, 0), (20, 2), (30, NONE)]);
        histories.push([(i64::MIN, 1)]);
        histories.push([]);
        let rows = [9, 10, 19, 20, 29, 30].map(|at| histories.row_at(0, at));
        assert_eq!(rows, [NONE, 0, 0, 2, 2, NONE]);
        assert_eq!(histories.row_at(1, i64::MIN), 1);
        assert_eq!([2, 3, NONE].map(|account| histories.row_at(account, 50)), [NONE; 3]);
    }
}
