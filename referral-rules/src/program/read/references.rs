//! What only the whole document can tell: whether names belong to something, whether units go together, whether clock
//! events wait for each other.
use super::field::Reader;
use super::{claims, contests, events, metrics, notices, payouts, requirements};
use crate::base::{Number, Unit};
use crate::diag::{Code, Diagnostic, Spanned, did_you_mean, shown};
use crate::program::document::{Aggregate, Document, FactOwner, MEASURES, STAGES, TierLadder};
use crate::program::document_rules::{Limit, Members, Party, Reward};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(document: &Document, reader: &mut Reader) {
    let declared = document.events.iter().map(|event| event.kind.value.as_str()).filter(|kind| !kind.is_empty());
    let kinds: Vec<&str> = STAGES.into_iter().chain(declared).collect();
    let kinds = Names::new("a kind of event", "declare it with `[[event]]`", kinds);
    let prizes = document.prizes().map(|prize| prize.id.value.as_str());
    let rewards = document.rewards.iter().map(|reward| reward.id.value.as_str()).collect();
    let with_prizes = document.rewards.iter().map(|reward| reward.id.value.as_str()).chain(prizes).collect();
    let rewards = Names::new("a reward", "write the `id` of a `[[reward]]`", rewards);
    let with_prizes = Names::new("a reward", "write the `id` of a `[[reward]]`, or of a prize", with_prizes);
    let campaigns = document.campaigns.iter().map(|campaign| campaign.id.value.as_str()).collect();
    let campaigns = Names::new("a campaign", "write the `id` of a `[[campaign]]`", campaigns);
    events::check(document, &kinds, reader);
    needed_facts(document, reader);
    moments_of_kinds(document, reader);
    claims::check(document, &kinds, reader);
    requirements::check(document, &kinds, reader);
    notices::check(document, &kinds, reader);
    for measure in &document.measures {
        for (at, kind) in measure.on.iter().enumerate() {
            kinds.check(kind, || format!("measures.{}.on[{at}]", measure.name.value), reader);
        }
    }
    ladders(document, reader);
    for (place, reward) in document.rewards_with_places() {
        for (at, kind) in reward.on.iter().enumerate() {
            let several = if reward.on.len() > 1 { format!("[{at}]") } else { String::new() };
            kinds.check(kind, || format!("{place}.on{several}"), reader);
        }
        if let Some(kind) = &reward.hold_until {
            kinds.check(kind, || format!("{place}.hold_until"), reader);
        }
        for (at, kind) in reward.kept_alive_by.iter().enumerate() {
            let several = if reward.kept_alive_by.len() > 1 { format!("[{at}]") } else { String::new() };
            kinds.check(kind, || format!("{place}.kept_alive_by{several}"), reader);
        }
    }
    contests::check(document, reader);
    for (index, campaign) in document.campaigns.iter().enumerate() {
        for (at, id) in campaign.rewards.iter().flatten().enumerate() {
            rewards.check(id, || format!("campaign[{index}].rewards[{at}]"), reader);
        }
        if let Some(goal) = &campaign.goal {
            kinds.check(&goal.on, || format!("campaign[{index}].goal.on"), reader);
        }
    }
    for (index, limit) in document.limits.iter().enumerate() {
        for (at, id) in limit.rewards.iter().flatten().enumerate() {
            with_prizes.check(id, || format!("limit[{index}].rewards[{at}]"), reader);
        }
        for (at, id) in limit.campaigns.iter().flatten().enumerate() {
            campaigns.check(id, || format!("limit[{index}].campaigns[{at}]"), reader);
        }
    }
    for (index, group) in document.groups.iter().enumerate() {
        let (names, members, key) = match &group.members {
            Members::Rewards(members) => (&rewards, members, "rewards"),
            Members::Campaigns(members) => (&campaigns, members, "campaigns"),
        };
        for (at, id) in members.iter().enumerate() {
            names.check(id, || format!("group[{index}].{key}[{at}]"), reader);
        }
    }
    for (index, payout) in document.payouts.iter().enumerate() {
        for (at, id) in payout.rewards.iter().flatten().enumerate() {
            with_prizes.check(id, || format!("payout[{index}].rewards[{at}]"), reader);
        }
    }
    payouts::check(document, reader);
    for (index, reversal) in document.reversals.iter().enumerate() {
        for (at, kind) in reversal.on.iter().enumerate() {
            let several = if reversal.on.len() > 1 { format!("[{at}]") } else { String::new() };
            kinds.check(kind, || format!("reversal[{index}].on{several}"), reader);
        }
        if let Some(kind) = &reversal.restored_by {
            kinds.check(kind, || format!("reversal[{index}].restored_by"), reader);
        }
        for (at, id) in reversal.rewards.iter().flatten().enumerate() {
            with_prizes.check(id, || format!("reversal[{index}].rewards[{at}]"), reader);
        }
    }
    metrics::check(document, reader);
    units(document, reader);
    alike(document, reader);
}

