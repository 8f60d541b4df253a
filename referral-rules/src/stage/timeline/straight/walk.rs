//! Referral after referral, each one's events through the stage machine: what was taken in becomes rows.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::needs::Needs;
use crate::base::{NONE, index, position};
use crate::book::{Book, NEVER};
use crate::diag::Code;
use crate::program::{EventKind, Program};
use crate::stage::Facts;
use crate::stage::submission::Submissions;
use crate::stage::timeline::What;
use crate::stage::timeline::applied::{NO_STAGE, ReferralState, Refusal, may_follow};
use crate::stage::timeline::stages::{Counted, governing};
use crate::stage::timeline::states::ShortStates;

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
/// Another kind of event implies it.
pub(super) const IMPLIED: u8 = 8;

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
}

/// Goes through the events of referrals.
pub struct Walk<'a> {
    program: &'a Program,
    book: &'a Book,
    versions: &'a [u16],
    submitted_at: &'a [i64],
    event_referral: &'a [u32],
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
            event_referral: &book.events.referral,
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

    /// When each referral came into its stage, and when it reached each of the first four.
    pub fn moments(&self, short: &ShortStates) -> Vec<(i64, [i64; 4])> {
        let moves = Moves::of(self.program);
        let (mut own, mut buffer): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
        let mut heads = short.events.heads();
        let mut out = Vec::with_capacity(self.submitted_at.len());
        for (referral, submitted_at) in (0_u32..).zip(self.submitted_at.iter().copied()) {
            if short.stage(referral) == NO_STAGE {
                out.push((NEVER, [NEVER; 4]));
                continue;
            }
            short.events.next(&mut heads, referral, self.event_referral, self.event_at, &mut own);
            let (mut stage, mut since, mut reached) = (0, submitted_at, [submitted_at, NEVER, NEVER, NEVER]);
            for event in self.sorted(&own, &mut buffer).iter().copied() {
                let (kind, at) = (self.event_kind[index(event)], self.event_at[index(event)]);
                let known = moves.at(self.versions[index(referral)], stage, kind).copied();
                let Some(one) = known.filter(|one| one.refused.is_none() && at >= submitted_at) else { continue };
                for taken in moves.taken(one) {
                    if taken.is_stage() {
                        (stage, since) = (taken.0, at);
                    }
                    if let Some(reached) = reached.get_mut(taken.index()) {
                        *reached = at;
                    }
                }
            }
            out.push((since, reached));
        }
        out
    }

    /// The whole state of a referral whose short one is known.
    pub fn state(&self, referral: u32, short: &ShortStates) -> Option<ReferralState> {
        if short.stage(referral) == NO_STAGE {
            return None;
        }
        let (own, mut buffer) = (short.events.of(referral, self.event_referral, self.event_at), Vec::new());
        let submitted_at = self.submitted_at[index(referral)];
        let submitted_version = self.versions[index(referral)];
        let mut state = ReferralState { submitted_version, ..ReferralState::default() };
        // A submission implies nothing: nothing can be reached before it.
        state.enter(self.program, EventKind::SUBMITTED, What::Submission, submitted_at);
        for event in self.sorted(&own, &mut buffer).iter().copied() {
            let (kind, at) = (self.event_kind[index(event)], self.event_at[index(event)]);
            if state.refuses(self.program, kind, at, submitted_at).is_some() {
                continue;
            }
            for stage in state.implied(self.program, kind) {
                if may_follow(state.stage, *stage) {
                    state.enter(self.program, *stage, What::Event(event), at);
                }
            }
            state.enter(self.program, kind, What::Event(event), at);
        }
        state.tiers = short.tiers(referral);
        Some(state)
    }
}

/// What may come of an event, by the version of the submission, the stage and the kind.
struct Moves {
    kinds: usize,
    moves: Vec<Move>,
    /// The kinds of event that are taken in: stages that are implied, then the event itself.
    taken: Vec<EventKind>,
}

#[derive(Clone, Copy)]
struct Move {
    refused: Option<Code>,
    first: u32,
    count: u32,
}

