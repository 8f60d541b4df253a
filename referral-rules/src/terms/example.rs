//! One example with dates for each reward: facts are made up that meet what the document asks for, the program is really
//! evaluated with them, and what it grants is told. Where no such facts are found, the dates alone are.
use super::language::code;
use super::sentences::Say;
use super::words::Words;
use crate::base::{Day, Instant, MICROS_PER_HOUR, MICROS_PER_MINUTE, Number, Unit};
use crate::book::Book;
use crate::engine::{Options, evaluate};
use crate::evaluation::{Entry, StepText, StepWord};
use crate::expr::Slot;
use crate::program::{EventKind, LadderBy, Reward, Source};
use crate::stage::schedule::dates_from;
use crate::terms::made_up::{COPIES_MAX, MadeUp};

/// The lines of the example of the reward at the position.
pub(super) fn lines(words: &Words<'_>, at: usize) -> Vec<String> {
    let Some(reward) = words.version.rewards.get(at) else { return Vec::new() };
    let found = reward.on.iter().find_map(|kind| attempt(words, reward, *kind));
    match found {
        Some((made_up, entry)) => told(words, reward, &made_up, &entry),
        None => dates_only(words, reward),
    }
}

/// Tries how many referrals it takes; zero will do if nothing gives more.
fn attempt<'p>(words: &Words<'p>, reward: &Reward, kind: EventKind) -> Option<(MadeUp<'p>, Entry)> {
    let levels = words.version.ladders.iter().flat_map(|ladder| &ladder.levels);
    let steps = levels.filter_map(|level| level.at_least?.to_i64()).filter_map(|least| usize::try_from(least).ok());
    let mut made_up = MadeUp::new(words, reward, kind);
    let mut counts: Vec<usize> = std::iter::once(made_up.copies).chain(steps).collect();
    counts.retain(|count| (1..=COPIES_MAX).contains(count));
    counts.dedup();
    let mut zero = None;
    for count in counts.into_iter().take(4) {
        made_up.copies = count;
        match granted(words, reward, &made_up) {
            Some(entry) if !entry.amount.is_zero() => return Some((made_up, entry)),
            Some(entry) => zero = zero.or(Some((count, entry))),
            None => {}
        }
    }
    let (copies, entry) = zero?;
    made_up.copies = copies;
    Some((made_up, entry))
}

/// The entry of the last made-up referral by this reward, if there is one.
fn granted(words: &Words<'_>, reward: &Reward, made_up: &MadeUp<'_>) -> Option<Entry> {
    let id = words.program.reward_ids.get(usize::from(reward.number))?;
    let given = made_up.given()?;
    let book = Book::new(words.program, &given);
    let evaluation = evaluate(words.program, &book, made_up.as_of(), Options::default()).ok()?;
    let referral = made_up.last_referral();
    let mine = |entry: &Entry| {
        entry.rule == *id && entry.referral == referral && entry.version == words.version.name && !entry.correction
    };
    evaluation.ledger().find(mine)
}

fn told(words: &Words<'_>, reward: &Reward, made_up: &MadeUp<'_>, entry: &Entry) -> Vec<String> {
    let zone = &words.program.zone;
    let submitted = made_up.submitted(made_up.copies).to_string();
    let amount = format!("{} {}", words.language.decimal(entry.amount), words.unit(&entry.unit));
    let (event, day) = (words.event(&entry.event.kind), zone.day_of(entry.earned_at).to_string());
    let party = words.party(reward.to);
    let places =
        [("submitted", submitted.as_str()), ("day", &day), ("event", &event), ("party", &party), ("amount", &amount)];
    let mut said = vec![words.say(Say::Example, &places)];
    let facts: Vec<String> = asked_facts(words, reward, made_up);
    if !facts.is_empty() {
        said.push(words.say(Say::ExampleFacts, &[("facts", &words.listed(&facts, Say::And))]));
    }
    if made_up.copies > 1 {
        let count = i64::try_from(made_up.copies).unwrap_or_default();
        said.push(words.say(Say::ExampleCount, &[("count", &words.language.number(count.into()))]));
    }
    let steps: Vec<String> = entry.steps.iter().map(|step| step_said(words, step, &entry.unit)).collect();
    if !steps.is_empty() {
        let base = words.language.number(entry.base);
        said.push(words.say(Say::ExampleSteps, &[("base", &base), ("steps", &steps.join("; "))]));
    }
    said.extend(dates(words, entry.payable_on, entry.due_on, entry.notify_by));
    vec![said.join(" ")]
}

/// What a measure, or the measure of a ladder, looks at, where the example has events of its kinds.
fn counted<'w>(words: &Words<'w>, slot: Slot, made_up: &MadeUp<'_>) -> Vec<&'w Slot> {
    let measure = match words.program.slots.get(usize::from(slot.0)) {
        Some(Source::Declared(measure)) => Some(*measure),
        Some(Source::Tier(number)) => {
            let ladder = words.version.ladders.iter().find(|ladder| ladder.number == *number);
            ladder.and_then(|ladder| match ladder.by {
                LadderBy::Declared(measure) => Some(measure),
                LadderBy::BuiltIn(_) | LadderBy::Conditions => None,
            })
        }
        _ => None,
    };
    let of_measure = words.version.contributions.iter().filter(|one| Some(one.measure) == measure);
    let here = of_measure.filter(|one| one.on.iter().any(|kind| made_up.has(words.program.kind_word(*kind))));
    here.flat_map(|one| one.of.iter().chain(&one.when)).flat_map(|expression| expression.inputs()).collect()
}

