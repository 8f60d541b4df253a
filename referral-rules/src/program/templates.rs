//! Texts that are filled in: checked when a document is compiled, so that none fails when it is written.
use super::compile::Compiling;
use super::document::{ExpressionText, Medium, Texts};
use super::document_notices::WrittenText;
use super::paths::under;
use super::template_names;
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
        let templates = Templates { medium: written.medium, ..Templates::default() };
        let mut draft = Draft { templates, made_up: None };
        for (name, value) in &written.values {
            let path = under(&under(path, "values"), &name.value);
            let compiled = self.expression(value, Expected::Any, scope, &path);
            draft.templates.values.extend(compiled.map(|compiled| (name.value.clone(), compiled)));
        }
        for text in &written.texts {
            let path = under(&under(path, "text"), &text.language.value);
            let found = self.template(text, &mut draft, scope, (own, &path));
            draft.templates.texts.extend(found);
        }
        draft.templates
    }

    fn template(
        &mut self,
        written: &WrittenText,
        draft: &mut Draft,
        scope: &Scope,
        (own, path): (&[&str], &str),
    ) -> Option<Template> {
        let mut part = |written: &Spanned<String>, key: &str| {
            let path = under(path, key);
            self.part(written, draft, scope, (own, &path))
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
        draft: &mut Draft,
        scope: &Scope,
        (own, path): (&[&str], &str),
    ) -> Option<Part> {
        let before = self.diagnostics.len();
        let plain = template_names::names(&written.value).filter(|names| !names.iter().any(|name| is_own(name)));
        let (reads, template) = match plain {
            Some(names) => (names, None),
            None => {
                let template = self.parsed(written, path)?;
                (template.undeclared_variables(true).into_iter().collect(), Some(template))
            }
        };
        let out = &mut draft.templates;
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
            let compiled = self.expression(&expression, Expected::Any, scope, &under(path, name));
            out.values.extend(compiled.map(|compiled| (name.clone(), compiled)));
        }
        for fault in self.diagnostics.iter_mut().skip(before) {
            (fault.place.path, fault.span) = (path.to_owned(), written.span);
        }
        if self.diagnostics.len() > before {
            return None;
        }
        // What fills one name in would hide what fills in another.
        let hides = |one: &str, other: &str| other.strip_prefix(one).is_some_and(|rest| rest.starts_with('.'));
        let hidden = |read: &String| out.values.iter().any(|(name, _)| hides(name, read) || hides(read, name));
        let template = match template {
            None if !reads.iter().any(hidden) => return Some(Part { text: written.value.clone(), reads }),
            None => self.parsed(written, path)?,
            Some(template) => template,
        };
        let made_up = draft.made_up();
        for (given, filling) in [(Given::All, &made_up.all), (Given::Nothing, &made_up.nothing)] {
            match template.render(filling) {
                Err(fault) if given == Given::All || is_of_the_text(&fault) => {
                    self.diagnostics.push(unfit(&fault, written.span, path));
                    return None;
                }
                _ => {}
            }
        }
        Some(Part { text: written.value.clone(), reads })
    }

    fn parsed<'t>(&mut self, written: &'t Spanned<String>, path: &str) -> Option<minijinja::Template<'t, 't>> {
        let parsed = TRYING.template_from_str(&written.value);
        parsed.map_err(|fault| self.diagnostics.push(unfit(&fault, written.span, path))).ok()
    }
}

/// Whether texts know the name without an expression.
fn is_own(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or(name);
    first == "range" || OWN.contains(&first)
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

/// Texts that are being read, and with what they are tried: something for every name that is known so far.
struct Draft {
    templates: Templates,
    made_up: Option<MadeUp>,
}

struct MadeUp {
    /// For so many values.
    values: usize,
    all: Value,
    nothing: Value,
}

impl Draft {
    fn made_up(&mut self) -> &MadeUp {
        let values = &self.templates.values;
        let fresh = self.made_up.take().filter(|made_up| made_up.values == values.len());
        let made = |given| made_up(&self.templates, given).value();
        self.made_up.insert(fresh.unwrap_or_else(|| MadeUp {
            values: values.len(),
            all: made(Given::All),
            nothing: made(Given::Nothing),
        }))
    }
}

fn made_up(templates: &Templates, given: Given) -> Filling {
    let mut out = Filling::table();
    for (name, value) in &templates.values {
        let value = match given {
            Given::All => Filling::Value(sample(value.result_type())),
            Given::Nothing => Filling::Missing,
        };
        out.put(name, value);
    }
    let none = || Value::from(Vec::<Value>::new());
    let rows = |made_up: &Value| Filling::Value(if given == Given::All { made_up.clone() } else { none() });
    out.put("entries", rows(&ENTRIES));
    out.put("reasons", rows(&REASONS));
    out.put("program.id", Filling::Value(Value::from("1")));
    out.put("program.name", Filling::Value(Value::from("1")));
    out
}

/// Made-up entries, and made-up reasons.
static ENTRIES: LazyLock<Value> = LazyLock::new(|| made_up_row(&ENTRY));
static REASONS: LazyLock<Value> = LazyLock::new(|| made_up_row(&REASON));

fn made_up_row(columns: &[&str]) -> Value {
    let cells: BTreeMap<String, Value> = columns.iter().map(|name| ((*name).to_owned(), Value::from("1"))).collect();
    Value::from(vec![Value::from(cells)])
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
