//! One building block of a document each: clock events, ladders, requirements, rewards, campaigns, limits.
use super::Shape;
use super::draw::Draw;
use super::forms::NOT_FOR_LADDERS;
use super::moments::{day, day_text};
use super::plan::{LimitPlan, ROUNDINGS, RewardPlan, VersionPlan, length};
use std::fmt::Write;

/// Clock events: the kind, the kind that it follows, the kinds that call it off.
const CLOCKS: [(&str, &str, &str); 8] = [
    ("expired", "submitted", "\"qualified\", \"lost\", \"disqualified\""),
    ("check-in", "qualified", ""),
    ("anniversary", "closed", "\"disqualified\""),
    ("reminder", "payment", "\"install\""),
    ("echo", "reminder", ""),
    ("follow-up", "check-in", "\"closed\""),
    ("nurture", "opportunity", ""),
    ("lapse", "submitted", "\"payment\""),
];

pub(super) fn clock(version: &mut VersionPlan, draw: &mut Draw<'_>) {
    let clock = draw.one_of(&CLOCKS);
    // What a chain starts from comes with it.
    let before = CLOCKS.iter().find(|before| before.0 == clock.1);
    for (kind, from, unless) in before.copied().into_iter().chain([clock]) {
        if version.clocks.contains(&kind) {
            continue;
        }
        let after = length(draw);
        let _ = write!(version.text, "[[event]]\nkind = \"{kind}\"\nafter = \"{after}\"\nfrom = \"{from}\"\n");
        if !unless.is_empty() && !draw.once_in(3) {
            let _ = writeln!(version.text, "unless = [{unless}]");
        }
        version.clocks.push(kind);
        version.kinds.push(kind);
    }
}

/// When levels go up and down; some ladders cannot be looked at when a period begins.
fn moves(version: &mut VersionPlan, draw: &mut Draw<'_>, only_at_events: bool) {
    let periods = ["day", "calendar week", "calendar month", "calendar quarter", "year from 02-10", "at once"];
    let up = if only_at_events { "at once" } else { draw.one_of(&periods) };
    let down = draw.one_of(&["never", "never", "at once", "day", "calendar month", "calendar half"]);
    let down = if only_at_events { "never" } else { down };
    let _ = write!(version.text, "goes_up = \"{up}\"\ngoes_down = \"{down}\"\n");
}

pub(super) fn ladder(version: &mut VersionPlan, draw: &mut Draw<'_>, shape: &Shape) {
    let first = version.ladders.is_empty();
    if version.ladders.len() >= 2 {
        return;
    }
    let name = if first { "tier" } else { "rank" };
    let mut by = draw.one_of(&["qualified_count", "submitted_count", "closed_count", "opportunity_count"]);
    if !version.measures.is_empty() && draw.once_in(3) {
        by = Some(draw.one_of(&version.measures)).filter(|by| !NOT_FOR_LADDERS.contains(by)).unwrap_or(by);
    }
    let levels = draw.one_of(&[
        "{ name = \"bronze\", at_least = 1 }, { name = \"silver\", at_least = 2 }, { name = \"gold\", at_least = 4 }",
        "{ name = \"bronze\", at_least = 0 }, { name = \"silver\", at_least = 3 }",
        "{ name = \"silver\", at_least = 2 }",
        "{ name = \"bronze\", at_least = 1 }, { name = \"silver\", when = \"closed_count >= 1 && referrer.status == 'paying'\" }",
        "{ name = \"bronze\", at_least = 0 }, { name = \"silver\", at_least = 2, when = \"referral.score > 0.5\" }",
    ]);
    let this_event = draw.one_of(&["counts", "does not count"]);
    let taken_at = draw.one_of(&["", "event", "submitted", "qualified", "closed"]);
    let _ = write!(
        version.text,
        "[[tiers]]\nname = \"{name}\"\nby = \"{by}\"\nlevels = [{levels}]\nthis_event = \"{this_event}\"\n"
    );
    if !taken_at.is_empty() {
        let _ = writeln!(version.text, "taken_at = \"{taken_at}\"");
    }
    if !shape.ahead && draw.once_in(2) {
        moves(version, draw, levels.contains("when") || by == "everybody");
    }
    if first {
        let rows = if levels.contains("bronze") { "bronze = 200\n" } else { "" };
        let otherwise = if draw.once_in(2) { "otherwise = 12.345\n" } else { "" };
        let _ = write!(version.text, "[tables.credit]\nby = \"tier\"\n{rows}silver = 250.5\n{otherwise}");
    }
    version.ladders.push(name);
}

