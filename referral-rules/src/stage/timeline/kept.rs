//! Levels that referrers keep: on ladders that are looked at only when a period begins, or that do not go down.
//!
//! Nothing that a referrer's level goes by changes between two events of its own but by the day, so what happened when periods began is
//! worked out at the next event.
use super::measure_keys::MeasureKey;
use super::measures::{Reading, Running, Totals};
use super::run::Timeline;
use super::tiers;
use crate::base::{Day, Number};
use crate::program::{DeclaredMeasure, Ladder, LadderBy, Moves, Program};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// What a referrer keeps.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// The day up to which it was looked at.
    pub day: Day,
    /// The levels, by version and the ladder's position in it.
    pub levels: BTreeMap<(u16, u16), u8>,
}

/// What is seen of one ladder when a period begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Review {
    /// The version and the ladder's position in it.
    pub(super) ladder: (u16, u16),
    /// What may change: whether the level may go up, and whether it may go down.
    moves: (bool, bool),
    /// What the measure reached until then.
    level: u8,
}

impl Review {
    /// Lets the level follow.
    pub(super) fn apply(self, levels: &mut BTreeMap<(u16, u16), u8>) {
        let kept = levels.entry(self.ladder).or_default();
        let (up, down) = self.moves;
        *kept = follow(*kept, self.level, up, down);
    }
}

fn follow(kept: u8, now: u8, up: bool, down: bool) -> u8 {
    if now > kept && up || now < kept && down { now } else { kept }
}

/// The level after an event at which the measure reaches `now`.
pub(super) fn at_event(ladder: &Ladder, kept: u8, now: u8) -> u8 {
    follow(kept, now, ladder.goes_up == Moves::AtOnce, ladder.goes_down == Moves::AtOnce)
}

/// What a ladder goes by, as it was read or can be read on later days.
enum Value<'a> {
    Number(Option<Number>),
    Running(Running, &'a DeclaredMeasure),
}

impl Value<'_> {
    fn on(&mut self, day: Day) -> Option<Number> {
        match self {
            Self::Number(number) => *number,
            Self::Running(running, measure) => match running.read(measure, day) {
                Reading::Value(value) => Some(value),
                Reading::Text(_) | Reading::None | Reading::Overflow => None,
            },
        }
    }

    /// True if it stays as it is on all later days, as long as nothing happens.
    fn is_settled(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Running(running, measure) => !measure.in_each.passes() || running.buckets.is_empty(),
        }
    }
}

/// Looks at the ladders that keep levels.
pub(super) struct Keeping<'a> {
    /// The program.
    pub(super) program: &'a Program,
    /// The declared measures as they were before the history, by number and key.
    pub(super) opening: &'a FxHashMap<(u16, MeasureKey), BTreeMap<i32, Totals>>,
    /// The declared measures as they run.
    pub(super) measures: &'a FxHashMap<(u16, MeasureKey), Running>,
}

impl Keeping<'_> {
    /// What was seen of a referrer's ladders when periods began, up to a day on which something happens to it; `counts` are those before that.
    /// Without anything kept, what its latest periods began with.
    pub(super) fn reviews(&self, referrer: u32, kept: Option<&Kept>, day: Day, counts: &[i64; 4]) -> Vec<Review> {
        let mut out = Vec::new();
        for (number, version) in (0_u16..).zip(&self.program.versions) {
            for (at, ladder) in (0_u16..).zip(&version.ladders) {
                let place = (number, at);
                match kept {
                    None => out.extend(self.beginning(place, ladder, day, referrer, counts)),
                    Some(kept) => self.since(place, ladder, kept.day, day, referrer, counts, &mut out),
                }
            }
        }
        out
    }

    /// The level before the first event: that of the latest period that began.
    fn beginning(
        &self,
        place: (u16, u16),
        ladder: &Ladder,
        day: Day,
        referrer: u32,
        counts: &[i64; 4],
    ) -> Option<Review> {
        let periods = [ladder.goes_up.period(), ladder.goes_down.period()];
        let first = periods.into_iter().flatten().map(|period| period.first_day(day)).max()?;
        let level = tiers::level(ladder, self.value(ladder, referrer, counts).on(day_before(first)), |_| true);
        Some(Review { ladder: place, moves: (true, true), level })
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a loop over ladders")]
    fn since(
        &self,
        place: (u16, u16),
        ladder: &Ladder,
        last: Day,
        day: Day,
        referrer: u32,
        counts: &[i64; 4],
        out: &mut Vec<Review>,
    ) {
        let [up, down] = [ladder.goes_up.period(), ladder.goes_down.period()];
        let after = |period: Option<crate::base::Period>, day| period.and_then(|period| period.next_first_day(day));
        let (mut next_up, mut next_down) = (after(up, last), after(down, last));
        let due = |up: Option<Day>, down: Option<Day>| up.into_iter().chain(down).min().filter(|due| *due <= day);
        if due(next_up, next_down).is_none() {
            return;
        }
        let mut value = self.value(ladder, referrer, counts);
        while let Some(first) = due(next_up, next_down) {
            let level = tiers::level(ladder, value.on(day_before(first)), |_| true);
            let moves = (next_up == Some(first), next_down == Some(first));
            out.push(Review { ladder: place, moves, level });
            // What stays the same need be followed but once.
            let settled = value.is_settled();
            let next = |period| if settled { None } else { after(period, first) };
            if moves.0 {
                next_up = next(up);
            }
            if moves.1 {
                next_down = next(down);
            }
        }
    }

    fn value(&self, ladder: &Ladder, referrer: u32, counts: &[i64; 4]) -> Value<'_> {
        match ladder.by {
            LadderBy::BuiltIn(measure) => Value::Number(counts.get(measure.index()).copied().map(Number::from)),
            LadderBy::Conditions => Value::Number(None),
            LadderBy::Declared(number) => match self.program.measures.get(usize::from(number)) {
                Some(measure) => Value::Running(self.running(number, referrer), measure),
                None => Value::Number(None),
            },
        }
    }

    fn running(&self, number: u16, referrer: u32) -> Running {
        let key = (number, MeasureKey::Id(referrer));
        let opened = || Running::with(self.opening.get(&key).cloned().unwrap_or_default());
        self.measures.get(&key).cloned().unwrap_or_else(opened)
    }

    /// The level of a referrer at a later moment, at which its measure reaches `now`, if something of it is kept.
    pub(super) fn at_moment(
        &self,
        place: (u16, u16),
        ladder: &Ladder,
        referrer: u32,
        kept: &Kept,
        (day, counts, now): (Day, &[i64; 4], u8),
    ) -> u8 {
        let mut reviews = Vec::new();
        self.since(place, ladder, kept.day, day, referrer, counts, &mut reviews);
        let mut levels = kept.levels.clone();
        reviews.into_iter().for_each(|review| review.apply(&mut levels));
        at_event(ladder, levels.get(&place).copied().unwrap_or_default(), now)
    }
}

impl Timeline {
    /// The level of a referrer on a ladder that keeps levels, at a later moment with this day, these counts and this level that its
    /// measure reaches.
    pub fn level_at(
        &self,
        program: &Program,
        place: (u16, u16),
        ladder: &Ladder,
        referrer: u32,
        moment: (Day, &[i64; 4], u8),
    ) -> u8 {
        let keeping = Keeping { program, opening: &self.opening.measures, measures: &self.measures };
        let (_, _, now) = moment;
        self.kept.get(&referrer).map_or(now, |kept| keeping.at_moment(place, ladder, referrer, kept, moment))
    }
}

fn day_before(day: Day) -> Day {
    day.checked_add_days(-1).unwrap_or(day)
}
