//! What the readers of sections are made of: a value with its path, a section with its keys, and the list of faults.
use super::definitions::Definitions;
use super::keys::Keys;
use crate::base::Number;
use crate::diag::{Code, Diagnostic, Span, did_you_mean, push_shown, shown, suggest};
use crate::node::{Key, Node, NodeValue};
use crate::program::paths::numbered;

/// The most faults that are kept; the rest is counted.
const FAULTS_MAX: usize = 200;

/// In which notation a document is written: JSON has no dates, so they stand in texts there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Notation {
    /// TOML.
    Toml,
    /// JSON.
    Json,
}

/// The faults so far, and what the readers must know about the text as a whole.
pub(super) struct Reader {
    pub(super) notation: Notation,
    /// The text has places that are not well-formed: what seems to be missing may stand there.
    pub(super) has_gaps: bool,
    /// What expressions may name.
    pub(super) definitions: Definitions,
    faults: Vec<Diagnostic>,
    more: usize,
}

impl Reader {
    pub(super) const fn new(notation: Notation) -> Self {
        Self { notation, has_gaps: false, definitions: Definitions::none(), faults: Vec::new(), more: 0 }
    }

    /// Keeps the fault, unless there are too many.
    pub(super) fn push(&mut self, fault: Diagnostic) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// True once further faults are only counted, so that help for them need not be looked for.
    pub(super) fn is_full(&self) -> bool {
        self.faults.len() >= FAULTS_MAX
    }

    /// All faults in the order of the text.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.faults.sort_by_key(|fault| (fault.span, fault.code));
        if self.more > 0 {
            let message = format!("{} more faults are not shown", self.more);
            let end = self.faults.last().map(|fault| fault.span).unwrap_or_default();
            self.faults.push(Diagnostic::warning(Code::TooLarge, end, message).help("mend those above first"));
        }
        self.faults
    }

    /// A value of the wrong type; silent about what is not well-formed, for that is reported already.
    pub(super) fn wrong_type(&mut self, field: &Field<'_>, wanted: &str) {
        if matches!(field.node.value, NodeValue::Unreadable) {
            return;
        }
        let message = format!("`{}` must be {wanted}, found {}", field.name(), field.node.kind_name());
        let fault = field.fault(Code::WrongType, message);
        self.push(match &field.node.value {
            NodeValue::Null => fault.help("leave the key out"),
            NodeValue::Number(digits) if wanted == "a text" => fault.help(format!("write `\"{}\"`", shown(digits))),
            NodeValue::Text(text) if wanted == "a number" && Number::parse(&text.text).is_some() => {
                fault.help(format!("write {} without quotes", text.text))
            }
            NodeValue::Text(_) if wanted == "a list" => fault.help("put `[` and `]` around it"),
            _ => fault.help(format!("write {wanted}")),
        });
    }

    /// A text that is not one of those allowed.
    pub(super) fn bad_word(&mut self, field: &Field<'_>, found: &str, allowed: &[&str]) {
        if self.is_full() {
            return self.push(field.fault(Code::BadValue, ""));
        }
        let fault = field.fault(Code::BadValue, format!("`{}` cannot be `{}`", field.name(), shown(found)));
        let help = did_you_mean(found, allowed.iter().copied()).unwrap_or_else(|| format!("write {}", one_of(allowed)));
        self.push(fault.help(help));
    }
}

/// A value and its path, such as `reward[2].amount`.
#[derive(Clone)]
pub(super) struct Field<'n> {
    pub(super) node: &'n Node<'n>,
    pub(super) path: String,
}

impl<'n> Field<'n> {
    pub(super) fn fault(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.node.span, message).path(self.path.clone())
    }

    /// The last part of the path: `amount`.
    pub(super) fn name(&self) -> &str {
        match self.path.rsplit('.').next() {
            Some("") | None => "the document",
            Some(name) => name,
        }
    }

    /// The items, if this is a list.
    pub(super) fn items(&self) -> Option<impl ExactSizeIterator<Item = Field<'n>> + use<'n, '_>> {
        match &self.node.value {
            NodeValue::List(items) => Some(items.iter().enumerate().map(|(index, node)| self.item(index, node))),
            _ => None,
        }
    }

    fn item(&self, index: usize, node: &'n Node<'n>) -> Field<'n> {
        Field { node, path: numbered(&self.path, index) }
    }

    /// The entries, if this is a table, each with the place of its key.
    pub(super) fn entries(&self) -> Option<impl ExactSizeIterator<Item = (&'n Key<'n>, Field<'n>)> + use<'n, '_>> {
        match &self.node.value {
            NodeValue::Table(entries) => {
                Some(entries.iter().map(|(key, node)| (key, Field { node, path: join(&self.path, &key.value) })))
            }
            _ => None,
        }
    }
}

