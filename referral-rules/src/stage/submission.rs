//! Submission: every requirement of the governing version is judged on every referral; all that fail are kept.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::circles::CircleVerdicts;
use super::inputs::ReferralRows;
use crate::base::{Instant, NONE, index, position};
use crate::book::Book;
use crate::expr::{Column, Env, Scratch};
use crate::program::{Party, Program, Refuses};

/// Rows that an expression is evaluated over at once: enough to amortise a step, few enough for the nearest cache.
pub const CHUNK_ROWS: usize = 1024;

/// No version of the program was in force.
pub const NO_VERSION: u16 = u16::MAX;

/// Sides of a referral, as bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sides(pub u8);

impl Sides {
    /// Both the referrer and the referee.
    pub const BOTH: Self = Self(3);

    /// The bit of a party.
    pub const fn of(party: Party) -> Self {
        match party {
            Party::Referrer => Self(1),
            Party::Referee => Self(2),
        }
    }

    /// Whether the party is among them.
    pub const fn has(self, party: Party) -> bool {
        self.0 & Self::of(party).0 != 0
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A reason that needs no document to say so.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BuiltIn {
    /// No version was in force on the day of submission.
    NotInForce,
    /// The referral names no referrer.
    NoReferrer,
    /// The referrer is not among the accounts.
    UnknownReferrer,
}

/// The verdicts of this stage, by referral.
#[derive(Debug, Default)]
pub struct Submissions {
    /// The version in force at submission.
    pub version: Vec<u16>,
    /// One bit per requirement of that version that failed, in words of 64.
    pub failed: Vec<u64>,
    /// Words per referral in `failed`.
    pub words: usize,
    /// The sides that the failures refuse.
    pub refused: Vec<Sides>,
    /// What requirements that ask for circles say, which are not among the failures; none where no version asks.
    pub circles: Option<CircleVerdicts>,
}

impl Submissions {
    /// The sides that the requirements refuse, those included that ask whether the referral closes a circle.
    pub fn refuses(&self, referral: u32, closes_circle: bool) -> Sides {
        let by_circle = self.circles.as_ref().is_some_and(|circles| circles.refuses(referral, closes_circle));
        if by_circle { Sides::BOTH } else { self.refused.get(index(referral)).copied().unwrap_or_default() }
    }

    /// The positions of the requirements that the referral fails, in the document's order.
    pub fn failures(&self, referral: u32, closes_circle: bool) -> impl Iterator<Item = usize> + '_ {
        let start = index(referral).saturating_mul(self.words);
        let words = start..start.saturating_add(self.words);
        let by_circle = self.circles.as_ref().map_or(&[][..], |circles| circles.failed(closes_circle));
        let by_circle = by_circle.get(words.clone()).unwrap_or_default();
        let words = self.failed.get(words).unwrap_or_default();
        words.iter().enumerate().flat_map(move |(word, bits)| {
            let bits = bits | by_circle.get(word).copied().unwrap_or_default();
            (0..64_usize)
                .filter(move |bit| bits >> bit & 1 == 1)
                .map(move |bit| word.saturating_mul(64).saturating_add(bit))
        })
    }

    /// A reason that needs no document, if there is one.
    pub fn built_in(&self, book: &Book, referral: u32) -> Option<BuiltIn> {
        let row = index(referral);
        if self.version[row] == NO_VERSION {
            Some(BuiltIn::NotInForce)
        } else if book.text(book.referrals.referrer[row]).is_empty() {
            Some(BuiltIn::NoReferrer)
        } else if book.accounts.given && book.referrals.referrer_row[row] == NONE {
            Some(BuiltIn::UnknownReferrer)
        } else {
            None
        }
    }
}

/// Judges all referrals of the book.
pub fn judge(program: &Program, book: &Book, threads: usize) -> Submissions {
    let rows = book.referrals.id.len();
    let words = program.versions.iter().map(|version| version.requirements.len().div_ceil(64)).max().unwrap_or(0);
    let mut out = Submissions {
        version: vec![NO_VERSION; rows],
        failed: vec![0; rows.saturating_mul(words)],
        words,
        refused: vec![Sides::default(); rows],
        circles: None,
    };
    let per_thread = rows.div_ceil(threads.max(1)).next_multiple_of(CHUNK_ROWS);
    let parts = out
        .version
        .chunks_mut(per_thread.max(1))
        .zip(out.refused.chunks_mut(per_thread.max(1)))
        .zip(chunks_or_empty(&mut out.failed, per_thread.saturating_mul(words), rows.div_ceil(per_thread.max(1))))
        .enumerate();
    std::thread::scope(|scope| {
        let mut waiting = Vec::new();
        for (part, ((version, refused), failed)) in parts {
            let mut part =
                Part { program, book, first: part.saturating_mul(per_thread), words, version, refused, failed };
            if threads <= 1 {
                part.run();
            } else {
                waiting.push(scope.spawn(move || part.run()));
            }
        }
    });
    out.circles = CircleVerdicts::judge(program, book, &out);
    out
}

fn chunks_or_empty(values: &mut [u64], size: usize, parts: usize) -> Vec<&mut [u64]> {
    if size == 0 {
        return (0..parts).map(|_| <&mut [u64]>::default()).collect();
    }
    values.chunks_mut(size).collect()
}

struct Part<'a> {
    program: &'a Program,
    book: &'a Book,
    first: usize,
    words: usize,
    version: &'a mut [u16],
    refused: &'a mut [Sides],
    failed: &'a mut [u64],
}

