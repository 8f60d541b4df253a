//! What a referral can still bring: which rules wait for which event, what must come before, and until when.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use super::entry::shown_if_any;
use crate::base::{Instant, NONE, index};
use crate::expr::{Compiled, Scratch};
use crate::program::{EventKind, Moment, Owner, Party, Per, Reward, Source, Version};
use crate::stage::attribution::Standing;
use crate::stage::env;
use crate::stage::inputs::{FactsAt, ReferralRows};
use crate::stage::timeline::{Done, GivenKey, ReferralState, may_follow};
use serde::Serialize;

/// A reward that a referral has not brought yet and still can.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Outlook {
    /// The referral.
    pub referral: String,
    /// The rule.
    pub rule: String,
    /// Who would get it: `referrer` or `referee`.
    pub to: String,
    /// The kind of event that it waits for.
    pub event: String,
    /// The stages that must come before that event.
    pub after: Vec<String>,
    /// The moment at which the clock ends the referral, if nothing calls that off.
    #[serde(serialize_with = "shown_if_any")]
    pub by: Option<Instant>,
    /// The conditions that nobody can tell yet, as the document writes them.
    pub conditions: Vec<String>,
}

impl Evaluation<'_> {
    /// What accepted referrals can still bring, by submission, then in the document's order of rules and of their kinds of event.
    ///
    /// A rule whose conditions ask only what is known at submission, and do not hold, is left out: it never gives anything.
    pub fn outlook(&self) -> Vec<Outlook> {
        self.outlook_of(self.referrals())
    }

    /// What these referrals can still bring.
    pub(crate) fn outlook_of(&self, rows: impl Iterator<Item = u32>) -> Vec<Outlook> {
        let mut scratch = Scratch::new(&self.book.texts);
        let mut out = Vec::new();
        for row in rows {
            let standing = self.standings.current.of(index(row));
            let accepted = matches!(standing, Standing::Accepted | Standing::Shares(..));
            let state = self.state(row).filter(|_| accepted);
            // What happens to the referral that has the claim decides for those who share it.
            let holder = standing.shares_with().and_then(|(holder, _)| self.state(holder));
            let Some(state) = state.as_deref() else { continue };
            let Some(version) = self.governing_now(state) else { continue };
            let way = holder.as_deref().and_then(|holder| Some((holder, self.governing_now(holder)?)));
            let way = way.unwrap_or((state, version));
            for reward in &version.rewards {
                if reward.to == Party::Referee && holder.is_some() {
                    continue;
                }
                for on in reward.on.iter().copied().filter(|on| !on.is_prize()) {
                    out.extend(self.still_to_come(row, way, version, (reward, on), &mut scratch));
                }
            }
        }
        out
    }

    fn still_to_come(
        &self,
        row: u32,
        (state, decides): (&ReferralState, &Version),
        version: &Version,
        (reward, on): (&Reward, EventKind),
        scratch: &mut Scratch<'_>,
    ) -> Option<Outlook> {
        let nobody = || self.standings.recruiters.at(row, self.as_of.0) == NONE;
        if self.submissions.refused[index(row)].has(reward.to) || (reward.to == Party::Recruiter && nobody()) {
            return None;
        }
        let day = self.program.zone.day_of(self.as_of);
        if version.grants_until.is_some_and(|last| day > last) {
            return None;
        }
        if self.was_given(row, reward) {
            return None;
        }
        let after = way_to(decides, state.stage, on)?;
        let mut conditions = Vec::new();
        // What conditions make comes when they hold, and once for a referral does not come again.
        let maker = decides.makers.iter().find(|maker| maker.kind == on);
        if maker.is_some_and(|maker| maker.is_once_per_referral() && state.kinds >> on.0 & 1 == 1) {
            return None;
        }
        let of_event = maker.iter().flat_map(|maker| &maker.when);
        for condition in of_event.chain(&reward.as_long_as).chain(&reward.when) {
            if !self.is_settled(condition) {
                conditions.push(condition.source().to_owned());
            } else if !self.holds(row, version, condition, scratch) {
                return None;
            }
        }
        Some(Outlook {
            referral: self.book.text(self.book.referrals.id[index(row)]).to_owned(),
            rule: self.program.reward_ids[usize::from(reward.number)].clone(),
            to: reward.to.word().to_owned(),
            event: self.program.kind_word(on).to_owned(),
            after: after.iter().map(|stage| self.program.kind_word(*stage).to_owned()).collect(),
            by: self.ends_by(state, decides, on),
            conditions,
        })
    }

    /// Whether a rule that is given once has been, for what the referral is of, or has ended for the referral.
    fn was_given(&self, row: u32, reward: &Reward) -> bool {
        let (referrals, at) = (&self.book.referrals, index(row));
        let ended = [referrals.id[at].0, NONE, NONE, NONE];
        if self.timeline.given.contains(&GivenKey { reward: reward.number, done: Done::Ended, parts: ended }) {
            return true;
        }
        let Some(per) = &reward.once_per else { return false };
        let mut parts = [NONE; 4];
        for (part, per) in parts.iter_mut().zip(per) {
            *part = match per {
                Per::Referrer => referrals.referrer[at].0,
                Per::Referee => referrals.referee[at].0,
                Per::Referral => referrals.id[at].0,
                // An event decides, and it has not come.
                Per::Reward | Per::Campaign | Per::Expression(_) => return false,
            };
        }
        let key = GivenKey { reward: reward.number, done: Done::Given, parts };
        self.timeline.given.contains(&key) || self.timeline.opening.given.contains(&key)
    }

    /// The version that would govern something that happened to the referral now.
    fn governing_now(&self, state: &ReferralState) -> Option<&Version> {
        let submitted = self.program.versions.get(usize::from(state.submitted_version))?;
        let reached = |stage: EventKind| {
            let at = state.reached.get(stage.index()).copied().unwrap_or(crate::book::NEVER);
            if at == crate::book::NEVER { self.as_of } else { Instant(at) }
        };
        let at = match submitted.governs_at {
            Moment::Submitted => return Some(submitted),
            Moment::Qualified => reached(EventKind::QUALIFIED),
            Moment::Closed => reached(EventKind::CLOSED),
            Moment::Event => self.as_of,
        };
        let number = self.program.version_on(self.program.zone.day_of(at)).unwrap_or(state.submitted_version);
        self.program.versions.get(usize::from(number))
    }

    /// Whether all that a condition asks is settled at submission.
    fn is_settled(&self, condition: &Compiled) -> bool {
        condition.inputs().iter().all(|slot| match self.program.slots.get(usize::from(slot.0)) {
            Some(Source::ReferralId | Source::ReferrerId | Source::RefereeId | Source::HostList(_)) => true,
            Some(Source::StageAt(measure)) => measure.index() == EventKind::SUBMITTED.index(),
            Some(Source::Fact(fact)) => {
                let fact = &self.program.facts[usize::from(*fact)];
                fact.owner != Owner::Event && (fact.account.is_none() || self.book.accounts.history.is_none())
            }
            _ => false,
        })
    }

    fn holds(&self, row: u32, version: &Version, condition: &Compiled, scratch: &mut Scratch<'_>) -> bool {
        let env = env(self.program, version, self.book);
        let rows = [row];
        let inputs =
            ReferralRows { program: self.program, book: self.book, rows: &rows, facts_at: FactsAt::Submission };
        condition.holds(&inputs, &env, scratch)
    }

    /// The earliest instant at which the clock ends the referral before the event: stages after which it cannot come.
    fn ends_by(&self, state: &ReferralState, version: &Version, on: EventKind) -> Option<Instant> {
        let had = |kind: &EventKind| state.kinds >> kind.0 & 1 == 1;
        let ends = version.clocks.iter().filter(|clock| {
            let off = clock.unless.iter().any(had);
            clock.kind.is_stage()
                && !off
                && may_follow(state.stage, clock.kind)
                && way_to(version, clock.kind.0, on).is_none()
        });
        let reached = |kind: EventKind| match kind.index() {
            stage @ 0..4 => Some(state.reached[stage]).filter(|at| *at != crate::book::NEVER),
            _ => None,
        };
        let ends = ends.filter_map(|clock| {
            let from = Instant(reached(clock.from)?);
            clock.after.deadline(from, &self.program.zone, &version.calendar)
        });
        ends.filter(|at| *at > self.as_of).min()
    }
}

/// The stages that must come before an event of the kind from a stage on; none where it cannot come any more.
fn way_to(version: &Version, stage: u16, on: EventKind) -> Option<Vec<EventKind>> {
    const ON_THE_WAY: [EventKind; 2] = [EventKind::QUALIFIED, EventKind::OPPORTUNITY];
    let ended = [EventKind::DISQUALIFIED, EventKind::LOST, EventKind::EXPIRED].iter().any(|end| end.0 == stage);
    if ended || on == EventKind::SUBMITTED {
        return None;
    }
    if !on.is_stage() || may_follow(version.on_the_way(stage, on), on) {
        return Some(Vec::new());
    }
    // The shortest way is over the qualification; an opportunity may be skipped.
    ON_THE_WAY.into_iter().find(|step| may_follow(stage, *step) && may_follow(step.0, on)).map(|step| vec![step])
}
