//! Reader of measures: running aggregates over events.
use super::field::{Field, Reader, Section};
use super::keys;
use super::rewards::{key_part, key_parts};
use super::value::{self, conditions, expression, key_name, kinds, word};
use crate::base::Period;
use crate::base::limits::MEASURES_MAX;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::node::NodeValue;
use crate::program::document::{Aggregate, MeasureDeclaration, Which};
use crate::program::document_rules::Per;

pub(super) fn measures(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<MeasureDeclaration>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of measures");
        return None;
    };
    if entries.len() > MEASURES_MAX {
        value::too_long(field, entries.len(), MEASURES_MAX, reader);
        return None;
    }
    let mut out = Vec::new();
    for (key, entry) in entries {
        let name = key_name(key, &field.path, reader);
        out.extend(measure(name, &entry, reader));
    }
    Some(out)
}

fn measure(name: Spanned<String>, field: &Field<'_>, reader: &mut Reader) -> Option<MeasureDeclaration> {
    let section = Section::open(field, &keys::MEASURE, reader)?;
    let is = section.need("is", reader, word(keys::AGGREGATES));
    let of = section.read("of", reader, expression);
    match is.map(|is| is.value) {
        Some(Aggregate::Count) => {
            if let Some(of) = &of {
                let fault =
                    Diagnostic::error(Code::UnknownKey, of.span, "events are counted as they are, without `of`");
                reader.push(
                    fault
                        .path(format!("{}.of", section.path))
                        .help("remove `of`, or write `is = \"sum\"` or `is = \"distinct\"`"),
                );
            }
        }
        Some(_) if !section.has("of") => {
            section.missing("of", "add `of = \"...\"`, an expression that says what is put together", reader);
        }
        _ => {}
    }
    let faulty_period = section.has("in_each");
    let in_each = section.read("in_each", reader, value::period);
    let faulty_period = faulty_period && in_each.is_none();
    let in_each = in_each.unwrap_or_default();
    let which = section.read("which", reader, word(keys::WHICH)).unwrap_or_default();
    if which.value == Which::Previous && !faulty_period {
        if let Period::Lifetime | Period::Rolling { .. } = in_each.value {
            let message = format!("there is no period before: `in_each` is `{}`", in_each.value);
            let fault = Diagnostic::error(Code::BadValue, which.span, message);
            let help = "write a calendar period such as `calendar year` for `in_each`, or remove `which`";
            reader.push(fault.path(format!("{}.which", section.path)).help(help));
        }
    }
    Some(MeasureDeclaration {
        span: section.span,
        name,
        is: is.unwrap_or_default(),
        of,
        on: section.need("on", reader, kinds).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        per: section.read("per", reader, per).unwrap_or_else(|| vec![Spanned::new(Per::Referrer, section.span)]),
        in_each,
        which,
        disqualified: section.read("disqualified", reader, word(keys::DISQUALIFIED)).unwrap_or_default(),
    })
}

/// One part of a key, or a list of them.
pub(super) fn per(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<Per>>> {
    match &field.node.value {
        NodeValue::Text(_) => key_part(field, keys::MEASURE_PER, reader).map(|part| vec![part]),
        _ => key_parts(field, keys::MEASURE_PER, reader),
    }
}
