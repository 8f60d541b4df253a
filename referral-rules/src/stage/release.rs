//! When a referral's claims are let go, as known at a moment: the stage machine goes through what happened to that referral
//! alone, and says when the first event came that releases.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::attribution::{Standing, Standings};
use super::submission::Submissions;
use super::timeline::{Applied, Applying, Counting, Item, Opening, event_item, submission_item};
use crate::base::{index, position};
use crate::book::{Book, NEVER};
use crate::program::Program;

/// What claims are let go by. Only programs that release claims have one.
pub struct Releasing<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    /// Whether a referral has claims is known where this is asked: here each counts as accepted.
    standings: Standings,
    opening: Opening,
    /// The events by referral, and where each referral's start; one more than there are referrals.
    events: Vec<u32>,
    starts: Vec<usize>,
}

impl<'a> Releasing<'a> {
    /// Sorts the events by referral; `None` for a program that releases no claims.
    pub fn new(program: &'a Program, book: &'a Book, submissions: &'a Submissions) -> Option<Self> {
        if !program.releases_claims() {
            return None;
        }
        let mut events: Vec<u32> = (0..position(book.events.id.len())).collect();
        events.sort_by_key(|event| book.events.referral[index(*event)]);
        let of = |event: &u32| index(book.events.referral[index(*event)]);
        let starts = (0..=book.referrals.id.len())
            .map(|referral| events.partition_point(|event| of(event) < referral))
            .collect();
        let current = vec![Standing::Accepted; book.referrals.id.len()];
        let standings = Standings { current, ..Standings::default() };
        Some(Self { program, book, submissions, standings, opening: Opening::default(), events, starts })
    }

    fn events_of(&self, referral: u32) -> &[u32] {
        &self.events[self.starts[index(referral)]..self.starts[index(referral).saturating_add(1)]]
    }

    /// The instant at which the claims of the referral were let go, as known at the moment; `NEVER` if they were not.
    pub fn at(&self, referral: u32, moment: i64) -> i64 {
        let events = self.events_of(referral).iter().map(|event| event_item(self.book, *event));
        let mut items: Vec<Item> = events.chain([submission_item(self.book, referral)]).collect();
        items.sort_unstable();
        let applying = Applying {
            program: self.program,
            book: self.book,
            submissions: self.submissions,
            standings: &self.standings,
            opening: &self.opening,
            measured: false,
        };
        let mut counting = Counting::default();
        applying.run(&items, moment, &mut counting, &mut Applied::default(), &mut Vec::new());
        counting.referrals.get(&referral).map_or(NEVER, |state| state.released)
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
