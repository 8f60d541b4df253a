//! Readers of assessments.
use super::field::{Field, Reader, Section};
use super::keys::Keys;
use super::running_keys::{ASSESSMENT_ITEM, ASSESSMENT_VERDICT};
use super::value::{self, conditions, expression, filled_list, id, number, text, word};
use super::{Names, unique};
use crate::base::Number;
use crate::base::limits::{ASSESSMENT_ITEMS_MAX, ASSESSMENT_VERDICTS_MAX};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::program::document::{Assessment, AssessmentItem, AssessmentVerdict, Document, FactOwner, Subject};
use crate::program::document_assessments::plain;
use std::collections::BTreeMap;

pub(super) fn assessment(section: &Section<'_>, reader: &mut Reader) -> Assessment {
    let out = Assessment {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        of: section.need("of", reader, word(Subject::ALL)).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        items: section.need("item", reader, at_most(ASSESSMENT_ITEMS_MAX, item)).unwrap_or_default(),
        verdicts: section.need("verdict", reader, at_most(ASSESSMENT_VERDICTS_MAX, verdict)).unwrap_or_default(),
    };
    let codes = out.items.iter().enumerate();
    let codes = codes.map(|(at, item)| (&item.code, move || format!("{}.item[{at}].code", section.path)));
    unique(codes, &Names { what: "items", key: "code" }, reader);
    let names = out.verdicts.iter().enumerate();
    let names = names.map(|(at, verdict)| (&verdict.name, move || format!("{}.verdict[{at}].name", section.path)));
    unique(names, &Names { what: "verdicts", key: "name" }, reader);
    one_name_each(&out, &section.path, reader);
    fallback(&out, &section.path, reader);
    out
}

/// A list of tables that is not empty and has no more items than fit.
fn at_most<'n, T>(
    most: usize,
    read: impl Fn(&Section<'n>, &mut Reader) -> Option<T>,
) -> impl Fn(&Field<'n>, &mut Reader) -> Option<Vec<T>>
where
    T: Sectioned,
{
    let read = filled_list(move |field: &Field<'n>, reader: &mut Reader| {
        read(&Section::open(field, T::KEYS, reader)?, reader)
    });
    move |field, reader| {
        let found = read(field, reader)?;
        if found.len() > most {
            value::too_long(field, found.len(), most, reader);
            return None;
        }
        Some(found)
    }
}

/// What has keys of its own.
trait Sectioned {
    const KEYS: &'static Keys;
}

impl Sectioned for AssessmentItem {
    const KEYS: &'static Keys = &ASSESSMENT_ITEM;
}

impl Sectioned for AssessmentVerdict {
    const KEYS: &'static Keys = &ASSESSMENT_VERDICT;
}

fn item(section: &Section<'_>, reader: &mut Reader) -> Option<AssessmentItem> {
    let points = |key, reader: &mut Reader| section.read(key, reader, points).unwrap_or(Number::ZERO);
    Some(AssessmentItem {
        code: section.need("code", reader, id).unwrap_or_default(),
        require: section.need("require", reader, conditions).unwrap_or_default(),
        message: section.need("message", reader, text).unwrap_or_default(),
        points: points("points", reader),
        points_if_not: points("points_if_not", reader),
        next: section.read("next", reader, text),
    })
}

/// Points, small enough for every sum of them to fit.
fn points(field: &Field<'_>, reader: &mut Reader) -> Option<Number> {
    let points = number(field, reader)?;
    let in_millionths = points.value.checked_mul(Number::from(1_000_000)).and_then(Number::to_i64);
    if in_millionths.is_none_or(|found| found.unsigned_abs() > 1_000_000_000_000) {
        let message = format!("`{}` cannot be `{}`", field.name(), points.value);
        let help = "write at most 1000000, above or below zero, with at most six digits after the point";
        reader.push(field.fault(Code::BadValue, message).help(help));
        return None;
    }
    Some(points.value)
}

fn verdict(section: &Section<'_>, reader: &mut Reader) -> Option<AssessmentVerdict> {
    Some(AssessmentVerdict {
        name: section.need("name", reader, id).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        next: section.read("next", reader, text),
        again_on: section.read("again_on", reader, expression),
    })
}

/// Codes that expressions would write the same.
fn one_name_each(assessment: &Assessment, path: &str, reader: &mut Reader) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (at, item) in assessment.items.iter().enumerate() {
        let code = item.code.value.as_str();
        match seen.get(&item.name()) {
            Some(other) if *other != code => {
                let message = format!("`{}` and `{other}` have one name in expressions", shown(code));
                let fault = Diagnostic::error(Code::DuplicateId, item.code.span, message);
                reader.push(fault.path(format!("{path}.item[{at}].code")).help("give one of the two another code"));
            }
            _ => drop(seen.insert(item.name(), code)),
        }
    }
}

/// The last verdict holds whatever comes, and none before it does.
fn fallback(assessment: &Assessment, path: &str, reader: &mut Reader) {
    let last = assessment.verdicts.len().saturating_sub(1);
    for (at, verdict) in assessment.verdicts.iter().enumerate() {
        let (is_last, always) = (at == last, verdict.when.is_empty());
        if is_last == always {
            continue;
        }
        let path = format!("{path}.verdict[{at}]");
        let (message, help) = if is_last {
            ("the last verdict has a condition: without it there may be none", "add a last verdict without `when`")
        } else {
            ("this verdict has no condition: those after it never come", "add `when`, or put it last")
        };
        reader.push(Diagnostic::error(Code::BadValue, verdict.name.span, message).path(path).help(help));
    }
}

/// Names that only these sections know cannot be given to what other expressions name.
pub(super) fn check(document: &Document, reader: &mut Reader) {
    let company = document.facts.iter().any(|fact| fact.owner == FactOwner::Company);
    if document.assessments.is_empty() && document.notices.is_empty() && document.contents.is_empty() && !company {
        return;
    }
    const KNOWN: [&str; 6] = ["account", "answer", "assessment", "company", "item", "verdict"];
    for definition in document.definitions.iter().filter(|one| KNOWN.contains(&one.name.value.as_str())) {
        let name = &definition.name;
        let message = format!("`{}` has a meaning in expressions already", name.value);
        let fault = Diagnostic::error(Code::DuplicateId, name.span, message);
        reader.push(fault.path(format!("definitions.{}", name.value)).help("give it another name"));
    }
    let mut seen: BTreeMap<String, &Spanned<String>> = BTreeMap::new();
    for (at, assessment) in document.assessments.iter().enumerate() {
        let id = &assessment.id;
        match seen.get(&plain(&id.value)) {
            Some(other) if other.value != id.value => {
                let message = format!("`{}` and `{}` have one name in expressions", shown(&id.value), other.value);
                let fault = Diagnostic::error(Code::DuplicateId, id.span, message);
                reader.push(fault.path(format!("assessment[{at}].id")).help("give one of the two another id"));
            }
            _ => drop(seen.insert(plain(&id.value), id)),
        }
    }
}
