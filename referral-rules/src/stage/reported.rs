//! What reports look at: the rows of an answer, as of its moment, as columns for expressions.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::inputs::{FactsAt, ReferralRows, in_unit, looked_up, push_reading};
use super::loading::{NOTHING, load_fact};
use super::schedule::rule;
use super::submission::Submissions;
use super::timeline::{EntryRow, EntryTable, LADDERS_MAX, NO_STAGE, Reading, States};
use crate::base::{TextId, Unit, index};
use crate::book::{Book, NEVER};
use crate::expr::{Inputs, Pool, Slot, Vector};
use crate::program::{EventKind, Over, Owner, Program, Reported, Reward, Source, Version};
use std::borrow::Cow;

/// Where referrals stand at the moment of the answer, by position.
#[derive(Debug, Default)]
pub struct Now {
    /// Whether it is known, and no copy contradicts it.
    pub there: Vec<bool>,
    /// The stage; `NO_STAGE` for one that is refused.
    pub stage: Vec<u16>,
    /// Whether it is accepted.
    pub accepted: Vec<bool>,
    /// Whether something may still come of it: it is accepted, nobody has taken it over, and its stage may be followed by more than a
    /// disqualification.
    pub under_way: Vec<bool>,
    /// Which of the first four stages it has reached, as bits.
    pub reached: Vec<u8>,
    /// When it came into its stage, and when it reached each of the first four; only where that is asked.
    pub moments: Vec<(i64, [i64; 4])>,
}

impl Now {
    /// When a referral reached one of the first four stages.
    pub fn reached(&self, referral: u32, stage: usize) -> Option<i64> {
        self.moments.get(index(referral)).map(|(_, reached)| reached[stage]).filter(|at| *at != NEVER)
    }
}

/// The accounts at the moment of the answer.
#[derive(Debug, Default)]
pub struct AccountsNow {
    /// The ids.
    pub id: Vec<TextId>,
    /// The rows whose facts hold; `NONE` without one.
    pub row: Vec<u32>,
    /// How many of its referrals have reached each stage.
    pub counts: Vec<[i64; 4]>,
    /// Where the account's measures stand in `measures`; `NONE` for one without an accepted referral.
    pub measured: Vec<u32>,
    /// By declared measure its readings.
    pub measures: Vec<Vec<Reading>>,
}

/// The ledger, in the form that it has.
#[derive(Clone, Copy)]
pub enum Ledger<'a> {
    /// Row by row.
    Rows(&'a [EntryRow]),
    /// As the columns of the straight way: it was earned when it was booked.
    Table(&'a EntryTable),
}

impl<'a> Ledger<'a> {
    /// How many entries there are.
    pub fn len(self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Table(table) => table.amount.len(),
        }
    }

    /// True without entries.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The referrals of all entries.
    pub fn all_referrals(self) -> Cow<'a, [u32]> {
        match self {
            Self::Rows(rows) => rows.iter().map(|row| row.referral).collect(),
            Self::Table(table) => Cow::Borrowed(&table.referral),
        }
    }

    /// The amounts of all entries, in minor units.
    pub fn amounts(self) -> Cow<'a, [i64]> {
        match self {
            Self::Rows(rows) => rows.iter().map(|row| row.amount).collect(),
            Self::Table(table) => Cow::Borrowed(&table.amount),
        }
    }

    /// When each entry was earned.
    pub fn all_earned(self) -> Cow<'a, [i64]> {
        match self {
            Self::Rows(rows) => rows.iter().map(EntryRow::earned_at).collect(),
            Self::Table(table) => Cow::Borrowed(&table.at),
        }
    }

    /// When each entry was booked.
    pub fn all_booked(self) -> Cow<'a, [i64]> {
        match self {
            Self::Rows(rows) => rows.iter().map(|row| row.booked_at).collect(),
            Self::Table(table) => Cow::Borrowed(&table.at),
        }
    }

    /// The rule that made an entry.
    pub fn reward(self, program: &'a Program, row: usize) -> Option<&'a Reward> {
        match self {
            Self::Rows(rows) => Some(rule(program, &rows[row]).1),
            Self::Table(table) => {
                program.versions.get(usize::from(table.version[row]))?.reward_numbered(table.reward[row])
            }
        }
    }

    /// The entries that are in a unit; `None` where all rules are.
    pub fn in_unit(self, program: &Program, unit: &Unit) -> Option<Vec<u32>> {
        if program.versions.iter().flat_map(|version| &version.rewards).all(|rule| rule.unit == *unit) {
            return None;
        }
        let mut out: Vec<u32> = Vec::with_capacity(self.len());
        match self {
            Self::Rows(rows) => {
                let all = (0_u32..).zip(rows).filter(|(_, row)| rule(program, row).1.unit == *unit);
                out.extend(all.map(|(at, _)| at));
            }
            Self::Table(table) => {
                // By version and rule: each rule is looked at once.
                let of = |version: &Version| -> Vec<bool> {
                    let rules = (0..program.reward_ids.len()).map(|number| u16::try_from(number).unwrap_or(u16::MAX));
                    rules.map(|number| version.reward_numbered(number).is_some_and(|rule| rule.unit == *unit)).collect()
                };
                let in_unit: Vec<Vec<bool>> = program.versions.iter().map(of).collect();
                let rules = table.version.iter().zip(table.reward.iter());
                let holds = |version: u16, rule: u16| {
                    in_unit.get(usize::from(version)).and_then(|of| of.get(usize::from(rule))) == Some(&true)
                };
                out.extend(
                    (0_u32..).zip(rules).filter(|(_, (version, rule))| holds(**version, **rule)).map(|(at, _)| at),
                );
            }
        }
        Some(out)
    }

    /// The amount of an entry, in minor units.
    pub fn amount(self, row: usize) -> i64 {
        match self {
            Self::Rows(rows) => rows[row].amount,
            Self::Table(table) => table.amount[row],
        }
    }

    /// When an entry was earned.
    pub fn earned_at(self, row: usize) -> i64 {
        match self {
            Self::Rows(rows) => rows[row].earned_at(),
            Self::Table(table) => table.at[row],
        }
    }

    /// When an entry was booked.
    pub fn booked_at(self, row: usize) -> i64 {
        match self {
            Self::Rows(rows) => rows[row].booked_at,
            Self::Table(table) => table.at[row],
        }
    }

    /// The version of an entry, and its levels on the ladders of that.
    fn tiers(self, row: usize) -> (u16, [u8; LADDERS_MAX]) {
        match self {
            Self::Rows(rows) => (rows[row].version, rows[row].tiers),
            Self::Table(table) => {
                let mut out = [0; LADDERS_MAX];
                let from = row.saturating_mul(table.ladders);
                let own = table.tiers.get(from..from.saturating_add(table.ladders)).unwrap_or_default();
                out.iter_mut().zip(own).for_each(|(out, tier)| *out = *tier);
                (table.version[row], out)
            }
        }
    }
}

