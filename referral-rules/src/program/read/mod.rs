//! From text to a [`Document`]: a hand-written reader that reports everything that is wrong, at its place, and goes on.
mod accepted;
mod assessments;
mod claims;
mod contents;
mod contests;
mod data;
mod declarations;
mod definitions;
mod events;
mod field;
mod keys;
mod measures;
mod metric_keys;
mod metrics;
mod notices;
mod payouts;
mod period_words;
mod references;
mod requirements;
mod reversals;
mod rewards;
mod rules;
mod running_keys;
mod tables;
#[cfg(test)]
mod tests;
mod value;

use super::DOCUMENT_SCHEMA;
use super::document::{AsOf, CalendarText, Document, InForce, UnderWay};
use crate::base::limits::{
    ASSESSMENTS_MAX, CAMPAIGNS_MAX, CONTENTS_MAX, CONTESTS_MAX, DOCUMENT_BYTES_MAX, GROUPS_MAX, LIMITS_MAX,
    METRICS_MAX, NOTICES_MAX, PAYOUTS_MAX, REVERSALS_MAX, REWARDS_MAX,
};
use crate::diag::{Code, Diagnostic, Span, Spanned, shown};
use crate::node::{Node, NodeValue, read_json, read_toml};
pub use field::Notation;
use field::{Field, Reader, Section};
pub use keys::{Keys, keys, words};
use std::collections::BTreeSet;

/// What places call the document; [`crate::diag::render`] takes the name that people know it by.
const SOURCE: &str = "document";

impl Document {
    /// Reads a document in TOML. All faults come with line, column and path, in the order of the text.
    ///
    /// The document is `None` where the text is not well-formed or follows another schema. Otherwise it is there even with
    /// faults, stand-ins where they are, so that its expressions can be checked too; it must not be run if a fault is an
    /// error.
    ///
    /// # Example
    /// ```
    /// use referral_rules::program::Document;
    /// let (document, faults) = Document::from_toml(
    ///     "schema = 1\nid = \"acme\"\nversion = \"2026-01\"\nin_force = { first_day = 2026-01-01 }\n\
    ///      currency = \"USS\"\ntime_zone = \"America/New_York\"\n",
    /// );
    /// assert!(document.is_some());
    /// assert_eq!((faults[0].place.line, faults[0].place.column), (5, 12));
    /// assert_eq!(faults[0].message, "`USS` is not a currency");
    /// ```
    pub fn from_toml(text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        if let Some(fault) = too_large(text.len()) {
            return (None, vec![fault]);
        }
        let (node, faults) = read_toml(text);
        read(Some(&node), faults, Notation::Toml, text)
    }

    /// The same from bytes that may not be UTF-8.
    pub fn from_toml_bytes(bytes: &[u8]) -> (Option<Self>, Vec<Diagnostic>) {
        utf8(bytes).map_or_else(|fault| (None, vec![*fault]), Self::from_toml)
    }

    /// Reads a document in JSON: the same keys, with dates as texts.
    pub fn from_json(text: &str) -> (Option<Self>, Vec<Diagnostic>) {
        if let Some(fault) = too_large(text.len()) {
            return (None, vec![fault]);
        }
        let (node, faults) = read_json(text);
        read(node.as_ref(), faults, Notation::Json, text)
    }

    /// The same from bytes that may not be UTF-8.
    pub fn from_json_bytes(bytes: &[u8]) -> (Option<Self>, Vec<Diagnostic>) {
        utf8(bytes).map_or_else(|fault| (None, vec![*fault]), Self::from_json)
    }

    /// Reads a document from a tree. The faults have spans and paths, and no lines: there is no text to count them in.
    pub fn from_node(node: &Node<'_>, notation: Notation) -> (Option<Self>, Vec<Diagnostic>) {
        let mut reader = Reader::new(notation);
        let document = program(node, &mut reader);
        (document, reader.finish())
    }
}

fn too_large(bytes: usize) -> Option<Diagnostic> {
    (bytes > DOCUMENT_BYTES_MAX).then(|| {
        let message = format!("the document has {bytes} bytes, {DOCUMENT_BYTES_MAX} fit");
        let fault = Diagnostic::error(Code::TooLarge, Span::default(), message).help("supply long lists as facts");
        fault.located(SOURCE, "")
    })
}

