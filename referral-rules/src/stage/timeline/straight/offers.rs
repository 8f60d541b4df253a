//! Batches of rows, in the total order, through the rules and their limits into the ledger.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::counts::{Levelled, Levelling};
use super::draws::Drawing;
use super::needs::Needs;
use super::radix::stable_order;
use super::table::{self, Writing, Written};
use super::walk::{ANSWERED, LAST, Row, Walked};
use crate::base::{index, position};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::stage::Facts;
use crate::stage::timeline::Place;
use crate::stage::timeline::applied::Applied;
use crate::stage::timeline::candidates::{Candidates, Offering, Rule, nothing_granted_key};
use crate::stage::timeline::run::{Opening, Timeline};
use crate::stage::timeline::states::ShortStates;

/// Rows that are gathered at once: they lie far apart.
const LOOK_AHEAD_ROWS: usize = 512;

/// Rows that are evaluated together.
const BATCH_ROWS: usize = 4096;

/// The place of a row in the total order.
fn place(book: &Book, row: &Row) -> Place {
    table::place(book, row.at, row.event, row.rank)
}

/// The rows in the total order. The rows of one referral come in the order of its events, so what is left is to sort by instant,
/// kind of event and referral, and leave the rest as it is.
fn order(book: &Book, rows: &[Row]) -> Vec<u32> {
    // Where the host numbers its events, the number comes before the referral.
    if !book.events.id.is_empty() && book.events.sequence.same().is_none() {
        let mut order: Vec<u32> = (0..position(rows.len())).collect();
        order.sort_by_key(|at| place(book, &rows[index(*at)]));
        return order;
    }
    // Ranks are below the number of referrals: no bit of them meets one of a kind.
    let rank_bits = u32::BITS.saturating_sub(position(book.referrals.id.len()).leading_zeros());
    stable_order(rows.iter().map(|row| {
        let kind = u64::from(row.of_kind(book).0).checked_shl(rank_bits).unwrap_or(0);
        (row.at, kind | u64::from(row.rank))
    }))
}

/// Evaluates the rules over all rows, and lets what they give draw on limits; what is left of it is booked.
pub(super) fn run(
    facts: Facts<'_>,
    needs: &Needs,
    opening: &Opening,
    walked: &Walked,
    states: &mut ShortStates,
    out: &mut Timeline,
) {
    let order = order(facts.book, &walked.rows);
    let rules = |version: &crate::program::Version| version.rewards_by_kind.iter().map(Vec::len).max().unwrap_or(0);
    let most = facts.program.versions.iter().map(rules).max().unwrap_or(0).min(4);
    let mut batch = Batch {
        facts,
        needs,
        walked,
        opening,
        drawing: Drawing::new(facts, opening),
        applied: Applied::default(),
        rows: Vec::with_capacity(BATCH_ROWS.min(order.len())),
        offered: Candidates::default(),
        kept: Vec::new(),
        ledger: Writing::with_capacity(order.len().saturating_mul(most), needs.ladders),
    };
    let mut scratch = Scratch::new(&facts.book.texts);
    let mut levelling = Levelling::new(needs, facts.book, opening);
    let mut ahead: Vec<Row> = Vec::with_capacity(LOOK_AHEAD_ROWS.min(order.len()));
    for chunk in order.chunks(LOOK_AHEAD_ROWS) {
        ahead.clear();
        ahead.extend(chunk.iter().map(|at| walked.rows[index(*at)]));
        levelling.look_ahead(&ahead);
        for (row, at) in ahead.iter().zip(chunk) {
            let levelled = levelling.row(row);
            if row.is(LAST) {
                states.set_tiers(row.referral, &levelled.tiers);
            }
            if row.is(ANSWERED) {
                batch.push(row, &levelled, index(*at));
                if batch.rows.len() == BATCH_ROWS {
                    batch.offer(&mut scratch, out);
                }
            }
        }
    }
    batch.offer(&mut scratch, out);
    out.table = Some(batch.ledger.finish());
    out.not_applied.sort_unstable_by_key(nothing_granted_key);
}

