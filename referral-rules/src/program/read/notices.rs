//! Readers of notices: whom to tell what by when, and of the texts by language.
use super::field::{Field, Reader, Section};
use super::references::Names as Known;
use super::running_keys::{NOTICE, NOTICE_TEXT};
use super::value::{self, conditions, expression, id, key_name, kinds, length, plain_formula, text, word};
use crate::base::Period;
use crate::base::limits::{DEFINITIONS_MAX, TEMPLATE_BYTES_MAX};
use crate::diag::{Code, Diagnostic, Spanned, shown};
use crate::program::document::{Document, ExpressionText, Medium, Notice, Subject, Texts, Trigger, WrittenText};

pub(super) fn notice(field: &Field<'_>, reader: &mut Reader) -> Option<Notice> {
    let section = Section::open(field, &NOTICE, reader)?;
    let on = section.read("on", reader, kinds).map(Trigger::On);
    let every = section.read("every", reader, period).map(Trigger::Every);
    let on_day = section.read("on_day", reader, expression).map(Trigger::OnDay);
    let written: Vec<&str> = ["on", "every", "on_day"].into_iter().filter(|key| section.has(key)).collect();
    match written.as_slice() {
        [] => section.missing("on", "add `on`, a kind of event; or `every`, a period; or `on_day`, a date", reader),
        [first, second, ..] => {
            if let Some(field) = section.field(second) {
                let fault = field.fault(Code::BadValue, format!("`{first}` and `{second}` cannot both be"));
                reader.push(fault.help("write one of `on`, `every` and `on_day`"));
            }
        }
        [_] => {}
    }
    let is_of_event = section.has("on");
    let of = match (section.read("of", reader, word(Subject::ALL)), section.field("of")) {
        (Some(_), Some(field)) if is_of_event => {
            let fault = field.fault(Code::BadValue, "a notice on an event is of its referral");
            reader.push(fault.help("remove `of`"));
            None
        }
        (None, None) if !is_of_event && !written.is_empty() => {
            section.missing("of", "add `of`: of whom it is, such as `account`", reader);
            None
        }
        (of, _) => of,
    };
    let of = of.unwrap_or_else(|| Spanned::new(Subject::Referral, section.span));
    let to = section.need("to", reader, id).unwrap_or_default();
    reachable(&to, of.value, &section, reader);
    Some(Notice {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        to,
        trigger: on.or(every).or(on_day).unwrap_or_else(|| Trigger::On(Vec::new())),
        of,
        when: section.read("when", reader, conditions).unwrap_or_default(),
        within: section.read("within", reader, length),
        text: texts(&section, reader),
    })
}

/// Whether a subject has somebody by that word.
fn reachable(to: &Spanned<String>, of: Subject, section: &Section<'_>, reader: &mut Reader) {
    let help = match (to.value.as_str(), of) {
        ("referee", Subject::Account | Subject::Referrer | Subject::Company) => "only a referral has a referee",
        ("referrer", Subject::Company) => "the company has no referrer: name somebody by a word of your own",
        _ => return,
    };
    let message = format!("a notice of `{}` cannot be to the `{}`", of.word(), to.value);
    let fault = Diagnostic::error(Code::BadValue, to.span, message);
    reader.push(fault.path(super::field::join(&section.path, "to")).help(help));
}

/// A period that has a beginning, again and again.
fn period(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<Period>> {
    let period = value::period(field, reader)?;
    if matches!(period.value, Period::Lifetime | Period::Rolling { .. }) {
        let message = format!("`{}` has no beginning that comes again", period.value);
        let help = "write a calendar period, such as `calendar quarter`";
        reader.push(field.fault(Code::BadValue, message).help(help));
        return None;
    }
    Some(period)
}

/// `medium`, `values` and `text` of a section.
pub(super) fn texts(section: &Section<'_>, reader: &mut Reader) -> Texts {
    Texts {
        medium: section.read("medium", reader, word(Medium::ALL)).map(|medium| medium.value).unwrap_or_default(),
        values: section.read("values", reader, values).unwrap_or_default(),
        texts: section.need("text", reader, languages).unwrap_or_default(),
    }
}

fn values(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<(Spanned<String>, ExpressionText)>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of named expressions");
        return None;
    };
    if entries.len() > DEFINITIONS_MAX {
        value::too_long(field, entries.len(), DEFINITIONS_MAX, reader);
        return None;
    }
    let mut out = Vec::new();
    for (key, entry) in entries {
        let name = key_name(key, &field.path, reader);
        if RESERVED.contains(&name.value.as_str()) {
            let message = format!("`{}` has a meaning in texts already", name.value);
            let fault = Diagnostic::error(Code::DuplicateId, name.span, message).path(entry.path.clone());
            reader.push(fault.help("give it another name"));
        }
        let written = plain_formula(&entry, reader).and_then(|text| reader.with_definitions(text, &entry.path));
        out.extend(written.map(|written| (name, written)));
    }
    Some(out)
}

/// What texts know without being told.
pub(super) const RESERVED: [&str; 14] = [
    "account",
    "answer",
    "assessment",
    "company",
    "data",
    "entries",
    "event",
    "lists",
    "program",
    "reasons",
    "referee",
    "referral",
    "referrer",
    "range",
];

fn languages(field: &Field<'_>, reader: &mut Reader) -> Option<Vec<WrittenText>> {
    let Some(entries) = field.entries() else {
        reader.wrong_type(field, "a table of texts by language");
        return None;
    };
    if entries.len() == 0 {
        reader.push(field.fault(Code::BadValue, "there is no text").help("add one, such as `[notice.text.en]`"));
        return None;
    }
    let mut out = Vec::new();
    for (key, entry) in entries {
        let language = Spanned::new(key.value.clone().into_owned(), key.span);
        if !is_language(&language.value) {
            let message = format!("`{}` is no language", shown(&language.value));
            let fault = Diagnostic::error(Code::BadValue, language.span, message).path(entry.path.clone());
            reader.push(fault.help("write a code such as `en`, `de` or `pt-br`"));
        }
        let Some(section) = Section::open(&entry, &NOTICE_TEXT, reader) else { continue };
        let subject = section.read("subject", reader, template);
        let body = section.need("body", reader, template).unwrap_or_default();
        out.push(WrittenText { language, subject, body });
    }
    Some(out)
}

fn is_language(code: &str) -> bool {
    let mut parts = code.split('-');
    let of = |part: Option<&str>, lengths: std::ops::RangeInclusive<usize>| {
        part.is_none_or(|part| lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    of(parts.next(), 2..=3) && of(parts.next(), 2..=8) && parts.next().is_none()
}

fn template(field: &Field<'_>, reader: &mut Reader) -> Option<Spanned<String>> {
    let written = text(field, reader)?;
    if written.value.len() > TEMPLATE_BYTES_MAX {
        let message = format!("the text has {} bytes, {TEMPLATE_BYTES_MAX} fit", written.value.len());
        reader.push(field.fault(Code::TooLarge, message).help("make it shorter, or let the host add the rest"));
        return None;
    }
    Some(written)
}

/// The kinds of event at which somebody is told are there.
pub(super) fn check(document: &Document, known: &Known<'_>, reader: &mut Reader) {
    for (at, notice) in document.notices.iter().enumerate() {
        let Trigger::On(kinds) = &notice.trigger else { continue };
        for (place, kind) in kinds.iter().enumerate().filter(|(_, kind)| kind.value != Notice::REFUSED) {
            known.check(kind, || format!("notice[{at}].on[{place}]"), reader);
        }
    }
}
