//! Who can be asked about as of the moment of the answer, laid out in rows that expressions are evaluated over.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use crate::base::limits::LADDERS_MAX;
use crate::base::{NONE, TextId, compare_ids, index, position};
use crate::evaluation::Evaluation;
use crate::expr::{Inputs, Pool, Scratch, Slot, Vector};
use crate::program::document::Subject;
use crate::program::{EventKind, Source, Version};
use crate::stage::attribution::Standing;
use crate::stage::inputs::{Counted, EventRows, push_reading};
use crate::stage::loading::{NOTHING, load_fact};
use crate::stage::timeline::Applied;
use rustc_hash::FxHashMap;

/// All subjects of one kind, in order: the company, accounts and referrers by id, referrals by submission.
pub struct Subjects {
    /// Their ids.
    pub ids: Vec<String>,
    rows: Rows,
}

enum Rows {
    Company,
    Accounts {
        /// The rows of the table of accounts that hold now.
        account: Vec<u32>,
        /// How many of their referrals have reached each stage.
        counts: Vec<[i64; 4]>,
        /// The places of their latest accepted referrals in `applied`; `NONE` without one.
        latest: Vec<u32>,
        applied: Box<Applied>,
    },
    Referrals(Box<Applied>),
}

impl Subjects {
    /// Those of a kind, under the version in force now.
    pub fn of(of: Subject, evaluation: &Evaluation<'_>, version: (u16, &Version), scratch: &mut Scratch<'_>) -> Self {
        match of {
            Subject::Company => Self { ids: vec![evaluation.program.id.clone()], rows: Rows::Company },
            Subject::Account | Subject::Referrer => Self::accounts(of, evaluation, version, scratch),
            Subject::Referral => Self::referrals(evaluation, version, scratch),
        }
    }

    fn referrals(evaluation: &Evaluation<'_>, version: (u16, &Version), scratch: &mut Scratch<'_>) -> Self {
        let book = evaluation.book;
        let rows: Vec<u32> = evaluation.referrals().filter(|row| !is_withdrawn(evaluation, *row)).collect();
        let mut applied = now(evaluation, version, &rows, scratch);
        for (at, row) in rows.iter().enumerate() {
            // One that was not accepted was submitted all the same.
            applied.reached[at][0] = book.referrals.submitted_at[index(*row)];
        }
        let ids = rows.iter().map(|row| book.text(book.referrals.id[index(*row)]).to_owned()).collect();
        Self { ids, rows: Rows::Referrals(Box::new(applied)) }
    }

    fn accounts(of: Subject, evaluation: &Evaluation<'_>, version: (u16, &Version), scratch: &mut Scratch<'_>) -> Self {
        let book = evaluation.book;
        let referrer = |row: u32| book.referrals.referrer[index(row)];
        let accounts = || (0_u32..).zip(&book.accounts.id).filter(|(_, id)| id.0 != NONE);
        let mut first_rows: FxHashMap<&str, u32> = FxHashMap::default();
        for (row, id) in accounts() {
            first_rows.entry(book.text(*id)).or_insert(row);
        }
        let accepted = |row: &u32| evaluation.standings.current.of(index(*row)).was_accepted();
        let named = |row: &u32| !book.is_nobody(referrer(*row)) && !is_withdrawn(evaluation, *row);
        let latest: FxHashMap<&str, u32> =
            evaluation.referrals().filter(accepted).map(|row| (book.text(referrer(row)), row)).collect();
        let mut ids: Vec<&str> = match of {
            Subject::Account => {
                let known = evaluation.referrals().filter(named).map(|row| book.text(referrer(row)));
                accounts().map(|(_, id)| book.text(*id)).chain(known).collect()
            }
            _ => evaluation.referrals().filter(accepted).map(|row| book.text(referrer(row))).collect(),
        };
        ids.sort_unstable_by(|left, right| compare_ids(left, right));
        ids.dedup();
        let moment = evaluation.as_of.0;
        let account = ids.iter().map(|id| first_rows.get(id).map_or(NONE, |row| book.accounts.row_at(*row, moment)));
        let account = account.collect();
        let (mut rows, mut places) = (Vec::new(), Vec::with_capacity(ids.len()));
        for id in &ids {
            places.push(latest.get(id).map_or(NONE, |row| {
                rows.push(*row);
                position(rows.len().saturating_sub(1))
            }));
        }
        let count = |row: &u32| evaluation.timeline.counts_of(book, referrer(*row).0);
        let counts = ids.iter().map(|id| latest.get(id).map_or([0; 4], count)).collect();
        let applied = Box::new(now(evaluation, version, &rows, scratch));
        let ids = ids.into_iter().map(str::to_owned).collect();
        Self { ids, rows: Rows::Accounts { account, counts, latest: places, applied } }
    }
}

