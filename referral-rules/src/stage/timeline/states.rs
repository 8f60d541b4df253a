//! Where referrals stand in the end: whole, or only what every decision asks, from which the rest is found again.
use super::applied::{LADDERS_MAX, NO_STAGE, ReferralState};
use super::run::Opening;
use super::stages::{BITS_APART, Counted};
use crate::base::{NONE, index, position, starts_of};
use crate::book::{Book, NEVER};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::OnceLock;

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
    /// Which measures each counts for, as bits.
    counted: Vec<u8>,
    /// Which of the first four stages each has reached, as bits.
    reached: Vec<u8>,
    tiers: Vec<u8>,
    /// The counts of each referrer, once they are asked for.
    counts: OnceLock<FxHashMap<u32, [i64; 4]>>,
    ladders: usize,
    /// What happened to each referral.
    pub events: EventsOf,
}

/// No stage, in short.
const NONE_SHORT: u8 = u8::MAX;

impl ShortStates {
    /// No referral has a state yet.
    pub fn new(referrals: usize, ladders: usize, events: EventsOf) -> Self {
        Self {
            stage: vec![NONE_SHORT; referrals],
            counted: vec![0; referrals],
            reached: vec![0; referrals],
            tiers: vec![0; referrals.saturating_mul(ladders)],
            counts: OnceLock::new(),
            ladders,
            events,
        }
    }

    /// Sets a referral's stage, which measures it counts for, and which stages it has reached.
    #[inline]
    pub fn set_stage(&mut self, referral: u32, stage: u16, counted: u8, reached: u8) {
        let at = index(referral);
        let slots = self.stage.get_mut(at).zip(self.counted.get_mut(at)).zip(self.reached.get_mut(at));
        if let Some(((own_stage, own_counted), own_reached)) = slots {
            *own_stage = u8::try_from(stage).unwrap_or(NONE_SHORT);
            *own_counted = counted;
            *own_reached = reached;
        }
    }

    /// Adds what a referral counts for to the measures of its referrer.
    #[inline]
    pub fn count(&self, referral: u32, counts: &mut [i64; 4]) {
        let bits = self.counted.get(index(referral)).copied().unwrap_or(0);
        let more = BITS_APART.get(usize::from(bits & 15)).copied().unwrap_or_default();
        counts.iter_mut().zip(more).for_each(|(count, more)| *count = count.wrapping_add(i64::from(more)));
    }

