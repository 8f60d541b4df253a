//! The forms that states are written in: names instead of positions, so that a state outlives the process, the book and
//! the version that made it.
use super::contests::ContestsForm;
use super::grant_forms::GrantForm;
use crate::base::compare_ids;
use crate::book::Cell;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// A row as a table holds it: cells by column.
pub type Row = BTreeMap<String, CellForm>;

/// A cell.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CellForm {
    /// A CSV field: its type is that of its column.
    R(String),
    /// A text.
    T(String),
    /// A number as it is written.
    N(String),
    /// True or false.
    B(bool),
    /// A list.
    L(Vec<CellForm>),
}

impl From<CellForm> for Cell {
    fn from(form: CellForm) -> Self {
        match form {
            CellForm::R(text) => Self::Raw(text),
            CellForm::T(text) => Self::Text(text),
            CellForm::N(number) => Self::Number(number),
            CellForm::B(value) => Self::Bool(value),
            CellForm::L(values) => Self::List(values.into_iter().map(Self::from).collect()),
        }
    }
}

/// What is kept of an event: enough to know it again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EventBody {
    /// A digest of its content.
    pub content: String,
}

/// What is kept of a referral.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ReferralBody {
    /// A digest of its content; empty while only events of it came.
    pub content: String,
    /// Its row, with all facts that the program reads.
    pub row: Row,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Who recruited its referrer, in programs that ask.
    #[serde(default)]
    pub recruiter: Option<String>,
    /// The referral that took its claims over, and when.
    #[serde(default)]
    pub taken_over: Option<(String, i64)>,
    /// The referral whose claim it shares.
    #[serde(default)]
    pub shares_with: Option<String>,
    /// Those who share its claims, by submission.
    #[serde(default)]
    pub sharers: Vec<String>,
    /// The sides that are refused, as bits.
    pub refused: u8,
    /// From when on it is known.
    pub known: i64,
    /// Where it stands.
    pub standing: StandingForm,
    /// What each reward granted to it, in minor units.
    pub granted: BTreeMap<String, i64>,
    /// For what rules give no more for it: what was given once, and what has ended.
    #[serde(default)]
    pub given: Vec<GivenForm>,
    /// What may be taken back of it, in programs that take back.
    #[serde(default)]
    pub grants: Option<Vec<GrantForm>>,
    /// The events that those grants are for.
    #[serde(default)]
    pub events: BTreeMap<String, Row>,
    /// What it contributed to declared measures that a disqualification takes it out of.
    #[serde(default)]
    pub contributed: Vec<ContributionForm>,
    /// Events that came before the referral itself.
    pub waiting: Vec<Row>,
    /// Whether accounts have histories: then facts of the parties are asked there, also later.
    #[serde(default)]
    pub with_histories: bool,
}

/// What is known of the events of one period of a declared measure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BucketForm {
    /// The first day of the period; the day, for rolling windows.
    pub bucket: i32,
    /// How many events.
    pub count: i64,
    /// Their sum, numerator and denominator; none where it does not fit.
    pub sum: Option<(String, String)>,
    /// How often each value came.
    pub values: Vec<(ContributedForm, u32)>,
    /// The values in the order of events.
    #[serde(default)]
    pub ordered: Vec<(u64, ContributedForm)>,
}

/// What a referral contributed to a measure under a key, in a period.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ContributionForm {
    /// The measure.
    pub measure: String,
    /// The parts of its key; none for one that is missing.
    pub key: Vec<Option<String>>,
    /// What it contributed.
    pub bucket: BucketForm,
}

/// What an event contributes to a measure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ContributedForm {
    /// A number: numerator and denominator.
    N(String, String),
    /// A text.
    T(String),
}

/// A declared measure under a key.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MeasureForm {
    /// The measure.
    pub measure: String,
    /// The parts of its key; none for one that is missing.
    pub key: Vec<Option<String>>,
    /// What is known, by period.
    pub buckets: Vec<BucketForm>,
}

/// The value of a measure at an event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ReadingForm {
    /// Numerator and denominator.
    V(String, String),
    /// A text, or true or false.
    T(String),
    /// It does not fit.
    O,
}

