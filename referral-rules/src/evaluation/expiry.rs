//! Expiry: until when what was granted can be used, as of the moment.
use super::Evaluation;
use crate::base::{Day, Instant};
use crate::program::EventKind;
use crate::stage::schedule::{anchor, last_day, rule};
use crate::stage::timeline::EntryRow;
use rustc_hash::FxHashMap;

/// What happened: when, and what.
type Happened = Vec<(i64, EventKind)>;

/// The events that keep something alive, by referral and by who refers.
#[derive(Default)]
pub(super) struct Expiry<'a> {
    of_referral: FxHashMap<u32, Happened>,
    of_referrer: FxHashMap<&'a str, Happened>,
}

impl<'a> Expiry<'a> {
    /// The events of an evaluation; none where no reward is kept alive by any.
    pub(super) fn new(evaluation: &'a Evaluation<'_>) -> Self {
        let mut out = Self::default();
        for one in &evaluation.timeline.alive {
            // By its text: an id that a fact names may have another number than that of the referrer.
            let referrer = evaluation.referrer_text(one.referral);
            out.of_referral.entry(one.referral).or_default().push((one.at, one.kind));
            out.of_referrer.entry(referrer).or_default().push((one.at, one.kind));
        }
        out
    }

    /// The last day of an entry, if it has one: so long after what its dates count from, or after a later event that keeps it
    /// alive and comes in time.
    pub(super) fn last_day(&self, evaluation: &Evaluation<'_>, row: &EntryRow) -> Option<Day> {
        let (version, reward) = rule(evaluation.program, row);
        let after = reward.expires_after?;
        let zone = &evaluation.program.zone;
        let last_day = |at: i64| last_day(evaluation.program, version, after, Instant(at));
        let mut out = last_day(anchor(row).0);
        if reward.kept_alive_by.is_empty() {
            return Some(out);
        }
        let own = self.of_referral.get(&row.referral).into_iter();
        let beneficiary = evaluation.book.text(evaluation.beneficiary_id(row));
        let referred = self.of_referrer.get(beneficiary).into_iter();
        let mut events: Vec<i64> = own
            .chain(referred)
            .flatten()
            .filter(|(at, kind)| *at >= anchor(row).0 && reward.kept_alive_by.contains(kind))
            .map(|(at, _)| *at)
            .collect();
        events.sort_unstable();
        for at in events {
            if zone.day_of(Instant(at)) > out {
                break;
            }
            out = out.max(last_day(at));
        }
        Some(out)
    }
}
