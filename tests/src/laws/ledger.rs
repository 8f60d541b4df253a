//! Laws of the ledger: nothing that was booked changes, nothing is booked twice, late news ends where timely news would have.
use super::own;
use crate::generate::{Case, Row, Seeds, Shape, Tables};
use referral_rules::base::{Instant, Number};
use referral_rules::diag::Code;
use referral_rules::evaluation::{Entry, StepWord};
use std::collections::{BTreeMap, BTreeSet};

/// The ledger as of an earlier moment is a prefix of that as of a later one, every field of every entry the same.
///
/// # Errors
/// Where it is not.
pub fn prefix(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let mut earlier: Option<(Instant, Vec<Entry>)> = None;
    for moment in case.some_moments(&book, &mut own(seeds), 7) {
        let ledger: Vec<Entry> = case.evaluate(&book, moment)?.ledger().collect();
        if let Some((before, entries)) = &earlier {
            let same = entries.iter().zip(&ledger).take_while(|(left, right)| left == right).count();
            if same < entries.len() {
                let (left, right) = (entries.get(same), ledger.get(same));
                let message = format!("as of {before} line {same} is {left:#?}\nas of {moment} it is {right:#?}");
                return Err(case.fault(&message));
            }
            if let Some(entry) = ledger.get(same..).unwrap_or_default().iter().find(|entry| entry.booked_at <= *before)
            {
                return Err(case.fault(&format!("as of {moment}, new since {before}, but booked before: {entry:#?}")));
            }
        }
        earlier = Some((moment, ledger));
    }
    Ok(())
}

/// With the ledger as of an earlier moment given as booked, exactly the entries that came since are new.
///
/// # Errors
/// Where they are not.
pub fn booked_ledger(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let mut draw = own(seeds);
    let moments = case.some_moments(&book, &mut draw, 3);
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return Ok(()) };
    let before: Vec<Entry> = case.evaluate(&book, *first)?.ledger().collect();
    let all: Vec<Entry> = case.evaluate(&book, *last)?.ledger().collect();
    let row = |entry: &Entry| -> Row {
        [("id".to_owned(), entry.id.clone()), ("amount".to_owned(), entry.amount.to_string())].into()
    };
    let tables = Tables { booked: Some(before.iter().map(row).collect()), ..case.tables.clone() };
    let with_booked = case.book_of(&tables);
    let evaluation = case.evaluate(&with_booked, *last)?;
    let new: Vec<Entry> = evaluation.entries().collect();
    let expected: Vec<Entry> = all.iter().skip(before.len()).cloned().collect();
    if new != expected {
        let ids = |entries: &[Entry]| entries.iter().map(|entry| entry.id.clone()).collect::<Vec<_>>();
        let message = format!("booked as of {first}, new as of {last}: {:?}, not {:?}", ids(&new), ids(&expected));
        return Err(case.fault(&message));
    }
    let odd = |code: Code| matches!(code, Code::BookedDiffers | Code::BookedUnknown);
    match evaluation.findings().iter().find(|finding| odd(finding.code)) {
        Some(finding) => Err(case.fault(&format!("booked as of {first}, as of {last}: {finding:?}"))),
        None => Ok(()),
    }
}

/// No two entries share an id, and no two events a grant; the id is the grant's and a sequence from 1 on without a gap; an id means the same when more
/// facts are known.
///
/// # Errors
/// Where that is not so.
pub fn ids_are_unique_and_stable(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let mut meaning: BTreeMap<String, (String, String, String)> = BTreeMap::new();
    for moment in case.some_moments(&book, &mut own(seeds), 3) {
        let evaluation = case.evaluate(&book, moment)?;
        let (mut seen, mut granted) = (BTreeSet::new(), BTreeSet::new());
        let mut sequences: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in evaluation.ledger() {
            if !seen.insert(entry.id.clone()) {
                return Err(case.fault(&format!("as of {moment} two entries have the id {}", entry.id)));
            }
            sequences.entry(entry.grant.clone()).or_default().insert(entry.id.clone());
            let given = !entry.correction && entry.reversal.is_empty();
            let first = given && entry.steps.iter().all(|step| step.step != StepWord::Released);
            if first && !granted.insert(entry.grant.clone()) {
                return Err(case.fault(&format!("as of {moment} two events share the grant {}", entry.grant)));
            }
            let says = (entry.rule.clone(), entry.referral.clone(), format!("{:?}", entry.event));
            let before = meaning.entry(entry.id.clone()).or_insert_with(|| says.clone());
            if *before != says {
                return Err(case.fault(&format!("{} means {before:?}, later {says:?}", entry.id)));
            }
        }
        for (grant, found) in &sequences {
            let expected = (1..=found.len()).map(|sequence| format!("{grant}/{sequence}"));
            if *found != expected.collect() {
                return Err(case.fault(&format!("the entries of {grant} are not numbered from 1 on: {found:?}")));
            }
        }
    }
    Ok(())
}

/// What every grant comes to as of a moment.
fn sums(entries: impl Iterator<Item = Entry>) -> BTreeMap<(String, String), Number> {
    let mut out: BTreeMap<(String, String), Number> = BTreeMap::new();
    for entry in entries {
        let amount = Number::parse(&entry.amount.to_string()).unwrap_or(Number::ZERO);
        let sum = out.entry((entry.grant, entry.unit)).or_insert(Number::ZERO);
        *sum = sum.checked_add(amount).unwrap_or(Number::ZERO);
    }
    out.retain(|_, sum| !sum.is_zero());
    out
}

/// The rows that are known as of a moment, as if the host had recorded each at once.
fn on_time(case: &Case, as_of: Instant) -> Tables {
    let mut tables = case.known_at(as_of);
    for row in tables.referrals.iter_mut().chain(&mut tables.events) {
        row.retain(|column, _| !column.ends_with("recorded_at"));
    }
    tables
}

/// Late news ends where timely news would have: every grant comes to the same.
///
/// # Errors
/// Where it does not.
pub fn late_news_converges(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape { conflicts: false, ..Shape::ALL })?;
    let book = case.book();
    for moment in case.some_moments(&book, &mut own(seeds), 3) {
        let late = sums(case.evaluate(&book, moment)?.ledger());
        let timely_book = case.book_of(&on_time(&case, moment));
        let timely = sums(case.evaluate(&timely_book, moment)?.ledger());
        if late != timely {
            let message = format!("as of {moment} the grants come to {late:#?}\non time they come to {timely:#?}");
            return Err(case.fault(&message));
        }
    }
    Ok(())
}
