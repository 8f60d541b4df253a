//! Which states the news touches, and the small book made of them.
use super::forms::CellForm;
use super::forms::{EventBody, HistoryBody, ReferralBody, Row, ScopeBody};
use super::histories::Histories;
use super::key::{Key, States, open};
use crate::book::{Cell, Given, GivenTable, Values, has_history};
use crate::program::{Program, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// The states that the host handed in, opened.
#[derive(Default)]
pub struct Opened {
    /// Events that were taken in.
    pub events: BTreeMap<String, EventBody>,
    /// Referrals.
    pub referrals: BTreeMap<String, Box<ReferralBody>>,
    /// Scopes.
    pub scopes: BTreeMap<Key, Box<ScopeBody>>,
    /// The histories of accounts, those of the news and the parties of referrals.
    pub histories: Histories,
}

/// What a step cannot go on without.
#[derive(Default)]
pub struct Wanted {
    /// States that the host did not hand in.
    pub states: BTreeSet<Key>,
    /// Keys whose state cannot be opened, or whose past must be gone through again.
    pub history: BTreeSet<Key>,
}

impl Wanted {
    /// The state under a key; asks for it, or for history, where there is none to be had.
    pub fn open<T: for<'de> serde::Deserialize<'de>>(
        &mut self,
        program: &Program,
        states: &States,
        key: Key,
    ) -> Option<T> {
        match states.get(&key) {
            None => {
                self.states.insert(key);
                None
            }
            Some(None) => None,
            Some(Some(state)) => {
                let body = open(program, state);
                if body.is_none() {
                    self.history.insert(key);
                }
                body
            }
        }
    }
}

/// A cell as text, whatever its type.
fn word(values: &Values, row: usize) -> Option<String> {
    match values {
        Values::Cells(cells) => match cells.get(row)? {
            Cell::Raw(text) | Cell::Text(text) | Cell::Number(text) => {
                Some(text.clone()).filter(|text| !text.is_empty())
            }
            _ => None,
        },
        Values::Int(values) => values.get(row).copied().flatten().map(|value| value.to_string()),
        Values::Text(values) => values.get(row).cloned().flatten(),
        Values::Dictionary(positions, words) => {
            words.get(crate::base::index(positions.get(row).copied().flatten()?)).cloned()
        }
        Values::Packed(packed) => word(&packed.rows_unpacked(row..row.saturating_add(1)), 0),
        _ => None,
    }
}

/// A cell of a column as text.
pub fn text(table: &GivenTable, column: &str, row: usize) -> Option<String> {
    word(table.columns.get(column)?, row)
}

fn form(cell: &Cell) -> Option<CellForm> {
    match cell {
        Cell::Missing | Cell::Unusable(_) => None,
        Cell::Raw(text) => Some(CellForm::R(text.clone())),
        Cell::Text(text) => Some(CellForm::T(text.clone())),
        Cell::Number(text) => Some(CellForm::N(text.clone())),
        Cell::Bool(value) => Some(CellForm::B(*value)),
        Cell::List(values) => Some(CellForm::L(values.iter().filter_map(form).collect())),
    }
}

/// A row of a given table in the form of states.
pub fn row(table: &GivenTable, row: usize) -> Row {
    table.columns.iter().filter_map(|(name, values)| Some((name.clone(), cell(values, row)?))).collect()
}

/// A cell of a column in the form of states.
fn cell(values: &Values, row: usize) -> Option<CellForm> {
    match values {
        Values::Cells(cells) => cells.get(row).and_then(form),
        Values::Bool(values) => values.get(row).copied().flatten().map(CellForm::B),
        Values::Int(values) => values.get(row).copied().flatten().map(|value| CellForm::N(value.to_string())),
        Values::Decimal(values) => values.get(row).copied().flatten().map(|value| CellForm::T(value.to_string())),
        Values::Date(values) => values.get(row).copied().flatten().map(|day| CellForm::T(day.to_string())),
        Values::Instant(values) => values.get(row).copied().flatten().map(|at| CellForm::T(at.to_string())),
        Values::Text(_) | Values::Dictionary(..) => word(values, row).map(CellForm::T),
        Values::Packed(packed) => cell(&packed.rows_unpacked(row..row.saturating_add(1)), 0),
    }
}

/// Appends a row in the form of states to a table.
pub fn push(table: &mut GivenTable, row: &Row) {
    table.push_row(row.iter().map(|(column, cell)| (column.clone(), Cell::from(cell.clone()))));
}

/// The key of the scope that a referrer's referrals belong to.
pub fn scope_key(program: &Program, referrer: &str) -> Key {
    match program.scope {
        Scope::Referrer => Key::Referrer(referrer.to_owned()),
        Scope::Program => Key::Program,
    }
}

/// Every key that the news touches: what its history is asked by.
pub fn keys_of_news(program: &Program, news: &Given, opened: &Opened) -> BTreeSet<Key> {
    let mut out = BTreeSet::new();
    for row in 0..news.referrals.rows {
        out.extend(text(&news.referrals, "id", row).map(Key::Referral));
        out.extend(text(&news.referrals, "referrer", row).map(|referrer| scope_key(program, &referrer)));
    }
    for row in 0..news.events.rows {
        out.extend(text(&news.events, "id", row).map(Key::Event));
        let Some(referral) = text(&news.events, "referral", row) else { continue };
        if let Some(CellForm::T(referrer)) = opened.referrals.get(&referral).and_then(|body| body.row.get("referrer")) {
            out.insert(scope_key(program, referrer));
        }
        out.insert(Key::Referral(referral));
    }
    out
}

/// Opens what the news touches: events, referrals, their scopes, and the referrals on which the clock acts until `as_of`.
///
/// `further` names referrals that have no news but are looked at all the same.
pub fn gather(
    program: &Program,
    states: &States,
    news: &Given,
    as_of: i64,
    further: &BTreeSet<String>,
    wanted: &mut Wanted,
) -> Opened {
    let mut out = Opened::default();
    let mut referrals = further.clone();
    let mut scopes = BTreeSet::new();
    for row in 0..news.referrals.rows {
        let Some(id) = text(&news.referrals, "id", row) else { continue };
        for kind in news.referrals.columns.keys().filter_map(|name| name.strip_suffix("_at")) {
            if program.kinds.iter().skip(1).any(|known| known == kind) {
                out.open_event(program, states, &[&id, "/", kind].concat(), wanted);
            }
        }
        if let Some(referrer) = text(&news.referrals, "referrer", row) {
            scopes.insert(scope_key(program, &referrer));
        }
        referrals.insert(id);
    }
    for row in 0..news.events.rows {
        if let Some(id) = text(&news.events, "id", row) {
            out.open_event(program, states, &id, wanted);
        }
        referrals.extend(text(&news.events, "referral", row));
    }
    for id in &referrals {
        out.open_referral(program, states, id, wanted);
    }
    scopes.extend(out.referrals.values().filter_map(|body| match body.row.get("referrer") {
        Some(CellForm::T(referrer)) => Some(scope_key(program, referrer)),
        _ => None,
    }));
    scopes.extend(states.keys().filter_map(|key| match key {
        Key::Referrer(referrer) => Some(scope_key(program, referrer)),
        Key::Program => Some(Key::Program),
        _ => None,
    }));
    for key in scopes {
        // An earlier version kept referrers by themselves: what there is of them is not put together yet.
        if program.scope_widened && matches!((&key, states.get(&key)), (Key::Program, Some(None))) {
            wanted.history.insert(key.clone());
        }
        if let Some(body) = wanted.open::<ScopeBody>(program, states, key.clone()) {
            let pending = body.pending.iter().filter(|form| form.at <= as_of).map(|form| form.referral.clone());
            let deferred = body.deferred.iter().filter(|form| form.release <= as_of);
            let of_contests = body.contests.iter().flat_map(|contests| contests.due(program, as_of));
            let due: BTreeSet<String> =
                pending.chain(deferred.map(|form| form.applied.referral.clone())).chain(of_contests).collect();
            for id in &due {
                out.open_referral(program, states, id, wanted);
            }
            out.scopes.insert(key, Box::new(body));
        } else {
            out.scopes.insert(key, Box::default());
        }
    }
    out.open_histories(program, states, news, wanted);
    out
}

impl Opened {
    /// Opens the histories that are asked, or go on with the news.
    fn open_histories(&mut self, program: &Program, states: &States, news: &Given, wanted: &mut Wanted) {
        const PARTIES: [&str; 2] = ["referrer", "referee"];
        let mut ids = BTreeSet::new();
        for body in self.referrals.values().filter(|body| body.with_histories) {
            ids.extend(PARTIES.iter().filter_map(|party| match body.row.get(*party) {
                Some(CellForm::T(id)) => Some(id.clone()),
                _ => None,
            }));
        }
        if let Some(accounts) = news.accounts.as_ref().filter(|accounts| has_history(program, accounts)) {
            ids.extend((0..accounts.rows).filter_map(|row| text(accounts, "id", row)));
            let parties = |row| PARTIES.iter().filter_map(move |party| text(&news.referrals, party, row));
            ids.extend((0..news.referrals.rows).flat_map(parties));
        }
        for id in ids {
            let body: HistoryBody = wanted.open(program, states, Key::History(id.clone())).unwrap_or_default();
            self.histories.insert(id, body.rows);
        }
    }

    fn open_event(&mut self, program: &Program, states: &States, id: &str, wanted: &mut Wanted) {
        if let Some(body) = wanted.open(program, states, Key::Event(id.to_owned())) {
            self.events.insert(id.to_owned(), body);
        }
    }

    fn open_referral(&mut self, program: &Program, states: &States, id: &str, wanted: &mut Wanted) {
        if self.referrals.contains_key(id) {
            return;
        }
        if let Some(body) = wanted.open::<ReferralBody>(program, states, Key::Referral(id.to_owned())) {
            let others: Vec<String> = body.sharers.iter().chain(&body.shares_with).cloned().collect();
            self.referrals.insert(id.to_owned(), Box::new(body));
            // What happens to one who shares a claim is what happens to the holder.
            others.iter().for_each(|other| self.open_referral(program, states, other, wanted));
        }
    }
}
