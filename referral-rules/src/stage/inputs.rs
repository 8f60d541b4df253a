//! What fills the slots of an expression: rows of the book, and what the timeline knows at an event.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::timeline::{Applied, Reading};
use crate::base::{NONE, Number, TextId, index};
use crate::book::{Book, FactColumn, FactValues, Ints, NEVER, Valid, each_width};
use crate::expr::{Class, Column, Inputs, Pool, Slot, Status, Value, Vector};
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

/// The values of a class, as the columns of a book hold them.
trait Loaded: Sized + Clone {
    /// Stands where there is no value.
    fn none() -> Self;
    /// The value of a row, which is valid.
    fn at(values: &FactValues, row: usize, texts: &mut dyn Pool) -> Option<Self>;
    fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>>;
    /// The values of rows that are all there, for forms of which each row is found in one step; `None` for other forms, or where a
    /// row is not there after all.
    fn all(values: &FactValues, rows: impl Iterator<Item = usize>, out: &mut Vec<Self>) -> Option<()>;
}

/// Takes values out of memory in which each row has one.
fn picked<T: Copy>(values: &[T], rows: impl Iterator<Item = usize>, out: &mut Vec<T>) -> Option<()> {
    for row in rows {
        out.push(*values.get(row)?);
    }
    Some(())
}

/// As [`picked`], of whole numbers in a host's width.
fn widened(ints: &Ints, rows: impl Iterator<Item = usize>, out: &mut Vec<i64>) -> Option<()> {
    each_width!(ints, values => {
        for row in rows {
            out.push(i64::from(*values.get(row)?));
        }
    });
    Some(())
}

/// As [`picked`], of numbers in units of `10^-scale`.
fn scaled(units: &[i128], scale: u32, rows: impl Iterator<Item = usize>, out: &mut Vec<Number>) -> Option<()> {
    for row in rows {
        out.push(Number::from_scaled(*units.get(row)?, scale)?);
    }
    Some(())
}

/// As [`picked`], of texts by their codes.
fn decoded(codes: &Ints, words: &[TextId], rows: impl Iterator<Item = usize>, out: &mut Vec<TextId>) -> Option<()> {
    each_width!(codes, codes => {
        for row in rows {
            let code = usize::try_from(*codes.get(row)?).ok()?;
            out.push(*words.get(code)?);
        }
    });
    Some(())
}

macro_rules! loaded {
    ($(
        $type:ty, $class:ident, $none:expr,
        |$row:ident, $texts:ident| { $($form:pat => $value:expr,)* },
        |$rows:ident, $out:ident| { $($quick:pat => $picked:expr,)* }
    )*) => {$(
        impl Loaded for $type {
            fn none() -> Self {
                $none
            }

            fn at(values: &FactValues, $row: usize, $texts: &mut dyn Pool) -> Option<Self> {
                match values {
                    FactValues::Column(Column::$class(values)) => values.get($row).cloned(),
                    $($form => $value,)*
                    _ => None,
                }
            }

            fn of_mut(column: &mut Column) -> Option<&mut Vec<Self>> {
                match column {
                    Column::$class(values) => Some(values),
                    _ => None,
                }
            }

            fn all(values: &FactValues, $rows: impl Iterator<Item = usize>, $out: &mut Vec<Self>) -> Option<()> {
                match values {
                    $($quick => $picked,)*
                    _ => None,
                }
            }
        }
    )*};
}

loaded! {
    bool, Bool, false,
    |row, _texts| {
        FactValues::Bool(bits) => Some(bits.get(row)),
    },
    |rows, out| {
        FactValues::Column(Column::Bool(values)) => picked(values, rows, out),
    }
    i64, Int, 0,
    |row, _texts| {
        FactValues::Int(ints) => ints.get(row),
    },
    |rows, out| {
        FactValues::Column(Column::Int(values)) => picked(values, rows, out),
        FactValues::Int(ints) => widened(ints, rows, out),
    }
    Number, Decimal, Number::ZERO,
    |row, _texts| {
        FactValues::Scaled(units, scale) => units.get(row).and_then(|units| Number::from_scaled(*units, *scale)),
    },
    |rows, out| {
        FactValues::Column(Column::Decimal(values)) => picked(values, rows, out),
        FactValues::Scaled(units, scale) => scaled(units, *scale, rows, out),
    }
    TextId, Text, TextId(0),
    |row, texts| {
        FactValues::Coded(codes, words) => {
            codes.get(row).and_then(|code| usize::try_from(code).ok()).and_then(|code| words.get(code)).copied()
        },
        FactValues::Texts(own) => Some(texts.intern(own.text(row))),
    },
    |rows, out| {
        FactValues::Column(Column::Text(values)) => picked(values, rows, out),
        FactValues::Coded(codes, words) => decoded(codes, words, rows, out),
    }
    Arc<[Value]>, List, Arc::from(Vec::new()),
    |_row, _texts| {},
    |_rows, _out| {}
}

