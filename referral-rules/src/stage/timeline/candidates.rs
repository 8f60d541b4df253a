//! What each reward rule would give for each event, before limits: conditions, base, campaigns, minimum and maximum,
//! rounding. Rules that do not ask what was granted before are evaluated over chunks of events at once.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::Applied;
use super::chunk::{Chunk, Memory};
use super::drawn::{Given, TotalSoFar};
use super::groups::{self, Meeting};
use super::items::{Place, What};
use crate::base::{Day, Instant, NONE, Number, Rounding, index, position, starts_of};
use crate::book::{Book, NEVER};
use crate::expr::{Scratch, Slot, Status};
use crate::program::{EventKind, Moment, Operator, Party, Program, Reward, Version};
use crate::stage::env;
use crate::stage::inputs::{Counted, EventRows, GrantedTo};
use crate::stage::submission::{CHUNK_ROWS, Submissions};
use std::ops::Range;

/// One change of an amount on its way from the base to the entry.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Step {
    /// What changed it.
    pub change: Change,
    /// The amount before.
    pub before: Number,
    /// The amount after.
    pub after: Number,
}

/// What changes an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change {
    /// From another currency, whose code this is, into the reward's.
    Converted([u8; 3]),
    /// A campaign, by its number.
    Campaign(u16, Operator),
    /// The campaign's own rounding.
    CampaignRounding(u16, Rounding),
    /// From a running total to the difference to the one before.
    TotalBefore,
    /// What a total has fallen by, in proportion to what was given.
    InProportion,
    /// The reward's minimum.
    AtLeast,
    /// The reward's maximum.
    AtMost,
    /// The share of one of those who share a claim: which, and of how many.
    Share(u8, u8),
    /// Rounding to the unit's digits.
    Rounding(Rounding),
    /// A limit, by its number: what it took away is lost.
    Limit(u16),
    /// A limit, by its number: what it took away is granted later.
    Deferred(u16),
    /// What a limit deferred, by its number, is granted now.
    Released(u16),
    /// A reversal, by its number, takes its share.
    TakenBack(u16),
    /// What was taken back before.
    TakenBefore,
}

/// Why a rule gives nothing for an event of its kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The condition at this position does not hold.
    Condition(u16),
    /// A fact, tier or stage that the rule needs is missing.
    Missing(Slot),
    /// A table has no row for the key.
    NoRow,
    /// There is no rate of exchange for that day.
    NoRate,
    /// The amount does not fit, or a division by zero, or a date out of range.
    Fault(Status),
    /// The amount came out below zero.
    Negative,
    /// The beneficiary's side was refused.
    SideRefused,
    /// Nobody has recruited the referrer.
    NoRecruiter,
    /// The fact that names the account names none.
    NoAccount,
    /// The referee is rewarded by the referral that has the claim.
    HolderRewards,
    /// The condition at this position is false as long as which it is given.
    Ends(u16),
    /// Such a condition was false at an earlier event.
    EndedBefore,
    /// It is given once, and has been.
    GivenBefore,
    /// Another rule of its group gives what counts: its position in the governing version.
    AnotherWon(u16),
    /// The event comes after the end of the program, which is also the end for referrals under way.
    Ended,
    /// Nothing that the reversal means was granted, or all of it is taken back already.
    NothingToTake,
    /// The reversal has taken nothing that could be given back.
    NothingToRestore,
    /// The event names no event that granted, and several could be meant.
    SeveralEvents,
    /// What the reversal means was granted too long ago.
    TooLate,
    /// Of how much something was refunded could not be told when it was granted.
    NoWhole,
}

/// A rule of a version, by its position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// What takes back.
    Reversal(u16),
    /// What grants.
    Reward(u16),
}

impl Cause {
    /// Whether the rule is not even asked.
    pub(super) const fn whatever_it_says(self) -> bool {
        matches!(self, Self::Ended | Self::SideRefused | Self::NoRecruiter | Self::NoAccount | Self::HolderRewards)
    }

