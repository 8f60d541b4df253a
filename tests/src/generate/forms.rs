//! More building blocks of a document: implied stages, measures, groups.
use super::Shape;
use super::draw::Draw;
use super::plan::VersionPlan;
use std::fmt::Write;

/// Kinds that imply stages on the way.
pub(super) fn implied(version: &mut VersionPlan, draw: &mut Draw<'_>) {
    let implied = draw.one_of(&[
        "",
        "",
        "[[event]]\nkind = \"closed\"\nimplies = [\"qualified\"]\n",
        "[[event]]\nkind = \"closed\"\nimplies = [\"qualified\", \"opportunity\"]\n",
        "[[event]]\nkind = \"opportunity\"\nimplies = [\"qualified\"]\n",
    ]);
    version.text.push_str(implied);
}

/// How long claims hold, and which of several has the credit, or shares in it.
pub(super) fn claims(text: &mut String, draw: &mut Draw<'_>, shape: &Shape) {
    let lasts = draw.one_of(&["", "90 days", "30 days", "1 months", "1 days"]);
    if !lasts.is_empty() {
        let _ = writeln!(text, "claim_lasts = \"{lasts}\"");
        let prolonged = draw.one_of(&["", "\"qualified\", \"payment\"", "\"opportunity\", \"install\""]);
        if !prolonged.is_empty() {
            let length = draw.one_of(&["30 days", "1 days", "1 months"]);
            let _ = write!(text, "prolonged_by = [{prolonged}]\nprolonged_for = \"{length}\"\n");
        }
    }
    let released = draw.one_of(&["", "\"disqualified\", \"lost\"", "\"expired\", \"payment\"", "\"install\""]);
    if !released.is_empty() {
        let _ = writeln!(text, "released_by = [{released}]");
    }
    let order = draw.one_of(&["first claim", "first claim", "last claim", "best claim"]);
    if order == "first claim" {
        // Those who share have referrers of their own.
        let shared = draw.one_of(&[
            "",
            "shares = [\"60%\", \"40%\"]\n",
            "shares = [\"100%\", \"20%\"]\n",
            "shared_equally_by = 3\n",
        ]);
        if shape.program_wide && !shape.ahead {
            text.push_str(shared);
        }
        return;
    }
    let _ = writeln!(text, "credit_goes_to = \"{order}\"");
    if order == "best claim" {
        let rank =
            draw.one_of(&["referee.employees", "0 - referee.employees / 7", "referral.channel == 'link' ? 1 : 2"]);
        let _ = writeln!(text, "rank = \"{rank}\"");
    }
    let locks = draw.one_of(&["", "\"qualified\"", "\"opportunity\", \"payment\""]);
    if !locks.is_empty() {
        let _ = writeln!(text, "locks_on = [{locks}]");
    }
}

/// Payout rules, and a requirement at each payout.
pub(super) fn payouts(version: &mut VersionPlan, draw: &mut Draw<'_>) {
    if draw.once_in(2) {
        return;
    }
    let days = ["15", "\"last day\"", "[1, 16]", "\"fri\"", "\"15 days after calendar month\"", "\"every day\""];
    for at in 0..draw.below(2).saturating_add(1) {
        let _ = write!(version.text, "[[payout]]\nid = \"p{at}\"\non_day = {}\n", draw.one_of(&days));
        let optional = [
            ("day_off", draw.one_of(&["", "\"as it is\"", "\"business day before\""])),
            ("cut_off", draw.one_of(&["", "", "\"5 days\"", "\"10 business days\"", "\"1 months\""])),
            ("at_least", draw.one_of(&["", "", "100", "\"payout.paid_in_year > 0 ? 1 : 250\""])),
            ("fee", draw.one_of(&["", "", "1", "\"max(2, 2.5% * payout.amount)\"", "\"payout.amount / 7\""])),
        ];
        for (key, value) in optional.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(version.text, "{key} = {value}");
        }
        let named = draw.below(version.rewards.len().saturating_add(1));
        if let Some(reward) = version.rewards.get(named).filter(|reward| !reward.unit.is_empty()) {
            let _ = write!(version.text, "rewards = [\"{}\"]\nunit = \"{}\"\n", reward.id, reward.unit);
        }
    }
    let require = draw.one_of(&["", "payee.status == 'paying'", "payout.amount < 500", "qualified_count > 1"]);
    let on_failure = draw.one_of(&["hold", "flag"]);
    if !require.is_empty() {
        let _ = write!(
            version.text,
            "[[eligibility]]\ncode = \"gate\"\nrequire = \"{require}\"\nmessage = \"not yet\"\njudged_at = \"each payout\"\n\
             on_failure = \"{on_failure}\"\n"
        );
    }
}