/// What refuses both sides: it depends on who was accepted before.
const CIRCLE: &str = "\"!referral.closes_circle\"";

/// What is judged at an event, or as long as something is not paid.
fn later_requirement(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize) {
    let judged_at = draw.one_of(&[
        "\"qualified\"",
        "\"payment\"",
        "[\"closed\", \"payment\"]",
        "[\"qualified\", \"opportunity\", \"install\"]",
        "\"payable\"",
        "\"submitted\"",
    ]);
    let by_facts = ["\"payable\"", "\"submitted\""].contains(&judged_at);
    let require = if by_facts {
        draw.one_of(&["\"!referrer.open_dispute\"", "\"referrer.status == 'paying'\"", SCORE])
    } else {
        draw.one_of(&[
            "\"event.amount > 1\"",
            "[\"referrer.status == 'paying'\", \"event.kind != 'closed' || has(referral.qualified_at)\"]",
            "\"days_between(referral.submitted_at, event.at) <= 20\"",
            "\"referral.channel != 'link'\"",
            "\"has(referral.install_at) || event.kind != 'payment'\"",
        ])
    };
    let failing = draw.one_of(&["disqualify", "nurture", "ignore event", "hold", "flag"]);
    let on_failure = if by_facts { "hold" } else { failing };
    let review = match on_failure == "hold" && (judged_at == "\"submitted\"" || draw.once_in(2)) {
        true => draw.one_of(&REVIEWS),
        false => "",
    };
    let _ = write!(
        version.text,
        "[[validity]]\ncode = \"c{at}\"\nrequire = {require}\nmessage = \"requirement {at}\"\njudged_at = {judged_at}\non_failure = \"{on_failure}\"\n{review}"
    );
}

/// A sum of weighted signals.
const SCORE: &str = "\"(referral.channel in lists.asked ? 30 : 0) + (referrer.open_dispute ? 30.5 : 0) < 60\"";

/// What decides about what is held.
const REVIEWS: [&str; 3] = [
    "reviewed_by = \"install\"\nreleased_when = \"event.amount > 1\"\nvoided_when = \"event.plan == 'basic'\"\n",
    "reviewed_by = [\"payment\", \"closed\"]\nvoided_when = \"event.amount > 500\"\n",
    "reviewed_by = \"payment\"\nreleased_when = [\"has(event.plan)\", \"event.seats > 0\"]\n",
];

/// Measures over submissions: the name, what they are, and what a requirement asks of them.
const PACES: [(&str, &str, &str); 5] = [
    ("pace", "is = \"count\"\nin_each = \"2 days\"\n", "pace < 2"),
    ("monthly", "is = \"count\"\nin_each = \"calendar month\"\n", "monthly < 3 && !referral.closes_circle"),
    ("sizes", "is = \"sum\"\nof = \"referee.employees\"\ndisqualified = \"kept\"\n", "sizes < 200"),
    ("by_channel", "is = \"count\"\nper = [\"referrer\", \"referral.channel\"]\n", "by_channel <= 1"),
    ("everywhere", "is = \"count\"\nper = \"referral.channel\"\nin_each = \"day\"\n", "everywhere < 2"),
];

/// What asks of the submissions before.
fn requirement_before(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize, shape: &Shape) {
    let measures = if shape.program_wide { &PACES[..] } else { &PACES[..4] };
    let (name, measure, asked) = draw.one_of(measures);
    let open = draw.one_of(&["open_count < 1", "open_count < 3"]);
    let require = if shape.ahead || draw.once_in(3) { open } else { asked };
    let header = format!("[measures.{name}]\n");
    if require == asked && !version.text.contains(&header) {
        let _ = writeln!(version.text, "{header}{measure}on = \"submitted\"");
    }
    let _ =
        write!(version.text, "[[fraud]]\ncode = \"c{at}\"\nrequire = \"{require}\"\nmessage = \"requirement {at}\"\n");
}

