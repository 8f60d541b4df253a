//! What a scope's state does not tell, because it was made before a version came that asks.
use super::forms::ScopeBody;
use crate::program::{Ladder, Program};

/// Whether the state of a scope was made before the program asked what it now asks: then its history must be gone through again.
pub fn lacks_something(program: &Program, body: &ScopeBody) -> bool {
    lacks_open(program, body) || lacks_levels(program, body) || lacks_contests(program, body)
}

/// Which referrals are open was not kept.
fn lacks_open(program: &Program, body: &ScopeBody) -> bool {
    program.asks_for_open() && body.open.is_none() && body.frontier.is_some()
}

/// What counts for some contest was not kept.
fn lacks_contests(program: &Program, body: &ScopeBody) -> bool {
    let has_all = || body.contests.as_ref().is_some_and(|contests| contests.is_whole(program));
    program.holds_contests() && body.frontier.is_some() && !has_all()
}

/// A referrer that something has happened to lacks a level on a ladder that is looked at when periods begin.
fn lacks_levels(program: &Program, body: &ScopeBody) -> bool {
    let is_reviewed = |ladder: &Ladder| ladder.goes_up.period().or(ladder.goes_down.period()).is_some();
    program.versions.iter().any(|version| {
        let ladders = (0_u16..).zip(&version.ladders).filter(|(_, ladder)| is_reviewed(ladder));
        ladders.into_iter().any(|(at, _)| {
            let is_there = |(name, ladder, _): &(String, u16, u8)| *name == version.name && *ladder == at;
            let has = |referrer: &String| body.kept.get(referrer).is_some_and(|kept| kept.levels.iter().any(is_there));
            !body.counts.keys().all(has)
        })
    })
}
