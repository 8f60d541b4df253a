//! What an expression multiplies by, and which keys it looks tables up by: for warnings about an expression as it is written.
use super::compile::Compiled;
use super::faults::Faults;
use super::foresight::Foresight;
use super::kernels::Arithmetic;
use super::lexer::{self, TokenKind};
use super::possible::Values;
use super::program::{Op, Ref};
use super::together::input_of;
use super::types::Slot;
use super::vector::Column;
use crate::base::Number;
use crate::diag::Span;
use std::collections::BTreeSet;

impl Compiled {
    /// The numbers that are written with a percent sign, and their shares: `20%` is 0.2.
    pub fn percents(&self) -> Vec<(Span, Number)> {
        let (place, mut none) = (|span: Span| span, Vec::new());
        let tokens = lexer::tokens(self.source(), &mut Faults::new(&place, &mut none));
        let share = |kind: TokenKind| match kind {
            TokenKind::Decimal(share) => Some(share),
            TokenKind::Int(whole) => Number::fraction(i128::from(whole), 1),
            _ => None,
        };
        let written = |span: Span| self.source().get(span.start..span.end).is_some_and(|text| text.ends_with('%'));
        let tokens = tokens.into_iter().filter(|token| written(token.span));
        tokens.filter_map(|token| Some((token.span, share(token.kind)?))).collect()
    }

    /// True if the share is multiplied with an input of the sort.
    pub fn multiplies(&self, share: Number, sort: &dyn Fn(Slot) -> bool) -> bool {
        let is_share = |at: Ref| match at {
            Ref::Constant(index) => match self.constants().get(index).map(|constant| &constant.column) {
                Some(Column::Decimal(values)) => values.first() == Some(&share),
                Some(Column::Int(values)) => values.first().is_some_and(|value| Number::from(*value) == share),
                _ => false,
            },
            _ => false,
        };
        let is_input = |at: Ref| input_of(self, at).is_some_and(sort);
        self.block().instructions.iter().any(|step| match (&step.op, step.arguments.as_ref()) {
            (Op::Decimal(Arithmetic::Multiply) | Op::Int(Arithmetic::Multiply, _), [one, two]) => {
                is_share(*one) && is_input(*two) || is_share(*two) && is_input(*one)
            }
            _ => false,
        })
    }
}

impl Foresight<'_> {
    /// The keys that the expression may look the table up by; `None` if any key is possible.
    pub fn keys(&self, compiled: &Compiled, table: usize) -> Option<BTreeSet<String>> {
        let steps = self.steps(compiled);
        let mut keys = BTreeSet::new();
        for step in &compiled.block().instructions {
            match &step.op {
                Op::Lookup { table: found, .. } if *found == table => {
                    let key = step.arguments.first().map(|at| self.at(compiled, &steps, *at));
                    let Some(Values::Texts(texts)) = key.map(|key| key.values) else { return None };
                    keys.extend(texts.iter().cloned());
                }
                Op::ByBands { table: found } if *found == table => return None,
                // A loop may look tables up by what it goes through.
                Op::Each(each) if !each.pure => return None,
                _ => {}
            }
        }
        Some(keys)
    }
}
