//! Who is owed what, by when, and why: an exact, explained engine for customer referral programs.
pub mod base;
pub mod diag;
pub mod expr;
pub mod node;
pub mod program;
