//! The engine's answer as the columns that the peers give, and what all of them must agree on.
use referral_rules::evaluation::{DecisionColumns, EntryColumns, Evaluation};
use referral_rules::program::Program;
use serde_json::{Value, json};
use std::error::Error;

/// The first reason of a refusal, as the workload counts them.
const REASONS: [(&str, u8); 11] = [
    ("unknown-referrer", 1),
    ("referrer-ineligible", 1),
    ("not-via-program", 2),
    ("no-contact-info", 3),
    ("already-in-crm", 4),
    ("icp-size", 5),
    ("icp-industry", 6),
    ("icp-country", 7),
    ("too-old", 8),
    ("duplicate", 9),
    ("duplicate-referee", 9),
];

/// In place of a day that there is none of.
const NO_DAY: i32 = -1;

/// The whole answer as columns: all reasons, stages and tiers of all decisions, and all entries with their dates.
pub struct Columns {
    decisions: DecisionColumns,
    entries: EntryColumns,
}

impl Columns {
    pub fn of(evaluation: &Evaluation<'_>) -> Self {
        Self { decisions: evaluation.decision_columns(), entries: evaluation.entry_columns() }
    }
}

/// The answer by referral, in the engine's order of them. Amounts are in cents, days count from 1970.
#[derive(Default)]
pub struct Answer {
    id: Vec<i64>,
    reason: Vec<u8>,
    tier: Vec<u8>,
    reward_qualified: Vec<i64>,
    reward_close: Vec<i64>,
    referee_benefit: Vec<i64>,
    due_qualified: Vec<i32>,
    due_close: Vec<i32>,
}

impl Answer {
    /// Picks out of the answer's columns what the workload asks for.
    pub fn pick(columns: &Columns, program: &Program, ids: &[i64]) -> Result<Self, Box<dyn Error>> {
        let Columns { decisions, entries } = columns;
        let rows = ids.len();
        let number = |code: &String| {
            let known = REASONS.iter().find(|(known, _)| known == code).map(|(_, number)| *number);
            known.ok_or_else(|| format!("`{code}` is no reason of the workload"))
        };
        let numbers: Vec<_> = decisions.reason_codes.iter().map(number).collect();
        let mut out = Self {
            id: ids.to_vec(),
            reason: Vec::with_capacity(rows),
            tier: vec![0; rows],
            reward_qualified: vec![0; rows],
            reward_close: vec![0; rows],
            referee_benefit: vec![0; rows],
            due_qualified: vec![NO_DAY; rows],
            due_close: vec![NO_DAY; rows],
        };
        for row in 0..rows as u32 {
            out.reason.push(match decisions.reasons_of(row).first() {
                Some(first) => numbers[usize::from(*first)].clone()?,
                None => 0,
            });
        }
        let rule = |id: &str| program.reward_ids.iter().position(|known| known == id).ok_or("no such rule");
        let (qualified, close) = (rule("qualified")?, rule("close")?);
        for (at, row) in entries.referral.iter().enumerate() {
            let row = *row as usize;
            let number = usize::from(entries.reward[at]);
            let due = entries.due_on[at].map_or(NO_DAY, |day| day.0);
            if number == qualified {
                out.tier[row] = entries.tiers[at * entries.ladders];
                out.reward_qualified[row] = entries.amount[at];
                out.due_qualified[row] = due;
            } else if number == close {
                out.reward_close[row] = entries.amount[at];
                out.due_close[row] = due;
            } else {
                out.referee_benefit[row] = entries.amount[at];
            }
        }
        Ok(out)
    }

    /// Counts, totals, and for each column a sum over all rows that no order changes but every other value does.
    pub fn checks(&self) -> Value {
        let counts = |values: &[u8], kinds: usize| {
            let count = |kind: usize| values.iter().filter(|value| usize::from(**value) == kind).count();
            (0..kinds).map(count).collect::<Vec<_>>()
        };
        let mixed = |value: &dyn Fn(usize) -> i64| {
            let term = |(row, id): (usize, &i64)| {
                let weight = (*id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                weight.wrapping_mul((value(row) + 1) as u64)
            };
            format!("{:016x}", self.id.iter().enumerate().map(term).fold(0, u64::wrapping_add))
        };
        let reasons = counts(&self.reason, 10);
        json!({
            "n": self.id.len(),
            "n_valid": reasons[0],
            "reasons": reasons,
            "tiers": counts(&self.tier, 4),
            "total_reward_qualified": self.reward_qualified.iter().sum::<i64>(),
            "total_reward_close": self.reward_close.iter().sum::<i64>(),
            "total_referee_benefit": self.referee_benefit.iter().sum::<i64>(),
            "x_valid": mixed(&|row| i64::from(self.reason[row] == 0)),
            "x_reason": mixed(&|row| i64::from(self.reason[row])),
            "x_tier": mixed(&|row| i64::from(self.tier[row])),
            "x_reward_qualified": mixed(&|row| self.reward_qualified[row]),
            "x_reward_close": mixed(&|row| self.reward_close[row]),
            "x_referee_benefit": mixed(&|row| self.referee_benefit[row]),
            "x_due_qualified": mixed(&|row| i64::from(self.due_qualified[row])),
            "x_due_close": mixed(&|row| i64::from(self.due_close[row])),
        })
    }
}
