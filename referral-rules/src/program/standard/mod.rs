//! The standard program, ready to use: the playbook as a document, its alternatives, and a book to try it on.
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
    /// The day at whose end the book is complete.
    pub as_of: &'static str,
}

/// An invented book for the standard program: a few dozen referrals that show every outcome that there is.
pub const EXAMPLE_BOOK: ExampleBook = ExampleBook {
    accounts: include_str!("book/accounts.csv"),
    referrals: include_str!("book/referrals.csv"),
    events: include_str!("book/events.csv"),
    confirmations: include_str!("book/confirmations.csv"),
    as_of: "2026-11-16",
};
