//! Contests: when a period ends, who has most of something gets prizes. What counted is kept until then; places are worked out by it, and
//! each prize is a row of what was taken in, on the referral with which its winner came to what it has.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, Counting, LADDERS_MAX};
use super::items::{Origin, Place, What};
use super::levels::Levels;
use super::measures::{Contributed, Running, bucket};
use super::measuring::{Measuring, Readings};
use crate::base::{Day, NONE, Number, Period, Rounding, TextId, compare_ids, index, position};
use crate::book::NEVER;
use crate::expr::Scratch;
use crate::program::{Aggregate, Contest, EventKind, Share, Ties, Version};
use crate::stage::inputs::Counted;
use crate::stage::submission::CHUNK_ROWS;
use std::collections::{BTreeMap, BTreeSet};

/// What counted for a measure that a contest goes by.
#[derive(Clone, PartialEq, Debug)]
pub struct CountedEvent {
    /// The place of the event, but for its id: events that this does not tell apart are of one referral.
    pub place: Place,
    /// The referral.
    pub referral: u32,
    /// The one to which it happened: for those who share a claim the one that has it.
    pub happened_to: u32,
    /// From when on it is known.
    pub known: i64,
    /// What it contributed.
    pub value: Contributed,
}

/// What counted in a period: of one referral only the event matters that changed the value last; of values told apart, by each, the first
/// one that brings it.
pub type CountedEvents = BTreeMap<(u32, Option<Contributed>), CountedEvent>;

/// What contests carry from event to event.
#[derive(Debug, Default)]
pub struct Contests {
    /// The last days of periods in which something happened and that have not ended.
    pub ends: BTreeSet<Day>,
    /// What counted, by measure and the text id of the referrer, then by the first day of the period.
    pub counted: BTreeMap<(u16, u32), BTreeMap<i32, CountedEvents>>,
    /// The places of periods that have ended, and at last those of the running ones.
    pub boards: Vec<Board>,
    /// The latest end of a period that was passed, since this was asked last.
    pub passed: Option<i64>,
}

impl Contests {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.ends.clear();
        self.counted.clear();
        self.boards.clear();
        self.passed = None;
    }

    /// An event counts for a measure.
    pub fn count(&mut self, key: (u16, u32), bucket: i32, is: Aggregate, event: CountedEvent) {
        if is == Aggregate::Sum && event.value == Contributed::Number(Number::ZERO) {
            return;
        }
        let events = self.counted.entry(key).or_default().entry(bucket).or_default();
        if is == Aggregate::Distinct {
            events.entry((event.referral, Some(event.value.clone()))).or_insert(event);
        } else {
            events.insert((event.referral, None), event);
        }
    }

    /// What a referral brought counts no more for a measure of a referrer in a period.
    pub(super) fn take_out(&mut self, key: (u16, u32), bucket: i32, referral: u32) {
        let Some(events) = self.counted.get_mut(&key).and_then(|periods| periods.get_mut(&bucket)) else { return };
        let own = events.range((referral, None)..).take_while(|((other, _), _)| *other == referral);
        let own: Vec<_> = own.map(|(key, _)| key.clone()).collect();
        own.iter().for_each(|key| drop(events.remove(key)));
    }
}

/// The places of one period of a contest.
#[derive(Clone, PartialEq, Debug)]
pub struct Board {
    /// The version whose contest it is, and the position of the contest in it.
    pub contest: (u16, u16),
    /// The first day of the period; none over the lifetime.
    pub first_day: Option<Day>,
    /// The last day.
    pub last_day: Day,
    /// Whether the period has ended.
    pub ended: bool,
    /// Those who have something, the best first.
    pub rows: Vec<BoardRow>,
}

/// One who has something of what a contest goes by.
#[derive(Clone, PartialEq, Debug)]
pub struct BoardRow {
    /// The text id of the referrer.
    pub referrer: u32,
    /// The place; 0 for who does not have enough.
    pub place: u32,
    /// How much of it.
    pub value: Number,
    /// What the next better place has more; what is missing to take part, for who does not.
    pub missing: Number,
    /// The prize, by the position of its rule, and how much of it.
    pub prize: Option<(u16, Number)>,
    /// Whether the prize is a part of what several places get together.
    part: bool,
    /// The referral with which it came to that.
    pub referral: u32,
    reached: Place,
    known: i64,
    row: usize,
}

/// A prize on its way to become a row: the row looked at, its kind, and a part that stands instead of its amount.
struct Won {
    row: usize,
    kind: EventKind,
    part: Option<Number>,
    known: i64,
}

/// At which moment places are worked out.
#[derive(Clone, Copy)]
struct At {
    /// The last day of the period.
    last: Day,
    /// The instant at which everything is read, and its day as measures have it.
    instant: i64,
    day: Day,
}

