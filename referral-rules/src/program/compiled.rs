//! The compiled program: what a document means once it cannot be wrong any more.
//!
//! Everything that the evaluation looks up by name is a small number here: slots for inputs, positions for kinds of event,
//! rewards and limits. Several versions of one program share those numbers, so that history carries over.
use super::assessments::{Assessment, ItemCount};
use super::claims::ClaimTerms;
pub use super::compiled_rules::{
    Campaign, Clock, Contribution, DeclaredMeasure, Goal, Group, Judged, Ladder, LadderBy, Level, Limit, Operator, Per,
    Requirement, Reversal, Reward, RunningTotal, TakeBack,
};
use super::contents::Content;
use super::contests::{CONTEST_KIND, Contest, ContestEnds};
use super::data::Data;
use super::document::{Document, Moment};
use super::library_lists::{HOST, LibraryList};
use super::made::Maker;
use super::metrics::{Metric, Reported};
use super::notices::Notice;
use super::payouts::Payout;
use super::scope::Scope;
use crate::base::{Calendar, Day, Interner, Unit, Zone};
use crate::expr::{Slot, Table, Type};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

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
    /// `referral.<kind>_at` of a declared kind, and of what ends or rests: when the first event of the kind happened.
    FirstAt(EventKind),
    /// `event.kind`
    EventKind,
    /// `event.id`
    EventId,
    /// `event.at`
    EventAt,
    /// `open_count`
    OpenCount,
    /// `payout.rule`
    PayoutRule,
    /// `payout.amount`
    PayoutAmount,
    /// `payout.day`
    PayoutDay,
    /// `payout.paid_in_year`
    PaidInYear,
    /// `payout.last_paid_on`
    LastPaidOn,
    /// `referral.closes_circle`
    ClosesCircle,
    /// `referrer.recruiter`
    Recruiter,
    /// A declared fact: the position in [`Program::facts`].
    Fact(u16),
    /// A built-in measure.
    Measure(Measure),
    /// A declared measure: the position in [`Program::measures`].
    Declared(u16),
    /// The level on the ladder with this position in [`Program::ladder_names`].
    Tier(u16),
    /// What the reward with this position in [`Program::reward_ids`] granted for the referral so far.
    Granted(u16),
    /// Whether the list with this position in [`Program::host_lists`] was given.
    HostList(u16),
    /// `answer.at`
    AnswerAt,
    /// A fact of the company: the position in [`Program::company_facts`].
    Company(u16),
    /// `referral.stage`
    Stage,
    /// `item.<code>`: whether the item at this place of the assessment is met.
    Item(u16),
    /// `assessment.met_count` and its sisters.
    ItemCount(ItemCount),
    /// `assessment.score`
    Score,
    /// `verdict.<id>`: the verdict of the assessment with this position in [`Program::assessment_ids`].
    Verdict(u16),
    /// What reports know of the rows of an answer.
    Reported(Reported),
}

