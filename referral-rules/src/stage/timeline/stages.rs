//! The stage machine of one referral: what may follow what, and what an event changes in the counts. It depends on nothing
//! but that referral's own events.
#![expect(clippy::indexing_slicing, reason = "measures are as many as there are places for them")]
use super::applied::{NO_STAGE, ReferralState, may_follow};
use super::items::What;
use crate::base::Instant;
use crate::book::NEVER;
use crate::diag::Code;
use crate::program::{EventKind, Measure, Moment, Program, Version};

/// What an event changes in the built-in measures of its referrer, by their bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    /// One more.
    pub more: u8,
    /// One less.
    pub less: u8,
}

impl Counted {
    /// Changes counts.
    #[inline]
    pub fn change(self, counts: &mut [i64; 4]) {
        for measure in Measure::ALL {
            let bit = 1_u8 << measure.index();
            if self.more & bit != 0 {
                counts[measure.index()] = counts[measure.index()].saturating_add(1);
            }
            if self.less & bit != 0 {
                counts[measure.index()] = counts[measure.index()].saturating_sub(1);
            }
        }
    }
}

/// Four bits, each as a number.
pub(super) const BITS_APART: [[u32; 4]; 16] = {
    let mut out = [[0; 4]; 16];
    let mut at = 0;
    while at < 64 {
        if ((at / 4) >> (at % 4)) & 1 == 1 {
            out[at / 4][at % 4] = 1;
        }
        at += 1;
    }
    out
};

impl Counted {
    /// Changes counts that begin with nothing.
    #[inline]
    pub(super) fn change_small(self, counts: &mut [u32; 4]) {
        let of = |bits: u8| &BITS_APART[usize::from(bits & 15)];
        for ((count, more), less) in counts.iter_mut().zip(of(self.more)).zip(of(self.less)) {
            *count = count.wrapping_add(*more).wrapping_sub(*less);
        }
    }

    /// What an event of a kind changes in the measures that a referral counts for.
    #[inline]
    pub(super) fn of(kind: EventKind, counted: &mut u8) -> Self {
        let mut out = Self::default();
        if kind.index() < 4 {
            out.more = (1 << kind.index()) & !*counted;
            *counted |= out.more;
        }
        if kind == EventKind::DISQUALIFIED {
            let submitted = 1 << Measure::Submitted.index();
            out.less = *counted & !submitted;
            *counted &= submitted;
        }
        out
    }
}

/// The version that governs an event at an instant of a referral that was submitted under a version and has reached stages.
#[inline]
pub(super) fn governing(program: &Program, submitted: u16, reached: &[i64; 4], at: i64) -> u16 {
    let Some(version) = program.versions.get(usize::from(submitted)) else { return 0 };
    let on = |at: i64| (at != NEVER).then(|| program.zone.day_of(Instant(at))).and_then(|day| program.version_on(day));
    match version.governs_at {
        Moment::Submitted => submitted,
        Moment::Qualified => on(reached[1]).unwrap_or(submitted),
        Moment::Closed => on(reached[3]).unwrap_or(submitted),
        Moment::Event => on(at).unwrap_or(submitted),
    }
}

impl ReferralState {
    /// Why an event of the kind cannot be taken in, if it cannot.
    #[inline]
    pub(super) fn refuses(&self, program: &Program, kind: EventKind, at: i64, submitted_at: i64) -> Option<Code> {
        if at < submitted_at || self.stage == NO_STAGE {
            Some(Code::BeforeSubmission)
        } else if kind.is_stage() && kind.0 == self.stage {
            Some(Code::RepeatedStage)
        } else if kind.is_stage() && !may_follow(self.on_the_way(program, kind), kind) {
            Some(Code::ImpossibleStage)
        } else {
            None
        }
    }

    #[inline]
    fn submitted_under<'p>(&self, program: &'p Program) -> Option<&'p Version> {
        program.versions.get(usize::from(self.submitted_version))
    }

    /// The stage from which an event of the kind is reached, under the version of the submission.
    #[inline]
    pub(super) fn on_the_way(&self, program: &Program, kind: EventKind) -> u16 {
        self.submitted_under(program).map_or(self.stage, |version| version.on_the_way(self.stage, kind))
    }

    /// The stages that an event of the kind implies under the version of the submission.
    #[inline]
    pub(super) fn implied<'p>(&self, program: &'p Program, kind: EventKind) -> &'p [EventKind] {
        self.submitted_under(program).map_or(&[], |version| version.implied_by(kind))
    }

    /// Takes an event in: the stage, what it lets go, and what it counts for.
    #[inline]
    pub(super) fn enter(&mut self, program: &Program, kind: EventKind, what: What, at: i64) -> Counted {
        if kind.is_stage() {
            self.stage = kind.0;
            self.stage_event = (what, at);
        }
        if let Some(version) = self.submitted_under(program).filter(|version| version.claims.watches_holder()) {
            self.hold.enter(program, version, kind, at);
        }
        self.kinds |= 1_u64.checked_shl(u32::from(kind.0)).unwrap_or(0);
        if let Some(reached) = self.reached.get_mut(kind.index()) {
            *reached = at;
        }
        self.note_first(program, kind, at);
        Counted::of(kind, &mut self.counted)
    }

    /// Takes down when the first event of a kind happened, where that is asked.
    fn note_first(&mut self, program: &Program, kind: EventKind, at: i64) {
        if program.first_kinds.is_empty() {
            return;
        }
        if self.first.len() != program.first_kinds.len() {
            self.first = program.first_kinds.iter().map(|_| NEVER).collect();
        }
        let asked = program.first_kinds.iter().zip(&mut self.first).find(|(asked, _)| **asked == kind);
        if let Some((_, first)) = asked.filter(|(_, first)| **first == NEVER) {
            *first = at;
        }
    }

    /// The version that governs an event of the referral at an instant.
    #[inline]
    pub(super) fn governing(&self, program: &Program, at: i64) -> u16 {
        governing(program, self.submitted_version, &self.reached, at)
    }
}
