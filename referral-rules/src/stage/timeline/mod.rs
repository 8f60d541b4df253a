//! The timeline: events in one total order become counts, tiers, grants and entries.
//!
//! Three passes over a scope: `applied` takes the events in and counts, `candidates` evaluates the rules over chunks of
//! events, `drawing` lets the results draw on limits in order. `ledger` books the outcome, and replays a scope when news
//! came late. Scopes are independent of each other and are shared out to threads.
mod alive;
mod applied;
mod candidates;
mod chunk;
mod clocks;
mod contests;
mod drawing;
mod drawn;
mod given;
mod goals;
mod grants;
mod groups;
mod hold;
mod items;
mod judging;
mod kept;
mod key_text;
mod keys;
mod ledger;
mod levels;
mod making;
mod measure_keys;
mod measures;
mod measuring;
mod reversing;
mod run;
mod sharing;
mod stages;
mod states;
mod steps;
mod straight;
mod tiers;
mod too_much;

pub use alive::Alive;
pub use applied::{Applied, Applying, Counting, LADDERS_MAX, NO_STAGE, Pending, ReferralState, Refusal, may_follow};
pub use candidates::{Candidate, Cause, Change, Offering, Past, Rule, Step};
pub(crate) use chunk::number;
pub use contests::{Board, BoardRow, Contests, CountedEvent, tickets};
pub use drawing::{AT_ONCE, Drawing, Granted, NotApplied, touched_by};
pub use drawn::{Deferred, Done, Draw, DrawKey, Drawn, DrawnDay, GivenKey, TotalKey, TotalSoFar};
pub use goals::GoalEvent;
pub use grants::{GrantSoFar, ShareSoFar, Taken};
pub use hold::Hold;
pub use items::{Item, Items, Origin, Place, What, collect, event_item, submission_item};
pub use judging::{Failure, Holds, Said};
pub use kept::Kept;
pub use ledger::{Booking, By, EntryRow, Grant};
pub use levels::Levels;
pub use making::Makes;
pub use measure_keys::{KeyPart, MeasureKey, MeasureKeys, key_part};
pub use measures::{Contributed, Reading, Running, Totals};
pub use measuring::{OfSubmissions, Readings};
pub use run::{Opening, Timeline, run};
pub use sharing::Sharing;
pub use states::{EventsOf, ShortStates, States};
pub use steps::Steps;
pub use straight::{EntryTable, Walk, run as run_straight};
pub use too_much::{TooManyReleases, TooMuch, TooMuchLateNews};

/// How many places a map keeps from one scope to the next. Emptying a map goes through all its places, so that one large
/// scope must not leave a large map to many small ones.
const PLACES_KEPT: usize = 1024;

/// Empties a map, and keeps its memory if that is not much.
fn forget<K, V>(map: &mut rustc_hash::FxHashMap<K, V>) {
    if map.capacity() > PLACES_KEPT {
        *map = rustc_hash::FxHashMap::default();
    } else {
        map.clear();
    }
}