pub(super) fn requirement(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize, shape: &Shape) {
    if !shape.ahead && draw.once_in(3) {
        return later_requirement(version, draw, at);
    }
    if draw.once_in(4) {
        return requirement_before(version, draw, at, shape);
    }
    let (heading, require) = draw.one_of(&[
        ("eligibility", "\"days_between(referrer.customer_since, referral.submitted_at) >= 90\""),
        ("eligibility", "[\"referrer.status in ['paying', 'trial']\", \"!referrer.open_dispute\"]"),
        ("validity", "\"referee.employees >= data.rates.size\""),
        ("validity", "[\"referee.industry != 'health'\", \"!referral.in_crm\"]"),
        ("fraud", "\"referrer.id != referee.id\""),
        ("validity", "\"is_email(referee.email) && !(domain(referee.email) in lists.public_mail)\""),
        ("validity", "\"has(referee.domain) || referral.score > 0.5\""),
        ("fraud", "\"referral.channel != 'spam'\""),
        ("fraud", "\"!(referral.channel in lists.asked)\""),
        ("fraud", if shape.claims { CIRCLE } else { "\"referral.channel != 'form'\"" }),
        ("fraud", if shape.claims { CIRCLE } else { "\"referral.channel != 'link'\"" }),
    ]);
    let refuses = draw.one_of(&["both", "referrer", "referee"]);
    let refuses = if require == CIRCLE { "both" } else { refuses };
    let outcome = match require != CIRCLE && draw.once_in(8) {
        true => "on_failure = \"flag\"".to_owned(),
        false => format!("refuses = \"{refuses}\""),
    };
    let _ = write!(
        version.text,
        "[[{heading}]]\ncode = \"c{at}\"\nrequire = {require}\nmessage = \"requirement {at}\"\n{outcome}\n"
    );
}

/// Amounts that need nothing but the event, with ties for every rounding, tiny ones, ones that fault.
const AMOUNTS: [&str; 22] = [
    "\"converted(event.amount, 'EUR', 'USD', event.at)\"",
    "100",
    "\"by_seats[event.seats]\"",
    "\"by_bands('by_seats', event.amount / 7)\"",
    "0.125",
    "33.335",
    "0",
    "2.5",
    "0.004",
    "20_000",
    "\"20% * event.amount\"",
    "\"max(25, data.rates.share * event.amount)\"",
    "\"event.amount / 7\"",
    "\"round_to(event.amount, 2.5)\"",
    "\"10% * net + fee\"",
    "\"event.amount / event.seats\"",
    "\"plans[event.plan].fee\"",
    "\"by_count[qualified_count]\"",
    "\"100 - qualified_count * 30\"",
    "\"days_between(referral.submitted_at, event.at) * 1.5\"",
    "\"plans[event.plan].seats * event.seats * 0.5\"",
    "\"9000000000000 * submitted_count * submitted_count * 1000\"",
];

const CONDITIONS: [&str; 16] = [
    "",
    "\"event.amount > 100\"",
    "\"in_first(event.at, '1 months', referral.submitted_at)\"",
    "\"within(event.at, '20 days', referral.closed_at)\"",
    "\"large && net < 500\"",
    "\"referee.industry == 'finance'\"",
    "\"event.at < months_after(12, referral.closed_at)\"",
    "\"submitted_count <= 3\"",
    "[\"closed_count >= 1\", \"referral.channel != 'form'\"]",
    "\"has(event.amount)\"",
    "\"event.plan == 'pro' || referral.in_crm\"",
    "\"mod(qualified_count, 2) == 0\"",
    "\"referrer.status == 'paying'\"",
    "\"days_between(referral.submitted_at, event.at) <= 30\"",
    "\"has(referral.install_at) && referral.payment_at <= event.at\"",
    "\"!has(referral.disqualified_at) && !has(referral.lost_at)\"",
];

