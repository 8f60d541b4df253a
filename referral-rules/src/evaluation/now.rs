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
use crate::stage::timeline::{EntryRow, Reading, States, Walk, What};

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

    /// The ledger in the form that it has.
    pub(crate) fn ledger_as_it_lies(&self) -> Ledger<'_> {
        self.timeline.table.as_ref().map_or_else(|| Ledger::Rows(self.ledger_rows()), Ledger::Table)
    }

    /// Where referrals stand, by position.
    pub(crate) fn now(&self, moments: Moments) -> Now {
        let moves = [EventKind::SUBMITTED, EventKind::QUALIFIED, EventKind::OPPORTUNITY, EventKind::NURTURE];
        let mut goes_on = [false; EventKind::STAGES.len()];
        moves.iter().for_each(|stage| goes_on[stage.index()] = true);
        // Column after column: the loops stay short, and the memory of a column is found once, not for each row.
        let known: &[i64] = &self.book.referrals.known;
        let of = self.standings.at_moment(self.book, self.as_of.0);
        let plain = self.standings.history.is_empty();
        let now = |at: usize, current: Standing| if plain { current } else { of(position(at)) };
        let all = || known.iter().map(|known| *known <= self.as_of.0).zip(self.standings.current.iter().enumerate());
        let is_there = |known: bool, standing: Standing| known & (standing != Standing::Withdrawn);
        let mut out = Now {
            there: all().map(|(known, (at, current))| is_there(known, now(at, current))).collect(),
            accepted: all().map(|(known, (at, current))| known & now(at, current).was_accepted()).collect(),
            ..Now::default()
        };
        (out.stage, out.reached) = self.timeline.states.stages(&out.accepted);
        out.under_way = out.stage.iter().map(|stage| goes_on.get(usize::from(*stage)) == Some(&true)).collect();
        if self.program.takes_claims_over() {
            for (at, current) in self.standings.current.iter().enumerate() {
                out.under_way[at] &= !matches!(now(at, current), Standing::TakenOver(_));
            }
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
        let mut refused = vec![false; if self.timeline.refusals.is_empty() { 0 } else { events.id.len() }];
        self.timeline.refusals.iter().for_each(|refusal| refused[index(refusal.event)] = true);
        let judges = !self.timeline.failures.is_empty();
        let standings = self.standings.at_moment(self.book, self.as_of.0);
        let (known, moments): (&[i64], &[i64]) = (&events.known, &events.at);
        let never_withdrawn = events.withdrawn.same().is_some_and(|moment| moment > self.as_of.0);
        let mut out: Vec<u32> = Vec::with_capacity(events.id.len());
        for (row, (referral, known)) in events.referral.iter().zip(known).enumerate() {
            let what = What::Event(position(row));
            let taken_in = *known <= self.as_of.0
                && (never_withdrawn || events.withdrawn[row] > self.as_of.0)
                && standings(*referral).lets_in(what, moments[row])
                && !refused.get(row).is_some_and(|refused| *refused)
                && !(judges && self.kept_out_by(*referral, what).is_some());
            if taken_in {
                out.push(position(row));
            }
        }
        out
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
    pub(crate) fn accounts_now(&self, version: (u16, &Version), accepted: &[bool]) -> AccountsNow {
        let book = self.book;
        let mut out = AccountsNow::default();
        let mut of_row = vec![NONE; book.accounts.id.len()];
        for (row, id) in (0_u32..).zip(&book.accounts.id).filter(|(_, id)| **id != TextId(NONE)) {
            of_row[index(row)] = position(out.id.len());
            out.id.push(*id);
            out.row.push(book.accounts.row_at(row, self.as_of.0));
        }
        out.counts = vec![[0; 4]; out.id.len()];
        // By the place of the referrer: its account, and its latest referral.
        let mut latest = vec![(NONE, NONE); book.party_places()];
        let mut take = |referral: u32| {
            let referrer = book.referrals.referrer[index(referral)];
            if !accepted[index(referral)] || book.is_nobody(referrer) {
                return;
            }
            let found = &mut latest[book.party_place(referrer)];
            if found.0 == NONE {
                let own = index(book.referrals.referrer_row[index(referral)]);
                found.0 = of_row.get(own).copied().filter(|account| *account != NONE).unwrap_or_else(|| {
                    out.id.push(referrer);
                    out.row.push(NONE);
                    out.counts.push([0; 4]);
                    position(out.id.len()).saturating_sub(1)
                });
                // Referrals that are kept in short are counted below, one by one.
                out.counts[index(found.0)] = match &self.timeline.states {
                    States::Short(_) => self.timeline.opening.counts.get(&referrer.0).copied().unwrap_or_default(),
                    States::Whole(_) => self.timeline.counts_of(book, referrer.0),
                };
            }
            found.1 = referral;
            if let States::Short(states) = &self.timeline.states {
                states.count(referral, &mut out.counts[index(found.0)]);
            }
        };
        // Which referral is the latest is asked for measures only: without them, rows are gone through as they lie.
        if self.program.measures.is_empty() {
            (0..position(book.referrals.id.len())).for_each(&mut take);
        } else {
            book.order.iter().copied().for_each(&mut take);
        }
        let mut rows: Vec<(u32, u32)> = latest.into_iter().filter(|(account, _)| *account != NONE).collect();
        rows.sort_unstable();
        out.measured = vec![NONE; out.id.len()];
        for (at, (account, _)) in rows.iter().enumerate() {
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
