//! A chunk of events on its way through one rule: conditions, base, campaigns, minimum and maximum, rounding.
#![expect(clippy::indexing_slicing, reason = "every column has a place per row of the chunk")]
use super::candidates::{Candidate, Candidates, Cause, Change, Step};
use super::drawn::TotalSoFar;
use crate::base::limits::ID_BYTES_MAX;
use crate::base::{Day, NONE, Number, Rounding, index, position, starts_of};
use crate::expr::{Column, Compiled, Env, Scratch, Status, Vector};
use crate::program::{BelowZero, Campaign, Operator, Party, Reward};
use crate::stage::inputs::EventRows;

/// The rows by column, and what their expressions are evaluated over.
pub(super) struct Chunk<'a, 'b, 's> {
    pub(super) inputs: EventRows<'a>,
    pub(super) env: Env<'a>,
    pub(super) scratch: &'b mut Scratch<'s>,
    pub(super) memory: Memory,
}

/// The columns of a chunk, to be used again by the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Why a row gives nothing: to be filled before the chunk begins.
    pub(super) cause: Vec<Option<Cause>>,
    /// The accounts that get it, where they are no sides of the referrals; else empty.
    payee: Vec<u32>,
    base: Vec<Number>,
    amount: Vec<Number>,
    settled: Vec<i64>,
    /// Rows that no campaign changes: what they give is taken back.
    left: Vec<bool>,
    /// The settled total of the last row of a rule by a running total.
    pub(super) total: i64,
    /// The steps of all rows, in the order in which they are made: of which row, and what.
    steps: Vec<(u32, Step)>,
    starts: Vec<u32>,
}

/// The value of an amount in a row, or why there is none.
pub(crate) fn number(result: &Vector, at: usize) -> Result<Number, Cause> {
    match (&result.column, result.status[at]) {
        (_, status) if !status.is_ok() => Err(Cause::of(status)),
        (Column::Int(values), _) => Ok(Number::from(values[at])),
        (Column::Decimal(values), _) => Ok(values[at]),
        _ => Err(Cause::Fault(Status::NOT_CONVERTIBLE)),
    }
}

impl<'a, 'b, 's> Chunk<'a, 'b, 's> {
    /// Rows that have a cause to give nothing, or none so far.
    pub(super) fn new(inputs: EventRows<'a>, env: Env<'a>, scratch: &'b mut Scratch<'s>, memory: Memory) -> Self {
        let mut memory = memory;
        memory.base.clear();
        memory.payee.clear();
        memory.amount.clear();
        memory.settled.clear();
        memory.steps.clear();
        Self { inputs, env, scratch, memory }
    }

    fn rows(&self) -> usize {
        self.memory.cause.len()
    }

