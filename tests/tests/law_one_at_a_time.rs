//! Law: fed one at a time in the order of `recorded_at`, the entries are exactly those of the batch; a late event asks for
//! history and yields only differences.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test: a panic is a failure, and the generator stays far from every limit"
)]
use proptest::prelude::*;
use referral_rules::base::{Instant, MICROS_PER_DAY, MICROS_PER_HOUR};
use referral_rules::book::{Book, Cell, Given, GivenTable, Values};
use referral_rules::evaluation::Entry;
use referral_rules::live::{Key, State, States, Step, apply, keys_of, rebuild};
use referral_rules::program::Program;
use referral_rules::{Options, evaluate};
use referral_tests::generate::{lists, rates};
use std::collections::{BTreeMap, BTreeSet};

const PROGRAM: &str = r#"
schema = 1
id = "live"
version = "1"
in_force = { first_day = 2026-01-01 }
currency = "USD"
time_zone = "America/New_York"

[facts.referee]
domain = "text"
employees = "int"
[facts.account]
status = ["paying", "free"]
[facts.event]
value = "decimal"
undoes = "text"

[[event]]
kind = "expired"
after = "20 days"
unless = ["qualified"]
[[event]]
kind = "anniversary"
after = "10 days"
from = "closed"
[[event]]
kind = "payment"
[[event]]
kind = "refund"

[[eligibility]]
code = "paying"
require = "referrer.status == 'paying'"
message = "the referrer must be paying"
[[validity]]
code = "size"
require = "referee.employees >= 10"
message = "too small"

[attribution]
same_referee_when = ["referee.domain"]
claim_lasts = "15 days"

[[tiers]]
by = "qualified_count"
levels = [{ name = "bronze", at_least = 1 }, { name = "silver", at_least = 3 }]
[tables.credit]
by = "tier"
bronze = 200
silver = 250

[[reward]]
id = "qualified"
to = "referrer"
on = "qualified"
kind = "account-credit"
amount = "credit[tier]"
[[reward]]
id = "share"
to = "referrer"
on = "payment"
kind = "cash"
amount = "10% * event.value"
[[reward]]
id = "year"
to = "referee"
on = "anniversary"
kind = "discount"
when = "granted('qualified') > 0"
amount = 20
[[reward]]
id = "sorry"
to = "referrer"
on = "expired"
kind = "points"
amount = 3

[[campaign]]
id = "week"
first_day = 2026-01-10
last_day = 2026-01-16
reward_times = 2

[[limit]]
id = "monthly"
in_each = "calendar month"
at_most = 420
over_limit = "pay later"
LIMITS
"#;

/// Measures, levels by them, implied stages and a group, in place of `LIMITS`.
const MEASURES: &str = r#"
[[event]]
kind = "closed"
implies = ["qualified", "opportunity"]
[[event]]
kind = "disqualified"
after = "30 days"
from = "payment"

[measures.lately]
is = "count"
on = ["qualified", "submitted"]
in_each = "12 days"
[measures.value]
is = "sum"
of = "event.value"
on = "payment"
in_each = "calendar month"
[measures.ordinal]
is = "distinct"
of = "referral.id"
on = "qualified"
disqualified = "kept"
[measures.largest]
is = "greatest"
of = "event.value"
on = "payment"
in_each = "9 days"

[[tiers]]
name = "rank"
by = "value"
levels = [{ name = "low", at_least = 0 }, { name = "high", at_least = 300, when = "closed_count >= 1" }]
this_event = "does not count"

[[reward]]
id = "by-measures"
to = "referrer"
on = "payment"
kind = "cash"
amount = "(rank == 'high' ? 7 : 1) * ordinal + lately"
[[reward]]
id = "record"
to = "referrer"
on = "payment"
when = "largest == event.value"
kind = "cash"
amount = 5
[[group]]
id = "one-of-them"
rewards = ["share", "by-measures"]
wins = "best"
"#;

/// A measure over everybody.
const OVER_ALL: &str = r#"
[measures.everybody]
is = "count"
on = "qualified"
per = "program"
in_each = "calendar month"
[[reward]]
id = "crowd"
to = "referrer"
on = "qualified"
when = "everybody >= 3"
kind = "points"
amount = "everybody"
"#;

const POOL: &str = r#"
[[limit]]
id = "pool"
per = ["program"]
in_each = "30 days"
at_most = 900
over_limit = "pay nothing"
"#;

/// Claims that last long, but are let go by events of the host and by some that the clock makes.
const RELEASED: &str = "claim_lasts = \"45 days\"\nreleased_by = [\"disqualified\", \"lost\", \"expired\", \"anniversary\", \"payment\"]\n";

/// Claims that events prolong, and claims that a later referral takes over.
const PROLONGED: &str = "claim_lasts = \"10 days\"\nprolonged_by = [\"qualified\", \"payment\"]\nprolonged_for = \"12 days\"\nreleased_by = [\"lost\"]\n";
const SHARED: &str = "claim_lasts = \"25 days\"\nprolonged_by = [\"payment\"]\nprolonged_for = \"12 days\"\nreleased_by = [\"lost\"]\nshares = [\"60%\", \"30%\", \"20%\"]\n";
const EQUALLY: &str = "shared_equally_by = 2\n";
const LAST: &str = "credit_goes_to = \"last claim\"\nlocks_on = [\"closed\", \"payment\"]\n";
const BEST: &str = "claim_lasts = \"40 days\"\ncredit_goes_to = \"best claim\"\nrank = \"0 - referee.employees\"\n";

const CIRCLES: &str =
    "[[fraud]]\ncode = \"circle\"\nrequire = \"!referral.closes_circle\"\nmessage = \"it closes a circle\"\n";

