//! `[definitions]`: named expressions. Wherever an expression of the document names one, its text is put there in brackets as soon as the
//! expression is read; places still lead to where each part is written.
use super::field::{Field, Reader, join};
use super::rules::can_be_defined;
use super::value::{key_name, plain_formula, too_long};
use crate::base::limits::{DEFINITIONS_MAX, EXPRESSION_BYTES_MAX};
use crate::diag::{Code, Diagnostic, Span, Spanned, shown};
use crate::expr::{is_expression, plain_names};
use crate::node::TextMap;
use crate::program::document::{Definition, ExpressionText};
use std::collections::{BTreeMap, BTreeSet};

/// The definitions of a document, each with all that it uses put in.
pub(super) struct Definitions {
    known: Vec<Known>,
    by_name: BTreeMap<String, usize>,
}

struct Known {
    name: String,
    /// With all that it uses put in; nothing where it is faulty, which is reported.
    text: Option<ExpressionText>,
    /// The definitions that it uses, and those that they use.
    uses: BTreeSet<usize>,
    used: bool,
}

/// Reads the section. From then on expressions may use what it defines.
pub(super) fn definitions(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Definition>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of named expressions");
        return None;
    };
    if entries.len() > DEFINITIONS_MAX {
        too_long(field, entries.len(), DEFINITIONS_MAX, reader);
        return None;
    }
    let mut written: Vec<(Spanned<String>, Option<ExpressionText>)> = Vec::new();
    for (key, entry) in entries {
        let name = key_name(key, &field.path, reader);
        let mut faults = Vec::new();
        let sound = |text: &ExpressionText| is_expression(&text.text, &|span| text.place(span), &mut faults);
        let text = plain_formula(&entry, reader).filter(sound);
        faults.into_iter().for_each(|fault| reader.push(fault.path(entry.path.clone())));
        written.push((name, text));
    }
    let found = Definitions::written_out(&written, reader);
    let list =
        written.into_iter().map(|(name, text)| Definition { name, formula: text.unwrap_or_default(), used: false });
    reader.definitions = found;
    Some(list.collect())
}

impl Definitions {
    /// There are none.
    pub(super) const fn none() -> Self {
        Self { known: Vec::new(), by_name: BTreeMap::new() }
    }

    fn written_out(written: &[(Spanned<String>, Option<ExpressionText>)], reader: &mut Reader) -> Self {
        let by_name = written.iter().enumerate().map(|(at, (name, _))| (name.value.clone(), at));
        let by_name: BTreeMap<String, usize> = by_name.filter(|(name, _)| can_be_defined(name)).collect();
        let uses: Vec<Vec<usize>> = written
            .iter()
            .map(|(_, text)| {
                let names = text.as_ref().map(|text| plain_names(&text.text)).unwrap_or_default();
                names.free.iter().filter_map(|name| by_name.get(&name.value).copied()).collect()
            })
            .collect();
        let known = written.iter().map(|(name, _)| Known {
            name: name.value.clone(),
            text: None,
            uses: BTreeSet::new(),
            used: false,
        });
        let mut out = Self { known: known.collect(), by_name };
        let mut done = vec![false; written.len()];
        for first in 0..written.len() {
            // Those that are under way, each with how many of its uses were looked at.
            let mut way: Vec<(usize, usize)> = vec![(first, 0)];
            while let Some((at, next)) = way.pop() {
                if done.get(at).copied().unwrap_or(true) {
                    continue;
                }
                let Some(needed) = uses.get(at).and_then(|uses| uses.get(next)).copied() else {
                    out.settle(at, written, reader);
                    done.iter_mut().skip(at).take(1).for_each(|done| *done = true);
                    continue;
                };
                way.push((at, next.saturating_add(1)));
                if let Some(from) = way.iter().position(|(on, _)| *on == needed) {
                    let circle: Vec<usize> = way.iter().skip(from).map(|(on, _)| *on).collect();
                    report_circle(&circle, written, reader);
                    for at in circle {
                        done.iter_mut().skip(at).take(1).for_each(|done| *done = true);
                    }
                } else {
                    way.push((needed, 0));
                }
            }
        }
        out
    }

    /// Writes one out whose uses are written out.
    fn settle(&mut self, at: usize, written: &[(Spanned<String>, Option<ExpressionText>)], reader: &mut Reader) {
        let Some((name, Some(text))) = written.get(at) else { return };
        let put_in = self.put_in(text);
        let path = join("definitions", &name.value);
        let (text, uses) = match put_in {
            Ok((text, uses)) => (text, uses),
            Err(fault) => {
                if let Some(fault) = fault.diagnostic(text) {
                    reader.push(fault.path(path));
                }
                return;
            }
        };
        if let Some(known) = self.known.get_mut(at) {
            (known.text, known.uses) = (Some(text), uses);
        }
    }

