//! What fills the slots of an expression: rows of the book, and what the timeline knows at an event.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::loading::{NOTHING, load_fact};
use super::timeline::{Applied, Reading};
use crate::base::{NONE, Number, TextId, index};
use crate::book::{Book, NEVER};
use crate::expr::{Class, Inputs, Pool, Slot, Status, Vector};
use crate::program::{Measure, Owner, Program, Reward, Source, Version};
use rustc_hash::FxHashMap;

/// Rows of referrals, for what is judged at submission.
pub struct ReferralRows<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The referrals of the chunk.
    pub rows: &'a [u32],
    /// At which moment facts of accounts are read.
    pub facts_at: FactsAt,
}

/// At which moment facts of accounts are read, where those have histories.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FactsAt {
    /// When each referral was submitted.
    Submission,
    /// At one instant.
    Instant(i64),
}

/// Rows of accounts, for what asks only facts of the referrer that its account carries.
pub struct AccountRows<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The accounts of the chunk; one that is not there has no facts.
    pub rows: &'a [u32],
}

impl Inputs for AccountRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let fact = match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) => self.program.facts[usize::from(number)].account,
            _ => None,
        };
        let column = fact.and_then(|fact| self.book.accounts.facts.get(usize::from(fact))?.as_ref());
        load_fact(into, slot, self.rows, column.map(|column| (column, |row| row)), NOTHING, texts);
    }
}

/// Rows of events, for what is judged along the timeline.
pub struct EventRows<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// What has been applied.
    pub applied: &'a Applied,
    /// The applied events of the chunk.
    pub rows: &'a [u32],
    /// What was granted to the referral of the chunk's only row so far; none where several rows are looked at together.
    pub granted: Option<GrantedTo<'a>>,
    /// Whether the event itself is counted.
    pub counted: Counted,
}

/// Whether measures are read after the event or before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Counted {
    /// The event itself counts.
    After,
    /// It does not.
    Before,
}

/// What each reward granted to a referral so far.
#[derive(Clone, Copy)]
pub struct GrantedTo<'a> {
    /// The referral.
    pub referral: u32,
    /// The governing version.
    pub version: &'a Version,
    /// By referral and reward number, in minor units.
    pub granted: &'a FxHashMap<(u32, u16), i64>,
}

impl GrantedTo<'_> {
    /// What the reward granted, in its own unit.
    fn by(&self, number: u16) -> Number {
        let minor = self.granted.get(&(self.referral, number)).copied().unwrap_or(0);
        self.version.reward_numbered(number).map_or(Number::ZERO, |reward| in_unit(minor, reward))
    }
}

/// Minor units of a reward's unit as a number.
pub fn in_unit(minor: i64, reward: &Reward) -> Number {
    Number::from_scaled(i128::from(minor), reward.unit.digits()).unwrap_or(Number::ZERO)
}

fn push_int(into: &mut Vector, slot: Slot, value: Option<i64>) {
    match value {
        Some(value) => into.push_int(value),
        None => into.push_missing(slot),
    }
}

fn push_text(into: &mut Vector, slot: Slot, value: Option<TextId>) {
    match value {
        Some(value) => into.push_text(value),
        None => into.push_missing(slot),
    }
}

/// The value of a declared measure.
pub fn push_reading(reading: Option<&Reading>, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
    let whole = into.column.class() == Class::Int;
    match reading {
        Some(Reading::Value(value)) if whole => push_int(into, slot, value.to_i64()),
        Some(Reading::Value(value)) => into.push_decimal(*value),
        Some(Reading::Text(text)) if into.column.class() == Class::Bool => into.push_bool(&**text == "true"),
        Some(Reading::Text(text)) => {
            let text = texts.intern(text);
            into.push_text(text);
        }
        Some(Reading::Overflow) => into.push_status(Status::OVERFLOW),
        Some(Reading::None) | None => into.push_missing(slot),
    }
}

/// A text's number in expressions: what no look-up finds has another one there.
pub(super) fn looked_up(book: &Book, id: TextId, texts: &mut dyn Pool) -> TextId {
    if id.is_in_block() { texts.intern(book.text(id)) } else { id }
}

impl ReferralRows<'_> {
    /// The fact by row; `referral` says which referral a row is, `at` which moment is meant.
    #[expect(clippy::too_many_arguments, reason = "the parts of one step, used in two places")]
    fn fact(
        &self,
        slot: Slot,
        number: u16,
        rows: &[u32],
        referral: impl Fn(u32) -> u32,
        at: impl Fn(u32) -> i64,
        into: &mut Vector,
        texts: &mut dyn Pool,
    ) {
        let table = &self.book.referrals;
        let fact = &self.program.facts[usize::from(number)];
        let own = table.facts.get(usize::from(number)).and_then(Option::as_ref);
        let account_rows = match fact.owner {
            Owner::Referrer => &table.referrer_row,
            Owner::Referee => &table.referee_row,
            Owner::Referral | Owner::Event => {
                return load_fact(into, slot, rows, own.map(|own| (own, referral)), NOTHING, texts);
            }
        };
        let account = fact.account.and_then(|account| self.book.accounts.facts.get(usize::from(account))?.as_ref());
        let first_row = |row: u32| account_rows.get(index(referral(row))).copied().unwrap_or(NONE);
        let own = own.map(|own| (own, &referral));
        match &self.book.accounts.history {
            None => load_fact(into, slot, rows, own, account.map(|account| (account, first_row)), texts),
            Some(history) => {
                let row_at = |row: u32| history.row_at(first_row(row), at(row));
                load_fact(into, slot, rows, own, account.map(|account| (account, row_at)), texts);
            }
        }
    }

    fn row(&self, slot: Slot, source: Source, referral: u32, into: &mut Vector, texts: &mut dyn Pool) {
        let table = &self.book.referrals;
        let row = index(referral);
        match source {
            Source::ReferralId => into.push_text(looked_up(self.book, table.id[row], texts)),
            Source::ReferrerId => {
                let referrer = looked_up(self.book, table.referrer[row], texts);
                push_text(into, slot, (!texts.text(referrer).is_empty()).then_some(referrer));
            }
            Source::RefereeId => {
                let referee = table.referee_given[row].then(|| looked_up(self.book, table.referee[row], texts));
                push_text(into, slot, referee);
            }
            Source::StageAt(Measure::Submitted) => into.push_int(table.submitted_at[row]),
            Source::HostList(list) if self.book.lists.get(usize::from(list)).is_some() => into.push_bool(true),
            _ => into.push_missing(slot),
        }
    }
}