/// Rows of an answer.
#[derive(Clone, Copy)]
pub struct ReportedRows<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The verdicts at submission.
    pub submissions: &'a Submissions,
    /// Where referrals stand in the timeline.
    pub states: &'a States,
    /// Where referrals stand now.
    pub now: &'a Now,
    /// The ledger.
    pub ledger: Ledger<'a>,
    /// Where each entry stands; nothing where that is not asked.
    pub entry_states: &'a [&'static str],
    /// The accounts.
    pub accounts: &'a AccountsNow,
    /// What the rows are.
    pub over: Over,
    /// The rows of the chunk: positions of referrals, accounts, events or entries.
    pub rows: &'a [u32],
    /// The referral of each row; of accounts none.
    pub referrals: &'a [u32],
}

impl Inputs for ReportedRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let source = self.program.slots[usize::from(slot.0)];
        if self.over == Over::Accounts {
            return self.account(slot, source, into, texts);
        }
        match source {
            Source::Fact(number) if self.program.facts[usize::from(number)].owner == Owner::Event => {
                let column = self.book.events.facts.get(usize::from(number)).and_then(Option::as_ref);
                let column = column.filter(|_| self.over == Over::Events);
                load_fact(into, slot, self.rows, column.map(|column| (column, |row| row)), NOTHING, texts);
            }
            Source::EventKind | Source::EventId | Source::EventAt => self.event(slot, source, into, texts),
            Source::Tier(ladder) => self.tiers(slot, ladder, into, texts),
            Source::Reported(reported) => self.reported(slot, reported, into, texts),
            Source::StageAt(stage) if stage.index() > 0 => {
                for referral in self.referrals {
                    moment(self.now.reached(*referral, stage.index()), slot, into);
                }
            }
            _ => {
                let (program, book, rows) = (self.program, self.book, self.referrals);
                ReferralRows { program, book, rows, facts_at: FactsAt::Submission }.load(slot, into, texts);
            }
        }
    }
}

fn moment(at: Option<i64>, slot: Slot, into: &mut Vector) {
    match at {
        Some(at) => into.push_int(at),
        None => into.push_missing(slot),
    }
}