/// A table whose keys are known.
pub(super) struct Section<'n> {
    pub(super) span: Span,
    pub(super) path: String,
    title: &'static str,
    entries: &'n [(Key<'n>, Node<'n>)],
    /// Misspelt keys with the key that was meant.
    meant: Vec<(&'static str, usize)>,
}

impl<'n> Section<'n> {
    /// Opens a table and reports its unknown keys.
    pub(super) fn open(field: &Field<'n>, keys: &Keys, reader: &mut Reader) -> Option<Self> {
        let NodeValue::Table(entries) = &field.node.value else {
            reader.wrong_type(field, "a table");
            return None;
        };
        let mut meant = Vec::new();
        for (index, (key, _)) in entries.iter().enumerate() {
            if keys.keys.contains(&key.value.as_ref()) {
                continue;
            }
            let guess = if reader.is_full() { None } else { suggest(&key.value, keys.keys.iter().copied()) };
            let guess = guess.filter(|guess| entries.iter().all(|(key, _)| key.value != *guess));
            if let Some(guess) = guess.and_then(|guess| keys.keys.iter().find(|key| **key == guess)) {
                meant.push((*guess, index));
            }
            let help = match guess {
                Some(guess) => format!("did you mean `{guess}`?"),
                None => format!("use only {}", all_of(keys.keys)),
            };
            let message = format!("`{}` is not a key of {}", shown(&key.value), keys.title);
            let fault = Diagnostic::error(Code::UnknownKey, key.span, message);
            reader.push(fault.path(join(&field.path, &key.value)).help(help));
        }
        Some(Self { span: field.node.span, path: field.path.clone(), title: keys.title, entries, meant })
    }

    /// The value of a key, or of what was probably meant to be that key.
    pub(super) fn field(&self, key: &str) -> Option<Field<'n>> {
        self.node(key).map(|node| Field { node, path: join(&self.path, key) })
    }

    fn node(&self, key: &str) -> Option<&'n Node<'n>> {
        let exact = self.entries.iter().find(|(name, _)| name.value == key);
        let entry = exact.or_else(|| {
            let (_, index) = self.meant.iter().find(|(meant, _)| *meant == key)?;
            self.entries.get(*index)
        });
        entry.map(|(_, node)| node)
    }

    /// Reads the value of a key that may be missing.
    pub(super) fn read<T>(&self, key: &str, reader: &mut Reader, read: impl Read<'n, T>) -> Option<T> {
        self.field(key).and_then(|field| read(&field, reader))
    }

    /// Reads the value of a key that must be there.
    pub(super) fn need<T>(&self, key: &str, reader: &mut Reader, read: impl Read<'n, T>) -> Option<T> {
        let Some(field) = self.field(key) else {
            self.missing(key, "", reader);
            return None;
        };
        read(&field, reader)
    }

    /// Reports that a key is missing.
    pub(super) fn missing(&self, key: &str, help: &str, reader: &mut Reader) {
        if reader.has_gaps {
            return;
        }
        let message = format!("{} needs the key `{key}`", self.title);
        let help = if help.is_empty() { format!("add `{key} = ...`") } else { help.to_owned() };
        reader.push(Diagnostic::error(Code::MissingKey, self.span, message).path(join(&self.path, key)).help(help));
    }

    /// True if the key is there, perhaps misspelt.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }
}

/// A reader of a value: `None` where it gave a diagnostic.
pub(super) trait Read<'n, T>: FnOnce(&Field<'n>, &mut Reader) -> Option<T> {}
impl<'n, T, F: FnOnce(&Field<'n>, &mut Reader) -> Option<T>> Read<'n, T> for F {}

/// `path.key`, or `path."odd key"`.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    // Every value of a document has a path: so it is put together without any formatting.
    let mut joined = String::with_capacity(path.len().saturating_add(key.len()).saturating_add(3));
    joined.push_str(path);
    if !path.is_empty() {
        joined.push('.');
    }
    let quote = if plain { "" } else { "\"" };
    joined.push_str(quote);
    push_shown(&mut joined, key);
    joined.push_str(quote);
    joined
}

/// `a`, `b` or `c`.
pub(super) fn one_of(words: &[&str]) -> String {
    listed(words, " or ")
}

/// `a`, `b` and `c`.
fn all_of(words: &[&str]) -> String {
    listed(words, " and ")
}

fn listed(words: &[&str], last: &str) -> String {
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push_str(if words.len() == index.saturating_add(1) { last } else { ", " });
        }
        text.push('`');
        text.push_str(word);
        text.push('`');
    }
    text
}
