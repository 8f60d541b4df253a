//! The pipeline becomes referrals, and those become the tables `accounts` and `referrals` as CSV.
use super::{Account, Labels, Opportunity, Source, View};
use referral_rules::base::Day;
use std::collections::{BTreeMap, BTreeSet};

/// Labels that are misspelt in the source, and what is meant.
const MENDED: [(&str, &str); 4] =
    [("technolgy", "technology"), ("Philipines", "Philippines"), ("Korea", "South Korea"), ("GTXPro", "GTX Pro")];
const TENURE_DAYS_MIN: i64 = 90;
/// Opportunities without dates were submitted in the days before the last one of the data.
const LAST_DAY: (i32, u32, u32) = (2017, 12, 31);

/// What a referrer was made to be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ReferrerKind {
    /// Another company that has been a customer for long enough.
    Regular,
    /// Another company that has not.
    NotYetTenured,
    /// The company itself.
    Itself,
    /// Its parent, or a subsidiary.
    SameGroup,
}

/// Where an opportunity stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Not yet talked to.
    Submitted,
    /// In talks.
    Qualified,
    /// Won.
    Won,
    /// Lost.
    Lost,
}

/// A referral that the mapping made of an opportunity.
#[derive(Clone, Debug)]
pub struct Referral {
    /// The opportunity's id.
    pub id: String,
    /// The account that refers.
    pub referrer: String,
    /// How the referrer was found.
    pub kind: ReferrerKind,
    /// The account referred, if it is known.
    pub company: Option<String>,
    /// What is to be sold.
    pub product: String,
    /// Where it stands.
    pub stage: Stage,
    /// When it was submitted.
    pub submitted: Day,
    /// When it was qualified.
    pub qualified: Option<Day>,
    /// When it became an opportunity.
    pub opportunity: Option<Day>,
    /// When it was won or lost.
    pub closed: Option<Day>,
    /// In whole dollars, if it was won or lost.
    pub value: Option<u32>,
}

/// The whole pipeline, mapped.
#[derive(Clone, Debug)]
pub struct Mapped {
    accounts: Vec<Account>,
    customer_since: BTreeMap<String, Day>,
    /// The referrals by submission, then id.
    pub referrals: Vec<Referral>,
}

/// Maps the pipeline.
///
/// # Errors
/// A row that no rule of the mapping fits.
pub fn mapped(source: &Source, labels: Labels) -> Result<Mapped, String> {
    let mended = |label: &str| match MENDED.iter().find(|(wrong, _)| labels == Labels::Mended && *wrong == label) {
        Some((_, right)) => (*right).to_owned(),
        None => label.to_owned(),
    };
    let mut accounts = source.accounts.clone();
    for account in &mut accounts {
        account.sector = mended(&account.sector);
        account.country = mended(&account.country);
    }
    let mut customer_since: BTreeMap<String, Day> = BTreeMap::new();
    for won in source.opportunities.iter().filter(|row| row.deal_stage == "Won") {
        if let (Some(account), Some(closed)) = (&won.account, won.closed) {
            let since = customer_since.entry(account.clone()).or_insert(closed);
            *since = closed.min(*since);
        }
    }
    let mut out = Mapped { accounts, customer_since, referrals: Vec::new() };
    for row in &source.opportunities {
        let mut referral = out.referral(row).ok_or_else(|| format!("no rule fits `{}`", row.id))?;
        referral.product = mended(&referral.product);
        out.referrals.push(referral);
    }
    out.referrals.sort_by(|left, right| (left.submitted, &left.id).cmp(&(right.submitted, &right.id)));
    Ok(out)
}

impl Mapped {
    fn referral(&self, row: &Opportunity) -> Option<Referral> {
        let submitted = match row.engaged {
            Some(engaged) => engaged.checked_add_days(-1 - i64::from(hash("lead", &row.id) % 14))?,
            None => {
                let (year, month, day) = LAST_DAY;
                Day::from_ymd(year, month, day)?.checked_add_days(-i64::from(hash("open", &row.id) % 60))?
            }
        };
        let opportunity = match (row.engaged, row.closed) {
            (Some(engaged), Some(closed)) => engaged.checked_add_days(closed.days_since(engaged) / 2),
            _ => None,
        };
        let (kind, referrer) = self.referrer(row, submitted)?;
        Some(Referral {
            id: row.id.clone(),
            referrer,
            kind,
            company: row.account.clone(),
            product: row.product.clone(),
            stage: match row.deal_stage.as_str() {
                "Prospecting" => Stage::Submitted,
                "Engaging" => Stage::Qualified,
                "Won" => Stage::Won,
                "Lost" => Stage::Lost,
                _ => return None,
            },
            submitted,
            qualified: row.engaged,
            opportunity,
            closed: row.closed,
            value: row.close_value,
        })
    }

