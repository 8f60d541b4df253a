//! What is known at a payout: the account that is paid, and the payout itself.
#![expect(clippy::indexing_slicing, reason = "slots come from the compiled program")]
use super::inputs::push_reading;
use super::loading::{NOTHING, load_fact};
use crate::base::{Day, NONE, Number};
use crate::book::Book;
use crate::expr::{Inputs, Pool, Slot, Status, Vector};
use crate::program::{Program, Source};
use crate::stage::timeline::Reading;

/// One payee at one payout.
#[derive(Clone, Copy)]
pub struct PayeeRow<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The row of its account that holds at the moment; `NONE` without one.
    pub account: u32,
    /// Its account id; none of a referee without an account.
    pub id: Option<&'a str>,
    /// How many of its referrals have reached each stage.
    pub counts: [i64; 4],
    /// The declared measures, read for its latest accepted referral; none without one.
    pub measures: &'a [Reading],
    /// The payout rule.
    pub rule: &'a str,
    /// What would be paid out, before the fee; none where it does not fit.
    pub amount: Option<Number>,
    /// On which day.
    pub day: Day,
    /// What was paid in the calendar year of that day.
    pub paid_in_year: Option<Number>,
    /// When it was paid last by this rule.
    pub last_paid_on: Option<Day>,
}

impl Inputs for PayeeRow<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let number = |value: Option<Number>, into: &mut Vector| match value {
            Some(value) => into.push_decimal(value),
            None => into.push_status(Status::OVERFLOW),
        };
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(fact) => {
                let account = self.program.facts[usize::from(fact)].account;
                let column = account.and_then(|fact| self.book.accounts.facts.get(usize::from(fact))?.as_ref());
                let column = column.filter(|_| self.account != NONE);
                load_fact(into, slot, &[self.account], column.map(|column| (column, |row| row)), NOTHING, texts);
            }
            Source::ReferrerId => match self.id {
                Some(id) => into.push_text(texts.intern(id)),
                None => into.push_missing(slot),
            },
            Source::PayoutRule => into.push_text(texts.intern(self.rule)),
            Source::PayoutAmount => number(self.amount, into),
            Source::PaidInYear => number(self.paid_in_year, into),
            Source::PayoutDay => into.push_int(i64::from(self.day.0)),
            Source::LastPaidOn => match self.last_paid_on {
                Some(day) => into.push_int(i64::from(day.0)),
                None => into.push_missing(slot),
            },
            Source::Measure(measure) => into.push_int(self.counts[measure.index()]),
            Source::Declared(measure) => push_reading(self.measures.get(usize::from(measure)), slot, into, texts),
            _ => into.push_missing(slot),
        }
    }
}