impl Inputs for ReferralRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) => {
                let at = |referral: u32| match self.facts_at {
                    FactsAt::Submission => self.book.referrals.submitted_at[index(referral)],
                    FactsAt::Instant(at) => at,
                };
                self.fact(slot, number, self.rows, |row| row, at, into, texts);
            }
            source => self.rows.iter().for_each(|referral| self.row(slot, source, *referral, into, texts)),
        }
    }
}

impl Inputs for EventRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let applied = self.applied;
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) if self.program.facts[usize::from(number)].owner == Owner::Event => {
                let column = self.book.events.facts.get(usize::from(number)).and_then(Option::as_ref);
                let event = |row: u32| applied.event[index(row)];
                load_fact(into, slot, self.rows, column.map(|column| (column, event)), NOTHING, texts);
            }
            Source::Fact(number) => {
                let at = |row: u32| applied.at[index(row)];
                self.of_referrals().fact(slot, number, self.rows, |row| applied.referral[index(row)], at, into, texts);
            }
            source => self.rows.iter().for_each(|row| self.load_row(slot, source, index(*row), into, texts)),
        }
    }
}

impl EventRows<'_> {
    fn load_row(&self, slot: Slot, source: Source, row: usize, into: &mut Vector, texts: &mut dyn Pool) {
        let applied = self.applied;
        match source {
            Source::EventKind if applied.kind[row].is_prize() => into.push_missing(slot),
            Source::EventKind => {
                push_text(into, slot, self.book.texts.find(self.program.kind_word(applied.kind[row])));
            }
            Source::EventId => {
                let id = self.book.events.id.get(index(applied.event[row])).copied();
                push_text(into, slot, id.map(|id| looked_up(self.book, id, texts)));
            }
            Source::EventAt => into.push_int(applied.at[row]),
            Source::Recruiter => {
                let recruiter = applied.recruiter.get(row).copied().filter(|recruiter| *recruiter != NONE);
                push_text(into, slot, recruiter.map(|recruiter| looked_up(self.book, TextId(recruiter), texts)));
            }
            Source::StageAt(measure) => {
                push_int(into, slot, Some(applied.reached[row][measure.index()]).filter(|at| *at != NEVER));
            }
            Source::FirstAt(kind) => {
                let asked = self.program.first_kinds.iter().position(|asked| *asked == kind);
                let first = asked.and_then(|asked| applied.first.get(row)?.get(asked).copied());
                push_int(into, slot, first.filter(|at| *at != NEVER));
            }
            Source::Measure(measure) => {
                let counts = match self.counted {
                    Counted::After => &applied.counts[row],
                    Counted::Before => &applied.before[row],
                };
                into.push_int(counts[measure.index()]);
            }
            Source::Declared(measure) => self.measure(slot, usize::from(measure), row, into, texts),
            Source::Tier(ladder) => push_text(into, slot, self.tier(ladder, row)),
            Source::Granted(reward) => match self.granted {
                Some(granted) => into.push_decimal(granted.by(reward)),
                None => into.push_missing(slot),
            },
            source => self.of_referrals().row(slot, source, applied.referral[row], into, texts),
        }
    }

    /// What is asked of the referral of a row.
    fn of_referrals(&self) -> ReferralRows<'_> {
        ReferralRows { program: self.program, book: self.book, rows: &[], facts_at: FactsAt::Submission }
    }

    /// The value of a declared measure.
    fn measure(&self, slot: Slot, measure: usize, row: usize, into: &mut Vector, texts: &mut dyn Pool) {
        let readings = self.applied.measures.get(measure).map(|readings| match self.counted {
            Counted::After => &readings.after,
            Counted::Before => &readings.before,
        });
        push_reading(readings.and_then(|readings| readings.get(row)), slot, into, texts);
    }

    /// The level that the row has on a ladder.
    fn tier(&self, ladder: u16, row: usize) -> Option<TextId> {
        let version = &self.program.versions[usize::from(self.applied.version[row])];
        let position = version.ladders.iter().position(|found| found.number == ladder)?;
        let level = usize::from(self.applied.tiers[row].get(position)?.checked_sub(1)?);
        version.ladders[position].levels.get(level).map(|level| level.text)
    }
}
