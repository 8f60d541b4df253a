//! Texts are filled in with what is known of a subject or an event.
use crate::evaluation::{Evaluation, value_text};
use crate::expr::{Compiled, Env, Inputs, Scratch, Value};
use crate::program::{EventKind, Filling, Templates, filled};
use crate::stage::timeline::What;
use minijinja::value::Value as Shown;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// A text in one language, filled in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FilledText {
    /// The language.
    pub language: String,
    /// The subject; none without one, or where it lacks something.
    pub subject: Option<String>,
    /// The text; none where it lacks something.
    pub body: Option<String>,
}

/// What texts are filled in with.
pub struct Fill<'a> {
    evaluation: &'a Evaluation<'a>,
    /// The rows of the ledger by referral, once they are asked for.
    entries: Option<FxHashMap<u32, Vec<u32>>>,
    own: Filling,
}

impl<'a> Fill<'a> {
    /// Nothing is known yet.
    pub fn new(evaluation: &'a Evaluation<'a>) -> Self {
        Self { evaluation, entries: None, own: Filling::table() }
    }

    /// No event is told of.
    pub fn without_event(&mut self) {
        self.own = Filling::table();
        self.with_program();
    }

    fn with_program(&mut self) {
        let program = self.evaluation.program;
        let name = self.evaluation.version_now().and_then(|(_, version)| version.document.name.as_ref());
        let name = name.map_or(program.id.as_str(), |name| name.value.as_str());
        self.own.put("program.id", Filling::Value(Shown::from(program.id.as_str())));
        self.own.put("program.name", Filling::Value(Shown::from(name)));
    }

    /// What an event of a referral brought to a party, and why something failed there: by its kind, and the how-manieth that conditions made it is. The submission of one that is refused
    /// has neither.
    pub fn with_event(
        &mut self,
        templates: &Templates,
        to: &str,
        (referral, what, kind): (u32, What, Option<(EventKind, u16)>),
    ) {
        self.without_event();
        if templates.tells_entries {
            let entries = kind.map_or_else(Vec::new, |(kind, _)| self.entries(referral, what, kind, to));
            self.own.put("entries", Filling::Value(Shown::from(entries)));
        }
        if templates.tells_reasons {
            let reasons = match kind {
                None => self.evaluation.refusals(referral),
                Some((_, made)) => self.evaluation.failures_at(referral, what, made),
            };
            let row = |(code, message): (String, String)| table([("code", code.into()), ("message", message.into())]);
            let reasons: Vec<Shown> = reasons.into_iter().map(row).collect();
            self.own.put("reasons", Filling::Value(Shown::from(reasons)));
        }
    }

    fn entries(&mut self, referral: u32, what: What, kind: EventKind, to: &str) -> Vec<Shown> {
        let evaluation = self.evaluation;
        let all = evaluation.ledger_rows();
        let by_referral = self.entries.get_or_insert_with(|| {
            let mut out: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
            for (place, row) in (0_u32..).zip(all) {
                out.entry(row.referral).or_default().push(place);
            }
            out
        });
        let rows = by_referral.get(&referral).into_iter().flatten();
        let rows = rows.filter_map(|place| all.get(crate::base::index(*place)));
        let own = rows.filter(|row| row.made_by() == (what, kind)).map(|row| evaluation.entry(row));
        let own = own.filter(|entry| !["referrer", "referee"].contains(&to) || entry.beneficiary.party == to);
        own.map(|entry| {
            let due_on = entry.due_on.map_or_else(|| Shown::from(()), |day| Shown::from(day.to_string()));
            table([
                ("rule", Shown::from(entry.rule)),
                ("label", Shown::from(entry.label)),
                ("to", Shown::from(entry.beneficiary.party)),
                ("kind", Shown::from(entry.kind)),
                ("unit", Shown::from(entry.unit)),
                ("amount", Shown::from(entry.amount.to_string())),
                ("due_on", due_on),
            ])
        })
        .collect()
    }

    /// Fills all texts in; the names of what they lack are added to `missing`.
    pub fn texts(
        &self,
        templates: &Templates,
        inputs: &dyn Inputs,
        env: &Env<'_>,
        scratch: &mut Scratch<'_>,
        out: &mut Vec<FilledText>,
        missing: &mut Vec<String>,
    ) {
        let mut with = self.own.clone();
        let mut lacking = Vec::new();
        for (name, expression) in &templates.values {
            let value = self.value(expression, inputs, env, scratch);
            if matches!(value, Filling::Missing) {
                lacking.push(name);
            }
            with.put(name, value);
        }
        for text in &templates.texts {
            let subject =
                text.subject.as_ref().map(|part| (part, filled(&part.text, crate::program::Medium::Text, &with)));
            let body = filled(&text.body.text, templates.medium, &with);
            let failed = [
                subject.as_ref().filter(|(_, filled)| filled.is_none()).map(|(part, _)| *part),
                Some(&text.body).filter(|_| body.is_none()),
            ];
            for part in failed.into_iter().flatten() {
                let names = lacking.iter().filter(|name| part.reads.contains(**name) && !missing.contains(name));
                let names: Vec<String> = names.map(|name| (*name).clone()).collect();
                missing.extend(names);
            }
            let subject = subject.and_then(|(_, filled)| filled);
            out.push(FilledText { language: text.language.clone(), subject, body });
        }
    }

    fn value(&self, expression: &Compiled, inputs: &dyn Inputs, env: &Env<'_>, scratch: &mut Scratch<'_>) -> Filling {
        let found = expression.evaluate(inputs, 1, env, scratch).clone();
        match found.value(0, expression.result_type(), scratch.texts()) {
            Value::Missing => Filling::Missing,
            value => Filling::Value(self.shown(&value)),
        }
    }

    /// Instants are shown as days, exact numbers as texts.
    fn shown(&self, value: &Value) -> Shown {
        match value {
            Value::Bool(value) => Shown::from(*value),
            Value::Int(value) => Shown::from(*value),
            Value::Text(value) => Shown::from(value.as_str()),
            Value::Instant(at) => Shown::from(self.evaluation.program.zone.day_of(*at).to_string()),
            Value::List(values) => Shown::from(values.iter().map(|value| self.shown(value)).collect::<Vec<_>>()),
            Value::Missing => Shown::from(()),
            other => Shown::from(value_text(other)),
        }
    }
}

fn table<const N: usize>(cells: [(&str, Shown); N]) -> Shown {
    let cells: BTreeMap<String, Shown> = cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
    Shown::from(cells)
}