    /// Which account gets it, where that is no side of the referral.
    pub(super) fn payees(&mut self, reward: &Reward) {
        if reward.to == Party::Recruiter {
            let recruiter = |row: &u32| self.inputs.applied.payee(index(*row), reward.to);
            self.memory.payee.extend(self.inputs.rows.iter().map(recruiter));
        }
        let Some(account) = &reward.account else { return };
        let result = account.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch).clone();
        let Column::Text(ids) = &result.column else { return };
        for (at, id) in ids.iter().enumerate() {
            let length = if result.status[at].is_ok() { self.scratch.texts().text(*id).len() } else { 0 };
            let names = (1..=ID_BYTES_MAX).contains(&length);
            if !names {
                self.memory.cause[at].get_or_insert(Cause::NoAccount);
            }
            self.memory.payee.push(if names { id.0 } else { NONE });
        }
    }

    /// Conditions of which a false one is the end; where none is false and one has no value, nothing is given this time.
    pub(super) fn as_long_as(&mut self, conditions: &[Compiled]) {
        let mut without: Vec<Option<Cause>> = Vec::new();
        for (number, condition) in (0_u16..).zip(conditions) {
            without.resize(self.rows(), None);
            let result = condition.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, cause) in self.memory.cause.iter_mut().enumerate().filter(|(_, cause)| cause.is_none()) {
                match result.status[at] {
                    status if !status.is_ok() => without[at] = without[at].or(Some(Cause::of(status))),
                    _ if holds[at] => {}
                    _ => *cause = Some(Cause::Ends(number)),
                }
            }
        }
        for (cause, without) in self.memory.cause.iter_mut().zip(without) {
            *cause = cause.or(without);
        }
    }

    pub(super) fn conditions(&mut self, conditions: &[Compiled]) {
        for (number, condition) in (0_u16..).zip(conditions) {
            let result = condition.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, cause) in self.memory.cause.iter_mut().enumerate().filter(|(_, cause)| cause.is_none()) {
                *cause = match result.status[at] {
                    status if !status.is_ok() => Some(Cause::of(status)),
                    _ if holds[at] => None,
                    _ => Some(Cause::Condition(number)),
                };
            }
        }
    }

    pub(super) fn base(&mut self, amount: &Compiled) {
        let parts = &self.inputs.applied.parts;
        let result = amount.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
        self.memory.base.reserve(self.memory.cause.len());
        for (at, cause) in self.memory.cause.iter_mut().enumerate() {
            let value = if cause.is_none() { number(result, at) } else { Ok(Number::ZERO) };
            self.memory.base.push(value.unwrap_or_else(|fault| {
                *cause = Some(fault);
                Number::ZERO
            }));
        }
        if !parts.is_empty() {
            let own = self.inputs.rows.iter().map(|row| parts.get(row));
            self.memory.base.iter_mut().zip(own).for_each(|(base, part)| *base = part.copied().unwrap_or(*base));
        }
        self.memory.amount.clone_from(&self.memory.base);
    }

    /// The base, stated in the currency that `from` gives, in the reward's own, by the rate of the event's day.
    pub(super) fn convert(&mut self, from: &Compiled, reward: &Reward, days: &[Option<Day>]) {
        let result = from.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch).clone();
        let Column::Text(codes) = &result.column else { return };
        for at in 0..self.rows() {
            if self.memory.cause[at].is_some() {
                continue;
            }
            if !result.status[at].is_ok() {
                self.memory.cause[at] = Some(Cause::of(result.status[at]));
                continue;
            }
            let code = self.scratch.texts().text(codes[at]);
            if code == reward.unit.name() {
                continue;
            }
            let rate = days[at].and_then(|day| self.env.rates.on(code, reward.unit.name(), day));
            let (Some(rate), Ok(code)) = (rate, <[u8; 3]>::try_from(code.as_bytes())) else {
                self.memory.cause[at] = Some(Cause::NoRate);
                continue;
            };
            let after = self.memory.amount[at].checked_mul(rate).ok_or(Cause::Fault(Status::OVERFLOW));
            self.change(at, Change::Converted(code), after);
        }
    }

    /// From the total to the difference to the one before, which is settled in its turn. Only rules that are evaluated event by
    /// event go by totals.
    pub(super) fn difference(&mut self, reward: &Reward, before: TotalSoFar) {
        for at in 0..self.rows() {
            if self.memory.cause[at].is_some() {
                continue;
            }
            if self.memory.amount[at].is_negative() {
                self.change(at, Change::AtLeast, Ok(Number::ZERO));
            }
            let (total, settled) = match rounded(self.memory.amount[at], reward.rounding, reward) {
                Ok(found) => found,
                Err(cause) => {
                    self.memory.cause[at] = Some(cause);
                    continue;
                }
            };
            if settled != self.memory.amount[at] {
                self.change(at, Change::Rounding(reward.rounding), Ok(settled));
            }
            self.memory.total = total;
            if before.total != 0 {
                let difference = total.saturating_sub(before.total);
                self.change(at, Change::TotalBefore, in_unit(difference, reward));
            }
            if total < before.total {
                self.fall(at, reward, before, total);
            }
        }
    }

    /// A total that falls: nothing is given, or what was given falls in proportion.
    fn fall(&mut self, at: usize, reward: &Reward, before: TotalSoFar, total: i64) {
        if reward.below_zero == BelowZero::GiveNothing {
            self.memory.cause[at].get_or_insert(Cause::Negative);
            return;
        }
        let taken_back =
            before.left_of(total, reward).and_then(|left| in_unit(left.saturating_sub(before.given), reward));
        if taken_back != Ok(self.memory.amount[at]) {
            self.change(at, Change::InProportion, taken_back);
        }
    }

    /// What is taken back is changed by no campaign.
    pub(super) fn leave_what_is_taken_back(&mut self, reward: &Reward) {
        let takes_back = reward.below_zero == BelowZero::TakeBack;
        self.memory.left.clear();
        self.memory.left.extend(self.memory.amount.iter().map(|amount| takes_back && amount.is_negative()));
    }

    /// The rows within the window for which a campaign's conditions hold; none if there is no such row.
    pub(super) fn applies(&mut self, campaign: &Campaign, mut mask: Vec<bool>) -> Option<Vec<bool>> {
        mask.iter_mut().zip(&self.memory.cause).for_each(|(mask, cause)| *mask &= cause.is_none());
        mask.iter_mut().zip(&self.memory.left).for_each(|(mask, left)| *mask &= !left);
        if !mask.contains(&true) {
            return None;
        }
        for condition in &campaign.when {
            let result = condition.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, mask) in mask.iter_mut().enumerate() {
                *mask &= holds[at] && result.status[at].is_ok();
            }
        }
        mask.contains(&true).then_some(mask)
    }

    /// What a campaign alone would make of the amount as it is, by row.
    pub(super) fn alone(&mut self, campaign: &Campaign, reward: &Reward) -> Vec<Result<Number, Cause>> {
        let mut out: Vec<Result<Number, Cause>> = self.memory.amount.iter().copied().map(Ok).collect();
        for (operator, operand) in &campaign.operators {
            let result = operand.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
            for (at, out) in out.iter_mut().enumerate() {
                *out = out.and_then(|before| operated(*operator, before, number(result, at)?));
            }
        }
        if let Some(rounding) = campaign.rounding {
            let settled = |amount| rounded(amount, rounding, reward).map(|(_, after)| after);
            out.iter_mut().for_each(|out| *out = out.and_then(settled));
        }
        out
    }

    pub(super) fn campaign(&mut self, campaign: &Campaign, reward: &Reward, mask: &[bool]) {
        for (operator, operand) in &campaign.operators {
            let result = operand.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
            let change = Change::Campaign(campaign.number, *operator);
            for at in (0..mask.len()).filter(|at| mask[*at]) {
                let after = number(result, at).and_then(|value| operated(*operator, self.memory.amount[at], value));
                self.memory.steps.extend(changed(
                    &mut self.memory.cause[at],
                    &mut self.memory.amount[at],
                    at,
                    change,
                    after,
                ));
            }
        }
        let Some(rounding) = campaign.rounding else { return };
        for at in (0..mask.len()).filter(|at| mask[*at]) {
            let after = rounded(self.memory.amount[at], rounding, reward).map(|(_, after)| after);
            if after != Ok(self.memory.amount[at]) {
                self.change(at, Change::CampaignRounding(campaign.number, rounding), after);
            }
        }
    }

    /// The least and the most that the rule gives.
    pub(super) fn bounds(&mut self, reward: &Reward) {
        self.bound(reward.at_least.as_ref(), Change::AtLeast);
        self.bound(reward.at_most.as_ref(), Change::AtMost);
    }

    fn bound(&mut self, bound: Option<&Compiled>, change: Change) {
        let Some(bound) = bound else { return };
        let result = bound.evaluate(&self.inputs, self.memory.cause.len(), &self.env, self.scratch);
        for at in 0..self.memory.cause.len() {
            let after = match number(result, at) {
                Ok(value) => {
                    let beyond = match change {
                        Change::AtLeast => self.memory.amount[at] < value,
                        _ => self.memory.amount[at] > value,
                    };
                    if !beyond {
                        continue;
                    }
                    Ok(value)
                }
                Err(cause) => Err(cause),
            };
            self.memory.steps.extend(changed(
                &mut self.memory.cause[at],
                &mut self.memory.amount[at],
                at,
                change,
                after,
            ));
        }
    }

    pub(super) fn settle(&mut self, reward: &Reward) {
        self.memory.settled.resize(self.rows(), 0);
        for at in 0..self.rows() {
            if self.memory.cause[at].is_some() {
                continue;
            }
            if self.memory.amount[at].is_negative() && reward.below_zero == BelowZero::GiveNothing {
                self.memory.cause[at] = Some(Cause::Negative);
                continue;
            }
            match self.shared(at, reward) {
                Ok((settled, after)) => {
                    self.memory.settled[at] = settled;
                    if after != self.memory.amount[at] {
                        self.change(at, Change::Rounding(reward.rounding), Ok(after));
                    }
                }
                Err(cause) => self.memory.cause[at] = Some(cause),
            }
        }
    }

    /// What one gets of the amount, settled: up to one's own share less what is settled up to the one before.
    fn shared(&mut self, at: usize, reward: &Reward) -> Result<(i64, Number), Cause> {
        let amount = self.memory.amount[at];
        let row = index(self.inputs.rows[at]);
        let own = self.inputs.applied.share.get(row).copied().filter(|_| !self.inputs.applied.kind[row].is_prize());
        let own = own.filter(|_| reward.to != Party::Referee);
        let bounds = own.and_then(|own| self.inputs.program.share_bounds(own).map(|bounds| (own, bounds)));
        let Some((own, (before, up_to))) = bounds else { return rounded(amount, reward.rounding, reward) };
        let overflow = || Cause::Fault(Status::OVERFLOW);
        let part = |share: Number| amount.checked_mul(share).ok_or_else(overflow);
        let settled = |share: Number| part(share).and_then(|part| rounded(part, reward.rounding, reward));
        let (from, _) = settled(before)?;
        let minor = settled(up_to)?.0.checked_sub(from).ok_or_else(overflow)?;
        let exact = up_to.checked_sub(before).ok_or_else(overflow).and_then(part)?;
        if exact != amount {
            self.change(at, Change::Share(own.place.saturating_add(1), own.of), Ok(exact));
        }
        Ok((minor, in_unit(minor, reward)?))
    }

    fn change(&mut self, at: usize, change: Change, after: Result<Number, Cause>) {
        self.memory.steps.extend(changed(&mut self.memory.cause[at], &mut self.memory.amount[at], at, change, after));
    }

    /// The rows as candidates of a rule.
    pub(super) fn finish(self, rule: u16, out: &mut Candidates) {
        let Self { inputs, mut memory, .. } = self;
        let Memory { cause, payee, base, settled, steps, starts, .. } = &mut memory;
        let rows = inputs.rows;
        let first = out.steps.len();
        starts.clear();
        if let Some((_, any)) = steps.first() {
            // Steps of one row follow one another in the order in which they were made.
            starts.resize(cause.len(), 0);
            for (at, _) in steps.iter() {
                let count = &mut starts[index(*at)];
                *count = count.saturating_add(1);
            }
            starts_of(starts, position(first));
            out.steps.resize(first.saturating_add(steps.len()), *any);
            for (at, step) in steps.iter() {
                let next = &mut starts[index(*at)];
                out.steps[index(*next)] = *step;
                *next = next.saturating_add(1);
            }
        }
        // Each start has become the end.
        let mut from = position(first);
        let ends = starts.iter().copied().chain(std::iter::repeat(from));
        let payees = payee.iter().copied().chain(std::iter::repeat(NONE));
        let values = cause.iter().zip(&*base).zip(&*settled).zip(ends).zip(payees);
        out.candidates.extend(rows.iter().zip(values).map(|(row, ((((cause, base), amount), end), payee))| {
            let steps = (from, end.saturating_sub(from));
            from = end;
            Candidate { row: *row, rule, payee, cause: *cause, base: *base, amount: *amount, steps }
        }));
        out.keep(memory);
    }
}

