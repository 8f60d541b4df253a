//! Positions: where each entry stands as of the moment, how each promise stands, and what adds up for whom.
use super::entry::{decimal, shown_if_any};
use super::{Beneficiary, Evaluation};
use crate::base::{Day, Instant, Unit, index};
use crate::book::Confirmed;
use crate::expr::Scratch;
use crate::stage::schedule::{Dates, Hold, Promise, Standing, dates, hold, notify_promise, pay_promise, rule};
use crate::stage::timeline::EntryRow;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where an entry stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Position {
    /// The entry.
    pub entry: String,
    /// `held`, `payable`, `paid` or `reversed`.
    pub state: String,
    /// What holds it back, in words; empty otherwise.
    pub held: String,
    /// The amount.
    #[serde(serialize_with = "decimal")]
    pub amount: Decimal,
    /// The currency or unit.
    pub unit: String,
    /// When the host paid it.
    #[serde(serialize_with = "shown_if_any")]
    pub paid_at: Option<Instant>,
    /// The promise to pay: `none`, `due`, `met`, `met late`, `overdue`, `on hold`.
    pub pay: String,
    /// The last day of that promise.
    #[serde(serialize_with = "shown_if_any")]
    pub due_on: Option<Day>,
    /// The promise to tell the beneficiary.
    pub notify: String,
    /// The last moment of that promise.
    #[serde(serialize_with = "shown_if_any")]
    pub notify_by: Option<Instant>,
}

/// What stands where for one beneficiary in one unit. `earned` is always the sum of the other four.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Balance {
    /// For whom.
    pub beneficiary: Beneficiary,
    /// The currency or unit.
    pub unit: String,
    /// All entries.
    #[serde(serialize_with = "decimal")]
    pub earned: Decimal,
    /// Not payable yet.
    #[serde(serialize_with = "decimal")]
    pub held: Decimal,
    /// Payable now.
    #[serde(serialize_with = "decimal")]
    pub payable: Decimal,
    /// Confirmed as paid.
    #[serde(serialize_with = "decimal")]
    pub paid: Decimal,
    /// Granted and taken back again before anything was paid; adds up to nothing.
    #[serde(serialize_with = "decimal")]
    pub reversed: Decimal,
}

/// An entry with its dates and where it stands.
struct Placed<'a> {
    row: &'a EntryRow,
    dates: Dates,
    standing: Standing,
    notified: Option<Instant>,
}

