//! A program as its author wrote it: every section with its places in the text, defaults filled in, nothing compiled.
//!
//! A `Document` can be wrong. Where the reader had to give a diagnostic, the part holds a harmless stand-in (an empty
//! text, the default, an empty list), so that the rest can still be checked; a document with an error must not be run.
pub use super::data::Data;
pub use super::document_assessments::{Assessment, AssessmentItem, AssessmentVerdict, Subject};
pub use super::document_contests::{Contest, Prize, Ties};
pub use super::document_measures::{
    Aggregate, Disqualified, Level, MeasureDeclaration, Moves, ThisEvent, TierLadder, Which,
};
pub use super::document_metrics::{Better, By, Dashboard, Figure, FigureOf, Good, Metric, Over, RowMoment};
pub use super::document_notices::{Best, Content, Medium, Notice, Texts, Trigger, WrittenText};
pub use super::document_payouts::Payout;
pub use super::document_requirements::{Heading, JudgedAt, OnFailure, Refuses, Requirement, Review};
pub use super::document_reversals::{Reversal, TakeBack, WhenPaid};
pub use super::document_rules::{
    BelowZero, Campaign, CountedFrom, Goal, Group, Limit, Members, OverLimit, Party, PayWithin, Per, Reward,
    RewardKind, RunningTotal, TakenBack, Wins,
};
pub use super::read::{Keys, Notation, keys, words};
use crate::base::{Day, Length, Number, Rounding, Weekday};
use crate::diag::{Diagnostic, Span, Spanned};
use crate::node::TextMap;
use std::ops::Range;

/// An expression as written: its text, where it stands, and how its bytes map to bytes of the document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExpressionText {
    /// The expression, escapes resolved. A bare number stands here as its text.
    pub text: String,
    /// The whole value in the document, quotes included.
    pub span: Span,
    /// From bytes of `text` to bytes of the document.
    pub map: TextMap,
}

impl ExpressionText {
    /// The place in the document of a range of bytes in [`ExpressionText::text`].
    pub fn place(&self, inside: Span) -> Span {
        self.map.span(inside)
    }

    /// Adds a part of another expression.
    pub(super) fn append(&mut self, other: &Self, part: Range<usize>) {
        self.map.append(self.text.len(), &other.map, part.clone());
        self.text.push_str(other.text.get(part).unwrap_or_default());
    }

    /// Adds a bracket for what stands at a byte of the document.
    pub(super) fn bracket(&mut self, bracket: &str, source: usize) {
        self.map.jump(self.text.len(), source);
        self.text.push_str(bracket);
    }
}

/// The kinds of events that need no declaration, in the order of their rank.
pub const STAGES: [&str; 8] =
    ["submitted", "qualified", "opportunity", "closed", "disqualified", "lost", "nurture", "expired"];

/// The measures that need no declaration.
pub const MEASURES: [&str; 4] = ["submitted_count", "qualified_count", "opportunity_count", "closed_count"];

/// `in_force`: when the terms are in force. First and last day are both included.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InForce {
    /// The first day that counts.
    pub first_day: Spanned<Day>,
    /// The last day that counts; without one the terms have no end.
    pub last_day: Option<Spanned<Day>>,
    /// What happens to referrals under way after the last day.
    pub under_way: Spanned<UnderWay>,
}

/// What happens to referrals under way after the last day of the terms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum UnderWay {
    /// They go on under these terms.
    #[default]
    GoOn,
    /// Nothing is granted for what happens after the last day.
    Stop,
    /// So long after the last day, things are still granted.
    For(Length),
}

