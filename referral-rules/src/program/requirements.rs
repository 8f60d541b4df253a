//! Requirements of a document become compiled ones, and what events must carry becomes a list of facts. What the stages must
//! know beforehand of circles is asked here.
use super::compile::Compiling;
use super::compiled::{EventKind, Fact, Owner, Program, Requirement, Source, Version};
use super::compiled_rules::{Contribution, Judged, Per, Review};
use super::document::{self, Document, Heading, JudgedAt, OnFailure, Refuses};
use super::lint::Expressions;
use super::names::{Numbers, Scopes};
use super::paths::{numbered, under};
use crate::diag::{Code, Diagnostic};
use crate::expr::{Compiled, Scope, Slot};

impl Compiling<'_> {
    pub(super) fn requirements(&mut self, document: &Document, scopes: &Scopes) -> Vec<Requirement> {
        let mut counts = [0_usize; 3];
        let at_submission = self.numbers.at_submission(document, &scopes.submission);
        let mut at_events = scopes.happening.clone();
        at_events.without("referrer.recruiter", "attribution tells it, and may depend on this requirement");
        at_events.known_elsewhere(
            &scopes.event,
            "a later requirement asks facts, the event and the stages, not measures or tiers",
        );
        let circle = self.numbers.slot(Source::ClosesCircle);
        let mut out = Vec::with_capacity(document.requirements.len());
        for written in &document.requirements {
            let heading = written.heading.word();
            let slot = match written.heading {
                Heading::Eligibility => 0,
                Heading::Validity => 1,
                Heading::Fraud => 2,
            };
            let (scope, judged) = match &written.judged_at {
                JudgedAt::Submitted => (&at_submission, Judged::AtSubmission),
                JudgedAt::Payable => (&scopes.submission, Judged::WhenPayable),
                JudgedAt::Payout => (&scopes.payout, Judged::AtPayouts),
                JudgedAt::Kinds(kinds) => {
                    (&at_events, Judged::At(kinds.iter().map(|kind| self.numbers.kind(&kind.value)).collect()))
                }
            };
            let count = counts.get(slot).copied().unwrap_or_default();
            if let Some(count) = counts.get_mut(slot) {
                *count = count.saturating_add(1);
            }
            let path = numbered(heading, count);
            let conditions = self.conditions(&written.require, scope, &under(&path, "require"));
            let asks_for_circles = conditions.iter().any(|condition| condition.inputs().contains(&circle));
            let asks_before =
                judged == Judged::AtSubmission && conditions.iter().any(|one| self.numbers.asks_before(one));
            let asked = if asks_for_circles { "for circles" } else { "of the submissions before" };
            let message = format!("a requirement that asks {asked} refuses both sides");
            if (asks_for_circles || asks_before) && written.refuses.value != Refuses::Both {
                let fault = Diagnostic::error(Code::BadValue, written.refuses.span, message);
                self.diagnostics.push(fault.path(format!("{path}.refuses")).help("remove `refuses`"));
            }
            out.push(Requirement {
                heading,
                code: written.code.value.clone(),
                conditions,
                message: written.message.value.clone(),
                refuses: written.refuses.value,
                judged,
                on_failure: written.on_failure.value,
                review: written.review.as_ref().map(|review| self.review(review, &at_events, &path)),
                asks_for_circles,
                asks_before,
                span: written.code.span,
            });
        }
        out
    }

    fn review(&mut self, written: &document::Review, scope: &Scope, path: &str) -> Review {
        Review {
            by: written.by.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
            released_when: self.conditions(&written.released_when, scope, &under(path, "released_when")),
            voided_when: self.conditions(&written.voided_when, scope, &under(path, "voided_when")),
        }
    }
}

/// The measures that requirements at submission ask must be over submissions in all versions, and ask for no recruiters: attribution tells
/// them, and may depend on these requirements.
pub(super) fn check_measures(
    program: &Program,
    documents: &[(&Document, &Expressions)],
    found: &mut [Vec<Diagnostic>],
) {
    let contributions = || program.versions.iter().flat_map(|version| &version.contributions);
    let recruiter = |expression: &Compiled| {
        expression.inputs().iter().any(|slot| program.slots.get(usize::from(slot.0)) == Some(&Source::Recruiter))
    };
    let asks_for_recruiter = |found: &Contribution| {
        let keys = found.per.iter().filter_map(|per| match per {
            Per::Expression(key) => Some(&**key),
            _ => None,
        });
        found.when.iter().chain(&found.of).chain(keys).any(recruiter)
    };
    for ((document, expressions), found) in documents.iter().zip(found) {
        let paths = paths_at_submission(document);
        let is_measure = |slot: &Slot| matches!(program.slots.get(usize::from(slot.0)), Some(Source::Declared(_)));
        let asking = expressions.iter().filter(|(_, checked)| checked.compiled.inputs().iter().any(is_measure));
        let conditions = asking.filter(|(path, _)| paths.iter().any(|start| path.starts_with(start)));
        for (path, checked) in conditions {
            for slot in checked.compiled.inputs() {
                let Some(Source::Declared(number)) = program.slots.get(usize::from(slot.0)) else { continue };
                let of = || contributions().filter(|found| found.measure == *number);
                let name = program.measures.get(usize::from(*number)).map_or("", |measure| measure.name.as_str());
                if !document.measures.iter().any(|measure| measure.name.value == name) {
                    continue;
                }
                let (message, help) = if of().any(|found| found.on.iter().any(|kind| *kind != EventKind::SUBMITTED)) {
                    (
                        format!("`{name}` is over other events in another version"),
                        "let it be over `submitted` in all versions",
                    )
                } else if of().any(asks_for_recruiter) {
                    let help = "remove `referrer.recruiter` from the measure: who recruited is known afterwards";
                    (format!("`{name}` asks for recruiters"), help)
                } else {
                    continue;
                };
                let fault = Diagnostic::error(Code::BadValue, checked.written.span, message);
                found.push(fault.path(path.clone()).help(help));
            }
        }
    }
}

