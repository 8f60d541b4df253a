//! Reader of measures: running aggregates over events.
use super::field::{Field, Reader, Section};
use super::keys;
use super::value::{self, conditions, expression, filled_list, key_name, text, word};
use crate::base::limits::MEASURES_MAX;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::node::NodeValue;
use crate::program::document::{Aggregate, MeasureDeclaration};

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
    Some(MeasureDeclaration {
        span: section.span,
        name,
        is: is.unwrap_or_default(),
        of,
        on: section.need("on", reader, kinds).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        per: section.read("per", reader, word(keys::MEASURE_PER)).unwrap_or_default(),
        in_each: section.read("in_each", reader, value::period).unwrap_or_default(),
        disqualified: section.read("disqualified", reader, word(keys::DISQUALIFIED)).unwrap_or_default(),
    })
}

/// One kind of event, or a list of them.
fn kinds(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<Spanned<String>>> {
    match &field.node.value {
        NodeValue::Text(_) => text(field, reader).map(|kind| vec![kind]),
        _ => filled_list(text)(field, reader),
    }
}
