//! Readers of payout rules.
use super::field::{Field, Reader, Section, one_of};
use super::keys::{self, Keys};
use super::value::{self, filled_list, formula, id, length, text, word};
use crate::base::{DayOff, Length, LengthUnit, Number, PayoutDay, Unit};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::node::NodeValue;
use crate::program::document::{Document, JudgedAt, Payout, Reward};

/// Those of `[[payout]]`.
pub(super) const PAYOUT: Keys = Keys {
    path: "payout",
    title: "a payout",
    keys: &["id", "rewards", "unit", "on_day", "day_off", "cut_off", "at_least", "fee"],
};

pub(super) fn payout(section: &Section<'_>, currency: &Spanned<String>, reader: &mut Reader) -> Payout {
    let every_day = Spanned::new(PayoutDay::Every, section.span);
    Payout {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        rewards: section.read("rewards", reader, filled_list(text)),
        unit: section.read("unit", reader, text).unwrap_or_else(|| Spanned::new(currency.value.clone(), section.span)),
        on_day: section.read("on_day", reader, on_day).unwrap_or_else(|| vec![every_day]),
        day_off: section.read("day_off", reader, word(DayOff::ALL)).unwrap_or_default(),
        cut_off: section.read("cut_off", reader, days),
        at_least: section.read("at_least", reader, formula),
        fee: section.read("fee", reader, formula),
    }
}

/// A length that is counted in days.
fn days(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Length>> {
    let length = length(field, reader)?;
    if matches!(length.value.unit, LengthUnit::Minutes | LengthUnit::Hours) {
        let message = format!("`{}` cannot be `{}`", field.name(), length.value);
        reader.push(field.fault(Code::BadValue, message).help("count in `days` or `business days`"));
        return None;
    }
    Some(length)
}

/// One payout day or a list of them.
fn on_day(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<PayoutDay>>> {
    match &field.node.value {
        NodeValue::List(_) => filled_list(payout_day)(field, reader),
        _ => payout_day(field, reader).map(|day| vec![day]),
    }
}

fn payout_day(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<PayoutDay>> {
    let help = "write a day of the month from 1 to 31, `last day`, a weekday such as `fri`, `every day`, or \
                `15 days after calendar quarter`";
    let (found, shown_as) = match &field.node.value {
        NodeValue::Number(_) => {
            let number = value::whole(field, reader)?;
            let day = u8::try_from(number.value).ok().filter(|day| (1..=31).contains(day));
            (day.map(PayoutDay::Monthly), number.value.to_string())
        }
        NodeValue::Text(written) => (PayoutDay::parse(&written.text, keys::WEEKDAYS), shown(&written.text).to_string()),
        _ => {
            reader.wrong_type(field, "a day of the month or a text");
            return None;
        }
    };
    if found.is_none() {
        let message = format!("`{shown_as}` is not a payout day");
        reader.push(field.fault(Code::BadValue, message).help(help));
    }
    found.map(|day| Spanned::new(day, field.node.span))
}

/// A payout is in one unit and pays only what is in it; what is judged at payouts needs one.
pub(super) fn check(document: &Document, reader: &mut Reader) {
    for (index, payout) in document.payouts.iter().enumerate() {
        units(document, index, payout, reader);
    }
    let Some(judged) = document.requirements.iter().find(|requirement| requirement.judged_at == JudgedAt::Payout)
    else {
        return;
    };
    if document.payouts.is_empty() {
        let number = document.requirements.iter().filter(|other| other.heading == judged.heading);
        let number = number.take_while(|other| other.span != judged.span).count();
        let message =
            format!("`{}` is judged at each payout, and the document has no payouts", shown(&judged.code.value));
        let fault = Diagnostic::error(Code::UnknownReference, judged.span, message);
        let path = format!("{}[{number}].judged_at", judged.heading.word());
        reader.push(fault.path(path).help("add a `[[payout]]`, or write `judged_at = \"payable\"`"));
    }
}

fn units(document: &Document, index: usize, payout: &Payout, reader: &mut Reader) {
    let unit = payout.unit.value.as_str();
    let currency = document.currency.value.as_str();
    if currency.is_empty() {
        return;
    }
    let Some(digits) = Unit::parse(unit).map(|unit| unit.digits()) else {
        let message = format!("`{}` is not a currency or a word for a unit", shown(unit));
        let fault = Diagnostic::error(Code::UnitMismatch, payout.unit.span, message);
        let units: Vec<&str> = document.rewards.iter().map(|reward| reward.unit_name(currency)).take(10).collect();
        let help = if units.is_empty() {
            "write a currency such as `USD`".to_owned()
        } else {
            format!("write {}", one_of(&units))
        };
        return reader.push(fault.path(format!("payout[{index}].unit")).help(help));
    };
    let step = payout.constant_minimum().and_then(|least| least.checked_div(Number::from_scaled(1, digits)?));
    if let (Some(least), true) = (&payout.at_least, step.is_some_and(|step| step.to_i64().is_none())) {
        let message = format!("`at_least` cannot be `{}` in `{unit}`", least.text);
        let fault = Diagnostic::error(Code::BadValue, least.span, message);
        let help = format!("write at most {digits} digits after the point");
        reader.push(fault.path(format!("payout[{index}].at_least")).help(help));
    }
    let reward = |id: &Spanned<String>| {
        let mut all = document.rewards.iter().chain(document.prizes());
        all.find(|reward: &&Reward| reward.id.value == id.value)
    };
    for (at, id) in payout.rewards.iter().flatten().enumerate() {
        let Some(other) = reward(id).map(|reward| reward.unit_name(currency)).filter(|other| *other != unit) else {
            continue;
        };
        let message =
            format!("the payout is in `{}`, the reward `{}` in `{}`", shown(unit), shown(&id.value), shown(other));
        let fault = Diagnostic::error(Code::UnitMismatch, id.span, message);
        let help = "name rewards of one unit, and that `unit`; write a payout for each";
        reader.push(fault.path(format!("payout[{index}].rewards[{at}]")).help(help));
    }
}
