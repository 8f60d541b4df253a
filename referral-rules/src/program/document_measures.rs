//! The measures and tier ladders of a document as written.
use super::document::{ExpressionText, Moment};
use super::document_rules::Per;
use crate::base::{Number, Period};
use crate::diag::{Span, Spanned};

/// How a measure puts values together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Aggregate {
    /// How many events.
    #[default]
    Count,
    /// Their sum.
    Sum,
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
    /// How many different values.
    Distinct,
    /// The value of the first event.
    First,
    /// The value of the latest event.
    Latest,
}

/// Over which period a measure is, seen from the event that asks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Which {
    /// The one in which the event lies.
    #[default]
    This,
    /// The one before it.
    Previous,
}

/// What becomes of the events of a referral that is disqualified.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Disqualified {
    /// From then on they count no more.
    #[default]
    TakenOut,
    /// They go on counting.
    Kept,
}

/// `[measures.…]`: a running aggregate over events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MeasureDeclaration {
    /// The whole section.
    pub span: Span,
    /// The name in expressions.
    pub name: Spanned<String>,
    /// The aggregate.
    pub is: Spanned<Aggregate>,
    /// What is put together; nothing where events are counted.
    pub of: Option<ExpressionText>,
    /// The kinds of event that count.
    pub on: Vec<Spanned<String>>,
    /// All of these must hold.
    pub when: Vec<ExpressionText>,
    /// The key under which events are put together.
    pub per: Vec<Spanned<Per>>,
    /// The period after which it starts anew.
    pub in_each: Spanned<Period>,
    /// Which period is read.
    pub which: Spanned<Which>,
    /// What becomes of the events of a disqualified referral.
    pub disqualified: Spanned<Disqualified>,
}

/// Whether the event that asks is counted by the ladder's measure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum ThisEvent {
    /// It is counted.
    #[default]
    Counts,
    /// It is not counted.
    DoesNotCount,
}

/// When a referrer's level goes up, or down, to what the ladder's measure reaches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Moves {
    /// At each event.
    #[default]
    AtOnce,
    /// Not at all.
    Never,
    /// At the first instant of each such period, by what was counted until then.
    InEach(Period),
}

impl Moves {
    /// The period at whose beginning the level is looked at.
    pub const fn period(self) -> Option<Period> {
        match self {
            Self::InEach(period) => Some(period),
            Self::AtOnce | Self::Never => None,
        }
    }
}

/// `[tiers]`: a ladder of levels.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TierLadder {
    /// The whole section.
    pub span: Span,
    /// Its name in expressions.
    pub name: Spanned<String>,
    /// The measure; empty for a ladder by conditions alone.
    pub by: Spanned<String>,
    /// The levels, `at_least` rising.
    pub levels: Vec<Level>,
    /// Whether the event itself counts.
    pub this_event: Spanned<ThisEvent>,
    /// When the tier is taken; `as_of.tier` unless written.
    pub taken_at: Spanned<Moment>,
    /// When a referrer's level goes up.
    pub goes_up: Spanned<Moves>,
    /// When it goes down.
    pub goes_down: Spanned<Moves>,
}

impl TierLadder {
    /// When the level goes up, and when down.
    pub fn moves(&self) -> impl Iterator<Item = &Spanned<Moves>> {
        [&self.goes_up, &self.goes_down].into_iter()
    }
}

/// A level of a ladder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// Its name.
    pub name: Spanned<String>,
    /// The least value of the measure that gives it.
    pub at_least: Option<Spanned<Number>>,
    /// All of these must hold.
    pub when: Vec<ExpressionText>,
}
