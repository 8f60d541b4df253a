//! What the events of a referral do to its claims: they let them go, prolong them, or lock them against a take-over.
use crate::base::Instant;
use crate::book::NEVER;
use crate::program::{EventKind, Program, Version};

/// How a referral holds its claims, by its own events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hold {
    /// When its claims were let go, or `NEVER`.
    pub released: i64,
    /// The last instant at which they hold if nothing lets them go, as far as events can prolong them; else `NEVER`.
    pub until: i64,
    /// When they were locked first, or `NEVER`.
    pub locked: i64,
    /// The instant of the latest event after the submission, where claims can be taken over; else `NEVER`.
    pub latest: i64,
}

impl Default for Hold {
    fn default() -> Self {
        Self { released: NEVER, until: NEVER, locked: NEVER, latest: NEVER }
    }
}

impl Hold {
    /// Takes in an event of the referral, under the version of its submission.
    pub(super) fn enter(&mut self, program: &Program, version: &Version, kind: EventKind, at: i64) {
        let terms = &version.claims;
        if terms.can_be_taken_over() && kind != EventKind::SUBMITTED {
            self.latest = at;
        }
        if let Some(lasts) = terms.prolonged_for {
            let end = |length: crate::base::Length| length.deadline(Instant(at), &program.zone, &version.calendar);
            if kind == EventKind::SUBMITTED {
                self.until = terms.lasts.and_then(end).map_or(NEVER, |end| end.0);
            } else if terms.prolonged_by.contains(&kind) && at <= self.until && at <= self.released {
                self.until = end(lasts).map_or(NEVER, |end| end.0.max(self.until));
            }
        }
        if self.released == NEVER && terms.released_by.contains(&kind) {
            self.released = at;
        }
        if self.locked == NEVER && terms.locks_on.contains(&kind) {
            self.locked = at;
        }
    }

    /// The last instant at which claims hold that would end at `until` without events.
    pub fn ends(&self, version: &Version, until: i64) -> i64 {
        let until = if version.claims.prolonged_for.is_some() { self.until } else { until };
        until.min(self.released)
    }
}
