//! Helpers that the tests of this workspace share.
pub mod expressions;
pub mod shared;