/// A share for whoever recruited the referrer, which a limit may put off, and a limit per recruiter.
const RECRUITERS: &str = r#"
[[reward]]
id = "second-level"
to = "recruiter"
on = "qualified"
kind = "cash"
amount = 4
[[reward]]
id = "second-level-later"
to = "recruiter"
on = "payment"
when = "referrer.recruiter != 'dan'"
kind = "cash"
amount = "5% * event.value"
[[limit]]
id = "recruited"
rewards = ["second-level", "second-level-later"]
in_each = "calendar month"
at_most = 9
over_limit = "pay later"
"#;
const PER_RECRUITER: &str = r#"
[[limit]]
id = "by-recruiter"
rewards = ["second-level-later", "share"]
per = ["referrer.recruiter"]
in_each = "calendar month"
at_most = 15
over_limit = "pay later"
"#;

/// Requirements at events: they end referrals, set them aside, or keep events out.
const LATER: &str = r#"
[[validity]]
code = "in-time"
require = "days_between(referral.submitted_at, event.at) <= 25"
message = "too late"
judged_at = ["qualified", "opportunity"]
[[validity]]
code = "worth-it"
require = "event.value >= 300"
message = "too little"
judged_at = "payment"
on_failure = "ignore event"
[[validity]]
code = "not-yet"
require = "referrer.status == 'paying'"
message = "later"
judged_at = "closed"
on_failure = "nurture"
"#;

/// What is held until a review, which can end a referral; a list of the host.
const REVIEWS: &str = r#"
[lists]
asked = { from = "host" }
[measures.of_domain]
is = "count"
on = "submitted"
per = ["referrer", "referee.domain"]
[[fraud]]
code = "look"
require = "(referee.domain in lists.asked ? 50 : 0) + (referee.employees > 20 ? 30 : 0) < 60"
message = "look at it"
on_failure = "hold"
reviewed_by = "payment"
released_when = "event.value >= 500"
voided_when = ["event.value < 200", "referee.domain in lists.asked"]
[[fraud]]
code = "again"
require = "of_domain < 1 && open_count < 3"
message = "look at it again"
on_failure = "hold"
reviewed_by = ["opportunity", "lost"]
voided_when = "has(referral.payment_at)"
[[fraud]]
code = "blocked"
require = "!(referee.domain in lists.asked) || referee.employees < 30"
message = "blocked"
"#;

/// Requirements that ask of the submissions before, of one referrer and of all, and levels that follow when a period begins, or never fall.
const BEFORE: &str = r#"
[measures.pace]
is = "count"
on = "submitted"
in_each = "4 days"
[measures.sizes]
is = "sum"
of = "referee.employees"
on = "submitted"
in_each = "calendar month"
disqualified = "kept"
[[fraud]]
code = "pace"
require = "pace < 2"
message = "too many at once"
[[fraud]]
code = "open"
require = ["open_count < 3", "sizes <= 90"]
message = "too many open"
[[tiers]]
name = "status"
by = "qualified_count"
levels = [{ name = "none", at_least = 0 }, { name = "some", at_least = 1 }, { name = "many", at_least = 2 }]
goes_up = "calendar month"
goes_down = "day"
[[tiers]]
name = "best_so_far"
by = "sizes"
levels = [{ name = "small", at_least = 10 }, { name = "large", at_least = 60 }]
goes_down = "never"
[[tiers]]
name = "of_the_month"
by = "sizes"
levels = [{ name = "small", at_least = 10 }, { name = "large", at_least = 60 }]
goes_down = "calendar month"
[tables.by_status]
by = "status"
none = 1
some = 2
many = 3
[[reward]]
id = "by-status"
to = "referrer"
on = "payment"
kind = "points"
amount = "by_status[status] * 100 + (best_so_far == 'large' ? 10 : 0) + (of_the_month == 'large' ? 1 : 0)"
"#;
const BEFORE_ALL: &str = r#"
[measures.of_domain]
is = "count"
on = "submitted"
per = "referee.domain"
in_each = "9 days"
[[fraud]]
code = "velocity"
require = "of_domain < 2"
message = "too many of one domain"
"#;

/// Running totals that rise and fall, also of amounts that limits put off; limits to which what is taken back gives room; rules on
/// several kinds of event that ask when the first of a kind came.
const TOTALS: &str = r#"
[measures.paid]
is = "sum"
of = "event.value"
on = "payment"
[[reward]]
id = "in-all"
to = "referrer"
on = ["payment", "disqualified", "qualified"]
kind = "cash"
total = "3.3% * paid * qualified_count"
below_zero = "take back"
[[reward]]
id = "by-month"
to = "referrer"
on = ["payment", "qualified", "closed"]
kind = "cash"
total = "event.value / 3"
total_per = ["referral", "event.kind == 'closed'"]
total_in = "calendar month"
below_zero = "take back"
[[reward]]
id = "both"
to = "referee"
on = ["payment", "closed", "qualified"]
when = "has(referral.payment_at) && days_between(referral.payment_at, event.at) <= 15"
kind = "points"
amount = 7
[[limit]]
id = "given"
rewards = ["in-all", "by-month"]
in_each = "calendar month"
at_most = "20 + 20 * submitted_count"
over_limit = "pay later"
taken_back = "gives room"
[[limit]]
id = "window"
rewards = ["by-month"]
in_each = "20 days"
at_most = "100 + 10 * closed_count"
taken_back = "gives room"
when = "(!has(referral.payment_at) || event.at > referral.submitted_at) && !has(referral.lost_at)"
"#;
const TOTAL_OVER_ALL: &str = r#"
[[reward]]
id = "crowd"
to = "referrer"
on = ["qualified", "payment", "lost"]
kind = "points"
total = "qualified_count * 5 - submitted_count"
total_per = "program"
below_zero = "take back"
"#;

