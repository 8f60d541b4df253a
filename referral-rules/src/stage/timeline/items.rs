//! The items of a timeline in their total order: submissions, host events, and events that the clock makes.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use crate::base::{Day, NONE, index, position};
use crate::book::{Book, NEVER};
use crate::program::{EventKind, Program, Scope};
use crate::stage::attribution::Standings;

/// Where an item comes from; the order within one instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Origin {
    /// The first instant of a period: what was deferred is released, and contests end, before anything of the new period.
    PeriodEnd,
    /// The host reported it.
    Host,
    /// The clock made it.
    Clock,
}

/// What an item is, so that entries can name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// The submission itself.
    Submission,
    /// The host's event at this position of the book.
    Event(u32),
    /// An event that the clock made, some way after the submission (`NONE`) or the host's event at this position, over other
    /// clock events if these are a chain.
    Clock(u32),
    /// A period of a contest that ended with this day.
    PeriodEnd(Day),
}

impl What {
    /// The position of the host's event, or `NONE`.
    pub const fn event(self) -> u32 {
        match self {
            Self::Event(event) => event,
            Self::Submission | Self::Clock(_) | Self::PeriodEnd(_) => NONE,
        }
    }
}

/// The place of an item in the total order: instant, origin, rank of the kind, sequence number, referral id, event id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// When it happened.
    pub at: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// The kind's rank.
    pub kind: EventKind,
    /// The host's sequence number; the largest number where there is none.
    pub sequence: i64,
    /// The referral's place in the order of ids.
    pub referral_rank: u32,
    /// The event's place in the order of ids.
    pub event_rank: u32,
    /// The place among those who share what happened, the holder's being 0.
    pub share: u8,
    /// The place of who shares in the order of ids; 0 for the holder.
    pub sharer_rank: u32,
    /// The how-manieth event it is that conditions made of what happened; 0 for what they did not make.
    pub made: u16,
}

/// An item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Item {
    /// Its place in the total order.
    pub place: Place,
    /// The referral's position in the book.
    pub referral: u32,
    /// What it is.
    pub what: What,
    /// From when on it is known.
    pub known: i64,
    /// From when on it is withdrawn.
    pub withdrawn: i64,
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

/// The items of all scopes, scope after scope, each in total order.
#[derive(Debug, Default)]
pub struct Items {
    /// The items.
    pub items: Vec<Item>,
    /// Where each scope starts; one more than there are scopes.
    pub starts: Vec<usize>,
}

impl Items {
    /// How many scopes there are.
    pub fn scopes(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The items of a scope.
    pub fn scope(&self, scope: usize) -> &[Item] {
        &self.items[self.starts[scope]..self.starts[scope.saturating_add(1)]]
    }
}

/// Collects what happened to referrals that were ever accepted, as known at `as_of`, by scope.
pub fn collect(program: &Program, book: &Book, standings: &Standings, as_of: i64) -> Items {
    let referrals = &book.referrals;
    let mut scope_of: Vec<u32> = vec![NONE; referrals.id.len()];
    let mut scopes = 0_usize;
    let mut of_referrer: Vec<u32> = vec![NONE; book.party_places()];
    for row in &book.order {
        let referral = index(*row);
        if referrals.known[referral] > as_of || !standings.ever_accepted(*row) {
            continue;
        }
        let slot = match program.scope {
            Scope::Program => 0,
            Scope::Referrer => book.party_place(referrals.referrer[referral]),
        };
        let Some(slot) = of_referrer.get_mut(slot) else { continue };
        if *slot == NONE {
            *slot = position(scopes);
            scopes = scopes.saturating_add(1);
        }
        scope_of[referral] = *slot;
    }
    let events = &book.events;
    let counted = |event: usize| scope_of[index(events.referral[event])] != NONE && events.known[event] <= as_of;
    let mut starts = vec![0_usize; scopes.saturating_add(1)];
    let mut count =
        |scope: u32| starts[index(scope).saturating_add(1)] = starts[index(scope).saturating_add(1)].saturating_add(1);
    scope_of.iter().copied().filter(|scope| *scope != NONE).for_each(&mut count);
    (0..events.id.len())
        .filter(|event| counted(*event))
        .for_each(|event| count(scope_of[index(events.referral[event])]));
    for scope in 1..starts.len() {
        starts[scope] = starts[scope].saturating_add(starts[scope.saturating_sub(1)]);
    }
    let total = starts.last().copied().unwrap_or(0);
    let empty = Item {
        place: Place {
            at: NEVER,
            origin: Origin::Host,
            kind: EventKind::SUBMITTED,
            sequence: NEVER,
            referral_rank: NONE,
            event_rank: NONE,
            share: 0,
            sharer_rank: 0,
            made: 0,
        },
        referral: NONE,
        what: What::Submission,
        known: NEVER,
        withdrawn: NEVER,
    };
    let mut items = vec![empty; total];
    let mut next = starts.clone();
    let mut put = |scope: u32, item: Item| {
        let at = &mut next[index(scope)];
        items[*at] = item;
        *at = at.saturating_add(1);
    };
    for row in &book.order {
        let referral = index(*row);
        if scope_of[referral] != NONE {
            put(scope_of[referral], submission_item(book, *row));
        }
    }
    for event in (0..events.id.len()).filter(|event| counted(*event)) {
        put(scope_of[index(events.referral[event])], event_item(book, position(event)));
    }
    for scope in 0..scopes {
        items[starts[scope]..starts[scope.saturating_add(1)]].sort_unstable();
    }
    Items { items, starts }
}

/// A host's event as an item.
pub fn event_item(book: &Book, event: u32) -> Item {
    let events = &book.events;
    let row = index(event);
    let referral = events.referral[row];
    let place = Place {
        at: events.at[row],
        origin: Origin::Host,
        kind: events.kind[row],
        sequence: events.sequence[row],
        referral_rank: book.referral_rank[index(referral)],
        event_rank: book.rank_of_event(row),
        share: 0,
        sharer_rank: 0,
        made: 0,
    };
    Item { place, referral, what: What::Event(event), known: events.known[row], withdrawn: events.withdrawn[row] }
}

/// A submission as an item.
pub fn submission_item(book: &Book, row: u32) -> Item {
    let referral = index(row);
    Item {
        place: Place {
            at: book.referrals.submitted_at[referral],
            origin: Origin::Host,
            kind: EventKind::SUBMITTED,
            sequence: NEVER,
            referral_rank: book.referral_rank[referral],
            event_rank: 0,
            share: 0,
            sharer_rank: 0,
            made: 0,
        },
        referral: row,
        what: What::Submission,
        known: book.referrals.known[referral],
        withdrawn: book.referrals.withdrawn[referral],
    }
}
