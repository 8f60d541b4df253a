//! Reports for people, in plain text of at most 120 columns. They read an evaluation and never compute an amount.
mod assessments;
pub mod explain;
mod payouts;
pub(crate) mod stands;
mod summary;
mod text;

pub use summary::summary;
