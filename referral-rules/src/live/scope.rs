//! A scope along its timeline, one step after the other: loaded from its state, run, saved again.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::contests::{CountedForm, contests, contests_form};
use super::convert::{
    applied_form, draw_form, draw_key, number, number_form, place_form, push_applied, step, step_form, total_form,
    total_key,
};
use super::forms::{DeferredForm, GivenForm, PendingForm, PlaceForm, ScopeBody};
use super::given::{given_forms, given_key};
use super::kept::{kept, kept_form};
use super::lacking::lacks_something;
use super::made::{came_forms, load_made};
use super::measures::measure_forms;
use super::pending::{pending, pending_form};
use super::rows::event_row;
use crate::base::{NONE, TextId, index};
use crate::book::NEVER;
use crate::expr::Scratch;
use crate::program::{EventKind, Program};
use crate::stage::Facts;
use crate::stage::attribution::Standing;
use crate::stage::earlier::{Measures, is_open};
use crate::stage::timeline::{
    Applied, Applying, Booking, Counting, Deferred, Draw, Drawing, Drawn, EntryRow, Grant, Granted, Item, Makes,
    Offering, Opening, ReferralState, Refusal, Step, TotalSoFar,
};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// A scope in motion.
pub struct Running<'a> {
    pub(super) facts: Facts<'a>,
    /// The referrals, counts and clock events.
    pub counting: Counting,
    /// The limits.
    pub drawn: Drawn,
    /// What was taken in: first what deferred amounts hang on, then what is new.
    pub applied: Applied,
    /// What was granted.
    pub granted: Granted,
    /// How many entries the grants have that may get more.
    pub booking: Booking,
    /// Host events that could not be taken in.
    pub refusals: Vec<Refusal>,
    /// The latest place that was taken in.
    pub frontier: Option<PlaceForm>,
    releases: AtomicU64,
    pub(super) scratch: Scratch<'a>,
    later: (Vec<PendingForm>, Vec<DeferredForm>),
    of_others: ScopeBody,
    /// What counts for contests of referrals that are not in the book.
    others_counted: Vec<CountedForm>,
}

impl<'a> Running<'a> {
    /// A scope without any past.
    pub fn new(facts: Facts<'a>) -> Self {
        Self {
            facts,
            counting: Counting::default(),
            drawn: Drawn::default(),
            applied: Applied::default(),
            granted: Granted::default(),
            booking: Booking::default(),
            refusals: Vec::new(),
            frontier: None,
            releases: AtomicU64::new(0),
            scratch: Scratch::new(&facts.book.texts),
            later: (Vec::new(), Vec::new()),
            of_others: ScopeBody::default(),
            others_counted: Vec::new(),
        }
    }

    /// A scope with its past; what the clock does up to `as_of` is loaded whole. `None` when the program no longer has what
    /// the state names, or asks for what it does not tell.
    pub fn load(facts: Facts<'a>, body: &ScopeBody, as_of: i64) -> Option<Self> {
        if lacks_something(facts.program, body) {
            return None;
        }
        let mut out = Self::new(facts);
        out.frontier.clone_from(&body.frontier);
        out.of_others.open.clone_from(&body.open);
        out.of_others.events.clone_from(&body.events);
        for (referrer, counts) in &body.counts {
            match facts.book.texts.find(referrer) {
                Some(id) => {
                    out.counting.counts.insert(id.0, *counts);
                }
                None => {
                    out.of_others.counts.insert(referrer.clone(), *counts);
                }
            }
        }
        for (referrer, form) in &body.kept {
            match facts.book.texts.find(referrer) {
                Some(id) => {
                    out.counting.kept.insert(id.0, kept(facts.program, form)?);
                }
                None => {
                    out.of_others.kept.insert(referrer.clone(), form.clone());
                }
            }
        }
        load_made(facts.program, facts.book, body, &mut out.counting)?;
        if let Some(form) = &body.contests {
            out.others_counted = contests(facts, form, &mut out.counting.contests)?;
        }
        for form in &body.draws {
            let key = draw_key(facts.program, form, &mut out.scratch)?;
            out.drawn.draws.insert(key, Draw::with_days(form.sum, &form.days));
        }
        for form in &body.totals {
            let key = total_key(facts.program, form, &mut out.scratch)?;
            out.drawn.totals.insert(key, TotalSoFar { total: form.total, given: form.given });
        }
        for form in &body.given {
            out.load_given(form)?;
        }
        out.drawn.deferrals = body.deferrals;
        for form in &body.pending {
            if form.at > as_of {
                out.later.0.push(form.clone());
                continue;
            }
            out.counting.pending.push(Reverse(pending(facts, form)?));
        }
        for form in &body.deferred {
            if form.release > as_of {
                out.later.1.push(form.clone());
                continue;
            }
            out.load_deferred(form)?;
        }
        Some(out)
    }