/// Rules that are given once, alone and in a group.
const ONCE: &str = r#"
[[reward]]
id = "starter"
to = "referrer"
on = ["payment", "qualified"]
once_per = "referral"
kind = "points"
amount = 11
[[reward]]
id = "as-long-as"
to = "referrer"
on = ["payment", "closed", "qualified"]
as_long_as = ["event.kind != 'payment' || event.value > 30", "submitted_count < 5"]
kind = "points"
amount = 2
[[reward]]
id = "total-as-long-as"
to = "referrer"
on = ["payment", "closed"]
as_long_as = "granted('starter') < 11 || event.value > 40"
total = "qualified_count * 10"
total_per = "referral"
kind = "points"
[[reward]]
id = "first-of-a-kind"
to = "referrer"
on = ["payment", "closed"]
when = "event.value > 20 || granted('starter') == 0"
once_per = ["referrer", "event.kind"]
kind = "points"
amount = "submitted_count"
[[reward]]
id = "better"
to = "referrer"
on = "payment"
once_per = "referrer"
kind = "points"
amount = 100
[[reward]]
id = "each"
to = "referrer"
on = "payment"
kind = "points"
amount = 3
[[group]]
id = "one-of-them"
rewards = ["better", "each"]
wins = "best"
"#;
const ONCE_FOR_ALL: &str = r#"
[[reward]]
id = "very-first"
to = "referee"
on = "qualified"
once_per = "program"
kind = "points"
amount = 1000
[[reward]]
id = "first-name"
to = "referee"
on = "qualified"
once_per = "referee"
kind = "points"
amount = 5
"#;

/// Rewards to accounts that facts name, some of them put off.
const PAYEES: &str = r#"
[[reward]]
id = "elected"
to = { account = "referee.domain" }
on = ["qualified", "payment"]
kind = "cash"
total = "30 * qualified_count"
[[reward]]
id = "by-status"
to = { account = "referrer.status" }
on = ["payment", "anniversary"]
kind = "cash"
amount = "event.value"
[[limit]]
id = "of-payees"
rewards = ["elected", "by-status"]
per = ["referrer", "referee.domain"]
in_each = "calendar month"
at_most = 40
over_limit = "pay later"
"#;
/// What waits for an event, is forfeited without it, and is paid out on payout days.
const PAID_OUT: &str = r#"
[[reward]]
id = "claimed"
to = "referrer"
on = "qualified"
kind = "points"
amount = 7
hold_until = "payment"
forfeited_after = "10 days"
counted_from = "release"
pay_within = "5 days"
[[payout]]
id = "weekly"
rewards = ["claimed"]
unit = "points"
on_day = "fri"
at_least = 14
[[eligibility]]
code = "known"
require = "submitted_count > 1"
message = "no"
judged_at = "each payout"
"#;

/// Rules that ask facts of accounts at events: these have histories.
const FACTS: &str = r#"
[[reward]]
id = "loyal"
to = "referrer"
on = "payment"
when = "referrer.status == 'paying'"
kind = "points"
amount = "referee.status == 'free' ? 1 : 2"
[[reward]]
id = "in-the-end"
to = "referrer"
on = "anniversary"
kind = "points"
amount = "referrer.status == 'free' ? 10 : 20"
"#;

/// What takes back, and gives back; the limit of `PROGRAM` puts off, one here has room again.
const REVERSALS: &str = r#"
[[limit]]
id = "shares"
rewards = ["share"]
in_each = "12 days"
at_most = 60
taken_back = "gives room"
[[reward]]
id = "left"
to = "referrer"
on = "closed"
when = "granted('share') > 10"
kind = "points"
amount = 7

[[reversal]]
id = "refunds"
on = "refund"
rewards = ["share", "qualified"]
of_event = "event.undoes"
refunded = "event.value"
[[reversal]]
id = "ended"
on = ["disqualified", "lost"]
within = "20 days"
restored_by = "payment"
[[reversal]]
id = "half"
on = "opportunity"
take_back = "50%"
"#;

/// Events that conditions make: once for a referral, for a referrer, for other keys; out of each other, out of the clock, and stages.
const MADE: &str = r#"
[[event]]
kind = "active"
on = ["payment", "refund"]
when = "payments >= 2"
[[event]]
kind = "milestone"
on = ["qualified", "active"]
when = "qualified_count + friends >= 3"
once_per = "referrer"
[[event]]
kind = "status"
on = ["qualified", "payment", "anniversary"]
when = "has(tier)"
once_per = ["referrer", "tier"]
[[event]]
kind = "per-day"
on = "active"
when = "event.value > 1"
once_per = ["referral", "string(day(event.at))"]
[[event]]
kind = "closed"
on = "payment"
when = "payments >= 3"
implies = ["qualified"]
[[event]]
kind = "lost"
on = "refund"
when = "payments == 0"
[[event]]
kind = "later"
after = "4 days"
from = "active"
[measures.payments]
is = "count"
on = "payment"
per = "referral"
[measures.friends]
is = "count"
on = "active"
[[reward]]
id = "made"
to = "referrer"
on = ["active", "milestone", "status", "per-day", "lost", "later"]
kind = "points"
amount = "10 * friends + payments"
[[reward]]
id = "closed"
to = "referrer"
on = "closed"
kind = "cash"
amount = 30
"#;

/// One that comes once for everybody, and one for each referee.
const MADE_FOR_ALL: &str = r#"
[[event]]
kind = "jackpot"
on = ["payment", "milestone"]
when = "event.value > 100"
once_per = "program"
[[event]]
kind = "known"
on = ["submitted", "qualified"]
when = "has(referee.id)"
once_per = "referee"
[[reward]]
id = "rare"
to = "referrer"
on = ["jackpot", "known"]
kind = "points"
amount = 1000
"#;

/// Contests of each kind, in place of `LIMITS`: prizes that a limit puts off, and one that is taken back.
const CONTESTS: &str = r#"
[measures.submitted_in_day]
is = "count"
on = "submitted"
in_each = "day"
[measures.paid_in_month]
is = "sum"
of = "event.value"
on = "payment"
in_each = "calendar month"
[measures.domains]
is = "distinct"
of = "referee.domain"
on = ["submitted", "closed"]
in_each = "calendar month"
[measures.qualified_ever]
is = "count"
on = "qualified"
disqualified = "kept"

