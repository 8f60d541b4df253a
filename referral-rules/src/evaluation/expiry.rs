//! Expiry: until when what was granted can be used, as of the moment.
#![expect(clippy::indexing_slicing, reason = "places come from the list of events itself")]
use super::Evaluation;
use crate::base::{Day, Instant};
use crate::program::EventKind;
use crate::stage::schedule::{anchor, last_day, rule};
use crate::stage::timeline::EntryRow;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What happened: when, and what.
type Happened = Vec<(i64, EventKind)>;

/// Whose events are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Of<'a> {
    Referral(u32),
    /// By its text: an id that a fact names may have another number than that of the referrer.
    Referrer(&'a str),
}

/// The events that keep something alive, by referral and by who refers.
#[derive(Default)]
pub(super) struct Expiry<'a> {
    happened: FxHashMap<Of<'a>, Happened>,
    /// What they keep alive, by version and rule: worked out when the first entry asks.
    chains: RefCell<FxHashMap<(Of<'a>, u16, u16), Rc<Chain>>>,
}

/// Events that keep what a rule gives alive, in their order, each until when: with the help of those that follow in time.
struct Chain {
    at: Vec<i64>,
    day: Vec<Day>,
    until: Vec<Day>,
}

impl Chain {
    fn new(mut at: Vec<i64>, day_of: impl Fn(i64) -> Day, last_day: impl Fn(i64) -> Day) -> Self {
        at.sort_unstable();
        let day: Vec<Day> = at.iter().map(|at| day_of(*at)).collect();
        let mut until: Vec<Day> = at.iter().map(|at| last_day(*at)).collect();
        for place in (1..at.len()).rev() {
            let before = place.saturating_sub(1);
            if day[place] <= until[before] {
                until[before] = until[before].max(until[place]);
            }
        }
        Self { at, day, until }
    }

    /// The last day of what is alive from an instant on until a day at least.
    fn prolonged(&self, from: i64, until: Day) -> Day {
        let in_time = self.day.partition_point(|day| *day <= until);
        match in_time.checked_sub(1) {
            Some(last) if self.at[last] >= from => until.max(self.until[last]),
            _ => until,
        }
    }
}

impl<'a> Expiry<'a> {
    /// The events of an evaluation; none where no reward is kept alive by any.
    pub(super) fn new(evaluation: &'a Evaluation<'_>) -> Self {
        let mut out = Self::default();
        for one in &evaluation.timeline.alive {
            let referrer = evaluation.referrer_text(one.referral);
            for of in [Of::Referral(one.referral), Of::Referrer(referrer)] {
                out.happened.entry(of).or_default().push((one.at, one.kind));
            }
        }
        out
    }

    /// The last day of an entry, if it has one: so long after what its dates count from, or after a later event that keeps it
    /// alive and comes in time.
    pub(super) fn last_day(&self, evaluation: &'a Evaluation<'_>, row: &EntryRow) -> Option<Day> {
        let (version, reward) = rule(evaluation.program, row);
        let after = reward.expires_after?;
        let last_day = |at: i64| last_day(evaluation.program, version, after, Instant(at));
        let from = anchor(row).0;
        let mut out = last_day(from);
        if reward.kept_alive_by.is_empty() {
            return Some(out);
        }
        let day_of = |at: i64| evaluation.program.zone.day_of(Instant(at));
        let chain = |of: Of<'a>| {
            let mut chains = self.chains.borrow_mut();
            let chain = chains.entry((of, row.version, row.rule)).or_insert_with(|| {
                let happened = self.happened.get(&of).into_iter().flatten();
                let kept = happened.filter(|(_, kind)| reward.kept_alive_by.contains(kind)).map(|(at, _)| *at);
                Rc::new(Chain::new(kept.collect(), day_of, last_day))
            });
            Rc::clone(chain)
        };
        let beneficiary = evaluation.book.text(evaluation.beneficiary_id(row));
        let referred = chain(Of::Referrer(beneficiary));
        if evaluation.referrer_text(row.referral) == beneficiary {
            return Some(referred.prolonged(from, out));
        }
        // One may bring in time what the other would miss.
        let own = chain(Of::Referral(row.referral));
        loop {
            let longer = own.prolonged(from, referred.prolonged(from, out));
            if longer == out {
                return Some(out);
            }
            out = longer;
        }
    }
}
