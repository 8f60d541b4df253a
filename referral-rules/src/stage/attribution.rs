//! Attribution: among referrals of the same referee, the first claim has the credit, or a later one takes it over.
//!
//! News that comes late can take a claim away, so what is asked is: whose was it, as known at a moment? A referral whose
//! standing never changes has one standing; the others keep their history.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::circles::{Circles, ReferredBy};
use super::earlier::{Earlier, SoFar as Before};
use super::holding::Holding;
pub use super::keys::Keys;
use super::ranks::Ranks;
use super::recruiters::Recruiting;
use super::shares::share;
pub use super::standings::{Standing, StandingColumn, Standings, TakenOver};
use super::submission::{NO_VERSION, Sides, Submissions};
use super::timeline::{Hold, Opening};
use crate::base::{Instant, index, position};
use crate::book::{Book, NEVER};
use crate::expr::Scratch;
use crate::program::{CreditGoesTo, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

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
    /// Those who share the claims of a holder, by submission.
    sharers: BTreeMap<u32, Vec<u32>>,
    referred_by: ReferredBy,
    circles: FxHashSet<u32>,
    recruiting: Recruiting,
    before: Before,
}

impl SoFar {
    fn clear(&mut self) {
        self.claims.clear();
        self.sharers.clear();
        self.referred_by.clear();
        self.circles.clear();
        self.recruiting.clear();
        self.before = Before::default();
    }
}

pub(super) struct Attributing<'a> {
    pub(super) program: &'a Program,
    pub(super) book: &'a Book,
    pub(super) submissions: &'a Submissions,
    pub(super) keys: &'a Keys,
    ranks: Ranks,
    pub(super) holding: Option<Holding<'a>>,
    pub(super) circles: Option<Circles<'a>>,
    /// For programs in which requirements at submission ask of those before.
    pub(super) earlier: Option<Earlier<'a>>,
    /// Whether the program asks who recruited referrers.
    pub(super) recruits: bool,
}

/// What a new referral finds under its keys.
enum Met {
    /// No claim in force.
    Nothing,
    /// A claim that it cannot take over: the holder, and the number of the key.
    Holder(u32, u16),
    /// Claims that it takes over, each with the number of the first key in which both are the same.
    ToTakeOver(Vec<(u32, u16)>),
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
        // How claims are held is asked only where two referrals meet.
        let mut holds: FxHashMap<u32, Hold> = FxHashMap::default();
        let mut scratch = Scratch::new(&self.book.texts);
        for referral in referrals.iter().copied() {
            let row = index(referral);
            if !self.is_there(referral, moment) {
                let withdrawn =
                    self.book.referrals.known[row] <= moment && self.book.referrals.withdrawn[row] <= moment;
                put(referral, if withdrawn { Standing::Withdrawn } else { Standing::Out });
                continue;
            }
            let closes = self.circles.as_ref().is_some_and(|known| known.closes(referral, &so_far.referred_by));
            if closes {
                so_far.circles.insert(referral);
            }
            let refused = self
                .earlier
                .as_ref()
                .is_some_and(|earlier| earlier.refuses(referral, closes, &mut so_far.before, &mut scratch));
            if refused
                || self.submissions.version[row] == NO_VERSION
                || self.submissions.refuses(referral, closes) == Sides::BOTH
            {
                put(referral, Standing::Out);
                continue;
            }
            let mut hold = |holder| match &self.holding {
                Some(holding) => *holds.entry(holder).or_insert_with(|| holding.at(holder, moment)),
                None => Hold::default(),
            };
            let mut standing = Standing::Accepted;
            match self.meet(referral, &so_far.claims, &mut hold) {
                Met::Nothing => {}
                Met::Holder(holder, key) => {
                    if !share(
                        (self.program, self.book),
                        self.submissions,
                        (referral, closes),
                        holder,
                        &mut so_far.sharers,
                    ) {
                        put(referral, Standing::LostTo(holder, key));
                        continue;
                    }
                    standing = Standing::Shares(holder, key);
                }
                Met::ToTakeOver(holders) => {
                    let at = self.book.referrals.submitted_at[row];
                    for (holder, key) in holders {
                        put(holder, Standing::TakenOver(TakenOver { by: referral, key, at }));
                        so_far.before.end(self.book, holder);
                        self.end_claims(holder, so_far);
                    }
                }
            }
            // Who shares a claim has none of its own.
            if standing == Standing::Accepted {
                let until = claim_ends(self.program, self.book, self.submissions, referral);
                let claims = self.keys.of(referral).map(|key| (key, Claim { holder: referral, until }));
                so_far.claims.extend(claims);
            }
            if let Some((referrer, referee)) = self.circles.as_ref().and_then(|known| known.accounts(referral)) {
                so_far.referred_by.entry(referee).or_default().push(referrer);
            }
            if self.recruits {
                so_far.recruiting.accept(self.book, referral);
            }
            if let Some((earlier, holding)) = self.earlier.as_ref().zip(self.holding.as_ref()) {
                let whose = standing.shares_with().map_or(referral, |(holder, _)| holder);
                let mut stages = holding.stages(whose, moment);
                stages.retain(|entered| entered.at >= self.book.referrals.submitted_at[row]);
                earlier.accept(referral, stages, &mut so_far.before);
            }
            put(referral, standing);
        }
    }

    /// What a new referral finds under its keys, in their order.
    fn meet(&self, referral: u32, claims: &Claims, hold: &mut impl FnMut(u32) -> Hold) -> Met {
        let at = self.book.referrals.submitted_at[index(referral)];
        let mut taken: Vec<(u32, u16)> = Vec::new();
        for key in self.keys.of(referral) {
            let Some(claim) = claims.get(&key) else { continue };
            if taken.iter().any(|(holder, _)| *holder == claim.holder) {
                continue;
            }
            let hold = hold(claim.holder);
            let version = &self.program.versions[usize::from(self.submissions.version[index(claim.holder)])];
            if hold.ends(version, claim.until) < at {
                continue;
            }
            let taken_over =
                can_take_over(self.program, self.submissions, &self.ranks, (referral, at), (claim.holder, hold));
            if !taken_over {
                return Met::Holder(claim.holder, key.0);
            }
            taken.push((claim.holder, key.0));
        }
        if taken.is_empty() { Met::Nothing } else { Met::ToTakeOver(taken) }
    }

    /// What was taken over is claimed no more, and leads from no account to another.
    fn end_claims(&self, holder: u32, so_far: &mut SoFar) {
        for key in self.keys.of(holder) {
            if so_far.claims.get(&key).is_some_and(|claim| claim.holder == holder) {
                so_far.claims.remove(&key);
            }
        }
        if self.recruits {
            so_far.recruiting.end(self.book, holder);
        }
        if let Some((referrer, referee)) = self.circles.as_ref().and_then(|known| known.accounts(holder)) {
            let before = so_far.referred_by.entry(referee).or_default();
            if let Some(at) = before.iter().position(|account| *account == referrer) {
                before.remove(at);
            }
        }
    }
}

