//! Source text → compiled expression.
use super::build::{Builder, Typed};
use super::check::Checker;
use super::evaluate::{Env, Inputs, Scratch};
use super::explain::Logic;
use super::faults::Faults;
use super::program::{Block, Op, Ref};
use super::scope::Scope;
use super::screen::{Screen, screened};
use super::types::{Slot, Type};
use super::value::Value;
use super::vector::{Column, Vector};
use super::{lexer, parse};
use crate::base::Interner;
use crate::base::limits::EXPRESSION_BYTES_MAX;
use crate::diag::{Code, Diagnostic, Span};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// What the place where an expression stands needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// A condition.
    Bool,
    /// A number; whole ones are given as exact ones.
    Number,
    /// A text.
    Text,
    /// A value of any type.
    Any,
}

/// A compiled expression: it cannot fail with a type error.
#[derive(Clone, Debug)]
pub struct Compiled {
    // It is kept where it is asked, and among all expressions of its program.
    all: Arc<Whole>,
}

#[derive(Debug)]
struct Whole {
    source: String,
    block: Block,
    constants: Vec<Vector>,
    inputs: Vec<Slot>,
    names: Vec<String>,
    named: BTreeSet<String>,
    ty: Type,
    constant: Option<Value>,
    logic: Logic,
    reads_ledger: bool,
    /// Its form over columns, found when it is asked for.
    screen: OnceLock<Option<Screen>>,
}

