//! Events that keep alive what would expire, as known at the moment of the answer.
use super::applied::Applied;
use crate::program::{EventKind, Program};

/// An event that was taken in, of a kind that some reward is kept alive by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Alive {
    /// The referral.
    pub referral: u32,
    /// When.
    pub at: i64,
    /// What.
    pub kind: EventKind,
}

/// Takes the events down that keep something alive.
pub(super) fn keep(program: &Program, applied: &Applied, out: &mut Vec<Alive>) {
    if !program.keeps_alive() {
        return;
    }
    let rewards = || program.versions.iter().flat_map(|version| &version.rewards);
    let events = applied.referral.iter().zip(&applied.at).zip(&applied.kind);
    let events = events.filter(|(_, kind)| rewards().any(|reward| reward.kept_alive_by.contains(kind)));
    out.extend(events.map(|((referral, at), kind)| Alive { referral: *referral, at: *at, kind: *kind }));
}
