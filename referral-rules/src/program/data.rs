//! `[data]`: constants that a program carries and hands out, from the document as it is written to expressions and hosts.
use super::document::Constant;
use crate::base::{Day, Number};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A constant of `[data]`, a list, or a table of further ones in the order of the document.
///
/// # Example
/// ```
/// use referral_rules::base::Number;
/// use referral_rules::program::Program;
/// let (program, _) = Program::from_toml(
///     "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\ncurrency = \"USD\"\n\
///      time_zone = \"UTC\"\n[data.launch_readiness]\nhappy_customers_at_least = 50\nteams = [\"sales\", \"success\"]\n",
/// )?;
/// let data = &program.versions[0].data;
/// let wanted = data.get("launch_readiness.happy_customers_at_least").and_then(|value| value.as_number());
/// assert_eq!(wanted, Some(Number::from(50_i64)));
/// let all = serde_json::to_string(data)?;
/// assert_eq!(all, r#"{"launch_readiness":{"happy_customers_at_least":"50","teams":["sales","success"]}}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Data {
    /// A text, a number, a date, true or false.
    Value(Constant),
    /// Values of one type, or tables.
    List(Vec<Data>),
    /// Keys and what stands under them, in the order of the document.
    Table(Vec<(String, Data)>),
}

impl Default for Data {
    fn default() -> Self {
        Self::Table(Vec::new())
    }
}

impl Data {
    /// What stands under a path of keys, such as `launch_readiness.happy_customers_at_least`.
    pub fn get(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |at, key| match at {
            Self::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Self::Value(_) | Self::List(_) => None,
        })
    }

    /// The text, number, date or truth value, if it is one.
    pub const fn as_constant(&self) -> Option<&Constant> {
        match self {
            Self::Value(constant) => Some(constant),
            Self::List(_) | Self::Table(_) => None,
        }
    }

    /// The exact number, if it is one.
    pub const fn as_number(&self) -> Option<Number> {
        match self {
            Self::Value(Constant::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Value(Constant::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The day, if it is one.
    pub const fn as_day(&self) -> Option<Day> {
        match self {
            Self::Value(Constant::Date(day)) => Some(*day),
            _ => None,
        }
    }

    /// True or false, if it is one of them.
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Value(Constant::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Value(_) | Self::Table(_) => &[],
        }
    }
}

/// Numbers and dates become texts, as in every answer, so that nothing on the way turns them into floats.
impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(Constant::Text(text)) => serializer.serialize_str(text),
            Self::Value(Constant::Number(number)) => serializer.collect_str(number),
            Self::Value(Constant::Bool(value)) => serializer.serialize_bool(*value),
            Self::Value(Constant::Date(day)) => serializer.collect_str(day),
            Self::List(items) => serializer.collect_seq(items),
            Self::Table(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
