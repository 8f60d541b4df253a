//! Assessments: which items hold of each subject, what they score, and which verdict follows.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::explaining::{Shortfall, explained};
use super::subjects::{SubjectRows, Subjects};
use super::truths::{Truth, day, truths};
use crate::base::{Day, Number, index, position};
use crate::evaluation::Evaluation;
use crate::evaluation::entry::{exact, shown_if_any};
use crate::expr::{Compiled, Inputs, Pool, Scratch, Slot, Vector};
use crate::program::document::Subject;
use crate::program::{Assessment, ItemCount, Source, Version};
use crate::stage::env;
use serde::Serialize;
use std::collections::BTreeMap;

/// What an assessment says of a subject, as of the moment of the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Assessed {
    /// The assessment.
    pub assessment: String,
    /// Of what it is: `company`, `account`, `referrer` or `referral`.
    pub of: &'static str,
    /// The id of the subject; of the company, that of the program.
    pub subject: String,
    /// The verdict.
    pub verdict: String,
    /// What the verdict calls for.
    pub next: Option<String>,
    /// On which day to look again.
    #[serde(serialize_with = "shown_if_any")]
    pub again_on: Option<Day>,
    /// The sum of the items' points, exactly.
    #[serde(serialize_with = "exact")]
    pub score: Number,
    /// The first item that is not met: what to mend first.
    pub fix_first: Option<String>,
    /// The items, in the document's order.
    pub items: Vec<AssessedItem>,
}

/// An item of an assessment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AssessedItem {
    /// Its code.
    pub item: String,
    /// The sentence for people.
    pub message: String,
    /// `met`, `failed`, or `missing` where it cannot be told.
    pub state: &'static str,
    /// What it adds to the score.
    #[serde(serialize_with = "exact")]
    pub points: Number,
    /// What to do, if it is not met.
    pub next: Option<String>,
    /// What decided, if it is not met.
    pub operands: Vec<Shortfall>,
    /// The facts that are missing.
    pub missing_facts: Vec<String>,
}

/// The verdicts of the assessments that stand above, by their numbers: of what they are, and the verdict's place by subject.
#[derive(Default)]
pub struct Verdicts(BTreeMap<u16, (Subject, Vec<Option<u16>>)>);

/// What verdicts are found by: the items of each subject.
#[derive(Default)]
struct Scored {
    /// By item, then by subject.
    items: Vec<Vec<Truth>>,
    score: Vec<Number>,
}

/// Subjects with what was found of them so far.
pub struct AssessedRows<'a> {
    subject: SubjectRows<'a>,
    of: Subject,
    verdicts: &'a Verdicts,
    scored: Option<&'a Scored>,
}

impl<'a> AssessedRows<'a> {
    /// Subjects of a kind, with the verdicts on them.
    pub fn new(subject: SubjectRows<'a>, of: Subject, verdicts: &'a Verdicts) -> Self {
        Self { subject, of, verdicts, scored: None }
    }
}

impl Inputs for AssessedRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let source = self.subject.evaluation.program.slots[usize::from(slot.0)];
        let rows = self.subject.rows.iter().map(|row| index(*row));
        let none = Scored::default();
        let scored = self.scored.unwrap_or(&none);
        match source {
            Source::Item(item) => {
                for row in rows {
                    match scored.items.get(usize::from(item)).and_then(|items| items[row]) {
                        Some(truth) => into.push_bool(truth),
                        None => into.push_missing(slot),
                    }
                }
            }
            Source::Score => rows.for_each(|row| into.push_decimal(scored.score[row])),
            Source::ItemCount(count) => {
                let wanted = match count {
                    ItemCount::Met => Some(true),
                    ItemCount::Failed => Some(false),
                    ItemCount::Missing => None,
                };
                for row in rows {
                    let found = scored.items.iter().filter(|items| items[row] == wanted).count();
                    into.push_int(i64::try_from(found).unwrap_or(i64::MAX));
                }
            }
            Source::Verdict(number) => {
                for row in rows {
                    match self.verdicts.name((number, row), self.of, self.subject.version) {
                        Some(name) => into.push_text(texts.intern(name)),
                        None => into.push_missing(slot),
                    }
                }
            }
            _ => self.subject.load(slot, into, texts),
        }
    }
}

