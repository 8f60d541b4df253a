//! The most that one referral, or all referrals of one referrer, can cost, from the document alone: by the ranges that amounts can
//! have, how often events can come, and limits. Where there is no bound, why there is none.
use super::bounds::granted;
use super::{Expressions, Terms};
use crate::base::{Number, Period};
use crate::program::compiled::{EventKind, Limit, Per, Program, Reward, Version};
use crate::program::document::{Moment, TakenBack};
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use std::cell::RefCell;

/// Whose cost is bounded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// One referral, whoever gets what it brings.
    Referral,
    /// All referrals of one referrer.
    Referrer,
}

/// How a part of a bound comes, or why there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// Its events come so often at most, and each brings so much at most.
    Events,
    /// A limit grants so often at most, and each grant is so much at most.
    Grants,
    /// A limit of an amount.
    Limit,
    /// No bound: nothing bounds the amount of a grant.
    Amount,
    /// No bound: an event may come any number of times.
    Repeats,
    /// No bound: there may be any number of referrals, and no limit for all time.
    Referrals,
}

/// A part of a bound: what one reward, or those under one limit, can cost.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BoundPart {
    /// The version under which it is granted.
    pub version: String,
    /// The rewards.
    pub rewards: Vec<String>,
    /// How it comes.
    pub why: Why,
    /// How many grants at most, where they are counted.
    pub times: Option<i64>,
    /// The most of one grant.
    #[serde(serialize_with = "text")]
    pub each: Option<Decimal>,
    /// The limit that bounds it; empty where none does.
    pub limit: String,
    /// The kind of event that may come any number of times; empty elsewhere.
    pub event: String,
    /// The most of it; nothing where there is no bound.
    #[serde(serialize_with = "text")]
    pub most: Option<Decimal>,
}

/// The most that a referral or a referrer can cost in a unit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Bound {
    /// Whose cost.
    pub about: About,
    /// In what.
    pub unit: String,
    /// The most; nothing where there is no bound.
    #[serde(serialize_with = "text")]
    pub most: Option<Decimal>,
    /// How it comes. Parts are added; but of a referral that one version governs for good only those of its version.
    pub parts: Vec<BoundPart>,
}

fn text<S: Serializer>(amount: &Option<Decimal>, serializer: S) -> Result<S::Ok, S::Error> {
    match amount {
        Some(amount) => serializer.collect_str(amount),
        None => serializer.serialize_none(),
    }
}

impl Program {
    /// The most that one referral, and that all referrals of one referrer, can cost, by unit; with how it comes, or why there is no
    /// bound. Entries below zero are left out of account, so that the cost is never more.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::Program;
    /// let (program, _) = Program::from_toml(
    ///     "schema = 1\nid = 'acme'\nversion = '1'\nin_force = { first_day = 2026-01-01 }\ncurrency = 'USD'\ntime_zone = 'UTC'\n\
    ///      [[reward]]\nid = 'thanks'\nto = 'referrer'\non = 'closed'\nkind = 'cash'\namount = 200\n",
    /// )?;
    /// let [referral, referrer] = program.bounds().try_into().unwrap();
    /// assert_eq!(referral.most.unwrap().to_string(), "200.00");
    /// assert_eq!(referrer.most, None);
    /// # Ok::<(), referral_rules::program::Faults>(())
    /// ```
    pub fn bounds(&self) -> Vec<Bound> {
        let mut units: Vec<(&str, u32)> = Vec::new();
        for reward in self.versions.iter().flat_map(|version| &version.rewards) {
            let unit = (reward.unit.name(), reward.unit.digits());
            if !units.contains(&unit) {
                units.push(unit);
            }
        }
        let asked = units.into_iter().flat_map(|unit| [(About::Referral, unit), (About::Referrer, unit)]);
        asked.map(|(about, (unit, digits))| self.bound(about, unit, digits)).collect()
    }

