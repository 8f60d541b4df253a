//! Whom to tell what, for people.
use super::text::{Align, Table, heading, push_line, wrapped};
use crate::base::Instant;
use crate::evaluation::Evaluation;

/// What is still to be told of one notice.
struct Open {
    notice: String,
    to: String,
    due: usize,
    overdue: usize,
    next: Option<Instant>,
}

/// Writes how many are still to be told what, by when; nothing where the program tells nobody.
pub fn write(evaluation: &Evaluation<'_>, out: &mut String) {
    let mut all: Vec<Open> = Vec::new();
    let (mut told, mut late) = (0_usize, 0_usize);
    for notice in evaluation.notices_without_texts() {
        let is_due = match notice.state {
            "due" => true,
            "overdue" => false,
            state => {
                told = told.saturating_add(1);
                late = late.saturating_add(usize::from(state == "met late"));
                continue;
            }
        };
        let place = all.iter().position(|open| open.notice == notice.notice && open.to == notice.to);
        let place = place.unwrap_or_else(|| {
            all.push(Open { notice: notice.notice.clone(), to: notice.to.clone(), due: 0, overdue: 0, next: None });
            all.len().saturating_sub(1)
        });
        let Some(open) = all.get_mut(place) else { continue };
        let count = if is_due { &mut open.due } else { &mut open.overdue };
        *count = count.saturating_add(1);
        open.next = if is_due { open.next.into_iter().chain(notice.by).min() } else { open.next };
    }
    if all.is_empty() && told == 0 {
        return;
    }
    push_line(out, "");
    heading(out, "Whom to tell", '-');
    let mut table = Table::new(&[
        ("notice", Align::Left),
        ("to", Align::Left),
        ("due", Align::Right),
        ("overdue", Align::Right),
        ("next by", Align::Left),
    ]);
    for open in all {
        let count = |count: usize| if count == 0 { String::new() } else { count.to_string() };
        let next = open.next.map(|at| evaluation.moment(at)).unwrap_or_default();
        table.row(vec![open.notice, open.to, count(open.due), count(open.overdue), next]);
    }
    if !table.is_empty() {
        table.write(2, out);
    }
    if told > 0 {
        let late = if late > 0 { format!(", {late} of them late") } else { String::new() };
        wrapped(out, "  ", &format!("{told} were told{late}."));
    }
}
