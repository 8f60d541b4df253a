//! Why a rule gave nothing, or took nothing back, in words.
use super::Evaluation;
use crate::diag::Code;
use crate::expr::{Compiled, Status};
use crate::program::{Per, Reversal, Reward, Version};
use crate::stage::timeline::Cause;

/// The condition that does not hold.
fn not_met(conditions: &[Compiled], number: u16) -> (Code, String) {
    let source = conditions.get(usize::from(number)).map_or("", |condition| condition.source());
    (Code::ConditionNotMet, format!("`{source}` does not hold"))
}

impl Evaluation<'_> {
    pub(super) fn cause(&self, cause: Cause, version: &Version, reward: &Reward) -> (Code, String) {
        match cause {
            Cause::Condition(number) => not_met(&reward.when, number),
            Cause::Negative if reward.total.is_some() => {
                (Code::NegativeAmount, "the difference to the total before is below zero".to_owned())
            }
            Cause::Negative => (Code::NegativeAmount, "the amount is below zero".to_owned()),
            Cause::SideRefused if reward.account.is_some() => {
                (Code::SideRefused, "a requirement refuses the referrer".to_owned())
            }
            Cause::SideRefused => (Code::SideRefused, format!("a requirement refuses the {}", reward.to.word())),
            Cause::NoRecruiter => (Code::NoRecruiter, "nobody has recruited the referrer".to_owned()),
            Cause::NoAccount => {
                let source = reward.account.as_ref().map_or("", |account| account.source());
                (Code::NoAccount, format!("`{source}` names no account"))
            }
            Cause::HolderRewards => {
                (Code::HolderRewards, "the referral that has the claim rewards the referee".to_owned())
            }
            Cause::Ends(number) => {
                let source = reward.as_long_as.get(usize::from(number)).map_or("", |condition| condition.source());
                (Code::NoLonger, format!("`{source}` does not hold, which ends it for good"))
            }
            Cause::EndedBefore => (Code::NoLonger, "it has ended at an earlier event".to_owned()),
            Cause::GivenBefore => (Code::GivenBefore, given_before(reward)),
            Cause::AnotherWon(winner) => {
                let winner = version.rewards.get(usize::from(winner)).map(|winner| usize::from(winner.number));
                let winner = winner.and_then(|number| self.program.reward_ids.get(number)).map_or("", |id| id);
                (Code::AnotherWon, format!("of its group, `{winner}` is the one that counts"))
            }
            Cause::Ended => {
                (Code::ProgramEnded, "the program had ended by then, also for referrals under way".to_owned())
            }
            other => self.told(other),
        }
    }

    /// Why a reversal took nothing back.
    pub(super) fn not_reversed(&self, cause: Cause, reversal: &Reversal) -> (Code, String) {
        match cause {
            Cause::Condition(number) => not_met(&reversal.when, number),
            Cause::Negative => (Code::NegativeAmount, "what is refunded is below zero".to_owned()),
            other => self.told(other),
        }
    }

    /// What is the same for all rules.
    fn told(&self, cause: Cause) -> (Code, String) {
        match cause {
            Cause::Missing(slot) => (Code::MissingFact, format!("`{}` is missing", self.program.slot_name(slot))),
            Cause::NoRate => (Code::NoRate, "there is no rate of exchange for that day".to_owned()),
            Cause::NoRow => (Code::NoTableRow, "the table has no row for this key".to_owned()),
            Cause::Fault(Status::DIVISION_BY_ZERO) => (Code::AmountFault, "the amount divides by zero".to_owned()),
            Cause::Fault(Status::OUT_OF_RANGE) => (Code::AmountFault, "a date is out of range".to_owned()),
            Cause::NothingToTake => {
                (Code::NothingToTakeBack, "nothing that it means was granted, or all of it is taken back".to_owned())
            }
            Cause::NothingToRestore => {
                (Code::NothingToTakeBack, "it has taken nothing back that could be given back".to_owned())
            }
            Cause::SeveralEvents => {
                (Code::SeveralEvents, "it does not say which event it undoes, and several have granted".to_owned())
            }
            Cause::TooLate => (Code::TooLate, "what it means was granted too long ago".to_owned()),
            Cause::NoWhole => {
                let message = "of how much it was refunded could not be told when it was granted";
                (Code::MissingFact, message.to_owned())
            }
            _ => (Code::AmountFault, "the amount does not fit".to_owned()),
        }
    }
}

/// That a rule is given once, and has been.
fn given_before(reward: &Reward) -> String {
    let part = |per: &Per| match per {
        Per::Referrer => "referrer".to_owned(),
        Per::Referee => "referee".to_owned(),
        Per::Referral => "referral".to_owned(),
        Per::Reward | Per::Campaign => String::new(),
        Per::Expression(key) => format!("`{}`", key.source()),
    };
    match reward.once_per.as_deref() {
        None | Some([]) => "it is given once, and has been".to_owned(),
        Some(per) => {
            let parts: Vec<String> = per.iter().map(part).collect();
            format!("it is given once per {}, and has been", parts.join(" and "))
        }
    }
}
