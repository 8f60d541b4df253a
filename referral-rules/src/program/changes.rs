//! Two versions of a document become the list of what changed, in terms of rules: which rule, which key, from what to what. The
//! order of keys, layout and comments are no changes, nor is a default that is written out.
use super::compiled::{Program, Version};
use super::defaults::DEFAULTS;
use crate::base::Number;
use crate::node::{Node, NodeValue, read_json, read_toml};
use serde::Serialize;
use std::collections::BTreeMap;

/// What happened to a key or a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It was not there.
    Added,
    /// It is not there any more.
    Removed,
    /// It says something else.
    Changed,
    /// The rules of a section stand in another order.
    Reordered,
}

/// One difference between two versions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Change {
    /// The section, such as `reward`; empty for the header.
    pub section: String,
    /// The rule's id, code, kind or name; empty where the section has only one.
    pub rule: String,
    /// The key, such as `at_most`; empty for the rule as a whole.
    pub key: String,
    /// What happened.
    pub what: What,
    /// What it was.
    pub from: String,
    /// What it is.
    pub to: String,
    /// Where only numbers within an expression or text differ: each of them, as it was and as it is.
    pub constants: Vec<[String; 2]>,
}

/// What changed from one version to the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Changes {
    /// The name of the earlier version.
    pub from: String,
    /// The name of the later version.
    pub to: String,
    /// What changed, in the order of the later document, then what is gone.
    pub changes: Vec<Change>,
}

impl Program {
    /// What changed from each version to the next.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::{Notation, Program, SourceText, What};
    /// let version = |name, day, most| format!(
    ///     "schema = 1\nid = 'acme'\nversion = '{name}'\nin_force = {{ first_day = {day} }}\ncurrency = 'USD'\ntime_zone = 'UTC'\n\
    ///      [[reward]]\nid = 'thanks'\nto = 'referrer'\non = 'closed'\nkind = 'cash'\namount = {most}\n");
    /// let (one, two) = (version("1", "2026-01-01", 200), version("2", "2027-01-01", 250));
    /// let source = |text| SourceText { name: "program.toml", text, notation: Notation::Toml };
    /// let (program, _) = Program::from_sources(&[source(&one), source(&two)])?;
    /// let [changes] = program.changes().try_into().unwrap();
    /// let amount = changes.changes.iter().find(|change| change.key == "amount").unwrap();
    /// assert_eq!((amount.rule.as_str(), amount.what, amount.from.as_str(), amount.to.as_str()), ("thanks", What::Changed, "200", "250"));
    /// # Ok::<(), referral_rules::program::Faults>(())
    /// ```
    pub fn changes(&self) -> Vec<Changes> {
        self.versions.iter().zip(self.versions.iter().skip(1)).map(|(before, after)| changes(before, after)).collect()
    }
}

/// A section and the rule in it.
type Place = (String, String);

/// The rules of a document with their keys and what stands there, in its order.
#[derive(Default)]
struct Flat {
    order: Vec<Place>,
    rules: BTreeMap<Place, Vec<(String, String)>>,
}

fn changes(before: &Version, after: &Version) -> Changes {
    let (old, new) = (flat(before), flat(after));
    let mut out = Vec::new();
    for place in &new.order {
        match old.rules.get(place) {
            None => out.push(whole(place, What::Added)),
            Some(_) => keys(place, &old, &new, &mut out),
        }
    }
    for place in old.order.iter().filter(|place| !new.rules.contains_key(*place)) {
        out.push(whole(place, What::Removed));
    }
    let mut sections: Vec<&str> = new.order.iter().map(|(section, _)| section.as_str()).collect();
    sections.dedup();
    for section in sections {
        let in_both = |one: &Flat, other: &Flat| -> Vec<String> {
            let own = one.order.iter().filter(|place| place.0 == section && other.rules.contains_key(*place));
            own.map(|(_, rule)| rule.clone()).collect()
        };
        let (was, is) = (in_both(&old, &new), in_both(&new, &old));
        if was != is && ORDERED.contains(&section) {
            let place = (section.to_owned(), String::new());
            let (from, to) = (was.join(", "), is.join(", "));
            out.push(Change { from, to, ..whole(&place, What::Reordered) });
        }
    }
    Changes { from: before.name.clone(), to: after.name.clone(), changes: out }
}

/// The sections in which the order of the rules has a meaning.
const ORDERED: &[&str] = &["event", "eligibility", "validity", "fraud", "reward", "campaign", "group", "limit"];

fn whole(place: &Place, what: What) -> Change {
    let (section, rule) = place.clone();
    Change { section, rule, key: String::new(), what, from: String::new(), to: String::new(), constants: Vec::new() }
}

fn keys(place: &Place, old: &Flat, new: &Flat, out: &mut Vec<Change>) {
    let none = Vec::new();
    let (was, is) = (old.rules.get(place).unwrap_or(&none), new.rules.get(place).unwrap_or(&none));
    let find = |rule: &[(String, String)], key: &str| {
        rule.iter().find(|(found, _)| found == key).map(|(_, value)| value.clone())
    };
    let mut names: Vec<&String> = is.iter().map(|(key, _)| key).collect();
    names.extend(was.iter().map(|(key, _)| key).filter(|key| find(is, key).is_none()));
    for key in names {
        let path = if place.0.is_empty() { key.clone() } else { format!("{}.{key}", place.0) };
        let default = DEFAULTS.iter().find(|(known, _)| *known == path).map(|(_, word)| (*word).to_owned());
        let (from, to) = (find(was, key).or_else(|| default.clone()), find(is, key).or(default));
        let what = match (&from, &to) {
            (Some(from), Some(to)) if from == to => continue,
            (Some(_), Some(_)) => What::Changed,
            (None, _) => What::Added,
            (_, None) => What::Removed,
        };
        let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
        let constants = if what == What::Changed { constants(&from, &to) } else { Vec::new() };
        out.push(Change { key: key.clone(), from, to, constants, ..whole(place, what) });
    }
}