fn utf8(bytes: &[u8]) -> Result<&str, Box<Diagnostic>> {
    std::str::from_utf8(bytes).map_err(|fault| {
        let valid = fault.valid_up_to();
        let before = bytes.get(..valid).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or("");
        let fault = Diagnostic::error(Code::Syntax, Span::new(valid, valid), "the text is not UTF-8");
        Box::new(fault.help("save it as UTF-8").located(SOURCE, before))
    })
}

fn read(
    node: Option<&Node<'_>>,
    syntax: Vec<Diagnostic>,
    notation: Notation,
    text: &str,
) -> (Option<Document>, Vec<Diagnostic>) {
    let mut reader = Reader::new(notation);
    reader.has_gaps = !syntax.is_empty();
    for fault in syntax {
        reader.push(fault);
    }
    let document = node.and_then(|node| program(node, &mut reader)).filter(|_| !reader.has_gaps);
    let faults = reader.finish().into_iter().map(|fault| fault.located(SOURCE, text)).collect();
    (document, faults)
}

fn program(node: &Node<'_>, reader: &mut Reader) -> Option<Document> {
    let root = Field { node, path: String::new() };
    if let Some(field) = node.get("schema").map(|node| Field { node, path: "schema".to_owned() }) {
        let schema = value::whole(&field, reader).map(|schema| schema.value);
        if schema.is_some_and(|schema| schema != i64::from(DOCUMENT_SCHEMA)) {
            let fault = field.fault(Code::BadValue, "the schema is not one that this build knows");
            reader.push(fault.help(format!("write `schema = {DOCUMENT_SCHEMA}`")));
            return None;
        }
    }
    let section = Section::open(&root, &keys::PROGRAM, reader)?;
    if !section.has("schema") {
        section.missing("schema", &format!("add `schema = {DOCUMENT_SCHEMA}`"), reader);
    }
    let mut document = header(&section, reader);
    declarations::read(&section, &mut document, reader);
    rules::read(&section, &mut document, reader);
    document.rewards = rows(&section, "reward", REWARDS_MAX, reader, |field, reader| {
        Some(rewards::reward(&Section::open(field, &keys::REWARD, reader)?, document.rounding, reader))
    });
    let ids = document.rewards.iter().enumerate().map(|(at, row)| (&row.id, move || format!("reward[{at}].id")));
    unique(ids, &Names { what: "rewards", key: "id" }, reader);
    document.campaigns = rows(&section, "campaign", CAMPAIGNS_MAX, reader, |field, reader| {
        let default = document.as_of.campaign;
        Some(rewards::campaign(&Section::open(field, &keys::CAMPAIGN, reader)?, default, reader))
    });
    let ids = document.campaigns.iter().enumerate().map(|(at, row)| (&row.id, move || format!("campaign[{at}].id")));
    unique(ids, &Names { what: "campaigns", key: "id" }, reader);
    document.groups = rows(&section, "group", GROUPS_MAX, reader, |field, reader| {
        rewards::group(&Section::open(field, &keys::GROUP, reader)?, reader)
    });
    let ids = document.groups.iter().enumerate().map(|(at, row)| (&row.id, move || format!("group[{at}].id")));
    unique(ids, &Names { what: "groups", key: "id" }, reader);
    document.limits = rows(&section, "limit", LIMITS_MAX, reader, |field, reader| {
        Some(rewards::limit(&Section::open(field, &keys::LIMIT, reader)?, &document.currency, reader))
    });
    let ids = document.limits.iter().enumerate().map(|(at, row)| (&row.id, move || format!("limit[{at}].id")));
    unique(ids, &Names { what: "limits", key: "id" }, reader);
    document.payouts = rows(&section, "payout", PAYOUTS_MAX, reader, |field, reader| {
        Some(payouts::payout(&Section::open(field, &payouts::PAYOUT, reader)?, &document.currency, reader))
    });
    let ids = document.payouts.iter().enumerate().map(|(at, row)| (&row.id, move || format!("payout[{at}].id")));
    unique(ids, &Names { what: "payouts", key: "id" }, reader);
    document.reversals = rows(&section, "reversal", REVERSALS_MAX, reader, |field, reader| {
        Some(reversals::reversal(&Section::open(field, &keys::REVERSAL, reader)?, reader))
    });
    let ids = document.reversals.iter().enumerate().map(|(at, row)| (&row.id, move || format!("reversal[{at}].id")));
    unique(ids, &Names { what: "reversals", key: "id" }, reader);
    document.assessments = rows(&section, "assessment", ASSESSMENTS_MAX, reader, |field, reader| {
        Some(assessments::assessment(&Section::open(field, &running_keys::ASSESSMENT, reader)?, reader))
    });
    let ids =
        document.assessments.iter().enumerate().map(|(at, row)| (&row.id, move || format!("assessment[{at}].id")));
    unique(ids, &Names { what: "assessments", key: "id" }, reader);
    document.contests = rows(&section, "contest", CONTESTS_MAX, reader, |field, reader| {
        Some(contests::contest(&Section::open(field, &contests::CONTEST, reader)?, document.rounding, reader))
    });
    let ids = document.contests.iter().enumerate().map(|(at, row)| (&row.id, move || format!("contest[{at}].id")));
    unique(ids, &Names { what: "contests", key: "id" }, reader);
    document.notices = rows(&section, "notice", NOTICES_MAX, reader, notices::notice);
    let ids = document.notices.iter().enumerate().map(|(at, row)| (&row.id, move || format!("notice[{at}].id")));
    unique(ids, &Names { what: "notices", key: "id" }, reader);
    document.contents = rows(&section, "content", CONTENTS_MAX, reader, contents::content);
    let ids = document.contents.iter().enumerate().map(|(at, row)| (&row.id, move || format!("content[{at}].id")));
    unique(ids, &Names { what: "contents", key: "id" }, reader);
    document.metrics = rows(&section, "metric", METRICS_MAX, reader, |field, reader| {
        Some(metrics::metric(&Section::open(field, &keys::METRIC, reader)?, reader))
    });
    let ids = document.metrics.iter().enumerate().map(|(at, row)| (&row.id, move || format!("metric[{at}].id")));
    unique(ids, &Names { what: "metrics", key: "id" }, reader);
    document.dashboard = section.read("dashboard", reader, metrics::dashboard).unwrap_or_default();
    for (definition, used) in document.definitions.iter_mut().zip(reader.definitions.used()) {
        definition.used = used;
    }
    if !reader.has_gaps {
        references::check(&document, reader);
        assessments::check(&document, reader);
    }
    Some(document)
}