/// Where a list is from that is not written in the document.
#[derive(Clone, Copy, Debug)]
pub enum ListFrom {
    /// The host gives it along with the facts.
    Host,
    /// The library carries it.
    Library(&'static LibraryList),
}

impl ListFrom {
    /// The word in documents and answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Host => HOST,
            Self::Library(list) => list.name,
        }
    }
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
    /// Its name with the owner, as expressions and columns have it.
    pub column: String,
    /// Its type.
    pub kind: Type,
    /// The position among the account facts, if accounts carry it.
    pub account: Option<u16>,
    /// Its slot.
    pub slot: Slot,
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
    /// The last day whose events can bring something to referrals under way, if there is one.
    pub grants_until: Option<Day>,
    /// Which moment decides what version governs a referral.
    pub governs_at: Moment,
    /// The currency of bare numbers.
    pub currency: Unit,
    /// Business days.
    pub calendar: Calendar,
    /// Requirements in order of precedence.
    pub requirements: Vec<Requirement>,
    /// Whose a referral is.
    pub claims: ClaimTerms,
    /// Whether a reward goes to recruiters, or an expression asks for them.
    pub asks_for_recruiters: bool,
    /// Whether candidates of one event are settled among each other: groups, what is given once, or as long as something holds.
    pub settles: bool,
    /// What events contribute to the declared measures.
    pub contributions: Vec<Contribution>,
    /// Tier ladders.
    pub ladders: Vec<Ladder>,
    /// Tables for expressions.
    pub tables: Vec<Table>,
    /// Lists that are not written in the document, by name, and where they are from.
    pub lists: Vec<(String, ListFrom)>,
    /// Constants that these terms carry for hosts and expressions.
    pub data: Data,
    /// Events that the clock makes.
    pub clocks: Vec<Clock>,
    /// Events that conditions make, in order.
    pub makers: Vec<Maker>,
    /// The stages that an event of a kind implies, in their order.
    pub implied: Vec<(EventKind, Vec<EventKind>)>,
    /// Reward rules in order.
    pub rewards: Vec<Reward>,
    /// The kinds of event of prizes, each with its rule; their rules follow on the rewards.
    pub prize_rules: Vec<(EventKind, [u16; 1])>,
    /// The contests, in order.
    pub contests: Vec<Contest>,
    /// The positions of the rules that answer each kind of event, by the kind's rank.
    pub rewards_by_kind: Vec<Vec<u16>>,
    /// Campaigns in order.
    pub campaigns: Vec<Campaign>,
    /// Groups of rewards, in order.
    pub reward_groups: Vec<Group>,
    /// Groups of campaigns, in order.
    pub campaign_groups: Vec<Group>,
    /// Limits in order.
    pub limits: Vec<Limit>,
    /// The payout rules.
    pub payouts: Vec<Payout>,
    /// What takes back what was granted, in order.
    pub reversals: Vec<Reversal>,
    /// The assessments, in the document's order.
    pub assessments: Vec<Assessment>,
    /// The notices, in the document's order.
    pub notices: Vec<Notice>,
    /// The contents, in the document's order.
    pub contents: Vec<Content>,
    /// What the program is measured by.
    pub metrics: Vec<Metric>,
    /// Where the text came from, for places.
    pub source: String,
    /// The terms as they are written, for those who put them into words.
    pub document: Arc<Document>,
    /// The text, for places.
    pub text: String,
    /// Where each line of the text ends: found when a line is asked for.
    pub(super) line_ends: OnceLock<Vec<usize>>,
}

impl Version {
    /// The line of the document that a byte stands on, from 1.
    pub fn line(&self, byte: usize) -> usize {
        let ends = self.line_ends.get_or_init(|| self.text.match_indices('\n').map(|(at, _)| at).collect());
        ends.partition_point(|end| *end < byte).saturating_add(1)
    }

    /// The reward with the number, if this version has it. Mostly numbers are positions.
    pub fn reward_numbered(&self, number: u16) -> Option<&Reward> {
        let own = |reward: &&Reward| reward.number == number;
        self.rewards.get(usize::from(number)).filter(own).or_else(|| self.rewards.iter().find(own))
    }

    /// The stages that an event of the kind implies, in their order.
    pub fn implied_by(&self, kind: EventKind) -> &[EventKind] {
        self.implied.iter().find(|(by, _)| *by == kind).map_or(&[], |(_, stages)| stages)
    }

    /// The stage from which an event of the kind is reached: the last one that it implies and that may follow.
    pub fn on_the_way(&self, stage: u16, kind: EventKind) -> u16 {
        let reach = |now: u16, implied: &EventKind| {
            if EventKind(now).followed_by().contains(implied) { implied.0 } else { now }
        };
        self.implied_by(kind).iter().fold(stage, reach)
    }

