//! Every key and every word of the grammar in tables. The readers read by them, and the reference of the document is held
//! against them.
pub(super) use super::metric_keys::{BETTER, DASHBOARD, FIGURE, GOOD, METRIC, METRIC_BY, OVER, ROW_MOMENTS};
use super::period_words::{CALENDAR_PERIODS, GOES_DOWN, GOES_UP, PERIODS};
pub(super) use super::reversals::{REVERSAL, TAKE_BACK, WHEN_PAID};
use super::{contests, payouts, running_keys};
use crate::base::{DayOff, LengthUnit, PayoutDay, Rounding, Weekday};
use crate::program::document::{
    Aggregate, CreditGoesTo, Disqualified, FactType, MEASURES, Moment, OnFailure, Refuses, STAGES, ThisEvent, UnderWay,
    Which,
};
use crate::program::document_rules::{BelowZero, CountedFrom, OverLimit, Party, Per, RewardKind, TakenBack, Wins};
use crate::program::library_lists::list_sources;

/// Which keys a section has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Keys {
    /// Where the section stands: `tiers.levels`; empty for the document itself.
    pub path: &'static str,
    /// What messages call it: `a reward`.
    pub title: &'static str,
    /// The keys in the order of the reference.
    pub keys: &'static [&'static str],
}

pub(super) const PROGRAM: Keys = Keys {
    path: "",
    title: "a program",
    keys: &[
        "schema",
        "id",
        "version",
        "name",
        "in_force",
        "currency",
        "time_zone",
        "rounding",
        "as_of",
        "calendar",
        "facts",
        "definitions",
        "lists",
        "tables",
        "data",
        "event",
        "measures",
        "eligibility",
        "validity",
        "fraud",
        "attribution",
        "tiers",
        "reward",
        "campaign",
        "group",
        "limit",
        "payout",
        "reversal",
        "assessment",
        "contest",
        "notice",
        "content",
        "metric",
        "dashboard",
        "accepted_warnings",
    ],
};

pub(super) const IN_FORCE: Keys =
    Keys { path: "in_force", title: "`in_force`", keys: &["first_day", "last_day", "under_way"] };

pub(super) const AS_OF: Keys = Keys { path: "as_of", title: "`as_of`", keys: &["version", "tier", "campaign"] };

pub(super) const CALENDAR: Keys = Keys { path: "calendar", title: "`calendar`", keys: &["weekend", "holidays"] };

pub(super) const FACTS: Keys =
    Keys { path: "facts", title: "`facts`", keys: &["account", "referrer", "referee", "referral", "event", "company"] };

/// The keys of a list that is not written in the document.
pub(super) const LIST: Keys = Keys { path: "lists.<name>", title: "a list", keys: &["from"] };

/// The keys of a table that are no rows.
pub(super) const TABLE: Keys = Keys { path: "tables.<name>", title: "a table", keys: &["by", "bands", "otherwise"] };

/// The keys of a band beside its values.
pub(super) const BAND: Keys =
    Keys { path: "tables.<name>.bands", title: "a band", keys: &["from", "above", "up_to", "below", "value"] };

/// The boundaries of a band: the key, whether it is the lower one, whether the boundary itself belongs to the band.
pub(super) const EDGES: &[(&str, bool, bool)] =
    &[("from", true, true), ("above", true, false), ("up_to", false, true), ("below", false, false)];

pub(super) const EVENT: Keys = Keys {
    path: "event",
    title: "an event",
    keys: &["kind", "label", "after", "from", "unless", "on", "when", "once_per", "implies", "needs"],
};

pub(super) const MEASURE: Keys = Keys {
    path: "measures.<name>",
    title: "a measure",
    keys: &["is", "of", "on", "when", "per", "in_each", "which", "disqualified"],
};

/// Those of `[[eligibility]]`, `[[validity]]` and `[[fraud]]`.
pub(super) const REQUIREMENT: Keys = Keys {
    path: "eligibility",
    title: "a requirement",
    keys: &[
        "code",
        "require",
        "message",
        "judged_at",
        "on_failure",
        "refuses",
        "reviewed_by",
        "released_when",
        "voided_when",
    ],
};

pub(super) const ATTRIBUTION: Keys = Keys {
    path: "attribution",
    title: "`attribution`",
    keys: &[
        "same_referee_when",
        "credit_goes_to",
        "rank",
        "locks_on",
        "claim_lasts",
        "prolonged_by",
        "prolonged_for",
        "released_by",
        "shares",
        "shared_equally_by",
    ],
};

pub(super) const TIERS: Keys = Keys {
    path: "tiers",
    title: "a tier ladder",
    keys: &["name", "by", "levels", "this_event", "taken_at", "goes_up", "goes_down"],
};

pub(super) const LEVEL: Keys = Keys { path: "tiers.levels", title: "a level", keys: &["name", "at_least", "when"] };

