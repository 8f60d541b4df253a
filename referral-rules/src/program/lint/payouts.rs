//! Payouts that pay nothing, never come to their minimum, or pay later than was promised.
use super::dates::is_longer;
use super::{Terms, warning};
use crate::base::{Period, Rounding};
use crate::diag::{Code, Diagnostic};
use crate::program::compiled::{Limit, Per};
use crate::program::document::{Party, PayWithin};
use crate::program::payouts::Payout;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, payout) in terms.version.payouts.iter().enumerate() {
        let Some(written) = terms.document.payouts.get(at) else { continue };
        let pays = pays(terms, at, payout);
        if pays.is_empty() {
            // A later version may go on paying what an earlier one granted.
            if terms.all.len() == 1 {
                let message = format!("the payout `{}` pays no reward", written.id.value);
                let fault = warning(Code::PayoutWithoutReward, written.id.span, format!("payout[{at}]"), message);
                found.push(fault.help("name its `rewards`: by default it pays those of the kind `cash` in its unit"));
            }
            continue;
        }
        minimum(terms, at, &pays, found);
        promises(terms, at, &pays, found);
    }
}

/// The positions of the rewards that a payout pays, by this version's terms.
fn pays(terms: &Terms<'_>, at: usize, payout: &Payout) -> Vec<usize> {
    let before = terms.version.payouts.get(..at).unwrap_or_default();
    let rewards = terms.version.rewards.iter().enumerate();
    let own = rewards.filter(|(_, reward)| payout.covers(reward) && !before.iter().any(|other| other.covers(reward)));
    own.map(|(position, _)| position).collect()
}

/// No more than a limit for all time is ever open.
fn minimum(terms: &Terms<'_>, at: usize, pays: &[usize], found: &mut Vec<Diagnostic>) {
    let (Some(written), Some(payout)) = (terms.document.payouts.get(at), terms.version.payouts.get(at)) else { return };
    let (Some(least), Some(place)) = (written.constant_minimum(), written.at_least.as_ref()) else { return };
    let Some(minor) = Rounding::Down.settle(least, payout.unit.digits()) else { return };
    let to_referrers =
        pays.iter().filter_map(|at| terms.version.rewards.get(*at)).all(|reward| reward.to == Party::Referrer);
    if terms.all.len() > 1 || !to_referrers {
        return;
    }
    let for_all_time = |limit: &&Limit| {
        let plain = limit.asks.is_none() && !limit.counts_grants && limit.campaigns.is_empty() && limit.when.is_empty();
        plain && limit.in_each == Period::Lifetime && limit.per.iter().all(|per| matches!(per, Per::Referrer))
    };
    let covers = |position: usize| pays.iter().all(|reward| terms.covered(position).contains(reward));
    let limits = terms.version.limits.iter().enumerate();
    let tight = limits.filter(|(_, limit)| for_all_time(limit) && limit.at_most < minor).find(|(at, _)| covers(*at));
    let Some(limit) = tight.and_then(|(at, _)| terms.document.limits.get(at)) else { return };
    let message = format!(
        "the payout `{}` pays from {least} on, and the limit `{}` gives no more than {}",
        written.id.value, limit.id.value, limit.at_most.text
    );
    let fault = warning(Code::MinimumOutOfReach, place.span, format!("payout[{at}].at_least"), message);
    found.push(fault.help("lower `at_least`, or raise the limit"));
}

/// What is cut off longer than its promise allows is never paid in time.
fn promises(terms: &Terms<'_>, at: usize, pays: &[usize], found: &mut Vec<Diagnostic>) {
    let Some(written) = terms.document.payouts.get(at) else { return };
    let Some(cut_off) = &written.cut_off else { return };
    for reward in pays.iter().filter_map(|reward| terms.document.rewards.get(*reward)) {
        let Some(PayWithin::Length(within)) = reward.pay_within.as_ref().map(|within| within.value) else { continue };
        if is_longer(cut_off.value, within) {
            let message = format!(
                "the reward `{}` is due within {within}, and the payout `{}` takes it in only after {}",
                reward.id.value, written.id.value, cut_off.value
            );
            let fault = warning(Code::PayoutAfterDue, cut_off.span, format!("payout[{at}].cut_off"), message);
            found.push(fault.help("promise a later `pay_within`, or shorten the cut-off"));
        }
    }
}
