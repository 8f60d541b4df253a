//! The tree of nodes → the flat program: every name is resolved and every type checked before anything runs.
use super::build::{Builder, Typed};
use super::evaluate::Env;
use super::explain::Logic;
use super::faults::Faults;
use super::functions::{Arg, Out};
use super::functions_list as list;
use super::program::Op;
use super::scope::{Named, Scope, TableSchema};
use super::syntax::{Kind, Node};
use super::types::{Slot, Status, Type};
use super::value::Value;
use crate::base::limits::EXPRESSION_VALUES_MAX;
use crate::diag::{Code, Span, Spanned};
use std::collections::BTreeSet;

/// Walks the tree. `None` means that the fault is reported.
pub(super) struct Checker<'a, 'f, 'd> {
    pub(super) scope: &'a Scope,
    pub(super) source: &'a str,
    pub(super) builder: Builder<'a>,
    pub(super) faults: &'f mut Faults<'d>,
    pub(super) bindings: Vec<(String, Typed)>,
    pub(super) reads_ledger: bool,
    /// The constant lists and tables that it names.
    pub(super) constants: BTreeSet<String>,
    /// What the sums outside of loops are made of, by where they stand.
    pub(super) sums: Vec<(Span, Vec<Typed>)>,
}

impl Checker<'_, '_, '_> {
    /// Checks a part; its value in the program.
    pub(super) fn check(&mut self, node: &Node) -> Option<Typed> {
        let span = node.span;
        match &node.kind {
            Kind::Fault => None,
            Kind::Broken(parts) => {
                parts.iter().for_each(|part| drop(self.check(part)));
                None
            }
            Kind::Bool(value) => Some(self.builder.value(&Value::Bool(*value), Type::Bool, 1, span)),
            Kind::Int(value) => Some(self.builder.value(&Value::Int(*value), Type::Int, 1, span)),
            Kind::Decimal(value) => Some(self.builder.value(&Value::Decimal(*value), Type::Decimal, 1, span)),
            Kind::Text(text) => Some(self.builder.value(&Value::Text(text.clone()), Type::Text, 1, span)),
            Kind::Name(_) => self.named(node),
            Kind::Select { of, field } => self.select(node, of, field),
            Kind::Index { of, index } => self.index(node, of, index),
            Kind::Call { target, name, arguments } => self.call(span, target.as_deref(), name, arguments),
            Kind::List(nodes) => self.list(span, nodes),
            Kind::Map(entries) => self.map(span, entries),
            Kind::Negate(of) => self.negate(span, of),
            Kind::Binary { operator, left, right } if !operator.compares() => {
                self.arithmetic(span, *operator, left, right)
            }
            Kind::Conditional { .. } | Kind::Not(_) | Kind::And(_) | Kind::Or(_) | Kind::Binary { .. } => {
                self.check_logic(node).map(|(value, _)| value)
            }
        }
    }

    /// The part of the expression's text.
    pub(super) fn written(&self, span: Span) -> &str {
        self.source.get(span.start..span.end).unwrap_or("")
    }

    /// Reports that the types do not fit.
    pub(super) fn mismatch(&mut self, span: Span, message: String, help: &str) {
        self.faults.help(Code::TypeMismatch, span, message, help);
    }

    /// The value as one of the type, which it must fit: a whole number as an exact one; no value ever has type nothing.
    pub(super) fn coerce(&mut self, value: Typed, to: &Type) -> Typed {
        match (&value.ty, to) {
            (from, to) if from == to => value,
            (Type::Nothing, to) => match self.builder.constant_fault(&value) {
                Some((status, span)) => self.builder.fault(status, to.clone(), span),
                None => self.builder.fault(Status::NO_SUCH_KEY, to.clone(), value.span),
            },
            (Type::Int, Type::Decimal) => {
                let span = value.span;
                self.builder.emit(Op::ToDecimal, true, &[&value], Type::Decimal, 1, span)
            }
            _ => Typed { ty: to.clone(), ..value },
        }
    }

    fn named(&mut self, node: &Node) -> Option<Typed> {
        let path = node.path()?;
        self.resolve(node.span, &path)
    }

    /// A dotted name: a loop's variable, else the longest name that is known; what is left selects from it.
    fn resolve(&mut self, span: Span, path: &str) -> Option<Typed> {
        let (root, rest) = path.split_once('.').map_or((path, None), |(root, rest)| (root, Some(rest)));
        if let Some((_, bound)) = self.bindings.iter().rev().find(|(name, _)| name == root) {
            let bound = Typed { span, ..bound.clone() };
            return self.fields(span, bound, rest);
        }
        let mut known = path;
        loop {
            if let Some(named) = self.scope.find(known) {
                let base = self.known(span, known, named.clone())?;
                let rest = path.get(known.len().saturating_add(1)..).filter(|rest| !rest.is_empty());
                return self.fields(span, base, rest);
            }
            match known.rsplit_once('.') {
                Some((shorter, _)) => known = shorter,
                None => break,
            }
        }
        self.unknown(span, path);
        None
    }

    fn known(&mut self, span: Span, path: &str, named: Named) -> Option<Typed> {
        match named {
            Named::Variable { ty, slot } => Some(self.builder.load(slot, path, ty, span)),
            Named::Constant { value, ty } => {
                self.constants.insert(path.to_owned());
                let size = match &value {
                    Value::List(values) => u64::try_from(values.len()).unwrap_or(u64::MAX),
                    _ => 1,
                };
                Some(self.builder.value(&value, ty, size, span))
            }
            Named::HostList { .. } => {
                self.constants.insert(path.to_owned());
                let help = format!("write `referee.domain in {path}` or `has({path})`");
                self.mismatch(span, format!("the host's list `{path}` can only be asked what is in it"), &help);
                None
            }
            Named::Table(_) => {
                let help = format!("write {path}[key]");
                self.mismatch(span, format!("the table `{path}` is used without a key"), &help);
                None
            }
        }
    }

    fn fields(&mut self, span: Span, base: Typed, rest: Option<&str>) -> Option<Typed> {
        let fields = rest.into_iter().flat_map(|rest| rest.split('.'));
        fields.into_iter().try_fold(base, |base, field| self.field(span, base, field))
    }

    fn unknown(&mut self, span: Span, path: &str) {
        if let Some(help) = self.scope.find_elsewhere(path) {
            return self.faults.help(Code::UnknownName, span, format!("`{path}` is not known here"), help);
        }
        let operator = [("not", "!"), ("and", "&&"), ("or", "||")].into_iter().find(|(word, _)| *word == path);
        if let Some((_, symbol)) = operator {
            return self.faults.help(
                Code::UnknownName,
                span,
                format!("`{path}` is not an operator"),
                format!("write `{symbol}`"),
            );
        }
        let help = match self.scope.suggest(path) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => {
                let party = self.scope.nearest(path);
                let facts = self.scope.facts_of(party);
                match facts.is_empty() {
                    true if path.contains('.') => "declare it under [facts], or put a text in quotes".to_owned(),
                    true => {
                        "write a fact as `referrer.status`, declare a table or tier ladder, or put a text in quotes"
                            .to_owned()
                    }
                    false => format!(
                        "known after `{party}.`: {}; further facts are declared under [facts]",
                        facts.join(", ")
                    ),
                }
            }
        };
        self.faults.help(Code::UnknownName, span, format!("there is no `{path}`"), help);
    }

    fn select(&mut self, node: &Node, of: &Node, field: &Spanned<String>) -> Option<Typed> {
        if let Some(path) = node.path() {
            return self.resolve(node.span, &path);
        }
        if let Kind::Index { of: table, index } = &of.kind {
            if let Some((name, schema)) = self.table(table) {
                return self.look_up(node.span, &name, &schema, index, Some(field));
            }
        }
        let base = self.check(of)?;
        self.field(node.span, base, &field.value)
    }

    /// An entry of a map by its name.
    fn field(&mut self, span: Span, base: Typed, field: &str) -> Option<Typed> {
        match base.ty.clone() {
            Type::Map(key, value) if key.is_text() || *key == Type::Nothing => {
                let key = self.builder.value(&Value::Text(field.to_owned()), Type::Text, 1, span);
                Some(self.run(list::at_key, &[&base, &key], *value, base.size, span))
            }
            ty => {
                let message = format!("`{}` is of type {ty} and has no `{field}`", self.written(base.span));
                self.mismatch(span, message, "");
                None
            }
        }
    }

    pub(super) fn table(&self, node: &Node) -> Option<(String, TableSchema)> {
        let name = node.path()?;
        match self.scope.find(&name) {
            Some(Named::Table(schema)) => Some((name, schema.clone())),
            _ => None,
        }
    }

    fn index(&mut self, node: &Node, of: &Node, index: &Node) -> Option<Typed> {
        if let Some((name, schema)) = self.table(of) {
            return self.look_up(node.span, &name, &schema, index, None);
        }
        let (base, key) = (self.check(of), self.check(index));
        let (base, key) = (base?, key?);
        match base.ty.clone() {
            Type::List(element) if matches!(key.ty, Type::Int | Type::Nothing) => {
                let key = self.coerce(key, &Type::Int);
                Some(self.run(list::at_index, &[&base, &key], *element, base.size, node.span))
            }
            Type::Map(known, value) if unify(&known, &key.ty).is_some() => {
                let key = if *known == Type::Nothing { key } else { self.coerce(key, &plain(&known)) };
                Some(self.run(list::at_key, &[&base, &key], *value, base.size, node.span))
            }
            ty => {
                let message =
                    format!("`{}` is of type {ty} and has no index of type {}", self.written(of.span), key.ty);
                self.mismatch(node.span, message, "");
                None
            }
        }
    }

    fn look_up(
        &mut self,
        span: Span,
        name: &str,
        schema: &TableSchema,
        index: &Node,
        field: Option<&Spanned<String>>,
    ) -> Option<Typed> {
        self.constants.insert(name.to_owned());
        let key = self.check(index);
        let wanted = field.map(|field| field.value.as_str());
        let column = schema.columns.iter().position(|(known, _)| known.as_deref() == wanted);
        let ty = column.and_then(|column| schema.columns.get(column)).map(|(_, ty)| ty.clone());
        let (Some(column), Some(ty)) = (column, ty) else {
            let columns: Vec<&str> = schema.columns.iter().filter_map(|(known, _)| known.as_deref()).collect();
            let (at, message) = match field {
                Some(field) => (field.span, format!("the table `{name}` has no column `{}`", field.value)),
                None => (span, format!("the table `{name}` has several columns")),
            };
            let meant = wanted.and_then(|wanted| super::scope::closest(wanted, columns.iter().copied()));
            let help = match (meant, columns.is_empty()) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, true) => format!("write {name}[key] without a column"),
                (None, false) => format!("its columns are {}", columns.join(", ")),
            };
            self.faults.help(Code::UnknownName, at, message, help);
            return None;
        };
        let key = key?;
        let banded = schema.key == Type::Decimal && matches!(key.ty, Type::Int | Type::Decimal);
        let fits =
            schema.key.is_text() && key.ty.is_text() || banded || schema.key == key.ty || key.ty == Type::Nothing;
        if !fits {
            let message = format!("the table `{name}` is keyed by {}, this is of type {}", schema.key, key.ty);
            self.mismatch(index.span, message, "");
            return None;
        }
        self.check_member(&schema.key, index);
        let key = self.coerce(key, &plain(&schema.key));
        let op = Op::Lookup { table: schema.index, column };
        Some(self.builder.emit(op, true, &[&key], ty, 1, span))
    }

    /// Reports a text literal, or one in a list, that is not in the closed set.
    pub(super) fn check_member(&mut self, set: &Type, node: &Node) {
        let Type::OneOf(known) = set else {
            return;
        };
        match &node.kind {
            Kind::Text(text) if !known.contains(text) => {
                let help = match super::scope::closest(text, known.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean '{meant}'?"),
                    None => format!("write {set}"),
                };
                self.faults.help(
                    Code::UnknownText,
                    node.span,
                    format!("'{text}' is not one of the declared values"),
                    help,
                );
            }
            Kind::List(nodes) => nodes.iter().for_each(|node| self.check_member(set, node)),
            _ => {}
        }
    }

    fn list(&mut self, span: Span, nodes: &[Node]) -> Option<Typed> {
        let checked: Vec<Option<Typed>> = nodes.iter().map(|node| self.check(node)).collect();
        let values: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        let element = self.common(&values, "the elements of a list")?;
        let values: Vec<Typed> = values.into_iter().map(|value| self.coerce(value, &element)).collect();
        let arguments: Vec<&Typed> = values.iter().collect();
        let size = values.iter().map(|value| value.size).fold(0, u64::saturating_add);
        self.sized(span, size)?;
        let ty = Type::List(Box::new(element.clone()));
        if arguments.is_empty() {
            return Some(self.builder.value(&Value::List(Vec::new()), ty, 0, span));
        }
        Some(self.builder.emit(Op::MakeList(element), true, &arguments, ty, size, span))
    }

    fn map(&mut self, span: Span, entries: &[(Node, Node)]) -> Option<Typed> {
        let checked: Vec<_> = entries.iter().map(|(key, value)| (self.check(key), self.check(value))).collect();
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (key, value) in checked {
            keys.push(key?);
            values.push(value?);
        }
        let key = self.common(&keys, "the keys of a map")?;
        let value = self.common(&values, "the values of a map")?;
        if !matches!(key, Type::Bool | Type::Int | Type::Text | Type::OneOf(_) | Type::Nothing) {
            self.mismatch(span, format!("a map cannot have keys of type {key}"), "write int, bool or text keys");
            return None;
        }
        let size = values.iter().map(|value| value.size.saturating_add(1)).fold(0, u64::saturating_add);
        self.sized(span, size)?;
        let ty = Type::Map(Box::new(key.clone()), Box::new(value.clone()));
        if keys.is_empty() {
            return Some(self.builder.value(&Value::Map(Vec::new()), ty, 0, span));
        }
        let mut arguments = Vec::new();
        for (one, other) in keys.into_iter().zip(values) {
            arguments.push(self.coerce(one, &key));
            arguments.push(self.coerce(other, &value));
        }
        let arguments: Vec<&Typed> = arguments.iter().collect();
        Some(self.builder.emit(Op::MakeMap(key, value), true, &arguments, ty, size, span))
    }

    /// The one type that all values fit.
    fn common(&mut self, values: &[Typed], what: &str) -> Option<Type> {
        let mut common = Type::Nothing;
        for value in values {
            match unify(&common, &value.ty) {
                Some(ty) => common = ty,
                None => {
                    let message = format!("{what} have one type: {common} before, {} here", value.ty);
                    self.mismatch(value.span, message, "");
                    return None;
                }
            }
        }
        Some(common)
    }

    /// Reports a list that could become too large.
    pub(super) fn sized(&mut self, span: Span, size: u64) -> Option<()> {
        if size > EXPRESSION_VALUES_MAX {
            let message = format!("the list could have {size} values, more than {EXPRESSION_VALUES_MAX}");
            self.faults.error(Code::TooLarge, span, message);
            return None;
        }
        Some(())
    }

    /// One more step that runs row by row, from its arguments alone.
    pub(super) fn run(&mut self, run: RunPure, arguments: &[&Typed], ty: Type, size: u64, span: Span) -> Typed {
        let size = if matches!(ty, Type::List(_) | Type::Map(..)) { size } else { 1 };
        self.builder.emit(Op::Call(run), true, arguments, ty, size, span)
    }

    /// The slot of a fact as a dotted name, without reading it.
    pub(super) fn variable(&self, node: &Node) -> Option<(String, Type, Slot)> {
        let path = node.path()?;
        let root = path.split_once('.').map_or(path.as_str(), |(root, _)| root);
        if self.bindings.iter().any(|(name, _)| name == root) {
            return None;
        }
        match self.scope.find(&path) {
            Some(Named::Variable { ty, slot }) => Some((path, ty.clone(), *slot)),
            _ => None,
        }
    }

    /// A list of the host: its name, the slot that says whether it was given, its number.
    pub(super) fn host_list(&mut self, node: &Node) -> Option<(String, Slot, usize)> {
        let path = node.path()?;
        match self.scope.find(&path) {
            Some(Named::HostList { slot, list }) => {
                let (slot, list) = (*slot, *list);
                self.constants.insert(path.clone());
                Some((path, slot, list))
            }
            _ => None,
        }
    }

    /// Reports values that always fail where the program would hide that.
    pub(super) fn report_faults<'v>(&mut self, values: impl IntoIterator<Item = &'v Typed>) {
        for value in values {
            if let Some((status, span)) = self.builder.constant_fault(value) {
                let message = format!("this always fails: {}", status.words());
                self.faults.error(Code::ConstantFault, span, message);
            }
        }
    }

    /// Checks the whole expression and what decides it.
    pub(super) fn whole(&mut self, node: &Node) -> Option<(Typed, Logic)> {
        self.check_logic(node)
    }
}

type RunPure = fn(&[Arg<'_>], &mut String, Option<&Env<'_>>) -> Result<Out, Status>;

/// The type as its values arrive in kernels: a text out of a closed set is a text.
pub(super) fn plain(ty: &Type) -> Type {
    if ty.is_text() { Type::Text } else { ty.clone() }
}

/// The one type that values of both types fit.
pub(super) fn unify(left: &Type, right: &Type) -> Option<Type> {
    match (left, right) {
        (left, right) if left == right => Some(left.clone()),
        (Type::Nothing, other) | (other, Type::Nothing) => Some(other.clone()),
        (left, right) if left.is_number() && right.is_number() => Some(Type::Decimal),
        (left, right) if left.is_text() && right.is_text() => Some(Type::Text),
        (Type::List(left), Type::List(right)) => Some(Type::List(Box::new(unify(left, right)?))),
        (Type::Map(key, value), Type::Map(other, another)) => {
            Some(Type::Map(Box::new(unify(key, other)?), Box::new(unify(value, another)?)))
        }
        _ => None,
    }
}