pub(super) const REWARD: Keys = Keys {
    path: "reward",
    title: "a reward",
    keys: &[
        "id",
        "to",
        "on",
        "when",
        "as_long_as",
        "once_per",
        "kind",
        "unit",
        "amount",
        "amount_in",
        "total",
        "total_per",
        "total_in",
        "below_zero",
        "at_least",
        "at_most",
        "rounding",
        "notify_within",
        "pay_within",
        "payable_after",
        "hold_until",
        "hold_while",
        "forfeited_after",
        "counted_from",
        "expires_after",
        "kept_alive_by",
        "label",
    ],
};

pub(super) const REWARD_TO: Keys = Keys { path: "reward.to.account", title: "`to`", keys: &["account"] };

pub(super) const CAMPAIGN: Keys = Keys {
    path: "campaign",
    title: "a campaign",
    keys: &[
        "id",
        "first_day",
        "last_day",
        "counts_if_in_window",
        "when",
        "rewards",
        "reward_instead",
        "reward_times",
        "reward_plus",
        "rounding",
        "theme",
        "goal",
    ],
};

pub(super) const LIMIT: Keys = Keys {
    path: "limit",
    title: "a limit",
    keys: &["id", "rewards", "campaigns", "when", "per", "in_each", "at_most", "unit", "over_limit", "taken_back"],
};

pub(super) const GOAL: Keys = Keys { path: "campaign.goal", title: "a goal", keys: &["at_least", "on", "of"] };

pub(super) const GROUP: Keys = Keys { path: "group", title: "a group", keys: &["id", "rewards", "campaigns", "wins"] };

/// The keys of every section, in the order of the reference.
pub fn keys() -> Vec<Keys> {
    let mut out = vec![
        PROGRAM,
        IN_FORCE,
        AS_OF,
        CALENDAR,
        FACTS,
        LIST,
        TABLE,
        BAND,
        EVENT,
        MEASURE,
        REQUIREMENT,
        ATTRIBUTION,
        TIERS,
        LEVEL,
        REWARD,
        REWARD_TO,
        CAMPAIGN,
        GOAL,
        GROUP,
        LIMIT,
        payouts::PAYOUT,
        REVERSAL,
        METRIC,
        FIGURE,
        GOOD,
        DASHBOARD,
    ];
    out.extend(running_keys::ALL);
    out.extend([contests::CONTEST, contests::PRIZE]);
    out
}

/// The types of facts that have a word.
pub(super) const FACT_TYPES: &[(&str, FactType)] = &[
    ("bool", FactType::Bool),
    ("int", FactType::Int),
    ("decimal", FactType::Decimal),
    ("text", FactType::Text),
    ("date", FactType::Date),
    ("instant", FactType::Instant),
    ("list of text", FactType::ListOfText),
    ("list of int", FactType::ListOfInt),
    ("list of decimal", FactType::ListOfDecimal),
    ("list of date", FactType::ListOfDate),
];

pub(super) const MOMENTS: &[(&str, Moment)] = &[
    ("submitted", Moment::Submitted),
    ("qualified", Moment::Qualified),
    ("closed", Moment::Closed),
    ("event", Moment::Event),
];

pub(super) const UNDER_WAY: &[(&str, UnderWay)] = &[("go on", UnderWay::GoOn), ("stop", UnderWay::Stop)];

/// The stages that an event can imply, in their order.
pub(super) const IMPLIED: &[&str] = &["qualified", "opportunity", "closed"];

