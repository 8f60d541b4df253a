//! The two files of the pipeline become rows; nothing is mended here.
use referral_rules::base::Day;
use serde::Deserialize;

/// A row of `accounts.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    /// Its name, which is its id.
    #[serde(rename = "account")]
    pub id: String,
    /// What it does.
    pub sector: String,
    /// How many work there.
    pub employees: u32,
    /// The country.
    #[serde(rename = "office_location")]
    pub country: String,
    /// The account that it belongs to.
    #[serde(rename = "subsidiary_of")]
    pub parent: Option<String>,
}

/// A row of `sales_pipeline.csv`.
#[derive(Clone, Debug, Deserialize)]
pub struct Opportunity {
    /// The id.
    #[serde(rename = "opportunity_id")]
    pub id: String,
    /// What is to be sold.
    pub product: String,
    /// To whom; blank in 1,425 rows.
    pub account: Option<String>,
    /// `Prospecting`, `Engaging`, `Won` or `Lost`.
    pub deal_stage: String,
    engage_date: Option<String>,
    close_date: Option<String>,
    /// Whole dollars.
    pub close_value: Option<u32>,
    /// When sales and prospect began to talk.
    #[serde(skip)]
    pub engaged: Option<Day>,
    /// When it was won or lost.
    #[serde(skip)]
    pub closed: Option<Day>,
}

/// The pipeline as it came.
#[derive(Clone, Debug)]
pub struct Source {
    /// The accounts, in the order of their names.
    pub accounts: Vec<Account>,
    /// The opportunities, in the order of the file.
    pub opportunities: Vec<Opportunity>,
}

impl Source {
    /// Reads the two files.
    ///
    /// # Errors
    /// The first row that is not as expected.
    pub fn read(accounts: &str, pipeline: &str) -> Result<Self, String> {
        let mut accounts: Vec<Account> = rows(accounts)?;
        accounts.sort_by(|left, right| left.id.cmp(&right.id));
        let mut opportunities: Vec<Opportunity> = rows(pipeline)?;
        let day = |text: &Option<String>| {
            text.as_deref().map(|text| Day::parse(text).map_err(|_| format!("`{text}` is no date"))).transpose()
        };
        for row in &mut opportunities {
            row.engaged = day(&row.engage_date)?;
            row.closed = day(&row.close_date)?;
        }
        Ok(Self { accounts, opportunities })
    }
}

fn rows<T: for<'a> Deserialize<'a>>(text: &str) -> Result<Vec<T>, String> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(|fault| fault.to_string())
}
