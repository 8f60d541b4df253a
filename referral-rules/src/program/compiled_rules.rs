//! The compiled rules of a version: requirements, tier ladders, clock events, rewards, campaigns, groups, limits, reversals.
use super::compiled::{EventKind, Measure};
use super::document::{
    Aggregate, BelowZero, CountedFrom, Disqualified, Moment, Moves, OnFailure, OverLimit, Party, PayWithin, Refuses,
    TakenBack, WhenPaid, Which, Wins,
};
use crate::base::{Day, Length, Number, Period, Rounding, TextId, Unit};
use crate::diag::Span;
use crate::expr::{Compiled, Type};

/// When a requirement is judged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Judged {
    /// At submission.
    AtSubmission,
    /// At events of these kinds.
    At(Vec<EventKind>),
    /// As long as something is not paid, as of the moment of the answer.
    WhenPayable,
    /// At each payout, as of the moment of the answer.
    AtPayouts,
}

/// A condition on referrals.
#[derive(Debug)]
pub struct Requirement {
    /// The heading that it stands under: eligibility, validity or fraud.
    pub heading: &'static str,
    /// The reason that it gives.
    pub code: String,
    /// All must hold.
    pub conditions: Vec<Compiled>,
    /// The sentence for people.
    pub message: String,
    /// Which side gets nothing.
    pub refuses: Refuses,
    /// When it is judged.
    pub judged: Judged,
    /// What a failure does.
    pub on_failure: OnFailure,
    /// What decides about what it holds.
    pub review: Option<Review>,
    /// Whether a condition asks if the referral closes a circle.
    pub asks_for_circles: bool,
    /// Whether a condition asks of the submissions before: measures over them, or how many referrals are open.
    pub asks_before: bool,
    /// Where it stands in the document.
    pub span: Span,
}

/// What decides about what a requirement holds.
#[derive(Debug)]
pub struct Review {
    /// The kinds of event.
    pub by: Vec<EventKind>,
    /// All must hold for what is held to be let go; without one it never is.
    pub released_when: Vec<Compiled>,
    /// All must hold for the referral to be void; without one it never is.
    pub voided_when: Vec<Compiled>,
}

/// A level of a ladder.
#[derive(Debug)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// The name as an interned text.
    pub text: TextId,
    /// From which value of the measure on; not asked where there is none.
    pub at_least: Option<Number>,
    /// All must hold.
    pub when: Vec<Compiled>,
}

/// What a ladder goes by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LadderBy {
    /// A built-in measure.
    BuiltIn(Measure),
    /// A declared measure: the position in [`Program::measures`](super::Program::measures).
    Declared(u16),
    /// Conditions alone.
    Conditions,
}

/// A declared measure: the same in all versions, but for what contributes to it.
#[derive(Clone, PartialEq, Debug)]
pub struct DeclaredMeasure {
    /// Its name.
    pub name: String,
    /// The aggregate.
    pub is: Aggregate,
    /// The parts of the key, as the document writes them; none where it is over the whole program.
    pub per: Vec<String>,
    /// The period.
    pub in_each: Period,
    /// Which period is read.
    pub which: Which,
    /// What becomes of the events of a disqualified referral.
    pub disqualified: Disqualified,
    /// The type of its value.
    pub kind: Type,
}

impl DeclaredMeasure {
    /// Whether it is over the events of one referrer, or over all.
    pub fn is_for_referrers(&self) -> bool {
        self.per.is_empty() || self.per.iter().map(String::as_str).eq(["referrer"])
    }
}

/// What the events of a version contribute to a declared measure.
#[derive(Debug)]
pub struct Contribution {
    /// The position in [`Program::measures`](super::Program::measures).
    pub measure: u16,
    /// The kinds of event.
    pub on: Vec<EventKind>,
    /// The key under which the version's events read and count.
    pub per: Vec<Per>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// What is put together; nothing where events are counted.
    pub of: Option<Compiled>,
}

