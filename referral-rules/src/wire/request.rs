//! Requests: what stands in them, and what is wrong with them.
use super::{Compiled, PARTS, PARTS_ON_REQUEST};
use crate::Options;
use crate::base::limits::THREADS_MAX;
use crate::base::{Day, Instant, Number, Zone};
use crate::book::Given;
use crate::diag::{Code, Diagnostic, Span, did_you_mean, render, shown};
use crate::live::{Key, State, States};
use crate::node::{Node, NodeValue};
use crate::program::standard::{STANDARDS, Standard};
use crate::program::{Notation, Program, SourceText};

/// What places call the request.
pub const SOURCE: &str = "request";

/// Faults of the request, with those of documents, which are located in their own texts.
#[derive(Default)]
pub struct Found {
    request: Vec<Diagnostic>,
    documents: Vec<Diagnostic>,
    rendered: String,
}

impl Found {
    /// Starts with the faults of the notation.
    pub fn of(request: Vec<Diagnostic>) -> Self {
        Self { request, ..Self::default() }
    }

    /// True if nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.request.is_empty() && self.documents.is_empty()
    }

    /// One more fault of the request.
    pub fn push(&mut self, code: Code, span: Span, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.request.push(Diagnostic::error(code, span, message).path(path).help(help));
    }

    /// All faults, those of the request first, and the same for people.
    pub fn told(self, text: &str) -> (Vec<Diagnostic>, String) {
        let mut request = self.request;
        request.sort_by_key(|fault| (fault.span, fault.code));
        let mut rendered = render(&request, SOURCE, text);
        if !rendered.is_empty() && !self.rendered.is_empty() {
            rendered.push('\n');
        }
        rendered.push_str(&self.rendered);
        let located = request.into_iter().map(|fault| {
            let path = fault.place.path.clone();
            fault.located(SOURCE, text).path(path)
        });
        (located.chain(self.documents).collect(), rendered)
    }
}

/// What an explanation is about.
pub enum About {
    /// A referral's id.
    Referral(String),
    /// An entry's id.
    Entry(String),
    /// A referrer's id.
    Referrer(String),
}

type MakeAbout = fn(String) -> About;

impl About {
    /// What is said when there is no such thing.
    pub fn nothing(&self) -> String {
        let (what, id) = match self {
            Self::Referral(id) => ("referral", id),
            Self::Entry(id) => ("entry", id),
            Self::Referrer(id) => ("referrer", id),
        };
        format!("there is no {what} `{}`", shown(id))
    }
}

/// A request that is well-formed JSON.
pub struct Request<'a> {
    pub node: &'a Node<'a>,
    pub text: &'a str,
    /// The program, where it is compiled already.
    pub compiled: Option<&'a Compiled>,
    /// Tables that are not in the text, in place of those that are.
    pub beside: Option<&'a Given>,
}