fn amount(version: &VersionPlan, draw: &mut Draw<'_>) -> String {
    let earlier = version.rewards.last().map(|reward| reward.id.clone());
    match draw.below(6) {
        3 if !version.measures.is_empty() => format!("\"10 + {} * 3\"", draw.one_of(&version.measures)),
        4 if !version.ladders.is_empty() => "\"credit[tier]\"".to_owned(),
        5 => match (draw.below(3), earlier) {
            (0, Some(id)) => format!("\"granted('{id}') / 2\""),
            (1, Some(id)) => format!("\"1000 - granted('{id}')\""),
            (_, Some(id)) => format!("\"event.amount - granted('{id}') * 0.5\""),
            (_, None) => "50".to_owned(),
        },
        _ => draw.one_of(&AMOUNTS).to_owned(),
    }
}

fn condition(version: &VersionPlan, draw: &mut Draw<'_>) -> String {
    match draw.below(8) {
        5 if !version.ladders.is_empty() => "\"tier == 'silver'\"".to_owned(),
        7 if !version.measures.is_empty() => format!("\"{} >= 2\"", draw.one_of(&version.measures)),
        6 => version.rewards.first().map_or_else(String::new, |reward| format!("\"granted('{}') > 0\"", reward.id)),
        0..=3 => String::new(),
        4 if version.claims && draw.once_in(4) => "\"referrer.recruiter != 'a0'\"".to_owned(),
        _ => draw.one_of(&CONDITIONS).to_owned(),
    }
}

/// One kind of event, sometimes two.
fn kinds_of_reward(version: &VersionPlan, draw: &mut Draw<'_>) -> String {
    let (one, two) = (draw.one_of(&version.kinds), draw.one_of(&version.kinds));
    if one != two && draw.once_in(5) { format!("[\"{one}\", \"{two}\"]") } else { format!("\"{one}\"") }
}