[[contest]]
id = "day"
by = "submitted_in_day"
ties = "split"
[[contest.prizes]]
id = "busiest"
place = 1
kind = "cash"
amount = 10
[[contest.prizes]]
id = "busy"
places = [2, 3]
kind = "cash"
amount = 0.01
[[contest]]
id = "month"
by = "paid_in_month"
at_least = 20
when = "referrer.status == 'paying' && qualified_count > 0"
ties = "share"
prizes = [{ id = "seller", places = [1, 2], kind = "points", amount = 5 }]
[[contest]]
id = "breadth"
by = "domains"
ties = "first to reach"
prizes = [{ id = "first-domains", place = 1, kind = "cash", amount = 33.335 }, { id = "second-domains", place = 2, kind = "cash", amount = 7 }]
[[contest]]
id = "ever"
by = "qualified_ever"
last_day = 2026-01-28
ties = "share"
prizes = [{ id = "trip", place = 1, kind = "perk", payable_after = "5 days" }]

[[limit]]
id = "purse"
rewards = ["busiest", "busy", "first-domains"]
per = ["program"]
in_each = "calendar month"
at_most = 35
over_limit = "pay later"
[[reversal]]
id = "undone"
on = "refund"
rewards = ["seller", "first-domains", "qualified"]
take_back = "1/2"
"#;

fn programs() -> Vec<Program> {
    let released = PROGRAM.replace("claim_lasts = \"15 days\"\n", RELEASED);
    let circles = released.replace("[attribution]\n", &format!("{CIRCLES}[attribution]\n"));
    let claims = |terms: &str| PROGRAM.replace("claim_lasts = \"15 days\"\n", terms);
    let (prolonged, last, best) =
        (claims(PROLONGED), claims(LAST), claims(&format!("{BEST}released_by = [\"lost\"]\n")));
    let taken_over =
        claims(&format!("{PROLONGED}{LAST}")).replace("[attribution]\n", &format!("{CIRCLES}[attribution]\n"));
    let (shared, equally) = (claims(SHARED), claims(EQUALLY));
    let everything = format!("{MEASURES}{OVER_ALL}{POOL}");
    let before = format!("{BEFORE}{BEFORE_ALL}");
    let made_for_all = format!("{MADE}{MADE_FOR_ALL}");
    let made_before = format!("{MADE}{BEFORE}");
    let once_for_all = format!("{ONCE}{ONCE_FOR_ALL}");
    let programs = [
        (PROGRAM, BEFORE),
        (&released, BEFORE),
        (&taken_over, BEFORE),
        (&last, BEFORE_ALL),
        (&circles, &before),
        (&last, &before),
        (PROGRAM, ""),
        (PROGRAM, POOL),
        (PROGRAM, MEASURES),
        (&released, ""),
        (&released, POOL),
        (&circles, ""),
        (PROGRAM, FACTS),
        (&released, LATER),
        (PROGRAM, REVIEWS),
        (&released, REVIEWS),
        (&last, REVIEWS),
        (&circles, FACTS),
        (&circles, MEASURES),
        (&circles, &everything),
        (&prolonged, ""),
        (&last, POOL),
        (&last, MEASURES),
        (&best, ""),
        (&taken_over, ""),
        (PROGRAM, PAID_OUT),
        (&taken_over, PAID_OUT),
        (PROGRAM, ONCE),
        (&taken_over, ONCE),
        (&circles, &once_for_all),
        (PROGRAM, RECRUITERS),
        (&circles, RECRUITERS),
        (&taken_over, RECRUITERS),
        (&last, &format!("{RECRUITERS}{PER_RECRUITER}")),
        (PROGRAM, TOTALS),
        (&last, TOTALS),
        (&released, &format!("{TOTALS}{TOTAL_OVER_ALL}")),
        (&shared, MEASURES),
        (PROGRAM, PAYEES),
        (&shared, PAYEES),
        (&shared, LATER),
        (&shared, RECRUITERS),
        (&equally, POOL),
        (&equally, &before),
        (&equally, TOTALS),
        (PROGRAM, REVERSALS),
        (&released, REVERSALS),
        (&last, &format!("{TOTALS}{REVERSALS}")),
        (&circles, &format!("{RECRUITERS}{REVERSALS}")),
        (&shared, REVERSALS),
        (PROGRAM, MADE),
        (&released, MADE),
        (&prolonged, MADE),
        (&last, &made_for_all),
        (&shared, &made_for_all),
        (&circles, &made_before),
        (&taken_over, &format!("{MADE}{RECRUITERS}")),
        (&released, &format!("{MADE}{LATER}")),
        (PROGRAM, CONTESTS),
        (&last, CONTESTS),
        (&shared, CONTESTS),
        (&released, &format!("{RECRUITERS}{CONTESTS}")),
    ];
    programs.iter().map(|(program, limits)| Program::from_toml(&program.replace("LIMITS", limits)).unwrap().0).collect()
}

/// A row of a table, and when it becomes known.
#[derive(Clone, Debug)]
struct News {
    known: i64,
    table: &'static str,
    row: Vec<(String, Cell)>,
}

const START: i64 = 1_767_571_200_000_000; // 2026-01-05

