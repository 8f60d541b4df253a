//! What happened, item by item: the stage machine takes each item in or reports it, counts it, and takes down what
//! conditions and amounts may ask for. Nothing here depends on rewards, so a whole book is gone through at once.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::contests::Contests;
use super::hold::Hold;
pub use super::items::Pending;
use super::items::{Item, Place, What};
use super::judging::{Failure, Holds, Judging};
use super::kept::Kept;
use super::making::{Arrival, Makes, Making};
use super::measure_keys::MeasureKey;
use super::measures::{Running, Totals};
use super::measuring::Readings;
use super::run::Opening;
use super::sharing::Sharing;
use super::tiers;
pub use crate::base::limits::LADDERS_MAX;
use crate::base::{Instant, NONE, Number, index};
use crate::book::{Book, NEVER};
use crate::diag::Code;
use crate::program::{ContestEnds, EventKind, LadderBy, Party, Program, Share};
use crate::stage::attribution::Standings;
use crate::stage::submission::{NO_VERSION, Submissions};
use rustc_hash::{FxHashMap, FxHashSet};
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
    /// When the first event of each of [`Program::first_kinds`] happened, `NEVER` before; empty in programs that do not ask.
    pub first: Vec<Box<[i64]>>,
    /// The tier on each ladder of the version: 0 below the first level, else the level's position plus one.
    pub tiers: Vec<[u8; LADDERS_MAX]>,
    /// The referrer's counts before it; only for programs that measure events in passes of their own.
    pub before: Vec<[i64; 4]>,
    /// The text id of the account that had recruited the referrer, or `NONE`; only for programs that ask.
    pub recruiter: Vec<u32>,
    /// The declared measures, by their numbers; for the same programs.
    pub measures: Vec<Readings>,
    /// Parts of prizes that several places get together, by row: they stand instead of the amount.
    pub parts: BTreeMap<u32, Number>,
    /// What the referral has of it, beside those who share; only for programs that share claims.
    pub share: Vec<Share>,
}

impl Applied {
    /// The text id of the account that gets what goes to a party, where attribution says which; else `NONE`.
    pub fn payee(&self, row: usize, to: Party) -> u32 {
        match to {
            Party::Referrer | Party::Referee | Party::Account => NONE,
            Party::Recruiter => self.recruiter.get(row).copied().unwrap_or(NONE),
        }
    }

    /// Forgets the rows and keeps the memory.
    pub(super) fn clear(&mut self) {
        let Self {
            referral,
            what,
            event,
            place,
            kind,
            at,
            known,
            version,
            counts,
            reached,
            first,
            tiers,
            before,
            recruiter,
            measures,
            parts,
            share,
        } = self;
        referral.clear();
        what.clear();
        event.clear();
        place.clear();
        kind.clear();
        at.clear();
        known.clear();
        version.clear();
        counts.clear();
        reached.clear();
        first.clear();
        tiers.clear();
        before.clear();
        recruiter.clear();
        measures.clear();
        parts.clear();
        share.clear();
    }
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
    /// How it holds its claims.
    pub hold: Hold,
    /// The version in force at submission.
    pub submitted_version: u16,
    /// When it reached each of the first four stages.
    pub reached: [i64; 4],
    /// When the first event of each of [`Program::first_kinds`] happened, `NEVER` where none has; empty before any event.
    pub first: Box<[i64]>,
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
            hold: Hold::default(),
            submitted_version: NO_VERSION,
            reached: [NEVER; 4],
            first: Box::default(),
            counted: 0,
            kinds: 0,
            locked: [[0; LADDERS_MAX]; 3],
            tiers: [0; LADDERS_MAX],
        }
    }
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
    /// The declared measures, by number and key.
    pub measures: FxHashMap<(u16, MeasureKey), Running>,
    /// What each referral contributed to measures that a disqualification takes it out of, by measure, key and period.
    pub contributed: FxHashMap<u32, BTreeMap<(u16, MeasureKey, i32), Totals>>,
    /// What referrers keep of their levels, by the text id of the referrer.
    pub kept: FxHashMap<u32, Kept>,
    /// The requirements that failed at events, in the order of these.
    pub failures: Vec<Failure>,
    /// By referral, what holds what it brings, and what reviews made of it.
    pub held: BTreeMap<u32, Holds>,
    /// Who shares with whom.
    pub sharing: Sharing,
    /// For what events have come that conditions make once, by kind and key; those once for a referral are told by its kinds.
    pub came: FxHashSet<(EventKind, MeasureKey)>,
    /// What contests count.
    pub contests: Contests,
}

impl Counting {
    /// Forgets everything but keeps some memory.
    pub fn clear(&mut self) {
        super::forget(&mut self.referrals);
        super::forget(&mut self.counts);
        self.pending.clear();
        super::forget(&mut self.measures);
        super::forget(&mut self.contributed);
        super::forget(&mut self.kept);
        self.failures.clear();
        self.held.clear();
        self.sharing.clear();
        self.came.clear();
        self.contests.clear();
    }
}

