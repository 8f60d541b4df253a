//! Rules that are given once, or as long as something holds: what comes after the first time, or after the end, gives nothing. What is out for that reason takes no part in a group, and
//! only what a group lets stand has been given.
#![expect(clippy::indexing_slicing, reason = "positions come from the compiled program")]
use super::candidates::{Candidate, Candidates, Cause, Offering};
use super::drawn::Given;
use super::groups;
use crate::base::index;
use crate::expr::Scratch;
use crate::program::Version;

impl Offering<'_> {
    /// Lets among the candidates of each event stand what counts: of what is given once the first, of groups the winner.
    pub(super) fn settle(&self, given: &mut Given, scratch: &mut Scratch<'_>, out: &mut Candidates) {
        let versions = &self.program.versions;
        if !versions.iter().any(|version| version.settles) {
            return;
        }
        for event in out.candidates.chunk_by_mut(|left, right| left.row == right.row) {
            let Some(first) = event.first() else { continue };
            let version = &versions[usize::from(self.applied.version[index(first.row)])];
            if version.settles {
                self.settle_event(version, event, given, scratch);
            }
        }
    }

    /// As [`Offering::settle`], for candidates of one event.
    pub(super) fn settle_event(
        &self,
        version: &Version,
        event: &mut [Candidate],
        given: &mut Given,
        scratch: &mut Scratch<'_>,
    ) {
        for candidate in event.iter_mut().filter(|candidate| !candidate.cause.is_some_and(Cause::whatever_it_says)) {
            let reward = &version.rewards[usize::from(candidate.rule)];
            if reward.as_long_as.is_empty() {
                continue;
            }
            let key = self.ended_key(reward, candidate.row);
            if given.contains(&key) {
                candidate.cause = Some(Cause::EndedBefore);
            } else if let Some(Cause::Ends(_)) = candidate.cause {
                given.insert(key);
            }
        }
        for candidate in event.iter_mut().filter(|candidate| candidate.cause.is_none()) {
            let reward = &version.rewards[usize::from(candidate.rule)];
            let key = self.given_key(version, reward, candidate.row, scratch);
            if key.is_some_and(|key| given.contains(&key) || self.given_before.contains(&key)) {
                candidate.cause = Some(Cause::GivenBefore);
            }
        }
        groups::settle(version, event);
        for candidate in event.iter().filter(|candidate| candidate.cause.is_none()) {
            let reward = &version.rewards[usize::from(candidate.rule)];
            given.extend(self.given_key(version, reward, candidate.row, scratch));
        }
    }
}
