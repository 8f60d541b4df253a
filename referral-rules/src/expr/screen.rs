//! Conditions of the common simple shapes, as trees over whole columns: a comparison of a number or day with a bound, a text
//! among some, a flag, whether something is there, and what `!`, `&&` and `||` make of them.
//!
//! Such a condition can be judged without a register per step: column by column, in a host's own width. Every other condition
//! is left to [`Compiled::evaluate`], which says the same of these.
use super::compile::Compiled;
use super::kernels::Test;
use super::program::{Block, Compared, Op, Ref};
use super::types::{Class, Slot};
use super::vector::{Column, Vector};
use super::{kernels::Arithmetic, kernels::Bounds};
use crate::base::TextId;
use std::sync::Arc;

/// A condition over columns.
#[derive(Clone, PartialEq, Debug)]
pub enum Screen {
    /// All must hold; false wins over missing.
    All(Vec<Screen>),
    /// One must hold; true wins over missing.
    Any(Vec<Screen>),
    /// It must not hold.
    Not(Box<Screen>),
    /// The bool itself.
    Flag(Slot),
    /// There is a value.
    Has(Slot),
    /// A number between two, both included.
    Within(Line, i64, i64),
    /// One number before, or after, or the same as another.
    Ordered(Line, Order, Line),
    /// A text of the set.
    OneOf(Slot, Arc<[TextId]>),
}

/// How two numbers must stand to each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The first is less.
    Less,
    /// The first is not greater.
    AtMost,
    /// They are the same.
    Same,
}

/// Whole numbers by row.
#[derive(Clone, PartialEq, Debug)]
pub enum Line {
    /// The input: a whole number, a day, an instant.
    Slot(Slot),
    /// The civil day of the input, which is an instant.
    Day(Slot),
    /// How many days the second is after the first: both are days.
    Days(Box<[Line; 2]>),
}

/// So many parts a condition may have.
const PARTS_MAX: usize = 64;

/// The condition as a tree over columns, if it is one.
pub(super) fn screened(condition: &Compiled) -> Option<Screen> {
    let mut shaping = Shaping { block: condition.block(), constants: condition.constants(), parts: 0 };
    shaping.screen(condition.block().result)
}

struct Shaping<'a> {
    block: &'a Block,
    constants: &'a [Vector],
    parts: usize,
}

