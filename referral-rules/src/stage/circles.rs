//! Circles: whether the account that a referral is about has itself referred the referrer, directly or over others.
//!
//! Only attribution knows that, for only accepted referrals lead from one account to the next. So requirements that ask are
//! judged both ways before, and attribution picks.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::earlier::Before;
use super::env;
use super::inputs::{FactsAt, ReferralRows, push_reading};
use super::submission::{CHUNK_ROWS, Submissions};
use crate::base::limits::CIRCLE_ACCOUNTS_MAX;
use crate::base::{TextId, index, position};
use crate::book::Book;
use crate::expr::{Column, Inputs, Pool, Scratch, Slot, Vector};
use crate::program::{OnFailure, Program, Source};
use rustc_hash::{FxHashMap, FxHashSet};

/// Rows of referrals, and what requirements hear when they ask for circles.
pub struct Asking<'a> {
    /// The rows.
    pub rows: ReferralRows<'a>,
    /// Whether each of them closes a circle.
    pub closes: bool,
    /// What was before the only row; none where nobody asks.
    pub before: Option<&'a Before>,
}

impl Inputs for Asking<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        match self.rows.program.slots[usize::from(slot.0)] {
            Source::ClosesCircle => self.rows.rows.iter().for_each(|_| into.push_bool(self.closes)),
            Source::OpenCount => match self.before {
                Some(before) => into.push_int(before.open),
                None => into.push_missing(slot),
            },
            Source::Declared(measure) => {
                let reading = self.before.and_then(|before| before.readings.get(&measure));
                push_reading(reading, slot, into, texts);
            }
            _ => self.rows.load(slot, into, texts),
        }
    }
}

/// What the requirements that ask for circles say: first of referrals that close none, then of those that do.
#[derive(Debug)]
pub struct CircleVerdicts([CircleVerdict; 2]);

#[derive(Debug)]
struct CircleVerdict {
    /// One bit per requirement that fails, in bytes as in [`Submissions::failed`].
    failed: Vec<u8>,
    /// Whether one of them fails.
    refused: Vec<bool>,
}

impl CircleVerdicts {
    /// Judges all referrals both ways; `None` for a program that does not ask.
    pub fn judge(program: &Program, book: &Book, submissions: &Submissions) -> Option<Self> {
        let asks = program.asks_for_circles();
        asks.then(|| Self([false, true].map(|closes| CircleVerdict::judge(program, book, submissions, closes))))
    }

    fn of(&self, closes: bool) -> &CircleVerdict {
        let [open, closed] = &self.0;
        if closes { closed } else { open }
    }

    /// Whether a referral is refused, if it closes a circle or not.
    pub fn refuses(&self, referral: u32, closes: bool) -> bool {
        self.of(closes).refused.get(index(referral)) == Some(&true)
    }

    /// The bytes of failures of all referrals.
    pub fn failed(&self, closes: bool) -> &[u8] {
        &self.of(closes).failed
    }
}

impl CircleVerdict {
    fn judge(program: &Program, book: &Book, submissions: &Submissions, closes: bool) -> Self {
        let mut out =
            Self { failed: vec![0; submissions.failed.len()], refused: vec![false; submissions.version.len()] };
        let mut scratch = Scratch::new(&book.texts);
        for (number, version) in program.versions.iter().enumerate() {
            let env = env(program, version, book);
            let of_version = |row: &u32| usize::from(submissions.version[index(*row)]) == number;
            let rows: Vec<u32> = (0..position(submissions.version.len())).filter(of_version).collect();
            for (place, requirement) in
                version.requirements.iter().enumerate().filter(|(_, one)| one.asks_for_circles && !one.asks_before)
            {
                for (rows, condition) in
                    rows.chunks(CHUNK_ROWS).flat_map(|rows| requirement.conditions.iter().map(move |one| (rows, one)))
                {
                    let inputs = Asking {
                        rows: ReferralRows { program, book, rows, facts_at: FactsAt::Submission },
                        closes,
                        before: None,
                    };
                    let result = condition.evaluate(&inputs, rows.len(), &env, &mut scratch);
                    let Column::Bool(holds) = &result.column else { continue };
                    for (at, row) in rows.iter().enumerate() {
                        if !(holds[at] && result.status[at].is_ok()) {
                            let byte = index(*row).saturating_mul(submissions.width).saturating_add(place / 8);
                            out.failed[byte] |= 1 << (place % 8);
                            out.refused[index(*row)] |= requirement.on_failure == OnFailure::Refuse;
                        }
                    }
                }
            }
        }
        out
    }
}

