//! Attribution: among referrals of the same referee, the first claim has the credit.
//!
//! News that comes late can take a claim away, so what is asked is: whose was it, as known at a moment? A referral whose
//! standing never changes has one standing; the others keep their history.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::circles::{Circles, ReferredBy};
pub use super::keys::Keys;
use super::release::Releasing;
use super::submission::{NO_VERSION, Sides, Submissions};
use crate::base::{Instant, TextId, index, position};
use crate::book::{Book, NEVER};
use crate::program::Program;
use rustc_hash::{FxHashMap, FxHashSet};

/// How a referral stands in attribution, from some moment on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// It has its claims.
    Accepted,
    /// Another referral has a claim on the same referee: that referral, and the number of the key.
    LostTo(u32, u16),
    /// A copy with other content came: it counts no more.
    Withdrawn,
    /// It was refused at submission, or is not known yet.
    Out,
}

/// The standings of all referrals as of a moment, and how they came about.
#[derive(Debug, Default)]
pub struct Standings {
    /// As of the moment of the answer.
    pub current: Vec<Standing>,
    /// Earlier standings of the few referrals that changed: from which moment on, which standing.
    pub history: FxHashMap<u32, Vec<(i64, Standing)>>,
    /// The referrals that close a circle, as of the moment of the answer.
    pub circles: FxHashSet<u32>,
}

impl Standings {
    /// How the referral stood as known at `moment`.
    pub fn at(&self, book: &Book, referral: u32, moment: i64) -> Standing {
        if book.referrals.known[index(referral)] > moment {
            return Standing::Out;
        }
        if self.history.is_empty() {
            return self.current[index(referral)];
        }
        match self.history.get(&referral) {
            None => self.current[index(referral)],
            Some(changes) => {
                changes.iter().rev().find(|(from, _)| *from <= moment).map_or(Standing::Out, |(_, standing)| *standing)
            }
        }
    }

    /// Whether the referral closes a circle, as of the moment of the answer.
    pub fn closes_circle(&self, referral: u32) -> bool {
        !self.circles.is_empty() && self.circles.contains(&referral)
    }

    /// True when the referral was accepted at any moment.
    pub fn ever_accepted(&self, referral: u32) -> bool {
        match self.history.get(&referral) {
            None => self.current[index(referral)] == Standing::Accepted,
            Some(changes) => changes.iter().any(|(_, standing)| *standing == Standing::Accepted),
        }
    }
}

/// A claim in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// The referral that has it.
    pub holder: u32,
    /// The last instant at which it holds.
    pub until: i64,
}

/// The claims by key.
pub type Claims = FxHashMap<(u16, u32), Claim>;

/// What attribution remembers on its way through the referrals.
#[derive(Default)]
struct SoFar {
    claims: Claims,
    referred_by: ReferredBy,
    circles: FxHashSet<u32>,
}

impl SoFar {
    fn clear(&mut self) {
        self.claims.clear();
        self.referred_by.clear();
        self.circles.clear();
    }
}

struct Attributing<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    keys: &'a Keys,
    releasing: Option<Releasing<'a>>,
    circles: Option<Circles<'a>>,
}

