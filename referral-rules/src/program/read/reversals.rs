//! Readers of what takes back: reversals.
use super::field::{Field, Reader, Section, join};
use super::keys::Keys;
use super::rewards::distinct_kinds;
use super::value::{conditions, expression, filled_list, formula, id, length, text, word};
use crate::base::Number;
use crate::diag::{Code, Diagnostic, shown};
use crate::program::document::ExpressionText;
use crate::program::document_reversals::{Reversal, TakeBack, WhenPaid};

pub(super) const REVERSAL: Keys = Keys {
    path: "reversal",
    title: "a reversal",
    keys: &[
        "id",
        "on",
        "when",
        "rewards",
        "of_event",
        "within",
        "take_back",
        "refunded",
        "out_of",
        "when_paid",
        "restored_by",
    ],
};

/// How much a reversal takes back; anything else is a share.
pub(super) const TAKE_BACK: &[&str] = &["all", "in proportion"];

pub(super) const WHEN_PAID: &[(&str, WhenPaid)] = &[("take back", WhenPaid::TakeBack), ("keep", WhenPaid::Keep)];

pub(super) fn reversal(section: &Section<'_>, reader: &mut Reader) -> Reversal {
    let on = section.need("on", reader, distinct_kinds).unwrap_or_default();
    let restored_by = section.read("restored_by", reader, text);
    if let Some(kind) = restored_by.as_ref().filter(|kind| on.iter().any(|on| on.value == kind.value)) {
        let message = format!("`{}` cannot both take back and give back", shown(&kind.value));
        let fault = Diagnostic::error(Code::BadValue, kind.span, message);
        reader.push(fault.path(join(&section.path, "restored_by")).help("name another kind of event"));
    }
    Reversal {
        span: section.span,
        id: section.need("id", reader, id).unwrap_or_default(),
        on,
        when: section.read("when", reader, conditions).unwrap_or_default(),
        rewards: section.read("rewards", reader, filled_list(text)),
        of_event: section.read("of_event", reader, expression),
        within: section.read("within", reader, length),
        take_back: take_back(section, reader),
        when_paid: section.read("when_paid", reader, word(WHEN_PAID)).unwrap_or_default(),
        restored_by,
    }
}

/// Whoever says how much was refunded means a proportion of it, and nobody else does.
fn take_back(section: &Section<'_>, reader: &mut Reader) -> TakeBack {
    let refunded = section.read("refunded", reader, formula);
    let out_of = section.read("out_of", reader, formula);
    let written = section.field("take_back");
    let in_words = written.as_ref().and_then(|field| field.node.as_text());
    let in_proportion = match in_words {
        Some(word) => word == "in proportion",
        None => written.is_none() && section.has("refunded"),
    };
    if in_proportion {
        if !section.has("refunded") {
            section.missing("refunded", "add `refunded = \"event.amount\"`, how much was refunded", reader);
        }
        return refunded.map_or(TakeBack::All, |refunded| TakeBack::InProportion { refunded, out_of });
    }
    for key in ["refunded", "out_of"] {
        let Some(field) = section.field(key) else { continue };
        let fault = field.fault(Code::BadValue, format!("`{key}` is about taking back in proportion"));
        let help = match (key, section.has("refunded")) {
            ("out_of", false) => "add `refunded`, how much of it was refunded, or remove it",
            _ => "write `take_back = \"in proportion\"`, or remove it",
        };
        reader.push(fault.help(help));
    }
    match (in_words, written) {
        (Some("all"), _) | (_, None) => TakeBack::All,
        (_, Some(field)) => share(&field, reader).map_or(TakeBack::All, TakeBack::Share),
    }
}

/// A share is a number from 0 to 1, or an expression that gives one.
fn share(field: &Field<'_>, reader: &mut Reader) -> Option<ExpressionText> {
    let written = formula(field, reader)?;
    let (digits, all) = match written.text.strip_suffix('%') {
        Some(percent) => (percent, Number::from(100_i64)),
        None => (written.text.as_str(), Number::ONE),
    };
    if Number::parse(digits).is_some_and(|share| share > all) {
        let fault = field.fault(Code::BadValue, format!("`{}` is more than all of it", shown(&written.text)));
        reader.push(fault.help("write a share of at most 1, such as `\"50%\"`, or `\"all\"`"));
    }
    Some(written)
}