impl Part<'_> {
    fn run(&mut self) {
        let mut scratch = Scratch::new(&self.book.texts);
        let mut rows: Vec<Vec<u32>> = vec![Vec::with_capacity(CHUNK_ROWS); self.program.versions.len()];
        for start in (0..self.version.len()).step_by(CHUNK_ROWS) {
            rows.iter_mut().for_each(Vec::clear);
            for local in start..self.version.len().min(start.saturating_add(CHUNK_ROWS)) {
                let row = self.first.saturating_add(local);
                let day = self.program.zone.day_of(Instant(self.book.referrals.submitted_at[row]));
                if let Some(version) = self.program.version_on(day) {
                    self.version[local] = version;
                    rows[usize::from(version)].push(position(row));
                }
                if self.version[local] == NO_VERSION
                    || self.book.text(self.book.referrals.referrer[row]).is_empty()
                    || self.book.accounts.given && self.book.referrals.referrer_row[row] == NONE
                {
                    self.refused[local] = Sides::BOTH;
                }
            }
            for (version, rows) in rows.iter().enumerate() {
                if !rows.is_empty() {
                    self.chunk(version, rows, &mut scratch);
                }
            }
        }
    }

    fn chunk(&mut self, version: usize, rows: &[u32], scratch: &mut Scratch<'_>) {
        let version = &self.program.versions[version];
        let env = Env { zone: &self.program.zone, calendar: &version.calendar, tables: &version.tables };
        let inputs = ReferralRows { program: self.program, book: self.book, rows };
        for (number, requirement) in version.requirements.iter().enumerate().filter(|(_, one)| !one.asks_for_circles) {
            let sides = match requirement.refuses {
                Refuses::Both => Sides::BOTH,
                Refuses::Referrer => Sides::of(Party::Referrer),
                Refuses::Referee => Sides::of(Party::Referee),
            };
            for condition in &requirement.conditions {
                let result = condition.evaluate(&inputs, rows.len(), &env, scratch);
                let Column::Bool(holds) = &result.column else { continue };
                for (at, row) in rows.iter().enumerate() {
                    if !(holds[at] && result.status[at].is_ok()) {
                        let local = index(*row).saturating_sub(self.first);
                        self.refused[local] = self.refused[local].and(sides);
                        self.failed[local.saturating_mul(self.words).saturating_add(number / 64)] |= 1 << (number % 64);
                    }
                }
            }
        }
    }
}
