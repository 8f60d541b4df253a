//! Readers of what is granted: rewards, campaigns, limits.
use super::field::{Field, Reader, Section, join, one_of};
use super::keys;
use super::value::{self, conditions, day, expression, filled_list, formula, id, kinds, length, rounding, text, word};
use crate::base::limits::LIMIT_KEYS_MAX;
use crate::base::{Day, Number, Period, Rounding, Unit, currency_digits};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::program::document::{ExpressionText, Moment};
use crate::program::document_rules::{
    Campaign, Goal, Group, Limit, Members, OverLimit, Party, PayWithin, Per, Reward, RewardKind, RunningTotal,
    TakenBack,
};

pub(super) fn reward(section: &Section<'_>, by_default: Spanned<Rounding>, reader: &mut Reader) -> Reward {
    let amount = section.read("amount", reader, formula);
    let (given, kind) = given(section, amount, by_default, reader);
    let amount_in =
        section.read("amount_in", reader, |field, reader| amount_in(field, kind, given.unit.as_ref(), reader));
    let (to, account) = section.need("to", reader, beneficiary).unwrap_or_default();
    let total = total(section, to.value, account.as_ref(), reader);
    let once_per = section.read("once_per", reader, super::measures::per);
    if let Some(field) = section.field("once_per").filter(|_| section.has("total")) {
        let fault = field.fault(Code::BadValue, "a running total is settled at each event, so it is not given once");
        reader.push(fault.help("remove `once_per`, or state an `amount`"));
    }
    let at_least = section.read("at_least", reader, formula);
    let at_most = section.read("at_most", reader, formula);
    bounds(at_least.as_ref(), at_most.as_ref(), section, reader);
    Reward {
        to,
        account,
        on: section.need("on", reader, distinct_kinds).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        as_long_as: section.read("as_long_as", reader, conditions).unwrap_or_default(),
        once_per,
        amount_in,
        total,
        below_zero: section.read("below_zero", reader, word(keys::BELOW_ZERO)).unwrap_or_default(),
        at_least,
        at_most,
        ..given
    }
}

/// What is granted, and by when: what rewards and prizes have in common.
pub(super) fn given(
    section: &Section<'_>,
    amount: Option<ExpressionText>,
    by_default: Spanned<Rounding>,
    reader: &mut Reader,
) -> (Reward, Option<Spanned<RewardKind>>) {
    let kind = section.need("kind", reader, word(RewardKind::ALL));
    let unit = section.read("unit", reader, |field, reader| reward_unit(field, kind, reader));
    if let Some(kind) = kind {
        if kind.value == RewardKind::Units && !section.has("unit") {
            section.missing("unit", "add `unit = \"...\"`, the word for what is counted", reader);
        }
        if !kind.value.is_thing() && !section.has("amount") && !section.has("total") {
            section.missing("amount", "add `amount = ...`, a number or an expression", reader);
        }
    }
    if section.has("forfeited_after") && !section.has("hold_until") {
        let help = "add `hold_until`, the event by which it is claimed: without it nothing is forfeited";
        section.missing("hold_until", help, reader);
    }
    if section.has("kept_alive_by") && !section.has("expires_after") {
        section.missing("expires_after", "add `expires_after`: without it nothing expires", reader);
    }
    let given = Reward {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        to: Spanned::default(),
        account: None,
        on: Vec::new(),
        when: Vec::new(),
        as_long_as: Vec::new(),
        once_per: None,
        kind: kind.unwrap_or(Spanned::new(RewardKind::Perk, section.span)),
        unit,
        amount,
        amount_in: None,
        total: None,
        below_zero: Spanned::default(),
        at_least: None,
        at_most: None,
        rounding: section.read("rounding", reader, rounding).unwrap_or(by_default),
        notify_within: section.read("notify_within", reader, length),
        pay_within: section.read("pay_within", reader, pay_within),
        payable_after: section.read("payable_after", reader, length),
        hold_until: section.read("hold_until", reader, text),
        hold_while: section.read("hold_while", reader, expression),
        forfeited_after: section.read("forfeited_after", reader, length),
        counted_from: section.read("counted_from", reader, word(keys::COUNTED_FROM)).unwrap_or_default(),
        expires_after: section.read("expires_after", reader, value::length_in_days),
        kept_alive_by: section.read("kept_alive_by", reader, distinct_kinds).unwrap_or_default(),
        label: section.read("label", reader, text),
    };
    (given, kind)
}

