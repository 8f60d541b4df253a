//! What each reward rule would give for each event, before limits: conditions, base, campaigns, minimum and maximum,
//! rounding. Rules that do not ask what was granted before are evaluated over chunks of events at once.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::Applied;
use crate::base::{Day, Instant, Number, Rounding, index, position};
use crate::book::{Book, NEVER};
use crate::expr::{Column, Compiled, Env, Scratch, Slot, Status};
use crate::program::{Campaign, EventKind, Moment, Operator, Program, Reward, Version};
use crate::stage::inputs::{EventRows, GrantedTo};
use crate::stage::submission::{CHUNK_ROWS, Submissions};
use std::collections::BTreeMap;
use std::ops::Range;

/// One change of an amount on its way from the base to the entry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// What changed it.
    pub change: Change,
    /// The amount before.
    pub before: Number,
    /// The amount after.
    pub after: Number,
}

/// What changes an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// A campaign, by its number.
    Campaign(u16, Operator),
    /// The campaign's own rounding.
    CampaignRounding(u16, Rounding),
    /// The reward's minimum.
    AtLeast,
    /// The reward's maximum.
    AtMost,
    /// Rounding to the unit's digits.
    Rounding(Rounding),
    /// A limit, by its number: what it took away is lost.
    Limit(u16),
    /// A limit, by its number: what it took away is granted later.
    Deferred(u16),
    /// What a limit deferred, by its number, is granted now.
    Released(u16),
}

/// Why a rule gives nothing for an event of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The condition at this position does not hold.
    Condition(u16),
    /// A fact, tier or stage that the rule needs is missing.
    Missing(Slot),
    /// A table has no row for the key.
    NoRow,
    /// The amount does not fit, or a division by zero, or a date out of range.
    Fault(Status),
    /// The amount came out below zero.
    Negative,
    /// The beneficiary's side was refused.
    SideRefused,
}

impl Cause {
    fn of(status: Status) -> Self {
        match status.missing_slot() {
            Some(slot) => Self::Missing(slot),
            None if status == Status::NO_SUCH_KEY => Self::NoRow,
            None => Self::Fault(status),
        }
    }
}

/// What a rule gives for an applied event, before limits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Candidate {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
    /// Why it gives nothing; `None` when it gives something, be it zero.
    pub cause: Option<Cause>,
    /// The amount as the rule states it.
    pub base: Number,
    /// The amount in minor units, rounded once.
    pub amount: i64,
    /// Its steps: from, and how many.
    pub steps: (u32, u32),
}

/// Candidates and their steps.
#[derive(Debug, Default)]
pub struct Candidates {
    /// By applied event, then by rule.
    pub candidates: Vec<Candidate>,
    /// The steps of all.
    pub steps: Vec<Step>,
}

/// Evaluates rules over applied events.
pub struct Offering<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The verdicts at submission.
    pub submissions: &'a Submissions,
    /// What was applied.
    pub applied: &'a Applied,
}

/// A row on its way through the rule.
#[derive(Clone)]
struct Row {
    row: u32,
    cause: Option<Cause>,
    base: Number,
    amount: Number,
    settled: i64,
    steps: Vec<Step>,
}

