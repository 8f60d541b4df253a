//! What state is kept by, and the envelope that says who made it.
use crate::base::Instant;
use crate::program::Program;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// What a piece of state is kept by. The host stores states under the key's text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Key {
    /// An event that was taken in.
    Event(String),
    /// A referral.
    Referral(String),
    /// A claim on a referee: the key expression's text, and its value.
    Claim(String, String),
    /// By whom an account was referred, for programs that ask for circles or recruiters.
    Account(String),
    /// The history of an account, where accounts have one.
    History(String),
    /// All that a referrer's referrals share.
    Referrer(String),
    /// Everything: for programs with limits over several referrers.
    Program,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(id) => write!(f, "event/{id}"),
            Self::Referral(id) => write!(f, "referral/{id}"),
            Self::Claim(source, value) => {
                write!(f, "claim/{}/{value}", source.replace('%', "%25").replace('/', "%2F"))
            }
            Self::Account(id) => write!(f, "account/{id}"),
            Self::History(id) => write!(f, "history/{id}"),
            Self::Referrer(id) => write!(f, "referrer/{id}"),
            Self::Program => f.write_str("program"),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let unknown = || format!("`{text}` is no key of a state");
        if text == "program" {
            return Ok(Self::Program);
        }
        let (kind, rest) = text.split_once('/').ok_or_else(unknown)?;
        match kind {
            "event" => Ok(Self::Event(rest.to_owned())),
            "referral" => Ok(Self::Referral(rest.to_owned())),
            "account" => Ok(Self::Account(rest.to_owned())),
            "history" => Ok(Self::History(rest.to_owned())),
            "referrer" => Ok(Self::Referrer(rest.to_owned())),
            "claim" => {
                let (source, value) = rest.split_once('/').ok_or_else(unknown)?;
                Ok(Self::Claim(source.replace("%2F", "/").replace("%25", "%"), value.to_owned()))
            }
            _ => Err(unknown()),
        }
    }
}

/// The version of the form that states are written in.
pub const STATE_SCHEMA: u32 = 1;

/// State as the host stores it: who made it, for which key, and the rest, which is the engine's own business.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct State {
    /// The program's id.
    pub program: String,
    /// The form: [`STATE_SCHEMA`].
    pub schema: u32,
    /// The engine's version.
    pub engine: String,
    /// The key.
    pub key: Key,
    /// When the clock acts on it next, if it does: call then with no news.
    pub wakes_at: Option<String>,
    /// The rest.
    pub body: serde_json::Value,
}

impl State {
    /// The state as one text, to be stored as it is: what stands in it is the engine's own business.
    ///
    /// # Example
    /// ```
    /// use referral_rules::live::{Key, State};
    /// let text = r#"{"program":"acme","schema":1,"engine":"0.1.0","key":"referrer/ada","wakes_at":null,"body":{}}"#;
    /// let state = State::from_text(text).unwrap();
    /// assert_eq!(state.key, Key::Referrer("ada".to_owned()));
    /// assert_eq!(state.to_text(), text);
    /// assert!(State::from_text("{}").is_none());
    /// ```
    pub fn to_text(&self) -> String {
        // Texts, numbers and maps with text keys: writing them as JSON cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`State::to_text`] wrote; nothing if it is anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// The states that the host hands in: `None` says that there is none under the key yet.
pub type States = BTreeMap<Key, Option<State>>;

/// Reads the body of a state, if this program and this form made it.
pub(super) fn open<T: for<'de> Deserialize<'de>>(program: &Program, state: &State) -> Option<T> {
    let ours = state.program == program.id && state.schema == STATE_SCHEMA;
    ours.then(|| T::deserialize(&state.body).ok()).flatten()
}

/// Writes a state.
pub(super) fn seal<T: Serialize>(program: &Program, key: Key, wakes_at: Option<i64>, body: &T) -> State {
    State {
        program: program.id.clone(),
        schema: STATE_SCHEMA,
        engine: env!("CARGO_PKG_VERSION").to_owned(),
        key,
        wakes_at: wakes_at.map(|at| Instant(at).to_string()),
        // The bodies are maps with text keys, lists and numbers; writing them as JSON cannot fail.
        body: serde_json::to_value(body).unwrap_or_default(),
    }
}