impl ReportedRows<'_> {
    fn account(&self, slot: Slot, source: Source, into: &mut Vector, texts: &mut dyn Pool) {
        let accounts = self.accounts;
        match source {
            Source::Fact(number) => {
                let fact = self.program.facts[usize::from(number)].account;
                let column = fact.and_then(|fact| self.book.accounts.facts.get(usize::from(fact))?.as_ref());
                let row = |account: u32| accounts.row[index(account)];
                load_fact(into, slot, self.rows, column.map(|column| (column, row)), NOTHING, texts);
            }
            Source::ReferrerId => {
                for account in self.rows {
                    into.push_text(looked_up(self.book, accounts.id[index(*account)], texts));
                }
            }
            Source::Measure(measure) => {
                into.extend_ints(self.rows.iter().map(|account| accounts.counts[index(*account)][measure.index()]));
            }
            Source::Declared(measure) => {
                let readings = accounts.measures.get(usize::from(measure));
                for account in self.rows {
                    let at = index(accounts.measured[index(*account)]);
                    push_reading(readings.and_then(|readings| readings.get(at)), slot, into, texts);
                }
            }
            _ => self.rows.iter().for_each(|_| into.push_missing(slot)),
        }
    }

    fn event(&self, slot: Slot, source: Source, into: &mut Vector, texts: &mut dyn Pool) {
        let events = &self.book.events;
        if self.over != Over::Events {
            return self.rows.iter().for_each(|_| into.push_missing(slot));
        }
        match source {
            Source::EventKind => {
                let words: Vec<TextId> = self.program.kinds.iter().map(|kind| texts.intern(kind)).collect();
                into.extend_texts(self.rows.iter().map(|event| words[events.kind[index(*event)].index()]));
            }
            Source::EventId => {
                self.rows.iter().for_each(|event| {
                    let id = looked_up(self.book, events.id[index(*event)], texts);
                    into.push_text(id);
                });
            }
            _ => into.extend_ints(self.rows.iter().map(|event| events.at[index(*event)])),
        }
    }

    /// The level at an entry's event; of all else that at the latest event of the referral.
    fn tiers(&self, slot: Slot, ladder: u16, into: &mut Vector, _: &mut dyn Pool) {
        for (row, referral) in self.rows.iter().zip(self.referrals) {
            let (version, tiers): (u16, [u8; LADDERS_MAX]) = if self.over == Over::Entries {
                self.ledger.tiers(index(*row))
            } else {
                (self.submissions.version[index(*referral)], self.states.tiers(*referral))
            };
            let version = self.program.versions.get(usize::from(version));
            let level = version.and_then(|version| {
                let position = version.ladders.iter().position(|found| found.number == ladder)?;
                let level = usize::from(tiers.get(position)?.checked_sub(1)?);
                version.ladders.get(position)?.levels.get(level).map(|level| level.text)
            });
            match level.filter(|_| self.now.accepted[index(*referral)] || self.over == Over::Entries) {
                Some(level) => into.push_text(level),
                None => into.push_missing(slot),
            }
        }
    }

    fn reported(&self, slot: Slot, reported: Reported, into: &mut Vector, texts: &mut dyn Pool) {
        match reported {
            Reported::Accepted => {
                into.extend_bools(self.referrals.iter().map(|referral| self.now.accepted[index(*referral)]));
            }
            Reported::Stage => {
                let words = EventKind::STAGES.map(|stage| texts.intern(stage));
                for referral in self.referrals {
                    match words.get(usize::from(self.now.stage[index(*referral)])) {
                        Some(word) => into.push_text(*word),
                        None => into.push_missing(slot),
                    }
                }
            }
            Reported::StageAt => {
                for referral in self.referrals {
                    let there = self.now.stage[index(*referral)] != NO_STAGE;
                    let at = self.now.moments.get(index(*referral)).map(|(at, _)| *at);
                    moment(at.filter(|at| there && *at != NEVER), slot, into);
                }
            }
            _ if self.over != Over::Entries => self.rows.iter().for_each(|_| into.push_missing(slot)),
            _ => self.rows.iter().for_each(|row| self.entry(slot, reported, index(*row), into, texts)),
        }
    }

    fn entry(&self, slot: Slot, reported: Reported, row: usize, into: &mut Vector, texts: &mut dyn Pool) {
        let Some(reward) = self.ledger.reward(self.program, row) else { return into.push_missing(slot) };
        let mut word = |word: &str, into: &mut Vector| into.push_text(texts.intern(word));
        match reported {
            Reported::EntryReward => {
                let id = self.program.reward_ids.get(usize::from(reward.number)).map_or("", |id| id);
                word(id, into);
            }
            Reported::EntryKind => word(&reward.kind, into),
            Reported::EntryParty => word(reward.to.word(), into),
            Reported::EntryAmount => into.push_decimal(in_unit(self.ledger.amount(row), reward)),
            Reported::EntryEarnedAt => into.push_int(self.ledger.earned_at(row)),
            Reported::EntryBookedAt => into.push_int(self.ledger.booked_at(row)),
            Reported::EntryState => match self.entry_states.get(row) {
                Some(state) => word(state, into),
                None => into.push_missing(slot),
            },
            Reported::Accepted | Reported::Stage | Reported::StageAt => into.push_missing(slot),
        }
    }
}