    /// The counts of referrers with accepted referrals, by the text id of the referrer.
    pub fn counts(&self, book: &Book, opening: &Opening) -> &FxHashMap<u32, [i64; 4]> {
        self.counts.get_or_init(|| {
            let mut totals: FxHashMap<u32, [i64; 4]> = FxHashMap::default();
            for (referrer, counted) in book.referrals.referrer.iter().zip(&self.counted).filter(|(_, bits)| **bits != 0)
            {
                let counts = totals
                    .entry(referrer.0)
                    .or_insert_with(|| opening.counts.get(&referrer.0).copied().unwrap_or_default());
                Counted { more: *counted, less: 0 }.change(counts);
            }
            totals
        })
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

    /// The stages of referrals that are accepted, and as bits which of the first four each has reached.
    pub fn stages(&self, accepted: &[bool]) -> (Vec<u16>, Vec<u8>) {
        match self {
            Self::Short(states) => {
                let reached = |(reached, accepted): (&u8, &bool)| if *accepted { *reached } else { 0 };
                (self.stage_column(accepted), states.reached.iter().zip(accepted).map(reached).collect())
            }
            Self::Whole(states) => {
                let of = |(at, accepted): (usize, &bool)| {
                    let state = states.get(at).and_then(Option::as_ref).filter(|_| *accepted);
                    let reached = state.into_iter().flat_map(|state| (0_u32..).zip(state.reached));
                    let bits = reached.filter(|(_, at)| *at != NEVER);
                    let bits = bits.fold(0, |bits, (stage, _)| bits | 1_u8.checked_shl(stage).unwrap_or(0));
                    (state.map_or(NO_STAGE, |state| state.stage), bits)
                };
                accepted.iter().enumerate().map(of).unzip()
            }
        }
    }

    /// The stages of referrals that are accepted, or [`NO_STAGE`].
    pub fn stage_column(&self, accepted: &[bool]) -> Vec<u16> {
        match self {
            Self::Short(states) => {
                let stage = |(stage, accepted): (&u8, &bool)| {
                    if *accepted & (*stage != NONE_SHORT) { u16::from(*stage) } else { NO_STAGE }
                };
                states.stage.iter().zip(accepted).map(stage).collect()
            }
            Self::Whole(_) => {
                let stage = |(row, accepted): (u32, &bool)| self.stage(row).filter(|_| *accepted).unwrap_or(NO_STAGE);
                (0..).zip(accepted).map(stage).collect()
            }
        }
    }

    /// The tiers of referrals that are accepted at their latest events, referral after referral, as many as are asked for; of
    /// others zeros.
    pub fn tier_column(&self, accepted: &[bool], ladders: usize) -> Vec<u8> {
        if let Self::Short(states) = self {
            if states.ladders == 1 && ladders == 1 {
                return states
                    .tiers
                    .iter()
                    .zip(accepted)
                    .map(|(tier, accepted)| if *accepted { *tier } else { 0 })
                    .collect();
            }
        }
        let tiers = |(row, accepted): (u32, &bool)| {
            let tiers = if *accepted { self.tiers(row) } else { [0; LADDERS_MAX] };
            tiers.into_iter().take(ladders)
        };
        (0..).zip(accepted).flat_map(tiers).collect()
    }

    /// The stage of a referral, if it has one.
    #[inline]
    pub fn stage(&self, referral: u32) -> Option<u16> {
        match self {
            Self::Whole(states) => states.get(index(referral))?.as_ref().map(|state| state.stage),
            Self::Short(states) => Some(states.stage(referral)).filter(|stage| *stage != NO_STAGE),
        }
    }
}

/// The host's events by referral.
#[derive(Debug)]
pub enum EventsOf {
    /// Stretches of the events in which referrals rise, and the moment after which events are not looked at: each referral's events
    /// are found where the stretches have come to.
    Rising(Vec<Range<u32>>, i64),
    /// Put together.
    Grouped {
        /// Where each referral's start; one more than there are referrals.
        starts: Vec<u32>,
        /// The events.
        events: Vec<u32>,
    },
}

impl Default for EventsOf {
    fn default() -> Self {
        Self::Rising(Vec::new(), i64::MAX)
    }
}

/// So many stretches are looked at for each referral.
const STRETCHES_MAX: usize = 8;

/// The stretches in which the numbers rise, if they are few.
fn rising(numbers: &[u32]) -> Option<Vec<Range<u32>>> {
    let mut out: Vec<Range<u32>> = Vec::new();
    let mut rest = numbers;
    while !rest.is_empty() {
        let len =
            rest.windows(2).position(|pair| pair.first() >= pair.last()).map_or(rest.len(), |at| at.saturating_add(1));
        let from = out.last().map_or(0, |last| last.end);
        out.push(from..from.saturating_add(position(len)));
        rest = rest.get(len..).unwrap_or_default();
        if out.len() > STRETCHES_MAX {
            return None;
        }
    }
    Some(out)
}

impl EventsOf {
    /// The events by their referrals, those that happened until a moment; within one they keep their order.
    pub fn new(referrals: usize, of: &[u32], at: &[i64], until: i64) -> Self {
        rising(of).map_or_else(|| Self::grouped(referrals, of, at, until), |stretches| Self::Rising(stretches, until))
    }