/// A tier ladder.
#[derive(Debug)]
pub struct Ladder {
    /// The position in [`Program::ladder_names`](super::Program::ladder_names).
    pub number: u16,
    /// What decides.
    pub by: LadderBy,
    /// The levels, rising.
    pub levels: Vec<Level>,
    /// Whether the event that asks counts itself.
    pub counts_this_event: bool,
    /// When the level is taken.
    pub taken_at: Moment,
    /// When a referrer's level goes up.
    pub goes_up: Moves,
    /// When it goes down.
    pub goes_down: Moves,
}

impl Ladder {
    /// Whether a referrer's level hangs on those before: it does not always go up and down at once.
    pub fn keeps_levels(&self) -> bool {
        (self.goes_up, self.goes_down) != (Moves::AtOnce, Moves::AtOnce)
    }
}

/// An event that the clock makes.
#[derive(Clone, Debug)]
pub struct Clock {
    /// Its kind.
    pub kind: EventKind,
    /// How long after the anchor.
    pub after: Length,
    /// The kind of the anchor.
    pub from: EventKind,
    /// Kinds that call it off.
    pub unless: Vec<EventKind>,
}

/// A reward rule.
#[derive(Debug)]
pub struct Reward {
    /// The position in [`Program::reward_ids`](super::Program::reward_ids).
    pub number: u16,
    /// Who gets it.
    pub to: Party,
    /// Of an account that a fact names: the fact.
    pub account: Option<Compiled>,
    /// The kinds of event that it answers.
    pub on: Vec<EventKind>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// From the first event on at which one of these is false, it gives nothing more for the referral.
    pub as_long_as: Vec<Compiled>,
    /// The key under which it is given only once, empty for the whole program; nothing where it is given each time.
    pub once_per: Option<Vec<Per>>,
    /// account-credit, cash, …
    pub kind: String,
    /// What the amount is counted in.
    pub unit: Unit,
    /// The amount, or the running total.
    pub amount: Compiled,
    /// Where `amount` is a running total: whose, and in which period.
    pub total: Option<RunningTotal>,
    /// What becomes of an amount below zero.
    pub below_zero: BelowZero,
    /// The currency in which it is stated, if it is to be converted.
    pub amount_in: Option<Compiled>,
    /// The least, if it applies at all.
    pub at_least: Option<Compiled>,
    /// The most.
    pub at_most: Option<Compiled>,
    /// How the amount is rounded to the unit's digits.
    pub rounding: Rounding,
    /// The promise to tell the beneficiary.
    pub notify_within: Option<Length>,
    /// The promise to pay.
    pub pay_within: Option<PayWithin>,
    /// How long it is held.
    pub payable_after: Option<Length>,
    /// Held until the referral has an event of this kind.
    pub hold_until: Option<EventKind>,
    /// Held as long as this holds, read at the moment of the answer.
    pub hold_while: Option<Compiled>,
    /// How long it waits for that event.
    pub forfeited_after: Option<Length>,
    /// What the promises count from.
    pub counted_from: CountedFrom,
    /// How long it can be used.
    pub expires_after: Option<Length>,
    /// Kinds of event that let it be used that long again.
    pub kept_alive_by: Vec<EventKind>,
    /// Free text for people.
    pub label: String,
    /// Campaigns that may touch it, by position in the version.
    pub campaigns: Vec<u16>,
    /// Limits that may cover it, by position in the version.
    pub limits: Vec<u16>,
    /// Reversals that take back what it gave, by position in the version.
    pub reversals: Vec<u16>,
    /// True when a condition or amount reads what was granted before, or the amount is a running total: then it is evaluated
    /// event by event.
    pub reads_ledger: bool,
    /// Where it stands in the document.
    pub span: Span,
}

/// How much a reversal takes back of what a grant gave.
#[derive(Debug)]
pub enum TakeBack {
    /// All of it.
    All,
    /// As much of it as was refunded.
    InProportion {
        /// How much was refunded now.
        refunded: Compiled,
        /// Of how much, read at the event that granted.
        out_of: Compiled,
    },
    /// A share of it.
    Share(Compiled),
}

