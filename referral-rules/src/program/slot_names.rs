//! What slots hold, in the names that expressions have for it.
use super::assessments::ItemCount;
use super::compiled::{EventKind, Program, Source};
use crate::expr::Slot;

impl Program {
    /// The name of what a slot holds, as expressions write it.
    pub fn slot_name(&self, slot: Slot) -> String {
        match self.slots.get(usize::from(slot.0)) {
            None => String::new(),
            Some(Source::ReferralId) => "referral.id".to_owned(),
            Some(Source::ReferrerId) => "referrer.id".to_owned(),
            Some(Source::RefereeId) => "referee.id".to_owned(),
            Some(Source::StageAt(measure)) => {
                format!("referral.{}_at", EventKind::STAGES.get(measure.index()).copied().unwrap_or_default())
            }
            Some(Source::FirstAt(kind)) => format!("referral.{}_at", self.kind_word(*kind).replace(['-', '.'], "_")),
            Some(Source::OpenCount) => "open_count".to_owned(),
            Some(Source::PayoutRule) => "payout.rule".to_owned(),
            Some(Source::PayoutAmount) => "payout.amount".to_owned(),
            Some(Source::PayoutDay) => "payout.day".to_owned(),
            Some(Source::PaidInYear) => "payout.paid_in_year".to_owned(),
            Some(Source::LastPaidOn) => "payout.last_paid_on".to_owned(),
            Some(Source::ClosesCircle) => "referral.closes_circle".to_owned(),
            Some(Source::Recruiter) => "referrer.recruiter".to_owned(),
            Some(Source::EventKind) => "event.kind".to_owned(),
            Some(Source::EventId) => "event.id".to_owned(),
            Some(Source::EventAt) => "event.at".to_owned(),
            Some(Source::Fact(fact)) => self
                .facts
                .get(usize::from(*fact))
                .map_or_else(String::new, |fact| format!("{}.{}", fact.owner.word(), fact.name)),
            Some(Source::Declared(measure)) => {
                self.measures.get(usize::from(*measure)).map_or_else(String::new, |measure| measure.name.clone())
            }
            Some(Source::Measure(measure)) => measure.word().to_owned(),
            Some(Source::Tier(ladder)) => self.ladder_names.get(usize::from(*ladder)).cloned().unwrap_or_default(),
            Some(Source::AnswerAt) => "answer.at".to_owned(),
            Some(Source::Company(fact)) => {
                let fact = self.company_facts.get(usize::from(*fact));
                format!("company.{}", fact.map_or("", |(name, _)| name))
            }
            Some(Source::Stage) => "referral.stage".to_owned(),
            Some(Source::Item(at)) => format!("item[{at}]"),
            Some(Source::ItemCount(ItemCount::Met)) => "assessment.met_count".to_owned(),
            Some(Source::ItemCount(ItemCount::Failed)) => "assessment.failed_count".to_owned(),
            Some(Source::ItemCount(ItemCount::Missing)) => "assessment.missing_count".to_owned(),
            Some(Source::Score) => "assessment.score".to_owned(),
            Some(Source::Verdict(number)) => {
                format!("verdict.{}", self.assessment_ids.get(usize::from(*number)).map_or("", |id| id))
            }
            Some(Source::Granted(reward)) => {
                format!("granted('{}')", self.reward_ids.get(usize::from(*reward)).map_or("", |id| id))
            }
            Some(Source::Reported(reported)) => reported.word().to_owned(),
            Some(Source::HostList(list)) => {
                format!("lists.{}", self.host_lists.get(usize::from(*list)).map_or("", |list| list))
            }
        }
    }
}