/// Where a referral stands along its timeline.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StandingForm {
    /// The stage; none before it is taken in.
    pub stage: Option<String>,
    /// The version in force at submission.
    pub version: String,
    /// When it reached each of the first four stages.
    pub reached: [Option<i64>; 4],
    /// When the first event of each declared kind happened of which the program asks that.
    #[serde(default)]
    pub first: BTreeMap<String, i64>,
    /// Which measures it counts for, as bits.
    pub counted: u8,
    /// The kinds of event that it has had.
    pub kinds: Vec<String>,
    /// Tiers locked at submission, qualification and close.
    pub locked: [[u8; 8]; 3],
    /// The tiers taken last.
    pub tiers: [u8; 8],
    /// When its claims were let go.
    pub released: Option<i64>,
    /// The last instant at which its claims hold, where events prolong them.
    #[serde(default)]
    pub claimed_until: Option<i64>,
    /// When its claims were locked.
    #[serde(default)]
    pub locked_at: Option<i64>,
    /// The instant of the latest event after the submission, where claims can be taken over.
    #[serde(default)]
    pub latest: Option<i64>,
}

/// A place in the total order, by ids instead of their ranks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlaceForm {
    /// When.
    pub at: i64,
    /// Where it comes from: 0 period end, 1 host, 2 clock.
    pub origin: u8,
    /// The rank of its kind.
    pub kind: u16,
    /// The sequence number.
    pub sequence: i64,
    /// The referral.
    pub referral: String,
    /// The event; empty for a submission.
    pub event: String,
    /// The place among those who share it.
    #[serde(default)]
    pub share: u8,
    /// The how-manieth event it is that conditions made of it.
    #[serde(default)]
    pub made: u16,
}

impl PlaceForm {
    /// The first instant of a period, before anything of it.
    pub const fn of_period(at: i64) -> Self {
        Self { at, origin: 0, kind: 0, sequence: 0, referral: String::new(), event: String::new(), share: 0, made: 0 }
    }

    /// The total order.
    pub fn order(&self, other: &Self) -> Ordering {
        let key = |place: &Self| (place.at, place.origin, place.kind, place.sequence);
        key(self)
            .cmp(&key(other))
            .then_with(|| compare_ids(&self.referral, &other.referral))
            .then_with(|| compare_ids(&self.event, &other.event))
    }
}

/// What is kept of a claim on a referee.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ClaimBody {
    /// The referral that has it, when it was submitted, and the last instant at which it holds.
    pub holder: Option<(String, i64, i64)>,
    /// The latest submission with this key: when, and which.
    pub latest: Option<(i64, String)>,
}

/// What is kept of an account, for programs that ask for circles or recruiters.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AccountBody {
    /// The accepted referrals of the account, in the order of submission: when, which, and the account that referred it.
    pub referred_by: Vec<(i64, String, String)>,
    /// Those of them whose claims another referral took over: the submission of that one, by the id of the one that lost.
    #[serde(default)]
    pub taken_over: BTreeMap<String, (i64, String)>,
    /// The latest submission that asked by whom it was referred: when, and which.
    pub asked: Option<(i64, String)>,
}

/// What is kept of an account that has a history.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct HistoryBody {
    /// The rows of the table of accounts, as far as they were handed in.
    pub rows: Vec<Row>,
}

/// What is kept of a scope: a referrer, or the whole program.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct ScopeBody {
    /// The latest place that was taken in.
    pub frontier: Option<PlaceForm>,
    /// Up to when the clock has acted.
    pub clock: Option<i64>,
    /// The counts by referrer.
    pub counts: BTreeMap<String, [i64; 4]>,
    /// The declared measures.
    #[serde(default)]
    pub measures: Vec<MeasureForm>,
    /// What referrers keep of their levels.
    #[serde(default)]
    pub kept: BTreeMap<String, KeptForm>,
    /// The open referrals by referrer, where the program asks how many there are.
    #[serde(default)]
    pub open: Option<BTreeMap<String, BTreeSet<String>>>,
    /// Clock events to come.
    pub pending: Vec<PendingForm>,
    /// What limits have drawn.
    pub draws: Vec<DrawForm>,
    /// The running totals of rewards.
    #[serde(default)]
    pub totals: Vec<TotalForm>,
    /// For what rules were given that are given once, but for what is kept with a referral.
    #[serde(default)]
    pub given: Vec<GivenForm>,
    /// For what events have come that conditions make once, but for those that come once for a referral.
    #[serde(default)]
    pub came: Vec<CameForm>,
    /// What contests carry, in programs that hold some.
    #[serde(default)]
    pub contests: Option<ContestsForm>,
    /// What limits have put off.
    pub deferred: Vec<DeferredForm>,
    /// How often something was put off.
    pub deferrals: u64,
    /// The events that clock events and deferred amounts hang on.
    pub events: BTreeMap<String, Row>,
}

