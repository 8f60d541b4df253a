//! What an expression names, before anything is known of it: for those who put definitions in the places of their names.
use super::check_calls::LOOPS;
use super::faults::Faults;
use super::lexer::{self, TokenKind};
use super::parse;
use crate::diag::{Diagnostic, Span, Spanned};
use std::collections::BTreeSet;

/// The names of an expression that stand by themselves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PlainNames {
    /// Names that are no field, no function and bound by no loop, in the order of the text.
    pub free: Vec<Spanned<String>>,
    /// Names that loops bind.
    pub bound: BTreeSet<String>,
}

/// The names of an expression.
///
/// # Example
/// ```
/// use referral_rules::expr::plain_names;
/// let names = plain_names("net > min(fee, event.fee) && lists.days.exists(day, day == 'net')");
/// let free: Vec<&str> = names.free.iter().map(|name| name.value.as_str()).collect();
/// assert_eq!(free, ["net", "fee", "event", "lists"]);
/// assert!(names.bound.contains("day"));
/// ```
pub fn plain_names(source: &str) -> PlainNames {
    let mut ignored = Vec::new();
    let tokens = lexer::tokens(source, &mut Faults::new(&|span| span, &mut ignored));
    let symbol = |at: Option<usize>, wanted: &'static str| {
        let token = at.and_then(|at| tokens.get(at));
        token.is_some_and(|token| token.kind == TokenKind::Symbol(wanted))
    };
    let mut out = PlainNames::default();
    let names = || {
        tokens.iter().enumerate().filter_map(|(at, token)| match &token.kind {
            TokenKind::Name(name) => Some((at, name, token.span)),
            _ => None,
        })
    };
    for (at, name, _) in names() {
        let next = at.saturating_add(1);
        let is_loop = LOOPS.iter().any(|(word, _)| word == name) && symbol(Some(next), "(");
        let variable = tokens.get(next.saturating_add(1)).map(|token| &token.kind);
        if let (true, Some(TokenKind::Name(variable)), true) = (is_loop, variable, symbol(next.checked_add(2), ",")) {
            out.bound.insert(variable.clone());
        }
    }
    for (at, name, span) in names() {
        let is_part = symbol(at.checked_sub(1), ".") || symbol(Some(at.saturating_add(1)), "(");
        if !is_part && !out.bound.contains(name) {
            out.free.push(Spanned::new(name.clone(), span));
        }
    }
    out
}

/// Whether the text is an expression by its form, whatever its names stand for. What is wrong is pushed to `diagnostics`; `place` turns a span
/// of the text into one of the document.
pub fn is_expression(source: &str, place: &dyn Fn(Span) -> Span, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let mut faults = Faults::new(place, diagnostics);
    let tokens = lexer::tokens(source, &mut faults);
    let _ = parse::parse(tokens, &mut faults);
    faults.is_empty()
}
