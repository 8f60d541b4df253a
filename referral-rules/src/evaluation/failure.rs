//! Requirements that failed: those at submission that refuse are reasons of the verdict, all others are told beside it.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::decision::{Operand, Reason, value_text};
use super::entry::shown;
use super::{Evaluation, EventReference};
use crate::base::{Instant, index};
use crate::expr::{Compiled, Inputs, Scratch, Value};
use crate::program::{EventKind, Judged, OnFailure, Refuses, Requirement, Version};
use crate::stage::attribution::Standing;
use crate::stage::circles::Asking;
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows, FactsAt, ReferralRows};
use crate::stage::timeline::{Failure as Failed, Said, What};
use serde::Serialize;

/// What a review did that found the referral void.
const VOID: &str = "void";

/// A requirement that failed, but refused nobody at submission.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Failure {
    /// The requirement's code.
    pub code: String,
    /// eligibility, validity or fraud.
    pub heading: String,
    /// The sentence for people.
    pub message: String,
    /// What it did: `disqualify`, `nurture`, `ignore event`, `hold` or `flag`; `void` where a review said so.
    pub on_failure: String,
    /// The event at which it was judged.
    pub event: EventReference,
    /// When that was.
    #[serde(serialize_with = "shown")]
    pub at: Instant,
    /// What decided.
    pub operands: Vec<Operand>,
    /// The line of the document.
    pub line: usize,
}

