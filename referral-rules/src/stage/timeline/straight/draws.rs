//! Along the ledger: grants in the total order draw on what their limits have left.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::walk::Row;
use crate::base::{Day, Instant, NONE, Period, index};
use crate::book::Book;
use crate::program::{Limit, OverLimit, Per, Program, Reward, Version};
use crate::stage::Facts;
use crate::stage::inputs::in_unit;
use crate::stage::timeline::candidates::{Candidate, Change, Step};
use crate::stage::timeline::drawing::touched_by;
use crate::stage::timeline::drawn::{Draw, DrawKey};
use crate::stage::timeline::run::Opening;
use crate::stage::timeline::steps::Steps;
use rustc_hash::FxHashMap;

/// What was drawn on a limit so far.
enum Drawn {
    /// By the place of the referrer, or in one place: the first day of the period, and the sum in it. Time only goes on, so the
    /// period that was drawn on last is enough.
    Places(Vec<(i32, i64)>),
    /// By the whole key.
    Keys(FxHashMap<DrawKey, Draw>),
}

/// No period has been drawn on yet.
const NO_PERIOD: i32 = i32::MIN;

impl Drawn {
    fn new(program: &Program, book: &Book, number: u16) -> Self {
        let mut limits =
            program.versions.iter().flat_map(|version| &version.limits).filter(|limit| limit.number == number);
        let shape = |limit: &Limit| match limit.per.as_slice() {
            _ if matches!(limit.in_each, Period::Rolling { .. }) => None,
            [] => Some((1, limit.in_each)),
            [Per::Referrer] => Some((book.party_places(), limit.in_each)),
            _ => None,
        };
        let first = limits.next().and_then(shape);
        match first.filter(|_| limits.all(|limit| shape(limit) == first)) {
            Some((places, _)) => Self::Places(vec![(NO_PERIOD, 0); places]),
            None => Self::Keys(FxHashMap::default()),
        }
    }
}

/// What a limit keeps of an amount when so much is left.
#[inline]
fn kept(limit: &Limit, left: i64, amount: i64) -> i64 {
    let fits = match limit.counts_grants {
        true if left >= 1 => amount,
        true => 0,
        false => left.max(0),
    };
    match limit.over_limit {
        _ if amount <= fits => amount,
        OverLimit::PayNothing => 0,
        OverLimit::PayWhatFits | OverLimit::PayLater => fits,
    }
}

/// The step of a limit that keeps less of an amount.
fn cut(limit: &Limit, reward: &Reward, amount: i64, keep: i64) -> Step {
    let change = Change::Limit(limit.number);
    Step { change, before: in_unit(amount, reward), after: in_unit(keep, reward) }
}

/// What a grant draws on.
#[derive(Clone, Copy)]
struct Slot {
    key: DrawKey,
    place: usize,
    counts_grants: bool,
    rolling: bool,
}

/// All limits along the ledger.
pub(super) struct Drawing<'a> {
    program: &'a Program,
    book: &'a Book,
    opening: &'a FxHashMap<DrawKey, i64>,
    /// By the limit's number.
    drawn: Vec<Drawn>,
    /// By the limit's number: the day looked at last, and the first day of its period under which version.
    periods: Vec<(u16, Day, i32)>,
    /// The instant looked at last, and its day.
    day: (i64, Day),
    slots: Vec<Slot>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(facts: Facts<'a>, opening: &'a Opening) -> Self {
        let Facts { program, book, .. } = facts;
        let numbers = || (0..program.limit_ids.len()).filter_map(|number| u16::try_from(number).ok());
        Self {
            program,
            book,
            opening: &opening.draws,
            drawn: numbers().map(|number| Drawn::new(program, book, number)).collect(),
            periods: numbers().map(|_| (u16::MAX, Day(0), NO_PERIOD)).collect(),
            day: (i64::MIN, Day(0)),
            slots: Vec::new(),
        }
    }
}