impl Moves {
    fn of(program: &Program) -> Self {
        let mut out = Self { kinds: program.kinds.len(), moves: Vec::new(), taken: Vec::new() };
        for version in 0..program.versions.len() {
            let submitted_version = u16::try_from(version).unwrap_or(u16::MAX);
            for stage in (0_u16..).take(EventKind::STAGES.len()) {
                for kind in (0_u16..).take(out.kinds).map(EventKind) {
                    let mut state = ReferralState { stage, submitted_version, ..ReferralState::default() };
                    let first = position(out.taken.len());
                    let refused = state.refuses(program, kind, 0, 0);
                    if refused.is_none() {
                        for implied in state.implied(program, kind) {
                            if may_follow(state.stage, *implied) {
                                state.enter(program, *implied, What::Submission, 0);
                                out.taken.push(*implied);
                            }
                        }
                        out.taken.push(kind);
                    }
                    let count = position(out.taken.len()).saturating_sub(first);
                    out.moves.push(Move { refused, first, count });
                }
            }
        }
        out
    }

    /// The moves of a version's referrals in a stage, by kind.
    #[inline]
    fn at(&self, version: u16, stage: u16, kind: EventKind) -> Option<&Move> {
        let place = usize::from(version).saturating_mul(EventKind::STAGES.len()).saturating_add(usize::from(stage));
        self.moves.get(place.saturating_mul(self.kinds).saturating_add(kind.index()))
    }

    #[inline]
    fn taken(&self, one: Move) -> &[EventKind] {
        self.taken.get(index(one.first)..index(one.first.saturating_add(one.count))).unwrap_or_default()
    }
}

/// A referral on its way: of its state, what rows are made of.
#[derive(Clone, Copy)]
struct Going {
    stage: u16,
    counted: u8,
    /// The first four stages that are reached, as bits, and when.
    bits: u8,
    reached: [i64; 4],
}

impl Default for Going {
    fn default() -> Self {
        Self { stage: 0, counted: 0, bits: 0, reached: [NEVER; 4] }
    }
}

impl Going {
    /// Takes an event in.
    #[inline]
    fn enter(&mut self, kind: EventKind, at: i64) -> Counted {
        if kind.is_stage() {
            self.stage = kind.0;
        }
        if let Some(reached) = self.reached.get_mut(kind.index()) {
            *reached = at;
            self.bits |= 1 << kind.index();
        }
        Counted::of(kind, &mut self.counted)
    }
}

/// What a submission alone makes of a referral under a version that governs all of it: where only the moment and whose it is differ.
struct Fresh {
    row: Row,
    /// The flags of the row where nothing else comes.
    alone: u8,
    going: Going,
}

impl Fresh {
    fn of(needs: &Needs, version: u16) -> Option<Self> {
        if !needs.by_submission(version) {
            return None;
        }
        let kind = EventKind::SUBMITTED;
        let mut going = Going::default();
        let counted = going.enter(kind, NEVER);
        let (reached, flags) = (going.bits, flags(needs, version, kind, going.bits));
        let row = Row { at: 0, referral: 0, event: NONE, party: 0, rank: 0, version, kind, counted, reached, flags };
        Some(Self { alone: last(needs, &row), row, going })
    }
}

/// The flags of a row, if it is the last of its referral.
fn last(needs: &Needs, row: &Row) -> u8 {
    row.flags | LAST | if needs.asks(row.version, row.reached) { ASKS } else { 0 }
}

/// Rows that are being written, referral after referral.
struct Writing<'a> {
    program: &'a Program,
    needs: &'a Needs,
    rows: Vec<Row>,
    reached: Vec<[i64; 4]>,
    /// The last row is of the referral that is gone through: it is kept as the last one, or because it is asked for.
    open: bool,
}

impl Writing<'_> {
    /// One more row of a referral.
    #[inline]
    fn push(&mut self, row: Row, reached: &[i64; 4]) {
        if let Some(before) = self.rows.last_mut().filter(|_| self.open) {
            let counts = (before.counted.more | before.counted.less) & self.needs.measures != 0;
            if !counts && before.flags & !IMPLIED == 0 {
                *before = row;
                if let Some(before) = self.reached.last_mut() {
                    *before = *reached;
                }
                return;
            }
        }
        self.open = true;
        self.rows.push(row);
        if self.needs.reached {
            self.reached.push(*reached);
        }
    }

    /// Ends a referral.
    #[inline]
    fn end(&mut self) {
        if let Some(row) = self.rows.last_mut().filter(|_| std::mem::take(&mut self.open)) {
            row.flags = last(self.needs, row);
        }
    }

    /// The only row of a referral.
    #[inline]
    fn only(&mut self, row: Row, reached: &[i64; 4]) {
        self.rows.push(row);
        if self.needs.reached {
            self.reached.push(*reached);
        }
    }
}

