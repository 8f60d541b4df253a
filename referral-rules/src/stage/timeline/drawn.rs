//! What a scope carries from grant to grant: what limits have drawn and put off, what was granted, running totals.
use super::candidates::{Cause, Step};
use super::grants::GrantSoFar;
use super::measure_keys::MeasureKey;
use super::measures::Totals;
use crate::base::Number;
use crate::expr::Status;
use crate::program::{EventKind, Reward};
use crate::stage::inputs::in_unit;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// What a limit counts by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DrawKey {
    /// The limit's number in the program.
    pub limit: u16,
    /// The first day of the period; 0 where there is none.
    pub period: i32,
    /// The parts of the key as text ids, `NONE` beyond the last.
    pub parts: [u32; 4],
}

/// What was drawn so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Draw {
    /// In all, or for rolling windows unused.
    pub sum: i64,
    /// By day, rising, for rolling windows.
    pub days: Vec<DrawnDay>,
}

/// What was drawn on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DrawnDay {
    /// The day.
    pub day: i32,
    /// What was drawn on it.
    pub amount: i64,
    /// What was drawn until its end.
    pub until: i128,
}

impl Draw {
    /// A draw with what was drawn by day.
    pub fn with_days(sum: i64, days: &[(i32, i64)]) -> Self {
        let mut out = Self { sum, days: Vec::with_capacity(days.len()) };
        days.iter().for_each(|(day, amount)| out.on(*day, *amount));
        out
    }

    /// Draws on a day, which is never before those drawn on already.
    pub(super) fn on(&mut self, day: i32, amount: i64) {
        let until = self.days.last().map_or(0, |last| last.until).saturating_add(i128::from(amount));
        match self.days.last_mut().filter(|last| last.day >= day) {
            Some(last) => {
                last.amount = last.amount.saturating_add(amount);
                last.until = until;
            }
            None => self.days.push(DrawnDay { day, amount, until }),
        }
    }

    /// What was drawn from the day on.
    pub(super) fn since(&self, first: i64) -> i64 {
        let before = self.days.partition_point(|drawn| i64::from(drawn.day) < first);
        let until = |at: Option<usize>| at.and_then(|at| self.days.get(at)).map_or(0, |drawn| drawn.until);
        let inside = until(self.days.len().checked_sub(1)).saturating_sub(until(before.checked_sub(1)));
        i64::try_from(inside.saturating_add(i128::from(self.sum))).unwrap_or(i64::MAX)
    }
}

/// What a running total is kept by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TotalKey {
    /// The reward's number in the program.
    pub reward: u16,
    /// The first day of the period; 0 where there is none.
    pub period: i32,
    /// The parts of the key as text ids, `NONE` beyond the last.
    pub parts: [u32; 4],
}

/// Why a rule gives no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Done {
    /// It is given once, and was.
    Given,
    /// What it is given as long as has failed.
    Ended,
}

/// For what a rule gives no more.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GivenKey {
    /// The reward's number in the program.
    pub reward: u16,
    /// Why: what was given under a key, or has ended for a referral.
    pub done: Done,
    /// The parts of the key as text ids, `NONE` beyond the last.
    pub parts: [u32; 4],
}

/// For what rules give no more.
pub type Given = FxHashSet<GivenKey>;

/// A running total as it was settled last, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct TotalSoFar {
    /// The total, whatever limits left of it.
    pub total: i64,
    /// What was given of it, with what campaigns added, less what limits took away for good.
    pub given: i64,
}

impl TotalSoFar {
    /// What remains given when the total falls: as much of it as of the total.
    pub(super) fn left_of(self, total: i64, reward: &Reward) -> Result<i64, Cause> {
        let share = Number::fraction(i128::from(total), i128::from(self.total));
        let left = share.and_then(|share| in_unit(self.given, reward).checked_mul(share));
        let settled = left.and_then(|left| reward.rounding.settle(left, reward.unit.digits()));
        settled.ok_or(Cause::Fault(Status::OVERFLOW))
    }
}

/// What a grant draws on under a limit.
#[derive(Clone, Copy, Debug)]
pub(super) struct DrawsOn {
    pub(super) key: DrawKey,
    pub(super) counts_grants: bool,
    pub(super) rolling: bool,
    pub(super) gives_room: bool,
}

/// An amount that a limit put off.
#[derive(Clone, PartialEq, Debug)]
pub struct Deferred {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
    /// The text id of the account that gets it, where it is no side of the referral; else `NONE`.
    pub payee: u32,
    /// The amount as the rule states it.
    pub base: Number,
    /// What was put off, in minor units.
    pub amount: i64,
    /// The limit's position in the governing version.
    pub limit: u16,
    /// The steps from the base up to the limits: they name the campaigns that limits may ask for.
    pub steps: Vec<Step>,
    /// Whether a part of its grant was granted before: then limits that count grants have counted it.
    pub counted: bool,
}

/// What a scope carries from grant to grant.
#[derive(Debug, Default)]
pub struct Drawn {
    /// By limit, period and key.
    pub draws: FxHashMap<DrawKey, Draw>,
    /// What each reward granted to a referral so far, in minor units.
    pub granted: FxHashMap<(u32, u16), i64>,
    /// What may be taken back, by referral, in the order in which it was granted.
    pub grants: FxHashMap<u32, Vec<GrantSoFar>>,
    /// The running totals.
    pub totals: FxHashMap<TotalKey, TotalSoFar>,
    /// For what rules give no more: what was given once, and what has ended.
    pub given: Given,
    /// What was put off, by the instant of its release, then in the order in which it was put off.
    pub deferred: BTreeMap<(i64, u64), Deferred>,
    /// How often something was put off so far.
    pub deferrals: u64,
    /// Memory for the keys that a grant draws on.
    pub(super) keys: Vec<DrawsOn>,
}

impl Drawn {
    /// Forgets everything but keeps some memory.
    pub fn clear(&mut self) {
        super::forget(&mut self.draws);
        super::forget(&mut self.granted);
        super::forget(&mut self.grants);
        super::forget(&mut self.totals);
        self.given.clear();
        self.deferred.clear();
        self.deferrals = 0;
    }
}

/// What was before the history that the host gives.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    /// Counts by the text id of the referrer.
    pub counts: FxHashMap<u32, [i64; 4]>,
    /// Sums by limit, period and key.
    pub draws: FxHashMap<DrawKey, i64>,
    /// Running totals by reward, period and key, in minor units.
    pub totals: FxHashMap<TotalKey, i64>,
    /// For what rules were given that are given once.
    pub given: Given,
    /// For what events have come that conditions make.
    pub came: FxHashSet<(EventKind, MeasureKey)>,
    /// Declared measures, by number and key, by the first day of the period.
    pub measures: FxHashMap<(u16, MeasureKey), BTreeMap<i32, Totals>>,
}
