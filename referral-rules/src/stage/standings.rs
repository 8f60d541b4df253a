//! How referrals stand in attribution: as of the moment of the answer, and before.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::earlier::FailedBefore;
use super::recruiters::Recruiters;
pub use super::standing_column::StandingColumn;
use super::submission::{Sides, Submissions};
use super::timeline::What;
use crate::base::index;
use crate::book::Book;
use rustc_hash::{FxHashMap, FxHashSet};

/// How a referral stands in attribution, from some moment on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It has its claims.
    Accepted,
    /// Another referral has a claim on the same referee: that referral, and the number of the key.
    LostTo(u32, u16),
    /// Another referral has the claim, and this one shares what that brings: the holder, and the number of the key.
    Shares(u32, u16),
    /// It had its claims until another referral took them over.
    TakenOver(TakenOver),
    /// A copy with other content came: it counts no more.
    Withdrawn,
    /// It was refused at submission, or is not known yet.
    Out,
}

/// That a referral had its claims until another one took them over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TakenOver {
    /// The referral that has them now.
    pub by: u32,
    /// The number of the key in which both are the same.
    pub key: u16,
    /// The submission of that one: from this instant on nothing of this referral is taken in.
    pub at: i64,
}

impl Standing {
    /// Whether it was accepted, until now or until it was taken over.
    pub const fn was_accepted(self) -> bool {
        matches!(self, Self::Accepted | Self::Shares(..) | Self::TakenOver(_))
    }

    /// Whether what happens to the referral at an instant is taken in.
    pub fn lets_in(self, what: What, at: i64) -> bool {
        match self {
            Self::Accepted => true,
            Self::Shares(..) => what == What::Submission,
            Self::TakenOver(taken) => what == What::Submission || at < taken.at,
            Self::LostTo(..) | Self::Withdrawn | Self::Out => false,
        }
    }

    /// The referral that has the referee in place of this one, and the number of the key.
    pub const fn lost_to(self) -> Option<(u32, u16)> {
        match self {
            Self::LostTo(winner, key) => Some((winner, key)),
            Self::TakenOver(taken) => Some((taken.by, taken.key)),
            Self::Accepted | Self::Shares(..) | Self::Withdrawn | Self::Out => None,
        }
    }

    /// The referral whose claim this one shares, and the number of the key.
    pub const fn shares_with(self) -> Option<(u32, u16)> {
        match self {
            Self::Shares(holder, key) => Some((holder, key)),
            _ => None,
        }
    }
}

/// The standings of all referrals as of a moment, and how they came about.
#[derive(Debug, Default)]
pub struct Standings {
    /// As of the moment of the answer.
    pub current: StandingColumn,
    /// Earlier standings of the few referrals that changed: from which moment on, which standing.
    pub history: FxHashMap<u32, Vec<(i64, Standing)>>,
    /// The referrals that close a circle, as of the moment of the answer.
    pub circles: FxHashSet<u32>,
    /// The referrals that fail requirements by what was before them, as of the moment of the answer.
    pub before: FxHashMap<u32, FailedBefore>,
    /// Who recruited the referrers, in programs that ask.
    pub recruiters: Recruiters,
}

impl Standings {
    /// How the referral stood as known at `moment`.
    pub fn at(&self, book: &Book, referral: u32, moment: i64) -> Standing {
        if book.referrals.known[index(referral)] > moment {
            return Standing::Out;
        }
        if self.history.is_empty() {
            return self.current.of(index(referral));
        }
        match self.history.get(&referral) {
            None => self.current.of(index(referral)),
            Some(changes) => {
                changes.iter().rev().find(|(from, _)| *from <= moment).map_or(Standing::Out, |(_, standing)| *standing)
            }
        }
    }

    /// As [`Standings::at`] for many referrals at one moment.
    pub fn at_moment<'a>(&'a self, book: &'a Book, moment: i64) -> impl Fn(u32) -> Standing + 'a {
        let known: &[i64] = &book.referrals.known;
        let changed = !self.history.is_empty();
        move |referral| {
            let at = index(referral);
            match changed {
                true => self.at(book, referral, moment),
                false if known[at] > moment => Standing::Out,
                false => self.current.of(at),
            }
        }
    }

    /// Whether the referral closes a circle, as of the moment of the answer.
    pub fn closes_circle(&self, referral: u32) -> bool {
        !self.circles.is_empty() && self.circles.contains(&referral)
    }

    /// The sides that requirements at submission refuse.
    pub fn refused_sides(&self, submissions: &Submissions, referral: u32) -> Sides {
        match self.before.get(&referral).is_some_and(|failed| failed.refuses) {
            true => Sides::BOTH,
            false => submissions.refuses(referral, self.closes_circle(referral)),
        }
    }

    /// The positions of the requirements at submission that the referral fails, in the document's order.
    pub fn failures(&self, submissions: &Submissions, referral: u32) -> Vec<usize> {
        let mut out: Vec<usize> = submissions.failures(referral, self.closes_circle(referral)).collect();
        if let Some(failed) = self.before.get(&referral) {
            out.extend(&failed.failed);
            out.sort_unstable();
        }
        out
    }

    /// True when the referral was accepted at any moment.
    pub fn ever_accepted(&self, referral: u32) -> bool {
        match self.history.get(&referral) {
            None => self.current.of(index(referral)).was_accepted(),
            Some(changes) => changes.iter().any(|(_, standing)| standing.was_accepted()),
        }
    }
}
