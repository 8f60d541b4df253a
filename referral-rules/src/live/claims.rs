//! Whose the new referrals are: the claims that they meet, who holds those, and whether they were let go.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::accounts::Link;
use super::apply::Stepping;
use super::convert::standing;
use super::forms::{CellForm, ClaimBody, Row};
use super::gather::{Wanted, push, scope_key};
use super::key::{Key, States};
use super::made::load_made;
use super::measures::load_contributed;
use super::pending::pending;
use super::scope::Running;
use super::small::Small;
use crate::base::{Instant, NONE, compare_ids, index, position};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::program::{Program, Version};
use crate::stage::attribution::{Keys, Standing, TakenOver, can_take_over, claim_ends};
use crate::stage::earlier::{Before, Earlier};
use crate::stage::ranks::Ranks;
use crate::stage::shares::share;
use crate::stage::submission::{NO_VERSION, Sides};
use crate::stage::timeline::{Applied, Applying, Counting, Hold, Item, Makes, event_item, submission_item};
use crate::stage::{Facts, opening};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

impl Small {
    /// The claims that new referrals meet; where events change how claims are held, also those of referrals that have news.
    pub(super) fn open_claims(
        &self,
        program: &Program,
        states: &States,
        keys: &Keys,
        wanted: &mut Wanted,
    ) -> BTreeMap<Key, ClaimBody> {
        let mut out = BTreeMap::new();
        let with_news = self.new_events().map(|event| self.book.events.referral[index(event)]);
        let with_news = with_news.filter(|_| program.looks_at_holders());
        for row in self.fresh_rows().into_iter().chain(with_news) {
            for (key, value) in keys.of(row) {
                let key = claim_key(keys, &self.book, key, value);
                out.entry(key.clone()).or_insert_with(|| wanted.open(program, states, key).unwrap_or_default());
            }
        }
        out
    }

    /// The referrals that hold claims which new referrals meet.
    pub(super) fn holders(
        &self,
        program: &Program,
        keys: &Keys,
        claims: &BTreeMap<Key, ClaimBody>,
    ) -> BTreeSet<String> {
        let met = self.fresh_rows().into_iter().flat_map(|row| {
            let submitted = self.book.referrals.submitted_at[index(row)];
            keys.of(row).map(move |(key, value)| (claim_key(keys, &self.book, key, value), submitted))
        });
        let prolongs = program.prolongs_claims();
        let holder = |(key, submitted): (Key, i64)| {
            claims.get(&key)?.holder.as_ref().filter(|holder| prolongs || holder.2 >= submitted)
        };
        met.filter_map(holder).map(|(holder, ..)| holder.clone()).collect()
    }

    /// Adds the holders of claims that are not among the rows, so that they can be named; whether there are any.
    pub(super) fn add_holders(&mut self, claims: &BTreeMap<Key, ClaimBody>, program: &Program) -> bool {
        let mut added = false;
        for (holder, at, _) in claims.values().filter_map(|claim| claim.holder.as_ref()) {
            if self.book.referral(holder).is_none() {
                let mut row = Row::new();
                row.insert("id".to_owned(), CellForm::T(holder.clone()));
                row.insert("referrer".to_owned(), CellForm::T("-".to_owned()));
                row.insert("submitted_at".to_owned(), CellForm::T(Instant(*at).to_string()));
                push(&mut self.given.referrals, &row);
                added = true;
            }
        }
        if added {
            self.read(program);
        }
        added
    }

    /// The events that are new.
    pub(super) fn new_events(&self) -> impl Iterator<Item = u32> + '_ {
        let events = (0..).zip(&self.book.events.id);
        events.filter(|(_, id)| self.events.contains(self.book.text(**id))).map(|(event, _)| event)
    }
}

fn claim_key(keys: &Keys, book: &Book, key: u16, value: u32) -> Key {
    let source = keys.sources.get(usize::from(key)).cloned().unwrap_or_default();
    Key::Claim(source, keys.text(book, key, value).to_owned())
}

