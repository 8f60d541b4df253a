//! The law of terms: a reader finds every number of the document in its terms, and no other.
use crate::generate::{Seeds, Shape};
use referral_rules::node::{Node, NodeValue, read_json, read_toml};
use referral_rules::program::{Program, Version};
use referral_rules::terms::Language;
use std::collections::BTreeSet;

/// Every number in a text, however it is written: `1_000`, `1,000` and `1000.00` are the same, so are `01` and `1`.
fn numbers(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = text.chars().filter(|letter| *letter != '\\').collect();
    let at = |position: usize| letters.get(position).copied().unwrap_or(' ');
    let digit = |position: usize| at(position).is_ascii_digit();
    let mut out = BTreeSet::new();
    let mut position = 0;
    while position < letters.len() {
        if !digit(position) {
            position += 1;
            continue;
        }
        let mut found = String::new();
        loop {
            let group = at(position) == ',' && (1..=3).all(|ahead| digit(position + ahead)) && !digit(position + 4);
            if digit(position) {
                found.push(at(position));
            } else if !(group || at(position) == '_' && digit(position + 1)) {
                break;
            }
            position += 1;
        }
        if at(position) == '.' && digit(position + 1) {
            found.push('.');
            position += 1;
            while digit(position) {
                found.push(at(position));
                position += 1;
            }
        }
        if found.contains('.') {
            found.truncate(found.trim_end_matches('0').trim_end_matches('.').len());
        }
        let whole = found.trim_start_matches('0');
        out.insert(if whole.is_empty() || whole.starts_with('.') { format!("0{whole}") } else { whole.to_owned() });
    }
    out
}

/// The sections by which a program is run and measured: nobody has a claim to what stands there, so that terms say nothing of it.
const RUNNING: [&str; 4] = ["assessment", "metric", "dashboard", "content"];

/// The section of which terms say a part: on which events referrers and referees are told, and by when.
const IN_PART: &str = "notice";

/// What terms say of a notice.
fn of_notice<'n>(notice: &'n Node<'_>) -> Vec<&'n Node<'n>> {
    let NodeValue::Table(entries) = &notice.value else { return Vec::new() };
    let get = |key: &str| entries.iter().find(|(known, _)| known.value == key).map(|(_, value)| value);
    let is_theirs =
        |node: &Node<'_>| matches!(&node.value, NodeValue::Text(to) if ["referrer", "referee"].contains(&&*to.text));
    if get("on").is_none() || !get("to").is_some_and(is_theirs) {
        return Vec::new();
    }
    ["when", "within"].into_iter().filter_map(get).collect()
}

/// What stands in a document, keys and values; the paths of accepted warnings are no terms.
fn words(node: &Node<'_>, depth: usize, left_out: &[&str], out: &mut String) {
    match &node.value {
        NodeValue::Text(text) => out.push_str(&text.text),
        NodeValue::Number(digits) => out.push_str(digits),
        NodeValue::Date(text) | NodeValue::DateTime(text) => out.push_str(text),
        NodeValue::List(items) => items.iter().for_each(|item| words(item, depth + 1, left_out, out)),
        NodeValue::Table(entries) => {
            for (key, value) in entries {
                if depth == 0 && (key.value == "accepted_warnings" || left_out.contains(&&*key.value)) {
                    match &value.value {
                        NodeValue::List(notices) if key.value == IN_PART => {
                            notices.iter().flat_map(of_notice).for_each(|said| words(said, depth + 1, left_out, out));
                        }
                        _ => {}
                    }
                    continue;
                }
                out.push_str(&key.value);
                out.push('\n');
                words(value, depth + 1, left_out, out);
            }
        }
        NodeValue::Bool(_) | NodeValue::Null | NodeValue::Unreadable => {}
    }
    out.push('\n');
}

fn written(version: &Version, left_out: &[&str]) -> String {
    let text = version.text.as_str();
    let json = text.trim_start().starts_with('{');
    let mut out = String::new();
    if json {
        if let (Some(node), _) = read_json(text) {
            words(&node, 0, left_out, &mut out);
        }
    } else {
        words(&read_toml(text).0, 0, left_out, &mut out);
    }
    out
}

/// The terms of each version have every number of the document but for how the program is run and measured; outside of examples and of what the author noted there is none that the
/// document has not.
///
/// # Errors
/// The number that is lost, or that comes from nowhere.
pub fn terms_have_the_numbers(program: &Program) -> Result<(), String> {
    for version in &program.versions {
        let terms = program.terms_of(&version.name, Language::English).ok_or("no terms")?;
        let is_said = |line: &&str| !line.starts_with('>') && !line.starts_with("- Noted by the author");
        let said: Vec<&str> = terms.lines().filter(is_said).collect();
        let (told, wanted) =
            (numbers(&said.join("\n")), numbers(&written(version, &[&RUNNING[..], &[IN_PART]].concat())));
        if let Some(lost) = wanted.difference(&told).next() {
            return Err(format!("the document's {lost} is not in its terms:\n{}\n{terms}", version.text));
        }
        let others: String =
            program.versions.iter().map(|other| format!("{} {}\n", other.name, other.first_day)).collect();
        let known = numbers(&format!("{}\n{others}", written(version, &RUNNING)));
        if let Some(made_up) = told.difference(&known).next() {
            return Err(format!("the terms say {made_up}, the document does not:\n{}\n{terms}", version.text));
        }
        let german = program.terms_of(&version.name, Language::German).ok_or("no terms")?;
        if german.lines().count() != terms.lines().count() {
            return Err(format!("the terms in German have other lines:\n{terms}\n{german}"));
        }
    }
    Ok(())
}

/// The same for random programs.
///
/// # Errors
/// As [`terms_have_the_numbers`].
pub fn random_terms_have_the_numbers(seeds: &Seeds) -> Result<(), String> {
    terms_have_the_numbers(&seeds.case(&Shape::ALL)?.program)
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn numbers_are_found_however_they_are_written() {
        let found: Vec<String> = numbers("1_000 or 1,000.50, from 2026-01-31, 20%, R-7, 1, 2").into_iter().collect();
        assert_eq!(found, ["1", "1000", "1000.5", "2", "20", "2026", "31", "7"]);
    }
}
