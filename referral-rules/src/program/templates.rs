//! Texts that are filled in: checked when a document is compiled, so that none fails when it is written.
use super::compile::Compiling;
use super::document::{ExpressionText, Medium, Texts};
use super::document_notices::WrittenText;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::expr::{Compiled, Expected, Scope, Type};
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// How many steps a text may take.
const FUEL: u64 = 100_000;

/// What texts know that no expression does.
const OWN: [&str; 3] = ["entries", "reasons", "program"];

/// The columns of an entry that texts see.
pub const ENTRY: [&str; 7] = ["rule", "label", "to", "kind", "unit", "amount", "due_on"];

/// The columns of a reason that texts see.
pub const REASON: [&str; 2] = ["code", "message"];

/// Texts, checked.
#[derive(Debug, Default)]
pub struct Templates {
    /// What they are for.
    pub medium: Medium,
    /// One per language.
    pub texts: Vec<Template>,
    /// What they are filled with, by its name in them.
    pub values: Vec<(String, Compiled)>,
    /// Whether they tell entries.
    pub tells_entries: bool,
    /// Whether they tell reasons.
    pub tells_reasons: bool,
}

/// A text in one language.
#[derive(Debug)]
pub struct Template {
    /// The language.
    pub language: String,
    /// The subject.
    pub subject: Option<Part>,
    /// The text itself.
    pub body: Part,
}

/// A text, and the names of what it reads.
#[derive(Debug)]
pub struct Part {
    /// As it is written.
    pub text: String,
    /// The names.
    pub reads: BTreeSet<String>,
}

/// What fills texts in: values, and tables of them by name.
#[derive(Clone, Debug)]
pub enum Filling {
    /// Nothing is known.
    Missing,
    /// One value.
    Value(Value),
    /// Values by name.
    Table(BTreeMap<String, Filling>),
}

impl Filling {
    /// An empty table.
    pub const fn table() -> Self {
        Self::Table(BTreeMap::new())
    }

    /// Puts a value under a dotted name.
    pub fn put(&mut self, path: &str, value: Filling) {
        let Self::Table(entries) = self else { return };
        match path.split_once('.') {
            None => drop(entries.insert(path.to_owned(), value)),
            Some((first, rest)) => entries.entry(first.to_owned()).or_insert_with(Self::table).put(rest, value),
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::Missing => Value::from(()),
            Self::Value(value) => value.clone(),
            Self::Table(entries) => {
                let entries: BTreeMap<String, Value> =
                    entries.iter().map(|(name, value)| (name.clone(), value.value())).collect();
                Value::from(entries)
            }
        }
    }
}

/// Whether what is missing may be written, as nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Missing {
    Told,
    Refused,
}

fn made_for(medium: Medium, missing: Missing) -> Environment<'static> {
    let mut out = Environment::new();
    out.set_undefined_behavior(UndefinedBehavior::Strict);
    out.set_fuel(Some(FUEL));
    out.set_auto_escape_callback(move |_| if medium == Medium::Html { AutoEscape::Html } else { AutoEscape::None });
    out.set_formatter(move |out, state, value| {
        if value.is_none() && missing == Missing::Refused {
            return Err(Error::new(ErrorKind::InvalidOperation, "what is missing cannot be written"));
        }
        if value.is_none() { Ok(()) } else { minijinja::escape_formatter(out, state, value) }
    });
    out
}

/// What trying a text needs.
static TRYING: LazyLock<Environment<'static>> = LazyLock::new(|| made_for(Medium::Text, Missing::Told));

/// What filling in a text needs, by its medium. All filters are put together in it, which costs more than a text does: so it is made once.
fn filling(medium: Medium) -> &'static Environment<'static> {
    static TEXT: LazyLock<Environment<'static>> = LazyLock::new(|| made_for(Medium::Text, Missing::Refused));
    static HTML: LazyLock<Environment<'static>> = LazyLock::new(|| made_for(Medium::Html, Missing::Refused));
    match medium {
        Medium::Text => &TEXT,
        Medium::Html => &HTML,
    }
}

/// Fills a text in. `None` where it would write what is missing, or takes too long.
pub fn filled(text: &str, medium: Medium, with: &Filling) -> Option<String> {
    filling(medium).render_str(text, with.value()).ok()
}

