//! The keys of what helps to run the program.
use super::keys::Keys;
use crate::program::document::{Medium, Subject};

pub(super) const ASSESSMENT: Keys =
    Keys { path: "assessment", title: "an assessment", keys: &["id", "of", "when", "item", "verdict"] };

pub(super) const ASSESSMENT_ITEM: Keys = Keys {
    path: "assessment.item",
    title: "an item",
    keys: &["code", "require", "message", "points", "points_if_not", "next"],
};

pub(super) const ASSESSMENT_VERDICT: Keys =
    Keys { path: "assessment.verdict", title: "a verdict", keys: &["name", "when", "next", "again_on"] };

pub(super) const NOTICE: Keys = Keys {
    path: "notice",
    title: "a notice",
    keys: &["id", "to", "on", "every", "on_day", "of", "when", "within", "medium", "values", "text"],
};

pub(super) const NOTICE_TEXT: Keys = Keys { path: "notice.text.<name>", title: "a text", keys: &["subject", "body"] };

pub(super) const CONTENT: Keys =
    Keys { path: "content", title: "a content", keys: &["id", "of", "when", "best", "medium", "values", "text"] };

pub(super) const CONTENT_BEST: Keys = Keys { path: "content.best", title: "`best`", keys: &["by", "places"] };

/// All of them, in the order of the reference.
pub(super) const ALL: [Keys; 7] =
    [ASSESSMENT, ASSESSMENT_ITEM, ASSESSMENT_VERDICT, NOTICE, NOTICE_TEXT, CONTENT, CONTENT_BEST];

/// The words that they allow.
pub(super) fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    let subjects: Vec<&str> = Subject::ALL.iter().map(|(word, _)| *word).collect();
    vec![
        ("assessment.of", subjects.clone()),
        ("notice.of", subjects.clone()),
        ("content.of", subjects),
        ("notice.medium", Medium::ALL.iter().map(|(word, _)| *word).collect()),
    ]
}
