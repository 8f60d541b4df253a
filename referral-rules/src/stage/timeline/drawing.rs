//! Limits: candidates become parts of grants, in the order of events, each drawing on what is left.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::candidates::{Candidate, Candidates, Cause, Change, Offering, Step};
use super::key_text::KeyText;
use crate::base::limits::RELEASES_MAX;
use crate::base::{Day, Instant, NONE, Number, Period, index, position};
use crate::book::NEVER;
use crate::expr::Scratch;
use crate::program::{Limit, OverLimit, Per, Reward, Version};
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows, GrantedTo, in_unit};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// The moment in the id of a part that was granted at once.
pub const AT_ONCE: i64 = i64::MIN;

/// What of a grant is booked together: what fits at once, or what a limit deferred to a later period.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Part {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
    /// The text id of the account that gets it, where the event says which; `NONE` for a side of the referral.
    pub payee: u32,
    /// When it was released, or [`AT_ONCE`].
    pub release: i64,
    /// The amount as the rule states it.
    pub base: Number,
    /// The amount in minor units.
    pub amount: i64,
    /// Its steps: from, and how many.
    pub steps: (u32, u32),
    /// When it is booked, unless late news books it.
    pub moment: i64,
}

/// A rule that gave nothing for an event of its kind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NotApplied {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
    /// Why.
    pub cause: Cause,
}

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

/// An amount that a limit put off.
#[derive(Clone, PartialEq, Debug)]
pub struct Deferred {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
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
    /// What was put off, by the instant of its release, then in the order in which it was put off.
    pub deferred: BTreeMap<(i64, u64), Deferred>,
    /// How often something was put off so far.
    pub deferrals: u64,
    /// Memory for the keys that a grant draws on.
    keys: Vec<(DrawKey, bool, bool)>,
}

impl Drawn {
    /// Forgets everything but keeps some memory.
    pub fn clear(&mut self) {
        super::forget(&mut self.draws);
        super::forget(&mut self.granted);
        self.deferred.clear();
        self.deferrals = 0;
    }
}

/// What drawing gives.
#[derive(Debug, Default)]
pub struct Granted {
    /// The parts, in the order in which they were drawn.
    pub parts: Vec<Part>,
    /// What gave nothing.
    pub not_applied: Vec<NotApplied>,
    /// The steps of all parts.
    pub steps: Vec<Step>,
}

/// Draws candidates on limits.
pub struct Drawing<'a> {
    /// The rules and what they are evaluated over.
    pub offering: &'a Offering<'a>,
    /// Opening balances of limits.
    pub opening: &'a FxHashMap<DrawKey, i64>,
    /// Nothing after this moment is known.
    pub moment: i64,
    /// How often anything was released so far, in all scopes.
    pub releases: &'a AtomicU64,
    /// Whether to remember what each reward granted to each referral.
    pub keeps_granted: bool,
}

/// An amount on its way through the limits.
struct Passing {
    row: u32,
    rule: u16,
    amount: i64,
    day: Day,
    steps: Vec<Step>,
    before_limits: usize,
    /// Limits that count grants have counted this one when a part of it was granted before.
    counted: bool,
    deferred: Vec<(u16, i64)>,
}

