//! The facts of workload A, as plain structs: the distributions that the workload describes, from a seed.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a generator: its numbers are small and its positions are its own"
)]
use crate::random::Random;

/// The first day of submission, 2024-01-01, in days since 1970.
pub const FIRST_DAY: i32 = 19_723;
/// The last day of submission, 2025-12-31.
pub const LAST_DAY: i32 = 20_453;

/// The statuses of an account.
pub const STATUSES: [&str; 3] = ["active", "paused", "churned"];
/// The plans of an account.
pub const PLANS: [&str; 5] = ["free", "trial", "starter", "growth", "enterprise"];
/// Industries; the first eight are served.
pub const INDUSTRIES: [&str; 12] = [
    "software",
    "finance",
    "healthcare",
    "retail",
    "manufacturing",
    "logistics",
    "education",
    "media",
    "gambling",
    "tobacco",
    "government",
    "defense",
];
/// Countries; the first twelve are served.
pub const COUNTRIES: [&str; 20] = [
    "US", "CA", "GB", "DE", "FR", "NL", "SE", "AU", "SG", "JP", "ID", "BR", "CN", "RU", "ZA", "MX", "IT", "ES", "PL",
    "IN",
];
/// Channels; the first four belong to the program.
pub const CHANNELS: [&str; 6] = ["web_form", "in_app", "portal", "email_alias", "verbal", "sales_note"];

const WORDS: [&str; 20] = [
    "acme",
    "nova",
    "blue",
    "terra",
    "apex",
    "orbit",
    "lumen",
    "delta",
    "prime",
    "cedar",
    "atlas",
    "vertex",
    "summit",
    "harbor",
    "quant",
    "zenith",
    "pixel",
    "cobalt",
    "meridian",
    "northwind",
];
const ENDINGS: [&str; 10] =
    ["labs", "soft", "group", "health", "bank", "works", "systems", "media", "freight", "foods"];
const DOMAINS: [&str; 10] = ["com", "io", "de", "co.uk", "ca", "fr", "com.au", "id", "com.br", "net"];
const NAMES: [&str; 10] = ["ana", "budi", "chen", "dina", "erik", "fatima", "george", "hana", "ivan", "julia"];

/// A referrer's account. Days count from 1970.
#[derive(Clone, Debug)]
pub struct Account {
    /// The id.
    pub id: i64,
    /// One of [`STATUSES`].
    pub status: &'static str,
    /// One of [`PLANS`].
    pub plan: &'static str,
    /// Customer since.
    pub opened_on: i32,
    /// Owes money.
    pub in_collections: bool,
    /// May leave.
    pub at_risk: bool,
    /// Disputes a bill.
    pub open_dispute: bool,
    /// Use of the product.
    pub active_users_30d: i64,
    /// 0 to 100.
    pub health: i64,
}

/// A referral. Days count from 1970.
#[derive(Clone, Debug)]
pub struct Referral {
    /// The id.
    pub id: i64,
    /// The referrer's account.
    pub referrer: i64,
    /// The company's identity.
    pub company_domain: String,
    /// One of [`INDUSTRIES`].
    pub industry: &'static str,
    /// One of [`COUNTRIES`].
    pub country: &'static str,
    /// How many work there.
    pub employees: i64,
    /// One of [`CHANNELS`].
    pub channel: &'static str,
    /// When the referrer made the introduction.
    pub introduced_on: i32,
    /// When the program received it.
    pub submitted_on: i32,
    /// Whom to write to.
    pub contact_email: Option<String>,
    /// Since when the company is known.
    pub crm_first_seen: Option<i32>,
    /// When sales accepted it.
    pub qualified_on: Option<i32>,
    /// When the deal was won.
    pub closed_on: Option<i32>,
    /// What it is worth, in cents.
    pub first_year_value: Option<i64>,
}

/// All facts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// One per referrer.
    pub accounts: Vec<Account>,
    /// In the order of six exports, one per channel: not in the order of time.
    pub referrals: Vec<Referral>,
}

/// Makes so many referrals over so many accounts.
pub fn facts(referrals: usize, accounts: usize) -> Facts {
    let mut random = Random::new(20_260_101 + referrals as u64);
    let accounts = make_accounts(accounts.max(1), &mut random);
    let mut referrals = make_referrals(referrals, &accounts, &mut random);
    let channel = |referral: &Referral| CHANNELS.iter().position(|channel| *channel == referral.channel);
    referrals.sort_by_key(|referral| (channel(referral), referral.submitted_on, referral.id));
    Facts { accounts, referrals }
}

/// Workload A: one referrer per twenty referrals.
pub fn workload_a(referrals: usize) -> Facts {
    facts(referrals, referrals / 20)
}

