//! The compiled program: what a document means once it cannot be wrong any more.
//!
//! Everything that the evaluation looks up by name is a small number here: slots for inputs, positions for kinds of event,
//! rewards and limits. Several versions of one program share those numbers, so that history carries over.
use super::document::{Moment, OverLimit, Party, PayWithin, Refuses};
use crate::base::{Calendar, Day, Interner, Length, Period, Rounding, TextId, Unit, Zone};
use crate::diag::Span;
use crate::expr::{Compiled, Slot, Table, Type};

/// A kind of event, by its rank: the built-in stages first, then the declared kinds in the order of declaration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct EventKind(pub u16);

impl EventKind {
    /// A referral arrives.
    pub const SUBMITTED: Self = Self(0);
    /// Sales accepts it.
    pub const QUALIFIED: Self = Self(1);
    /// A deal is being worked on.
    pub const OPPORTUNITY: Self = Self(2);
    /// The deal is won.
    pub const CLOSED: Self = Self(3);
    /// It turns out not to count.
    pub const DISQUALIFIED: Self = Self(4);
    /// The deal is lost.
    pub const LOST: Self = Self(5);
    /// Bad timing; to be taken up again later.
    pub const NURTURE: Self = Self(6);
    /// Its time has run out.
    pub const EXPIRED: Self = Self(7);
    /// The words of the built-in kinds, by rank.
    pub const STAGES: [&'static str; 8] =
        ["submitted", "qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "expired"];

    /// The rank as an index.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// True for the eight built-in stages.
    pub fn is_stage(self) -> bool {
        self.index() < Self::STAGES.len()
    }
}

/// The built-in measures: how many of a referrer's referrals reached a stage so far, less those taken back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Measure {
    /// Accepted referrals.
    Submitted,
    /// Qualified ones.
    Qualified,
    /// Ones that became an opportunity.
    Opportunity,
    /// Closed ones.
    Closed,
}

impl Measure {
    /// All, in the order of the stages.
    pub const ALL: [Self; 4] = [Self::Submitted, Self::Qualified, Self::Opportunity, Self::Closed];

    /// The name in expressions.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submitted => "submitted_count",
            Self::Qualified => "qualified_count",
            Self::Opportunity => "opportunity_count",
            Self::Closed => "closed_count",
        }
    }

    /// The position in [`Measure::ALL`], which is the rank of the stage that it counts.
    pub const fn index(self) -> usize {
        match self {
            Self::Submitted => 0,
            Self::Qualified => 1,
            Self::Opportunity => 2,
            Self::Closed => 3,
        }
    }
}

/// What fills a slot.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    /// `referral.id`
    ReferralId,
    /// `referrer.id`
    ReferrerId,
    /// `referee.id`
    RefereeId,
    /// `referral.submitted_at` and its sisters: when the referral reached the stage.
    StageAt(Measure),
    /// `event.kind`
    EventKind,
    /// `event.id`
    EventId,
    /// `event.at`
    EventAt,
    /// A declared fact: the position in [`Program::facts`].
    Fact(u16),
    /// A built-in measure.
    Measure(Measure),
    /// The level on the ladder with this position in [`Program::ladder_names`].
    Tier(u16),
    /// What the reward with this position in [`Program::reward_ids`] granted for the referral so far.
    Granted(u16),
}

/// Which table a fact lies in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owner {
    /// The referrer: on the referral's row, else on the account's.
    Referrer,
    /// The referee: on the referral's row, else on the account's.
    Referee,
    /// The referral.
    Referral,
    /// The event.
    Event,
}

impl Owner {
    /// The word in expressions and column names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Referrer => "referrer",
            Self::Referee => "referee",
            Self::Referral => "referral",
            Self::Event => "event",
        }
    }
}

/// A declared fact.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Whose it is.
    pub owner: Owner,
    /// Its name without the owner.
    pub name: String,
    /// Its type.
    pub kind: Type,
    /// The position among the account facts, if accounts carry it.
    pub account: Option<u16>,
    /// Its slot.
    pub slot: Slot,
}