/// Changes an amount, unless its row gives nothing already; the step that this is.
fn changed(
    cause: &mut Option<Cause>,
    amount: &mut Number,
    at: usize,
    change: Change,
    after: Result<Number, Cause>,
) -> Option<(u32, Step)> {
    if cause.is_some() {
        return None;
    }
    match after {
        Ok(after) => {
            let before = std::mem::replace(amount, after);
            Some((position(at), Step { change, before, after }))
        }
        Err(fault) => {
            *cause = Some(fault);
            None
        }
    }
}

/// An amount changed by a campaign's operator.
fn operated(operator: Operator, before: Number, by: Number) -> Result<Number, Cause> {
    let after = match operator {
        Operator::Instead => Some(by),
        Operator::Times => before.checked_mul(by),
        Operator::Plus => before.checked_add(by),
    };
    after.ok_or(Cause::Fault(Status::OVERFLOW))
}

/// Minor units as an amount.
fn in_unit(minor: i64, reward: &Reward) -> Result<Number, Cause> {
    Number::from_scaled(i128::from(minor), reward.unit.digits()).ok_or(Cause::Fault(Status::OVERFLOW))
}

fn rounded(amount: Number, rounding: Rounding, reward: &Reward) -> Result<(i64, Number), Cause> {
    let overflow = Cause::Fault(Status::OVERFLOW);
    let digits = reward.unit.digits();
    // A whole number stays what it is.
    if let Some(whole) = amount.to_i64() {
        let minor = 10_i64.checked_pow(digits).and_then(|scale| whole.checked_mul(scale));
        return minor.map(|minor| (minor, amount)).ok_or(overflow);
    }
    let settled = rounding.settle(amount, digits).ok_or(overflow)?;
    Number::from_scaled(i128::from(settled), digits).map(|after| (settled, after)).ok_or(overflow)
}