fn header(section: &Section<'_>, reader: &mut Reader) -> Document {
    let mut document = Document {
        id: section.need("id", reader, value::id).unwrap_or_default(),
        version: section.need("version", reader, value::id).unwrap_or_default(),
        name: section.read("name", reader, value::text),
        currency: section.need("currency", reader, value::currency).unwrap_or_default(),
        time_zone: section.need("time_zone", reader, value::zone).unwrap_or_default(),
        rounding: section.read("rounding", reader, value::rounding).unwrap_or_default(),
        ..Document::default()
    };
    document.in_force = section.need("in_force", reader, in_force).unwrap_or_default();
    document.as_of = section.read("as_of", reader, as_of).unwrap_or_default();
    document.accepted = section.read("accepted_warnings", reader, accepted::accepted).unwrap_or_default();
    document.calendar = section.read("calendar", reader, calendar).unwrap_or_default();
    document
}

fn in_force(field: &Field<'_>, reader: &mut Reader) -> Option<InForce> {
    let section = Section::open(field, &keys::IN_FORCE, reader)?;
    let first_day = section.need("first_day", reader, value::day);
    let last_day = section.read("last_day", reader, value::day);
    if let (Some(first), Some(last)) = (first_day, last_day) {
        not_empty(first, last, &section, reader);
    }
    let under_way = section.read("under_way", reader, under_way).unwrap_or_default();
    if section.has("under_way") && !section.has("last_day") {
        section.missing("last_day", "add the last day of the terms, or remove `under_way`", reader);
    }
    Some(InForce { first_day: first_day.unwrap_or_default(), last_day, under_way })
}

