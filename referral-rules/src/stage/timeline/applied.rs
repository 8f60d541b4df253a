//! What happened, item by item: the stage machine takes each item in or reports it, counts it, and takes down what
//! conditions and amounts may ask for. Nothing here depends on rewards, so a whole book is gone through at once.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::items::{Item, Origin, Place, What};
use super::measures::{Running, Totals};
use super::measuring::{Measuring, Readings};
use super::run::Opening;
use super::tiers;
pub use crate::base::limits::LADDERS_MAX;
use crate::base::{Day, Instant, NONE, Number, index};
use crate::book::{Book, NEVER};
use crate::diag::Code;
use crate::program::{EventKind, LadderBy, Measure, Moment, Program, Version};
use crate::stage::attribution::{Standing, Standings};
use crate::stage::submission::{NO_VERSION, Submissions};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// No stage: the referral is not known, or is not accepted.
pub const NO_STAGE: u16 = u16::MAX;

/// One row per item that was taken in, in columns.
#[derive(Debug, Default)]
pub struct Applied {
    /// The referral's position.
    pub referral: Vec<u32>,
    /// What it is.
    pub what: Vec<What>,
    /// The position of the host's event, or `NONE`.
    pub event: Vec<u32>,
    /// Its place in the total order.
    pub place: Vec<Place>,
    /// The kind.
    pub kind: Vec<EventKind>,
    /// When it happened.
    pub at: Vec<i64>,
    /// From when on it is known.
    pub known: Vec<i64>,
    /// The version that governs it.
    pub version: Vec<u16>,
    /// The referrer's counts after it, by measure.
    pub counts: Vec<[i64; 4]>,
    /// When the referral reached each of the first four stages; `NEVER` where it has not.
    pub reached: Vec<[i64; 4]>,
    /// The tier on each ladder of the version: 0 below the first level, else the level's position plus one.
    pub tiers: Vec<[u8; LADDERS_MAX]>,
    /// The referrer's counts before it; only for programs that measure events in passes of their own.
    pub before: Vec<[i64; 4]>,
    /// The declared measures, by their numbers; for the same programs.
    pub measures: Vec<Readings>,
}

/// An item that could not be taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The host's event.
    pub event: u32,
    /// Why.
    pub code: Code,
    /// The stage that the referral was in.
    pub stage: u16,
}

/// What is known of a referral along its timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralState {
    /// The stage, or [`NO_STAGE`].
    pub stage: u16,
    /// What put it into its stage, and when. States do not keep it: only a decision asks for it, and one step at a time
    /// decides on new referrals only.
    pub stage_event: (What, i64),
    /// When its claims were let go, or `NEVER`.
    pub released: i64,
    /// The version in force at submission.
    pub submitted_version: u16,
    /// When it reached each of the first four stages.
    pub reached: [i64; 4],
    /// Which measures it counts for now, as bits.
    pub counted: u8,
    /// The kinds of event that it has had, as bits.
    pub kinds: u64,
    /// Tiers locked at submission, qualification and close.
    pub locked: [[u8; LADDERS_MAX]; 3],
    /// The tier taken last.
    pub tiers: [u8; LADDERS_MAX],
}

impl Default for ReferralState {
    fn default() -> Self {
        Self {
            stage: NO_STAGE,
            stage_event: (What::Submission, NEVER),
            released: NEVER,
            submitted_version: NO_VERSION,
            reached: [NEVER; 4],
            counted: 0,
            kinds: 0,
            locked: [[0; LADDERS_MAX]; 3],
            tiers: [0; LADDERS_MAX],
        }
    }
}

/// A clock event that is due: its place, referral, anchor, kind, position of the clock in the version, anchor's known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Pending {
    /// Where it will stand.
    pub place: Place,
    /// The referral.
    pub referral: u32,
    /// The host's event that it follows, or `NONE` for the submission.
    pub anchor: u32,
    /// From when on it is known.
    pub known: i64,
    /// Which clock of which version.
    pub clock: (u16, u16),
}

/// What a scope carries from item to item.
#[derive(Debug, Default)]
pub struct Counting {
    /// The referrals of the scope.
    pub referrals: FxHashMap<u32, ReferralState>,
    /// The counts per referrer, by the text id of the referrer.
    pub counts: FxHashMap<u32, [i64; 4]>,
    /// Clock events to come.
    pub pending: BinaryHeap<Reverse<Pending>>,
    /// The declared measures, by number and key: the text id of the referrer, 0 where they are over the whole program.
    pub measures: FxHashMap<(u16, u32), Running>,
    /// What each referral contributed to measures that a disqualification takes it out of, by measure and period.
    pub contributed: FxHashMap<u32, BTreeMap<(u16, i32), Totals>>,
}

