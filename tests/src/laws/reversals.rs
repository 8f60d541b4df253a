//! Laws of what is taken back: never more than was given, all of it if all is meant, nothing twice.
use super::own;
use crate::generate::{Row, Seeds, Shape, VersionPlan};
use referral_rules::base::Number;
use referral_rules::evaluation::Entry;
use referral_rules::program::{Notation, Program, SourceText};
use referral_rules::{Options, evaluate};
use std::collections::BTreeMap;

/// What a grant came to by what was granted, and in all.
#[derive(Clone, Copy)]
struct Sums {
    granted: Number,
    all: Number,
}

fn sums(ledger: impl Iterator<Item = Entry>) -> BTreeMap<(String, String), Sums> {
    let mut out: BTreeMap<(String, String), Sums> = BTreeMap::new();
    for entry in ledger {
        let amount = Number::parse(&entry.amount.to_string()).unwrap_or(Number::ZERO);
        let none = Sums { granted: Number::ZERO, all: Number::ZERO };
        let of = out.entry((entry.grant, entry.unit)).or_insert(none);
        of.all = of.all.checked_add(amount).unwrap_or(Number::ZERO);
        if entry.reversal.is_empty() {
            of.granted = of.granted.checked_add(amount).unwrap_or(Number::ZERO);
        }
    }
    out
}

/// As of every moment no grant comes to less than nothing, unless its rule itself gave less than nothing.
///
/// # Errors
/// Which grant has.
pub fn no_more_than_was_given(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    for moment in case.some_moments(&book, &mut own(seeds), 4) {
        for ((grant, _), of) in sums(case.evaluate(&book, moment)?.ledger()) {
            if !of.granted.is_negative() && of.all.is_negative() {
                return Err(case.fault(&format!("as of {moment}, of {} of {grant} {} is left", of.granted, of.all)));
            }
        }
    }
    Ok(())
}

/// A last event that takes back all leaves nothing of any grant, however much was taken before, and whatever limits still put off; a
/// second one takes nothing.
///
/// # Errors
/// Of which grant something is left.
pub fn all_of_it_is_taken_back(seeds: &Seeds) -> Result<(), String> {
    const ALL: &str = "\n[[event]]\nkind = \"annulled\"\n[[reversal]]\nid = \"all-of-it\"\non = \"annulled\"\n";
    let case = seeds.case(&Shape { claims: false, conflicts: false, ..Shape::ALL })?;
    // Prizes are taken back only where they are named.
    let named = |version: &VersionPlan| {
        let rewards = version.rewards.iter().map(|reward| reward.id.as_str()).chain(["gold", "bronze"]);
        format!("rewards = {:?}\n", rewards.collect::<Vec<_>>())
    };
    let names = |version: &VersionPlan| if version.contest { named(version) } else { String::new() };
    let all = case.plan.versions.iter().map(|version| format!("{}{ALL}{}", version.text, names(version)));
    let texts: Vec<String> = all.collect();
    let named = case.plan.versions.iter().zip(&texts);
    let sources: Vec<SourceText<'_>> =
        named.map(|(version, text)| SourceText { name: &version.name, text, notation: Notation::Toml }).collect();
    let (program, _) = Program::from_sources(&sources).map_err(|faults| case.fault(&faults.to_string()))?;
    let mut tables = case.tables.clone();
    let at = "2040-01-01T00:00:00Z";
    for (number, row) in case.tables.referrals.iter().enumerate() {
        for again in 0..2 {
            let id = format!("annulled-{number}-{again}");
            let referral = row.get("id").cloned().unwrap_or_default();
            let cells = [("id", id), ("referral", referral), ("kind", "annulled".to_owned()), ("at", at.to_owned())];
            tables.events.push(cells.map(|(column, cell)| (column.to_owned(), cell)).into_iter().collect::<Row>());
        }
    }
    let book = referral_rules::book::Book::new(&program, &tables.given());
    let Some(last) = case.moments(&case.book()).last().copied() else { return Ok(()) };
    let later = referral_rules::base::Instant::parse("2045-01-01T00:00:00Z").unwrap_or(last).max(last);
    let evaluation =
        evaluate(&program, &book, later, Options { threads: 1 }).map_err(|fault| case.fault(&fault.to_string()))?;
    for ((grant, _), of) in sums(evaluation.ledger()) {
        if !of.granted.is_negative() && !of.all.is_zero() {
            return Err(case.fault(&format!("all of {} of {grant} is taken back, and {} is left", of.granted, of.all)));
        }
    }
    Ok(())
}
