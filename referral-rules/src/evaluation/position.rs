//! Positions: where each entry stands as of the moment, how each promise stands, and what adds up for whom.
use super::entry::{decimal, shown_if_any};
use super::expiry::Expiry;
use super::release::Releases;
use super::{Beneficiary, Evaluation};
use crate::base::{Day, Instant, Number, Rounding, Unit};
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
    /// `held`, `payable`, `paid`, `reversed`, `expired`, `void`, `forfeited` or `kept`.
    pub state: String,
    /// What holds it back, in words; empty otherwise.
    pub held: String,
    /// The amount.
    #[serde(serialize_with = "decimal")]
    pub amount: Decimal,
    /// How much of it was used.
    #[serde(serialize_with = "decimal")]
    pub used: Decimal,
    /// How much of it is left: nothing once it is reversed, expired or forfeited.
    #[serde(serialize_with = "decimal")]
    pub remaining: Decimal,
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
    /// The last day on which it can be used, if it expires.
    #[serde(serialize_with = "shown_if_any")]
    pub expires_on: Option<Day>,
    /// The promise to tell the beneficiary.
    pub notify: String,
    /// The last moment of that promise.
    #[serde(serialize_with = "shown_if_any")]
    pub notify_by: Option<Instant>,
}

/// What stands where for one beneficiary in one unit. `earned` is always the sum of the other eight.
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
    /// Not used in time.
    #[serde(serialize_with = "decimal")]
    pub expired: Decimal,
    /// Void by a review before it was paid.
    #[serde(serialize_with = "decimal")]
    pub void: Decimal,
    /// Not released in time.
    #[serde(serialize_with = "decimal")]
    pub forfeited: Decimal,
    /// Taken back after it was paid, and left to the beneficiary all the same.
    #[serde(serialize_with = "decimal")]
    pub kept: Decimal,
}

/// An entry with its dates and where it stands.
pub(super) struct Placed<'a> {
    pub(super) row: &'a EntryRow,
    pub(super) dates: Dates,
    expires_on: Option<Day>,
    /// When the event came that releases it, if it is asked when.
    pub(super) event: Option<Instant>,
    /// How much was used, in minor units.
    used: i64,
    pub(super) standing: Standing,
    notified: Option<Instant>,
}

impl Placed<'_> {
    /// How much of it was used, in minor units.
    pub(super) const fn used(&self) -> i64 {
        self.used
    }
}

/// The entries of a grant together.
#[derive(Clone, Copy, Default)]
struct Grant {
    sum: i128,
    paid: bool,
    corrected: bool,
    /// What becomes of the first entry: what is taken back of it goes with it.
    lasts: Lasts,
}

/// How long an entry lasts.
#[derive(Clone, Copy, Default)]
struct Lasts {
    /// The last day on which it can be used.
    until: Option<Day>,
    /// Whether all of it was used.
    used_up: bool,
    /// Whether it was not released in time.
    forfeited: bool,
}

impl Grant {
    fn new(lasts: Lasts) -> Self {
        Self { lasts, ..Self::default() }
    }

