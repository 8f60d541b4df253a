//! Tiers: the level of each ladder at an event, and levels that were locked at a stage.
#![expect(clippy::indexing_slicing, reason = "ladders and levels are as many as the compiled program says")]
use super::applied::{LADDERS_MAX, ReferralState};
use crate::base::Number;
use crate::book::NEVER;
use crate::program::{EventKind, Ladder, Moment, Version};

/// The highest level that holds: 0 below the first, else its position plus one. `holds` tells whether the conditions of a
/// level hold.
pub(super) fn level(ladder: &Ladder, value: Option<Number>, holds: impl Fn(usize) -> bool) -> u8 {
    let reached = ladder.levels.iter().enumerate().rposition(|(at, level)| {
        let enough = level.at_least.is_none_or(|at_least| value.is_some_and(|value| at_least <= value));
        enough && (level.when.is_empty() || holds(at))
    });
    reached.map_or(0, |at| u8::try_from(at.saturating_add(1)).unwrap_or(u8::MAX))
}

/// Takes the tiers of an event: the level now, unless it was locked at a stage before. `now` gives the level of a ladder.
pub(super) fn take(
    version: &Version,
    kind: EventKind,
    reached: &[i64; 4],
    referral: &mut ReferralState,
    now: impl Fn(usize, &Ladder) -> u8,
) -> [u8; LADDERS_MAX] {
    let mut tiers = [0; LADDERS_MAX];
    for (position, ladder) in version.ladders.iter().enumerate().take(LADDERS_MAX) {
        let now = now(position, ladder);
        tiers[position] = match locked_by(ladder.taken_at) {
            Some(lock) if reached[lock_stage(lock)] != NEVER && lock_stage(lock) != kind.index() => {
                referral.locked[lock][position]
            }
            _ => now,
        };
        for lock in 0..3 {
            if lock_stage(lock) == kind.index() {
                referral.locked[lock][position] = now;
            }
        }
    }
    referral.tiers = tiers;
    tiers
}

/// Which lock a ladder's moment means.
fn locked_by(moment: Moment) -> Option<usize> {
    match moment {
        Moment::Submitted => Some(0),
        Moment::Qualified => Some(1),
        Moment::Closed => Some(2),
        Moment::Event => None,
    }
}

/// The stage at which a lock is taken.
const fn lock_stage(lock: usize) -> usize {
    match lock {
        0 => 0,
        1 => 1,
        _ => 3,
    }
}