/// What takes back, on an event, what was granted before.
#[derive(Debug)]
pub struct Reversal {
    /// The position in [`Program::reversal_ids`](super::Program::reversal_ids).
    pub number: u16,
    /// The kinds of event that it answers.
    pub on: Vec<EventKind>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// The id of the event that granted, if that is asked for.
    pub of_event: Option<Compiled>,
    /// Only so long after the event that granted.
    pub within: Option<Length>,
    /// How much.
    pub take_back: TakeBack,
    /// What becomes of it once the grant is paid.
    pub when_paid: WhenPaid,
    /// The kind of event that gives back what was taken.
    pub restored_by: Option<EventKind>,
    /// Where it stands in the document.
    pub span: Span,
}

/// What a running total is over; the same in all versions.
#[derive(Debug)]
pub struct RunningTotal {
    /// The key; empty for the whole program.
    pub per: Vec<Per>,
    /// The period in which it begins anew.
    pub in_each: Period,
}

/// What a campaign does to an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// Replaces it.
    Instead,
    /// Multiplies it.
    Times,
    /// Adds to it.
    Plus,
}

impl Operator {
    /// The word in steps.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Instead => "instead",
            Self::Times => "times",
            Self::Plus => "plus",
        }
    }
}

/// A campaign.
#[derive(Debug)]
pub struct Campaign {
    /// The position in [`Program::campaign_ids`](super::Program::campaign_ids).
    pub number: u16,
    /// The first day of the window.
    pub first_day: Day,
    /// The last day of the window.
    pub last_day: Day,
    /// Which moment must lie in the window.
    pub counts: Moment,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// What it does, in this order.
    pub operators: Vec<(Operator, Compiled)>,
    /// A rounding of its own after the operators.
    pub rounding: Option<Rounding>,
    /// Free text for people.
    pub theme: String,
    /// What it is meant to reach.
    pub goal: Option<Goal>,
}

/// What a campaign is meant to reach.
#[derive(Debug)]
pub struct Goal {
    /// How much.
    pub at_least: Number,
    /// By events of which kind.
    pub on: EventKind,
    /// What is summed; without it events are counted.
    pub of: Option<Compiled>,
}

/// Rewards or campaigns of which one counts.
#[derive(Debug)]
pub struct Group {
    /// The members as positions in the version, in the group's order.
    pub members: Vec<u16>,
    /// Which of them counts.
    pub wins: Wins,
}

/// A part of the key that a limit counts by.
#[derive(Debug)]
pub enum Per {
    /// The referrer.
    Referrer,
    /// The referee, by id, else by referral.
    Referee,
    /// The referral.
    Referral,
    /// The reward rule.
    Reward,
    /// Each campaign that touched the grant.
    Campaign,
    /// Whatever the expression gives.
    Expression(Box<Compiled>),
}

impl Per {
    /// The expression, where it is one.
    pub fn expression(&self) -> Option<&Compiled> {
        match self {
            Self::Expression(expression) => Some(expression),
            Self::Referrer | Self::Referee | Self::Referral | Self::Reward | Self::Campaign => None,
        }
    }
}

/// A limit.
#[derive(Debug)]
pub struct Limit {
    /// The position in [`Program::limit_ids`](super::Program::limit_ids).
    pub number: u16,
    /// Campaigns that a grant must have been touched by, as positions in the version; empty means any grant.
    pub campaigns: Vec<u16>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// The key; empty for the whole program.
    pub per: Vec<Per>,
    /// The period.
    pub in_each: Period,
    /// The most, in minor units or in grants; without a bound where each event is asked for it.
    pub at_most: i64,
    /// The most as of an event, where it is not one number.
    pub asks: Option<Compiled>,
    /// True when grants are counted, not amounts.
    pub counts_grants: bool,
    /// The unit, for people.
    pub unit: Unit,
    /// What happens beyond.
    pub over_limit: OverLimit,
    /// Whether what is taken back gives room.
    pub taken_back: TakenBack,
}

impl Limit {
    /// How many digits it counts in.
    pub fn digits(&self) -> u32 {
        if self.counts_grants { 0 } else { self.unit.digits() }
    }
}