impl Measuring<'_> {
    /// A period ends with a day, or several do: prizes become rows, which are measured already.
    pub(super) fn end_contests(&self, last: Day, applied: &mut Applied, state: &mut Counting) {
        let Some(instant) = self.program.end_of(last) else { return };
        if let Some(version) = self.program.version_on(last) {
            self.settle(version, At { last, instant, day: last }, applied, state);
        }
        for (number, measure) in (0_u16..).zip(&self.program.measures) {
            let next = last.checked_add_days(1);
            let ends = match measure.in_each {
                Period::Lifetime => next.is_none_or(|next| !self.contests.is_some_and(|ends| ends.asks(number, next))),
                in_each => next.is_some() && in_each.next_first_day(last) == next,
            };
            let all = state.contests.counted.range_mut((number, 0)..=(number, u32::MAX));
            let first = bucket(measure.in_each, last);
            all.filter(|_| ends).for_each(|(_, periods)| periods.retain(|bucket, _| *bucket > first));
        }
        state.contests.counted.retain(|_, periods| !periods.is_empty());
    }

    fn settle(&self, version: u16, at: At, applied: &mut Applied, state: &mut Counting) {
        let mut scratch = Scratch::new(&self.book.texts);
        let (mut all, mut won) = (Applied::default(), Vec::new());
        for (number, contest) in (0_u16..).zip(&self.program.versions[usize::from(version)].contests) {
            let in_each = self.program.period_of(contest);
            let Some(first) = contest.ends_with(in_each, at.last) else { continue };
            let rows = self.places((version, contest), at, &mut all, state, &mut scratch);
            for row in &rows {
                let Some((rule, amount)) = row.prize else { continue };
                let kind = contest.prizes.iter().find(|prize| prize.rule == rule).map(|prize| prize.kind);
                let of = |kind| Won { row: row.row, kind, part: row.part.then_some(amount), known: row.known };
                won.extend(kind.map(of));
            }
            let first_day = in_each.passes().then_some(first);
            let board = Board { contest: (version, number), first_day, last_day: at.last, ended: true, rows };
            state.contests.boards.extend(Some(board).filter(|board| !board.rows.is_empty()));
        }
        won.sort_by_key(|won| Place { kind: won.kind, ..all.place[won.row] });
        won.iter().for_each(|won| self.push(&all, won, applied));
    }

    /// The places of the periods that have not ended, as if they did at a moment.
    pub(super) fn running_contests(&self, instant: i64, day: Day, state: &mut Counting) {
        let Some(version) = self.program.version_on(day) else { return };
        let mut scratch = Scratch::new(&self.book.texts);
        let mut boards = Vec::new();
        for (number, contest) in (0_u16..).zip(&self.program.versions[usize::from(version)].contests) {
            let in_each = self.program.period_of(contest);
            let last = match in_each.next_first_day(day) {
                Some(next) => next.checked_add_days(-1),
                None => contest.last_day.filter(|last| *last >= day),
            };
            let Some(last) = last else { continue };
            let Some(first) = contest.ends_with(in_each, last) else { continue };
            let mut all = Applied::default();
            let rows = self.places((version, contest), At { last, instant, day }, &mut all, state, &mut scratch);
            let first_day = in_each.passes().then_some(first);
            boards.push(Board { contest: (version, number), first_day, last_day: last, ended: false, rows });
        }
        state.contests.boards.extend(boards.into_iter().filter(|board| !board.rows.is_empty()));
    }

    /// Those who have something, the best first, with their places and prizes. The rows at which they are looked at are appended.
    fn places(
        &self,
        (version, contest): (u16, &Contest),
        at: At,
        all: &mut Applied,
        state: &Counting,
        scratch: &mut Scratch<'_>,
    ) -> Vec<BoardRow> {
        let from = all.referral.len();
        let found = self.standing(contest, at.last, state);
        let referrals: Vec<u32> = found.iter().map(|row| row.referral).collect();
        self.look_at(version, at, &referrals, all, state, scratch);
        let terms = &self.program.versions[usize::from(version)];
        let rows: Vec<u32> = (from..all.referral.len()).map(position).collect();
        let levels = Levels { program: self.program, book: self.book };
        let mut holds = Vec::with_capacity(rows.len());
        for rows in rows.chunks(CHUNK_ROWS) {
            holds.extend(levels.all_hold(terms, &contest.when, rows, all, Counted::After, scratch));
        }
        let found = found.into_iter().zip(from..).map(|(found, row)| BoardRow { row, ..found });
        let mut out: Vec<BoardRow> = found.zip(holds).filter(|(_, holds)| *holds).map(|(found, _)| found).collect();
        self.order(contest, &mut out);
        number(contest, &mut out);
        award(terms, contest, &mut out);
        missing(contest, &mut out);
        out
    }

    /// What each referrer has in a period, and with which event it came to that.
    fn standing(&self, contest: &Contest, last: Day, state: &Counting) -> Vec<BoardRow> {
        let measure = &self.program.measures[usize::from(contest.measure)];
        let bucket = bucket(measure.in_each, last);
        let mut out = Vec::new();
        for ((_, referrer), periods) in state.contests.counted.range((contest.measure, 0)..=(contest.measure, u32::MAX))
        {
            let Some(latest) = periods.get(&bucket).and_then(|events| reached(measure.is, events)) else { continue };
            let key = (contest.measure, super::measure_keys::MeasureKey::Id(*referrer));
            let value = state.measures.get(&key).and_then(|running| running.in_period(measure, bucket));
            let Some(value) = value.filter(|value| *value > Number::ZERO) else { continue };
            let known = periods.get(&bucket).into_iter().flat_map(BTreeMap::values).map(|event| event.known).max();
            let known = known.unwrap_or(latest.known);
            out.push(BoardRow {
                referrer: *referrer,
                place: 0,
                value,
                missing: Number::ZERO,
                prize: None,
                part: false,
                referral: latest.referral,
                reached: latest.place,
                known,
                row: 0,
            });
        }
        let latest = out.iter().map(|row| row.known).max().unwrap_or(NEVER);
        out.iter_mut().for_each(|row| row.known = latest);
        out
    }

    fn order(&self, contest: &Contest, rows: &mut [BoardRow]) {
        let text = |row: &BoardRow| self.book.text(TextId(row.referrer));
        rows.sort_by(|one, other| {
            let first = if contest.ties == Ties::FirstToReach {
                one.reached.cmp(&other.reached)
            } else {
                std::cmp::Ordering::Equal
            };
            other.value.cmp(&one.value).then(first).then_with(|| compare_ids(text(one), text(other)))
        });
    }

    /// A row for each referral as it stands at a moment, as if something happened to it there: its referrer's counts, measures and levels.
    fn look_at(
        &self,
        number: u16,
        at: At,
        referrals: &[u32],
        out: &mut Applied,
        state: &Counting,
        scratch: &mut Scratch<'_>,
    ) {
        let version = &self.program.versions[usize::from(number)];
        let from = out.referral.len();
        for referral in referrals.iter().copied() {
            let known = state.referrals.get(&referral);
            let referrer = self.book.referrals.referrer[index(referral)].0;
            let counts = state.counts.get(&referrer).copied().unwrap_or_default();
            out.referral.push(referral);
            out.what.push(What::PeriodEnd(at.last));
            out.event.push(NONE);
            out.place.push(Place {
                at: at.instant,
                origin: Origin::PeriodEnd,
                kind: EventKind::prize(0),
                sequence: NEVER,
                referral_rank: self.book.referral_rank[index(referral)],
                event_rank: 0,
                share: 0,
                sharer_rank: 0,
                made: 0,
            });
            out.kind.push(EventKind::prize(0));
            out.at.push(at.instant);
            out.known.push(at.instant);
            out.version.push(number);
            out.counts.push(counts);
            out.before.push(counts);
            out.recruiter.push(self.recruiters.at(referral, at.instant));
            out.reached.push(known.map_or([NEVER; 4], |referral| referral.reached));
            out.first.push(known.map_or_else(Box::default, |referral| referral.first.clone()));
            out.share.push(Share { holder: referral, version: number, place: 0, of: 1 });
            out.tiers.push([0; LADDERS_MAX]);
        }
        let rows: Vec<u32> = (from..out.referral.len()).map(position).collect();
        self.peek(version, at.day, &rows, out, state, scratch);
        let holding = Levels { program: self.program, book: self.book }.holding(from..out.referral.len(), out, scratch);
        for row in from..out.referral.len() {
            let levels = self.levels_at(number, (at.day, row, row.saturating_sub(from)), &holding, out, state);
            out.tiers[row] = levels;
        }
    }

    /// Appends a prize as a row of its own.
    fn push(&self, all: &Applied, won: &Won, out: &mut Applied) {
        let row = won.row;
        if let Some(part) = won.part {
            out.parts.insert(position(out.referral.len()), part);
        }
        out.referral.push(all.referral[row]);
        out.what.push(all.what[row]);
        out.event.push(NONE);
        out.place.push(Place { kind: won.kind, ..all.place[row] });
        out.kind.push(won.kind);
        out.at.push(all.at[row]);
        out.known.push(all.at[row].max(won.known));
        out.version.push(all.version[row]);
        out.counts.push(all.counts[row]);
        out.before.push(all.before[row]);
        out.reached.push(all.reached[row]);
        if !self.program.first_kinds.is_empty() {
            out.first.push(all.first[row].clone());
        }
        if self.program.asks_for_recruiters() {
            out.recruiter.push(all.recruiter[row]);
        }
        if self.program.shares_claims() {
            out.share.push(all.share[row]);
        }
        out.tiers.push(all.tiers[row]);
        // The period may end before anything is measured.
        out.measures.resize_with(all.measures.len(), Readings::default);
        for (own, found) in out.measures.iter_mut().zip(&all.measures) {
            own.before.push(found.before[row].clone());
            own.after.push(found.after[row].clone());
        }
    }
}

