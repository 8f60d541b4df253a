//! Readers of what a document declares: facts, lists, kinds of events.
use super::data::data;
use super::field::{Field, Reader, Section, join};
use super::keys;
use super::value::{self, filled_list, key_name, length, list, text};
use super::{Names, Notation, rows, unique};
use crate::base::limits::{FACTS_MAX, LIST_LENGTH_MAX};
use crate::base::{Day, Number};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::node::NodeValue;
use crate::program::document::{
    Clock, Constant, ConstantList, Document, EventDeclaration, FactDeclaration, FactOwner, FactType, Made,
};
use crate::program::document_rules::Per;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn read(section: &Section<'_>, document: &mut Document, reader: &mut Reader) {
    document.definitions = section.read("definitions", reader, super::definitions::definitions).unwrap_or_default();
    document.facts = section.read("facts", reader, facts).unwrap_or_default();
    document.lists = section.read("lists", reader, lists).unwrap_or_default();
    document.tables = section.read("tables", reader, super::tables::tables).unwrap_or_default();
    document.measures = section.read("measures", reader, super::measures::measures).unwrap_or_default();
    document.data = section.read("data", reader, data).unwrap_or_default();
    document.events = rows(section, "event", LIST_LENGTH_MAX, reader, event);
    let kinds = document.events.iter().enumerate().map(|(at, row)| (&row.kind, move || format!("event[{at}].kind")));
    unique(kinds, &Names { what: "events", key: "kind" }, reader);
}

const OWNERS: [(&str, FactOwner); 6] = [
    ("account", FactOwner::Account),
    ("referrer", FactOwner::Referrer),
    ("referee", FactOwner::Referee),
    ("referral", FactOwner::Referral),
    ("event", FactOwner::Event),
    ("company", FactOwner::Company),
];

/// What expressions know without a declaration.
const fn built_in(owner: FactOwner) -> &'static [&'static str] {
    match owner {
        FactOwner::Account | FactOwner::Referrer => &["id", "recruiter"],
        FactOwner::Referee => &["id"],
        FactOwner::Referral => &[
            "id",
            "submitted_at",
            "qualified_at",
            "opportunity_at",
            "closed_at",
            "disqualified_at",
            "lost_at",
            "nurture_at",
            "expired_at",
            "closes_circle",
        ],
        FactOwner::Event => &["kind", "at", "id"],
        FactOwner::Company => &["at"],
    }
}

fn facts(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<FactDeclaration>> {
    let section = Section::open(field, &keys::FACTS, reader)?;
    let mut facts = Vec::new();
    for (heading, owner) in OWNERS {
        let Some(field) = section.field(heading) else { continue };
        let Some(entries) = field.entries() else {
            reader.wrong_type(&field, "a table");
            continue;
        };
        for (key, entry) in entries {
            let name = key_name(key, &field.path, reader);
            if built_in(owner).contains(&name.value.as_str()) {
                let message = format!("`{heading}.{}` is there without being declared", name.value);
                let fault = Diagnostic::error(Code::DuplicateId, name.span, message).path(entry.path.clone());
                reader.push(fault.help("remove it, or give your fact another name"));
                continue;
            }
            let fallback = Spanned::new(FactType::Text, entry.node.span);
            let fact_type = fact_type(&entry, reader).unwrap_or(fallback);
            facts.push(FactDeclaration { owner, name, fact_type });
        }
    }
    if facts.len() > FACTS_MAX {
        value::too_long(field, facts.len(), FACTS_MAX, reader);
        return None;
    }
    same_types(&facts, reader);
    Some(facts)
}

fn fact_type(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<FactType>> {
    let fact_type = match &field.node.value {
        NodeValue::Text(_) => value::word(keys::FACT_TYPES)(field, reader)?.value,
        NodeValue::List(_) => {
            let values = filled_list(text)(field, reader)?;
            distinct(&values, field, reader);
            FactType::OneOf(values)
        }
        _ => {
            reader.wrong_type(field, "the name of a type or a list of texts");
            return None;
        }
    };
    Some(Spanned::new(fact_type, field.node.span))
}

fn distinct(values: &[Spanned<String>], field: &Field<'_>, reader: &mut Reader) {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value.value.as_str()) {
            let message = format!("`{}` stands twice", shown(&value.value));
            let fault = Diagnostic::error(Code::BadValue, value.span, message).path(field.path.clone());
            reader.push(fault.help("remove one of the two"));
        }
    }
}

