//! What a program says in words: its terms, in a language.
use super::request::{About, Found, Request};
use super::{Compiled, Failure, Out, answer, head};
use crate::diag::{Code, did_you_mean, shown};
use crate::program::Changes;
use crate::terms::Language;
use serde::Serialize;

/// Says what a program is, without any facts: `terms`, the terms in plain words as Markdown, and
/// `changes`, what changed from each version to the next; `bounds`, the most that a referral or a referrer can cost. The request is `{"program": …}`, and
/// if wanted `language` (`en` or `de`; `en` by default) and `version` (the latest by default).
///
/// # Example
/// ```
/// use referral_rules::wire::describe_json;
/// let answer = describe_json(r#"{"program": {"standard": "customer-referrals"}, "language": "de"}"#);
/// assert!(answer.contains("Wer empfehlen darf"), "{answer}");
/// let answer = describe_json(r#"{"program": {"standard": "customer-referrals"}, "language": "fr"}"#);
/// assert!(answer.contains("write `en` or `de`"), "{answer}");
/// ```
pub fn describe_json(request: &str) -> String {
    describe_with(None, request)
}

pub(super) fn describe_with(compiled: Option<&Compiled>, request: &str) -> String {
    answer((compiled, None), request, &["language", "version"], |request, faults| {
        let language = request.language("language", faults);
        let own = if request.compiled.is_none() { request.program(faults) } else { None };
        let Some(compiled) = request.compiled.or(own.as_ref()) else { return Err(Failure::Told) };
        let program = &compiled.program;
        let names: Vec<&str> = program.versions.iter().map(|version| version.name.as_str()).collect();
        let version = request.version(&names, faults);
        let (Some(language), Some(version), true) = (language, version, faults.is_empty()) else {
            return Err(Failure::Told);
        };
        let mut out: Out = head(program);
        out.put("language", language.code());
        out.put("version", version);
        out.put("terms", &program.terms_of(version, language).unwrap_or_default());
        let texts = program.changes_in_words(language);
        let changes: Vec<Changed> =
            program.changes().into_iter().zip(texts).map(|(changes, text)| Changed { changes, text }).collect();
        out.put("changes", &changes);
        let bounds = program.bounds();
        out.put("bounds", &bounds);
        out.put("bounds_text", &program.say_bounds(&bounds, language));
        Ok(out)
    })
}

/// What changed from a version to the next, as data and in words.
#[derive(Serialize)]
struct Changed {
    #[serde(flatten)]
    changes: Changes,
    text: String,
}

impl Request<'_> {
    /// The language of a letter, if one is wanted; a letter is about a referral or an entry.
    pub fn letter(&self, about: Option<&About>, faults: &mut Found) -> Option<Language> {
        let node = self.get("letter")?;
        if matches!(about, Some(About::Referrer(_))) {
            let message = "a letter is about a referral or an entry";
            faults.push(Code::BadValue, node.span, "letter", message, "name a `referral` or an `entry`");
            return None;
        }
        self.language("letter", faults)
    }

    /// The language that a key of the request names, English by default.
    pub fn language(&self, key: &str, faults: &mut Found) -> Option<Language> {
        let Some(node) = self.get(key) else { return Some(Language::default()) };
        let word = node.as_text();
        if let Some(language) = word.and_then(Language::parse) {
            return Some(language);
        }
        let codes = Language::ALL.map(|language| format!("`{}`", language.code())).join(" or ");
        let found = word.map_or_else(|| node.kind_name().to_owned(), |word| format!("`{}`", shown(word)));
        let message = format!("there are no sentences in {found}");
        faults.push(Code::BadValue, node.span, key, message, format!("write {codes}"));
        None
    }

    /// The version that is asked for, the latest by default.
    fn version<'n>(&self, names: &[&'n str], faults: &mut Found) -> Option<&'n str> {
        let Some(node) = self.get("version") else { return names.last().copied() };
        let word = node.as_text().unwrap_or_default();
        let found = names.iter().copied().find(|name| *name == word);
        if found.is_none() {
            let help = did_you_mean(word, names.iter().copied())
                .unwrap_or_else(|| format!("the versions are {}", names.join(", ")));
            let message = format!("there is no version `{}`", shown(word));
            faults.push(Code::BadValue, node.span, "version", message, help);
        }
        found
    }
}
