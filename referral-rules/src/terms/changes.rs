//! What changed between two versions, in the words of their terms: section by section and rule by rule, what was said before and what
//! is said now.
use super::language::{Language, plain};
use super::sentences::Say;
use super::{Examples, Page, written};
use crate::program::Program;

/// What stands under a heading of the terms.
struct Block {
    heading: String,
    lines: Vec<String>,
}

/// The terms in blocks.
fn blocks(terms: &str) -> Vec<Block> {
    let mut out = vec![Block { heading: String::new(), lines: Vec::new() }];
    let mut section = String::new();
    for line in terms.lines().filter(|line| !line.trim().is_empty()) {
        let heading = match (line.strip_prefix("## "), line.strip_prefix("### ")) {
            (Some(title), _) => {
                section = title.to_owned();
                title.to_owned()
            }
            (_, Some(rule)) => format!("{section}: {rule}"),
            _ => {
                if let Some(block) = out.last_mut().filter(|_| !line.starts_with("# ")) {
                    block.lines.push(line.to_owned());
                }
                continue;
            }
        };
        out.push(Block { heading, lines: Vec::new() });
    }
    out
}

impl Program {
    /// What changed from each version to the next, in Markdown: in the words of the terms, rule by rule.
    pub fn changes_in_words(&self, language: Language) -> Vec<String> {
        let told = self.versions.iter().map(|version| blocks(&written(self, version, language, Examples::LeftOut)));
        let told: Vec<Vec<Block>> = told.collect();
        let pairs = self.versions.iter().zip(self.versions.iter().skip(1));
        pairs
            .zip(told.iter().zip(told.iter().skip(1)))
            .map(|((before, after), (old, new))| {
                let name = after.document.name.as_ref().map_or(self.id.as_str(), |name| &name.value);
                let mut page = Page::default();
                let day = after.first_day.to_string();
                let places = [
                    ("name", &*plain(name)),
                    ("from", before.name.as_str()),
                    ("to", after.name.as_str()),
                    ("first_day", &day),
                ];
                page.line(format!("# {}", language.say(Say::ChangesTitle, &places)));
                page.paragraph(&[language.say(Say::ChangesIntro, &places)]);
                compare(old, new, language, &mut page);
                page.text
            })
            .collect()
    }
}

fn compare(old: &[Block], new: &[Block], language: Language, page: &mut Page) {
    let find = |blocks: &'_ [Block], heading: &str| blocks.iter().position(|block| block.heading == heading);
    let mut nothing = true;
    let lines = |said: Say, lines: &[&String], page: &mut Page| {
        if !lines.is_empty() {
            page.blank();
            page.line(language.sentence(said));
            page.blank();
            lines.iter().for_each(|line| {
                page.line(if line.contains("- ") || line.starts_with('|') {
                    (*line).clone()
                } else {
                    format!("- {line}")
                })
            });
        }
    };
    for block in new.iter().filter(|block| !block.heading.is_empty()) {
        let before = find(old, &block.heading).and_then(|at| old.get(at));
        let was: &[String] = before.map_or(&[], |block| &block.lines);
        let gone: Vec<&String> = was.iter().filter(|line| !block.lines.contains(line)).collect();
        let come: Vec<&String> = block.lines.iter().filter(|line| !was.contains(line)).collect();
        let moved = gone.is_empty() && come.is_empty() && was != block.lines.as_slice();
        if before.is_some() && gone.is_empty() && come.is_empty() && !moved {
            continue;
        }
        nothing = false;
        page.heading(2, &block.heading);
        match before {
            None => lines(Say::ChangeNew, &come, page),
            Some(_) if moved => page.line(language.sentence(Say::ChangeMoved)),
            Some(_) => {
                lines(Say::ChangeBefore, &gone, page);
                lines(Say::ChangeNow, &come, page);
            }
        }
    }
    for block in old.iter().filter(|block| find(new, &block.heading).is_none()) {
        nothing = false;
        page.heading(2, &block.heading);
        lines(Say::ChangeGone, &block.lines.iter().collect::<Vec<_>>(), page);
    }
    if nothing {
        page.paragraph(&[language.sentence(Say::ChangesNone).to_owned()]);
    }
}