impl Request<'_> {
    /// Reports what is not one of the keys; `program` is one too, unless it is compiled already.
    pub fn check_keys(&self, keys: &[&str], faults: &mut Found) {
        let program = if self.compiled.is_none() { Some("program") } else { None };
        let keys: Vec<&str> = program.into_iter().chain(keys.iter().copied()).collect();
        let NodeValue::Table(entries) = &self.node.value else {
            let message = format!("a request must be an object, found {}", self.node.kind_name());
            let help = format!("write `{{\"{}\": …}}`", keys.first().copied().unwrap_or_default());
            return faults.push(Code::WrongType, self.node.span, "", message, help);
        };
        for (key, _) in entries.iter().filter(|(key, _)| !keys.contains(&&*key.value)) {
            let help = did_you_mean(&key.value, keys.iter().copied())
                .unwrap_or_else(|| format!("the keys are {}", keys.join(", ")));
            let message = format!("`{}` is not a key of a request", shown(&key.value));
            faults.push(Code::UnknownKey, key.span, &shown(&key.value), message, help);
        }
    }

    /// The value of a key that must be there.
    fn need(&self, key: &str, help: &str, faults: &mut Found) -> Option<&Node<'_>> {
        let found = self.get(key);
        if found.is_none() && matches!(self.node.value, NodeValue::Table(_)) {
            let message = format!("the request has no `{key}`");
            faults.push(Code::MissingKey, Span::new(self.node.span.start, self.node.span.start), key, message, help);
        }
        found
    }

    pub fn get(&self, key: &str) -> Option<&Node<'_>> {
        self.node.get(key).filter(|node| node.value != NodeValue::Null)
    }

    pub fn program(&self, faults: &mut Found) -> Option<Compiled> {
        let node = self.need("program", "give the document as `program`", faults)?;
        let before = faults.request.len();
        let sources: Vec<Written> = match &node.value {
            NodeValue::List(versions) => versions
                .iter()
                .enumerate()
                .filter_map(|(at, node)| self.written(node, &format!("program[{at}]"), faults))
                .collect(),
            _ => self.written(node, "program", faults).into_iter().collect(),
        };
        if faults.request.len() > before {
            return None;
        }
        let texts: Vec<SourceText<'_>> = sources
            .iter()
            .map(|source| SourceText { name: &source.name, text: &source.text, notation: source.notation })
            .collect();
        match Program::from_sources(&texts) {
            Ok((program, warnings)) => Some(Compiled { program, warnings }),
            Err(mut found) => {
                for fault in &mut found.diagnostics {
                    // A document within the request has no lines of its own: its places are paths.
                    if sources.iter().any(|source| source.is_object && source.name == fault.place.source) {
                        (fault.place.line, fault.place.column) = (0, 0);
                    }
                }
                faults.rendered = found.to_string();
                faults.documents = found.diagnostics;
                None
            }
        }
    }

    /// One version as it is written in the request.
    fn written(&self, node: &Node<'_>, path: &str, faults: &mut Found) -> Option<Written> {
        let of_text = |text: &str, name: Option<&str>| {
            let notation = if text.trim_start().starts_with('{') { Notation::Json } else { Notation::Toml };
            let ending = if notation == Notation::Json { "json" } else { "toml" };
            let name = name.map_or_else(|| format!("{path}.{ending}"), str::to_owned);
            Some(Written { name, text: text.to_owned(), notation, is_object: false })
        };
        if let Some(name) = node.get("standard") {
            if let NodeValue::Table(entries) = &node.value {
                for (key, _) in entries.iter().filter(|(key, _)| key.value != "standard") {
                    let message = format!("`{}` does not go with `standard`", shown(&key.value));
                    let help = "remove it; to change a standard program, give its text with the changes";
                    faults.push(Code::UnknownKey, key.span, path, message, help);
                }
            }
            if let Some(standard) = name.as_text().and_then(Standard::named) {
                return of_text(standard.document, Some(&format!("{}.toml", standard.name)));
            }
            let names = STANDARDS.map(|standard| standard.name);
            let help = name.as_text().and_then(|name| did_you_mean(name, names));
            let help = help.unwrap_or_else(|| format!("write {}", names.map(|name| format!("`{name}`")).join(" or ")));
            faults.push(Code::BadValue, name.span, path, "there is no standard program of this name", help);
            return None;
        }
        match (&node.value, node.get("text")) {
            (NodeValue::Text(text), _) => of_text(&text.text, None),
            (NodeValue::Table(_), Some(text)) => match (text.as_text(), node.get("name").map(Node::as_text)) {
                (Some(text), None) => of_text(text, None),
                (Some(text), Some(Some(name))) => of_text(text, Some(name)),
                _ => {
                    let message = "`name` and `text` of a document must be texts";
                    faults.push(
                        Code::WrongType,
                        node.span,
                        path,
                        message,
                        "write `{\"name\": \"…\", \"text\": \"…\"}`",
                    );
                    None
                }
            },
            (NodeValue::Table(_), None) => {
                let text = compact(self.text.get(node.span.start..node.span.end).unwrap_or_default());
                Some(Written { name: format!("{path}.json"), text, notation: Notation::Json, is_object: true })
            }
            _ => {
                let message = format!("a document must be a text or an object, found {}", node.kind_name());
                faults.push(
                    Code::WrongType,
                    node.span,
                    path,
                    message,
                    "give the TOML text, or the document as an object",
                );
                None
            }
        }
    }

    /// The tables under a key; none where it is not there.
    pub fn tables(&self, key: &str, faults: &mut Found) -> Given {
        let mut given = Given::default();
        if let Some(node) = self.get(key) {
            let found;
            (given, found) = Given::from_node(node, key);
            faults.request.extend(found);
        }
        if let Some(beside) = self.beside {
            given.replace(beside.clone());
        }
        given
    }

    pub fn as_of(&self, zone: Option<&Zone>, faults: &mut Found) -> Option<Instant> {
        let help = "write a date, or a time with its zone offset, such as `2026-04-01T12:00:00Z`";
        let node = self.need("as_of", help, faults)?;
        let Some(text) = node.as_text() else {
            let message = format!("`as_of` must be a text, found {}", node.kind_name());
            faults.push(Code::WrongType, node.span, "as_of", message, help);
            return None;
        };
        match (Day::parse(text), moment(text, zone)) {
            (Err(_), None) => {
                let message = format!("`{}` is neither a date nor a time", shown(text));
                faults.push(Code::BadDate, node.span, "as_of", message, help);
                None
            }
            (_, moment) => moment,
        }
    }

    pub fn options(&self, faults: &mut Found) -> Options {
        let Some(node) = self.get("threads") else { return Options::default() };
        let threads = match &node.value {
            NodeValue::Number(digits) => Number::parse(digits).and_then(Number::to_i64),
            _ => None,
        };
        let threads = threads.and_then(|threads| usize::try_from(threads).ok());
        if let Some(threads) = threads.filter(|threads| (1..=THREADS_MAX).contains(threads)) {
            return Options { threads };
        }
        let message = "`threads` is not a number of threads";
        faults.push(Code::BadValue, node.span, "threads", message, format!("write 1 to {THREADS_MAX}"));
        Options::default()
    }

    /// What is to be explained: exactly one of three keys.
    pub fn about(&self, faults: &mut Found) -> Option<About> {
        let kinds: [(&str, MakeAbout); 3] =
            [("referral", About::Referral), ("entry", About::Entry), ("referrer", About::Referrer)];
        let named: Vec<_> = kinds.into_iter().filter_map(|(key, make)| Some((key, make, self.get(key)?))).collect();
        match named.as_slice() {
            [(key, make, node)] => {
                let id = node.as_text().map(str::to_owned);
                if id.is_none() {
                    let message = format!("`{key}` must be a text, found {}", node.kind_name());
                    faults.push(Code::WrongType, node.span, key, message, "write the id as a text");
                }
                id.map(make)
            }
            [] => self.need("referral", "name one referral, entry or referrer to explain", faults).and(None),
            [_, (key, _, node), ..] => {
                let message = "only one thing is explained at a time";
                faults.push(Code::BadValue, node.span, key, message, "name one referral, entry or referrer");
                None
            }
        }
    }

    /// The stored states under their keys, `null` for none.
    pub fn states(&self, faults: &mut Found) -> States {
        let Some(node) = self.get("states") else { return States::new() };
        let NodeValue::Table(entries) = &node.value else {
            let message = format!("`states` must be an object, found {}", node.kind_name());
            faults.push(Code::WrongType, node.span, "states", message, "write `{\"referrer/ada\": \"…\"}`");
            return States::new();
        };
        let mut out = States::new();
        for (key, node) in entries {
            let path = format!("states.{}", shown(&key.value));
            let mut wrong = |code, message: String, help: &str| faults.push(code, node.span, &path, message, help);
            let Ok(key) = Key::try_from(key.value.to_string()) else {
                let message = format!("`{}` is no key of a state", shown(&key.value));
                wrong(Code::BadValue, message, "give the keys as the step named them");
                continue;
            };
            let state = match (&node.value, node.as_text()) {
                (NodeValue::Null, _) => None,
                (_, None) => {
                    let message = format!("a state must be a text or null, found {}", node.kind_name());
                    wrong(Code::WrongType, message, "give the text that was stored, or null if there is none yet");
                    continue;
                }
                (_, Some(text)) => match State::from_text(text).filter(|state| state.key == key) {
                    None => {
                        let message = "this is not the state that a step gave for this key".to_owned();
                        wrong(
                            Code::BadValue,
                            message,
                            "give the text as it was stored; if it is lost, rebuild the key",
                        );
                        continue;
                    }
                    state => state,
                },
            };
            out.insert(key, state);
        }
        out
    }

    pub fn parts(&self, faults: &mut Found) -> Vec<&'static str> {
        let Some(node) = self.get("answer") else {
            return parts_of_every_answer();
        };
        let NodeValue::List(wanted) = &node.value else {
            let message = format!("`answer` must be a list, found {}", node.kind_name());
            faults.push(Code::WrongType, node.span, "answer", message, "write `[\"entries\"]`");
            return Vec::new();
        };
        let mut chosen = Vec::new();
        for (at, node) in wanted.iter().enumerate() {
            let word = node.as_text().unwrap_or_default();
            match PARTS.iter().copied().find(|part| *part == word) {
                Some(part) => chosen.push(part),
                None => {
                    let help = did_you_mean(word, PARTS.iter().copied())
                        .unwrap_or_else(|| format!("the parts are {}", PARTS.join(", ")));
                    let message = format!("`{}` is not a part of an answer", shown(word));
                    faults.push(Code::BadValue, node.span, &format!("answer[{at}]"), message, help);
                }
            }
        }
        PARTS.iter().copied().filter(|part| chosen.contains(part)).collect()
    }
}

/// The parts that nobody has to ask for.
pub fn parts_of_every_answer() -> Vec<&'static str> {
    PARTS.iter().copied().take(PARTS.len().saturating_sub(PARTS_ON_REQUEST)).collect()
}

/// The moment that a text says: a date is its last instant, where the zone is known.
pub fn moment(text: &str, zone: Option<&Zone>) -> Option<Instant> {
    match Day::parse(text) {
        Ok(day) => zone.map(|zone| zone.last_instant(day)),
        Err(_) => Instant::parse(text).ok(),
    }
}

struct Written {
    name: String,
    text: String,
    notation: Notation,
    is_object: bool,
}

/// JSON without blanks between its parts, so that the layout of a request leaves no trace in an answer.
fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut in_text = false;
    let mut escaped = false;
    for letter in json.chars() {
        if !in_text && matches!(letter, ' ' | '\n' | '\r' | '\t') {
            continue;
        }
        in_text ^= letter == '"' && !escaped;
        escaped = in_text && letter == '\\' && !escaped;
        out.push(letter);
    }
    out
}
