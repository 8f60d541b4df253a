//! What assessments say, for people.
use super::text::{push_line, wrapped};
use crate::evaluation::Evaluation;
use crate::program::document::Subject;
use crate::running::{AssessedItem, Shortfall};

/// Writes what assessments say of a subject; nothing where none is of it.
pub fn write(evaluation: &Evaluation<'_>, of: &[Subject], id: &str, out: &mut String) {
    if evaluation.version_now().is_none_or(|(_, version)| version.assessments.is_empty()) {
        return;
    }
    let (found, _) = evaluation.assessed(|(subject, own)| of.contains(&subject) && own == id);
    if found.is_empty() {
        return;
    }
    push_line(out, "");
    push_line(out, "What assessments say");
    for assessed in found {
        let score = if assessed.items.iter().all(|item| item.points.is_zero()) && assessed.score.is_zero() {
            String::new()
        } else {
            format!(", score {}", assessed.score)
        };
        let next = assessed.next.map(|next| format!(": {next}")).unwrap_or_default();
        let again = assessed.again_on.map(|day| format!("; again on {day}")).unwrap_or_default();
        wrapped(out, "  ", &format!("{}: {}{score}{next}{again}", assessed.assessment, assessed.verdict));
        for item in assessed.items.iter().filter(|item| item.state == "failed") {
            wrapped(out, "  - ", &item_text(item));
        }
        let unknown = assessed.items.iter().filter(|item| item.state == "missing");
        let unknown: Vec<&str> = unknown.map(|item| item.item.as_str()).collect();
        if !unknown.is_empty() {
            wrapped(out, "  - ", &format!("not known: {}", unknown.join(", ")));
        }
    }
}

fn item_text(item: &AssessedItem) -> String {
    let mut parts = vec![item.message.clone()];
    parts.extend(item.operands.iter().map(shortfall_text));
    parts.extend(item.next.clone());
    format!("{}: {}", item.item, parts.join("; "))
}

/// Such as `company.nps is 28, needs at least 30, short by 2`.
fn shortfall_text(shortfall: &Shortfall) -> String {
    let Shortfall { subject, actual, operator, expected, short_by } = shortfall;
    let asked_for = subject.strip_prefix("has(").and_then(|rest| rest.strip_suffix(')'));
    match (asked_for, actual.as_str()) {
        (Some(fact), "false") => return format!("{fact} is missing"),
        (None, "missing") => return format!("{subject} is missing"),
        _ => {}
    }
    let needed = match operator.as_str() {
        "adds" => return format!("{subject} adds {actual}"),
        "is" => format!("must be {expected}"),
        ">=" => format!("needs at least {expected}"),
        ">" => format!("needs more than {expected}"),
        "<=" => format!("may be {expected} at most"),
        "<" => format!("must be less than {expected}"),
        "==" => format!("must be {expected}"),
        "!=" => format!("must not be {expected}"),
        "in" => format!("must be one of {expected}"),
        "not in" => format!("must be none of {expected}"),
        other => format!("must be {other} {expected}"),
    };
    let short = match short_by.filter(|short| !short.is_zero()) {
        Some(short) if operator.starts_with('>') => format!(", short by {short}"),
        Some(above) => format!(", {above} too much"),
        None => String::new(),
    };
    format!("{subject} is {actual}, {needed}{short}")
}
