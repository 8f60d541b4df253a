//! `[[event]]` with conditions, compiled: events that come at the first event of other kinds, for each key, at which conditions are true.
//! What only all versions together can tell: which of them depend on more than their own referral.
use super::compile::Compiling;
use super::compiled::{EventKind, Per, Program, Source, Version};
use super::document::{Document, EventDeclaration, JudgedAt, OnFailure, STAGES};
use super::lint::Expressions;
use super::names::{Scopes, key_texts};
use crate::diag::{Code, Diagnostic, Span, shown};
use crate::expr::Compiled;
use std::collections::BTreeSet;

/// An event that conditions make.
#[derive(Debug)]
pub struct Maker {
    /// Its kind.
    pub kind: EventKind,
    /// The kinds of event at which the conditions are read.
    pub on: Vec<EventKind>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// For what it comes once.
    pub once_per: Vec<Per>,
    /// Whether nothing but what happens to its own referral makes it come.
    pub alone: bool,
}

impl Maker {
    /// Whether it comes once for each referral: then the kinds that a referral has had tell whether it has come.
    pub fn is_once_per_referral(&self) -> bool {
        matches!(self.once_per.as_slice(), [Per::Referral])
    }

    fn expressions(&self) -> impl Iterator<Item = &Compiled> {
        let keys = self.once_per.iter().filter_map(|per| match per {
            Per::Expression(key) => Some(&**key),
            _ => None,
        });
        self.when.iter().chain(keys)
    }
}

impl Program {
    /// Whether conditions make events in some version.
    pub fn makes_events(&self) -> bool {
        self.versions.iter().any(|version| !version.makers.is_empty())
    }

    /// Whether conditions make events of a kind, in some version.
    pub fn makes(&self, kind: EventKind) -> bool {
        self.versions.iter().flat_map(|version| &version.makers).any(|maker| maker.kind == kind)
    }
}

impl Compiling<'_> {
    /// The events that conditions make, in the document's order.
    pub(super) fn makers(&mut self, document: &Document, scopes: &Scopes) -> Vec<Maker> {
        let declared = document.events.iter().enumerate();
        let made = declared.filter_map(|(at, event)| Some((at, event, event.made.as_ref()?)));
        let mut out = Vec::new();
        for (at, event, made) in made {
            let kind = &event.kind.value;
            let texts = key_texts(&made.once_per);
            match self.numbers.made.iter().find(|(known, _)| known == kind) {
                None => self.numbers.made.push((kind.clone(), texts)),
                Some((_, known)) if *known == texts => {}
                Some(_) => {
                    let message = format!("`{kind}` comes once per something else in another version");
                    let span = made.once_per.first().map_or(event.kind.span, |part| part.span);
                    let fault = Diagnostic::error(Code::VersionsDiffer, span, message);
                    let help = "give it the same `once_per` in all versions, or another kind";
                    self.diagnostics.push(fault.path(format!("event[{at}].once_per")).help(help));
                }
            }
            out.push(Maker {
                kind: self.numbers.kind(kind),
                on: made.on.iter().map(|kind| self.numbers.kind(&kind.value)).collect(),
                when: self.conditions(&made.when, &scopes.event, &format!("event[{at}].when")),
                once_per: self.key(&made.once_per, &scopes.event, &format!("event[{at}].once_per")),
                alone: true,
            });
        }
        out
    }
}

/// The kinds that may come, or be called off, by what happens to other referrals.
struct Foreign<'p> {
    program: &'p Program,
    kinds: BTreeSet<EventKind>,
}

impl Foreign<'_> {
    fn find(&mut self) {
        loop {
            let before = self.kinds.len();
            for version in &self.program.versions {
                let makers = version.makers.iter().filter(|maker| self.is_foreign(maker, version));
                let clocks = version
                    .clocks
                    .iter()
                    .filter(|clock| clock.unless.iter().chain([&clock.from]).any(|kind| self.kinds.contains(kind)));
                let found: Vec<EventKind> =
                    makers.map(|maker| maker.kind).chain(clocks.map(|clock| clock.kind)).collect();
                self.kinds.extend(found);
            }
            if self.kinds.len() == before {
                return;
            }
        }
    }

    fn is_foreign(&self, maker: &Maker, version: &Version) -> bool {
        !maker.once_per.iter().any(|per| matches!(per, Per::Referral))
            || maker.on.iter().any(|kind| self.kinds.contains(kind))
            || maker.expressions().any(|asked| self.asks_others(asked, version))
    }

    /// Whether an expression asks what other referrals have a part in.
    fn asks_others(&self, expression: &Compiled, version: &Version) -> bool {
        expression.inputs().iter().any(|slot| match self.program.slots.get(usize::from(slot.0)) {
            Some(Source::Measure(_) | Source::Tier(_) | Source::Recruiter) => true,
            Some(Source::FirstAt(kind)) => self.kinds.contains(kind),
            Some(Source::Declared(measure)) => version.contributions.iter().any(|found| {
                let keys = found.per.iter().filter_map(|per| match per {
                    Per::Expression(key) => Some(&**key),
                    _ => None,
                });
                let mut asked = found.when.iter().chain(&found.of).chain(keys);
                let own = found.per.iter().any(|per| matches!(per, Per::Referral))
                    && !found.on.iter().any(|kind| self.kinds.contains(kind))
                    && !asked.any(|asked| self.asks_others(asked, version));
                found.measure == *measure && !own
            }),
            _ => false,
        })
    }
}