impl Evaluation<'_> {
    /// Where each entry of the ledger stands, in the order of the ledger.
    pub fn positions(&self) -> Vec<Position> {
        self.positions_of(&self.ledger_rows().iter().collect::<Vec<_>>())
    }

    /// Where the entries stand; all entries of a grant must be among them.
    pub(crate) fn positions_of(&self, rows: &[&EntryRow]) -> Vec<Position> {
        self.placed(rows).iter().map(|placed| self.position(placed)).collect()
    }

    /// What stands where, by beneficiary and unit.
    pub fn balances(&self) -> Vec<Balance> {
        let mut sums: BTreeMap<(Beneficiary, Unit), [i128; 5]> = BTreeMap::new();
        for placed in self.placed(&self.ledger_rows().iter().collect::<Vec<_>>()) {
            let unit = rule(self.program, placed.row).1.unit.clone();
            let sum = sums.entry((self.beneficiary(placed.row), unit)).or_default();
            let slot = match placed.standing {
                Standing::Held(_) => 1,
                Standing::Payable => 2,
                Standing::Paid(_) => 3,
                Standing::Reversed => 4,
            };
            for slot in [0, slot] {
                if let Some(sum) = sum.get_mut(slot) {
                    *sum = sum.saturating_add(i128::from(placed.row.amount));
                }
            }
        }
        sums.into_iter()
            .map(|((beneficiary, unit), [earned, held, payable, paid, reversed])| {
                let shown = |minor| unit.total(minor);
                Balance {
                    beneficiary,
                    unit: unit.name().to_owned(),
                    earned: shown(earned),
                    held: shown(held),
                    payable: shown(payable),
                    paid: shown(paid),
                    reversed: shown(reversed),
                }
            })
            .collect()
    }

    fn placed<'b>(&'b self, rows: &[&'b EntryRow]) -> Vec<Placed<'b>> {
        let mut confirmed: FxHashMap<(&str, Confirmed), Instant> = FxHashMap::default();
        for confirmation in self.book.confirmations.iter().filter(|one| one.known <= self.as_of.0) {
            let at = confirmed.entry((&confirmation.entry, confirmation.what)).or_insert(Instant(confirmation.at));
            *at = (*at).min(Instant(confirmation.at));
        }
        let ids: Vec<String> = rows.iter().map(|row| self.entry_id(row)).collect();
        let paid = |id: &str| confirmed.get(&(id, Confirmed::Paid)).copied();
        // A grant whose entries add up to nothing, none of them paid, is reversed as a whole.
        let mut grants: FxHashMap<String, (i128, bool, bool)> = FxHashMap::default();
        for (row, id) in rows.iter().zip(&ids) {
            let grant = grants.entry(self.grant_id(row)).or_default();
            grant.0 = grant.0.saturating_add(i128::from(row.amount));
            grant.1 |= paid(id).is_some();
            grant.2 |= row.correction;
        }
        let mut scratch = Scratch::new(&self.book.texts);
        rows.iter()
            .zip(&ids)
            .map(|(row, id)| {
                let dates = dates(self.program, row);
                let reversed = grants
                    .get(&self.grant_id(row))
                    .is_some_and(|(sum, paid, corrected)| *sum == 0 && !paid && *corrected);
                let mut held = || {
                    let kinds = || self.state(row.referral).map_or(0, |state| state.kinds);
                    let required = self.held_by(row.referral, &mut scratch).map(Hold::Requirement);
                    required.or_else(|| hold(self.program, self.book, kinds, row, &dates, self.as_of, &mut scratch))
                };
                let standing = match paid(id) {
                    Some(at) => Standing::Paid(at),
                    None if reversed => Standing::Reversed,
                    None => held().map_or(Standing::Payable, Standing::Held),
                };
                let notified = confirmed.get(&(id.as_str(), Confirmed::Notified)).copied();
                Placed { row, dates, standing, notified }
            })
            .collect()
    }

    fn position(&self, placed: &Placed<'_>) -> Position {
        let amount = self.amount(placed.row);
        let pay = pay_promise(self.program, &placed.dates, placed.standing, placed.row.amount, self.as_of);
        let notify = match placed.standing {
            Standing::Reversed => Promise::None,
            _ => notify_promise(&placed.dates, placed.notified, placed.row.amount, self.as_of),
        };
        let (state, held) = match placed.standing {
            Standing::Held(hold) => ("held", self.hold_text(placed.row, hold)),
            Standing::Payable => ("payable", String::new()),
            Standing::Paid(_) => ("paid", String::new()),
            Standing::Reversed => ("reversed", String::new()),
        };
        Position {
            entry: self.entry_id(placed.row),
            state: state.to_owned(),
            held,
            amount: amount.to_decimal(),
            unit: amount.unit.name().to_owned(),
            paid_at: match placed.standing {
                Standing::Paid(at) => Some(at),
                _ => None,
            },
            pay: pay.word().to_owned(),
            due_on: placed.dates.due_on,
            notify: notify.word().to_owned(),
            notify_by: placed.dates.notify_by,
        }
    }

    fn hold_text(&self, row: &EntryRow, hold: Hold) -> String {
        match hold {
            Hold::Until(day) => format!("until {day}"),
            Hold::Event(kind) => format!("until the referral is `{}`", self.program.kind_word(kind)),
            Hold::Condition => {
                let source = rule(self.program, row).1.hold_while.as_ref().map_or("", |condition| condition.source());
                format!("while `{source}`")
            }
            Hold::Requirement(number) => {
                let version = self.submissions.version.get(index(row.referral));
                let version = version.and_then(|version| self.program.versions.get(usize::from(*version)));
                let requirement = version.and_then(|version| version.requirements.get(usize::from(number)));
                format!("until the requirement `{}` is met", requirement.map_or("", |found| &found.code))
            }
        }
    }
}