/// By whom accounts were referred so far: by account, the accounts that referred it.
pub type ReferredBy = FxHashMap<TextId, Vec<TextId>>;

/// An account and the referrals that may still lie on a circle with it.
#[derive(Default)]
struct Account {
    referrals: Vec<u32>,
    /// How many referrals it made.
    refers: u32,
    /// How many referrals were made of it.
    referred: u32,
}

impl Account {
    fn add(&mut self, referral: u32, refers: u32, referred: u32) {
        self.referrals.push(referral);
        self.refers = self.refers.saturating_add(refers);
        self.referred = self.referred.saturating_add(referred);
    }

    /// Whether it refers and nobody refers it, or the other way round.
    fn is_end(&self) -> bool {
        (self.refers == 0) != (self.referred == 0)
    }
}

/// The referrals that may lie on a circle, if the program asks. Most books have few or none, so that nothing need be looked
/// for in them.
pub struct Circles<'a> {
    book: &'a Book,
    on_circle: Vec<bool>,
}

impl<'a> Circles<'a> {
    /// Looks at who refers whom, whatever comes of it; `None` for a program that does not ask.
    pub fn new(program: &Program, book: &'a Book) -> Option<Self> {
        if !program.asks_for_circles() {
            return None;
        }
        let mut out = Self { book, on_circle: vec![false; book.referrals.id.len()] };
        let mut accounts: FxHashMap<TextId, Account> = FxHashMap::default();
        for referral in 0..position(book.referrals.id.len()) {
            if let Some((referrer, referee)) = parties(book, referral) {
                out.on_circle[index(referral)] = true;
                accounts.entry(referrer).or_default().add(referral, 1, 0);
                accounts.entry(referee).or_default().add(referral, 0, 1);
            }
        }
        // An account that nobody refers, or that refers nobody, lies on no circle; without its referrals others may not either.
        let both = |referral| parties(book, referral).into_iter().flat_map(|(referrer, referee)| [referrer, referee]);
        let mut ends: Vec<TextId> = (0..position(book.referrals.id.len())).flat_map(both).collect();
        while let Some(end) = ends.pop() {
            let Some(account) = accounts.get_mut(&end).filter(|account| account.is_end()) else { continue };
            for referral in std::mem::take(&mut account.referrals) {
                let Some((referrer, referee)) = out.accounts(referral) else { continue };
                out.on_circle[index(referral)] = false;
                if let Some(account) = accounts.get_mut(&referrer) {
                    account.refers = account.refers.saturating_sub(1);
                }
                if let Some(account) = accounts.get_mut(&referee) {
                    account.referred = account.referred.saturating_sub(1);
                }
                ends.push(if referrer == end { referee } else { referrer });
            }
        }
        Some(out)
    }

    /// The accounts of a referral that may lie on a circle: the referrer, and the account that is referred.
    pub fn accounts(&self, referral: u32) -> Option<(TextId, TextId)> {
        parties(self.book, referral).filter(|_| self.on_circle[index(referral)])
    }

    /// Whether a referral closes a circle with those accepted so far.
    pub fn closes(&self, referral: u32, referred_by: &ReferredBy) -> bool {
        let Some((referrer, referee)) = self.accounts(referral) else { return false };
        let mut walked: Vec<TextId> = vec![referrer];
        let mut seen: FxHashSet<TextId> = walked.iter().copied().collect();
        let mut at = 0_usize;
        while let Some(account) = walked.get(at).copied() {
            for before in referred_by.get(&account).map_or(&[][..], |before| before) {
                if *before == referee {
                    return true;
                }
                if walked.len() < CIRCLE_ACCOUNTS_MAX && seen.insert(*before) {
                    walked.push(*before);
                }
            }
            at = at.saturating_add(1);
        }
        false
    }
}

/// The accounts of a referral: the referrer, and the account that is referred, if both are named.
fn parties(book: &Book, referral: u32) -> Option<(TextId, TextId)> {
    let referrals = &book.referrals;
    let row = index(referral);
    let named = referrals.referee_given[row] && !book.is_nobody(referrals.referrer[row]);
    named.then(|| (referrals.referrer[row], referrals.referee[row]))
}
