//! One step: news and states in, entries and new states out.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::accounts::Accounts;
use super::convert::{content, event_row, referral_row, standing, standing_form, version_number};
use super::forms::{CellForm, ClaimBody, EventBody, ReferralBody, Row};
use super::gather::{Opened, Wanted, gather, keys_of_news, push, row, scope_key, text};
use super::given::GivenForms;
use super::histories::{Histories, changed, histories, table_of};
use super::key::{Key, State, States, seal};
use super::measures::{contributed_forms, load_contributed};
use super::scope::Running;
use super::sharing::note_sharing;
use crate::base::{Instant, NONE, index, position};
use crate::book::{Book, Finding, Given, GivenTable, NEVER};
use crate::diag::Code;
use crate::evaluation::{Decision, Entry, Evaluation};
use crate::program::Program;
use crate::stage::attribution::{Keys, Standing, Standings};
use crate::stage::submission::{NO_VERSION, Sides, Submissions, judge};
use crate::stage::timeline::{self, Item, ReferralState, Timeline, event_item, submission_item};
use crate::stage::{Facts, opening};
use std::collections::{BTreeMap, BTreeSet};

/// What a step gives.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// The new entries, in the order of the ledger.
    pub entries: Vec<Entry>,
    /// The decisions on the referrals that are new.
    pub decisions: Vec<Decision>,
    /// What was wrong with the news.
    pub findings: Vec<Finding>,
    /// The states to store, each under its key, in place of the earlier one.
    pub states: Vec<State>,
}

/// The answer of a step.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// It is done.
    Done(Box<Outcome>),
    /// Call again with these states as well; `None` for a key that has none yet.
    NeedsStates(Vec<Key>),
    /// The news is late, or a state cannot be opened: give all rows that touch these keys, the news among them, to
    /// [`rebuild`](super::rebuild).
    NeedsHistory(Vec<Key>),
}

/// Takes in news: rows that become known at `as_of` at the latest. Without news, the clock goes on to `as_of`.
///
/// `states` holds what the host keeps under the keys that the news touches; the step asks for what is wanting. Nothing is
/// changed until the step is done: then the host stores entries and states together.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Cell, Given};
/// use referral_rules::live::{States, Step, apply};
/// # let (program, _) = referral_rules::program::Program::from_toml("schema = 1\nid = \"acme\"\nversion = \"1\"\n
/// # in_force = { first_day = 2026-01-01 }\ncurrency = \"USD\"\ntime_zone = \"UTC\"\n[[reward]]\nid = \"thanks\"\nto = \"referrer\"\n
/// # on = \"submitted\"\nkind = \"cash\"\namount = 5")?;
/// let mut store = States::new(); // the host's database
/// let mut news = Given::default();
/// let cell = |text: &str| Cell::Text(text.to_owned());
/// news.referrals.push_row([
///     ("id".to_owned(), cell("R-1")),
///     ("referrer".to_owned(), cell("ada")),
///     ("submitted_at".to_owned(), cell("2026-03-02T09:00:00Z")),
/// ]);
/// let now = Instant::parse("2026-03-02T09:00:00Z")?;
/// let mut states = States::new();
/// let outcome = loop {
///     match apply(&program, &states, &news, now) {
///         Step::Done(outcome) => break outcome,
///         Step::NeedsStates(keys) => {
///             for key in keys {
///                 let stored = store.get(&key).cloned().flatten();
///                 states.insert(key, stored);
///             }
///         }
///         Step::NeedsHistory(keys) => panic!("late news for {keys:?}"),
///     }
/// };
/// assert_eq!(outcome.entries[0].amount.to_string(), "5.00");
/// for state in outcome.states {
///     store.insert(state.key.clone(), Some(state));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply(program: &Program, states: &States, news: &Given, as_of: Instant) -> Step {
    let fresh_book = Book::by_texts(program, news);
    let gathered = match gathered(program, states, news, &fresh_book, as_of) {
        Ok(gathered) => gathered,
        Err(step) => return step,
    };
    let Gathered { opened, small, claims, accounts } = gathered;
    let submissions = small.submissions(program, &opened);
    let keys = Keys::read(program, &small.book, &submissions);
    let mut stepping = Stepping {
        program,
        opened: &opened,
        small: &small,
        submissions,
        standings: Standings { current: vec![Standing::Out; small.book.referrals.id.len()], ..Standings::default() },
        claims,
        accounts,
        sharers: BTreeMap::new(),
        looked_back: BTreeMap::new(),
        news_of: BTreeMap::new(),
        touched: BTreeSet::new(),
        late: BTreeSet::new(),
    };
    stepping.attribute(&keys);
    let outcome = stepping.run(&fresh_book, keys, as_of);
    outcome.map_or_else(|late| history(program, news, &opened, late), |outcome| Step::Done(Box::new(outcome)))
}

