//! States out of a whole history: for a start, after late news, and when states of another make cannot be opened.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::accounts::{Accounts, Link};
use super::apply::Outcome;
use super::convert::standing_form;
use super::forms::{ClaimBody, EventBody, ReferralBody, ScopeBody};
use super::gather::{Opened, row, scope_key, text};
use super::histories::{Histories, changed, histories};
use super::key::{Key, State, seal};
use super::measures::contributed_forms;
use super::rows::{content, event_row, own_content, referral_row};
use super::scope::{Running, sequences};
use super::sharing::note_sharing;
use crate::base::{Instant, NONE, TextId, index, position};
use crate::book::{Book, Given};
use crate::engine::{EngineError, Options, evaluate};
use crate::evaluation::Evaluation;
use crate::program::{Program, Version};
use crate::stage::attribution::{Keys, Standing, claim_ends};
use crate::stage::submission::{NO_VERSION, Sides, judge};
use crate::stage::timeline::{Item, collect, submission_item};
use crate::stage::{Facts, opening};
use std::collections::{BTreeMap, BTreeSet};

/// Goes through a history as a whole and gives what is new against the ledger booked so far (`history.booked`), and the
/// states of all keys in it.
///
/// The history must be closed: it holds every row that touches a key of one of its rows; [`keys_of`] lists them.
///
/// # Errors
/// [`EngineError`] when a stated limit is passed.
pub fn rebuild(program: &Program, history: &Given, as_of: Instant) -> Result<Outcome, EngineError> {
    let book = Book::by_texts(program, history);
    let evaluation = evaluate(program, &book, as_of, Options::default())?;
    let states = export(program, history, &evaluation);
    Ok(Outcome {
        entries: evaluation.entries().collect(),
        decisions: evaluation.decisions().collect(),
        findings: evaluation.findings().to_vec(),
        states,
    })
}

/// The keys that rows touch: claims on referees, and scopes. A history is closed when the host has no further row that
/// touches one of them. The accounts of the referrals belong to the rows: what is refused by them touches no claim.
pub fn keys_of(program: &Program, rows: &Given) -> BTreeSet<Key> {
    let book = Book::by_texts(program, rows);
    let submissions = judge(program, &book, 1);
    let keys = Keys::read(program, &book, &submissions);
    let mut out = BTreeSet::new();
    for referral in book.order.iter().copied() {
        out.insert(scope_key(program, book.text(book.referrals.referrer[index(referral)])));
        let link = Link::of(&book, referral).filter(|_| program.follows_accounts());
        out.extend(link.into_iter().flat_map(|link| link.keys()));
        if program.asks_for_recruiters() {
            out.insert(Key::Account(book.text(book.referrals.referrer[index(referral)]).to_owned()));
        }
        out.extend(keys.of(referral).map(|(key, value)| {
            let source = keys.sources.get(usize::from(key)).cloned().unwrap_or_default();
            Key::Claim(source, keys.text(&book, key, value).to_owned())
        }));
    }
    out
}