/// Walks over all accepted referrals.
pub(super) fn all(
    facts: Facts<'_>,
    needs: &Needs,
    as_of: i64,
    states: &mut ShortStates,
    refusals: &mut Vec<Refusal>,
) -> Walked {
    let Facts { program, book, submissions, standings } = facts;
    let walk = Walk::new(program, book, submissions);
    let moves = Moves::of(program);
    let fresh: Vec<Option<Fresh>> =
        (0_u16..).take(program.versions.len()).map(|version| Fresh::of(needs, version)).collect();
    let referrals = standings.current.len();
    let rows: Vec<Row> = Vec::with_capacity(referrals);
    let mut out = Writing { program, needs, rows, reached: Vec::new(), open: false };
    let (mut own, mut buffer): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut heads = states.events.heads();
    for referral in 0..position(referrals) {
        let at = index(referral);
        if !standings.current.is_accepted(at) || walk.submitted_at[at] > as_of {
            continue;
        }
        let party = position(book.party_place(book.referrals.referrer[at]));
        states.events.next(&mut heads, referral, walk.event_referral, walk.event_at, &mut own);
        let events = walk.sorted(&own, &mut buffer);
        let of = Of { referral, party, rank: book.referral_rank[at], version: walk.versions[at] };
        let fresh = fresh.get(usize::from(of.version)).and_then(Option::as_ref);
        let going = walk.go((&moves, fresh), &of, events, &mut out, refusals);
        states.set_stage(referral, going.stage, going.counted, going.bits);
    }
    refusals.sort_unstable_by_key(|refusal| refusal.event);
    Walked { rows: out.rows, reached: out.reached }
}

/// What the rows of a referral have in common.
struct Of {
    referral: u32,
    party: u32,
    rank: u32,
    /// That of the submission.
    version: u16,
}

impl Walk<'_> {
    /// Goes through the submission and the events of a referral.
    #[inline]
    fn go(
        &self,
        (moves, fresh): (&Moves, Option<&Fresh>),
        of: &Of,
        events: &[u32],
        out: &mut Writing<'_>,
        refusals: &mut Vec<Refusal>,
    ) -> Going {
        let at = self.submitted_at[index(of.referral)];
        let Of { referral, party, rank, .. } = *of;
        let mut going = Going::default();
        if let Some(fresh) = fresh {
            going = fresh.going;
            going.reached[0] = at;
            let row = Row { at, referral, party, rank, ..fresh.row };
            if events.is_empty() {
                out.only(Row { flags: fresh.alone, ..row }, &going.reached);
                return going;
            }
            out.push(row, &going.reached);
        }
        self.go_on((moves, fresh.is_some()), of, events, &mut going, (out, refusals));
        out.end();
        going
    }

    /// Goes through the events of a referral, and through its submission where nobody has.
    #[inline]
    fn go_on(
        &self,
        (moves, submitted): (&Moves, bool),
        of: &Of,
        events: &[u32],
        going: &mut Going,
        (out, refusals): (&mut Writing<'_>, &mut Vec<Refusal>),
    ) {
        let submitted_at = self.submitted_at[index(of.referral)];
        let mut take = |going: &mut Going, kind: EventKind, event: u32, at: i64, is_implied: bool| {
            let counted = going.enter(kind, at);
            let version = match submitted {
                true => of.version,
                false => governing(out.program, of.version, &going.reached, at),
            };
            let flags = flags(out.needs, version, kind, going.bits) | if is_implied { IMPLIED } else { 0 };
            let Of { referral, party, rank, .. } = *of;
            let row = Row { at, referral, event, party, rank, version, kind, counted, reached: going.bits, flags };
            out.push(row, &going.reached);
        };
        if !submitted {
            take(going, EventKind::SUBMITTED, NONE, submitted_at, false);
        }
        for event in events.iter().copied() {
            let (kind, at) = (self.event_kind[index(event)], self.event_at[index(event)]);
            let known = moves.at(of.version, going.stage, kind).copied();
            let refused =
                if at < submitted_at { Some(Code::BeforeSubmission) } else { known.and_then(|one| one.refused) };
            if let Some(code) = refused {
                refusals.push(Refusal { event, code, stage: going.stage });
                continue;
            }
            for taken in known.map_or(&[][..], |one| moves.taken(one)) {
                take(going, *taken, event, at, *taken != kind);
            }
        }
    }
}

fn flags(needs: &Needs, version: u16, kind: EventKind, reached: u8) -> u8 {
    let answered = if needs.answers(kind) { ANSWERED } else { 0 };
    let locks_here = kind.index() < 4 && needs.locks >> kind.index() & 1 == 1;
    let asks = locks_here || (answered != 0 && needs.asks(version, reached));
    answered | if asks { ASKS } else { 0 }
}
