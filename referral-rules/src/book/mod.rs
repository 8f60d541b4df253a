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
mod accounts;
mod build;
mod columns;
mod company;
mod copies;
mod direct;
mod fact;
mod figures;
mod finding;
mod from_rows;
mod given;
mod history;
mod incomplete;
mod json;
mod lists;
mod moments;
mod new_events;
mod notified;
mod number_ranks;
mod order;
mod packed;
mod parties;
mod rates;
mod rows;
mod same_ids;
mod texts;

pub(crate) use accounts::has_history;
pub use company::Company;
pub use fact::{FactColumn, FactValues, Valid, decoded};
pub use finding::Finding;
pub use from_rows::{RowFault, RowFaults};
pub use given::{Cell, Given, GivenTable, Values};
pub use history::Histories;
pub use moments::Moments;
pub use notified::Notified;
pub use packed::{Ints, Packed, PackedValues, Tick};
pub(crate) use packed::{each_width, one_width};
pub(crate) use texts::Laid;
pub use texts::{Offsets, PackedTexts, TextsFault};

use crate::base::{Buffer, Interner, Number, TextId, compare_ids, index, position};
use crate::expr::{Lists, Rates};
use crate::program::EventKind;
use parties::Parties;

/// A moment that never comes.
pub const NEVER: i64 = i64::MAX;

/// The accounts: every party that the host keeps facts on.
#[derive(Debug, Default)]
pub struct Accounts {
    /// False when the host gave no such table.
    pub given: bool,
    /// The ids, by row; of an account with several rows only its first has it.
    pub id: Vec<TextId>,
    /// The facts by their position in `Program::account_facts`; `None` without such a column.
    pub facts: Vec<Option<FactColumn>>,
    /// From when on which row holds, where the host gives histories.
    pub history: Option<Histories>,
}

impl Accounts {
    /// The row whose facts hold at an instant, of the account with its first row there; `NONE` where there is none.
    pub fn row_at(&self, account: u32, at: i64) -> u32 {
        self.history.as_ref().map_or(account, |history| history.row_at(account, at))
    }
}

/// The referrals, by row as given.
#[derive(Debug, Default)]
pub struct Referrals {
    /// The ids.
    pub id: Buffer<TextId>,
    /// The referrer's account id.
    pub referrer: Vec<TextId>,
    /// The row of the referrer's account, or `NONE`.
    pub referrer_row: Vec<u32>,
    /// The referee's id; the text of the referral's id stands in where there is none.
    pub referee: Buffer<TextId>,
    /// Whether the referee has an id of its own.
    pub referee_given: Vec<bool>,
    /// The row of the referee's account, or `NONE`; empty where no referral names a referee.
    pub referee_row: Vec<u32>,
    /// When it was submitted.
    pub submitted_at: Buffer<i64>,
    /// The day of that, where the host gave days.
    pub submitted_on: Option<Buffer<i32>>,
    /// From when on it is known.
    pub known: Buffer<i64>,
    /// From when on it is withdrawn, because a copy with other content came.
    pub withdrawn: Moments,
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
    pub at: Buffer<i64>,
    /// From when on it is known, and its referral with it.
    pub known: Buffer<i64>,
    /// From when on the row itself is known.
    pub heard: Buffer<i64>,
    /// From when on it is withdrawn, because a copy with other content came.
    pub withdrawn: Moments,
    /// The host's sequence number; the largest number where there is none.
    pub sequence: Moments,
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
    /// The beneficiary has used it, so that it does not expire.
    Used,
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
    /// The payout in which it was paid, by whatever id the host has for it.
    pub payout: Option<String>,
    /// What was kept back of it.
    pub fee: Option<Number>,
    /// How much of it was used; all of it without.
    pub amount: Option<Number>,
    /// The confirmation's own id: rows that say the same under several ids are several.
    pub id: Option<String>,
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

/// What the host gives under a name, for metrics.
#[derive(Clone, PartialEq, Debug)]
pub struct GivenFigure {
    /// The name.
    pub name: String,
    /// How much.
    pub value: Number,
    /// The moment that it belongs to; none where it belongs to no month.
    pub at: Option<i64>,
    /// From when on it is known.
    pub known: i64,
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
    /// Rates of exchange.
    pub rates: Rates,
    /// The host's lists.
    pub lists: Lists,
    /// Facts of the company that runs the program.
    pub company: Company,
    /// What the host has told.
    pub notified: Vec<Notified>,
    /// What the host gives under a name, by name, then moment.
    pub figures: Vec<GivenFigure>,
    /// The place of each referral in the order of ids, by position.
    pub referral_rank: Vec<u32>,
    /// The place of each event in the order of ids, by position.
    pub event_rank: Vec<u32>,
    /// The referrals by submission, then id.
    pub order: Buffer<u32>,
    /// The referrals by id.
    pub by_id: Buffer<u32>,
    /// The events by id.
    pub events_by_id: Vec<u32>,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// The account ids of a book whose ids are numbers.
    parties: Option<Parties>,
    /// What stands for a referrer that is not named.
    nobody: Option<TextId>,
}

impl Book {
    /// The text of an interned text.
    pub fn text(&self, id: TextId) -> &str {
        self.texts.text(id)
    }

