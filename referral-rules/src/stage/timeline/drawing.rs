//! Limits: candidates become parts of grants, in the order of events, each drawing on what is left.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::candidates::{Candidate, Candidates, Cause, Change, Offering, Past, Rule, Step};
use super::drawn::{Deferred, Draw, DrawKey, Drawn, DrawsOn, TotalKey, TotalSoFar};
use super::grants::Taken;
use crate::base::limits::RELEASES_MAX;
use crate::base::{Day, Instant, Number, Period, index, position};
use crate::book::NEVER;
use crate::expr::Scratch;
use crate::program::{Limit, OverLimit, Per, Reward, TakenBack, Version};
use crate::stage::inputs::{GrantedTo, in_unit};
use rustc_hash::FxHashMap;
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
    /// The grant that a reversal takes this from, if that is what it is.
    pub taken: Option<Taken>,
}

/// A rule that gave or took nothing at an event of its kind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NotApplied {
    /// The applied event.
    pub row: u32,
    /// The version: the governing one, or that of grants.
    pub version: u16,
    /// The rule in it.
    pub rule: Rule,
    /// Why.
    pub cause: Cause,
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
    /// Opening balances of running totals.
    pub opening_totals: &'a FxHashMap<TotalKey, i64>,
    /// Nothing after this moment is known.
    pub moment: i64,
    /// How often anything was released so far, in all scopes.
    pub releases: &'a AtomicU64,
    /// Whether to remember what each reward granted to each referral.
    pub keeps_granted: bool,
}

