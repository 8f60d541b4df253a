//! Where referrals stand in the end: whole, or only what every decision asks, from which the rest is found again.
use super::applied::{LADDERS_MAX, NO_STAGE, ReferralState};
use crate::base::{NONE, index, position};

/// Where each referral stands.
#[derive(Debug)]
pub enum States {
    /// Whole, by referral.
    Whole(Vec<Option<ReferralState>>),
    /// In short.
    Short(ShortStates),
}

impl Default for States {
    fn default() -> Self {
        Self::Whole(Vec::new())
    }
}

/// The stage of each referral and its tiers at its latest event. The events are known by referral, so that one referral's
/// whole state can be found again by going through them.
#[derive(Debug, Default)]
pub struct ShortStates {
    stage: Vec<u8>,
    tiers: Vec<u8>,
    ladders: usize,
    /// What happened to each referral.
    pub events: EventsOf,
}

/// No stage, in short.
const NONE_SHORT: u8 = u8::MAX;

impl ShortStates {
    /// No referral has a state yet.
    #[inline(never)]
    pub fn new(referrals: usize, ladders: usize, events: EventsOf) -> Self {
        let tiers = vec![0; referrals.saturating_mul(ladders)];
        Self { stage: vec![NONE_SHORT; referrals], tiers, ladders, events }
    }

    /// Sets a referral's stage.
    pub fn set_stage(&mut self, referral: u32, stage: u16) {
        if let Some(slot) = self.stage.get_mut(index(referral)) {
            *slot = u8::try_from(stage).unwrap_or(NONE_SHORT);
        }
    }

    /// Sets a referral's tiers.
    pub fn set_tiers(&mut self, referral: u32, tiers: &[u8; LADDERS_MAX]) {
        let start = index(referral).saturating_mul(self.ladders);
        let own = self.tiers.get_mut(start..start.saturating_add(self.ladders)).unwrap_or_default();
        own.iter_mut().zip(tiers).for_each(|(own, tier)| *own = *tier);
    }

    /// The stage of a referral, or [`NO_STAGE`].
    pub fn stage(&self, referral: u32) -> u16 {
        match self.stage.get(index(referral)) {
            None | Some(&NONE_SHORT) => NO_STAGE,
            Some(stage) => u16::from(*stage),
        }
    }

    /// The tiers of a referral.
    pub fn tiers(&self, referral: u32) -> [u8; LADDERS_MAX] {
        let mut out = [0; LADDERS_MAX];
        let start = index(referral).saturating_mul(self.ladders);
        let own = self.tiers.get(start..start.saturating_add(self.ladders)).unwrap_or_default();
        out.iter_mut().zip(own).for_each(|(out, tier)| *out = *tier);
        out
    }
}

impl States {
    /// The tiers of a referral at its latest event.
    pub fn tiers(&self, referral: u32) -> [u8; LADDERS_MAX] {
        match self {
            Self::Whole(states) => {
                states.get(index(referral)).and_then(Option::as_ref).map_or([0; LADDERS_MAX], |state| state.tiers)
            }
            Self::Short(states) => states.tiers(referral),
        }
    }

    /// The stage of a referral, if it has one.
    pub fn stage(&self, referral: u32) -> Option<u16> {
        match self {
            Self::Whole(states) => states.get(index(referral))?.as_ref().map(|state| state.stage),
            Self::Short(states) => Some(states.stage(referral)).filter(|stage| *stage != NO_STAGE),
        }
    }
}

/// The host's events by referral.
#[derive(Debug, Default)]
pub struct EventsOf {
    starts: Vec<u32>,
    events: Vec<u32>,
}

impl EventsOf {
    /// Puts events together by their referrals; within one they keep their order.
    pub fn new(referrals: usize, of: &[u32], passes: impl Fn(usize) -> bool) -> Self {
        let mut starts = vec![0_u32; referrals.saturating_add(1)];
        for (event, referral) in of.iter().enumerate() {
            if passes(event) {
                if let Some(count) = starts.get_mut(index(*referral)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let mut sum = 0_u32;
        for start in &mut starts {
            let count = std::mem::replace(start, sum);
            sum = sum.saturating_add(count);
        }
        let mut events = vec![NONE; index(sum)];
        for (event, referral) in of.iter().enumerate() {
            if passes(event) {
                if let Some(next) = starts.get_mut(index(*referral)) {
                    if let Some(slot) = events.get_mut(index(*next)) {
                        *slot = position(event);
                    }
                    *next = next.saturating_add(1);
                }
            }
        }
        // Each start has become the next one's.
        starts.rotate_right(1);
        if let Some(first) = starts.first_mut() {
            *first = 0;
        }
        Self { starts, events }
    }

    /// The events of a referral.
    #[inline]
    pub fn of(&self, referral: u32) -> &[u32] {
        let at = index(referral);
        let bounds = self.starts.get(at).zip(self.starts.get(at.saturating_add(1)));
        bounds.and_then(|(from, to)| self.events.get(index(*from)..index(*to))).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_lie_by_referral_in_their_order() {
        let of = EventsOf::new(4, &[2, 0, 2, 3, 0, 2], |event| event != 3);
        let all: Vec<&[u32]> = (0..5).map(|referral| of.of(referral)).collect();
        assert_eq!(all, [&[1, 4][..], &[], &[0, 2, 5], &[], &[]]);
        assert!(EventsOf::new(0, &[], |_| true).of(0).is_empty());
    }
}
