//! JSON text becomes a tree: strict RFC 8259, with places, digits as written, and several faults at once where the rest can
//! still be understood.
use super::{Key, Node, NodeValue, SYNTAX_FAULTS_MAX};
use crate::base::limits::NESTING_MAX;
use crate::diag::{Code, Diagnostic, Span, Spanned, shown};
use rustc_hash::FxHashSet;
use std::borrow::Cow;

/// Up to so many keys of a table are compared one by one; more are hashed.
const KEYS_COMPARED_MAX: usize = 16;

/// Reads JSON. The tree is `None` where reading had to stop; values that are not well-formed are
/// [`NodeValue::Unreadable`]. Of a key that stands twice the first value is kept. Faults come in the order of the text.
///
/// # Example
/// ```
/// use referral_rules::node::read_json;
/// let (node, faults) = read_json(r#"{"amount": 12.50, "amount": 01}"#);
/// assert_eq!(faults.iter().map(|fault| fault.code.slug()).collect::<Vec<_>>(), ["duplicate-key", "syntax"]);
/// assert!(node.unwrap().get("amount").is_some());
/// ```
pub fn read_json(text: &str) -> (Option<Node<'_>>, Vec<Diagnostic>) {
    let mut reader = Reader::new(text);
    let root = reader.document();
    let mut faults = reader.faults;
    faults.sort_by_key(|fault| fault.span);
    (root.ok(), faults)
}

/// Reading cannot go on; the diagnostic is given.
#[derive(Debug)]
pub(super) struct Stop;

pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    faults: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0, faults: Vec::new() }
    }

    fn document(&mut self) -> Result<Node<'a>, Stop> {
        if self.text.starts_with('\u{feff}') {
            self.fault(Span::new(0, 3), "the text starts with a byte order mark", "save it as UTF-8 without one")?;
            self.at = 3;
        }
        let root = self.value(1)?;
        self.blanks();
        if self.at < self.text.len() {
            let span = self.here();
            self.fault(span, format!("something follows the value: {}", self.found()), "remove it")?;
        }
        Ok(root)
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) const fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    pub(super) fn slice(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or("")
    }

    fn blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.step();
        }
    }

    /// The character at the place.
    fn here(&self) -> Span {
        let length = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(self.at, self.at.saturating_add(length))
    }

    fn found(&self) -> String {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(quote @ ('"' | '\'')) => format!("`{quote}`"),
            Some(found) => format!("`{}`", found.escape_debug()),
            None => "the end of the text".to_owned(),
        }
    }

    pub(super) fn fault(&mut self, span: Span, message: impl Into<String>, help: &str) -> Result<(), Stop> {
        self.report(Diagnostic::error(Code::Syntax, span, message).help(help))
    }

    fn report(&mut self, fault: Diagnostic) -> Result<(), Stop> {
        self.faults.push(fault);
        if self.faults.len() < SYNTAX_FAULTS_MAX { Ok(()) } else { Err(Stop) }
    }

    fn stop<T>(&mut self, wanted: &str) -> Result<T, Stop> {
        let (span, found) = (self.here(), self.found());
        self.fault(span, format!("expected {wanted}, found {found}"), "")?;
        Err(Stop)
    }

    fn value(&mut self, depth: usize) -> Result<Node<'a>, Stop> {
        self.blanks();
        let start = self.at;
        let value = match self.byte() {
            Some(b'{' | b'[') if depth > NESTING_MAX => {
                let message = format!("lists and tables are nested more than {NESTING_MAX} deep");
                let fault = Diagnostic::error(Code::TooLarge, self.here(), message).help("nest less deeply");
                self.report(fault)?;
                return Err(Stop);
            }
            Some(b'{') => self.table(depth.saturating_add(1))?,
            Some(b'[') => self.list(depth.saturating_add(1))?,
            Some(b'"') => NodeValue::Text(self.string()?),
            Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_') => self.word()?,
            Some(b'\'') => self.stop("a value; texts stand in `\"`")?,
            _ => self.stop("a value")?,
        };
        Ok(Node::new(value, Span::new(start, self.at)))
    }

    fn list(&mut self, depth: usize) -> Result<NodeValue<'a>, Stop> {
        self.step();
        let mut items = Vec::new();
        self.blanks();
        while !self.closes(b']', items.is_empty())? {
            items.push(self.value(depth)?);
        }
        Ok(NodeValue::List(items))
    }

    fn table(&mut self, depth: usize) -> Result<NodeValue<'a>, Stop> {
        self.step();
        let mut entries: Vec<(Key<'a>, Node<'a>)> = Vec::new();
        let mut keys = FxHashSet::default();
        self.blanks();
        while !self.closes(b'}', entries.is_empty())? {
            let start = self.at;
            if self.byte() != Some(b'"') {
                return self.stop("a key in `\"`");
            }
            let key = Spanned::new(self.string()?.text, Span::new(start, self.at));
            self.blanks();
            if self.byte() != Some(b':') {
                return self.stop("`:`");
            }
            self.step();
            let value = self.value(depth)?;
            if is_known(&entries, &mut keys, &key) {
                let message = format!("the key `{}` stands twice", shown(&key.value));
                self.report(Diagnostic::error(Code::DuplicateKey, key.span, message).help("remove one of the two"))?;
            } else {
                entries.push((key, value));
            }
        }
        Ok(NodeValue::Table(entries))
    }

    /// Passes a comma or the closing bracket; true for the bracket.
    fn closes(&mut self, bracket: u8, first: bool) -> Result<bool, Stop> {
        self.blanks();
        let comma = self.byte() == Some(b',');
        let comma_span = self.here();
        if comma && !first {
            self.step();
            self.blanks();
        }
        match self.byte() {
            Some(byte) if byte == bracket => {
                if comma {
                    self.fault(comma_span, "a comma stands before the closing bracket", "remove the comma")?;
                }
                self.step();
                Ok(true)
            }
            None => self.stop(&format!("`{}`", char::from(bracket))),
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b'a'..=b'z') if !comma && !first => {
                let here = self.here();
                self.fault(here, format!("expected `,`, found {}", self.found()), "put a comma between the two")?;
                Ok(false)
            }
            Some(_) if comma || first => Ok(false),
            Some(_) => self.stop(&format!("`,` or `{}`", char::from(bracket))),
        }
    }

    /// A number, `true`, `false`, `null`, or something that is none of them.
    fn word(&mut self) -> Result<NodeValue<'a>, Stop> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_'))
        {
            self.step();
        }
        let word = self.slice(start);
        match word {
            "true" => return Ok(NodeValue::Bool(true)),
            "false" => return Ok(NodeValue::Bool(false)),
            "null" => return Ok(NodeValue::Null),
            _ if is_number(word) => return Ok(NodeValue::Number(Cow::Borrowed(word))),
            _ => {}
        }
        let span = Span::new(start, self.at);
        let word_shown = shown(word);
        if word.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.')) {
            self.fault(
                span,
                format!("`{word_shown}` is not a JSON number"),
                "write digits, with a `.` between digits if need be",
            )?;
        } else {
            self.fault(
                span,
                format!("`{word_shown}` is not a JSON value"),
                "put texts in `\"`; the other words are `true`, `false`, `null`",
            )?;
        }
        Ok(NodeValue::Unreadable)
    }
}

/// Notes the key; true if the table has it already.
fn is_known<'a>(entries: &[(Key<'a>, Node<'a>)], keys: &mut FxHashSet<Cow<'a, str>>, key: &Key<'a>) -> bool {
    if entries.len() < KEYS_COMPARED_MAX {
        return entries.iter().any(|(known, _)| known.value == key.value);
    }
    if keys.is_empty() {
        keys.extend(entries.iter().map(|(known, _)| known.value.clone()));
    }
    !keys.insert(key.value.clone())
}

/// The grammar of JSON: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
fn is_number(word: &str) -> bool {
    let body = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
