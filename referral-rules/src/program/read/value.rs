//! Readers of single values.
use super::field::{Field, Reader, join, one_of};
use crate::base::limits::{EXPRESSION_BYTES_MAX, LENGTH_COUNT_MAX, LIST_LENGTH_MAX, NAME_BYTES_MAX};
use crate::base::{Day, Length, LengthFault, LengthUnit, Number, Period, Rounding, TimeFault, Zone};
use crate::base::{currency_codes, currency_digits};
use crate::diag::{Code, Spanned, did_you_mean, shown};
use crate::node::NodeValue;
use crate::program::document::ExpressionText;

/// Any text that is not empty.
pub(super) fn text(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<String>> {
    let Some(text) = field.node.as_text() else {
        reader.wrong_type(field, "a text");
        return None;
    };
    if text.trim().is_empty() {
        reader.push(field.fault(Code::BadValue, format!("`{}` is empty", field.name())).help("write a text"));
        return None;
    }
    Some(Spanned::new(text.to_owned(), field.node.span))
}

/// An id: lower-case letters, digits, `-`, `_` and `.`, the first a letter or digit.
pub(super) fn id(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<String>> {
    let text = text(field, reader)?;
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let first = text.value.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if first && text.value.len() <= NAME_BYTES_MAX && text.value.bytes().all(inside) {
        return Some(text);
    }
    let message = format!("`{}` is not an id", shown(&text.value));
    let help = if text.value.len() > NAME_BYTES_MAX {
        format!("write at most {NAME_BYTES_MAX} characters")
    } else {
        "write lower-case letters, digits, `-`, `_` and `.`, a letter or digit first".to_owned()
    };
    reader.push(field.fault(Code::BadId, message).help(help));
    Some(text)
}

/// A name that stands in expressions: lower-case letters, digits and `_`, a letter first. The key of the field is the name.
pub(super) fn is_identifier(name: &str) -> bool {
    let first = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    first && rest && name.len() <= NAME_BYTES_MAX && !["true", "false", "null", "in", "has"].contains(&name)
}

/// A name that stands in expressions, and no word of theirs.
pub(super) fn identifier(name: Spanned<String>, path: &str, reader: &mut Reader) -> Spanned<String> {
    if !is_identifier(&name.value) {
        let message = format!("`{}` is not a name that expressions can use", shown(&name.value));
        let fault = crate::diag::Diagnostic::error(Code::BadId, name.span, message).path(path);
        let help = "write lower-case letters, digits and `_`, a letter first, and no word such as `true` or `in`";
        reader.push(fault.help(help));
    }
    name
}

/// The key of a table entry as a name for expressions.
pub(super) fn key_name(key: &crate::node::Key<'_>, path: &str, reader: &mut Reader) -> Spanned<String> {
    identifier(Spanned::new(key.value.clone().into_owned(), key.span), &join(path, &key.value), reader)
}

/// One of the words.
pub(super) fn word<'n, T: Clone>(
    words: &'static [(&'static str, T)],
) -> impl Fn(&Field<'n>, &mut Reader) -> Option<Spanned<T>> {
    move |field, reader| {
        let text = text(field, reader)?;
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return Some(Spanned::new(value.clone(), text.span));
        }
        let allowed: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        reader.bad_word(field, &text.value, &allowed);
        None
    }
}

