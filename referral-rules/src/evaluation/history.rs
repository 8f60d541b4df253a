//! What happened to a referral, in order, and what of it was taken in. For that, the stage machine goes once more through the
//! referrals of its referrer: that is all that counts and tiers depend on, but for what conditions make.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::entry::{Tier, shown, tiers};
use super::{Evaluation, EventReference};
use crate::base::{Instant, index, position};
use crate::program::{EventKind, Scope};
use crate::stage::timeline::{
    Applied, Applying, Counting, Item, Makes, Place, Refusal, What, event_item, submission_item,
};
use rustc_hash::FxHashSet;
use serde::Serialize;

/// Whether something that happened changed anything.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// It was taken in.
    In,
    /// It could not follow what was before: the code of the finding. Or a requirement kept it out: its code.
    NotTakenIn(String),
    /// Copies with other content came; none of them counts.
    Withdrawn,
    /// The referral is refused.
    ReferralRefused,
    /// No: another referral had taken the claim over.
    AfterTakeOver,
}

/// Something that happened to a referral.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Happening {
    /// What.
    pub event: EventReference,
    /// True when the clock made it.
    pub by_clock: bool,
    /// Whether conditions made it.
    pub by_conditions: bool,
    /// When.
    #[serde(serialize_with = "shown")]
    pub at: Instant,
    /// From when on it is known.
    #[serde(serialize_with = "shown")]
    pub known_at: Instant,
    /// Whether it changed anything.
    pub taken: Taken,
    /// The facts that came with it, as expressions write them.
    pub facts: Vec<(String, String)>,
    /// The tiers after it.
    pub tiers: Vec<Tier>,
    /// How many referrals of the referrer were submitted, qualified, opportunities and closed after it.
    pub counts: [i64; 4],
}

