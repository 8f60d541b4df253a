//! The ledger that the straight way writes: column by column, as the answer gives it. Rows are made of it when the first is asked for.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use crate::base::{Buffer, NONE, Numbers, index, position};
use crate::book::{Book, NEVER};
use crate::program::{EventKind, Program, Reward};
use crate::stage::timeline::applied::LADDERS_MAX;
use crate::stage::timeline::candidates::Step;
use crate::stage::timeline::drawing::AT_ONCE;
use crate::stage::timeline::ledger::EntryRow;
use crate::stage::timeline::steps::Steps;
use crate::stage::timeline::{Origin, Place, What};
use std::sync::{Arc, OnceLock};

/// The ledger by column, in its order. Every entry is the only one of its grant and was booked at its event.
#[derive(Debug, Default)]
pub struct EntryTable {
    /// The referral's position.
    pub referral: Buffer<u32>,
    /// The position of the host's event, or `NONE` for the submission.
    pub event: Buffer<u32>,
    /// The rule's number over all versions.
    pub reward: Buffer<u16>,
    /// The governing version.
    pub version: Buffer<u16>,
    /// The amount as the rule states it.
    pub base: Arc<Numbers>,
    /// The amount in minor units.
    pub amount: Buffer<i64>,
    /// Where each entry's steps start; one more than there are entries.
    pub step_starts: Buffer<u32>,
    /// The steps, entry after entry.
    pub steps: Arc<Steps>,
    /// How many ladders have a place in `tiers`.
    pub ladders: usize,
    /// The tiers at the event, entry after entry.
    pub tiers: Buffer<u8>,
    /// When it was earned and booked.
    pub at: Buffer<i64>,
    rows: OnceLock<Vec<EntryRow>>,
    all_steps: OnceLock<Vec<Step>>,
}

/// A table that is being written.
#[derive(Debug, Default)]
pub(super) struct Writing {
    referral: Vec<u32>,
    event: Vec<u32>,
    reward: Vec<u16>,
    version: Vec<u16>,
    base: Numbers,
    amount: Vec<i64>,
    step_starts: Vec<u32>,
    /// The steps of what was written and of what comes next.
    pub(super) steps: Steps,
    ladders: usize,
    tiers: Vec<u8>,
    at: Vec<i64>,
}

/// What an entry is of.
pub(super) struct Written<'a> {
    pub(super) referral: u32,
    pub(super) event: u32,
    pub(super) reward: u16,
    pub(super) version: u16,
    pub(super) base: crate::base::Number,
    pub(super) amount: i64,
    pub(super) tiers: &'a [u8],
    pub(super) at: i64,
}

impl Writing {
    /// Room for some entries. Room that is not written to costs nothing; moving a long ledger does.
    pub(super) fn with_capacity(entries: usize, ladders: usize) -> Self {
        Self {
            referral: Vec::with_capacity(entries),
            event: Vec::with_capacity(entries),
            reward: Vec::with_capacity(entries),
            version: Vec::with_capacity(entries),
            base: Numbers::with_capacity(entries),
            amount: Vec::with_capacity(entries),
            step_starts: Vec::with_capacity(entries.saturating_add(1)),
            steps: Steps::default(),
            ladders,
            tiers: Vec::with_capacity(entries.saturating_mul(ladders)),
            at: Vec::with_capacity(entries),
        }
    }

    /// Where the steps of the next entry start. It is to be asked before they are written.
    pub(super) fn begin(&mut self) {
        self.step_starts.push(position(self.steps.len()));
    }

