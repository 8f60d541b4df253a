//! A fault as data: code, severity, place, message, help.
use super::{Code, Place, Span};
use serde::{Serialize, Serializer};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The program does not compile, or the row does not count.
    Error,
    /// It works, but perhaps not as meant.
    Warning,
}

/// One fault. Messages are lower case without a full stop, user text stands in backticks, help is an imperative.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Diagnostic {
    /// Which kind of fault.
    #[serde(serialize_with = "slug")]
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Where, for people. Filled in by [`Diagnostic::located`] for documents.
    pub place: Place,
    /// Where, as bytes of the document; empty for facts.
    #[serde(skip)]
    pub span: Span,
    /// What was found.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
}

fn slug<S: Serializer>(code: &Code, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.slug())
}

impl Diagnostic {
    /// An error at a span of the document.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            place: Place::default(),
            span,
            message: message.into(),
            help: String::new(),
        }
    }

    /// A warning at a span of the document.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// The same with help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with a path of keys.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.place.path = path.into();
        self
    }

    /// The same with source, line and column worked out from the text.
    #[must_use]
    pub fn located(mut self, source: &str, text: &str) -> Self {
        let (line, column) = super::line_and_column(text, self.span.start);
        self.place.source = source.to_owned();
        self.place.line = line;
        self.place.column = column;
        self
    }
}