    pub(super) fn of(status: Status) -> Self {
        match status.missing_slot() {
            Some(slot) => Self::Missing(slot),
            None if status == Status::NO_SUCH_KEY => Self::NoRow,
            None if status == Status::NO_RATE => Self::NoRate,
            None => Self::Fault(status),
        }
    }
}

/// A rule that gave or took nothing at an event of its kind: referral, place, event with its kind, version, rule, why.
pub type NothingGranted = (u32, Place, (What, EventKind), u16, Rule, Cause);

/// The order in which they are told.
pub(super) fn nothing_granted_key(of: &NothingGranted) -> (u32, Place, What, Rule, EventKind, u16) {
    let (referral, place, (what, kind), version, rule, _) = of;
    (*referral, *place, *what, *rule, *kind, *version)
}

/// What a rule gives for an applied event, before limits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Candidate {
    /// The applied event.
    pub row: u32,
    /// The rule's position in the governing version.
    pub rule: u16,
    /// The text id of the account that gets it, where it is no side of the referral; else `NONE`.
    pub payee: u32,
    /// Why it gives nothing; `None` when it gives something, be it zero.
    pub cause: Option<Cause>,
    /// The amount as the rule states it.
    pub base: Number,
    /// The amount in minor units, rounded once.
    pub amount: i64,
    /// Its steps: from, and how many.
    pub steps: (u32, u32),
}

/// Candidates and their steps.
#[derive(Debug, Default)]
pub struct Candidates {
    /// By applied event, then by rule.
    pub candidates: Vec<Candidate>,
    /// The steps of all.
    pub steps: Vec<Step>,
    /// The settled total of the last one, in minor units, where its rule goes by a running total.
    pub total: i64,
    /// What chunks of events are evaluated in.
    memory: Memory,
    /// The events that ask the same rules: reused from one time to the next.
    asking: Vec<((u16, EventKind), Vec<u32>)>,
    order: Vec<Candidate>,
}

impl Candidates {
    /// Keeps the memory of a chunk for the next.
    pub(super) fn keep(&mut self, memory: Memory) {
        self.total = memory.total;
        self.memory = memory;
    }
}

/// What was before an event, for rules that ask: none where several events are looked at together.
#[derive(Clone, Copy, Default)]
pub struct Past<'a> {
    /// What was granted to the referral of the event.
    pub granted: Option<GrantedTo<'a>>,
    /// The running total of the rule.
    pub total: TotalSoFar,
}

/// Evaluates rules over applied events.
pub struct Offering<'a> {
    /// The program.
    pub program: &'a Program,
    /// The book.
    pub book: &'a Book,
    /// The verdicts at submission.
    pub submissions: &'a Submissions,
    /// What was applied.
    pub applied: &'a Applied,
    /// For what rules that are given once were given before the history that the host gives.
    pub given_before: &'a Given,
}