fn instant(at: i64) -> Cell {
    Cell::Text(Instant(at).to_string())
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

prop_compose! {
    fn referral(number: usize)(
        referrer in 0..4_usize, referee in 0..6_usize, domain in 0..5_u8, employees in 5..40_i64, hours in 0..900_i64,
        delay in delays(),
    ) -> News {
        let at = START + hours * MICROS_PER_HOUR;
        let known = at + delay;
        News { known, table: "referrals", row: vec![
            ("id".to_owned(), text(format!("R-{number}"))),
            ("referrer".to_owned(), text(["ann", "bob", "cyd", "dan"][referrer])),
            ("referee".to_owned(), text(["", "ann", "bob", "dan", "eve", "cyd"][referee])),
            ("submitted_at".to_owned(), instant(at)),
            ("recorded_at".to_owned(), instant(known)),
            ("referee.domain".to_owned(), if domain == 4 { Cell::Missing } else { text(format!("d{domain}.example")) }),
            ("referee.employees".to_owned(), Cell::Number(employees.to_string())),
        ] }
    }
}

fn delays() -> impl Strategy<Value = i64> {
    prop_oneof![6 => Just(0), 2 => (0..72_i64).prop_map(|hours| hours * MICROS_PER_HOUR), 1 => (0..40_i64).prop_map(|days| days * MICROS_PER_DAY)]
}

prop_compose! {
    fn event(number: usize, referrals: usize)(
        referral in 0..referrals + 1, kind in 0..9_usize, hours in 0..1400_i64, delay in delays(), value in 0..90_000_i64,
        repeat in 0..20_u8, undoes in 0..14_u8,
    ) -> Vec<News> {
        let at = START + hours * MICROS_PER_HOUR;
        let known = at + delay;
        let row = |known: i64, value: i64| vec![
            ("id".to_owned(), text(format!("E-{number}"))),
            ("referral".to_owned(), text(format!("R-{referral}"))),
            ("kind".to_owned(), text(["qualified", "qualified", "closed", "disqualified", "payment", "opportunity", "lost", "refund", "refund"][kind])),
            ("at".to_owned(), instant(at)),
            ("recorded_at".to_owned(), instant(known)),
            ("event.value".to_owned(), Cell::Text(format!("{}.{:02}", value / 100, value % 100))),
            ("event.undoes".to_owned(), if undoes > 11 { Cell::Missing } else { text(format!("E-{undoes}")) }),
        ];
        let mut out = vec![News { known, table: "events", row: row(known, value) }];
        if repeat == 0 {
            let again = known + 30 * MICROS_PER_HOUR;
            out.push(News { known: again, table: "events", row: row(again, value) });
        }
        if repeat == 1 {
            let again = known + 30 * MICROS_PER_HOUR;
            out.push(News { known: again, table: "events", row: row(again, value + 100) });
        }
        out
    }
}

prop_compose! {
    /// A change of an account. The host hands it in when it happens.
    fn change()(account in 0..4_usize, status in 0..3_usize, hours in 0..1400_i64) -> News {
        let at = START + hours * MICROS_PER_HOUR;
        let mut row = vec![
            ("id".to_owned(), text(["ann", "bob", "cyd", "dan"][account])),
            ("at".to_owned(), instant(at)),
        ];
        row.extend(["paying", "free"].get(status).map(|status| ("status".to_owned(), text(*status))));
        News { known: at, table: "accounts", row }
    }
}

fn books() -> impl Strategy<Value = Vec<News>> {
    (1..9_usize, 0..16_usize, 0..12_usize).prop_flat_map(|(referrals, events, changes)| {
        let rows: Vec<_> = (0..referrals).map(|number| referral(number).boxed()).collect();
        let news: Vec<_> = (0..events).map(|number| event(number, referrals).boxed()).collect();
        // Half of the books have no histories.
        let changes: Vec<_> = (6..changes.max(6)).map(|_| change()).collect();
        (rows, news, changes).prop_map(|(mut rows, news, changes)| {
            rows.extend(news.into_iter().flatten());
            rows.extend(changes);
            rows.sort_by_key(|news| news.known);
            rows
        })
    })
}

fn accounts() -> GivenTable {
    let mut table = GivenTable::default();
    for (id, status) in [("ann", "paying"), ("bob", "paying"), ("cyd", "free"), ("dan", "paying")] {
        table.push_row([("id".to_owned(), text(id)), ("status".to_owned(), text(status))]);
    }
    table
}

/// News as tables. Accounts that have histories come with their changes, those that have none as a whole each time.
fn given(news: &[&News], with_histories: bool) -> Given {
    let mut accounts = accounts();
    if with_histories {
        let from_the_beginning = Values::Cells(vec![Cell::Missing; accounts.rows]);
        accounts = accounts.column("at", from_the_beginning);
    }
    let mut out = Given { rates: rates(), lists: lists(), ..Given::default() };
    for news in news {
        let table = match news.table {
            "events" => &mut out.events,
            "accounts" => &mut accounts,
            _ => &mut out.referrals,
        };
        table.push_row(news.row.iter().cloned());
    }
    // Only referrals ask for the accounts; what was handed in once is kept.
    let hands_in = !with_histories || out.referrals.rows > 0 || news.iter().any(|news| news.table == "accounts");
    out.accounts = Some(accounts).filter(|_| hands_in);
    out
}

fn cell<'a>(news: &'a News, column: &str) -> &'a str {
    news.row.iter().find(|(name, _)| name == column).map_or("", |(_, cell)| match cell {
        Cell::Text(text) => text,
        _ => "",
    })
}

/// A host: it keeps rows, states and the ledger.
struct Host<'a> {
    program: &'a Program,
    with_histories: bool,
    rows: Vec<News>,
    states: BTreeMap<Key, State>,
    ledger: Vec<Entry>,
    rebuilt: usize,
}

