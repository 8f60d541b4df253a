//! Laws of what must not matter: the order of rows, rows that come again, threads, other referrers, the century.
use crate::generate::{Case, Choices, Row, Seeds, Shape, Tables, shuffled};
use referral_rules::base::{Day, Instant, MICROS_PER_DAY};
use referral_rules::book::{Book, Finding};
use referral_rules::evaluation::{Entry, Evaluation};
use referral_rules::{Options, evaluate};
use std::collections::BTreeSet;

/// The rows in another order, some of them twice.
fn arrive(rows: &[Row], choices: &Choices) -> Vec<Row> {
    let twice = choices.first().copied().map_or(0, usize::from) % 3;
    let order = shuffled(choices, rows.len());
    let again = order.iter().filter(|at| *at % 3 < twice);
    order.iter().chain(again).filter_map(|at| rows.get(*at).cloned()).collect()
}

fn without_rows(findings: &[Finding]) -> BTreeSet<Finding> {
    findings.iter().map(|finding| Finding { row: 0, known: 0, ..finding.clone() }).collect()
}

/// Two answers that must be the same.
fn same(case: &Case, how: &str, left: &Evaluation<'_>, right: &Evaluation<'_>) -> Result<(), String> {
    let (reports, others) = (super::reports(left), super::reports(right));
    if left.fingerprint() == right.fingerprint() {
        let message = || case.fault(&format!("{how}: as of {} other reports\n{reports}\n--\n{others}", left.as_of));
        return if reports == others { Ok(()) } else { Err(message()) };
    }
    let decisions = left.decisions().zip(right.decisions()).find(|(left, right)| left != right);
    let entries = left.ledger().zip(right.ledger()).find(|(left, right)| left != right);
    let positions = left.positions().into_iter().zip(right.positions()).find(|(left, right)| left != right);
    let mut message =
        format!("{how}: as of {} another fingerprint\n{decisions:#?}\n{entries:#?}\n{positions:#?}", left.as_of);
    if without_rows(left.findings()) != without_rows(right.findings()) {
        message.push_str(&format!("\n{:#?}\n{:#?}", left.findings(), right.findings()));
    }
    Err(case.fault(&message))
}

/// Shuffled rows, rows that come again and the number of threads change nothing.
///
/// # Errors
/// What they change.
pub fn arrival_does_not_matter(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let tables = Tables {
        accounts: case.tables.accounts.as_ref().map(|rows| arrive(rows, &seeds.header)),
        referrals: arrive(&case.tables.referrals, &seeds.header),
        events: arrive(&case.tables.events, &seeds.header),
        ..Tables::default()
    };
    let other = case.book_of(&tables);
    let all = case.moments(&book);
    let middle = all.get(all.len() / 2);
    for moment in middle.into_iter().chain(all.last()) {
        let first = case.evaluate(&book, *moment)?;
        same(&case, &format!("other rows\n{tables}"), &first, &case.evaluate(&other, *moment)?)?;
        for threads in [2, 3] {
            let run = |book| evaluate(&case.program, book, *moment, Options { threads });
            let threaded = run(&book).map_err(|fault| case.fault(&fault.to_string()))?;
            same(&case, &format!("{threads} threads"), &first, &threaded)?;
        }
    }
    Ok(())
}

/// What is recorded later than the moment of an answer changes nothing in it: it might as well not be there.
///
/// # Errors
/// What it changes.
pub fn what_is_recorded_later_does_not_matter(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let mut draw = super::own(seeds);
    for moment in case.some_moments(&book, &mut draw, 3) {
        let tables = case.known_at(moment);
        let other = case.book_of(&tables);
        let how = format!("without what is recorded later\n{tables}");
        same(&case, &how, &case.evaluate(&book, moment)?, &case.evaluate(&other, moment)?)?;
    }
    Ok(())
}

/// Without claims and limits over several referrers, what others do changes nothing for a referrer.
///
/// # Errors
/// What it changes.
pub fn other_referrers_do_not_matter(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape { claims: false, program_wide: false, conflicts: false, ..Shape::ALL })?;
    let whole = case.book();
    let Some(as_of) = case.moments(&whole).last().copied() else { return Ok(()) };
    let ledger: Vec<Entry> = case.evaluate(&whole, as_of)?.ledger().collect();
    for referrer in ["a0", "a1"] {
        let mut tables = case.tables.clone();
        tables.referrals.retain(|row| row.get("referrer").is_some_and(|found| found == referrer));
        let ids: BTreeSet<&String> = tables.referrals.iter().filter_map(|row| row.get("id")).collect();
        let about = |row: &Row| row.get("referral").is_some_and(|found| ids.contains(found));
        tables.events = case.tables.events.iter().filter(|row| about(row)).cloned().collect();
        let alone = case.book_of(&tables);
        let found: Vec<Entry> = case.evaluate(&alone, as_of)?.ledger().collect();
        let expected: Vec<Entry> = ledger.iter().filter(|entry| ids.contains(&entry.referral)).cloned().collect();
        if found != expected {
            let message = format!("{referrer} alone as of {as_of}: {found:#?}\namong others: {expected:#?}");
            return Err(case.fault(&message));
        }
    }
    Ok(())
}

/// The calendar comes back after 400 years, days of the week included.
const DAYS_OF_400_YEARS: i64 = 146_097;

fn later(entry: Entry) -> Entry {
    let instant = |at: Instant| Instant(at.0.saturating_add(DAYS_OF_400_YEARS.saturating_mul(MICROS_PER_DAY)));
    let day = |day: Day| day.checked_add_days(DAYS_OF_400_YEARS).unwrap_or(day);
    // A prize is named by the last day of its period.
    let id = |id: &String| match id
        .split_once("/contest@")
        .and_then(|(before, rest)| Some((before, rest.split_at_checked(10)?)))
    {
        Some((before, (last, rest))) => {
            let last = Day::parse(last).map(day).map_or_else(|_| last.to_owned(), |last| last.to_string());
            format!("{before}/contest@{last}{rest}")
        }
        None => id.clone(),
    };
    Entry {
        id: id(&entry.id),
        grant: id(&entry.grant),
        earned_at: instant(entry.earned_at),
        booked_at: instant(entry.booked_at),
        payable_on: day(entry.payable_on),
        due_on: entry.due_on.map(day),
        notify_by: entry.notify_by.map(instant),
        ..entry
    }
}

/// Everything 400 years later gives the same ledger, 400 years later.
///
/// # Errors
/// Where it does not.
pub fn shifted_by_400_years(seeds: &Seeds) -> Result<(), String> {
    let shape = Shape { utc: true, ..Shape::ALL };
    let case = seeds.case(&shape)?;
    let shifted = seeds.case(&Shape { shift_days: DAYS_OF_400_YEARS, ..shape })?;
    let (book, shifted_book): (Book, Book) = (case.book(), shifted.book());
    let moments = case.moments(&book);
    let Some(as_of) = moments.last() else { return Ok(()) };
    let as_of_shifted = Instant(as_of.0.saturating_add(DAYS_OF_400_YEARS.saturating_mul(MICROS_PER_DAY)));
    let expected: Vec<Entry> = case.evaluate(&book, *as_of)?.ledger().map(later).collect();
    let found: Vec<Entry> = shifted.evaluate(&shifted_book, as_of_shifted)?.ledger().collect();
    if found == expected {
        return Ok(());
    }
    let pair = found.iter().zip(&expected).find(|(left, right)| left != right);
    Err(case.fault(&format!("{} entries 400 years later, {} expected\n{pair:#?}", found.len(), expected.len())))
}
