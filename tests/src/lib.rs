//! Helpers that the tests of this workspace share.
pub mod corpus;
pub mod crm;
pub mod expressions;
pub mod generate;
pub mod laws;
pub mod papers;
pub mod shared;
