//! What fills the slots of an expression: rows of the book, and what the timeline knows at an event.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::timeline::{Applied, Reading};
use crate::base::{NONE, Number, TextId, index};
use crate::book::{Book, FactColumn, NEVER};
use crate::expr::{Class, Column, Inputs, Slot, Status, Value, Vector};
use crate::program::{Measure, Owner, Program, Reward, Source, Version};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Rows of referrals, for what is judged at submission.
pub struct ReferralRows<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The referrals of the chunk.
    pub rows: &'a [u32],
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

/// The values of a class and whether they are valid.
trait Values: Sized + Clone {
    /// Stands where there is no value.
    fn none() -> Self;
    fn of(column: &Column) -> Option<&[Self]>;
    fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>>;
}

macro_rules! values {
    ($($type:ty, $class:ident, $none:expr;)*) => {$(
        impl Values for $type {
            fn none() -> Self {
                $none
            }

            fn of(column: &Column) -> Option<&[Self]> {
                match column {
                    Column::$class(values) => Some(values),
                    _ => None,
                }
            }

            fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>> {
                match column {
                    Column::$class(values) => Some(values),
                    _ => None,
                }
            }
        }
    )*};
}

values! {
    bool, Bool, false;
    i64, Int, 0;
    Number, Decimal, Number::ZERO;
    TextId, Text, TextId(0);
    Arc<[Value]>, List, Arc::from(Vec::new());
}

/// A fact's column, and which row of it is meant.
type Cells<'a, R> = Option<(&'a FactColumn, R)>;

/// Takes a fact down, row after row: of the first column, where it is missing there of the second, else it is missing.
fn load_fact<R, S>(into: &mut Vector, slot: Slot, rows: &[u32], first: Cells<'_, R>, second: Cells<'_, S>)
where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    match into.column.class() {
        Class::Bool => load_values::<bool, R, S>(into, slot, rows, first, second),
        Class::Int => load_values::<i64, R, S>(into, slot, rows, first, second),
        Class::Decimal => load_values::<Number, R, S>(into, slot, rows, first, second),
        Class::Text => load_values::<TextId, R, S>(into, slot, rows, first, second),
        Class::List => load_values::<Arc<[Value]>, R, S>(into, slot, rows, first, second),
    }
}

fn load_values<T: Values, R, S>(into: &mut Vector, slot: Slot, rows: &[u32], first: Cells<'_, R>, second: Cells<'_, S>)
where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    let Some(out) = T::of_mut(&mut into.column) else { return };
    let (own, own_valid, own_row) = match &first {
        Some((column, row)) => (T::of(&column.column).unwrap_or_default(), column.valid.as_slice(), Some(row)),
        None => (<&[T]>::default(), <&[bool]>::default(), None),
    };
    let (other, other_valid, other_row) = match &second {
        Some((column, row)) => (T::of(&column.column).unwrap_or_default(), column.valid.as_slice(), Some(row)),
        None => (<&[T]>::default(), <&[bool]>::default(), None),
    };
    out.reserve(rows.len());
    into.status.reserve(rows.len());
    for row in rows {
        let at = own_row.map_or(NONE, |place| place(*row));
        let mut value = own.get(index(at)).filter(|_| own_valid.get(index(at)) == Some(&true));
        if value.is_none() {
            let at = other_row.map_or(NONE, |place| place(*row));
            value = other.get(index(at)).filter(|_| other_valid.get(index(at)) == Some(&true));
        }
        into.status.push(if value.is_some() { Status::OK } else { Status::missing(slot) });
        out.push(value.cloned().unwrap_or_else(T::none));
    }
}

