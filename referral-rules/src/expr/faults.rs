//! Collects the faults of one expression, at their places in the document.
use crate::diag::{Code, Diagnostic, Span};

/// At most so many faults of one expression are told; the rest would follow from them.
const FAULTS_MAX: usize = 20;

/// Faults of one expression.
pub(super) struct Faults<'a> {
    place: &'a dyn Fn(Span) -> Span,
    diagnostics: &'a mut Vec<Diagnostic>,
    count: usize,
}

impl<'a> Faults<'a> {
    /// No faults yet; `place` turns a span of the expression into one of the document.
    pub(super) fn new(place: &'a dyn Fn(Span) -> Span, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { place, diagnostics, count: 0 }
    }

    /// One more fault.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::error(code, (self.place)(span), message));
    }

    /// One more fault, with help. Empty help is no help.
    pub(super) fn help(&mut self, code: Code, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::error(code, (self.place)(span), message).help(help));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.count = self.count.saturating_add(1);
        if self.count <= FAULTS_MAX {
            self.diagnostics.push(diagnostic);
        }
    }

    /// True without faults.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}