pub(super) const WEEKDAYS: &[(&str, Weekday)] = &[
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

pub(super) const ON_FAILURE: &[(&str, OnFailure)] = &[
    ("refuse", OnFailure::Refuse),
    ("disqualify", OnFailure::Disqualify),
    ("nurture", OnFailure::Nurture),
    ("ignore event", OnFailure::IgnoreEvent),
    ("hold", OnFailure::Hold),
    ("flag", OnFailure::Flag),
];

pub(super) const SIDES: &[(&str, Refuses)] =
    &[("both", Refuses::Both), ("referrer", Refuses::Referrer), ("referee", Refuses::Referee)];

pub(super) const ORDERS: &[(&str, CreditGoesTo)] = &[
    ("first claim", CreditGoesTo::FirstClaim),
    ("last claim", CreditGoesTo::LastClaim),
    ("best claim", CreditGoesTo::BestClaim),
];

pub(super) const AGGREGATES: &[(&str, Aggregate)] = &[
    ("count", Aggregate::Count),
    ("sum", Aggregate::Sum),
    ("least", Aggregate::Least),
    ("greatest", Aggregate::Greatest),
    ("distinct", Aggregate::Distinct),
    ("first", Aggregate::First),
    ("latest", Aggregate::Latest),
];

pub(super) const MEASURE_PER: &[(&str, Per)] =
    &[("referrer", Per::Referrer), ("referral", Per::Referral), ("referee", Per::Referee), ("program", Per::Program)];

pub(super) const WHICH: &[(&str, Which)] = &[("this", Which::This), ("previous", Which::Previous)];

pub(super) const DISQUALIFIED: &[(&str, Disqualified)] =
    &[("taken out", Disqualified::TakenOut), ("kept", Disqualified::Kept)];

pub(super) const THIS_EVENT: &[(&str, ThisEvent)] =
    &[("counts", ThisEvent::Counts), ("does not count", ThisEvent::DoesNotCount)];

pub(super) const PARTIES: &[(&str, Party)] =
    &[("referrer", Party::Referrer), ("referee", Party::Referee), ("recruiter", Party::Recruiter)];

pub(super) const BELOW_ZERO: &[(&str, BelowZero)] =
    &[("give nothing", BelowZero::GiveNothing), ("take back", BelowZero::TakeBack)];

pub(super) const COUNTED_FROM: &[(&str, CountedFrom)] =
    &[("event", CountedFrom::Event), ("release", CountedFrom::Release)];

pub(super) const WINS: &[(&str, Wins)] = &[("best", Wins::Best), ("first", Wins::First)];

/// When requirements are judged that gate payouts; no kind of event can be called so.
pub(super) const EACH_PAYOUT: &str = "each payout";

pub(super) const END_OF_MONTH: &str = "end of month";

pub(super) const PER: &[(&str, Per)] = &[
    ("program", Per::Program),
    ("referrer", Per::Referrer),
    ("referee", Per::Referee),
    ("referral", Per::Referral),
    ("reward", Per::Reward),
    ("campaign", Per::Campaign),
];

pub(super) const OVER_LIMIT: &[(&str, OverLimit)] = &[
    ("pay what fits", OverLimit::PayWhatFits),
    ("pay nothing", OverLimit::PayNothing),
    ("pay later", OverLimit::PayLater),
];

pub(super) const TAKEN_BACK: &[(&str, TakenBack)] =
    &[("uses room", TakenBack::UsesRoom), ("gives room", TakenBack::GivesRoom)];

/// The words that a key allows, for every key that allows only some: `("reward.to", ["referrer", "referee"])`.
pub fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    fn of<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    let mut out = vec![
        ("rounding", Rounding::ALL.map(Rounding::name).to_vec()),
        ("in_force.under_way", of(UNDER_WAY)),
        ("as_of", of(MOMENTS)),
        ("calendar.weekend", of(WEEKDAYS)),
        ("facts", of(FACT_TYPES)),
        ("lists.from", list_sources()),
        ("event.kind", STAGES.to_vec()),
        ("event.after", LengthUnit::ALL.map(LengthUnit::plural).to_vec()),
        ("event.once_per", of(MEASURE_PER)),
        ("event.implies", IMPLIED.to_vec()),
        ("measures.is", of(AGGREGATES)),
        ("measures.per", of(MEASURE_PER)),
        ("measures.which", of(WHICH)),
        ("measures.disqualified", of(DISQUALIFIED)),
        ("eligibility.judged_at", vec!["submitted", "payable", EACH_PAYOUT]),
        ("eligibility.on_failure", of(ON_FAILURE)),
        ("eligibility.refuses", of(SIDES)),
        ("attribution.credit_goes_to", of(ORDERS)),
        ("tiers.by", MEASURES.to_vec()),
        ("tiers.this_event", of(THIS_EVENT)),
        ("tiers.goes_up", GOES_UP.to_vec()),
        ("tiers.goes_down", GOES_DOWN.to_vec()),
        ("reward.to", of(PARTIES)),
        ("reward.once_per", of(MEASURE_PER)),
        ("reward.kind", of(RewardKind::ALL)),
        ("reward.total_per", of(MEASURE_PER)),
        ("reward.total_in", CALENDAR_PERIODS.to_vec()),
        ("reward.below_zero", of(BELOW_ZERO)),
        ("reward.counted_from", of(COUNTED_FROM)),
        ("reward.pay_within", vec![END_OF_MONTH]),
        ("group.wins", of(WINS)),
        ("limit.per", of(PER)),
        ("limit.in_each", PERIODS.to_vec()),
        ("limit.over_limit", of(OVER_LIMIT)),
        ("limit.taken_back", of(TAKEN_BACK)),
        ("payout.on_day", PayoutDay::WORDS.iter().copied().chain(of(WEEKDAYS)).collect()),
        ("payout.day_off", of(DayOff::ALL)),
        ("reversal.take_back", TAKE_BACK.to_vec()),
        ("reversal.when_paid", of(WHEN_PAID)),
        ("metric.numerator.count", of(OVER)),
        ("metric.numerator.over", of(OVER)),
        ("metric.numerator.at", of(ROW_MOMENTS)),
        ("metric.by", METRIC_BY.to_vec()),
        ("metric.better", of(BETTER)),
    ];
    out.extend(running_keys::words());
    out.extend(contests::words());
    out
}