    /// Puts them together.
    fn grouped(referrals: usize, of: &[u32], at: &[i64], until: i64) -> Self {
        let passes = |event: usize| at.get(event).is_some_and(|at| *at <= until);
        let mut starts = vec![0_u32; referrals.saturating_add(1)];
        for (event, referral) in of.iter().enumerate() {
            if passes(event) {
                if let Some(count) = starts.get_mut(index(*referral)) {
                    *count = count.saturating_add(1);
                }
            }
        }
        let all = starts_of(&mut starts, 0);
        let mut events = vec![NONE; index(all)];
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
        Self::Grouped { starts, events }
    }

    /// The events of a referral, `of` being the referral of each event and `at` its moment.
    pub fn of(&self, referral: u32, of: &[u32], at: &[i64]) -> Vec<u32> {
        match self {
            Self::Rising(stretches, _) => {
                let before = |range: &Range<u32>| {
                    let stretch = of.get(index(range.start)..index(range.end)).unwrap_or_default();
                    let before = stretch.partition_point(|other| *other < referral);
                    range.start.saturating_add(position(before))..range.end
                };
                let mut heads = Heads { heads: stretches.iter().map(before).collect() };
                let mut out = Vec::new();
                self.next(&mut heads, referral, of, at, &mut out);
                out
            }
            Self::Grouped { .. } => self.grouped_of(referral).to_vec(),
        }
    }

    fn grouped_of(&self, referral: u32) -> &[u32] {
        let Self::Grouped { starts, events } = self else { return &[] };
        let place = index(referral);
        let bounds = starts.get(place).zip(starts.get(place.saturating_add(1)));
        bounds.and_then(|(from, to)| events.get(index(*from)..index(*to))).unwrap_or_default()
    }

    /// Where going through referrals in their order begins.
    pub fn heads(&self) -> Heads {
        match self {
            Self::Rising(stretches, _) => Heads { heads: stretches.clone() },
            Self::Grouped { .. } => Heads { heads: Vec::new() },
        }
    }

    /// The events of a referral, which comes after all that were asked for before.
    #[inline]
    pub fn next(&self, heads: &mut Heads, referral: u32, of: &[u32], at: &[i64], out: &mut Vec<u32>) {
        out.clear();
        let Self::Rising(_, until) = self else {
            return out.extend_from_slice(self.grouped_of(referral));
        };
        for head in &mut heads.heads {
            while head.start < head.end {
                let event = index(head.start);
                match of.get(event) {
                    Some(other) if *other > referral => break,
                    Some(other) if *other == referral && at.get(event).is_some_and(|at| at <= until) => {
                        out.push(head.start);
                    }
                    _ => {}
                }
                head.start = head.start.saturating_add(1);
            }
        }
    }
}

/// How far the stretches of [`EventsOf`] have been gone through.
#[derive(Debug)]
pub struct Heads {
    heads: Vec<Range<u32>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_lie_by_referral_in_their_order() {
        let (of, at) = ([2, 0, 2, 3, 0, 2], [1, 1, 1, 9, 1, 1]);
        let expected = [&[1, 4][..], &[], &[0, 2, 5], &[], &[]];
        let ways = [EventsOf::new(4, &of, &at, 5), EventsOf::grouped(4, &of, &at, 5)];
        assert!(matches!(&ways[0], EventsOf::Rising(stretches, _) if stretches.len() == 3));
        for way in ways {
            let (mut heads, mut buffer) = (way.heads(), Vec::new());
            for (referral, expected) in (0..5).zip(expected) {
                assert_eq!(way.of(referral, &of, &at), expected);
                way.next(&mut heads, referral, &of, &at, &mut buffer);
                assert_eq!(buffer, expected);
            }
        }
        assert!(EventsOf::new(0, &[], &[], 0).of(0, &[], &[]).is_empty());
        let many: Vec<u32> = (0..20).rev().collect();
        assert!(matches!(EventsOf::new(20, &many, &[0; 20], 0), EventsOf::Grouped { .. }));
    }
}
