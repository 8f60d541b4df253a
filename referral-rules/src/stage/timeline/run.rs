//! Runs the passes over all scopes, shared out to threads.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::alive::{self, Alive};
use super::applied::{Applied, Applying, Counting, ReferralState, Refusal};
use super::candidates::{NothingGranted, Offering, Step, nothing_granted_key};
use super::contests::Board;
use super::drawing::{Drawing, Granted};
pub use super::drawn::Opening;
use super::drawn::{Drawn, GivenKey};
use super::goals::GoalEvent;
use super::items::{Item, Items, What};
use super::judging::{Failure, Holds};
use super::kept::Kept;
use super::ledger::{Booking, EntryRow, late_moments};
use super::making::Makes;
use super::measure_keys::MeasureKey;
use super::measures::Running;
use super::states::States;
use super::straight::EntryTable;
use super::too_much::{TooManyReleases, TooMuch, TooMuchLateNews};
use crate::base::{index, limits, position};
use crate::book::Book;
use crate::expr::Scratch;
use crate::program::{OverLimit, Program};
use crate::stage::Facts;
use crate::stage::attribution::Standings;
use crate::stage::submission::Submissions;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::atomic::{AtomicU64, Ordering};

/// Applied events that are evaluated together.
const BATCH_ROWS: usize = 4096;

/// What the timeline gives.
#[derive(Debug, Default)]
pub struct Timeline {
    /// The ledger, in order, unless it stands in the table.
    pub entries: Vec<EntryRow>,
    /// The steps of all entries, unless they stand in the table.
    pub steps: Vec<Step>,
    /// The ledger of the straight way, by column.
    pub table: Option<EntryTable>,
    /// Rules that gave nothing for an event of their kind.
    pub not_applied: Vec<NothingGranted>,
    /// Host events that could not be taken in.
    pub refusals: Vec<Refusal>,
    /// The requirements that failed at events, by referral, in the order of the events, then of the document.
    pub failures: Vec<Failure>,
    /// By referral, what holds what it brings, and what reviews made of it.
    pub held: FxHashMap<u32, Holds>,
    /// Where each referral stands.
    pub states: States,
    /// The counts of each referrer, by the text id of the referrer, unless they are found in the states.
    pub counts: FxHashMap<u32, [i64; 4]>,
    /// The declared measures, by number and key.
    pub measures: FxHashMap<(u16, MeasureKey), Running>,
    /// What referrers keep of their levels, by the text id of the referrer.
    pub kept: FxHashMap<u32, Kept>,
    /// What events count for the goals of campaigns.
    pub goals: Vec<GoalEvent>,
    /// The events that keep alive what would expire.
    pub alive: Vec<Alive>,
    /// For what rules were given that are given once.
    pub given: FxHashSet<GivenKey>,
    /// The places of contests, period by period.
    pub boards: Vec<Board>,
    /// What was before the history.
    pub opening: Opening,
}

impl Timeline {
    /// The ledger row by row.
    pub fn rows(&self, program: &Program, book: &Book) -> &[EntryRow] {
        self.table.as_ref().map_or(&self.entries, |table| table.rows(program, book))
    }

    /// How many entries the ledger has.
    pub fn len(&self) -> usize {
        self.table.as_ref().map_or(self.entries.len(), |table| table.amount.len())
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The counts of a referrer, by its text id; what was counted before the history where nothing has come since.
    pub fn counts_of(&self, book: &Book, referrer: u32) -> [i64; 4] {
        let counts = match &self.states {
            States::Short(short) => short.counts(book, &self.opening),
            States::Whole(_) => &self.counts,
        };
        counts.get(&referrer).or_else(|| self.opening.counts.get(&referrer)).copied().unwrap_or_default()
    }

    /// The steps of all entries.
    pub fn all_steps(&self) -> &[Step] {
        self.table.as_ref().map_or(&self.steps, |table| table.all_steps())
    }

    /// Takes another ledger in place of its own; the steps stay.
    pub fn replace(&mut self, entries: Vec<EntryRow>) {
        if let Some(table) = self.table.take() {
            self.steps = table.all_steps().to_vec();
        }
        self.entries = entries;
    }
}

/// What all workers share.
struct Shared<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    standings: &'a Standings,
    items: &'a Items,
    opening: &'a Opening,
    as_of: i64,
    clock_acts: bool,
    /// Recruiters are asked for.
    recruits: bool,
    /// Claims are shared.
    shares: bool,
    /// Some rule asks what was granted before.
    reads_ledger: bool,
    replay_steps: AtomicU64,
    releases: AtomicU64,
}

