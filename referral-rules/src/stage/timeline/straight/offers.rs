//! Batches of rows, in the total order, through the rules and their limits into the ledger.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::counts::Levelled;
use super::draws::Drawing;
use super::needs::{Levels, Needs, lock_stage};
use super::radix::stable_order;
use super::walk::{ANSWERED, FIRST, LAST, Row, Walked};
use crate::base::{NONE, index, position};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::stage::Facts;
use crate::stage::timeline::applied::{Applied, LADDERS_MAX};
use crate::stage::timeline::candidates::Offering;
use crate::stage::timeline::drawing::AT_ONCE;
use crate::stage::timeline::ledger::EntryRow;
use crate::stage::timeline::run::{Opening, Timeline};
use crate::stage::timeline::states::ShortStates;
use crate::stage::timeline::{Origin, Place};

/// Rows that are evaluated together.
const BATCH_ROWS: usize = 4096;

/// The place of a row in the total order.
fn place(book: &Book, row: &Row) -> Place {
    let (at, referral_rank, origin) = (row.at, row.rank, Origin::Host);
    let kind = row.of_kind(book);
    if row.event == NONE {
        return Place { at, origin, kind, sequence: NEVER, referral_rank, event_rank: 0 };
    }
    let event = index(row.event);
    let sequence = book.events.sequence[event];
    Place { at, origin, kind, sequence, referral_rank, event_rank: book.rank_of_event(event) }
}

/// The tiers that were taken for good, by stage.
type Locked = [[u8; LADDERS_MAX]; 3];

const fn lock_of(stage: usize) -> usize {
    match stage {
        0 => 0,
        1 => 1,
        _ => 2,
    }
}

/// Takes the tiers of a row: the levels of the moment, unless one was taken for good before.
fn take(ladders: &[Levels], row: &Row, now: &[u8], locked: &mut Locked) -> [u8; LADDERS_MAX] {
    let mut out = [0; LADDERS_MAX];
    for (at, (ladder, now)) in ladders.iter().zip(now).enumerate() {
        out[at] = match lock_stage(ladder.taken_at) {
            Some(stage) if row.reached >> stage & 1 == 1 && stage != row.kind.index() => locked[lock_of(stage)][at],
            _ => *now,
        };
        if matches!(row.kind.index(), 0 | 1 | 3) {
            locked[lock_of(row.kind.index())][at] = *now;
        }
    }
    out
}

/// Takes the tiers of all rows, in place of the levels of their moments; each referral's last ones are kept.
#[inline(never)]
fn take_all(needs: &Needs, walked: &Walked, levelled: &mut Levelled, states: &mut ShortStates) {
    if needs.ladders == 0 {
        return;
    }
    let mut locked: Locked = [[0; LADDERS_MAX]; 3];
    for (at, row) in walked.rows.iter().enumerate() {
        if row.is(FIRST) {
            locked = [[0; LADDERS_MAX]; 3];
        }
        let ladders = needs.levels.get(usize::from(row.version)).map_or(&[][..], |ladders| ladders);
        let tiers = take(ladders, row, levelled.of(at), &mut locked);
        if row.is(LAST) {
            states.set_tiers(row.referral, &tiers);
        }
        levelled.set(at, &tiers);
    }
}

/// The rows that rules may answer, in the total order. The rows of one referral come in the order of its events, so what is left
/// is to sort by instant, kind of event and referral, and leave the rest as it is.
#[inline(never)]
fn order(book: &Book, rows: &[Row]) -> Vec<u32> {
    let mut answered: Vec<u32> = Vec::with_capacity(rows.len());
    answered.extend((0_u32..).zip(rows).filter(|(_, row)| row.is(ANSWERED)).map(|(at, _)| at));
    // Where the host numbers its events, the number comes before the referral.
    if !book.events.id.is_empty() && book.events.sequence.same().is_none() {
        answered.sort_by_key(|at| place(book, &rows[index(*at)]));
        return answered;
    }
    let keys = answered.iter().map(|at| {
        let row = &rows[index(*at)];
        (row.at, (u64::from(row.of_kind(book).0) << 32) | u64::from(row.rank))
    });
    let mut order = stable_order(keys);
    order.iter_mut().for_each(|at| *at = answered[index(*at)]);
    order
}

