//! Programs out of building blocks: documents as text, beside what laws must know to compute from them.
use super::draw::{Choices, Draw};
use super::moments::{LENGTHS, day_text};
use super::{Shape, forms, made, rules};
use referral_rules::base::{Day, Zone, currency_digits};
use std::fmt::Write;

/// A program of one or several versions.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The zone in which days are counted.
    pub zone: Zone,
    /// The document's currency.
    pub currency: &'static str,
    /// The versions, in any order.
    pub versions: Vec<VersionPlan>,
}

/// A version of the terms.
#[derive(Clone, Debug, Default)]
pub struct VersionPlan {
    /// Its name.
    pub name: String,
    /// The document.
    pub text: String,
    /// The kinds of event that rules may name, the clock's among them.
    pub kinds: Vec<&'static str>,
    /// The kinds that the clock makes.
    pub clocks: Vec<&'static str>,
    /// The names of the tier ladders.
    pub ladders: Vec<&'static str>,
    /// The names of the declared measures.
    pub measures: Vec<&'static str>,
    /// The rewards.
    pub rewards: Vec<RewardPlan>,
    /// The ids of the campaigns.
    pub campaigns: Vec<String>,
    /// The limits.
    pub limits: Vec<LimitPlan>,
    /// True when it says which referrals are of the same referee.
    pub claims: bool,
    /// True when it holds a contest.
    pub contest: bool,
    /// True when a limit covers its prizes.
    pub prizes_limited: bool,
    /// True when something takes back what was granted.
    pub reverses: bool,
}

/// What laws know of a reward.
#[derive(Clone, Debug)]
pub struct RewardPlan {
    /// Its id.
    pub id: String,
    /// The unit of its amounts.
    pub unit: &'static str,
    /// Whether it goes to the referrer.
    pub to_referrer: bool,
    /// Whose it is.
    pub to: &'static str,
    /// Whether it asks what was granted.
    pub asks_granted: bool,
}

/// What laws know of a limit.
#[derive(Clone, Debug)]
pub struct LimitPlan {
    /// Its id.
    pub id: String,
    /// The rewards that it names.
    pub rewards: Option<Vec<String>>,
    /// The campaigns that it names.
    pub campaigns: Vec<String>,
    /// The kind of event that it is for, if its condition says so.
    pub kind: Option<&'static str>,
    /// What it counts by.
    pub per: Vec<&'static str>,
    /// The period.
    pub in_each: &'static str,
    /// The bound.
    pub at_most: &'static str,
    /// The unit, or `grants`.
    pub unit: &'static str,
    /// What happens beyond.
    pub over_limit: &'static str,
    /// Whether what is taken back gives room.
    pub gives_room: bool,
}

/// The first days of the versions; the first version governs the days before the second, and so on.
const FIRST_DAYS: [(i32, u32, u32); 3] = [(2024, 1, 1), (2024, 4, 1), (2024, 9, 8)];

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
];

pub(super) const ROUNDINGS: [&str; 8] =
    ["half away from zero", "half even", "half up", "half down", "up", "down", "ceiling", "floor"];

/// The facts that every program declares, and constants that expressions ask for.
pub(super) const DECLARATIONS: &str = r#"
[facts.account]
status = ["paying", "trial", "cancelled"]
customer_since = "date"
open_dispute = "bool"
[facts.referee]
domain = "text"
email = "text"
employees = "int"
industry = ["finance", "software", "health"]
[facts.referral]
channel = "text"
in_crm = "bool"
score = "decimal"
[facts.event]
amount = "decimal"
seats = "int"
plan = ["basic", "pro"]
undoes = "text"
[definitions]
net = "event.amount - event.seats"
large = "net > fee || referral.in_crm"
fee = 33.335
[lists]
public_mail = ["gmail.com", "outlook.com"]
asked = { from = "host" }
[data.rates]
share = 0.20
size = 50
[tables.plans]
by = "event.plan"
pro = { fee = 33.335, seats = 3 }
[tables.by_count]
by = "qualified_count"
1 = 100
2 = 50.5
[tables.by_seats]
by = "event.seats"
bands = [{ below = 1, value = 5 }, { from = 1, up_to = 3, value = 7.5 }, { above = 3, value = 11.115 }]
"#;

