//! Alternatives of a document: commented blocks that can be chosen by name.
//!
//! A block is a comment that starts with `# Alternative "name"`, names in quotes the rewards that it stands instead of, and
//! is followed by lines that start with `# |`. Choosing it takes `# |` away and comments those rewards out. No line moves, so
//! that places in the document stay right.
use crate::diag::did_you_mean;
use std::fmt;

/// What introduces an alternative.
const HEADING: &str = "# Alternative \"";
/// What its lines start with.
const MARK: &str = "# |";

/// An alternative that a document offers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alternative {
    /// Its name.
    pub name: String,
    /// The ids of the rewards that it stands instead of.
    pub instead_of: Vec<String>,
    /// What it is, in words.
    pub text: String,
    /// Its first line, from 1.
    pub line: usize,
}

/// The document offers no such alternative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownAlternative {
    /// The name that was asked for.
    pub name: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for UnknownAlternative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no alternative `{}`: {}", crate::diag::shown(&self.name), self.help)
    }
}

impl std::error::Error for UnknownAlternative {}

/// The alternatives that a document offers, in its order.
///
/// # Example
/// ```
/// use referral_rules::program::standard::{CUSTOMER_REFERRALS, alternatives};
/// let cash = alternatives(CUSTOMER_REFERRALS).into_iter().find(|one| one.name == "cash");
/// assert_eq!(cash.map(|cash| cash.instead_of), Some(vec!["qualified-credit".to_owned(), "closed-credit".to_owned()]));
/// ```
pub fn alternatives(document: &str) -> Vec<Alternative> {
    let mut out: Vec<Alternative> = Vec::new();
    let mut in_heading = false;
    for (line, text) in document.lines().enumerate() {
        if text.starts_with(HEADING) {
            out.push(Alternative {
                name: String::new(),
                instead_of: Vec::new(),
                text: String::new(),
                line: line.saturating_add(1),
            });
            in_heading = true;
        }
        in_heading &= text.starts_with('#') && !text.starts_with(MARK);
        if let Some(last) = out.last_mut().filter(|_| in_heading) {
            let separator = if last.text.is_empty() { "" } else { " " };
            last.text.push_str(separator);
            last.text.push_str(text.trim_start_matches('#').trim());
        }
    }
    for alternative in &mut out {
        let mut quoted = alternative.text.split('"').skip(1).step_by(2).map(str::to_owned);
        alternative.name = quoted.next().unwrap_or_default();
        alternative.instead_of = quoted.collect();
    }
    out
}

/// The document with alternatives chosen.
///
/// # Example
/// ```
/// use referral_rules::program::standard::{CUSTOMER_REFERRALS, choose};
/// let document = choose(CUSTOMER_REFERRALS, &["gift-card"])?;
/// assert!(document.contains("\nid            = \"qualified-gift-card\"\n"));
/// assert!(document.contains("\n# id            = \"qualified-credit\"\n"));
/// assert_eq!(document.lines().count(), CUSTOMER_REFERRALS.lines().count());
/// # Ok::<(), referral_rules::program::standard::UnknownAlternative>(())
/// ```
///
/// # Errors
/// [`UnknownAlternative`] for a name that the document does not offer.
pub fn choose(document: &str, names: &[&str]) -> Result<String, UnknownAlternative> {
    let offered = alternatives(document);
    let mut chosen_lines = Vec::new();
    let mut instead_of: Vec<&str> = Vec::new();
    for name in names {
        let Some(alternative) = offered.iter().find(|one| one.name == *name) else {
            let known: Vec<&str> = offered.iter().map(|one| one.name.as_str()).collect();
            let help = did_you_mean(name, known.iter().copied())
                .unwrap_or_else(|| format!("choose from {}", known.join(", ")));
            return Err(UnknownAlternative { name: (*name).to_owned(), help });
        };
        chosen_lines.push(alternative.line);
        instead_of.extend(alternative.instead_of.iter().map(String::as_str));
    }
    let mut out = Vec::new();
    let mut chosen = false;
    for (line, text) in document.lines().enumerate() {
        let line = line.saturating_add(1);
        if offered.iter().any(|one| one.line == line) {
            chosen = chosen_lines.contains(&line);
        }
        match text.strip_prefix(MARK).filter(|_| chosen) {
            Some(rest) => out.push(rest.strip_prefix(' ').unwrap_or(rest).to_owned()),
            None => out.push(text.to_owned()),
        }
    }
    comment_out(&mut out, &instead_of);
    out.push(String::new());
    Ok(out.join("\n"))
}

/// Comments out the `[[reward]]` blocks with the ids: from the heading to the blank line behind.
fn comment_out(lines: &mut [String], ids: &[&str]) {
    for block in lines.split_mut(|line| line.is_empty()) {
        let is_reward = block.iter().any(|line| line == "[[reward]]");
        let id = block.iter().find_map(|line| line.strip_prefix("id")?.trim_start().strip_prefix('=').map(str::trim));
        let named =
            |id: &str| ids.iter().any(|named| id.strip_prefix('"').and_then(|id| id.strip_suffix('"')) == Some(named));
        if is_reward && id.is_some_and(named) {
            for line in block {
                line.insert_str(0, "# ");
            }
        }
    }
}
