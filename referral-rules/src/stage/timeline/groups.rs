//! Groups: of rewards that answer one event, and of campaigns that change one grant, only the winner counts.
#![expect(
    clippy::indexing_slicing,
    reason = "positions come from the compiled program, and masks have a place per row"
)]
use super::candidates::{Candidate, Cause};
use crate::base::Number;
use crate::program::{Group, Version, Wins};

/// Lets the winners of a version's groups stand among the candidates of one event; the others give nothing. A candidate
/// that an earlier group beat is out for the later ones.
pub(super) fn settle(version: &Version, candidates: &mut [Candidate]) {
    for group in &version.reward_groups {
        let giving = |rule: u16| {
            let found = candidates.iter().find(|candidate| candidate.rule == rule && candidate.cause.is_none());
            found.map(|candidate| (rule, candidate.amount))
        };
        let Some(winner) = winner(group.wins, group.members.iter().filter_map(|rule| giving(*rule))) else { continue };
        for candidate in candidates.iter_mut().filter(|candidate| candidate.cause.is_none()) {
            if candidate.rule != winner && group.members.contains(&candidate.rule) {
                candidate.cause = Some(Cause::AnotherWon(winner));
            }
        }
    }
}

/// The first, or the one with the most; of equal ones the first.
fn winner<T: Copy, A: PartialOrd + Copy>(wins: Wins, mut members: impl Iterator<Item = (T, A)>) -> Option<T> {
    let first = members.next()?;
    if wins == Wins::First {
        return Some(first.0);
    }
    Some(members.fold(first, |best, next| if next.1 > best.1 { next } else { best }).0)
}

/// A campaign, and the rows of a chunk that it applies to.
pub(super) struct Meeting {
    /// Its position in the version.
    pub(super) campaign: u16,
    /// By row.
    pub(super) mask: Vec<bool>,
}

/// Takes the campaigns out of the masks that a group's winner beats. `alone` gives what a campaign would make by itself, by
/// row, and is asked only where two meet. What is returned are the rows for which that cannot be told, with the reason.
pub(super) fn stack(
    group: &Group,
    met: &mut [Meeting],
    rows: usize,
    mut alone: impl FnMut(u16) -> Vec<Result<Number, Cause>>,
) -> Vec<(usize, Cause)> {
    let members: Vec<usize> =
        group.members.iter().filter_map(|member| met.iter().position(|applies| applies.campaign == *member)).collect();
    let meeting = |row: usize| members.iter().filter(|member| met[**member].mask[row]).nth(1).is_some();
    let meet: Vec<usize> = (0..rows).filter(|row| meeting(*row)).collect();
    let mut faults = Vec::new();
    if meet.is_empty() {
        return faults;
    }
    let amounts: Vec<Vec<Result<Number, Cause>>> = match group.wins {
        Wins::First => Vec::new(),
        Wins::Best => members.iter().map(|member| alone(met[*member].campaign)).collect(),
    };
    for row in meet {
        let mut contenders: Vec<(usize, Number)> = Vec::new();
        for (at, member) in members.iter().enumerate().filter(|(_, member)| met[**member].mask[row]) {
            match amounts.get(at).map(|amounts| amounts[row]) {
                None => contenders.push((*member, Number::ZERO)),
                Some(Ok(amount)) => contenders.push((*member, amount)),
                Some(Err(cause)) => {
                    faults.push((row, cause));
                    break;
                }
            }
        }
        let best = winner(group.wins, contenders.into_iter());
        for member in &members {
            met[*member].mask[row] &= Some(*member) == best;
        }
    }
    faults
}