/// What is late asks for the history of all the news: a step is done as a whole or not at all.
fn history(program: &Program, news: &Given, opened: &Opened, mut late: BTreeSet<Key>) -> Step {
    late.extend(keys_of_news(program, news, opened));
    Step::NeedsHistory(late.into_iter().collect())
}

/// All that a step looks at.
struct Gathered {
    opened: Opened,
    small: Small,
    claims: BTreeMap<Key, ClaimBody>,
    accounts: Accounts,
}

/// Opens what the news touches, and what that touches, round by round; or says what is wanting.
fn gathered(program: &Program, states: &States, news: &Given, fresh: &Book, as_of: Instant) -> Result<Gathered, Step> {
    let mut further = BTreeSet::new();
    loop {
        let mut wanted = Wanted::default();
        let opened = gather(program, states, news, as_of.0, &further, &mut wanted);
        let stop = |wanted: &mut Wanted| match (wanted.states.is_empty(), wanted.history.is_empty()) {
            (false, _) => Err(Step::NeedsStates(std::mem::take(&mut wanted.states).into_iter().collect())),
            (true, false) => Err(history(program, news, &opened, std::mem::take(&mut wanted.history))),
            (true, true) => Ok(()),
        };
        stop(&mut wanted)?;
        let mut small =
            small_book(program, news, fresh, &opened).map_err(|late| history(program, news, &opened, late))?;
        let submissions = small.submissions(program, &opened);
        let keys = Keys::read(program, &small.book, &submissions);
        let claims = small.open_claims(program, states, &keys, &mut wanted);
        let accounts = small.open_accounts(program, states, &mut wanted);
        stop(&mut wanted)?;
        // Where it depends on those who hold claims how long they do, they are looked at as well.
        let holders = if program.looks_at_holders() || program.shares_claims() {
            small.holders(program, &keys, &claims)
        } else {
            BTreeSet::new()
        };
        if holders.is_subset(&further) {
            small.add_holders(&claims, program);
            small.name_accounts(&opened, &accounts);
            return Ok(Gathered { opened, small, claims, accounts });
        }
        further.extend(holders);
    }
}

/// The rows that a step touches, as a book.
pub(super) struct Small {
    pub(super) given: Given,
    pub(super) book: Book,
    /// Referrals that are new.
    pub(super) fresh: BTreeSet<String>,
    /// Events that are new.
    pub(super) events: BTreeSet<String>,
    /// Events of referrals that are not known yet.
    waiting: BTreeMap<String, Vec<Row>>,
    /// New referrals whose referrer is not among the accounts.
    strangers: BTreeSet<String>,
    accounts_given: bool,
    /// The histories of accounts, as far as they are asked or go on.
    histories: Histories,
    /// The digests of the new referrals' rows.
    contents: BTreeMap<String, String>,
}

/// The digest of a referral's own row.
pub(super) fn own_content(program: &Program, book: &Book, referral: u32) -> String {
    let mut row = referral_row(program, book, referral);
    // Facts that stand on the account are no part of the row.
    for (number, fact) in program.facts.iter().enumerate() {
        let own = book.referrals.facts.get(number).and_then(Option::as_ref);
        if own.is_none_or(|own| !own.is_valid(index(referral))) {
            row.remove(&format!("{}.{}", fact.owner.word(), fact.name));
        }
    }
    content(row)
}