impl Attributing<'_> {
    /// Whether the referral is there as known at the moment; a withdrawn one is not.
    fn is_there(&self, referral: u32, moment: i64) -> bool {
        let row = index(referral);
        self.book.referrals.known[row] <= moment && self.book.referrals.withdrawn[row] > moment
    }

    /// The standing of a referral that shares no key with another.
    fn alone(&self, referral: u32, moment: i64) -> Standing {
        let row = index(referral);
        if self.book.referrals.known[row] > moment {
            Standing::Out
        } else if self.book.referrals.withdrawn[row] <= moment {
            Standing::Withdrawn
        } else if self.submissions.refused[row] == Sides::BOTH || self.submissions.version[row] == NO_VERSION {
            Standing::Out
        } else {
            Standing::Accepted
        }
    }

    /// The standings of the referrals, which come in the order of submission, as known at the moment.
    fn ideal(&self, referrals: &[u32], moment: i64, so_far: &mut SoFar, mut put: impl FnMut(u32, Standing)) {
        so_far.clear();
        let SoFar { claims, referred_by, circles } = so_far;
        // Whether claims were let go is asked only where two referrals meet.
        let mut released: FxHashMap<u32, i64> = FxHashMap::default();
        let mut holds = |claim: &Claim, at: i64| match &self.releasing {
            _ if claim.until < at => false,
            Some(releasing) => {
                *released.entry(claim.holder).or_insert_with(|| releasing.at(claim.holder, moment)) >= at
            }
            None => true,
        };
        for referral in referrals.iter().copied() {
            let row = index(referral);
            if !self.is_there(referral, moment) {
                let withdrawn =
                    self.book.referrals.known[row] <= moment && self.book.referrals.withdrawn[row] <= moment;
                put(referral, if withdrawn { Standing::Withdrawn } else { Standing::Out });
                continue;
            }
            let closes = self.circles.as_ref().is_some_and(|known| known.closes(referral, referred_by));
            if closes {
                circles.insert(referral);
            }
            if self.submissions.version[row] == NO_VERSION || self.submissions.refuses(referral, closes) == Sides::BOTH
            {
                put(referral, Standing::Out);
                continue;
            }
            let at = self.book.referrals.submitted_at[row];
            let winner = self
                .keys
                .of(referral)
                .find_map(|key| claims.get(&key).filter(|claim| holds(claim, at)).map(|claim| (claim.holder, key.0)));
            if let Some((holder, key)) = winner {
                put(referral, Standing::LostTo(holder, key));
                continue;
            }
            let claim =
                Claim { holder: referral, until: claim_ends(self.program, self.book, self.submissions, referral) };
            for key in self.keys.of(referral) {
                claims.insert(key, claim);
            }
            if let Some((referrer, referee)) = self.circles.as_ref().and_then(|known| known.accounts(referral)) {
                referred_by.entry(referee).or_default().push(referrer);
            }
            put(referral, Standing::Accepted);
        }
    }

    /// Whether late events of the referral may have let its claims go, or kept them.
    fn has_late_events(&self, referral: u32, as_of: i64) -> bool {
        self.releasing.as_ref().is_some_and(|releasing| releasing.late_moments(referral, as_of).next().is_some())
    }

    /// Groups of referrals that share keys, directly or over others; only groups with late news are returned.
    fn groups_with_late_news(&self, as_of: i64) -> Vec<Vec<u32>> {
        let book = self.book;
        if self.releasing.is_none() && book.is_on_time() {
            return Vec::new();
        }
        let late = |row: u32| book.referrals.withdrawn[index(row)] <= as_of;
        let mut running = i64::MIN;
        let mut any = false;
        for row in &book.order {
            let known = book.referrals.known[index(*row)];
            if known <= as_of {
                any |= known < running || late(*row) || self.has_late_events(*row, as_of);
                running = running.max(known);
            }
        }
        if !any {
            return Vec::new();
        }
        let mut parent: Vec<u32> = (0..position(book.referrals.id.len())).collect();
        let mut first: FxHashMap<(u16, u32), u32> = FxHashMap::default();
        for row in &book.order {
            for key in self.keys.of(*row) {
                let other = *first.entry(key).or_insert(*row);
                let (left, right) = (root(&mut parent, *row), root(&mut parent, other));
                parent[index(left.max(right))] = left.min(right);
            }
        }
        // Those that may lie on one circle belong together as well.
        let mut referred: FxHashMap<TextId, u32> = FxHashMap::default();
        for row in &book.order {
            let accounts = self.circles.as_ref().and_then(|circles| circles.accounts(*row));
            for account in accounts.into_iter().flat_map(|(referrer, referee)| [referrer, referee]) {
                let other = *referred.entry(account).or_insert(*row);
                let (left, right) = (root(&mut parent, *row), root(&mut parent, other));
                parent[index(left.max(right))] = left.min(right);
            }
        }
        let mut groups: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for row in &book.order {
            if book.referrals.known[index(*row)] <= as_of {
                groups.entry(root(&mut parent, *row)).or_default().push(*row);
            }
        }
        let mut groups: Vec<Vec<u32>> = groups.into_values().collect();
        groups.retain(|group| {
            let late_events = group.len() > 1 && group.iter().any(|row| self.has_late_events(*row, as_of));
            let in_order = group.is_sorted_by_key(|row| book.referrals.known[index(*row)]);
            late_events || !in_order || group.iter().any(|row| late(*row))
        });
        groups.sort_unstable();
        groups
    }
}