impl Host<'_> {
    fn take(&mut self, news: &[News], now: i64) {
        self.rows.extend(news.iter().cloned());
        let given = given(&news.iter().collect::<Vec<_>>(), self.with_histories);
        self.step(&given, States::new(), now);
    }

    fn step(&mut self, given: &Given, mut states: States, now: i64) {
        let outcome = loop {
            match apply(self.program, &states, given, Instant(now)) {
                Step::Done(outcome) => break *outcome,
                Step::NeedsStates(keys) => {
                    for key in keys {
                        assert!(!states.contains_key(&key), "asked twice for {key}");
                        // States travel as JSON.
                        let stored = self.states.get(&key).map(|state| serde_json::to_string(state).unwrap());
                        let stored = stored.map(|text| serde_json::from_str(&text).unwrap());
                        states.insert(key, stored);
                    }
                }
                Step::NeedsHistory(keys) => {
                    self.rebuilt += 1;
                    let mut history = self.history(keys.into_iter().collect());
                    for entry in &self.ledger {
                        history.booked.push_row([
                            ("id".to_owned(), text(entry.id.clone())),
                            ("amount".to_owned(), text(entry.amount.to_string())),
                        ]);
                    }
                    break rebuild(self.program, &history, Instant(now)).unwrap();
                }
            }
        };
        for state in outcome.states {
            self.states.insert(state.key.clone(), state);
        }
        let mismatch = outcome.findings.iter().find(|finding| finding.code.slug().starts_with("booked"));
        assert_eq!(mismatch, None);
        self.ledger.extend(outcome.entries);
    }

    /// All rows that touch the keys, and further keys of those rows, until there are no more.
    fn history(&self, mut keys: BTreeSet<Key>) -> Given {
        loop {
            let touches = |news: &News| {
                let id = if news.table == "events" { cell(news, "referral") } else { cell(news, "id") };
                let of_event = news.table == "events" && keys.contains(&Key::Event(cell(news, "id").to_owned()));
                news.table == "accounts"
                    || of_event
                    || keys.contains(&Key::Referral(id.to_owned()))
                    || keys.contains(&Key::Program)
            };
            let mut more = keys.clone();
            let changes: Vec<&News> = self.rows.iter().filter(|news| news.table == "accounts").collect();
            for news in self.rows.iter().filter(|news| news.table != "accounts") {
                let with_changes: Vec<&News> = changes.iter().copied().chain([news]).collect();
                let of_row = keys_of(self.program, &given(&with_changes, self.with_histories));
                if touches(news) || of_row.iter().any(|key| keys.contains(key)) {
                    more.extend(of_row);
                    let id = if news.table == "events" { cell(news, "referral") } else { cell(news, "id") };
                    more.insert(Key::Referral(id.to_owned()));
                }
            }
            if more == keys {
                return given(&self.rows.iter().filter(|news| touches(news)).collect::<Vec<_>>(), self.with_histories);
            }
            keys = more;
        }
    }
}

fn sorted(mut entries: Vec<Entry>) -> Vec<String> {
    entries.sort_by(|left, right| (left.booked_at, &left.id).cmp(&(right.booked_at, &right.id)));
    entries.iter().map(|entry| serde_json::to_string(entry).unwrap()).collect()
}

/// Feeds news one at a time and compares with the batch; how often history was asked for, and how many entries there are.
fn fed_as_batch(program: &Program, news: &[News]) -> Result<(usize, usize), TestCaseError> {
    let with_histories = news.iter().any(|news| news.table == "accounts");
    let mut host =
        Host { program, with_histories, rows: Vec::new(), states: BTreeMap::new(), ledger: Vec::new(), rebuilt: 0 };
    for group in news.chunk_by(|left, right| left.known == right.known) {
        host.take(group, group[0].known);
    }
    let end = START + 130 * MICROS_PER_DAY;
    let scopes: Vec<Key> =
        host.states.keys().filter(|key| matches!(key, Key::Referrer(_) | Key::Program)).cloned().collect();
    for scope in scopes {
        let states = States::from([(scope.clone(), host.states.get(&scope).cloned())]);
        host.step(&Given::default(), states, end);
    }
    let all = given(&news.iter().collect::<Vec<_>>(), with_histories);
    let book = Book::new(program, &all);
    let evaluation = evaluate(program, &book, Instant(end), Options::default()).unwrap();
    let (one, batch) = (sorted(host.ledger), sorted(evaluation.ledger().collect()));
    let only = |left: &[String], right: &[String]| -> Vec<String> {
        left.iter().filter(|entry| !right.contains(entry)).cloned().collect()
    };
    prop_assert!(one == batch, "one at a time {:#?}\nbatch {:#?}", only(&one, &batch), only(&batch, &one));
    Ok((host.rebuilt, evaluation.ledger_rows().len()))
}

/// Into how many parts the programs are divided.
const PARTS_OF_PROGRAMS: usize = 4;

#[test]
fn one_at_a_time_gives_the_entries_of_the_batch() {
    let programs = programs();
    let mut runner = proptest::test_runner::TestRunner::default();
    let rebuilt = std::cell::Cell::new(0);
    let entries = std::cell::Cell::new(0);
    // Each book goes through a part of the programs, another one each time.
    runner
        .run(&(books(), 0..PARTS_OF_PROGRAMS), |(news, part)| {
            for program in programs.iter().skip(part).step_by(PARTS_OF_PROGRAMS) {
                let (asked, granted) = fed_as_batch(program, &news)?;
                rebuilt.set(rebuilt.get() + asked);
                entries.set(entries.get() + granted);
            }
            Ok(())
        })
        .unwrap();
    println!("{} entries, {} times history was asked for", entries.get(), rebuilt.get());
    assert!(rebuilt.get() > 0 && entries.get() > 0);
}