/// Rewards can only be told better or worse where they go to one party in one unit.
fn alike(document: &Document, reader: &mut Reader) {
    let currency = document.currency.value.as_str();
    for (index, group) in document.groups.iter().enumerate() {
        let Members::Rewards(members) = &group.members else { continue };
        let reward = |id: &Spanned<String>| document.rewards.iter().find(|reward| reward.id.value == id.value);
        let Some(first) = members.iter().find_map(reward) else { continue };
        for (at, id) in members.iter().enumerate() {
            let Some(other) = reward(id) else { continue };
            let fact = |reward: &Reward| reward.account.as_ref().map(|account| account.text.trim().to_owned());
            let (code, message) = if other.to.value != first.to.value || fact(other) != fact(first) {
                let to = |reward: &Reward| fact(reward).unwrap_or_else(|| reward.to.value.word().to_owned());
                let message =
                    format!("`{}` goes to the {}, `{}` to the {}", id.value, to(other), first.id.value, to(first));
                (Code::BadValue, message)
            } else if other.unit_name(currency) != first.unit_name(currency) {
                let message = format!(
                    "`{}` is in `{}`, `{}` in `{}`",
                    id.value,
                    other.unit_name(currency),
                    first.id.value,
                    first.unit_name(currency)
                );
                (Code::UnitMismatch, message)
            } else {
                continue;
            };
            let fault = Diagnostic::error(code, id.span, message).path(format!("group[{index}].rewards[{at}]"));
            reader.push(fault.help("group rewards to one party in one unit"));
        }
    }
}

/// The names of one sort that the document has.
pub(super) struct Names<'d> {
    /// `a reward`
    title: &'static str,
    help: &'static str,
    in_order: Vec<&'d str>,
    known: BTreeSet<&'d str>,
}

impl<'d> Names<'d> {
    fn new(title: &'static str, help: &'static str, in_order: Vec<&'d str>) -> Self {
        let known = in_order.iter().copied().collect();
        Self { title, help, in_order, known }
    }

    pub(super) fn check(&self, name: &Spanned<String>, path: impl FnOnce() -> String, reader: &mut Reader) {
        // An empty name stands for one that is reported already.
        if name.value.is_empty() || self.known.contains(name.value.as_str()) {
            return;
        }
        let message = format!("`{}` is not {} of this program", shown(&name.value), self.title);
        let fault = Diagnostic::error(Code::UnknownReference, name.span, message).path(path());
        let guess = if reader.is_full() { None } else { did_you_mean(&name.value, self.in_order.iter().copied()) };
        reader.push(fault.help(guess.unwrap_or_else(|| self.help.to_owned())));
    }
}

/// What ladders go by must be a measure; what counts referrals or events takes whole numbers.
fn ladders(document: &Document, reader: &mut Reader) {
    let several = document.tiers.len() > 1;
    let declared = document.measures.iter().map(|measure| measure.name.value.as_str());
    let measures =
        Names::new("a measure", "declare it under `[measures]`", MEASURES.into_iter().chain(declared).collect());
    for (index, ladder) in document.tiers.iter().enumerate() {
        let path = if several { format!("tiers[{index}]") } else { "tiers".to_owned() };
        measures.check(&ladder.by, || format!("{path}.by"), reader);
        conditions_at_reviews(ladder, &path, reader);
        let declared = document.measures.iter().find(|measure| measure.name.value == ladder.by.value);
        if !declared.is_none_or(|measure| matches!(measure.is.value, Aggregate::Count | Aggregate::Distinct)) {
            continue;
        }
        for (at, level) in ladder.levels.iter().enumerate() {
            let Some(at_least) = level.at_least.filter(|at_least| at_least.value.to_i64().is_none()) else { continue };
            let message = format!("`at_least` must be a whole number, found {}", at_least.value);
            let fault = Diagnostic::error(Code::WrongType, at_least.span, message);
            let help = format!("`{}` counts; write a whole number", shown(&ladder.by.value));
            reader.push(fault.path(format!("{path}.levels[{at}].at_least")).help(help));
        }
    }
}

/// Conditions are asked at an event: when a period begins, there is none.
fn conditions_at_reviews(ladder: &TierLadder, path: &str, reader: &mut Reader) {
    let Some(level) = ladder.levels.iter().find(|level| !level.when.is_empty()) else { return };
    for (key, moves) in ["goes_up", "goes_down"].into_iter().zip(ladder.moves()) {
        let Some(period) = moves.value.period() else { continue };
        let message = format!("`{key}` cannot be `{period}`: the level `{}` has a condition", shown(&level.name.value));
        let fault = Diagnostic::error(Code::BadValue, moves.span, message);
        let help = "a condition is asked at an event: put it into `when` of a measure, or write `at once`";
        reader.push(fault.path(format!("{path}.{key}")).help(help));
    }
}

/// What events must carry is declared under the facts of events.
fn needed_facts(document: &Document, reader: &mut Reader) {
    let declared = document.facts.iter().filter(|fact| fact.owner == FactOwner::Event);
    let facts = declared.map(|fact| fact.name.value.as_str()).collect();
    let facts = Names::new("a fact of events", "declare it under `[facts.event]`", facts);
    for (index, event) in document.events.iter().enumerate() {
        for (at, fact) in event.needs.iter().enumerate() {
            facts.check(fact, || format!("event[{index}].needs[{at}]"), reader);
        }
    }
}

