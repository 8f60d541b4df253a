//! Counts that fall: what waits for one of their numbers comes again. And running totals of what begins anew at other times.
use super::{Terms, listed, warning};
use crate::base::Period;
use crate::diag::{Code, Diagnostic};
use crate::expr::{Kind, Node, Operator, tree};
use crate::program::compiled::{Limit, Source};
use crate::program::document::{Aggregate, Disqualified, MeasureDeclaration};
use crate::program::document_rules::Per;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, reward) in terms.rewards() {
        if reward.once_per.is_none() && !is_granted_once(terms, at) {
            for (path, checked) in terms.conditions(&format!("reward[{at}].when")) {
                let waits = waits_for(&tree(&checked.written.text)).into_iter();
                let Some((name, number, why)) =
                    waits.filter_map(|(name, number)| Some((name.clone(), number, falls(terms, &name)?))).next()
                else {
                    continue;
                };
                let message = format!("`{name} == {number}` can come true more than once: {why}");
                let fault = warning(Code::ReachedAgain, checked.written.span, path, message);
                found.push(fault.help("write `once_per = \"referrer\"`, or count what is never taken out"));
            }
        }
        total(terms, at, found);
    }
}

/// Whether a limit lets a reward be granted only once, for whatever it counts by.
fn is_granted_once(terms: &Terms<'_>, at: usize) -> bool {
    let once = |limit: &Limit| {
        limit.counts_grants
            && limit.at_most == 1
            && limit.asks.is_none()
            && limit.in_each == Period::Lifetime
            && limit.when.is_empty()
            && limit.campaigns.is_empty()
    };
    let reward = terms.version.rewards.get(at);
    let limits = reward.into_iter().flat_map(|reward| &reward.limits);
    limits.filter_map(|limit| terms.version.limits.get(usize::from(*limit))).any(once)
}

/// The names that must equal a number above zero for a condition to hold.
fn waits_for(node: &Node) -> Vec<(String, i64)> {
    match &node.kind {
        Kind::And(terms) => terms.iter().flat_map(waits_for).collect(),
        Kind::Binary { operator: Operator::Equal, left, right } => {
            let one = |name: &Node, number: &Node| match (&name.kind, &number.kind) {
                (Kind::Name(name), Kind::Int(number)) if *number > 0 => Some((name.clone(), *number)),
                _ => None,
            };
            one(left, right).or_else(|| one(right, left)).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// Why a count of several referrals can fall and come to the same number again, if it can. One that begins anew with a period is meant to;
/// one of a single referral falls with it.
fn falls(terms: &Terms<'_>, name: &str) -> Option<&'static str> {
    const TAKEN_OUT: &str = "a disqualification takes out what was counted";
    if ["qualified_count", "opportunity_count", "closed_count"].contains(&name) {
        return Some(TAKEN_OUT);
    }
    let measure = terms.document.measures.iter().find(|measure| measure.name.value == name)?;
    let MeasureDeclaration { is, per, in_each, disqualified, .. } = measure;
    let of_one = per.iter().any(|per| matches!(per.value, Per::Referral));
    let counts = matches!(is.value, Aggregate::Count | Aggregate::Distinct | Aggregate::Sum);
    match in_each.value {
        _ if of_one || !counts => None,
        Period::Rolling { .. } => Some("what is old leaves the window"),
        Period::Lifetime if disqualified.value == Disqualified::TakenOut => Some(TAKEN_OUT),
        _ => None,
    }
}

/// A running total must begin anew when what it is made of does.
fn total(terms: &Terms<'_>, at: usize, found: &mut Vec<Diagnostic>) {
    let path = format!("reward[{at}].total");
    let compiled = terms.version.rewards.get(at).and_then(|reward| reward.total.as_ref());
    let Some((total, checked)) = compiled.zip(terms.expression(&path)) else { return };
    let sources = checked.compiled.inputs().iter().filter_map(|slot| terms.program.slots.get(usize::from(slot.0)));
    let periods: Vec<(String, Period)> = sources
        .filter_map(|source| match source {
            Source::Measure(measure) => Some((measure.word().to_owned(), Period::Lifetime)),
            Source::Declared(number) => {
                let measure = terms.program.measures.get(usize::from(*number))?;
                let summed = matches!(measure.is, Aggregate::Count | Aggregate::Distinct | Aggregate::Sum);
                summed.then(|| (measure.name.clone(), measure.in_each))
            }
            _ => None,
        })
        .collect();
    if periods.is_empty() || periods.iter().any(|(_, period)| *period == total.in_each) {
        return;
    }
    let names = listed(periods.iter().map(|(name, _)| name.as_str()));
    let of = |period: Period| match period {
        Period::Lifetime => "never".to_owned(),
        Period::Rolling { .. } => "with each day".to_owned(),
        period => format!("with each {period}"),
    };
    let own = periods.first().map(|(_, period)| of(*period)).unwrap_or_default();
    let message = format!("the total begins anew {}, {names} {own}", of(total.in_each));
    let fault = warning(Code::TotalOfOtherPeriods, checked.written.span, path, message);
    found.push(fault.help("give `total_in` the period of what is counted, or count in that of the total"));
}