    /// Writes the entries of which the steps are written, column by column.
    pub(super) fn extend<'a>(&mut self, entries: impl ExactSizeIterator<Item = Written<'a>> + Clone) {
        self.referral.extend(entries.clone().map(|entry| entry.referral));
        self.event.extend(entries.clone().map(|entry| entry.event));
        self.reward.extend(entries.clone().map(|entry| entry.reward));
        self.version.extend(entries.clone().map(|entry| entry.version));
        self.base.extend(entries.clone().map(|entry| entry.base));
        self.amount.extend(entries.clone().map(|entry| entry.amount));
        match self.ladders {
            0 => {}
            1 => self.tiers.extend(entries.clone().map(|entry| entry.tiers.first().copied().unwrap_or(0))),
            ladders => {
                let of = |tiers: &'a [u8]| (0..ladders).map(|at| tiers.get(at).copied().unwrap_or(0));
                self.tiers.extend(entries.clone().flat_map(|entry| of(entry.tiers)));
            }
        }
        self.at.extend(entries.map(|entry| entry.at));
    }

    pub(super) fn finish(mut self) -> EntryTable {
        self.step_starts.push(position(self.steps.len()));
        EntryTable {
            referral: Buffer::from(self.referral),
            event: Buffer::from(self.event),
            reward: Buffer::from(self.reward),
            version: Buffer::from(self.version),
            base: Arc::new(self.base),
            amount: Buffer::from(self.amount),
            step_starts: Buffer::from(self.step_starts),
            steps: Arc::new(self.steps),
            ladders: self.ladders,
            tiers: Buffer::from(self.tiers),
            at: Buffer::from(self.at),
            rows: OnceLock::new(),
            all_steps: OnceLock::new(),
        }
    }
}

/// The place of an event or submission in the total order.
pub(super) fn place(book: &Book, at: i64, event: u32, referral_rank: u32) -> Place {
    let origin = Origin::Host;
    if event == NONE {
        return Place {
            at,
            origin,
            kind: EventKind::SUBMITTED,
            sequence: NEVER,
            referral_rank,
            event_rank: 0,
            share: 0,
            sharer_rank: 0,
            made: 0,
        };
    }
    let event = index(event);
    let (kind, sequence) = (book.events.kind[event], book.events.sequence[event]);
    Place {
        at,
        origin,
        kind,
        sequence,
        referral_rank,
        event_rank: book.rank_of_event(event),
        share: 0,
        sharer_rank: 0,
        made: 0,
    }
}

/// The kind of an entry's event: of a rule on several kinds, nothing is implied on the straight way.
fn kind_of(rule: &Reward, book: &Book, event: u32) -> EventKind {
    match rule.on.as_slice() {
        [only] => *only,
        _ => book.events.kind.get(index(event)).copied().unwrap_or(EventKind::SUBMITTED),
    }
}

impl EntryTable {
    /// The same ledger row by row.
    pub fn rows(&self, program: &Program, book: &Book) -> &[EntryRow] {
        self.rows.get_or_init(|| self.all_rows(program, book))
    }

    /// The same steps row by row.
    pub fn all_steps(&self) -> &[Step] {
        self.all_steps.get_or_init(|| self.steps.range(0, self.steps.len()).collect())
    }

    fn all_rows(&self, program: &Program, book: &Book) -> Vec<EntryRow> {
        let Self { referral, event, reward, version, amount, step_starts, ladders, tiers, at, .. } = self;
        let (referral, event, reward, version) = (&**referral, &**event, &**reward, &**version);
        let (amount, step_starts, tiers, at) = (&**amount, &**step_starts, &**tiers, &**at);
        let row = |(entry, base)| {
            let entry: usize = entry;
            let rules = &program.versions[usize::from(version[entry])].rewards;
            let rule = rules.iter().position(|rule| rule.number == reward[entry]).unwrap_or(0);
            let own = entry.saturating_mul(*ladders);
            let mut all_tiers = [0; LADDERS_MAX];
            all_tiers.iter_mut().zip(&tiers[own..own.saturating_add(*ladders)]).for_each(|(to, tier)| *to = *tier);
            let first_step = step_starts[entry];
            EntryRow {
                referral: referral[entry],
                what: if event[entry] == NONE { What::Submission } else { What::Event(event[entry]) },
                place: place(book, at[entry], event[entry], book.referral_rank[index(referral[entry])]),
                kind: rules.get(rule).map_or(EventKind::SUBMITTED, |rule| kind_of(rule, book, event[entry])),
                version: version[entry],
                rule: u16::try_from(rule).unwrap_or(0),
                payee: NONE,
                release: AT_ONCE,
                sequence: 1,
                correction: false,
                base,
                amount: amount[entry],
                steps: (first_step, step_starts[entry.saturating_add(1)].saturating_sub(first_step)),
                tiers: all_tiers,
                booked_at: at[entry],
                by: None,
            }
        };
        self.base.iter().enumerate().map(row).collect()
    }
}
