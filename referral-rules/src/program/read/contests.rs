//! Readers of contests and their prizes.
use super::field::{Field, Reader, Section, join};
use super::keys::{self, Keys};
use super::rewards::given;
use super::value::{self, conditions, day, filled_list, id, text, word};
use super::{Names, unique};
use crate::base::limits::PRIZES_MAX;
use crate::base::{Number, Period, Rounding};
use crate::diag::{Code, Diagnostic, Spanned, did_you_mean, shown};
use crate::program::CONTEST_KIND;
use crate::program::document::{Aggregate, Contest, Document, ExpressionText, Prize, Reward, Ties, Which};
use crate::program::document_rules::{Per, RewardKind};

/// Those of `[[contest]]`.
pub(super) const CONTEST: Keys = Keys {
    path: "contest",
    title: "a contest",
    keys: &["id", "by", "first_day", "last_day", "at_least", "when", "ties", "ticket_for_each", "prizes"],
};

/// Those of what places get.
pub(super) const PRIZE: Keys = Keys {
    path: "contest.prizes",
    title: "a prize",
    keys: &[
        "id",
        "place",
        "places",
        "kind",
        "unit",
        "amount",
        "rounding",
        "notify_within",
        "pay_within",
        "payable_after",
        "hold_until",
        "hold_while",
        "forfeited_after",
        "counted_from",
        "expires_after",
        "kept_alive_by",
        "label",
    ],
};

/// The words of `ties`.
pub(super) const TIES: &[(&str, Ties)] =
    &[("share", Ties::Share), ("split", Ties::Split), ("first to reach", Ties::FirstToReach)];

/// The words of keys that allow only some.
pub(super) fn words() -> Vec<(&'static str, Vec<&'static str>)> {
    fn of<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
        words.iter().map(|(word, _)| *word).collect()
    }
    vec![
        ("contest.ties", of(TIES)),
        ("contest.prizes.kind", of(RewardKind::ALL)),
        ("contest.prizes.counted_from", of(keys::COUNTED_FROM)),
        ("contest.prizes.pay_within", vec![keys::END_OF_MONTH]),
    ]
}

pub(super) fn contest(section: &Section<'_>, by_default: Spanned<Rounding>, reader: &mut Reader) -> Contest {
    let first_day = section.read("first_day", reader, day);
    let last_day = section.read("last_day", reader, day);
    if let (Some(first), Some(last)) = (first_day, last_day) {
        super::not_empty(first, last, section, reader);
    }
    let ties = section.need("ties", reader, word(TIES));
    let prizes = section.need("prizes", reader, |field, reader| prizes(field, by_default, reader)).unwrap_or_default();
    Contest {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        by: section.need("by", reader, text).unwrap_or_default(),
        first_day,
        last_day,
        at_least: section.read("at_least", reader, above_zero),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        ties: ties.unwrap_or_default(),
        ticket_for_each: section.read("ticket_for_each", reader, above_zero),
        prizes,
    }
}

fn above_zero(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Number>> {
    let number = value::number_from_zero(field, reader)?;
    if number.value == Number::ZERO {
        let fault = field.fault(Code::BadValue, format!("`{}` cannot be `0`", field.name()));
        reader.push(fault.help("write a number above 0, or remove it"));
        return None;
    }
    Some(number)
}

fn prizes(field: &Field<'_>, by_default: Spanned<Rounding>, reader: &mut Reader) -> Option<Vec<Prize>> {
    let one = |field: &Field<'_>, reader: &mut Reader| {
        let section = Section::open(field, &PRIZE, reader)?;
        prize(&section, by_default, reader)
    };
    let Some(items) = field.items() else {
        filled_list(one)(field, reader);
        return None;
    };
    if items.len() > PRIZES_MAX {
        value::too_long(field, items.len(), PRIZES_MAX, reader);
        return None;
    }
    if items.len() == 0 {
        let fault = field.fault(Code::BadValue, "a contest has one prize at least");
        reader.push(fault.help("add `{ id = \"first\", place = 1, kind = \"cash\", amount = 100 }`"));
        return None;
    }
    let paths: Vec<String> = items.map(|item| item.path.clone()).collect();
    let items = field.items()?;
    let found: Vec<Option<Prize>> = items.map(|item| one(&item, reader)).collect();
    let there: Vec<(&Prize, &String)> =
        found.iter().zip(&paths).filter_map(|(prize, path)| Some((prize.as_ref()?, path))).collect();
    for (at, (prize, path)) in there.iter().enumerate() {
        let before = there.iter().take(at).find(|(other, _)| prize.first <= other.last && other.first <= prize.last);
        if let Some((other, _)) = before {
            let place = prize.first.max(other.first);
            let message = format!("place {place} has the prize `{}` already", shown(&other.reward.id.value));
            let key = if prize.first == prize.last { "place" } else { "places" };
            let fault = Diagnostic::error(Code::BadValue, prize.span, message).path(join(path, key));
            reader.push(fault.help("give each place one prize"));
        }
    }
    Some(found.into_iter().flatten().collect())
}

