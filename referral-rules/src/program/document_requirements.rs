//! The requirements of a document as written.
use super::document::ExpressionText;
use crate::diag::{Span, Spanned};

/// The heading of a requirement.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Heading {
    /// May this referrer refer?
    Eligibility,
    /// Is this referral one that counts?
    Validity,
    /// Is this referral honest?
    Fraud,
}

impl Heading {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Eligibility => "eligibility",
            Self::Validity => "validity",
            Self::Fraud => "fraud",
        }
    }
}

/// When a requirement is judged.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum JudgedAt {
    /// At submission.
    #[default]
    Submitted,
    /// At each event of these kinds.
    Kinds(Vec<Spanned<String>>),
    /// As long as something is not paid, as of the moment of the answer.
    Payable,
    /// At each payout, as of the moment of the answer.
    Payout,
}

/// What a requirement that fails does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OnFailure {
    /// It refuses the referral, or a side of it.
    #[default]
    Refuse,
    /// Instead of the event the referral is disqualified.
    Disqualify,
    /// Instead of the event the referral goes to nurture.
    Nurture,
    /// The event is not taken in.
    IgnoreEvent,
    /// What the referral brings is held until the requirement is met, or a review decides.
    Hold,
    /// It is told, and nothing else.
    Flag,
}

impl OnFailure {
    /// Whether the event at which it fails is not taken in.
    pub const fn changes_event(self) -> bool {
        matches!(self, Self::Disqualify | Self::Nurture | Self::IgnoreEvent)
    }

    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Disqualify => "disqualify",
            Self::Nurture => "nurture",
            Self::IgnoreEvent => "ignore event",
            Self::Hold => "hold",
            Self::Flag => "flag",
        }
    }
}

/// The side that a failing requirement leaves with nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Refuses {
    /// Both sides.
    #[default]
    Both,
    /// Only the one who refers.
    Referrer,
    /// Only the one referred.
    Referee,
}

/// `[[eligibility]]`, `[[validity]]`, `[[fraud]]`: what must hold, at submission or later.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// The whole section.
    pub span: Span,
    /// The heading.
    pub heading: Heading,
    /// The reason code when it fails.
    pub code: Spanned<String>,
    /// All of these must hold.
    pub require: Vec<ExpressionText>,
    /// The reason for people.
    pub message: Spanned<String>,
    /// Which side gets nothing.
    pub refuses: Spanned<Refuses>,
    /// When it is judged.
    pub judged_at: JudgedAt,
    /// What a failure does.
    pub on_failure: Spanned<OnFailure>,
    /// What decides about what it holds.
    pub review: Option<Review>,
}

/// What decides about what a requirement holds: events of some kinds, by conditions on them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    /// The kinds of event.
    pub by: Vec<Spanned<String>>,
    /// All must hold for what is held to be let go; never without one.
    pub released_when: Vec<ExpressionText>,
    /// All must hold for the referral to be void; never without one.
    pub voided_when: Vec<ExpressionText>,
}