impl Verdicts {
    /// The verdict of an assessment on a subject, or on the company.
    fn name<'v>(&self, (number, row): (u16, usize), of: Subject, version: &'v Version) -> Option<&'v str> {
        let (found, places) = self.0.get(&number)?;
        let row = match *found {
            Subject::Company => 0,
            own if own == of => row,
            _ => return None,
        };
        let assessment = version.assessments.iter().find(|one| one.number == number)?;
        let place = places.get(row).copied().flatten()?;
        assessment.verdicts.get(usize::from(place)).map(|verdict| verdict.name.as_str())
    }
}

impl Evaluation<'_> {
    /// What the assessments of the version in force on the day of the answer say, in the document's order, then by subject.
    ///
    /// # Example
    /// ```
    /// use referral_rules::base::Instant;
    /// use referral_rules::book::{Book, Given, GivenTable};
    /// use referral_rules::program::Program;
    /// let (program, _) = Program::from_toml(r#"
    /// schema = 1
    /// id = "acme"
    /// version = "1"
    /// in_force = { first_day = 2026-01-01 }
    /// currency = "USD"
    /// time_zone = "UTC"
    /// [facts.company]
    /// happy_customers = "int"
    /// [[assessment]]
    /// id = "launch"
    /// of = "company"
    /// [[assessment.item]]
    /// code = "happy-customers"
    /// require = "company.happy_customers >= 50"
    /// message = "at least 50 happy customers"
    /// [[assessment.verdict]]
    /// name = "ready"
    /// when = "item.happy_customers"
    /// [[assessment.verdict]]
    /// name = "not-yet"
    /// next = "make customers happy first"
    /// "#)?;
    /// let company = GivenTable::from_json(r#"[{"happy_customers": 42}]"#).unwrap();
    /// let book = Book::new(&program, &Given { company, ..Given::default() });
    /// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
    /// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
    /// let launch = &evaluation.assessments()[0];
    /// assert_eq!(launch.verdict, "not-yet");
    /// assert_eq!(launch.items[0].operands[0].short_by.unwrap().to_string(), "8");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assessments(&self) -> Vec<Assessed> {
        self.assessed(|_| true).0
    }

    /// What assessments say of those subjects that are asked for, and all verdicts.
    pub(crate) fn assessed(&self, wanted: impl Fn((Subject, &str)) -> bool) -> (Vec<Assessed>, Verdicts) {
        let (mut out, mut verdicts) = (Vec::new(), Verdicts::default());
        let Some((number, version)) = self.version_now().filter(|(_, version)| !version.assessments.is_empty()) else {
            return (out, verdicts);
        };
        let mut scratch = Scratch::new(&self.book.texts);
        let mut by_kind: BTreeMap<Subject, Subjects> = BTreeMap::new();
        for assessment in &version.assessments {
            let of = assessment.of;
            let subjects = by_kind.entry(of).or_insert_with(|| Subjects::of(of, self, (number, version), &mut scratch));
            let assessing = Assessing { evaluation: self, version, assessment, subjects, verdicts: &verdicts };
            let places = assessing.run(&wanted, &mut scratch, &mut out);
            verdicts.0.insert(assessment.number, (of, places));
        }
        (out, verdicts)
    }
}

/// One assessment and all of its subjects.
struct Assessing<'a> {
    evaluation: &'a Evaluation<'a>,
    version: &'a Version,
    assessment: &'a Assessment,
    subjects: &'a Subjects,
    verdicts: &'a Verdicts,
}

