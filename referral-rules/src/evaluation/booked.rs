//! The ledger that the host has booked: what it has is not given again; where the recomputed past differs is a finding, and
//! one correcting entry per grant makes the sum right.
use super::Evaluation;
use crate::base::{Number, Rounding, index, position};
use crate::book::Finding;
use crate::diag::Code;
use crate::stage::schedule::rule;
use crate::stage::timeline::EntryRow;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// What was booked of a grant: amounts by sequence, `None` where copies contradict each other.
type BookedGrant = BTreeMap<u32, Option<Number>>;

/// Decides which rows of the ledger are new to the host. Of a grant that was booked otherwise the ledger shows what was
/// booked, and the entry that makes up the difference.
pub fn reconcile(evaluation: &mut Evaluation<'_>) {
    let Some(booked) = &evaluation.book.booked else {
        return;
    };
    let mut booked_of: FxHashMap<&str, BookedGrant> = FxHashMap::default();
    for entry in booked {
        if let Some((grant, sequence)) = entry.id.rsplit_once('/') {
            if let Ok(sequence) = sequence.parse::<u32>() {
                booked_of.entry(grant).or_default().insert(sequence, entry.amount);
            }
        }
    }
    let mut rows_of: BTreeMap<String, Vec<EntryRow>> = BTreeMap::new();
    for row in evaluation.ledger_rows() {
        rows_of.entry(evaluation.grant_id(row)).or_default().push(*row);
    }
    let mut findings = Vec::new();
    let mut ledger: Vec<(EntryRow, bool)> = Vec::with_capacity(evaluation.timeline.len());
    for (grant, mut rows) in rows_of {
        let Some(booked) = booked_of.remove(grant.as_str()) else {
            ledger.extend(rows.into_iter().map(|row| (row, true)));
            continue;
        };
        rows.sort_by_key(|row| row.sequence);
        let contradicts = booked.values().any(Option::is_none);
        let agrees = booked.iter().all(|(sequence, amount)| {
            rows.iter().any(|row| row.sequence == *sequence && Some(evaluation.amount(row).to_number()) == *amount)
        });
        if agrees || contradicts {
            // What contradicts itself is left alone until the host has resolved it.
            let is_new = |row: &EntryRow| agrees && !booked.contains_key(&row.sequence);
            ledger.extend(rows.into_iter().map(|row| (row, is_new(&row))));
        } else {
            differing(evaluation, &grant, &rows, &booked, &mut ledger, &mut findings);
        }
    }
    unknown_grants(evaluation, &booked_of, &mut findings);
    ledger.sort_by(|(left, _), (right, _)| left.order(right));
    let rows = 0..position(ledger.len());
    evaluation.fresh = Some(rows.zip(&ledger).filter(|(_, (_, is_new))| *is_new).map(|(at, _)| at).collect());
    evaluation.timeline.replace(ledger.into_iter().map(|(row, _)| row).collect());
    evaluation.findings.extend(findings);
}

/// A grant whose booked past differs from the recomputed one: its booked entries, and one that makes the sum right.
fn differing(
    evaluation: &Evaluation<'_>,
    grant: &str,
    rows: &[EntryRow],
    booked: &BookedGrant,
    ledger: &mut Vec<(EntryRow, bool)>,
    findings: &mut Vec<Finding>,
) {
    let Some(last) = rows.last() else { return };
    let unit = &rule(evaluation.program, last).1.unit;
    let right: i128 = rows.iter().map(|row| i128::from(row.amount)).fold(0, i128::saturating_add);
    let in_unit = |minor: i128| Number::from_scaled(minor, unit.digits()).unwrap_or(Number::ZERO);
    let mut sum: Option<i128> = Some(0);
    for (sequence, amount) in booked {
        let minor = amount.and_then(|amount| Rounding::default().settle(amount, unit.digits()));
        let template = rows.iter().find(|row| row.sequence == *sequence);
        let same = template.is_some_and(|row| Some(row.amount) == minor);
        let row = template.unwrap_or(last);
        let steps = if same { row.steps } else { (0, 0) };
        ledger.extend(minor.map(|amount| (EntryRow { amount, sequence: *sequence, steps, ..*row }, false)));
        sum = sum.zip(minor).and_then(|(sum, minor)| sum.checked_add(i128::from(minor)));
    }
    findings.push(Finding {
        code: Code::BookedDiffers,
        table: "booked",
        id: grant.to_owned(),
        column: "amount".to_owned(),
        message: format!(
            "booked were {} {unit}, recomputed are {} {unit}",
            sum.map_or_else(|| "amounts that do not fit".to_owned(), |sum| in_unit(sum).to_string()),
            in_unit(right),
        ),
        help: "a correcting entry makes up the difference; look at what changed in the past rows or in the document"
            .to_owned(),
        row: 0,
        known: i64::MIN,
    });
    let missing = sum.and_then(|sum| right.checked_sub(sum)).and_then(|missing| i64::try_from(missing).ok());
    let Some(amount) = missing.filter(|missing| *missing != 0) else { return };
    let sequence = booked.keys().next_back().copied().unwrap_or(0).max(last.sequence).saturating_add(1);
    let booked_at = evaluation.as_of.0;
    ledger.push((EntryRow { amount, sequence, correction: true, booked_at, steps: (0, 0), ..*last }, true));
}

