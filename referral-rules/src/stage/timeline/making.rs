//! How events come: they are judged, and taken in with what they imply. And events that conditions make: right after an event was taken in it is measured, and the conditions are read there. What comes of it is
//! an event like others, before anything else is looked at.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, Applying, Counting, Going, NO_STAGE, may_follow};
use super::items::{Item, Place};
use super::judging::Outcome;
use super::levels::Levels;
use super::measure_keys::{MeasureKey, MeasureKeys};
use crate::base::{index, position};
use crate::book::Book;
use crate::expr::Scratch;
use crate::program::{EventKind, Maker, Program, Version};
use crate::stage::inputs::Counted;

/// Which events conditions make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Makes {
    /// None.
    Nothing,
    /// Those that come by what happens to their own referral alone.
    Alone,
    /// All.
    All,
}

impl Makes {
    /// All, if the program has any.
    pub fn all(program: &Program) -> Self {
        if program.makes_events() { Self::All } else { Self::Nothing }
    }

    /// Where one referral is looked at.
    pub fn alone(program: &Program) -> Self {
        if program.makes_events() { Self::Alone } else { Self::Nothing }
    }
}

/// What is carried where conditions make events.
pub(super) struct Making<'a> {
    scratch: Scratch<'a>,
    /// The rows that those who share a claim have each of their own, since the item that is being taken in.
    pub(super) own: Vec<usize>,
    /// How many events were made of that item so far.
    pub(super) made: u16,
}

impl<'a> Making<'a> {
    /// `None` where nothing is made.
    pub(super) fn new(makes: Makes, book: &'a Book) -> Option<Self> {
        (makes != Makes::Nothing).then(|| Self { scratch: Scratch::new(&book.texts), own: Vec::new(), made: 0 })
    }
}

/// An event that arrives: the item that brings it, and its kind.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'i> {
    /// The item.
    pub(super) item: &'i Item,
    /// The kind: the item's own, or that of an event which conditions make of it.
    pub(super) kind: EventKind,
    /// Whether it is taken in for one who shares a claim: then nothing is judged, and what comes by its referral alone is passed on
    /// from the one that has the claim.
    pub(super) shared: bool,
}

