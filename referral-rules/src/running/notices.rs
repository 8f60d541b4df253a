//! Notices: whom to tell what by when, what was told already, and the texts of what is still to be told.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::assessments::{AssessedRows, Verdicts};
use super::filling::{Fill, FilledText};
use super::subjects::{SubjectRows, Subjects};
use super::truths::{day, truths};
use crate::base::{Instant, index, position};
use crate::evaluation::entry::{event_part, part, shown, shown_if_any};
use crate::evaluation::{Evaluation, EventReference};
use crate::expr::{Inputs, Pool, Scratch, Slot, Vector};
use crate::program::document::Subject;
use crate::program::{Notice as Rule, Source, Trigger, Version};
use crate::stage::attribution::Standing;
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows};
use crate::stage::loading::{NOTHING, load_fact};
use crate::stage::timeline::{Applied, What, submission_item};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// Somebody who is to be told something, as of the moment of the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Notice {
    /// The id, by which the host confirms it: program, notice, subject, and the event or the day.
    pub id: String,
    /// The notice.
    pub notice: String,
    /// Whom: `referrer`, `referee`, or a word of the document's.
    pub to: String,
    /// Their account, where the program knows it.
    pub recipient: Option<String>,
    /// Of what it is: `company`, `account`, `referrer` or `referral`.
    pub of: &'static str,
    /// The id of that.
    pub subject: String,
    /// The event, if it is of one.
    pub event: Option<EventReference>,
    /// From when on it is to be told.
    #[serde(serialize_with = "shown")]
    pub at: Instant,
    /// By when, if that was promised.
    #[serde(serialize_with = "shown_if_any")]
    pub by: Option<Instant>,
    /// `due`, `overdue`, `met` or `met late`.
    pub state: &'static str,
    /// When it was told.
    #[serde(serialize_with = "shown_if_any")]
    pub told_at: Option<Instant>,
    /// The texts by language, of what is still to be told.
    pub texts: Vec<FilledText>,
    /// What the texts lack.
    pub missing_facts: Vec<String>,
}

/// Something to tell: of which subject, since when, by what.
struct Reason {
    subject: String,
    recipient: Option<String>,
    part: String,
    event: Option<EventReference>,
    at: Instant,
}

/// Events as notices see them.
struct Events<'a> {
    evaluation: &'a Evaluation<'a>,
    applied: &'a Applied,
    rows: &'a [u32],
}

impl Inputs for Events<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let (program, book) = (self.evaluation.program, self.evaluation.book);
        match program.slots[usize::from(slot.0)] {
            Source::AnswerAt => self.rows.iter().for_each(|_| into.push_int(self.evaluation.as_of.0)),
            Source::Company(fact) => {
                let rows = vec![book.company.row_at(self.evaluation.as_of.0); self.rows.len()];
                let column = book.company.facts.get(usize::from(fact)).and_then(Option::as_ref);
                load_fact(into, slot, &rows, column.map(|column| (column, |row| row)), NOTHING, texts);
            }
            _ => {
                let (applied, rows, counted) = (self.applied, self.rows, Counted::After);
                EventRows { program, book, applied, rows, granted: None, counted }.load(slot, into, texts);
            }
        }
    }
}

impl Evaluation<'_> {
    /// Whom to tell what by when: for each version and each of its notices in the document's order, by event or subject.
    ///
    /// What the host has told, it says in the table `notified`.
    pub fn notices(&self) -> Vec<Notice> {
        self.all_notices(true)
    }

    /// The same without texts, for who only counts them.
    pub(crate) fn notices_without_texts(&self) -> Vec<Notice> {
        self.all_notices(false)
    }

    fn all_notices(&self, with_texts: bool) -> Vec<Notice> {
        if self.program.versions.iter().all(|version| version.notices.is_empty()) {
            return Vec::new();
        }
        Telling::new(self, with_texts).all()
    }
}

/// All that notices are made of.
struct Telling<'a> {
    evaluation: &'a Evaluation<'a>,
    /// When each was told first.
    told: FxHashMap<&'a str, i64>,
    /// What was taken in, of all referrals.
    applied: Applied,
    /// Under which version each of them is told.
    versions: Vec<u16>,
    /// The referrals that are refused, as at their submission.
    refused: Applied,
    scratch: Scratch<'a>,
    fill: Fill<'a>,
    /// Whether texts are filled in.
    with_texts: bool,
}

impl<'a> Telling<'a> {
    fn new(evaluation: &'a Evaluation<'a>, with_texts: bool) -> Self {
        let mut told: FxHashMap<&str, i64> = FxHashMap::default();
        for one in evaluation.book.notified.iter().filter(|one| one.known <= evaluation.as_of.0) {
            let first = told.entry(&one.notice).or_insert(one.at);
            *first = one.at.min(*first);
        }
        let mut scratch = Scratch::new(&evaluation.book.texts);
        let applied = evaluation.all_taken_in();
        let versions = applied.at.iter().map(|at| version_at(evaluation, *at)).collect();
        let mut notices = evaluation.program.versions.iter().flat_map(|version| &version.notices);
        let refused = match notices.any(|notice| matches!(notice.trigger, Trigger::On(_, true))) {
            true => refused(evaluation, &applied, &mut scratch),
            false => Applied::default(),
        };
        Self { evaluation, told, applied, versions, refused, scratch, fill: Fill::new(evaluation), with_texts }
    }

