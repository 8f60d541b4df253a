//! One step: news and states in, entries and new states out.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::accounts::Accounts;
use super::convert::{standing, standing_form};
use super::forms::{ClaimBody, EventBody, ReferralBody};
use super::gather::{Opened, Wanted, gather, keys_of_news, scope_key};
use super::given::GivenForms;
use super::histories::changed;
use super::key::{Key, State, States, seal};
use super::measures::{contributed_forms, load_contributed};
use super::rows::{content, event_row, own_content, referral_row};
use super::scope::Running;
use super::sharing::note_sharing;
use super::small::{Small, small_book};
use crate::base::{Instant, index, position};
use crate::book::{Book, Finding, Given};
use crate::diag::Code;
use crate::evaluation::{Decision, Entry, Evaluation};
use crate::program::Program;
use crate::stage::attribution::{Keys, Standing, StandingColumn, Standings};
use crate::stage::submission::Submissions;
use crate::stage::timeline::{self, Item, ReferralState, Timeline, event_item, submission_item};
use crate::stage::{Facts, opening};
use std::cell::OnceCell;
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
    let gathered = match gathered(program, states, news, as_of) {
        Ok(gathered) => gathered,
        Err(step) => return step,
    };
    let Gathered { fresh, opened, small, submissions, keys, claims, accounts } = gathered;
    let mut stepping = Stepping {
        program,
        opened: &opened,
        small: &small,
        submissions,
        standings: Standings { current: StandingColumn::new(small.book.referrals.id.len()), ..Standings::default() },
        claims,
        accounts,
        sharers: BTreeMap::new(),
        looked_back: BTreeMap::new(),
        news_of: BTreeMap::new(),
        touched: BTreeSet::new(),
        late: BTreeSet::new(),
    };
    stepping.attribute(&keys);
    let outcome = stepping.run(&fresh, keys, as_of);
    outcome.map_or_else(|late| history(program, news, &opened, late), |outcome| Step::Done(Box::new(outcome)))
}

/// What is late asks for the history of all the news: a step is done as a whole or not at all.
fn history(program: &Program, news: &Given, opened: &Opened, mut late: BTreeSet<Key>) -> Step {
    late.extend(keys_of_news(program, news, opened));
    Step::NeedsHistory(late.into_iter().collect())
}

/// All that a step looks at.
struct Gathered {
    /// The news by itself.
    fresh: Book,
    opened: Opened,
    small: Small,
    submissions: Submissions,
    keys: Keys,
    claims: BTreeMap<Key, ClaimBody>,
    accounts: Accounts,
}

/// Opens what the news touches, and what that touches, round by round; or says what is wanting.
fn gathered(program: &Program, states: &States, news: &Given, as_of: Instant) -> Result<Gathered, Step> {
    let mut further = BTreeSet::new();
    // Read only once the host has handed in what is asked for first.
    let fresh = OnceCell::new();
    loop {
        let mut wanted = Wanted::default();
        let opened = gather(program, states, news, as_of.0, &further, &mut wanted);
        let stop = |wanted: &mut Wanted| match (wanted.states.is_empty(), wanted.history.is_empty()) {
            (false, _) => Err(Step::NeedsStates(std::mem::take(&mut wanted.states).into_iter().collect())),
            (true, false) => Err(history(program, news, &opened, std::mem::take(&mut wanted.history))),
            (true, true) => Ok(()),
        };
        stop(&mut wanted)?;
        let news_alone = fresh.get_or_init(|| Book::by_texts(program, news));
        let mut small =
            small_book(program, news, news_alone, &opened).map_err(|late| history(program, news, &opened, late))?;
        let (mut submissions, mut keys) = small.judged(program, &opened);
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
            // Keys that are made go by the number of texts: with one more they are read again.
            let texts = small.book.texts.len();
            let added = small.add_holders(&claims, program);
            small.name_accounts(&opened, &accounts);
            if added || small.book.texts.len() != texts {
                (submissions, keys) = small.judged(program, &opened);
            }
            let fresh = fresh.into_inner().unwrap_or_default();
            return Ok(Gathered { fresh, opened, small, submissions, keys, claims, accounts });
        }
        further.extend(holders);
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
            let standing = self.standings.current.of(index(item.referral));
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
        let mut bodies: BTreeMap<String, Box<ReferralBody>> = BTreeMap::new();
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
        bodies: &mut BTreeMap<String, Box<ReferralBody>>,
        whole: &mut [Option<ReferralState>],
    ) {
        for (referral, state) in &running.counting.referrals {
            let id = self.id(*referral).to_owned();
            let mut body = self.body(*referral);
            body.accepted = true;
            let recruiter = self.standings.recruiters.current.get(referral);
            body.recruiter = recruiter.map(|recruiter| self.small.book.text(*recruiter).to_owned());
            note_sharing(&self.small.book, &running.counting, *referral, &mut body);
            if let (Standing::TakenOver(taken), None) = (self.standings.current.of(index(*referral)), &body.taken_over)
            {
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

    fn body(&self, referral: u32) -> Box<ReferralBody> {
        let book = &self.small.book;
        let row = index(referral);
        let id = self.id(referral);
        match self.opened.referrals.get(id).filter(|body| !body.content.is_empty()) {
            Some(body) => body.clone(),
            None => {
                let version = self.program.versions.get(usize::from(self.submissions.version[row]));
                let (content, own) = match self.small.contents.get(id) {
                    Some((content, own)) => (content.clone(), own.clone()),
                    None => {
                        let own = referral_row(self.program, book, referral);
                        (own_content(self.program, book, referral, &own), own)
                    }
                };
                let mut body = ReferralBody {
                    content,
                    row: own,
                    refused: self.submissions.refused[row].0,
                    known: book.referrals.known[row],
                    with_histories: book.accounts.history.is_some(),
                    ..ReferralBody::default()
                };
                body.standing.version = version.map(|version| version.name.clone()).unwrap_or_default();
                Box::new(body)
            }
        }
    }

    /// States of refused referrals, of events that wait for their referral, of events and of claims.
    fn save_others(&self, bodies: &mut BTreeMap<String, Box<ReferralBody>>, states: &mut Vec<State>) {
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
                let body = EventBody { content: content(&event_row(self.program, book, position(event))) };
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