    /// Its entries add up to nothing, and none of them was paid.
    const fn is_reversed(self) -> bool {
        self.sum == 0 && !self.paid && self.corrected
    }
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
        let mut sums: BTreeMap<(Beneficiary, Unit), [i128; 9]> = BTreeMap::new();
        for placed in self.placed(&self.ledger_rows().iter().collect::<Vec<_>>()) {
            let unit = rule(self.program, placed.row).1.unit.clone();
            let sum = sums.entry((self.beneficiary(placed.row), unit)).or_default();
            let slot = match placed.standing {
                Standing::Held(_) => 1,
                Standing::Payable => 2,
                Standing::Paid(_) => 3,
                Standing::Reversed => 4,
                Standing::Expired(_) => 5,
                Standing::Void => 6,
                Standing::Forfeited => 7,
                Standing::Kept => 8,
            };
            // What was used of it before it expired was handed over.
            let amount = i128::from(placed.row.amount);
            let used = if slot == 5 { i128::from(placed.used) } else { 0 };
            for (slot, part) in [(0, amount), (slot, amount.saturating_sub(used)), (3, used)] {
                if let Some(sum) = sum.get_mut(slot) {
                    *sum = sum.saturating_add(part);
                }
            }
        }
        sums.into_iter()
            .map(|((beneficiary, unit), [earned, held, payable, paid, reversed, expired, void, forfeited, kept])| {
                let shown = |minor| unit.total(minor);
                Balance {
                    beneficiary,
                    unit: unit.name().to_owned(),
                    earned: shown(earned),
                    held: shown(held),
                    payable: shown(payable),
                    paid: shown(paid),
                    reversed: shown(reversed),
                    expired: shown(expired),
                    void: shown(void),
                    forfeited: shown(forfeited),
                    kept: shown(kept),
                }
            })
            .collect()
    }

    pub(super) fn placed<'b>(&'b self, rows: &[&'b EntryRow]) -> Vec<Placed<'b>> {
        let mut confirmed: FxHashMap<(&str, Confirmed), Instant> = FxHashMap::default();
        for confirmation in self.book.confirmations.iter().filter(|one| one.known <= self.as_of.0) {
            let at = confirmed.entry((&confirmation.entry, confirmation.what)).or_insert(Instant(confirmation.at));
            *at = (*at).min(Instant(confirmation.at));
        }
        let ids: Vec<String> = rows.iter().map(|row| self.entry_id(row)).collect();
        let done = |id: &str, what: Confirmed| confirmed.get(&(id, what)).copied();
        let used_parts = self.used();
        // What was used was handed over, too.
        let handed_over = |id: &str| done(id, Confirmed::Paid).into_iter().chain(done(id, Confirmed::Used)).min();
        let expiry = Expiry::new(self);
        let today = self.program.zone.day_of(self.as_of);
        let releases = Releases::new(self);
        // How much was used, and whether that is all of it.
        let used = |row: &EntryRow, id: &str| {
            let whole = done(id, Confirmed::Used).map(|_| used_parts.get(id).copied().unwrap_or(None));
            match whole {
                None => (0, false),
                Some(None) => (row.amount, true),
                Some(Some(part)) => {
                    let digits = rule(self.program, row).1.unit.digits();
                    let part = Rounding::default().settle(part, digits).unwrap_or(i64::MAX).clamp(0, row.amount.max(0));
                    (part, part >= row.amount)
                }
            }
        };
        let lasts = |row: &EntryRow, id: &str| {
            (row.amount >= 0).then(|| Lasts {
                until: expiry.last_day(self, row),
                used_up: used(row, id).1,
                forfeited: releases.is_forfeited(self, row),
            })
        };
        let mut grants: FxHashMap<String, Grant> = FxHashMap::default();
        for (row, id) in rows.iter().zip(&ids) {
            let new = || Grant::new(lasts(row, id).unwrap_or_default());
            let grant = grants.entry(self.grant_id(row)).or_insert_with(new);
            grant.sum = grant.sum.saturating_add(i128::from(row.amount));
            grant.paid |= handed_over(id).is_some();
            grant.corrected |= row.correction || row.by.is_some();
        }
        let mut scratch = Scratch::new(&self.book.texts);
        let kept = self.kept(rows, |row| handed_over(&self.entry_id(row)));
        rows.iter()
            .zip(&ids)
            .zip(kept)
            .map(|((row, id), kept)| {
                let mut dates = dates(self.program, row);
                releases.promises(self, row, &mut dates);
                let grant = grants.get(&self.grant_id(row)).copied().unwrap_or_default();
                // What is taken back has no last day of its own.
                let lasts = lasts(row, id).unwrap_or(grant.lasts);
                let expired = !lasts.used_up && lasts.until.is_some_and(|last| last < today);
                let mut held = || {
                    let kinds = || self.state(row.referral).map_or(0, |state| state.kinds);
                    let required = self.held_by(row.referral, &mut scratch);
                    let required = required.map(|(version, number)| Hold::Requirement(version, number));
                    required.or_else(|| hold(self.program, self.book, kinds, row, &dates, self.as_of, &mut scratch))
                };
                let standing = match handed_over(id) {
                    None if grant.is_reversed() => Standing::Reversed,
                    None if kept => Standing::Kept,
                    None if self.is_void(row.referral) => Standing::Void,
                    at if expired => Standing::Expired(at),
                    Some(at) => Standing::Paid(at),
                    None if lasts.forfeited => Standing::Forfeited,
                    None => held().map_or(Standing::Payable, Standing::Held),
                };
                let notified = done(id, Confirmed::Notified);
                let (event, used) = (releases.event(self, row), used(row, id).0);
                Placed { row, dates, expires_on: lasts.until, event, used, standing, notified }
            })
            .collect()
    }

    /// How much the host says was used of each entry, in all; none where it says so of the whole.
    fn used(&self) -> FxHashMap<&str, Option<Number>> {
        let mut out: FxHashMap<&str, Option<Number>> = FxHashMap::default();
        let known = self.book.confirmations.iter().filter(|one| one.known <= self.as_of.0);
        for one in known.filter(|one| one.what == Confirmed::Used) {
            let so_far = out.entry(&one.entry).or_insert(Some(Number::ZERO));
            *so_far = so_far.zip(one.amount).and_then(|(so_far, more)| so_far.checked_add(more));
        }
        out
    }

    fn position(&self, placed: &Placed<'_>) -> Position {
        let amount = self.amount(placed.row);
        let reward = rule(self.program, placed.row).1;
        let pay = pay_promise(self.program, reward, &placed.dates, placed.standing, placed.row.amount, self.as_of);
        let notify = match placed.standing {
            Standing::Reversed | Standing::Forfeited | Standing::Kept => Promise::None,
            Standing::Expired(_) | Standing::Void if placed.notified.is_none() => Promise::None,
            _ => notify_promise(&placed.dates, placed.notified, placed.row.amount, self.as_of),
        };
        let (state, held) = match placed.standing {
            Standing::Held(hold) => ("held", self.hold_text(placed.row, hold)),
            Standing::Payable => ("payable", String::new()),
            Standing::Paid(_) => ("paid", String::new()),
            Standing::Reversed => ("reversed", String::new()),
            Standing::Expired(_) => ("expired", String::new()),
            Standing::Void => ("void", String::new()),
            Standing::Kept => ("kept", String::new()),
            Standing::Forfeited => ("forfeited", String::new()),
        };
        let left = match placed.standing {
            Standing::Reversed | Standing::Expired(_) | Standing::Void | Standing::Forfeited | Standing::Kept => 0,
            _ => placed.row.amount.saturating_sub(placed.used),
        };
        Position {
            entry: self.entry_id(placed.row),
            state: state.to_owned(),
            held,
            amount: amount.to_decimal(),
            used: amount.unit.total(i128::from(placed.used)),
            remaining: amount.unit.total(i128::from(left)),
            unit: amount.unit.name().to_owned(),
            paid_at: match placed.standing {
                Standing::Paid(at) => Some(at),
                Standing::Expired(at) => at,
                _ => None,
            },
            pay: pay.word().to_owned(),
            due_on: placed.dates.due_on,
            expires_on: placed.expires_on,
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
            Hold::Requirement(version, number) => {
                let version = self.program.versions.get(usize::from(version));
                let requirement = version.and_then(|version| version.requirements.get(usize::from(number)));
                format!("until the requirement `{}` is met", requirement.map_or("", |found| &found.code))
            }
        }
    }
}