impl<'a> Assessing<'a> {
    fn rows(&self, rows: &'a [u32], scored: Option<&'a Scored>) -> AssessedRows<'a> {
        let Self { evaluation, version, subjects, verdicts, assessment } = *self;
        let subject = SubjectRows { evaluation, version, subjects, rows };
        AssessedRows { subject, of: assessment.of, verdicts, scored }
    }

    /// Goes through all subjects; gives the verdict's place for each, none for one that is not assessed.
    fn run(
        &self,
        wanted: &dyn Fn((Subject, &str)) -> bool,
        scratch: &mut Scratch<'_>,
        out: &mut Vec<Assessed>,
    ) -> Vec<Option<u16>> {
        let all: Vec<u32> = (0..self.subjects.ids.len()).map(position).collect();
        let asked = self.truths(&self.assessment.when, &all, None, scratch);
        let rows: Vec<u32> = all.iter().copied().filter(|row| asked[index(*row)] == Some(true)).collect();
        let mut scored = Scored { items: Vec::new(), score: vec![Number::ZERO; all.len()] };
        for item in &self.assessment.items {
            let truths = self.truths(&item.require, &all, None, scratch);
            for (score, truth) in scored.score.iter_mut().zip(&truths) {
                // Points are small enough for every sum of them.
                *score = score.checked_add(points(item, *truth)).unwrap_or(*score);
            }
            scored.items.push(truths);
        }
        let mut places = vec![None; all.len()];
        for (place, verdict) in (0_u16..).zip(&self.assessment.verdicts) {
            let holds = self.truths(&verdict.when, &rows, Some(&scored), scratch);
            for (row, holds) in rows.iter().zip(holds) {
                let found = &mut places[index(*row)];
                if found.is_none() && holds == Some(true) {
                    *found = Some(place);
                }
            }
        }
        for row in rows.iter().copied() {
            if let Some(place) = places[index(row)].filter(|_| wanted((self.assessment.of, self.id(row)))) {
                out.push(self.assessed((row, usize::from(place)), &scored, scratch));
            }
        }
        places
    }

    fn id(&self, row: u32) -> &str {
        &self.subjects.ids[index(row)]
    }

    fn truths(
        &self,
        conditions: &[Compiled],
        rows: &[u32],
        scored: Option<&Scored>,
        scratch: &mut Scratch<'_>,
    ) -> Vec<Truth> {
        let env = env(self.evaluation.program, self.version, self.evaluation.book);
        let make = |rows: &[u32], read: &mut dyn FnMut(&dyn Inputs)| read(&self.rows_of(rows, scored));
        truths(conditions, rows, &make, &env, scratch)
    }

    fn rows_of<'r>(&'r self, rows: &'r [u32], scored: Option<&'r Scored>) -> AssessedRows<'r> {
        let short: Assessing<'r> = Assessing { ..*self };
        short.rows(rows, scored)
    }

    fn assessed(&self, (row, place): (u32, usize), scored: &Scored, scratch: &mut Scratch<'_>) -> Assessed {
        let verdict = &self.assessment.verdicts[place];
        let rows = [row];
        let inputs = self.rows_of(&rows, Some(scored));
        let env = env(self.evaluation.program, self.version, self.evaluation.book);
        let mut items = Vec::with_capacity(self.assessment.items.len());
        for (at, item) in self.assessment.items.iter().enumerate() {
            let truth = scored.items[at][index(row)];
            let is_met = truth == Some(true);
            let (operands, missing_facts) =
                if is_met { Default::default() } else { explained(&item.require, &inputs, &env, scratch) };
            items.push(AssessedItem {
                item: item.code.clone(),
                message: item.message.clone(),
                state: match truth {
                    Some(true) => "met",
                    Some(false) => "failed",
                    None => "missing",
                },
                points: points(item, truth),
                next: item.next.clone().filter(|_| !is_met),
                operands,
                missing_facts,
            });
        }
        let again_on = verdict.again_on.as_ref();
        let again_on = again_on.and_then(|again_on| day(again_on, &inputs, self.evaluation, &env, scratch));
        Assessed {
            assessment: self.evaluation.program.assessment_ids[usize::from(self.assessment.number)].clone(),
            of: self.assessment.of.word(),
            subject: self.id(row).to_owned(),
            verdict: verdict.name.clone(),
            next: verdict.next.clone(),
            again_on,
            score: scored.score[index(row)],
            fix_first: items.iter().find(|item| item.state != "met").map(|item| item.item.clone()),
            items,
        }
    }
}

/// What an item adds to the score.
fn points(item: &crate::program::AssessmentItem, truth: Truth) -> Number {
    match truth {
        Some(true) => item.points,
        Some(false) => item.points_if_not,
        None => Number::ZERO,
    }
}