/// R-2 leads from bob to dan and closes a circle, as R-0 has led from dan to bob. Before it comes, an event of R-1, of which no
/// account lies on the circle, says something else than before: R-1's past is gone through again, with the table of all accounts.
#[test]
fn what_the_histories_of_accounts_say_again_takes_nothing_from_who_referred_them() {
    let referral = |hours: i64, id: &str, referrer: &str, referee: &str, domain: &str| {
        let at = START + hours * MICROS_PER_HOUR;
        let cells = [("id", id), ("referrer", referrer), ("referee", referee), ("referee.domain", domain)];
        let mut row: Vec<_> = cells.map(|(name, cell)| (name.to_owned(), text(cell))).to_vec();
        row.push(("submitted_at".to_owned(), instant(at)));
        row.push(("referee.employees".to_owned(), Cell::Number("10".to_owned())));
        News { known: at, table: "referrals", row }
    };
    let event = |known: i64, value: &str| {
        let cells = [("id", "E-1"), ("referral", "R-1"), ("kind", "qualified"), ("event.value", value)];
        let mut row: Vec<_> = cells.map(|(name, cell)| (name.to_owned(), text(cell))).to_vec();
        let known = START + known * MICROS_PER_HOUR;
        row.push(("at".to_owned(), instant(START + 2 * MICROS_PER_HOUR)));
        row.push(("recorded_at".to_owned(), instant(known)));
        News { known, table: "events", row }
    };
    let change = [("id", text("ann")), ("at", instant(START)), ("status", text("paying"))];
    let change = change.map(|(name, cell)| (name.to_owned(), cell)).to_vec();
    let news = [
        News { known: START, table: "accounts", row: change },
        referral(1, "R-0", "dan", "bob", "d0.example"),
        referral(1, "R-1", "ann", "eve", "d1.example"),
        event(2, "0.00"),
        event(30, "1.00"),
        referral(420, "R-2", "bob", "dan", "d2.example"),
    ];
    for program in programs() {
        fed_as_batch(&program, &news).unwrap();
    }
}

/// On time, what was before a submission is known from the states: its referrer's third referral is refused while two are open.
#[test]
fn what_was_before_a_submission_needs_no_history() {
    let row = |hours: i64, table: &'static str, cells: &[(&str, &str)], moment: &str| {
        let at = START + hours * MICROS_PER_HOUR;
        let mut row: Vec<_> = cells.iter().map(|(name, cell)| ((*name).to_owned(), text(*cell))).collect();
        row.push(("referee.employees".to_owned(), Cell::Number("20".to_owned())));
        row.push((moment.to_owned(), instant(at)));
        News { known: at, table, row }
    };
    let referral = |hours: i64, id: &str, domain: &str| {
        let cells = [("id", id), ("referrer", "ann"), ("referee.domain", domain)];
        row(hours, "referrals", &cells, "submitted_at")
    };
    let event = |hours: i64, id: &str, referral: &str, kind: &str| {
        let cells = [("id", id), ("referral", referral), ("kind", kind), ("event.value", "500.00")];
        row(hours, "events", &cells, "at")
    };
    let news = [
        referral(1, "R-0", "d0.example"),
        referral(2, "R-1", "d1.example"),
        event(3, "E-0", "R-0", "qualified"),
        referral(4, "R-2", "d2.example"),
        event(200, "E-1", "R-0", "lost"),
        referral(201, "R-3", "d2.example"),
        event(203, "E-3", "R-3", "qualified"),
        event(204, "E-4", "R-3", "payment"),
        event(205, "E-5", "R-2", "payment"),
    ];
    let open = "[[fraud]]\ncode = \"open\"\nrequire = \"open_count < 2\"\nmessage = \"two are open\"\n";
    for before in [open.to_owned(), BEFORE.to_owned(), format!("{BEFORE}{BEFORE_ALL}")] {
        let (program, _) = Program::from_toml(&PROGRAM.replace("LIMITS", &before)).unwrap();
        let (rebuilt, entries) = fed_as_batch(&program, &news).unwrap();
        assert_eq!(rebuilt, 0, "{before}");
        assert!(entries > 0);
        let book = Book::new(&program, &given(&news.iter().collect::<Vec<_>>(), false));
        let evaluation = evaluate(&program, &book, Instant(START + 130 * MICROS_PER_DAY), Options::default()).unwrap();
        let reasons =
            |id: &str| evaluation.decision(id).unwrap().reasons.iter().map(|one| one.code.clone()).collect::<Vec<_>>();
        assert!(["open", "pace"].contains(&reasons("R-2")[0].as_str()));
        assert!(reasons("R-3").is_empty(), "{:?}", reasons("R-3"));
    }
}

#[test]
fn what_is_recorded_later_changes_nothing() {
    let programs = programs();
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&(books(), 0..60_i64), |(news, days)| {
            let as_of = START + days * MICROS_PER_DAY;
            let with_histories = news.iter().any(|news| news.table == "accounts");
            let known: Vec<&News> = news.iter().filter(|news| news.known <= as_of).collect();
            for program in &programs {
                let fingerprint = |given: &Given| {
                    let book = Book::new(program, given);
                    evaluate(program, &book, Instant(as_of), Options::default()).unwrap().fingerprint()
                };
                let all = given(&news.iter().collect::<Vec<_>>(), with_histories);
                prop_assert_eq!(fingerprint(&given(&known, with_histories)), fingerprint(&all));
            }
            Ok(())
        })
        .unwrap();
}

/// A second version that starts in the middle of the books' time: other amounts, a limit more.
fn second_version() -> String {
    PROGRAM
        .replace("version = \"1\"", "version = \"2\"")
        .replace("first_day = 2026-01-01", "first_day = 2026-01-25")
        .replace("bronze = 200", "bronze = 210")
        .replace("on = \"payment\"\nkind", "on = [\"payment\", \"closed\"]\nwhen = \"has(referral.payment_at)\"\nkind")
        .replace("LIMITS", "[[limit]]\nid = \"lifetime\"\nat_most = 1000\n")
}

/// A version that is the first to ask how many referrals are open, and to look at levels when a month begins.
fn second_version_that_looks_back() -> String {
    let ladder = "levels = [{ name = \"bronze\", at_least = 0 }, { name = \"silver\", at_least = 1 }]";
    let before = "levels = [{ name = \"bronze\", at_least = 1 }, { name = \"silver\", at_least = 3 }]";
    let open = "[[fraud]]\ncode = \"open\"\nrequire = \"open_count < 2\"\nmessage = \"two are open\"\n";
    let out = second_version().replace(before, &format!("{ladder}\ngoes_up = \"calendar month\"\ngoes_down = \"day\""));
    out.replace("[attribution]\n", &format!("{open}[attribution]\n"))
}

