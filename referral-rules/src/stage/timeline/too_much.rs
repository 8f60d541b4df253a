//! What a run cannot do: it would take more steps than the stated limits allow.
use crate::base::limits;

/// Late news would take more steps than the limit allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("late news asks for {0} replay steps, more than the {max} allowed: give the ledger booked so far and recent rows only", max = limits::REPLAY_STEPS_MAX)]
pub struct TooMuchLateNews(pub u64);

/// Releasing what limits put off would take more steps than the limit allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("what limits put off is judged again more than the {max} times allowed: give a limit of `pay later` a longer period or a higher bound", max = limits::RELEASES_MAX)]
pub struct TooManyReleases;

/// What a run cannot do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TooMuch {
    /// Late news.
    LateNews(TooMuchLateNews),
    /// Releases.
    Releases(TooManyReleases),
}