impl Evaluation<'_> {
    /// The failures of a referral: those at submission, then those at events.
    pub(super) fn failures(&self, row: u32, standing: Standing, scratch: &mut Scratch<'_>) -> Vec<Failure> {
        let Some(version) = self.program.versions.get(usize::from(self.submissions.version[index(row)])) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        if standing == Standing::Withdrawn {
            return out;
        }
        for failed in self.standings.failures(&self.submissions, row) {
            let requirement = &version.requirements[failed];
            if requirement.on_failure != OnFailure::Refuse {
                let operands = self.operands_at_submission(row, version, requirement, scratch);
                let at = Instant(self.book.referrals.submitted_at[index(row)]);
                let event = self.event_reference(What::Submission, EventKind::SUBMITTED);
                out.push(told(version, requirement, event, at, operands));
            }
        }
        for failed in self.failed_at_events(row) {
            let requirement = &version.requirements[usize::from(failed.requirement)];
            let operands = self.operands_at_event(failed, version, requirement, scratch);
            let event = self.event_reference(failed.what, failed.kind);
            let mut told = told(version, requirement, event, Instant(failed.place.at), operands);
            if failed.said == Said::Voided {
                told.on_failure = VOID.to_owned();
            }
            out.push(told);
        }
        out
    }

    /// The requirements at submission that refuse the referral or a side of it.
    pub(super) fn refusing(&self, row: u32, scratch: &mut Scratch<'_>, out: &mut Vec<Reason>) {
        let Some(version) = self.program.versions.get(usize::from(self.submissions.version[index(row)])) else {
            return;
        };
        for failure in self.standings.failures(&self.submissions, row) {
            let requirement = &version.requirements[failure];
            if requirement.on_failure != OnFailure::Refuse {
                continue;
            }
            out.push(Reason {
                code: requirement.code.clone(),
                heading: requirement.heading.to_owned(),
                message: requirement.message.clone(),
                refuses: match requirement.refuses {
                    Refuses::Both => "both",
                    Refuses::Referrer => "referrer",
                    Refuses::Referee => "referee",
                }
                .to_owned(),
                operands: self.operands_at_submission(row, version, requirement, scratch),
                line: version.line(requirement.span.start),
            });
        }
    }

    /// What failed at events of a referral.
    fn failed_at_events(&self, row: u32) -> &[Failed] {
        let all = &self.timeline.failures;
        let from = all.partition_point(|failed| failed.referral < row);
        let until = all.partition_point(|failed| failed.referral <= row);
        &all[from..until]
    }

    /// The codes and messages of the requirements that failed at an event of a referral, or at one that conditions made there.
    pub(crate) fn failures_at(&self, row: u32, what: What, made: u16) -> Vec<(String, String)> {
        let version = self.program.versions.get(usize::from(self.submissions.version[index(row)]));
        let here = |failed: &&Failed| failed.what == what && failed.place.made == made;
        let failed = self.failed_at_events(row).iter().filter(here);
        let requirements = failed.filter_map(|failed| version?.requirements.get(usize::from(failed.requirement)));
        requirements.map(|one| (one.code.clone(), one.message.clone())).collect()
    }

    /// The codes and messages of the reasons for which a referral is refused.
    pub(crate) fn refusals(&self, row: u32) -> Vec<(String, String)> {
        let decisions = self.decisions_of(&[row]);
        let reasons = decisions.into_iter().flat_map(|decision| decision.reasons);
        reasons.map(|reason| (reason.code, reason.message)).collect()
    }

    /// The code of the requirement that kept an event from being taken in, if one did.
    pub(super) fn kept_out_by(&self, row: u32, what: What) -> Option<String> {
        let version = self.program.versions.get(usize::from(self.submissions.version[index(row)]))?;
        let own = self.failed_at_events(row).iter().filter(|failed| failed.what == what && failed.place.made == 0);
        let mut said = own.map(|failed| (failed.said, &version.requirements[usize::from(failed.requirement)]));
        let keeps = said.find(|(said, one)| *said == Said::Voided || one.on_failure.changes_event());
        keeps.map(|(_, found)| found.code.clone())
    }

    fn operands_at_submission(
        &self,
        row: u32,
        version: &Version,
        requirement: &Requirement,
        scratch: &mut Scratch<'_>,
    ) -> Vec<Operand> {
        let rows = [row];
        let rows = ReferralRows { program: self.program, book: self.book, rows: &rows, facts_at: FactsAt::Submission };
        let before = self.standings.before.get(&row).map(|failed| &failed.before);
        let inputs = Asking { rows, closes: self.standings.circles.contains(&row), before };
        self.operands(&inputs, version, &requirement.conditions, true, scratch)
    }

    fn operands_at_event(
        &self,
        failed: &Failed,
        version: &Version,
        requirement: &Requirement,
        scratch: &mut Scratch<'_>,
    ) -> Vec<Operand> {
        let (applied, counted) = (failed.row(), Counted::Before);
        let (program, book) = (self.program, self.book);
        let inputs = EventRows { program, book, applied: &applied, rows: &[0], granted: None, counted };
        match (failed.said, &requirement.review) {
            (Said::Voided, Some(review)) => self.operands(&inputs, version, &review.voided_when, false, scratch),
            _ => self.operands(&inputs, version, &requirement.conditions, true, scratch),
        }
    }

    pub(super) fn operands(
        &self,
        inputs: &dyn Inputs,
        version: &Version,
        conditions: &[Compiled],
        wanted: bool,
        scratch: &mut Scratch<'_>,
    ) -> Vec<Operand> {
        let env = env(self.program, version, self.book);
        let operands = conditions.iter().flat_map(|condition| condition.explain(wanted, inputs, &env, scratch));
        let shown = operands.map(|operand| Operand {
            subject: operand.subject,
            actual: value_text(&operand.actual),
            operator: operand.operator.to_owned(),
            expected: match operand.expected {
                Value::Missing => String::new(),
                value => value_text(&value),
            },
        });
        shown.collect()
    }

    /// Whether a review said that the referral is void, or the one whose claim it shares.
    pub(super) fn is_void(&self, row: u32) -> bool {
        let voided = |row: u32| self.timeline.held.get(&row).is_some_and(|held| held.voided);
        voided(row) || self.holder(row).is_some_and(voided)
    }

    /// The requirement that holds what a referral brings as of the moment of the answer, if there is one, and the version that states
    /// it: the first in the document, then the first of those that hold what the referral brings whose claim it shares.
    pub(super) fn held_by(&self, row: u32, scratch: &mut Scratch<'_>) -> Option<(u16, u16)> {
        let own = self.held_by_own(row, scratch).map(|number| (self.submissions.version[index(row)], number));
        own.or_else(|| {
            let holder = self.holder(row)?;
            let first = self.timeline.held.get(&holder)?.failed.iter().min()?;
            Some((self.submissions.version[index(holder)], *first))
        })
    }

    /// The codes of the requirements that reviews have let go: of the referral, or of the one whose claim it shares.
    fn let_go(&self, row: u32) -> Vec<&str> {
        let row = self.holder(row).unwrap_or(row);
        let version = self.program.versions.get(usize::from(self.submissions.version[index(row)]));
        let released = self.timeline.held.get(&row).into_iter().flat_map(|held| &held.released);
        let requirements = version.map_or(&[][..], |version| &version.requirements);
        released.filter_map(|number| Some(requirements.get(usize::from(*number))?.code.as_str())).collect()
    }

    fn held_by_own(&self, row: u32, scratch: &mut Scratch<'_>) -> Option<u16> {
        let version = self.program.versions.get(usize::from(self.submissions.version[index(row)]))?;
        let by_events = self.timeline.held.get(&row).map_or(&[][..], |held| &held.failed);
        let let_go = self.let_go(row);
        let at_submission = match self.standings.current.of(index(row)).was_accepted() && version.holds_submissions() {
            true => self.standings.failures(&self.submissions, row),
            false => Vec::new(),
        };
        let env = env(self.program, version, self.book);
        let rows = [row];
        let facts_at = FactsAt::Instant(self.as_of.0);
        let inputs = ReferralRows { program: self.program, book: self.book, rows: &rows, facts_at };
        let mut holds = |number: u16, requirement: &Requirement| match &requirement.judged {
            _ if requirement.on_failure != OnFailure::Hold || let_go.contains(&requirement.code.as_str()) => false,
            Judged::AtSubmission => at_submission.contains(&usize::from(number)),
            Judged::AtPayouts => false,
            Judged::At(_) => by_events.contains(&number),
            Judged::WhenPayable => {
                !requirement.conditions.iter().all(|condition| condition.holds(&inputs, &env, scratch))
            }
        };
        let mut all = (0_u16..).zip(&version.requirements);
        all.find(|(number, requirement)| holds(*number, requirement)).map(|(number, _)| number)
    }
}

fn told(
    version: &Version,
    requirement: &Requirement,
    event: EventReference,
    at: Instant,
    operands: Vec<Operand>,
) -> Failure {
    Failure {
        code: requirement.code.clone(),
        heading: requirement.heading.to_owned(),
        message: requirement.message.clone(),
        on_failure: requirement.on_failure.word().to_owned(),
        event,
        at,
        operands,
        line: version.line(requirement.span.start),
    }
}