impl Evaluation<'_> {
    /// What happened to a referral up to the moment, in order; `None` if the referral is not known.
    pub fn history(&self, referral: &str) -> Option<Vec<Happening>> {
        let row = self.known_row(referral)?;
        let as_of = self.as_of.0;
        let standing = self.standings.at(self.book, row, as_of);
        let accepted = standing.was_accepted();
        let mut out: Vec<(Place, Happening)> = Vec::new();
        let (applied, refusals) = self.taken_in(row);
        for at in (0..applied.referral.len()).filter(|at| accepted && applied.referral[*at] == row) {
            let mut happening = self.happening(applied.what[at], applied.kind[at], applied.at[at], applied.known[at]);
            let makers = self.program.versions.get(usize::from(applied.version[at])).map(|version| &version.makers);
            let was_made = applied.place[at].made > 0;
            happening.by_conditions =
                was_made && makers.into_iter().flatten().any(|maker| maker.kind == applied.kind[at]);
            happening.tiers = tiers(self.program, applied.version[at], &applied.tiers[at]);
            happening.counts = applied.counts[at];
            out.push((applied.place[at], happening));
        }
        for item in self.reported(|other| other == row) {
            let refusal = refusals.iter().find(|refusal| What::Event(refusal.event) == item.what);
            let taken = if item.withdrawn <= as_of {
                Taken::Withdrawn
            } else if !accepted {
                Taken::ReferralRefused
            } else if !standing.lets_in(item.what, item.place.at) && refusal.is_none() {
                Taken::AfterTakeOver
            } else if let Some(refusal) = refusal {
                Taken::NotTakenIn(refusal.code.slug().to_owned())
            } else if let Some(requirement) = self.kept_out_by(row, item.what) {
                Taken::NotTakenIn(requirement)
            } else {
                continue;
            };
            let happening = self.happening(item.what, item.place.kind, item.place.at, item.known);
            out.push((item.place, Happening { taken, ..happening }));
        }
        out.sort_by_key(|(place, _)| *place);
        Some(out.into_iter().map(|(_, happening)| happening).collect())
    }

    fn happening(&self, what: What, kind: EventKind, at: i64, known: i64) -> Happening {
        Happening {
            event: self.event_reference(what, kind),
            by_clock: matches!(what, What::Clock(_)),
            by_conditions: false,
            at: Instant(at),
            known_at: Instant(known),
            taken: Taken::In,
            facts: match what {
                What::Event(event) => self.event_facts(event),
                What::Submission | What::Clock(_) | What::PeriodEnd(_) => Vec::new(),
            },
            tiers: Vec::new(),
            counts: [0; 4],
        }
    }

    /// What was taken in, and what could not be, of all referrals of the same referrer.
    fn taken_in(&self, row: u32) -> (Applied, Vec<Refusal>) {
        let referrers = &self.book.referrals.referrer;
        let same = |other: u32| referrers[index(other)] == referrers[index(row)];
        let holders: FxHashSet<u32> = match self.program.shares_claims() {
            true => self.referrals().filter(|other| same(*other)).filter_map(|other| self.holder(other)).collect(),
            false => FxHashSet::default(),
        };
        // What conditions make may depend on all that is gone through together.
        let all = self.program.makes_events() && self.program.scope == Scope::Program;
        self.taken_in_of(|other: u32| all || same(other) || holders.contains(&other))
    }

    /// What was taken in, of all referrals, as known at the moment.
    pub(crate) fn all_taken_in(&self) -> Applied {
        self.taken_in_of(|_| true).0
    }

    fn taken_in_of(&self, looked_at: impl Fn(u32) -> bool) -> (Applied, Vec<Refusal>) {
        let items = self.reported(|other| looked_at(other) && self.standings.ever_accepted(other));
        let applying = Applying {
            program: self.program,
            book: self.book,
            submissions: &self.submissions,
            standings: &self.standings,
            opening: &self.timeline.opening,
            measured: self.program.measures_events(),
            recruits: self.program.asks_for_recruiters(),
            shares: self.program.shares_claims(),
            makes: Makes::all(self.program),
            contests: None,
        };
        let mut applied = Applied::default();
        let mut refusals = Vec::new();
        applying.run(&items, self.as_of.0, &mut Counting::default(), &mut applied, &mut refusals);
        (applied, refusals)
    }

    /// What was reported on the referrals that pass, in total order, as known at the moment.
    fn reported(&self, passes: impl Fn(u32) -> bool) -> Vec<Item> {
        let submissions = self.referrals().filter(|row| passes(*row)).map(|row| submission_item(self.book, row));
        let events = (0..position(self.book.events.id.len()))
            .filter(|event| passes(self.book.events.referral[index(*event)]))
            .map(|event| event_item(self.book, event));
        let mut items: Vec<Item> = submissions.chain(events).filter(|item| item.known <= self.as_of.0).collect();
        items.sort_unstable();
        items
    }

    /// The news that came late at the moment when a correction was booked, in words; of the entry's referrer, if any of it is.
    pub(crate) fn late_news(&self, referral: u32, booked_at: Instant) -> Vec<String> {
        let referrers = &self.book.referrals.referrer;
        let late =
            |item: &Item| (item.known == booked_at.0 && item.known > item.place.at) || item.withdrawn == booked_at.0;
        let items: Vec<Item> = self.reported(|_| true).into_iter().filter(late).collect();
        let same = |item: &&Item| referrers[index(item.referral)] == referrers[index(referral)];
        let own: Vec<&Item> = items.iter().filter(same).collect();
        let told = if own.is_empty() { items.iter().collect() } else { own };
        told.into_iter()
            .map(|item| {
                let kind = self.program.kind_word(item.place.kind);
                let day = |at: i64| self.program.zone.day_of(Instant(at));
                let of = format!("{kind} of {} on {}", self.referral_text(item.referral), day(item.place.at));
                let withdrawn = item.withdrawn == booked_at.0;
                let how = if withdrawn { "came again with other content on" } else { "was recorded on" };
                format!("{of} {how} {}", day(booked_at.0))
            })
            .collect()
    }

    /// The referral whose claim another shares, as known at the moment.
    pub(crate) fn holder(&self, row: u32) -> Option<u32> {
        self.standings.at(self.book, row, self.as_of.0).shares_with().map(|(holder, _)| holder)
    }

    /// What people call a kind of event, by the last version that says so.
    pub(crate) fn label_of(&self, kind: &str) -> Option<&str> {
        let events = self.program.versions.iter().rev().flat_map(|version| &version.document.events);
        let label = events.filter(|event| event.kind.value == kind).find_map(|event| event.label.as_ref());
        label.map(|label| label.value.as_str())
    }

    /// The position of a referral that is known at the moment.
    pub(crate) fn known_row(&self, referral: &str) -> Option<u32> {
        let row = self.book.referral(referral)?;
        (self.book.referrals.known[index(row)] <= self.as_of.0).then_some(row)
    }
}