    fn all(&mut self) -> Vec<Notice> {
        let mut out = Vec::new();
        let today = self.evaluation.program.zone.day_of(self.evaluation.as_of);
        let (_, verdicts) = self.evaluation.assessed(|_| false);
        let mut subjects: BTreeMap<Subject, Subjects> = BTreeMap::new();
        for (number, version) in (0_u16..).zip(&self.evaluation.program.versions) {
            for notice in &version.notices {
                if let Trigger::On(..) = notice.trigger {
                    self.on_events((number, version), notice, &mut out);
                } else if self.evaluation.program.version_on(today) == Some(number) {
                    let (evaluation, scratch) = (self.evaluation, &mut self.scratch);
                    let of = notice.of;
                    let all =
                        subjects.entry(of).or_insert_with(|| Subjects::of(of, evaluation, (number, version), scratch));
                    self.by_subject((version, notice), all, &verdicts, &mut out);
                }
            }
        }
        out
    }

    /// A notice on events: each that was taken in, and each submission that was refused.
    fn on_events(&mut self, (number, version): (u16, &Version), notice: &Rule, out: &mut Vec<Notice>) {
        let Trigger::On(kinds, refused) = &notice.trigger else { return };
        let evaluation = self.evaluation;
        let env = env(evaluation.program, version, evaluation.book);
        let of_kind =
            |row: &u32| self.versions[index(*row)] == number && kinds.contains(&self.applied.kind[index(*row)]);
        let rows: Vec<u32> = (0..position(self.applied.kind.len())).filter(of_kind).collect();
        let of_version = |row: &u32| version_at(evaluation, self.refused.at[index(*row)]) == number;
        let turned_down = if *refused { position(self.refused.kind.len()) } else { 0 };
        let turned_down: Vec<u32> = (0..turned_down).filter(of_version).collect();
        for (applied, rows, is_refusal) in [(&self.applied, rows, false), (&self.refused, turned_down, true)] {
            let make = |rows: &[u32], read: &mut dyn FnMut(&dyn Inputs)| read(&Events { evaluation, applied, rows });
            let holds = truths(&notice.when, &rows, &make, &env, &mut self.scratch);
            for (row, holds) in rows.iter().zip(holds) {
                if holds != Some(true) {
                    continue;
                }
                let at = index(*row);
                let (what, kind) = (applied.what[at], applied.kind[at]);
                let (part, event) = match is_refusal {
                    true => ("refused".to_owned(), EventReference { kind: "refused".to_owned(), id: String::new() }),
                    false => (event_part(evaluation, what, kind), evaluation.event_reference(what, kind)),
                };
                let referral = applied.referral[at];
                let reason = Reason {
                    subject: evaluation.referral_text(referral).to_owned(),
                    recipient: recipient(evaluation, &notice.to, referral),
                    part,
                    event: Some(event),
                    at: Instant(applied.at[at]),
                };
                let inputs = Events { evaluation, applied, rows: &[*row] };
                let about = if is_refusal {
                    (referral, What::Submission, None)
                } else {
                    (referral, what, Some((kind, applied.place[at].made)))
                };
                let told = self.told.get(id(evaluation, notice, &reason).as_str()).copied();
                let mut found = begun(evaluation, version, notice, reason, told);
                if self.with_texts && found.told_at.is_none() {
                    self.fill.with_event(&notice.templates, &notice.to, about);
                    self.fill.texts(
                        &notice.templates,
                        &inputs,
                        &env,
                        &mut self.scratch,
                        &mut found.texts,
                        &mut found.missing_facts,
                    );
                }
                out.push(found);
            }
        }
    }

