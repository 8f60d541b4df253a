//! Checks operators: logic, comparisons, arithmetic. For logic and comparisons it keeps what decides them, for explanations.
use super::build::Typed;
use super::check::{Checker, plain, unify};
use super::explain::{Leaf, Logic, Shape};
use super::functions_list as list;
use super::functions_text as text;
use super::kernels::{Arithmetic, Bounds, Test};
use super::program::{Compared, Op};
use super::syntax::{Kind, Node, Operator};
use super::types::{Slot, Type};
use super::value::Value;
use crate::base::Number;
use crate::diag::{Code, Span};
use std::sync::Arc;

impl Checker<'_, '_, '_> {
    /// Checks a part and keeps what decides it.
    pub(super) fn check_logic(&mut self, node: &Node) -> Option<(Typed, Logic)> {
        match &node.kind {
            Kind::And(terms) | Kind::Or(terms) => self.joined(node.span, terms, matches!(node.kind, Kind::And(_))),
            Kind::Not(of) => {
                let (value, logic) = self.check_bool(of, "`!`")?;
                let result = self.builder.emit(Op::Not, true, &[&value], Type::Bool, 1, node.span);
                let logic = Logic { at: result.at, shape: Shape::Not(Box::new(logic)) };
                Some((result, logic))
            }
            Kind::Conditional { condition, yes, no } => self.conditional(node.span, condition, yes, no),
            Kind::Binary { operator, left, right } if operator.compares() => {
                self.comparison(node.span, *operator, left, right)
            }
            _ => {
                let value = self.check(node)?;
                let leaf = Leaf {
                    text: node.span,
                    subject: node.span,
                    actual: (value.at, value.ty.clone()),
                    operator: "is",
                    expected: None,
                    parts: Vec::new(),
                };
                let logic = Logic { at: value.at, shape: Shape::Leaf(leaf) };
                Some((value, logic))
            }
        }
    }

    fn check_bool(&mut self, node: &Node, whose: &str) -> Option<(Typed, Logic)> {
        let (value, logic) = self.check_logic(node)?;
        match value.ty {
            Type::Bool => Some((value, logic)),
            Type::Nothing => Some((self.coerce(value, &Type::Bool), logic)),
            ty => {
                self.mismatch(node.span, format!("{whose} needs a bool, this is of type {ty}"), "");
                None
            }
        }
    }

    fn joined(&mut self, span: Span, terms: &[Node], all: bool) -> Option<(Typed, Logic)> {
        let symbol = if all { "`&&`" } else { "`||`" };
        let checked: Vec<_> = terms.iter().map(|term| self.check_bool(term, symbol)).collect();
        let (mut values, mut children) = (Vec::new(), Vec::new());
        for term in checked {
            let (value, logic) = term?;
            values.push(value);
            children.push(logic);
        }
        let decides = |value: &Typed| self.builder.constant_value(value) == Some(Value::Bool(!all));
        let result = if values.iter().any(decides) {
            self.builder.value(&Value::Bool(!all), Type::Bool, 1, span)
        } else {
            let op = if all { Op::And } else { Op::Or };
            let arguments: Vec<&Typed> = values.iter().collect();
            let result = self.builder.emit(op, true, &arguments, Type::Bool, 1, span);
            self.report_unless_constant(&result, &values);
            result
        };
        let shape = if all { Shape::All(children) } else { Shape::Any(children) };
        let at = result.at;
        Some((result, Logic { at, shape }))
    }

    fn report_unless_constant(&mut self, result: &Typed, values: &[Typed]) {
        if self.builder.constant_of(result).is_none() {
            self.report_faults(values);
        }
    }

    fn conditional(&mut self, span: Span, condition: &Node, yes: &Node, no: &Node) -> Option<(Typed, Logic)> {
        let checked = (self.check_bool(condition, "`?:`"), self.check_logic(yes), self.check_logic(no));
        let ((condition, decides), (yes, if_yes), (no, if_no)) = (checked.0?, checked.1?, checked.2?);
        let Some(ty) = unify(&yes.ty, &no.ty) else {
            let message = format!("both sides of `:` have one type: {} before, {} behind", yes.ty, no.ty);
            self.mismatch(span, message, "");
            return None;
        };
        let (yes, no) = (self.coerce(yes, &ty), self.coerce(no, &ty));
        let size = yes.size.max(no.size);
        let result = match self.builder.constant_value(&condition) {
            Some(Value::Bool(true)) => Typed { span, ..yes.clone() },
            Some(Value::Bool(false)) => Typed { span, ..no.clone() },
            _ => {
                let result = self.builder.emit(Op::Select, true, &[&condition, &yes, &no], ty, size, span);
                self.report_unless_constant(&result, &[condition, yes, no]);
                result
            }
        };
        let at = result.at;
        Some((result, Logic { at, shape: Shape::If(Box::new([decides, if_yes, if_no])) }))
    }

    fn comparison(&mut self, span: Span, operator: Operator, left: &Node, right: &Node) -> Option<(Typed, Logic)> {
        if operator == Operator::In {
            if let Some(list) = self.host_list(right) {
                return self.listed(span, left, right.span, list);
            }
        }
        let (a, b) = (self.check(left), self.check(right));
        let (a, b) = (a?, b?);
        let result = match operator {
            Operator::In => self.membership(span, (left, a.clone()), (right, b.clone()))?,
            _ => self.compare(span, operator, (left, a.clone()), (right, b.clone()))?,
        };
        let turned = operator != Operator::In && self.builder.constant_of(&a).is_some();
        let turned = turned && self.builder.constant_of(&b).is_none();
        let (subject, actual, expected) = if turned { (right.span, b, a) } else { (left.span, a, b) };
        let parts = self.sums.iter().find(|(sum, _)| *sum == subject).map_or(&[][..], |(_, parts)| parts);
        let leaf = Leaf {
            parts: parts.iter().map(|part| (part.span, (part.at, part.ty.clone()))).collect(),
            text: span,
            subject,
            actual: (actual.at, actual.ty),
            operator: if turned { operator.mirrored() } else { operator }.symbol(),
            expected: Some((expected.at, expected.ty)),
        };
        let at = result.at;
        Some((result, Logic { at, shape: Shape::Leaf(leaf) }))
    }

    /// Whether a text is in a list of the host.
    fn listed(
        &mut self,
        span: Span,
        left: &Node,
        right: Span,
        (path, slot, list): (String, Slot, usize),
    ) -> Option<(Typed, Logic)> {
        let value = self.check(left)?;
        if !value.ty.is_text() && value.ty != Type::Nothing {
            let message = format!("a value of type {} is never in a list of texts", value.ty);
            self.mismatch(span, message, "");
            return None;
        }
        let value = if value.ty.is_text() { value } else { self.coerce(value, &Type::Text) };
        let given = self.builder.load(slot, &path, Type::Bool, right);
        let result = self.builder.emit(Op::Listed(list), false, &[&value, &given], Type::Bool, 1, span);
        let name = self.builder.value(&Value::Text(path), Type::Text, 1, right);
        let leaf = Leaf {
            text: span,
            subject: left.span,
            actual: (value.at, value.ty),
            operator: Operator::In.symbol(),
            expected: Some((name.at, name.ty)),
            parts: Vec::new(),
        };
        let at = result.at;
        Some((result, Logic { at, shape: Shape::Leaf(leaf) }))
    }

    fn compare(
        &mut self,
        span: Span,
        operator: Operator,
        (left, a): (&Node, Typed),
        (right, b): (&Node, Typed),
    ) -> Option<Typed> {
        let test = test_of(operator)?;
        let equality = matches!(test, Test::Equal | Test::NotEqual);
        let Some(ty) = unify(&a.ty, &b.ty) else {
            self.report_pair(span, operator, &a.ty, &b.ty);
            return None;
        };
        self.check_member(&a.ty, right);
        self.check_member(&b.ty, left);
        let compared = match &ty {
            Type::Bool | Type::Nothing => Compared::Bools,
            Type::Int | Type::Date | Type::Instant | Type::Duration => Compared::Ints,
            Type::Decimal => Compared::Decimals,
            Type::Text | Type::OneOf(_) if equality => Compared::Texts,
            Type::Text | Type::OneOf(_) => Compared::TextOrder,
            Type::List(_) | Type::Map(..) if equality => {
                let run = if matches!(ty, Type::List(_)) { list::same_lists } else { list::same_maps };
                let same = self.run(run, &[&a, &b], Type::Bool, 1, span);
                let differs = test == Test::NotEqual;
                return Some(match differs {
                    true => self.builder.emit(Op::Not, true, &[&same], Type::Bool, 1, span),
                    false => same,
                });
            }
            Type::List(_) | Type::Map(..) => {
                self.report_pair(span, operator, &a.ty, &b.ty);
                return None;
            }
        };
        let (a, b) = (self.coerce(a, &plain(&ty)), self.coerce(b, &plain(&ty)));
        Some(self.builder.emit(Op::Compare(test, compared), true, &[&a, &b], Type::Bool, 1, span))
    }

    fn report_pair(&mut self, span: Span, operator: Operator, left: &Type, right: &Type) {
        let symbol = operator.symbol();
        let pair = (left, right);
        let help = match pair {
            (Type::Date, Type::Instant) | (Type::Instant, Type::Date) => "use day(...) for the civil day of an instant",
            (Type::Date, ty) | (ty, Type::Date) if ty.is_text() => "write a date as date('2026-01-31')",
            (Type::Instant, ty) | (ty, Type::Instant) if ty.is_text() => {
                "write an instant as timestamp('2026-01-31T12:00:00Z')"
            }
            (Type::Date, _) | (_, Type::Date) if operator == Operator::Subtract => "use days_between(from, until)",
            (Type::Date | Type::Instant, _) | (_, Type::Date | Type::Instant) if !operator.compares() => {
                "use days_after(count, from) or months_after(count, from)"
            }
            (ty, number) | (number, ty) if ty.is_text() && number.is_number() => {
                "write a number without quotes, or convert with decimal(...)"
            }
            (Type::List(element), ty) | (ty, Type::List(element)) if **element == *ty => "use `in`",
            _ => "",
        };
        self.mismatch(span, format!("`{symbol}` does not take {left} and {right}"), help);
    }

    fn membership(&mut self, span: Span, (node, value): (&Node, Typed), (of, list): (&Node, Typed)) -> Option<Typed> {
        let (element, run): (&Type, super::functions::Run) = match &list.ty {
            Type::List(element) => (element, list::in_list),
            Type::Map(key, _) => (key, list::in_map),
            ty => {
                let message = format!("`in` needs a list or a map, this is of type {ty}");
                self.mismatch(of.span, message, "write several values as ['a', 'b']");
                return None;
            }
        };
        if unify(element, &value.ty).is_none() {
            let message = format!("a value of type {} is never in a {}", value.ty, list.ty);
            self.mismatch(span, message, "");
            return None;
        }
        self.check_member(&value.ty, of);
        self.check_member(element, node);
        if let (true, Some(Value::List(values))) = (value.ty.is_text(), self.builder.constant_value(&list)) {
            let mut set = Vec::new();
            for known in &values {
                if let Value::Text(known) = known {
                    set.push(self.builder.texts.intern(known));
                }
            }
            set.sort_unstable();
            return Some(self.builder.emit(Op::TextIn(Arc::from(set)), true, &[&value], Type::Bool, 1, span));
        }
        let value = if value.ty == Type::Nothing { self.coerce(value, &plain(&element.clone())) } else { value };
        Some(self.run(run, &[&value, &list], Type::Bool, 1, span))
    }

    /// Checks `+ - * /`.
    pub(super) fn arithmetic(&mut self, span: Span, operator: Operator, left: &Node, right: &Node) -> Option<Typed> {
        let (a, b) = (self.check(left), self.check(right));
        let (a, b) = (a?, b?);
        if operator == Operator::Add {
            self.keep_sum(span, (left, &a), (right, &b));
        }
        let (left, right) = match (&a.ty, &b.ty) {
            (Type::Nothing, Type::Nothing) => (Type::Int, Type::Int),
            (Type::Nothing, other) | (other, Type::Nothing) => (other.clone(), other.clone()),
            (left, right) => (left.clone(), right.clone()),
        };
        let (a, b) = (self.coerce(a, &left), self.coerce(b, &right));
        let operation = match operator {
            Operator::Add => Arithmetic::Add,
            Operator::Subtract => Arithmetic::Subtract,
            Operator::Multiply => Arithmetic::Multiply,
            _ => Arithmetic::Divide,
        };
        match (operation, &left, &right) {
            (Arithmetic::Add | Arithmetic::Subtract | Arithmetic::Multiply, Type::Int, Type::Int) => {
                Some(self.builder.emit(Op::Int(operation, Bounds::Int), true, &[&a, &b], Type::Int, 1, span))
            }
            (_, left, right) if left.is_number() && right.is_number() => {
                let (a, b) = (self.coerce(a, &Type::Decimal), self.coerce(b, &Type::Decimal));
                Some(self.builder.emit(Op::Decimal(operation), true, &[&a, &b], Type::Decimal, 1, span))
            }
            (Arithmetic::Add, left, right) if left.is_text() && right.is_text() => {
                Some(self.run(text::concatenate, &[&a, &b], Type::Text, 1, span))
            }
            (Arithmetic::Add, Type::List(_), Type::List(_)) if unify(&left, &right).is_some() => {
                let size = a.size.saturating_add(b.size);
                self.sized(span, size)?;
                let ty = unify(&left, &right)?;
                Some(self.run(list::concatenate, &[&a, &b], ty, size, span))
            }
            _ => match time_bounds(operation, &left, &right) {
                Some((bounds, ty)) => Some(self.builder.emit(Op::Int(operation, bounds), true, &[&a, &b], ty, 1, span)),
                None => {
                    self.report_pair(span, operator, &left, &right);
                    None
                }
            },
        }
    }

    /// Keeps what a sum of numbers is made of, so that an explanation can say what made it.
    fn keep_sum(&mut self, span: Span, (left, a): (&Node, &Typed), (right, b): (&Node, &Typed)) {
        if !self.bindings.is_empty() || !a.ty.is_number() || !b.ty.is_number() {
            return;
        }
        let parts = |node: &Node, value: &Typed| match self.sums.iter().find(|(sum, _)| *sum == node.span) {
            Some((_, parts)) => parts.clone(),
            None => vec![Typed { span: node.span, ..value.clone() }],
        };
        let all = parts(left, a).into_iter().chain(parts(right, b)).collect();
        self.sums.push((span, all));
    }

    /// Checks a minus before a number.
    pub(super) fn negate(&mut self, span: Span, of: &Node) -> Option<Typed> {
        let value = self.check(of)?;
        let value = if value.ty == Type::Nothing { self.coerce(value, &Type::Int) } else { value };
        let (zero, op) = match value.ty {
            Type::Int => (Value::Int(0), Op::Int(Arithmetic::Subtract, Bounds::Int)),
            Type::Duration => (Value::Duration(0), Op::Int(Arithmetic::Subtract, Bounds::Duration)),
            Type::Decimal => (Value::Decimal(Number::ZERO), Op::Decimal(Arithmetic::Subtract)),
            ty => {
                self.faults.error(Code::TypeMismatch, of.span, format!("`-` needs a number, this is of type {ty}"));
                return None;
            }
        };
        let ty = value.ty.clone();
        let zero = self.builder.value(&zero, ty.clone(), 1, span);
        Some(self.builder.emit(op, true, &[&zero, &value], ty, 1, span))
    }
}

fn test_of(operator: Operator) -> Option<Test> {
    match operator {
        Operator::Equal => Some(Test::Equal),
        Operator::NotEqual => Some(Test::NotEqual),
        Operator::Less => Some(Test::Less),
        Operator::AtMost => Some(Test::AtMost),
        Operator::Greater => Some(Test::Greater),
        Operator::AtLeast => Some(Test::AtLeast),
        Operator::In | Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => None,
    }
}

fn time_bounds(operation: Arithmetic, left: &Type, right: &Type) -> Option<(Bounds, Type)> {
    match (operation, left, right) {
        (Arithmetic::Add, Type::Instant, Type::Duration)
        | (Arithmetic::Add, Type::Duration, Type::Instant)
        | (Arithmetic::Subtract, Type::Instant, Type::Duration) => Some((Bounds::Instant, Type::Instant)),
        (Arithmetic::Add | Arithmetic::Subtract, Type::Duration, Type::Duration)
        | (Arithmetic::Subtract, Type::Instant, Type::Instant) => Some((Bounds::Duration, Type::Duration)),
        _ => None,
    }
}
