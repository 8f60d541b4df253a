//! Bounds that always apply: limits, greatest and least amounts beside what a reward can come to.
use super::known::Asked;
use super::{Terms, warning};
use crate::base::{Number, Rounding, Unit};
use crate::diag::{Code, Diagnostic};
use crate::expr::{End, Possible, Range};
use crate::program::compiled::{Campaign, Limit, Operator, Reward};
use crate::program::document::OverLimit;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, reward) in terms.version.rewards.iter().enumerate() {
        own_bounds(terms, at, reward, found);
    }
    // What is paid later is spread over periods: such a limit may well be below every amount.
    let cuts = |limit: &&Limit| limit.asks.is_none() && !limit.counts_grants && limit.over_limit != OverLimit::PayLater;
    for (at, limit) in terms.version.limits.iter().enumerate().filter(|(_, limit)| cuts(limit)) {
        let Some(written) = terms.document.limits.get(at) else { continue };
        let least = |position: &usize| {
            let reward = terms.version.rewards.get(*position)?;
            let least = granted(terms, *position, reward).least()?;
            let minor = reward.rounding.settle(least, reward.unit.digits())?;
            Some((minor, *position)).filter(|(minor, _)| *minor > limit.at_most)
        };
        // The one that is furthest above says it best.
        let Some((minor, position)) = terms.covered(at).iter().filter_map(least).max() else { continue };
        let Some(reward) = terms.document.rewards.get(position) else { continue };
        let message = format!(
            "the limit `{}` of {} is below the least amount of the reward `{}`, {}",
            written.id.value,
            written.at_most.text,
            reward.id.value,
            in_units(minor, &limit.unit)
        );
        let fault = warning(Code::LimitBelowReward, written.at_most.span, format!("limit[{at}].at_most"), message);
        found.push(fault.help("raise the limit, or lower the reward"));
    }
}

fn own_bounds(terms: &Terms<'_>, at: usize, reward: &Reward, found: &mut Vec<Diagnostic>) {
    let Some(written) = terms.document.rewards.get(at) else { return };
    let asked = Asked::At(reward.on.clone());
    let of = |bound: &Option<crate::expr::Compiled>| {
        bound.as_ref().map(|bound| terms.foresee(&asked, &|_| None, |foresight| foresight.of(bound)).range())
    };
    let (least, most) = (of(&reward.at_least), of(&reward.at_most));
    let id = &written.id.value;
    let above = |one: Option<Number>, two: Option<Number>| one.zip(two).is_some_and(|(one, two)| one > two);
    if let (Some(least), Some(most), Some(bound)) = (least, most, &written.at_least) {
        if above(least.least(), most.greatest()) {
            let message = format!("`at_least` of the reward `{id}` is above its `at_most`");
            let fault = warning(Code::BoundsCrossed, bound.span, format!("reward[{at}].at_least"), message);
            found.push(fault.help("write the smaller one as `at_least`"));
            return;
        }
    }
    // A running total is bounded before campaigns change what is granted of it.
    let before = if reward.total.is_some() { amount(terms, reward) } else { changed(terms, at, reward) };
    if let (Some(most), Some(bound)) = (most, &written.at_most) {
        if above(before.least(), most.greatest()) {
            let message = format!("every amount of the reward `{id}` is above its `at_most`");
            let fault = warning(Code::BoundAlwaysApplies, bound.span, format!("reward[{at}].at_most"), message);
            found.push(fault.help("raise it, or write it as the amount"));
        }
    }
    if let (Some(least), Some(bound)) = (least, &written.at_least) {
        if above(least.least(), before.greatest()) {
            let message = format!("every amount of the reward `{id}` is below its `at_least`");
            let fault = warning(Code::BoundAlwaysApplies, bound.span, format!("reward[{at}].at_least"), message);
            found.push(fault.help("lower it, or write it as the amount"));
        }
    }
}

/// What the reward may grant, before limits.
pub(super) fn granted(terms: &Terms<'_>, at: usize, reward: &Reward) -> Range {
    // The difference of two totals can be anything.
    if reward.total.is_some() {
        return Range::default();
    }
    let asked = Asked::At(reward.on.clone());
    let of = |bound: &crate::expr::Compiled| terms.foresee(&asked, &|_| None, |foresight| foresight.of(bound)).range();
    let mut range = changed(terms, at, reward);
    if let Some(bound) = reward.at_least.as_ref().map(of) {
        let least = [range.least, bound.least].into_iter().flatten().max_by_key(|end| end.at);
        let greatest = range.greatest.zip(bound.greatest).map(|(one, two)| if one.at > two.at { one } else { two });
        range = Range { least, greatest, ..range };
    }
    if let Some(bound) = reward.at_most.as_ref().map(of) {
        let least = range.least.zip(bound.least).map(|(one, two)| if one.at < two.at { one } else { two });
        let greatest = [range.greatest, bound.greatest].into_iter().flatten().min_by_key(|end| end.at);
        range = Range { least, greatest, ..range };
    }
    range
}

/// The amount, or the total, before anything changes it.
fn amount(terms: &Terms<'_>, reward: &Reward) -> Range {
    let asked = Asked::At(reward.on.clone());
    // What is converted can come to anything.
    match reward.amount_in {
        Some(_) => Range::default(),
        None => terms.foresee(&asked, &|_| None, |foresight| foresight.of(&reward.amount)).range(),
    }
}

/// The amount, whichever campaigns apply.
fn changed(terms: &Terms<'_>, at: usize, reward: &Reward) -> Range {
    let asked = Asked::At(reward.on.clone());
    let of = |compiled: &crate::expr::Compiled| terms.foresee(&asked, &|_| None, |foresight| foresight.of(compiled));
    let mut range = amount(terms, reward);
    for (position, campaign) in terms.version.campaigns.iter().enumerate() {
        if terms.touched(position).contains(&at) {
            range = range.joined(applied(campaign, range, &reward.unit, of));
        }
    }
    range
}

fn applied(campaign: &Campaign, from: Range, unit: &Unit, of: impl Fn(&crate::expr::Compiled) -> Possible) -> Range {
    let mut range = from;
    for (operator, operand) in &campaign.operators {
        let operand = of(operand).range();
        range = match operator {
            Operator::Instead => operand,
            Operator::Times => range.product(operand),
            Operator::Plus => range.sum(operand),
        };
    }
    match campaign.rounding {
        Some(rounding) => Range {
            least: range.least.and_then(|end| rounded(end, rounding, unit)),
            greatest: range.greatest.and_then(|end| rounded(end, rounding, unit)),
            whole: false,
        },
        None => range,
    }
}

/// Rounding keeps the order, so the rounded ends are the ends of what is rounded.
fn rounded(end: End, rounding: Rounding, unit: &Unit) -> Option<End> {
    let minor = rounding.settle(end.at, unit.digits())?;
    Some(End { at: Number::from_scaled(i128::from(minor), unit.digits())?, included: true })
}

fn in_units(minor: i64, unit: &Unit) -> String {
    crate::base::Amount { minor, unit: unit.clone() }.to_string()
}
