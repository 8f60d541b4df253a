//! The papers for people, taken apart: sections, tables, blocks of code, links.
use std::path::{Path, PathBuf};

/// A Markdown file of the repository.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its path from the root.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// A block of code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Block {
    /// What stands behind the opening marks: `toml,fragment`.
    pub info: String,
    /// The line of the opening marks, from 1.
    pub line: usize,
    /// The line of the next block; 0 for the last.
    pub next: usize,
    /// The lines within.
    pub text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Endings that make a word in backticks a path.
const ENDINGS: [&str; 6] = [".rs", ".md", ".toml", ".csv", ".snap", "/"];

impl Paper {
    /// Reads a file; the empty paper where there is none.
    pub fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        Self { name: name.to_owned(), text }
    }

    /// Whether a path from the root is there. `*` and `<name>` stand for anything.
    pub fn exists(path: &str) -> bool {
        let plain = path.split(['*', '<']).next().unwrap_or(path);
        let folder = if plain == path { path } else { plain.rsplit_once('/').map_or("", |(folder, _)| folder) };
        root().join(folder).exists()
    }

    /// Whether a link of a paper leads somewhere: to a file, to a heading, or out of the repository.
    pub fn has_target(folder: &str, name: &str, target: &str) -> bool {
        if target.contains("://") {
            return true;
        }
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let path = match file {
            "" => name.to_owned(),
            _ => Path::new(folder).join(file).to_string_lossy().into_owned(),
        };
        root().join(&path).exists()
            && (heading.is_empty() || Self::read(&path).anchors().iter().any(|one| one == heading))
    }

    fn headings(&self) -> Vec<(usize, &str)> {
        let mut inside = false;
        let mut out = Vec::new();
        for (at, line) in self.text.lines().enumerate() {
            inside ^= line.starts_with("```");
            if !inside && line.starts_with('#') {
                out.push((at, line));
            }
        }
        out
    }

    /// The headings as links know them.
    fn anchors(&self) -> Vec<String> {
        let anchor = |heading: &str| -> String {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter(|one| one.is_alphanumeric() || matches!(one, ' ' | '-' | '_'));
            kept.map(|one| if one == ' ' { '-' } else { one }).collect()
        };
        self.headings().into_iter().map(|(_, heading)| anchor(heading)).collect()
    }

    /// From the heading that names the section to the next heading; empty where there is none.
    pub fn section(&self, named: &str) -> String {
        let headings = self.headings();
        let bare = |heading: &str| heading.trim_start_matches('#').trim().to_owned();
        let found = headings.iter().position(|(_, heading)| {
            let heading = bare(heading);
            heading == named || heading.contains(&format!("`{named}`"))
        });
        let Some(found) = found else { return String::new() };
        let start = headings.get(found).map_or(0, |(at, _)| *at);
        let end = headings.get(found.saturating_add(1)).map_or(usize::MAX, |(at, _)| *at);
        let lines = self.text.lines().enumerate().filter(|(at, _)| (start..end).contains(at));
        lines.map(|(_, line)| line).collect::<Vec<_>>().join("\n")
    }

    /// The rows of the table of a section whose first column has that title.
    pub fn table(&self, named: &str, title: &str) -> Vec<Vec<String>> {
        let section = self.section(named);
        let head = format!("| {title} |");
        let lines = section.lines().skip_while(|line| !line.starts_with(&head)).skip(2);
        let cells =
            |line: &str| line.trim().trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        lines.take_while(|line| line.starts_with("| ")).map(cells).collect()
    }

    /// The blocks of code.
    pub fn blocks(&self) -> Vec<Block> {
        let mut out: Vec<Block> = Vec::new();
        let mut inside: Option<Block> = None;
        for (at, line) in self.text.lines().enumerate() {
            match (&mut inside, line.strip_prefix("```")) {
                (Some(_), Some(_)) => out.extend(inside.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, Some(info)) => {
                    let line = at.saturating_add(1);
                    if let Some(last) = out.last_mut() {
                        last.next = line;
                    }
                    inside = Some(Block { info: info.to_owned(), line, next: 0, text: String::new() });
                }
                (None, None) => {}
            }
        }
        out
    }

    /// What stands outside of blocks.
    fn prose(&self) -> String {
        let mut inside = false;
        let mut out = String::new();
        for line in self.text.lines() {
            let marks = line.starts_with("```");
            if !inside && !marks {
                out.push_str(line);
                out.push('\n');
            }
            inside ^= marks;
        }
        out
    }

    /// The words in backticks that are paths from the root.
    pub fn paths(&self) -> Vec<String> {
        let prose = self.prose();
        let words = prose.split('`').skip(1).step_by(2);
        let is_path = |word: &&str| {
            word.contains('/')
                && !word.contains([' ', '(', '"', '=', '\''])
                && ENDINGS.iter().any(|end| word.ends_with(end))
        };
        words.filter(is_path).map(str::to_owned).collect()
    }

    /// The links: target, text.
    pub fn links(&self) -> Vec<(String, String)> {
        let prose = self.prose();
        let mut out = Vec::new();
        for (at, _) in prose.match_indices("](") {
            let rest = prose.get(at.saturating_add(2)..).unwrap_or_default();
            let target = rest.split(')').next().unwrap_or_default().to_owned();
            let before = prose.get(..at).unwrap_or_default();
            let text = before.rsplit_once('[').map_or("", |(_, text)| text).to_owned();
            out.push((target, text));
        }
        out
    }
}

/// Whether the lines of a quotation stand in the text in that order; `…` stands for lines that are left out.
pub fn fits(whole: &str, quotation: &str) -> bool {
    let mut lines = whole.lines().peekable();
    let mut skip = true;
    for wanted in quotation.lines() {
        if wanted.trim() == "…" {
            skip = true;
            continue;
        }
        if skip {
            while lines.peek().is_some_and(|line| *line != wanted) {
                lines.next();
            }
        }
        skip = false;
        if lines.next() != Some(wanted) {
            return false;
        }
    }
    true
}
