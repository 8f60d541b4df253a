//! The forms of grants that may be taken back.
use super::forms::{DrawForm, PlaceForm, TotalForm};
use serde::{Deserialize, Serialize};

/// A grant that may be taken back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct GrantForm {
    /// The rule.
    pub rule: String,
    /// The version that governed it.
    pub version: String,
    /// 0 the submission, 1 the host's event, 2 a clock event.
    pub what: u8,
    /// The host's event, or the one that the clock event follows.
    pub event: Option<String>,
    /// The kind of the event.
    pub kind: String,
    /// Its place.
    pub place: PlaceForm,
    /// Who gets it, where the event says which.
    pub payee: Option<String>,
    /// The tiers at the event.
    pub tiers: [u8; 8],
    /// What it gave, in minor units.
    pub given: i64,
    /// What limits have put off of it.
    pub put_off: i64,
    /// What was not released because it was taken back before.
    pub spared: i64,
    /// What is taken back.
    pub taken: i64,
    /// What it draws on, where that gives room again.
    pub room: Vec<DrawForm>,
    /// The running total that it is a part of.
    pub total: Option<TotalForm>,
    /// What reversals take of it.
    pub shares: Vec<ShareForm>,
    /// How many entries it has.
    pub sequence: u32,
}

/// What one reversal takes of a grant; numbers as numerator and denominator.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ShareForm {
    /// The reversal.
    pub reversal: String,
    /// Of how much something is refunded.
    pub out_of: Option<(String, String)>,
    /// How much was refunded so far.
    pub refunded: (String, String),
    /// The share.
    pub share: (String, String),
}
