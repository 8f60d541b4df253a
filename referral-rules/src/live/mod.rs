//! One event at a time: the host keeps a few keyed states in its own database, hands in those that the news touches, and
//! gets entries and new states. Fed in the order of `recorded_at`, the entries are exactly those of the whole batch.
//!
//! A step asks for what it needs: states that the host did not hand in ([`Step::NeedsStates`]), or, for news that comes
//! late, the rows that touch some keys ([`Step::NeedsHistory`]); those go to [`rebuild`], which gives only the differences.
//! Where accounts have histories, their rows are news as well: each is handed in once, when it comes, and kept under a key of the account.
//! When a version comes that is the first to ask for circles, the whole history must go to [`rebuild`] once; one that is the first to make
//! the whole program one scope (a limit or measure over several referrers, claims that are shared) asks for that itself.
mod accounts;
mod apply;
mod claims;
mod contests;
mod convert;
mod exact;
mod export;
mod forms;
mod gather;
mod given;
mod grant_forms;
mod grants;
mod histories;
mod kept;
mod key;
mod lacking;
mod made;
mod measures;
mod pending;
mod rows;
mod scope;
mod sharing;
mod small;

pub use apply::{Outcome, Step, apply};
pub use export::{keys_of, rebuild};
pub use key::{Key, STATE_SCHEMA, State, States};
