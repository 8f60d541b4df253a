//! Submission: every requirement of the governing version is judged on every referral; all that fail are kept.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::by_account::ByAccount;
use super::circles::CircleVerdicts;
use super::env;
use super::inputs::{FactsAt, ReferralRows};
use super::screens::{Bound, Memory, Rows, bind, days_of};
use crate::base::{Day, NONE, index, ones, position};
use crate::book::Book;
use crate::expr::{Column, Compiled, Scratch};
use crate::program::{OnFailure, Party, Program, Refuses, Requirement, Version};
use std::ops::Range;

/// Rows that an expression is evaluated over at once: enough to amortise a step, few enough for the nearest cache.
pub const CHUNK_ROWS: usize = 1024;

/// A row that no account has: there are not as many.
pub const NO_ROW: u32 = NONE - 1;

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
            Party::Referrer | Party::Recruiter | Party::Account => Self(1),
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
    /// One bit per requirement of that version that failed, in bytes.
    pub failed: Vec<u8>,
    /// Bytes per referral in `failed`.
    pub width: usize,
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
        let start = index(referral).saturating_mul(self.width);
        let bytes = start..start.saturating_add(self.width);
        let by_circle = self.circles.as_ref().map_or(&[][..], |circles| circles.failed(closes_circle));
        let by_circle = by_circle.get(bytes.clone()).unwrap_or_default();
        let bytes = self.failed.get(bytes).unwrap_or_default();
        bytes.iter().enumerate().flat_map(move |(byte, bits)| {
            let bits = bits | by_circle.get(byte).copied().unwrap_or_default();
            ones(u64::from(bits)).map(move |bit| byte.saturating_mul(8).saturating_add(bit))
        })
    }

    /// The failures of a referral as bits, where eight bytes have all of them; those that ask for circles left out.
    #[inline]
    pub fn failed_bits(&self, referral: usize) -> u64 {
        if self.width == 1 {
            return self.failed.get(referral).copied().map_or(0, u64::from);
        }
        let start = referral.saturating_mul(self.width);
        let bytes = self.failed.get(start..start.saturating_add(self.width)).unwrap_or_default();
        bytes.iter().rev().fold(0, |bits, byte| bits << 8 | u64::from(*byte))
    }

    /// A reason that needs no document, if there is one.
    #[inline]
    pub fn built_in(&self, book: &Book, referral: u32) -> Option<BuiltIn> {
        let row = index(referral);
        if self.version[row] == NO_VERSION {
            Some(BuiltIn::NotInForce)
        } else if book.is_nobody(book.referrals.referrer[row]) {
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
    let width = program.versions.iter().map(|version| version.requirements.len().div_ceil(8)).max().unwrap_or(0);
    let mut out = Submissions {
        version: vec![NO_VERSION; rows],
        failed: vec![0; rows.saturating_mul(width)],
        width,
        refused: vec![Sides::default(); rows],
        circles: None,
    };
    let per_thread = rows.div_ceil(threads.max(1)).next_multiple_of(CHUNK_ROWS);
    let parts = out
        .version
        .chunks_mut(per_thread.max(1))
        .zip(out.refused.chunks_mut(per_thread.max(1)))
        .zip(chunks_or_empty(&mut out.failed, per_thread.saturating_mul(width), rows.div_ceil(per_thread.max(1))))
        .enumerate();
    let judging: Vec<Judging<'_>> =
        program.versions.iter().map(|version| Judging::new(program, book, version, width)).collect();
    std::thread::scope(|scope| {
        let mut waiting = Vec::new();
        for (part, ((version, refused), failed)) in parts {
            let first = part.saturating_mul(per_thread);
            let mut part = Part { program, book, judging: &judging, first, width, version, refused, failed };
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

fn chunks_or_empty(values: &mut [u8], size: usize, parts: usize) -> Vec<&mut [u8]> {
    if size == 0 {
        return (0..parts).map(|_| <&mut [u8]>::default()).collect();
    }
    values.chunks_mut(size).collect()
}

/// How the requirements of a version are judged over a book.
struct Judging<'a> {
    /// What asks only the referrer's account.
    by_account: ByAccount,
    /// The others, by the requirement's position: over columns where they have such a form.
    others: Vec<(usize, Sides, Vec<Condition<'a>>)>,
}

enum Condition<'a> {
    Columns(Bound<'a>),
    Rows(&'a Compiled),
}

impl<'a> Judging<'a> {
    fn new(program: &'a Program, book: &'a Book, version: &'a Version, width: usize) -> Self {
        let by_account = ByAccount::judge(program, book, version, width);
        let mut others = Vec::new();
        for (number, requirement) in version
            .requirements
            .iter()
            .enumerate()
            .filter(|(_, one)| one.is_at_submission() && !one.is_left_to_attribution())
        {
            let left = requirement.conditions.iter().filter(|condition| !by_account.covers(program, book, condition));
            let conditions: Vec<_> = left
                .map(|condition| {
                    let bound = condition.screen().and_then(|screen| bind(program, book, screen));
                    bound.map_or(Condition::Rows(condition), Condition::Columns)
                })
                .collect();
            if !conditions.is_empty() {
                others.push((number, sides(requirement), conditions));
            }
        }
        Self { by_account, others }
    }
}

/// The sides that a requirement refuses.
pub fn sides(requirement: &Requirement) -> Sides {
    match requirement.refuses {
        _ if requirement.on_failure != OnFailure::Refuse => Sides::default(),
        Refuses::Both => Sides::BOTH,
        Refuses::Referrer => Sides::of(Party::Referrer),
        Refuses::Referee => Sides::of(Party::Referee),
    }
}

struct Part<'a> {
    program: &'a Program,
    book: &'a Book,
    judging: &'a [Judging<'a>],
    first: usize,
    width: usize,
    version: &'a mut [u16],
    refused: &'a mut [Sides],
    failed: &'a mut [u8],
}

/// Memory that judging reuses from chunk to chunk.
struct Reused<'a> {
    scratch: Scratch<'a>,
    memory: Memory,
    days: Vec<i32>,
    holds: Vec<u8>,
    verdicts: Vec<u8>,
    /// By row, eight requirements' failures as bits.
    bits: Vec<u8>,
}

impl Part<'_> {
    fn run(&mut self) {
        let mut reused = Reused {
            scratch: Scratch::new(&self.book.texts),
            memory: Memory::default(),
            days: Vec::new(),
            holds: Vec::new(),
            verdicts: Vec::new(),
            bits: Vec::new(),
        };
        for start in (0..self.version.len()).step_by(CHUNK_ROWS) {
            let local = start..self.version.len().min(start.saturating_add(CHUNK_ROWS));
            let rows = self.first.saturating_add(local.start)..self.first.saturating_add(local.end);
            match &self.book.referrals.submitted_on {
                Some(days) => {
                    reused.days.clear();
                    reused.days.extend_from_slice(&days[rows.clone()]);
                }
                None => days_of(self.program, &self.book.referrals.submitted_at[rows.clone()], &mut reused.days),
            }
            self.versions(local.clone(), &reused.days);
            self.built_in(local.clone());
            let first = self.version[local.start];
            if self.version[local.clone()].iter().all(|version| *version == first) {
                if let Some(judging) = self.judging.get(usize::from(first)) {
                    self.chunk(first, judging, local, None, &mut reused);
                }
                continue;
            }
            for (version, judging) in (0_u16..).zip(self.judging) {
                let of_version = |at: &usize| self.version[*at] == version;
                let rows: Vec<usize> = local.clone().filter(of_version).collect();
                if !rows.is_empty() {
                    self.chunk(version, judging, local.clone(), Some(&rows), &mut reused);
                }
            }
        }
    }

    /// The version in force on each day.
    fn versions(&mut self, local: Range<usize>, days: &[i32]) {
        let mut last: Option<(i32, u16)> = None;
        for (version, day) in self.version[local].iter_mut().zip(days) {
            *version = match last {
                Some((before, version)) if before == *day => version,
                _ => self.program.version_on(Day(*day)).unwrap_or(NO_VERSION),
            };
            last = Some((*day, *version));
        }
    }

    /// What needs no document.
    fn built_in(&mut self, local: Range<usize>) {
        let referrals = &self.book.referrals;
        let rows = self.first.saturating_add(local.start)..self.first.saturating_add(local.end);
        let unknown = if self.book.accounts.given { NONE } else { NO_ROW };
        let facts = referrals.referrer[rows.clone()].iter().zip(&referrals.referrer_row[rows]);
        let verdicts = self.refused[local.clone()].iter_mut().zip(&self.version[local]);
        for ((refused, version), (referrer, row)) in verdicts.zip(facts) {
            if *version == NO_VERSION || *row == unknown || self.book.is_nobody(*referrer) {
                *refused = Sides::BOTH;
            }
        }
    }

    /// Judges the requirements of a version on rows that follow one another, or on some of them.
    fn chunk(
        &mut self,
        version: u16,
        judging: &Judging<'_>,
        local: Range<usize>,
        some: Option<&[usize]>,
        reused: &mut Reused<'_>,
    ) {
        let version = &self.program.versions[usize::from(version)];
        let range = self.first.saturating_add(local.start)..self.first.saturating_add(local.end);
        let accounts = &self.book.referrals.referrer_row[range.clone()];
        let mut by_account = |at: usize, account: u32| {
            let (failed, refused) = judging.by_account.of(account);
            self.refused[at] = self.refused[at].and(refused);
            let bytes = at.saturating_mul(self.width)..at.saturating_add(1).saturating_mul(self.width);
            self.failed[bytes].iter_mut().zip(failed).for_each(|(to, failed)| *to |= failed);
        };
        match some {
            _ if judging.by_account.is_empty() => {}
            None if self.width == 1 => {
                let to = self.failed[local.clone()].iter_mut().zip(&mut self.refused[local.clone()]);
                for ((failed, refused), account) in to.zip(accounts) {
                    let (more, sides) = judging.by_account.of_one_byte(*account);
                    *failed |= more;
                    *refused = refused.and(sides);
                }
            }
            None => local.clone().zip(accounts).for_each(|(at, account)| by_account(at, *account)),
            Some(some) => {
                some.iter().for_each(|at| by_account(*at, accounts[at.saturating_sub(local.start)]));
            }
        }
        let one_by_one = |conditions: &[Condition<'_>]| conditions.iter().any(|one| matches!(one, Condition::Rows(_)));
        let positions: Vec<u32> = match some {
            _ if !judging.others.iter().any(|(_, _, conditions)| one_by_one(conditions)) => Vec::new(),
            None => range.clone().map(position).collect(),
            Some(some) => some.iter().map(|at| position(self.first.saturating_add(*at))).collect(),
        };
        let env = env(self.program, version, self.book);
        let rows = Rows { range: range.clone(), days: &reused.days };
        reused.holds.resize(range.len(), 0);
        reused.verdicts.resize(range.len(), 0);
        reused.bits.clear();
        reused.bits.resize(range.len(), 0);
        for (place, (number, sides, conditions)) in judging.others.iter().enumerate() {
            reused.holds.fill(1);
            for condition in conditions {
                match condition {
                    Condition::Columns(bound) => {
                        bound.judge(&rows, &mut reused.verdicts, &mut reused.memory);
                        reused.holds.iter_mut().zip(&reused.verdicts).for_each(|(holds, verdict)| *holds &= verdict);
                    }
                    Condition::Rows(condition) => {
                        let inputs = ReferralRows {
                            program: self.program,
                            book: self.book,
                            rows: &positions,
                            facts_at: FactsAt::Submission,
                        };
                        let result = condition.evaluate(&inputs, positions.len(), &env, &mut reused.scratch);
                        let Column::Bool(values) = &result.column else { continue };
                        for (at, row) in positions.iter().enumerate() {
                            let holds = &mut reused.holds[index(*row).saturating_sub(range.start)];
                            *holds &= u8::from(values[at] && result.status[at].is_ok());
                        }
                    }
                }
            }
            let bit = 1_u8 << (number % 8);
            if let Some(some) = some {
                for at in some {
                    let fails = (reused.holds[at.saturating_sub(local.start)] ^ 1).wrapping_neg();
                    self.refused[*at].0 |= sides.0 & fails;
                    self.failed[at.saturating_mul(self.width).saturating_add(number / 8)] |= bit & fails;
                }
                continue;
            }
            // Bytes by themselves, so that the compiler takes many at a time.
            for (refused, holds) in self.refused[local.clone()].iter_mut().zip(&reused.holds) {
                refused.0 |= sides.0 & (holds ^ 1).wrapping_neg();
            }
            for (bits, holds) in reused.bits.iter_mut().zip(&reused.holds) {
                *bits |= bit & (holds ^ 1).wrapping_neg();
            }
            let next = judging.others.get(place.saturating_add(1)).map(|(next, _, _)| next / 8);
            if next != Some(number / 8) {
                let start = local.start.saturating_mul(self.width).saturating_add(number / 8);
                let to = self.failed[start..].iter_mut().step_by(self.width);
                to.zip(&reused.bits).for_each(|(failed, bits)| *failed |= bits);
                reused.bits.fill(0);
            }
        }
    }
}
