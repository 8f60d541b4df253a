//! Readers of what decides about a referral: requirements, attribution, tiers.
use super::field::{Field, Reader, Section};
use super::keys;
use super::value::{self, conditions, filled_list, id, text, word};
use super::{Names, unique};
use crate::base::Period;
use crate::base::limits::{LEVELS_MAX, REQUIREMENTS_MAX};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::node::NodeValue;
use crate::program::document::{Document, Heading, Level, MEASURES, Moment, Moves, Requirement, TierLadder};
use crate::program::paths::under;

pub(super) fn read(section: &Section<'_>, document: &mut Document, reader: &mut Reader) {
    let headings = [("eligibility", Heading::Eligibility), ("validity", Heading::Validity), ("fraud", Heading::Fraud)];
    let mut rules: Vec<(String, Requirement)> = Vec::new();
    for (key, heading) in headings {
        rules.extend(super::rows(section, key, REQUIREMENTS_MAX, reader, |field, reader| {
            super::requirements::requirement(heading, field, reader).map(|rule| (under(&field.path, "code"), rule))
        }));
    }
    rules.sort_by_key(|(_, rule)| rule.span);
    if let Some((path, rule)) = rules.get(REQUIREMENTS_MAX) {
        let message = format!("the program has {} requirements, {REQUIREMENTS_MAX} fit", rules.len());
        let fault = Diagnostic::error(Code::TooLarge, rule.span, message).path(path.clone());
        reader.push(fault.help("write fewer"));
    }
    let codes = rules.iter().map(|(path, rule)| (&rule.code, || path.clone()));
    unique(codes, &Names { what: "requirements", key: "code" }, reader);
    document.requirements = rules.into_iter().map(|(_, rule)| rule).collect();
    document.attribution = section.read("attribution", reader, super::claims::attribution);
    let taken_at = document.as_of.tier;
    document.tiers = section.read("tiers", reader, |field, reader| tiers(field, taken_at, reader)).unwrap_or_default();
    expression_names(document, reader);
}

/// One `[tiers]`, or several `[[tiers]]`.
fn tiers(field: &Field<'_>, taken_at: Spanned<Moment>, reader: &mut Reader) -> Option<Vec<TierLadder>> {
    let ladders = match &field.node.value {
        NodeValue::Table(_) => vec![ladder(field, taken_at, reader)?],
        NodeValue::List(_) => filled_list(|field, reader| ladder(field, taken_at, reader))(field, reader)?,
        _ => {
            reader.wrong_type(field, "a table or a list of tables");
            return None;
        }
    };
    Some(ladders)
}

fn ladder(field: &Field<'_>, taken_at: Spanned<Moment>, reader: &mut Reader) -> Option<TierLadder> {
    let section = Section::open(field, &keys::TIERS, reader)?;
    let name = section.read("name", reader, text).map(|name| {
        let path = super::field::join(&section.path, "name");
        value::identifier(name, &path, reader)
    });
    let levels = section.need("levels", reader, levels).unwrap_or_default();
    if !section.has("by") && (levels.is_empty() || levels.iter().any(|level| level.at_least.is_some())) {
        section.missing("by", "add `by = \"qualified_count\"`, the measure that decides", reader);
    }
    Some(TierLadder {
        span: section.span,
        name: name.unwrap_or_else(|| Spanned::new("tier".to_owned(), section.span)),
        by: section.read("by", reader, text).unwrap_or_default(),
        levels,
        this_event: section.read("this_event", reader, word(keys::THIS_EVENT)).unwrap_or_default(),
        taken_at: section.read("taken_at", reader, word(keys::MOMENTS)).unwrap_or(taken_at),
        goes_up: section.read("goes_up", reader, moves(super::period_words::GOES_UP)).unwrap_or_default(),
        goes_down: section.read("goes_down", reader, moves(super::period_words::GOES_DOWN)).unwrap_or_default(),
    })
}