/// What is booked of what a rule gives.
struct Kept {
    candidate: usize,
    /// The row in the batch.
    row: usize,
    reward: u16,
    amount: i64,
}

/// Rows on their way through the rules.
struct Batch<'a> {
    facts: Facts<'a>,
    needs: &'a Needs,
    walked: &'a Walked,
    opening: &'a Opening,
    drawing: Drawing<'a>,
    applied: Applied,
    rows: Vec<Row>,
    offered: Candidates,
    /// What is booked of them.
    kept: Vec<Kept>,
    ledger: Writing,
}

impl Batch<'_> {
    /// One more row.
    #[inline]
    fn push(&mut self, row: &Row, levelled: &Levelled, at: usize) {
        self.rows.push(*row);
        self.applied.tiers.push(levelled.tiers);
        if self.needs.counts {
            self.applied.counts.push(levelled.counts);
        }
        if self.needs.reached {
            self.applied.reached.push(self.walked.reached[at]);
        }
    }

    /// Lays the rows out column by column: of what the timeline takes down, only what rules may ask for.
    fn fill(&mut self) {
        let Self { applied, rows, .. } = self;
        applied.referral.extend(rows.iter().map(|row| row.referral));
        applied.event.extend(rows.iter().map(|row| row.event));
        applied.kind.extend(rows.iter().map(|row| row.kind));
        applied.at.extend(rows.iter().map(|row| row.at));
        applied.version.extend(rows.iter().map(|row| row.version));
        if !self.needs.reached {
            let submitted_at = &*self.facts.book.referrals.submitted_at;
            let reached = |row: &Row| [submitted_at[index(row.referral)], NEVER, NEVER, NEVER];
            applied.reached.extend(rows.iter().map(reached));
        }
    }

    /// Lets the rules answer the rows, and forgets them.
    fn offer(&mut self, scratch: &mut Scratch<'_>, out: &mut Timeline) {
        self.fill();
        let Facts { program, book, submissions, .. } = self.facts;
        let given_before = &self.opening.given;
        let offering = Offering { program, book, submissions, applied: &self.applied, given_before };
        if self.needs.goals {
            offering.goals(scratch, &mut out.goals);
        }
        let mut offered = std::mem::take(&mut self.offered);
        offering.all_into(0..self.rows.len(), &mut out.given, scratch, &mut offered);
        self.drawing.look_ahead(&self.rows);
        for (number, candidate) in offered.candidates.iter().enumerate() {
            let at = index(candidate.row);
            let row = &self.rows[at];
            if let Some(cause) = candidate.cause {
                let place = place(book, row);
                out.not_applied.push((
                    row.referral,
                    place,
                    (row.what(), row.kind),
                    row.version,
                    Rule::Reward(candidate.rule),
                    cause,
                ));
                continue;
            }
            let reward = &program.versions[usize::from(row.version)].rewards[usize::from(candidate.rule)];
            self.ledger.begin();
            let first = index(candidate.steps.0);
            let own = &offered.steps[first..first.saturating_add(index(candidate.steps.1))];
            self.ledger.steps.extend(own.iter().copied());
            let amount = self.drawing.draw(candidate, own, row, &mut self.ledger.steps);
            self.kept.push(Kept { candidate: number, row: at, reward: reward.number, amount });
        }
        self.ledger.extend(self.kept.iter().map(|kept| {
            let row = &self.rows[kept.row];
            Written {
                referral: row.referral,
                event: row.event,
                reward: kept.reward,
                version: row.version,
                base: offered.candidates[kept.candidate].base,
                amount: kept.amount,
                tiers: &self.applied.tiers[kept.row],
                at: row.at,
            }
        }));
        self.kept.clear();
        self.offered = offered;
        self.rows.clear();
        self.applied.clear();
    }
}
