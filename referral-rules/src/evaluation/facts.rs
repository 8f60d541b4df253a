//! Facts as texts, for people.
use super::Evaluation;
use super::decision::value_text;
use crate::base::{Texts, index};
use crate::expr::{Inputs, Value, Vector};
use crate::program::Owner;
use crate::stage::inputs::{FactsAt, ReferralRows};

impl Evaluation<'_> {
    /// A fact of a referral, its referrer or its referee, as plain text; `None` if it is missing or not declared.
    pub fn fact_text(&self, referral: u32, owner: Owner, name: &str) -> Option<String> {
        let fact = self.program.facts.iter().find(|fact| fact.owner == owner && fact.name == name)?;
        self.book.referrals.id.get(index(referral))?;
        let rows = [referral];
        let inputs =
            ReferralRows { program: self.program, book: self.book, rows: &rows, facts_at: FactsAt::Submission };
        let mut vector = Vector::new(fact.kind.class());
        let mut texts = Texts::new(&self.book.texts);
        inputs.load(fact.slot, &mut vector, &mut texts);
        match vector.value(0, &fact.kind, &texts) {
            Value::Missing => None,
            Value::Text(text) => Some(text),
            value => Some(value_text(&value)),
        }
    }

    /// The facts that came with an event, in the order of the document: names and values as expressions write them.
    pub(super) fn event_facts(&self, event: u32) -> Vec<(String, String)> {
        self.event_values(event).map(|(name, value)| (name.to_owned(), value_text(&value))).collect()
    }

    /// The facts that came with an event, in the order of the document.
    pub(super) fn event_values(&self, event: u32) -> impl Iterator<Item = (&str, Value)> {
        let facts = self.program.facts.iter().zip(&self.book.events.facts);
        facts.filter(|(fact, _)| fact.owner == Owner::Event).filter_map(move |(fact, column)| {
            let column = column.as_ref().filter(|column| column.is_valid(index(event)))?;
            let value = column.value(index(event), &fact.kind, &Texts::new(&self.book.texts));
            Some((fact.name.as_str(), value))
        })
    }
}
