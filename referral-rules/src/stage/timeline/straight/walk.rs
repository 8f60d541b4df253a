//! Referral after referral, each one's events through the stage machine: what was taken in becomes rows.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::needs::Needs;
use crate::base::{NONE, index, position};
use crate::book::Book;
use crate::program::{EventKind, Program};
use crate::stage::Facts;
use crate::stage::attribution::Standing;
use crate::stage::submission::Submissions;
use crate::stage::timeline::applied::{NO_STAGE, ReferralState, Refusal, may_follow};
use crate::stage::timeline::stages::Counted;
use crate::stage::timeline::states::ShortStates;
use crate::stage::timeline::{Opening, What};
use rustc_hash::FxHashMap;

/// An event that was taken in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) at: i64,
    pub(super) referral: u32,
    /// The host's event, or `NONE` for the submission.
    pub(super) event: u32,
    /// The place of its referrer among all account ids.
    pub(super) party: u32,
    /// The place of its referral in the order of ids.
    pub(super) rank: u32,
    pub(super) version: u16,
    pub(super) kind: EventKind,
    pub(super) counted: Counted,
    /// The first four stages that are reached, as bits.
    pub(super) reached: u8,
    pub(super) flags: u8,
}

/// Rules may answer the event.
pub(super) const ANSWERED: u8 = 1;
/// It is the last of its referral.
pub(super) const LAST: u8 = 2;
/// The levels of the moment are asked for.
pub(super) const ASKS: u8 = 4;
/// It is the first row of its referral.
pub(super) const FIRST: u8 = 8;
/// Another kind of event implies it.
pub(super) const IMPLIED: u8 = 16;

impl Row {
    pub(super) const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The kind of the event that it comes from: of what is implied not its own.
    pub(super) fn of_kind(&self, book: &Book) -> EventKind {
        if self.is(IMPLIED) { book.events.kind[index(self.event)] } else { self.kind }
    }

    pub(super) fn what(&self) -> What {
        if self.event == NONE { What::Submission } else { What::Event(self.event) }
    }
}

/// What walking gives.
pub(super) struct Walked {
    /// Referral after referral.
    pub(super) rows: Vec<Row>,
    /// By row, when the first four stages were reached; only where that is asked.
    pub(super) reached: Vec<[i64; 4]>,
    /// What was counted in the end, by the place of the referrer.
    totals: Vec<[u32; 4]>,
}

/// Goes through the events of referrals.
pub struct Walk<'a> {
    program: &'a Program,
    book: &'a Book,
    versions: &'a [u16],
    submitted_at: &'a [i64],
    event_at: &'a [i64],
    event_kind: &'a [EventKind],
}

impl<'a> Walk<'a> {
    /// The columns that are gone through.
    pub fn new(program: &'a Program, book: &'a Book, submissions: &'a Submissions) -> Self {
        Self {
            program,
            book,
            versions: &submissions.version,
            submitted_at: &book.referrals.submitted_at,
            event_at: &book.events.at,
            event_kind: &book.events.kind,
        }
    }

    /// A referral's events in their order: mostly they are few and lie in it.
    #[inline]
    fn sorted<'e>(&self, events: &'e [u32], buffer: &'e mut Vec<u32>) -> &'e [u32] {
        let place = |event: &u32| {
            let row = index(*event);
            let sequence = self.book.events.sequence[row];
            (self.event_at[row], self.event_kind[row], sequence, self.book.rank_of_event(row))
        };
        if events.len() <= 1 || events.is_sorted_by_key(place) {
            return events;
        }
        buffer.clear();
        buffer.extend_from_slice(events);
        buffer.sort_by_key(place);
        buffer
    }

    /// Takes in the submission of a referral and its events, which are in their order; `taken` hears of each that is taken in,
    /// `refused` of the others.
    #[inline]
    fn referral(
        &self,
        referral: u32,
        events: &[u32],
        mut taken: impl FnMut(&ReferralState, EventKind, u32, i64, Counted),
        mut refused: impl FnMut(Refusal),
    ) -> ReferralState {
        let row = index(referral);
        let submitted_at = self.submitted_at[row];
        let mut state = ReferralState { submitted_version: self.versions[row], ..ReferralState::default() };
        // A submission implies nothing: nothing can be reached before it.
        let counted = state.enter(self.program, EventKind::SUBMITTED, What::Submission, submitted_at);
        taken(&state, EventKind::SUBMITTED, NONE, submitted_at, counted);
        for event in events.iter().copied() {
            let (kind, at) = (self.event_kind[index(event)], self.event_at[index(event)]);
            if let Some(code) = state.refuses(self.program, kind, at, submitted_at) {
                refused(Refusal { event, code, stage: state.stage });
                continue;
            }
            for stage in state.implied(self.program, kind) {
                if may_follow(state.stage, *stage) {
                    let counted = state.enter(self.program, *stage, What::Event(event), at);
                    taken(&state, *stage, event, at, counted);
                }
            }
            let counted = state.enter(self.program, kind, What::Event(event), at);
            taken(&state, kind, event, at, counted);
        }
        state
    }