impl Applying<'_> {
    /// Lets an event come: it is judged, and taken in with what it implies, or something else comes in its place.
    pub(super) fn come(
        &self,
        arrival: Arrival<'_>,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
    ) -> bool {
        let Arrival { item, kind, .. } = arrival;
        let judged = !arrival.shared && !state.sharing.holders.contains_key(&item.referral);
        let judging = going.judging.as_mut().filter(|_| judged);
        match judging.map_or(Outcome::TakenIn, |judging| judging.judge(item, kind, state)) {
            Outcome::TakenIn => {}
            Outcome::NotTakenIn => return true,
            Outcome::Instead(stage) => {
                self.enter(arrival, stage, going, state, out);
                return true;
            }
        }
        let referral = state.referrals.get(&item.referral);
        for stage in referral.map_or(&[][..], |referral| referral.implied(self.program, kind)) {
            if may_follow(Self::stage_of(state, item.referral), *stage) {
                self.enter(arrival, *stage, going, state, out);
            }
        }
        let now = Self::stage_of(state, item.referral);
        if going.making.is_some() && kind.is_stage() && now != NO_STAGE && !may_follow(now, kind) {
            return false;
        }
        self.enter(arrival, kind, going, state, out);
        true
    }

    /// Completes a row that was taken in: who recruited, and who shares.
    pub(super) fn complete(&self, row: usize, moment: i64, state: &Counting, out: &mut Applied) {
        if self.recruits {
            out.recruiter.push(self.standings.recruiters.at(out.referral[row], moment));
        }
        if self.shares {
            out.share.push(self.share_of(out.referral[row], state));
        }
    }

    /// Takes in an item as an event of a kind, and then what conditions make of it.
    pub(super) fn enter(
        &self,
        arrival: Arrival<'_>,
        kind: EventKind,
        going: &mut Going<'_>,
        state: &mut Counting,
        out: &mut Applied,
    ) {
        let row = out.referral.len();
        self.take_in(arrival.item, kind, state, out);
        if going.making.is_none() {
            return;
        }
        self.complete(row, going.moment, state, out);
        self.measuring().run(row..row.saturating_add(1), out, state);
        let version = &self.program.versions[usize::from(out.version[row])];
        self.note(version, row, going, state, out);
        for maker in version.makers.iter().filter(|maker| maker.on.contains(&kind)) {
            let elsewhere = arrival.shared && maker.alone || self.makes == Makes::Alone && !maker.alone;
            if elsewhere || !self.comes(version, maker, row, going, state, out) {
                continue;
            }
            let before = out.referral.len();
            let made = going.making.as_mut().map_or(0, |making| {
                making.made = making.made.saturating_add(1);
                making.made
            });
            let item = Item { place: Place { made, ..arrival.item.place }, ..*arrival.item };
            self.come(Arrival { item: &item, kind: maker.kind, ..arrival }, going, state, out);
            if let Some(making) = going.making.as_mut().filter(|_| !maker.alone) {
                making.own.extend(before..out.referral.len());
            }
        }
    }

    /// Notes for what events of the row's kind have come, where they come once for something else than a referral.
    fn note(&self, version: &Version, row: usize, going: &mut Going<'_>, state: &mut Counting, out: &Applied) {
        let noted = |maker: &&Maker| maker.kind == out.kind[row] && !maker.is_once_per_referral();
        for maker in version.makers.iter().filter(noted) {
            let key = self.made_key(version, maker, row, going, out);
            state.came.extend(key.map(|key| (maker.kind, key)));
        }
    }

    fn made_key(
        &self,
        version: &Version,
        maker: &Maker,
        row: usize,
        going: &mut Going<'_>,
        out: &Applied,
    ) -> Option<MeasureKey> {
        let making = going.making.as_mut()?;
        let keys = MeasureKeys { program: self.program, book: self.book };
        keys.at(version, &maker.once_per, &[position(row)], out, &mut making.scratch).pop()
    }

    /// Whether an event comes after the one in a row: its conditions are true, it has not come before, and it can follow.
    fn comes(
        &self,
        version: &Version,
        maker: &Maker,
        row: usize,
        going: &mut Going<'_>,
        state: &Counting,
        out: &Applied,
    ) -> bool {
        let Some(referral) = state.referrals.get(&out.referral[row]) else { return false };
        let stage = referral.on_the_way(self.program, maker.kind);
        if maker.kind.is_stage() && !may_follow(stage, maker.kind) {
            return false;
        }
        // One thing that happens to a referral makes each kind once.
        let happened = |at: usize| (out.referral[at], out.what[at], Place { made: 0, ..out.place[at] });
        let of_one = (0..out.referral.len()).rev().take_while(|at| happened(*at) == happened(row));
        if of_one.into_iter().any(|at| out.kind[at] == maker.kind) {
            return false;
        }
        let before = |key: MeasureKey| {
            let came = (maker.kind, key);
            state.came.contains(&came) || self.opening.came.contains(&came)
        };
        let has_come = if maker.is_once_per_referral() {
            let own = self.book.referrals.id[index(out.referral[row])];
            referral.kinds >> maker.kind.0 & 1 == 1 || before(MeasureKey::Id(own.0))
        } else {
            self.made_key(version, maker, row, going, out).is_none_or(before)
        };
        let Some(making) = going.making.as_mut().filter(|_| !has_come) else { return false };
        let levels = Levels { program: self.program, book: self.book };
        let rows = [position(row)];
        let holds = levels.all_hold(version, &maker.when, &rows, out, Counted::After, &mut making.scratch);
        holds == [true]
    }

    /// The stage of a referral as far as it is known.
    pub(super) fn stage_of(state: &Counting, referral: u32) -> u16 {
        state.referrals.get(&referral).map_or(NO_STAGE, |referral| referral.stage)
    }
}