/// A condition on every referral, judged at submission.
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
    /// Where it stands in the document.
    pub span: Span,
}

/// A level of a ladder.
#[derive(Clone, Debug)]
pub struct Level {
    /// Its name.
    pub name: String,
    /// The name as an interned text.
    pub text: TextId,
    /// From which count on.
    pub at_least: i64,
}

/// A tier ladder.
#[derive(Clone, Debug)]
pub struct Ladder {
    /// The position in [`Program::ladder_names`].
    pub number: u16,
    /// The measure that decides.
    pub by: Measure,
    /// The levels, rising.
    pub levels: Vec<Level>,
    /// Whether the event that asks counts itself.
    pub counts_this_event: bool,
    /// When the level is taken.
    pub taken_at: Moment,
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
    /// The position in [`Program::reward_ids`].
    pub number: u16,
    /// Who gets it.
    pub to: Party,
    /// The kind of event that it answers.
    pub on: EventKind,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// account-credit, cash, …
    pub kind: String,
    /// What the amount is counted in.
    pub unit: Unit,
    /// The amount.
    pub amount: Compiled,
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
    /// Free text for people.
    pub label: String,
    /// Campaigns that may touch it, by position in the version.
    pub campaigns: Vec<u16>,
    /// Limits that may cover it, by position in the version.
    pub limits: Vec<u16>,
    /// True when a condition or amount reads what was granted before.
    pub reads_ledger: bool,
    /// Where it stands in the document.
    pub span: Span,
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
    /// The position in [`Program::campaign_ids`].
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

/// A limit.
#[derive(Debug)]
pub struct Limit {
    /// The position in [`Program::limit_ids`].
    pub number: u16,
    /// Campaigns that a grant must have been touched by, as positions in the version; empty means any grant.
    pub campaigns: Vec<u16>,
    /// All must hold.
    pub when: Vec<Compiled>,
    /// The key; empty for the whole program.
    pub per: Vec<Per>,
    /// The period.
    pub in_each: Period,
    /// The most, in minor units or in grants.
    pub at_most: i64,
    /// True when grants are counted, not amounts.
    pub counts_grants: bool,
    /// The unit, for people.
    pub unit: Unit,
    /// What happens beyond.
    pub over_limit: OverLimit,
}

/// One version of the terms.
#[derive(Debug)]
pub struct Version {
    /// Its name, such as `2026-01`.
    pub name: String,
    /// The first day in force.
    pub first_day: Day,
    /// The last day in force, if it is known.
    pub last_day: Option<Day>,
    /// Which moment decides what version governs a referral.
    pub governs_at: Moment,
    /// The currency of bare numbers.
    pub currency: Unit,
    /// Business days.
    pub calendar: Calendar,
    /// Requirements in order of precedence.
    pub requirements: Vec<Requirement>,
    /// The keys by which two referrals are of the same referee.
    pub claim_keys: Vec<Compiled>,
    /// How long a claim lasts; for ever without.
    pub claim_lasts: Option<Length>,
    /// Tier ladders.
    pub ladders: Vec<Ladder>,
    /// Tables for expressions.
    pub tables: Vec<Table>,
    /// Events that the clock makes.
    pub clocks: Vec<Clock>,
    /// Reward rules in order.
    pub rewards: Vec<Reward>,
    /// The positions of the rules that answer each kind of event, by the kind's rank.
    pub rewards_by_kind: Vec<Vec<u16>>,
    /// Campaigns in order.
    pub campaigns: Vec<Campaign>,
    /// Limits in order.
    pub limits: Vec<Limit>,
    /// Where the text came from, for places.
    pub source: String,
    /// The text, for places.
    pub text: String,
    /// Where each line of the text ends.
    pub line_ends: Vec<usize>,
}

impl Version {
    /// The line of the document that a byte stands on, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.line_ends.partition_point(|end| *end < byte).saturating_add(1)
    }