/// Rows, and conditions, sums and breakdowns of them.
type MetricRows = (&'static str, [&'static str; 3], [&'static str; 2], [&'static str; 3]);

/// Rows of metrics, each with conditions, sums and breakdowns of its own.
const ROWS: [MetricRows; 4] = [
    (
        "referrals",
        ["referral.accepted", "referral.stage == 'closed'", "has(referral.qualified_at)"],
        ["referee.employees", "referral.score / 7"],
        ["\"month\"", "[\"cohort\", \"referral.stage\"]", "[\"campaign\", \"referee.industry\"]"],
    ),
    (
        "events",
        ["event.kind == 'payment'", "event.amount > 10", "referral.stage != 'lost'"],
        ["event.amount", "event.seats"],
        ["[\"month\", \"cohort\"]", "\"event.plan\"", "[\"event.kind\", \"campaign\"]"],
    ),
    (
        "entries",
        ["entry.amount > 0", "entry.state in ['held', 'payable']", "entry.party == 'referrer'"],
        ["entry.amount", "entry.amount / 3"],
        ["\"month\"", "[\"entry.reward\", \"cohort\"]", "[\"campaign\", \"entry.state\"]"],
    ),
    (
        "accounts",
        ["referrer.status == 'paying'", "submitted_count >= 1", "closed_count > 0"],
        ["submitted_count", "qualified_count"],
        ["\"referrer.status\"", "\"submitted_count\"", "[\"referrer.customer_since\", \"referrer.id\"]"],
    ),
];

/// Metrics, and what referrers see of them.
pub(super) fn metrics(version: &mut VersionPlan, draw: &mut Draw<'_>) {
    if draw.once_in(2) {
        return;
    }
    let mut dated = Vec::new();
    for at in 0..draw.below(3).saturating_add(1) {
        let (over, conditions, sums, breakdowns) = draw.one_of(&ROWS);
        let mut figure = |version: &mut VersionPlan, key: &str| {
            let what = if draw.once_in(2) {
                format!("count = \"{over}\"")
            } else {
                format!("sum = \"{}\", over = \"{over}\"", draw.one_of(&sums))
            };
            let when =
                if draw.once_in(2) { format!(", when = \"{}\"", draw.one_of(&conditions)) } else { String::new() };
            let moment = match over {
                "referrals" => draw.one_of(&["", ", at = \"qualified\"", ", at = \"closed\""]),
                "entries" => draw.one_of(&["", ", at = \"booked\"", ", unit = \"points\""]),
                _ => "",
            };
            let _ = writeln!(version.text, "{key} = {{ {what}{when}{moment} }}");
        };
        let _ = writeln!(version.text, "[[metric]]\nid = \"m{at}\"");
        figure(version, "numerator");
        if at != 1 {
            figure(version, "denominator");
        }
        let _ = writeln!(version.text, "by = {}", draw.one_of(&breakdowns));
        let good = draw.one_of(&[
            "",
            "good = { at_least = 0.5, at_most = 2 }\n",
            "good = { at_most = \"1 / 3\" }\nbetter = \"less\"\n",
        ]);
        version.text.push_str(good);
        if over != "accounts" {
            dated.push(format!("\"m{at}\""));
        }
    }
    if !dated.is_empty() {
        let ids = dated.join(", ");
        let _ = write!(version.text, "[dashboard]\nfigures = [\"m0\"]\nrank_by = \"m0\"\ndigest = [{ids}]\n");
    }
}

/// What the measures are called, which is the same in all versions: what they count may differ.
const MEASURES: [(&str, &str); 11] = [
    ("deals", "is = \"count\"\nin_each = \"30 days\"\n"),
    ("revenue", "is = \"sum\"\nof = \"event.amount\"\nin_each = \"calendar quarter\"\n"),
    ("ordinal", "is = \"distinct\"\nof = \"referral.id\"\ndisqualified = \"kept\"\n"),
    ("largest", "is = \"greatest\"\nof = \"event.amount\"\n"),
    ("smallest", "is = \"least\"\nof = \"event.amount / 7\"\nin_each = \"30 days\"\n"),
    ("invoices", "is = \"count\"\nper = \"referral\"\n"),
    ("seats_at_last", "is = \"latest\"\nof = \"event.seats\"\nper = [\"referrer\", \"referral.channel\"]\n"),
    ("opening", "is = \"first\"\nof = \"event.amount\"\nin_each = \"30 days\"\n"),
    ("before", "is = \"sum\"\nof = \"event.amount\"\nin_each = \"calendar month\"\nwhich = \"previous\"\n"),
    ("last_kept", "is = \"latest\"\nof = \"event.amount\"\nper = \"referral\"\ndisqualified = \"kept\"\n"),
    ("share", "is = \"sum\"\nof = \"event.amount / event.seats\"\nin_each = \"30 days\"\n"),
];