/// Builds the book of what is new and what it touches; or says that the past must be gone through again.
fn small_book(program: &Program, news: &Given, fresh: &Book, opened: &Opened) -> Result<Small, BTreeSet<Key>> {
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
        match opened.referrals.get(&id).filter(|body| !body.content.is_empty()) {
            Some(body) if body.content == own_content(program, fresh, referral) => {}
            Some(_) => {
                late.insert(Key::Referral(id.clone()));
            }
            None => {
                push(&mut given.referrals, &referral_row(program, fresh, referral));
                let referrer = fresh.text(fresh.referrals.referrer[index(referral)]);
                let unknown = fresh.referrals.referrer_row[index(referral)] == NONE;
                let kept = out.histories.get(referrer).is_some_and(|rows| !rows.is_empty());
                if fresh.accounts.given && unknown && !kept {
                    out.strangers.insert(id.clone());
                }
                out.contents.insert(id.clone(), own_content(program, fresh, referral));
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
            Some(body) if body.content == content(event_row(program, &out.book, position(event))) => {
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
    fn name_accounts(&mut self, opened: &Opened, accounts: &Accounts) {
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

pub(super) struct Stepping<'a> {
    pub(super) program: &'a Program,
    pub(super) opened: &'a Opened,
    pub(super) small: &'a Small,
    pub(super) submissions: Submissions,
    pub(super) standings: Standings,
    pub(super) claims: BTreeMap<Key, ClaimBody>,
    pub(super) accounts: Accounts,
    /// Those who share the claims of a holder, by submission.
    pub(super) sharers: BTreeMap<u32, Vec<u32>>,
    /// By scope, the new submissions that asked what was before them, or ended what was.
    pub(super) looked_back: BTreeMap<Key, Vec<Item>>,
    /// The new events by referral, where they change how claims are held.
    pub(super) news_of: BTreeMap<u32, Vec<u32>>,
    pub(super) touched: BTreeSet<Key>,
    pub(super) late: BTreeSet<Key>,
}

impl Stepping<'_> {
    pub(super) fn id(&self, referral: u32) -> &str {
        self.small.book.text(self.small.book.referrals.id[index(referral)])
    }

    /// The new items of accepted referrals, by scope.
    pub(super) fn items(&self) -> BTreeMap<Key, Vec<Item>> {
        let book = &self.small.book;
        let mut out: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
        let scope = |referral: u32| scope_key(self.program, book.text(book.referrals.referrer[index(referral)]));
        let counts = |item: &Item| {
            let standing = self.standings.current[index(item.referral)];
            // An event of a referral that shares a claim is a finding.
            standing.lets_in(item.what, item.place.at) || standing.shares_with().is_some()
        };
        let fresh = self.small.fresh_rows().into_iter().map(|row| submission_item(book, row));
        let is_new = |event: &usize| self.small.events.contains(book.text(book.events.id[*event]));
        let events = (0..book.events.id.len()).filter(is_new).map(|event| event_item(book, position(event)));
        for item in fresh.chain(events).filter(counts) {
            out.entry(scope(item.referral)).or_default().push(item);
        }
        out
    }

    fn run(mut self, fresh_book: &Book, keys: Keys, as_of: Instant) -> Result<Outcome, BTreeSet<Key>> {
        let program = self.program;
        let book = &self.small.book;
        let (opening, _) = opening::read(program, book);
        let items = self.items();
        let mut timeline = Timeline::default();
        let mut whole = vec![None; book.referrals.id.len()];
        let mut states = Vec::new();
        let mut bodies: BTreeMap<String, ReferralBody> = BTreeMap::new();
        let facts = Facts { program, book, submissions: &self.submissions, standings: &self.standings };
        let as_of = items.values().flatten().map(|item| item.known).max().unwrap_or(as_of.0).max(as_of.0);
        for (key, body) in &self.opened.scopes {
            let items = items.get(key).map_or(&[][..], |items| items);
            let Some(mut running) = Running::load(facts, body, as_of) else {
                self.late.insert(key.clone());
                continue;
            };
            if !self.load_referrals(key, &mut running) {
                self.late.insert(key.clone());
                continue;
            }
            let looked_back = self.looked_back.get(key).map_or(&[][..], |items| items);
            if running.take_in(items, looked_back, &opening) {
                self.late.insert(key.clone());
            }
            running.step(&[], as_of, &opening);
            if running.is_stopped() {
                self.late.insert(key.clone());
                continue;
            }
            running.book(&mut timeline.entries, &mut timeline.steps);
            timeline.refusals.append(&mut running.refusals);
            timeline.failures.append(&mut running.counting.failures);
            let mut given = running.given();
            let (saved, wakes_at) = running.save(given.remove(&None).unwrap_or_default());
            states.push(seal(program, key.clone(), wakes_at, &saved));
            self.save_referrals(&running, given, &mut bodies, &mut whole);
        }
        if !self.late.is_empty() {
            return Err(self.late);
        }
        timeline.failures.sort_by_key(timeline::Failure::key);
        timeline.states = timeline::States::Whole(whole);
        self.save_others(&mut bodies, &mut states);
        for (id, body) in bodies {
            states.push(seal(program, Key::Referral(id), None, &body));
        }
        states.sort_by(|left, right| left.key.cmp(&right.key));
        timeline.entries.sort_by(crate::stage::timeline::EntryRow::order);
        let fresh: Vec<String> = self.small.fresh.iter().cloned().collect();
        let findings = self.findings(fresh_book);
        let evaluation =
            Evaluation::new(program, book, Instant(as_of), self.submissions, keys, self.standings, timeline);
        let refused = evaluation.findings().iter().filter(|finding| finding.table == "events");
        let mut findings: Vec<Finding> = findings
            .into_iter()
            .chain(refused.filter(|finding| self.small.events.contains(&finding.id)).cloned())
            .collect();
        findings.sort();
        findings.dedup();
        let decisions = fresh.iter().filter_map(|id| evaluation.decision(id)).collect();
        let entries = evaluation.entries().collect();
        Ok(Outcome { entries, decisions, findings, states })
    }

    fn findings(&self, fresh_book: &Book) -> Vec<Finding> {
        let waiting = |finding: &&Finding| finding.table != "events" || !self.small.events.contains(&finding.id);
        // An account that was handed in before need not come again.
        let with_histories = self.small.book.accounts.history.is_some();
        let known = |finding: &Finding| {
            let unknown = finding.code == Code::UnknownReferrer && with_histories;
            unknown && self.small.fresh.contains(&finding.id) && !self.small.strangers.contains(&finding.id)
        };
        fresh_book.findings.iter().filter(waiting).filter(|finding| !known(finding)).cloned().collect()
    }

    /// Puts the known referrals of a scope where the clock and the new events find them.
    pub(super) fn load_referrals(&self, key: &Key, running: &mut Running<'_>) -> bool {
        let book = &self.small.book;
        for (id, body) in self.opened.referrals.iter().filter(|(_, body)| body.accepted) {
            let Some(referral) = book.referral(id) else { continue };
            let referrer = book.text(book.referrals.referrer[index(referral)]);
            if scope_key(self.program, referrer) != *key {
                continue;
            }
            let Some(state) = standing(self.program, &body.standing) else { return false };
            running.counting.referrals.insert(referral, state);
            for sharer in body.sharers.iter().filter_map(|sharer| book.referral(sharer)) {
                running.counting.sharing.join(sharer, referral);
            }
            if load_contributed(self.program, book, &body.contributed, referral, &mut running.counting).is_none() {
                return false;
            }
            let given = body.given.iter().all(|form| running.load_given(form).is_some());
            if !given || running.load_grants(body, referral).is_none() {
                return false;
            }
            for (reward, granted) in &body.granted {
                let number = self.program.reward_ids.iter().position(|known| known == reward);
                let Some(number) = number.and_then(|number| u16::try_from(number).ok()) else { return false };
                running.drawn.granted.insert((referral, number), *granted);
            }
        }
        true
    }

    fn save_referrals(
        &self,
        running: &Running<'_>,
        mut given: GivenForms,
        bodies: &mut BTreeMap<String, ReferralBody>,
        whole: &mut [Option<ReferralState>],
    ) {
        for (referral, state) in &running.counting.referrals {
            let id = self.id(*referral).to_owned();
            let mut body = self.body(*referral);
            body.accepted = true;
            let recruiter = self.standings.recruiters.current.get(referral);
            body.recruiter = recruiter.map(|recruiter| self.small.book.text(*recruiter).to_owned());
            note_sharing(&self.small.book, &running.counting, *referral, &mut body);
            if let (Standing::TakenOver(taken), None) = (self.standings.current[index(*referral)], &body.taken_over) {
                body.taken_over = Some((self.id(taken.by).to_owned(), taken.at));
            }
            body.standing = standing_form(self.program, state);
            body.contributed = contributed_forms(self.program, &self.small.book, &running.counting, *referral);
            let name = self.small.book.referrals.id[index(*referral)];
            body.given = given.remove(&Some(name)).unwrap_or_default();
            running.save_grants(&mut body, *referral);
            bodies.insert(id, body);
            whole[index(*referral)] = Some(state.clone());
        }
        for ((referral, number), granted) in &running.drawn.granted {
            let reward = self.program.reward_ids[usize::from(*number)].clone();
            if let Some(body) = bodies.get_mut(self.id(*referral)) {
                body.granted.insert(reward, *granted);
            }
        }
    }

    fn body(&self, referral: u32) -> ReferralBody {
        let book = &self.small.book;
        let row = index(referral);
        let id = self.id(referral);
        match self.opened.referrals.get(id).filter(|body| !body.content.is_empty()) {
            Some(body) => body.clone(),
            None => {
                let version = self.program.versions.get(usize::from(self.submissions.version[row]));
                let mut body = ReferralBody {
                    content: self.small.content(self.program, referral),
                    row: referral_row(self.program, book, referral),
                    refused: self.submissions.refused[row].0,
                    known: book.referrals.known[row],
                    with_histories: book.accounts.history.is_some(),
                    ..ReferralBody::default()
                };
                body.standing.version = version.map(|version| version.name.clone()).unwrap_or_default();
                body
            }
        }
    }

    /// States of refused referrals, of events that wait for their referral, of events and of claims.
    fn save_others(&self, bodies: &mut BTreeMap<String, ReferralBody>, states: &mut Vec<State>) {
        let book = &self.small.book;
        for row in self.small.fresh_rows() {
            let id = self.id(row).to_owned();
            bodies.entry(id).or_insert_with(|| self.body(row));
        }
        for (id, rows) in &self.small.waiting {
            let body =
                bodies.entry(id.clone()).or_insert_with(|| self.opened.referrals.get(id).cloned().unwrap_or_default());
            body.waiting.extend(rows.iter().cloned());
        }
        for event in 0..book.events.id.len() {
            let id = book.text(book.events.id[event]).to_owned();
            if self.small.events.contains(&id) {
                let body = EventBody { content: content(event_row(self.program, book, position(event))) };
                states.push(seal(self.program, Key::Event(id), None, &body));
            }
        }
        for key in &self.touched {
            if let Some(claim) = self.claims.get(key) {
                states.push(seal(self.program, key.clone(), None, claim));
            }
        }
        states.extend(changed(self.program, &self.opened.histories, &self.small.histories));
        states.extend(self.accounts.changed().map(|(key, account)| seal(self.program, key, None, account)));
    }
}

impl Small {
    /// The digest of a new referral's row. Facts of accounts are no part of it, but by now they stand on the row; the digest
    /// that was compared is the one of the news.
    fn content(&self, program: &Program, referral: u32) -> String {
        let id = self.book.text(self.book.referrals.id[index(referral)]);
        self.contents.get(id).cloned().unwrap_or_else(|| own_content(program, &self.book, referral))
    }
}
