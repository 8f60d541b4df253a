//! Reports for people, in plain text of at most 120 columns. They read an evaluation and never compute an amount.
mod assessments;
pub mod explain;
mod metrics;
mod notices;
mod payouts;
pub(crate) mod stands;
mod summary;
mod text;

pub use metrics::{
    DashboardRow, DigestRow, Earned, FigureValue, LevelStatus, MetricRow, ReferralStatus, StageCount, Weakness,
    closing, dashboard, diagnosis, digest, metrics,
};
pub use summary::summary;
