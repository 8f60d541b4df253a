//! One entry: whom it goes to, by which rule, from the base over every step to the amount, dates, where it stands.
use crate::base::Number;
use crate::evaluation::{Evaluation, Payout, StepText, StepWord};
use crate::program::{Party, PayWithin, Reward};
use crate::report::stands::Line;
use crate::report::text::{clipped, heading, money, push_line, tier_text, wrapped};
use crate::stage::schedule::rule;
use rust_decimal::Decimal;

/// The most pieces of late news that are named.
const NEWS_MAX: usize = 3;

/// Explains an entry of the ledger, with the other entries of its grant. `None` if there is no such entry.
pub fn entry(evaluation: &Evaluation<'_>, id: &str) -> Option<String> {
    let found = evaluation.ledger_rows().iter().find(|row| evaluation.entry_id(row) == id)?;
    let mut grant = evaluation.lines(|row| row.referral == found.referral);
    grant.retain(|line| line.entry.grant == evaluation.grant_id(found));
    let line = grant.iter().find(|line| line.entry.id == id)?;
    let mut out = String::new();
    let referral = clipped(&line.entry.referral, 40);
    let parties =
        format!("{} refers {}", evaluation.referrer_shown(found.referral), evaluation.referee_shown(found.referral));
    heading(&mut out, &format!("Entry of referral {referral}: {parties}"), '=');
    wrapped(&mut out, "", &format!("As of {}.", evaluation.as_of_shown()));
    push_line(&mut out, "");
    let payouts = evaluation.payouts();
    write_entry(evaluation, line, (&grant, &payouts), &mut out);
    let others: Vec<&Line<'_>> = grant.iter().filter(|other| other.entry.id != line.entry.id).collect();
    if !others.is_empty() {
        push_line(&mut out, "");
        push_line(&mut out, "Other entries of the same grant");
        for other in others {
            push_line(&mut out, "");
            write_entry(evaluation, other, (&grant, &payouts), &mut out);
        }
    }
    Some(out)
}