/// That an event has come for a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct CameForm {
    /// Its kind.
    pub kind: String,
    /// The parts of the key; none for one that is missing.
    pub key: Vec<Option<String>>,
}

/// What a referrer keeps of its levels.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct KeptForm {
    /// The day up to which they were looked at.
    pub day: i32,
    /// By version and the ladder's position in it, the level.
    pub levels: Vec<(String, u16, u8)>,
}

/// A clock event to come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PendingForm {
    /// When.
    pub at: i64,
    /// The referral.
    pub referral: String,
    /// The event that it follows; none for the submission.
    pub anchor: Option<String>,
    /// From when on it is known.
    pub known: i64,
    /// The version whose clock it is.
    pub version: String,
    /// The clock's position in it.
    pub clock: u16,
}

/// What a limit has drawn under a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct DrawForm {
    /// The limit.
    pub limit: String,
    /// The first day of the period.
    pub period: i32,
    /// The key.
    pub parts: Vec<Option<String>>,
    /// The sum.
    pub sum: i64,
    /// By day, for rolling windows.
    pub days: Vec<(i32, i64)>,
}

/// A running total under a key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct TotalForm {
    /// The reward.
    pub reward: String,
    /// The first day of the period.
    pub period: i32,
    /// The key.
    pub parts: Vec<Option<String>>,
    /// The total that was settled last, in minor units.
    pub total: i64,
    /// What was given of it.
    pub given: i64,
}

/// For what a rule gives no more.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct GivenForm {
    /// The reward.
    pub reward: String,
    /// The key; the referral, for what has ended.
    pub parts: Vec<Option<String>>,
    /// It has ended; otherwise it was given.
    #[serde(default)]
    pub ended: bool,
}

/// What a limit has put off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeferredForm {
    /// When it is released.
    pub release: i64,
    /// Its place among what was put off.
    pub number: u64,
    /// The rule.
    pub rule: String,
    /// The limit.
    pub limit: String,
    /// How much, in minor units.
    pub amount: i64,
    /// The base: numerator and denominator.
    pub base: (String, String),
    /// Whether a part of its grant was granted before.
    #[serde(default)]
    pub counted: bool,
    /// The steps from the base up to the limits.
    pub steps: Vec<StepForm>,
    /// The account that gets it, where that is no side of the referral.
    #[serde(default)]
    pub payee: Option<String>,
    /// How many entries its grant has.
    pub sequence: u32,
    /// The event as it was taken in.
    pub applied: AppliedForm,
}

/// A step of an amount that was put off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StepForm {
    /// What changed it: an operator of a campaign, `at least`, `at most`, `rounding`.
    pub change: String,
    /// The campaign; empty without one.
    pub campaign: String,
    /// The rounding; empty without one.
    pub rounding: String,
    /// The amount before: numerator and denominator.
    pub before: (String, String),
    /// The amount after.
    pub after: (String, String),
}

/// An event as it was taken in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AppliedForm {
    /// The referral.
    pub referral: String,
    /// 0 the submission, 1 the host's event, 2 a clock event.
    pub what: u8,
    /// The host's event, or the one that the clock event follows.
    pub event: Option<String>,
    /// Its place.
    pub place: PlaceForm,
    /// The rank of its kind: that of its place, or of a stage that it implies.
    pub kind: u16,
    /// From when on it is known.
    pub known: i64,
    /// The governing version.
    pub version: String,
    /// The referrer's counts.
    pub counts: [i64; 4],
    /// Who recruited the referrer.
    #[serde(default)]
    pub recruiter: Option<String>,
    /// The declared measures, those that have a value.
    #[serde(default)]
    pub measures: BTreeMap<String, ReadingForm>,
    /// When the referral reached the first four stages.
    pub reached: [Option<i64>; 4],
    /// When the first event of each declared kind happened of which the program asks that.
    #[serde(default)]
    pub first: BTreeMap<String, i64>,
    /// The tiers.
    pub tiers: [u8; 8],
}
