//! What a figure goes through: the rows of a chunk on their way to sums.
use super::groups::Key;
use crate::base::Number;
use crate::program::{Figure, Metric, Part, RowMoment, Rows};

/// The stage that referrals must have reached to be counted.
pub(super) const fn stage_of(at: RowMoment) -> Option<usize> {
    match at {
        RowMoment::Qualified => Some(1),
        RowMoment::Opportunity => Some(2),
        RowMoment::Closed => Some(3),
        RowMoment::Own | RowMoment::Booked => None,
    }
}

/// The rows of a chunk on their way, and memory that the next one uses again.
#[derive(Default)]
pub(super) struct Pass {
    pub(super) rows: Vec<u32>,
    pub(super) referrals: Vec<u32>,
    /// What each row counts; nothing where rows are counted.
    pub(super) values: Vec<Number>,
    pub(super) holds: Vec<bool>,
    pub(super) keys: Vec<Key>,
}

impl Pass {
    pub(super) fn start(&mut self, rows: &[u32]) {
        self.rows.clear();
        self.rows.extend_from_slice(rows);
    }

    /// Leaves out the rows for which it does not hold.
    pub(super) fn keep(&mut self, holds: &[bool]) {
        if holds.iter().all(|holds| *holds) && holds.len() >= self.rows.len() {
            return;
        }
        for all in [&mut self.rows, &mut self.referrals] {
            let mut at = 0_usize;
            all.retain(|_| {
                at = at.saturating_add(1);
                holds.get(at.saturating_sub(1)) == Some(&true)
            });
        }
    }
}

/// The figures that metrics are made of in the end.
fn leaves<'m>(figures: &'m [Figure], out: &mut Vec<&'m Figure>) {
    for figure in figures {
        match &figure.of {
            Part::Ratio(numerator, denominator) => {
                leaves(numerator, out);
                leaves(denominator.as_deref().unwrap_or_default(), out);
            }
            _ => out.push(figure),
        }
    }
}

/// The rows that a metric is over, those of the metrics that it is made of included.
pub(super) fn parts(metric: &Metric) -> impl Iterator<Item = &Rows> {
    let mut out = Vec::new();
    leaves(&metric.numerator, &mut out);
    leaves(metric.denominator.as_deref().unwrap_or_default(), &mut out);
    out.into_iter().filter_map(|figure| match &figure.of {
        Part::Rows(rows) => Some(&**rows),
        _ => None,
    })
}