    fn bound(&self, about: About, unit: &str, digits: u32) -> Bound {
        let none = Expressions::new();
        let of_version = |version: &Version| {
            let Version { document, .. } = version;
            let (expressions, known) = (&none, RefCell::default());
            let terms = Terms { program: self, version, document, expressions, all: &[], followed_on: None, known };
            Costing { terms: &terms, about, unit }.parts()
        };
        let parts: Vec<Vec<BoundPart>> = self.versions.iter().map(of_version).collect();
        let sum = |parts: &[BoundPart]| parts.iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part.most?));
        let sums = parts.iter().map(|parts| sum(parts));
        // A referral that its first version governs for good has no grants under another one.
        let one_version = self.versions.iter().all(|version| version.governs_at == Moment::Submitted);
        let most = match about {
            About::Referral if one_version => {
                sums.collect::<Option<Vec<Decimal>>>().map(|all| all.into_iter().max().unwrap_or_default())
            }
            _ => sums
                .collect::<Option<Vec<Decimal>>>()
                .and_then(|all| all.into_iter().try_fold(Decimal::ZERO, Decimal::checked_add)),
        };
        let most = most.map(|mut most| {
            most.rescale(digits);
            most
        });
        Bound { about, unit: unit.to_owned(), most, parts: parts.into_iter().flatten().collect() }
    }
}

pub(super) struct Costing<'t, 'a> {
    pub(super) terms: &'t Terms<'a>,
    about: About,
    pub(super) unit: &'t str,
}

impl Costing<'_, '_> {
    fn parts(&self) -> Vec<BoundPart> {
        let rewards = self.terms.version.rewards.iter().enumerate();
        let own: Vec<(usize, BoundPart)> = rewards
            .filter(|(_, reward)| reward.unit.name() == self.unit)
            .filter(|(_, reward)| !reward.limits.is_empty() || self.contest_of(reward).is_none())
            .map(|(at, reward)| (at, self.single(at, reward)))
            .collect();
        let mut left: Vec<(usize, BoundPart)> = own;
        let mut out = Vec::new();
        for (at, limit) in self.terms.version.limits.iter().enumerate() {
            let Some(most) = self.amount_of(limit).filter(|_| !limit.per.iter().any(|per| matches!(per, Per::Reward)))
            else {
                continue;
            };
            let covered = self.terms.covered(at);
            let (under, other): (Vec<_>, Vec<_>) = left.into_iter().partition(|(at, _)| covered.contains(at));
            let sum = under.iter().try_fold(Decimal::ZERO, |sum, (_, part)| sum.checked_add(part.most?));
            left = other;
            if under.len() < 2 || sum.is_some_and(|sum| sum <= most) {
                left.extend(under);
                continue;
            }
            let rewards = under.into_iter().flat_map(|(_, part)| part.rewards).collect();
            out.push(BoundPart { rewards, limit: self.id(limit), most: Some(most), ..self.part(Why::Limit) });
        }
        left.sort_by_key(|(at, _)| *at);
        out.extend(left.into_iter().map(|(_, part)| part));
        out.extend(self.contests());
        out
    }

    pub(super) fn part(&self, why: Why) -> BoundPart {
        BoundPart {
            version: self.terms.version.name.clone(),
            rewards: Vec::new(),
            why,
            times: None,
            each: None,
            limit: String::new(),
            event: String::new(),
            most: None,
        }
    }

    fn id(&self, limit: &Limit) -> String {
        self.terms.program.limit_ids.get(usize::from(limit.number)).cloned().unwrap_or_default()
    }

    /// What one reward can cost: the least of what its events, and each limit alone, let it.
    fn single(&self, at: usize, reward: &Reward) -> BoundPart {
        let best = self.single_prize(reward).unwrap_or_else(|| self.by_events(at, reward));
        let id = self.reward_id(reward);
        BoundPart { rewards: vec![id], ..self.limited(reward, best) }
    }

    pub(super) fn reward_id(&self, reward: &Reward) -> String {
        self.terms.program.reward_ids.get(usize::from(reward.number)).cloned().unwrap_or_default()
    }

    fn by_events(&self, at: usize, reward: &Reward) -> BoundPart {
        let each = self.each(at, reward);
        let times = self.times(reward);
        let product = |times: i64| each.and_then(|each| Decimal::from(times).checked_mul(each));
        match (&times, each) {
            (Ok(times), Some(_)) => {
                BoundPart { times: Some(*times), each, most: product(*times), ..self.part(Why::Events) }
            }
            (Err(_), Some(_)) if self.about == About::Referrer => BoundPart { each, ..self.part(Why::Referrals) },
            (Err(kind), Some(_)) => {
                let event = self.terms.program.kind_word(*kind).to_owned();
                BoundPart { each, event, ..self.part(Why::Repeats) }
            }
            (_, None) => self.part(Why::Amount),
        }
    }