fn export(program: &Program, history: &Given, evaluation: &Evaluation<'_>) -> Vec<State> {
    let book = evaluation.book;
    let as_of = evaluation.as_of.0;
    let facts = Facts { program, book, submissions: &evaluation.submissions, standings: &evaluation.standings };
    let mut bodies: BTreeMap<String, ReferralBody> = BTreeMap::new();
    for referral in book.order.iter().copied().filter(|row| book.referrals.known[index(*row)] <= as_of) {
        let at = index(referral);
        let version = program.versions.get(usize::from(evaluation.submissions.version[at]));
        let withdrawn = book.referrals.withdrawn[at] <= as_of;
        let row = referral_row(program, book, referral);
        let mut body = ReferralBody {
            content: if withdrawn { "conflict".to_owned() } else { own_content(program, book, referral, &row) },
            row,
            accepted: evaluation.standings.current.of(at).was_accepted(),
            recruiter: Some(evaluation.standings.recruiters.at(referral, as_of))
                .filter(|recruiter| *recruiter != NONE)
                .map(|recruiter| book.text(TextId(recruiter)).to_owned()),
            taken_over: match evaluation.standings.current.of(at) {
                Standing::TakenOver(taken) => Some((evaluation.referral_text(taken.by).to_owned(), taken.at)),
                _ => None,
            },
            refused: evaluation.submissions.refused[at].0,
            known: book.referrals.known[at],
            with_histories: book.accounts.history.is_some(),
            ..ReferralBody::default()
        };
        body.standing.version = version.map(|version| version.name.clone()).unwrap_or_default();
        bodies.insert(book.text(book.referrals.id[at]).to_owned(), body);
    }
    let mut states = scopes(facts, evaluation, as_of, &mut bodies);
    waiting(history, book, &mut bodies);
    for (event, id) in book.events.id.iter().enumerate().filter(|(event, _)| book.events.known[*event] <= as_of) {
        let withdrawn = book.events.withdrawn[event] <= as_of;
        let content =
            if withdrawn { "conflict".to_owned() } else { content(&event_row(program, book, position(event))) };
        states.push(seal(program, Key::Event(book.text(*id).to_owned()), None, &EventBody { content }));
    }
    for (key, claim) in claims(facts, as_of) {
        states.push(seal(program, key, None, &claim));
    }
    let histories = histories(program, &Opened::default(), history.accounts.as_ref());
    states.extend(changed(program, &Histories::new(), &histories));
    states.extend(accounts(facts, as_of).changed().map(|(key, account)| seal(program, key, None, account)));
    for (id, body) in bodies {
        states.push(seal(program, Key::Referral(id), None, &body));
    }
    states.sort_by(|left, right| left.key.cmp(&right.key));
    states
}

/// Events of referrals that are not known: they wait.
fn waiting(history: &Given, book: &Book, bodies: &mut BTreeMap<String, ReferralBody>) {
    for at in 0..history.events.rows {
        let Some(referral) = text(&history.events, "referral", at) else { continue };
        if book.referral(&referral).is_none() && text(&history.events, "id", at).is_some() {
            bodies.entry(referral).or_default().waiting.push(row(&history.events, at));
        }
    }
}

fn scopes(
    facts: Facts<'_>,
    evaluation: &Evaluation<'_>,
    as_of: i64,
    bodies: &mut BTreeMap<String, ReferralBody>,
) -> Vec<State> {
    let (program, book) = (facts.program, facts.book);
    let items = collect(program, book, facts.standings, as_of);
    let (opening, _) = opening::read(program, book);
    let sequences = sequences(evaluation.ledger_rows(), program);
    let mut looked_back = looked_back(facts, as_of);
    let mut states = Vec::new();
    for scope in 0..items.scopes() {
        let items: &[Item] = items.scope(scope);
        let Some(first) = items.first() else { continue };
        let mut running = Running::new(facts);
        running.step(items, as_of, &opening);
        running.count_entries(&sequences);
        let key = scope_key(program, book.text(book.referrals.referrer[index(first.referral)]));
        running.looked_back(&looked_back.remove(&key).unwrap_or_default());
        let mut given = running.given();
        let (saved, wakes_at) = running.save(given.remove(&None).unwrap_or_default());
        states.push(seal(program, key, wakes_at, &saved));
        for (referral, state) in &running.counting.referrals {
            if let Some(body) = bodies.get_mut(book.text(book.referrals.id[index(*referral)])) {
                body.standing = standing_form(program, state);
                body.contributed = contributed_forms(program, book, &running.counting, *referral);
                note_sharing(book, &running.counting, *referral, body);
                body.given = given.remove(&Some(book.referrals.id[index(*referral)])).unwrap_or_default();
                running.save_grants(body, *referral);
            }
        }
        for ((referral, number), granted) in &running.drawn.granted {
            if let Some(body) = bodies.get_mut(book.text(book.referrals.id[index(*referral)])) {
                body.granted.insert(program.reward_ids[usize::from(*number)].clone(), *granted);
            }
        }
    }
    // A scope of the whole program is there from the first history on: so it is known that all was put together.
    if program.scope_widened {
        if states.is_empty() && !looked_back.contains_key(&Key::Program) {
            states.push(seal(program, Key::Program, None, &Running::new(facts).save(Vec::new()).0));
        }
        // What an earlier version kept of referrers is in it now, and wakes nobody any more.
        let referrers: BTreeSet<&str> =
            book.order.iter().map(|row| book.referrals.referrer[index(*row)]).map(|id| book.text(id)).collect();
        let empty = ScopeBody::default();
        states.extend(referrers.into_iter().map(|id| seal(program, Key::Referrer(id.to_owned()), None, &empty)));
    }
    // Where nothing was accepted, something may have asked.
    for (key, items) in looked_back {
        let mut running = Running::new(facts);
        running.looked_back(&items);
        states.push(seal(program, key, None, &running.save(Vec::new()).0));
    }
    states
}

