//! Assessments, compiled: what should hold of a subject, as of the moment of the answer, and what follows.
use super::compile::Compiling;
use super::compiled::{Measure, Source};
use super::document::{self, Document, FactOwner, Subject};
use super::document_assessments::plain;
use super::names::{Numbers, Scopes, fact_type, joined, number};
use super::paths::{numbered, under};
use crate::base::Number;
use crate::diag::{Code, Diagnostic, Span};
use crate::expr::{Compiled, Expected, Scope, Type};
use std::collections::BTreeMap;

/// An assessment.
#[derive(Debug)]
pub struct Assessment {
    /// Its position in [`Program::assessment_ids`](super::Program::assessment_ids).
    pub number: u16,
    /// Of what it is.
    pub of: Subject,
    /// Only those subjects for which all of these hold.
    pub when: Vec<Compiled>,
    /// What should hold.
    pub items: Vec<AssessmentItem>,
    /// The verdicts; the last one has no condition.
    pub verdicts: Vec<AssessmentVerdict>,
    /// Where it stands in the document.
    pub span: Span,
}

/// Something that should hold.
#[derive(Debug)]
pub struct AssessmentItem {
    /// The code.
    pub code: String,
    /// All of these must hold.
    pub require: Vec<Compiled>,
    /// The sentence for people.
    pub message: String,
    /// What it adds to the score if it is met.
    pub points: Number,
    /// What it adds if it is not met.
    pub points_if_not: Number,
    /// What to do if it is not met.
    pub next: Option<String>,
}

/// What may be said in the end.
#[derive(Debug)]
pub struct AssessmentVerdict {
    /// The name.
    pub name: String,
    /// All of these must hold.
    pub when: Vec<Compiled>,
    /// What it calls for.
    pub next: Option<String>,
    /// On which day to look again: a date or an instant.
    pub again_on: Option<Compiled>,
}

/// How many items of an assessment are in which state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ItemCount {
    /// They hold.
    Met,
    /// They do not.
    Failed,
    /// It is not known.
    Missing,
}

/// What is known where a program is run, put together once for all that ask for it.
pub(super) struct Subjects<'a> {
    pub(super) document: &'a Document,
    pub(super) scopes: &'a Scopes,
    pub(super) told_at_events: Option<Scope>,
    known: BTreeMap<Subject, Scope>,
    with_verdicts: BTreeMap<Subject, Scope>,
}

impl<'a> Subjects<'a> {
    pub(super) const fn new(document: &'a Document, scopes: &'a Scopes) -> Self {
        Self { document, scopes, told_at_events: None, known: BTreeMap::new(), with_verdicts: BTreeMap::new() }
    }
}

impl Compiling<'_> {
    pub(super) fn assessments(&mut self, subjects: &mut Subjects<'_>) -> Vec<Assessment> {
        let document = subjects.document;
        let mut out = Vec::with_capacity(document.assessments.len());
        for (at, written) in document.assessments.iter().enumerate() {
            let scope = self.numbers.assessed(subjects, at);
            out.push(self.assessment(at, written, scope));
        }
        out
    }

    fn assessment(&mut self, at: usize, written: &document::Assessment, mut scope: Scope) -> Assessment {
        let path = numbered("assessment", at);
        let when = self.conditions(&written.when, &scope, &under(&path, "when"));
        let items_path = under(&path, "item");
        let mut items = Vec::with_capacity(written.items.len());
        for (at, item) in written.items.iter().enumerate() {
            items.push(AssessmentItem {
                code: item.code.value.clone(),
                require: self.conditions(&item.require, &scope, &under(&numbered(&items_path, at), "require")),
                message: item.message.value.clone(),
                points: item.points,
                points_if_not: item.points_if_not,
                next: item.next.as_ref().map(|next| next.value.clone()),
            });
        }
        self.numbers.with_items(written, &mut scope);
        let verdicts_path = under(&path, "verdict");
        let mut verdicts = Vec::with_capacity(written.verdicts.len());
        for (at, verdict) in written.verdicts.iter().enumerate() {
            let path = numbered(&verdicts_path, at);
            verdicts.push(AssessmentVerdict {
                name: verdict.name.value.clone(),
                when: self.conditions(&verdict.when, &scope, &under(&path, "when")),
                next: verdict.next.as_ref().map(|next| next.value.clone()),
                again_on: verdict.again_on.as_ref().and_then(|day| self.day(day, &scope, &under(&path, "again_on"))),
            });
        }
        let number = number(&mut self.numbers.assessment_ids, &written.id.value);
        Assessment { number, of: written.of.value, when, items, verdicts, span: written.id.span }
    }

    /// An expression that gives a date or an instant.
    pub(super) fn day(&mut self, written: &document::ExpressionText, scope: &Scope, path: &str) -> Option<Compiled> {
        let compiled = self.expression(written, Expected::Any, scope, path)?;
        if matches!(compiled.result_type(), Type::Date | Type::Instant) {
            return Some(compiled);
        }
        let fault = Diagnostic::error(Code::TypeMismatch, written.span, "this is neither a date nor an instant");
        self.diagnostics.push(fault.path(path).help("write a date, such as `days_after(90, answer.at)`"));
        None
    }
}

