//! A chunk of events on its way through one rule: conditions, base, campaigns, minimum and maximum, rounding.
#![expect(clippy::indexing_slicing, reason = "every column has a place per row of the chunk")]
use super::candidates::{Cause, Change, Step};
use crate::base::{Number, Rounding};
use crate::expr::{Column, Compiled, Env, Scratch, Status};
use crate::program::{Campaign, Operator, Reward};
use crate::stage::inputs::EventRows;

/// A row on its way through the rule.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) row: u32,
    pub(super) cause: Option<Cause>,
    pub(super) base: Number,
    pub(super) amount: Number,
    pub(super) settled: i64,
    pub(super) steps: Vec<Step>,
}

/// The rows, and what their expressions are evaluated over.
pub(super) struct Chunk<'a, 'b, 's> {
    pub(super) inputs: EventRows<'a>,
    pub(super) env: Env<'a>,
    pub(super) scratch: &'b mut Scratch<'s>,
    pub(super) rows: Vec<Row>,
}

impl Chunk<'_, '_, '_> {
    pub(super) fn conditions(&mut self, conditions: &[Compiled]) {
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

    pub(super) fn base(&mut self, amount: &Compiled) {
        let values = self.numbers(amount);
        for (row, value) in self.rows.iter_mut().zip(values).filter(|(row, _)| row.cause.is_none()) {
            match value {
                Ok(value) => (row.base, row.amount) = (value, value),
                Err(cause) => row.cause = Some(cause),
            }
        }
    }

    /// The rows within the window for which a campaign's conditions hold; none if there is no such row.
    pub(super) fn applies(&mut self, campaign: &Campaign, mut mask: Vec<bool>) -> Option<Vec<bool>> {
        for (at, row) in self.rows.iter().enumerate() {
            mask[at] &= row.cause.is_none();
        }
        if !mask.contains(&true) {
            return None;
        }
        for condition in &campaign.when {
            let result = condition.evaluate(&self.inputs, self.rows.len(), &self.env, self.scratch);
            let Column::Bool(holds) = &result.column else { continue };
            for (at, mask) in mask.iter_mut().enumerate() {
                *mask &= holds[at] && result.status[at].is_ok();
            }
        }
        mask.contains(&true).then_some(mask)
    }

    /// What a campaign alone would make of the base, by row.
    pub(super) fn alone(&mut self, campaign: &Campaign, reward: &Reward) -> Vec<Result<Number, Cause>> {
        let mut out: Vec<Result<Number, Cause>> = self.rows.iter().map(|row| Ok(row.base)).collect();
        for (operator, operand) in &campaign.operators {
            let values = self.numbers(operand);
            for (out, value) in out.iter_mut().zip(values) {
                *out = out.and_then(|before| operated(*operator, before, value?));
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
            let values = self.numbers(operand);
            for ((row, value), _) in self.rows.iter_mut().zip(values).zip(mask).filter(|(_, mask)| **mask) {
                let after = value.and_then(|value| operated(*operator, row.amount, value));
                row.change(Change::Campaign(campaign.number, *operator), after);
            }
        }
        let Some(rounding) = campaign.rounding else { return };
        for (row, _) in self.rows.iter_mut().zip(mask).filter(|(_, mask)| **mask) {
            let after = rounded(row.amount, rounding, reward).map(|(_, after)| after);
            if after != Ok(row.amount) {
                row.change(Change::CampaignRounding(campaign.number, rounding), after);
            }
        }
    }

    pub(super) fn bound(&mut self, bound: Option<&Compiled>, change: Change) {
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

    pub(super) fn settle(&mut self, reward: &Reward) {
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

/// An amount changed by a campaign's operator.
fn operated(operator: Operator, before: Number, by: Number) -> Result<Number, Cause> {
    let after = match operator {
        Operator::Instead => Some(by),
        Operator::Times => before.checked_mul(by),
        Operator::Plus => before.checked_add(by),
    };
    after.ok_or(Cause::Fault(Status::OVERFLOW))
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
