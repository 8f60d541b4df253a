//! What is declared and never used.
use super::{Expressions, Terms, warning};
use crate::diag::{Code, Diagnostic};
use crate::program::compiled::Owner;
use crate::program::document::{EventDeclaration, FactDeclaration, FactOwner, JudgedAt, STAGES, Trigger};
use crate::program::paths::under;
use rustc_hash::FxHashSet;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let read_here: FxHashSet<&str> = inputs(terms.expressions).collect();
    let read_anywhere: FxHashSet<&str> = terms.all.iter().flat_map(|(_, expressions)| inputs(expressions)).collect();
    facts(terms, &read_anywhere, found);
    constants(terms, found);
    for (at, ladder) in terms.document.tiers.iter().enumerate() {
        let name = ladder.name.value.as_str();
        if !read_here.contains(name) {
            let message = format!("no expression reads the tier `{name}`");
            let fault = warning(Code::UnusedLadder, ladder.name.span, format!("tiers[{at}].name"), message);
            found.push(fault.help("use it in an amount or a condition, or remove the ladder"));
        }
    }
    for definition in terms.document.definitions.iter().filter(|definition| !definition.used) {
        let name = definition.name.value.as_str();
        let message = format!("no expression uses the definition `{name}`");
        let fault = warning(Code::UnusedDefinition, definition.name.span, format!("definitions.{name}"), message);
        found.push(fault.help("use it by its name, or remove it"));
    }
    for measure in &terms.document.measures {
        let name = measure.name.value.as_str();
        let by_ladder =
            terms.all.iter().flat_map(|(document, _)| &document.tiers).any(|ladder| ladder.by.value == name);
        let documents = terms.all.iter().flat_map(|(document, _)| &document.contests);
        let by_contest = documents.into_iter().any(|contest| contest.by.value == name);
        if !by_ladder && !by_contest && !read_anywhere.contains(name) {
            let message = format!("nothing asks for the measure `{name}`");
            let fault = warning(Code::UnusedMeasure, measure.name.span, format!("measures.{name}"), message);
            found.push(fault.help("use it in a condition, an amount or as `by` of a ladder or contest, or remove it"));
        }
    }
    for (at, event) in terms.document.events.iter().enumerate() {
        let moves_on = event.made.is_some() && STAGES.contains(&event.kind.value.as_str());
        let does_something = moves_on || event.clock.is_some() || !event.implies.is_empty() || !event.needs.is_empty();
        if !does_something && !is_spoken_of(terms, &read_here, event) {
            let message = format!("nothing depends on events of the kind `{}`", event.kind.value);
            let fault = warning(Code::UnusedKind, event.kind.span, format!("event[{at}].kind"), message);
            found.push(fault.help("name it in `on` of a reward, in `hold_until`, in a clock event, or remove it"));
        }
    }
}

/// A fact counts as used if any version reads it: all share the columns of the book.
fn facts(terms: &Terms<'_>, read: &FxHashSet<&str>, found: &mut Vec<Diagnostic>) {
    for fact in &terms.document.facts {
        let (heading, owners) = seen_as(fact);
        let name = fact.name.value.as_str();
        let others: &[&str] = match fact.owner {
            FactOwner::Account => &["payee", "account"],
            FactOwner::Company => &["company"],
            _ => &[],
        };
        let words = owners.iter().map(|owner| owner.word());
        let used = words.chain(others.iter().copied()).any(|owner| read.contains(under(owner, name).as_str()));
        // What an event must carry is shown with the stage that it leads to.
        let needed = || {
            let events = terms.all.iter().flat_map(|(document, _)| &document.events);
            fact.owner == FactOwner::Event && events.flat_map(|event| &event.needs).any(|need| need.value == name)
        };
        if !used && !needed() {
            let mut names: Vec<String> = owners.iter().map(|owner| format!("{}.{name}", owner.word())).collect();
            if names.is_empty() {
                names.push(format!("{heading}.{name}"));
            }
            let message = format!("no expression reads {}", super::listed(names.iter().map(String::as_str)));
            let fault = warning(Code::UnusedFact, fact.name.span, format!("facts.{heading}.{name}"), message);
            found.push(fault.help("use it or remove it; if people read it, say so under [accepted_warnings]"));
        }
    }
}