impl Numbers {
    /// Takes in the facts of the company; those that a version declares otherwise than an earlier one are reported.
    pub(super) fn company_facts(&mut self, document: &Document, diagnostics: &mut Vec<Diagnostic>) {
        for fact in document.facts.iter().filter(|fact| fact.owner == FactOwner::Company) {
            let (name, kind) = (&fact.name.value, fact_type(&fact.fact_type.value));
            let Some((_, known)) = self.company_facts.iter_mut().find(|(known, _)| known == name) else {
                self.company_facts.push((name.clone(), kind));
                continue;
            };
            match joined(known, &kind) {
                Some(kind) => *known = kind,
                None => {
                    let message = format!("`{name}` has another type in another version");
                    let fault = Diagnostic::error(Code::VersionsDiffer, fact.fact_type.span, message);
                    diagnostics.push(fault.help("give a fact of another type another name"));
                }
            }
        }
    }

    /// What is known of a subject as of the moment of the answer.
    fn of_subject(&mut self, of: Subject, subjects: &mut Subjects<'_>) -> Scope {
        if let Some(known) = subjects.known.get(&of) {
            return known.clone();
        }
        let (document, scopes) = (subjects.document, subjects.scopes);
        let mut out = match of {
            Subject::Referral => {
                let mut out = scopes.event.clone();
                out.without_party("event", "this is asked as of the moment of the answer, not at an event");
                let stages = document::STAGES.map(str::to_owned);
                out.variable("referral.stage", Type::OneOf(stages.into()), self.slot(Source::Stage));
                out
            }
            Subject::Account | Subject::Referrer => self.of_account(of, document, scopes),
            Subject::Company => {
                let mut out = Scope::default();
                out.constants_of(&scopes.submission);
                out.tables_of(&scopes.submission);
                out
            }
        };
        self.of_company(document, &mut out);
        if of != Subject::Referral {
            let help = "this is not of one referral, and not at an event: ask what the subject has";
            out.known_elsewhere(&scopes.event, help);
        }
        subjects.known.insert(of, out.clone());
        out
    }

    /// Facts of an account, and what its referrals have brought.
    fn of_account(&mut self, of: Subject, document: &Document, scopes: &Scopes) -> Scope {
        let mut out = Scope::default();
        out.constants_of(&scopes.submission);
        out.tables_of(&scopes.submission);
        let own = |owner| owner == FactOwner::Account || of == Subject::Referrer && owner == FactOwner::Referrer;
        for fact in document.facts.iter().filter(|fact| own(fact.owner)) {
            let name = &fact.name.value;
            if let Some((kind, slot)) = scopes.submission.variable_of(&under("referrer", name)) {
                out.variable(&under(of.word(), name), kind, slot);
            }
        }
        out.variable(&format!("{}.id", of.word()), Type::Text, self.slot(Source::ReferrerId));
        let mut names: Vec<&str> = Measure::ALL.into_iter().map(Measure::word).collect();
        names.extend(document.measures.iter().map(|measure| measure.name.value.as_str()));
        names.extend(document.tiers.iter().map(|ladder| ladder.name.value.as_str()));
        for name in names {
            if let Some((kind, slot)) = scopes.event.variable_of(name) {
                out.variable(name, kind, slot);
            }
        }
        out
    }

    /// What the assessment at a place knows: its subject, and the verdicts of those above it that are of the same or of the company.
    fn assessed(&mut self, subjects: &mut Subjects<'_>, at: usize) -> Scope {
        let document = subjects.document;
        let of = document.assessments.get(at).map(|assessment| assessment.of.value).unwrap_or_default();
        let mut out = self.of_subject(of, subjects);
        for (place, other) in document.assessments.iter().enumerate() {
            let name = under("verdict", &plain(&other.id.value));
            if place >= at {
                out.unusable(&name, "an assessment knows the verdicts of those that stand above it");
            } else if other.of.value == of || other.of.value == Subject::Company {
                self.with_verdict(other, &mut out);
            } else {
                out.unusable(&name, "an assessment knows the verdicts on its own subject, and on the company");
            }
        }
        out
    }

    /// What is known of a subject, and what assessments say of it and of the company.
    pub(super) fn with_verdicts(&mut self, of: Subject, subjects: &mut Subjects<'_>) -> Scope {
        if let Some(known) = subjects.with_verdicts.get(&of) {
            return known.clone();
        }
        let mut out = self.of_subject(of, subjects);
        for assessment in &subjects.document.assessments {
            if assessment.of.value == of || assessment.of.value == Subject::Company {
                self.with_verdict(assessment, &mut out);
            }
        }
        subjects.with_verdicts.insert(of, out.clone());
        out
    }

    /// The verdict of an assessment under its name.
    fn with_verdict(&mut self, written: &document::Assessment, scope: &mut Scope) {
        let number = number(&mut self.assessment_ids, &written.id.value);
        let names = written.verdicts.iter().map(|verdict| verdict.name.value.clone()).collect();
        let slot = self.slot(Source::Verdict(number));
        scope.variable(&under("verdict", &plain(&written.id.value)), Type::OneOf(names), slot);
    }

    /// What verdicts know besides: the items, how many are met, and the score.
    fn with_items(&mut self, written: &document::Assessment, scope: &mut Scope) {
        for (at, item) in (0_u16..).zip(&written.items) {
            scope.variable(&under("item", &item.name()), Type::Bool, self.slot(Source::Item(at)));
        }
        scope.variable("assessment.score", Type::Decimal, self.slot(Source::Score));
        let counts =
            [("met_count", ItemCount::Met), ("failed_count", ItemCount::Failed), ("missing_count", ItemCount::Missing)];
        for (name, count) in counts {
            scope.variable(&format!("assessment.{name}"), Type::Int, self.slot(Source::ItemCount(count)));
        }
    }
}