    /// The positions of the rules that answer a kind of event, in the document's order.
    pub fn rewards_on(&self, kind: EventKind) -> &[u16] {
        if kind.is_prize() {
            return self.prize_on(kind);
        }
        self.rewards_by_kind.get(kind.index()).map_or(&[], |rules| rules)
    }
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
    /// What the host's events must carry: the kind, and the position of the fact.
    pub needed_facts: Vec<(EventKind, u16)>,
    /// The names of the account facts, by position.
    pub account_facts: Vec<(String, Type)>,
    /// The facts of the company, by position.
    pub company_facts: Vec<(String, Type)>,
    /// The ids of the assessments of all versions.
    pub assessment_ids: Vec<String>,
    /// What fills each slot.
    pub slots: Vec<Source>,
    /// The ids of the rewards of all versions.
    pub reward_ids: Vec<String>,
    /// The ids of the campaigns of all versions.
    pub campaign_ids: Vec<String>,
    /// The ids of the limits of all versions.
    pub limit_ids: Vec<String>,
    /// The ids of the reversals of all versions.
    pub reversal_ids: Vec<String>,
    /// The declared kinds of which some expression asks when the first event happened.
    pub first_kinds: Vec<EventKind>,
    /// The declared measures of all versions.
    pub measures: Vec<DeclaredMeasure>,
    /// When contests end, in programs that hold some.
    pub contest_ends: Option<ContestEnds>,
    /// The names of the ladders of all versions.
    pub ladder_names: Vec<String>,
    /// The lists that the host gives.
    pub host_lists: Vec<String>,
    /// Texts of the program; books continue this table.
    pub texts: Interner,
    /// The widest key that must be kept together.
    pub scope: Scope,
    /// Whether the first version alone has a narrower one: then what is kept of referrers must be put together once.
    pub scope_widened: bool,
    /// The kinds of event of which it is asked afterwards when they happened: they keep some reward alive, or release one that is paid
    /// out, is forfeited without them, or counts its promises from them.
    pub looked_back: BTreeSet<EventKind>,
}

impl Program {
    /// The version in force on the day: the last one that has started, if it has not ended. A version that another one
    /// followed never comes back.
    pub fn version_on(&self, day: Day) -> Option<u16> {
        let position = self.versions.iter().rposition(|version| version.first_day <= day)?;
        let ended = self.versions.get(position)?.last_day.is_some_and(|last| last < day);
        if ended { None } else { u16::try_from(position).ok() }
    }

    /// How many ladders a version has at most.
    pub fn ladders_at_most(&self) -> usize {
        self.versions.iter().map(|version| version.ladders.len()).max().unwrap_or(0)
    }

    /// Whether events are measured in passes of their own: some measure is declared, conditions make events, some level has
    /// conditions, or some ladder keeps levels.
    pub fn measures_events(&self) -> bool {
        let conditions = |ladder: &Ladder| ladder.levels.iter().any(|level| !level.when.is_empty());
        let asks_more = |ladder: &Ladder| conditions(ladder) || ladder.keeps_levels();
        !self.measures.is_empty()
            || self.makes_events()
            || self.versions.iter().flat_map(|version| &version.ladders).any(asks_more)
    }

    /// Whether it is asked afterwards when some event happened.
    pub fn looks_back(&self) -> bool {
        !self.looked_back.is_empty()
    }

    /// Whether something takes back what was granted.
    pub fn reverses(&self) -> bool {
        self.versions.iter().any(|version| !version.reversals.is_empty())
    }

    /// Whether some ladder keeps levels.
    pub fn keeps_levels(&self) -> bool {
        self.versions.iter().flat_map(|version| &version.ladders).any(Ladder::keeps_levels)
    }

    /// The constants that the version in force on the day carries.
    pub fn data_on(&self, day: Day) -> Option<&Data> {
        self.version_on(day).and_then(|at| self.versions.get(usize::from(at))).map(|version| &version.data)
    }

    /// The rank of a kind of event.
    pub fn kind(&self, word: &str) -> Option<EventKind> {
        self.kinds.iter().position(|kind| kind == word).and_then(|rank| u16::try_from(rank).ok()).map(EventKind)
    }

    /// The word of a kind of event.
    pub fn kind_word(&self, kind: EventKind) -> &str {
        if kind.is_prize() {
            return CONTEST_KIND;
        }
        self.kinds.get(kind.index()).map_or("", |word| word)
    }
}