impl Drawing<'_> {
    /// Goes through the applied events of a scope in order.
    pub fn run(
        &self,
        rows: Range<usize>,
        candidates: &Candidates,
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
        out: &mut Granted,
    ) {
        let applied = self.offering.applied;
        let mut next = candidates.candidates.partition_point(|candidate| index(candidate.row) < rows.start);
        let mut own = Candidates::default();
        for row in rows {
            self.release_until(applied.at[row], state, scratch, out);
            let version = &self.offering.program.versions[usize::from(applied.version[row])];
            for rule in version.rewards_on(applied.kind[row]).iter().copied() {
                let reward = &version.rewards[usize::from(rule)];
                let (candidate, steps) = if reward.reads_ledger {
                    own.candidates.clear();
                    own.steps.clear();
                    let granted = GrantedTo { referral: applied.referral[row], version, granted: &state.granted };
                    self.offering.offer(version, rule, &[position(row)], Some(granted), scratch, &mut own);
                    match own.candidates.first() {
                        Some(candidate) => (*candidate, &own.steps),
                        None => continue,
                    }
                } else {
                    let Some(candidate) = candidates.candidates.get(next) else { continue };
                    next = next.saturating_add(1);
                    (*candidate, &candidates.steps)
                };
                self.candidate(version, reward, &candidate, steps, state, scratch, out);
            }
        }
        self.release_until(self.moment, state, scratch, out);
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one step, used in one place")]
    fn candidate(
        &self,
        version: &Version,
        reward: &Reward,
        candidate: &Candidate,
        steps: &[Step],
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
        out: &mut Granted,
    ) {
        if let Some(cause) = candidate.cause {
            out.not_applied.push(NotApplied { row: candidate.row, rule: candidate.rule, cause });
            return;
        }
        let at = self.offering.applied.at[index(candidate.row)];
        let first = index(candidate.steps.0);
        let steps = steps.get(first..first.saturating_add(index(candidate.steps.1))).unwrap_or_default();
        let passing = Passing {
            row: candidate.row,
            rule: candidate.rule,
            amount: candidate.amount,
            day: self.offering.program.zone.day_of(Instant(at)),
            steps: steps.to_vec(),
            before_limits: steps.len(),
            counted: false,
            deferred: Vec::new(),
        };
        self.pass(version, reward, passing, candidate.base, AT_ONCE, state, scratch, out);
    }

    /// Releases what was deferred to instants up to `until`, first in, first out.
    fn release_until(&self, until: i64, state: &mut Drawn, scratch: &mut Scratch<'_>, out: &mut Granted) {
        while let Some(first) = state.deferred.first_entry() {
            let release = first.key().0;
            if release > until || release > self.moment {
                return;
            }
            // Past the limit the run ends with an error; what is put off stays where it is.
            if self.releases.fetch_add(1, Ordering::Relaxed) >= RELEASES_MAX {
                return;
            }
            let deferred = first.remove();
            let version = self.version(deferred.row);
            let reward = &version.rewards[usize::from(deferred.rule)];
            let limit = version.limits[usize::from(deferred.limit)].number;
            let mut steps = deferred.steps;
            let before_limits = steps.len();
            let before = steps.last().map_or(deferred.base, |step| step.after);
            steps.push(Step { change: Change::Released(limit), before, after: in_unit(deferred.amount, reward) });
            let passing = Passing {
                row: deferred.row,
                rule: deferred.rule,
                amount: deferred.amount,
                day: self.offering.program.zone.day_of(Instant(release)),
                steps,
                before_limits,
                counted: deferred.counted,
                deferred: Vec::new(),
            };
            self.pass(version, reward, passing, deferred.base, release, state, scratch, out);
        }
    }

    fn version(&self, row: u32) -> &Version {
        &self.offering.program.versions[usize::from(self.offering.applied.version[index(row)])]
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one step, used in two places")]
    fn pass(
        &self,
        version: &Version,
        reward: &Reward,
        mut passing: Passing,
        base: Number,
        release: i64,
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
        out: &mut Granted,
    ) {
        let asked = passing.amount;
        let mut keys = std::mem::take(&mut state.keys);
        keys.clear();
        for limit in reward.limits.iter().copied() {
            self.limit(version, limit, &mut passing, &mut keys, state, scratch);
        }
        if passing.amount > 0 {
            for (key, counts_grants, rolling) in keys.iter().copied() {
                let drawn = if counts_grants { 1 } else { passing.amount };
                let draw = state.draws.entry(key).or_insert_with(|| self.opened(key));
                if rolling {
                    draw.on(passing.day.0, drawn);
                } else {
                    draw.sum = draw.sum.saturating_add(drawn);
                }
            }
        }
        state.keys = keys;
        let counted = passing.counted || passing.amount > 0;
        for (limit, amount) in &passing.deferred {
            let put_off_by = &version.limits[usize::from(*limit)];
            // A limit of nothing never lets anything pass.
            let next = put_off_by.in_each.next_first_day(passing.day).filter(|_| put_off_by.at_most > 0);
            let at = next.map_or(NEVER, |day| self.offering.program.zone.first_instant(day).0);
            let steps = passing.steps.get(..passing.before_limits).unwrap_or_default().to_vec();
            let deferred =
                Deferred { row: passing.row, rule: passing.rule, base, amount: *amount, limit: *limit, steps, counted };
            state.deferred.insert((at, state.deferrals), deferred);
            state.deferrals = state.deferrals.saturating_add(1);
        }
        let row = index(passing.row);
        if self.keeps_granted {
            let granted = state.granted.entry((self.offering.applied.referral[row], reward.number)).or_default();
            *granted = granted.saturating_add(passing.amount);
        }
        // What is deferred again as a whole is no part of its own: nothing happened to the ledger.
        let again = passing.deferred.iter().fold(0_i64, |sum, (_, amount)| sum.saturating_add(*amount));
        if release != AT_ONCE && passing.amount == 0 && again == asked {
            return;
        }
        let steps = (position(out.steps.len()), position(passing.steps.len()));
        out.steps.append(&mut passing.steps);
        out.parts.push(Part {
            row: passing.row,
            rule: passing.rule,
            payee: self.offering.applied.payee(row, reward.to),
            release,
            base,
            amount: passing.amount,
            steps,
            moment: release.max(self.offering.applied.known[row]),
        });
    }

    fn opened(&self, key: DrawKey) -> Draw {
        Draw { sum: self.opening.get(&key).copied().unwrap_or(0), days: Vec::new() }
    }

    fn limit(
        &self,
        version: &Version,
        number: u16,
        passing: &mut Passing,
        keys: &mut Vec<(DrawKey, bool, bool)>,
        state: &Drawn,
        scratch: &mut Scratch<'_>,
    ) {
        let limit = &version.limits[usize::from(number)];
        let by_campaign = !limit.campaigns.is_empty() || limit.per.iter().any(|per| matches!(per, Per::Campaign));
        let touched = if by_campaign { touched_by(&passing.steps) } else { Vec::new() };
        let covered = limit.campaigns.is_empty()
            || limit
                .campaigns
                .iter()
                .any(|campaign| touched.contains(&version.campaigns[usize::from(*campaign)].number));
        if !covered || !self.holds(version, limit, passing.row, scratch) {
            return;
        }
        let key = self.key(version, limit, passing, scratch);
        if !limit.per.iter().any(|per| matches!(per, Per::Campaign)) {
            return self.draw_on(limit, number, key, passing, keys, state);
        }
        for campaign in touched {
            let mut key = key;
            let parts = key.parts.iter_mut().zip(&limit.per);
            parts.filter(|(_, per)| matches!(per, Per::Campaign)).for_each(|(part, _)| *part = u32::from(campaign));
            self.draw_on(limit, number, key, passing, keys, state);
        }
    }

    /// Cuts the amount to what is left under one key.
    fn draw_on(
        &self,
        limit: &Limit,
        number: u16,
        key: DrawKey,
        passing: &mut Passing,
        keys: &mut Vec<(DrawKey, bool, bool)>,
        state: &Drawn,
    ) {
        if limit.counts_grants && passing.counted {
            return;
        }
        let left = limit.at_most.saturating_sub(self.drawn(limit, key, passing.day, state));
        let fits = if limit.counts_grants && left >= 1 {
            passing.amount
        } else if limit.counts_grants {
            0
        } else {
            left.max(0)
        };
        if passing.amount > fits {
            let (keep, defer) = match limit.over_limit {
                OverLimit::PayWhatFits => (fits, 0),
                OverLimit::PayNothing => (0, 0),
                OverLimit::PayLater => (fits, passing.amount.saturating_sub(fits)),
            };
            let change = if defer > 0 { Change::Deferred(limit.number) } else { Change::Limit(limit.number) };
            let reward = self.reward(passing);
            passing.steps.push(Step { change, before: in_unit(passing.amount, reward), after: in_unit(keep, reward) });
            passing.amount = keep;
            if defer > 0 {
                passing.deferred.push((number, defer));
            }
        }
        keys.push((key, limit.counts_grants, matches!(limit.in_each, Period::Rolling { .. })));
    }

    fn reward(&self, passing: &Passing) -> &Reward {
        &self.version(passing.row).rewards[usize::from(passing.rule)]
    }

    fn drawn(&self, limit: &Limit, key: DrawKey, day: Day, state: &Drawn) -> i64 {
        let Some(draw) = state.draws.get(&key) else { return self.opened(key).sum };
        match limit.in_each {
            Period::Rolling { days } => {
                let first = i64::from(day.0).saturating_sub(i64::from(days)).saturating_add(1);
                draw.since(first)
            }
            _ => draw.sum,
        }
    }

    fn holds(&self, version: &Version, limit: &Limit, row: u32, scratch: &mut Scratch<'_>) -> bool {
        let env = env(self.offering.program, version, self.offering.book);
        let rows = [row];
        let inputs = self.inputs(&rows);
        limit.when.iter().all(|condition| condition.holds(&inputs, &env, scratch))
    }

    fn inputs<'b>(&'b self, rows: &'b [u32]) -> EventRows<'b> {
        EventRows {
            program: self.offering.program,
            book: self.offering.book,
            applied: self.offering.applied,
            rows,
            granted: None,
            counted: Counted::After,
        }
    }

    /// The key that the grant draws on; the part of a campaign is left open.
    fn key(&self, version: &Version, limit: &Limit, passing: &Passing, scratch: &mut Scratch<'_>) -> DrawKey {
        let period = match limit.in_each {
            Period::Lifetime | Period::Rolling { .. } => 0,
            _ => limit.in_each.first_day(passing.day).0,
        };
        let mut key = DrawKey { limit: limit.number, period, parts: [NONE; 4] };
        let row = index(passing.row);
        let referral = index(self.offering.applied.referral[row]);
        let referrals = &self.offering.book.referrals;
        for (part, per) in key.parts.iter_mut().zip(&limit.per) {
            *part = match per {
                Per::Referrer => referrals.referrer[referral].0,
                Per::Referee => referrals.referee[referral].0,
                Per::Referral => referrals.id[referral].0,
                Per::Reward => u32::from(version.rewards[usize::from(passing.rule)].number),
                Per::Campaign => NONE,
                Per::Expression(expression) => {
                    let env = env(self.offering.program, version, self.offering.book);
                    let rows = [passing.row];
                    match KeyText::of(expression.evaluate(&self.inputs(&rows), 1, &env, scratch), 0) {
                        KeyText::Id(id) => id.0,
                        KeyText::Text(text) => scratch.texts_mut().intern(&text).0,
                        KeyText::Missing => NONE,
                    }
                }
            };
        }
        key
    }
}

/// The campaigns that touched an amount, by number, in order.
pub fn touched_by(steps: &[Step]) -> Vec<u16> {
    let mut out = Vec::new();
    for step in steps {
        if let Change::Campaign(number, _) = step.change {
            if !out.contains(&number) {
                out.push(number);
            }
        }
    }
    out
}
