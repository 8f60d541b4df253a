//! What is kept of a grant that may be taken back: what it gave, and which share of that each reversal takes.
use super::applied::LADDERS_MAX;
use super::drawn::{DrawKey, TotalKey};
use super::items::{Place, What};
use crate::base::{NONE, Number};
use crate::program::EventKind;

/// The grant that something is taken from.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Taken {
    /// The reversal, by its number.
    pub reversal: u16,
    /// The event that granted.
    pub what: What,
    /// Its kind.
    pub kind: EventKind,
    /// Its place.
    pub place: Place,
    /// The version that governed it.
    pub version: u16,
    /// The tiers at it.
    pub tiers: [u8; LADDERS_MAX],
}

/// What one reversal takes of a grant.
#[derive(Clone, PartialEq, Debug)]
pub struct ShareSoFar {
    /// The reversal, by its number.
    pub reversal: u16,
    /// Of how much something is refunded, as it was told when it was granted; nothing where it was not, or is not asked.
    pub out_of: Option<Number>,
    /// How much was refunded so far.
    pub refunded: Number,
    /// The share that is taken, from 0 to 1.
    pub share: Number,
}

/// A grant that may be taken back.
#[derive(Clone, PartialEq, Debug)]
pub struct GrantSoFar {
    /// The event.
    pub what: What,
    /// Its kind.
    pub kind: EventKind,
    /// Its place.
    pub place: Place,
    /// The version that governed it.
    pub version: u16,
    /// The rule's position in that version.
    pub rule: u16,
    /// The text id of the account that gets it, where the event says which.
    pub payee: u32,
    /// The tiers at it.
    pub tiers: [u8; LADDERS_MAX],
    /// What it gave, after limits, in minor units.
    pub given: i64,
    /// What limits have put off of it.
    pub put_off: i64,
    /// What was put off and was not released, because it was taken back before.
    pub spared: i64,
    /// What is taken back of what it gave.
    pub taken: i64,
    /// What it draws on, where that gives room again, and whether it is rolling.
    pub room: Vec<DrawKey>,
    /// The running total that it is a part of.
    pub total: Option<TotalKey>,
    /// By reversal that may take it back.
    pub shares: Vec<ShareSoFar>,
}

impl GrantSoFar {
    /// The position of the host's event that granted, also where the clock acted after it; `NONE` for the submission.
    pub(super) const fn event(&self) -> u32 {
        match self.what {
            What::Submission | What::PeriodEnd(_) => NONE,
            What::Event(event) | What::Clock(event) => event,
        }
    }

    /// Whether anything was given or will be.
    pub(super) const fn gave(&self) -> bool {
        self.given > 0 || self.put_off > 0 || self.spared > 0
    }

    /// The share that all reversals take together.
    pub(super) fn share(&self) -> Option<Number> {
        let sum = self.shares.iter().try_fold(Number::ZERO, |sum, of| sum.checked_add(of.share))?;
        Some(if sum > Number::ONE { Number::ONE } else { sum })
    }

    pub(super) fn of(&mut self, reversal: u16) -> Option<&mut ShareSoFar> {
        self.shares.iter_mut().find(|share| share.reversal == reversal)
    }

    pub(super) fn takes(&self, reversal: u16) -> Option<&ShareSoFar> {
        self.shares.iter().find(|share| share.reversal == reversal)
    }
}
