//! Readers of requirements: what must hold, when that is judged, and what a failure does.
use super::field::{Field, Reader, Section};
use super::keys;
use super::references::Names;
use super::value::{conditions, filled_list, id, kinds, text, word};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::node::NodeValue;
use crate::program::document::{Document, Heading, JudgedAt, OnFailure, Requirement, Review};

pub(super) fn requirement(heading: Heading, field: &Field<'_>, reader: &mut Reader) -> Option<Requirement> {
    let section = Section::open(field, &keys::REQUIREMENT, reader)?;
    let judged_at = section.read("judged_at", reader, judged_at).unwrap_or_default();
    let on_failure = section.read("on_failure", reader, word(keys::ON_FAILURE));
    if let Some(written) = &on_failure {
        let fits = allowed(&judged_at);
        if !fits.contains(&written.value) {
            let words = keys::ON_FAILURE.iter().filter(|(_, word)| fits.contains(word));
            let words: Vec<String> = words.map(|(word, _)| format!("`{word}`")).collect();
            let message = "at that moment a failure cannot do this";
            let fault = Diagnostic::error(Code::BadValue, written.span, message);
            reader.push(fault.path(format!("{}.on_failure", section.path)).help(format!("use {}", words.join(", "))));
        }
    }
    let first = allowed(&judged_at).first().copied().unwrap_or_default();
    let on_failure = on_failure.unwrap_or_else(|| Spanned::new(first, section.span));
    let refuses = section.read("refuses", reader, word(keys::SIDES));
    if let Some(written) = refuses.as_ref().filter(|_| on_failure.value != OnFailure::Refuse) {
        let fault = Diagnostic::error(Code::BadValue, written.span, "this requirement refuses nobody");
        let help = "remove `refuses`: it is for requirements at submission that refuse";
        reader.push(fault.path(format!("{}.refuses", section.path)).help(help));
    }
    let review = review(&section, &judged_at, on_failure.value, reader);
    Some(Requirement {
        span: section.span,
        heading,
        code: section.need("code", reader, id).unwrap_or_default(),
        require: section.need("require", reader, conditions).unwrap_or_default(),
        message: section.need("message", reader, text).unwrap_or_default(),
        refuses: refuses.unwrap_or_default(),
        judged_at,
        on_failure,
        review,
    })
}

/// What decides about what a requirement holds. What is held from the submission on needs one: nothing else would ever end it.
fn review(section: &Section<'_>, judged_at: &JudgedAt, on_failure: OnFailure, reader: &mut Reader) -> Option<Review> {
    let by = section.read("reviewed_by", reader, kinds);
    let released_when = section.read("released_when", reader, conditions).unwrap_or_default();
    let voided_when = section.read("voided_when", reader, conditions).unwrap_or_default();
    let written = ["reviewed_by", "released_when", "voided_when"].into_iter().find(|key| section.has(key));
    if on_failure != OnFailure::Hold || *judged_at == JudgedAt::Payout {
        if let Some(field) = written.and_then(|key| section.field(key)) {
            let fault = field.fault(Code::BadValue, "this requirement holds nothing that could be reviewed");
            reader.push(fault.help("add `on_failure = \"hold\"`, or remove it"));
        }
        return None;
    }
    if !section.has("reviewed_by") && (written.is_some() || *judged_at == JudgedAt::Submitted) {
        let help = "add `reviewed_by = \"reviewed\"`: the kind of event that decides about what is held";
        section.missing("reviewed_by", help, reader);
    } else if section.has("reviewed_by") && !section.has("released_when") && !section.has("voided_when") {
        let help = "add `released_when`, `voided_when` or both: what the event must say";
        section.missing("released_when", help, reader);
    }
    by.map(|by| Review { by, released_when, voided_when })
}

/// What a failure can do at a moment; the first is what it does unless something else is written.
const fn allowed(judged_at: &JudgedAt) -> &'static [OnFailure] {
    match judged_at {
        JudgedAt::Submitted => &[OnFailure::Refuse, OnFailure::Hold, OnFailure::Flag],
        JudgedAt::Payable => &[OnFailure::Hold],
        JudgedAt::Payout => &[OnFailure::Hold, OnFailure::Flag],
        JudgedAt::Kinds(_) => {
            &[OnFailure::Disqualify, OnFailure::Nurture, OnFailure::IgnoreEvent, OnFailure::Hold, OnFailure::Flag]
        }
    }
}

/// `submitted`, `payable`, `each payout`, one kind of event, or a list of kinds.
fn judged_at(field: &Field<'_>, reader: &mut Reader) -> Option<JudgedAt> {
    let NodeValue::Text(_) = &field.node.value else {
        return filled_list(text)(field, reader).map(JudgedAt::Kinds);
    };
    let word = text(field, reader)?;
    Some(match word.value.as_str() {
        "submitted" => JudgedAt::Submitted,
        "payable" => JudgedAt::Payable,
        keys::EACH_PAYOUT => JudgedAt::Payout,
        _ => JudgedAt::Kinds(vec![word]),
    })
}

/// The kinds of event at which requirements are judged, and by which what they hold is reviewed, are there, and none of them is the
/// submission.
pub(super) fn check(document: &Document, kinds: &Names<'_>, reader: &mut Reader) {
    for (at, requirement) in document.requirements.iter().enumerate() {
        let before = document.requirements.iter().take(at);
        let number = before.filter(|other| other.heading == requirement.heading).count();
        let section = format!("{}[{number}]", requirement.heading.word());
        for (place, kind) in requirement.review.iter().flat_map(|review| &review.by).enumerate() {
            let path = format!("{section}.reviewed_by[{place}]");
            if kind.value == "submitted" {
                let fault = Diagnostic::error(Code::BadValue, kind.span, "the submission reviews nothing").path(path);
                reader.push(fault.help("name a kind of event that comes later"));
            } else {
                kinds.check(kind, || path, reader);
            }
        }
        let JudgedAt::Kinds(written) = &requirement.judged_at else { continue };
        for (place, kind) in written.iter().enumerate() {
            let path = format!("{section}.judged_at[{place}]");
            if ["submitted", "payable", keys::EACH_PAYOUT].contains(&kind.value.as_str()) {
                let message = format!("`{}` stands alone, not among kinds of event", kind.value);
                let fault = Diagnostic::error(Code::BadValue, kind.span, message).path(path);
                reader.push(fault.help("write a requirement of its own for it"));
            } else {
                kinds.check(kind, || path, reader);
            }
        }
    }
}
