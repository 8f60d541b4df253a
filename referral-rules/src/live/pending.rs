//! Clock events to come, between states and the timeline.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::convert::{place, version_number};
use super::forms::{PendingForm, PlaceForm};
use crate::base::{NONE, index};
use crate::book::NEVER;
use crate::program::EventKind;
use crate::stage::Facts;
use crate::stage::timeline::{Origin, Pending, Place};

/// A clock event to come, with positions; `None` when the program or the book no longer has what it names.
pub fn pending(facts: Facts<'_>, form: &PendingForm) -> Option<Pending> {
    let version = version_number(facts.program, &form.version)?;
    let clock = facts.program.versions[usize::from(version)].clocks.get(usize::from(form.clock))?;
    let anchor = match &form.anchor {
        Some(id) => facts.book.event(id)?,
        None => NONE,
    };
    let event = form.anchor.clone().unwrap_or_default();
    let place_form = PlaceForm {
        at: form.at,
        origin: 2,
        kind: clock.kind.0,
        sequence: NEVER,
        referral: form.referral.clone(),
        event,
        share: 0,
        made: 0,
    };
    Some(Pending {
        place: Place { origin: Origin::Clock, kind: EventKind(place_form.kind), ..place(facts.book, &place_form) },
        referral: facts.book.referral(&form.referral)?,
        anchor,
        known: form.known,
        clock: (version, form.clock),
    })
}

/// The same with names.
pub fn pending_form(facts: Facts<'_>, pending: &Pending) -> PendingForm {
    let book = facts.book;
    PendingForm {
        at: pending.place.at,
        referral: book.text(book.referrals.id[index(pending.referral)]).to_owned(),
        anchor: (pending.anchor != NONE).then(|| book.text(book.events.id[index(pending.anchor)]).to_owned()),
        known: pending.known,
        version: facts.program.versions[usize::from(pending.clock.0)].name.clone(),
        clock: pending.clock.1,
    }
}
