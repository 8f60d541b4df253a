//! The event that put a referral into its stage, with its facts: why it was disqualified, when to take it up again.
use super::Evaluation;
use super::entry::shown;
use crate::base::Instant;
use crate::expr::Value;
use crate::program::EventKind;
use crate::stage::timeline::{ReferralState, What};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The event that put a referral into its stage.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StageEvent {
    /// The kind, which is the stage.
    pub kind: String,
    /// The host's id; none for the submission and for what the clock made.
    pub id: Option<String>,
    /// When it happened.
    #[serde(serialize_with = "shown")]
    pub at: Instant,
    /// The facts that came with it, by name.
    pub facts: BTreeMap<String, FactValue>,
}

/// The value of a fact. In JSON a truth value is one, a whole number is a number, a list is a list, all else is a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FactValue(pub Value);

impl Serialize for FactValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Missing => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::List(values) => serializer.collect_seq(values.iter().map(|value| Self(value.clone()))),
            value => serializer.collect_str(value),
        }
    }
}

impl Evaluation<'_> {
    /// What put a referral into its stage.
    pub(super) fn stage_event(&self, state: &ReferralState) -> StageEvent {
        let (what, at) = state.stage_event;
        let reference = self.event_reference(what, EventKind(state.stage));
        let facts = match what {
            What::Event(event) => {
                self.event_values(event).map(|(name, value)| (name.to_owned(), FactValue(value))).collect()
            }
            What::Submission | What::Clock(_) | What::PeriodEnd(_) => BTreeMap::new(),
        };
        StageEvent { kind: reference.kind, id: Some(reference.id).filter(|id| !id.is_empty()), at: Instant(at), facts }
    }
}
