//! Columns of moments, of which most books need only one value.
use crate::base::Buffer;
use std::ops::Index;

/// A moment per row: the same for all, or one each.
#[derive(Clone, Debug)]
pub enum Moments {
    /// The moment of every row, and how many rows there are.
    Same(i64, usize),
    /// By row.
    Each(Buffer<i64>),
}

impl Moments {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Same(_, rows) => *rows,
            Self::Each(moments) => moments.len(),
        }
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The moment of a row.
    pub fn get(&self, row: usize) -> Option<&i64> {
        match self {
            Self::Same(moment, rows) => Some(moment).filter(|_| row < *rows),
            Self::Each(moments) => moments.get(row),
        }
    }

    /// The moment of every row, if that is one.
    pub fn same(&self) -> Option<i64> {
        match self {
            Self::Same(moment, _) => Some(*moment),
            Self::Each(_) => None,
        }
    }

    /// The moments by row.
    pub fn iter(&self) -> impl Iterator<Item = &i64> {
        (0..self.len()).filter_map(|row| self.get(row))
    }
}

impl Default for Moments {
    fn default() -> Self {
        Self::Same(super::NEVER, 0)
    }
}

impl From<Vec<i64>> for Moments {
    /// One each, unless all are the same.
    fn from(moments: Vec<i64>) -> Self {
        match moments.first() {
            None => Self::Same(super::NEVER, 0),
            Some(first) if moments.iter().all(|moment| moment == first) => Self::Same(*first, moments.len()),
            _ => Self::Each(Buffer::from(moments)),
        }
    }
}

impl Index<usize> for Moments {
    type Output = i64;

    /// As [`Moments::get`]; past the last row a moment that never comes.
    fn index(&self, row: usize) -> &i64 {
        match self {
            Self::Same(moment, _) => moment,
            Self::Each(moments) => moments.get(row).unwrap_or(&super::NEVER),
        }
    }
}