    /// Takes over for what a rule was given.
    pub fn load_given(&mut self, form: &GivenForm) -> Option<()> {
        self.drawn.given.insert(given_key(self.facts.program, form, &mut self.scratch)?);
        Some(())
    }

    fn load_deferred(&mut self, form: &DeferredForm) -> Option<()> {
        let program = self.facts.program;
        let row = push_applied(program, self.facts.book, &form.applied, &mut self.applied)?;
        let at = index(row);
        let version = &program.versions[usize::from(self.applied.version[at])];
        let rule =
            version.rewards.iter().position(|reward| program.reward_ids[usize::from(reward.number)] == form.rule)?;
        let limit =
            version.limits.iter().position(|limit| program.limit_ids[usize::from(limit.number)] == form.limit)?;
        let base = number(&form.base)?;
        let reward = &version.rewards[rule];
        let payee = match &form.payee {
            // States of before name the recruiter with the event.
            None => self.applied.payee(at, reward.to),
            Some(payee) => self.facts.book.texts.find(payee)?.0,
        };
        let event = (self.applied.what[at], self.applied.kind[at]);
        let grant = (self.applied.referral[at], event, reward.number, payee);
        self.booking.sequences.insert(grant, form.sequence);
        let deferred = Deferred {
            row,
            rule: u16::try_from(rule).ok()?,
            payee,
            base,
            amount: form.amount,
            limit: u16::try_from(limit).ok()?,
            counted: form.counted,
            steps: form.steps.iter().map(|form| step(program, form)).collect::<Option<_>>()?,
        };
        self.drawn.deferred.insert((form.release, form.number), deferred);
        Some(())
    }

    /// Takes in items as known at a moment, clock events and releases included.
    pub fn step(&mut self, items: &[Item], moment: i64, opening: &Opening) {
        let facts = self.facts;
        let start = self.applied.referral.len();
        let applying = self.applying(opening);
        applying.run(items, moment, &mut self.counting, &mut self.applied, &mut self.refusals);
        let offering = Offering {
            program: facts.program,
            book: facts.book,
            submissions: facts.submissions,
            applied: &self.applied,
            given_before: &opening.given,
        };
        let new = start..self.applied.referral.len();
        let candidates = offering.all(new, &mut self.drawn.given, &mut self.scratch);
        let drawing = Drawing {
            offering: &offering,
            opening: &opening.draws,
            opening_totals: &opening.totals,
            moment,
            releases: &self.releases,
            keeps_granted: true,
        };
        let before = self.granted.parts.len();
        let rows = start..self.applied.referral.len();
        drawing.run(rows.clone(), &candidates, &mut self.drawn, &mut self.scratch, &mut self.granted);
        let mut reached: Vec<PlaceForm> =
            items.iter().map(|item| place_form(facts.book, &item.place, item.referral, item.what)).collect();
        reached.extend(rows.map(|row| {
            place_form(facts.book, &self.applied.place[row], self.applied.happened_to(row), self.applied.what[row])
        }));
        let released = self.granted.parts[before..].iter().map(|part| part.release).filter(|at| *at > i64::MIN);
        reached.extend(released.chain(self.counting.contests.passed.take()).map(PlaceForm::of_period));
        self.reach(reached);
    }

    /// Goes as far as a place, if it has not come there yet.
    fn reach(&mut self, places: impl IntoIterator<Item = PlaceForm>) {
        for place in places {
            if self.frontier.as_ref().is_none_or(|frontier| frontier.order(&place).is_lt()) {
                self.frontier = Some(place);
            }
        }
    }

    /// Submissions have asked what was before them, or have ended what was: from now on all before them is late.
    pub fn looked_back(&mut self, submissions: &[Item]) {
        let book = self.facts.book;
        self.reach(submissions.iter().map(|item| place_form(book, &item.place, item.referral, item.what)));
    }

    /// What was before a submission: the declared measures as they stand there, and the open referrals of its referrer.
    pub fn before(mut self, items: &[Item], submission: &Item, opening: &Opening) -> (Measures, BTreeSet<String>) {
        let facts = self.facts;
        let applying = self.applying(opening);
        let until = Some(&submission.place);
        let (mut applied, mut refusals) = (Applied::default(), Vec::new());
        applying.run_until(items, submission.known, until, &mut self.counting, &mut applied, &mut refusals);
        let referrer = facts.book.referrals.referrer[index(submission.referral)];
        let open = self.of_others.open.as_mut().and_then(|open| open.remove(facts.book.text(referrer)));
        let mut open = open.unwrap_or_default();
        let of_referrer = |referral: u32| facts.book.referrals.referrer[index(referral)] == referrer;
        for (referral, state) in self.counting.referrals.iter().filter(|(referral, _)| of_referrer(**referral)) {
            let ended = facts.is_taken_over_before(*referral, submission);
            note_open(facts, *referral, state, ended, &mut open);
        }
        (self.counting.measures, open)
    }