/// A fact of all accounts and one of a side may share a name if they share the type.
fn same_types(facts: &[FactDeclaration], reader: &mut Reader) {
    let account: BTreeMap<&str, &FactType> = facts
        .iter()
        .filter(|fact| fact.owner == FactOwner::Account)
        .map(|fact| (fact.name.value.as_str(), &fact.fact_type.value))
        .collect();
    let plain = |fact: &FactType| match fact {
        FactType::OneOf(values) => Err(values.iter().map(|value| value.value.clone()).collect::<Vec<_>>()),
        other => Ok(std::mem::discriminant(other)),
    };
    for fact in facts.iter().filter(|fact| matches!(fact.owner, FactOwner::Referrer | FactOwner::Referee)) {
        let name = fact.name.value.as_str();
        if account.get(name).is_some_and(|other| plain(other) != plain(&fact.fact_type.value)) {
            let message = format!("`{}` is declared under `facts.account` with another type", shown(name));
            let fault = Diagnostic::error(Code::DuplicateId, fact.name.span, message);
            reader.push(fault.path(join("facts", name)).help("give both the same type, or one another name"));
        }
    }
}

/// A constant, as it stands.
pub(super) fn constant(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Constant>> {
    let constant = match &field.node.value {
        NodeValue::Text(text) => Constant::Text(text.text.clone().into_owned()),
        NodeValue::Number(_) => Constant::Number(value::number(field, reader)?.value),
        NodeValue::Bool(value) => Constant::Bool(*value),
        NodeValue::Date(_) => Constant::Date(value::day(field, reader)?.value),
        _ => {
            reader.wrong_type(field, "a text, a number, a date, or true or false");
            return None;
        }
    };
    Some(Spanned::new(constant, field.node.span))
}

const fn constant_name(constant: &Constant) -> &'static str {
    match constant {
        Constant::Text(_) => "a text",
        Constant::Number(_) => "a number",
        Constant::Bool(_) => "true or false",
        Constant::Date(_) => "a date",
    }
}

/// Makes the constants one type: texts that are all days become days in JSON, which has no dates; others are reported.
pub(super) fn one_type(constants: &mut [&mut Spanned<Constant>], path: &str, notation: Notation, reader: &mut Reader) {
    let day = |constant: &Constant| match constant {
        Constant::Text(text) => Day::parse(text).ok(),
        Constant::Number(_) | Constant::Bool(_) | Constant::Date(_) => None,
    };
    if notation == Notation::Json && constants.iter().all(|constant| day(&constant.value).is_some()) {
        for constant in constants.iter_mut() {
            constant.value = Constant::Date(day(&constant.value).unwrap_or_default());
        }
    }
    let Some(first) = constants.first().map(|first| constant_name(&first.value)) else { return };
    for constant in constants.iter_mut() {
        let found = constant_name(&constant.value);
        if found != first {
            let message = format!("`{path}` starts with {first}, found {found}");
            let fault = Diagnostic::error(Code::WrongType, constant.span, message).path(path);
            reader.push(fault.help("write values of one type"));
            constant.value = Constant::Number(Number::ZERO);
        }
    }
}

fn lists(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<ConstantList>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of lists");
        return None;
    };
    let mut lists = Vec::new();
    for (key, entry) in entries {
        let name = key_name(key, &field.path, reader);
        if let NodeValue::Table(_) = &entry.node.value {
            let from = Section::open(&entry, &keys::LIST, reader).and_then(|section| list_from(&section, reader));
            lists.push(ConstantList { name, values: Vec::new(), from: Some(from.unwrap_or_default()) });
            continue;
        }
        let mut values = filled_list(constant)(&entry, reader).unwrap_or_default();
        one_type(&mut values.iter_mut().collect::<Vec<_>>(), &entry.path, reader.notation, reader);
        if let Some(Constant::Bool(_)) = values.first().map(|first| &first.value) {
            let message = format!("`{}` must be a list of texts, numbers or dates", entry.name());
            reader.push(entry.fault(Code::WrongType, message));
        }
        lists.push(ConstantList { name, values, from: None });
    }
    Some(lists)
}

/// Where the values of a list are from that are not written in the document.
fn list_from(section: &Section<'_>, reader: &mut Reader) -> Option<String> {
    let from = section.need("from", reader, text)?;
    let words = crate::program::library_lists::list_sources();
    if !words.contains(&from.value.as_str()) {
        let message = format!("there is no list `{}`", shown(&from.value));
        let fault = Diagnostic::error(Code::BadValue, from.span, message).path(format!("{}.from", section.path));
        reader.push(fault.help(format!("use {}", super::field::one_of(&words))));
        return None;
    }
    Some(from.value)
}

