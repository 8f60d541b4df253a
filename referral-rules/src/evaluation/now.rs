//! What reports ask of an evaluation, as columns: where referrals, accounts and entries stand, and which events were taken in.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use crate::base::{Instant, NONE, TextId, index, position};
use crate::book::NEVER;
use crate::expr::Scratch;
use crate::program::{EventKind, Reward, Version};
use crate::stage::attribution::Standing;
use crate::stage::reported::{AccountsNow, Ledger, Now};
use crate::stage::schedule::{Standing as Stands, rule};
use crate::stage::timeline::{EntryRow, NO_STAGE, Reading, States, Walk, What};
use rustc_hash::{FxHashMap, FxHashSet};

/// Whether the moments are asked at which referrals reached their stages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Moments {
    /// They are.
    Asked,
    /// They are not.
    NotAsked,
}

/// Where an entry stands.
pub(crate) struct EntryStanding<'a> {
    /// The entry.
    pub(crate) row: &'a EntryRow,
    /// Its rule.
    pub(crate) reward: &'a Reward,
    /// The state.
    pub(crate) state: &'static str,
    /// When it was handed over.
    pub(crate) paid_at: Option<Instant>,
    /// How much of it was, in minor units.
    pub(crate) paid: i64,
}

impl Evaluation<'_> {
    /// The referrals that reports speak of, by submission, then id: those that are known, but not those of which nobody can tell what they
    /// say, for their copies contradict each other.
    pub(crate) fn undisputed(&self) -> impl Iterator<Item = u32> + '_ {
        let standing = |row: u32| self.standings.at(self.book, row, self.as_of.0);
        self.referrals().filter(move |row| standing(*row) != Standing::Withdrawn)
    }

    /// The same referrals by position.
    pub(crate) fn undisputed_rows(&self) -> Vec<u32> {
        let speaks = |row: &u32| {
            let known = self.book.referrals.known[index(*row)] <= self.as_of.0;
            known && self.standings.at(self.book, *row, self.as_of.0) != Standing::Withdrawn
        };
        (0..position(self.standings.current.len())).filter(speaks).collect()
    }

    /// The ledger in the form that it has.
    pub(crate) fn ledger_as_it_lies(&self) -> Ledger<'_> {
        self.timeline.table.as_ref().map_or_else(|| Ledger::Rows(self.ledger_rows()), Ledger::Table)
    }

    /// Where referrals stand, by position.
    pub(crate) fn now(&self, moments: Moments) -> Now {
        let all = self.standings.current.len();
        let mut out = Now {
            stage: vec![NO_STAGE; all],
            accepted: vec![false; all],
            under_way: vec![false; all],
            moments: Vec::new(),
        };
        for referral in 0..position(all) {
            let at = index(referral);
            let standing = self.standings.at(self.book, referral, self.as_of.0);
            if !standing.was_accepted() {
                continue;
            }
            let stage = self.timeline.states.stage(referral).unwrap_or(NO_STAGE);
            let moves = [EventKind::SUBMITTED, EventKind::QUALIFIED, EventKind::OPPORTUNITY, EventKind::NURTURE];
            out.accepted[at] = true;
            out.stage[at] = stage;
            out.under_way[at] = !matches!(standing, Standing::TakenOver(_)) && moves.contains(&EventKind(stage));
        }
        if moments == Moments::Asked {
            out.moments = self.moments(&out.accepted);
        }
        out
    }

    /// When each referral came into its stage, and when it reached the first four.
    fn moments(&self, accepted: &[bool]) -> Vec<(i64, [i64; 4])> {
        match &self.timeline.states {
            States::Short(short) => Walk::new(self.program, self.book, &self.submissions).moments(short),
            States::Whole(states) => {
                let none = (NEVER, [NEVER; 4]);
                let states = accepted.iter().enumerate().map(|(at, accepted)| {
                    let state = states.get(at).and_then(Option::as_ref).filter(|_| *accepted);
                    state.map_or(none, |state| (state.stage_event.1, state.reached))
                });
                states.collect()
            }
        }
    }

    /// The host's events that were taken in, in the order of the table's rows.
    pub(crate) fn events_taken_in(&self) -> Vec<u32> {
        let events = &self.book.events;
        let refused: FxHashSet<u32> = self.timeline.refusals.iter().map(|refusal| refusal.event).collect();
        let judges = !self.timeline.failures.is_empty();
        let taken_in = |event: &u32| {
            let row = index(*event);
            let referral = events.referral[row];
            let (what, standing) = (What::Event(*event), self.standings.at(self.book, referral, self.as_of.0));
            events.known[row] <= self.as_of.0
                && events.withdrawn[row] > self.as_of.0
                && standing.lets_in(what, events.at[row])
                && !refused.contains(event)
                && !(judges && self.kept_out_by(referral, what).is_some())
        };
        (0..position(events.id.len())).filter(taken_in).collect()
    }

    /// Each entry of the ledger and where it stands.
    pub(crate) fn entries_standing(&self) -> Vec<EntryStanding<'_>> {
        let rows: Vec<_> = self.ledger_rows().iter().collect();
        let placed = self.placed(&rows);
        let all = placed.iter().map(|placed| {
            let amount = placed.row.amount;
            let (state, paid_at, paid) = match placed.standing {
                Stands::Held(_) => ("held", None, 0),
                Stands::Payable => ("payable", None, 0),
                Stands::Paid(at) => ("paid", Some(at), amount),
                Stands::Reversed => ("reversed", None, 0),
                Stands::Expired(at) => ("expired", at, placed.used()),
                Stands::Void => ("void", None, 0),
                Stands::Forfeited => ("forfeited", None, 0),
                Stands::Kept => ("kept", None, 0),
            };
            EntryStanding { row: placed.row, reward: rule(self.program, placed.row).1, state, paid_at, paid }
        });
        all.collect()
    }

    /// Where each entry of the ledger stands.
    pub(crate) fn entry_states(&self) -> Vec<&'static str> {
        self.entries_standing().into_iter().map(|entry| entry.state).collect()
    }

    /// The accounts of the table and the referrers of accepted referrals, with what their referrals have brought.
    pub(crate) fn accounts_now(&self, version: (u16, &Version)) -> AccountsNow {
        let book = self.book;
        let mut out = AccountsNow::default();
        let mut of_row: FxHashMap<u32, u32> = FxHashMap::default();
        for (row, id) in (0_u32..).zip(&book.accounts.id).filter(|(_, id)| **id != TextId(NONE)) {
            of_row.insert(row, position(out.id.len()));
            out.id.push(*id);
            out.row.push(book.accounts.row_at(row, self.as_of.0));
        }
        let mut latest: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
        for referral in self.undisputed() {
            let referrer = book.referrals.referrer[index(referral)];
            let accepted = self.standings.at(book, referral, self.as_of.0).was_accepted();
            if !accepted || book.is_nobody(referrer) {
                continue;
            }
            let known = latest.get(&referrer.0).map(|(account, _)| *account);
            let account = known.or_else(|| of_row.get(&book.referrals.referrer_row[index(referral)]).copied());
            let account = account.unwrap_or_else(|| {
                out.id.push(referrer);
                out.row.push(NONE);
                position(out.id.len()).saturating_sub(1)
            });
            latest.insert(referrer.0, (account, referral));
        }
        out.counts = vec![[0; 4]; out.id.len()];
        out.measured = vec![NONE; out.id.len()];
        let mut rows: Vec<(u32, u32)> = latest.values().copied().collect();
        rows.sort_unstable();
        for (at, (account, referral)) in rows.iter().enumerate() {
            let referrer = book.referrals.referrer[index(*referral)].0;
            out.counts[index(*account)] = self.timeline.counts_of(book, referrer);
            out.measured[index(*account)] = position(at);
        }
        if !self.program.measures.is_empty() {
            let rows: Vec<u32> = rows.into_iter().map(|(_, referral)| referral).collect();
            let mut scratch = Scratch::new(&book.texts);
            let applied = self.as_of_now(version, &rows, &mut scratch);
            let readings = applied.measures.into_iter().map(|readings| readings.after);
            out.measures = readings.map(|after| after.into_iter().collect::<Vec<Reading>>()).collect();
        }
        out
    }
}
