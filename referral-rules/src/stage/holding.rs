//! How a referral holds its claims, as known at a moment: the stage machine goes through what happened to that referral
//! alone, and says what its events did to them.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::attribution::{StandingColumn, Standings};
use super::submission::Submissions;
use super::timeline::{Applied, Applying, Counting, Hold, Item, Makes, Opening, What, event_item, submission_item};
use crate::base::{index, position};
use crate::book::{Book, NEVER};
use crate::program::{EventKind, Program};

/// What tells how claims are held. Only programs have one in which that depends on events, or on who comes later.
pub struct Holding<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    /// Whether a referral has claims is known where this is asked: here each counts as accepted.
    standings: Standings,
    opening: &'a Opening,
    /// The events by referral, and where each referral's start; one more than there are referrals.
    events: Vec<u32>,
    starts: Vec<usize>,
}

/// A stage that a referral entered.
pub struct Entered {
    /// When.
    pub at: i64,
    /// Which.
    pub stage: EventKind,
    /// With its submission, which may have made further stages: these come before whatever is submitted after it, even at that instant.
    pub submitting: bool,
}

impl<'a> Holding<'a> {
    /// Sorts the events by referral; `None` for a program in which claims just begin and end.
    pub fn new(
        program: &'a Program,
        book: &'a Book,
        submissions: &'a Submissions,
        opening: &'a Opening,
    ) -> Option<Self> {
        if !program.looks_at_holders() && !program.asks_before() {
            return None;
        }
        let mut events: Vec<u32> = (0..position(book.events.id.len())).collect();
        events.sort_by_key(|event| book.events.referral[index(*event)]);
        let of = |event: &u32| index(book.events.referral[index(*event)]);
        let starts = (0..=book.referrals.id.len())
            .map(|referral| events.partition_point(|event| of(event) < referral))
            .collect();
        let current = StandingColumn::accepted(book.referrals.id.len());
        let standings = Standings { current, ..Standings::default() };
        Some(Self { program, book, submissions, standings, opening, events, starts })
    }

    fn events_of(&self, referral: u32) -> &[u32] {
        &self.events[self.starts[index(referral)]..self.starts[index(referral).saturating_add(1)]]
    }

    /// How the referral holds its claims, as known at the moment.
    pub fn at(&self, referral: u32, moment: i64) -> Hold {
        self.run(referral, moment).1.referrals.get(&referral).map(|state| state.hold).unwrap_or_default()
    }

    /// The stages that the referral entered, in their order.
    pub fn stages(&self, referral: u32, moment: i64) -> Vec<Entered> {
        let (applied, _) = self.run(referral, moment);
        let all = applied.at.into_iter().zip(applied.kind).zip(applied.what);
        let stages = all.filter(|((_, stage), _)| stage.is_stage());
        stages.map(|((at, stage), what)| Entered { at, stage, submitting: what == What::Submission }).collect()
    }

    /// Goes through what happened to the referral alone.
    fn run(&self, referral: u32, moment: i64) -> (Applied, Counting) {
        let events = self.events_of(referral).iter().map(|event| event_item(self.book, *event));
        let mut items: Vec<Item> = events.chain([submission_item(self.book, referral)]).collect();
        items.sort_unstable();
        let applying = Applying {
            program: self.program,
            book: self.book,
            submissions: self.submissions,
            standings: &self.standings,
            opening: self.opening,
            measured: self.program.makes_events(),
            recruits: false,
            shares: false,
            makes: Makes::alone(self.program),
            contests: None,
        };
        let (mut applied, mut counting) = (Applied::default(), Counting::default());
        applying.run(&items, moment, &mut counting, &mut applied, &mut Vec::new());
        (applied, counting)
    }

    /// The moments up to `as_of` at which news of the referral's events came late.
    pub fn late_moments(&self, referral: u32, as_of: i64) -> impl Iterator<Item = i64> + '_ {
        let events = &self.book.events;
        self.events_of(referral)
            .iter()
            .flat_map(|event| {
                let (at, known) = (events.at[index(*event)], events.known[index(*event)]);
                [if known > at { known } else { NEVER }, events.withdrawn[index(*event)]]
            })
            .filter(move |moment| *moment <= as_of)
    }
}
