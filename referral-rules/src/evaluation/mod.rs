//! The answer: decisions, entries, positions, balances and findings, as columns inside and as plain values outside.
//!
//! Text is made on demand; nothing here computes an amount.
mod booked;
mod campaign;
mod causes;
mod claims;
mod columns;
mod decision;
pub(crate) mod entry;
mod expiry;
mod facts;
mod failure;
mod fingerprint;
mod history;
mod kept;
mod leaderboard;
mod lists;
mod now;
mod outlook;
mod paying;
mod payout;
mod position;
mod release;
mod stage_event;
mod standing;

pub use booked::reconcile;
pub use campaign::{CampaignProgress, GoalProgress};
pub use claims::{Claims, LostClaim};
pub use columns::{DecisionColumns, EntryColumns};
pub(crate) use decision::value_text;
pub use decision::{Decision, NotGranted, Operand, Reason, Total, Verdict};
pub use entry::{Beneficiary, DocumentPlace, Entry, EventReference, StepText, StepWord, Tier};
pub(crate) use entry::{decimal, exact, exact_if_any, shown};
pub use failure::Failure;
pub use history::{Happening, Taken};
pub use leaderboard::Placing;
pub(crate) use now::Moments;
pub use outlook::Outlook;
pub use payout::{Payout, PayoutReason};
pub use position::{Balance, Position};
pub use stage_event::{FactValue, StageEvent};
pub use standing::Standing;

use crate::base::{Instant, index, position};
use crate::book::{Book, Finding};
use crate::program::Program;
use crate::stage::attribution::{Keys, Standings};
use crate::stage::submission::Submissions;
use crate::stage::timeline::{EntryRow, ReferralState, States, Timeline, Walk};
use std::borrow::Cow;

/// Everything that one run gives. It borrows the program and the book that it speaks about.
#[derive(Debug)]
pub struct Evaluation<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The moment of the answer.
    pub as_of: Instant,
    pub(crate) submissions: Submissions,
    pub(crate) key_sources: Vec<String>,
    pub(crate) standings: Standings,
    pub(crate) timeline: Timeline,
    /// Positions in the ledger of what the host has not booked yet; all of it where the host gives no ledger.
    pub(crate) fresh: Option<Vec<u32>>,
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Evaluation<'a> {
    pub(crate) fn new(
        program: &'a Program,
        book: &'a Book,
        as_of: Instant,
        submissions: Submissions,
        keys: Keys,
        standings: Standings,
        timeline: Timeline,
    ) -> Self {
        let mut out = Self {
            program,
            book,
            as_of,
            submissions,
            key_sources: keys.sources,
            standings,
            timeline,
            fresh: None,
            findings: book.findings.iter().filter(|finding| finding.known <= as_of.0).cloned().collect(),
        };
        entry::report_refusals(&mut out);
        reconcile(&mut out);
        booked::report_unknown_entries(&mut out);
        out.findings.sort();
        out
    }

    /// The referrals known at the moment of the answer, by submission, then id.
    pub fn referrals(&self) -> impl Iterator<Item = u32> + '_ {
        self.book
            .order
            .iter()
            .copied()
            .filter(|row| self.book.referrals.known.get(index(*row)).is_some_and(|known| *known <= self.as_of.0))
    }

    /// Whether the timeline was gone along straight.
    #[doc(hidden)]
    pub fn went_straight(&self) -> bool {
        matches!(self.timeline.states, States::Short(_))
    }

    /// Where a referral stands, if it was accepted and anything is known of it.
    pub(crate) fn state(&self, row: u32) -> Option<Cow<'_, ReferralState>> {
        match &self.timeline.states {
            States::Whole(states) => states.get(index(row)).and_then(Option::as_ref).map(Cow::Borrowed),
            States::Short(short) => {
                Walk::new(self.program, self.book, &self.submissions).state(row, short).map(Cow::Owned)
            }
        }
    }

    /// The rows of the whole ledger, booked ones included.
    pub fn ledger_rows(&self) -> &[EntryRow] {
        self.timeline.rows(self.program, self.book)
    }

    /// How many rows the ledger has, booked ones included; none of them is made for it.
    pub fn ledger_len(&self) -> usize {
        self.timeline.len()
    }

    /// Positions in the ledger of what the host has not booked yet.
    fn fresh_rows(&self) -> impl Iterator<Item = u32> + '_ {
        let all = if self.fresh.is_none() { position(self.timeline.len()) } else { 0 };
        (0..all).chain(self.fresh.iter().flatten().copied())
    }

    /// What contradicts or cannot be read, sorted.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
