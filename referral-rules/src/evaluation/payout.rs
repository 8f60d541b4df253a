//! Payouts: what was paid out, what is to be paid out on which day, and what is carried over, with the reasons.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::decision::Operand;
use super::entry::{decimal, shown, shown_if_any};
use super::paying::Paying;
use super::position::Placed;
use super::{Beneficiary, Evaluation};
use crate::base::{Day, Instant, index};
use crate::book::{Confirmation, Confirmed};
use crate::diag::Code;
use crate::program::{Party, Version};
use crate::stage::schedule::{Standing, rule};
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// What one payout rule pays one payee on one day.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Payout {
    /// The id: the host's, of what it has paid; else program, rule, payee and day.
    pub payout: String,
    /// The payout rule.
    pub rule: String,
    /// Who is paid: an account, or a referee that has none.
    pub payee: Beneficiary,
    /// The currency or unit.
    pub unit: String,
    /// The payout day; of what was paid, the day of that.
    #[serde(serialize_with = "shown")]
    pub day: Day,
    /// `paid`, `due`, `overdue` or `carried`.
    pub state: &'static str,
    /// The ids of the entries in it, in the order of the ledger.
    pub entries: Vec<String>,
    /// Their sum; always fee, net and carried together.
    #[serde(serialize_with = "decimal")]
    pub gross: Decimal,
    /// What is kept back.
    #[serde(serialize_with = "decimal")]
    pub fee: Decimal,
    /// What is paid out.
    #[serde(serialize_with = "decimal")]
    pub net: Decimal,
    /// What goes on to the next payout.
    #[serde(serialize_with = "decimal")]
    pub carried: Decimal,
    /// Why it is carried.
    pub reasons: Vec<PayoutReason>,
    /// Requirements that are not met, and only tell it.
    pub flags: Vec<PayoutReason>,
    /// The payout day before, on which it should have been paid.
    #[serde(serialize_with = "shown_if_any")]
    pub missed_on: Option<Day>,
}

/// Why something is not paid out, or what is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PayoutReason {
    /// The requirement's code, or a built-in one.
    pub code: String,
    /// The sentence for people.
    pub message: String,
    /// What decided.
    pub operands: Vec<Operand>,
}

impl PayoutReason {
    pub(super) fn built_in(code: Code, message: String) -> Self {
        Self { code: code.slug().to_owned(), message, operands: Vec::new() }
    }
}

/// An entry that can be paid.
pub(super) struct Open<'a> {
    pub(super) placed: &'a Placed<'a>,
    /// From when on the cut-off lets it into a payout.
    pub(super) in_time: Day,
}

/// What a rule pays to a payee.
#[derive(Default)]
pub(super) struct Account<'a> {
    pub(super) open: Vec<Open<'a>>,
    pub(super) paid: Vec<(&'a Placed<'a>, &'a Confirmation)>,
}

/// What each rule, by its place in the document, pays to whom.
pub(super) type Accounts<'a> = BTreeMap<(usize, Beneficiary), Account<'a>>;

impl Evaluation<'_> {
    /// What was paid out, what is to be paid out and what is carried over, by rule, payee and day.
    ///
    /// The rules are those of the version in force on the day of the answer.
    pub fn payouts(&self) -> Vec<Payout> {
        let Some((number, version)) = self.version_now().filter(|(_, version)| !version.payouts.is_empty()) else {
            return Vec::new();
        };
        let rows: Vec<_> = self.ledger_rows().iter().collect();
        let placed = self.placed(&rows);
        let accounts = self.accounts(version, &placed);
        let mut paying = Paying::new(self, (number, version), &accounts);
        accounts.iter().flat_map(|((rule, payee), account)| paying.payouts(*rule, payee, account)).collect()
    }

    /// The entries that payout rules pay; an entry belongs to the first rule that covers it, and one of nothing to none.
    fn accounts<'p>(&'p self, version: &Version, placed: &'p [Placed<'p>]) -> Accounts<'p> {
        let confirmed = self.handed_over();
        let mut out = Accounts::new();
        for placed in placed {
            let reward = rule(self.program, placed.row).1;
            let Some(at) = version.payouts.iter().position(|payout| payout.covers(reward)) else { continue };
            let key = (at, self.payee(placed));
            match placed.standing {
                Standing::Paid(_) | Standing::Expired(Some(_)) => {
                    if let Some(confirmation) = confirmed.get(self.entry_id(placed.row).as_str()) {
                        out.entry(key).or_default().paid.push((placed, *confirmation));
                    }
                }
                Standing::Payable if placed.row.amount != 0 => {
                    let day_of = |at: i64| self.program.zone.day_of(Instant(at));
                    let payable = placed.dates.payable_on.max(day_of(placed.row.booked_at));
                    let payable = placed.event.map_or(payable, |at| payable.max(day_of(at.0)));
                    let in_time = version.payouts[at].in_time(payable, &version.calendar);
                    out.entry(key).or_default().open.push(Open { placed, in_time });
                }
                _ => {}
            }
        }
        out
    }

    /// The first confirmation of each entry that was handed over.
    fn handed_over(&self) -> FxHashMap<&str, &Confirmation> {
        let mut out: FxHashMap<&str, &Confirmation> = FxHashMap::default();
        let known = self.book.confirmations.iter().filter(|one| one.known <= self.as_of.0);
        for one in known.filter(|one| one.what != Confirmed::Notified) {
            let first = out.entry(&one.entry).or_insert(one);
            if (one.at, one) < (first.at, *first) {
                *first = one;
            }
        }
        out
    }

    /// Who is paid: the account, whatever its part in the referral; or the referee that has none.
    fn payee(&self, placed: &Placed<'_>) -> Beneficiary {
        let to = rule(self.program, placed.row).1.to;
        let without = to == Party::Referee && !self.book.referrals.referee_given[index(placed.row.referral)];
        Beneficiary { party: if without { "referee" } else { "account" }, ..self.beneficiary(placed.row) }
    }
}
