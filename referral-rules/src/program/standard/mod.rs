//! The standard programs, ready to use: the playbook as documents, their alternatives, and books to try them on.
mod alternatives;

pub use alternatives::{Alternative, UnknownAlternative, alternatives, choose};

/// The standard customer referral program, in TOML.
///
/// # Example
/// ```
/// use referral_rules::program::{Program, standard};
/// let (program, warnings) = Program::from_toml(standard::CUSTOMER_REFERRALS)?;
/// assert_eq!(program.id, "customer-referrals");
/// assert!(warnings.is_empty());
/// # Ok::<(), referral_rules::program::Faults>(())
/// ```
pub const CUSTOMER_REFERRALS: &str = include_str!("customer-referrals.toml");

/// The standard partner program, in TOML: beside the one for customers, with its own id, terms and ledger.
///
/// # Example
/// ```
/// use referral_rules::program::{Program, standard};
/// let (program, warnings) = Program::from_toml(standard::PARTNER_REFERRALS)?;
/// assert_eq!(program.id, "partner-referrals");
/// assert!(warnings.is_empty());
/// # Ok::<(), referral_rules::program::Faults>(())
/// ```
pub const PARTNER_REFERRALS: &str = include_str!("partner-referrals.toml");

/// A program that comes with the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standard {
    /// Its name, which is its id.
    pub name: &'static str,
    /// The document, in TOML.
    pub document: &'static str,
    /// A book to try it on.
    pub example: ExampleBook,
    /// A referral of that book whose explanation shows much.
    pub worth_explaining: &'static str,
}

/// The standard programs; the first is the one that is meant where none is named.
pub const STANDARDS: [Standard; 2] = [
    Standard {
        name: "customer-referrals",
        document: CUSTOMER_REFERRALS,
        example: EXAMPLE_BOOK,
        worth_explaining: "R-203",
    },
    Standard {
        name: "partner-referrals",
        document: PARTNER_REFERRALS,
        example: PARTNER_BOOK,
        worth_explaining: "P-106",
    },
];

impl Standard {
    /// The standard program of that name.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::standard::Standard;
    /// assert!(Standard::named("partner-referrals").is_some_and(|one| one.document.contains("[tables.share]")));
    /// assert_eq!(Standard::named("somebody-elses"), None);
    /// ```
    pub fn named(name: &str) -> Option<&'static Self> {
        STANDARDS.iter().find(|standard| standard.name == name)
    }
}

/// Tables of a host, as CSV.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExampleBook {
    /// One row per account.
    pub accounts: &'static str,
    /// One row per referral.
    pub referrals: &'static str,
    /// One row per event.
    pub events: &'static str,
    /// What was paid, and whom the beneficiaries were told.
    pub confirmations: &'static str,
    /// What the host gives for metrics.
    pub figures: &'static str,
    /// The day at whose end the book is complete.
    pub as_of: &'static str,
}

impl ExampleBook {
    /// Its tables by name, as CSV: what `Given::from_csv` takes.
    pub const fn tables(&self) -> [(&'static str, &'static str); 5] {
        [
            ("accounts", self.accounts),
            ("referrals", self.referrals),
            ("events", self.events),
            ("confirmations", self.confirmations),
            ("figures", self.figures),
        ]
    }
}

/// An invented book for the standard program: a few dozen referrals that show every outcome that there is.
pub const EXAMPLE_BOOK: ExampleBook = ExampleBook {
    accounts: include_str!("book/accounts.csv"),
    referrals: include_str!("book/referrals.csv"),
    events: include_str!("book/events.csv"),
    confirmations: include_str!("book/confirmations.csv"),
    figures: include_str!("book/figures.csv"),
    as_of: "2026-11-16",
};

/// An invented book for the partner program: fourteen deals by partners of every kind.
pub const PARTNER_BOOK: ExampleBook = ExampleBook {
    accounts: include_str!("partner-book/accounts.csv"),
    referrals: include_str!("partner-book/referrals.csv"),
    events: include_str!("partner-book/events.csv"),
    confirmations: include_str!("partner-book/confirmations.csv"),
    figures: "name,value\n",
    as_of: "2026-06-30",
};
