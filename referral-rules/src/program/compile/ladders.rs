//! Measures and tier ladders of a document become numbers, conditions and what events contribute.
use super::Compiling;
use crate::diag::{Code, Diagnostic};
use crate::expr::{Expected, Type};
use crate::program::compiled::{Contribution, DeclaredMeasure, Ladder, LadderBy, Level, Measure};
use crate::program::document::{self, Aggregate, Document, MeasureDeclaration, ThisEvent};
use crate::program::names::{Scopes, number};

impl Compiling<'_> {
    /// What the events of a version contribute to its measures.
    pub(super) fn contributions(&mut self, document: &Document, scopes: &Scopes) -> Vec<Contribution> {
        let mut out = Vec::with_capacity(document.measures.len());
        for written in &document.measures {
            let path = format!("measures.{}", written.name.value);
            let expected = if written.is.value == Aggregate::Distinct { Expected::Any } else { Expected::Number };
            let of = written
                .of
                .as_ref()
                .and_then(|of| self.expression(of, expected, &scopes.happening, &format!("{path}.of")));
            if let (Some(Type::List(_) | Type::Map(..)), Some(text)) =
                (of.as_ref().map(|of| of.result_type()), &written.of)
            {
                let fault = Diagnostic::error(Code::TypeMismatch, text.span, "lists cannot be told apart");
                self.diagnostics
                    .push(fault.path(format!("{path}.of")).help("give a text, a number, a date, or true or false"));
            }
            let when = self.conditions(&written.when, &scopes.happening, &format!("{path}.when"));
            let Some(measure) = self.measure(written) else { continue };
            let on = written.on.iter().map(|kind| self.numbers.kind(&kind.value)).collect();
            out.push(Contribution { measure, on, when, of });
        }
        out
    }

    /// The number of a measure, which is the same in all versions.
    fn measure(&mut self, written: &MeasureDeclaration) -> Option<u16> {
        let found = DeclaredMeasure {
            name: written.name.value.clone(),
            is: written.is.value,
            per: written.per.value,
            in_each: written.in_each.value,
            disqualified: written.disqualified.value,
        };
        let position = self.numbers.measures.iter().position(|known| known.name == found.name)?;
        if self.numbers.measures.get(position).is_some_and(|known| *known != found) {
            let message = format!("the measure `{}` is another one in another version", found.name);
            let fault = Diagnostic::error(Code::VersionsDiffer, written.name.span, message);
            let help = "give it the same `is`, `per`, `in_each` and `disqualified` in all versions, or another name";
            self.diagnostics.push(fault.path(format!("measures.{}", found.name)).help(help));
        }
        u16::try_from(position).ok()
    }

    pub(super) fn ladder(&mut self, at: usize, written: &document::TierLadder, scopes: &Scopes) -> Ladder {
        let built_in = Measure::ALL.into_iter().find(|measure| measure.word() == written.by.value);
        let declared = self.numbers.measures.iter().position(|measure| measure.name == written.by.value);
        let declared = declared.and_then(|position| u16::try_from(position).ok());
        let by = built_in.map(LadderBy::BuiltIn).or(declared.map(LadderBy::Declared)).unwrap_or(LadderBy::Conditions);
        let mut levels = Vec::with_capacity(written.levels.len());
        for (position, level) in written.levels.iter().enumerate() {
            levels.push(Level {
                name: level.name.value.clone(),
                text: self.texts.intern(&level.name.value),
                at_least: level.at_least.map(|at_least| at_least.value),
                when: self.conditions(&level.when, &scopes.level, &format!("tiers[{at}].levels[{position}].when")),
            });
        }
        Ladder {
            levels,
            number: number(&mut self.numbers.ladder_names, &written.name.value),
            by,
            counts_this_event: written.this_event.value == ThisEvent::Counts,
            taken_at: written.taken_at.value,
        }
    }
}