/// Runs the timeline of all scopes as of a moment.
///
/// # Errors
/// [`TooMuch`] when replaying or releasing would take more steps than the stated limits.
pub fn run(
    facts: Facts<'_>,
    items: &Items,
    opening: &Opening,
    as_of: i64,
    threads: usize,
) -> Result<Timeline, TooMuch> {
    let Facts { program, book, submissions, standings } = facts;
    let clock_acts = program.versions.iter().any(|version| {
        !version.clocks.is_empty() || version.limits.iter().any(|limit| limit.over_limit == OverLimit::PayLater)
    });
    let shared = Shared {
        program,
        book,
        submissions,
        standings,
        items,
        opening,
        as_of,
        clock_acts,
        recruits: program.asks_for_recruiters(),
        shares: program.shares_claims(),
        reads_ledger: program.versions.iter().flat_map(|version| &version.rewards).any(|reward| reward.reads_ledger),
        replay_steps: AtomicU64::new(0),
        releases: AtomicU64::new(0),
    };
    let shares = share_out(items, threads.max(1));
    let outcomes: Vec<Worker<'_>> = if shares.len() <= 1 {
        shares.into_iter().map(|share| Worker::run(&shared, share)).collect()
    } else {
        std::thread::scope(|scope| {
            let shared = &shared;
            let running: Vec<_> =
                shares.into_iter().map(|share| scope.spawn(move || Worker::run(shared, share))).collect();
            running
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault)))
                .collect()
        })
    };
    let steps = shared.replay_steps.load(Ordering::Relaxed);
    if steps > limits::REPLAY_STEPS_MAX {
        return Err(TooMuch::LateNews(TooMuchLateNews(steps)));
    }
    if shared.releases.load(Ordering::Relaxed) > limits::RELEASES_MAX {
        return Err(TooMuch::Releases(TooManyReleases));
    }
    let mut out = Timeline { opening: opening.clone(), ..Timeline::default() };
    let mut states = vec![None; book.referrals.id.len()];
    for mut worker in outcomes {
        let offset = position(out.steps.len());
        for entry in &mut worker.entries {
            entry.steps.0 = entry.steps.0.saturating_add(offset);
        }
        out.entries.append(&mut worker.entries);
        out.steps.append(&mut worker.steps);
        out.not_applied.append(&mut worker.not_applied);
        out.refusals.append(&mut worker.refusals);
        out.counts.extend(worker.counts);
        out.measures.extend(worker.measures);
        out.kept.extend(worker.kept);
        out.goals.append(&mut worker.goals);
        out.alive.append(&mut worker.alive);
        out.given.extend(worker.given);
        out.failures.append(&mut worker.failures);
        out.held.extend(worker.held);
        out.boards.append(&mut worker.boards);
        for (referral, state) in worker.states {
            states[index(referral)] = Some(state);
        }
    }
    out.states = States::Whole(states);
    out.entries.sort_unstable_by(EntryRow::order);
    out.not_applied.sort_unstable_by_key(nothing_granted_key);
    out.refusals.sort_unstable_by_key(|refusal| refusal.event);
    out.failures.sort_by_key(Failure::key);
    Ok(out)
}

/// Ranges of scopes with about the same number of items.
fn share_out(items: &Items, threads: usize) -> Vec<std::ops::Range<usize>> {
    let total = items.items.len();
    let mut out = Vec::new();
    let mut from = 0;
    for thread in 1..=threads {
        let goal = total.saturating_mul(thread).checked_div(threads).unwrap_or(total);
        let until = items.starts.partition_point(|start| *start < goal).min(items.scopes()).max(from);
        let until = if thread == threads { items.scopes() } else { until };
        if until > from {
            out.push(from..until);
        }
        from = until;
    }
    out
}