/// When levels go up or down: a word, or a period that has a first instant.
fn moves<'n>(words: &'static [&'static str]) -> impl Fn(&Field<'n>, &mut Reader) -> Option<Spanned<Moves>> {
    move |field, reader| {
        let text = text(field, reader)?;
        let moves = match text.value.as_str() {
            "at once" => Some(Moves::AtOnce),
            "never" if words.contains(&"never") => Some(Moves::Never),
            other => Period::parse(other).ok().map(Moves::InEach),
        };
        match moves {
            Some(Moves::InEach(Period::Lifetime | Period::Rolling { .. })) => {
                let message =
                    format!("`{}` has no first instant at which a level could be looked at", shown(&text.value));
                let help = "write a calendar period such as `calendar year`, or `at once`";
                reader.push(field.fault(Code::BadValue, message).help(help));
                None
            }
            Some(moves) => Some(Spanned::new(moves, text.span)),
            None => {
                reader.bad_word(field, &text.value, words);
                None
            }
        }
    }
}

fn levels(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Level>> {
    let levels: Vec<Level> = filled_list(|field: &Field<'_>, reader: &mut Reader| {
        let section = Section::open(field, &keys::LEVEL, reader)?;
        let name = section.need("name", reader, id);
        let at_least = section.read("at_least", reader, value::number_from_zero);
        let when = section.read("when", reader, conditions);
        if !section.has("at_least") && !section.has("when") {
            section.missing("at_least", "add `at_least = 1`, or `when = \"...\"`, a condition", reader);
        }
        Some(Level { name: name?, at_least, when: when.unwrap_or_default() })
    })(field, reader)?;
    if levels.len() > LEVELS_MAX {
        value::too_long(field, levels.len(), LEVELS_MAX, reader);
        return None;
    }
    for (index, level) in levels.iter().enumerate() {
        let before = levels.get(..index).unwrap_or(&[]);
        if before.iter().any(|other| other.name.value == level.name.value) {
            let message = format!("two levels have the name `{}`", shown(&level.name.value));
            let fault = Diagnostic::error(Code::DuplicateId, level.name.span, message);
            reader.push(fault.path(format!("{}[{index}].name", field.path)).help("give each its own name"));
        }
        let Some(at_least) = level.at_least else { continue };
        let below = before.iter().rev().find_map(|other| other.at_least.map(|value| (other, value.value)));
        if let Some((other, start)) = below.filter(|(_, start)| *start >= at_least.value) {
            let (name, other) = (shown(&level.name.value), shown(&other.name.value));
            let message = format!("the level `{name}` starts at {}, not above `{other}` at {start}", at_least.value);
            let fault = Diagnostic::error(Code::BadValue, at_least.span, message);
            let path = format!("{}[{index}].at_least", field.path);
            reader.push(fault.path(path).help("write the levels in rising order"));
        }
    }
    Some(levels)
}

/// Whether expressions know the name without a declaration.
fn has_a_meaning(name: &str) -> bool {
    const BUILT_IN: [&str; 7] = ["referrer", "referee", "referral", "event", "lists", "granted", "open_count"];
    BUILT_IN.contains(&name) || MEASURES.contains(&name)
}

/// Whether a definition can have the name. Words of keys stand where expressions can stand, too.
pub(super) fn can_be_defined(name: &str) -> bool {
    !has_a_meaning(name) && !["data", "program", "reward", "campaign", "payee", "payout"].contains(&name)
}

/// Tables, measures, tier ladders and definitions share one space of names with what expressions have built in.
fn expression_names(document: &Document, reader: &mut Reader) {
    let tables = document.tables.iter().map(|table| (&table.name, "tables"));
    let measures = document.measures.iter().map(|measure| (&measure.name, "measures"));
    let tiers = document.tiers.iter().map(|ladder| (&ladder.name, "tiers"));
    let definitions = document.definitions.iter().map(|definition| (&definition.name, "definitions"));
    let mut seen = std::collections::BTreeSet::new();
    for (name, section) in tables.chain(measures).chain(tiers).chain(definitions) {
        let text = name.value.as_str();
        let built_in = if section == "definitions" { !can_be_defined(text) } else { has_a_meaning(text) };
        if !seen.insert(text) || built_in {
            let message = if built_in {
                format!("`{text}` has a meaning in expressions already")
            } else {
                format!("two tables, measures, tier ladders or definitions have the name `{}`", shown(text))
            };
            let fault = Diagnostic::error(Code::DuplicateId, name.span, message);
            reader.push(fault.path(super::field::join(section, text)).help("give it another name"));
        }
    }
}
