//! Requirements that are judged at events: before an event is taken in, by what is known of its referral until then.
use super::applied::{Applied, Counting, LADDERS_MAX, ReferralState, may_follow};
use super::items::{Item, Place, What};
use crate::book::Book;
use crate::expr::{Compiled, Scratch};
use crate::program::{EventKind, OnFailure, Program, Version};
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows};

/// What a requirement said of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Said {
    /// It was not met.
    Failed,
    /// By its review the referral is void.
    Voided,
}

/// What holds what a referral brings, and what reviews made of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Holds {
    /// The requirements of the version of its submission that events failed, and that neither a later event nor a review met.
    pub failed: Vec<u16>,
    /// Those that a review has let go since.
    pub released: Vec<u16>,
    /// Whether a review said that the referral is void.
    pub voided: bool,
}

impl Holds {
    fn fail(&mut self, requirement: u16) {
        self.released.retain(|released| *released != requirement);
        if !self.failed.contains(&requirement) {
            self.failed.push(requirement);
        }
    }

    fn release(&mut self, requirement: u16) {
        self.failed.retain(|failed| *failed != requirement);
        if !self.released.contains(&requirement) {
            self.released.push(requirement);
        }
    }
}

/// A requirement that failed at an event, or whose review found the referral void, and what was known then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The referral.
    pub referral: u32,
    /// The place of the event.
    pub place: Place,
    /// The event.
    pub what: What,
    /// Its kind: its own, or a stage that it implies.
    pub kind: EventKind,
    /// When the referral had reached each of the first four stages before.
    pub reached: [i64; 4],
    /// When the first event of each kind that is asked for had happened before.
    pub first: Box<[i64]>,
    /// The version in force at submission.
    pub version: u16,
    /// The requirement's position in it.
    pub requirement: u16,
    /// What it said.
    pub said: Said,
}

impl Failure {
    /// The event as a row that expressions can ask, before anything of it was taken in.
    pub fn row(&self) -> Applied {
        let mut out = Applied::default();
        self.put(&mut out);
        out
    }

    /// The order in which failures are told: by referral, event, and place in the document.
    pub fn key(&self) -> (u32, Place, What, u16) {
        (self.referral, self.place, self.what, self.requirement)
    }

    fn put(&self, out: &mut Applied) {
        out.clear();
        out.referral.push(self.referral);
        out.what.push(self.what);
        out.event.push(self.what.event());
        out.place.push(self.place);
        out.kind.push(self.kind);
        out.at.push(self.place.at);
        out.known.push(self.place.at);
        out.version.push(self.version);
        out.counts.push([0; 4]);
        out.before.push([0; 4]);
        out.reached.push(self.reached);
        out.first.push(self.first.clone());
        out.tiers.push([0; LADDERS_MAX]);
    }
}

/// What becomes of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Outcome {
    /// It is taken in.
    TakenIn,
    /// It is not.
    NotTakenIn,
    /// Instead of it the referral gets into this stage.
    Instead(EventKind),
}

/// Judges events.
pub(super) struct Judging<'a> {
    program: &'a Program,
    book: &'a Book,
    scratch: Scratch<'a>,
    row: Applied,
}

impl<'a> Judging<'a> {
    /// `None` for a program in which no requirement is judged at events.
    pub(super) fn new(program: &'a Program, book: &'a Book) -> Option<Self> {
        let judges = program.versions.iter().any(Version::judges_events);
        judges.then(|| Self { program, book, scratch: Scratch::new(&book.texts), row: Applied::default() })
    }

    /// Judges an event that could be taken in, with the stages that it implies. All that fails is taken down; of what changes
    /// the event, the first in the document decides. The kind is the item's own, or that of an event which conditions make of it.
    pub(super) fn judge(&mut self, item: &Item, kind: EventKind, state: &mut Counting) -> Outcome {
        let program = self.program;
        let Some(referral) = state.referrals.get(&item.referral) else { return Outcome::TakenIn };
        let number = referral.submitted_version;
        let Some(version) = program.versions.get(usize::from(number)) else { return Outcome::TakenIn };
        if !version.judges_events() {
            return Outcome::TakenIn;
        }
        let (stage, reached, first) = (referral.stage, referral.reached, referral.first.clone());
        let kinds = coming(program, referral, kind);
        let mut outcome = Outcome::TakenIn;
        for (requirement_at, requirement) in (0_u16..).zip(&version.requirements) {
            let said = |kind, said| Failure {
                referral: item.referral,
                place: item.place,
                what: item.what,
                kind,
                reached,
                first: first.clone(),
                version: number,
                requirement: requirement_at,
                said,
            };
            let mut judged = kinds.iter().copied().filter(|kind| requirement.is_at(*kind)).peekable();
            let is_judged = judged.peek().is_some();
            if !is_judged && requirement.review.is_none() {
                continue;
            }
            let mut failed = judged.map(|kind| said(kind, Said::Failed));
            let failed = failed.find(|failure| !self.all_hold(version, &requirement.conditions, failure));
            if let Some(failure) = failed {
                state.failures.push(failure);
                if requirement.on_failure == OnFailure::Hold {
                    state.held.entry(item.referral).or_default().fail(requirement_at);
                }
                if outcome == Outcome::TakenIn {
                    outcome = changed(requirement.on_failure, stage);
                }
            } else if let Some(held) = state.held.get_mut(&item.referral).filter(|_| is_judged) {
                held.failed.retain(|failed| *failed != requirement_at);
            }
            for kind in kinds.iter().copied() {
                let Some(review) = requirement.reviewed_by(kind) else { continue };
                let at = said(kind, Said::Voided);
                let mut says = |when: &[Compiled]| !when.is_empty() && self.all_hold(version, when, &at);
                if says(&review.voided_when) {
                    state.failures.push(at);
                    state.held.entry(item.referral).or_default().voided = true;
                    if outcome == Outcome::TakenIn {
                        outcome = changed(OnFailure::Disqualify, stage);
                    }
                } else if says(&review.released_when) {
                    state.held.entry(item.referral).or_default().release(requirement_at);
                }
            }
        }
        outcome
    }

    fn all_hold(&mut self, version: &Version, conditions: &[Compiled], at: &Failure) -> bool {
        at.put(&mut self.row);
        let env = env(self.program, version, self.book);
        let inputs = EventRows {
            program: self.program,
            book: self.book,
            applied: &self.row,
            rows: &[0],
            granted: None,
            counted: Counted::Before,
        };
        let scratch = &mut self.scratch;
        conditions.iter().all(|condition| condition.holds(&inputs, &env, scratch))
    }
}

/// The kinds that an event brings along: the stages that it implies, and its own.
fn coming(program: &Program, referral: &ReferralState, kind: EventKind) -> Vec<EventKind> {
    let (mut stage, mut out) = (referral.stage, Vec::new());
    for implied in referral.implied(program, kind) {
        if may_follow(stage, *implied) {
            stage = implied.0;
            out.push(*implied);
        }
    }
    out.push(kind);
    out
}

/// What a failure makes of an event of a referral that is in a stage.
fn changed(on_failure: OnFailure, stage: u16) -> Outcome {
    let instead = |kind: EventKind| if may_follow(stage, kind) { Outcome::Instead(kind) } else { Outcome::NotTakenIn };
    match on_failure {
        OnFailure::Disqualify => instead(EventKind::DISQUALIFIED),
        OnFailure::Nurture => instead(EventKind::NURTURE),
        OnFailure::IgnoreEvent => Outcome::NotTakenIn,
        OnFailure::Refuse | OnFailure::Hold | OnFailure::Flag => Outcome::TakenIn,
    }
}