/// An exact decimal.
pub(super) fn number(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Number>> {
    let NodeValue::Number(digits) = &field.node.value else {
        reader.wrong_type(field, "a number");
        return None;
    };
    let Some(number) = Number::parse(digits) else {
        let message = format!("`{}` is not an exact decimal", shown(digits));
        let help = "write at most 28 digits, with a `.` between digits if need be";
        reader.push(field.fault(Code::BadNumber, message).help(help));
        return None;
    };
    Some(Spanned::new(number, field.node.span))
}

/// A number that is not below nothing.
pub(super) fn number_from_zero(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Number>> {
    let number = number(field, reader)?;
    if number.value.is_negative() {
        let message = format!("`{}` cannot be `{}`", field.name(), number.value);
        reader.push(field.fault(Code::BadValue, message).help("write 0 or more"));
        return None;
    }
    Some(number)
}

/// A whole number from 0.
pub(super) fn whole(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<i64>> {
    let number = number_from_zero(field, reader)?;
    let Some(whole) = number.value.to_i64() else {
        let message = format!("`{}` cannot be `{}`", field.name(), number.value);
        reader.push(field.fault(Code::BadValue, message).help("write a whole number"));
        return None;
    };
    Some(Spanned::new(whole, number.span))
}

/// A day, as a date or as a text.
pub(super) fn day(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Day>> {
    let text = match &field.node.value {
        NodeValue::Date(text) => text,
        NodeValue::Text(text) => text.text.as_ref(),
        _ => {
            reader.wrong_type(field, "a date");
            return None;
        }
    };
    match Day::parse(text) {
        Ok(day) => Some(Spanned::new(day, field.node.span)),
        Err(fault) => {
            let help = match fault {
                TimeFault::NoSuchDay => "write a day that the month has",
                _ => "write year, month and day, such as `2026-01-31`",
            };
            let message = format!("`{}` is not a date", shown(text));
            reader.push(field.fault(Code::BadDate, message).help(help));
            None
        }
    }
}

/// A length of time.
pub(super) fn length(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Length>> {
    let text = text(field, reader)?;
    match Length::parse(&text.value) {
        Ok(length) => Some(Spanned::new(length, text.span)),
        Err(fault) => {
            let message = format!("`{}` cannot be `{}`", field.name(), shown(&text.value));
            reader.push(field.fault(Code::BadValue, message).help(length_help(&text.value, fault)));
            None
        }
    }
}

pub(super) fn length_help(text: &str, fault: LengthFault) -> String {
    let units = LengthUnit::ALL.map(LengthUnit::plural);
    match fault {
        LengthFault::Unit => {
            let unit = text.split_once(' ').map_or("", |(_, unit)| unit);
            did_you_mean(unit, units).unwrap_or_else(|| format!("count in {}", one_of(&units)))
        }
        LengthFault::Form => "write a number and a unit, such as `30 days`".to_owned(),
        LengthFault::Count => format!("count from 1 to {LENGTH_COUNT_MAX}"),
    }
}

/// A length in whole days or months, which has a last day whatever the time of day.
pub(super) fn length_in_days(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Length>> {
    let length = length(field, reader)?;
    match length.value.unit {
        LengthUnit::Days | LengthUnit::Weeks | LengthUnit::Months | LengthUnit::Years => Some(length),
        LengthUnit::Minutes | LengthUnit::Hours | LengthUnit::BusinessDays => {
            let message = format!("`{}` cannot be `{}`", field.name(), length.value);
            reader.push(field.fault(Code::BadValue, message).help("count in `days` or `months`"));
            None
        }
    }
}

/// A period of a limit.
pub(super) fn period(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Period>> {
    let text = text(field, reader)?;
    if let Ok(period) = Period::parse(&text.value) {
        return Some(Spanned::new(period, text.span));
    }
    reader.bad_word(field, &text.value, super::period_words::PERIODS);
    None
}

/// A way to round.
pub(super) fn rounding(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Rounding>> {
    let text = text(field, reader)?;
    let Some(rounding) = Rounding::parse(&text.value) else {
        reader.bad_word(field, &text.value, &Rounding::ALL.map(Rounding::name));
        return None;
    };
    Some(Spanned::new(rounding, text.span))
}

/// A currency of ISO 4217.
pub(super) fn currency(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<String>> {
    let text = text(field, reader)?;
    if currency_digits(&text.value).is_none() {
        unknown_currency(field, &text.value, reader);
        return None;
    }
    Some(text)
}

pub(super) fn unknown_currency(field: &Field<'_>, found: &str, reader: &mut Reader) {
    let fault = field.fault(Code::UnknownCurrency, format!("`{}` is not a currency", shown(found)));
    let help = did_you_mean(found, currency_codes());
    reader.push(fault.help(help.unwrap_or_else(|| "write an ISO 4217 code, such as `USD`".to_owned())));
}

/// The name of a time zone.
pub(super) fn zone(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<String>> {
    let text = text(field, reader)?;
    if !Zone::is_name(&text.value) {
        let fault = field.fault(Code::UnknownZone, format!("`{}` is not a time zone", shown(&text.value)));
        let help = did_you_mean(&text.value, Zone::names());
        reader.push(fault.help(help.unwrap_or_else(|| "write an IANA name, such as `America/New_York`".to_owned())));
        return None;
    }
    Some(text)
}

/// An expression, with the definitions that it names put in.
pub(super) fn expression(field: &Field<'_>, reader: &mut Reader) -> Option<ExpressionText> {
    let written = plain_expression(field, reader)?;
    reader.with_definitions(written, &field.path)
}

/// An expression as it is written.
fn plain_expression(field: &Field<'_>, reader: &mut Reader) -> Option<ExpressionText> {
    let Some(written) = field.node.as_text() else {
        reader.wrong_type(field, "an expression in a text");
        return None;
    };
    if written.len() > EXPRESSION_BYTES_MAX {
        let message = format!("the expression has {} bytes, {EXPRESSION_BYTES_MAX} fit", written.len());
        reader.push(field.fault(Code::TooLarge, message).help("put constants into `[lists]` or `[tables]`"));
        return None;
    }
    let text = text(field, reader)?;
    Some(ExpressionText { text: text.value, span: text.span, map: field.node.text_map() })
}

/// An expression, or a bare number from 0, with the definitions that it names put in.
pub(super) fn formula(field: &Field<'_>, reader: &mut Reader) -> Option<ExpressionText> {
    let written = plain_formula(field, reader)?;
    reader.with_definitions(written, &field.path)
}

/// An expression, or a bare number from 0, as it is written.
pub(super) fn plain_formula(field: &Field<'_>, reader: &mut Reader) -> Option<ExpressionText> {
    match &field.node.value {
        NodeValue::Number(digits) => {
            let number = number_from_zero(field, reader)?;
            Some(ExpressionText { text: digits.clone().into_owned(), span: number.span, map: field.node.text_map() })
        }
        NodeValue::Text(_) => plain_expression(field, reader),
        _ => {
            reader.wrong_type(field, "a number or an expression");
            None
        }
    }
}

/// One expression or a list of them: all must hold.
pub(super) fn conditions(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<ExpressionText>> {
    match &field.node.value {
        NodeValue::Text(_) => expression(field, reader).map(|one| vec![one]),
        NodeValue::List(_) => filled_list(expression)(field, reader),
        _ => {
            reader.wrong_type(field, "an expression or a list of expressions");
            None
        }
    }
}

/// A list; items with faults are left out.
pub(super) fn list<'n, T>(
    read: impl Fn(&Field<'n>, &mut Reader) -> Option<T>,
) -> impl Fn(&Field<'n>, &mut Reader) -> Option<Vec<T>> {
    move |field, reader| {
        let Some(items) = field.items() else {
            reader.wrong_type(field, "a list");
            return None;
        };
        if items.len() > LIST_LENGTH_MAX {
            too_long(field, items.len(), LIST_LENGTH_MAX, reader);
            return None;
        }
        Some(items.filter_map(|item| read(&item, reader)).collect())
    }
}

/// A list that is not empty.
pub(super) fn filled_list<'n, T>(
    read: impl Fn(&Field<'n>, &mut Reader) -> Option<T>,
) -> impl Fn(&Field<'n>, &mut Reader) -> Option<Vec<T>> {
    let read = list(read);
    move |field, reader| {
        if field.items().is_some_and(|items| items.len() == 0) {
            let message = format!("`{}` is empty", field.name());
            reader.push(field.fault(Code::BadValue, message).help("write at least one item"));
            return None;
        }
        read(field, reader)
    }
}

/// One kind of event, or a list of them.
pub(super) fn kinds(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<String>>> {
    match &field.node.value {
        NodeValue::Text(_) => text(field, reader).map(|kind| vec![kind]),
        NodeValue::List(_) => filled_list(text)(field, reader),
        _ => {
            reader.wrong_type(field, "a kind of event or a list of them");
            None
        }
    }
}

pub(super) fn too_long(field: &Field<'_>, found: usize, most: usize, reader: &mut Reader) {
    let message = format!("`{}` has {found} items, {most} fit", field.name());
    reader.push(field.fault(Code::TooLarge, message).help("write fewer"));
}