struct Worker<'a> {
    shared: &'a Shared<'a>,
    scratch: Scratch<'a>,
    counting: Counting,
    drawn: Drawn,
    booking: Booking,
    entries: Vec<EntryRow>,
    steps: Vec<Step>,
    not_applied: Vec<NothingGranted>,
    refusals: Vec<Refusal>,
    states: Vec<(u32, ReferralState)>,
    counts: Vec<(u32, [i64; 4])>,
    measures: Vec<((u16, MeasureKey), Running)>,
    kept: Vec<(u32, Kept)>,
    goals: Vec<GoalEvent>,
    alive: Vec<Alive>,
    given: FxHashSet<GivenKey>,
    failures: Vec<Failure>,
    held: Vec<(u32, Holds)>,
    boards: Vec<Board>,
}

impl<'a> Worker<'a> {
    fn run(shared: &'a Shared<'a>, scopes: std::ops::Range<usize>) -> Self {
        let mut worker = Self {
            shared,
            scratch: Scratch::new(&shared.book.texts),
            counting: Counting::default(),
            drawn: Drawn::default(),
            booking: Booking::default(),
            entries: Vec::new(),
            steps: Vec::new(),
            not_applied: Vec::new(),
            refusals: Vec::new(),
            states: Vec::new(),
            counts: Vec::new(),
            measures: Vec::new(),
            kept: Vec::new(),
            goals: Vec::new(),
            alive: Vec::new(),
            given: FxHashSet::default(),
            failures: Vec::new(),
            held: Vec::new(),
            boards: Vec::new(),
        };
        let mut batch = Applied::default();
        let mut bounds = vec![0];
        for scope in scopes {
            let items = shared.items.scope(scope);
            let late = worker.late(items);
            if !late.is_empty() {
                worker.replay(items, &late);
                continue;
            }
            worker.take_in(items, shared.as_of, &mut batch, true);
            worker.keep_states();
            bounds.push(batch.referral.len());
            if batch.referral.len() >= BATCH_ROWS {
                worker.grant(&mut batch, &mut bounds);
            }
        }
        worker.grant(&mut batch, &mut bounds);
        worker
    }

    fn late(&self, items: &[Item]) -> Vec<i64> {
        let standings = self.shared.standings;
        let mut changes = Vec::new();
        let submitted = || items.iter().filter(|item| item.what == What::Submission).map(|item| item.referral);
        if !standings.history.is_empty() {
            let known = submitted().filter_map(|referral| standings.history.get(&referral));
            changes.extend(known.flatten().map(|(moment, _)| *moment));
        }
        if !standings.recruiters.history.is_empty() {
            let known = submitted().filter_map(|referral| standings.recruiters.history.get(&referral));
            changes.extend(known.flatten().map(|(moment, _)| *moment));
        }
        let acts = |item: &Item| {
            let ended = |ends| self.shared.program.a_contest_ended(item.place.at, item.known, ends);
            self.shared.clock_acts || self.shared.program.contest_ends.as_ref().is_some_and(ended)
        };
        late_moments(items, &changes, &acts, self.shared.as_of)
    }

    fn take_in(&mut self, items: &[Item], moment: i64, applied: &mut Applied, final_run: bool) {
        self.counting.clear();
        let applying = Applying {
            program: self.shared.program,
            book: self.shared.book,
            submissions: self.shared.submissions,
            standings: self.shared.standings,
            opening: self.shared.opening,
            measured: self.shared.program.measures_events(),
            recruits: self.shared.recruits,
            shares: self.shared.shares,
            makes: Makes::all(self.shared.program),
            contests: self.shared.program.contest_ends.as_ref(),
        };
        let mut refusals = Vec::new();
        applying.run(items, moment, &mut self.counting, applied, &mut refusals);
        if final_run {
            applying.running_contests(moment, &mut self.counting);
            self.refusals.append(&mut refusals);
        }
    }

    fn keep_states(&mut self) {
        self.states.extend(self.counting.referrals.drain());
        self.counts.extend(self.counting.counts.drain());
        self.measures.extend(self.counting.measures.drain());
        self.kept.extend(self.counting.kept.drain());
        self.failures.append(&mut self.counting.failures);
        self.held.extend(std::mem::take(&mut self.counting.held));
        self.boards.append(&mut self.counting.contests.boards);
        self.counting.clear();
    }