    /// The text with the definitions that it names put in, and which these are.
    fn put_in(&self, written: &ExpressionText) -> Result<(ExpressionText, BTreeSet<usize>), Fault> {
        let names = plain_names(&written.text);
        let mut uses = BTreeSet::new();
        let mut out = ExpressionText { text: String::new(), span: written.span, map: TextMap::default() };
        let mut from = 0;
        for name in &names.free {
            let Some(at) = self.by_name.get(&name.value).copied() else { continue };
            let Some(known) = self.known.get(at) else { continue };
            let Some(text) = &known.text else { return Err(Fault::Reported) };
            let caught = || plain_names(&text.text).free.into_iter().find(|free| names.bound.contains(&free.value));
            if let Some(caught) = (!names.bound.is_empty()).then(caught).flatten() {
                return Err(Fault::Caught(name.clone(), caught.value));
            }
            uses.insert(at);
            uses.extend(known.uses.iter().copied());
            out.append(written, from..name.span.start);
            out.bracket("(", written.map.offset(name.span.start));
            out.append(text, 0..text.text.len());
            // A comment at the end would swallow the bracket.
            let close = if text.text.contains("//") { "\n)" } else { ")" };
            out.bracket(close, written.map.offset(name.span.end).saturating_sub(1));
            from = name.span.end;
            if out.text.len() > EXPRESSION_BYTES_MAX {
                return Err(Fault::TooLong);
            }
        }
        out.append(written, from..written.text.len());
        if out.text.len() > EXPRESSION_BYTES_MAX {
            return Err(Fault::TooLong);
        }
        Ok((out, uses))
    }

    /// Which definitions some expression uses, by their order.
    pub(super) fn used(&self) -> impl Iterator<Item = bool> {
        self.known.iter().map(|known| known.used)
    }
}

impl Reader {
    /// An expression with the definitions that it names put in.
    pub(super) fn with_definitions(&mut self, written: ExpressionText, path: &str) -> Option<ExpressionText> {
        if self.definitions.known.is_empty() {
            return Some(written);
        }
        match self.definitions.put_in(&written) {
            Ok((_, uses)) if uses.is_empty() => Some(written),
            Ok((text, uses)) => {
                for (_, known) in self.definitions.known.iter_mut().enumerate().filter(|(at, _)| uses.contains(at)) {
                    known.used = true;
                }
                Some(text)
            }
            Err(fault) => {
                // It is used all the same.
                let names = plain_names(&written.text);
                for known in &mut self.definitions.known {
                    known.used |= names.free.iter().any(|name| name.value == known.name);
                }
                if let Some(fault) = fault.diagnostic(&written) {
                    self.push(fault.path(path));
                }
                None
            }
        }
    }
}

/// Why a definition cannot be put in.
enum Fault {
    /// It is faulty itself.
    Reported,
    /// A loop around it binds a name that stands in it, too.
    Caught(Spanned<String>, String),
    /// The whole would be longer than an expression can be.
    TooLong,
}

impl Fault {
    fn diagnostic(self, written: &ExpressionText) -> Option<Diagnostic> {
        match self {
            Self::Reported => None,
            Self::Caught(name, caught) => {
                let message =
                    format!("`{}` uses the name `{}`, which is that of a loop here", name.value, shown(&caught));
                let fault = Diagnostic::error(Code::DuplicateId, written.place(name.span), message);
                Some(fault.help("give what the loop goes through another name"))
            }
            Self::TooLong => {
                let message = format!(
                    "with its definitions written out the expression has more than {EXPRESSION_BYTES_MAX} bytes"
                );
                let all = written.place(Span::new(0, written.text.len()));
                Some(Diagnostic::error(Code::TooLarge, all, message).help("put constants into `[lists]` or `[tables]`"))
            }
        }
    }
}

/// Reports definitions that need each other.
fn report_circle(circle: &[usize], written: &[(Spanned<String>, Option<ExpressionText>)], reader: &mut Reader) {
    let names: Vec<&Spanned<String>> = circle.iter().filter_map(|at| Some(&written.get(*at)?.0)).collect();
    // Told at the one that stands first, wherever the circle was entered.
    let Some(first) = (0..names.len()).min_by_key(|at| names.get(*at).map(|name| name.span)) else { return };
    let round = names.iter().cycle().skip(first).take(names.len().saturating_add(1));
    let shown: Vec<String> = round.map(|name| format!("`{}`", name.value)).collect();
    let Some(name) = names.get(first) else { return };
    let message = format!("definitions go round in a circle: {}", shown.join(" uses "));
    let fault = Diagnostic::error(Code::Circle, name.span, message).path(join("definitions", &name.value));
    reader.push(fault.help("write one of them without the others"));
}