impl Offering<'_> {
    /// Evaluates every rule that does not ask what was granted before, over these applied events.
    pub fn all(&self, rows: Range<usize>, scratch: &mut Scratch<'_>) -> Candidates {
        let mut out = Candidates::default();
        // The events that ask the same rules: each rule goes through its own only, however many rules there are.
        let mut asking: BTreeMap<(u16, EventKind), Vec<u32>> = BTreeMap::new();
        for row in rows {
            asking.entry((self.applied.version[row], self.applied.kind[row])).or_default().push(position(row));
        }
        for ((version, kind), rows) in &asking {
            let version = &self.program.versions[usize::from(*version)];
            for rule in version.rewards_on(*kind).iter().copied() {
                if version.rewards[usize::from(rule)].reads_ledger {
                    continue;
                }
                for chunk in rows.chunks(CHUNK_ROWS) {
                    self.offer(version, rule, chunk, None, scratch, &mut out);
                }
            }
        }
        out.candidates.sort_unstable_by_key(|candidate| (candidate.row, candidate.rule));
        out
    }

    /// Evaluates one rule over a chunk of events.
    pub fn offer(
        &self,
        version: &Version,
        rule: u16,
        rows: &[u32],
        granted: Option<GrantedTo<'_>>,
        scratch: &mut Scratch<'_>,
        out: &mut Candidates,
    ) {
        let reward = &version.rewards[usize::from(rule)];
        let env = Env { zone: &self.program.zone, calendar: &version.calendar, tables: &version.tables };
        let inputs = EventRows { program: self.program, book: self.book, applied: self.applied, rows, granted };
        let mut chunk = Chunk { inputs, env, scratch, rows: self.fresh(reward, rows) };
        let mut days = Days::default();
        chunk.conditions(&reward.when);
        chunk.base(&reward.amount);
        for campaign in &reward.campaigns {
            let campaign = &version.campaigns[usize::from(*campaign)];
            let window = campaign.first_day..=campaign.last_day;
            let inside = |day: &Option<Day>| day.is_some_and(|day| window.contains(&day));
            let days = days.of(campaign.counts, || self.days(campaign.counts, rows));
            if days.iter().any(inside) {
                let mask = days.iter().map(inside).collect();
                chunk.campaign(campaign, reward, mask);
            }
        }
        chunk.bound(reward.at_least.as_ref(), Change::AtLeast);
        chunk.bound(reward.at_most.as_ref(), Change::AtMost);
        chunk.settle(reward);
        for row in chunk.rows {
            let start = position(out.steps.len());
            let count = position(row.steps.len());
            out.steps.extend(row.steps);
            out.candidates.push(Candidate {
                row: row.row,
                rule,
                cause: row.cause,
                base: row.base,
                amount: row.settled,
                steps: (start, count),
            });
        }
    }

    fn fresh(&self, reward: &Reward, rows: &[u32]) -> Vec<Row> {
        let start = |row: &u32| {
            let referral = self.applied.referral[index(*row)];
            let refused = self.submissions.refused[index(referral)].has(reward.to);
            Row {
                row: *row,
                cause: refused.then_some(Cause::SideRefused),
                base: Number::ZERO,
                amount: Number::ZERO,
                settled: 0,
                steps: Vec::new(),
            }
        };
        rows.iter().map(start).collect()
    }

    /// The day of each row on which a campaign counts; none where that moment has not come.
    fn days(&self, counts: Moment, rows: &[u32]) -> Vec<Option<Day>> {
        let day = |row: &u32| {
            let row = index(*row);
            let reached = &self.applied.reached[row];
            let at = match counts {
                Moment::Submitted => reached[EventKind::SUBMITTED.index()],
                Moment::Qualified => reached[EventKind::QUALIFIED.index()],
                Moment::Closed => reached[EventKind::CLOSED.index()],
                Moment::Event => self.applied.at[row],
            };
            (at != NEVER).then(|| self.program.zone.day_of(Instant(at)))
        };
        rows.iter().map(day).collect()
    }
}

/// The days of a chunk's rows by the moment that counts: worked out once for all campaigns.
#[derive(Default)]
struct Days([Option<Vec<Option<Day>>>; 4]);

impl Days {
    fn of(&mut self, counts: Moment, work_out: impl FnOnce() -> Vec<Option<Day>>) -> &[Option<Day>] {
        let slot = match counts {
            Moment::Submitted => 0,
            Moment::Qualified => 1,
            Moment::Closed => 2,
            Moment::Event => 3,
        };
        self.0[slot].get_or_insert_with(work_out)
    }
}

struct Chunk<'a, 'b, 's> {
    inputs: EventRows<'a>,
    env: Env<'a>,
    scratch: &'b mut Scratch<'s>,
    rows: Vec<Row>,
}

