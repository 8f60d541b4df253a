//! One tree for every notation: TOML and JSON text becomes [`Node`]s with places, in the order of the text, numbers as their
//! own digits. What a number or a text means is decided by who reads the tree.
mod json;
mod json_text;
#[cfg(test)]
mod tests;
mod text_map;
mod toml;
mod tree;

pub use json::read_json;
pub use text_map::TextMap;
pub use toml::read_toml;
pub use tree::{Key, Node, NodeValue, Text};

/// The most faults of the notation that are reported before reading stops.
pub const SYNTAX_FAULTS_MAX: usize = 100;
