//! Campaigns as of the moment: what they touched, and how far their goals are reached.
use super::Evaluation;
use super::entry::{exact, shown};
use crate::base::{Day, Number};
use crate::program::{Campaign, EventKind, Goal};
use crate::stage::timeline::touched_by;
use serde::Serialize;
use std::collections::BTreeSet;

/// A campaign, as of the moment of the answer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CampaignProgress {
    /// The campaign.
    pub campaign: String,
    /// The version of the terms that it belongs to.
    pub version: String,
    /// The theme; empty without one.
    pub theme: String,
    /// The first day of its window.
    #[serde(serialize_with = "shown")]
    pub first_day: Day,
    /// The last day of its window.
    #[serde(serialize_with = "shown")]
    pub last_day: Day,
    /// How far its goal is reached, if it has one.
    pub goal: Option<GoalProgress>,
    /// How many grants it touched.
    pub grants: usize,
}

/// How far a goal is reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GoalProgress {
    /// The kind of event that counts.
    pub on: String,
    /// What is summed, as the document writes it; none where events are counted.
    pub of: Option<String>,
    /// How much is to be reached.
    #[serde(serialize_with = "exact")]
    pub at_least: Number,
    /// How much is reached.
    #[serde(serialize_with = "exact")]
    pub reached: Number,
    /// How much is missing.
    #[serde(serialize_with = "exact")]
    pub missing: Number,
}

impl Evaluation<'_> {
    /// The campaigns of all versions, in the order of the documents, with what they touched and reached.
    ///
    /// A goal counts what was taken in, whatever has been granted for it; referrals that are disqualified count for nothing.
    pub fn campaigns(&self) -> Vec<CampaignProgress> {
        let mut out = Vec::new();
        for (number, version) in (0_u16..).zip(&self.program.versions) {
            for (position, campaign) in (0_u16..).zip(&version.campaigns) {
                out.push(CampaignProgress {
                    campaign: self.program.campaign_ids.get(usize::from(campaign.number)).cloned().unwrap_or_default(),
                    version: version.name.clone(),
                    theme: campaign.theme.clone(),
                    first_day: campaign.first_day,
                    last_day: campaign.last_day,
                    goal: campaign.goal.as_ref().map(|goal| self.progress(goal, (number, position))),
                    grants: self.grants_touched(number, campaign),
                });
            }
        }
        out
    }

    fn progress(&self, goal: &Goal, campaign: (u16, u16)) -> GoalProgress {
        let counts = |referral: u32| {
            self.timeline.states.stage(referral).is_some_and(|stage| stage != EventKind::DISQUALIFIED.0)
        };
        let events = self.timeline.goals.iter().filter(|event| event.campaign == campaign && counts(event.referral));
        let reached = events.fold(Number::ZERO, |sum, event| sum.checked_add(event.value).unwrap_or(sum));
        let missing = goal.at_least.checked_sub(reached).unwrap_or(goal.at_least).max(Number::ZERO);
        GoalProgress {
            on: self.program.kind_word(goal.on).to_owned(),
            of: goal.of.as_ref().map(|of| of.source().to_owned()),
            at_least: goal.at_least,
            reached,
            missing,
        }
    }

    fn grants_touched(&self, version: u16, campaign: &Campaign) -> usize {
        let rows = self.ledger_rows().iter().filter(|row| row.version == version);
        let touched = rows.filter(|row| touched_by(self.steps(row)).contains(&campaign.number));
        touched.map(|row| (row.referral, row.what, row.kind, row.rule)).collect::<BTreeSet<_>>().len()
    }
}
