//! Amounts that can never be granted, and numbers that look mistyped.
use super::known::Asked;
use super::{Terms, listed, warning};
use crate::base::{Number, Unit};
use crate::diag::{Code, Diagnostic};
use crate::expr::Slot;
use crate::program::compiled::Source;
use crate::program::document::{BelowZero, RewardKind};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let rewards = terms.document.rewards.len();
    for ((place, _), compiled) in terms.document.rewards_with_places().zip(&terms.version.rewards).skip(rewards) {
        digits(terms, &format!("{place}.amount"), &compiled.unit, found);
    }
    for (at, reward) in terms.rewards() {
        let Some(compiled) = terms.version.rewards.get(at) else { continue };
        let unit = &compiled.unit;
        let path = |key: &str| format!("reward[{at}].{key}");
        for key in ["amount", "total", "at_least", "at_most"] {
            // An amount in another currency is rounded after it was converted.
            if key != "amount" || compiled.amount_in.is_none() {
                digits(terms, &path(key), unit, found);
            }
        }
        let key = if reward.total.is_some() { "total" } else { "amount" };
        let Some(amount) = terms.expression(&path(key)) else { continue };
        let asked = Asked::At(compiled.on.clone());
        let possible = terms.foresee(&asked, &|_| None, |foresight| foresight.of(&amount.compiled));
        let id = &reward.id.value;
        let span = amount.written.span;
        if !possible.present {
            let kinds = reward.on.iter().map(|kind| kind.value.as_str());
            let message = format!("the {key} of the reward `{id}` is always missing at {}", listed(kinds));
            let fault = warning(Code::NeverGranted, span, path(key), message);
            found.push(fault.help("use what is known at that event"));
        } else if compiled.campaigns.is_empty()
            && reward.at_least.is_none()
            && reward.below_zero.value == BelowZero::GiveNothing
            && possible.range().greatest().is_some_and(Number::is_negative)
        {
            let message = format!("the {key} of the reward `{id}` is always below zero");
            found.push(warning(Code::NeverGranted, span, path(key), message).help("mend the amount"));
        }
        let hundred = Number::from(100_i64);
        let is_percent = reward.kind.value == RewardKind::Discount && *unit == Unit::percent();
        if is_percent && possible.range().least().is_some_and(|least| least > hundred) {
            let message = format!("the reward `{id}` is a discount of more than 100 percent");
            let fault = warning(Code::PercentAboveHundred, span, path(key), message);
            found.push(fault.help("write 20 for 20 percent"));
        }
        for (percent, share) in amount.compiled.percents() {
            let is_fact = |slot: Slot| matches!(terms.program.slots.get(usize::from(slot.0)), Some(Source::Fact(_)));
            if share > Number::ONE && amount.compiled.multiplies(share, &is_fact) {
                let text = amount.written.text.get(percent.start..percent.end).unwrap_or_default();
                let message = format!("the reward `{id}` grants {text} of a value, more than the value itself");
                let place = amount.written.place(percent);
                let fault = warning(Code::PercentAboveHundred, place, path(key), message);
                found.push(fault.help("write the share that is meant; `20%` is a fifth"));
            }
        }
    }
}

/// A number written out that rounding always changes. What is computed, such as `100 / 3`, is meant to be rounded.
fn digits(terms: &Terms<'_>, path: &str, unit: &Unit, found: &mut Vec<Diagnostic>) {
    let Some(checked) = terms.expression(path) else { return };
    let text = checked.written.text.trim();
    let Some(number) = Number::parse(text) else { return };
    let step = Number::from_scaled(1, unit.digits());
    let Some(minor) = step.and_then(|step| number.checked_div(step)) else { return };
    if minor.denominator() != 1 {
        let what = match unit.digits() {
            0 => "no digits".to_owned(),
            digits => format!("{digits} digits"),
        };
        let message = format!("`{text}` is always rounded: `{}` has {what} after the point", unit.name());
        let fault = warning(Code::DigitsBeyondUnit, checked.written.span, path, message);
        found.push(fault.help("write the amount that is meant"));
    }
}
