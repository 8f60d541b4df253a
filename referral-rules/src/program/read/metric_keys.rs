//! The keys and words of metrics and of the dashboard.
use super::keys::Keys;
use crate::program::document::{Better, Over, RowMoment};

pub(super) const METRIC: Keys = Keys {
    path: "metric",
    title: "a metric",
    keys: &["id", "label", "numerator", "denominator", "by", "good", "better", "remedies"],
};

/// Those of a numerator or denominator, or of its parts.
pub(super) const FIGURE: Keys = Keys {
    path: "metric.numerator",
    title: "a part of a metric",
    keys: &["count", "sum", "over", "when", "at", "unit", "given", "metric"],
};

pub(super) const GOOD: Keys = Keys { path: "metric.good", title: "`good`", keys: &["at_least", "at_most"] };

pub(super) const DASHBOARD: Keys =
    Keys { path: "dashboard", title: "`dashboard`", keys: &["figures", "rank_by", "digest"] };

pub(super) const OVER: &[(&str, Over)] = &[
    ("referrals", Over::Referrals),
    ("accounts", Over::Accounts),
    ("events", Over::Events),
    ("entries", Over::Entries),
];

pub(super) const ROW_MOMENTS: &[(&str, RowMoment)] = &[
    ("submitted", RowMoment::Own),
    ("qualified", RowMoment::Qualified),
    ("opportunity", RowMoment::Opportunity),
    ("closed", RowMoment::Closed),
    ("earned", RowMoment::Own),
    ("booked", RowMoment::Booked),
];

/// By what metrics are told apart beside expressions.
pub(super) const METRIC_BY: &[&str] = &["month", "cohort", "campaign"];

pub(super) const BETTER: &[(&str, Better)] = &[("more", Better::More), ("less", Better::Less)];
