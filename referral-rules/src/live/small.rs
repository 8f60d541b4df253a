//! The rows that a step touches, as a small book: what is new, and what the states of the host say of the rest.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::accounts::Accounts;
use super::convert::version_number;
use super::forms::{CellForm, Row};
use super::gather::{Opened, push, row, scope_key, text};
use super::histories::{Histories, histories, table_of};
use super::key::Key;
use super::rows::{content, event_row, own_content, referral_row};
use crate::base::{NONE, index, position};
use crate::book::{Book, Given, GivenTable, NEVER};
use crate::program::Program;
use crate::stage::attribution::Keys;
use crate::stage::submission::{NO_VERSION, Sides, Submissions, judge};
use std::collections::{BTreeMap, BTreeSet};

/// The rows that a step touches, as a book.
pub(super) struct Small {
    pub(super) given: Given,
    pub(super) book: Book,
    /// Referrals that are new.
    pub(super) fresh: BTreeSet<String>,
    /// Events that are new.
    pub(super) events: BTreeSet<String>,
    /// Events of referrals that are not known yet.
    pub(super) waiting: BTreeMap<String, Vec<Row>>,
    /// New referrals whose referrer is not among the accounts.
    pub(super) strangers: BTreeSet<String>,
    accounts_given: bool,
    /// The histories of accounts, as far as they are asked or go on.
    pub(super) histories: Histories,
    /// The new referrals' rows and their digests, as the news have them. Facts of accounts are no part of the digests, but by now
    /// they stand on the rows.
    pub(super) contents: BTreeMap<String, (String, Row)>,
}

/// Builds the book of what is new and what it touches; or says that the past must be gone through again.
pub(super) fn small_book(
    program: &Program,
    news: &Given,
    fresh: &Book,
    opened: &Opened,
) -> Result<Small, BTreeSet<Key>> {
    let histories = histories(program, opened, news.accounts.as_ref());
    let mut given = Given {
        accounts: table_of(&histories),
        opening_balances: news.opening_balances.clone(),
        rates: news.rates.clone(),
        lists: news.lists.clone(),
        ..Given::default()
    };
    let mut out = Small {
        given: Given::default(),
        book: Book::default(),
        fresh: BTreeSet::new(),
        events: BTreeSet::new(),
        waiting: BTreeMap::new(),
        strangers: BTreeSet::new(),
        accounts_given: fresh.accounts.given,
        histories,
        contents: BTreeMap::new(),
    };
    let mut known: BTreeSet<String> = BTreeSet::new();
    let mut late = BTreeSet::new();
    for referral in fresh.order.iter().copied() {
        let id = fresh.text(fresh.referrals.id[index(referral)]).to_owned();
        if fresh.referrals.withdrawn[index(referral)] != NEVER {
            late.insert(Key::Referral(id.clone()));
        }
        let row = referral_row(program, fresh, referral);
        let content = own_content(program, fresh, referral, &row);
        match opened.referrals.get(&id).filter(|body| !body.content.is_empty()) {
            Some(body) if body.content == content => {}
            Some(_) => {
                late.insert(Key::Referral(id.clone()));
            }
            None => {
                push(&mut given.referrals, &row);
                let referrer = fresh.text(fresh.referrals.referrer[index(referral)]);
                let unknown = fresh.referrals.referrer_row[index(referral)] == NONE;
                let kept = out.histories.get(referrer).is_some_and(|rows| !rows.is_empty());
                if fresh.accounts.given && unknown && !kept {
                    out.strangers.insert(id.clone());
                }
                out.contents.insert(id.clone(), (content, row));
                out.fresh.insert(id.clone());
                known.insert(id);
            }
        }
    }
    for (id, body) in opened.referrals.iter().filter(|(id, body)| !body.content.is_empty() && !out.fresh.contains(*id))
    {
        push(&mut given.referrals, &body.row);
        known.insert(id.clone());
    }
    out.events(program, news, fresh, opened, &known, &mut given.events);
    out.given = given;
    out.read(program);
    for (event, id) in out.book.events.id.iter().enumerate() {
        let id = out.book.text(*id).to_owned();
        if !out.events.contains(&id) {
            continue;
        }
        let conflict = out.book.events.withdrawn[event] != NEVER;
        match opened.events.get(&id) {
            _ if conflict => {
                late.insert(Key::Event(id));
            }
            Some(body) if body.content == content(&event_row(program, &out.book, position(event))) => {
                out.events.remove(&id);
            }
            Some(_) => {
                late.insert(Key::Event(id));
            }
            None => {}
        }
    }
    if late.is_empty() {
        return Ok(out);
    }
    let scopes = out.book.referrals.referrer.iter().map(|referrer| scope_key(program, out.book.text(*referrer)));
    late.extend(scopes);
    Err(late)
}