/// Whether an id is about a referral of this book under this program: then its ledger must know it. What belongs to other
/// referrals is none of this run's business; what belongs to no referral at all is.
fn is_ours(evaluation: &Evaluation<'_>, id: &str) -> bool {
    let prefix = format!("{}/", evaluation.program.id);
    let referral = id.strip_prefix(&prefix).and_then(|rest| rest.split('/').nth(1));
    referral.is_none_or(|referral| knows(evaluation, referral))
}

/// Whether the referral, as an entry's id writes it, is known as of the answer's moment.
fn knows(evaluation: &Evaluation<'_>, referral: &str) -> bool {
    let row = evaluation.book.referral(&referral.replace("%2F", "/").replace("%25", "%"));
    row.and_then(|row| evaluation.book.referrals.known.get(index(row)))
        .is_some_and(|known| *known <= evaluation.as_of.0)
}

/// Confirmations of entries that the ledger does not know.
pub fn report_unknown_entries(evaluation: &mut Evaluation<'_>) {
    if evaluation.book.confirmations.is_empty() {
        return;
    }
    let known: FxHashSet<String> = evaluation.ledger_rows().iter().map(|row| evaluation.entry_id(row)).collect();
    let stored: FxHashSet<&str> = evaluation.book.booked.iter().flatten().map(|entry| entry.id.as_str()).collect();
    let findings: Vec<Finding> = evaluation
        .book
        .confirmations
        .iter()
        .filter(|one| one.known <= evaluation.as_of.0)
        .filter(|one| !known.contains(&one.entry) && !stored.contains(one.entry.as_str()))
        .filter(|one| is_ours(evaluation, &one.entry))
        .map(|one| Finding {
            code: Code::UnknownEntry,
            table: "confirmations",
            id: one.entry.clone(),
            column: "entry".to_owned(),
            message: "there is no such entry in the ledger".to_owned(),
            help: "give the entry's id as the ledger has it".to_owned(),
            row: 0,
            known: i64::MIN,
        })
        .collect();
    evaluation.findings.extend(findings);
}

/// Booked grants of this book's referrals that the recomputed past does not know.
fn unknown_grants(evaluation: &Evaluation<'_>, booked: &FxHashMap<&str, BookedGrant>, findings: &mut Vec<Finding>) {
    let prefix = format!("{}/", evaluation.program.id);
    for (grant, entries) in booked {
        let referral = grant.strip_prefix(&prefix).and_then(|rest| rest.split('/').nth(1));
        let Some(referral) = referral else { continue };
        let sum = entries.values().try_fold(Number::ZERO, |sum, amount| sum.checked_add((*amount)?));
        if knows(evaluation, referral) && sum != Some(Number::ZERO) {
            findings.push(Finding {
                code: Code::BookedUnknown,
                table: "booked",
                id: (*grant).to_owned(),
                column: String::new(),
                message: "the grant is booked, but the recomputed past does not know it".to_owned(),
                help: "look at what changed in the past rows or in the document; it is left as it is".to_owned(),
                row: 0,
                known: i64::MIN,
            });
        }
    }
}
