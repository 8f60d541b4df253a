//! The law of limits, computed from entries alone: what was granted never exceeds what a limit allows.
use crate::generate::{Case, LimitPlan, Row, Seeds, Shape};
use referral_rules::base::{Day, Number, Period};
use referral_rules::evaluation::Entry;
use std::collections::BTreeMap;

/// One part of a limit's keys for an entry: several when several campaigns touched it, `None` when it cannot be told here.
fn key_parts(case: &Case, per: &str, entry: &Entry) -> Option<Vec<String>> {
    let find = |rows: &[Row], id: &str| rows.iter().find(|row| row.get("id").is_some_and(|found| found == id)).cloned();
    let referral = find(&case.tables.referrals, &entry.referral)?;
    let cell = |row: &Row, column: &str| row.get(column).cloned().unwrap_or_default();
    Some(match per {
        "program" => vec![String::new()],
        "referrer" => vec![cell(&referral, "referrer")],
        "referee" => vec![referral.get("referee").cloned().unwrap_or_else(|| entry.referral.clone())],
        "referral" => vec![entry.referral.clone()],
        "reward" => vec![entry.rule.clone()],
        "campaign" => entry.campaigns.clone(),
        "referral.channel" => vec![cell(&referral, "channel")],
        // An event that stands on the referral's row, and one that the clock made, has no plan.
        "event.plan" => {
            vec![find(&case.tables.events, &entry.event.id).map(|row| cell(&row, "plan")).unwrap_or_default()]
        }
        _ => return None,
    })
}

/// Every combination of the key's parts.
fn keys(case: &Case, limit: &LimitPlan, entry: &Entry) -> Option<Vec<String>> {
    let mut out = vec![String::new()];
    for per in &limit.per {
        let parts = key_parts(case, per, entry)?;
        out = out.iter().flat_map(|key| parts.iter().map(move |part| format!("{key}/{part}"))).collect();
    }
    Some(out)
}

fn covers(limit: &LimitPlan, version: &crate::generate::VersionPlan, entry: &Entry) -> bool {
    version.reward(&entry.rule).is_some_and(|reward| limit.covers(reward))
        && (limit.campaigns.is_empty() || limit.campaigns.iter().any(|campaign| entry.campaigns.contains(campaign)))
        && limit.kind.is_none_or(|kind| entry.event.kind == kind)
}

/// For every limit, period and key, what was granted in a book that is on time does not exceed the bound.
///
/// # Errors
/// Which limit does not hold.
pub fn limits_hold(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape { late: false, conflicts: false, faults: false, ..Shape::ALL })?;
    let book = case.book();
    let Some(as_of) = case.moments(&book).last().copied() else { return Ok(()) };
    let evaluation = case.evaluate(&book, as_of)?;
    let mut drawn: BTreeMap<(String, String, String), Vec<(Day, i64)>> = BTreeMap::new();
    let mut bounds: BTreeMap<String, i64> = BTreeMap::new();
    for limit in case.plan.versions.iter().flat_map(|version| &version.limits) {
        let bound = bounds.entry(limit.id.clone()).or_default();
        *bound = (*bound).max(limit.at_most_minor());
    }
    let mut once: BTreeMap<(String, String), String> = BTreeMap::new();
    for entry in evaluation.ledger() {
        // By its name the plan gives it once per referral.
        if entry.rule.ends_with("-f") && entry.rule.starts_with('o') {
            let first = once.entry((entry.rule.clone(), entry.referral.clone())).or_insert_with(|| entry.grant.clone());
            if *first != entry.grant {
                return Err(case.fault(&format!("given once more: {entry:#?}")));
            }
        }
        if entry.correction {
            return Err(case.fault(&format!("a correction in a book that is on time: {entry:#?}")));
        }
        let minor = minor(&entry);
        let Some(version) = case.plan.versions.iter().find(|version| version.name == entry.version) else {
            return Err(case.fault(&format!("an entry of no version: {entry:#?}")));
        };
        // What is taken back is drawn under the keys of the event that granted, which cannot be told here.
        if !entry.reversal.is_empty() {
            continue;
        }
        let told =
            |limit: &&LimitPlan| !(limit.gives_room && case.plan.versions.iter().any(|version| version.reverses));
        let counts = |limit: &&LimitPlan| (minor > 0 || minor < 0 && limit.gives_room) && told(limit);
        for limit in version.limits.iter().filter(counts).filter(|limit| covers(limit, version, &entry)) {
            let Some(keys) = keys(&case, limit, &entry) else { continue };
            let day = case.plan.zone.day_of(entry.booked_at);
            for key in keys {
                let of = drawn.entry((limit.id.clone(), limit.in_each.to_owned(), key)).or_default();
                of.push((day, if limit.unit == "grants" { 1 } else { minor }));
            }
        }
    }
    // Of a rolling window what is taken back may be out before what it gave room to.
    let limits = || case.plan.versions.iter().flat_map(|version| &version.limits);
    let rolls = |id: &str| limits().any(|limit| limit.id == id && limit.gives_room && limit.in_each.ends_with("days"));
    for ((limit, in_each, key), amounts) in drawn.iter().filter(|((limit, ..), _)| !rolls(limit)) {
        let bound = bounds.get(limit).copied().unwrap_or_default();
        let period = Period::parse(in_each).unwrap_or_default();
        for (day, _) in amounts {
            let within = |other: Day| match period {
                Period::Lifetime => true,
                Period::Rolling { days } => other <= *day && day.days_since(other) < i64::from(days),
                _ => period.first_day(other) == period.first_day(*day),
            };
            let sum =
                amounts.iter().filter(|(day, _)| within(*day)).fold(0_i64, |sum, (_, one)| sum.saturating_add(*one));
            if sum > bound {
                let message = format!("the limit {limit} for {key} on {day} allows {bound}, granted were {sum}");
                let ledger: Vec<Entry> = evaluation.ledger().collect();
                return Err(case.fault(&format!("{message}\n{ledger:#?}")));
            }
        }
    }
    Ok(())
}

fn minor(entry: &Entry) -> i64 {
    let scale = Number::from_scaled(1, crate::generate::digits(&entry.unit)).unwrap_or(Number::ONE);
    let amount = Number::parse(&entry.amount.to_string());
    amount.and_then(|amount| amount.checked_div(scale)).and_then(Number::to_i64).unwrap_or(i64::MAX)
}