impl Offering<'_> {
    /// Evaluates every rule that does not ask what was granted before, over these applied events.
    pub fn all(&self, rows: Range<usize>, given: &mut Given, scratch: &mut Scratch<'_>) -> Candidates {
        let mut out = Candidates::default();
        self.all_into(rows, given, scratch, &mut out);
        out
    }

    /// As [`Offering::all`], into memory that was used before.
    pub fn all_into(&self, rows: Range<usize>, given: &mut Given, scratch: &mut Scratch<'_>, out: &mut Candidates) {
        out.candidates.clear();
        out.steps.clear();
        let (first, count) = (position(rows.start), rows.len());
        // Each rule goes through its own events only, however many rules there are.
        let mut asking = std::mem::take(&mut out.asking);
        asking.iter_mut().for_each(|(_, rows)| rows.clear());
        self.gather(rows, &mut asking);
        for ((version, kind), rows) in &asking {
            let version = &self.program.versions[usize::from(*version)];
            for rule in version.rewards_on(*kind).iter().copied() {
                if version.rewards[usize::from(rule)].reads_ledger {
                    continue;
                }
                for chunk in rows.chunks(CHUNK_ROWS) {
                    self.offer(version, rule, chunk, Past::default(), scratch, out);
                }
            }
        }
        out.asking = asking;
        in_order(first, count, &mut out.candidates, &mut out.order);
        self.settle(given, scratch, out);
    }

    /// Puts together the events that ask the same rules, by version and kind.
    fn gather(&self, rows: Range<usize>, asking: &mut Vec<((u16, EventKind), Vec<u32>)>) {
        // They are few, and mostly one is as the one before.
        let mut last = 0_usize;
        for row in rows {
            let key = (self.applied.version[row], self.applied.kind[row]);
            if asking.get(last).is_none_or(|(known, _)| *known != key) {
                last = asking.binary_search_by_key(&key, |(known, _)| *known).unwrap_or_else(|place| {
                    asking.insert(place, (key, Vec::new()));
                    place
                });
            }
            asking[last].1.push(position(row));
        }
    }

    /// Evaluates one rule over a chunk of events.
    pub fn offer(
        &self,
        version: &Version,
        rule: u16,
        rows: &[u32],
        past: Past<'_>,
        scratch: &mut Scratch<'_>,
        out: &mut Candidates,
    ) {
        let reward = &version.rewards[usize::from(rule)];
        let env = env(self.program, version, self.book);
        let inputs = EventRows {
            program: self.program,
            book: self.book,
            applied: self.applied,
            rows,
            granted: past.granted,
            counted: Counted::After,
        };
        let mut memory = std::mem::take(&mut out.memory);
        self.fresh(version, reward, rows, &mut memory.cause);
        let mut chunk = Chunk::new(inputs, env, scratch, memory);
        let mut days = Days::default();
        chunk.payees(reward);
        chunk.as_long_as(&reward.as_long_as);
        chunk.conditions(&reward.when);
        chunk.base(&reward.amount);
        if let Some(from) = &reward.amount_in {
            chunk.convert(from, reward, days.of(Moment::Event, || self.days(Moment::Event, rows)).1);
        }
        let by_total = reward.total.is_some();
        if by_total {
            chunk.bounds(reward);
            chunk.difference(reward, past.total);
        }
        chunk.leave_what_is_taken_back(reward);
        let mut meeting = Vec::new();
        for position in reward.campaigns.iter().copied() {
            let campaign = &version.campaigns[usize::from(position)];
            let (span, days) = days.of(campaign.counts, || self.days(campaign.counts, rows));
            let meets = span.is_some_and(|(from, to)| campaign.first_day <= to && from <= campaign.last_day);
            if meets {
                let window = campaign.first_day..=campaign.last_day;
                let mask = days.iter().map(|day| day.is_some_and(|day| window.contains(&day))).collect();
                meeting.extend(chunk.applies(campaign, mask).map(|mask| Meeting { campaign: position, mask }));
            }
        }
        for group in &version.campaign_groups {
            let alone = |campaign: u16| chunk.alone(&version.campaigns[usize::from(campaign)], reward);
            for (row, cause) in groups::stack(group, &mut meeting, rows.len(), alone) {
                chunk.memory.cause[row].get_or_insert(cause);
            }
        }
        for met in meeting {
            chunk.campaign(&version.campaigns[usize::from(met.campaign)], reward, &met.mask);
        }
        if !by_total {
            chunk.bounds(reward);
        }
        chunk.settle(reward);
        chunk.finish(rule, out);
    }

    /// Why a rule cannot give anything for a row, whatever it says.
    fn fresh(&self, version: &Version, reward: &Reward, rows: &[u32], out: &mut Vec<Option<Cause>>) {
        out.clear();
        // Whether someone has a prize was found out already, and by more than this referral.
        if reward.on.iter().any(|kind| kind.is_prize()) {
            return out.resize(rows.len(), None);
        }
        let refused = |row: &u32| {
            let referral = self.applied.referral[index(*row)];
            let refused = self.submissions.refused[index(referral)].has(reward.to);
            let nobody = reward.to == Party::Recruiter && self.applied.payee(index(*row), reward.to) == NONE;
            let shares = || self.applied.share.get(index(*row)).is_some_and(|share| share.place > 0);
            if refused {
                Some(Cause::SideRefused)
            } else if nobody {
                Some(Cause::NoRecruiter)
            } else {
                (reward.to == Party::Referee && shares()).then_some(Cause::HolderRewards)
            }
        };
        let Some(last) = version.grants_until else { return out.extend(rows.iter().map(refused)) };
        let day = |row: &u32| self.program.zone.day_of(Instant(self.applied.at[index(*row)]));
        out.extend(rows.iter().map(|row| if day(row) > last { Some(Cause::Ended) } else { refused(row) }));
    }

    /// The day of each row on which a campaign counts; none where that moment has not come.
    pub(super) fn days(&self, counts: Moment, rows: &[u32]) -> Vec<Option<Day>> {
        let day = |row: &u32| {
            let row = index(*row);
            let reached = &self.applied.reached[row];
            match counts {
                Moment::Submitted => reached[EventKind::SUBMITTED.index()],
                Moment::Qualified => reached[EventKind::QUALIFIED.index()],
                Moment::Closed => reached[EventKind::CLOSED.index()],
                Moment::Event => self.applied.at[row],
            }
        };
        // Rows of one day often follow one another.
        let mut last: (i64, Option<Day>) = (NEVER, None);
        rows.iter()
            .map(|row| {
                let at = day(row);
                if at != last.0 {
                    last = (at, Some(self.program.zone.day_of(Instant(at))));
                }
                if at == NEVER { None } else { last.1 }
            })
            .collect()
    }
}

