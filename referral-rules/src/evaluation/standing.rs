//! Where each referrer stands on each tier ladder, and what is missing for the next level.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use super::entry::{exact_if_any, shown_if_any};
use crate::base::limits::LADDERS_MAX;
use crate::base::{Day, Number, Period, compare_ids, index, position};
use crate::expr::Scratch;
use crate::program::{EventKind, Ladder, LadderBy, Version};
use crate::stage::timeline::{
    Applied, Levels, MeasureKey, MeasureKeys, Origin, Place, Reading, Readings, Running, What,
};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// A referrer on a tier ladder, as of the moment of the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Standing {
    /// The referrer's account id.
    pub referrer: String,
    /// The ladder.
    pub ladder: String,
    /// The level now; none below the first.
    pub level: Option<String>,
    /// The measure that the ladder goes by; none for a ladder by conditions alone.
    pub measure: Option<String>,
    /// Its value now, exactly; missing where there is none yet.
    #[serde(serialize_with = "exact_if_any")]
    pub value: Option<Number>,
    /// The next level; none at the top.
    pub next_level: Option<String>,
    /// From which value on it holds.
    #[serde(serialize_with = "exact_if_any")]
    pub at_least: Option<Number>,
    /// How much of that is missing.
    #[serde(serialize_with = "exact_if_any")]
    pub missing: Option<Number>,
    /// The conditions of the next level, as the document writes them.
    pub conditions: Vec<String>,
    /// The last day of the measure's calendar period: afterwards it starts anew.
    #[serde(serialize_with = "shown_if_any")]
    pub by: Option<Day>,
    /// The next day on which the level is looked at; none where it always goes up and down at once, or only up.
    #[serde(serialize_with = "shown_if_any")]
    pub next_review: Option<Day>,
}

