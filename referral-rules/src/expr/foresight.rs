//! What an expression may give, worked out before there are any facts: each step of the flat program is gone through once,
//! with what is possible instead of values.
use super::compile::Compiled;
use super::explain::{Logic, Shape};
use super::kernels::{Arithmetic, Test};
use super::possible::{End, Possible, Range, Values};
use super::program::{Block, Compared, Field, Instruction, Op, Ref};
use super::table::Table;
use super::types::Slot;
use super::vector::{Column, Vector};
use crate::base::{Interner, Number, TextId};
use crate::diag::Span;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What is known of a program's inputs and tables where an expression stands.
#[derive(Clone, Copy)]
pub struct Foresight<'a> {
    /// The tables, by [`TableSchema::index`](super::TableSchema::index).
    pub tables: &'a [Table],
    /// The texts that the expressions were compiled with.
    pub texts: &'a Interner,
    /// What an input may be.
    pub known: &'a dyn Fn(Slot) -> Possible,
}

/// A part of a condition.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// Where it stands in the expression; `None` for the whole.
    pub span: Option<Span>,
    /// What it may be.
    pub possible: Possible,
}

impl Foresight<'_> {
    /// What the expression may give.
    pub fn of(&self, compiled: &Compiled) -> Possible {
        let steps = self.steps(compiled);
        let result = compiled.block().result;
        self.refined(compiled, result, self.at(compiled, &steps, result))
    }

    /// The parts of a condition that are decided before there are facts: always the same, or never true. Of parts within one
    /// another only the outermost. A bare `true` or `false` as one side of `?:` is as it should be.
    pub fn decided(&self, compiled: &Compiled) -> Vec<Part> {
        let mut found = Vec::new();
        let steps = self.steps(compiled);
        self.look(compiled, &steps, compiled.logic(), true, &mut found);
        found
    }

    fn look(&self, compiled: &Compiled, steps: &[Possible], logic: &Logic, whole: bool, found: &mut Vec<Part>) {
        let possible = self.refined(compiled, logic.at, self.at(compiled, steps, logic.at));
        let is_bool = matches!(possible.values, Values::Bools { .. });
        if is_bool && !(possible.can_hold() && possible.can_fail()) {
            let span = if whole { None } else { Some(span_of(logic)) };
            found.push(Part { span, possible });
            return;
        }
        match &logic.shape {
            Shape::All(parts) | Shape::Any(parts) => {
                parts.iter().for_each(|part| self.look(compiled, steps, part, false, found));
            }
            Shape::Not(part) => self.look(compiled, steps, part, false, found),
            Shape::If(parts) => {
                let [condition, yes, no] = parts.as_ref();
                self.look(compiled, steps, condition, false, found);
                for side in [yes, no].into_iter().filter(|side| !matches!(side.shape, Shape::Leaf(_))) {
                    self.look(compiled, steps, side, false, found);
                }
            }
            Shape::Leaf(_) => {}
        }
    }

    /// A truth value by its own steps, or what its comparisons together leave of it.
    fn refined(&self, compiled: &Compiled, at: Ref, possible: Possible) -> Possible {
        let Values::Bools { yes, no } = possible.values else { return possible };
        let step = match at {
            Ref::Register(index, _) => compiled.block().instructions.get(index).map(|step| &step.op),
            Ref::Constant(_) | Ref::Parameter(_) => None,
        };
        // An input, and whether there is one, is what is known of it.
        if !possible.present || matches!(step, Some(Op::Load(_) | Op::Has)) {
            return possible;
        }
        let can_be = |wanted| self.can_be(&[(compiled, at, wanted)]);
        Possible::bools(yes && can_be(true), no && can_be(false), possible.absent)
    }

    /// What is in each register.
    pub(super) fn steps(&self, compiled: &Compiled) -> Vec<Possible> {
        let block: &Block = compiled.block();
        let mut steps = Vec::with_capacity(block.instructions.len());
        for step in &block.instructions {
            let possible = self.step(compiled, &steps, step);
            steps.push(possible);
        }
        steps
    }

    /// What is at the place.
    pub(super) fn at(&self, compiled: &Compiled, steps: &[Possible], at: Ref) -> Possible {
        match at {
            Ref::Constant(index) => compiled.constants().get(index).map_or(Possible::ANY, |value| self.constant(value)),
            Ref::Register(index, _) => steps.get(index).cloned().unwrap_or(Possible::ANY),
            Ref::Parameter(_) => Possible::ANY,
        }
    }

    fn constant(&self, vector: &Vector) -> Possible {
        if !vector.status.first().is_some_and(|status| status.is_ok()) {
            return Possible::NEVER;
        }
        self.value(&vector.column, 0).unwrap_or_else(|| Possible::ANY.never_missing())
    }

    fn value(&self, column: &Column, row: usize) -> Option<Possible> {
        Some(match column {
            Column::Bool(values) => values.get(row).map(|value| Possible::bools(*value, !*value, false))?,
            Column::Int(values) => Possible::always(only((*values.get(row)?).into()).whole()),
            Column::Decimal(values) => Possible::always(only(*values.get(row)?)),
            Column::Text(values) => Possible::texts([self.texts.text(*values.get(row)?).to_owned()]),
            Column::List(_) => return None,
        })
    }

    fn step(&self, compiled: &Compiled, steps: &[Possible], step: &Instruction) -> Possible {
        let all: Vec<Possible> = step.arguments.iter().map(|at| self.at(compiled, steps, *at)).collect();
        let present = all.iter().all(|argument| argument.present);
        let absent = all.iter().any(|argument| argument.absent);
        let argument = |at: usize| all.get(at).cloned().unwrap_or(Possible::ANY);
        let passed = |values: Values| Possible { values, present, absent };
        match &step.op {
            Op::Load(slot) => (self.known)(*slot),
            Op::Fill | Op::ToDecimal => argument(0),
            Op::Compare(test, compared) => {
                let same = step.arguments.first() == step.arguments.get(1);
                let (yes, no) = compare(*test, *compared, &argument(0).values, &argument(1).values, same);
                passed(Values::Bools { yes, no })
            }
            Op::Int(operation, _) | Op::Decimal(operation) => {
                let range = arithmetic(*operation, argument(0).range(), argument(1).range());
                let whole = matches!(step.op, Op::Int(..));
                let bounded = range.least.is_some() && range.greatest.is_some();
                let compares = matches!(operation, Arithmetic::Least | Arithmetic::Greatest);
                let values = Values::Numbers(if whole { range.whole() } else { range });
                Possible { values, present, absent: absent || !(bounded || compares) }
            }
            Op::Not => match argument(0).values {
                Values::Bools { yes, no } => passed(Values::Bools { yes: no, no: yes }),
                _ => passed(Values::Bools { yes: true, no: true }),
            },
            Op::And => joined(&all, false),
            Op::Or => joined(&all, true),
            Op::Select => select(&argument(0), &argument(1), &argument(2)),
            Op::Has => Possible::bools(argument(0).present, argument(0).absent, false),
            Op::TextIn(set) => {
                let (yes, no) = match argument(0).values {
                    Values::Texts(texts) => {
                        let known = self.texts_of(set);
                        (!texts.is_disjoint(&known), !texts.is_subset(&known))
                    }
                    _ => (true, true),
                };
                passed(Values::Bools { yes, no })
            }
            Op::Listed(_) => passed(Values::Bools { yes: true, no: true }),
            Op::Lookup { table, column } => self.looked_up(*table, *column, step, &argument(0)),
            Op::ByBands { .. } => Possible { values: Values::Numbers(Range::default()), present, absent: true },
            Op::Field(field, _) => passed(Values::Numbers(field_range(*field))),
            Op::DayOf => passed(Values::Numbers(Range::default().whole())),
            Op::MakeList(_) | Op::MakeMap(..) | Op::Call(_) => Possible { values: Values::Any, present, absent: true },
            Op::Each(_) => Possible { present: argument(0).present, ..Possible::ANY },
        }
    }

    pub(super) fn texts_of(&self, set: &[TextId]) -> BTreeSet<String> {
        set.iter().map(|id| self.texts.text(*id).to_owned()).collect()
    }

    /// The values of the rows that the key may find.
    fn looked_up(&self, table: usize, column: usize, step: &Instruction, key: &Possible) -> Possible {
        let found = self.tables.get(table).and_then(|table| Some((table, table.column(column, step.class)?)));
        let Some((table, values)) = found else { return Possible::ANY };
        let (rows, every_key_has_one) = match &key.values {
            Values::Texts(texts) => {
                let rows = texts.iter().map(|text| match self.texts.find(text) {
                    Some(id) => table.row_of_text(id),
                    None => table.row_of_text(TextId(u32::MAX)),
                });
                let rows: Vec<Option<usize>> = rows.collect();
                let covered = rows.iter().all(Option::is_some);
                (rows.into_iter().flatten().collect(), covered)
            }
            Values::Numbers(range) if table.has_bands() => table.rows_within(*range),
            _ => ((0..values.len()).collect::<BTreeSet<usize>>(), table.has_otherwise()),
        };
        let mut values = rows.iter().filter_map(|row| self.value(values, *row)).map(|possible| possible.values);
        let first = values.next();
        let present = key.present && first.is_some();
        let values = first.map_or(Values::Any, |first| values.fold(first, |one, two| one.joined(&two)));
        Possible { values, present, absent: key.absent || !every_key_has_one }
    }
}

