//! A status per row. While all rows are OK, which is usual, none is written down.
use super::types::Status;
use std::ops::Index;

/// A status per row.
///
/// # Example
/// ```
/// use referral_rules::expr::{Slot, Status, Statuses};
/// let mut statuses = Statuses::new();
/// statuses.push(Status::OK);
/// assert!(statuses.all_ok());
/// statuses.push(Status::missing(Slot(3)));
/// assert!(statuses[0].is_ok() && !statuses[1].is_ok());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Statuses {
    rows: usize,
    /// Nothing while all rows are OK; else as many as there are rows.
    written: Vec<Status>,
}

impl Statuses {
    /// No rows.
    pub const fn new() -> Self {
        Self { rows: 0, written: Vec::new() }
    }

    /// How many rows there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True without rows.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// True if every row is known to be OK, without looking at any.
    #[inline]
    pub fn all_ok(&self) -> bool {
        self.written.is_empty()
    }

    /// The status of a row, if there is such a row.
    #[inline]
    pub fn get(&self, row: usize) -> Option<&Status> {
        match self.written.is_empty() {
            true => (row < self.rows).then_some(&Status::OK),
            false => self.written.get(row),
        }
    }

    /// The status of the first row.
    pub fn first(&self) -> Option<&Status> {
        self.get(0)
    }

    /// The status of each row.
    pub fn iter(&self) -> impl Iterator<Item = &Status> {
        (0..self.rows).filter_map(|row| self.get(row))
    }

    /// One more row.
    #[inline]
    pub fn push(&mut self, status: Status) {
        if !self.written.is_empty() || !status.is_ok() {
            self.write_down().push(status);
        }
        self.rows = self.rows.saturating_add(1);
    }

    /// Makes room for so many more rows.
    pub fn reserve(&mut self, rows: usize) {
        if !self.written.is_empty() {
            self.written.reserve(rows);
        }
    }

    /// Takes rows away, or adds rows of the status, until there are so many.
    #[inline]
    pub fn resize(&mut self, rows: usize, status: Status) {
        if !self.written.is_empty() || (rows > self.rows && !status.is_ok()) {
            self.write_down().resize(rows, status);
        }
        self.rows = rows;
    }

    /// Takes the rows behind so many away.
    pub fn truncate(&mut self, rows: usize) {
        self.written.truncate(rows);
        self.rows = self.rows.min(rows);
    }

    /// Takes all rows away and keeps the memory.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// The row has that status from now on; a row that is not there is passed over.
    pub fn set(&mut self, row: usize, status: Status) {
        if let Some(place) = self.write_down().get_mut(row) {
            *place = status;
        }
    }

    /// Forgets what is written if all of it is OK.
    pub(super) fn tidy(&mut self) {
        // Without a way out of the loop, the compiler compares many at a time.
        if self.written.iter().fold(true, |ok, status| ok & status.is_ok()) {
            self.written.clear();
        }
    }

    /// All statuses, one by one.
    pub(super) fn write_down(&mut self) -> &mut Vec<Status> {
        if self.written.is_empty() {
            self.written.resize(self.rows, Status::OK);
        }
        &mut self.written
    }
}

/// A row that is not there counts as one without a value.
impl Index<usize> for Statuses {
    type Output = Status;

    #[inline]
    fn index(&self, row: usize) -> &Status {
        self.get(row).unwrap_or(&Status::NOT_CONVERTIBLE)
    }
}

impl PartialEq for Statuses {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && self.iter().eq(other.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_those_of_a_plain_list() {
        let mut state = 7_u32;
        let (mut statuses, mut plain) = (Statuses::new(), Vec::new());
        for _ in 0..20_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (rows, status) = (usize::try_from(state >> 28).unwrap(), Status((state >> 20) % 3 / 2));
            match state >> 8 & 15 {
                0 => {
                    statuses.resize(rows, status);
                    plain.resize(rows, status);
                }
                1 => {
                    statuses.truncate(rows);
                    plain.truncate(rows);
                }
                2 => {
                    statuses.set(rows, status);
                    plain.get_mut(rows).into_iter().for_each(|place| *place = status);
                }
                3 => statuses.tidy(),
                4 => {
                    statuses.clear();
                    plain.clear();
                }
                _ => {
                    statuses.push(status);
                    plain.push(status);
                }
            }
            assert!(statuses.iter().eq(plain.iter()));
            assert_eq!((statuses.len(), statuses.first()), (plain.len(), plain.first()));
            assert_eq!(statuses.get(rows), plain.get(rows));
            assert!(!statuses.all_ok() || plain.iter().all(|status| status.is_ok()));
        }
    }
}