    fn applying<'o>(&self, opening: &'o Opening) -> Applying<'o>
    where
        'a: 'o,
    {
        let facts = self.facts;
        Applying {
            program: facts.program,
            book: facts.book,
            submissions: facts.submissions,
            standings: facts.standings,
            opening,
            measured: facts.program.measures_events(),
            recruits: facts.program.asks_for_recruiters(),
            shares: facts.program.shares_claims(),
            makes: Makes::all(facts.program),
            contests: facts.program.contest_ends.as_ref(),
        }
    }

    /// Takes in new items, moment by moment as they become known, and notes the submissions that looked back. True if one of them is late.
    pub fn take_in(&mut self, items: &[Item], looked_back: &[Item], opening: &Opening) -> bool {
        let mut late = false;
        let mut all: Vec<(Item, bool)> = items.iter().map(|item| (*item, true)).collect();
        all.extend(looked_back.iter().map(|item| (*item, false)));
        all.sort_by_key(|(item, _)| (item.known, item.place));
        for group in all.chunk_by(|(left, _), (right, _)| left.known == right.known) {
            let Some(moment) = group.first().map(|(item, _)| item.known) else { continue };
            self.step(&[], moment.saturating_sub(1), opening);
            late |= group.iter().any(|(item, _)| self.is_late(item));
            let of = |new: bool| group.iter().filter(move |(_, is_new)| *is_new == new).map(|(item, _)| *item);
            let (items, looked_back): (Vec<Item>, Vec<Item>) = (of(true).collect(), of(false).collect());
            self.step(&items, moment, opening);
            self.looked_back(&looked_back);
        }
        late
    }

    /// Whether so much was released that the limit stopped it: then only a rebuilding can tell what to do.
    pub fn is_stopped(&self) -> bool {
        self.releases.load(Ordering::Relaxed) > crate::base::limits::RELEASES_MAX
    }

    /// Whether an item stands before what was taken in already.
    pub fn is_late(&self, item: &Item) -> bool {
        let place = place_form(self.facts.book, &item.place, item.referral, item.what);
        self.frontier.as_ref().is_some_and(|frontier| place.order(frontier).is_lt())
    }

    /// Books what was granted.
    pub fn book(&mut self, entries: &mut Vec<EntryRow>, steps: &mut Vec<Step>) {
        self.booking.book(self.facts.program, &self.applied, &self.granted, None, entries, steps);
    }

    /// The state of the scope, and when the clock acts on it next.
    pub fn save(&self, given: Vec<GivenForm>) -> (ScopeBody, Option<i64>) {
        let facts = self.facts;
        let mut out = ScopeBody {
            frontier: self.frontier.clone(),
            clock: None,
            counts: self.of_others.counts.clone(),
            measures: Vec::new(),
            kept: self.of_others.kept.clone(),
            open: None,
            pending: self.later.0.clone(),
            draws: Vec::new(),
            totals: Vec::new(),
            given,
            came: came_forms(facts.program, facts.book, &self.counting),
            contests: None,
            deferred: self.later.1.clone(),
            deferrals: self.drawn.deferrals,
            events: std::collections::BTreeMap::new(),
        };
        for (referrer, counts) in &self.counting.counts {
            out.counts.insert(facts.book.text(crate::base::TextId(*referrer)).to_owned(), *counts);
        }
        for (referrer, kept) in &self.counting.kept {
            out.kept.insert(facts.book.text(crate::base::TextId(*referrer)).to_owned(), kept_form(facts.program, kept));
        }
        if facts.program.asks_for_open() {
            let mut open = self.of_others.open.clone().unwrap_or_default();
            for (referral, state) in &self.counting.referrals {
                let referrer = facts.book.text(facts.book.referrals.referrer[index(*referral)]);
                let ended = matches!(facts.standings.current.of(index(*referral)), Standing::TakenOver(_));
                note_open(facts, *referral, state, ended, open.entry(referrer.to_owned()).or_default());
            }
            open.retain(|_, open| !open.is_empty());
            out.open = Some(open);
        }
        if facts.program.holds_contests() {
            out.contests = Some(contests_form(facts, &self.counting.contests, &self.others_counted));
        }
        out.measures.extend(measure_forms(facts.program, facts.book, &self.counting));
        out.measures.sort_by(|left, right| (&left.measure, &left.key).cmp(&(&right.measure, &right.key)));
        for Reverse(pending) in &self.counting.pending {
            out.pending.push(pending_form(facts, pending));
        }
        let draws = self.drawn.draws.iter();
        out.draws = draws.map(|(key, draw)| draw_form(facts.program, key, draw, &self.scratch)).collect();
        let totals = self.drawn.totals.iter();
        out.totals = totals.map(|(key, total)| total_form(facts.program, key, *total, &self.scratch)).collect();
        out.totals.sort();
        for ((release, number), deferred) in &self.drawn.deferred {
            out.deferred.push(self.deferred_form(*release, *number, deferred));
        }
        out.pending.sort_by(|left, right| {
            (left.at, &left.referral, left.clock).cmp(&(right.at, &right.referral, right.clock))
        });
        out.deferred.sort_by_key(|form| (form.release, form.number));
        out.draws.sort();
        let ends = self.counting.contests.ends.first().and_then(|last| facts.program.end_of(*last));
        let wakes = out.pending.iter().map(|form| form.at).chain(out.deferred.iter().map(|form| form.release));
        let wakes = wakes.chain(ends).min();
        let anchors = out.pending.iter().filter_map(|form| form.anchor.clone());
        let events: Vec<String> =
            anchors.chain(out.deferred.iter().filter_map(|form| form.applied.event.clone())).collect();
        for id in events {
            // The small book has no event of a referral that nothing has happened to.
            let row = facts.book.event(&id).map(|event| event_row(facts.program, facts.book, event));
            let row = row.or_else(|| self.of_others.events.get(&id).cloned());
            out.events.extend(row.map(|row| (id, row)));
        }
        (out, wakes.filter(|at| *at != NEVER))
    }

    /// For what rules were given that are given once: what is kept with each referral, and with the scope.
    pub fn given(&self) -> FxHashMap<Option<TextId>, Vec<GivenForm>> {
        given_forms(self.facts.program, &self.drawn.given, &self.scratch)
    }

    /// Takes over how many entries each grant has, as far as something of it is still put off.
    pub fn count_entries(&mut self, sequences: &FxHashMap<Grant, u32>) {
        let grants: Vec<Grant> =
            self.drawn.deferred.values().map(|deferred| self.grant(deferred)).chain(self.grants_kept()).collect();
        self.booking.sequences =
            grants.into_iter().filter_map(|grant| sequences.get(&grant).map(|sequence| (grant, *sequence))).collect();
    }

    /// The grant that something is put off of.
    fn grant(&self, deferred: &Deferred) -> Grant {
        let row = index(deferred.row);
        let version = &self.facts.program.versions[usize::from(self.applied.version[row])];
        let reward = &version.rewards[usize::from(deferred.rule)];
        let event = (self.applied.what[row], self.applied.kind[row]);
        (self.applied.referral[row], event, reward.number, deferred.payee)
    }

    fn deferred_form(&self, release: i64, number: u64, deferred: &Deferred) -> DeferredForm {
        let program = self.facts.program;
        let row = index(deferred.row);
        let version = &program.versions[usize::from(self.applied.version[row])];
        let reward = &version.rewards[usize::from(deferred.rule)];
        let limit = &version.limits[usize::from(deferred.limit)];
        let grant = self.grant(deferred);
        DeferredForm {
            release,
            number,
            rule: program.reward_ids[usize::from(reward.number)].clone(),
            limit: program.limit_ids[usize::from(limit.number)].clone(),
            amount: deferred.amount,
            base: number_form(deferred.base),
            counted: deferred.counted,
            steps: deferred.steps.iter().map(|step| step_form(program, step)).collect(),
            payee: (deferred.payee != NONE).then(|| self.facts.book.text(TextId(deferred.payee)).to_owned()),
            sequence: self.booking.sequences.get(&grant).copied().unwrap_or(0),
            applied: applied_form(program, self.facts.book, &self.applied, row),
        }
    }
}

/// Takes down whether a referral is open; one that was taken over is not.
fn note_open(facts: Facts<'_>, referral: u32, state: &ReferralState, ended: bool, open: &mut BTreeSet<String>) {
    let id = facts.book.text(facts.book.referrals.id[index(referral)]);
    if !ended && is_open(EventKind(state.stage)) {
        open.insert(id.to_owned());
    } else {
        open.remove(id);
    }
}

/// What each referral was granted, by reward number, out of the ledger of a whole history.
pub fn sequences(entries: &[EntryRow], program: &Program) -> FxHashMap<Grant, u32> {
    let mut out = FxHashMap::default();
    for row in entries {
        let sequence: &mut u32 = out.entry(row.grant(program)).or_default();
        *sequence = (*sequence).max(row.sequence);
    }
    out
}