/// The days of a chunk's rows by the moment that counts, with the first and the last: worked out once for all campaigns.
#[derive(Default)]
struct Days([Option<(Span, Vec<Option<Day>>)>; 4]);

/// The first and the last day.
type Span = Option<(Day, Day)>;

impl Days {
    fn of(&mut self, counts: Moment, work_out: impl FnOnce() -> Vec<Option<Day>>) -> (Span, &[Option<Day>]) {
        let slot = match counts {
            Moment::Submitted => 0,
            Moment::Qualified => 1,
            Moment::Closed => 2,
            Moment::Event => 3,
        };
        let (span, days) = self.0[slot].get_or_insert_with(|| {
            let days = work_out();
            let there = || days.iter().flatten().copied();
            (there().min().zip(there().max()), days)
        });
        (*span, days)
    }
}

/// Puts candidates, which come rule after rule, each of them in the order of rows, into the order of rows, then rules.
fn in_order(first: u32, rows: usize, candidates: &mut Vec<Candidate>, out: &mut Vec<Candidate>) {
    let sorted = candidates.is_sorted_by_key(|candidate| (candidate.row, candidate.rule));
    let Some(any) = candidates.first().copied().filter(|_| !sorted) else { return };
    let place = |candidate: &Candidate| index(candidate.row.saturating_sub(first));
    let mut next = vec![0_u32; rows];
    candidates.iter().for_each(|candidate| next[place(candidate)] = next[place(candidate)].saturating_add(1));
    starts_of(&mut next, 0);
    out.clear();
    out.resize(candidates.len(), any);
    for candidate in candidates.iter() {
        let next = &mut next[place(candidate)];
        out[index(*next)] = *candidate;
        *next = next.saturating_add(1);
    }
    // The rules of one event come in order already, as each kind of event goes through its rules in their order.
    std::mem::swap(candidates, out);
}
