//! The book: the host's tables, checked and laid out as columns.
//!
//! A row that cannot be used is a [`Finding`]; the rest is evaluated. Nothing is dropped silently.
//!
//! A host gives its tables as it has them: [`GivenTable::from_csv`], [`GivenTable::from_json`], typed columns with
//! [`GivenTable::column`], or its own structs with [`GivenTable::from_rows`].
//!
//! ```
//! use referral_rules::book::GivenTable;
//!
//! #[derive(serde::Serialize)]
//! struct Referral { id: u64, referrer: &'static str, submitted_at: &'static str, seats: Option<u32> }
//!
//! let rows = [Referral { id: 17, referrer: "ada", submitted_at: "2026-03-02", seats: None }];
//! let table = GivenTable::from_rows(&rows)?;
//! assert_eq!(table, GivenTable::from_json(r#"[{"id": 17, "referrer": "ada", "submitted_at": "2026-03-02", "seats": null}]"#).unwrap());
//! # Ok::<(), referral_rules::book::RowFaults>(())
//! ```
mod build;
mod columns;
mod copies;
mod finding;
mod from_rows;
mod given;
mod incomplete;
mod json;
mod packed;
mod rows;
mod same_ids;

pub use columns::FactColumn;
pub use finding::Finding;
pub use from_rows::{RowFault, RowFaults};
pub use given::{Cell, Given, GivenTable, Values};
pub(crate) use packed::each_width;
pub use packed::{Ints, Offsets, Packed, PackedTexts, PackedValues, TextsFault, Tick};

use crate::base::{Interner, NONE, Number, TextId, index};
use crate::program::EventKind;

/// A moment that never comes.
pub const NEVER: i64 = i64::MAX;

/// The accounts: every party that the host keeps facts on.
#[derive(Debug, Default)]
pub struct Accounts {
    /// False when the host gave no such table.
    pub given: bool,
    /// The ids, by row.
    pub id: Vec<TextId>,
    /// The facts by their position in `Program::account_facts`; `None` without such a column.
    pub facts: Vec<Option<FactColumn>>,
}

/// The referrals, by row as given.
#[derive(Debug, Default)]
pub struct Referrals {
    /// The ids.
    pub id: Vec<TextId>,
    /// The referrer's account id.
    pub referrer: Vec<TextId>,
    /// The row of the referrer's account, or `NONE`.
    pub referrer_row: Vec<u32>,
    /// The referee's id; the text of the referral's id stands in where there is none.
    pub referee: Vec<TextId>,
    /// Whether the referee has an id of its own.
    pub referee_given: Vec<bool>,
    /// The row of the referee's account, or `NONE`.
    pub referee_row: Vec<u32>,
    /// When it was submitted.
    pub submitted_at: Vec<i64>,
    /// From when on it is known.
    pub known: Vec<i64>,
    /// From when on it is withdrawn, because a copy with other content came.
    pub withdrawn: Vec<i64>,
    /// The row as given, from 1.
    pub row: Vec<u32>,
    /// The facts by their position in `Program::facts`.
    pub facts: Vec<Option<FactColumn>>,
}

/// The host's events.
#[derive(Debug, Default)]
pub struct Events {
    /// The ids.
    pub id: Vec<TextId>,
    /// The referral's position.
    pub referral: Vec<u32>,
    /// The kind.
    pub kind: Vec<EventKind>,
    /// When it happened.
    pub at: Vec<i64>,
    /// From when on it is known, and its referral with it.
    pub known: Vec<i64>,
    /// From when on the row itself is known.
    pub heard: Vec<i64>,
    /// From when on it is withdrawn, because a copy with other content came.
    pub withdrawn: Vec<i64>,
    /// The host's sequence number; the largest number where there is none.
    pub sequence: Vec<i64>,
    /// The row as given, from 1; 0 for one that stood on the referral's row.
    pub row: Vec<u32>,
    /// The facts by their position in `Program::facts`.
    pub facts: Vec<Option<FactColumn>>,
}

/// What a host confirms about an entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Confirmed {
    /// The money, or the thing, was handed over.
    Paid,
    /// The beneficiary was told.
    Notified,
}

/// A confirmation by the host.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Confirmation {
    /// The entry's id.
    pub entry: String,
    /// What was done.
    pub what: Confirmed,
    /// When it was done.
    pub at: i64,
    /// From when on that is known.
    pub known: i64,
}

/// An entry that the host has booked already.
#[derive(Clone, PartialEq, Debug)]
pub struct Booked {
    /// The entry's id.
    pub id: String,
    /// Its amount; `None` where it cannot be read, or two rows of the same id say different ones.
    pub amount: Option<Number>,
}

/// What was before the history that the host gives.
#[derive(Clone, PartialEq, Debug)]
pub struct OpeningBalance {
    /// A measure or the id of a limit.
    pub name: String,
    /// The key that it counts by: the referrer, or the limit's key, parts joined by `/`.
    pub key: String,
    /// How much.
    pub value: Number,
    /// A moment in the period that it belongs to; needed for limits with periods.
    pub at: Option<i64>,
    /// The row as given, from 1.
    pub row: u32,
}

/// Checked tables, ready to be evaluated under the program that they were read for.
#[derive(Debug, Default)]
pub struct Book {
    /// All texts; the program's come first.
    pub texts: Interner,
    /// The accounts.
    pub accounts: Accounts,
    /// The referrals that can be used.
    pub referrals: Referrals,
    /// The events that can be used.
    pub events: Events,
    /// Confirmations.
    pub confirmations: Vec<Confirmation>,
    /// Entries booked so far; `None` when the host gives no ledger.
    pub booked: Option<Vec<Booked>>,
    /// Opening balances.
    pub opening_balances: Vec<OpeningBalance>,
    /// The place of each id text in the order of ids, by text id; `NONE` for other texts.
    pub id_rank: Vec<u32>,
    /// The referrals by submission, then id.
    pub order: Vec<u32>,
    /// The referrals by id.
    pub by_id: Vec<u32>,
    /// The events by id.
    pub events_by_id: Vec<u32>,
    /// What was wrong.
    pub findings: Vec<Finding>,
}

impl Book {
    /// The text of an interned text.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.text(id)
    }

    /// How many rows its tables have together.
    pub fn rows(&self) -> usize {
        let booked = self.booked.as_ref().map_or(0, Vec::len);
        [self.accounts.id.len(), self.referrals.id.len(), self.events.id.len(), self.confirmations.len(), booked]
            .into_iter()
            .fold(self.opening_balances.len(), usize::saturating_add)
    }

    /// The position of the referral with the id.
    pub fn referral(&self, id: &str) -> Option<u32> {
        self.position_of(&self.by_id, &self.referrals.id, id)
    }

    /// The position of the event with the id; of the first, if several have it.
    pub fn event(&self, id: &str) -> Option<u32> {
        self.position_of(&self.events_by_id, &self.events.id, id)
    }

    fn position_of(&self, by_id: &[u32], ids: &[TextId], id: &str) -> Option<u32> {
        let rank = |id: TextId| self.id_rank.get(id.index()).copied().unwrap_or(NONE);
        let id_of = |row: u32| ids.get(index(row)).copied();
        let text = self.texts.find(id)?;
        let at = by_id.partition_point(|row| id_of(*row).map(rank) < Some(rank(text)));
        by_id.get(at).copied().filter(|row| id_of(*row) == Some(text))
    }
}