    fn referrer(&self, row: &Opportunity, submitted: Day) -> Option<(ReferrerKind, String)> {
        let company = row.account.as_deref();
        let family = company.map(|company| self.family(company)).unwrap_or_default();
        let kind = hash("kind", &row.id) % 20;
        if let Some(company) = company.filter(|_| kind == 0) {
            return Some((ReferrerKind::Itself, company.to_owned()));
        }
        if kind == 1 && family.len() > 1 {
            let others = family.iter().copied().filter(|member| Some(*member) != company).collect();
            return Some((ReferrerKind::SameGroup, picked(row, others)?));
        }
        let tenured = |since: &Day| submitted.days_since(*since) >= TENURE_DAYS_MIN;
        let pool = |wanted: bool| -> Vec<&str> {
            let outside = self.customer_since.iter().filter(|(account, _)| !family.contains(account.as_str()));
            outside.filter(|(_, since)| tenured(since) == wanted).map(|(account, _)| account.as_str()).collect()
        };
        let (young, old) = (pool(false), pool(true));
        if !young.is_empty() && (kind == 2 || old.is_empty()) {
            return Some((ReferrerKind::NotYetTenured, picked(row, young)?));
        }
        Some((ReferrerKind::Regular, picked(row, old)?))
    }

    /// The account, its parent, its subsidiaries.
    fn family<'a>(&'a self, company: &'a str) -> BTreeSet<&'a str> {
        let parent = self.account(company).and_then(|account| account.parent.as_deref());
        let subsidiaries = self.accounts.iter().filter(|account| account.parent.as_deref() == Some(company));
        [company].into_iter().chain(parent).chain(subsidiaries.map(|account| account.id.as_str())).collect()
    }

    fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// Since when an account is a customer.
    pub fn customer_since(&self, account: &str) -> Option<Day> {
        self.customer_since.get(account).copied()
    }

    /// What identifies the whole: a CRC-32 of a line per referral.
    pub fn fingerprint(&self) -> String {
        let lines: Vec<String> =
            self.referrals.iter().map(|row| format!("{}|{}|{}", row.id, row.referrer, row.submitted)).collect();
        format!("{:08x}", crc32(lines.join("\n").as_bytes()))
    }

    /// The table of accounts, as CSV.
    ///
    /// # Errors
    /// What the writer says.
    pub fn accounts_csv(&self) -> Result<String, String> {
        csv_text(
            &["id", "sector", "country", "employees", "parent", "customer_since"],
            self.accounts.iter().map(|account| {
                let since = self.customer_since(&account.id).map(|day| day.to_string());
                vec![
                    account.id.clone(),
                    account.sector.clone(),
                    account.country.clone(),
                    account.employees.to_string(),
                    account.parent.clone().unwrap_or_default(),
                    since.unwrap_or_default(),
                ]
            }),
        )
    }

    /// The table of referrals, as CSV. A prospect of its own is no account, so its facts stand on its row.
    ///
    /// # Errors
    /// What the writer says.
    pub fn referrals_csv(&self, view: View) -> Result<String, String> {
        let columns = [
            "id",
            "referrer",
            "referee",
            "submitted_at",
            "product",
            "referee.company",
            "referee.sector",
            "referee.country",
            "referee.employees",
            "referee.parent",
            "qualified_at",
            "opportunity_at",
            "closed_at",
            "closed.value",
            "lost_at",
        ];
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        csv_text(
            &columns,
            self.referrals.iter().map(|row| {
                let company = row.company.as_deref();
                let account = company.and_then(|company| self.account(company));
                let fact = |of: fn(&Account) -> String| account.map(of).unwrap_or_default();
                let referee = company.map(|company| match view {
                    View::DealFlow => format!("{company}#{}", row.id),
                    View::NewLogo => company.to_owned(),
                });
                let closed_as = |stage: Stage| if row.stage == stage { day(row.closed) } else { String::new() };
                let value = row.value.filter(|_| row.stage == Stage::Won).map(|value| value.to_string());
                vec![
                    row.id.clone(),
                    row.referrer.clone(),
                    referee.unwrap_or_default(),
                    row.submitted.to_string(),
                    row.product.clone(),
                    company.unwrap_or_default().to_owned(),
                    fact(|account| account.sector.clone()),
                    fact(|account| account.country.clone()),
                    fact(|account| account.employees.to_string()),
                    fact(|account| account.parent.clone().unwrap_or_default()),
                    day(row.qualified),
                    day(row.opportunity),
                    closed_as(Stage::Won),
                    value.unwrap_or_default(),
                    closed_as(Stage::Lost),
                ]
            }),
        )
    }
}

fn picked(row: &Opportunity, pool: Vec<&str>) -> Option<String> {
    let at = hash("referrer", &row.id).checked_rem(u32::try_from(pool.len()).ok()?)?;
    pool.get(usize::try_from(at).ok()?).map(|member| (*member).to_owned())
}

fn hash(salt: &str, id: &str) -> u32 {
    crc32(format!("{salt}:{id}").as_bytes())
}

/// CRC-32 as IEEE 802.3 has it, bit by bit: a few kilobytes are hashed.
fn crc32(bytes: &[u8]) -> u32 {
    let mut state = u32::MAX;
    for byte in bytes {
        state ^= u32::from(*byte);
        for _ in 0..8 {
            let carry = state & 1 == 1;
            state >>= 1;
            if carry {
                state ^= 0xedb8_8320;
            }
        }
    }
    !state
}

fn csv_text(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<String, String> {
    let told = |fault: csv::Error| fault.to_string();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns).map_err(told)?;
    for row in rows {
        writer.write_record(row).map_err(told)?;
    }
    let bytes = writer.into_inner().map_err(|fault| fault.to_string())?;
    String::from_utf8(bytes).map_err(|fault| fault.to_string())
}