fn under_way(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<UnderWay>> {
    let known = field.node.as_text().and_then(|text| keys::UNDER_WAY.iter().find(|(word, _)| *word == text));
    match known {
        Some((_, under_way)) => Some(Spanned::new(*under_way, field.node.span)),
        None => {
            value::length_in_days(field, reader).map(|length| Spanned::new(UnderWay::For(length.value), length.span))
        }
    }
}

/// Reports a window that ends before it starts.
fn not_empty(
    first: Spanned<crate::base::Day>,
    last: Spanned<crate::base::Day>,
    section: &Section<'_>,
    reader: &mut Reader,
) {
    if last.value < first.value {
        let message = format!("the last day `{}` is before the first day `{}`", last.value, first.value);
        let fault = Diagnostic::error(Code::EmptyWindow, last.span, message);
        reader.push(
            fault.path(field::join(&section.path, "last_day")).help("write a last day that is not before the first"),
        );
    }
}

fn as_of(field: &Field<'_>, reader: &mut Reader) -> Option<AsOf> {
    let section = Section::open(field, &keys::AS_OF, reader)?;
    let default = AsOf::default();
    Some(AsOf {
        version: section.read("version", reader, value::word(keys::MOMENTS)).unwrap_or(default.version),
        tier: section.read("tier", reader, value::word(keys::MOMENTS)).unwrap_or(default.tier),
        campaign: section.read("campaign", reader, value::word(keys::MOMENTS)).unwrap_or(default.campaign),
    })
}

fn calendar(field: &Field<'_>, reader: &mut Reader) -> Option<CalendarText> {
    let section = Section::open(field, &keys::CALENDAR, reader)?;
    let default = CalendarText::default();
    let weekend = section.read("weekend", reader, value::list(value::word(keys::WEEKDAYS))).unwrap_or(default.weekend);
    let off: BTreeSet<u8> = weekend.iter().map(|day| day.value.days_from_monday()).collect();
    if let Some(field) = section.field("weekend").filter(|_| off.len() >= keys::WEEKDAYS.len()) {
        let fault = field.fault(Code::BadValue, "every day of the week is off");
        reader.push(fault.help("leave at least one day of the week to work"));
    }
    let holidays = section.read("holidays", reader, value::list(value::day)).unwrap_or_default();
    Some(CalendarText { weekend, holidays })
}

/// The rows of a `[[section]]`. A single table is reported and still read.
fn rows<'n, T>(
    section: &Section<'n>,
    key: &str,
    most: usize,
    reader: &mut Reader,
    mut read: impl FnMut(&Field<'n>, &mut Reader) -> Option<T>,
) -> Vec<T> {
    let Some(field) = section.field(key) else { return Vec::new() };
    match (&field.node.value, field.items()) {
        (_, Some(items)) if items.len() > most => {
            value::too_long(&field, items.len(), most, reader);
            Vec::new()
        }
        (_, Some(items)) => items.filter_map(|item| read(&item, reader)).collect(),
        (NodeValue::Table(_), None) => {
            let fault = field.fault(Code::WrongType, format!("`{key}` must be a list of tables, found a table"));
            reader.push(fault.help(match reader.notation {
                Notation::Toml => format!("write `[[{key}]]`"),
                Notation::Json => "put `[` and `]` around it".to_owned(),
            }));
            read(&field, reader).into_iter().collect()
        }
        (_, None) => {
            reader.wrong_type(&field, "a list of tables");
            Vec::new()
        }
    }
}

/// Names that must differ.
struct Names {
    /// Whose names: `rewards`.
    what: &'static str,
    /// What they are called: `id`.
    key: &'static str,
}

/// Reports names that stand twice; each comes with its path.
fn unique<'d, P: FnOnce() -> String>(
    names: impl Iterator<Item = (&'d Spanned<String>, P)>,
    of: &Names,
    reader: &mut Reader,
) {
    let mut seen = BTreeSet::new();
    for (name, path) in names {
        if !name.value.is_empty() && !seen.insert(name.value.as_str()) {
            let message = format!("two {} have the {} `{}`", of.what, of.key, shown(&name.value));
            let fault = Diagnostic::error(Code::DuplicateId, name.span, message).path(path());
            reader.push(fault.help(format!("give each its own {}", of.key)));
        }
    }
}
