//! Why something does not hold of a subject: what was compared, by how much it falls short, and what is not known.
use crate::base::Number;
use crate::evaluation::entry::exact_if_any;
use crate::evaluation::value_text;
use crate::expr::{Compiled, Env, Inputs, Operand, Scratch, Value};
use serde::Serialize;

/// One comparison that decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Shortfall {
    /// What was looked at, as the document writes it.
    pub subject: String,
    /// What it was; `missing` where nothing is known.
    pub actual: String,
    /// How it was compared.
    pub operator: String,
    /// With what; empty where the operator needs nothing.
    pub expected: String,
    /// What is missing to the number that is needed, or too much for it.
    #[serde(serialize_with = "exact_if_any")]
    pub short_by: Option<Number>,
}

/// The comparisons that kept conditions from holding, and the names of what is missing, each once.
pub fn explained(
    conditions: &[Compiled],
    inputs: &dyn Inputs,
    env: &Env<'_>,
    scratch: &mut Scratch<'_>,
) -> (Vec<Shortfall>, Vec<String>) {
    let (mut shortfalls, mut missing) = (Vec::new(), Vec::new());
    for operand in conditions.iter().flat_map(|condition| condition.explain(true, inputs, env, scratch)) {
        missing.extend(operand.missing.clone().filter(|name| !missing.contains(name)));
        shortfalls.push(shortfall(operand));
    }
    (shortfalls, missing)
}

fn shortfall(operand: Operand) -> Shortfall {
    Shortfall {
        short_by: short_by(&operand),
        subject: operand.subject,
        actual: value_text(&operand.actual),
        operator: operand.operator.to_owned(),
        expected: match operand.expected {
            Value::Missing => String::new(),
            value => value_text(&value),
        },
    }
}

/// How far a number is from the bound that it should reach, or stay below.
fn short_by(operand: &Operand) -> Option<Number> {
    let number = |value: &Value| match value {
        Value::Int(value) => Some(Number::from(*value)),
        Value::Decimal(value) => Some(*value),
        _ => None,
    };
    let (actual, expected) = (number(&operand.actual)?, number(&operand.expected)?);
    match operand.operator {
        ">=" | ">" => expected.checked_sub(actual),
        "<=" | "<" => actual.checked_sub(expected),
        _ => None,
    }
}
