//! Campaigns that change nothing and limits that bound nothing.
use super::known::{Had, had};
use super::{Terms, listed, warning};
use crate::diag::{Code, Diagnostic, Span};
use crate::program::compiled::{EventKind, Measure};
use crate::program::document::{Moment, Per};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, campaign) in terms.document.campaigns.iter().enumerate() {
        let touched = terms.touched(at);
        let id = &campaign.id.value;
        if touched.is_empty() {
            let message = format!("the campaign `{id}` touches no reward: none is to the referrer");
            let fault = warning(Code::CampaignWithoutReward, campaign.id.span, format!("campaign[{at}]"), message);
            found.push(fault.help("name the rewards that it changes under `rewards`"));
            continue;
        }
        let moment = campaign.counts_if_in_window;
        let goal = campaign.goal.as_ref().map(|goal| &goal.on);
        if let Some(on) =
            goal.filter(|on| terms.program.kind(&on.value).is_some_and(|on| !may_be_known(moment.value, on)))
        {
            let message =
                format!("the goal of the campaign `{id}` counts `{}`, which comes before its window", on.value);
            let fault = warning(Code::GoalOutOfReach, on.span, format!("campaign[{at}].goal.on"), message);
            found.push(fault.help("count a later event, or write `counts_if_in_window = \"event\"`"));
        }
        if terms.kinds_of(&touched).into_iter().any(|kind| may_be_known(moment.value, kind)) {
            continue;
        }
        let own = ![Span::default(), terms.document.as_of.campaign.span].contains(&moment.span);
        let (path, span) = match own {
            true => (format!("campaign[{at}].counts_if_in_window"), moment.span),
            false => (format!("campaign[{at}]"), campaign.id.span),
        };
        let word = if moment.value == Moment::Closed { "closed" } else { "qualified" };
        let rewards: Vec<&str> = names(terms, &touched);
        let (are, its) = if rewards.len() == 1 { ("is", "its") } else { ("are", "their") };
        let message = format!(
            "the campaign `{id}` counts when a referral is {word}, and {} {are} granted before that",
            listed(rewards)
        );
        let help = format!("write `counts_if_in_window = \"event\"` to count when {its} event happens");
        found.push(warning(Code::CampaignWithoutReward, span, path, message).help(help));
    }
    for at in 0..terms.document.limits.len() {
        limit(terms, at, found);
    }
}

fn limit(terms: &Terms<'_>, at: usize, found: &mut Vec<Diagnostic>) {
    let Some(limit) = terms.document.limits.get(at) else { return };
    let covered = terms.covered(at);
    let id = &limit.id.value;
    if covered.is_empty() {
        let message = format!("the limit `{id}` covers no reward: none is to the referrer");
        let fault = warning(Code::LimitWithoutReward, limit.id.span, format!("limit[{at}]"), message);
        found.push(fault.help("name the rewards that it covers under `rewards`"));
        return;
    }
    let touches = |campaign: usize| terms.touched(campaign).iter().any(|reward| covered.contains(reward));
    let position = |id: &str| terms.document.campaigns.iter().position(|campaign| campaign.id.value == id);
    let rewards = || listed(names(terms, &covered));
    if let Some(campaigns) = &limit.campaigns {
        if !campaigns.iter().filter_map(|id| position(&id.value)).any(touches) {
            let message = format!("the limit `{id}` covers no grant: no campaign that it names touches {}", rewards());
            let span = campaigns.first().map_or(limit.id.span, |first| first.span);
            let fault = warning(Code::LimitWithoutReward, span, format!("limit[{at}].campaigns"), message);
            found.push(fault.help("name campaigns that touch the rewards which the limit covers"));
        }
    } else if !(0..terms.document.campaigns.len()).any(touches) {
        for (position, per) in limit.per.iter().enumerate().filter(|(_, per)| per.value == Per::Campaign) {
            let message = format!("the limit `{id}` draws per campaign, and none touches {}", rewards());
            let fault = warning(Code::LimitWithoutReward, per.span, format!("limit[{at}].per[{position}]"), message);
            found.push(fault.help("draw per something else, or remove the limit"));
        }
    }
}

fn names<'a>(terms: &Terms<'a>, rewards: &[usize]) -> Vec<&'a str> {
    rewards.iter().filter_map(|at| terms.document.rewards.get(*at)).map(|reward| reward.id.value.as_str()).collect()
}

/// True if the moment may have come when an event of the kind happens.
fn may_be_known(moment: Moment, kind: EventKind) -> bool {
    match moment {
        Moment::Submitted | Moment::Event => true,
        Moment::Qualified => had(Measure::Qualified, kind) != Had::Never,
        Moment::Closed => had(Measure::Closed, kind) != Had::Never,
    }
}