impl Plan {
    /// Makes a program from choices; `None` if the build carries no zone data.
    pub fn new(header: &Choices, blocks: &[Choices], shape: &Shape) -> Option<Self> {
        let mut draw = Draw::new(header);
        let zone = draw.one_of(&ZONES);
        let zone = Zone::named(if shape.utc { "UTC" } else { zone })?;
        let currency = draw.one_of(&["USD", "JPY", "KWD", "EUR"]);
        let mut plan = Self { zone, currency, versions: Vec::new() };
        let count = draw.one_of(&[1, 1, 1, 2, 2, 3]);
        let latest_first = draw.once_in(3);
        for number in 0..count {
            let version = plan.version(number, count, &mut draw.clone(), blocks, shape);
            plan.versions.push(version);
        }
        if latest_first {
            plan.versions.reverse();
        }
        Some(plan)
    }

    fn version(
        &self,
        number: usize,
        count: usize,
        draw: &mut Draw<'_>,
        blocks: &[Choices],
        shape: &Shape,
    ) -> VersionPlan {
        let mut out = VersionPlan { name: format!("v{number}"), ..VersionPlan::default() };
        out.head(self, number, count, draw, shape);
        out.text.push_str(DECLARATIONS);
        // A later version is made from the same blocks, less a few.
        let kept = |choices: &&Choices| number == 0 || choices.last().is_none_or(|last| last % 5 != 4);
        let of = |sort: std::ops::Range<usize>| {
            blocks.iter().enumerate().filter(move |(_, choices)| kept(choices)).filter_map(move |(at, choices)| {
                let mut draw = Draw::new(choices);
                sort.contains(&draw.below(16)).then_some((at, draw))
            })
        };
        out.kinds =
            vec!["qualified", "submitted", "closed", "payment", "opportunity", "install", "disqualified", "lost"];
        out.text.push_str("[[event]]\nkind = \"payment\"\nneeds = [\"plan\"]\n[[event]]\nkind = \"install\"\n");
        forms::implied(&mut out, draw);
        if !shape.ahead {
            forms::measures(&mut out, draw, shape);
        }
        for (_, mut draw) in of(9..11).filter(|_| !shape.ahead) {
            rules::clock(&mut out, &mut draw);
        }
        for (_, mut draw) in of(8..9) {
            rules::ladder(&mut out, &mut draw, shape);
        }
        if !shape.ahead {
            made::made(&mut out, draw, shape);
        }
        for (at, mut draw) in of(11..12) {
            rules::requirement(&mut out, &mut draw, at, shape);
        }
        for (at, mut draw) in of(0..5).chain(of(12..14)) {
            rules::reward(&mut out, &mut draw, at, number, self.currency, shape);
        }
        for (at, mut draw) in of(7..8).chain(of(14..15)) {
            rules::campaign(&mut out, &mut draw, at, shape);
        }
        forms::groups(&mut out, draw);
        forms::payouts(&mut out, draw);
        for (at, mut draw) in of(5..7) {
            rules::limit(&mut out, &mut draw, at, self.currency, shape);
        }
        let last = day_text(Day::from_ymd(2024, 6, 30).unwrap_or_default(), shape.shift_days);
        super::contests::contests(&mut out, draw, shape, &last);
        for (at, mut draw) in of(15..16).filter(|_| !shape.ahead) {
            forms::reversal(&mut out, &mut draw, at);
        }
        forms::metrics(&mut out, draw);
        out
    }
}

