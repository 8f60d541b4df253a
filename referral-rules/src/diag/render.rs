//! Diagnostics for people: each once, with the line of the document and a mark under the place, in plain ASCII.
use super::{Diagnostic, Severity, Span, line_and_column};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// How much of a line is shown on each side of the place, in bytes.
const CONTEXT_BYTES: usize = 160;

/// Renders the diagnostics of a document, in their order, with a blank line between two. `name` is what the document is
/// called, such as `program.toml`.
///
/// # Example
/// ```
/// use referral_rules::diag::{Code, Diagnostic, Span, render};
/// let fault = Diagnostic::error(Code::UnknownKey, Span::new(0, 6), "`curency` is not a key of a program")
///     .help("did you mean `currency`?");
/// let text = "curency = 'USD'\n";
/// let rendered = render(&[fault], "program.toml", text);
/// assert!(rendered.starts_with("error[unknown-key]: `curency` is not a key of a program\n --> program.toml:1:1\n"));
/// ```
pub fn render(diagnostics: &[Diagnostic], name: &str, text: &str) -> String {
    let renderer = Renderer::plain();
    let mut rendered = String::new();
    for diagnostic in diagnostics {
        if !rendered.is_empty() {
            rendered.push('\n');
        }
        rendered.push_str(&renderer.render(&[group(diagnostic, name, text)]));
        rendered.push('\n');
    }
    rendered
}

fn group<'a>(diagnostic: &'a Diagnostic, name: &'a str, text: &'a str) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (line, column) = line_and_column(text, diagnostic.span.start);
    let (shown, mark, cut) = window(text, diagnostic.span);
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.slug());
    let snippet =
        Snippet::source(shown).line_start(line).annotation(AnnotationKind::Primary.span(mark.start..mark.end));
    let mut group = if cut {
        title.element(Origin::path(name).line(line).char_column(column)).element(snippet)
    } else {
        title.element(snippet.path(name))
    };
    if !diagnostic.help.is_empty() {
        group = group.element(Level::HELP.message(diagnostic.help.as_str()));
    }
    group
}

/// The part of the first line of the span that is shown, where the mark stands in it, and whether the line's start is cut
/// off.
fn window(text: &str, span: Span) -> (&str, Span, bool) {
    let start = boundary(text, span.start);
    let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at.saturating_add(1));
    let rest = text.get(start..).unwrap_or("");
    let line_end = rest.find(['\n', '\r']).map_or(text.len(), |at| start.saturating_add(at));
    let from = boundary(text, line_start.max(start.saturating_sub(CONTEXT_BYTES)));
    let to = boundary(text, line_end.min(start.saturating_add(CONTEXT_BYTES)));
    let end = boundary(text, span.end).clamp(start, to);
    let mark = Span::new(start.saturating_sub(from), end.saturating_sub(from));
    (text.get(from..to).unwrap_or(""), mark, from > line_start)
}

/// The nearest boundary of a character at or before the byte.
fn boundary(text: &str, byte: usize) -> usize {
    let mut at = byte.min(text.len());
    while !text.is_char_boundary(at) {
        at = at.saturating_sub(1);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Code;

    #[test]
    fn no_span_is_too_odd() {
        let long = format!("a = \"{}\u{e9}\"\r\n\tb\u{0}c = 1", "x\u{1f600}".repeat(2_000));
        for text in ["", "\n", "\u{e9}", "a\r\nb", long.as_str()] {
            for start in [0, 1, 2, 3, 5, 700, text.len(), usize::MAX] {
                for end in [0, 1, 2, 4, 701, 5_000, usize::MAX] {
                    let fault = Diagnostic::error(Code::Syntax, Span::new(start, end), "`x` is odd");
                    let (line, column) = line_and_column(text, start);
                    let rendered = render(&[fault], "p", text);
                    assert!(rendered.contains("error[syntax]: `x` is odd"));
                    assert!(
                        rendered.contains(&format!("--> p:{line}:{column}\n")),
                        "{start} {line}:{column} {rendered}"
                    );
                }
            }
        }
    }
}