/// The whole document, sections in the order of the grammar, rows in the order of the text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    /// The program's id.
    pub id: Spanned<String>,
    /// The version of the terms.
    pub version: Spanned<String>,
    /// A name for people.
    pub name: Option<Spanned<String>>,
    /// When these terms are in force.
    pub in_force: InForce,
    /// ISO 4217 code of the program's currency.
    pub currency: Spanned<String>,
    /// IANA name of the zone in which days are counted.
    pub time_zone: Spanned<String>,
    /// How amounts are rounded unless a reward says otherwise.
    pub rounding: Spanned<Rounding>,
    /// At which moment what is read.
    pub as_of: AsOf,
    /// Days off.
    pub calendar: CalendarText,
    /// The declared facts.
    pub facts: Vec<FactDeclaration>,
    /// The named expressions.
    pub definitions: Vec<Definition>,
    /// The named constant lists.
    pub lists: Vec<ConstantList>,
    /// The tables.
    pub tables: Vec<Table>,
    /// Constants that the program carries and hands out.
    pub data: Data,
    /// Further kinds of events and clock events; the order is their rank.
    pub events: Vec<EventDeclaration>,
    /// The declared measures.
    pub measures: Vec<MeasureDeclaration>,
    /// Requirements of all three headings.
    pub requirements: Vec<Requirement>,
    /// Whose a referral is.
    pub attribution: Option<Attribution>,
    /// The tier ladders.
    pub tiers: Vec<TierLadder>,
    /// The rewards.
    pub rewards: Vec<Reward>,
    /// The campaigns.
    pub campaigns: Vec<Campaign>,
    /// The groups of rewards and of campaigns.
    pub groups: Vec<Group>,
    /// The limits.
    pub limits: Vec<Limit>,
    /// The payout rules.
    pub payouts: Vec<Payout>,
    /// What takes back what was granted.
    pub reversals: Vec<Reversal>,
    /// The assessments.
    pub assessments: Vec<Assessment>,
    /// The contests.
    pub contests: Vec<Contest>,
    /// Whom to tell what by when.
    pub notices: Vec<Notice>,
    /// Texts that a host puts where it likes.
    pub contents: Vec<Content>,
    /// What the program is measured by.
    pub metrics: Vec<Metric>,
    /// What referrers see of it.
    pub dashboard: Dashboard,
    /// The warnings that the author accepts.
    pub accepted: Vec<Accepted>,
}

/// An entry of `[definitions]`: an expression by a name. Where other expressions name it, they have its text in brackets.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Definition {
    /// The name.
    pub name: Spanned<String>,
    /// The expression as written; empty where that is faulty.
    pub formula: ExpressionText,
    /// Whether some expression of the document uses it, directly or over others.
    pub used: bool,
}

/// `[accepted_warnings]`: a warning that is not given, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The warning's code.
    pub code: Spanned<String>,
    /// The path that it is accepted for; everywhere without one.
    pub path: Option<Spanned<String>>,
    /// Why it is as it should be.
    pub why: Spanned<String>,
}

impl Accepted {
    /// True if this warning is meant.
    pub fn holds_for(&self, warning: &Diagnostic) -> bool {
        let at = |path: &Spanned<String>| path.value == warning.place.path;
        self.code.value == warning.code.slug() && self.path.as_ref().is_none_or(at)
    }
}

/// A moment at which something is read or judged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Moment {
    /// When the referral was submitted.
    #[default]
    Submitted,
    /// When the referral was qualified.
    Qualified,
    /// When the referral was closed.
    Closed,
    /// At the event that asks.
    Event,
}

/// At which moment what is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// Which version of the terms governs.
    pub version: Spanned<Moment>,
    /// Which tier counts.
    pub tier: Spanned<Moment>,
    /// Which day must fall into a campaign.
    pub campaign: Spanned<Moment>,
}

impl Default for AsOf {
    fn default() -> Self {
        Self {
            version: Spanned::default(),
            tier: Spanned::new(Moment::Event, Span::default()),
            campaign: Spanned::default(),
        }
    }
}

/// Days off.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarText {
    /// The days of the week that are off.
    pub weekend: Vec<Spanned<Weekday>>,
    /// The dates that are off.
    pub holidays: Vec<Spanned<Day>>,
}

impl Default for CalendarText {
    fn default() -> Self {
        let off = |day| Spanned::new(day, Span::default());
        Self { weekend: vec![off(Weekday::Saturday), off(Weekday::Sunday)], holidays: Vec::new() }
    }
}

/// Under which heading facts are declared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum FactOwner {
    /// Seen as `referrer.…` and as `referee.…`.
    Account,
    /// Seen as `referrer.…`.
    Referrer,
    /// Seen as `referee.…`.
    Referee,
    /// Seen as `referral.…`.
    Referral,
    /// Seen as `event.…`.
    Event,
    /// Of the company that runs the program, seen as `company.…`.
    Company,
}

/// The type of a fact as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FactType {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal.
    Decimal,
    /// Any text.
    Text,
    /// A civil day.
    Date,
    /// A moment.
    Instant,
    /// One of the texts listed.
    OneOf(Vec<Spanned<String>>),
    /// Several texts.
    ListOfText,
    /// Several whole numbers.
    ListOfInt,
    /// Several decimals.
    ListOfDecimal,
    /// Several days.
    ListOfDate,
}

/// One fact that the host supplies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FactDeclaration {
    /// The heading.
    pub owner: FactOwner,
    /// The name after the point.
    pub name: Spanned<String>,
    /// The type.
    pub fact_type: Spanned<FactType>,
}

/// A constant in a list or table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Constant {
    /// A text.
    Text(String),
    /// An exact number.
    Number(Number),
    /// True or false.
    Bool(bool),
    /// A civil day.
    Date(Day),
}