impl Small {
    fn events(
        &mut self,
        program: &Program,
        news: &Given,
        fresh: &Book,
        opened: &Opened,
        known: &BTreeSet<String>,
        table: &mut GivenTable,
    ) {
        let mut seen = BTreeSet::new();
        let mut take = |row: &Row, new: bool, events: &mut BTreeSet<String>| {
            if let Some(CellForm::T(id) | CellForm::R(id) | CellForm::N(id)) = row.get("id") {
                if !new && seen.contains(id) {
                    return;
                }
                seen.insert(id.clone());
                if new {
                    events.insert(id.clone());
                }
            }
            push(table, row);
        };
        for at in 0..news.events.rows {
            let row = row(&news.events, at);
            match text(&news.events, "referral", at) {
                Some(referral) if !known.contains(&referral) => {
                    self.waiting.entry(referral).or_default().push(row);
                }
                _ => take(&row, true, &mut self.events),
            }
        }
        for event in 0..fresh.events.id.len() {
            if fresh.events.row[event] == 0 {
                take(&event_row(program, fresh, position(event)), true, &mut self.events);
            }
        }
        for id in &self.fresh {
            for row in opened.referrals.get(id).iter().flat_map(|body| &body.waiting) {
                take(row, true, &mut self.events);
            }
        }
        let of_grants = opened.referrals.values().flat_map(|body| body.events.values());
        for row in opened.scopes.values().flat_map(|scope| scope.events.values()).chain(of_grants) {
            take(row, false, &mut self.events);
        }
    }

    /// Makes the book of the rows. Accounts are not among them but for those with histories, so it is told who is no account.
    pub(super) fn read(&mut self, program: &Program) {
        self.book = Book::by_texts(program, &self.given);
        self.book.accounts.given = self.accounts_given;
        let with_histories = self.book.accounts.history.is_some();
        for (row, id) in self.book.referrals.id.iter().enumerate() {
            let stranger = self.strangers.contains(self.book.texts.text(*id));
            let account = &mut self.book.referrals.referrer_row[row];
            *account = if stranger {
                NONE
            } else if with_histories {
                *account
            } else {
                0
            };
        }
    }

    /// Gives the book the names of accounts that no row of it tells, but states do.
    pub(super) fn name_accounts(&mut self, opened: &Opened, accounts: &Accounts) {
        let deferred = opened.scopes.values().flat_map(|scope| &scope.deferred);
        let of_deferred =
            deferred.flat_map(|form| form.applied.recruiter.as_deref().into_iter().chain(form.payee.as_deref()));
        let of_referrals = opened.referrals.values().filter_map(|body| body.recruiter.as_deref());
        let grants = opened.referrals.values().flat_map(|body| body.grants.iter().flatten());
        let of_grants = grants.filter_map(|form| form.payee.as_deref());
        for name in of_deferred.chain(of_referrals).chain(of_grants).chain(accounts.names()) {
            self.book.texts.intern(name);
        }
    }

    /// What is judged of the rows, and their claim keys.
    pub(super) fn judged(&self, program: &Program, opened: &Opened) -> (Submissions, Keys) {
        let submissions = self.submissions(program, opened);
        let keys = Keys::read(program, &self.book, &submissions);
        (submissions, keys)
    }

    /// Judges what is new; what is known keeps its verdict.
    fn submissions(&self, program: &Program, opened: &Opened) -> Submissions {
        let mut out = judge(program, &self.book, 1);
        for (row, id) in self.book.referrals.id.iter().enumerate() {
            let id = self.book.text(*id);
            if self.fresh.contains(id) {
                continue;
            }
            if let Some(body) = opened.referrals.get(id) {
                out.version[row] = version_number(program, &body.standing.version).unwrap_or(NO_VERSION);
                out.refused[row] = Sides(body.refused);
            }
        }
        out
    }

    pub(super) fn fresh_rows(&self) -> Vec<u32> {
        let order = self.book.order.iter().copied();
        order.filter(|row| self.fresh.contains(self.book.text(self.book.referrals.id[index(*row)]))).collect()
    }
}