fn make_accounts(count: usize, random: &mut Random) -> Vec<Account> {
    let mut out: Vec<Account> = (0..count as i64)
        .map(|at| Account {
            id: 5_000_000 + 7 * at + random.between(0, 6),
            status: STATUSES[pick(random, &[985, 10, 5])],
            plan: PLANS[pick(random, &[5, 5, 450, 340, 200])],
            opened_on: if random.chance(20) {
                random.between(i64::from(FIRST_DAY) - 60, i64::from(LAST_DAY) - 1) as i32
            } else {
                random.between(i64::from(FIRST_DAY) - 1500, i64::from(FIRST_DAY) - 91) as i32
            },
            in_collections: random.chance(6),
            at_risk: random.chance(8),
            open_dispute: random.chance(6),
            active_users_30d: if random.chance(10) { 0 } else { random.between(1, 399) },
            health: if random.chance(12) { random.between(10, 59) } else { random.between(60, 100) },
        })
        .collect();
    shuffle(&mut out, random);
    out
}

fn make_referrals(count: usize, accounts: &[Account], random: &mut Random) -> Vec<Referral> {
    let mut until = 0;
    let weights: Vec<u64> = accounts
        .iter()
        .map(|_| {
            until += random.exponential();
            until
        })
        .collect();
    let mut days: Vec<i32> =
        (0..count).map(|_| random.between(i64::from(FIRST_DAY), i64::from(LAST_DAY)) as i32).collect();
    days.sort_unstable();
    let mut numbers: Vec<u64> = (0..count as u64).map(|at| at * 10 + random.below(10)).collect();
    shuffle(&mut numbers, random);
    let mut out = Vec::with_capacity(count);
    for (at, submitted_on) in days.into_iter().enumerate() {
        let drawn = random.below(until);
        let account = weights.partition_point(|weight| *weight <= drawn);
        let referrer = if random.chance(2) { random.between(1, 1000) } else { accounts[account].id };
        let company = if at > 0 && random.chance(30) { random.below(at as u64) as usize } else { at };
        let id = 10_000_000 + 3 * at as i64 + random.between(0, 2);
        out.push(make_referral(id, referrer, submitted_on, numbers[company] as usize, random));
    }
    out
}

fn make_referral(id: i64, referrer: i64, submitted_on: i32, company: usize, random: &mut Random) -> Referral {
    let (word, ending) = (WORDS[company % 20], ENDINGS[(company / 20) % 10]);
    let company_domain = format!("{word}{ending}{company}.{}", DOMAINS[(company / 200) % 10]);
    let contact_email = match random.below(100) {
        0..2 => Some(String::new()),
        94.. => None,
        _ => Some(format!("{}.{}@{company_domain}", NAMES[random.below(10) as usize], random.below(1000))),
    };
    // exp(5.9 + 0.75 z): 2^(8.512 + 1.082 z)
    let employees = match random.log_normal(557_845, 70_912) {
        few @ ..50 => 50 + few,
        many => many.min(5000),
    };
    let employees = match (random.chance(80), random.chance(600)) {
        (false, _) => employees,
        (true, true) => random.between(1, 49),
        (true, false) => random.between(5001, 89_999),
    };
    let known_before = random.chance(80);
    let crm_first_seen = match (known_before, random.chance(300)) {
        (true, _) => Some(submitted_on - random.between(1, 899) as i32),
        (false, true) => Some(submitted_on + random.between(0, 29) as i32),
        (false, false) => None,
    };
    let qualified_on = random.chance(450).then(|| submitted_on + random.between(1, 45) as i32);
    let closed_on = qualified_on.filter(|_| random.chance(300)).map(|day| day + random.between(10, 180) as i32);
    Referral {
        id,
        referrer,
        company_domain,
        industry: INDUSTRIES[coded(random, 8, 4)],
        country: COUNTRIES[coded(random, 12, 8)],
        employees,
        channel: CHANNELS[coded(random, 4, 2)],
        introduced_on: submitted_on
            - if random.chance(80) { random.between(91, 399) } else { random.between(0, 90) } as i32,
        submitted_on,
        contact_email,
        crm_first_seen,
        qualified_on,
        closed_on,
        // exp(14.3 + 0.9 z) cents: 2^(20.63 + 1.298 z)
        first_year_value: closed_on.map(|_| random.log_normal(1_352_008, 85_066)),
    }
}

/// One of the good values, or, eight times in a hundred, one of the bad ones behind them.
fn coded(random: &mut Random, good: u64, bad: u64) -> usize {
    (if random.chance(80) { good + random.below(bad) } else { random.below(good) }) as usize
}

fn pick(random: &mut Random, per_mille: &[u64]) -> usize {
    let mut left = random.below(1000);
    for (at, share) in per_mille.iter().enumerate() {
        if left < *share {
            return at;
        }
        left -= share;
    }
    0
}

fn shuffle<T>(values: &mut [T], random: &mut Random) {
    for at in (1..values.len()).rev() {
        values.swap(at, random.below(at as u64 + 1) as usize);
    }
}
