//! Declared measures and levels with conditions, for programs that have them: what was taken in is measured in passes of
//! its own, column by column where an expression is evaluated and event by event where a value runs on.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, Counting, LADDERS_MAX};
use super::contests::CountedEvent;
use super::items::Place;
use super::kept::{self, Keeping, Review};
use super::levels::{Holding, Levels, value_of};
use super::measure_keys::{MeasureKey, MeasureKeys};
use super::measures::{Contributed, Reading, Running};
use super::run::Opening;
use super::tiers;
use crate::base::{Day, Instant, Number, index, position};
use crate::book::Book;
use crate::expr::{Column, Scratch, Vector};
use crate::program::{ContestEnds, Contribution, Disqualified, EventKind, Ladder, Per, Program, Version};
use crate::stage::env;
use crate::stage::inputs::Counted;
use crate::stage::recruiters::Recruiters;
use crate::stage::submission::CHUNK_ROWS;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// The values of a measure by applied event: before what the event contributes, and after it.
#[derive(Clone, Debug, Default)]
pub struct Readings {
    /// Before the event.
    pub before: Vec<Reading>,
    /// After it.
    pub after: Vec<Reading>,
}

/// Measures applied events.
pub(super) struct Measuring<'a> {
    /// The program.
    pub(super) program: &'a Program,
    /// The book.
    pub(super) book: &'a Book,
    /// What was before the history.
    pub(super) opening: &'a Opening,
    /// Who has recruited whom.
    pub(super) recruiters: &'a Recruiters,
    /// When contests end, where they are held.
    pub(super) contests: Option<&'a ContestEnds>,
}

/// What the events of one row range contribute: by row and measure, in the order of rows.
type Contributions = Vec<(u32, u16, Contributed)>;

/// The keys that events themselves have a part in, by measure and row.
type Keys = FxHashMap<(u16, u32), MeasureKey>;

