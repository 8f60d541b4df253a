//! Contests, the measures that they go by, and a limit that names their prizes.
use super::Shape;
use super::draw::Draw;
use super::plan::VersionPlan;
use std::fmt::Write;

/// Measures that contests can go by, the same in all versions.
const RACES: [(&str, &str, bool); 5] = [
    ("race_of_day", "is = \"count\"\non = [\"submitted\", \"qualified\"]\nin_each = \"day\"\n", false),
    (
        "race_of_month",
        "is = \"count\"\non = [\"qualified\", \"closed\", \"payment\"]\nin_each = \"calendar month\"\n",
        false,
    ),
    (
        "race_of_quarter",
        "is = \"sum\"\nof = \"event.amount - 10\"\non = [\"closed\", \"payment\", \"install\"]\nin_each = \"calendar quarter\"\n",
        false,
    ),
    (
        "race_of_year",
        "is = \"distinct\"\nof = \"referral.channel\"\non = [\"submitted\", \"closed\"]\nin_each = \"year from 03-15\"\ndisqualified = \"kept\"\n",
        false,
    ),
    ("race_of_all", "is = \"count\"\non = [\"submitted\", \"payment\"]\n", true),
];

/// A contest or none, for programs that may be gone through as a whole.
pub(super) fn contests(version: &mut VersionPlan, draw: &mut Draw<'_>, shape: &Shape, last: &str) {
    if !shape.program_wide || shape.ahead || !draw.once_in(3) {
        return;
    }
    let (by, measure, for_all) = draw.one_of(&RACES);
    let ties = draw.one_of(&["share", "split", "first to reach"]);
    let text = &mut version.text;
    let _ = write!(text, "[measures.{by}]\n{measure}[[contest]]\nid = \"race\"\nby = \"{by}\"\nties = \"{ties}\"\n");
    if for_all {
        let _ = writeln!(text, "last_day = {last}");
    }
    for (key, value) in [
        ("at_least", draw.one_of(&["", "", "2", "1.5"])),
        (
            "when",
            draw.one_of(&[
                "",
                "",
                "\"referrer.status != 'trial'\"",
                "\"qualified_count >= 1\"",
                "\"has(referral.closed_at)\"",
            ]),
        ),
        ("ticket_for_each", draw.one_of(&["", "1", "0.7"])),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "{key} = {value}");
        }
    }
    let first = draw.one_of(&["100", "33.335", "0.01"]);
    let _ = write!(
        text,
        "[[contest.prizes]]\nid = \"gold\"\nplace = 1\nkind = \"cash\"\namount = {first}\npay_within = \"{}\"\n\
         [[contest.prizes]]\nid = \"bronze\"\nplaces = [{}]\nkind = \"cash\"\namount = 7.5\n",
        draw.one_of(&["10 days", "5 business days"]),
        draw.one_of(&["2, 3", "2, 10", "3, 4"]),
    );
    version.contest = true;
    let over = draw.one_of(&["", "", "pay what fits", "pay later"]);
    if !over.is_empty() {
        version.prizes_limited = true;
        let _ = write!(
            text,
            "[[limit]]\nid = \"purse\"\nrewards = [\"gold\", \"bronze\"]\nper = [\"program\"]\nin_each = \"calendar month\"\nat_most = 80\n\
             over_limit = \"{over}\"\n"
        );
    }
}