fn event(field: &Field<'_>, reader: &mut Reader) -> Option<EventDeclaration> {
    let section = Section::open(field, &keys::EVENT, reader)?;
    let kind = section.need("kind", reader, value::id).unwrap_or_default();
    if let Some(field) = section.field("kind").filter(|_| kind.value == "submitted") {
        let fault = field.fault(Code::BadValue, "`submitted` is the referral itself, not an event to declare");
        reader.push(fault.help("give the event another kind"));
    }
    let after = section.read("after", reader, length);
    let from = section.read("from", reader, text);
    let unless = section.read("unless", reader, list(text));
    if !section.has("after") {
        if let Some(key) = ["from", "unless"].into_iter().find(|key| section.has(key)) {
            let help = format!("add `after = \"180 days\"`, or remove `{key}`");
            section.missing("after", &help, reader);
        }
    }
    let clock = after.map(|after| Clock {
        after,
        from: from.unwrap_or_else(|| Spanned::new("submitted".to_owned(), section.span)),
        unless: unless.unwrap_or_default(),
    });
    let made = made(&section, reader);
    if let Some(field) = section.field("on").filter(|_| section.has("after")) {
        let fault = field.fault(Code::BadValue, "an event is made by the clock or by conditions, not by both");
        reader.push(fault.help("let the clock make an event of another kind, and write that kind for `on`"));
    }
    let label = section.read("label", reader, text);
    let implies = section.read("implies", reader, list(text)).unwrap_or_default();
    implied(&kind, &implies, &section, reader);
    let needs = section.read("needs", reader, list(text)).unwrap_or_default();
    if let Some(field) = section.field("needs").filter(|_| clock.is_some()) {
        let fault = field.fault(Code::BadValue, "an event that the clock makes has no facts");
        reader.push(fault.help("remove `needs`, or let the host report events of this kind"));
    }
    if let Some(field) = section.field("needs").filter(|_| made.is_some()) {
        let fault =
            field.fault(Code::BadValue, "an event that conditions make has the facts of the event that made it");
        reader.push(fault.help("write `needs` for the kinds under `on`"));
    }
    Some(EventDeclaration { kind, label, clock, made, implies, needs })
}

/// At which events conditions are read that make an event, and which ones.
fn made(section: &Section<'_>, reader: &mut Reader) -> Option<Made> {
    let on = section.read("on", reader, value::kinds);
    let when = section.read("when", reader, value::conditions);
    let once_per = section.read("once_per", reader, super::measures::per);
    if let Some(key) = ["when", "once_per"].into_iter().find(|key| !section.has("on") && section.has(key)) {
        let help = format!("add `on = \"...\"`, the kinds of event at which it is read, or remove `{key}`");
        section.missing("on", &help, reader);
    }
    section.has("on").then(|| Made {
        on: on.unwrap_or_default(),
        when: when.unwrap_or_default(),
        once_per: once_per.unwrap_or_else(|| vec![Spanned::new(Per::Referral, section.span)]),
    })
}

/// An event implies stages on the way to it; a declared kind may imply any of them.
fn implied(kind: &Spanned<String>, implies: &[Spanned<String>], section: &Section<'_>, reader: &mut Reader) {
    let rank = |word: &str| keys::IMPLIED.iter().position(|stage| *stage == word);
    let own = rank(&kind.value);
    let ends = own.is_none() && crate::program::document::STAGES.contains(&kind.value.as_str());
    for (at, stage) in implies.iter().enumerate() {
        let fault = match rank(&stage.value) {
            None => (
                format!("`{}` is not a stage that can be implied", shown(&stage.value)),
                super::field::one_of(keys::IMPLIED),
            ),
            Some(_) if ends => {
                (format!("`{}` lies on no way to `{}`", stage.value, kind.value), "no `implies` here".to_owned())
            }
            Some(rank) if own.is_some_and(|own| own <= rank) => {
                (format!("`{}` does not come before `{}`", stage.value, kind.value), "an earlier stage".to_owned())
            }
            Some(_) => continue,
        };
        let path = format!("{}.implies[{at}]", section.path);
        reader
            .push(Diagnostic::error(Code::BadValue, stage.span, fault.0).path(path).help(format!("write {}", fault.1)));
    }
}