impl ReferralRows<'_> {
    /// The fact by row; `referral` says which referral a row is.
    fn fact(&self, slot: Slot, number: u16, rows: &[u32], referral: impl Fn(u32) -> u32, into: &mut Vector) {
        let table = &self.book.referrals;
        let fact = &self.program.facts[usize::from(number)];
        let own = table.facts.get(usize::from(number)).and_then(Option::as_ref);
        let account_rows = match fact.owner {
            Owner::Referrer => &table.referrer_row,
            Owner::Referee => &table.referee_row,
            Owner::Referral | Owner::Event => {
                return load_fact(into, slot, rows, own.map(|own| (own, referral)), NOTHING);
            }
        };
        let account = fact.account.and_then(|account| self.book.accounts.facts.get(usize::from(account))?.as_ref());
        let account_row = |row: u32| account_rows[index(referral(row))];
        load_fact(into, slot, rows, own.map(|own| (own, &referral)), account.map(|account| (account, account_row)));
    }

    fn row(&self, slot: Slot, source: Source, referral: u32, into: &mut Vector) {
        let table = &self.book.referrals;
        let row = index(referral);
        match source {
            Source::ReferralId => into.push_text(table.id[row]),
            Source::ReferrerId => {
                let referrer = table.referrer[row];
                push_text(into, slot, (!self.book.text(referrer).is_empty()).then_some(referrer));
            }
            Source::RefereeId => push_text(into, slot, table.referee_given[row].then(|| table.referee[row])),
            Source::StageAt(Measure::Submitted) => into.push_int(table.submitted_at[row]),
            _ => into.push_missing(slot),
        }
    }
}

/// No second column.
const NOTHING: Cells<'static, fn(u32) -> u32> = None;

impl Inputs for ReferralRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector) {
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) => self.fact(slot, number, self.rows, |row| row, into),
            source => self.rows.iter().for_each(|referral| self.row(slot, source, *referral, into)),
        }
    }
}

impl Inputs for EventRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector) {
        let applied = self.applied;
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) if self.program.facts[usize::from(number)].owner == Owner::Event => {
                let column = self.book.events.facts.get(usize::from(number)).and_then(Option::as_ref);
                let event = |row: u32| applied.event[index(row)];
                load_fact(into, slot, self.rows, column.map(|column| (column, event)), NOTHING);
            }
            Source::Fact(number) => {
                let inner = ReferralRows { program: self.program, book: self.book, rows: &[] };
                inner.fact(slot, number, self.rows, |row| applied.referral[index(row)], into);
            }
            source => self.rows.iter().for_each(|row| self.load_row(slot, source, index(*row), into)),
        }
    }
}

impl EventRows<'_> {
    fn load_row(&self, slot: Slot, source: Source, row: usize, into: &mut Vector) {
        let applied = self.applied;
        match source {
            Source::EventKind => {
                push_text(into, slot, self.book.texts.find(self.program.kind_word(applied.kind[row])));
            }
            Source::EventId => {
                push_text(into, slot, self.book.events.id.get(index(applied.event[row])).copied());
            }
            Source::EventAt => into.push_int(applied.at[row]),
            Source::StageAt(measure) => {
                push_int(into, slot, Some(applied.reached[row][measure.index()]).filter(|at| *at != NEVER));
            }
            Source::Measure(measure) => {
                let counts = match self.counted {
                    Counted::After => &applied.counts[row],
                    Counted::Before => &applied.before[row],
                };
                into.push_int(counts[measure.index()]);
            }
            Source::Declared(measure) => self.measure(slot, usize::from(measure), row, into),
            Source::Tier(ladder) => push_text(into, slot, self.tier(ladder, row)),
            Source::Granted(reward) => match self.granted {
                Some(granted) => into.push_decimal(granted.by(reward)),
                None => into.push_missing(slot),
            },
            source => {
                let inner = ReferralRows { program: self.program, book: self.book, rows: &[] };
                inner.row(slot, source, applied.referral[row], into);
            }
        }
    }

    /// The value of a declared measure.
    fn measure(&self, slot: Slot, measure: usize, row: usize, into: &mut Vector) {
        let readings = self.applied.measures.get(measure).map(|readings| match self.counted {
            Counted::After => &readings.after,
            Counted::Before => &readings.before,
        });
        let whole = into.column.class() == Class::Int;
        match readings.and_then(|readings| readings.get(row)) {
            Some(Reading::Value(value)) if whole => push_int(into, slot, value.to_i64()),
            Some(Reading::Value(value)) => into.push_decimal(*value),
            Some(Reading::Overflow) => into.push_status(Status::OVERFLOW),
            Some(Reading::None) | None => into.push_missing(slot),
        }
    }

    /// The level that the row has on a ladder.
    fn tier(&self, ladder: u16, row: usize) -> Option<TextId> {
        let version = &self.program.versions[usize::from(self.applied.version[row])];
        let position = version.ladders.iter().position(|found| found.number == ladder)?;
        let level = usize::from(self.applied.tiers[row].get(position)?.checked_sub(1)?);
        version.ladders[position].levels.get(level).map(|level| level.text)
    }
}
