//! What the ledger gives for places, and what the leaderboard says of them.
use crate::generate::{Case, Draw, Seeds, Shape};
use referral_rules::evaluation::{Evaluation, Placing};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

fn fault_if(faulty: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    if faulty { Err(fault()) } else { Ok(()) }
}

/// The prizes that stand in the ledger are those of the leaderboard's ended periods, no more and no less; places rise as values fall, and no place has
/// less than one behind it.
///
/// # Errors
/// The first that is otherwise.
pub fn prizes_are_those_of_the_leaderboard(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    if !case.plan.versions.iter().any(|version| version.contest) {
        return Ok(());
    }
    let book = case.book();
    let mut draw = Draw::new(&seeds.header);
    for as_of in case.some_moments(&book, &mut draw, 2) {
        let evaluation = case.evaluate(&book, as_of)?;
        places(&case, &evaluation.leaderboard())?;
        let limited = case.plan.versions.iter().any(|version| version.prizes_limited);
        if !limited {
            prizes(&case, &evaluation)?;
        }
    }
    Ok(())
}

fn places(case: &Case, board: &[Placing]) -> Result<(), String> {
    for pair in board.windows(2) {
        let [better, next] = pair else { continue };
        if (&better.contest, better.last_day) != (&next.contest, next.last_day) {
            continue;
        }
        let placed = |place: Option<i64>| place.unwrap_or(i64::MAX);
        let in_order = better.value >= next.value && placed(better.place) <= placed(next.place);
        fault_if(!in_order, || case.fault(&format!("{better:?}\nstands before\n{next:?}")))?;
        let same = better.place.is_some() && better.place == next.place;
        fault_if(same && better.value != next.value, || case.fault(&format!("{better:?} and {next:?} share a place")))?;
    }
    let fair = |one: &Placing| one.place.is_some() || (one.prize.is_none() && one.tickets.unwrap_or(0) == 0);
    board.iter().find(|one| !fair(one)).map_or(Ok(()), |one| Err(case.fault(&format!("{one:?} has no place"))))
}

fn prizes(case: &Case, evaluation: &Evaluation<'_>) -> Result<(), String> {
    let mut booked: BTreeMap<String, Decimal> = BTreeMap::new();
    for entry in evaluation.ledger().filter(|entry| entry.event.kind == "contest") {
        *booked.entry(entry.grant).or_default() += entry.amount;
    }
    booked.retain(|_, sum| !sum.is_zero());
    let mut won: BTreeMap<String, Decimal> = BTreeMap::new();
    let part = |id: &str| id.replace('%', "%25").replace('/', "%2F");
    for one in evaluation.leaderboard().into_iter().filter(|one| one.ended) {
        let (Some(prize), Some(amount)) = (&one.prize, one.amount) else { continue };
        let (referral, referrer) = (part(&one.referral), part(&one.referrer));
        let grant = format!("laws/{prize}/{referral}/contest@{}/referrer:{referrer}", one.last_day);
        *won.entry(grant).or_default() += amount;
    }
    won.retain(|_, sum| !sum.is_zero());
    fault_if(booked != won, || case.fault(&format!("the ledger gives {booked:?}, the leaderboard {won:?}")))
}
