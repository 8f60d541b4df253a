//! The type that a measure has: it must be known before anything that asks for it is compiled, tables that are looked up by it included.
use super::compile::schema;
use super::document::{Aggregate, Document, ExpressionText, MeasureDeclaration};
use crate::base::Interner;
use crate::diag::Span;
use crate::expr::{Expected, Scope, Type, compile};

/// Finds the types of measures. What is wrong with an expression is told where it is compiled.
pub(super) struct MeasureTypes<'a> {
    document: &'a Document,
    scope: Scope,
}

impl<'a> MeasureTypes<'a> {
    /// The expressions of measures know `happening`, and tables whose keys are known in it.
    pub(super) fn new(document: &'a Document, happening: &Scope, texts: &mut Interner) -> Self {
        let mut out = Self { document, scope: happening.clone() };
        let typed = |measure: &MeasureDeclaration| asks_for_type(measure.is.value);
        if out.document.measures.iter().any(typed) {
            for (position, table) in document.tables.iter().enumerate() {
                if let Some(key) = out.result_type(&table.by, texts) {
                    out.scope.table(&table.name.value, schema(table, &key, position));
                }
            }
        }
        out
    }

    /// The type of a measure's value.
    pub(super) fn of(&self, written: &MeasureDeclaration, texts: &mut Interner) -> Type {
        let is = written.is.value;
        let mut of = || written.of.as_ref().filter(|_| asks_for_type(is)).and_then(|of| self.result_type(of, texts));
        match is {
            Aggregate::Count | Aggregate::Distinct => Type::Int,
            Aggregate::Sum => Type::Decimal,
            Aggregate::Least | Aggregate::Greatest => {
                of().filter(|kind| matches!(kind, Type::Date | Type::Instant)).unwrap_or(Type::Decimal)
            }
            Aggregate::First | Aggregate::Latest => of().unwrap_or(Type::Decimal),
        }
    }

    fn result_type(&self, written: &ExpressionText, texts: &mut Interner) -> Option<Type> {
        let place = |span: Span| span;
        let compiled = compile(&written.text, &place, Expected::Any, &self.scope, texts, &mut Vec::new());
        compiled.map(|compiled| compiled.result_type().clone())
    }
}

/// Whether the type of a measure is that of `of`.
const fn asks_for_type(is: Aggregate) -> bool {
    matches!(is, Aggregate::Least | Aggregate::Greatest | Aggregate::First | Aggregate::Latest)
}
