//! Levels with conditions: which of them hold at applied events.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, LADDERS_MAX};
use super::measures::Reading;
use super::tiers;
use crate::base::{Number, position};
use crate::book::Book;
use crate::expr::{Column, Compiled, Scratch};
use crate::program::{Ladder, LadderBy, Program, Version};
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows};
use crate::stage::submission::CHUNK_ROWS;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Which levels' conditions hold, by version, ladder, level and row.
pub(super) type Holding = FxHashMap<(u16, usize, usize), Vec<bool>>;

/// Evaluates conditions over applied events.
#[derive(Clone, Copy)]
pub struct Levels<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
}

impl Levels<'_> {
    /// The levels at each of the applied events, which one version governs, as they are then; locks are not looked at.
    pub fn of(&self, version: &Version, applied: &Applied, scratch: &mut Scratch<'_>) -> Vec<[u8; LADDERS_MAX]> {
        let rows = 0..applied.referral.len();
        let holding = self.holding(rows.clone(), applied, scratch);
        let of_row = |row: usize| {
            let mut out = [0; LADDERS_MAX];
            for (at, (ladder, out)) in version.ladders.iter().zip(&mut out).enumerate() {
                let number = applied.version[row];
                let holds = |level| holding.get(&(number, at, level)).is_none_or(|holds| holds[row]);
                *out = tiers::level(ladder, value_of(ladder, applied, row), holds);
            }
            out
        };
        rows.map(of_row).collect()
    }

    /// Which conditions of levels hold.
    pub(super) fn holding(&self, rows: Range<usize>, applied: &Applied, scratch: &mut Scratch<'_>) -> Holding {
        let mut out = Holding::default();
        for (number, version) in (0_u16..).zip(&self.program.versions) {
            let own: Vec<(usize, u32)> = rows
                .clone()
                .enumerate()
                .filter(|(_, row)| applied.version[*row] == number)
                .map(|(at, row)| (at, position(row)))
                .collect();
            for (ladder_at, ladder) in version.ladders.iter().enumerate() {
                let counted = if ladder.counts_this_event { Counted::After } else { Counted::Before };
                for (level_at, level) in ladder.levels.iter().enumerate().filter(|(_, level)| !level.when.is_empty()) {
                    let all = out.entry((number, ladder_at, level_at)).or_insert_with(|| vec![false; rows.len()]);
                    for chunk in own.chunks(CHUNK_ROWS) {
                        let rows: Vec<u32> = chunk.iter().map(|(_, row)| *row).collect();
                        let holds = self.all_hold(version, &level.when, &rows, applied, counted, scratch);
                        chunk.iter().zip(holds).for_each(|((at, _), holds)| all[*at] = holds);
                    }
                }
            }
        }
        out
    }

    /// Whether all of the conditions hold, by row; what is missing does not.
    pub(super) fn all_hold(
        &self,
        version: &Version,
        conditions: &[Compiled],
        rows: &[u32],
        applied: &Applied,
        counted: Counted,
        scratch: &mut Scratch<'_>,
    ) -> Vec<bool> {
        let env = env(self.program, version, self.book);
        let inputs = self.inputs(applied, rows, counted);
        let mut out = vec![true; rows.len()];
        for condition in conditions {
            let result = condition.evaluate(&inputs, rows.len(), &env, scratch);
            let Column::Bool(holds) = &result.column else { continue };
            out.iter_mut().enumerate().for_each(|(at, out)| *out &= holds[at] && result.status[at].is_ok());
        }
        out
    }

    pub(super) fn inputs<'b>(&'b self, applied: &'b Applied, rows: &'b [u32], counted: Counted) -> EventRows<'b> {
        EventRows { program: self.program, book: self.book, applied, rows, granted: None, counted }
    }
}

/// What a ladder goes by at an applied event.
pub(super) fn value_of(ladder: &Ladder, applied: &Applied, row: usize) -> Option<Number> {
    match ladder.by {
        LadderBy::BuiltIn(measure) => {
            let counts = if ladder.counts_this_event { &applied.counts[row] } else { &applied.before[row] };
            Some(Number::from(counts[measure.index()]))
        }
        LadderBy::Declared(measure) => {
            let readings = applied.measures.get(usize::from(measure))?;
            let readings = if ladder.counts_this_event { &readings.after } else { &readings.before };
            match readings.get(row)? {
                Reading::Value(value) => Some(*value),
                Reading::Text(_) | Reading::None | Reading::Overflow => None,
            }
        }
        LadderBy::Conditions => None,
    }
}