/// Whether a referral, submitted at an instant, takes over the claims that a holder has: under the version of the holder's
/// submission, unless something has locked them before.
pub fn can_take_over(
    program: &Program,
    submissions: &Submissions,
    ranks: &Ranks,
    (referral, at): (u32, i64),
    (holder, hold): (u32, Hold),
) -> bool {
    let Some(version) = program.versions.get(usize::from(submissions.version[index(holder)])) else { return false };
    let open = hold.locked >= at;
    match version.claims.credit_goes_to {
        CreditGoesTo::FirstClaim => false,
        CreditGoesTo::LastClaim => open,
        CreditGoesTo::BestClaim => open && ranks.is_better(referral, holder),
    }
}
/// The last instant at which the claims of an accepted referral hold.
pub fn claim_ends(program: &Program, book: &Book, submissions: &Submissions, referral: u32) -> i64 {
    let row = index(referral);
    let version = &program.versions[usize::from(submissions.version[row])];
    let Some(lasts) = version.claims.lasts else { return NEVER };
    let from = Instant(book.referrals.submitted_at[row]);
    lasts.deadline(from, &program.zone, &version.calendar).map_or(NEVER, |until| until.0)
}

/// Works out the standings as of a moment.
pub fn attribute(
    (program, book): (&Program, &Book),
    submissions: &Submissions,
    keys: &Keys,
    opening: &Opening,
    as_of: i64,
) -> Standings {
    let holding = Holding::new(program, book, submissions, opening);
    let circles = Circles::new(program, book);
    let ranks = Ranks::read(program, book, submissions, keys);
    let recruits = program.asks_for_recruiters();
    let earlier = Earlier::new(program, book, submissions, opening);
    let attributing = Attributing { program, book, submissions, keys, ranks, holding, circles, earlier, recruits };
    let mut out = Standings { current: StandingColumn::new(book.referrals.id.len()), ..Standings::default() };
    let mut so_far = SoFar::default();
    let mut put = |row: u32, standing: Standing| out.current.set(index(row), standing);
    if attributing.circles.is_some() || attributing.earlier.is_some() || recruits {
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
    out.before = std::mem::take(&mut so_far.before.failed);
    out.recruiters.current = std::mem::take(&mut so_far.recruiting.found);
    for group in attributing.groups_with_late_news(as_of) {
        let mut moments: Vec<i64> = group
            .iter()
            .flat_map(|row| [book.referrals.known[index(*row)], book.referrals.withdrawn[index(*row)]])
            .filter(|moment| *moment <= as_of)
            .collect();
        if let Some(holding) = &attributing.holding {
            moments.extend(group.iter().flat_map(|row| holding.late_moments(*row, as_of)));
        }
        moments.sort_unstable();
        moments.dedup();
        let mut changes: FxHashMap<u32, Vec<(i64, Standing)>> = FxHashMap::default();
        let mut found: BTreeMap<u32, Standing> = BTreeMap::new();
        for moment in moments {
            attributing.ideal(&group, moment, &mut so_far, |row, standing| {
                found.insert(row, standing);
            });
            for row in group.iter().copied().filter(|_| recruits) {
                out.recruiters.note(row, moment, so_far.recruiting.found.get(&row).copied());
            }
            for (row, standing) in std::mem::take(&mut found) {
                let changes = changes.entry(row).or_default();
                if changes.last().map_or(Standing::Out, |(_, last)| *last) != standing {
                    changes.push((moment, standing));
                }
            }
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
