//! A plain program that does workload A and nothing else: structs, hash maps, loops, written from the rules in words. It
//! is what the engine is compared with, in speed and in the answer; it shares no code with it.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a comparator: it is as plain as it can be, and the generator's numbers are small"
)]
use crate::answer::{Row, reason};
use crate::generate::{Account, CHANNELS, COUNTRIES, Facts, INDUSTRIES, Referral};
use std::collections::{HashMap, HashSet};

/// The yearly cap in cents.
const CAP: i64 = 1_000_000;

struct Campaign {
    first_day: i32,
    last_day: i32,
    industry: Option<&'static str>,
    country: Option<&'static str>,
    /// In hundredths.
    multiplier: i64,
}

const fn campaign(
    first_day: i32,
    last_day: i32,
    industry: Option<&'static str>,
    country: Option<&'static str>,
    multiplier: i64,
) -> Campaign {
    Campaign { first_day, last_day, industry, country, multiplier }
}

const CAMPAIGNS: [Campaign; 6] = [
    campaign(19_783, 19_813, Some("finance"), None, 200),
    campaign(19_875, 19_904, None, Some("CA"), 200),
    campaign(19_997, 20_088, None, None, 125),
    campaign(20_148, 20_178, Some("healthcare"), None, 200),
    campaign(20_362, 20_453, None, None, 150),
    campaign(20_393, 20_422, Some("software"), Some("DE"), 200),
];

/// The policy with its words in sets, made once.
pub struct Comparator {
    mechanisms: HashSet<&'static str>,
    industries: HashSet<&'static str>,
    countries: HashSet<&'static str>,
}

impl Default for Comparator {
    fn default() -> Self {
        Self {
            mechanisms: CHANNELS[..4].iter().copied().collect(),
            industries: INDUSTRIES[..8].iter().copied().collect(),
            countries: COUNTRIES[..12].iter().copied().collect(),
        }
    }
}

/// An amount that is earned and has to pass the cap.
struct Earned {
    day: i32,
    close: bool,
    row: usize,
    cents: i64,
}

impl Comparator {
    /// The answer to all facts, row by row.
    pub fn run(&self, facts: &Facts) -> Vec<Row> {
        let accounts: HashMap<i64, &Account> = facts.accounts.iter().map(|account| (account.id, account)).collect();
        let referrals = &facts.referrals;
        let mut out: Vec<Row> = referrals
            .iter()
            .map(|referral| Row {
                referral: referral.id,
                reason: self.local_reason(referral, accounts.get(&referral.referrer).copied()),
                ..Row::default()
            })
            .collect();
        duplicates(referrals, &mut out);
        let mut of_referrer: HashMap<i64, Vec<usize>> = HashMap::new();
        for (row, referral) in referrals.iter().enumerate() {
            if out[row].reason == reason::VALID {
                if referral.qualified_on.is_some() {
                    of_referrer.entry(referral.referrer).or_default().push(row);
                }
                if let (Some(_), Some(value)) = (referral.closed_on, referral.first_year_value) {
                    out[row].referee_benefit = (value * 20 + 50) / 100;
                }
            }
        }
        for rows in of_referrer.values_mut() {
            rows.sort_by_key(|row| (referrals[*row].qualified_on, referrals[*row].id));
            rewards(referrals, rows, &mut out);
        }
        out
    }

    /// The answer to one referral whose referrer has no other.
    pub fn one(&self, referral: &Referral, account: Option<&Account>) -> Row {
        let mut out = [Row { referral: referral.id, reason: self.local_reason(referral, account), ..Row::default() }];
        if out[0].reason == reason::VALID {
            if let (Some(_), Some(value)) = (referral.closed_on, referral.first_year_value) {
                out[0].referee_benefit = (value * 20 + 50) / 100;
            }
            if referral.qualified_on.is_some() {
                rewards(std::slice::from_ref(referral), &[0], &mut out);
            }
        }
        let [row] = out;
        row
    }