/// Writes an entry; `others` are entries among which those of its grant are found, `payouts` those of the whole answer.
pub(super) fn write_entry(
    evaluation: &Evaluation<'_>,
    line: &Line<'_>,
    (others, payouts): (&[Line<'_>], &[Payout]),
    out: &mut String,
) {
    let entry = &line.entry;
    let (_, reward) = rule(evaluation.program, line.row);
    let name = evaluation.party_name(line.row.referral, reward.to).map(|name| format!(" ({})", clipped(&name, 40)));
    let to = match reward.to {
        Party::Referee
            if evaluation.book.referrals.referee_given.get(crate::base::index(line.row.referral)) != Some(&true) =>
        {
            format!("the referee{}", name.unwrap_or_default())
        }
        _ => format!(
            "the {} {}{}",
            entry.beneficiary.party,
            clipped(&entry.beneficiary.id, 40),
            name.unwrap_or_default()
        ),
    };
    let label = if entry.label.is_empty() { entry.kind.clone() } else { format!("{} ({})", entry.label, entry.kind) };
    wrapped(out, "  * ", &format!("{} to {to}: {}", money(entry.amount, &entry.unit), label));
    let mut field = |name: &str, text: &str| wrapped(out, &format!("      {name:<11}"), text);
    let event = if entry.event.id.is_empty() { String::new() } else { format!(" ({})", clipped(&entry.event.id, 60)) };
    let tier = if entry.tiers.is_empty() { String::new() } else { format!(", tier {}", tier_text(&entry.tiers)) };
    let place = format!("{}:{}", entry.place.source, entry.place.line);
    let (rule, of) = match line.row.by {
        None => (entry.rule.clone(), String::new()),
        Some(_) => (format!("{}, by the reversal {}", entry.rule, entry.reversal), granted_on(evaluation, line)),
    };
    field("rule", &format!("{rule} on {}{event}{of}{tier} [{place}, version {}]", entry.event.kind, entry.version));
    if let Some(placing) = evaluation.placing_of(entry) {
        let place = placing.place.unwrap_or_default();
        let from = placing.first_day.map(|day| format!("from {day} ")).unwrap_or_default();
        let until = format!("{from}to {}", placing.last_day);
        field("contest", &format!("place {place} of {} with {}, {until}", placing.contest, placing.value));
    }
    let corrected = corrects(evaluation, line, others);
    if let Some(corrected) = &corrected {
        field("corrects", corrected);
    }
    if entry.correction || entry.booked_at > entry.earned_at {
        let news = evaluation.late_news(line.row.referral, entry.booked_at);
        if !news.is_empty() {
            let more = news.len().saturating_sub(NEWS_MAX);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            let news: Vec<String> = news.into_iter().take(NEWS_MAX).collect();
            field("late news", &format!("{}{more}", news.join("; ")));
        }
    }
    let taken_back = entry.correction && entry.amount.is_sign_negative() && entry.steps.is_empty();
    if !taken_back {
        let base = if line.row.by.is_none() { source(reward) } else { ", all that it gave".to_owned() };
        let now = if corrected.is_some() { "now " } else { "" };
        let unit = entry.steps.first().map_or(entry.unit.as_str(), |step| stated_in(step, &entry.unit));
        field("base", &format!("{now}{}{base}", exact(entry.base, unit)));
    }
    for step in &entry.steps {
        field("step", &step_text(step, &entry.unit));
    }
    field("dates", &dates(evaluation, line, reward));
    field("stands", &stands(evaluation, line));
    if let Some(payout) = crate::report::payouts::of_entry(payouts, &entry.id) {
        field("payout", &payout);
    }
    field("entry", &entry.id);
}

/// ` of payment (P-1)`: the event that granted what a reversal takes back.
fn granted_on(evaluation: &Evaluation<'_>, line: &Line<'_>) -> String {
    let granted = evaluation.event_reference(line.row.what, line.row.kind);
    let id = if granted.id.is_empty() { String::new() } else { format!(" ({})", clipped(&granted.id, 60)) };
    format!(", of what {}{id} brought", granted.kind)
}

/// ` = stage_reward[tier].per_qualified`, unless the document states the bare number.
fn source(reward: &Reward) -> String {
    let source = reward.amount.source().split_whitespace().collect::<Vec<_>>().join(" ");
    if Number::parse(&source).is_some() { String::new() } else { format!(" = {source}") }
}

fn exact(number: Number, unit: &str) -> String {
    match number.to_string().parse::<Decimal>() {
        Ok(decimal) => money(decimal, unit),
        Err(_) => format!("{number} {unit}"),
    }
}

/// The unit of the amount before a step.
fn stated_in<'a>(step: &'a StepText, unit: &'a str) -> &'a str {
    match step.step {
        StepWord::Converted => step.by.split('/').next().unwrap_or(unit),
        _ => unit,
    }
}

fn step_text(step: &StepText, unit: &str) -> String {
    let by = &step.by;
    let what = match step.step {
        StepWord::Converted => format!("converted by {by}"),
        StepWord::CampaignTimes => format!("campaign {by} multiplies"),
        StepWord::CampaignPlus => format!("campaign {by} adds"),
        StepWord::CampaignInstead => format!("campaign {by} gives instead"),
        StepWord::CampaignRounding => format!("rounded after campaign {by}"),
        StepWord::TotalBefore => return total_before(step, unit),
        StepWord::InProportion => "in proportion to what was given".to_owned(),
        StepWord::AtLeast => "the rule's minimum".to_owned(),
        StepWord::AtMost => "the rule's maximum".to_owned(),
        StepWord::Share => format!("share {by}"),
        StepWord::Rounding => format!("rounded {by}"),
        StepWord::Limit => format!("limit {by} cuts"),
        StepWord::Deferred => format!("limit {by} puts the rest off"),
        StepWord::Released => format!("limit {by} put this off; it is released now"),
        StepWord::TakenBack => format!("{by} takes back its share"),
        StepWord::TakenBefore => "less what was taken back before".to_owned(),
    };
    format!("{what}: {} -> {}", exact(step.before, stated_in(step, unit)), exact(step.after, unit))
}

/// `total so far 350.00 USD, before 250.00 USD: 100.00 USD`
fn total_before(step: &StepText, unit: &str) -> String {
    let before = step.before.checked_sub(step.after).unwrap_or(Number::ZERO);
    let [total, before, difference] = [step.before, before, step.after].map(|amount| exact(amount, unit));
    format!("total so far {total}, before {before}: {difference}")
}

/// What an entry corrects: the earlier entries of its grant.
fn corrects(evaluation: &Evaluation<'_>, line: &Line<'_>, others: &[Line<'_>]) -> Option<String> {
    if !line.entry.correction {
        return None;
    }
    let mut earlier: Vec<&Line<'_>> = others
        .iter()
        .filter(|other| other.entry.grant == line.entry.grant && other.row.sequence < line.row.sequence)
        .collect();
    earlier.sort_by_key(|other| other.row.sequence);
    let sum = earlier.iter().try_fold(line.entry.amount, |sum, other| sum.checked_add(other.entry.amount));
    let parts: Vec<String> = earlier
        .iter()
        .map(|other| {
            let booked = evaluation.moment(other.entry.booked_at);
            format!("entry {} of {}, booked {booked}", other.row.sequence, money(other.entry.amount, &other.entry.unit))
        })
        .collect();
    let whole = sum.map(|sum| format!("; together {}", money(sum, &line.entry.unit))).unwrap_or_default();
    if parts.is_empty() { None } else { Some(format!("{}{whole}", parts.join(", "))) }
}

fn dates(evaluation: &Evaluation<'_>, line: &Line<'_>, reward: &Reward) -> String {
    let entry = &line.entry;
    let mut parts = vec![format!("earned {}", evaluation.moment(entry.earned_at))];
    if entry.booked_at != entry.earned_at {
        parts.push(format!("booked {}", evaluation.moment(entry.booked_at)));
    }
    parts.push(format!("payable from {}", entry.payable_on));
    if let (Some(due), Some(within)) = (line.position.due_on, reward.pay_within) {
        let within = match within {
            PayWithin::EndOfMonth => "end of month".to_owned(),
            PayWithin::Length(length) => format!("within {length}"),
        };
        parts.push(format!("due {due} ({within})"));
    }
    if let (Some(by), Some(within)) = (line.position.notify_by, reward.notify_within) {
        parts.push(format!("to be told by {} (within {within})", evaluation.moment(by)));
    }
    parts.join("; ")
}

fn stands(evaluation: &Evaluation<'_>, line: &Line<'_>) -> String {
    let position = &line.position;
    let state = match (position.state.as_str(), position.paid_at) {
        ("paid", Some(at)) => format!("paid {}", evaluation.moment(at)),
        ("held", _) => format!("held {}", position.held),
        (state, _) => state.to_owned(),
    };
    let mut parts = vec![state];
    if !position.used.is_zero() {
        parts.push(format!(
            "{} used, {} left",
            money(position.used, &position.unit),
            money(position.remaining, &position.unit)
        ));
    }
    if let Some(last) = position.expires_on {
        let word = if position.state == "expired" { "could be used until" } else { "can be used until" };
        parts.push(format!("{word} {last}"));
    }
    if position.pay != "none" {
        parts.push(format!("promise to pay: {}", position.pay));
    }
    if position.notify != "none" {
        parts.push(format!("promise to tell: {}", position.notify));
    }
    parts.join("; ")
}