/// A running total, and what its id ends with: under one id it is the same in all versions.
fn total(measures: &[&'static str], unit: &str, draw: &mut Draw<'_>) -> (String, String) {
    let per = draw.one_of(&[
        ("n", ""),
        ("f", "total_per = \"referral\""),
        ("c", "total_per = [\"referrer\", \"referral.channel\"]"),
        ("r", "total_per = \"referrer\""),
    ]);
    let in_each = draw.one_of(&[
        ("l", ""),
        ("m", "total_in = \"calendar month\""),
        ("y", "total_in = \"year from 04-01\""),
        ("d", "total_in = \"day\""),
    ]);
    let mut total = draw
        .one_of(&[
            "qualified_count * 33.335",
            "by_bands('by_seats', qualified_count * 2)",
            "event.amount",
            "event.seats * 25",
            "100 - closed_count * 40",
            "event.seats * 25 - 10",
            "event.amount / 3",
        ])
        .to_owned();
    if !measures.is_empty() && draw.once_in(2) {
        total = format!("{} * 1.5", draw.one_of(measures));
    }
    let text = format!("total = \"{total}\"\n{}\n{}\n", per.1, in_each.1);
    (text, format!("{}{}-{}", per.0, in_each.0, unit.to_lowercase()))
}

pub(super) fn reward(
    version: &mut VersionPlan,
    draw: &mut Draw<'_>,
    at: usize,
    number: usize,
    currency: &'static str,
    shape: &Shape,
) {
    let mut id = format!("r{at}");
    // Who recruited a referrer is told by referrals of others, as whose a referee is.
    let to =
        if version.claims && draw.once_in(7) { "recruiter" } else { draw.one_of(&["referrer", "referrer", "referee"]) };
    let mut on = kinds_of_reward(version, draw);
    let amount = amount(version, draw);
    let when = condition(version, draw);
    // A later version may pay the same reward in another unit.
    let turn = if number > 0 && draw.once_in(8) { 1 } else { 0 };
    let other = if currency == "JPY" { "USD" } else { "JPY" };
    let kinds = [
        ("cash", currency, ""),
        ("account-credit", currency, ""),
        ("cash", other, other),
        ("discount", "percent", "percent"),
        ("points", "points", ""),
        ("units", "gb", "gb"),
        ("perk", "item", ""),
        ("cash", currency, ""),
        ("gift-card", currency, ""),
    ];
    let choice = draw.below(kinds.len()).saturating_add(turn);
    let (kind, unit, written) = kinds.get(choice).copied().unwrap_or(("cash", currency, ""));
    let amount_in = draw.one_of(&["", "", "", "", "\"EUR\"", "\"USD\"", "\"event.plan == 'pro' ? 'JPY' : 'EUR'\""]);
    let amount_in = if ["cash", "account-credit", "gift-card"].contains(&kind) { amount_in } else { "" };
    let by_total = amount_in.is_empty() && draw.once_in(5) && !shape.ahead;
    let (total, ending) = total(&version.measures, unit, draw);
    if by_total {
        // Totals rise and fall where much happens.
        if draw.once_in(2) && on.starts_with('"') && !on.contains("payment") {
            on = format!("[{on}, \"payment\"]");
        }
        let to = if to == "referee" { "e" } else { "" };
        id = format!("t{at}-{ending}{to}");
    }
    // What is given once is given for the same in all versions.
    let once = draw.one_of(&[
        ("", ""),
        ("", ""),
        ("", ""),
        ("f", "\"referral\""),
        ("f", "\"referral\""),
        ("r", "\"referrer\""),
        ("c", "[\"referrer\", \"referral.channel\"]"),
        ("s", "[\"referral\", \"event.seats\"]"),
    ]);
    let once = if by_total { ("", "") } else { once };
    if !once.0.is_empty() {
        id = format!("o{at}-{}", once.0);
    }
    // What a running total is kept by is the same in all versions.
    let named = !by_total && !shape.ahead && draw.once_in(8);
    let to = if named { draw.one_of(&["referral.channel", "referee.email", "event.plan"]) } else { to };
    let written_to = if named { format!("{{ account = \"{to}\" }}") } else { format!("\"{to}\"") };
    let text = &mut version.text;
    let _ = write!(text, "[[reward]]\nid = \"{id}\"\nto = {written_to}\non = {on}\nkind = \"{kind}\"\n");
    if !once.1.is_empty() {
        let _ = writeln!(text, "once_per = {}", once.1);
    }
    if !written.is_empty() {
        let _ = writeln!(text, "unit = \"{written}\"");
    }
    if !amount_in.is_empty() {
        let _ = writeln!(text, "amount_in = {amount_in}");
    }
    if by_total {
        text.push_str(&total);
    } else if kind != "perk" || draw.once_in(2) {
        let _ = writeln!(text, "amount = {amount}");
    }
    let below_zero = draw.one_of(&["", "", "", "\"take back\"", "\"give nothing\""]);
    let below_zero = if shape.ahead { "" } else { below_zero };
    let optional = [
        ("when", when),
        (
            "as_long_as",
            draw.one_of(&[
                "",
                "",
                "",
                "\"event.amount > 50\"",
                "\"event.plan == 'pro' || referral.in_crm\"",
                "[\"event.seats > 1\", \"submitted_count < 4\"]",
            ])
            .to_owned(),
        ),
        ("below_zero", if by_total && !draw.once_in(3) { "\"take back\"" } else { below_zero }.to_owned()),
        ("at_least", draw.one_of(&["", "", "", "25", "0.5", "\"referral.score\""]).to_owned()),
        ("at_most", draw.one_of(&["", "", "", "500", "100.005", "\"event.amount\""]).to_owned()),
        ("rounding", draw.one_of(&["", "", "\"half even\"", "\"up\"", "\"down\"", "\"half down\""]).to_owned()),
        ("notify_within", draw.one_of(&["", "\"24 hours\"", "\"2 business days\""]).to_owned()),
        ("pay_within", draw.one_of(&["", "\"5 business days\"", "\"end of month\"", "\"30 days\""]).to_owned()),
        (
            "payable_after",
            draw.one_of(&["", "\"30 days\"", "\"1 months\"", "\"48 hours\"", "\"3 business days\""]).to_owned(),
        ),
        ("hold_until", draw.one_of(&["", "", "", "\"closed\"", "\"payment\""]).to_owned()),
        ("expires_after", draw.one_of(&["", "", "", "\"90 days\"", "\"1 months\"", "\"6 weeks\""]).to_owned()),
        ("hold_while", draw.one_of(&["", "", "", "\"referrer.open_dispute\"", "\"referral.score < 0.5\""]).to_owned()),
    ];
    for (key, value) in optional.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "{key} = {value}");
    }
    if optional.iter().any(|(key, value)| *key == "hold_until" && !value.is_empty()) && draw.once_in(2) {
        let _ = writeln!(text, "forfeited_after = {}", draw.one_of(&["\"20 days\"", "\"1 months\"", "\"48 hours\""]));
    }
    let counted_from = draw.one_of(&["", "", "release", "event"]);
    if !counted_from.is_empty() {
        let _ = writeln!(text, "counted_from = \"{counted_from}\"");
    }
    let expires = optional.iter().any(|(key, value)| *key == "expires_after" && !value.is_empty());
    if expires && draw.once_in(2) {
        let kinds = draw.one_of(&["\"payment\"", "[\"qualified\", \"payment\"]", "[\"submitted\"]"]);
        let _ = writeln!(text, "kept_alive_by = {kinds}");
    }
    let asks_granted =
        by_total || optional.iter().any(|(_, value)| value.contains("granted(")) || amount.contains("granted(");
    version.rewards.push(RewardPlan { id, unit, to_referrer: to == "referrer", to, asks_granted });
}