    fn local_reason(&self, referral: &Referral, account: Option<&Account>) -> u8 {
        let eligible = account.is_some_and(|account| {
            account.status == "active"
                && account.plan != "free"
                && account.plan != "trial"
                && !account.in_collections
                && !account.at_risk
                && !account.open_dispute
                && account.active_users_30d >= 1
                && account.health >= 60
                && referral.submitted_on - account.opened_on >= 90
        });
        if !eligible {
            reason::REFERRER_INELIGIBLE
        } else if !self.mechanisms.contains(referral.channel) {
            reason::NOT_VIA_PROGRAM
        } else if referral.contact_email.as_deref().unwrap_or_default().is_empty() {
            reason::NO_CONTACT_INFO
        } else if referral.crm_first_seen.is_some_and(|seen| seen < referral.submitted_on) {
            reason::ALREADY_IN_CRM
        } else if !(50..=5000).contains(&referral.employees) {
            reason::ICP_SIZE
        } else if !self.industries.contains(referral.industry) {
            reason::ICP_INDUSTRY
        } else if !self.countries.contains(referral.country) {
            reason::ICP_COUNTRY
        } else if !(0..=90).contains(&(referral.submitted_on - referral.introduced_on)) {
            reason::TOO_OLD
        } else {
            reason::VALID
        }
    }
}

/// Of the referrals that pass, the first one per company stays.
fn duplicates(referrals: &[Referral], out: &mut [Row]) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (row, referral) in referrals.iter().enumerate().filter(|(row, _)| out[*row].reason == reason::VALID) {
        let holder = first.entry(&referral.company_domain).or_insert(row);
        let earlier = &referrals[*holder];
        if (referral.submitted_on, referral.id) < (earlier.submitted_on, earlier.id) {
            *holder = row;
        }
    }
    for (row, referral) in referrals.iter().enumerate() {
        if out[row].reason == reason::VALID && first[referral.company_domain.as_str()] != row {
            out[row].reason = reason::DUPLICATE;
        }
    }
}

/// Tiers, rewards, cap and dates of one referrer's qualifying referrals, in the order of qualification.
fn rewards(referrals: &[Referral], rows: &[usize], out: &mut [Row]) {
    let mut earned = Vec::new();
    for (count, row) in (1_u32..).zip(rows.iter().copied()) {
        let referral = &referrals[row];
        let (tier, per_qualified, per_close) = match count {
            1..=2 => (1, 20_000, 100_000),
            3..=5 => (2, 25_000, 150_000),
            _ => (3, 30_000, 200_000),
        };
        let multiplier = multiplier(referral);
        let cents = |gross: i64| (gross * multiplier + 50) / 100;
        out[row].tier = tier;
        if let Some(day) = referral.qualified_on {
            earned.push(Earned { day, close: false, row, cents: cents(per_qualified) });
            out[row].due_qualified = Some(five_business_days_after(day));
        }
        if let Some(day) = referral.closed_on {
            earned.push(Earned { day, close: true, row, cents: cents(per_close) });
            out[row].due_close = Some(day + 30);
        }
    }
    earned.sort_by_key(|one| (one.day, one.close, referrals[one.row].id));
    let mut paid_in_year: HashMap<i32, i64> = HashMap::new();
    for one in earned {
        let so_far = paid_in_year.entry(year(one.day)).or_default();
        let paid = one.cents.min(CAP - *so_far);
        *so_far += paid;
        if one.close {
            out[one.row].reward_close = paid;
        } else {
            out[one.row].reward_qualified = paid;
        }
    }
}

fn multiplier(referral: &Referral) -> i64 {
    let counts = |campaign: &&Campaign| {
        (campaign.first_day..=campaign.last_day).contains(&referral.submitted_on)
            && campaign.industry.is_none_or(|industry| industry == referral.industry)
            && campaign.country.is_none_or(|country| country == referral.country)
    };
    CAMPAIGNS.iter().filter(counts).map(|campaign| campaign.multiplier).max().unwrap_or(100)
}

fn five_business_days_after(mut day: i32) -> i32 {
    let mut left = 5;
    while left > 0 {
        day += 1;
        // 1970-01-01 was a Thursday.
        if !matches!((day + 3).rem_euclid(7), 5 | 6) {
            left -= 1;
        }
    }
    day
}

/// The year of a day from 2000 to 2099.
fn year(day: i32) -> i32 {
    // Days since 2000-01-01, a leap year, in blocks of four years.
    let since = day - 10_957;
    let (block, within) = (since / 1461, since % 1461);
    2000 + block * 4 + if within < 366 { 0 } else { (within - 1) / 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_years() {
        // 2024-01-01 was a Monday, 2024-12-31 a Tuesday.
        assert_eq!(
            (year(19_722), year(19_723), year(20_088), year(20_089), year(20_454)),
            (2023, 2024, 2024, 2025, 2026)
        );
        assert_eq!(five_business_days_after(19_723), 19_730);
        assert_eq!(five_business_days_after(19_728), 19_734, "from a Saturday to the Friday after");
    }
}
