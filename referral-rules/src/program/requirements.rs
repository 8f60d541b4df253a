//! Requirements of a document become compiled ones, and what events must carry becomes a list of facts. What the stages must
//! know beforehand of circles is asked here.
use super::compile::Compiling;
use super::compiled::{EventKind, Fact, Owner, Program, Requirement, Source, Version};
use super::compiled_rules::Judged;
use super::document::{Document, Heading, JudgedAt, OnFailure, Refuses};
use super::names::{Numbers, Scopes};
use crate::diag::{Code, Diagnostic};

impl Compiling<'_> {
    pub(super) fn requirements(&mut self, document: &Document, scopes: &Scopes) -> Vec<Requirement> {
        let mut counts = [0_usize; 3];
        let at_submission = self.numbers.with_circles(&scopes.submission);
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
                JudgedAt::Kinds(kinds) => {
                    (&at_events, Judged::At(kinds.iter().map(|kind| self.numbers.kind(&kind.value)).collect()))
                }
            };
            let count = counts.get(slot).copied().unwrap_or_default();
            if let Some(count) = counts.get_mut(slot) {
                *count = count.saturating_add(1);
            }
            let path = format!("{heading}[{count}]");
            let conditions = self.conditions(&written.require, scope, &format!("{path}.require"));
            let asks_for_circles = conditions.iter().any(|condition| condition.inputs().contains(&circle));
            let flags = written.on_failure.value == OnFailure::Flag;
            if asks_for_circles && flags {
                let message = "a requirement that asks for circles refuses both sides";
                let fault = Diagnostic::error(Code::BadValue, written.on_failure.span, message);
                self.diagnostics.push(fault.path(format!("{path}.on_failure")).help("remove `on_failure`"));
            } else if asks_for_circles && written.refuses.value != Refuses::Both {
                let message = "a requirement that asks for circles refuses both sides";
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
                asks_for_circles,
                span: written.code.span,
            });
        }
        out
    }
}

impl Numbers {
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

    /// Whether it is judged at events of the kind.
    pub fn is_at(&self, kind: EventKind) -> bool {
        matches!(&self.judged, Judged::At(kinds) if kinds.contains(&kind))
    }
}

impl Version {
    /// Whether a requirement is judged at events.
    pub fn judges_events(&self) -> bool {
        self.requirements.iter().any(|requirement| matches!(requirement.judged, Judged::At(_)))
    }

    /// Whether a requirement asks if a referral closes a circle.
    pub fn asks_for_circles(&self) -> bool {
        self.requirements.iter().any(|requirement| requirement.asks_for_circles)
    }
}

impl Program {
    /// Whether some version asks if referrals close circles.
    pub fn asks_for_circles(&self) -> bool {
        self.versions.iter().any(Version::asks_for_circles)
    }
}
