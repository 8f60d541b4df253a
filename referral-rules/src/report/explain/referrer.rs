//! One referrer: what was earned and where it stands, tiers and the way to the next, every referral in a line.
use super::referral::{is_taken_over, only_shares};
use crate::base::index;
use crate::evaluation::{Balance, Evaluation, Verdict};
use crate::program::document::Subject;
use crate::report::assessments;
use crate::report::text::{Align, Table, clipped, counted, heading, money, push_line, wrapped};

/// Explains where a referrer stands: balances, tier, and every referral. `None` if no known referral names the referrer.
pub fn referrer(evaluation: &Evaluation<'_>, id: &str) -> Option<String> {
    let rows: Vec<u32> = evaluation.referrals().filter(|row| evaluation.referrer_text(*row) == id).collect();
    let first = rows.first().copied()?;
    let mut out = String::new();
    heading(&mut out, &format!("Referrer {}", evaluation.referrer_shown(first)), '=');
    wrapped(&mut out, "", &opening(evaluation, first, rows.len()));
    let own = evaluation.balances();
    let is_own = |one: &&Balance| one.beneficiary.party != "referee" && one.beneficiary.id == id;
    let mut columns = vec![
        ("", Align::Left),
        ("earned", Align::Right),
        ("held", Align::Right),
        ("payable", Align::Right),
        ("paid", Align::Right),
    ];
    let expires = own.iter().filter(is_own).any(|balance| !balance.expired.is_zero());
    let voids = own.iter().filter(is_own).any(|balance| !balance.void.is_zero());
    columns.extend(expires.then_some(("expired", Align::Right)));
    columns.extend(voids.then_some(("void", Align::Right)));
    let forfeits = own.iter().filter(is_own).any(|balance| !balance.forfeited.is_zero());
    columns.extend(forfeits.then_some(("forfeited", Align::Right)));
    let keeps = own.iter().filter(is_own).any(|balance| !balance.kept.is_zero());
    columns.extend(keeps.then_some(("kept", Align::Right)));
    let mut balances = Table::new(&columns);
    for balance in own.iter().filter(is_own) {
        let shown = |amount| money(amount, &balance.unit);
        let mut cells = vec![
            match balance.beneficiary.party {
                "recruiter" => format!("{}, as recruiter", balance.unit),
                "account" => format!("{}, as the account named", balance.unit),
                _ => balance.unit.clone(),
            },
            shown(balance.earned),
            shown(balance.held),
            shown(balance.payable),
            shown(balance.paid),
        ];
        cells.extend(expires.then(|| shown(balance.expired)));
        cells.extend(voids.then(|| shown(balance.void)));
        cells.extend(forfeits.then(|| shown(balance.forfeited)));
        cells.extend(keeps.then(|| shown(balance.kept)));
        balances.row(cells);
    }
    push_line(&mut out, "");
    if balances.is_empty() {
        push_line(&mut out, "Nothing is earned so far.");
    } else {
        push_line(&mut out, "What is earned, and where it stands");
        balances.write(2, &mut out);
    }
    push_line(&mut out, "");
    push_line(&mut out, "Referrals");
    write_referrals(evaluation, &rows, &mut out);
    assessments::write(evaluation, &[Subject::Account, Subject::Referrer], id, &mut out);
    Some(out)
}

fn opening(evaluation: &Evaluation<'_>, first: u32, referrals: usize) -> String {
    let mut parts = vec![format!("{} as of {}", counted(referrals, "referral", "referrals"), evaluation.as_of_shown())];
    let text = evaluation.book.referrals.referrer.get(index(first));
    let counts = text.map_or([0; 4], |text| evaluation.timeline.counts_of(evaluation.book, text.0));
    let [submitted, qualified, opportunity, closed] = counts;
    parts.push(format!(
        "counted: {submitted} submitted, {qualified} qualified, {opportunity} opportunities, {closed} closed"
    ));
    let id = evaluation.referrer_text(first);
    for standing in evaluation.standings().into_iter().filter(|standing| standing.referrer == id) {
        let now = standing.level.unwrap_or_else(|| "none yet".to_owned());
        let next = match (standing.next_level, standing.missing) {
            (None, _) => String::new(),
            (Some(level), Some(missing)) if !missing.is_zero() => format!(", {missing} more for {level}"),
            (Some(level), _) if standing.conditions.is_empty() => format!(", {level} is reached"),
            (Some(level), _) => format!(", next is {level}: {}", standing.conditions.join(" and ")),
        };
        let by = standing.by.map(|by| format!(" until {by}")).unwrap_or_default();
        let review = standing.next_review.map(|day| format!(", looked at on {day}")).unwrap_or_default();
        parts.push(format!("{}: {now}{next}{by}{review}", standing.ladder));
    }
    for placing in evaluation.leaderboard().into_iter().filter(|placing| placing.referrer == id && !placing.ended) {
        let place = placing.place.map_or_else(|| "no place yet".to_owned(), |place| format!("place {place}"));
        let missing = match placing.place {
            Some(1) => String::new(),
            Some(_) => format!(", {} behind the next better place", placing.missing),
            None => format!(", {} more to take part", placing.missing),
        };
        let until = placing.last_day;
        parts.push(format!("contest {}: {place} with {}{missing}, until {until}", placing.contest, placing.value));
    }
    format!("{}.", parts.join("; "))
}

fn write_referrals(evaluation: &Evaluation<'_>, rows: &[u32], out: &mut String) {
    let mut table = Table::new(&[
        ("referral", Align::Left),
        ("submitted", Align::Left),
        ("referee", Align::Left),
        ("stands", Align::Left),
        ("brought the referrer", Align::Left),
    ]);
    for (row, decision) in rows.iter().zip(evaluation.decisions_of(rows)) {
        let stands = match decision.verdict {
            Verdict::Accepted if is_taken_over(&decision) => format!("{}, then taken over", decision.stage),
            Verdict::Accepted if only_shares(&decision) => format!("{}, shared", decision.stage),
            Verdict::Accepted => decision.stage.clone(),
            Verdict::Refused => {
                format!("refused: {}", decision.reasons.first().map_or("", |reason| reason.code.as_str()))
            }
        };
        let brought: Vec<String> = decision
            .totals
            .iter()
            .filter(|total| total.party == "referrer")
            .map(|total| money(total.amount, &total.unit))
            .collect();
        table.row(vec![
            clipped(&decision.referral, 40),
            evaluation.program.zone.day_of(decision.submitted_at).to_string(),
            clipped(&evaluation.referee_shown(*row), 30),
            stands,
            brought.join(", "),
        ]);
    }
    table.write(2, out);
}