/// By scope, the submissions that asked what was before them, or ended what was.
fn looked_back(facts: Facts<'_>, as_of: i64) -> BTreeMap<Key, Vec<Item>> {
    let (program, book) = (facts.program, facts.book);
    let mut out: BTreeMap<Key, Vec<Item>> = BTreeMap::new();
    let scope = |referral: u32| scope_key(program, book.text(book.referrals.referrer[index(referral)]));
    for referral in book.order.iter().copied().filter(|_| program.asks_before()) {
        let at = index(referral);
        if book.referrals.known[at] > as_of || book.referrals.withdrawn[at] <= as_of {
            continue;
        }
        let version = program.versions.get(usize::from(facts.submissions.version[at]));
        if version.is_some_and(Version::asks_before) {
            out.entry(scope(referral)).or_default().push(submission_item(book, referral));
        }
        if let Standing::TakenOver(taken) = facts.standings.current.of(at) {
            out.entry(scope(referral)).or_default().push(submission_item(book, taken.by));
        }
    }
    out
}

/// By whom accounts were referred, and who asked.
fn accounts(facts: Facts<'_>, as_of: i64) -> Accounts {
    let (program, book) = (facts.program, facts.book);
    let mut out = Accounts::default();
    for referral in book.order.iter().copied().filter(|_| program.follows_accounts()) {
        let at = index(referral);
        let link = Link::of(book, referral);
        // What was kept of an account must go, even if nothing is left to keep.
        link.into_iter().for_each(|link| out.touch(link));
        let referrer = book.text(book.referrals.referrer[at]);
        if program.asks_for_recruiters() && !referrer.is_empty() {
            out.touch_one(referrer);
        }
        if book.referrals.known[at] > as_of || book.referrals.withdrawn[at] <= as_of {
            continue;
        }
        if program.asks_for_recruiters() && facts.standings.current.of(at).was_accepted() {
            out.recruiter(referrer, book.referrals.submitted_at[at], book.text(book.referrals.id[at]));
        }
        let Some(link) = link else { continue };
        let version = program.versions.get(usize::from(facts.submissions.version[index(referral)]));
        if version.is_some_and(Version::asks_for_circles) {
            out.closes(link);
        }
        let standing = facts.standings.current.of(index(referral));
        if standing.was_accepted() {
            out.add(link);
        }
        if let Standing::TakenOver(taken) = standing {
            out.end(link, taken.at, book.text(book.referrals.id[index(taken.by)]));
        }
    }
    out
}

/// The claims as they stand, and the latest submission under each key.
fn claims(facts: Facts<'_>, as_of: i64) -> BTreeMap<Key, ClaimBody> {
    let book = facts.book;
    let keys = Keys::read(facts.program, book, facts.submissions);
    let mut out: BTreeMap<Key, ClaimBody> = BTreeMap::new();
    for referral in book.order.iter().copied() {
        let at = index(referral);
        let known = book.referrals.known[at] <= as_of && book.referrals.withdrawn[at] > as_of;
        let refused = facts.standings.refused_sides(facts.submissions, referral) == Sides::BOTH;
        let judged = facts.submissions.version[at] != NO_VERSION && !refused;
        let id = book.text(book.referrals.id[at]).to_owned();
        let submitted = book.referrals.submitted_at[at];
        for (key, value) in keys.of(referral) {
            let source = keys.sources.get(usize::from(key)).cloned().unwrap_or_default();
            // What was kept under a key must go, even if nothing is left to keep.
            let claim = out.entry(Key::Claim(source, keys.text(book, key, value).to_owned())).or_default();
            if !known || !judged {
                continue;
            }
            claim.latest = Some((submitted, id.clone()));
            if facts.standings.current.of(at) == Standing::Accepted {
                let until = claim_ends(facts.program, book, facts.submissions, referral);
                claim.holder = Some((id.clone(), submitted, until));
            }
        }
    }
    out
}