/// Some of the names, the first at least; `None` for all by default.
fn some(draw: &mut Draw<'_>, names: Vec<String>) -> Option<Vec<String>> {
    if names.is_empty() || draw.once_in(2) {
        return None;
    }
    let first = draw.below(names.len());
    let more = draw.below(3);
    let mut out: Vec<String> = names.iter().skip(first).take(1).cloned().collect();
    out.extend(names.into_iter().take(more).enumerate().filter(|(at, _)| *at != first).map(|(_, name)| name));
    Some(out)
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

pub(super) fn campaign(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize, shape: &Shape) {
    let id = format!("c{at}");
    let first = day(draw);
    let long = draw.one_of(&[365, 400, 30, 0, 1]);
    let last = first.checked_add_days(long).unwrap_or(first);
    let names = version.rewards.iter().map(|reward| reward.id.clone()).collect();
    let rewards = some(draw, names);
    let text = &mut version.text;
    let (first, last) = (day_text(first, shape.shift_days), day_text(last, shape.shift_days));
    let _ = write!(text, "[[campaign]]\nid = \"{id}\"\nfirst_day = {first}\nlast_day = {last}\n");
    if let Some(rewards) = rewards {
        let _ = writeln!(text, "rewards = [{}]", quoted(&rewards));
    }
    let operators = draw.below(7).saturating_add(1);
    let optional = [
        ("reward_times", if operators & 1 != 0 { draw.one_of(&["2", "1.5", "0.333", "\"event.seats\""]) } else { "" }),
        (
            "reward_plus",
            if operators & 2 != 0 {
                draw.one_of(&["50", "0.005", "\"qualified_count * -20\"", "\"event.amount / 3\""])
            } else {
                ""
            },
        ),
        ("reward_instead", if operators & 4 != 0 { draw.one_of(&["500", "0", "99.995"]) } else { "" }),
        ("rounding", ""),
        ("counts_if_in_window", draw.one_of(&["", "\"event\"", "\"qualified\"", "\"closed\""])),
        ("when", draw.one_of(&["", "", "\"referee.industry == 'finance'\"", "\"event.amount > 100\""])),
    ];
    for (key, value) in optional.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "{key} = {value}");
    }
    if draw.once_in(2) {
        let _ = writeln!(text, "rounding = \"{}\"", draw.one_of(&ROUNDINGS));
    }
    version.campaigns.push(id);
}

