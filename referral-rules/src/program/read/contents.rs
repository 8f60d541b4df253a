//! Readers of contents.
use super::field::{Field, Reader, Section};
use super::notices::texts;
use super::running_keys::{CONTENT, CONTENT_BEST};
use super::value::{conditions, formula, id, whole, word};
use crate::diag::{Code, Spanned};
use crate::program::document::{Best, Content, Subject};

pub(super) fn content(field: &Field<'_>, reader: &mut Reader) -> Option<Content> {
    let section = Section::open(field, &CONTENT, reader)?;
    Some(Content {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        of: section.need("of", reader, word(Subject::ALL)).unwrap_or_default(),
        when: section.read("when", reader, conditions).unwrap_or_default(),
        best: section.read("best", reader, best),
        text: texts(&section, reader),
    })
}

fn best(field: &Field<'_>, reader: &mut Reader) -> Option<Best> {
    let section = Section::open(field, &CONTENT_BEST, reader)?;
    let by = section.need("by", reader, formula);
    Some(Best { by: by?, places: section.need("places", reader, places)? })
}

fn places(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<i64>> {
    let places = whole(field, reader)?;
    if places.value == 0 {
        reader.push(field.fault(Code::BadValue, "there is no place").help("write 1 or more"));
        return None;
    }
    Some(places)
}