/// Evaluates the rules over all rows, and lets what they give draw on limits; what is left of it is booked.
pub(super) fn run(
    facts: Facts<'_>,
    needs: &Needs,
    opening: &Opening,
    walked: &Walked,
    mut levelled: Levelled,
    states: &mut ShortStates,
    out: &mut Timeline,
) {
    take_all(needs, walked, &mut levelled, states);
    let mut batch = Batch {
        facts,
        needs,
        walked,
        levelled: &levelled,
        drawing: Drawing::new(facts, opening),
        applied: Applied::default(),
        rows: Vec::with_capacity(BATCH_ROWS),
    };
    let mut scratch = Scratch::new(&facts.book.texts);
    let order = order(facts.book, &walked.rows);
    // Room that is not written to costs nothing; moving a long ledger does.
    let rules = |version: &crate::program::Version| version.rewards_by_kind.iter().map(Vec::len).max().unwrap_or(0);
    let most = facts.program.versions.iter().map(rules).max().unwrap_or(0).min(4);
    out.entries.reserve_exact(order.len().saturating_mul(most));
    for rows in order.chunks(BATCH_ROWS) {
        batch.fill(rows);
        batch.offer(&mut scratch, out);
    }
    out.not_applied.sort_unstable_by_key(|(referral, place, what, _, rule, _)| (*referral, *place, *what, *rule));
}

/// Rows on their way through the rules.
struct Batch<'a> {
    facts: Facts<'a>,
    needs: &'a Needs,
    walked: &'a Walked,
    levelled: &'a Levelled,
    drawing: Drawing<'a>,
    applied: Applied,
    rows: Vec<Row>,
}

impl Batch<'_> {
    /// Gathers rows, column by column: of what the timeline takes down, only what rules may ask for.
    #[inline(never)]
    fn fill(&mut self, order: &[u32]) {
        let Self { applied, rows, walked, levelled, .. } = self;
        rows.clear();
        rows.extend(order.iter().map(|at| walked.rows[index(*at)]));
        applied.clear();
        applied.referral.extend(rows.iter().map(|row| row.referral));
        applied.event.extend(rows.iter().map(|row| row.event));
        applied.kind.extend(rows.iter().map(|row| row.kind));
        applied.at.extend(rows.iter().map(|row| row.at));
        applied.version.extend(rows.iter().map(|row| row.version));
        applied.tiers.extend(order.iter().map(|at| {
            let mut tiers = [0; LADDERS_MAX];
            tiers.iter_mut().zip(levelled.of(index(*at))).for_each(|(tier, level)| *tier = *level);
            tiers
        }));
        if self.needs.counts {
            applied.counts.extend(order.iter().filter_map(|at| levelled.counts(index(*at))));
        }
        if self.needs.reached {
            applied.reached.extend(order.iter().map(|at| walked.reached[index(*at)]));
        } else {
            let submitted_at = &*self.facts.book.referrals.submitted_at;
            let reached = |row: &Row| [submitted_at[index(row.referral)], NEVER, NEVER, NEVER];
            applied.reached.extend(rows.iter().map(reached));
        }
    }

    #[inline(never)]
    fn offer(&mut self, scratch: &mut Scratch<'_>, out: &mut Timeline) {
        let Facts { program, book, submissions, .. } = self.facts;
        let offering = Offering { program, book, submissions, applied: &self.applied };
        if self.needs.goals {
            offering.goals(scratch, &mut out.goals);
        }
        let offered = offering.all(0..self.rows.len(), scratch);
        let first = position(out.steps.len());
        out.steps.extend_from_slice(&offered.steps);
        self.drawing.look_ahead(&self.rows);
        for mut candidate in offered.candidates {
            let at = index(candidate.row);
            let row = &self.rows[at];
            if let Some(cause) = candidate.cause {
                let place = place(book, row);
                out.not_applied.push((row.referral, place, row.what(), row.version, candidate.rule, cause));
                continue;
            }
            candidate.steps.0 = candidate.steps.0.saturating_add(first);
            let (amount, steps) = self.drawing.draw(&candidate, row, &mut out.steps);
            out.entries.push(EntryRow {
                referral: row.referral,
                what: row.what(),
                place: place(book, row),
                kind: row.kind,
                version: row.version,
                rule: candidate.rule,
                payee: NONE,
                release: AT_ONCE,
                sequence: 1,
                correction: false,
                base: candidate.base,
                amount,
                steps,
                tiers: self.applied.tiers[at],
                booked_at: row.at,
            });
        }
    }
}