    /// Whether ids are numbers that are compared and joined as such.
    #[doc(hidden)]
    pub fn is_of_numbers(&self) -> bool {
        self.parties.is_some()
    }

    /// Whether every referral was known when it was submitted, and none was withdrawn.
    pub fn is_on_time(&self) -> bool {
        let referrals = &self.referrals;
        referrals.withdrawn.same() == Some(NEVER) && referrals.known.same_memory(&referrals.submitted_at)
    }

    /// Whether a referral's referrer says that none is named.
    pub fn is_nobody(&self, referrer: TextId) -> bool {
        Some(referrer) == self.nobody
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

    /// The position of the event with the id.
    pub fn event(&self, id: &str) -> Option<u32> {
        if self.parties.is_none() {
            return self.position_of(&self.events_by_id, &self.events.id, id);
        }
        // Ids of numbers: all events stand on their referrals, kind after kind, each in the order of referrals.
        let referral = self.referral(id.rsplit_once('/')?.0)?;
        let mut from = 0_usize;
        while let Some(kind) = self.events.kind.get(from) {
            let rest = self.events.kind.get(from..)?;
            let end = from.saturating_add(rest.partition_point(|other| other == kind));
            let of_kind = self.events.referral.get(from..end)?;
            let at = from.saturating_add(of_kind.partition_point(|other| *other < referral));
            let found = self.events.id.get(at).filter(|_| self.events.referral.get(at) == Some(&referral));
            if found.is_some_and(|found| self.text(*found) == id) {
                return Some(position(at));
            }
            from = end;
        }
        None
    }

    /// The place of an event in the order of ids; one for all in a book in which no two events of a kind are of one referral.
    pub fn rank_of_event(&self, event: usize) -> u32 {
        self.event_rank.get(event).copied().unwrap_or(1)
    }

    /// The account id with that text, as the referrals have it.
    pub fn party(&self, id: &str) -> Option<TextId> {
        match &self.parties {
            Some(parties) => parties.find(id),
            None => self.texts.find(id),
        }
    }

    /// How many account ids there may be: one more than the greatest [`Book::party_place`].
    pub fn party_places(&self) -> usize {
        self.parties.as_ref().map_or(self.texts.len(), Parties::len)
    }

    /// The place of a referrer among all account ids.
    pub fn party_place(&self, id: TextId) -> usize {
        self.parties.as_ref().map_or(id.index(), |parties| parties.place(id))
    }

    /// The account id of a place: see [`Book::party_place`].
    pub fn party_at(&self, place: usize) -> TextId {
        self.parties.as_ref().map_or(TextId(position(place)), |parties| parties.first().after(place))
    }

    fn position_of(&self, by_id: &[u32], ids: &[TextId], id: &str) -> Option<u32> {
        let text_of = |row: u32| ids.get(index(row)).map_or("", |id| self.text(*id));
        let at = by_id.partition_point(|row| compare_ids(text_of(*row), id).is_lt());
        by_id.get(at).copied().filter(|row| text_of(*row) == id)
    }
}
