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
