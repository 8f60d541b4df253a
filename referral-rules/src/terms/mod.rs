//! The terms of a program in plain words, as Markdown, in several languages: from the same document that computes, so that what is
//! published cannot drift from what is paid. Every key of the document has its sentence, defaults included, and every reward an
//! example that the program has really computed.
mod bounds;
mod changes;
mod condition;
mod contests;
mod de;
mod en;
mod example;
mod language;
pub mod letter;
mod made_up;
mod notices;
mod payouts;
mod rest;
mod reversals;
mod rewards;
mod rules;
mod sentences;
mod submission;
mod words;

pub use language::Language;

use crate::program::{Program, Version};
use language::plain;
use sentences::Say;
use words::Words;

impl Program {
    /// The terms of the latest version, in Markdown.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::Program;
    /// use referral_rules::terms::Language;
    /// let (program, _) = Program::from_toml(
    ///     "schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\n\
    ///      currency = \"USD\"\ntime_zone = \"UTC\"\n[facts.referee]\nemployees = \"int\"\n\
    ///      [[validity]]\ncode = \"size\"\nrequire = \"referee.employees >= 50\"\nmessage = \"the company is too small\"\n",
    /// )?;
    /// let terms = program.terms(Language::English);
    /// assert!(terms.contains("“employees” of the referee is at least 50"), "{terms}");
    /// let terms = program.terms(Language::German);
    /// assert!(terms.contains("„employees“ des Geworbenen ist mindestens 50"), "{terms}");
    /// # Ok::<(), referral_rules::program::Faults>(())
    /// ```
    pub fn terms(&self, language: Language) -> String {
        self.versions.last().map(|version| written(self, version, language, Examples::Told)).unwrap_or_default()
    }

    /// The terms of the version with this name, if there is one.
    pub fn terms_of(&self, version: &str, language: Language) -> Option<String> {
        let found = self.versions.iter().find(|found| found.name == version);
        found.map(|version| written(self, version, language, Examples::Told))
    }
}

/// Whether each reward has its example, which is computed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Examples {
    Told,
    LeftOut,
}

fn written(program: &Program, version: &Version, language: Language, examples: Examples) -> String {
    let words = Words { language, program, version };
    let document = &version.document;
    let name = document.name.as_ref().map_or(document.id.value.as_str(), |name| &name.value);
    let mut page = Page::default();
    page.line(format!("# {}", words.say(Say::Title, &[("name", &plain(name))])));
    page.blank();
    words.introduction(&mut page);
    words.requirements(&mut page);
    words.happenings(&mut page);
    words.claims(&mut page);
    words.levels(&mut page);
    words.measures(&mut page);
    words.rewards(examples, &mut page);
    words.tables(&mut page);
    words.campaigns(&mut page);
    words.groups(&mut page);
    words.contests(&mut page);
    words.limits(&mut page);
    words.reversals(&mut page);
    words.payouts(&mut page);
    words.notices(&mut page);
    words.end(&mut page);
    words.amounts(&mut page);
    words.days(&mut page);
    words.definitions(&mut page);
    words.lists(&mut page);
    words.facts(&mut page);
    words.data(&mut page);
    words.always(&mut page);
    page.text
}

/// Markdown that is written line by line.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref().trim_end());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    fn heading(&mut self, level: usize, text: &str) {
        self.blank();
        self.line(format!("{} {text}", "#".repeat(level)));
        self.blank();
    }

    /// A paragraph of sentences.
    fn paragraph(&mut self, sentences: &[String]) {
        let sentences: Vec<&str> =
            sentences.iter().map(String::as_str).filter(|sentence| !sentence.is_empty()).collect();
        if !sentences.is_empty() {
            self.blank();
            self.line(sentences.join(" "));
        }
    }

    fn item(&mut self, depth: usize, text: &str) {
        self.line(format!("{}- {text}", "  ".repeat(depth)));
    }
}

#[cfg(test)]
mod tests;