impl Compiling<'_> {
    /// Texts of a section; what they read must be known in the scope.
    pub(super) fn templates(&mut self, written: &Texts, scope: &Scope, own: &[&str], path: &str) -> Templates {
        let mut out = Templates { medium: written.medium, ..Templates::default() };
        for (name, value) in &written.values {
            let path = format!("{path}.values.{}", name.value);
            let compiled = self.expression(value, Expected::Any, scope, &path);
            out.values.extend(compiled.map(|compiled| (name.value.clone(), compiled)));
        }
        for text in &written.texts {
            let path = format!("{path}.text.{}", text.language.value);
            let found = self.template(text, &mut out, scope, (own, &path));
            out.texts.extend(found);
        }
        out
    }

    fn template(
        &mut self,
        written: &WrittenText,
        out: &mut Templates,
        scope: &Scope,
        (own, path): (&[&str], &str),
    ) -> Option<Template> {
        let mut part = |written: &Spanned<String>, key: &str| {
            let path = format!("{path}.{key}");
            self.part(written, out, scope, (own, &path))
        };
        let subject = written.subject.as_ref().map(|subject| part(subject, "subject"));
        let body = part(&written.body, "body");
        let subject = match subject {
            Some(None) => return None,
            Some(found) => found,
            None => None,
        };
        Some(Template { language: written.language.value.clone(), subject, body: body? })
    }

    /// A text is well-formed, names only what is known, and can be written with and without what may be missing.
    fn part(
        &mut self,
        written: &Spanned<String>,
        out: &mut Templates,
        scope: &Scope,
        (own, path): (&[&str], &str),
    ) -> Option<Part> {
        let before = self.diagnostics.len();
        let template = match TRYING.template_from_str(&written.value) {
            Ok(template) => template,
            Err(fault) => {
                self.diagnostics.push(unfit(&fault, written.span, path));
                return None;
            }
        };
        let reads: BTreeSet<String> = template.undeclared_variables(true).into_iter().collect();
        for name in &reads {
            let first = name.split('.').next().unwrap_or(name);
            if OWN.contains(&first) {
                if !own.contains(&first) {
                    let message = format!("there is no `{first}` here");
                    let fault = Diagnostic::error(Code::UnknownName, written.span, message).path(path);
                    self.diagnostics.push(fault.help("only texts about an event know what it brought, and why"));
                }
                out.tells_entries |= first == "entries";
                out.tells_reasons |= first == "reasons";
                continue;
            }
            if first == "range" || out.values.iter().any(|(known, _)| known == name) {
                continue;
            }
            let mut expression = ExpressionText { span: written.span, ..ExpressionText::default() };
            expression.bracket(name, written.span.start);
            let compiled = self.expression(&expression, Expected::Any, scope, &format!("{path}.{name}"));
            out.values.extend(compiled.map(|compiled| (name.clone(), compiled)));
        }
        for fault in self.diagnostics.iter_mut().skip(before) {
            (fault.place.path, fault.span) = (path.to_owned(), written.span);
        }
        if self.diagnostics.len() > before {
            return None;
        }
        for given in [Given::All, Given::Nothing] {
            match template.render(made_up(out, given).value()) {
                Err(fault) if given == Given::All || is_of_the_text(&fault) => {
                    self.diagnostics.push(unfit(&fault, written.span, path));
                    return None;
                }
                _ => {}
            }
        }
        Some(Part { text: written.value.clone(), reads })
    }
}

/// Whether a fault is of the text itself, whatever fills it in.
fn is_of_the_text(fault: &Error) -> bool {
    use ErrorKind::{MissingArgument, TooManyArguments, UnknownFilter, UnknownFunction, UnknownMethod, UnknownTest};
    matches!(
        fault.kind(),
        UnknownFilter | UnknownFunction | UnknownMethod | UnknownTest | TooManyArguments | MissingArgument
    )
}

fn unfit(fault: &Error, span: Span, path: &str) -> Diagnostic {
    let what = fault.detail().map_or_else(|| fault.kind().to_string(), |detail| format!("{}: {detail}", fault.kind()));
    let line = fault.line().filter(|line| *line > 1).map(|line| format!(", in line {line} of it")).unwrap_or_default();
    let diagnostic = Diagnostic::error(Code::BadTemplate, span, format!("the text cannot be filled in{line}: {what}"));
    diagnostic.path(path).help("write values as `{{ referrer.name }}`, conditions as `{% if … %}…{% endif %}`")
}

/// With what a text is tried.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Given {
    All,
    Nothing,
}

/// Something for every name: to try a text with.
fn made_up(templates: &Templates, given: Given) -> Filling {
    let mut out = Filling::table();
    for (name, value) in &templates.values {
        let value = match given {
            Given::All => Filling::Value(sample(value.result_type())),
            Given::Nothing => Filling::Missing,
        };
        out.put(name, value);
    }
    let row = |columns: &[&str]| {
        let cells: BTreeMap<String, Value> =
            columns.iter().map(|name| ((*name).to_owned(), Value::from("1"))).collect();
        Value::from(cells)
    };
    let rows = |columns: &[&str]| match given {
        Given::All => Filling::Value(Value::from(vec![row(columns)])),
        Given::Nothing => Filling::Value(Value::from(Vec::<Value>::new())),
    };
    out.put("entries", rows(&ENTRY));
    out.put("reasons", rows(&REASON));
    out.put("program.id", Filling::Value(Value::from("1")));
    out.put("program.name", Filling::Value(Value::from("1")));
    out
}

fn sample(kind: &Type) -> Value {
    match kind {
        Type::Bool => Value::from(true),
        Type::Int | Type::Duration => Value::from(1),
        Type::List(element) => Value::from(vec![sample(element)]),
        Type::Date | Type::Instant => Value::from("2026-01-31"),
        _ => Value::from("1"),
    }
}
