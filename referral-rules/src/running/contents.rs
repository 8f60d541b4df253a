//! Contents: texts for each subject that a host puts where it likes, such as an introduction, a landing page, a success story.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::assessments::{AssessedRows, Verdicts};
use super::filling::{Fill, FilledText};
use super::subjects::{SubjectRows, Subjects};
use super::truths::truths;
use crate::base::{Number, index, position};
use crate::evaluation::Evaluation;
use crate::evaluation::entry::exact_if_any;
use crate::expr::{Column, Compiled, Env, Inputs, Scratch};
use crate::program::document::Subject;
use crate::program::{Content as Rule, Version};
use crate::stage::env;
use serde::Serialize;
use std::collections::BTreeMap;

/// A content that is there for a subject.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Content {
    /// The content.
    pub content: String,
    /// Of what it is: `company`, `account`, `referrer` or `referral`.
    pub of: &'static str,
    /// The id of that.
    pub subject: String,
    /// Its place, where only the best have one; equal ones share it.
    pub place: Option<usize>,
    /// By what that goes, exactly.
    #[serde(serialize_with = "exact_if_any")]
    pub value: Option<Number>,
    /// The texts by language.
    pub texts: Vec<FilledText>,
    /// What the texts lack.
    pub missing_facts: Vec<String>,
}

impl Evaluation<'_> {
    /// The contents of the version in force on the day of the answer, in the document's order, then by place, then by subject.
    pub fn contents(&self) -> Vec<Content> {
        let mut out = Vec::new();
        let Some((number, version)) = self.version_now().filter(|(_, version)| !version.contents.is_empty()) else {
            return out;
        };
        let (_, verdicts) = self.assessed(|_| false);
        let mut scratch = Scratch::new(&self.book.texts);
        let mut fill = Fill::new(self);
        fill.without_event();
        let mut subjects: BTreeMap<Subject, Subjects> = BTreeMap::new();
        for content in &version.contents {
            let of = content.of;
            let all = subjects.entry(of).or_insert_with(|| Subjects::of(of, self, (number, version), &mut scratch));
            let making = Making { evaluation: self, version, content, subjects: all, verdicts: &verdicts };
            making.all(&fill, &mut scratch, &mut out);
        }
        out
    }
}

/// One content and its subjects.
struct Making<'a> {
    evaluation: &'a Evaluation<'a>,
    version: &'a Version,
    content: &'a Rule,
    subjects: &'a Subjects,
    verdicts: &'a Verdicts,
}

impl Making<'_> {
    fn inputs<'r>(&'r self, rows: &'r [u32]) -> AssessedRows<'r> {
        let Self { evaluation, version, subjects, .. } = *self;
        AssessedRows::new(SubjectRows { evaluation, version, subjects, rows }, self.content.of, self.verdicts)
    }

    fn all(&self, fill: &Fill<'_>, scratch: &mut Scratch<'_>, out: &mut Vec<Content>) {
        let env = env(self.evaluation.program, self.version, self.evaluation.book);
        let all: Vec<u32> = (0..position(self.subjects.ids.len())).collect();
        let make = |rows: &[u32], read: &mut dyn FnMut(&dyn Inputs)| read(&self.inputs(rows));
        let holds = truths(&self.content.when, &all, &make, &env, scratch);
        let rows = all.into_iter().zip(holds).filter(|(_, holds)| *holds == Some(true)).map(|(row, _)| row);
        for (row, place, value) in self.best(rows.collect(), &env, scratch) {
            let rows = [row];
            let mut found = Content {
                content: self.content.id.clone(),
                of: self.content.of.word(),
                subject: self.subjects.ids[index(row)].clone(),
                place,
                value,
                texts: Vec::new(),
                missing_facts: Vec::new(),
            };
            let inputs = self.inputs(&rows);
            let templates = &self.content.templates;
            fill.texts(templates, &inputs, &env, scratch, &mut found.texts, &mut found.missing_facts);
            out.push(found);
        }
    }

    /// The best of them with their places; all of them without a place if none is asked for.
    fn best(
        &self,
        rows: Vec<u32>,
        env: &Env<'_>,
        scratch: &mut Scratch<'_>,
    ) -> Vec<(u32, Option<usize>, Option<Number>)> {
        let Some((by, places)) = &self.content.best else {
            return rows.into_iter().map(|row| (row, None, None)).collect();
        };
        let value = |row: u32, scratch: &mut Scratch<'_>| number(by, &self.inputs(&[row]), env, scratch);
        let known = rows.into_iter().filter_map(|row| Some((row, value(row, scratch)?)));
        let mut known: Vec<(u32, Number)> = known.collect();
        known.sort_by(|(_, left), (_, right)| right.cmp(left));
        let mut out: Vec<(u32, Option<usize>, Option<Number>)> = Vec::new();
        for (at, (row, value)) in known.into_iter().enumerate() {
            let same = out.last().filter(|(_, _, last)| *last == Some(value)).and_then(|(_, place, _)| *place);
            let place = same.unwrap_or_else(|| at.saturating_add(1));
            if place > *places {
                break;
            }
            out.push((row, Some(place), Some(value)));
        }
        out
    }
}

fn number(of: &Compiled, inputs: &dyn Inputs, env: &Env<'_>, scratch: &mut Scratch<'_>) -> Option<Number> {
    let found = of.evaluate(inputs, 1, env, scratch);
    match &found.column {
        Column::Decimal(values) if found.status.first().is_some_and(|status| status.is_ok()) => values.first().copied(),
        _ => None,
    }
}