/// An amount on its way through the limits.
pub(super) struct Passing {
    pub(super) row: u32,
    pub(super) rule: u16,
    pub(super) payee: u32,
    pub(super) amount: i64,
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
        let reverses = self.offering.program.reverses();
        for row in rows {
            self.release_until(applied.at[row], state, scratch, out);
            if reverses {
                self.take_back(row, state, scratch, out);
            }
            let version = &self.offering.program.versions[usize::from(applied.version[row])];
            for rule in version.rewards_on(applied.kind[row]).iter().copied() {
                let reward = &version.rewards[usize::from(rule)];
                let (candidate, steps) = if reward.reads_ledger {
                    own.candidates.clear();
                    own.steps.clear();
                    match self.ask(version, rule, row, state, scratch, &mut own) {
                        Some(candidate) => (candidate, &own.steps),
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

    /// What a rule gives that asks what was before. A running total is from then on the one before.
    fn ask(
        &self,
        version: &Version,
        rule: u16,
        row: usize,
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
        out: &mut Candidates,
    ) -> Option<Candidate> {
        let key = self.total_key(version, &version.rewards[usize::from(rule)], position(row), scratch);
        let total = key.map(|key| *state.totals.entry(key).or_insert_with(|| self.total_opened(key)));
        let referral = self.offering.applied.referral[row];
        let granted = Some(GrantedTo { referral, version, granted: &state.granted });
        let past = Past { granted, total: total.unwrap_or_default() };
        self.offering.offer(version, rule, &[position(row)], past, scratch, out);
        self.offering.settle_event(version, &mut out.candidates, &mut state.given, scratch);
        let candidate = out.candidates.first().copied()?;
        if let Some(total) = key.filter(|_| candidate.cause.is_none()).and_then(|key| state.totals.get_mut(&key)) {
            total.total = out.total;
        }
        Some(candidate)
    }

    pub(super) fn total_opened(&self, key: TotalKey) -> TotalSoFar {
        let total = self.opening_totals.get(&key).copied().unwrap_or(0);
        TotalSoFar { total, given: total }
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
            let version = self.offering.applied.version[index(candidate.row)];
            out.not_applied.push(NotApplied { row: candidate.row, version, rule: Rule::Reward(candidate.rule), cause });
            return;
        }
        let at = self.offering.applied.at[index(candidate.row)];
        let first = index(candidate.steps.0);
        let steps = steps.get(first..first.saturating_add(index(candidate.steps.1))).unwrap_or_default();
        let passing = Passing {
            row: candidate.row,
            rule: candidate.rule,
            payee: candidate.payee,
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
            let amount = self.spare((deferred.row, deferred.rule, deferred.amount), state, &mut steps);
            let passing = Passing {
                row: deferred.row,
                rule: deferred.rule,
                payee: deferred.payee,
                amount,
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
        for on in keys.iter().filter(|on| passing.amount > 0 || passing.amount < 0 && on.gives_room) {
            let drawn = if on.counts_grants { 1 } else { passing.amount };
            self.draw(on.key, on.rolling, passing.day, drawn, state);
        }
        state.keys = keys;
        self.give(version, reward, &passing, (asked, release), state, scratch);
        let counted = passing.counted || passing.amount > 0;
        for (limit, amount) in &passing.deferred {
            let put_off_by = &version.limits[usize::from(*limit)];
            // A limit of nothing never lets anything pass.
            let passes = self.most(version, put_off_by, passing.row, scratch) > 0;
            let next = put_off_by.in_each.next_first_day(passing.day).filter(|_| passes);
            let at = next.map_or(NEVER, |day| self.offering.program.zone.first_instant(day).0);
            let steps = passing.steps.get(..passing.before_limits).unwrap_or_default().to_vec();
            let deferred = Deferred {
                row: passing.row,
                rule: passing.rule,
                payee: passing.payee,
                base,
                amount: *amount,
                limit: *limit,
                steps,
                counted,
            };
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
        self.remember(version, reward, &passing, (release, again), state, scratch);
        if release != AT_ONCE && passing.amount == 0 && again == asked {
            return;
        }
        let steps = (position(out.steps.len()), position(passing.steps.len()));
        out.steps.append(&mut passing.steps);
        out.parts.push(Part {
            row: passing.row,
            rule: passing.rule,
            payee: passing.payee,
            release,
            base,
            amount: passing.amount,
            steps,
            moment: release.max(self.offering.applied.known[row]),
            taken: None,
        });
    }

    /// Takes down what was given of a running total: what limits put off will be, what they cut will not.
    fn give(
        &self,
        version: &Version,
        reward: &Reward,
        passing: &Passing,
        (asked, release): (i64, i64),
        state: &mut Drawn,
        scratch: &mut Scratch<'_>,
    ) {
        let Some(key) = self.total_key(version, reward, passing.row, scratch) else { return };
        let kept = passing.deferred.iter().fold(passing.amount, |sum, (_, amount)| sum.saturating_add(*amount));
        let more = if release == AT_ONCE { kept } else { kept.saturating_sub(asked) };
        let total = state.totals.entry(key).or_insert_with(|| self.total_opened(key));
        total.given = total.given.saturating_add(more).max(0);
    }

    /// Draws on what a limit lets pass under a key.
    pub(super) fn draw(&self, key: DrawKey, rolling: bool, day: Day, drawn: i64, state: &mut Drawn) {
        let draw = state.draws.entry(key).or_insert_with(|| self.opened(key));
        if rolling {
            draw.on(day.0, drawn);
        } else {
            draw.sum = draw.sum.saturating_add(drawn);
        }
    }

    fn opened(&self, key: DrawKey) -> Draw {
        Draw { sum: self.opening.get(&key).copied().unwrap_or(0), days: Vec::new() }
    }

    fn limit(
        &self,
        version: &Version,
        number: u16,
        passing: &mut Passing,
        keys: &mut Vec<DrawsOn>,
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
        let reward = &version.rewards[usize::from(passing.rule)];
        let key = self.draw_key(version, limit, (reward, passing.row), passing.day, scratch);
        let most = self.most(version, limit, passing.row, scratch);
        if !limit.per.iter().any(|per| matches!(per, Per::Campaign)) {
            return self.draw_on(limit, (number, most), key, passing, keys, state);
        }
        for campaign in touched {
            let mut key = key;
            let parts = key.parts.iter_mut().zip(&limit.per);
            parts.filter(|(_, per)| matches!(per, Per::Campaign)).for_each(|(part, _)| *part = u32::from(campaign));
            self.draw_on(limit, (number, most), key, passing, keys, state);
        }
    }

    /// Cuts the amount to what is left under one key.
    fn draw_on(
        &self,
        limit: &Limit,
        (number, most): (u16, i64),
        key: DrawKey,
        passing: &mut Passing,
        keys: &mut Vec<DrawsOn>,
        state: &Drawn,
    ) {
        if limit.counts_grants && passing.counted {
            return;
        }
        let left = most.saturating_sub(self.drawn(limit, key, passing.day, state));
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
        keys.push(DrawsOn {
            key,
            counts_grants: limit.counts_grants,
            rolling: matches!(limit.in_each, Period::Rolling { .. }),
            gives_room: limit.taken_back == TakenBack::GivesRoom,
        });
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
