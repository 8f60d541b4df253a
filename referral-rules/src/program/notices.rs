//! Notices, compiled: whom to tell what by when.
use super::assessments::Subjects;
use super::compile::Compiling;
use super::compiled::{EventKind, Measure, Source};
use super::document::{self, Document, FactOwner, Subject, Trigger as Written};
use super::names::{Numbers, fact_type};
use super::paths::{numbered, under};
use super::templates::Templates;
use crate::base::{Length, Period};
use crate::diag::Span;
use crate::expr::{Compiled, Scope, Type};

/// A notice.
#[derive(Debug)]
pub struct Notice {
    /// The id.
    pub id: String,
    /// Whom it is to.
    pub to: String,
    /// When it comes.
    pub trigger: Trigger,
    /// Of what it is.
    pub of: Subject,
    /// Only if all of these hold.
    pub when: Vec<Compiled>,
    /// By when, counted from the event or the beginning of the day.
    pub within: Option<Length>,
    /// The texts.
    pub templates: Templates,
    /// Where it stands in the document.
    pub span: Span,
}

/// When somebody is told.
#[derive(Debug)]
pub enum Trigger {
    /// At events of these kinds, and whether at the submission of those that are refused.
    On(Vec<EventKind>, bool),
    /// In each such period.
    Every(Period),
    /// On a day.
    OnDay(Box<Compiled>),
    /// Never: what was written is faulty.
    Never,
}

impl Compiling<'_> {
    pub(super) fn notices(&mut self, subjects: &mut Subjects<'_>) -> Vec<Notice> {
        let document = subjects.document;
        let mut out = Vec::with_capacity(document.notices.len());
        for (at, written) in document.notices.iter().enumerate() {
            out.push(self.notice(at, written, subjects));
        }
        out
    }

    fn notice(&mut self, at: usize, written: &document::Notice, subjects: &mut Subjects<'_>) -> Notice {
        let path = numbered("notice", at);
        let of = written.of.value;
        let is_of_event = matches!(written.trigger, Written::On(_));
        let scope = match is_of_event {
            true => self.numbers.told_at_events(subjects),
            false => self.numbers.with_verdicts(of, subjects),
        };
        let trigger = match &written.trigger {
            Written::On(kinds) => {
                let refused = |kind: &str| kind == document::Notice::REFUSED && self.numbers.is_no_kind(kind);
                let known = kinds.iter().filter(|kind| !refused(&kind.value));
                let known = known.map(|kind| self.numbers.kind(&kind.value)).collect();
                Trigger::On(known, kinds.iter().any(|kind| refused(&kind.value)))
            }
            Written::Every(period) => Trigger::Every(period.value),
            Written::OnDay(day) => self
                .day(day, &scope, &under(&path, "on_day"))
                .map_or(Trigger::Never, |day| Trigger::OnDay(Box::new(day))),
        };
        let own: &[&str] = if is_of_event { &["entries", "reasons", "program"] } else { &["program"] };
        Notice {
            id: written.id.value.clone(),
            to: written.to.value.clone(),
            trigger,
            of,
            when: self.conditions(&written.when, &scope, &under(&path, "when")),
            within: written.within.as_ref().map(|within| within.value),
            templates: self.templates(&written.text, &scope, own, &path),
            span: written.id.span,
        }
    }
}

impl Numbers {
    /// Whether no kind of event has the name.
    fn is_no_kind(&self, name: &str) -> bool {
        !self.kinds.iter().any(|kind| kind == name)
    }

    /// What is known where somebody is told of an event: the event and its referral, counts, facts of the company.
    fn told_at_events(&mut self, subjects: &mut Subjects<'_>) -> Scope {
        if let Some(known) = &subjects.told_at_events {
            return known.clone();
        }
        let (document, scopes) = (subjects.document, subjects.scopes);
        let mut out = scopes.happening.clone();
        out.without("referrer.recruiter", "a notice does not know who recruited the referrer");
        for measure in Measure::ALL {
            out.variable(measure.word(), Type::Int, self.slot(Source::Measure(measure)));
        }
        out.known_elsewhere(&scopes.event, "a notice on an event asks facts, the event, the stages and counts");
        self.of_company(document, &mut out);
        subjects.told_at_events = Some(out.clone());
        out
    }

    /// Facts of the company, and the moment of the answer.
    pub(super) fn of_company(&mut self, document: &Document, scope: &mut Scope) {
        for fact in document.facts.iter().filter(|fact| fact.owner == FactOwner::Company) {
            let name = &fact.name.value;
            let at = self.company_facts.iter().position(|(known, _)| known == name);
            let at = at.and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX);
            let slot = self.slot(Source::Company(at));
            scope.variable(&under("company", name), fact_type(&fact.fact_type.value), slot);
        }
        scope.variable("answer.at", Type::Instant, self.slot(Source::AnswerAt));
    }
}