/// Whether copies of a referral contradict each other: nothing of it counts.
fn is_withdrawn(evaluation: &Evaluation<'_>, row: u32) -> bool {
    evaluation.standings.current.of(index(row)) == Standing::Withdrawn
}

/// A row per referral, as of now, with the levels that its referrer has.
fn now(evaluation: &Evaluation<'_>, version: (u16, &Version), rows: &[u32], scratch: &mut Scratch<'_>) -> Applied {
    let mut applied = evaluation.as_of_now(version, rows, scratch);
    if !version.1.ladders.is_empty() {
        applied.tiers = evaluation.levels_now(version, rows, &applied, scratch);
    }
    applied
}

/// Some of the subjects of a kind, for expressions.
pub struct SubjectRows<'a> {
    /// The evaluation.
    pub evaluation: &'a Evaluation<'a>,
    /// The version in force now.
    pub version: &'a Version,
    /// All of them.
    pub subjects: &'a Subjects,
    /// The places of those that are asked about.
    pub rows: &'a [u32],
}

impl Inputs for SubjectRows<'_> {
    fn load(&self, slot: Slot, into: &mut Vector, texts: &mut dyn Pool) {
        let (program, book) = (self.evaluation.program, self.evaluation.book);
        let source = program.slots[usize::from(slot.0)];
        match (source, &self.subjects.rows) {
            (Source::AnswerAt, _) => self.rows.iter().for_each(|_| into.push_int(self.evaluation.as_of.0)),
            (Source::Company(fact), _) => {
                let rows = vec![book.company.row_at(self.evaluation.as_of.0); self.rows.len()];
                let column = book.company.facts.get(usize::from(fact)).and_then(Option::as_ref);
                load_fact(into, slot, &rows, column.map(|column| (column, |row| row)), NOTHING, texts);
            }
            (Source::Stage, Rows::Referrals(applied)) => {
                for row in self.rows {
                    match self.evaluation.stage_word(applied.referral[index(*row)]) {
                        Some(stage) => into.push_text(texts.intern(stage)),
                        None => into.push_missing(slot),
                    }
                }
            }
            (_, Rows::Referrals(applied)) => {
                let counted = Counted::After;
                EventRows { program, book, applied, rows: self.rows, granted: None, counted }.load(slot, into, texts);
            }
            (Source::HostList(list), _) => self.rows.iter().for_each(|_| match book.lists.get(usize::from(list)) {
                Some(_) => into.push_bool(true),
                None => into.push_missing(slot),
            }),
            (_, Rows::Accounts { .. }) => self.of_accounts(slot, source, into, texts),
            (_, Rows::Company) => {}
        }
    }
}

impl SubjectRows<'_> {
    fn of_accounts(&self, slot: Slot, source: Source, into: &mut Vector, texts: &mut dyn Pool) {
        let Rows::Accounts { account, counts, latest, applied } = &self.subjects.rows else { return };
        let (program, book) = (self.evaluation.program, self.evaluation.book);
        if let Source::Fact(fact) = source {
            let fact = program.facts[usize::from(fact)].account;
            let column = fact.and_then(|fact| book.accounts.facts.get(usize::from(fact))?.as_ref());
            let rows: Vec<u32> = self.rows.iter().map(|row| account[index(*row)]).collect();
            return load_fact(into, slot, &rows, column.map(|column| (column, |row| row)), NOTHING, texts);
        }
        for row in self.rows.iter().map(|row| index(*row)) {
            let place = Some(latest[row]).filter(|place| *place != NONE).map(index);
            match source {
                Source::ReferrerId => into.push_text(texts.intern(&self.subjects.ids[row])),
                Source::Measure(measure) => into.push_int(counts[row][measure.index()]),
                Source::Declared(measure) => {
                    let readings = &applied.measures[usize::from(measure)].after;
                    push_reading(place.and_then(|place| readings.get(place)), slot, into, texts);
                }
                Source::Tier(ladder) => {
                    let level = place.and_then(|place| self.level(ladder, &applied.tiers[place]));
                    match level {
                        Some(level) => into.push_text(level),
                        None => into.push_missing(slot),
                    }
                }
                _ => into.push_missing(slot),
            }
        }
    }

    fn level(&self, ladder: u16, levels: &[u8; LADDERS_MAX]) -> Option<TextId> {
        let position = self.version.ladders.iter().position(|found| found.number == ladder)?;
        let level = usize::from(levels.get(position)?.checked_sub(1)?);
        self.version.ladders[position].levels.get(level).map(|level| level.text)
    }
}

impl Evaluation<'_> {
    /// The stage that a referral is at; none of one that was not accepted.
    fn stage_word(&self, row: u32) -> Option<&'static str> {
        let state = self.state(row)?;
        EventKind::STAGES.get(usize::from(state.stage)).copied()
    }
}
