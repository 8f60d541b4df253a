//! The notices and contents of a document as written: texts by language, and whom to tell by when.
use super::document::ExpressionText;
use super::document_assessments::Subject;
use crate::base::{Length, Period};
use crate::diag::{Span, Spanned};

/// What a text is for, and so how values are written into it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Medium {
    /// Plain text: values stand as they are.
    #[default]
    Text,
    /// HTML: what HTML would read as its own is escaped.
    Html,
}

impl Medium {
    /// All of them, by their words.
    pub const ALL: &'static [(&'static str, Self)] = &[("text", Self::Text), ("html", Self::Html)];
}

/// A text in one language.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenText {
    /// The language: `en`.
    pub language: Spanned<String>,
    /// The subject.
    pub subject: Option<Spanned<String>>,
    /// The text itself.
    pub body: Spanned<String>,
}

/// Texts by language, and the values that they are filled with.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    /// What they are for.
    pub medium: Medium,
    /// Values by name.
    pub values: Vec<(Spanned<String>, ExpressionText)>,
    /// One per language.
    pub texts: Vec<WrittenText>,
}

/// When somebody is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Trigger {
    /// At each event of these kinds.
    On(Vec<Spanned<String>>),
    /// Once in each such period.
    Every(Spanned<Period>),
    /// On a day of the subject's.
    OnDay(ExpressionText),
}

/// `[[notice]]`: whom to tell what by when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// Whom: `referrer`, `referee`, or somebody that the host knows by this word.
    pub to: Spanned<String>,
    /// When.
    pub trigger: Trigger,
    /// Of what it is, where it is of no event.
    pub of: Spanned<Subject>,
    /// Only if all of these hold.
    pub when: Vec<ExpressionText>,
    /// By when, counted from the event or the beginning of the day; at once without.
    pub within: Option<Spanned<Length>>,
    /// The texts.
    pub text: Texts,
}

impl Notice {
    /// The word for referrals that are refused, among kinds of event.
    pub const REFUSED: &'static str = "refused";
}

/// `[[content]]`: texts that a host puts where it likes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Content {
    /// The whole section.
    pub span: Span,
    /// The id.
    pub id: Spanned<String>,
    /// Of what it is.
    pub of: Spanned<Subject>,
    /// Only of those for which all of these hold.
    pub when: Vec<ExpressionText>,
    /// Only of the best.
    pub best: Option<Best>,
    /// The texts.
    pub text: Texts,
}

/// `best`: only of those who have most of something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Best {
    /// Of what.
    pub by: ExpressionText,
    /// How many places there are; equal ones share theirs.
    pub places: Spanned<i64>,
}