/// The numbers that differ, if two texts differ in nothing else.
fn constants(from: &str, to: &str) -> Vec<[String; 2]> {
    let (old, new) = (pieces(from), pieces(to));
    let is_number = |text: &str| text.starts_with(|letter: char| letter.is_ascii_digit());
    let differ = |pair: &(&String, &String)| pair.0 != pair.1;
    let all = || old.iter().zip(&new).filter(differ);
    if old.len() != new.len() || all().any(|(one, two)| !(is_number(one) && is_number(two))) {
        return Vec::new();
    }
    all().map(|(one, two)| [one.clone(), two.clone()]).collect()
}

/// A text in numbers and what is between them.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut in_number = None;
    for letter in text.chars() {
        let number = letter.is_ascii_digit() || (letter == '.' && in_number == Some(true));
        match out.last_mut() {
            Some(last) if in_number == Some(number) => last.push(letter),
            _ => out.push(letter.to_string()),
        }
        in_number = Some(number);
    }
    out
}

fn flat(version: &Version) -> Flat {
    let mut out = Flat::default();
    let text = version.text.as_str();
    if text.trim_start().starts_with('{') {
        if let (Some(node), _) = read_json(text) {
            document(&node, &mut out);
        }
    } else {
        document(&read_toml(text).0, &mut out);
    }
    out
}

fn document(root: &Node<'_>, out: &mut Flat) {
    let NodeValue::Table(entries) = &root.value else { return };
    for (key, node) in entries.iter().filter(|(key, _)| key.value != "version") {
        let section = key.value.to_string();
        match &node.value {
            NodeValue::List(items) if items.iter().all(|item| matches!(item.value, NodeValue::Table(_))) => {
                for (at, item) in items.iter().enumerate() {
                    rule(&section, &name_of(item, &section, at), item, out);
                }
            }
            NodeValue::Table(rows)
                if ["tables", "lists", "measures", "data", "facts", "definitions"].contains(&section.as_str()) =>
            {
                rows.iter().for_each(|(name, node)| rule(&section, &name.value, node, out));
            }
            NodeValue::Table(_) if section == "tiers" => rule(&section, &name_of(node, &section, 0), node, out),
            NodeValue::Table(_) => rule(&section, "", node, out),
            _ => {
                let place = (String::new(), String::new());
                if !out.rules.contains_key(&place) {
                    out.order.push(place.clone());
                }
                out.rules.entry(place).or_default().push((section, scalar(node)));
            }
        }
    }
}

/// What a rule is called: its id, code, kind or name; a ladder without one is `tier`; else its place.
fn name_of(node: &Node<'_>, section: &str, at: usize) -> String {
    let found = ["id", "code", "kind", "name"].iter().find_map(|key| node.get(key).and_then(Node::as_text));
    match found {
        Some(name) => name.to_owned(),
        None if section == "tiers" => "tier".to_owned(),
        None => at.saturating_add(1).to_string(),
    }
}

fn rule(section: &str, name: &str, node: &Node<'_>, out: &mut Flat) {
    let place = (section.to_owned(), name.to_owned());
    if !out.rules.contains_key(&place) {
        out.order.push(place.clone());
    }
    let mut keys = Vec::new();
    below(node, "", &mut keys);
    out.rules.entry(place).or_default().extend(keys);
}

/// The keys under a node, with their paths from the rule on.
fn below(node: &Node<'_>, path: &str, out: &mut Vec<(String, String)>) {
    let inside = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &node.value {
        NodeValue::Table(entries) => entries.iter().for_each(|(key, node)| below(node, &inside(&key.value), out)),
        NodeValue::List(items) if items.iter().any(|item| matches!(item.value, NodeValue::Table(_))) => {
            for (at, item) in items.iter().enumerate() {
                let edges = ["from", "above", "up_to", "below"];
                let edges: Vec<String> = edges
                    .iter()
                    .filter_map(|edge| Some(format!("{} {}", edge.replace('_', " "), scalar(item.get(edge)?))))
                    .collect();
                let name = if edges.is_empty() { name_of(item, "", at) } else { edges.join(", ") };
                below(item, &inside(&name), out);
            }
        }
        _ => out.push((path.to_owned(), scalar(node))),
    }
}

/// A value as a text: numbers by their value, blanks put together, a list of one like the one.
fn scalar(node: &Node<'_>) -> String {
    match &node.value {
        NodeValue::Text(text) => text.text.split_whitespace().collect::<Vec<_>>().join(" "),
        NodeValue::Number(digits) => {
            Number::parse(digits).map_or_else(|| digits.to_string(), |number| number.to_string())
        }
        NodeValue::Date(text) | NodeValue::DateTime(text) => (*text).to_owned(),
        NodeValue::Bool(value) => value.to_string(),
        NodeValue::List(items) => items.iter().map(scalar).collect::<Vec<_>>().join(", "),
        NodeValue::Table(entries) => {
            let all = entries.iter().map(|(key, node)| format!("{} = {}", key.value, scalar(node)));
            all.collect::<Vec<_>>().join(", ")
        }
        NodeValue::Null | NodeValue::Unreadable => String::new(),
    }
}
