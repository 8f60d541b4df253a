//! The tree: values with places.
use super::TextMap;
use crate::diag::{Span, Spanned};
use std::borrow::Cow;

/// A key of a table and where it stands.
pub type Key<'a> = Spanned<Cow<'a, str>>;

/// A value and where it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node<'a> {
    /// The whole value, quotes and brackets included; the heading for a TOML `[table]`.
    pub span: Span,
    /// The value.
    pub value: NodeValue<'a>,
}

/// What stands at a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NodeValue<'a> {
    /// A quoted text.
    Text(Text<'a>),
    /// The characters of a number, `_` removed; not yet checked to be an exact decimal.
    Number(Cow<'a, str>),
    /// `true` or `false`.
    Bool(bool),
    /// The characters of a date without time, which TOML has and JSON has not.
    Date(&'a str),
    /// The characters of a time, or of a date with a time.
    DateTime(&'a str),
    /// A list.
    List(Vec<Node<'a>>),
    /// A table, in the order of the text.
    Table(Vec<(Key<'a>, Node<'a>)>),
    /// `null`, which JSON has and TOML has not.
    Null,
    /// Something that is not well-formed. There is a diagnostic already, so readers pass over it in silence.
    Unreadable,
}

/// A text with escapes resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// How it lies in the document, if not simply one byte after the start of the value.
    pub(super) map: Option<Box<TextMap>>,
}

impl<'a> Node<'a> {
    /// The value at the place.
    pub const fn new(value: NodeValue<'a>, span: Span) -> Self {
        Self { span, value }
    }

    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The value of a key, if this is a table that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.value {
            NodeValue::Table(entries) => entries.iter().find(|(name, _)| name.value == key).map(|(_, node)| node),
            _ => None,
        }
    }

    /// How the bytes of the text at this node lie in the document.
    ///
    /// # Example
    /// ```
    /// use referral_rules::node::read_json;
    /// let (node, _) = read_json(r#"["a\u00e9b"]"#);
    /// # use referral_rules::node::NodeValue;
    /// let Some(NodeValue::List(items)) = node.map(|node| node.value) else { panic!() };
    /// assert_eq!(items[0].text_map().offset(3), 9); // the `b` after an escape of six bytes
    /// ```
    pub fn text_map(&self) -> TextMap {
        match &self.value {
            NodeValue::Text(Text { map: Some(map), .. }) => TextMap::clone(map),
            NodeValue::Text(_) => TextMap::starting_at(self.span.start.saturating_add(1)),
            _ => TextMap::starting_at(self.span.start),
        }
    }

    /// The byte of the document for a byte of the decoded text at this node.
    pub fn map_offset(&self, decoded: usize) -> usize {
        self.text_map().offset(decoded)
    }

    /// What this is, for messages: `a text`, `a number`.
    pub const fn kind_name(&self) -> &'static str {
        match self.value {
            NodeValue::Text(_) => "a text",
            NodeValue::Number(_) => "a number",
            NodeValue::Bool(_) => "true or false",
            NodeValue::Date(_) => "a date",
            NodeValue::DateTime(_) => "a time",
            NodeValue::List(_) => "a list",
            NodeValue::Table(_) => "a table",
            NodeValue::Null => "null",
            NodeValue::Unreadable => "not well-formed",
        }
    }
}