/// The last instant at which the claims of an accepted referral hold.
pub fn claim_ends(program: &Program, book: &Book, submissions: &Submissions, referral: u32) -> i64 {
    let row = index(referral);
    let version = &program.versions[usize::from(submissions.version[row])];
    let Some(lasts) = version.claim_lasts else { return NEVER };
    let from = Instant(book.referrals.submitted_at[row]);
    lasts.deadline(from, &program.zone, &version.calendar).map_or(NEVER, |until| until.0)
}

fn root(parent: &mut [u32], mut row: u32) -> u32 {
    while parent[index(row)] != row {
        parent[index(row)] = parent[index(parent[index(row)])];
        row = parent[index(row)];
    }
    row
}

/// Works out the standings as of a moment.
pub fn attribute(program: &Program, book: &Book, submissions: &Submissions, keys: &Keys, as_of: i64) -> Standings {
    let releasing = Releasing::new(program, book, submissions);
    let circles = Circles::new(program, book);
    let attributing = Attributing { program, book, submissions, keys, releasing, circles };
    let mut out = Standings { current: vec![Standing::Out; book.referrals.id.len()], ..Standings::default() };
    let mut so_far = SoFar::default();
    let mut put = |row: u32, standing: Standing| out.current[index(row)] = standing;
    if attributing.circles.is_some() {
        attributing.ideal(&book.order, as_of, &mut so_far, put);
    } else {
        // What shares no key with another has its claims whatever comes of the others, in whatever order.
        let rows = 0..position(submissions.version.len());
        if book.is_on_time() {
            let submitted_at = &*book.referrals.submitted_at;
            for (row, submitted_at) in rows.zip(submitted_at).filter(|(row, _)| !keys.is_shared(*row)) {
                let refused = submissions.refused[index(row)] == Sides::BOTH;
                let is_out = refused || *submitted_at > as_of || submissions.version[index(row)] == NO_VERSION;
                put(row, if is_out { Standing::Out } else { Standing::Accepted });
            }
        } else {
            let alone = rows.filter(|row| !keys.is_shared(*row));
            alone.for_each(|row| put(row, attributing.alone(row, as_of)));
        }
        let mut meeting: Vec<u32> =
            (0..position(submissions.version.len())).filter(|row| keys.is_shared(*row)).collect();
        let submitted_at = &*book.referrals.submitted_at;
        meeting.sort_unstable_by_key(|row| (submitted_at[index(*row)], book.referral_rank[index(*row)]));
        attributing.ideal(&meeting, as_of, &mut so_far, put);
    }
    out.circles = std::mem::take(&mut so_far.circles);
    for group in attributing.groups_with_late_news(as_of) {
        let mut moments: Vec<i64> = group
            .iter()
            .flat_map(|row| [book.referrals.known[index(*row)], book.referrals.withdrawn[index(*row)]])
            .filter(|moment| *moment <= as_of)
            .collect();
        if let Some(releasing) = &attributing.releasing {
            moments.extend(group.iter().flat_map(|row| releasing.late_moments(*row, as_of)));
        }
        moments.sort_unstable();
        moments.dedup();
        let mut changes: FxHashMap<u32, Vec<(i64, Standing)>> = FxHashMap::default();
        for moment in moments {
            attributing.ideal(&group, moment, &mut so_far, |row, standing| {
                let changes = changes.entry(row).or_default();
                if changes.last().map_or(Standing::Out, |(_, last)| *last) != standing {
                    changes.push((moment, standing));
                }
            });
        }
        // One change, at the moment at which the referral became known, is no history; a later one is.
        let known = |row: u32| book.referrals.known[index(row)];
        let changed = |row: u32, changes: &[(i64, Standing)]| {
            changes.len() > 1 || changes.first().is_some_and(|(moment, _)| *moment > known(row))
        };
        out.history.extend(changes.into_iter().filter(|(row, changes)| changed(*row, changes)));
    }
    out
}