/// Compiles an expression. `place` turns a span of the expression into one of the document. Everything that is wrong is
/// pushed to `diagnostics`, and then there is no result.
///
/// # Example
/// ```
/// use referral_rules::base::{Calendar, Interner, Weekday, Zone};
/// use referral_rules::expr::{Column, Env, Expected, Inputs, Lists, Pool, Rates, Scope, Scratch, Slot, Type, Vector, compile};
///
/// struct Employees(Vec<i64>);
/// impl Inputs for Employees {
///     fn load(&self, _: Slot, into: &mut Vector, _: &mut dyn Pool) {
///         self.0.iter().for_each(|count| into.push_int(*count));
///     }
/// }
///
/// let mut scope = Scope::default();
/// scope.variable("referee.employees", Type::Int, Slot(0));
/// let mut texts = Interner::default();
/// let mut diagnostics = Vec::new();
/// let place = |span| span;
/// let compiled = compile("referee.employees >= 50", &place, Expected::Bool, &scope, &mut texts, &mut diagnostics);
/// let compiled = compiled.unwrap();
///
/// let (zone, calendar) = (Zone::named("UTC").unwrap(), Calendar::new(&[Weekday::Sunday], vec![]).unwrap());
/// let (rates, lists) = (Rates::default(), Lists::default());
/// let env = Env { zone: &zone, calendar: &calendar, tables: &[], rates: &rates, lists: &lists };
/// let mut scratch = Scratch::new(&texts);
/// let result = compiled.evaluate(&Employees(vec![32, 50]), 2, &env, &mut scratch);
/// assert_eq!(result.column, Column::Bool(vec![false, true]));
/// ```
pub fn compile(
    source: &str,
    place: &dyn Fn(Span) -> Span,
    expected: Expected,
    scope: &Scope,
    texts: &mut Interner,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Compiled> {
    let mut faults = Faults::new(place, diagnostics);
    let all = Span::new(0, source.len());
    if source.len() > EXPRESSION_BYTES_MAX {
        faults.error(Code::TooLarge, all, format!("the expression is longer than {EXPRESSION_BYTES_MAX} bytes"));
        return None;
    }
    let tokens = lexer::tokens(source, &mut faults);
    let node = parse::parse(tokens, &mut faults);
    let builder = Builder::new(texts);
    let bindings = Vec::new();
    let constants = BTreeSet::new();
    let mut checker = Checker {
        scope,
        source,
        builder,
        faults: &mut faults,
        bindings,
        reads_ledger: false,
        constants,
        sums: Vec::new(),
    };
    let checked = checker.whole(&node);
    if checker.builder.too_large() {
        let help = "loop over shorter lists, or not inside of each other";
        checker.faults.help(Code::TooLarge, all, "the expression could take too many steps per row", help);
        return None;
    }
    let (result, logic) = checked?;
    let result = give(&mut checker, result, expected)?;
    checker.report_faults([&result]);
    let constant = checker.builder.constant_value(&result);
    let Checker { builder, reads_ledger, constants: named, .. } = checker;
    if !faults.is_empty() {
        return None;
    }
    let (block, constants, inputs) = builder.finish(&result);
    let (inputs, names) = inputs.into_iter().map(|input| (input.slot, input.name)).unzip();
    let source = source.to_owned();
    let ty = result.ty;
    let screen = OnceLock::new();
    let all = Whole { source, block, constants, inputs, names, named, ty, constant, logic, reads_ledger, screen };
    Some(Compiled { all: Arc::new(all) })
}

fn give(checker: &mut Checker<'_, '_, '_>, result: Typed, expected: Expected) -> Option<Typed> {
    let (wanted, words) = match (expected, &result.ty) {
        (Expected::Any, _) => return Some(result),
        (Expected::Bool, Type::Bool | Type::Nothing) => (Type::Bool, ""),
        (Expected::Number, Type::Int | Type::Decimal | Type::Nothing) => (Type::Decimal, ""),
        (Expected::Text, Type::Text | Type::OneOf(_) | Type::Nothing) => (Type::Text, ""),
        (Expected::Text, _) => (Type::Text, "a text"),
        (Expected::Bool, _) => (Type::Bool, "a condition"),
        (Expected::Number, _) => (Type::Decimal, "a number"),
    };
    if words.is_empty() {
        return Some(checker.coerce(result, &wanted));
    }
    let message = format!("{words} is needed here, this is of type {}", result.ty);
    checker.mismatch(result.span, message, "");
    None
}

impl Compiled {
    /// The inputs that it reads, in the order of first use.
    pub fn inputs(&self) -> &[Slot] {
        &self.all.inputs
    }

    /// The input that it is, if it is no more than that.
    pub fn loads(&self) -> Option<Slot> {
        match self.all.block.result {
            Ref::Register(at, _) => match self.all.block.instructions.get(at)?.op {
                Op::Load(slot) => Some(slot),
                _ => None,
            },
            Ref::Constant(_) | Ref::Parameter(_) => None,
        }
    }

    /// The name of an input that it reads, such as `referee.employees`.
    pub fn slot_name(&self, slot: Slot) -> Option<&str> {
        let at = self.all.inputs.iter().position(|input| *input == slot)?;
        self.all.names.get(at).map(String::as_str)
    }

    /// True if it names the constant list or table: `lists.served`, `credit`.
    pub fn names_constant(&self, name: &str) -> bool {
        self.all.named.contains(name)
    }

    /// The type of the result.
    pub fn result_type(&self) -> &Type {
        &self.all.ty
    }

    /// The text that it was compiled from.
    pub fn source(&self) -> &str {
        &self.all.source
    }

    /// True if it asks what other rewards have granted.
    pub fn reads_ledger(&self) -> bool {
        self.all.reads_ledger
    }

    /// The value that it always has, if it needs no input.
    pub fn is_constant(&self) -> Option<Value> {
        self.all.constant.clone()
    }

    /// The results for a chunk of rows. They stay in `scratch` until the next call with it.
    pub fn evaluate<'s>(
        &'s self,
        inputs: &dyn Inputs,
        rows: usize,
        env: &Env<'_>,
        scratch: &'s mut Scratch<'_>,
    ) -> &'s Vector {
        scratch.run(&self.all.block, &self.all.constants, inputs, rows, env);
        scratch.read(self.result(), &self.all.constants)
    }

    /// Whether a condition is true in the only row of its inputs: not where it is false, or has no value.
    pub fn holds(&self, inputs: &dyn Inputs, env: &Env<'_>, scratch: &mut Scratch<'_>) -> bool {
        let result = self.evaluate(inputs, 1, env, scratch);
        let is_true = matches!(&result.column, Column::Bool(values) if values.first() == Some(&true));
        is_true && result.status.first().is_some_and(|status| status.is_ok())
    }

    /// The condition as a tree over columns, if it is one.
    pub fn screen(&self) -> Option<&Screen> {
        self.all.screen.get_or_init(|| screened(self)).as_ref()
    }

    pub(super) fn constants(&self) -> &[Vector] {
        &self.all.constants
    }

    pub(super) fn logic(&self) -> &Logic {
        &self.all.logic
    }

    pub(super) fn block(&self) -> &Block {
        &self.all.block
    }

    fn result(&self) -> Ref {
        self.all.block.result
    }
}