/// `[lists]`: a named list of constants of one type, never empty; or of texts that are not written in the document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConstantList {
    /// The name after `lists.`.
    pub name: Spanned<String>,
    /// The values: all texts, all numbers or all dates. None where they are not written here.
    pub values: Vec<Spanned<Constant>>,
    /// Where its values are from, if they are not written here: `host`, or the name of a list of the library.
    pub from: Option<String>,
}

/// `[tables.…]`: one or more values per key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// The name.
    pub name: Spanned<String>,
    /// What is looked up.
    pub by: ExpressionText,
    /// The names of the values per key; empty for a table of one value per key.
    pub columns: Vec<Spanned<String>>,
    /// The rows.
    pub rows: Vec<TableRow>,
    /// The bands, rising, where a number is looked up; such a table has no rows.
    pub bands: Option<Vec<Band>>,
    /// The row for every other key.
    pub otherwise: Option<Vec<Spanned<Constant>>>,
}

/// A band of a table: the values for all numbers between two boundaries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Band {
    /// The lower boundary; without one the band has no lower end.
    pub low: Option<Edge>,
    /// The upper boundary.
    pub high: Option<Edge>,
    /// As many values as the table has columns, or one.
    pub values: Vec<Spanned<Constant>>,
}

/// A boundary of a band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Edge {
    /// Where it lies.
    pub number: Spanned<Number>,
    /// Whether it belongs to the band.
    pub included: bool,
}

/// A row of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableRow {
    /// The key, as text.
    pub key: Spanned<String>,
    /// As many values as the table has columns, or one. All values of a column have one type.
    pub values: Vec<Spanned<Constant>>,
}

/// `[[event]]`: a further kind of event, or one that the clock or conditions make.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventDeclaration {
    /// The kind.
    pub kind: Spanned<String>,
    /// A name for people.
    pub label: Option<Spanned<String>>,
    /// When the clock makes it.
    pub clock: Option<Clock>,
    /// When conditions make it; without clock and conditions the host reports it.
    pub made: Option<Made>,
    /// Stages that such an event reaches on the way, if the referral has not.
    pub implies: Vec<Spanned<String>>,
    /// Facts of events that one of this kind must carry.
    pub needs: Vec<Spanned<String>>,
}

impl EventDeclaration {
    /// What stands behind `referral.` for the instant of the first such event: `first_invoice_at` for `first-invoice`. Stages
    /// have names of their own; what does not begin with a letter has none.
    pub fn moment_name(&self) -> Option<String> {
        let kind = self.kind.value.as_str();
        let named = kind.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) && !STAGES.contains(&kind);
        named.then(|| format!("{}_at", kind.replace(['-', '.'], "_")))
    }
}

/// At the first event of other kinds, for each key, at which conditions are true.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The kinds of event at which the conditions are read.
    pub on: Vec<Spanned<String>>,
    /// All of these must hold; without any the first such event makes it.
    pub when: Vec<ExpressionText>,
    /// For what it comes once.
    pub once_per: Vec<Spanned<Per>>,
}

/// That long after another event, unless something came first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clock {
    /// How long after.
    pub after: Spanned<Length>,
    /// After an event of which kind.
    pub from: Spanned<String>,
    /// Not if an event of one of these kinds came first.
    pub unless: Vec<Spanned<String>>,
}

/// Who has the credit among several claims.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum CreditGoesTo {
    /// The first accepted referral.
    #[default]
    FirstClaim,
    /// The last one: each takes the claim over from the one before.
    LastClaim,
    /// The one with the best rank: a better one takes the claim over.
    BestClaim,
}

/// `[attribution]`: whose a referral is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attribution {
    /// Each expression is a key of the referee; equal values of one key mean the same referee.
    pub same_referee_when: Vec<ExpressionText>,
    /// Who has the credit.
    pub credit_goes_to: Spanned<CreditGoesTo>,
    /// With the best claim: a number, the lower the better.
    pub rank: Option<ExpressionText>,
    /// Kinds of event after which a claim cannot be taken over any more.
    pub locks_on: Vec<Spanned<String>>,
    /// How long a claim holds; without one for ever.
    pub claim_lasts: Option<Spanned<Length>>,
    /// Kinds of event that prolong the claims of their referral.
    pub prolonged_by: Vec<Spanned<String>>,
    /// How long after such an event the claims hold at least.
    pub prolonged_for: Option<Spanned<Length>>,
    /// Kinds of event that end the claims of their referral.
    pub released_by: Vec<Spanned<String>>,
    /// The shares of the holder and of those who come after it; none where nothing is shared, or equally.
    pub shares: Vec<Spanned<Number>>,
    /// Between how many at most the credit is shared equally.
    pub shared_equally_by: Option<Spanned<i64>>,
}
