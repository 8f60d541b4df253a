//! The answer of workload A in one form: row by row, and added up.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a comparison: what does not fit is a failure"
)]
use referral_rules::base::Rounding;
use referral_rules::evaluation::{Decision, Evaluation};
use std::collections::HashMap;

/// Why a referral is not valid: the first check that fails.
pub mod reason {
    /// None fails.
    pub const VALID: u8 = 0;
    /// The referrer may not refer.
    pub const REFERRER_INELIGIBLE: u8 = 1;
    /// A channel outside the program.
    pub const NOT_VIA_PROGRAM: u8 = 2;
    /// Nobody to write to.
    pub const NO_CONTACT_INFO: u8 = 3;
    /// Known before.
    pub const ALREADY_IN_CRM: u8 = 4;
    /// Too small or too large.
    pub const ICP_SIZE: u8 = 5;
    /// Not a served industry.
    pub const ICP_INDUSTRY: u8 = 6;
    /// Not a served country.
    pub const ICP_COUNTRY: u8 = 7;
    /// Introduced too long ago.
    pub const TOO_OLD: u8 = 8;
    /// Another referral has the company.
    pub const DUPLICATE: u8 = 9;
}

const CODES: [(&str, u8); 11] = [
    ("unknown-referrer", reason::REFERRER_INELIGIBLE),
    ("referrer-ineligible", reason::REFERRER_INELIGIBLE),
    ("not-via-program", reason::NOT_VIA_PROGRAM),
    ("no-contact-info", reason::NO_CONTACT_INFO),
    ("already-in-crm", reason::ALREADY_IN_CRM),
    ("icp-size", reason::ICP_SIZE),
    ("icp-industry", reason::ICP_INDUSTRY),
    ("icp-country", reason::ICP_COUNTRY),
    ("too-old", reason::TOO_OLD),
    ("duplicate", reason::DUPLICATE),
    ("duplicate-referee", reason::DUPLICATE),
];

/// The answer to one referral. Amounts are in cents, days count from 1970.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// The referral.
    pub referral: i64,
    /// One of [`reason`].
    pub reason: u8,
    /// 0 where it does not qualify, else 1 to 3.
    pub tier: u8,
    /// Paid for the qualification.
    pub reward_qualified: i64,
    /// Paid for the close.
    pub reward_close: i64,
    /// What the referee gets.
    pub referee_benefit: i64,
    /// By when the first must be paid.
    pub due_qualified: Option<i32>,
    /// By when the second must be paid.
    pub due_close: Option<i32>,
}

/// What is added up of all rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// How many referrals.
    pub referrals: u64,
    /// How many per reason; the first are the valid ones.
    pub reasons: [u64; 10],
    /// How many per tier.
    pub tiers: [u64; 4],
    /// Cents for qualifications.
    pub reward_qualified: i64,
    /// Cents for closes.
    pub reward_close: i64,
    /// Cents for referees.
    pub referee_benefit: i64,
    /// One order-independent sum over all columns of all rows.
    pub mixed: u64,
}

impl Summary {
    /// Adds up rows.
    pub fn of(rows: &[Row]) -> Self {
        let mut out = Self::default();
        for row in rows {
            out.referrals += 1;
            out.reasons[usize::from(row.reason)] += 1;
            out.tiers[usize::from(row.tier)] += 1;
            out.reward_qualified += row.reward_qualified;
            out.reward_close += row.reward_close;
            out.referee_benefit += row.referee_benefit;
            let day = |day: Option<i32>| day.map_or(-1, i64::from);
            let columns = [
                i64::from(row.reason),
                i64::from(row.tier),
                row.reward_qualified,
                row.reward_close,
                row.referee_benefit,
                day(row.due_qualified),
                day(row.due_close),
            ];
            let mut mix = (row.referral as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            for value in columns {
                out.mixed = out.mixed.wrapping_add(mix.wrapping_mul((value + 1) as u64));
                mix = mix.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            }
        }
        out
    }
}

/// The engine's answer as rows, by its own order of referrals. It is read out of the decisions and the ledger that every
/// host gets.
pub fn rows(evaluation: &Evaluation<'_>) -> Vec<Row> {
    let mut at: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<Row> = Vec::new();
    for decision in evaluation.decisions() {
        let referral = decision.referral.parse().expect("the ids are numbers");
        at.insert(decision.referral.clone(), out.len());
        out.push(Row { referral, reason: first_reason(&decision), ..Row::default() });
    }
    for entry in evaluation.ledger() {
        let row = &mut out[at[&entry.referral]];
        let cents = i64::try_from(entry.amount.mantissa()).expect("cents fit");
        let cents = cents * 10_i64.pow(2 - entry.amount.scale());
        let due = entry.due_on.map(|day| day.0);
        match entry.rule.as_str() {
            "qualified" => {
                (row.reward_qualified, row.due_qualified) = (cents, due);
                row.tier = match entry.tiers[0].level.as_str() {
                    "bronze" => 1,
                    "silver" => 2,
                    _ => 3,
                };
            }
            "close" => (row.reward_close, row.due_close) = (cents, due),
            _ => row.referee_benefit = cents,
        }
    }
    out
}

fn first_reason(decision: &Decision) -> u8 {
    let Some(first) = decision.reasons.first() else { return reason::VALID };
    CODES.iter().find(|(code, _)| *code == first.code).expect("a reason of the workload").1
}

/// Money of the ledger, added up without making entries: for large books.
pub fn cents_by_rule(evaluation: &Evaluation<'_>) -> HashMap<String, i64> {
    let mut out = HashMap::new();
    for row in evaluation.ledger_rows() {
        let amount = Rounding::default().settle(evaluation.amount(row).to_number(), 2).expect("cents fit");
        let reward = evaluation.program.versions[usize::from(row.version)].rewards[usize::from(row.rule)].number;
        *out.entry(evaluation.program.reward_ids[usize::from(reward)].clone()).or_default() += amount;
    }
    out
}
