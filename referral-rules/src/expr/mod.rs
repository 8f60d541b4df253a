//! Expressions: a typed subset of the Common Expression Language. syntax → typed → compiled → evaluated over columns.
mod vector;

pub use vector::{Column, Slot, Status, Type, Value, Vector};
