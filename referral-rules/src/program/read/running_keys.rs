//! The keys of what helps to run the program.
use super::keys::Keys;
use crate::program::document::Subject;

pub(super) const ASSESSMENT: Keys =
    Keys { path: "assessment", title: "an assessment", keys: &["id", "of", "when", "item", "verdict"] };

pub(super) const ASSESSMENT_ITEM: Keys = Keys {
    path: "assessment.item",
    title: "an item",
    keys: &["code", "require", "message", "points", "points_if_not", "next"],
};

pub(super) const ASSESSMENT_VERDICT: Keys =
    Keys { path: "assessment.verdict", title: "a verdict", keys: &["name", "when", "next", "again_on"] };

/// All of them, in the order of the reference.
pub(super) const ALL: [Keys; 3] = [ASSESSMENT, ASSESSMENT_ITEM, ASSESSMENT_VERDICT];

/// The words that they allow.
pub(super) fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![("assessment.of", Subject::ALL.iter().map(|(word, _)| *word).collect())]
}
