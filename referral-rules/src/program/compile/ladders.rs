//! Measures and tier ladders of a document become numbers, conditions and what events contribute.
use super::Compiling;
use crate::diag::{Code, Diagnostic};
use crate::expr::{Compiled, Expected, Type};
use crate::program::compiled::{Contribution, Ladder, LadderBy, Level, Measure};
use crate::program::document::{self, Aggregate, Document, MeasureDeclaration, ThisEvent};
use crate::program::names::{Scopes, declared, number};

impl Compiling<'_> {
    /// What the events of a version contribute to its measures.
    pub(super) fn contributions(&mut self, document: &Document, scopes: &Scopes) -> Vec<Contribution> {
        let mut out = Vec::with_capacity(document.measures.len());
        for written in &document.measures {
            let path = format!("measures.{}", written.name.value);
            let of = self.measured(written, scopes);
            let per = self.key(&written.per, &scopes.happening, &format!("{path}.per"));
            let when = self.conditions(&written.when, &scopes.happening, &format!("{path}.when"));
            let Some(measure) = self.measure(written, of.as_ref().map(Compiled::result_type)) else { continue };
            let on = written.on.iter().map(|kind| self.numbers.kind(&kind.value)).collect();
            out.push(Contribution { measure, on, per, when, of });
        }
        out
    }

    /// What a measure puts together.
    fn measured(&mut self, written: &MeasureDeclaration, scopes: &Scopes) -> Option<Compiled> {
        let (text, name) = (written.of.as_ref()?, &written.name.value);
        let path = format!("measures.{name}.of");
        let known = self.numbers.measures.iter().find(|known| known.name == *name).map(|known| known.kind.clone());
        let expected = match (written.is.value, known) {
            (Aggregate::Distinct | Aggregate::First | Aggregate::Latest, _) => Expected::Any,
            (_, Some(Type::Date | Type::Instant)) => Expected::Any,
            _ => Expected::Number,
        };
        let of = self.expression(text, expected, &scopes.happening, &path)?;
        let fault = match of.result_type() {
            Type::List(_) | Type::Map(..) | Type::Nothing => "lists cannot be told apart",
            Type::Duration if written.is.value != Aggregate::Distinct => "lengths of time cannot be kept",
            _ => return Some(of),
        };
        let fault = Diagnostic::error(Code::TypeMismatch, text.span, fault);
        self.diagnostics.push(fault.path(path).help("give a text, a number, a date, or true or false"));
        None
    }

    /// The number of a measure, which is the same in all versions.
    fn measure(&mut self, written: &MeasureDeclaration, of: Option<&Type>) -> Option<u16> {
        let position = self.numbers.measures.iter().position(|known| known.name == written.name.value)?;
        let known = self.numbers.measures.get(position)?;
        let path = format!("measures.{}", known.name);
        // Without an expression of a type of its own nothing about the type can differ.
        let kind = match (written.is.value, of) {
            (Aggregate::First | Aggregate::Latest, Some(of)) => of.clone(),
            (Aggregate::Least | Aggregate::Greatest, Some(of @ (Type::Date | Type::Instant))) => of.clone(),
            (Aggregate::Least | Aggregate::Greatest, Some(_)) => Type::Decimal,
            _ => known.kind.clone(),
        };
        let alike = kind == known.kind || matches!((&kind, &known.kind), (Type::OneOf(_), Type::OneOf(_)));
        if declared(written, known.kind.clone()) != *known {
            let message = format!("the measure `{}` is another one in another version", known.name);
            let fault = Diagnostic::error(Code::VersionsDiffer, written.name.span, message);
            let help =
                "give it the same `is`, `per`, `in_each`, `which` and `disqualified` in all versions, or another name";
            self.diagnostics.push(fault.path(path).help(help));
        } else if !alike {
            let message = format!("the measure `{}` has another type in another version, or by its table", known.name);
            let fault = Diagnostic::error(Code::TypeMismatch, written.name.span, message);
            let help = "give `of` one type in all versions, and no table that is looked up by a measure or a tier";
            self.diagnostics.push(fault.path(path).help(help));
        }
        u16::try_from(position).ok()
    }

    /// A ladder goes by numbers, and by what is one for the referrer.
    fn ladder_by(&mut self, at: usize, written: &document::TierLadder, measure: Option<u16>, several: bool) {
        let Some(measure) = measure.and_then(|number| self.numbers.measures.get(usize::from(number))) else { return };
        let (code, message, help) = if !measure.is_for_referrers() {
            let message = format!("`{}` is not one value for a referrer", measure.name);
            (Code::BadValue, message, "go by a measure with `per = \"referrer\"` or `per = \"program\"`")
        } else if !matches!(measure.kind, Type::Int | Type::Decimal) {
            (Code::TypeMismatch, format!("`{}` is no number", measure.name), "go by a measure that is a number")
        } else if measure.per.is_empty() && written.moves().any(|moves| moves.value.period().is_some()) {
            let message =
                format!("`{}` is one value for all referrers, whose levels are looked at each by itself", measure.name);
            (
                Code::BadValue,
                message,
                "go by a measure with `per = \"referrer\"`, or let the level go up and down at once",
            )
        } else {
            return;
        };
        let path = if several { format!("tiers[{at}].by") } else { "tiers.by".to_owned() };
        self.diagnostics.push(Diagnostic::error(code, written.by.span, message).path(path).help(help));
    }

    pub(super) fn ladder(
        &mut self,
        at: usize,
        written: &document::TierLadder,
        several: bool,
        scopes: &Scopes,
    ) -> Ladder {
        let built_in = Measure::ALL.into_iter().find(|measure| measure.word() == written.by.value);
        let declared = self.numbers.measures.iter().position(|measure| measure.name == written.by.value);
        let declared = declared.and_then(|position| u16::try_from(position).ok());
        self.ladder_by(at, written, declared, several);
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
            goes_up: written.goes_up.value,
            goes_down: written.goes_down.value,
        }
    }
}