impl Counting {
    /// Forgets everything but keeps some memory.
    pub fn clear(&mut self) {
        super::forget(&mut self.referrals);
        super::forget(&mut self.counts);
        self.pending.clear();
        super::forget(&mut self.measures);
        super::forget(&mut self.contributed);
    }
}

/// True if the stage with the rank may be followed by the other.
pub fn may_follow(from: u16, to: EventKind) -> bool {
    EventKind(from).followed_by().contains(&to)
}

/// The stage machine and the counts.
pub struct Applying<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The verdicts at submission.
    pub submissions: &'a Submissions,
    /// The standings.
    pub standings: &'a Standings,
    /// What was before the history.
    pub opening: &'a Opening,
    /// Whether events are measured in passes of their own: see [`Program::measures_events`].
    pub measured: bool,
}

impl Applying<'_> {
    /// Goes through the items of a scope as known at `moment`, clock events included, and appends what was taken in.
    pub fn run(
        &self,
        items: &[Item],
        moment: i64,
        state: &mut Counting,
        out: &mut Applied,
        refusals: &mut Vec<Refusal>,
    ) {
        let start = out.referral.len();
        for item in items {
            if item.known > moment || item.withdrawn <= moment {
                continue;
            }
            if self.standings.at(self.book, item.referral, moment) != Standing::Accepted {
                continue;
            }
            self.clocks_until(Some(&item.place), moment, state, out);
            self.item(item, state, out, refusals);
        }
        self.clocks_until(None, moment, state, out);
        if self.measured {
            let measuring = Measuring { program: self.program, book: self.book, opening: self.opening };
            measuring.run(start..out.referral.len(), out, state);
        }
    }

    /// Takes in the clock events that come before `place` (or all, without one) and are known at `moment`.
    fn clocks_until(&self, place: Option<&Place>, moment: i64, state: &mut Counting, out: &mut Applied) {
        while let Some(Reverse(pending)) = state.pending.peek().copied() {
            let due = place.map_or(pending.known <= moment, |place| pending.place < *place);
            if !due {
                break;
            }
            state.pending.pop();
            let version = &self.program.versions[usize::from(pending.clock.0)];
            let clock = &version.clocks[usize::from(pending.clock.1)];
            let Some(referral) = state.referrals.get(&pending.referral) else { continue };
            let called_off = clock.unless.iter().any(|kind| referral.kinds >> kind.0 & 1 == 1);
            let stage = self.on_the_way(referral, clock.kind);
            let impossible = clock.kind.is_stage() && !may_follow(stage, clock.kind);
            if called_off || impossible || pending.known > moment {
                continue;
            }
            let item = Item {
                place: pending.place,
                referral: pending.referral,
                what: What::Clock(pending.anchor),
                known: pending.known,
                withdrawn: NEVER,
            };
            self.arrive(&item, state, out);
        }
    }

    fn item(&self, item: &Item, state: &mut Counting, out: &mut Applied, refusals: &mut Vec<Refusal>) {
        let kind = item.place.kind;
        if kind != EventKind::SUBMITTED {
            let referral = state.referrals.get(&item.referral);
            let stage = referral.map_or(NO_STAGE, |referral| referral.stage);
            let on_the_way = referral.map_or(NO_STAGE, |referral| self.on_the_way(referral, kind));
            let before = item.place.at < self.book.referrals.submitted_at[index(item.referral)];
            let code = if before || stage == NO_STAGE {
                Some(Code::BeforeSubmission)
            } else if kind.is_stage() && kind.0 == stage {
                Some(Code::RepeatedStage)
            } else if kind.is_stage() && !may_follow(on_the_way, kind) {
                Some(Code::ImpossibleStage)
            } else {
                None
            };
            if let Some(code) = code {
                refusals.push(Refusal { event: item.what.event(), code, stage });
                return;
            }
        }
        self.arrive(item, state, out);
    }

    /// Takes in an item, and before it the stages that it implies and that the referral has not reached.
    fn arrive(&self, item: &Item, state: &mut Counting, out: &mut Applied) {
        let referral = state.referrals.get(&item.referral);
        for stage in referral.map_or(&[][..], |referral| self.implied(referral, item.place.kind)) {
            let now = state.referrals.get(&item.referral).map_or(NO_STAGE, |referral| referral.stage);
            if may_follow(now, *stage) {
                self.take_in(item, *stage, state, out);
            }
        }
        self.take_in(item, item.place.kind, state, out);
    }

    /// The stages that an event of the kind implies under the version of the submission.
    fn implied(&self, referral: &ReferralState, kind: EventKind) -> &[EventKind] {
        let version = self.program.versions.get(usize::from(referral.submitted_version));
        version.map_or(&[], |version| version.implied_by(kind))
    }

    /// The stage from which an event of the kind is reached, under the version of the submission.
    fn on_the_way(&self, referral: &ReferralState, kind: EventKind) -> u16 {
        let version = self.program.versions.get(usize::from(referral.submitted_version));
        version.map_or(referral.stage, |version| version.on_the_way(referral.stage, kind))
    }

    /// Takes in an item as an event of a kind: its own, or a stage that it implies.
    fn take_in(&self, item: &Item, kind: EventKind, state: &mut Counting, out: &mut Applied) {
        let referral = state.referrals.entry(item.referral).or_default();
        let referrer = self.book.referrals.referrer[index(item.referral)].0;
        let counts = state
            .counts
            .entry(referrer)
            .or_insert_with(|| self.opening.counts.get(&referrer).copied().unwrap_or_default());
        let before = *counts;
        if kind == EventKind::SUBMITTED {
            referral.submitted_version = self.submissions.version[index(item.referral)];
        }
        if kind.is_stage() {
            referral.stage = kind.0;
            referral.stage_event = (item.what, item.place.at);
        }
        if referral.released == NEVER && self.lets_go(referral.submitted_version, kind) {
            referral.released = item.place.at;
        }
        referral.kinds |= 1_u64.checked_shl(u32::from(kind.0)).unwrap_or(0);
        for measure in Measure::ALL {
            let bit = 1_u8 << measure.index();
            if usize::from(kind.0) == measure.index() {
                referral.reached[measure.index()] = item.place.at;
                if referral.counted & bit == 0 {
                    referral.counted |= bit;
                    counts[measure.index()] = counts[measure.index()].saturating_add(1);
                }
            }
            if kind == EventKind::DISQUALIFIED && measure != Measure::Submitted && referral.counted & bit != 0 {
                referral.counted &= !bit;
                counts[measure.index()] = counts[measure.index()].saturating_sub(1);
            }
        }
        let governing = self.governing(referral, item.place.at);
        let version = &self.program.versions[usize::from(governing)];
        let reached = referral.reached;
        let tiers = if self.measured {
            out.before.push(before);
            [0; LADDERS_MAX]
        } else {
            tiers::take(version, kind, &reached, referral, |_, ladder| {
                let LadderBy::BuiltIn(measure) = ladder.by else { return 0 };
                let counts = if ladder.counts_this_event { &*counts } else { &before };
                tiers::level(ladder, Some(Number::from(counts[measure.index()])), |_| true)
            })
        };
        out.referral.push(item.referral);
        out.what.push(item.what);
        out.event.push(item.what.event());
        out.place.push(item.place);
        out.kind.push(kind);
        out.at.push(item.place.at);
        out.known.push(item.known);
        out.version.push(governing);
        out.counts.push(*counts);
        out.reached.push(reached);
        out.tiers.push(tiers);
        self.schedule(item, kind, governing, version, state);
    }

    /// Whether an event of the kind ends the claims of its referral.
    fn lets_go(&self, submitted_version: u16, kind: EventKind) -> bool {
        let version = self.program.versions.get(usize::from(submitted_version));
        version.is_some_and(|version| version.released_by.contains(&kind))
    }

    fn governing(&self, referral: &ReferralState, at: i64) -> u16 {
        let submitted = referral.submitted_version;
        let Some(version) = self.program.versions.get(usize::from(submitted)) else { return 0 };
        let on = |at: i64| (at != NEVER).then(|| self.day(at)).and_then(|day| self.program.version_on(day));
        match version.governs_at {
            Moment::Submitted => submitted,
            Moment::Qualified => on(referral.reached[1]).unwrap_or(submitted),
            Moment::Closed => on(referral.reached[3]).unwrap_or(submitted),
            Moment::Event => on(at).unwrap_or(submitted),
        }
    }

    fn day(&self, at: i64) -> Day {
        self.program.zone.day_of(Instant(at))
    }

    fn schedule(&self, item: &Item, kind: EventKind, governing: u16, version: &Version, state: &mut Counting) {
        for (number, clock) in (0_u16..).zip(&version.clocks) {
            if clock.from != kind {
                continue;
            }
            let Some(at) = clock.after.deadline(Instant(item.place.at), &self.program.zone, &version.calendar) else {
                continue;
            };
            let place = Place { at: at.0, origin: Origin::Clock, kind: clock.kind, sequence: NEVER, ..item.place };
            // A chain of clock events hangs on what it started from.
            let anchor = match item.what {
                What::Event(anchor) | What::Clock(anchor) => anchor,
                What::Submission => NONE,
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