/// From the first to the last leaf.
fn span_of(logic: &Logic) -> Span {
    match &logic.shape {
        Shape::Leaf(leaf) => leaf.text,
        Shape::Not(part) => {
            let inner = span_of(part);
            Span::new(inner.start.saturating_sub(1), inner.end)
        }
        Shape::All(parts) | Shape::Any(parts) => spanned(parts),
        Shape::If(parts) => spanned(parts.as_ref()),
    }
}

fn spanned(parts: &[Logic]) -> Span {
    parts.iter().map(span_of).reduce(Span::to).unwrap_or_default()
}

fn only(number: Number) -> Range {
    Range::between(number, number)
}

/// Whether the comparison can be true and can be false.
fn compare(test: Test, compared: Compared, left: &Values, right: &Values, same: bool) -> (bool, bool) {
    let orders: Vec<Ordering> = if same {
        vec![Ordering::Equal]
    } else {
        match (compared, left, right) {
            (Compared::Ints | Compared::Decimals, Values::Numbers(left), Values::Numbers(right)) => {
                let below = Range { least: None, greatest: None, whole: false };
                let reaches = |one: Option<End>, two: Option<End>, order: Ordering| match (one, two) {
                    (Some(one), Some(two)) => one.at.cmp(&two.at) == order,
                    _ => true,
                };
                let mut orders = Vec::new();
                if reaches(left.least, right.greatest, Ordering::Less) {
                    orders.push(Ordering::Less);
                }
                if !below.within(*left).within(*right).is_empty() {
                    orders.push(Ordering::Equal);
                }
                if reaches(left.greatest, right.least, Ordering::Greater) {
                    orders.push(Ordering::Greater);
                }
                orders
            }
            (Compared::Texts, Values::Texts(left), Values::Texts(right)) => {
                let differ = left.len() > 1 || right.len() > 1 || left != right;
                let equal = (!left.is_disjoint(right)).then_some(Ordering::Equal);
                equal.into_iter().chain(differ.then_some(Ordering::Less)).collect()
            }
            _ => vec![Ordering::Less, Ordering::Equal, Ordering::Greater],
        }
    };
    let holds = |order: &Ordering| test.holds(*order);
    (orders.iter().any(holds), !orders.iter().all(holds))
}