impl Drawing<'_> {
    /// Looks at what the rows' referrers have drawn, so that it is near when their grants come one after the other: the sums of
    /// many referrers lie far apart, and looking at all of them at once does not wait for each.
    pub(super) fn look_ahead(&self, rows: &[Row]) {
        for drawn in &self.drawn {
            let Drawn::Places(places) = drawn else { continue };
            if places.len() > 1 {
                let near = |sum: i32, row: &Row| sum ^ places.get(index(row.party)).map_or(0, |(period, _)| *period);
                std::hint::black_box(rows.iter().fold(0, near));
            }
        }
    }

    /// Lets a grant, which has steps of its own, pass its limits: what is left of it. What cuts it is added to the steps.
    pub(super) fn draw(&mut self, grant: &Candidate, own: &[Step], row: &Row, steps: &mut Steps) -> i64 {
        let program = self.program;
        let version = &program.versions[usize::from(row.version)];
        let reward = &version.rewards[usize::from(grant.rule)];
        if reward.limits.is_empty() {
            return grant.amount;
        }
        if self.day.0 != row.at {
            self.day = (row.at, program.zone.day_of(Instant(row.at)));
        }
        let day = self.day.1;
        let mut amount = grant.amount;
        if let [limit] = reward.limits.as_slice() {
            let limit = &version.limits[usize::from(*limit)];
            if self.draws_on_one_sum(limit, row, day, &mut amount) {
                if amount < grant.amount {
                    steps.push(cut(limit, reward, grant.amount, amount));
                }
                return amount;
            }
        }
        self.slots.clear();
        for limit in &reward.limits {
            let limit = &version.limits[usize::from(*limit)];
            self.limit(version, limit, (grant, row), day, (own, &mut *steps), &mut amount);
        }
        if amount > 0 {
            let slots = std::mem::take(&mut self.slots);
            slots.iter().for_each(|slot| self.note(slot, day, if slot.counts_grants { 1 } else { amount }));
            self.slots = slots;
        }
        amount
    }

    /// Draws on a limit of which one sum by the referrer, or one for all, says what is left; false where the limit is none of those.
    #[inline]
    fn draws_on_one_sum(&mut self, limit: &Limit, row: &Row, day: Day, amount: &mut i64) -> bool {
        if !self.opening.is_empty() || !limit.campaigns.is_empty() {
            return false;
        }
        let first = self.first_day(limit, row.version, day);
        let Drawn::Places(places) = &mut self.drawn[usize::from(limit.number)] else { return false };
        let place = if limit.per.is_empty() { 0 } else { index(row.party) };
        let (period, sum) = &mut places[place];
        if *period != first {
            (*period, *sum) = (first, 0);
        }
        *amount = kept(limit, limit.at_most.saturating_sub(*sum), *amount);
        if *amount > 0 {
            *sum = sum.saturating_add(if limit.counts_grants { 1 } else { *amount });
        }
        true
    }

    /// The first day of the period that a day is in.
    #[inline]
    fn first_day(&mut self, limit: &Limit, version: u16, day: Day) -> i32 {
        let cached = &mut self.periods[usize::from(limit.number)];
        if (cached.0, cached.1) != (version, day) {
            let first = match limit.in_each {
                Period::Lifetime | Period::Rolling { .. } => 0,
                in_each => in_each.first_day(day).0,
            };
            *cached = (version, day, first);
        }
        cached.2
    }

    fn limit(
        &mut self,
        version: &Version,
        limit: &Limit,
        (grant, row): (&Candidate, &Row),
        day: Day,
        (own, steps): (&[Step], &mut Steps),
        amount: &mut i64,
    ) {
        let by_campaign = limit.per.iter().any(|per| matches!(per, Per::Campaign));
        let mut touched = Vec::new();
        if by_campaign || !limit.campaigns.is_empty() {
            touched = touched_by(own);
            let names = |campaign: &u16| touched.contains(&version.campaigns[usize::from(*campaign)].number);
            if !limit.campaigns.is_empty() && !limit.campaigns.iter().any(names) {
                return;
            }
        }
        let slot = self.slot(version, limit, grant.rule, row, day);
        if !by_campaign {
            return self.cut(version, limit, grant, day, slot, (amount, steps));
        }
        for campaign in touched {
            let mut slot = slot;
            let parts = slot.key.parts.iter_mut().zip(&limit.per);
            parts.filter(|(_, per)| matches!(per, Per::Campaign)).for_each(|(part, _)| *part = u32::from(campaign));
            self.cut(version, limit, grant, day, slot, (&mut *amount, &mut *steps));
        }
    }

    /// What a grant draws on under a limit; the part of a campaign is left open.
    fn slot(&mut self, version: &Version, limit: &Limit, rule: u16, row: &Row, day: Day) -> Slot {
        let period = self.first_day(limit, row.version, day);
        let mut key = DrawKey { limit: limit.number, period, parts: [NONE; 4] };
        let place = match limit.per.as_slice() {
            [Per::Referrer] => index(row.party),
            _ => 0,
        };
        let rolling = matches!(limit.in_each, Period::Rolling { .. });
        let out = |key: DrawKey| Slot { key, place, counts_grants: limit.counts_grants, rolling };
        // The key itself is asked for only where sums are kept by it.
        if self.opening.is_empty() && matches!(self.drawn[usize::from(limit.number)], Drawn::Places(_)) {
            return out(key);
        }
        let referrals = &self.book.referrals;
        let referral = index(row.referral);
        for (part, per) in key.parts.iter_mut().zip(&limit.per) {
            *part = match per {
                Per::Referrer => referrals.referrer[referral].0,
                Per::Referee => referrals.referee[referral].0,
                Per::Referral => referrals.id[referral].0,
                Per::Reward => u32::from(version.rewards[usize::from(rule)].number),
                Per::Campaign | Per::Expression(_) => NONE,
            };
        }
        out(key)
    }

    /// Cuts an amount to what is left.
    fn cut(
        &mut self,
        version: &Version,
        limit: &Limit,
        grant: &Candidate,
        day: Day,
        slot: Slot,
        (amount, steps): (&mut i64, &mut Steps),
    ) {
        let keep = kept(limit, limit.at_most.saturating_sub(self.drawn(limit, &slot, day)), *amount);
        if *amount > keep {
            steps.push(cut(limit, &version.rewards[usize::from(grant.rule)], *amount, keep));
            *amount = keep;
        }
        self.slots.push(slot);
    }

    fn opened(&self, key: &DrawKey) -> i64 {
        if self.opening.is_empty() { 0 } else { self.opening.get(key).copied().unwrap_or(0) }
    }

    fn drawn(&self, limit: &Limit, slot: &Slot, day: Day) -> i64 {
        match &self.drawn[usize::from(limit.number)] {
            Drawn::Places(places) => match places[slot.place] {
                (period, sum) if period == slot.key.period => sum,
                _ => self.opened(&slot.key),
            },
            Drawn::Keys(keys) => match (keys.get(&slot.key), limit.in_each) {
                (None, _) => self.opened(&slot.key),
                (Some(draw), Period::Rolling { days }) => {
                    draw.since(i64::from(day.0).saturating_sub(i64::from(days)).saturating_add(1))
                }
                (Some(draw), _) => draw.sum,
            },
        }
    }

    /// Draws on a limit.
    fn note(&mut self, slot: &Slot, day: Day, amount: i64) {
        let opened = self.opened(&slot.key);
        match &mut self.drawn[usize::from(slot.key.limit)] {
            Drawn::Places(places) => {
                let (period, sum) = &mut places[slot.place];
                if *period != slot.key.period {
                    (*period, *sum) = (slot.key.period, opened);
                }
                *sum = sum.saturating_add(amount);
            }
            Drawn::Keys(keys) => {
                let draw = keys.entry(slot.key).or_insert_with(|| Draw { sum: opened, days: Vec::new() });
                if slot.rolling {
                    draw.on(day.0, amount);
                } else {
                    draw.sum = draw.sum.saturating_add(amount);
                }
            }
        }
    }
}