/// A fact's column, and which row of it is meant.
type Cells<'a, R> = Option<(&'a FactColumn, R)>;

/// Takes a fact down, row after row: of the first column, where it is missing there of the second, else it is missing.
fn load_fact<R, S>(
    into: &mut Vector,
    slot: Slot,
    rows: &[u32],
    first: Cells<'_, R>,
    second: Cells<'_, S>,
    texts: &mut dyn Pool,
) where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    match into.column.class() {
        Class::Bool => load_values::<bool, R, S>(into, slot, rows, first, second, texts),
        Class::Int => load_values::<i64, R, S>(into, slot, rows, first, second, texts),
        Class::Decimal => load_values::<Number, R, S>(into, slot, rows, first, second, texts),
        Class::Text => load_values::<TextId, R, S>(into, slot, rows, first, second, texts),
        Class::List => load_values::<Arc<[Value]>, R, S>(into, slot, rows, first, second, texts),
    }
}

fn load_values<T: Loaded, R, S>(
    into: &mut Vector,
    slot: Slot,
    rows: &[u32],
    first: Cells<'_, R>,
    second: Cells<'_, S>,
    texts: &mut dyn Pool,
) where
    R: Fn(u32) -> u32,
    S: Fn(u32) -> u32,
{
    let Some(out) = T::of_mut(&mut into.column) else { return };
    out.reserve(rows.len());
    into.status.reserve(rows.len());
    if let (Some((column, place)), None) = (&first, &second) {
        if matches!(column.valid, Valid::All) {
            let before = out.len();
            // What stands before the column's first row is past its last.
            let places = rows.iter().map(|row| index(place(*row)).wrapping_sub(column.first));
            if T::all(&column.values, places, out) == Some(()) {
                (before..out.len()).for_each(|_| into.status.push(Status::OK));
                return;
            }
            out.truncate(before);
        }
    }
    for row in rows {
        let mut value = first.as_ref().and_then(|(column, place)| {
            column.place(index(place(*row))).and_then(|at| T::at(&column.values, at, texts))
        });
        if let (None, Some((column, place))) = (&value, &second) {
            value = column.place(index(place(*row))).and_then(|at| T::at(&column.values, at, texts));
        }
        into.status.push(if value.is_some() { Status::OK } else { Status::missing(slot) });
        out.push(value.unwrap_or_else(T::none));
    }
}

/// A text's number in expressions: what no look-up finds has another one there.
fn looked_up(book: &Book, id: TextId, texts: &mut dyn Pool) -> TextId {
    if id.is_in_block() { texts.intern(book.text(id)) } else { id }
}

impl ReferralRows<'_> {
    /// The fact by row; `referral` says which referral a row is.
    fn fact(
        &self,
        slot: Slot,
        number: u16,
        rows: &[u32],
        referral: impl Fn(u32) -> u32,
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
        let account_row = |row: u32| account_rows[index(referral(row))];
        let account = account.map(|account| (account, account_row));
        load_fact(into, slot, rows, own.map(|own| (own, &referral)), account, texts);
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
            _ => into.push_missing(slot),
        }
    }
}

/// No second column.
const NOTHING: Cells<'static, fn(u32) -> u32> = None;

impl Inputs for ReferralRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        match self.program.slots[usize::from(slot.0)] {
            Source::Fact(number) => self.fact(slot, number, self.rows, |row| row, into, texts),
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
                let inner = ReferralRows { program: self.program, book: self.book, rows: &[] };
                inner.fact(slot, number, self.rows, |row| applied.referral[index(row)], into, texts);
            }
            source => self.rows.iter().for_each(|row| self.load_row(slot, source, index(*row), into, texts)),
        }
    }
}

impl EventRows<'_> {
    fn load_row(&self, slot: Slot, source: Source, row: usize, into: &mut Vector, texts: &mut dyn Pool) {
        let applied = self.applied;
        match source {
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
                inner.row(slot, source, applied.referral[row], into, texts);
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
