//! Checks calls: functions of the table, `has`, `min`, `max`, `granted`, `by_bands`, and loops over lists.
use super::build::Typed;
use super::check::{Checker, unify};
use super::functions::{self, Action, Function, Overload, Takes};
use super::functions_list as list;
use super::kernels::{Arithmetic, Bounds};
use super::program::{Op, Place, Quantifier};
use super::scope::Named;
use super::syntax::{Kind, Node};
use super::types::Type;
use super::value::Value;
use crate::base::{Length, MICROS_PER_MINUTE, Zone};
use crate::diag::{Code, Span, Spanned};

/// The loops over lists.
pub(super) const LOOPS: &[(&str, Quantifier)] = &[
    ("all", Quantifier::All),
    ("exists", Quantifier::Exists),
    ("exists_one", Quantifier::ExistsOne),
    ("existsOne", Quantifier::ExistsOne),
    ("map", Quantifier::Map),
    ("filter", Quantifier::Filter),
];

impl Checker<'_, '_, '_> {
    /// Checks a call, of either form.
    pub(super) fn call(
        &mut self,
        span: Span,
        target: Option<&Node>,
        name: &Spanned<String>,
        arguments: &[Node],
    ) -> Option<Typed> {
        let quantifier = LOOPS.iter().find(|(known, _)| *known == name.value).map(|(_, quantifier)| *quantifier);
        if let (Some(quantifier), Some(list)) = (quantifier, target) {
            return self.each(span, quantifier, list, arguments);
        }
        match (name.value.as_str(), target) {
            ("has", None) => return self.has(span, arguments),
            ("granted", None) => return self.granted(span, arguments),
            ("by_bands", None) => return self.by_bands(span, arguments),
            _ => {}
        }
        let checked: Vec<Option<Typed>> = target.into_iter().chain(arguments).map(|node| self.check(node)).collect();
        let least = name.value == "min" || name.value == "max";
        let Some(function) = functions::find(&name.value).filter(|_| !least) else {
            if least {
                let values: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
                return self.extreme(span, &name.value, values);
            }
            self.unknown_function(name);
            return None;
        };
        let values: Vec<Typed> = checked.into_iter().collect::<Option<_>>()?;
        let overload = self.overload(span, function, &values)?;
        self.apply(span, overload, values)
    }

    fn unknown_function(&mut self, name: &Spanned<String>) {
        let help = match (name.value.as_str(), super::scope::closest(&name.value, functions::names())) {
            ("matches", _) => "regular expressions are not offered; use contains, startsWith or endsWith".to_owned(),
            ("double" | "float" | "uint", _) => "write decimal(...) for an exact number".to_owned(),
            ("all" | "exists" | "exists_one" | "existsOne" | "map" | "filter", _) => {
                format!("write list.{}(name, …)", name.value)
            }
            (_, Some(meant)) => format!("did you mean `{meant}`?"),
            _ => String::new(),
        };
        self.faults.help(Code::UnknownFunction, name.span, format!("there is no function `{}`", name.value), help);
    }

    fn overload(&mut self, span: Span, function: &'static Function, values: &[Typed]) -> Option<&'static Overload> {
        let counted = || function.overloads.iter().filter(|overload| overload.takes.len() == values.len());
        let fits =
            |overload: &&&Overload| overload.takes.iter().zip(values).all(|(takes, value)| takes.accepts(&value.ty));
        let found = counted().find(|overload| fits(&overload));
        if found.is_some() {
            return found;
        }
        let ways: Vec<String> = function.overloads.iter().map(|way| functions::signature(function.name, way)).collect();
        let help = format!("write {}", ways.join(" or "));
        if counted().next().is_none() {
            let message = format!("`{}` does not take {} arguments", function.name, values.len());
            self.faults.help(Code::WrongArguments, span, message, help);
        } else {
            let types: Vec<String> = values.iter().map(|value| value.ty.to_string()).collect();
            let message = format!("`{}` does not take {}", function.name, types.join(", "));
            self.mismatch(span, message, &help);
        }
        None
    }

    fn apply(&mut self, span: Span, overload: &Overload, values: Vec<Typed>) -> Option<Typed> {
        let ty = overload.gives.ty();
        let zone = overload.takes.iter().zip(&values).find(|(takes, _)| **takes == Takes::Zone);
        let zone = zone.map(|(_, value)| value.clone());
        let mut arguments = Vec::new();
        for (takes, value) in overload.takes.iter().zip(values) {
            let value = match (takes, &value.ty) {
                (Takes::Length, _) => self.length(&value, overload)?,
                (Takes::Day, Type::Instant) => {
                    let at = value.span;
                    self.builder.emit(Op::DayOf, true, &[&value], Type::Date, 1, at)
                }
                _ => value,
            };
            let to = takes.arrives(&value.ty);
            arguments.push(self.coerce(value, &to));
        }
        let size = arguments.iter().map(|argument| argument.size).max().unwrap_or(1);
        let size = if ty == Type::List(Box::new(Type::Text)) { size.max(1000) } else { size };
        let all: Vec<&Typed> = arguments.iter().collect();
        Some(match overload.action {
            Action::Run(run) => self.run(run, &all, ty, size, span),
            Action::InProgram(run) => self.builder.emit(Op::Call(run), false, &all, ty, 1, span),
            Action::Same => Typed { ty, span, ..all.first().map(|first| (*first).clone())? },
            Action::Int(operation) => self.builder.emit(Op::Int(operation, Bounds::Int), true, &all, ty, 1, span),
            Action::Decimal(operation) => self.builder.emit(Op::Decimal(operation), true, &all, ty, 1, span),
            Action::Difference => {
                let turned: Vec<&Typed> = all.iter().rev().copied().collect();
                self.builder.emit(Op::Int(Arithmetic::Subtract, Bounds::Int), true, &turned, ty, 1, span)
            }
            Action::Part(field) => {
                let place = match zone {
                    Some(zone) => self.place(&zone)?,
                    None => Place::Utc,
                };
                let first = all.first().copied()?;
                self.builder.emit(Op::Field(field, place), true, &[first], ty, 1, span)
            }
        })
    }

    /// A length of time that is written out, as its code.
    fn length(&mut self, written: &Typed, overload: &Overload) -> Option<Typed> {
        let Some(Value::Text(text)) = self.builder.constant_value(written) else {
            let help = "write a length such as '30 days' or '12 months'";
            self.faults.help(Code::WrongArguments, written.span, "the length is not a text written out", help);
            return None;
        };
        let length = match Length::parse(&text) {
            Ok(length) => length,
            Err(fault) => {
                let message = format!("'{text}' is not a length of time");
                self.faults.help(Code::WrongArguments, written.span, message, fault.to_string());
                return None;
            }
        };
        if length.unit.is_exact() && overload.takes.contains(&Takes::Day) {
            let help = "give two instants, or count in days";
            self.faults.help(Code::WrongArguments, written.span, "hours and minutes are no part of days", help);
            return None;
        }
        Some(self.builder.value(&Value::Int(length.code()), Type::Int, 1, written.span))
    }

    fn place(&mut self, zone: &Typed) -> Option<Place> {
        let Some(Value::Text(name)) = self.builder.constant_value(zone) else {
            let help = "write a name such as 'America/New_York' or an offset such as '-05:00'";
            self.faults.help(Code::WrongArguments, zone.span, "the zone is not a text written out", help);
            return None;
        };
        let found = offset_of(&name).map(Place::Offset).or_else(|| Zone::named(&name).map(Place::Zone));
        if found.is_none() {
            self.faults.error(Code::UnknownZone, zone.span, format!("there is no time zone '{name}'"));
        }
        found
    }

    fn extreme(&mut self, span: Span, name: &str, values: Vec<Typed>) -> Option<Typed> {
        let mut common = Type::Nothing;
        for value in &values {
            let known = matches!(
                value.ty,
                Type::Int | Type::Decimal | Type::Nothing | Type::Date | Type::Instant | Type::Duration
            );
            match unify(&common, &value.ty).filter(|_| known) {
                Some(ty) => common = ty,
                None => {
                    let message = format!("`{name}` takes numbers, this is of type {}", value.ty);
                    self.mismatch(value.span, message, "give two or more numbers, or dates, or instants");
                    return None;
                }
            }
        }
        if values.len() < 2 {
            let message = format!("`{name}` takes two or more numbers");
            self.faults.help(Code::WrongArguments, span, message, format!("write {name}(a, b)"));
            return None;
        }
        let common = if common == Type::Nothing { Type::Int } else { common };
        let operation = if name == "min" { Arithmetic::Least } else { Arithmetic::Greatest };
        let mut values = values.into_iter();
        let first = values.next()?;
        let mut result = self.coerce(first, &common);
        for value in values {
            let value = self.coerce(value, &common);
            let op = if common == Type::Decimal { Op::Decimal(operation) } else { Op::Int(operation, Bounds::Int) };
            result = self.builder.emit(op, true, &[&result, &value], common.clone(), 1, span);
        }
        Some(result)
    }

    fn has(&mut self, span: Span, arguments: &[Node]) -> Option<Typed> {
        let help = "write has(referee.domain)";
        let message = "`has` takes a fact, a row of a table or an entry of a map";
        let [node] = arguments else {
            self.faults.help(Code::WrongArguments, span, "`has` takes one fact", help);
            return None;
        };
        if let Some((path, ty, slot)) = self.variable(node) {
            let value = self.builder.load(slot, &path, ty, node.span);
            return Some(self.builder.emit(Op::Has, true, &[&value], Type::Bool, 1, span));
        }
        if let Some((path, slot, _)) = self.host_list(node) {
            let given = self.builder.load(slot, &path, Type::Bool, node.span);
            return Some(self.builder.emit(Op::Has, true, &[&given], Type::Bool, 1, span));
        }
        let row = match &node.kind {
            Kind::Select { of, .. } => of,
            _ => node,
        };
        if matches!(&row.kind, Kind::Index { of, .. } if self.table(of).is_some()) {
            let value = self.check(node)?;
            return Some(self.builder.emit(Op::Has, true, &[&value], Type::Bool, 1, span));
        }
        let Kind::Select { of, field } = &node.kind else {
            match &node.kind {
                Kind::Name(_) => drop(self.check(node)),
                _ => self.faults.help(Code::WrongArguments, node.span, message, help),
            }
            return None;
        };
        if node.path().is_some() && !self.known_map(of) {
            self.check(node)?;
        }
        let base = self.check(of)?;
        if !matches!(base.ty, Type::Map(..)) {
            self.faults.help(Code::WrongArguments, node.span, message, help);
            return None;
        }
        let key = self.builder.value(&Value::Text(field.value.clone()), Type::Text, 1, field.span);
        Some(self.run(list::in_map, &[&key, &base], Type::Bool, 1, span))
    }

    fn known_map(&self, node: &Node) -> bool {
        let path = node.path().unwrap_or_default();
        let bound = self.bindings.iter().any(|(name, bound)| *name == path && matches!(bound.ty, Type::Map(..)));
        bound || self.variable(node).is_some_and(|(_, ty, _)| matches!(ty, Type::Map(..)))
    }

    fn granted(&mut self, span: Span, arguments: &[Node]) -> Option<Typed> {
        let [Node { kind: Kind::Text(reward), span: at, .. }] = arguments else {
            let message = "`granted` takes the id of one reward, written out";
            self.faults.help(Code::WrongArguments, span, message, "write granted('reward-id')");
            return None;
        };
        let Some(slot) = self.scope.find_granted(reward) else {
            let help = match super::scope::closest(reward, self.scope.rewards()) {
                Some(meant) => format!("did you mean '{meant}'?"),
                None => "only a reward can ask for what one above it granted".to_owned(),
            };
            self.faults.help(Code::UnknownName, *at, format!("there is no reward '{reward}' above"), help);
            return None;
        };
        self.reads_ledger = true;
        Some(self.builder.load(slot, &format!("granted('{reward}')"), Type::Decimal, span))
    }

    fn by_bands(&mut self, span: Span, arguments: &[Node]) -> Option<Typed> {
        let [Node { kind: Kind::Text(name), span: at, .. }, number] = arguments else {
            let message = "`by_bands` takes the name of a table, written out, and a number";
            self.faults.help(Code::WrongArguments, span, message, "write by_bands('table', number)");
            return None;
        };
        let number_at = number.span;
        let number = self.check(number);
        let Some(Named::Table(schema)) = self.scope.find(name) else {
            let help = super::scope::closest(name, self.scope.tables()).map(|meant| format!("did you mean '{meant}'?"));
            let help = help.unwrap_or_else(|| "declare a table with `bands`".to_owned());
            self.faults.help(Code::UnknownName, *at, format!("there is no table '{name}'"), help);
            return None;
        };
        let table = schema.index;
        let fault = match schema.columns.as_slice() {
            _ if schema.key != Type::Decimal => Some("has rows, not bands"),
            [(None, Type::Int | Type::Decimal)] => None,
            [(None, _)] => Some("has values that are no numbers"),
            _ => Some("has several values for a band"),
        };
        self.constants.insert(name.to_owned());
        if let Some(fault) = fault {
            let help = "by_bands takes a table whose bands have one number each";
            self.mismatch(*at, format!("the table `{name}` {fault}"), help);
            return None;
        }
        let number = number?;
        if !matches!(number.ty, Type::Int | Type::Decimal) {
            let message = format!("`by_bands` takes a number, this is of type {}", number.ty);
            self.mismatch(number_at, message, "");
            return None;
        }
        let number = self.coerce(number, &Type::Decimal);
        Some(self.builder.emit(Op::ByBands { table }, true, &[&number], Type::Decimal, 1, span))
    }

    fn each(&mut self, span: Span, quantifier: Quantifier, list: &Node, arguments: &[Node]) -> Option<Typed> {
        let (name, body, then) = match (arguments, quantifier) {
            ([name, body], _) => (name, body, None),
            ([name, body, then], Quantifier::Map) => (name, body, Some(then)),
            _ => {
                let help = "write list.all(name, condition)";
                self.faults.help(Code::WrongArguments, span, "a loop takes a name and an expression", help);
                return None;
            }
        };
        let list = self.check(list)?;
        let Kind::Name(name) = &name.kind else {
            let help = "write list.all(name, condition)";
            self.faults.help(Code::WrongArguments, name.span, "the first argument of a loop is a plain name", help);
            return None;
        };
        match then {
            Some(then) => {
                let kept = self.iterate(span, Quantifier::Filter, list, name, body)?;
                self.iterate(span, quantifier, kept, name, then)
            }
            None => self.iterate(span, quantifier, list, name, body),
        }
    }

    fn iterate(&mut self, span: Span, quantifier: Quantifier, list: Typed, name: &str, body: &Node) -> Option<Typed> {
        let element = match &list.ty {
            Type::List(element) => (**element).clone(),
            Type::Map(key, _) => (**key).clone(),
            ty => {
                let message = format!("only a list or a map can be looped over, this is of type {ty}");
                self.mismatch(list.span, message, "");
                return None;
            }
        };
        let variable = self.builder.open(&list, element.clone(), span);
        self.bindings.push((name.to_owned(), variable.clone()));
        let checked = self.check(body);
        self.bindings.pop();
        let checked = checked.and_then(|value| match (quantifier, &value.ty) {
            (Quantifier::Map, _) | (_, Type::Bool) => Some(value),
            (_, Type::Nothing) => Some(self.coerce(value, &Type::Bool)),
            (_, ty) => {
                self.mismatch(body.span, format!("the condition of a loop is a bool, this is of type {ty}"), "");
                None
            }
        });
        let Some(value) = checked else {
            self.builder.abandon();
            return None;
        };
        let (ty, size) = match quantifier {
            Quantifier::Map => (Type::List(Box::new(value.ty.clone())), list.size.saturating_mul(value.size)),
            Quantifier::Filter => (Type::List(Box::new(element)), list.size),
            Quantifier::All | Quantifier::Exists | Quantifier::ExistsOne => (Type::Bool, 1),
        };
        if self.sized(span, size).is_none() {
            self.builder.abandon();
            return None;
        }
        let result = self.builder.close(quantifier, (&list, &variable, &value), (ty, size, span));
        if self.builder.constant_of(&result).is_none() {
            self.report_faults([&list, &value]);
        }
        Some(result)
    }
}

/// Microseconds of `+11:00`, `-02:30`, `02:00`.
fn offset_of(text: &str) -> Option<i64> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |text: &str, below: i64| -> Option<i64> {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten().filter(|value| *value < below)
    };
    let minutes = number(hours, 24)?.checked_mul(60)?.checked_add(number(minutes, 60)?)?;
    minutes.checked_mul(MICROS_PER_MINUTE)?.checked_mul(sign)
}