/// A measure over everything, for programs that may be gone through as a whole.
const OVER_ALL: [(&str, &str); 2] = [
    ("everybody", "is = \"count\"\nper = \"program\"\n"),
    ("of_referee", "is = \"latest\"\nof = \"event.amount\"\nper = [\"referee\", \"event.seats\"]\n"),
];

/// Measures that are no single value for a referrer; no ladder goes by them.
pub(super) const NOT_FOR_LADDERS: [&str; 4] = ["invoices", "seats_at_last", "last_kept", "of_referee"];

pub(super) fn measures(version: &mut VersionPlan, draw: &mut Draw<'_>, shape: &Shape) {
    if draw.once_in(2) {
        return;
    }
    let first = draw.one_of(&MEASURES);
    let second = if shape.program_wide && draw.once_in(4) { draw.one_of(&OVER_ALL) } else { draw.one_of(&MEASURES) };
    for (name, text) in [first, second] {
        if version.measures.contains(&name) {
            continue;
        }
        let on = draw.one_of(&[
            "\"qualified\"",
            "[\"closed\", \"payment\"]",
            "\"payment\"",
            "[\"submitted\", \"qualified\"]",
        ]);
        let when = draw.one_of(&["", "", "when = \"event.amount > 1\"\n", "when = \"referral.channel != 'form'\"\n"]);
        let _ = write!(version.text, "[measures.{name}]\n{text}on = {on}\n{when}");
        version.measures.push(name);
    }
}

/// A group of rewards to one party in one unit, and one of campaigns, where there are two.
pub(super) fn groups(version: &mut VersionPlan, draw: &mut Draw<'_>) {
    let wins = draw.one_of(&["best", "first"]);
    let of_campaigns = draw.once_in(2);
    if draw.once_in(2) {
        return;
    }
    if of_campaigns && version.campaigns.len() >= 2 {
        let members: Vec<String> = version.campaigns.iter().rev().map(|id| format!("\"{id}\"")).collect();
        let _ =
            write!(version.text, "[[group]]\nid = \"g1\"\ncampaigns = [{}]\nwins = \"{wins}\"\n", members.join(", "));
    }
    let alike = version.rewards.iter().find_map(|first| {
        let members: Vec<String> = version
            .rewards
            .iter()
            .rev()
            .filter(|other| other.unit == first.unit && other.to == first.to && !other.asks_granted)
            .map(|other| format!("\"{}\"", other.id))
            .collect();
        (members.len() >= 2).then_some(members)
    });
    if let Some(members) = alike {
        let _ = write!(version.text, "[[group]]\nid = \"g2\"\nrewards = [{}]\nwins = \"{wins}\"\n", members.join(", "));
    }
}

/// What takes back what rewards have granted.
pub(super) fn reversal(version: &mut VersionPlan, draw: &mut Draw<'_>, at: usize) {
    let on = draw.one_of(&[
        "\"install\"",
        "[\"install\", \"disqualified\"]",
        "\"disqualified\"",
        "\"payment\"",
        "[\"lost\", \"install\"]",
    ]);
    let how = draw.one_of(&[
        "",
        "refunded = \"event.amount\"\n",
        "refunded = \"event.amount / 3\"\nout_of = \"event.amount\"\n",
        "refunded = 7\nout_of = \"referee.employees\"\n",
        "take_back = \"50%\"\n",
        "take_back = \"event.seats / 5\"\n",
    ]);
    let of_event = draw.one_of(&["", "of_event = \"event.undoes\"\n", "of_event = \"event.undoes\"\n"]);
    let within = draw.one_of(&["", "", "within = \"30 days\"\n", "within = \"1 months\"\n"]);
    let when = draw.one_of(&["", "", "when = \"event.amount > 1\"\n", "when = \"referral.channel != 'form'\"\n"]);
    let restored = draw.one_of(&["", "", "restored_by = \"qualified\"\n", "restored_by = \"closed\"\n"]);
    let paid = draw.one_of(&["", "when_paid = \"keep\"\n"]);
    let rewards = match version.rewards.first().filter(|_| draw.once_in(3)) {
        Some(first) => format!("rewards = [\"{}\"]\n", first.id),
        None => String::new(),
    };
    let _ = write!(
        version.text,
        "[[reversal]]\nid = \"v{at}\"\non = {on}\n{how}{of_event}{within}{when}{restored}{paid}{rewards}"
    );
    version.reverses = true;
}
