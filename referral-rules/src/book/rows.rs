//! The rows of each id of a table, without memory of their own per id.
use crate::base::{NONE, TextId, index, position};

/// The first row of each id, and after each row the next one of the same id.
pub struct RowsOf {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl RowsOf {
    /// The rows that pass, by id; `texts` is how many texts there are.
    pub fn new(ids: &[Option<TextId>], texts: usize, passes: impl Fn(usize) -> bool) -> Self {
        let mut out = Self { first: vec![NONE; texts], next: vec![NONE; ids.len()] };
        // From the last row to the first, so that each chain rises.
        for (row, id) in ids.iter().enumerate().rev() {
            let Some(first) = id.filter(|_| passes(row)).and_then(|id| out.first.get_mut(id.index())) else { continue };
            if let Some(next) = out.next.get_mut(row) {
                *next = std::mem::replace(first, position(row));
            }
        }
        out
    }

    /// The first row of the id.
    pub fn first(&self, id: TextId) -> Option<u32> {
        self.first.get(id.index()).copied().filter(|row| *row != NONE)
    }

    /// Puts all rows of the id into `rows`, rising.
    pub fn all(&self, id: TextId, rows: &mut Vec<u32>) {
        rows.clear();
        rows.extend(std::iter::successors(self.first(id), |row| {
            self.next.get(index(*row)).copied().filter(|next| *next != NONE)
        }));
    }
}
