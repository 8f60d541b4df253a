//! Why a condition did not hold: the comparisons that decided, with what was found and what was wanted.
use super::compile::Compiled;
use super::evaluate::{Env, Inputs, Scratch};
use super::program::Ref;
use super::types::{Status, Type};
use super::value::Value;
use super::vector::Column;
use crate::diag::Span;

/// One comparison that decided, such as `referee.employees >= 50`.
#[derive(Clone, PartialEq, Debug)]
pub struct Operand {
    /// The comparison as written.
    pub text: String,
    /// What was looked at, as written: `referee.employees`.
    pub subject: String,
    /// What it was; missing where it has no value.
    pub actual: Value,
    /// What had to hold between the two: `>=`. Under a `!` it is turned round; `is` for what is no comparison, `adds` for a part
    /// of the sum that was looked at before it.
    pub operator: &'static str,
    /// What it was held against: 50.
    pub expected: Value,
    /// The name of the fact that is missing, if that is why.
    pub missing: Option<String>,
    /// OK if the comparison had a result; else why not.
    pub status: Status,
}

/// The logical skeleton of an expression: where each part's result is.
#[derive(Clone, Debug)]
pub(super) struct Logic {
    pub(super) at: Ref,
    pub(super) shape: Shape,
}

/// What a part is made of.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// `&&`
    All(Vec<Logic>),
    /// `||`
    Any(Vec<Logic>),
    /// `!`
    Not(Box<Logic>),
    /// `?:`
    If(Box<[Logic; 3]>),
    /// Anything else.
    Leaf(Leaf),
}

/// A comparison, or any other bool.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) text: Span,
    pub(super) subject: Span,
    pub(super) actual: (Ref, Type),
    pub(super) operator: &'static str,
    pub(super) expected: Option<(Ref, Type)>,
    /// Where the subject is a sum: what it is made of.
    pub(super) parts: Vec<(Span, (Ref, Type))>,
}

impl Compiled {
    /// For a chunk of one row: the leaves that kept a condition from being as wanted. Of a failed `&&` those that failed, of a
    /// failed `||` all. Empty if it was as wanted.
    pub fn explain(&self, wanted: bool, inputs: &dyn Inputs, env: &Env<'_>, scratch: &mut Scratch<'_>) -> Vec<Operand> {
        let _ = self.evaluate(inputs, 1, env, scratch);
        let mut operands = Vec::new();
        let reader = Reader { compiled: self, scratch };
        reader.explain(self.logic(), wanted, &mut operands);
        operands
    }
}

impl Compiled {
    /// What it asks for with `has(…)`, alone or as one of the terms that must all hold.
    pub fn needs(&self) -> Vec<&str> {
        let mut out = Vec::new();
        self.needed(self.logic(), &mut out);
        out
    }

    fn needed<'s>(&'s self, logic: &Logic, out: &mut Vec<&'s str>) {
        match &logic.shape {
            Shape::All(children) => children.iter().for_each(|child| self.needed(child, out)),
            Shape::Leaf(leaf) => {
                let text = self.source().get(leaf.text.start..leaf.text.end).unwrap_or_default().trim();
                let name = text.strip_prefix("has").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
                out.extend(name.and_then(|name| name.strip_suffix(')')).map(str::trim));
            }
            Shape::Any(_) | Shape::Not(_) | Shape::If(_) => {}
        }
    }
}

struct Reader<'r, 's> {
    compiled: &'r Compiled,
    scratch: &'r Scratch<'s>,
}

impl Reader<'_, '_> {
    fn result(&self, at: Ref) -> Result<bool, Status> {
        let vector = self.scratch.read(at, self.compiled.constants());
        match (vector.status.first(), &vector.column) {
            (Some(status), _) if !status.is_ok() => Err(*status),
            (Some(_), Column::Bool(values)) => values.first().copied().ok_or(Status::NOT_CONVERTIBLE),
            _ => Err(Status::NOT_CONVERTIBLE),
        }
    }

    fn value(&self, (at, ty): &(Ref, Type)) -> Value {
        self.scratch.read(*at, self.compiled.constants()).value(0, ty, self.scratch.texts())
    }

    /// Adds the leaves that kept the part from being as wanted.
    fn explain(&self, logic: &Logic, wanted: bool, operands: &mut Vec<Operand>) {
        let result = self.result(logic.at);
        if result == Ok(wanted) {
            return;
        }
        match (&logic.shape, wanted) {
            (Shape::All(children), true) | (Shape::Any(children), false) => {
                let opposite = |child: &&Logic| self.result(child.at) == Ok(!wanted);
                let fault = |child: &&Logic| self.result(child.at).is_err();
                let decided = result.is_ok();
                for child in children.iter().filter(|child| if decided { opposite(child) } else { fault(child) }) {
                    self.explain(child, wanted, operands);
                }
            }
            (Shape::All(children), false) | (Shape::Any(children), true) => {
                children.iter().for_each(|child| self.explain(child, wanted, operands));
            }
            (Shape::Not(child), _) => self.explain(child, !wanted, operands),
            (Shape::If(parts), _) => {
                let [condition, yes, no] = parts.as_ref();
                match self.result(condition.at) {
                    Err(_) => self.explain(condition, true, operands),
                    Ok(held) => {
                        let taken = if held { yes } else { no };
                        let constant = matches!(taken.at, Ref::Constant(_)) && result.is_ok();
                        let (part, wanted) = if constant { (condition, !held) } else { (taken, wanted) };
                        self.explain(part, wanted, operands);
                    }
                }
            }
            (Shape::Leaf(leaf), _) => {
                operands.push(self.operand(leaf, wanted, result));
                operands.extend(leaf.parts.iter().filter_map(|part| self.part(part)));
            }
        }
    }

    /// A part of a sum that made it more or less, or that is missing.
    fn part(&self, (written, place): &(Span, (Ref, Type))) -> Option<Operand> {
        let actual = self.value(place);
        let text = self.compiled.source().get(written.start..written.end).unwrap_or("").to_owned();
        let adds = !actual.same(&Value::Int(0));
        let (subject, expected) = (text.clone(), Value::Missing);
        adds.then_some(Operand { text, subject, actual, operator: "adds", expected, missing: None, status: Status::OK })
    }

    fn operand(&self, leaf: &Leaf, wanted: bool, result: Result<bool, Status>) -> Operand {
        let status = result.err().unwrap_or(Status::OK);
        let written = |span: Span| self.compiled.source().get(span.start..span.end).unwrap_or("").to_owned();
        Operand {
            text: written(leaf.text),
            subject: written(leaf.subject),
            actual: self.value(&leaf.actual),
            operator: if wanted { leaf.operator } else { opposite(leaf.operator) },
            expected: match &leaf.expected {
                Some(expected) => self.value(expected),
                None => Value::Bool(wanted),
            },
            missing: status.missing_slot().and_then(|slot| self.compiled.slot_name(slot)).map(str::to_owned),
            status,
        }
    }
}

fn opposite(operator: &'static str) -> &'static str {
    match operator {
        "==" => "!=",
        "!=" => "==",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        ">=" => "<",
        "in" => "not in",
        other => other,
    }
}