    /// Grants and books what was applied on time, scope after scope.
    fn grant(&mut self, batch: &mut Applied, bounds: &mut Vec<usize>) {
        let applied = std::mem::take(batch);
        let offering = self.offering(&applied);
        offering.goals(&mut self.scratch, &mut self.goals);
        alive::keep(self.shared.program, &applied, &mut self.alive);
        let candidates = offering.all(0..applied.referral.len(), &mut self.given, &mut self.scratch);
        let drawing = self.drawing(&offering, self.shared.as_of);
        let mut granted = Granted::default();
        for bounds in bounds.windows(2) {
            let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { continue };
            self.drawn.clear();
            granted.parts.clear();
            granted.steps.clear();
            drawing.run(*first..*last, &candidates, &mut self.drawn, &mut self.scratch, &mut granted);
            self.given.extend(self.drawn.given.drain());
            let (entries, steps) = (&mut self.entries, &mut self.steps);
            self.booking.book_on_time(self.shared.program, &applied, &granted, entries, steps);
        }
        self.keep_not_applied(&applied, &granted);
        *bounds = vec![0];
    }

    fn keep_not_applied(&mut self, applied: &Applied, granted: &Granted) {
        self.not_applied.extend(granted.not_applied.iter().map(|not| {
            let row = index(not.row);
            let event = (applied.what[row], applied.kind[row]);
            (applied.referral[row], applied.place[row], event, not.version, not.rule, not.cause)
        }));
    }

    fn offering<'b>(&self, applied: &'b Applied) -> Offering<'b>
    where
        'a: 'b,
    {
        Offering {
            program: self.shared.program,
            book: self.shared.book,
            submissions: self.shared.submissions,
            applied,
            given_before: &self.shared.opening.given,
        }
    }

    fn drawing<'b>(&self, offering: &'b Offering<'b>, moment: i64) -> Drawing<'b>
    where
        'a: 'b,
    {
        let reads_ledger = self.shared.reads_ledger;
        let shared = self.shared;
        Drawing {
            offering,
            opening: &shared.opening.draws,
            opening_totals: &shared.opening.totals,
            moment,
            releases: &shared.releases,
            keeps_granted: reads_ledger,
        }
    }

    /// Books a scope with late news: what was right just before each late moment, then what is right at it.
    fn replay(&mut self, items: &[Item], late: &[i64]) {
        let cost = u64::try_from(items.len().saturating_mul(late.len()).saturating_mul(2)).unwrap_or(u64::MAX);
        let before = self.shared.replay_steps.fetch_add(cost, Ordering::Relaxed);
        if before.saturating_add(cost) > limits::REPLAY_STEPS_MAX {
            return;
        }
        self.booking.clear();
        for moment in late {
            self.book_as_of(items, moment.saturating_sub(1), None);
            self.book_as_of(items, *moment, Some(*moment));
        }
        self.book_as_of(items, self.shared.as_of, None);
        self.keep_states();
    }

    fn book_as_of(&mut self, items: &[Item], moment: i64, booked_at: Option<i64>) {
        let mut applied = Applied::default();
        let final_run = booked_at.is_none() && moment == self.shared.as_of;
        self.take_in(items, moment, &mut applied, final_run);
        let offering = self.offering(&applied);
        if final_run {
            offering.goals(&mut self.scratch, &mut self.goals);
            alive::keep(self.shared.program, &applied, &mut self.alive);
        }
        self.drawn.clear();
        let candidates = offering.all(0..applied.referral.len(), &mut self.drawn.given, &mut self.scratch);
        let drawing = self.drawing(&offering, moment);
        let mut granted = Granted::default();
        drawing.run(0..applied.referral.len(), &candidates, &mut self.drawn, &mut self.scratch, &mut granted);
        self.booking.book(self.shared.program, &applied, &granted, booked_at, &mut self.entries, &mut self.steps);
        if final_run {
            self.keep_not_applied(&applied, &granted);
            self.given.extend(self.drawn.given.drain());
        }
    }
}