/// A version that is the first in which conditions make events.
fn second_version_that_makes_events() -> String {
    format!("{}{MADE}", second_version())
}

/// A version that is the first to have a limit over the whole program.
fn second_version_over_the_program() -> String {
    let limit = "[[limit]]\nid = \"lifetime\"\n";
    let out = second_version().replace(limit, "[[limit]]\nid = \"budget\"\nper = [\"program\"]\n");
    assert!(out.contains("budget"), "the limit is written otherwise");
    out
}

/// A version that is the first to hold contests.
fn second_version_with_contests() -> String {
    let limit = "[[limit]]\nid = \"lifetime\"\nat_most = 1000\n";
    let out = second_version().replace(limit, CONTESTS);
    assert!(out.contains("busiest"), "the limit is written otherwise");
    out
}

/// A version that holds one contest more, by something that was not counted for contests before.
fn second_version_with_one_contest_more() -> String {
    let measure = "[measures.qualified_in_month]\nis = \"count\"\non = \"qualified\"\nin_each = \"calendar month\"\n";
    let contest = "[[contest]]\nid = \"most-qualified\"\nby = \"qualified_in_month\"\nties = \"share\"\nprizes = [{ id = \"medal\", \
                   place = 1, kind = \"cash\", amount = 3, pay_within = \"5 days\" }]\n";
    format!("{}{measure}{contest}", second_version_with_contests())
}

#[test]
fn a_version_that_comes_in_mid_stream_opens_the_states_of_the_one_before() {
    let first = PROGRAM.replace("LIMITS", "");
    let versions = [
        second_version(),
        second_version_that_looks_back(),
        second_version_over_the_program(),
        second_version_that_makes_events(),
        second_version_with_contests(),
    ];
    for second in versions {
        comes_in_mid_stream(&first, &second);
    }
    // All was one scope before: only what contests count is new.
    let budget = PROGRAM.replace("LIMITS", "[[limit]]\nid = \"budget\"\nper = [\"program\"]\nat_most = 900\n");
    comes_in_mid_stream(&budget, &second_version_with_contests());
    // Contests were held before: only what one more counts is new.
    comes_in_mid_stream(&PROGRAM.replace("LIMITS", CONTESTS), &second_version_with_one_contest_more());
}

fn comes_in_mid_stream(first: &str, second: &str) {
    use referral_rules::program::SourceText;
    use referral_rules::program::document::Notation;
    let source = |name, text| SourceText { name, text, notation: Notation::Toml };
    let before = Program::from_sources(&[source("1", first)]).unwrap().0;
    // The later version stands first: positions differ, names do not.
    let after = Program::from_sources(&[source("2", second), source("1", first)]).unwrap().0;
    let upgrade = START + 15 * MICROS_PER_DAY;
    let end = START + 130 * MICROS_PER_DAY;
    let mut runner = proptest::test_runner::TestRunner::default();
    runner
        .run(&books(), |news| {
            let with_histories = news.iter().any(|news| news.table == "accounts");
            let mut host = Host {
                program: &before,
                with_histories,
                rows: Vec::new(),
                states: BTreeMap::new(),
                ledger: Vec::new(),
                rebuilt: 0,
            };
            for group in news.chunk_by(|left, right| left.known == right.known) {
                if group[0].known >= upgrade {
                    host.program = &after;
                }
                host.take(group, group[0].known);
            }
            host.program = &after;
            let of_scope = |key: &&Key| matches!(key, Key::Referrer(_) | Key::Program);
            let scopes: Vec<Key> = host.states.keys().filter(of_scope).cloned().collect();
            for scope in scopes {
                let states = States::from([(scope.clone(), host.states.get(&scope).cloned())]);
                host.step(&Given::default(), states, end);
            }
            let all = given(&news.iter().collect::<Vec<_>>(), with_histories);
            let book = Book::new(&after, &all);
            let evaluation = evaluate(&after, &book, Instant(end), Options::default()).unwrap();
            let place = |entry: &mut Entry| entry.place.source.clear();
            let (mut one, mut batch) = (host.ledger, evaluation.ledger().collect::<Vec<_>>());
            one.iter_mut().chain(&mut batch).for_each(place);
            prop_assert_eq!(sorted(one), sorted(batch));
            Ok(())
        })
        .unwrap();
}

#[test]
fn states_of_another_program_or_form_ask_for_history() {
    let program = &programs()[0];
    let mut host = Host {
        program,
        with_histories: false,
        rows: Vec::new(),
        states: BTreeMap::new(),
        ledger: Vec::new(),
        rebuilt: 0,
    };
    let row =
        |columns: &[(&str, Cell)]| columns.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())).collect();
    let referral = News {
        known: START,
        table: "referrals",
        row: row(&[
            ("id", text("R-1")),
            ("referrer", text("ann")),
            ("submitted_at", instant(START)),
            ("referee.domain", text("a.example")),
            ("referee.employees", Cell::Number("50".to_owned())),
        ]),
    };
    host.take(&[referral], START);
    let event = News {
        known: START + MICROS_PER_DAY,
        table: "events",
        row: row(&[
            ("id", text("E-1")),
            ("referral", text("R-1")),
            ("kind", text("qualified")),
            ("at", instant(START + MICROS_PER_DAY)),
        ]),
    };
    let spoil: [fn(&mut State); 3] = [
        |state| state.program = "other".to_owned(),
        |state| state.schema += 1,
        |state| state.body = serde_json::Value::Null,
    ];
    for spoil in spoil {
        let mut states = States::from([(Key::Event("E-1".to_owned()), None)]);
        for (key, state) in &host.states {
            let mut state = state.clone();
            spoil(&mut state);
            states.insert(key.clone(), Some(state));
        }
        match apply(program, &states, &given(&[&event], false), Instant(event.known)) {
            Step::NeedsHistory(keys) => {
                assert!(keys.contains(&Key::Referral("R-1".to_owned())), "{keys:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}