impl Chunk<'_, '_, '_> {
    fn conditions(&mut self, conditions: &[Compiled]) {
        for (number, condition) in (0_u16..).zip(conditions) {
            let result = condition.evaluate(&self.inputs, self.rows.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, row) in self.rows.iter_mut().enumerate().filter(|(_, row)| row.cause.is_none()) {
                row.cause = match result.status[at] {
                    status if !status.is_ok() => Some(Cause::of(status)),
                    _ if holds[at] => None,
                    _ => Some(Cause::Condition(number)),
                };
            }
        }
    }

    /// The value of an amount by row, or why there is none.
    fn numbers(&mut self, amount: &Compiled) -> Vec<Result<Number, Cause>> {
        let result = amount.evaluate(&self.inputs, self.rows.len(), &self.env, self.scratch);
        (0..self.rows.len())
            .map(|at| match (&result.column, result.status[at]) {
                (_, status) if !status.is_ok() => Err(Cause::of(status)),
                (Column::Int(values), _) => Ok(Number::from(values[at])),
                (Column::Decimal(values), _) => Ok(values[at]),
                _ => Err(Cause::Fault(Status::NOT_CONVERTIBLE)),
            })
            .collect()
    }

    fn base(&mut self, amount: &Compiled) {
        let values = self.numbers(amount);
        for (row, value) in self.rows.iter_mut().zip(values).filter(|(row, _)| row.cause.is_none()) {
            match value {
                Ok(value) => (row.base, row.amount) = (value, value),
                Err(cause) => row.cause = Some(cause),
            }
        }
    }

    fn campaign(&mut self, campaign: &Campaign, reward: &Reward, mut mask: Vec<bool>) {
        for (at, row) in self.rows.iter().enumerate() {
            mask[at] &= row.cause.is_none();
        }
        if !mask.contains(&true) {
            return;
        }
        for condition in &campaign.when {
            let result = condition.evaluate(&self.inputs, self.rows.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, mask) in mask.iter_mut().enumerate() {
                *mask &= holds[at] && result.status[at].is_ok();
            }
        }
        for (operator, operand) in &campaign.operators {
            let values = self.numbers(operand);
            for ((row, value), _) in self.rows.iter_mut().zip(values).zip(&mask).filter(|(_, mask)| **mask) {
                let change = Change::Campaign(campaign.number, *operator);
                let after = value.and_then(|value| {
                    let result = match operator {
                        Operator::Instead => Some(value),
                        Operator::Times => row.amount.checked_mul(value),
                        Operator::Plus => row.amount.checked_add(value),
                    };
                    result.ok_or(Cause::Fault(Status::OVERFLOW))
                });
                row.change(change, after);
            }
        }
        let Some(rounding) = campaign.rounding else { return };
        for (row, _) in self.rows.iter_mut().zip(&mask).filter(|(_, mask)| **mask) {
            let after = rounded(row.amount, rounding, reward).map(|(_, after)| after);
            if after != Ok(row.amount) {
                row.change(Change::CampaignRounding(campaign.number, rounding), after);
            }
        }
    }

    fn bound(&mut self, bound: Option<&Compiled>, change: Change) {
        let Some(bound) = bound else { return };
        let values = self.numbers(bound);
        for (row, value) in self.rows.iter_mut().zip(values) {
            match value {
                Err(cause) => row.change(change, Err(cause)),
                Ok(value) => {
                    let beyond = match change {
                        Change::AtLeast => row.amount < value,
                        _ => row.amount > value,
                    };
                    if beyond {
                        row.change(change, Ok(value));
                    }
                }
            }
        }
    }

    fn settle(&mut self, reward: &Reward) {
        for row in self.rows.iter_mut().filter(|row| row.cause.is_none()) {
            if row.amount.is_negative() {
                row.cause = Some(Cause::Negative);
                continue;
            }
            match rounded(row.amount, reward.rounding, reward) {
                Ok((settled, after)) => {
                    row.settled = settled;
                    if after != row.amount {
                        row.change(Change::Rounding(reward.rounding), Ok(after));
                    }
                }
                Err(cause) => row.cause = Some(cause),
            }
        }
    }
}

fn rounded(amount: Number, rounding: Rounding, reward: &Reward) -> Result<(i64, Number), Cause> {
    let overflow = Cause::Fault(Status::OVERFLOW);
    let settled = rounding.settle(amount, reward.unit.digits()).ok_or(overflow)?;
    Number::from_scaled(i128::from(settled), reward.unit.digits()).map(|after| (settled, after)).ok_or(overflow)
}

impl Row {
    fn change(&mut self, change: Change, after: Result<Number, Cause>) {
        if self.cause.is_some() {
            return;
        }
        match after {
            Ok(after) => {
                self.steps.push(Step { change, before: self.amount, after });
                self.amount = after;
            }
            Err(cause) => self.cause = Some(cause),
        }
    }
}
