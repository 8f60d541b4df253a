//! Goals of campaigns: what applied events count for, as known at the moment of the answer.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::candidates::Offering;
use super::levels::Levels;
use crate::base::{Number, position};
use crate::expr::{Column, Scratch};
use crate::program::{Campaign, Goal, Version};
use crate::stage::env;
use crate::stage::inputs::Counted;
use crate::stage::submission::CHUNK_ROWS;

/// What one event counts for a campaign's goal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct GoalEvent {
    /// The version and the campaign's position in it.
    pub campaign: (u16, u16),
    /// The referral.
    pub referral: u32,
    /// One, or what is summed.
    pub value: Number,
}

impl Offering<'_> {
    /// What the applied events count for the goals of campaigns.
    pub(super) fn goals(&self, scratch: &mut Scratch<'_>, out: &mut Vec<GoalEvent>) {
        for (number, version) in (0_u16..).zip(&self.program.versions) {
            for (at, campaign) in (0_u16..).zip(&version.campaigns) {
                let Some(goal) = &campaign.goal else { continue };
                let rows: Vec<u32> = (0..self.applied.referral.len())
                    .filter(|row| self.applied.version[*row] == number && self.applied.kind[*row] == goal.on)
                    .map(position)
                    .collect();
                for rows in rows.chunks(CHUNK_ROWS) {
                    let values = self.goal_values(version, campaign, goal, rows, scratch);
                    let counted = rows.iter().zip(values).filter_map(|(row, value)| Some((*row, value?)));
                    out.extend(counted.map(|(row, value)| {
                        let referral = self.applied.referral[crate::base::index(row)];
                        GoalEvent { campaign: (number, at), referral, value }
                    }));
                }
            }
        }
    }

    /// By row what it counts; nothing outside of the window, and where a condition does not hold or the value is missing.
    fn goal_values(
        &self,
        version: &Version,
        campaign: &Campaign,
        goal: &Goal,
        rows: &[u32],
        scratch: &mut Scratch<'_>,
    ) -> Vec<Option<Number>> {
        let levels = Levels { program: self.program, book: self.book };
        let holds = levels.all_hold(version, &campaign.when, rows, self.applied, Counted::After, scratch);
        let window = campaign.first_day..=campaign.last_day;
        let inside =
            self.days(campaign.counts, rows).into_iter().map(|day| day.is_some_and(|day| window.contains(&day)));
        let counts = inside.zip(holds).map(|(inside, holds)| (inside && holds).then_some(Number::from(1)));
        let mut out: Vec<Option<Number>> = counts.collect();
        let Some(of) = &goal.of else { return out };
        let env = env(self.program, version, self.book);
        let inputs = levels.inputs(self.applied, rows, Counted::After);
        let result = of.evaluate(&inputs, rows.len(), &env, scratch);
        for (at, out) in out.iter_mut().enumerate() {
            *out = out.filter(|_| result.status[at].is_ok()).and_then(|_| match &result.column {
                Column::Int(values) => Some(Number::from(values[at])),
                Column::Decimal(values) => Some(values[at]),
                _ => None,
            });
        }
        out
    }
}