fn prize(section: &Section<'_>, by_default: Spanned<Rounding>, reader: &mut Reader) -> Option<Prize> {
    let place = section.read("place", reader, place);
    let places = section.read("places", reader, places);
    let reward = prize_reward(section, by_default, reader);
    match (section.field("place"), section.field("places")) {
        (None, None) => section.missing("place", "add `place = 1`, or `places = [4, 10]`", reader),
        (Some(_), Some(both)) => {
            let fault = both.fault(Code::BadValue, "a prize has a `place` or `places`, not both");
            reader.push(fault.help("remove one of the two"));
        }
        _ => {}
    }
    let place = place.map(|place| Spanned::new((place.value, place.value), place.span));
    let found = place.or(places)?;
    Some(Prize { first: found.value.0, last: found.value.1, span: found.span, reward })
}

fn place(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<u32>> {
    let number = value::whole(field, reader)?;
    let place = u32::try_from(number.value).ok().filter(|place| (1..=1_000_000).contains(place));
    if place.is_none() {
        let fault = field.fault(Code::BadValue, format!("there is no place {}", number.value));
        reader.push(fault.help("write a whole number from 1 to 1000000"));
    }
    place.map(|place| Spanned::new(place, number.span))
}

fn places(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<(u32, u32)>> {
    let found = filled_list(place)(field, reader)?;
    match found.as_slice() {
        [first, last] if first.value <= last.value => Some(Spanned::new((first.value, last.value), field.node.span)),
        [first, last] => {
            let message = format!("the last place {} is before the first, {}", last.value, first.value);
            reader.push(field.fault(Code::BadValue, message).help("write the better place first"));
            None
        }
        _ => {
            let fault = field.fault(Code::BadValue, "`places` are two: the first place and the last one");
            reader.push(fault.help("write `places = [4, 10]`, or `place` for a single one"));
            None
        }
    }
}

/// What a place gets: a reward to the referrer whose amount is a number.
fn prize_reward(section: &Section<'_>, by_default: Spanned<Rounding>, reader: &mut Reader) -> Reward {
    let amount = section.read("amount", reader, value::number_from_zero);
    let written = |amount: Spanned<Number>| ExpressionText {
        text: amount.value.to_string(),
        span: amount.span,
        ..ExpressionText::default()
    };
    given(section, amount.map(written), by_default, reader).0
}

/// What only the whole document can tell of contests.
pub(super) fn check(document: &Document, reader: &mut Reader) {
    let contest = document.events.iter().enumerate().find(|(_, event)| event.kind.value == CONTEST_KIND);
    if let (Some((at, event)), false) = (contest, document.contests.is_empty()) {
        let message = format!("`{CONTEST_KIND}` is the kind of event that gives the prizes of contests");
        let fault = Diagnostic::error(Code::BadValue, event.kind.span, message).path(format!("event[{at}].kind"));
        reader.push(fault.help("name the kind of your own event otherwise"));
    }
    for (index, contest) in document.contests.iter().enumerate() {
        let path = |key: &str| format!("contest[{index}].{key}");
        by(document, contest, path("by"), reader);
        periods(document, contest, &path, reader);
        if contest.ties.value == Ties::Split {
            one_unit(document, contest, path("ties"), reader);
        }
    }
    let rewards = document.rewards.iter().enumerate().map(|(at, reward)| (&reward.id, format!("reward[{at}].id")));
    let prizes = document.contests.iter().enumerate().flat_map(|(index, contest)| {
        let prizes = contest.prizes.iter().enumerate();
        prizes.map(move |(at, prize)| (&prize.reward.id, format!("contest[{index}].prizes[{at}].id")))
    });
    if !document.contests.is_empty() {
        let doubled =
            |id: &Spanned<String>| document.rewards.iter().filter(|other| other.id.value == id.value).count() > 1;
        let rewards = rewards.filter(|(id, _)| !doubled(id));
        let all = rewards.chain(prizes).map(|(id, path)| (id, || path));
        unique(all, &Names { what: "rewards or prizes", key: "id" }, reader);
    }
}

/// A contest goes by what each referrer has brought in a period.
fn by(document: &Document, contest: &Contest, path: String, reader: &mut Reader) {
    let name = contest.by.value.as_str();
    if name.is_empty() {
        return;
    }
    let Some(measure) = document.measures.iter().find(|measure| measure.name.value == name) else {
        let message = format!("`{}` is not a measure of this document", shown(name));
        let fault = Diagnostic::error(Code::UnknownReference, contest.by.span, message).path(path);
        let names = document.measures.iter().map(|measure| measure.name.value.as_str());
        let help = did_you_mean(name, names);
        return reader.push(fault.help(help.unwrap_or_else(|| "declare it under `[measures]`".to_owned())));
    };
    let per_referrer = matches!(measure.per.as_slice(), [only] if only.value == Per::Referrer);
    let (what, help) = if !per_referrer {
        ("is not of each referrer", "go by a measure with `per = \"referrer\"`")
    } else if !matches!(measure.is.value, Aggregate::Count | Aggregate::Sum | Aggregate::Distinct) {
        ("has nothing of which one could have most", "go by a measure that is a `count`, a `sum` or `distinct`")
    } else if measure.which.value == Which::Previous {
        ("is of the period before", "go by a measure without `which`")
    } else if matches!(measure.in_each.value, Period::Rolling { .. }) {
        ("has no period that ends", "go by a measure in a calendar period, such as `calendar quarter`")
    } else {
        return;
    };
    let fault = Diagnostic::error(Code::BadValue, contest.by.span, format!("the measure `{}` {what}", shown(name)));
    reader.push(fault.path(path).help(help));
}

/// Over the lifetime a contest ends with a day, and begins with the first event.
fn periods(document: &Document, contest: &Contest, path: &dyn Fn(&str) -> String, reader: &mut Reader) {
    let measure = document.measures.iter().find(|measure| measure.name.value == contest.by.value);
    let Some(in_each) = measure.map(|measure| measure.in_each.value) else { return };
    if in_each == Period::Lifetime {
        if contest.last_day.is_none() {
            let message = format!("the measure `{}` has no period that ends", shown(&contest.by.value));
            let fault = Diagnostic::error(Code::MissingKey, contest.span, message).path(path("last_day"));
            reader.push(fault.help("add `last_day`, or go by a measure with `in_each`"));
        }
        if let Some(first) = contest.first_day {
            let message = format!("the measure `{}` counts from the beginning", shown(&contest.by.value));
            let fault = Diagnostic::error(Code::BadValue, first.span, message).path(path("first_day"));
            reader.push(fault.help("remove `first_day`, and say in the measure's `when` from when on it counts"));
        }
        return;
    }
    let (Some(first), Some(last)) = (contest.first_day, contest.last_day) else { return };
    let begins = if in_each.first_day(first.value) == first.value {
        Some(first.value)
    } else {
        in_each.next_first_day(first.value)
    };
    let ends = begins.and_then(|day| in_each.next_first_day(day)).and_then(|next| next.checked_add_days(-1));
    if first.value <= last.value && ends.is_none_or(|ends| ends > last.value) {
        let message = format!("no {in_each} lies between `{}` and `{}`", first.value, last.value);
        let fault = Diagnostic::error(Code::EmptyWindow, last.span, message).path(path("last_day"));
        reader.push(fault.help("write a last day by which the first period has ended"));
    }
}

/// Only what is of one kind and unit can be added and divided.
fn one_unit(document: &Document, contest: &Contest, path: String, reader: &mut Reader) {
    let currency = document.currency.value.as_str();
    let of = |prize: &Prize| (prize.reward.kind.value.word(), prize.reward.unit_name(currency).to_owned());
    let Some(first) = contest.prizes.first().map(of) else { return };
    let Some(other) = contest.prizes.iter().find(|prize| of(prize) != first) else { return };
    let (kind, unit) = of(other);
    let message = format!(
        "prizes cannot be added and divided: one is {} in `{}`, the prize `{}` is {kind} in `{}`",
        first.0,
        shown(&first.1),
        shown(&other.reward.id.value),
        shown(&unit)
    );
    let fault = Diagnostic::error(Code::UnitMismatch, contest.ties.span, message).path(path);
    reader.push(fault.help("give all prizes one kind and unit, or write `ties = \"share\"`"));
}
