//! What requirements at submission ask of the submissions before: measures over them, and how many referrals of the referrer are open.
//!
//! Only accepted submissions count, so attribution judges these requirements, in the order of submission. What became of a referral before
//! another one was submitted is told by that referral's own events.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::circles::Asking;
use super::env;
use super::holding::Entered;
use super::inputs::{FactsAt, ReferralRows};
use super::submission::Submissions;
use super::timeline::{Applied, MeasureKey, OfSubmissions, Opening, Reading, Running, Totals, What, submission_item};
use crate::base::{Day, Instant, NONE, index, position};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::program::{Disqualified, EventKind, OnFailure, Program, Source, Version};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// What was before a submission.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Before {
    /// The measures that requirements ask, by their numbers.
    pub readings: BTreeMap<u16, Reading>,
    /// How many referrals of the referrer are open.
    pub open: i64,
}

/// That requirements fail by what was before a referral.
#[derive(Clone, PartialEq, Debug)]
pub struct FailedBefore {
    /// The positions of those that fail, in the document's order.
    pub failed: Vec<usize>,
    /// Whether one of them refuses it.
    pub refuses: bool,
    /// What was before it.
    pub before: Before,
}

/// What is asked together.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Asked {
    /// A measure under a key.
    Measure(u16, MeasureKey),
    /// The open referrals of a referrer, by its text id.
    Open(u32),
}

/// The measures as they run, by number and key.
pub type Measures = FxHashMap<(u16, MeasureKey), Running>;

/// What the submissions of a book say of themselves.
pub struct Earlier<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    opening: &'a Opening,
    /// The measures that requirements ask.
    measures: BTreeSet<u16>,
    asks_for_open: bool,
    of: OfSubmissions,
}

/// What is remembered on the way through the submissions.
#[derive(Default)]
pub struct SoFar {
    measures: Measures,
    contributed: FxHashMap<u32, Vec<(u16, MeasureKey, i32, Totals)>>,
    /// The stages that accepted referrals are to enter: when, which of a referral's, the referral, the stage.
    coming: BinaryHeap<Reverse<(i64, u32, u32, EventKind)>>,
    open: FxHashSet<u32>,
    /// How many are open, by the text id of the referrer.
    counts: FxHashMap<u32, i64>,
    taken_over: FxHashSet<u32>,
    /// What failed.
    pub failed: FxHashMap<u32, FailedBefore>,
}

/// Whether a referral in this stage is open.
pub fn is_open(stage: EventKind) -> bool {
    [EventKind::SUBMITTED, EventKind::QUALIFIED, EventKind::OPPORTUNITY, EventKind::NURTURE].contains(&stage)
}

impl<'a> Earlier<'a> {
    /// Reads what submissions contribute; `None` for a program that does not ask.
    pub fn new(
        program: &'a Program,
        book: &'a Book,
        submissions: &'a Submissions,
        opening: &'a Opening,
    ) -> Option<Self> {
        if !program.asks_before() {
            return None;
        }
        let measures = program.asked_before().filter_map(|source| match source {
            Source::Declared(measure) => Some(measure),
            _ => None,
        });
        let measures: BTreeSet<u16> = measures.collect();
        let of = OfSubmissions::read(program, book, &as_events(book, submissions));
        Some(Self { program, book, submissions, opening, measures, asks_for_open: program.asks_for_open(), of })
    }

