//! The straight way along the timeline, for books in which nothing is late and programs that look only ahead.
//!
//! On time, an event's place among others matters for three things only: the stage of its own referral, the counts that tiers go
//! by, and what limits have left. So each is gone through in the order that its memory lies in: `walk` takes referrals one after
//! the other, `offers` goes through rows in the total order: `counts` levels them by what their referrers have, rules answer them in
//! batches, `draws` lets what they give pass the limits, and `table` takes it down. The meaning is that of `run`, which goes through scopes event by event and can do all; a law holds both against each
//! other.
mod counts;
mod draws;
mod needs;
mod offers;
mod radix;
mod table;
mod walk;

use super::run::{Opening, Timeline};
use super::states::{EventsOf, ShortStates, States};
use crate::book::{Book, NEVER};
use crate::program::Program;
use crate::stage::Facts;
use needs::Needs;

pub use table::EntryTable;
pub use walk::Walk;

/// Whether every event is known when it happens, and none is withdrawn.
fn is_on_time(book: &Book) -> bool {
    let events = &book.events;
    let same = events.known.same_memory(&events.at) || events.known == events.at;
    let withdrawn = events.id.is_empty() || events.withdrawn.same() == Some(NEVER);
    book.is_on_time() && same && withdrawn && book.accounts.history.is_none()
}

/// Whether the program looks only ahead: no clock, no rule that asks what was granted, takes back or asks when a kind of event first came, no measure of its own, no limit that puts
/// off or asks for more than its key.
fn looks_ahead(program: &Program) -> bool {
    !program.measures_events()
        && !program.looks_back()
        && program.first_kinds.is_empty()
        && program.versions.iter().all(needs::version_looks_ahead)
}

/// Runs the timeline straight on; `None` where that cannot be done.
pub fn run(facts: Facts<'_>, opening: &Opening, as_of: i64) -> Option<Timeline> {
    let Facts { program, book, standings, .. } = facts;
    if !looks_ahead(program) || !is_on_time(book) || !standings.history.is_empty() {
        return None;
    }
    let needs = Needs::of(program);
    let at = &*book.events.at;
    let referrals = book.referrals.id.len();
    let events = EventsOf::new(referrals, &book.events.referral, at, as_of);
    let mut states = ShortStates::new(book.referrals.id.len(), needs.ladders, events);
    let mut out = Timeline { opening: opening.clone(), ..Timeline::default() };
    let walked = walk::all(facts, &needs, as_of, &mut states, &mut out.refusals);
    offers::run(facts, &needs, opening, &walked, &mut states, &mut out);
    out.states = States::Short(states);
    Some(out)
}
