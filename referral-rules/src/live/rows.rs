//! Rows of a book in the form of states, and the digests by which they are known again.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::forms::{CellForm, Row};
use crate::base::{Instant, Texts, hex, index};
use crate::book::{Book, NEVER};
use crate::expr::{Inputs, Value, Vector};
use crate::program::{Owner, Program};
use crate::stage::inputs::{FactsAt, ReferralRows};
use rustc_hash::FxHashSet;
use serde::Serializer;
use sha2::{Digest, Sha256};

/// A value as a cell; missing is no cell.
fn cell(value: &Value) -> Option<CellForm> {
    match value {
        Value::Missing | Value::Map(_) => None,
        Value::Bool(value) => Some(CellForm::B(*value)),
        Value::Int(value) | Value::Duration(value) => Some(CellForm::N(value.to_string())),
        Value::Decimal(value) => Some(CellForm::T(value.to_string())),
        Value::Text(text) => Some(CellForm::T(text.clone())),
        Value::Date(day) => Some(CellForm::T(day.to_string())),
        Value::Instant(at) => Some(CellForm::T(at.to_string())),
        Value::List(values) => Some(CellForm::L(values.iter().filter_map(cell).collect())),
    }
}

fn text(row: &mut Row, column: &str, text: &str) {
    row.insert(column.to_owned(), CellForm::T(text.to_owned()));
}

fn moment(row: &mut Row, column: &str, at: i64) {
    text(row, column, &Instant(at).to_string());
}

/// A referral as a row: with the facts of its parties as they are read now, unless their accounts have histories.
pub fn referral_row(program: &Program, book: &Book, referral: u32) -> Row {
    let table = &book.referrals;
    let at = index(referral);
    let mut row = Row::new();
    text(&mut row, "id", book.text(table.id[at]));
    text(&mut row, "referrer", book.text(table.referrer[at]));
    if table.referee_given[at] {
        text(&mut row, "referee", book.text(table.referee[at]));
    }
    moment(&mut row, "submitted_at", table.submitted_at[at]);
    moment(&mut row, "recorded_at", table.known[at]);
    let rows = [referral];
    let inputs = ReferralRows { program, book, rows: &rows, facts_at: FactsAt::Submission };
    for (number, fact) in program.facts.iter().enumerate().filter(|(_, fact)| fact.owner != Owner::Event) {
        // What stands with an account that has a history may be another later.
        let own = table.facts.get(number).and_then(Option::as_ref);
        if book.accounts.history.is_some() && own.is_none_or(|own| !own.is_valid(at)) {
            continue;
        }
        let mut vector = Vector::new(fact.kind.class());
        let mut texts = Texts::new(&book.texts);
        inputs.load(fact.slot, &mut vector, &mut texts);
        if vector.status.first().is_some_and(|status| status.is_ok()) {
            let value = vector.value(0, &fact.kind, &texts);
            row.extend(cell(&value).map(|cell| (fact.column.clone(), cell)));
        }
    }
    row
}

/// A host's event as a row.
pub fn event_row(program: &Program, book: &Book, event: u32) -> Row {
    let events = &book.events;
    let at = index(event);
    let mut row = Row::new();
    text(&mut row, "id", book.text(events.id[at]));
    text(&mut row, "referral", book.text(book.referrals.id[index(events.referral[at])]));
    text(&mut row, "kind", program.kind_word(events.kind[at]));
    moment(&mut row, "at", events.at[at]);
    moment(&mut row, "recorded_at", events.known[at]);
    if events.sequence[at] != NEVER {
        row.insert("sequence".to_owned(), CellForm::N(events.sequence[at].to_string()));
    }
    for (fact, column) in program.facts.iter().zip(&events.facts) {
        let Some(column) = column.as_ref().filter(|column| column.is_valid(at)) else { continue };
        let value = column.value(at, &fact.kind, &book.texts);
        row.extend(cell(&value).map(|cell| (fact.column.clone(), cell)));
    }
    row
}

/// A digest of what a row says; when it was recorded is no part of that.
pub fn content(row: &Row) -> String {
    digest(row, |_| true)
}

/// The digest of a referral's own row: facts that stand on the account are no part of it.
pub fn own_content(program: &Program, book: &Book, referral: u32, row: &Row) -> String {
    let mut of_accounts: FxHashSet<&str> = FxHashSet::default();
    for (number, fact) in program.facts.iter().enumerate() {
        let own = book.referrals.facts.get(number).and_then(Option::as_ref);
        if own.is_none_or(|own| !own.is_valid(index(referral))) {
            of_accounts.insert(&fact.column);
        }
    }
    digest(row, |column| !of_accounts.contains(column))
}

fn digest(row: &Row, is_part: impl Fn(&str) -> bool) -> String {
    let parts = row.iter().filter(|(column, _)| *column != "recorded_at" && is_part(column));
    let mut bytes = Vec::new();
    // Texts and lists of them under text keys: writing them as JSON cannot fail.
    let _ = serde_json::Serializer::new(&mut bytes).collect_map(parts);
    hex(Sha256::digest(bytes).get(..16).unwrap_or_default())
}