    fn version(&self, referral: u32) -> Option<&'a Version> {
        self.program.versions.get(usize::from(self.submissions.version[index(referral)]))
    }

    fn key(&self, measure: u16, referral: u32) -> Option<MeasureKey> {
        self.of.key((self.program, self.book), self.version(referral)?, measure, (referral, referral))
    }

    fn day(&self, referral: u32) -> Day {
        self.program.zone.day_of(Instant(self.book.referrals.submitted_at[index(referral)]))
    }

    /// What a referral asks, or is asked for by others.
    pub fn asked(&self, referral: u32) -> Vec<Asked> {
        let measure = |measure: &u16| Some(Asked::Measure(*measure, self.key(*measure, referral)?));
        let referrer = self.book.referrals.referrer[index(referral)].0;
        let open = self.asks_for_open.then_some(Asked::Open(referrer));
        self.measures.iter().filter_map(measure).chain(open).collect()
    }

    /// Whether requirements of its version refuse a referral by what was before it.
    pub fn refuses(&self, referral: u32, closes: bool, so_far: &mut SoFar, scratch: &mut Scratch<'_>) -> bool {
        if !self.version(referral).is_some_and(Version::asks_before) {
            return false;
        }
        self.go_on_until(self.book.referrals.submitted_at[index(referral)], so_far);
        let referrer = self.book.referrals.referrer[index(referral)].0;
        let before = Before {
            readings: self.readings(referral, &mut so_far.measures),
            open: so_far.counts.get(&referrer).copied().unwrap_or_default(),
        };
        let failed = self.judge(referral, closes, before, scratch);
        let refuses = failed.as_ref().is_some_and(|failed| failed.refuses);
        so_far.failed.extend(failed.map(|failed| (referral, failed)));
        refuses
    }

    /// The measures that requirements ask, as a submission reads them.
    pub fn readings(&self, referral: u32, measures: &mut Measures) -> BTreeMap<u16, Reading> {
        let day = self.day(referral);
        let mut read = |number: &u16| {
            let key = self.key(*number, referral)?;
            let measure = self.program.measures.get(usize::from(*number))?;
            Some((*number, self.running(*number, key, measures).read(measure, day)))
        };
        self.measures.iter().filter_map(&mut read).collect()
    }

    /// The requirements that fail by what was before a referral, if any does.
    pub fn judge(
        &self,
        referral: u32,
        closes: bool,
        before: Before,
        scratch: &mut Scratch<'_>,
    ) -> Option<FailedBefore> {
        let version = self.version(referral)?;
        let env = env(self.program, version, self.book);
        let rows = [referral];
        let rows = ReferralRows { program: self.program, book: self.book, rows: &rows, facts_at: FactsAt::Submission };
        let inputs = Asking { rows, closes, before: Some(&before) };
        let (mut failed, mut refuses) = (Vec::new(), false);
        for (at, requirement) in version.requirements.iter().enumerate().filter(|(_, one)| one.asks_before) {
            if !requirement.conditions.iter().all(|condition| condition.holds(&inputs, &env, scratch)) {
                failed.push(at);
                refuses |= requirement.on_failure == OnFailure::Refuse;
            }
        }
        (!failed.is_empty()).then_some(FailedBefore { failed, refuses, before })
    }

    fn running<'s>(&self, number: u16, key: MeasureKey, measures: &'s mut Measures) -> &'s mut Running {
        let opened = self.opening.measures.get(&(number, key.clone()));
        measures.entry((number, key)).or_insert_with(|| Running::with(opened.cloned().unwrap_or_default()))
    }

    /// An accepted referral counts from its submission on; its stages are what is to come of it.
    pub fn accept(&self, referral: u32, stages: Vec<Entered>, so_far: &mut SoFar) {
        let day = self.day(referral);
        self.go_on_until(self.book.referrals.submitted_at[index(referral)], so_far);
        for (number, value) in self.of.contributed(referral).filter(|(number, _)| self.measures.contains(number)) {
            let Some((key, measure)) = self.key(number, referral).zip(self.program.measures.get(usize::from(number)))
            else {
                continue;
            };
            let (bucket, totals) =
                self.running(number, key.clone(), &mut so_far.measures).add(measure, day, value.clone());
            if measure.disqualified == Disqualified::TakenOut {
                so_far.contributed.entry(referral).or_default().push((number, key, bucket, totals));
            }
        }
        self.enter(referral, EventKind::SUBMITTED, so_far);
        for (place, entered) in (0_u32..).zip(stages).filter(|(_, entered)| entered.stage != EventKind::SUBMITTED) {
            if entered.submitting {
                self.enter(referral, entered.stage, so_far);
            } else {
                so_far.coming.push(Reverse((entered.at, place, referral, entered.stage)));
            }
        }
    }

    /// Lets referrals enter the stages that come before an instant.
    fn go_on_until(&self, at: i64, so_far: &mut SoFar) {
        while let Some(Reverse((when, _, referral, stage))) = so_far.coming.peek().copied() {
            if when >= at {
                return;
            }
            so_far.coming.pop();
            if !so_far.taken_over.contains(&referral) {
                self.enter(referral, stage, so_far);
            }
        }
    }

    fn enter(&self, referral: u32, stage: EventKind, so_far: &mut SoFar) {
        if stage == EventKind::DISQUALIFIED {
            for (number, key, bucket, totals) in so_far.contributed.remove(&referral).unwrap_or_default() {
                self.running(number, key, &mut so_far.measures).take_out(bucket, &totals);
            }
        }
        if is_open(stage) {
            so_far.begin(self.book, referral);
        } else {
            so_far.close(self.book, referral);
        }
    }
}

impl SoFar {
    fn begin(&mut self, book: &Book, referral: u32) {
        if self.open.insert(referral) {
            let count = self.counts.entry(book.referrals.referrer[index(referral)].0).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn close(&mut self, book: &Book, referral: u32) {
        if self.open.remove(&referral) {
            let count = self.counts.entry(book.referrals.referrer[index(referral)].0).or_default();
            *count = count.saturating_sub(1);
        }
    }

    /// Another referral took a referral's claims over: nothing more comes of it.
    pub fn end(&mut self, book: &Book, referral: u32) {
        self.close(book, referral);
        self.taken_over.insert(referral);
    }
}

/// The submissions of a book as events, by referral.
fn as_events(book: &Book, submissions: &Submissions) -> Applied {
    let mut out = Applied::default();
    for referral in 0..position(book.referrals.id.len()) {
        let item = submission_item(book, referral);
        out.referral.push(referral);
        out.what.push(What::Submission);
        out.event.push(NONE);
        out.place.push(item.place);
        out.kind.push(EventKind::SUBMITTED);
        out.at.push(item.place.at);
        out.known.push(item.known);
        out.version.push(submissions.version[index(referral)]);
        out.counts.push([0; 4]);
        out.before.push([0; 4]);
        out.reached.push([item.place.at, NEVER, NEVER, NEVER]);
        out.tiers.push(Default::default());
    }
    out
}
