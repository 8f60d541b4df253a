//! TOML text becomes a tree. The grammar is the `toml` crate's; digits and dates are taken from the text itself.
use super::{Key, Node, NodeValue, SYNTAX_FAULTS_MAX, Text, TextMap};
use crate::base::limits::NESTING_MAX;
use crate::diag::{Code, Diagnostic, Span, Spanned, shown};
use std::borrow::Cow;
use std::ops::Range;
use toml::de::{DeString, DeTable, DeValue};

/// Reads TOML. The tree is as complete as the faults allow; values that are not well-formed are
/// [`NodeValue::Unreadable`]. Faults come in the order of the text.
///
/// # Example
/// ```
/// use referral_rules::node::{NodeValue, read_toml};
/// let (node, faults) = read_toml("at_most = 20_000.50");
/// assert!(faults.is_empty());
/// assert_eq!(node.get("at_most").unwrap().value, NodeValue::Number("20000.50".into()));
/// ```
pub fn read_toml(text: &str) -> (Node<'_>, Vec<Diagnostic>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults = Vec::new();
    for error in errors {
        let fault = fault(text, &error);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
        if faults.len() >= SYNTAX_FAULTS_MAX {
            break;
        }
    }
    faults.sort_by_key(|fault: &Diagnostic| fault.span);
    let starts = faults.iter().map(|fault| fault.span.start).collect();
    let mut reader = Reader { text, starts, faults };
    let value = reader.table(table.into_inner(), 1);
    (Node::new(value, Span::new(0, text.len())), reader.faults)
}

fn fault(text: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map_or_else(|| Span::new(text.len(), text.len()), span);
    let message = error.message();
    let found = text.get(span.start..span.end).unwrap_or("");
    let error = |code, message: String| Diagnostic::error(code, span, message);
    if message == "duplicate key" {
        return error(Code::DuplicateKey, format!("the key `{}` stands twice", shown(found)))
            .help("remove one of the two");
    }
    if message.contains("recurs") {
        return too_deep(span);
    }
    if message.starts_with("string values must be quoted") {
        return match found {
            "" => error(Code::Syntax, "a value is missing".to_owned()).help("write a value, or remove the key"),
            _ => error(Code::Syntax, format!("`{}` is not a value", shown(found))).help("put texts in quotes"),
        };
    }
    if let Some((_, expected)) = message
        .split_once(", expected")
        .filter(|_| message.starts_with("invalid date") || message.starts_with("invalid time"))
    {
        return error(Code::BadDate, format!("`{}` is not on the calendar", shown(found)))
            .help(format!("write{expected}"));
    }
    if message.contains("leading zero") {
        return error(Code::BadNumber, "a number starts with `0`".to_owned()).help("remove the `0`");
    }
    error(Code::Syntax, message.trim_end_matches('.').replace('\n', " "))
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(Code::TooLarge, span, format!("lists and tables are nested more than {NESTING_MAX} deep"))
        .help("nest less deeply")
}

const fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

struct Reader<'a> {
    text: &'a str,
    /// Where the faults of the notation start, rising.
    starts: Vec<usize>,
    faults: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn table(&mut self, table: DeTable<'a>, depth: usize) -> NodeValue<'a> {
        let mut entries: Vec<(Key<'a>, Node<'a>)> = Vec::with_capacity(table.len());
        for (key, value) in table {
            let at = span(key.span());
            let key: DeString<'a> = key.into_inner();
            entries.push((Spanned::new(key, at), self.value(value, depth)));
        }
        entries.sort_by_key(|(key, _)| key.span);
        NodeValue::Table(entries)
    }

    fn value(&mut self, value: toml::Spanned<DeValue<'a>>, depth: usize) -> Node<'a> {
        let at = span(value.span());
        let deeper = depth.saturating_add(1);
        let value = match value.into_inner() {
            DeValue::Array(_) | DeValue::Table(_) if depth >= NESTING_MAX => {
                // One is enough: the parser itself may have said so, further down.
                if self.faults.iter().all(|fault| fault.code != Code::TooLarge) {
                    self.faults.push(too_deep(at));
                }
                NodeValue::Unreadable
            }
            DeValue::Array(items) => NodeValue::List(items.into_iter().map(|item| self.value(item, deeper)).collect()),
            DeValue::Table(table) => self.table(table, deeper),
            _ if self.is_unreadable(at) => NodeValue::Unreadable,
            DeValue::String(text) => self.string(text, at),
            DeValue::Boolean(value) => NodeValue::Bool(value),
            DeValue::Integer(_) | DeValue::Float(_) => NodeValue::Number(self.digits(at)),
            DeValue::Datetime(value) if value.time.is_none() && value.date.is_some() => NodeValue::Date(self.slice(at)),
            DeValue::Datetime(_) => NodeValue::DateTime(self.slice(at)),
        };
        Node::new(value, at)
    }

    /// A value that the parser made up, or one that a fault lies in.
    fn is_unreadable(&self, at: Span) -> bool {
        let first = self.starts.partition_point(|start| *start < at.start);
        at.start == at.end || self.starts.get(first).is_some_and(|start| *start <= at.end)
    }

    fn slice(&self, at: Span) -> &'a str {
        self.text.get(at.start..at.end).unwrap_or("")
    }

    fn digits(&self, at: Span) -> Cow<'a, str> {
        let raw = self.slice(at);
        if raw.contains('_') { Cow::Owned(raw.replace('_', "")) } else { Cow::Borrowed(raw) }
    }

    fn string(&self, text: Cow<'a, str>, at: Span) -> NodeValue<'a> {
        let raw = self.slice(at);
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        let body = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or("");
        let newline: usize = match (quotes, body.as_bytes()) {
            (3, [b'\n', ..]) => 1,
            (3, [b'\r', b'\n', ..]) => 2,
            _ => 0,
        };
        let opening = newline.saturating_add(quotes);
        let start = at.start.saturating_add(opening);
        let escapes = raw.starts_with('"') && body.contains('\\');
        let map = (escapes || opening > 1).then(|| {
            let body = body.get(newline..).unwrap_or("");
            Box::new(if escapes { escaped_map(body, start) } else { TextMap::starting_at(start) })
        });
        NodeValue::Text(Text { text, map })
    }
}

/// How the decoded text lies in a body with escapes, which is known to be well-formed.
fn escaped_map(body: &str, start: usize) -> TextMap {
    let mut map = TextMap::starting_at(start);
    let mut decoded = 0_usize;
    let mut rest = body;
    while let Some((plain, after)) = rest.split_once('\\') {
        decoded = decoded.saturating_add(plain.len());
        let (made, used) = escape(after);
        decoded = decoded.saturating_add(made);
        rest = after.get(used..).unwrap_or("");
        map.jump(decoded, start.saturating_add(body.len().saturating_sub(rest.len())));
    }
    map
}

/// What follows a backslash: how many decoded bytes it makes, how many bytes it takes.
fn escape(after: &str) -> (usize, usize) {
    let digits = match after.as_bytes().first() {
        Some(b'x') => 2_usize,
        Some(b'u') => 4,
        Some(b'U') => 8,
        Some(b' ' | b'\t' | b'\r' | b'\n') => {
            let rest = after.trim_start_matches([' ', '\t', '\r', '\n']);
            return (0, after.len().saturating_sub(rest.len()));
        }
        _ => return (1, 1),
    };
    let used = digits.saturating_add(1);
    let code = after.get(1..used).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    (code.and_then(char::from_u32).map_or(1, char::len_utf8), used)
}