fn arithmetic(operation: Arithmetic, left: Range, right: Range) -> Range {
    let ends = |pick: fn(Number, Number) -> Number, one: Option<Number>, two: Option<Number>| {
        one.zip(two).map(|(one, two)| End { at: pick(one, two), included: true })
    };
    match operation {
        Arithmetic::Add => left.sum(right),
        Arithmetic::Subtract => left.sum(right.negated()),
        Arithmetic::Multiply => left.product(right),
        Arithmetic::Divide => left.quotient(right),
        Arithmetic::DivideWhole | Arithmetic::Remainder => Range::default(),
        Arithmetic::Least => {
            let least = ends(Number::min, left.least(), right.least());
            let both = ends(Number::min, left.greatest(), right.greatest());
            Range { least, greatest: both.or(left.greatest).or(right.greatest), whole: left.whole && right.whole }
        }
        Arithmetic::Greatest => {
            let both = ends(Number::max, left.least(), right.least());
            let greatest = ends(Number::max, left.greatest(), right.greatest());
            Range { least: both.or(left.least).or(right.least), greatest, whole: left.whole && right.whole }
        }
    }
}

/// `&&` (`wins` false) and `||` (`wins` true): a part that is `wins` decides, whatever the others are.
fn joined(parts: &[Possible], wins: bool) -> Possible {
    let can = |part: &Possible, wanted: bool| if wanted { part.can_hold() } else { part.can_fail() };
    let can_win = parts.iter().any(|part| can(part, wins));
    let all_can_lose = parts.iter().all(|part| can(part, !wins));
    let must_win = parts.iter().any(|part| can(part, wins) && !can(part, !wins) && !part.absent);
    let absent = !must_win && parts.iter().any(|part| part.absent);
    let (yes, no) = if wins { (can_win, all_can_lose) } else { (all_can_lose, can_win) };
    Possible::bools(yes, no, absent)
}

fn select(condition: &Possible, yes: &Possible, no: &Possible) -> Possible {
    let taken: Vec<&Possible> = [(condition.can_hold(), yes), (condition.can_fail(), no)]
        .into_iter()
        .filter_map(|(can, side)| can.then_some(side))
        .collect();
    let absent = condition.absent || taken.iter().any(|side| side.absent);
    let mut values = taken.iter().filter(|side| side.present).map(|side| side.values.clone());
    match values.next() {
        Some(first) => {
            let values = values.fold(first, |one, two| one.joined(&two));
            Possible { values, present: true, absent }
        }
        None => Possible::NEVER,
    }
}

/// Which numbers a part of an instant can be.
fn field_range(field: Field) -> Range {
    let (least, greatest): (i64, i64) = match field {
        Field::FullYear => (1, 9999),
        Field::Month => (0, 11),
        Field::Date => (1, 31),
        Field::DayOfMonth => (0, 30),
        Field::DayOfWeek => (0, 6),
        Field::DayOfYear => (0, 365),
        Field::Hours => (0, 23),
        Field::Minutes | Field::Seconds => (0, 59),
        Field::Milliseconds => (0, 999),
    };
    Range::between(least.into(), greatest.into()).whole()
}
