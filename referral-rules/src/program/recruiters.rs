//! `referrer.recruiter`: whether a program asks by whom referrers were themselves referred.
use super::compile::Compiling;
use super::compiled::{Program, Reward, Source};
use super::document::Party;

impl Compiling<'_> {
    /// Whether a version asks for recruiters: in an expression, or because a reward goes to them.
    pub(super) fn asks_for_recruiters(&mut self, rewards: &[Reward]) -> bool {
        let slot = self.numbers.slot(Source::Recruiter);
        let asked = self.expressions.values().any(|checked| checked.compiled.inputs().contains(&slot));
        asked || rewards.iter().any(|reward| reward.to == Party::Recruiter)
    }
}

impl Program {
    /// Whether some version asks by whom referrers were referred.
    pub fn asks_for_recruiters(&self) -> bool {
        self.versions.iter().any(|version| version.asks_for_recruiters)
    }

    /// Whether some version rewards accounts that facts name.
    pub fn names_accounts(&self) -> bool {
        self.versions.iter().flat_map(|version| &version.rewards).any(|reward| reward.account.is_some())
    }

    /// Whether accepted referrals are followed from account to account: for circles, or to find recruiters.
    pub fn follows_accounts(&self) -> bool {
        self.asks_for_circles() || self.asks_for_recruiters()
    }
}