/// True if the stage with the rank may be followed by the other.
pub fn may_follow(from: u16, to: EventKind) -> bool {
    EventKind(from).followed_by().contains(&to)
}

/// What goes along from item to item of one run.
pub(super) struct Going<'a> {
    /// Nothing after this moment is known.
    pub(super) moment: i64,
    /// For programs in which requirements are judged at events.
    pub(super) judging: Option<Judging<'a>>,
    /// For programs in which conditions make events.
    pub(super) making: Option<Making<'a>>,
    /// The rows before this one are measured.
    pub(super) measured: usize,
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
    /// Whether recruiters are asked for: see [`Program::asks_for_recruiters`]; then as known at the moment.
    pub recruits: bool,
    /// Whether claims are shared: see [`Program::shares_claims`].
    pub shares: bool,
    /// Which events conditions make.
    pub makes: Makes,
    /// When contests end, where they are held: only where all of the program is gone through.
    pub contests: Option<&'a ContestEnds>,
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
        self.run_until(items, moment, None, state, out, refusals);
    }

    /// As [`run`](Self::run), but of what the clock does only what comes before a place, if there is one.
    pub fn run_until(
        &self,
        items: &[Item],
        moment: i64,
        until: Option<&Place>,
        state: &mut Counting,
        out: &mut Applied,
        refusals: &mut Vec<Refusal>,
    ) {
        let judging = Judging::new(self.program, self.book);
        let making = Making::new(self.makes, self.book);
        let mut going = Going { moment, judging, making, measured: out.referral.len() };
        for item in items {
            if item.known > moment || item.withdrawn <= moment {
                continue;
            }
            let standing = self.standings.at(self.book, item.referral, moment);
            if !standing.lets_in(item.what, item.place.at) {
                if standing.shares_with().is_some() {
                    let stage = state.referrals.get(&item.referral).map_or(NO_STAGE, |referral| referral.stage);
                    refusals.push(Refusal { event: item.what.event(), code: Code::SharedClaimEvent, stage });
                }
                continue;
            }
            self.clocks_until(Some(&item.place), &mut going, state, out);
            self.item(item, &mut going, state, out, refusals);
        }
        self.clocks_until(until, &mut going, state, out);
        self.measure(&mut going, state, out);
    }

    fn item(
        &self,
        item: &Item,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
        refusals: &mut Vec<Refusal>,
    ) {
        let kind = item.place.kind;
        if kind != EventKind::SUBMITTED {
            let unknown = ReferralState::default();
            let referral = state.referrals.get(&item.referral).unwrap_or(&unknown);
            let submitted_at = self.book.referrals.submitted_at[index(item.referral)];
            if let Some(code) = referral.refuses(self.program, kind, item.place.at, submitted_at) {
                refusals.push(Refusal { event: item.what.event(), code, stage: referral.stage });
                return;
            }
        }
        if !self.arrive(item, going, state, out) {
            // What came before it, brought along or made by conditions, has ended the way to it: it is there already, or cannot be reached from
            // there, whatever an event that comes by itself would bring along once more.
            let stage = Self::stage_of(state, item.referral);
            let code = if stage == kind.0 { Code::RepeatedStage } else { Code::ImpossibleStage };
            refusals.push(Refusal { event: item.what.event(), code, stage });
        }
    }

    /// Takes in an item, and before it the stages that it implies and that the referral has not reached; or what requirements
    /// make of it. False if it could not follow any more on what came before it.
    pub(super) fn arrive(&self, item: &Item, going: &mut Going<'_>, state: &mut Counting, out: &mut Applied) -> bool {
        let before = out.referral.len();
        if let Some(ends) = self.contests {
            state.contests.ends.extend(ends.of(self.program.zone.day_of(Instant(item.place.at))));
        }
        if let Some(making) = &mut going.making {
            making.made = 0;
        }
        if self.shares {
            self.join(item, going.moment, state);
        }
        let came = self.come(Arrival { item, kind: item.place.kind, shared: false }, going, state, out);
        if self.shares {
            self.pass_on(item, before, going, state, out);
        }
        if going.making.is_none() {
            (before..out.referral.len()).for_each(|row| self.complete(row, going.moment, state, out));
        }
        came
    }

    /// Takes in an item as an event of a kind: its own, or a stage that it implies.
    pub(super) fn take_in(&self, item: &Item, kind: EventKind, state: &mut Counting, out: &mut Applied) {
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
        referral.enter(self.program, kind, item.what, item.place.at).change(counts);
        let governing = referral.governing(self.program, item.place.at);
        let version = &self.program.versions[usize::from(governing)];
        let (reached, first) = (referral.reached, referral.first.clone());
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
        if !first.is_empty() {
            out.first.push(first);
        }
        out.tiers.push(tiers);
        self.schedule(item, kind, governing, version, state);
    }
}