    /// A notice of subjects: in the running period, or on a day that has come.
    fn by_subject(
        &mut self,
        (version, notice): (&Version, &Rule),
        subjects: &Subjects,
        verdicts: &Verdicts,
        out: &mut Vec<Notice>,
    ) {
        let evaluation = self.evaluation;
        let env = env(evaluation.program, version, evaluation.book);
        let today = evaluation.program.zone.day_of(evaluation.as_of);
        let all: Vec<u32> = (0..position(subjects.ids.len())).collect();
        let make = |rows: &[u32], read: &mut dyn FnMut(&dyn Inputs)| {
            read(&AssessedRows::new(SubjectRows { evaluation, version, subjects, rows }, notice.of, verdicts));
        };
        let holds = truths(&notice.when, &all, &make, &env, &mut self.scratch);
        for (row, holds) in all.iter().zip(holds) {
            let rows = [*row];
            let inputs =
                AssessedRows::new(SubjectRows { evaluation, version, subjects, rows: &rows }, notice.of, verdicts);
            let first = match &notice.trigger {
                _ if holds != Some(true) => None,
                Trigger::Every(period) => Some(period.first_day(today)),
                Trigger::OnDay(expression) => day(expression, &inputs, evaluation, &env, &mut self.scratch)
                    .filter(|day| *day <= today && *day >= version.first_day),
                Trigger::On(..) | Trigger::Never => None,
            };
            let Some(first) = first else { continue };
            let subject = subjects.ids[index(*row)].clone();
            let recipient = match (notice.to.as_str(), notice.of) {
                ("referrer" | "referee", Subject::Referral) => {
                    evaluation.known_row(&subject).and_then(|row| recipient(evaluation, &notice.to, row))
                }
                ("referrer", Subject::Account | Subject::Referrer) => Some(subject.clone()),
                _ => None,
            };
            let at = evaluation.program.zone.first_instant(first.max(version.first_day));
            let reason = Reason { subject, recipient, part: first.to_string(), event: None, at };
            let told = self.told.get(id(evaluation, notice, &reason).as_str()).copied();
            let mut found = begun(evaluation, version, notice, reason, told);
            if self.with_texts && found.told_at.is_none() {
                self.fill.without_event();
                self.fill.texts(
                    &notice.templates,
                    &inputs,
                    &env,
                    &mut self.scratch,
                    &mut found.texts,
                    &mut found.missing_facts,
                );
            }
            out.push(found);
        }
    }
}

/// The version under which something of an instant is told: the one in force on its day, else the last one.
fn version_at(evaluation: &Evaluation<'_>, at: i64) -> u16 {
    let program = evaluation.program;
    let last = u16::try_from(program.versions.len().saturating_sub(1)).unwrap_or(u16::MAX);
    program.version_on(program.zone.day_of(Instant(at))).unwrap_or(last)
}

/// The referrals that are refused, as at their submission: with the counts that their referrers had before it.
fn refused(evaluation: &Evaluation<'_>, applied: &Applied, scratch: &mut Scratch<'_>) -> Applied {
    let book = evaluation.book;
    let standing = |row: u32| evaluation.standings.current.of(index(row));
    let is_refused = |row: &u32| !standing(*row).was_accepted() && standing(*row) != Standing::Withdrawn;
    let rows: Vec<u32> = evaluation.referrals().filter(is_refused).collect();
    let Some(version) = evaluation.version_now().filter(|_| !rows.is_empty()) else { return Applied::default() };
    let mut out = evaluation.as_of_now(version, &rows, scratch);
    let mut taken_in: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    for (at, referral) in applied.referral.iter().enumerate() {
        taken_in.entry(book.referrals.referrer[index(*referral)].0).or_default().push(at);
    }
    for (at, row) in rows.iter().enumerate() {
        let submitted = book.referrals.submitted_at[index(*row)];
        out.at[at] = submitted;
        out.reached[at][0] = submitted;
        let place = submission_item(book, *row).place;
        let referrer = book.referrals.referrer[index(*row)].0;
        let all = taken_in.get(&referrer).map_or(&[][..], |all| all);
        let earlier = all.partition_point(|other| applied.place[*other] < place);
        let last = earlier.checked_sub(1).map(|last| applied.counts[all[last]]);
        let opened = || evaluation.timeline.opening.counts.get(&referrer).copied().unwrap_or_default();
        out.counts[at] = last.unwrap_or_else(opened);
        out.before[at] = out.counts[at];
    }
    out
}

/// Whose account it is.
fn recipient(evaluation: &Evaluation<'_>, to: &str, referral: u32) -> Option<String> {
    let referrals = &evaluation.book.referrals;
    match to {
        "referrer" => Some(evaluation.referrer_text(referral)).filter(|id| !id.is_empty()).map(str::to_owned),
        "referee" if referrals.referee_given[index(referral)] => {
            Some(evaluation.book.text(referrals.referee[index(referral)]).to_owned())
        }
        _ => None,
    }
}

fn id(evaluation: &Evaluation<'_>, notice: &Rule, reason: &Reason) -> String {
    format!("{}/{}/{}/{}", evaluation.program.id, notice.id, part(&reason.subject), part(&reason.part))
}

/// A notice without its texts.
fn begun(evaluation: &Evaluation<'_>, version: &Version, notice: &Rule, reason: Reason, told: Option<i64>) -> Notice {
    let zone = &evaluation.program.zone;
    let by = notice.within.and_then(|within| within.deadline(reason.at, zone, &version.calendar));
    let in_time = |at: Instant| by.is_none_or(|by| at <= by);
    Notice {
        id: id(evaluation, notice, &reason),
        notice: notice.id.clone(),
        to: notice.to.clone(),
        recipient: reason.recipient,
        of: notice.of.word(),
        subject: reason.subject,
        event: reason.event,
        at: reason.at,
        by,
        state: match told.map(Instant) {
            Some(at) if in_time(at) => "met",
            Some(_) => "met late",
            None if in_time(evaluation.as_of) => "due",
            None => "overdue",
        },
        told_at: told.map(Instant),
        texts: Vec::new(),
        missing_facts: Vec::new(),
    }
}