impl Stepping<'_> {
    /// Whose the new referrals are; what is known keeps its standing.
    pub(super) fn attribute(&mut self, keys: &Keys) {
        let book = &self.small.book;
        for (row, id) in book.referrals.id.iter().enumerate() {
            let body = self.opened.referrals.get(book.text(*id)).filter(|body| body.accepted);
            let Some(body) = body else { continue };
            let recruiter = body.recruiter.as_ref().and_then(|recruiter| book.texts.find(recruiter));
            self.standings.recruiters.current.extend(recruiter.map(|recruiter| (position(row), recruiter)));
            let standing = match (&body.taken_over, &body.shares_with) {
                (Some((by, at)), _) => {
                    Standing::TakenOver(TakenOver { by: book.referral(by).unwrap_or(NONE), key: 0, at: *at })
                }
                (None, Some(holder)) => Standing::Shares(book.referral(holder).unwrap_or(NONE), 0),
                (None, None) => Standing::Accepted,
            };
            self.standings.current.set(row, standing);
            let sharers = body.sharers.iter().filter_map(|sharer| book.referral(sharer));
            if !body.sharers.is_empty() {
                self.sharers.insert(position(row), sharers.collect());
            }
        }
        if self.program.looks_at_holders() {
            for event in self.small.new_events() {
                self.news_of.entry(book.events.referral[index(event)]).or_default().push(event);
            }
            self.late_releases(keys);
        }
        let ranks = Ranks::read(self.program, book, &self.submissions, keys);
        let mut fresh = self.small.fresh_rows();
        fresh.sort_by_key(|row| book.referrals.known[index(*row)]);
        for row in fresh {
            let at = index(row);
            let closes = self.closes_circle(row);
            let refused = self.is_refused_before(row, closes);
            if refused
                || self.submissions.version[at] == NO_VERSION
                || self.submissions.refuses(row, closes) == Sides::BOTH
            {
                continue;
            }
            let submitted = book.referrals.submitted_at[at];
            let id = self.id(row).to_owned();
            let own: Vec<(u16, Key)> =
                keys.of(row).map(|(key, value)| (key, claim_key(keys, book, key, value))).collect();
            let mut claims = Vec::new();
            for (number, key) in &own {
                let Some(claim) = self.claims.get_mut(key) else { continue };
                let after = claim.latest.as_ref().is_none_or(|(at, latest)| {
                    at.cmp(&submitted).then_with(|| compare_ids(latest, &id)) != Ordering::Greater
                });
                if after {
                    claim.latest = Some((submitted, id.clone()));
                } else {
                    self.late.extend(own.iter().map(|(_, key)| key.clone()));
                    self.late.insert(Key::Referral(id.clone()));
                    let referrer = book.text(book.referrals.referrer[at]);
                    self.late.insert(scope_key(self.program, referrer));
                }
                let holder = claim.holder.as_ref();
                claims.extend(holder.and_then(|(holder, _, until)| Some((book.referral(holder)?, *until, *number))));
                self.touched.insert(key.clone());
            }
            let standing = match self.meet(row, &claims, &ranks) {
                Err((holder, number)) => match share(
                    (self.program, &self.small.book),
                    &self.submissions,
                    (row, closes),
                    holder,
                    &mut self.sharers,
                ) {
                    false => Standing::LostTo(holder, number),
                    true => {
                        self.recruit(row);
                        self.lead_on(row);
                        Standing::Shares(holder, number)
                    }
                },
                Ok(taken) => {
                    for (holder, key) in taken {
                        self.take_over(holder, TakenOver { by: row, key, at: submitted });
                    }
                    let until = claim_ends(self.program, book, &self.submissions, row);
                    for (_, key) in &own {
                        if let Some(claim) = self.claims.get_mut(key) {
                            claim.holder = Some((id.clone(), submitted, until));
                        }
                    }
                    self.recruit(row);
                    self.lead_on(row);
                    Standing::Accepted
                }
            };
            self.standings.current.set(at, standing);
        }
    }

    /// What a new referral finds: the holders whose claims it takes over, or the one that it loses against. Claims come in the order
    /// of their keys: the holder, until when they hold without events, the number of the key.
    fn meet(&mut self, fresh: u32, claims: &[(u32, i64, u16)], ranks: &Ranks) -> Result<Vec<(u32, u16)>, (u32, u16)> {
        let program = self.program;
        let referrals = &self.small.book.referrals;
        let (submitted, known) = (referrals.submitted_at[index(fresh)], referrals.known[index(fresh)]);
        let mut taken: Vec<(u32, u16)> = Vec::new();
        for (holder, until, key) in claims.iter().copied() {
            if taken.iter().any(|(known, _)| *known == holder) {
                continue;
            }
            let mut hold = Hold::default();
            let version = program.versions.get(usize::from(self.submissions.version[index(holder)]));
            if program.looks_at_holders() {
                // One that ended by its own length may have no state here, and needs none.
                if until < submitted && !program.prolongs_claims() {
                    continue;
                }
                if self.standings.current.of(index(holder)) != Standing::Accepted {
                    continue;
                }
                match self.hold(holder, known) {
                    Some(known) => hold = known,
                    None => {
                        self.late.insert(Key::Referral(self.id(holder).to_owned()));
                    }
                }
            }
            let ends = version.map_or(until.min(hold.released), |version| hold.ends(version, until));
            if ends < submitted {
                continue;
            }
            if !can_take_over(program, &self.submissions, ranks, (fresh, submitted), (holder, hold)) {
                return Err((holder, key));
            }
            if hold.latest != NEVER && hold.latest >= submitted {
                // Something was taken in that would not have been, had the new referral been known.
                self.late.insert(Key::Referral(self.id(holder).to_owned()));
                self.late.insert(scope_key(program, self.small.book.text(referrals.referrer[index(holder)])));
            }
            taken.push((holder, key));
        }
        Ok(taken)
    }

    /// From its submission on a new referral has the claims of another one.
    fn take_over(&mut self, holder: u32, taken: TakenOver) {
        self.standings.current.set(index(holder), Standing::TakenOver(taken));
        let book = &self.small.book;
        if self.program.asks_before() {
            let scope = scope_key(self.program, book.text(book.referrals.referrer[index(holder)]));
            self.looked_back.entry(scope).or_default().push(submission_item(book, taken.by));
        }
        let link = Link::of(book, holder).filter(|_| self.program.follows_accounts());
        let Some(link) = link else { return };
        if self.accounts.end(link, taken.at, book.text(book.referrals.id[index(taken.by)])) {
            self.late.extend(link.keys());
            self.late.insert(Key::Referral(link.id.to_owned()));
            self.late.insert(scope_key(self.program, link.referrer));
        }
    }

    /// Whether requirements refuse a new referral by what was before it, if its version asks.
    fn is_refused_before(&mut self, row: u32, closes: bool) -> bool {
        let (program, book) = (self.program, &self.small.book);
        let version = program.versions.get(usize::from(self.submissions.version[index(row)]));
        if !version.is_some_and(Version::asks_before) {
            return false;
        }
        let submission = submission_item(book, row);
        let scope = scope_key(program, book.text(book.referrals.referrer[index(row)]));
        self.looked_back.entry(scope.clone()).or_default().push(submission);
        let facts = Facts { program, book, submissions: &self.submissions, standings: &self.standings };
        let (opening, _) = opening::read(program, book);
        let empty = Box::default();
        let body = self.opened.scopes.get(&scope).unwrap_or(&empty);
        let loaded = Running::load(facts, body, submission.known).and_then(|mut running| {
            let whole = self.load_referrals(&scope, &mut running);
            whole.then_some(running)
        });
        let Some(running) = loaded else {
            self.late.insert(scope);
            return false;
        };
        let mut items = self.items().remove(&scope).unwrap_or_default();
        items.retain(|item| item.known <= submission.known && item.place < submission.place);
        items.sort_unstable_by_key(|item| item.place);
        let (mut measures, open) = running.before(&items, &submission, &opening);
        let Some(earlier) = Earlier::new(program, book, &self.submissions, &opening) else { return false };
        let before = Before {
            readings: earlier.readings(row, &mut measures),
            open: i64::try_from(open.len()).unwrap_or(i64::MAX),
        };
        let failed = earlier.judge(row, closes, before, &mut Scratch::new(&book.texts));
        let refuses = failed.as_ref().is_some_and(|failed| failed.refuses);
        self.standings.before.extend(failed.map(|failed| (row, failed)));
        refuses
    }

    /// Whether a new referral closes a circle, if its version asks.
    fn closes_circle(&mut self, row: u32) -> bool {
        let version = self.program.versions.get(usize::from(self.submissions.version[index(row)]));
        let asks = version.is_some_and(Version::asks_for_circles);
        let link = Link::of(&self.small.book, row).filter(|_| asks);
        let closes = link.is_some_and(|link| self.accounts.closes(link));
        if closes {
            self.standings.circles.insert(row);
        }
        closes
    }

    /// Finds out who recruited the referrer of an accepted referral, if the program asks.
    fn recruit(&mut self, row: u32) {
        if !self.program.asks_for_recruiters() {
            return;
        }
        let book = &self.small.book;
        let at = index(row);
        let (referrer, id) = (book.text(book.referrals.referrer[at]), book.text(book.referrals.id[at]));
        let recruiter = self.accounts.recruiter(referrer, book.referrals.submitted_at[at], id);
        let recruiter = recruiter.and_then(|recruiter| book.texts.find(&recruiter));
        self.standings.recruiters.current.extend(recruiter.map(|recruiter| (row, recruiter)));
    }

    /// From now on an accepted referral leads from one account to the next.
    fn lead_on(&mut self, row: u32) {
        let book = &self.small.book;
        let link = Link::of(book, row).filter(|_| self.program.follows_accounts());
        let Some(link) = link else { return };
        if self.accounts.add(link) {
            self.late.extend(link.keys());
            self.late.insert(Key::Referral(link.id.to_owned()));
            self.late.insert(scope_key(self.program, link.referrer));
        }
    }

    /// How a referral holds its claims, as known at a moment; `None` when its state cannot be opened.
    fn hold(&self, holder: u32, moment: i64) -> Option<Hold> {
        let (program, book) = (self.program, &self.small.book);
        let facts = Facts { program, book, submissions: &self.submissions, standings: &self.standings };
        let mut counting = Counting::default();
        let (opening, _) = opening::read(program, book);
        let id = self.id(holder);
        let mut items: Vec<Item> = Vec::new();
        if self.small.fresh.contains(id) {
            items.push(submission_item(book, holder));
        } else {
            let body = self.opened.referrals.get(id)?;
            counting.referrals.insert(holder, standing(program, &body.standing)?);
            let referrer = book.text(book.referrals.referrer[index(holder)]);
            let scope = self.opened.scopes.get(&scope_key(program, referrer))?;
            if program.makes_events() {
                load_made(program, book, scope, &mut counting)?;
                load_contributed(program, book, &body.contributed, holder, &mut counting)?;
            }
            for form in scope.pending.iter().filter(|form| form.referral == id && form.known <= moment) {
                counting.pending.push(Reverse(pending(facts, form)?));
            }
        }
        let own = self.news_of.get(&holder).into_iter().flatten();
        items.extend(own.map(|event| event_item(book, *event)).filter(|item| item.known <= moment));
        items.sort_unstable_by_key(|item| item.place);
        let applying = Applying {
            program,
            book,
            submissions: &self.submissions,
            standings: &self.standings,
            opening: &opening,
            measured: program.makes_events(),
            recruits: false,
            shares: false,
            makes: Makes::alone(program),
            contests: None,
        };
        applying.run(&items, moment, &mut counting, &mut Applied::default(), &mut Vec::new());
        counting.referrals.get(&holder).map(|state| state.hold)
    }

    /// Finds events that came after submissions which they might have let in or kept out, had they been known: that is late news.
    fn late_releases(&mut self, keys: &Keys) {
        let book = &self.small.book;
        let mut late = BTreeSet::new();
        let mut submitted_under: BTreeMap<(u16, u32), Vec<u32>> = BTreeMap::new();
        for row in self.small.fresh_rows() {
            for key in keys.of(row) {
                submitted_under.entry(key).or_default().push(row);
            }
        }
        for event in self.small.new_events() {
            let referral = book.events.referral[index(event)];
            let (at, known) = (book.events.at[index(event)], book.events.known[index(event)]);
            let id = self.id(referral);
            let accepted = self.opened.referrals.get(id).is_some_and(|body| body.accepted);
            if !accepted && !self.small.fresh.contains(id) {
                continue;
            }
            let missed_now =
                |row: &u32| book.referrals.submitted_at[index(*row)] > at && book.referrals.known[index(*row)] < known;
            let missed = |key: (u16, u32)| {
                let before =
                    self.claims.get(&claim_key(keys, book, key.0, key.1)).and_then(|claim| claim.latest.as_ref());
                let before = before.is_some_and(|(submitted, latest)| *submitted > at && latest != id);
                before || submitted_under.get(&key).is_some_and(|rows| rows.iter().any(missed_now))
            };
            if keys.of(referral).any(missed) {
                let own = keys.of(referral).map(|(key, value)| claim_key(keys, book, key, value));
                late.extend(own);
                late.insert(Key::Referral(id.to_owned()));
                late.insert(scope_key(self.program, book.text(book.referrals.referrer[index(referral)])));
            }
        }
        self.late.append(&mut late);
    }
}