/// The paths of the requirements that are judged at submission: `eligibility[0].`
fn paths_at_submission(document: &Document) -> Vec<String> {
    let numbered = document.requirements.iter().enumerate().map(|(at, requirement)| {
        let before = document.requirements.iter().take(at);
        let number = before.filter(|other| other.heading == requirement.heading).count();
        (requirement, format!("{}[{number}].", requirement.heading.word()))
    });
    numbered.filter(|(one, _)| one.judged_at == JudgedAt::Submitted).map(|(_, path)| path).collect()
}

impl Numbers {
    /// Whether a condition asks of the submissions before.
    fn asks_before(&self, condition: &Compiled) -> bool {
        condition.inputs().iter().any(|slot| {
            let source = self.slots.get(usize::from(slot.0));
            matches!(source, Some(Source::OpenCount | Source::Declared(_)))
        })
    }

    /// What events must carry, by any version that says so.
    pub(super) fn needed_facts<'d>(&self, documents: impl Iterator<Item = &'d Document>) -> Vec<(EventKind, u16)> {
        let events = documents.flat_map(|document| &document.events);
        let needs = events.flat_map(|event| event.needs.iter().map(move |fact| (&event.kind.value, &fact.value)));
        let mut out: Vec<(EventKind, u16)> = needs
            .filter_map(|(kind, name)| {
                let own = |fact: &Fact| fact.owner == Owner::Event && fact.name == *name;
                let fact = self.facts.iter().position(own).and_then(|fact| u16::try_from(fact).ok())?;
                Some((self.kind(kind), fact))
            })
            .collect();
        out.sort_unstable();
        out.dedup();
        out
    }
}

impl Requirement {
    /// Whether it is judged at submission.
    pub fn is_at_submission(&self) -> bool {
        self.judged == Judged::AtSubmission
    }

    /// Whether attribution judges it: it depends on the referrals before.
    pub fn is_left_to_attribution(&self) -> bool {
        self.asks_for_circles || self.asks_before
    }

    /// What reviews what it holds, if an event of the kind does.
    pub fn reviewed_by(&self, kind: EventKind) -> Option<&Review> {
        self.review.as_ref().filter(|review| review.by.contains(&kind))
    }

    /// Whether it is judged at events of the kind.
    pub fn is_at(&self, kind: EventKind) -> bool {
        matches!(&self.judged, Judged::At(kinds) if kinds.contains(&kind))
    }
}

impl Version {
    /// Whether a requirement is judged at events, or events review what it holds.
    pub fn judges_events(&self) -> bool {
        let judges = |one: &Requirement| matches!(one.judged, Judged::At(_)) || one.review.is_some();
        self.requirements.iter().any(judges)
    }

    /// Whether a requirement at submission holds what comes of the referral.
    pub fn holds_submissions(&self) -> bool {
        let holds = |one: &Requirement| one.is_at_submission() && one.on_failure == OnFailure::Hold;
        self.requirements.iter().any(holds)
    }

    /// Whether a requirement asks of the submissions before.
    pub fn asks_before(&self) -> bool {
        self.requirements.iter().any(|requirement| requirement.asks_before)
    }

    /// Whether a requirement asks if a referral closes a circle.
    pub fn asks_for_circles(&self) -> bool {
        self.requirements.iter().any(|requirement| requirement.asks_for_circles)
    }
}

impl Program {
    /// Whether some version asks of the submissions before.
    pub fn asks_before(&self) -> bool {
        self.versions.iter().any(Version::asks_before)
    }

    /// What its requirements ask of the submissions before.
    pub fn asked_before(&self) -> impl Iterator<Item = Source> + '_ {
        let requirements = self.versions.iter().flat_map(|version| &version.requirements);
        let conditions = requirements.filter(|one| one.asks_before).flat_map(|one| &one.conditions);
        let sources = conditions.flat_map(Compiled::inputs).filter_map(|slot| self.slots.get(usize::from(slot.0)));
        sources.copied().filter(|source| matches!(source, Source::OpenCount | Source::Declared(_)))
    }

    /// Whether some requirement asks how many referrals are open.
    pub fn asks_for_open(&self) -> bool {
        self.asked_before().any(|source| source == Source::OpenCount)
    }

    /// Whether some version asks if referrals close circles.
    pub fn asks_for_circles(&self) -> bool {
        self.versions.iter().any(Version::asks_for_circles)
    }
}
