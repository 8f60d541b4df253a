//! Conditions over the columns of a book: what [`Screen`] says of slots becomes loops over memory, for referrals that follow one
//! another.
mod cells;
mod lanes;

use crate::base::{Instant, TextId};
use crate::book::{Book, FactColumn, FactValues, Valid};
use crate::expr::{Column, Line, Order, Screen, Slot, Type};
use crate::program::{Measure, Owner, Program, Source};
use std::ops::Range;

/// How conditions are judged row by row: bit 0 says that it holds, bit 1 that it does not; neither, that something is missing.
pub type Verdicts = Vec<u8>;

const HOLDS: u8 = 1;
const FAILS: u8 = 2;

/// A condition, with the columns that it asks.
pub enum Bound<'a> {
    /// All must hold.
    All(Vec<Bound<'a>>),
    /// One must hold.
    Any(Vec<Bound<'a>>),
    /// It must not hold.
    Not(Box<Bound<'a>>),
    /// The bool itself.
    Flag(Cells<'a>),
    /// There is a value.
    Has(Cells<'a>),
    /// A number between two, both included.
    Within(Lane<'a>, i64, i64),
    /// One number against another.
    Ordered(Lane<'a>, Order, Lane<'a>),
    /// A text out of a dictionary: by code whether it is one of the set.
    Coded(Cells<'a>, Vec<u8>),
    /// A text that is not interned, and those of the set.
    Text(Cells<'a>, Vec<&'a str>),
}

/// A column, and which of its rows a referral means.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    column: Option<&'a FactColumn>,
    /// By referral, where that is not the referral's own row.
    rows: Option<&'a [u32]>,
}

/// Whole numbers by referral.
pub enum Lane<'a> {
    /// Those of a column.
    Cells(Cells<'a>),
    /// The submission's instant.
    Submitted(&'a [i64]),
    /// Its day.
    SubmittedDay,
    /// How many days the second is after the first.
    Days(Box<[Lane<'a>; 2]>),
}

/// Memory that judging reuses.
#[derive(Default)]
pub struct Memory {
    bytes: Vec<Vec<u8>>,
    numbers: Vec<Vec<i64>>,
}

/// Referrals that follow one another, and the day of each one's submission.
pub struct Rows<'a> {
    /// Their positions.
    pub range: Range<usize>,
    /// The days, one each.
    pub days: &'a [i32],
}

/// Finds the columns of a condition on referrals; `None` where a column has another form than the loops go over.
pub fn bind<'a>(program: &'a Program, book: &'a Book, screen: &Screen) -> Option<Bound<'a>> {
    Binding { program, book }.screen(screen)
}

struct Binding<'a> {
    program: &'a Program,
    book: &'a Book,
}

impl<'a> Binding<'a> {
    fn screen(&self, screen: &Screen) -> Option<Bound<'a>> {
        let all = |screens: &[Screen]| screens.iter().map(|screen| self.screen(screen)).collect::<Option<Vec<_>>>();
        Some(match screen {
            Screen::All(screens) => Bound::All(all(screens)?),
            Screen::Any(screens) => Bound::Any(all(screens)?),
            Screen::Not(screen) => Bound::Not(Box::new(self.screen(screen)?)),
            Screen::Flag(slot) => {
                let cells = self.cells(*slot)?;
                let plain = cells.column.is_none_or(|column| {
                    matches!(column.values, FactValues::Bool(_) | FactValues::Column(Column::Bool(_)))
                });
                plain.then_some(Bound::Flag(cells))?
            }
            Screen::Has(slot) => Bound::Has(self.cells(*slot)?),
            Screen::Within(line, from, to) => Bound::Within(self.lane(line)?, *from, *to),
            Screen::Ordered(left, order, right) => Bound::Ordered(self.lane(left)?, *order, self.lane(right)?),
            Screen::OneOf(slot, set) => self.one_of(*slot, set)?,
        })
    }

    /// The column of a slot, if it is a fact of one column.
    fn cells(&self, slot: Slot) -> Option<Cells<'a>> {
        let Source::Fact(number) = self.program.slots.get(usize::from(slot.0))? else { return None };
        let fact = self.program.facts.get(usize::from(*number))?;
        let table = &self.book.referrals;
        let own = table.facts.get(usize::from(*number)).and_then(Option::as_ref);
        let account = fact.account.and_then(|account| self.book.accounts.facts.get(usize::from(account))?.as_ref());
        let rows = match fact.owner {
            Owner::Referrer => &table.referrer_row,
            Owner::Referee => &table.referee_row,
            Owner::Referral => return Some(Cells { column: own, rows: None }),
            Owner::Event => return None,
        };
        match (own, account) {
            // What is missing on the row may stand with the account.
            (Some(own), Some(_)) if !matches!(own.valid, Valid::All) => None,
            (Some(_), _) => Some(Cells { column: own, rows: None }),
            // What holds depends on the moment.
            (None, Some(_)) if self.book.accounts.history.is_some() => None,
            (None, Some(_)) if !rows.is_empty() => Some(Cells { column: account, rows: Some(rows) }),
            // No referral names one.
            (None, Some(_)) => Some(Cells { column: None, rows: None }),
            (None, None) => Some(Cells { column: None, rows: None }),
        }
    }

    fn one_of(&self, slot: Slot, set: &[TextId]) -> Option<Bound<'a>> {
        let cells = self.cells(slot)?;
        match cells.column.map(|column| &column.values) {
            // Without a column every row is missing.
            None => Some(Bound::Flag(cells)),
            Some(FactValues::Coded(_, words)) => {
                let verdict = |word: &TextId| if set.contains(word) { HOLDS } else { FAILS };
                Some(Bound::Coded(cells, words.iter().map(verdict).collect()))
            }
            Some(FactValues::Texts(_)) => {
                Some(Bound::Text(cells, set.iter().map(|text| self.program.texts.text(*text)).collect()))
            }
            Some(_) => None,
        }
    }

    fn lane(&self, line: &Line) -> Option<Lane<'a>> {
        let submitted =
            |slot: Slot| self.program.slots.get(usize::from(slot.0)) == Some(&Source::StageAt(Measure::Submitted));
        match line {
            Line::Day(slot) => submitted(*slot).then_some(Lane::SubmittedDay),
            Line::Slot(slot) if submitted(*slot) => Some(Lane::Submitted(&self.book.referrals.submitted_at)),
            Line::Slot(slot) => {
                let cells = self.cells(*slot)?;
                let plain = cells.column.is_none_or(|column| {
                    matches!(column.values, FactValues::Int(_) | FactValues::Column(Column::Int(_)))
                });
                plain.then_some(Lane::Cells(cells))
            }
            Line::Days(lines) => {
                let [first, second] = &**lines;
                (self.is_day(first) && self.is_day(second))
                    .then(|| Some(Lane::Days(Box::new([self.lane(first)?, self.lane(second)?]))))?
            }
        }
    }

    /// Whether the line is of days: those are few enough that no difference overflows.
    fn is_day(&self, line: &Line) -> bool {
        match line {
            Line::Day(_) => true,
            Line::Slot(slot) => match self.program.slots.get(usize::from(slot.0)) {
                Some(Source::Fact(number)) => {
                    self.program.facts.get(usize::from(*number)).is_some_and(|fact| fact.kind == Type::Date)
                }
                _ => false,
            },
            Line::Days(_) => false,
        }
    }
}

impl Memory {
    fn with_lane(&mut self, rows: usize, work: impl FnOnce(&mut Self, &mut [i64], &mut [u8])) {
        let mut numbers = self.numbers.pop().unwrap_or_default();
        numbers.resize(rows, 0);
        self.with_bytes(rows, |memory, valid| work(memory, &mut numbers, valid));
        self.numbers.push(numbers);
    }

    fn with_bytes(&mut self, rows: usize, work: impl FnOnce(&mut Self, &mut [u8])) {
        let mut bytes = self.bytes.pop().unwrap_or_default();
        bytes.resize(rows, 0);
        work(self, &mut bytes);
        self.bytes.push(bytes);
    }
}

const fn verdict(holds: bool) -> u8 {
    if holds { HOLDS } else { FAILS }
}

/// A verdict where there is a value, and none where there is not.
fn known(holds: bool, valid: u8) -> u8 {
    verdict(holds) & valid.wrapping_neg()
}

impl Bound<'_> {
    /// Judges the rows.
    pub fn judge(&self, rows: &Rows<'_>, out: &mut [u8], memory: &mut Memory) {
        match self {
            Self::All(parts) => {
                out.fill(HOLDS);
                for part in parts {
                    memory.with_bytes(out.len(), |memory, one| {
                        part.judge(rows, one, memory);
                        let both = out.iter_mut().zip(one.iter());
                        both.for_each(|(out, one)| *out = (*out & one & HOLDS) | ((*out | one) & FAILS));
                    });
                }
            }
            Self::Any(parts) => {
                out.fill(FAILS);
                for part in parts {
                    memory.with_bytes(out.len(), |memory, one| {
                        part.judge(rows, one, memory);
                        let both = out.iter_mut().zip(one.iter());
                        both.for_each(|(out, one)| *out = ((*out | one) & HOLDS) | (*out & one & FAILS));
                    });
                }
            }
            Self::Not(part) => {
                part.judge(rows, out, memory);
                out.iter_mut().for_each(|out| *out = (*out >> 1) | ((*out & HOLDS) << 1));
            }
            Self::Has(cells) => {
                cells.valid(rows, out);
                out.iter_mut().for_each(|out| *out = if *out == 1 { HOLDS } else { FAILS });
            }
            Self::Flag(cells) => cells.flags(rows, out),
            Self::Coded(cells, by_code) => cells.coded(rows, by_code, out),
            Self::Text(cells, set) => cells.texts(rows, set, out),
            Self::Within(lane, from, to) => lane.within(rows, (*from, *to), out, memory),
            Self::Ordered(left, order, right) => memory.with_lane(out.len(), |memory, first, there| {
                left.read(rows, first, there, memory);
                memory.with_lane(first.len(), |memory, second, valid| {
                    right.read(rows, second, valid, memory);
                    valid.iter_mut().zip(there.iter()).for_each(|(valid, there)| *valid &= there);
                    let pairs = first.iter().zip(second.iter()).zip(valid.iter());
                    for (out, ((first, second), valid)) in out.iter_mut().zip(pairs) {
                        let holds = match order {
                            Order::Less => first < second,
                            Order::AtMost => first <= second,
                            Order::Same => first == second,
                        };
                        *out = known(holds, *valid);
                    }
                });
            }),
        }
        if let Self::Flag(cells) | Self::Coded(cells, _) | Self::Text(cells, _) = self {
            cells.mask(rows, out, memory);
        }
    }
}

/// The days of instants; those that repeat the one before are not looked up again.
pub fn days_of(program: &Program, instants: &[i64], out: &mut Vec<i32>) {
    out.clear();
    let mut last: Option<(i64, i32)> = None;
    out.extend(instants.iter().map(|at| match last {
        Some((before, day)) if before == *at => day,
        _ => {
            let day = program.zone.day_of(Instant(*at)).0;
            last = Some((*at, day));
            day
        }
    }));
}