impl Evaluation<'_> {
    /// The version whose ladders and campaigns hold on the day of the answer; the last one where none is in force.
    pub(crate) fn version_now(&self) -> Option<(u16, &Version)> {
        let day = self.program.zone.day_of(self.as_of);
        let last = u16::try_from(self.program.versions.len().checked_sub(1)?).ok()?;
        let number = self.program.version_on(day).unwrap_or(last);
        self.program.versions.get(usize::from(number)).map(|version| (number, version))
    }

    /// Where referrers with an accepted referral stand on the ladders, by referrer, then ladder.
    ///
    /// The level is that of the moment of the answer; conditions read the referrer's latest accepted referral.
    pub fn standings(&self) -> Vec<Standing> {
        let Some((number, version)) = self.version_now() else { return Vec::new() };
        let mut latest: BTreeMap<u32, u32> = BTreeMap::new();
        let accepted = |row: &u32| self.standings.current.of(index(*row)).was_accepted();
        for row in self.referrals().filter(accepted) {
            latest.insert(self.book.referrals.referrer[index(row)].0, row);
        }
        let mut rows: Vec<u32> = latest.into_values().collect();
        rows.sort_by(|left, right| compare_ids(self.referrer_text(*left), self.referrer_text(*right)));
        if version.ladders.is_empty() {
            return Vec::new();
        }
        let mut scratch = Scratch::new(&self.book.texts);
        let applied = self.as_of_now((number, version), &rows, &mut scratch);
        let now = self.levels_now((number, version), &rows, &applied, &mut scratch);
        let mut out = Vec::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            for (position, ladder) in version.ladders.iter().enumerate() {
                let value = match ladder.by {
                    LadderBy::BuiltIn(measure) => Some(Number::from(applied.counts[at][measure.index()])),
                    LadderBy::Declared(measure) => match applied.measures[usize::from(measure)].after[at] {
                        Reading::Value(value) => Some(value),
                        Reading::Text(_) | Reading::None | Reading::Overflow => None,
                    },
                    LadderBy::Conditions => None,
                };
                out.push(self.standing(*row, ladder, now[at][position], value));
            }
        }
        out
    }

    /// The level of a referrer on a ladder, of which the measure reaches `now`.
    fn level_now(&self, place: (u16, usize), ladder: &Ladder, row: u32, counts: &[i64; 4], now: u8) -> u8 {
        if !ladder.keeps_levels() {
            return now;
        }
        let referrer = self.book.referrals.referrer[index(row)].0;
        let place = (place.0, u16::try_from(place.1).unwrap_or(u16::MAX));
        let day = self.program.zone.day_of(self.as_of);
        self.timeline.level_at(self.program, place, ladder, referrer, (day, counts, now))
    }

    fn standing(&self, row: u32, ladder: &Ladder, level: u8, value: Option<Number>) -> Standing {
        let name = |level: usize| ladder.levels.get(level).map(|level| level.name.clone());
        let next = ladder.levels.get(usize::from(level));
        let at_least = next.and_then(|next| next.at_least);
        let missing = at_least.map(|at_least| {
            let missing = at_least.checked_sub(value.unwrap_or(Number::ZERO)).unwrap_or(at_least);
            missing.max(Number::ZERO)
        });
        let measure = match ladder.by {
            LadderBy::BuiltIn(measure) => Some((measure.word().to_owned(), Period::Lifetime)),
            LadderBy::Declared(number) => {
                let measure = &self.program.measures[usize::from(number)];
                Some((measure.name.clone(), measure.in_each))
            }
            LadderBy::Conditions => None,
        };
        let day = self.program.zone.day_of(self.as_of);
        let periods = [ladder.goes_up.period(), ladder.goes_down.period()];
        let reviewed = periods.into_iter().flatten().map(|period| period.next_first_day(day)).min();
        let ends = measure
            .as_ref()
            .and_then(|(_, period)| period.next_first_day(day))
            .map(|next| Day(next.0.saturating_sub(1)));
        Standing {
            referrer: self.referrer_text(row).to_owned(),
            ladder: self.program.ladder_names[usize::from(ladder.number)].clone(),
            level: usize::from(level).checked_sub(1).and_then(name),
            measure: measure.map(|(name, _)| name),
            value,
            next_level: name(usize::from(level)),
            at_least,
            missing,
            conditions: next.iter().flat_map(|next| &next.when).map(|when| when.source().to_owned()).collect(),
            by: ends.filter(|_| next.is_some()),
            next_review: reviewed.flatten(),
        }
    }

    /// The levels that the referrers of such rows have, by the version's ladders.
    pub(crate) fn levels_now(
        &self,
        (number, version): (u16, &Version),
        rows: &[u32],
        applied: &Applied,
        scratch: &mut Scratch<'_>,
    ) -> Vec<[u8; LADDERS_MAX]> {
        let mut out = Levels { program: self.program, book: self.book }.of(version, applied, scratch);
        for (at, (row, levels)) in rows.iter().zip(&mut out).enumerate() {
            for (position, (ladder, level)) in version.ladders.iter().zip(levels).enumerate() {
                *level = self.level_now((number, position), ladder, *row, &applied.counts[at], *level);
            }
        }
        out
    }

    /// A row per referral, as if something happened to it at the moment of the answer: its referrer's counts and measures.
    pub(crate) fn as_of_now(&self, version: (u16, &Version), rows: &[u32], scratch: &mut Scratch<'_>) -> Applied {
        let mut out = Applied::default();
        let day = self.program.zone.day_of(self.as_of);
        let kind = EventKind::SUBMITTED;
        for row in rows.iter().copied() {
            let referrer = self.book.referrals.referrer[index(row)].0;
            let state = self.state(row);
            let counts = self.timeline.counts_of(self.book, referrer);
            let (at, origin) = (self.as_of.0, Origin::Host);
            out.referral.push(row);
            out.what.push(What::Submission);
            out.event.push(What::Submission.event());
            out.place.push(Place {
                at,
                origin,
                kind,
                sequence: 0,
                referral_rank: 0,
                event_rank: 0,
                share: 0,
                sharer_rank: 0,
                made: 0,
            });
            out.kind.push(kind);
            out.at.push(at);
            out.known.push(at);
            out.version.push(version.0);
            out.counts.push(counts);
            out.before.push(counts);
            out.recruiter.push(self.standings.recruiters.at(row, self.as_of.0));
            out.reached.push(state.as_ref().map_or([crate::book::NEVER; 4], |state| state.reached));
            out.first.push(state.as_ref().map_or_else(Box::default, |state| state.first.clone()));
            out.tiers.push([0; LADDERS_MAX]);
        }
        out.measures.resize_with(self.program.measures.len(), Readings::default);
        out.measures.iter_mut().for_each(|readings| readings.after.resize(rows.len(), Reading::None));
        let keys = MeasureKeys { program: self.program, book: self.book };
        let all: Vec<u32> = (0..rows.len()).map(position).collect();
        for contribution in &version.1.contributions {
            let measure = &self.program.measures[usize::from(contribution.measure)];
            let opened = &self.timeline.opening.measures;
            // Many rows have one key.
            let mut known: FxHashMap<MeasureKey, Reading> = FxHashMap::default();
            let reading = |key: MeasureKey| {
                let read = |key: &MeasureKey| {
                    let key = (contribution.measure, key.clone());
                    match self.timeline.measures.get(&key) {
                        Some(running) => running.peek(measure, day),
                        None => Running::with(opened.get(&key).cloned().unwrap_or_default()).peek(measure, day),
                    }
                };
                known.entry(key).or_insert_with_key(read).clone()
            };
            let keys = keys.at(version.1, &contribution.per, &all, &out, scratch);
            out.measures[usize::from(contribution.measure)].after = keys.into_iter().map(reading).collect();
        }
        out.measures.iter_mut().for_each(|readings| readings.before.clone_from(&readings.after));
        out
    }
}