/// `referral.<kind>_at` is the first event of a declared kind: no fact and no other kind may have that name.
fn moments_of_kinds(document: &Document, reader: &mut Reader) {
    let mut kinds: BTreeMap<String, &str> = BTreeMap::new();
    for (index, event) in document.events.iter().enumerate() {
        let Some(name) = event.moment_name() else { continue };
        if let Some(other) = kinds.get(&name).filter(|other| **other != event.kind.value) {
            let message =
                format!("`{}` and `{other}` have one name in expressions, `referral.{name}`", shown(&event.kind.value));
            let fault = Diagnostic::error(Code::DuplicateId, event.kind.span, message);
            reader.push(fault.path(format!("event[{index}].kind")).help("give one of the two another kind"));
        }
        kinds.entry(name).or_insert(&event.kind.value);
    }
    for fact in document.facts.iter().filter(|fact| fact.owner == FactOwner::Referral) {
        let Some(kind) = kinds.get(&fact.name.value) else { continue };
        let message = format!(
            "`referral.{}` is there without being declared: when the first event of the kind `{kind}` happened",
            shown(&fact.name.value)
        );
        let fault = Diagnostic::error(Code::DuplicateId, fact.name.span, message);
        let path = format!("facts.referral.{}", fact.name.value);
        reader.push(fault.path(path).help("remove it, or give your fact another name"));
    }
}

/// A limit counts in one unit, and only what is in that unit.
fn units(document: &Document, reader: &mut Reader) {
    let currency = document.currency.value.as_str();
    if currency.is_empty() {
        return;
    }
    let unit_of = |reward: &'_ Reward| reward.unit_name(currency).to_owned();
    let by_id: BTreeMap<&str, String> = document
        .rewards
        .iter()
        .chain(document.prizes())
        .map(|reward| (reward.id.value.as_str(), unit_of(reward)))
        .collect();
    let to_referrers: BTreeSet<String> =
        document.rewards.iter().filter(|reward| reward.to.value == Party::Referrer).map(unit_of).collect();
    for (index, limit) in document.limits.iter().enumerate() {
        let unit = limit.unit.value.as_str();
        let Some(digits) = Unit::parse(unit).map(|unit| unit.digits()) else {
            let message = format!("`{}` is not a currency or a word for a unit", shown(unit));
            let fault = Diagnostic::error(Code::UnitMismatch, limit.unit.span, message);
            let help = did_you_mean(unit, to_referrers.iter().map(String::as_str));
            let help = help.unwrap_or_else(|| "write the unit of the rewards that the limit covers".to_owned());
            reader.push(fault.path(format!("limit[{index}].unit")).help(help));
            continue;
        };
        at_most(limit, digits, index, reader);
        if unit == Limit::GRANTS {
            continue;
        }
        let Some(named) = &limit.rewards else {
            if !document.rewards.is_empty() && !to_referrers.contains(unit) {
                let message = format!("no reward to the referrer is in `{}`", shown(unit));
                let covered = to_referrers.iter().map(String::as_str);
                let help = did_you_mean(unit, covered).unwrap_or_else(|| in_words(&to_referrers));
                let fault = Diagnostic::error(Code::UnitMismatch, limit.unit.span, message);
                reader.push(fault.path(format!("limit[{index}].unit")).help(help));
            }
            continue;
        };
        for (at, id) in named.iter().enumerate() {
            let Some(other) = by_id.get(id.value.as_str()).filter(|other| *other != unit) else { continue };
            let message =
                format!("the limit is in `{}`, the reward `{}` in `{}`", shown(unit), shown(&id.value), shown(other));
            let fault = Diagnostic::error(Code::UnitMismatch, id.span, message);
            let help = "name rewards of one unit, and that `unit`, or count `grants`";
            reader.push(fault.path(format!("limit[{index}].rewards[{at}]")).help(help));
        }
    }
}

fn in_words(units: &BTreeSet<String>) -> String {
    let units: Vec<&str> = units.iter().map(String::as_str).take(10).collect();
    if units.is_empty() {
        return "name the rewards that the limit covers".to_owned();
    }
    format!("write {} for `unit`, or name the rewards", super::field::one_of(&units))
}

/// The bound must be a whole number of minor units that can be counted.
fn at_most(limit: &Limit, digits: u32, index: usize, reader: &mut Reader) {
    let unit = limit.unit.value.as_str();
    let Some(most) = limit.constant() else { return };
    let scale = Number::from_scaled(1, digits).and_then(|step| most.checked_div(step));
    if scale.and_then(Number::to_i64).is_none() {
        let message = format!("`at_most` cannot be `{most}` in `{unit}`");
        let fault = Diagnostic::error(Code::BadValue, limit.at_most.span, message);
        let help = format!("write a number below 2^63 minor units with at most {digits} digits after the point");
        reader.push(fault.path(format!("limit[{index}].at_most")).help(help));
    }
}
