//! What a program is measured by: metrics with what they are made of, compared with what good looks like, what falls short, and what
//! referrers see.
mod adding;
mod basis;
mod closing;
mod dashboard;
mod diagnosis;
mod gather;
mod groups;
mod keys;
mod months;
mod rows;
mod tallies;

pub use closing::closing;
pub use dashboard::{
    DashboardRow, DigestRow, Earned, FigureValue, LevelStatus, ReferralStatus, StageCount, dashboard, digest,
};
pub use diagnosis::{Weakness, diagnosis};
pub use rows::{MetricRow, metrics};
