//! Scopes: what an evaluation must keep together (DESIGN.md, B2).
use super::compiled::{Per, Version};

/// The widest key that an evaluation must keep together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// All that a referrer's referrals bring.
    Referrer,
    /// Everything: some limit reaches over several referrers.
    Program,
}

/// What must be kept together in all of the versions.
pub(super) fn scope_of(versions: &[Version]) -> Scope {
    let limits = versions.iter().flat_map(|version| &version.limits).map(|limit| key_of(&limit.per));
    let measures = versions.iter().flat_map(|version| &version.contributions).map(|measure| key_of(&measure.per));
    let rewards = versions.iter().flat_map(|version| &version.rewards);
    let totals = rewards.clone().filter_map(|reward| reward.total.as_ref()).map(|total| key_of(&total.per));
    let once = rewards.filter_map(|reward| reward.once_per.as_deref()).map(key_of);
    let made = versions.iter().flat_map(|version| &version.makers).map(|maker| key_of(&maker.once_per));
    // Those who share what one referral brings have referrers of their own.
    let sharing = versions.iter().any(|version| version.claims.shares.is_some()).then_some(Scope::Program);
    // Places are among all referrers.
    let contests = versions.iter().any(|version| !version.contests.is_empty()).then_some(Scope::Program);
    limits
        .chain(measures)
        .chain(totals)
        .chain(once)
        .chain(made)
        .chain(sharing)
        .chain(contests)
        .max()
        .unwrap_or(Scope::Referrer)
}

/// What must be kept together for a key: what the key says, if that lies within one referrer.
fn key_of(per: &[Per]) -> Scope {
    let within = per.iter().any(|per| matches!(per, Per::Referrer | Per::Referral));
    if within { Scope::Referrer } else { Scope::Program }
}
