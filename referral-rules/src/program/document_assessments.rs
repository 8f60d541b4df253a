//! The assessments of a document as written: what should hold of a subject, what it scores, and what follows.
use super::document::ExpressionText;
use crate::base::Number;
use crate::diag::{Span, Spanned};

/// What an assessment is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Subject {
    /// The company that runs the program.
    Company,
    /// Each account.
    Account,
    /// Each account that has referred.
    Referrer,
    /// Each referral.
    #[default]
    Referral,
}

impl Subject {
    /// All of them, by their words.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("company", Self::Company),
        ("account", Self::Account),
        ("referrer", Self::Referrer),
        ("referral", Self::Referral),
    ];

    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Account => "account",
            Self::Referrer => "referrer",
            Self::Referral => "referral",
        }
    }
}

/// `[[assessment]]`: items that should hold, and the verdict that follows from them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assessment {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// Of what it is.
    pub of: Spanned<Subject>,
    /// Only those subjects for which all of these hold.
    pub when: Vec<ExpressionText>,
    /// What should hold, in the order in which it is to be mended.
    pub items: Vec<AssessmentItem>,
    /// The verdicts: the first that holds. The last one always does.
    pub verdicts: Vec<AssessmentVerdict>,
}

/// `[[assessment.item]]`: something that should hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssessmentItem {
    /// The code; verdicts ask for it as `item.<code>`.
    pub code: Spanned<String>,
    /// All of these must hold.
    pub require: Vec<ExpressionText>,
    /// The sentence for people.
    pub message: Spanned<String>,
    /// What it adds to the score if it is met.
    pub points: Number,
    /// What it adds if it is not met.
    pub points_if_not: Number,
    /// What to do if it is not met.
    pub next: Option<Spanned<String>>,
}

impl AssessmentItem {
    /// What stands behind `item.` in expressions.
    pub fn name(&self) -> String {
        plain(&self.code.value)
    }
}

/// `[[assessment.verdict]]`: what is said if its conditions hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssessmentVerdict {
    /// The name.
    pub name: Spanned<String>,
    /// All of these must hold; the last verdict has none.
    pub when: Vec<ExpressionText>,
    /// What it calls for.
    pub next: Option<Spanned<String>>,
    /// On which day to look again.
    pub again_on: Option<ExpressionText>,
}

/// An id or a code as expressions write it.
pub fn plain(id: &str) -> String {
    id.replace(['-', '.'], "_")
}
