//! Events one after the other, on their way into columns.
use super::{Events, FactColumn, Moments};
use crate::base::{Buffer, TextId};
use crate::program::EventKind;

/// An event that can be used.
pub(super) struct NewEvent {
    pub(super) id: TextId,
    pub(super) referral: u32,
    pub(super) kind: EventKind,
    pub(super) at: i64,
    pub(super) known: i64,
    pub(super) heard: i64,
    pub(super) withdrawn: i64,
    pub(super) sequence: i64,
    pub(super) row: u32,
}

/// Events one after the other.
#[derive(Default)]
pub(super) struct NewEvents {
    pub(super) id: Vec<TextId>,
    pub(super) referral: Vec<u32>,
    pub(super) kind: Vec<EventKind>,
    pub(super) at: Vec<i64>,
    pub(super) known: Vec<i64>,
    pub(super) heard: Vec<i64>,
    pub(super) withdrawn: Vec<i64>,
    pub(super) sequence: Vec<i64>,
    pub(super) row: Vec<u32>,
    pub(super) facts: Vec<Option<FactColumn>>,
}

impl NewEvents {
    pub(super) fn finish(self) -> Events {
        // Columns that are the same share their memory: that says so.
        let on_time = self.known == self.at;
        let at = Buffer::from(self.at);
        Events {
            id: self.id,
            referral: self.referral,
            kind: self.kind,
            known: if on_time { at.clone() } else { Buffer::from(self.known) },
            heard: Buffer::from(self.heard),
            at,
            withdrawn: Moments::from(self.withdrawn),
            sequence: Moments::from(self.sequence),
            row: self.row,
            facts: self.facts,
        }
    }

    pub(super) fn push(&mut self, event: NewEvent) {
        self.id.push(event.id);
        self.referral.push(event.referral);
        self.kind.push(event.kind);
        self.at.push(event.at);
        self.known.push(event.known);
        self.heard.push(event.heard);
        self.withdrawn.push(event.withdrawn);
        self.sequence.push(event.sequence);
        self.row.push(event.row);
    }
}