impl Shaping<'_> {
    fn op(&self, at: Ref) -> Option<(&Op, &[Ref])> {
        match at {
            Ref::Register(index, _) => {
                let step = self.block.instructions.get(index)?;
                Some((&step.op, &step.arguments))
            }
            Ref::Constant(_) | Ref::Parameter(_) => None,
        }
    }

    /// A constant that has a value.
    fn constant(&self, at: Ref) -> Option<&Column> {
        match at {
            Ref::Constant(index) => {
                let vector = self.constants.get(index)?;
                vector.status.first().is_some_and(|status| status.is_ok()).then_some(&vector.column)
            }
            _ => None,
        }
    }

    fn screen(&mut self, at: Ref) -> Option<Screen> {
        self.parts = self.parts.saturating_add(1);
        if self.parts > PARTS_MAX {
            return None;
        }
        if let Some(Column::Bool(value)) = self.constant(at) {
            return value.first().map(|holds| if *holds { Screen::All(Vec::new()) } else { Screen::Any(Vec::new()) });
        }
        let (op, arguments) = self.op(at)?;
        let (op, arguments) = (op.clone(), arguments.to_vec());
        let [first, second] = [arguments.first().copied(), arguments.get(1).copied()];
        match op {
            Op::Load(slot) if at_class(at) == Some(Class::Bool) => Some(Screen::Flag(slot)),
            Op::Not => Some(Screen::Not(Box::new(self.screen(first?)?))),
            Op::And => self.screens(&arguments).map(Screen::All),
            Op::Or => self.screens(&arguments).map(Screen::Any),
            Op::Has => self.slot(first?).map(Screen::Has),
            Op::TextIn(set) => self.slot(first?).map(|slot| Screen::OneOf(slot, set)),
            Op::Compare(test, Compared::Texts) => self.text(test, first?, second?),
            Op::Compare(test, Compared::Ints) => self.numbers(test, first?, second?),
            _ => None,
        }
    }

    fn screens(&mut self, all: &[Ref]) -> Option<Vec<Screen>> {
        all.iter().map(|at| self.screen(*at)).collect()
    }

    /// The input that is loaded there.
    fn slot(&self, at: Ref) -> Option<Slot> {
        match self.op(at)? {
            (Op::Load(slot), _) => Some(*slot),
            _ => None,
        }
    }

    fn text(&self, test: Test, first: Ref, second: Ref) -> Option<Screen> {
        let of = |slot: Ref, text: Ref| match (self.slot(slot), self.constant(text)) {
            (Some(slot), Some(Column::Text(text))) => {
                Some(Screen::OneOf(slot, text.first().copied().into_iter().collect()))
            }
            _ => None,
        };
        let same = of(first, second).or_else(|| of(second, first))?;
        match test {
            Test::Equal => Some(same),
            Test::NotEqual => Some(Screen::Not(Box::new(same))),
            _ => None,
        }
    }

    fn numbers(&self, test: Test, first: Ref, second: Ref) -> Option<Screen> {
        match (self.number(first), self.number(second)) {
            (None, Some(value)) => within(self.line(first)?, test, value),
            (Some(value), None) => within(self.line(second)?, test.mirrored(), value),
            (None, None) => {
                let (left, right) = (self.line(first)?, self.line(second)?);
                Some(match test {
                    Test::Less => Screen::Ordered(left, Order::Less, right),
                    Test::AtMost => Screen::Ordered(left, Order::AtMost, right),
                    Test::Greater => Screen::Ordered(right, Order::Less, left),
                    Test::AtLeast => Screen::Ordered(right, Order::AtMost, left),
                    Test::Equal => Screen::Ordered(left, Order::Same, right),
                    Test::NotEqual => Screen::Not(Box::new(Screen::Ordered(left, Order::Same, right))),
                })
            }
            (Some(_), Some(_)) => None,
        }
    }

    fn number(&self, at: Ref) -> Option<i64> {
        match self.constant(at)? {
            Column::Int(values) => values.first().copied(),
            _ => None,
        }
    }

    fn line(&self, at: Ref) -> Option<Line> {
        match self.op(at)? {
            (Op::Load(slot), _) => Some(Line::Slot(*slot)),
            (Op::DayOf, arguments) => self.slot(*arguments.first()?).map(Line::Day),
            // Days are few enough that their difference always fits; that both are days is known once columns are looked at.
            (Op::Int(Arithmetic::Subtract, Bounds::Int), arguments) => {
                let one = |at: usize| match self.line(*arguments.get(at)?)? {
                    Line::Days(_) => None,
                    line => Some(line),
                };
                Some(Line::Days(Box::new([one(1)?, one(0)?])))
            }
            _ => None,
        }
    }
}

fn at_class(at: Ref) -> Option<Class> {
    match at {
        Ref::Register(_, class) => Some(class),
        Ref::Constant(_) | Ref::Parameter(_) => None,
    }
}

fn within(line: Line, test: Test, value: i64) -> Option<Screen> {
    Some(match test {
        Test::Equal => Screen::Within(line, value, value),
        Test::NotEqual => Screen::Not(Box::new(Screen::Within(line, value, value))),
        Test::Less => Screen::Within(line, i64::MIN, value.checked_sub(1)?),
        Test::AtMost => Screen::Within(line, i64::MIN, value),
        Test::Greater => Screen::Within(line, value.checked_add(1)?, i64::MAX),
        Test::AtLeast => Screen::Within(line, value, i64::MAX),
    })
}
