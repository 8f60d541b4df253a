//! The rows that figures are over, with what was worked out of all of them: columns, a place for each row.
#![expect(clippy::indexing_slicing, reason = "a column has a place for each row")]
use super::keys::Slots;
use crate::base::{index, position};
use crate::program::{Figure, Metric, Part, RowMoment, Rows};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The stage that referrals must have reached to be counted.
pub(super) const fn stage_of(at: RowMoment) -> Option<usize> {
    match at {
        RowMoment::Qualified => Some(1),
        RowMoment::Opportunity => Some(2),
        RowMoment::Closed => Some(3),
        RowMoment::Own | RowMoment::Booked => None,
    }
}

/// The rows of a table, or of those entries that are in one unit.
#[derive(Debug)]
pub(super) struct Basis<'a> {
    /// Their positions in the table.
    pub(super) rows: Picked,
    /// The referral of each.
    pub(super) referrals: Referrals<'a>,
    /// Whether something may still come of that.
    pub(super) under_way: Vec<bool>,
    /// Conditions that figures ask, by their text.
    pub(super) holds: BTreeMap<String, Rc<Vec<bool>>>,
    /// What figures are told apart by, by its text.
    pub(super) slots: BTreeMap<String, Rc<Slots>>,
}

/// The referrals of rows.
#[derive(Debug)]
pub(super) enum Referrals<'a> {
    /// They have none.
    None,
    /// The rows are referrals.
    Own,
    /// By place.
    Each(Cow<'a, [u32]>),
}

impl<'a> Basis<'a> {
    /// Rows with their referrals, of which nothing is worked out yet.
    pub(super) fn new(rows: Picked, referrals: Referrals<'a>) -> Self {
        Self { rows, referrals, under_way: Vec::new(), holds: BTreeMap::new(), slots: BTreeMap::new() }
    }

    /// The row at a place.
    #[inline]
    pub(super) fn row(&self, place: usize) -> u32 {
        match &self.rows {
            Picked::All(_) => position(place),
            Picked::Some(rows) => rows[place],
        }
    }

    /// The referral of the row at a place.
    #[inline]
    pub(super) fn referral(&self, place: usize) -> Option<u32> {
        match &self.referrals {
            Referrals::None => None,
            Referrals::Own => Some(self.row(place)),
            Referrals::Each(referrals) => referrals.get(place).copied(),
        }
    }
}

/// Which rows of a basis a figure counts, by their places in it.
#[derive(Debug)]
pub(super) enum Picked {
    /// So many: all of them.
    All(usize),
    /// Some, in their order.
    Some(Vec<u32>),
}

impl Picked {
    /// The rows for which all of the conditions hold.
    pub(super) fn of(rows: usize, conditions: &[Rc<Vec<bool>>]) -> Self {
        match conditions {
            [] => Self::All(rows),
            [only] => Self::where_true(only),
            [first, rest @ ..] => {
                let mut all = first.as_ref().clone();
                for one in rest {
                    all.iter_mut().zip(one.iter()).for_each(|(all, one)| *all &= *one);
                }
                Self::where_true(&all)
            }
        }
    }

    /// The places at which something holds.
    pub(super) fn where_true(holds: &[bool]) -> Self {
        let count = holds.iter().filter(|holds| **holds).count();
        if count == holds.len() {
            return Self::All(count);
        }
        // Each place is written down, and kept if the next one is written behind it: no branch has to be guessed.
        let mut out = vec![0; count.saturating_add(1)];
        let (mut len, mut place) = (0_usize, 0_u32);
        for holds in holds {
            out[len] = place;
            len = len.wrapping_add(usize::from(*holds));
            place = place.wrapping_add(1);
        }
        out.truncate(count);
        Self::Some(out)
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(rows) => *rows,
            Self::Some(places) => places.len(),
        }
    }

    /// The places of the rows one after the other.
    #[inline]
    pub(super) fn each(&self, mut take: impl FnMut(usize)) {
        match self {
            Self::All(rows) => (0..*rows).for_each(take),
            Self::Some(places) => places.iter().for_each(|place| take(index(*place))),
        }
    }

    /// The places from one of them on, so many at most.
    pub(super) fn chunk(&self, from: usize, rows: usize, out: &mut Vec<u32>) {
        out.clear();
        let until = self.len().min(from.saturating_add(rows));
        match self {
            Self::All(_) => out.extend((position(from)..).take(until.saturating_sub(from))),
            Self::Some(places) => out.extend_from_slice(&places[from..until]),
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