/// Who gets it: a party by its word, or the account that a fact names.
fn beneficiary(field: &Field<'_>, reader: &mut Reader) -> Option<(Spanned<Party>, Option<ExpressionText>)> {
    let words = keys::PARTIES.iter().map(|(word, _)| *word);
    let allowed: Vec<&str> = words.chain([r#"{ account = "..." }"#]).collect();
    if let Some(found) = field.node.as_text() {
        if let Some((_, party)) = keys::PARTIES.iter().find(|(word, _)| *word == found) {
            return Some((Spanned::new(*party, field.node.span), None));
        }
        reader.bad_word(field, found, &allowed);
        return None;
    }
    if field.entries().is_none() {
        reader.wrong_type(field, &one_of(&allowed));
        return None;
    }
    let section = Section::open(field, &keys::REWARD_TO, reader)?;
    let account = section.need("account", reader, expression);
    Some((Spanned::new(Party::Account, field.node.span), account))
}

/// Kinds of event, none of them twice.
pub(super) fn distinct_kinds(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<String>>> {
    let kinds = kinds(field, reader)?;
    named_once(&kinds, field, "the list", reader);
    Some(kinds)
}

/// The currency that an amount is stated in: only money can be converted.
fn amount_in(
    field: &Field<'_>,
    kind: Option<Spanned<RewardKind>>,
    unit: Option<&Spanned<String>>,
    reader: &mut Reader,
) -> Option<ExpressionText> {
    let written = expression(field, reader)?;
    let is_money = kind.is_none_or(|kind| kind.value.is_money());
    if !is_money || unit.is_some_and(|unit| unit.value == "percent") {
        let fault = field.fault(Code::BadValue, "only an amount of money can be converted from another currency");
        reader.push(fault.help("leave `amount_in` away, or grant money"));
        return None;
    }
    Some(written)
}

/// A running total stands instead of an amount; what says more about it stands only beside it.
fn total(
    section: &Section<'_>,
    to: Party,
    account: Option<&ExpressionText>,
    reader: &mut Reader,
) -> Option<RunningTotal> {
    let formula = section.read("total", reader, formula);
    let per = section.read("total_per", reader, super::measures::per);
    let in_each = section.read("total_in", reader, value::period);
    if let Some(found) = in_each.filter(|found| matches!(found.value, Period::Rolling { .. })) {
        let message = format!("a running total has no beginning in `{}`", found.value);
        let fault = Diagnostic::error(Code::BadValue, found.span, message).path(join(&section.path, "total_in"));
        reader.push(fault.help("write a calendar period, such as `calendar year`, or remove `total_in`"));
    }
    if !section.has("total") {
        if let Some(field) = ["total_per", "total_in"].into_iter().find_map(|key| section.field(key)) {
            let fault = field.fault(Code::BadValue, format!("`{}` is about a `total`", field.name()));
            reader.push(fault.help("write `total = \"...\"` instead of `amount`, or remove it"));
        }
        return None;
    }
    if let Some(field) = section.field("amount") {
        let fault = field.fault(Code::BadValue, "a reward has an `amount` or a `total`, not both");
        reader.push(fault.help("remove one of the two, or write two rewards"));
    }
    if let Some(field) = section.field("amount_in") {
        let fault = field.fault(Code::BadValue, "a running total cannot be converted as a whole");
        let help = "convert what is summed: `of = \"converted(event.value, event.currency, 'USD', event.at)\"`";
        reader.push(fault.help(help));
    }
    let by_default = match (to, account) {
        (_, Some(account)) => Per::Expression(account.clone()),
        (Party::Referee, _) => Per::Referral,
        _ => Per::Referrer,
    };
    Some(RunningTotal {
        formula: formula?,
        per: per.unwrap_or_else(|| vec![Spanned::new(by_default, section.span)]),
        in_each: in_each.unwrap_or_default(),
    })
}

/// Bare numbers that leave nothing between them.
fn bounds(
    at_least: Option<&ExpressionText>,
    at_most: Option<&ExpressionText>,
    section: &Section<'_>,
    reader: &mut Reader,
) {
    let (Some(low), Some(high)) = (at_least, at_most) else { return };
    let (Some(least), Some(most)) = (Number::parse(&low.text), Number::parse(&high.text)) else { return };
    if most < least {
        let message = format!("`at_most` is {most}, below `at_least`, which is {least}");
        let fault = Diagnostic::error(Code::BadValue, high.span, message).path(join(&section.path, "at_most"));
        reader.push(fault.help("write an `at_most` that is not below `at_least`"));
    }
}

/// The unit that a kind of reward can have.
fn reward_unit(field: &Field<'_>, kind: Option<Spanned<RewardKind>>, reader: &mut Reader) -> Option<Spanned<String>> {
    let unit = text(field, reader)?;
    let name = unit.value.as_str();
    let Some(kind) = kind.map(|kind| kind.value) else { return Some(unit) };
    let is_currency = currency_digits(name).is_some();
    if kind.is_money() {
        let is_percent = kind == RewardKind::Discount && name == "percent";
        if !is_currency && !is_percent {
            value::unknown_currency(field, name, reader);
        }
    } else if is_currency || name == Limit::GRANTS {
        let message = format!("`unit` cannot be `{name}` for a reward of this kind");
        reader.push(field.fault(Code::BadValue, message).help("write a word for what is counted, such as `days`"));
    } else if Unit::named(name).is_none() {
        let fault = field.fault(Code::BadId, format!("`{}` is not a word for a unit", shown(name)));
        reader.push(fault.help("write lower-case letters, digits and `-`, a letter first"));
    }
    Some(unit)
}

fn pay_within(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<PayWithin>> {
    if field.node.as_text() == Some(keys::END_OF_MONTH) {
        return Some(Spanned::new(PayWithin::EndOfMonth, field.node.span));
    }
    length(field, reader).map(|length| Spanned::new(PayWithin::Length(length.value), length.span))
}

pub(super) fn campaign(section: &Section<'_>, by_default: Spanned<Moment>, reader: &mut Reader) -> Campaign {
    const OPERATORS: [&str; 3] = ["reward_instead", "reward_times", "reward_plus"];
    let first_day: Option<Spanned<Day>> = section.need("first_day", reader, day);
    let last_day: Option<Spanned<Day>> = section.need("last_day", reader, day);
    if let (Some(first), Some(last)) = (first_day, last_day) {
        super::not_empty(first, last, section, reader);
    }
    if !OPERATORS.iter().any(|key| section.has(key)) {
        section.missing("reward_times", &format!("add {}", one_of(&OPERATORS)), reader);
    }
    Campaign {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        first_day: first_day.unwrap_or_default(),
        last_day: last_day.unwrap_or_default(),
        counts_if_in_window: section.read("counts_if_in_window", reader, word(keys::MOMENTS)).unwrap_or(by_default),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        rewards: section.read("rewards", reader, filled_list(text)),
        reward_instead: section.read("reward_instead", reader, formula),
        reward_times: section.read("reward_times", reader, formula),
        reward_plus: section.read("reward_plus", reader, formula),
        rounding: section.read("rounding", reader, rounding),
        theme: section.read("theme", reader, text),
        goal: section.read("goal", reader, goal),
    }
}

fn goal(field: &Field<'_>, reader: &mut Reader) -> Option<Goal> {
    let section = Section::open(field, &keys::GOAL, reader)?;
    let at_least = section.need("at_least", reader, value::number_from_zero);
    let on = section.need("on", reader, text);
    let of = section.read("of", reader, expression);
    if let Some(found) = at_least.filter(|found| found.value.to_i64().is_none() && !section.has("of")) {
        let message = format!("`at_least` must be a whole number of events, found {}", found.value);
        let fault = Diagnostic::error(Code::WrongType, found.span, message);
        reader.push(
            fault.path(join(&section.path, "at_least")).help("write a whole number, or add `of`, what is summed"),
        );
    }
    Some(Goal { at_least: at_least?, on: on?, of })
}

/// A group names rewards or campaigns, two at least and none twice.
pub(super) fn group(section: &Section<'_>, reader: &mut Reader) -> Option<Group> {
    let id = section.need("id", reader, id).unwrap_or_default();
    let wins = section.need("wins", reader, word(keys::WINS)).unwrap_or_default();
    let rewards = section.read("rewards", reader, members);
    let campaigns = section.read("campaigns", reader, members);
    let members = match (rewards, campaigns) {
        (Some(_), Some(found)) => {
            let span = found.first().map_or(section.span, |first| first.span);
            let fault = Diagnostic::error(Code::BadValue, span, "a group is of rewards or of campaigns, not of both");
            let help = "write two groups";
            reader.push(fault.path(join(&section.path, "campaigns")).help(help));
            return None;
        }
        (Some(rewards), None) => Members::Rewards(rewards),
        (None, Some(campaigns)) => Members::Campaigns(campaigns),
        (None, None) => {
            if !section.has("rewards") && !section.has("campaigns") {
                section.missing("rewards", "add `rewards = [...]` or `campaigns = [...]`", reader);
            }
            return None;
        }
    };
    Some(Group { span: section.span, id, members, wins })
}

fn members(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<String>>> {
    let members = filled_list(text)(field, reader)?;
    if members.len() < 2 {
        let fault = field.fault(Code::BadValue, "a group has two members at least");
        reader.push(fault.help("name another one, or remove the group"));
    }
    named_once(&members, field, "the group", reader);
    Some(members)
}

/// Reports what a list names again.
fn named_once(names: &[Spanned<String>], field: &Field<'_>, list: &str, reader: &mut Reader) {
    for (at, name) in names.iter().enumerate() {
        if names.iter().take(at).any(|other| other.value == name.value) {
            let message = format!("`{}` stands twice in {list}", shown(&name.value));
            let fault = Diagnostic::error(Code::DuplicateId, name.span, message);
            reader.push(fault.path(format!("{}[{at}]", field.path)).help("name it once"));
        }
    }
}

pub(super) fn limit(section: &Section<'_>, currency: &Spanned<String>, reader: &mut Reader) -> Limit {
    let in_each = section.read("in_each", reader, value::period);
    let over_limit = section.read("over_limit", reader, word(keys::OVER_LIMIT)).unwrap_or_default();
    let faulty_period = in_each.is_none() && section.has("in_each");
    let in_each = in_each.unwrap_or_default();
    if over_limit.value == OverLimit::PayLater && !faulty_period {
        if let Period::Lifetime | Period::Rolling { .. } = in_each.value {
            let message = format!("`pay later` has no later period to pay in: `in_each` is `{}`", in_each.value);
            let fault = Diagnostic::error(Code::BadValue, over_limit.span, message);
            let help = "write a calendar period such as `calendar year` for `in_each`, or `pay what fits`";
            reader.push(fault.path(join(&section.path, "over_limit")).help(help));
        }
    }
    let unit = section.read("unit", reader, text);
    let taken_back = section.read("taken_back", reader, word(keys::TAKEN_BACK)).unwrap_or_default();
    let counts_grants = unit.as_ref().is_some_and(|unit| unit.value == Limit::GRANTS);
    if taken_back.value == TakenBack::GivesRoom && counts_grants {
        let message = "a limit that counts grants has no amounts that could be taken back";
        let fault = Diagnostic::error(Code::BadValue, taken_back.span, message);
        let help = "remove `taken_back`, or limit an amount";
        reader.push(fault.path(join(&section.path, "taken_back")).help(help));
    }
    let referrer = Spanned::new(Per::Referrer, section.span);
    Limit {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        rewards: section.read("rewards", reader, filled_list(text)),
        campaigns: section.read("campaigns", reader, filled_list(text)),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        per: section.read("per", reader, per).unwrap_or_else(|| vec![referrer]),
        in_each,
        at_most: section.need("at_most", reader, formula).unwrap_or_default(),
        unit: unit.unwrap_or_else(|| Spanned::new(currency.value.clone(), section.span)),
        over_limit,
        taken_back,
    }
}

fn per(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<Per>>> {
    key_parts(field, keys::PER, reader)
}

/// A part of a key: one of the words, else an expression.
pub(super) fn key_part(field: &Field<'_>, words: &[(&str, Per)], reader: &mut Reader) -> Option<Spanned<Per>> {
    let key = expression(field, reader)?;
    let span = key.span;
    let word = words.iter().find(|(word, _)| *word == key.text).map(|(_, per)| per.clone());
    Some(Spanned::new(word.unwrap_or(Per::Expression(key)), span))
}

/// A list of such parts.
pub(super) fn key_parts(field: &Field<'_>, words: &[(&str, Per)], reader: &mut Reader) -> Option<Vec<Spanned<Per>>> {
    let part = |field: &Field<'_>, reader: &mut Reader| key_part(field, words, reader);
    let keys: Vec<Spanned<Per>> = filled_list(part)(field, reader)?;
    if keys.len() > LIMIT_KEYS_MAX {
        value::too_long(field, keys.len(), LIMIT_KEYS_MAX, reader);
        return None;
    }
    Some(keys)
}
