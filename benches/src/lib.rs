//! How fast the engine answers, beside a plain program that answers the same.
//!
//! `programs/workload_a.toml` is the document, [`generate`] makes the facts, [`tables`] gives them to the engine,
//! [`comparator`] answers from the rules in words, and [`answer`] brings both answers into one form.
pub mod answer;
pub mod comparator;
pub mod generate;
pub mod random;
pub mod tables;

/// The document of workload A.
pub const WORKLOAD_A: &str = include_str!("../programs/workload_a.toml");

/// What workload A is measured by, to be appended to its document.
pub const REPORTS: &str = include_str!("../programs/reports.toml");

/// Workload A with its rules in another order, under other names, with other constants, and two rules more.
pub const REORDERED: &str = include_str!("../programs/workload_a_reordered.toml");

/// Another program over the same tables: other facts decide, three campaigns, two limits.
pub const OTHER: &str = include_str!("../programs/workload_a_other.toml");