/// Finds out which events come by their own referrals alone. Stages, and what decides about claims, must: the stages of a referral
/// are its own matter, and attribution goes by them before anything is counted.
pub(super) fn check(program: &mut Program, documents: &[(&Document, &Expressions)], found: &mut [Vec<Diagnostic>]) {
    if !program.makes_events() {
        return;
    }
    let mut foreign = Foreign { program, kinds: BTreeSet::new() };
    foreign.find();
    let kinds = foreign.kinds;
    for ((document, expressions), found) in documents.iter().zip(found) {
        let is_foreign = |kind: &str| program.kind(kind).is_some_and(|kind| kinds.contains(&kind));
        let looking = Looking { program, kinds: &kinds, document, found };
        looking.look(expressions, &is_foreign);
    }
    for maker in program.versions.iter_mut().flat_map(|version| &mut version.makers) {
        maker.alone = !kinds.contains(&maker.kind);
    }
}

struct Looking<'a> {
    program: &'a Program,
    kinds: &'a BTreeSet<EventKind>,
    document: &'a Document,
    found: &'a mut Vec<Diagnostic>,
}

impl Looking<'_> {
    fn look(mut self, expressions: &Expressions, is_foreign: &dyn Fn(&str) -> bool) {
        self.events(is_foreign);
        self.claims(is_foreign);
        self.requirements(is_foreign);
        let of_requirements = ["eligibility[", "validity[", "fraud["];
        let asked = expressions.iter().filter(|(path, _)| of_requirements.iter().any(|start| path.starts_with(start)));
        for (path, checked) in asked {
            let first =
                checked.compiled.inputs().iter().find_map(|slot| match self.program.slots.get(usize::from(slot.0)) {
                    Some(Source::FirstAt(kind)) => self.kinds.contains(kind).then_some(*kind),
                    _ => None,
                });
            if let Some(kind) = first {
                let word = self.program.kind_word(kind);
                self.refuse(checked.written.span, path.clone(), word, "be asked for by a requirement");
            }
        }
    }

    fn refuse(&mut self, span: Span, path: String, kind: &str, what: &str) {
        let message = format!("`{}` depends on other referrals, so it cannot {what}", shown(kind));
        let fault = Diagnostic::error(Code::BadValue, span, message).path(path);
        let help =
            "let its condition ask facts, the event and measures with `per = \"referral\"` alone, once per referral";
        self.found.push(fault.help(help));
    }

    fn events(&mut self, is_foreign: &dyn Fn(&str) -> bool) {
        for (at, event) in self.document.events.iter().enumerate().filter(|(_, event)| is_foreign(&event.kind.value)) {
            let EventDeclaration { kind, clock, made, implies, .. } = event;
            let (key, place) = match (made, clock) {
                (Some(made), _) => ("when", made.when.first().map_or(kind.span, |when| when.span)),
                (None, Some(clock)) => ("from", clock.from.span),
                (None, None) => ("kind", kind.span),
            };
            if STAGES.contains(&kind.value.as_str()) {
                self.refuse(place, format!("event[{at}].{key}"), &kind.value, "be a stage");
            } else if let Some(stage) = implies.first() {
                self.refuse(stage.span, format!("event[{at}].implies"), &kind.value, "imply a stage");
            }
        }
    }

    fn claims(&mut self, is_foreign: &dyn Fn(&str) -> bool) {
        let Some(claims) = &self.document.attribution else { return };
        let lists = [
            (&claims.locks_on, "locks_on"),
            (&claims.prolonged_by, "prolonged_by"),
            (&claims.released_by, "released_by"),
        ];
        for (kinds, key) in lists {
            for kind in kinds.iter().filter(|kind| is_foreign(&kind.value)) {
                self.refuse(kind.span, format!("attribution.{key}"), &kind.value, "decide about claims");
            }
        }
    }

    fn requirements(&mut self, is_foreign: &dyn Fn(&str) -> bool) {
        let requirements = &self.document.requirements;
        for (position, requirement) in requirements.iter().enumerate() {
            let before = requirements.iter().take(position);
            let at = before.filter(|other| other.heading == requirement.heading).count();
            let heading = requirement.heading.word();
            if let JudgedAt::Kinds(judged) = &requirement.judged_at {
                let changes = matches!(requirement.on_failure.value, OnFailure::Disqualify | OnFailure::Nurture);
                for kind in judged.iter().filter(|kind| changes && is_foreign(&kind.value)) {
                    self.refuse(kind.span, format!("{heading}[{at}].judged_at"), &kind.value, "end a referral");
                }
            }
            let review = requirement.review.iter().filter(|review| !review.voided_when.is_empty());
            for kind in review.flat_map(|review| &review.by).filter(|kind| is_foreign(&kind.value)) {
                self.refuse(kind.span, format!("{heading}[{at}].reviewed_by"), &kind.value, "end a referral");
            }
        }
    }
}