/// The event that changed the value last, of those that count.
fn reached(is: Aggregate, events: &CountedEvents) -> Option<&CountedEvent> {
    if is != Aggregate::Distinct {
        return events.values().max_by_key(|event| event.place);
    }
    let mut first: BTreeMap<&Contributed, &CountedEvent> = BTreeMap::new();
    for event in events.values() {
        let known = first.entry(&event.value).or_insert(event);
        if event.place < known.place {
            *known = event;
        }
    }
    first.into_values().max_by_key(|event| event.place)
}

/// Gives places: equal ones have the best of theirs, unless who came first has the better one.
fn number(contest: &Contest, rows: &mut [BoardRow]) {
    let enough = rows.partition_point(|row| contest.is_enough(row.value));
    let mut last: Option<(Number, u32)> = None;
    for (place, row) in (1_u32..).zip(rows.iter_mut().take(enough)) {
        let shared = last.filter(|(value, _)| *value == row.value && contest.ties != Ties::FirstToReach);
        row.place = shared.map_or(place, |(_, best)| best);
        last = Some((row.value, row.place));
    }
}

/// Gives prizes to places.
fn award(version: &Version, contest: &Contest, rows: &mut [BoardRow]) {
    let amount = |rule: u16| {
        let reward = &version.rewards[usize::from(rule)];
        let amount = Number::parse(reward.amount.source())?;
        reward
            .rounding
            .settle(amount, reward.unit.digits())
            .and_then(|units| Number::from_scaled(i128::from(units), reward.unit.digits()))
    };
    let enough = rows.partition_point(|row| row.place > 0);
    for tied in rows[..enough].chunk_by_mut(|one, other| one.place == other.place) {
        let best = tied.first().map_or(0, |row| row.place);
        if contest.ties != Ties::Split || tied.len() == 1 {
            let prize = contest.prize_of(best).and_then(|prize| Some((prize.rule, amount(prize.rule)?)));
            tied.iter_mut().for_each(|row| row.prize = prize);
            continue;
        }
        let places = best..best.saturating_add(position(tied.len()));
        let prizes: Vec<u16> = places.filter_map(|place| contest.prize_of(place)).map(|prize| prize.rule).collect();
        let Some(rule) = prizes.first().copied() else { continue };
        let sum = prizes.iter().try_fold(Number::ZERO, |sum, rule| sum.checked_add(amount(*rule)?));
        let reward = &version.rewards[usize::from(rule)];
        let digits = reward.unit.digits();
        let of = i128::try_from(tied.len()).unwrap_or(1);
        let up_to = |count: i128| {
            let share = sum?.checked_mul(Number::fraction(count, of)?)?;
            Number::from_scaled(i128::from(reward.rounding.settle(share, digits)?), digits)
        };
        for (before, row) in (0_i128..).zip(tied) {
            let part = up_to(before.saturating_add(1)).zip(up_to(before)).and_then(|(to, from)| to.checked_sub(from));
            row.prize = part.map(|part| (rule, part));
            row.part = true;
        }
    }
}

/// What the next better place has more, or what is missing to take part.
fn missing(contest: &Contest, rows: &mut [BoardRow]) {
    let mut better: Option<(u32, Number)> = None;
    let mut next: Option<Number> = None;
    for row in rows {
        let goal = if row.place == 0 {
            contest.at_least
        } else {
            if better.is_some_and(|(place, _)| place != row.place) {
                next = better.map(|(_, value)| value);
            }
            better = Some((row.place, row.value));
            next
        };
        row.missing = goal.and_then(|goal| goal.checked_sub(row.value)).unwrap_or(Number::ZERO);
    }
}

/// How many tickets of a draw one has.
pub fn tickets(value: Number, each: Number) -> i64 {
    value.checked_div(each).and_then(|tickets| Rounding::Floor.settle(tickets, 0)).unwrap_or(i64::MAX)
}

impl Running {
    /// The value of a period that is kept; nothing if it does not fit.
    fn in_period(&self, measure: &crate::program::DeclaredMeasure, bucket: i32) -> Option<Number> {
        self.buckets.get(&bucket)?.number(measure.is)
    }
}