    /// The whole state of a referral whose short one is known.
    pub fn state(&self, referral: u32, short: &ShortStates) -> Option<ReferralState> {
        if short.stage(referral) == NO_STAGE {
            return None;
        }
        let mut buffer = Vec::new();
        let events = self.sorted(short.events.of(referral), &mut buffer);
        let mut state = self.referral(referral, events, |_, _, _, _, _| {}, |_| {});
        state.tiers = short.tiers(referral);
        Some(state)
    }
}

/// Walks over all accepted referrals.
#[inline(never)]
pub(super) fn all(
    facts: Facts<'_>,
    needs: &Needs,
    as_of: i64,
    states: &mut ShortStates,
    refusals: &mut Vec<Refusal>,
) -> Walked {
    let Facts { program, book, submissions, standings } = facts;
    let walk = Walk::new(program, book, submissions);
    let referrals = standings.current.len();
    let mut rows: Vec<Row> = Vec::with_capacity(referrals);
    let mut reached: Vec<[i64; 4]> = Vec::new();
    let mut totals = vec![[0_u32; 4]; book.party_places()];
    let mut buffer: Vec<u32> = Vec::new();
    let implies = program.versions.iter().any(|version| !version.implied.is_empty());
    for referral in 0..position(referrals) {
        let at = index(referral);
        if standings.current[at] != Standing::Accepted || walk.submitted_at[at] > as_of {
            continue;
        }
        let first = rows.len();
        let rank = book.referral_rank[at];
        let place = book.party_place(book.referrals.referrer[at]);
        let party = position(place);
        let events = walk.sorted(states.events.of(referral), &mut buffer);
        let state = walk.referral(
            referral,
            events,
            |state, kind, event, at, counted| {
                let version = state.governing(program, at);
                let bits = reached_bits(state);
                let implied = implies && event != NONE && walk.event_kind[index(event)] != kind;
                let flags = flags(needs, version, kind, bits) | if implied { IMPLIED } else { 0 };
                rows.push(Row { at, referral, event, party, rank, version, kind, counted, reached: bits, flags });
                if needs.reached {
                    reached.push(state.reached);
                }
            },
            |refusal| refusals.push(refusal),
        );
        states.set_stage(referral, state.stage);
        if let Some(totals) = totals.get_mut(place) {
            for (measure, total) in totals.iter_mut().enumerate() {
                *total = total.wrapping_add(u32::from(state.counted >> measure & 1));
            }
        }
        close(needs, &mut rows, &mut reached, first);
    }
    refusals.sort_unstable_by_key(|refusal| refusal.event);
    Walked { rows, reached, totals }
}

/// Marks the first and last row of a referral, and lets those go that nobody asks for.
#[inline]
fn close(needs: &Needs, rows: &mut Vec<Row>, reached: &mut Vec<[i64; 4]>, first: usize) {
    if let Some(last) = rows.last_mut() {
        last.flags |= LAST;
        if needs.asks(last.version, last.reached) {
            last.flags |= ASKS;
        }
    }
    let needed = |row: &Row| row.flags & !IMPLIED != 0 || (row.counted.more | row.counted.less) & needs.measures != 0;
    let mut kept = first;
    for at in first..rows.len() {
        let row = rows[at];
        if needed(&row) {
            rows[kept] = row;
            if needs.reached {
                reached[kept] = reached[at];
            }
            kept = kept.saturating_add(1);
        }
    }
    rows.truncate(kept);
    if needs.reached {
        reached.truncate(kept);
    }
    if let Some(row) = rows.get_mut(first) {
        row.flags |= FIRST;
    }
}

/// The stages that are reached: every one of them has had an event of its kind.
#[inline]
fn reached_bits(state: &ReferralState) -> u8 {
    u8::try_from(state.kinds & 15).unwrap_or(0)
}

fn flags(needs: &Needs, version: u16, kind: EventKind, reached: u8) -> u8 {
    let answered = if needs.answers(kind) { ANSWERED } else { 0 };
    let locks_here = kind.index() < 4 && needs.locks >> kind.index() & 1 == 1;
    let asks = locks_here || (answered != 0 && needs.asks(version, reached));
    answered | if asks { ASKS } else { 0 }
}

impl Walked {
    /// The counts of referrers that have any, by the text id of the referrer.
    #[inline(never)]
    pub(super) fn counts(&self, book: &Book, opening: &Opening) -> FxHashMap<u32, [i64; 4]> {
        let mut out: FxHashMap<u32, [i64; 4]> = FxHashMap::default();
        let parties = self.totals.iter().filter(|totals| **totals != [0; 4]).count();
        out.reserve(parties);
        for (place, totals) in self.totals.iter().enumerate().filter(|(_, totals)| **totals != [0; 4]) {
            let referrer = book.party_at(place).0;
            let mut counts = opening.counts.get(&referrer).copied().unwrap_or_default();
            for (count, total) in counts.iter_mut().zip(totals) {
                *count = count.saturating_add(i64::from(*total));
            }
            out.insert(referrer, counts);
        }
        out
    }
}