    /// The least of that and of what each limit alone lets it.
    fn limited(&self, reward: &Reward, mut best: BoundPart) -> BoundPart {
        let each = best.each;
        let product = |times: i64| each.and_then(|each| Decimal::from(times).checked_mul(each));
        for position in &reward.limits {
            let Some(limit) = self.terms.version.limits.get(usize::from(*position)) else { continue };
            let found = match (self.amount_of(limit), self.grants_of(limit)) {
                (Some(most), _) => BoundPart { most: Some(most), limit: self.id(limit), ..self.part(Why::Limit) },
                (_, Some(times)) => BoundPart {
                    times: Some(times),
                    each,
                    most: product(times),
                    limit: self.id(limit),
                    ..self.part(Why::Grants)
                },
                _ => continue,
            };
            let better = match (found.most, best.most) {
                (Some(found), Some(best)) => found < best,
                (found, best) => best.is_none() && found.is_some(),
            };
            if better {
                best = found;
            }
        }
        best
    }

    /// The most of one grant, rounded; a part of a shared amount may be rounded up once more.
    fn each(&self, at: usize, reward: &Reward) -> Option<Decimal> {
        let greatest = granted(self.terms, at, reward).greatest()?;
        let digits = reward.unit.digits();
        let minor = reward.rounding.settle(greatest, digits)?.max(0);
        let shared = self.terms.program.versions.iter().any(|version| version.claims.shares.is_some());
        let minor = minor.checked_add(i64::from(shared))?;
        Number::from_scaled(i128::from(minor), digits)?.to_decimal().map(|mut amount| {
            amount.rescale(digits);
            amount
        })
    }

    /// How often the events of a reward come at most for one referral; or the kind that may come any number of times.
    fn times(&self, reward: &Reward) -> Result<i64, EventKind> {
        if reward.once_per.as_ref().is_some_and(|per| self.is_one_key(per)) {
            return Ok(1);
        }
        let once =
            [EventKind::SUBMITTED, EventKind::CLOSED, EventKind::DISQUALIFIED, EventKind::LOST, EventKind::EXPIRED];
        // A referral that was set aside may be qualified again, and set aside again.
        match reward.on.iter().find(|kind| !once.contains(kind)) {
            Some(kind) => Err(*kind),
            None if self.about == About::Referrer => Err(EventKind::SUBMITTED),
            None => Ok(i64::try_from(reward.on.len()).unwrap_or(i64::MAX)),
        }
    }

    /// Whether all that is asked about lies under one key of the limit, for all time, without a condition. Where what is taken back
    /// gives room, one can get what another lost.
    fn holds_for_all(&self, limit: &Limit) -> bool {
        self.is_one_key(&limit.per)
            && limit.in_each == Period::Lifetime
            && limit.when.is_empty()
            && limit.campaigns.is_empty()
            && limit.asks.is_none()
            && limit.taken_back == TakenBack::UsesRoom
    }

    /// Whether a key is the same for all that is asked about.
    fn is_one_key(&self, per: &[Per]) -> bool {
        per.iter().all(|per| match per {
            Per::Referrer | Per::Reward => true,
            Per::Referral | Per::Referee => self.about == About::Referral,
            Per::Campaign | Per::Expression(_) => false,
        })
    }

    fn amount_of(&self, limit: &Limit) -> Option<Decimal> {
        let holds = !limit.counts_grants && self.holds_for_all(limit);
        let most = Number::from_scaled(i128::from(limit.at_most), limit.unit.digits()).filter(|_| holds)?;
        most.to_decimal().map(|mut amount| {
            amount.rescale(limit.unit.digits());
            amount
        })
    }

    fn grants_of(&self, limit: &Limit) -> Option<i64> {
        (limit.counts_grants && self.holds_for_all(limit)).then_some(limit.at_most)
    }
}