fn seen_as(fact: &FactDeclaration) -> (&'static str, &'static [Owner]) {
    match fact.owner {
        FactOwner::Account => ("account", &[Owner::Referrer, Owner::Referee]),
        FactOwner::Referrer => ("referrer", &[Owner::Referrer]),
        FactOwner::Referee => ("referee", &[Owner::Referee]),
        FactOwner::Referral => ("referral", &[Owner::Referral]),
        FactOwner::Event => ("event", &[Owner::Event]),
        FactOwner::Company => ("company", &[]),
    }
}

fn constants(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    let named = |name: &str| terms.expressions.values().any(|checked| checked.compiled.names_constant(name));
    for list in &terms.document.lists {
        let name = format!("lists.{}", list.name.value);
        if !named(&name) {
            let message = format!("no expression looks into `{name}`");
            let fault = warning(Code::UnusedList, list.name.span, name, message);
            found.push(fault.help("use it in a condition, or remove it"));
        }
    }
    for table in &terms.document.tables {
        let name = table.name.value.as_str();
        if !named(name) {
            let message = format!("no expression looks into the table `{name}`");
            let fault = warning(Code::UnusedTable, table.name.span, format!("tables.{name}"), message);
            found.push(fault.help(format!("use it as `{name}[key]`, or remove it")));
        }
    }
}

/// The inputs that expressions read.
fn inputs(expressions: &Expressions) -> impl Iterator<Item = &str> {
    let compiled = expressions.values().map(|checked| &checked.compiled);
    compiled.flat_map(|compiled| compiled.inputs().iter().filter_map(|slot| compiled.slot_name(*slot)))
}

/// True if a rule, a hold, a clock event or a condition speaks of the kind.
fn is_spoken_of(terms: &Terms<'_>, read: &FxHashSet<&str>, event: &EventDeclaration) -> bool {
    let kind = event.kind.value.as_str();
    let document = terms.document;
    let by_reward = document.rewards.iter().chain(document.prizes()).any(|reward| {
        reward.on.iter().any(|on| on.value == kind)
            || reward.hold_until.as_ref().is_some_and(|until| until.value == kind)
            || reward.kept_alive_by.iter().any(|other| other.value == kind)
    });
    let by_clock = document
        .events
        .iter()
        .filter_map(|event| event.clock.as_ref())
        .any(|clock| clock.from.value == kind || clock.unless.iter().any(|other| other.value == kind));
    let by_made = document.events.iter().filter_map(|event| event.made.as_ref());
    let by_made = by_made.flat_map(|made| &made.on).any(|on| on.value == kind);
    let by_condition = terms.expressions.values().any(|checked| {
        let asks = checked.compiled.inputs().iter().any(|slot| checked.compiled.slot_name(*slot) == Some("event.kind"));
        asks && checked.written.text.contains(kind)
    });
    let by_moment = event.moment_name().is_some_and(|name| read.contains(under("referral", &name).as_str()));
    let claims = document.attribution.iter().flat_map(|attribution| {
        attribution.released_by.iter().chain(&attribution.prolonged_by).chain(&attribution.locks_on)
    });
    let by_claim = claims.into_iter().any(|other| other.value == kind);
    let by_measure = document.measures.iter().flat_map(|measure| &measure.on).any(|on| on.value == kind);
    let goals = document.campaigns.iter().filter_map(|campaign| campaign.goal.as_ref());
    let by_goal = goals.map(|goal| &goal.on).any(|on| on.value == kind);
    let by_requirement = document.requirements.iter().any(|requirement| match &requirement.judged_at {
        JudgedAt::Kinds(kinds) => kinds.iter().any(|judged| judged.value == kind),
        JudgedAt::Submitted | JudgedAt::Payable | JudgedAt::Payout => false,
    });
    let by_requirement = by_requirement || {
        let reviews = document.requirements.iter().filter_map(|requirement| requirement.review.as_ref());
        reviews.flat_map(|review| &review.by).any(|by| by.value == kind)
    };
    let by_reversal = document
        .reversals
        .iter()
        .any(|reversal| reversal.on.iter().chain(&reversal.restored_by).any(|on| on.value == kind));
    let by_notice = document.notices.iter().any(|notice| match &notice.trigger {
        Trigger::On(kinds) => kinds.iter().any(|on| on.value == kind),
        Trigger::Every(_) | Trigger::OnDay(_) => false,
    });
    by_notice
        || by_reversal
        || by_reward
        || by_moment
        || by_clock
        || by_made
        || by_condition
        || by_claim
        || by_measure
        || by_goal
        || by_requirement
}