impl Measuring<'_> {
    /// Measures the applied events of a range, which follow on those measured before, and takes their tiers.
    pub(super) fn run(&self, rows: Range<usize>, applied: &mut Applied, state: &mut Counting) {
        if rows.is_empty() {
            return;
        }
        let mut scratch = Scratch::new(&self.book.texts);
        applied.measures.resize_with(self.program.measures.len(), Readings::default);
        let contributions = self.contributions(rows.clone(), applied, &mut scratch);
        let keys = self.keys(rows.clone(), applied, &mut scratch);
        let reviews = self.read(rows.clone(), &contributions, &keys, applied, state);
        let mut reviews = reviews.as_slice();
        let holding = self.levels().holding(rows.clone(), applied, &mut scratch);
        for (at, row) in rows.enumerate() {
            let version = &self.program.versions[usize::from(applied.version[row])];
            let own = reviews.iter().take_while(|(at, _)| *at == row).count();
            let (seen, rest) = reviews.split_at(own);
            reviews = rest;
            let Some(referral) = state.referrals.get_mut(&applied.referral[row]) else { continue };
            let number = applied.version[row];
            let now = |ladder_at: usize, ladder: &Ladder| {
                let value = value_of(ladder, applied, row);
                tiers::level(ladder, value, |level| {
                    holding.get(&(number, ladder_at, level)).is_none_or(|holds| holds[at])
                })
            };
            let Some(kept) = state.kept.get_mut(&self.book.referrals.referrer[index(applied.referral[row])].0) else {
                applied.tiers[row] = tiers::take(version, applied.kind[row], &applied.reached[row], referral, now);
                continue;
            };
            seen.iter().for_each(|(_, review)| review.apply(&mut kept.levels));
            let mut levels = [0; LADDERS_MAX];
            for ((at, ladder), level) in (0_u16..).zip(&version.ladders).zip(&mut levels) {
                *level = now(usize::from(at), ladder);
                if ladder.keeps_levels() {
                    let kept = kept.levels.entry((number, at)).or_default();
                    *kept = kept::at_event(ladder, *kept, *level);
                    *level = *kept;
                }
            }
            let levels = |at: usize, _: &Ladder| levels.get(at).copied().unwrap_or_default();
            applied.tiers[row] = tiers::take(version, applied.kind[row], &applied.reached[row], referral, levels);
        }
    }

    const fn levels(&self) -> Levels<'_> {
        Levels { program: self.program, book: self.book }
    }

    /// The keys with expressions.
    fn keys(&self, rows: Range<usize>, applied: &Applied, scratch: &mut Scratch<'_>) -> Keys {
        let mut out = Keys::default();
        for (number, version) in self.program.versions.iter().enumerate() {
            let written = |per: &Per| matches!(per, Per::Expression(_));
            for contribution in version.contributions.iter().filter(|found| found.per.iter().any(written)) {
                let governed = |row: &u32| usize::from(applied.version[index(*row)]) == number;
                let rows: Vec<u32> = rows.clone().map(position).filter(governed).collect();
                for rows in rows.chunks(CHUNK_ROWS) {
                    let keys = MeasureKeys { program: self.program, book: self.book };
                    let keys = keys.at(version, &contribution.per, rows, applied, scratch);
                    out.extend(rows.iter().map(|row| (contribution.measure, *row)).zip(keys));
                }
            }
        }
        out
    }

    fn contributions(&self, rows: Range<usize>, applied: &Applied, scratch: &mut Scratch<'_>) -> Contributions {
        let mut out = Contributions::new();
        for (number, version) in self.program.versions.iter().enumerate() {
            for contribution in &version.contributions {
                let counts = |row: &u32| {
                    usize::from(applied.version[index(*row)]) == number
                        && contribution.on.contains(&applied.kind[index(*row)])
                };
                let rows: Vec<u32> = rows.clone().map(position).filter(counts).collect();
                for rows in rows.chunks(CHUNK_ROWS) {
                    self.contribute(version, contribution, rows, applied, scratch, &mut out);
                }
            }
        }
        out.sort_by_key(|(row, measure, _)| (*row, *measure));
        out
    }

    fn contribute(
        &self,
        version: &Version,
        contribution: &Contribution,
        rows: &[u32],
        applied: &Applied,
        scratch: &mut Scratch<'_>,
        out: &mut Contributions,
    ) {
        let holds = self.levels().all_hold(version, &contribution.when, rows, applied, Counted::After, scratch);
        let Some(of) = &contribution.of else {
            let counted = rows.iter().zip(holds).filter(|(_, holds)| *holds);
            out.extend(counted.map(|(row, _)| (*row, contribution.measure, Contributed::Number(Number::ZERO))));
            return;
        };
        let env = env(self.program, version, self.book);
        let levels = self.levels();
        let inputs = levels.inputs(applied, rows, Counted::After);
        let result = of.evaluate(&inputs, rows.len(), &env, scratch).clone();
        for (at, row) in rows.iter().enumerate().filter(|(at, _)| holds[*at]) {
            let value = contributed(&result, at, scratch);
            out.extend(value.map(|value| (*row, contribution.measure, value)));
        }
    }

    fn read(
        &self,
        rows: Range<usize>,
        contributions: &Contributions,
        keys: &Keys,
        applied: &mut Applied,
        state: &mut Counting,
    ) -> Vec<(usize, Review)> {
        let mut next = contributions.as_slice();
        let mut reviews = Vec::new();
        let keeps = self.program.keeps_levels();
        for row in rows {
            let version = &self.program.versions[usize::from(applied.version[row])];
            let referral = applied.referral[row];
            let day = self.program.zone.day_of(Instant(applied.at[row]));
            let own = next.iter().take_while(|(at, ..)| index(*at) == row).count();
            let (contributed, rest) = next.split_at(own);
            next = rest;
            if keeps {
                let seen = self.look_back(referral, day, &applied.before[row], state);
                reviews.extend(seen.into_iter().map(|review| (row, review)));
            }
            let key = |measure: u16| -> Option<MeasureKey> {
                let contribution = version.contributions.iter().find(|found| found.measure == measure)?;
                let keys = || keys.get(&(measure, position(row))).cloned();
                MeasureKeys { program: self.program, book: self.book }.plain(contribution, referral).or_else(keys)
            };
            let asked: Vec<Option<MeasureKey>> =
                (0_u16..).zip(&self.program.measures).map(|(number, _)| key(number)).collect();
            self.readings(&asked, day, state, |measure, reading| {
                applied.measures[measure].before.push(reading);
            });
            if applied.kind[row] == EventKind::DISQUALIFIED {
                self.take_out(referral, state);
            }
            for (_, number, value) in contributed {
                let measure = &self.program.measures[usize::from(*number)];
                let Some(key) = &asked[usize::from(*number)] else { continue };
                let (bucket, totals) = self.running(*number, key, state).add(measure, day, value.clone());
                let contested = self.contests.is_some_and(|ends| ends.asks(*number, day));
                if let (MeasureKey::Id(referrer), true) = (key, contested) {
                    let place = Place { event_rank: 0, ..applied.place[row] };
                    let (happened_to, known) = (applied.happened_to(row), applied.known[row]);
                    let event = CountedEvent { place, referral, happened_to, known, value: value.clone() };
                    state.contests.count((*number, *referrer), bucket, measure.is, event);
                }
                if measure.disqualified == Disqualified::TakenOut {
                    let mine = state.contributed.entry(referral).or_default();
                    mine.entry((*number, key.clone(), bucket)).or_default().add(&totals);
                }
            }
            self.readings(&asked, day, state, |measure, reading| {
                applied.measures[measure].after.push(reading);
            });
        }
        reviews
    }

    /// What was seen of the ladders of a referral's referrer when periods began, since its event before.
    fn look_back(&self, referral: u32, day: Day, counts: &[i64; 4], state: &mut Counting) -> Vec<Review> {
        let referrer = self.book.referrals.referrer[index(referral)].0;
        let opening = &self.opening.measures;
        let keeping = Keeping { program: self.program, opening, measures: &state.measures };
        let reviews = keeping.reviews(referrer, state.kept.get(&referrer), day, counts);
        state.kept.entry(referrer).or_default().day = day;
        reviews
    }

    /// The values of all measures under the keys of an event; those that the version does not have are none.
    fn readings(
        &self,
        keys: &[Option<MeasureKey>],
        day: Day,
        state: &mut Counting,
        mut put: impl FnMut(usize, Reading),
    ) {
        for ((number, measure), key) in (0_u16..).zip(&self.program.measures).zip(keys) {
            let reading = match key {
                Some(key) => self.running(number, key, state).read(measure, day),
                None => Reading::None,
            };
            put(usize::from(number), reading);
        }
    }

    /// The values of all measures at rows as they stand on a day, without forgetting anything.
    pub(super) fn peek(
        &self,
        version: &Version,
        day: Day,
        rows: &[u32],
        out: &mut Applied,
        state: &Counting,
        scratch: &mut Scratch<'_>,
    ) {
        out.measures.resize_with(self.program.measures.len(), Readings::default);
        let keys = MeasureKeys { program: self.program, book: self.book };
        for contribution in &version.contributions {
            let measure = &self.program.measures[usize::from(contribution.measure)];
            let found = keys.at(version, &contribution.per, rows, out, scratch);
            let reading = |key: MeasureKey| {
                let key = (contribution.measure, key);
                let opened = || Running::with(self.opening.measures.get(&key).cloned().unwrap_or_default());
                state.measures.get(&key).map_or_else(|| opened().peek(measure, day), |found| found.peek(measure, day))
            };
            out.measures[usize::from(contribution.measure)].after.extend(found.into_iter().map(reading));
        }
        for readings in &mut out.measures {
            readings.after.resize(out.referral.len(), Reading::None);
            readings.before.clone_from(&readings.after);
        }
    }

    /// The levels of a row as they stand on a day; locks are not looked at.
    pub(super) fn levels_at(
        &self,
        number: u16,
        (day, row, at): (Day, usize, usize),
        holding: &Holding,
        applied: &Applied,
        state: &Counting,
    ) -> [u8; LADDERS_MAX] {
        let keeping = Keeping { program: self.program, opening: &self.opening.measures, measures: &state.measures };
        let referrer = self.book.referrals.referrer[index(applied.referral[row])].0;
        let mut levels = [0; LADDERS_MAX];
        let ladders = &self.program.versions[usize::from(number)].ladders;
        for ((position, ladder), level) in (0_u16..).zip(ladders).zip(&mut levels) {
            let holds =
                |level: usize| holding.get(&(number, usize::from(position), level)).is_none_or(|holds| holds[at]);
            *level = tiers::level(ladder, value_of(ladder, applied, row), holds);
            if let Some(kept) = state.kept.get(&referrer).filter(|_| ladder.keeps_levels()) {
                let moment = (day, &applied.counts[row], *level);
                *level = keeping.at_moment((number, position), ladder, referrer, kept, moment);
            }
        }
        levels
    }

    /// A measure under a key; at first what was before the history.
    fn running<'s>(&self, number: u16, key: &MeasureKey, state: &'s mut Counting) -> &'s mut Running {
        let opened = || Running::with(self.opening.measures.get(&(number, key.clone())).cloned().unwrap_or_default());
        state.measures.entry((number, key.clone())).or_insert_with(opened)
    }

    /// A disqualification: what the referral's events contributed counts no more.
    fn take_out(&self, referral: u32, state: &mut Counting) {
        let Some(contributed) = state.contributed.remove(&referral) else { return };
        for ((number, key, bucket), all) in contributed {
            self.running(number, &key, state).take_out(bucket, &all);
            if let MeasureKey::Id(referrer) = key {
                state.contests.take_out((number, referrer), bucket, referral);
            }
        }
    }
}

