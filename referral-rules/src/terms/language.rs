//! The languages of terms and letters, and how their sentences are filled.
use super::sentences::Say;
use super::{de, en};
use crate::base::Number;
use rust_decimal::Decimal;

/// A language in which terms and letters are written.
///
/// # Example
/// ```
/// use referral_rules::terms::Language;
/// assert_eq!(Language::parse("de"), Some(Language::German));
/// assert_eq!(Language::English.code(), "en");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Language {
    /// `en`
    #[default]
    English,
    /// `de`
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The code of ISO 639-1.
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// The language of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    pub(super) const fn sentence(self, say: Say) -> &'static str {
        match self {
            Self::English => en::sentence(say),
            Self::German => de::sentence(say),
        }
    }

    /// The sentence with its places filled.
    pub(super) fn say(self, say: Say, places: &[(&str, &str)]) -> String {
        fill(self.sentence(say), places)
    }

    /// A number with its groups of thousands, as the language writes it: `1,234.5`, `1.234,5`.
    pub(super) fn number(self, number: Number) -> String {
        match number.to_decimal() {
            Some(decimal) => self.decimal(decimal),
            None => number.to_string(),
        }
    }

    /// The same for what has its digits after the point already.
    pub(super) fn decimal(self, decimal: Decimal) -> String {
        let (group, point) = match self {
            Self::English => (',', '.'),
            Self::German => ('.', ','),
        };
        let digits = decimal.abs().to_string();
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits.as_str(), ""));
        let mut out = String::new();
        if decimal.is_sign_negative() && !decimal.is_zero() {
            out.push('-');
        }
        for (at, digit) in whole.chars().enumerate() {
            let left = whole.len().saturating_sub(at);
            if at > 0 && left % 3 == 0 {
                out.push(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(point);
            out.push_str(fraction);
        }
        out
    }
}

/// A text with `{name}` replaced by what stands for the name. What is filled in is not looked at again.
fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else { break };
        let found = places.iter().find(|(place, _)| *place == name);
        out.push_str(found.map_or("", |(_, value)| *value));
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// Text of the document as it stands in Markdown: on one line, and without a meaning of its own.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '<' | '[' | '|' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// Text of the document that is held against others letter by letter, as Markdown shows code.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.contains('`') || text.is_empty() { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// The heading of a rule: what people call it, and its id.
pub(super) fn title_of(name: &str, id: &str) -> String {
    if name.is_empty() { format!("`{id}`") } else { format!("{name} (`{id}`)") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn places(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()).collect()
    }

    #[test]
    fn every_language_has_the_same_places_in_every_sentence() {
        for say in Say::ALL {
            let wanted = places(Language::English.sentence(*say));
            for language in Language::ALL {
                let text = language.sentence(*say);
                assert!(!text.trim().is_empty(), "{say:?}");
                assert_eq!(places(text), wanted, "{say:?} in {language:?}");
                assert_eq!(text.matches('{').count(), text.matches('}').count(), "{say:?} in {language:?}");
            }
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "x")]), "{b} and x");
    }

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let number = |text| Number::parse(text).unwrap();
        assert_eq!(Language::English.number(number("1234567.5")), "1,234,567.5");
        assert_eq!(Language::German.number(number("-1234.5")), "-1.234,5");
        assert_eq!(Language::German.number(number("999")), "999");
    }
}
