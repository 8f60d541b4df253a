//! Members of groups that can never be the one that counts.
use super::bounds::granted;
use super::known::Asked;
use super::{Terms, warning};
use crate::base::Number;
use crate::diag::{Code, Diagnostic};
use crate::expr::Compiled;
use crate::program::compiled::{Campaign, Operator, Reward};
use crate::program::document::{Group, Members, Wins};

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, group) in terms.document.groups.iter().enumerate() {
        let (ids, key) = match &group.members {
            Members::Rewards(ids) => (ids, "rewards"),
            Members::Campaigns(ids) => (ids, "campaigns"),
        };
        for (position, id) in ids.iter().enumerate() {
            let winner = ids.iter().enumerate().find(|(other, winner)| {
                let pair = Pair { loser: &id.value, winner: &winner.value, winner_is_first: *other < position };
                *other != position && !stands_before(terms, at, winner) && always_loses(terms, group, &pair)
            });
            if let Some((_, winner)) = winner {
                let message = format!("`{}` never counts: `{}` always wins", id.value, winner.value);
                let fault = warning(Code::NeverWins, id.span, format!("group[{at}].{key}[{position}]"), message);
                found.push(fault.help("give the other a condition, change the order, or remove this one"));
            }
        }
    }
}

/// Whether a member stands in an earlier group too: there it may be beaten, and then it takes no part in this one.
fn stands_before(terms: &Terms<'_>, at: usize, member: &crate::diag::Spanned<String>) -> bool {
    terms.document.groups.iter().take(at).any(|group| match &group.members {
        Members::Rewards(ids) | Members::Campaigns(ids) => ids.iter().any(|id| id.value == member.value),
    })
}

/// Two members of a group.
struct Pair<'a> {
    loser: &'a str,
    winner: &'a str,
    /// The winner stands before the loser.
    winner_is_first: bool,
}

fn always_loses(terms: &Terms<'_>, group: &Group, pair: &Pair<'_>) -> bool {
    match &group.members {
        Members::Rewards(_) => {
            let reward = |id: &str| {
                let at = terms.document.rewards.iter().position(|reward| reward.id.value == id)?;
                Some((at, terms.version.rewards.get(at)?))
            };
            let rewards = reward(pair.loser).zip(reward(pair.winner));
            rewards.is_some_and(|(loser, winner)| reward_loses(terms, group.wins.value, loser, winner, pair))
        }
        Members::Campaigns(_) => {
            let campaign = |id: &str| {
                let at = terms.document.campaigns.iter().position(|campaign| campaign.id.value == id)?;
                Some((at, terms.version.campaigns.get(at)?))
            };
            let campaigns = campaign(pair.loser).zip(campaign(pair.winner));
            campaigns.is_some_and(|(loser, winner)| campaign_loses(terms, group.wins.value, loser, winner, pair))
        }
    }
}

fn reward_loses(
    terms: &Terms<'_>,
    wins: Wins,
    (loser_at, loser): (usize, &Reward),
    (winner_at, winner): (usize, &Reward),
    pair: &Pair<'_>,
) -> bool {
    let amount = granted(terms, winner_at, winner);
    let settled = |reward: &Reward, number: Option<Number>| reward.rounding.settle(number?, reward.unit.digits());
    let least = settled(winner, amount.least());
    // What faults, or is below zero, gives nothing and beats nobody.
    // What loses must meet the winner at each of its events.
    if !loser.on.iter().all(|kind| winner.on.contains(kind))
        || !winner.when.is_empty()
        || !winner.as_long_as.is_empty()
        || winner.once_per.is_some()
        || !is_sure(terms, winner)
        || least.is_none_or(|least| least < 0)
    {
        return false;
    }
    match wins {
        Wins::First => pair.winner_is_first,
        Wins::Best => {
            let greatest = settled(loser, granted(terms, loser_at, loser).greatest());
            least.zip(greatest).is_some_and(
                |(least, greatest)| {
                    if pair.winner_is_first { least >= greatest } else { least > greatest }
                },
            )
        }
    }
}

/// True if the amount of the reward has a value at every event, whichever campaigns apply.
fn is_sure(terms: &Terms<'_>, reward: &Reward) -> bool {
    let asked = Asked::At(reward.on.clone());
    let sure = |part: &Compiled| terms.foresee(&asked, &|_| None, |foresight| !foresight.of(part).absent);
    let campaigns = reward.campaigns.iter().filter_map(|at| terms.version.campaigns.get(usize::from(*at)));
    let operands = campaigns.flat_map(|campaign| &campaign.operators).map(|(_, operand)| operand);
    let bounds = reward.at_least.iter().chain(&reward.at_most);
    reward.amount_in.is_none() && std::iter::once(&reward.amount).chain(bounds).chain(operands).all(sure)
}

/// A campaign is beaten if the other applies to all that it applies to.
fn campaign_loses(
    terms: &Terms<'_>,
    wins: Wins,
    (loser_at, loser): (usize, &Campaign),
    (winner_at, winner): (usize, &Campaign),
    pair: &Pair<'_>,
) -> bool {
    let covered = terms.touched(winner_at);
    let covers = terms.touched(loser_at).iter().all(|reward| covered.contains(reward));
    let spans = winner.first_day <= loser.first_day && loser.last_day <= winner.last_day;
    let always = covers && spans && winner.counts == loser.counts && winner.when.is_empty();
    let factor = |campaign: &Campaign| match campaign.operators.as_slice() {
        [(operator, operand)] if campaign.rounding.is_none() => {
            let asked = Asked::At(Vec::new());
            let range = terms.foresee(&asked, &|_| None, |foresight| foresight.of(operand)).range();
            Some((*operator, range.only()?))
        }
        _ => None,
    };
    always
        && match (wins, factor(loser), factor(winner)) {
            (Wins::First, ..) => pair.winner_is_first,
            (Wins::Best, Some((Operator::Instead, less)), Some((Operator::Instead, more)))
            | (Wins::Best, Some((Operator::Times, less)), Some((Operator::Times, more)))
            | (Wins::Best, Some((Operator::Plus, less)), Some((Operator::Plus, more))) => {
                more > less || more == less && pair.winner_is_first
            }
            (Wins::Best, ..) => false,
        }
}