/// What submissions contribute to measures, and under which keys.
#[derive(Debug, Default)]
pub struct OfSubmissions {
    /// By row and measure, in the order of rows.
    contributions: Contributions,
    /// The keys that expressions have a part in.
    keys: Keys,
}

impl OfSubmissions {
    /// Reads it of submissions, each under the version that governs it.
    pub fn read(program: &Program, book: &Book, submissions: &Applied) -> Self {
        let (opening, recruiters) = (Opening::default(), Recruiters::default());
        let measuring = Measuring { program, book, opening: &opening, recruiters: &recruiters, contests: None };
        let rows = 0..submissions.referral.len();
        let mut scratch = Scratch::new(&book.texts);
        let contributions = measuring.contributions(rows.clone(), submissions, &mut scratch);
        Self { contributions, keys: measuring.keys(rows, submissions, &mut scratch) }
    }

    /// What a row contributes, by measure.
    pub fn contributed(&self, row: u32) -> impl Iterator<Item = (u16, &Contributed)> {
        let from = self.contributions.partition_point(|(other, ..)| *other < row);
        let rest = self.contributions.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(other, ..)| *other == row).map(|(_, measure, value)| (*measure, value))
    }

    /// The key under which a row, of a referral under a version, counts for a measure and reads it.
    pub fn key(
        &self,
        (program, book): (&Program, &Book),
        version: &Version,
        measure: u16,
        (row, referral): (u32, u32),
    ) -> Option<MeasureKey> {
        let contribution = version.contributions.iter().find(|found| found.measure == measure)?;
        let plain = MeasureKeys { program, book }.plain(contribution, referral);
        plain.or_else(|| self.keys.get(&(measure, row)).cloned())
    }
}

/// A value of an expression as what an event contributes; nothing where it is missing.
fn contributed(result: &Vector, at: usize, scratch: &Scratch<'_>) -> Option<Contributed> {
    if !result.status[at].is_ok() {
        return None;
    }
    Some(match &result.column {
        Column::Bool(values) => Contributed::Text(values[at].to_string().into()),
        Column::Int(values) => Contributed::Number(Number::from(values[at])),
        Column::Decimal(values) => Contributed::Number(values[at]),
        Column::Text(values) => Contributed::Text(scratch.texts().text(values[at]).into()),
        Column::List(_) => return None,
    })
}