    /// The reward with the number, if this version has it. Mostly numbers are positions.
    pub fn reward_numbered(&self, number: u16) -> Option<&Reward> {
        let own = |reward: &&Reward| reward.number == number;
        self.rewards.get(usize::from(number)).filter(own).or_else(|| self.rewards.iter().find(own))
    }

    /// The positions of the rules that answer a kind of event, in the document's order.
    pub fn rewards_on(&self, kind: EventKind) -> &[u16] {
        self.rewards_by_kind.get(kind.index()).map_or(&[], |rules| rules)
    }
}

/// The widest key that an evaluation must keep together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Scope {
    /// All that a referrer's referrals bring.
    Referrer,
    /// Everything: some limit reaches over several referrers.
    Program,
}

/// A program that compiles: all its versions, checked.
///
/// It is immutable and may be shared between threads.
#[derive(Debug)]
pub struct Program {
    /// The id.
    pub id: String,
    /// The versions, by first day.
    pub versions: Vec<Version>,
    /// The zone in which days are counted.
    pub zone: Zone,
    /// The kinds of event by rank.
    pub kinds: Vec<String>,
    /// The declared facts.
    pub facts: Vec<Fact>,
    /// The names of the account facts, by position.
    pub account_facts: Vec<(String, Type)>,
    /// What fills each slot.
    pub slots: Vec<Source>,
    /// The ids of the rewards of all versions.
    pub reward_ids: Vec<String>,
    /// The ids of the campaigns of all versions.
    pub campaign_ids: Vec<String>,
    /// The ids of the limits of all versions.
    pub limit_ids: Vec<String>,
    /// The names of the ladders of all versions.
    pub ladder_names: Vec<String>,
    /// Texts of the program; books continue this table.
    pub texts: Interner,
    /// The widest key that must be kept together.
    pub scope: Scope,
}

impl Program {
    /// The version in force on the day: the last one that has started, if it has not ended. A version that another one
    /// followed never comes back.
    pub fn version_on(&self, day: Day) -> Option<u16> {
        let position = self.versions.iter().rposition(|version| version.first_day <= day)?;
        let ended = self.versions.get(position)?.last_day.is_some_and(|last| last < day);
        if ended { None } else { u16::try_from(position).ok() }
    }

    /// The rank of a kind of event.
    pub fn kind(&self, word: &str) -> Option<EventKind> {
        self.kinds.iter().position(|kind| kind == word).and_then(|rank| u16::try_from(rank).ok()).map(EventKind)
    }

    /// The word of a kind of event.
    pub fn kind_word(&self, kind: EventKind) -> &str {
        self.kinds.get(kind.index()).map_or("", |word| word)
    }

    /// The name of what a slot holds, as expressions write it.
    pub fn slot_name(&self, slot: Slot) -> String {
        match self.slots.get(usize::from(slot.0)) {
            None => String::new(),
            Some(Source::ReferralId) => "referral.id".to_owned(),
            Some(Source::ReferrerId) => "referrer.id".to_owned(),
            Some(Source::RefereeId) => "referee.id".to_owned(),
            Some(Source::StageAt(measure)) => {
                format!("referral.{}_at", EventKind::STAGES.get(measure.index()).copied().unwrap_or_default())
            }
            Some(Source::EventKind) => "event.kind".to_owned(),
            Some(Source::EventId) => "event.id".to_owned(),
            Some(Source::EventAt) => "event.at".to_owned(),
            Some(Source::Fact(fact)) => self
                .facts
                .get(usize::from(*fact))
                .map_or_else(String::new, |fact| format!("{}.{}", fact.owner.word(), fact.name)),
            Some(Source::Measure(measure)) => measure.word().to_owned(),
            Some(Source::Tier(ladder)) => self.ladder_names.get(usize::from(*ladder)).cloned().unwrap_or_default(),
            Some(Source::Granted(reward)) => {
                format!("granted('{}')", self.reward_ids.get(usize::from(*reward)).map_or("", |id| id))
            }
        }
    }
}