pub(super) fn limit(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize, currency: &'static str, shape: &Shape) {
    let id = format!("l{at}");
    let in_unit = |unit: &str| -> Vec<String> {
        version.rewards.iter().filter(|reward| reward.unit == unit).map(|reward| reward.id.clone()).collect()
    };
    let counts = draw.once_in(4);
    let units: Vec<&'static str> = version.rewards.iter().map(|reward| reward.unit).collect();
    let unit = if counts { "grants" } else { draw.one_of(&units) };
    let unit = if unit.is_empty() { currency } else { unit };
    let names = if counts { version.rewards.iter().map(|reward| reward.id.clone()).collect() } else { in_unit(unit) };
    let mut rewards = some(draw, names.clone());
    let by_default = version.rewards.iter().any(|reward| reward.to_referrer && reward.unit == unit);
    if rewards.is_none() && !counts && !by_default {
        if names.is_empty() {
            return;
        }
        rewards = Some(names);
    }
    let mut keys: Vec<&[&'static str]> = vec![
        &["referrer"],
        &["referral"],
        &["referrer", "reward"],
        &["referrer", "campaign"],
        &["referrer", "referral.channel"],
        &["referral", "event.plan"],
    ];
    if shape.program_wide {
        let wide: [&[&'static str]; 6] =
            [&["program"], &["program"], &["referee"], &["campaign"], &["referral.channel"], &["event.plan", "reward"]];
        keys.extend(wide);
    }
    let at_key = draw.below(keys.len());
    let per: Vec<&'static str> = keys.get(at_key).map_or_else(|| vec!["referrer"], |per| per.to_vec());
    let in_each = draw.one_of(&[
        "lifetime",
        "calendar month",
        "week from wed",
        "day",
        "calendar quarter",
        "calendar half",
        "calendar year",
        "year from 04-01",
        "30 days",
        "1 days",
    ]);
    let over_limit = draw.one_of(&["pay what fits", "pay later", "pay nothing", "pay later"]);
    let endless = ["lifetime", "30 days", "1 days"].contains(&in_each);
    let over_limit = if over_limit == "pay later" && (endless || shape.ahead) { "pay what fits" } else { over_limit };
    // What must look only ahead has one bound.
    let asked = ["", "", "", "2 * submitted_count", "qualified_count * 150 / 7", "event.amount"];
    let asked = if shape.ahead { "" } else { draw.one_of(&asked) };
    let at_most =
        if counts { draw.one_of(&["1", "2", "3", "0"]) } else { draw.one_of(&["100", "150", "1", "250", "1000", "0"]) };
    // No law holds a bound that each event is asked for.
    let (bound, at_most) = match asked {
        "" => (at_most.to_owned(), at_most),
        asked => (format!("\"{asked}\""), "9000000000000000"),
    };
    let kind = match draw.below(4) {
        3 => Some(draw.one_of(&version.kinds)),
        _ => None,
    };
    let campaigns: Vec<String> =
        if draw.once_in(4) { version.campaigns.iter().take(2).cloned().collect() } else { Vec::new() };
    let text = &mut version.text;
    let _ = write!(
        text,
        "[[limit]]\nid = \"{id}\"\nper = [{}]\nin_each = \"{in_each}\"\nat_most = {bound}\nunit = \"{unit}\"\nover_limit = \"{over_limit}\"\n",
        per.iter().map(|key| format!("\"{key}\"")).collect::<Vec<_>>().join(", ")
    );
    if let Some(rewards) = &rewards {
        let _ = writeln!(text, "rewards = [{}]", quoted(rewards));
    }
    if !campaigns.is_empty() {
        let _ = writeln!(text, "campaigns = [{}]", quoted(&campaigns));
    }
    if let Some(kind) = kind {
        let _ = writeln!(text, "when = \"event.kind == '{kind}'\"");
    }
    let gives_room = !counts && draw.once_in(3);
    if gives_room {
        let _ = writeln!(text, "taken_back = \"gives room\"");
    }
    version.limits.push(LimitPlan {
        id,
        rewards,
        campaigns,
        kind,
        per,
        in_each,
        at_most,
        unit,
        over_limit,
        gives_room,
    });
}
