//! What the clock does: its events come in their places, and contests end.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, Applying, Counting, Going, Pending, may_follow};
use super::items::{Item, Origin, Place, What};
use super::measuring::Measuring;
use crate::base::{Instant, NONE};
use crate::book::NEVER;
use crate::program::{EventKind, Version};
use std::cmp::Reverse;

impl Applying<'_> {
    pub(super) const fn measuring(&self) -> Measuring<'_> {
        let recruiters = &self.standings.recruiters;
        let contests = self.contests;
        Measuring { program: self.program, book: self.book, opening: self.opening, recruiters, contests }
    }

    /// Measures what was taken in since it was last done.
    pub(super) fn measure(&self, going: &mut Going<'_>, state: &mut Counting, out: &mut Applied) {
        if self.measured && going.making.is_none() {
            self.measuring().run(going.measured..out.referral.len(), out, state);
            going.measured = out.referral.len();
        }
    }

    /// Ends the contests that end before a place (or all, without one) and until the moment. What has happened before is measured first.
    fn end_contests(&self, before: Option<&Place>, going: &mut Going<'_>, state: &mut Counting, out: &mut Applied) {
        while let Some(last) = state.contests.ends.first().copied() {
            let end = self.program.end_of(last).unwrap_or(NEVER);
            if end > going.moment || before.is_some_and(|place| (place.at, place.origin) < (end, Origin::Host)) {
                return;
            }
            state.contests.ends.pop_first();
            state.contests.passed = Some(end);
            self.measure(going, state, out);
            self.measuring().end_contests(last, out, state);
            going.measured = out.referral.len();
        }
    }

    /// The places of the contests that have not ended, at a moment.
    pub fn running_contests(&self, moment: i64, state: &mut Counting) {
        if self.contests.is_some() {
            self.measuring().running_contests(moment, self.program.zone.day_of(Instant(moment)), state);
        }
    }

    /// Takes in the clock events that come before `place` (or all, without one) and are known at `moment`, and ends contests on the way.
    pub(super) fn clocks_until(
        &self,
        place: Option<&Place>,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
    ) {
        self.clock_events_until(place, going, state, out);
        if self.contests.is_some() {
            self.end_contests(place, going, state, out);
        }
    }

    fn clock_events_until(
        &self,
        place: Option<&Place>,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
    ) {
        let moment = going.moment;
        while let Some(Reverse(pending)) = state.pending.peek().copied() {
            let due = place.map_or(pending.known <= moment, |place| pending.place < *place);
            if !due {
                break;
            }
            if self.contests.is_some() {
                self.end_contests(Some(&pending.place), going, state, out);
            }
            state.pending.pop();
            let version = &self.program.versions[usize::from(pending.clock.0)];
            let clock = &version.clocks[usize::from(pending.clock.1)];
            let Some(referral) = state.referrals.get(&pending.referral) else { continue };
            let called_off = clock.unless.iter().any(|kind| referral.kinds >> kind.0 & 1 == 1);
            let stage = referral.on_the_way(self.program, clock.kind);
            let impossible = clock.kind.is_stage() && !may_follow(stage, clock.kind);
            if called_off || impossible || pending.known > moment {
                continue;
            }
            let standing = self.standings.at(self.book, pending.referral, moment);
            if !standing.lets_in(What::Clock(pending.anchor), pending.place.at) {
                continue;
            }
            let item = Item {
                place: pending.place,
                referral: pending.referral,
                what: What::Clock(pending.anchor),
                known: pending.known,
                withdrawn: NEVER,
            };
            self.arrive(&item, going, state, out);
        }
    }

    /// Notes the clock events that follow what was taken in.
    pub(super) fn schedule(
        &self,
        item: &Item,
        kind: EventKind,
        governing: u16,
        version: &Version,
        state: &mut Counting,
    ) {
        // What the clock does to the holder is done to those who share.
        if state.sharing.holders.contains_key(&item.referral) {
            return;
        }
        for (number, clock) in (0_u16..).zip(&version.clocks) {
            if clock.from != kind {
                continue;
            }
            let Some(at) = clock.after.deadline(Instant(item.place.at), &self.program.zone, &version.calendar) else {
                continue;
            };
            let place =
                Place { at: at.0, origin: Origin::Clock, kind: clock.kind, sequence: NEVER, made: 0, ..item.place };
            // A chain of clock events hangs on what it started from.
            let anchor = match item.what {
                What::Event(anchor) | What::Clock(anchor) => anchor,
                What::Submission | What::PeriodEnd(_) => NONE,
            };
            state.pending.push(Reverse(Pending {
                place,
                referral: item.referral,
                anchor,
                known: at.0.max(item.known),
                clock: (governing, number),
            }));
        }
    }
}