impl VersionPlan {
    fn head(&mut self, plan: &Plan, number: usize, count: usize, draw: &mut Draw<'_>, shape: &Shape) {
        let day = |number: usize| {
            let (year, month, day) = FIRST_DAYS.get(number).copied().unwrap_or((2030, 1, 1));
            Day::from_ymd(year, month, day).unwrap_or_default()
        };
        let shown = |day: Day| day_text(day, shape.shift_days);
        let name = &self.name;
        let (currency, zone) = (plan.currency, plan.zone.name());
        let mut text = format!("schema = 1\nid = \"laws\"\nversion = \"{name}\"\n");
        let first = shown(day(number));
        // The last version may end; an earlier one may leave a gap before the next.
        let last = match draw.below(4) {
            3 if number.saturating_add(1) == count => {
                let under_way = draw.one_of(&["", "", ", under_way = \"stop\"", ", under_way = \"30 days\""]);
                format!(", last_day = {}{under_way}", shown(day(2).checked_add_days(60).unwrap_or_default()))
            }
            2 if number.saturating_add(1) < count => format!(
                ", last_day = {}",
                shown(day(number.saturating_add(1)).checked_add_days(-3).unwrap_or_default())
            ),
            _ => String::new(),
        };
        let _ = write!(
            text,
            "in_force = {{ first_day = {first}{last} }}\ncurrency = \"{currency}\"\ntime_zone = \"{zone}\"\n"
        );
        let rounding = draw.one_of(&ROUNDINGS);
        if rounding != "half away from zero" {
            let _ = writeln!(text, "rounding = \"{rounding}\"");
        }
        let version = draw.one_of(&["submitted", "submitted", "qualified", "closed", "event"]);
        let tier = draw.one_of(&["event", "event", "submitted", "qualified", "closed"]);
        let campaign = draw.one_of(&["submitted", "qualified", "closed", "event"]);
        let _ = write!(text, "[as_of]\nversion = \"{version}\"\ntier = \"{tier}\"\ncampaign = \"{campaign}\"\n");
        if draw.once_in(3) {
            let holidays = [shown(day(0)), shown(day(1)), shown(day(2))].join(", ");
            let weekend = draw.one_of(&["\"sat\", \"sun\"", "\"fri\"", ""]);
            let _ = write!(text, "[calendar]\nweekend = [{weekend}]\nholidays = [{holidays}]\n");
        }
        if shape.claims && draw.once_in(2) {
            self.claims = true;
            let keys = draw.one_of(&[
                "\"referee.domain\"",
                "\"referee.domain\", \"normalize_email(referee.email)\"",
                "\"referee.id\"",
                "\"referee.id\", \"referee.domain\", \"referral.channel\"",
                "\"referee.employees\"",
            ]);
            let _ = write!(text, "[attribution]\nsame_referee_when = [{keys}]\n");
            super::forms::claims(&mut text, draw, shape);
        }
        self.text = text;
    }

    /// The reward with the id.
    pub fn reward(&self, id: &str) -> Option<&RewardPlan> {
        self.rewards.iter().find(|reward| reward.id == id)
    }
}

impl LimitPlan {
    /// Whether the limit covers the reward, by name or by default.
    pub fn covers(&self, reward: &RewardPlan) -> bool {
        match &self.rewards {
            Some(rewards) => rewards.contains(&reward.id),
            None => reward.to_referrer && (self.unit == "grants" || self.unit == reward.unit),
        }
    }

    /// The bound in minor units, or in grants.
    pub fn at_most_minor(&self) -> i64 {
        let whole: i64 = self.at_most.parse().unwrap_or(0);
        if self.unit == "grants" { whole } else { whole.saturating_mul(10_i64.saturating_pow(digits(self.unit))) }
    }
}

/// The digits of a unit after the point.
pub fn digits(unit: &str) -> u32 {
    currency_digits(unit).unwrap_or(if unit == "percent" { 2 } else { 0 })
}

/// A length out of those that events fall on.
pub(super) fn length(draw: &mut Draw<'_>) -> &'static str {
    draw.one_of(&LENGTHS)
}
