//! Events of which is asked afterwards when they happened: they keep alive what would expire, or release what is held. As known at the moment of the answer.
use super::applied::Applied;
use crate::program::{EventKind, Program};

/// An event that was taken in, of a kind that some reward is kept alive or released by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alive {
    /// The referral.
    pub referral: u32,
    /// When.
    pub at: i64,
    /// What.
    pub kind: EventKind,
}

/// Takes the events down that keep something alive, or release what is paid out.
pub(super) fn keep(program: &Program, applied: &Applied, out: &mut Vec<Alive>) {
    if !program.looks_back() {
        return;
    }
    let events = applied.referral.iter().zip(&applied.at).zip(&applied.kind);
    let events = events.filter(|(_, kind)| program.looked_back.contains(kind));
    out.extend(events.map(|((referral, at), kind)| Alive { referral: *referral, at: *at, kind: *kind }));
}