/// What of the facts the reward looks at, itself or by what it counts.
fn asked_facts(words: &Words<'_>, reward: &Reward, made_up: &MadeUp<'_>) -> Vec<String> {
    let expressions = reward.when.iter().chain([&reward.amount]).chain(&reward.at_least).chain(&reward.at_most);
    let mut slots: Vec<_> = expressions.flat_map(|expression| expression.inputs()).collect();
    let counted: Vec<_> = slots.iter().flat_map(|slot| counted(words, **slot, made_up)).collect();
    slots.extend(counted);
    slots.dedup();
    let mut out = Vec::new();
    for slot in slots {
        let Some(Source::Fact(number)) = words.program.slots.get(usize::from(slot.0)) else { continue };
        let Some(fact) = words.program.facts.get(usize::from(*number)) else { continue };
        let path = format!("{}.{}", fact.owner.word(), fact.name);
        let Some(value) = made_up.shown(&path) else { continue };
        let value = match Number::parse(&value) {
            Some(number) if fact.kind.is_number() => words.language.number(number),
            _ if fact.kind.is_text() => code(&value),
            _ => value,
        };
        let line = words.say(Say::Equal, &[("a", &words.value_of(&path)), ("b", &value)]);
        if !out.contains(&line) {
            out.push(line);
        }
    }
    out
}

/// What a step on the way to an amount did.
pub(super) fn step_said(words: &Words<'_>, step: &StepText, unit: &str) -> String {
    let after = if step.after.denominator() == 1 || step.after.to_decimal().is_some() {
        words.amount(step.after, unit)
    } else {
        format!("{} {}", step.after, words.unit(unit))
    };
    let say = match step.step {
        StepWord::Converted => Say::StepConverted,
        StepWord::TotalBefore => Say::StepTotalBefore,
        StepWord::InProportion => Say::StepInProportion,
        StepWord::CampaignInstead | StepWord::CampaignTimes | StepWord::CampaignPlus | StepWord::CampaignRounding => {
            Say::StepCampaign
        }
        StepWord::TakenBack => Say::StepTakenBack,
        StepWord::TakenBefore => Say::StepTakenBefore,
        StepWord::Share => Say::StepShare,
        StepWord::AtLeast => Say::StepAtLeast,
        StepWord::AtMost => Say::StepAtMost,
        StepWord::Rounding => Say::StepRounding,
        StepWord::Limit => Say::StepLimit,
        StepWord::Deferred => Say::StepDeferred,
        StepWord::Released => Say::StepReleased,
    };
    words.say(say, &[("by", &step.by), ("after", &after)])
}

fn dates(words: &Words<'_>, payable_on: Day, due_on: Option<Day>, notify_by: Option<Instant>) -> Vec<String> {
    let mut said = vec![words.say(Say::ExamplePayable, &[("day", &payable_on.to_string())])];
    said.extend(due_on.map(|day| words.say(Say::ExampleDue, &[("day", &day.to_string())])));
    said.extend(notify_by.map(|by| words.say(Say::ExampleNotify, &[("moment", &moment(words, by))])));
    said
}

/// `2026-03-05 14:00` in the program's zone; a day alone where its end is meant.
pub(super) fn moment(words: &Words<'_>, instant: Instant) -> String {
    let (day, micros) = words.program.zone.civil(instant);
    if words.program.zone.last_instant(day) == instant {
        return day.to_string();
    }
    let part = |unit: i64, wrap: i64| micros.checked_div(unit).and_then(|part| part.checked_rem(wrap)).unwrap_or(0);
    format!("{day} {:02}:{:02}", part(MICROS_PER_HOUR, 24), part(MICROS_PER_MINUTE, 60))
}

fn dates_only(words: &Words<'_>, reward: &Reward) -> Vec<String> {
    let (Some(kind), day) = (reward.on.first(), words.version.first_day) else { return Vec::new() };
    let anchor = words.program.zone.instant_of(day, MICROS_PER_HOUR.saturating_mul(12));
    let event = words.event(words.program.kind_word(*kind));
    let mut said = vec![words.say(Say::ExampleDates, &[("day", &day.to_string()), ("event", &event)])];
    let amount = Number::parse(reward.amount.source().trim())
        .filter(|_| reward.amount_in.is_none() && reward.campaigns.is_empty());
    if let Some(number) = amount {
        let settled = reward.rounding.settle(number, reward.unit.digits());
        let amount = settled.map(|minor| crate::base::Amount { minor, unit: Unit::clone(&reward.unit) }.to_decimal());
        if let Some(amount) = amount.filter(|_| reward.at_least.is_none() && reward.at_most.is_none()) {
            let amount = format!("{} {}", words.language.decimal(amount), words.unit(reward.unit.name()));
            said.push(words.say(Say::ExampleAmount, &[("party", &words.party(reward.to)), ("amount", &amount)]));
        }
    }
    let found = dates_from(words.program, words.version, reward, anchor, true);
    said.extend(dates(words, found.payable_on, found.due_on, found.notify_by));
    vec![said.join(" ")]
}
