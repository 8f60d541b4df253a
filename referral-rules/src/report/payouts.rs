//! Payouts in words: what is paid out when, what is carried over and why.
use super::text::{Align, Table, clipped, money};
use crate::evaluation::{Evaluation, Payout};

/// What is to be paid out and what is carried, as a table; empty where nothing is open.
pub(super) fn open(evaluation: &Evaluation<'_>) -> Table {
    let mut table = Table::new(&[
        ("on", Align::Left),
        ("payout", Align::Left),
        ("to", Align::Left),
        ("open", Align::Right),
        ("fee", Align::Right),
        ("paid out", Align::Right),
        ("stands", Align::Left),
    ]);
    for payout in evaluation.payouts().into_iter().filter(|payout| payout.state != "paid") {
        table.row(vec![
            payout.day.to_string(),
            payout.rule.clone(),
            clipped(&payout.payee.id, 30),
            money(payout.gross, &payout.unit),
            money(payout.fee, &payout.unit),
            money(payout.net, &payout.unit),
            stands(&payout),
        ]);
    }
    table
}

/// `due`, `OVERDUE, missed on 2026-03-16`, `carried: below-minimum`, and what is to be looked at.
fn stands(payout: &Payout) -> String {
    let codes = |reasons: &[crate::evaluation::PayoutReason]| {
        reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>().join(", ")
    };
    let mut out = match payout.missed_on {
        Some(day) => format!("OVERDUE, missed on {day}"),
        None if payout.reasons.is_empty() => payout.state.to_owned(),
        None => format!("{}: {}", payout.state, codes(&payout.reasons)),
    };
    if !payout.flags.is_empty() {
        out.push_str(&format!("; look at {}", codes(&payout.flags)));
    }
    out
}

/// In which payout an entry stands, in a sentence; none where no payout rule pays it, or it cannot be paid yet.
pub(super) fn of_entry(payouts: &[Payout], entry: &str) -> Option<String> {
    let found = payouts.iter().find(|payout| payout.entries.iter().any(|id| id == entry))?;
    let [gross, fee, net] = [found.gross, found.fee, found.net].map(|amount| money(amount, &found.unit));
    let fee = if found.fee.is_zero() { String::new() } else { format!(", less a fee of {fee}: {net}") };
    let day = found.day;
    let what = match found.state {
        "paid" => format!("paid out on {day} with {gross} in all{fee}"),
        "carried" => {
            let why: Vec<&str> = found.reasons.iter().map(|reason| reason.message.as_str()).collect();
            format!("not paid out on {day}, with {gross} open in all: {}", why.join("; "))
        }
        _ => format!("to be paid out on {day} with {gross} in all{fee}"),
    };
    let late = found.missed_on.map(|day| format!("; it should have been paid on {day}")).unwrap_or_default();
    Some(format!("{what}{late} [{}]", found.payout))
}
