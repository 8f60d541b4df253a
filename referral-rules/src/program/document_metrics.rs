//! What a program is measured by, as written.
use super::document::ExpressionText;
use crate::diag::{Span, Spanned};

/// `[[metric]]`: a number by which a program is judged, with what it is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Metric {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// A name for people.
    pub label: Option<Spanned<String>>,
    /// What is counted or summed, all of it added up.
    pub numerator: Vec<Figure>,
    /// What that is divided by; without it the metric is the numerator.
    pub denominator: Option<Vec<Figure>>,
    /// By what it is told apart, each of it by itself.
    pub by: Vec<Spanned<By>>,
    /// What good looks like.
    pub good: Option<Good>,
    /// Which side of that is the better one.
    pub better: Spanned<Better>,
    /// What helps where it falls short.
    pub remedies: Vec<Spanned<String>>,
}

/// A part of a numerator or denominator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// The whole part.
    pub span: Span,
    /// What it is made of.
    pub of: FigureOf,
    /// What must hold for what is counted.
    pub when: Vec<ExpressionText>,
}

/// What a part of a metric is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FigureOf {
    /// Rows are counted, or a value of each is summed.
    Rows {
        /// The rows.
        over: Spanned<Over>,
        /// What is summed; rows are counted without it.
        sum: Option<ExpressionText>,
        /// Which moment a row belongs to.
        at: Spanned<RowMoment>,
        /// In which unit entries are; the document's currency unless written.
        unit: Option<Spanned<String>>,
    },
    /// What the host gives under a name.
    Given(Spanned<String>),
    /// Another metric, by its id.
    Metric(Spanned<String>),
}

/// The rows that metrics are over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Over {
    /// The referrals that are known.
    #[default]
    Referrals,
    /// The accounts.
    Accounts,
    /// The host's events that were taken in.
    Events,
    /// The ledger.
    Entries,
}

impl Over {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Referrals => "referrals",
            Self::Accounts => "accounts",
            Self::Events => "events",
            Self::Entries => "entries",
        }
    }
}

/// The moment that a row belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum RowMoment {
    /// Of a referral its submission, of an event its own, of an entry that of its event.
    #[default]
    Own,
    /// When the referral was qualified; those that never were are no rows.
    Qualified,
    /// When it became an opportunity.
    Opportunity,
    /// When it was closed.
    Closed,
    /// When the entry was booked.
    Booked,
}

/// By what a metric is told apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum By {
    /// The month of the moment that a row belongs to.
    Month,
    /// The month in which its referral was submitted.
    Cohort,
    /// Each campaign that touched it.
    Campaign,
    /// The value of an expression.
    Expression(ExpressionText),
}

impl Default for By {
    fn default() -> Self {
        Self::Expression(ExpressionText::default())
    }
}

/// What good looks like.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Good {
    /// The lower end.
    pub at_least: Option<ExpressionText>,
    /// The upper end.
    pub at_most: Option<ExpressionText>,
}

/// Which side is the better one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Better {
    /// The more the better.
    #[default]
    More,
    /// The less the better.
    Less,
}

/// `[dashboard]`: what a referrer sees beside what is there always, by the ids of metrics.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Dashboard {
    /// The whole section.
    pub span: Span,
    /// What is told over all time.
    pub figures: Vec<Spanned<String>>,
    /// What referrers are ranked by.
    pub rank_by: Option<Spanned<String>>,
    /// What is told for a month.
    pub digest: Vec<Spanned<String>>,
}
