//! Whether conditions can hold together: what each comparison with a constant leaves of an input is narrowed down, way by
//! way, until nothing is left or a way is open. Inputs are taken as independent of each other; what is not understood
//! leaves everything open. So a "cannot" is certain, a "can" is not.
use super::compile::Compiled;
use super::foresight::Foresight;
use super::kernels::Test;
use super::possible::{End, Possible, Range, Values};
use super::program::{Compared, Instruction, Op, Ref};
use super::types::Slot;
use std::sync::Arc;

/// So many ways are tried; with more, a way is taken to be open.
const WAYS_MAX: usize = 256;

/// A part of an expression, and what it is to be.
type Goal<'c> = (&'c Compiled, Ref, bool);

/// What is left of each input. There are few.
type Left = Vec<(Slot, Possible)>;

impl Foresight<'_> {
    /// True if all the conditions may hold at once.
    pub fn can_hold_together(&self, conditions: &[&Compiled]) -> bool {
        let goals: Vec<Goal<'_>> =
            conditions.iter().map(|condition| (*condition, condition.block().result, true)).collect();
        self.can_be(&goals)
    }

    pub(super) fn can_be(&self, goals: &[Goal<'_>]) -> bool {
        let mut ways = WAYS_MAX;
        self.open(goals.to_vec(), Left::new(), &mut ways)
    }

    /// True unless every way contradicts itself.
    fn open(&self, mut goals: Vec<Goal<'_>>, mut left: Left, ways: &mut usize) -> bool {
        while let Some((compiled, at, wanted)) = goals.pop() {
            let step = match at {
                Ref::Constant(_) => {
                    let value = self.at(compiled, &[], at);
                    if !(if wanted { value.can_hold() } else { value.can_fail() }) {
                        return false;
                    }
                    continue;
                }
                Ref::Register(index, _) => compiled.block().instructions.get(index),
                Ref::Parameter(_) => None,
            };
            let Some(step) = step else { continue };
            let part = |at: &Ref, wanted: bool| (compiled, *at, wanted);
            match &step.op {
                Op::And | Op::Or if matches!(step.op, Op::And) == wanted => {
                    goals.extend(step.arguments.iter().map(|at| part(at, wanted)));
                }
                Op::And | Op::Or => {
                    let ways_on = step.arguments.iter().map(|at| vec![part(at, wanted)]).collect();
                    return self.some_way(ways_on, &goals, &left, ways);
                }
                Op::Select => {
                    let [condition, yes, no] = step.arguments.as_ref() else { continue };
                    let ways_on = vec![
                        vec![part(condition, true), part(yes, wanted)],
                        vec![part(condition, false), part(no, wanted)],
                    ];
                    return self.some_way(ways_on, &goals, &left, ways);
                }
                Op::Not | Op::Fill => {
                    let turned = matches!(step.op, Op::Not) != wanted;
                    goals.extend(step.arguments.first().map(|at| part(at, turned)));
                }
                _ => {
                    if !self.narrow(compiled, step, wanted, &mut left) {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn some_way(&self, ways_on: Vec<Vec<Goal<'_>>>, goals: &[Goal<'_>], left: &Left, ways: &mut usize) -> bool {
        ways_on.into_iter().any(|way| {
            let Some(rest) = ways.checked_sub(1) else { return true };
            *ways = rest;
            // The goals are of one life with `way`; both are copied, as each way narrows for itself.
            let goals = goals.iter().copied().chain(way).collect();
            self.open(goals, left.clone(), ways)
        })
    }

    /// Narrows what is left of the inputs of a step that is to be `wanted`; false if nothing is left.
    fn narrow(&self, compiled: &Compiled, step: &Instruction, wanted: bool, left: &mut Left) -> bool {
        if let Op::Has = step.op {
            let input = step.arguments.first().and_then(|at| input_of(compiled, *at));
            let Some(slot) = input else { return true };
            return self.change(slot, left, |possible| {
                let gone = if wanted { &mut possible.absent } else { &mut possible.present };
                *gone = false;
                if wanted { possible.present } else { possible.absent }
            });
        }
        if let Op::Load(slot) = step.op {
            return self.keep(slot, &Values::Bools { yes: wanted, no: !wanted }, left);
        }
        if !self.is_there(compiled, step, left) {
            return false;
        }
        let argument = |at: usize| step.arguments.get(at).copied();
        match (&step.op, argument(0), argument(1)) {
            (Op::Compare(test, compared), Some(one), Some(two)) => {
                let test = if wanted { *test } else { opposite(*test) };
                self.compared(compiled, (one, test, two), *compared, left)
                    && self.compared(compiled, (two, test.mirrored(), one), *compared, left)
            }
            (Op::TextIn(set), Some(text), _) => {
                let Some(slot) = input_of(compiled, text) else { return true };
                let texts = Arc::new(self.texts_of(set));
                self.keep(slot, &if wanted { Values::Texts(texts) } else { Values::TextsBut(texts) }, left)
            }
            _ => true,
        }
    }

    /// The step has a value only if what it is made of has one.
    fn is_there(&self, compiled: &Compiled, step: &Instruction, left: &mut Left) -> bool {
        if let Op::Load(slot) = step.op {
            return self.keep(slot, &Values::Any, left);
        }
        !step.op.strict()
            || step.arguments.iter().all(|at| match at {
                Ref::Register(index, _) => match compiled.block().instructions.get(*index) {
                    Some(step) => self.is_there(compiled, step, left),
                    None => true,
                },
                Ref::Constant(_) | Ref::Parameter(_) => true,
            })
    }

    /// An input that is compared with a constant.
    fn compared(&self, compiled: &Compiled, of: (Ref, Test, Ref), compared: Compared, left: &mut Left) -> bool {
        let (subject, test, other) = of;
        let (Some(slot), Ref::Constant(_)) = (input_of(compiled, subject), other) else { return true };
        let constant = self.at(compiled, &[], other);
        let values = match (compared, &constant.values) {
            (Compared::Ints | Compared::Decimals, Values::Numbers(range)) => {
                let Some(number) = range.only() else { return true };
                if test == Test::NotEqual {
                    return self.change(slot, left, |possible| {
                        if let Values::Numbers(range) = &possible.values {
                            possible.values = Values::Numbers(range.without(number));
                        }
                        !possible.values.is_empty()
                    });
                }
                Values::Numbers(range_of(test, number))
            }
            (Compared::Texts, Values::Texts(texts)) => match test {
                Test::NotEqual => Values::TextsBut(texts.clone()),
                _ => Values::Texts(texts.clone()),
            },
            (Compared::Bools, Values::Bools { yes, no }) => match test {
                Test::Equal => Values::Bools { yes: *yes, no: *no },
                Test::NotEqual => Values::Bools { yes: *no, no: *yes },
                _ => return true,
            },
            _ => return true,
        };
        self.keep(slot, &values, left)
    }

    /// Narrows what is left of an input: at first, that is what is known of it.
    fn change(&self, slot: Slot, left: &mut Left, narrow: impl FnOnce(&mut Possible) -> bool) -> bool {
        if let Some((_, possible)) = left.iter_mut().find(|(known, _)| *known == slot) {
            return narrow(possible);
        }
        let mut possible = (self.known)(slot);
        let is_open = narrow(&mut possible);
        left.push((slot, possible));
        is_open
    }

    /// The input is there and is one of the values; false if it cannot be.
    fn keep(&self, slot: Slot, values: &Values, left: &mut Left) -> bool {
        self.change(slot, left, |possible| {
            possible.values = possible.values.within(values);
            possible.absent = false;
            possible.present && !possible.values.is_empty()
        })
    }
}

/// The input that is at the place, itself or as an exact number.
pub(super) fn input_of(compiled: &Compiled, at: Ref) -> Option<Slot> {
    let Ref::Register(index, _) = at else { return None };
    let step = compiled.block().instructions.get(index)?;
    match step.op {
        Op::Load(slot) => Some(slot),
        Op::ToDecimal | Op::Fill => input_of(compiled, *step.arguments.first()?),
        _ => None,
    }
}

fn range_of(test: Test, number: crate::base::Number) -> Range {
    let end = |included| Some(End { at: number, included });
    let none = Range::default();
    match test {
        Test::Equal => Range::between(number, number),
        Test::NotEqual => none,
        Test::Less => Range { greatest: end(false), ..none },
        Test::AtMost => Range { greatest: end(true), ..none },
        Test::Greater => Range { least: end(false), ..none },
        Test::AtLeast => Range { least: end(true), ..none },
    }
}

fn opposite(test: Test) -> Test {
    match test {
        Test::Equal => Test::NotEqual,
        Test::NotEqual => Test::Equal,
        Test::Less => Test::AtLeast,
        Test::AtMost => Test::Greater,
        Test::Greater => Test::AtMost,
        Test::AtLeast => Test::Less,
    }
}
