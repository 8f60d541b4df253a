//! Laws of bad input: whatever the host gives, there is an answer, and what is wrong is reported.
use crate::generate::{Choices, Draw, Row, Seeds, Shape, Tables};
use referral_rules::base::Instant;
use referral_rules::program::{Notation, Program, SourceText};
use std::collections::BTreeSet;

/// Every referral with an id and a moment is decided once it is known.
///
/// # Errors
/// Which is not.
pub fn every_referral_is_decided(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let Some(as_of) = case.moments(&book).last().copied() else { return Ok(()) };
    let evaluation = case.evaluate(&book, as_of)?;
    let mut decided = BTreeSet::new();
    for decision in evaluation.decisions() {
        if !decided.insert(decision.referral.clone()) {
            return Err(case.fault(&format!("{} is decided twice", decision.referral)));
        }
        if evaluation.decision(&decision.referral).as_ref() != Some(&decision) {
            return Err(case.fault(&format!("{} asked alone is decided otherwise", decision.referral)));
        }
    }
    let given: BTreeSet<String> = case.tables.referrals.iter().filter_map(|row| row.get("id").cloned()).collect();
    if decided == given { Ok(()) } else { Err(case.fault(&format!("{decided:?} are decided"))) }
}

/// What may stand where it should not.
const JUNK: [&str; 16] = [
    "\u{0}",
    "99999999999999999999999999999999999999",
    "-1",
    "1e400",
    "nan",
    "\"",
    "[[[[[[[[[[[[[[[[",
    "((((((((((((((((",
    "{ a = { a = { a = {",
    "\u{feff}",
    "é\u{301}\u{202e}",
    "9999-12-31",
    "36500 years",
    "\n[[reward]]\n",
    "''' ",
    "!!!!!!!!!!!!!!!!!!!!!!!!!!",
];

/// Changes some bytes of a text, at places and in ways that the choices tell.
fn damaged(text: &str, choices: &Choices) -> Vec<u8> {
    let mut draw = Draw::new(choices);
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..draw.below(4).saturating_add(1) {
        // Two choices: documents are longer than one can reach evenly.
        let at = draw.below(bytes.len().saturating_add(1)).wrapping_mul(7).checked_rem(bytes.len().max(1)).unwrap_or(0);
        let how = draw.below(8);
        let junk = JUNK.get(draw.below(JUNK.len())).copied().unwrap_or_default();
        let width = draw.below(30);
        let end = at.saturating_add(width).min(bytes.len());
        match how {
            0 => {
                bytes.splice(at..end, []);
            }
            1 | 2 => {
                bytes.splice(at..end, junk.bytes());
            }
            3 => bytes.truncate(at),
            4 => {
                let piece: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, piece);
            }
            5 => {
                bytes.splice(at..at, junk.repeat(200).into_bytes());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1_u8 << (width % 8);
                }
            }
        }
    }
    bytes
}

/// A damaged document compiles, or there is a diagnostic; either way there is an answer.
///
/// # Errors
/// Where there is neither.
pub fn damaged_documents(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let Some(version) = case.plan.versions.first() else { return Ok(()) };
    let choices = seeds.events.iter().chain([&seeds.header]);
    for choices in choices.take(6) {
        let bytes = damaged(&version.text, choices);
        let text = String::from_utf8_lossy(&bytes);
        for notation in [Notation::Toml, Notation::Json] {
            let source = SourceText { name: "damaged", text: &text, notation };
            match Program::from_sources(&[source]) {
                Err(faults) if faults.diagnostics.is_empty() || faults.to_string().is_empty() => {
                    return Err(format!("refused without a word:\n{text}"));
                }
                Err(_) => {}
                Ok((program, _)) => {
                    let book = referral_rules::book::Book::new(&program, &case.tables.given());
                    let far = Instant(case.moments(&book).last().map_or(0, |at| at.0));
                    if let Ok(evaluation) = referral_rules::evaluate(&program, &book, far, Default::default()) {
                        evaluation.fingerprint();
                    }
                }
            }
        }
    }
    Ok(())
}

/// Columns that cannot hold any text.
const TYPED: [&str; 9] =
    ["submitted_at", "at", "recorded_at", "sequence", "in_crm", "score", "seats", "referee.employees", "closed_at"];

fn damage(rows: &mut [Row], draw: &mut Draw<'_>) -> Option<String> {
    let at = draw.below(rows.len());
    let row = rows.get_mut(at)?;
    let column = row.keys().nth(draw.below(row.len()))?.clone();
    let junk = JUNK.get(draw.below(JUNK.len())).copied().unwrap_or_default();
    let cell = row.get_mut(&column)?;
    let how = draw.below(4);
    *cell = match how {
        0 => junk.to_owned(),
        1 => format!("{cell}{junk}"),
        2 => junk.repeat(70_000),
        _ => cell.chars().skip(1).collect(),
    };
    let wrong = how == 2 && TYPED.contains(&column.as_str());
    wrong.then_some(column)
}

/// A damaged cell is a finding, never a crash; the rest is still answered.
///
/// # Errors
/// Where that is not so.
pub fn damaged_tables(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let mut tables = case.tables.clone();
    let mut wrong: Vec<String> = Vec::new();
    let choices = seeds.blocks.iter().chain([&seeds.header]);
    for choices in choices.take(5) {
        let mut draw = Draw::new(choices);
        wrong.extend(damage(&mut tables.referrals, &mut draw));
        wrong.extend(damage(&mut tables.events, &mut draw));
        let accounts = tables.accounts.as_mut().and_then(|rows| damage(rows, &mut draw));
        wrong.extend(accounts);
    }
    let book = case.book_of(&tables);
    for column in wrong {
        let found = book.findings.iter().any(|finding| finding.column == column);
        // A later damage may have mended the cell, or the column may be unknown to the program.
        if !found && book.findings.is_empty() {
            return Err(case.fault(&format!("no finding about {column}\n{tables}")));
        }
    }
    for moment in [case.moments(&book).last().copied().unwrap_or(Instant(0)), Instant::MIN] {
        let evaluation = case.evaluate(&book, moment)?;
        evaluation.fingerprint();
        evaluation.balances();
        evaluation.payouts();
    }
    let csv: &[u8] = &damaged("id,referrer,submitted_at\nR-1,a0,2024-03-01\n\"R,2\",a1,2024-03-02\n", &seeds.header);
    let text = String::from_utf8_lossy(csv);
    if let Ok(table) = referral_rules::book::GivenTable::from_csv(&text) {
        let given = referral_rules::book::Given { referrals: table, ..case.tables.given() };
        let book = referral_rules::book::Book::new(&case.program, &given);
        case.evaluate(&book, Instant(0))?.fingerprint();
    }
    let _ = Tables::default();
    Ok(())
}
