//! `[[reversal]]` as it is written: what takes back what was granted.
use super::document::ExpressionText;
use crate::base::Length;
use crate::diag::{Span, Spanned};

/// How much is taken back of what a grant gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TakeBack {
    /// All of it.
    All,
    /// As much of it as was refunded.
    InProportion {
        /// How much was refunded now, read at the event.
        refunded: ExpressionText,
        /// Of how much, read at the event that granted; by the same expression unless written.
        out_of: Option<ExpressionText>,
    },
    /// A share of it, read at the event.
    Share(ExpressionText),
}

/// What becomes of what is taken back of a grant that was paid before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum WhenPaid {
    /// It is owed back, and goes off what is paid later.
    #[default]
    TakeBack,
    /// The beneficiary keeps it.
    Keep,
}

/// `[[reversal]]`: on an event, what was granted is taken back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reversal {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// On events of which kinds.
    pub on: Vec<Spanned<String>>,
    /// All of these must hold, at that event.
    pub when: Vec<ExpressionText>,
    /// The rewards whose grants it takes back; all unless written.
    pub rewards: Option<Vec<Spanned<String>>>,
    /// The id of the event that granted; without it all that the referral has brought is meant.
    pub of_event: Option<ExpressionText>,
    /// Only so long after the event that granted.
    pub within: Option<Spanned<Length>>,
    /// How much.
    pub take_back: TakeBack,
    /// What becomes of it once the grant is paid.
    pub when_paid: Spanned<WhenPaid>,
    /// The kind of event that gives back what was taken.
    pub restored_by: Option<Spanned<String>>,
}
