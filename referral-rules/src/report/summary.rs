//! Who is owed what, by when and why; what was refused and why; what contradicts: the whole answer on a few pages.
use super::explain::{is_taken_over, only_shares, stage_reason, write_reasons};
use super::stands::Line;
use super::text::{Align, Table, clipped, counted, heading, money, push_line, tier_text, wrapped};
use crate::diag::Code;
use crate::evaluation::{Balance, Decision, Evaluation, StepWord, Verdict};
use crate::program::Party;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The most reasons that are written out for one referral.
const REASONS_MAX: usize = 8;

/// The answer in plain text: what is late, who is owed what, totals, what was refused, what else is open, findings.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given};
/// use referral_rules::program::{Program, standard};
/// let (program, _) = Program::from_toml(standard::CUSTOMER_REFERRALS)?;
/// let book = Book::new(&program, &Given::default());
/// let as_of = Instant::parse("2026-11-17T05:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// assert!(referral_rules::report::summary(&evaluation).contains("0 referrals"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn summary(evaluation: &Evaluation<'_>) -> String {
    let lines = evaluation.lines(|_| true);
    let decisions: Vec<Decision> = evaluation.decisions().collect();
    let rows: Vec<u32> = evaluation.referrals().collect();
    let known: Vec<(u32, &Decision)> = rows.iter().copied().zip(&decisions).collect();
    let mut out = String::new();
    opening(evaluation, &decisions, &lines, &mut out);
    late(evaluation, &lines, &mut out);
    owed_to_referrers(evaluation, &lines, &mut out);
    owed_to_referees(evaluation, &lines, &mut out);
    totals(evaluation, &mut out);
    payouts(evaluation, &mut out);
    refused(evaluation, &known, &mut out);
    nothing_yet(evaluation, &known, &lines, &mut out);
    withheld(&known, &mut out);
    super::notices::write(evaluation, &mut out);
    findings(evaluation, &mut out);
    out
}

fn section(out: &mut String, title: &str) {
    push_line(out, "");
    heading(out, title, '-');
}

fn opening(evaluation: &Evaluation<'_>, decisions: &[Decision], lines: &[Line<'_>], out: &mut String) {
    let program = evaluation.program;
    let versions: Vec<&str> = program.versions.iter().map(|version| version.name.as_str()).collect();
    let word = if versions.len() == 1 { "version" } else { "versions" };
    heading(out, &format!("Program {}, {word} {}", program.id, versions.join(", ")), '=');
    push_line(out, &format!("As of {}", evaluation.as_of_shown()));
    let accepted = decisions.iter().filter(|decision| decision.verdict == Verdict::Accepted).count();
    let refused = decisions.len().saturating_sub(accepted);
    let referrals = counted(decisions.len(), "referral", "referrals");
    let entries = counted(lines.len(), "entry", "entries");
    let findings = counted(evaluation.findings().len(), "finding", "findings");
    push_line(
        out,
        &format!("{referrals}: {accepted} accepted, {refused} refused. {entries} in the ledger. {findings}."),
    );
}

fn late(evaluation: &Evaluation<'_>, lines: &[Line<'_>], out: &mut String) {
    let mut table = Table::new(&[
        ("what", Align::Left),
        ("for", Align::Left),
        ("referral", Align::Left),
        ("rule", Align::Left),
        ("amount", Align::Right),
        ("should have been done by", Align::Left),
    ]);
    for line in lines {
        let mut row = |what: &str, by: String| {
            table.row(vec![
                what.to_owned(),
                beneficiary(evaluation, line),
                clipped(&line.entry.referral, 30),
                line.entry.rule.clone(),
                money(line.entry.amount, &line.entry.unit),
                by,
            ]);
        };
        if line.position.pay == "overdue" {
            row("pay", line.position.due_on.map(|day| day.to_string()).unwrap_or_default());
        }
        if line.position.notify == "overdue" {
            row("tell", line.position.notify_by.map(|by| evaluation.moment(by)).unwrap_or_default());
        }
    }
    if !table.is_empty() {
        section(out, "Overdue");
        table.write(2, out);
    }
}

/// `maple (Maple & Finch Studio)`, `Granite Mutual`.
fn beneficiary(evaluation: &Evaluation<'_>, line: &Line<'_>) -> String {
    match line.entry.beneficiary.party {
        "referrer" => evaluation.referrer_shown(line.row.referral),
        "recruiter" | "account" => clipped(&line.entry.beneficiary.id, 40),
        _ => evaluation.referee_shown(line.row.referral),
    }
}

fn owed_to_referrers(evaluation: &Evaluation<'_>, lines: &[Line<'_>], out: &mut String) {
    section(out, "Who is owed what: the referrers");
    if !lines.iter().any(|line| line.entry.beneficiary.party == "referrer") {
        push_line(out, "  nobody, so far");
    }
    owed_to_party(evaluation, lines, "referrer", out);
    if lines.iter().any(|line| line.entry.beneficiary.party == "recruiter") {
        section(out, "Who is owed what: those who recruited referrers");
        owed_to_party(evaluation, lines, "recruiter", out);
    }
    if lines.iter().any(|line| line.entry.beneficiary.party == "account") {
        section(out, "Who is owed what: accounts that facts name");
        owed_to_party(evaluation, lines, "account", out);
    }
}

fn owed_to_party(evaluation: &Evaluation<'_>, lines: &[Line<'_>], party: &str, out: &mut String) {
    let mut of: BTreeMap<&str, Vec<&Line<'_>>> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.entry.beneficiary.party == party) {
        of.entry(&line.entry.beneficiary.id).or_default().push(line);
    }
    let mut balances: BTreeMap<String, Vec<Balance>> = BTreeMap::new();
    for balance in evaluation.balances().into_iter().filter(|balance| balance.beneficiary.party == party) {
        balances.entry(balance.beneficiary.id.clone()).or_default().push(balance);
    }
    for (id, lines) in &of {
        let Some(first) = lines.first() else { continue };
        push_line(out, &beneficiary(evaluation, first));
        for balance in balances.get(*id).map_or(&[][..], |own| own) {
            let words = [
                ("paid", balance.paid),
                ("payable", balance.payable),
                ("held", balance.held),
                ("expired", balance.expired),
                ("void", balance.void),
                ("forfeited", balance.forfeited),
                ("kept", balance.kept),
            ];
            let parts: Vec<String> = words
                .iter()
                .filter(|(_, amount)| !amount.is_zero())
                .map(|(word, amount)| format!("{} {word}", money(*amount, &balance.unit)))
                .collect();
            let earned = money(balance.earned, &balance.unit);
            let colon = if parts.is_empty() { "" } else { ": " };
            wrapped(out, "  ", &format!("earned {earned}{colon}{}", parts.join(", ")));
        }
        let mut table = Table::new(&[
            ("earned", Align::Left),
            ("referral", Align::Left),
            ("rule", Align::Left),
            ("why", Align::Left),
            ("amount", Align::Right),
            ("due", Align::Left),
            ("stands", Align::Left),
            ("told", Align::Left),
        ]);
        for line in lines {
            table.row(vec![
                evaluation.program.zone.day_of(line.entry.earned_at).to_string(),
                clipped(&line.entry.referral, 30),
                line.entry.rule.clone(),
                why(line),
                money(line.entry.amount, &line.entry.unit),
                line.position.due_on.map(|day| day.to_string()).unwrap_or_default(),
                clipped(&line.stands(), 30),
                line.told().to_owned(),
            ]);
        }
        table.write(4, out);
        push_line(out, "");
    }
    out.truncate(out.trim_end_matches('\n').len());
    out.push('\n');
}

/// What made the amount what it is: tier, campaigns, limits, late news.
fn why(line: &Line<'_>) -> String {
    let mut parts = Vec::new();
    if !line.entry.tiers.is_empty() {
        parts.push(tier_text(&line.entry.tiers));
    }
    parts.extend(line.entry.campaigns.iter().cloned());
    let limits = [StepWord::Limit, StepWord::Deferred, StepWord::Released];
    let mut cut: Vec<&str> =
        line.entry.steps.iter().filter(|step| limits.contains(&step.step)).map(|step| step.by.as_str()).collect();
    cut.dedup();
    parts.extend(cut.into_iter().map(str::to_owned));
    let total = line.entry.steps.iter().find(|step| step.step == StepWord::TotalBefore);
    parts.extend(total.map(|step| format!("total {}", step.before)));
    if line.entry.correction {
        parts.push("correction".to_owned());
    }
    clipped(&parts.join(", "), 32)
}

fn owed_to_referees(evaluation: &Evaluation<'_>, lines: &[Line<'_>], out: &mut String) {
    let mut table = Table::new(&[
        ("earned", Align::Left),
        ("company", Align::Left),
        ("referral", Align::Left),
        ("rule", Align::Left),
        ("amount", Align::Right),
        ("due", Align::Left),
        ("stands", Align::Left),
        ("told", Align::Left),
    ]);
    for line in lines.iter().filter(|line| line.entry.beneficiary.party == "referee") {
        table.row(vec![
            evaluation.program.zone.day_of(line.entry.earned_at).to_string(),
            clipped(&evaluation.party_name(line.row.referral, Party::Referee).unwrap_or_default(), 28),
            clipped(&line.entry.referral, 30),
            line.entry.rule.clone(),
            money(line.entry.amount, &line.entry.unit),
            line.position.due_on.map(|day| day.to_string()).unwrap_or_default(),
            clipped(&line.stands(), 30),
            line.told().to_owned(),
        ]);
    }
    if !table.is_empty() {
        section(out, "Who is owed what: the companies referred");
        table.write(2, out);
    }
}

fn totals(evaluation: &Evaluation<'_>, out: &mut String) {
    let mut sums: BTreeMap<(&str, String), [Option<Decimal>; 8]> = BTreeMap::new();
    for balance in evaluation.balances() {
        let key = (balance.beneficiary.party, balance.unit.clone());
        let sum = sums.entry(key).or_insert([Some(Decimal::ZERO); 8]);
        let slots = [
            balance.earned,
            balance.held,
            balance.payable,
            balance.paid,
            balance.expired,
            balance.void,
            balance.forfeited,
            balance.kept,
        ];
        for (sum, amount) in sum.iter_mut().zip(slots) {
            *sum = sum.and_then(|sum| sum.checked_add(amount));
        }
    }
    if sums.is_empty() {
        return;
    }
    section(out, "Totals");
    // What has expired, is void, forfeited or kept stands in a column only where there is something.
    let words = ["earned", "held", "payable", "paid", "expired", "void", "forfeited", "kept"];
    let is_any = |slot: usize| sums.values().any(|sums| sums.get(slot) != Some(&Some(Decimal::ZERO)));
    let shown: Vec<usize> = (0..words.len()).filter(|slot| *slot < 4 || is_any(*slot)).collect();
    let amounts = shown.iter().filter_map(|slot| words.get(*slot)).map(|word| (*word, Align::Right));
    let columns: Vec<_> = std::iter::once(("to the", Align::Left)).chain(amounts).collect();
    let mut table = Table::new(&columns);
    for ((party, unit), sums) in sums.iter().rev() {
        let mut cells = vec![format!("{party}s")];
        let sums = shown.iter().filter_map(|slot| sums.get(*slot));
        cells.extend(sums.map(|sum| sum.map_or_else(|| "too much".to_owned(), |sum| money(sum, unit))));
        table.row(cells);
    }
    table.write(2, out);
}

fn payouts(evaluation: &Evaluation<'_>, out: &mut String) {
    let table = super::payouts::open(evaluation);
    if !table.is_empty() {
        section(out, "Payouts");
        table.write(2, out);
    }
}

fn refused(evaluation: &Evaluation<'_>, known: &[(u32, &Decision)], out: &mut String) {
    let refused = known.iter().filter(|(_, decision)| !decision.reasons.is_empty() && !only_shares(decision));
    for (number, (row, decision)) in refused.enumerate() {
        if number == 0 {
            section(out, "Refused, and why");
        }
        let side = match decision.verdict {
            Verdict::Refused => "",
            Verdict::Accepted if is_taken_over(decision) => " (accepted, then taken over)",
            Verdict::Accepted => " (accepted for one side)",
        };
        let day = evaluation.program.zone.day_of(decision.submitted_at);
        let parties = format!("{} refers {}", evaluation.referrer_shown(*row), evaluation.referee_shown(*row));
        wrapped(out, "", &format!("{}, {day}: {parties}{side}", clipped(&decision.referral, 40)));
        // Without a referrer, what is missing about the referrer says nothing more.
        let built_in = decision.reasons.first().is_some_and(|reason| reason.line == 0);
        let most = if built_in { 1 } else { REASONS_MAX };
        write_reasons(evaluation, decision, most, out);
        let more = decision.reasons.len().saturating_sub(most);
        if more > 0 {
            push_line(out, &format!("     and {}", counted(more, "more reason", "more reasons")));
        }
    }
}

/// Accepted referrals that have brought nothing so far.
fn nothing_yet(evaluation: &Evaluation<'_>, known: &[(u32, &Decision)], lines: &[Line<'_>], out: &mut String) {
    let mut table = Table::new(&[
        ("referral", Align::Left),
        ("submitted", Align::Left),
        ("referrer", Align::Left),
        ("referee", Align::Left),
        ("stage", Align::Left),
        ("why", Align::Left),
    ]);
    let earned: BTreeSet<u32> = lines.iter().map(|line| line.row.referral).collect();
    let nothing = |row: u32, decision: &Decision| decision.verdict == Verdict::Accepted && !earned.contains(&row);
    for (row, decision) in known.iter().filter(|(row, decision)| nothing(*row, decision)) {
        table.row(vec![
            clipped(&decision.referral, 30),
            evaluation.program.zone.day_of(decision.submitted_at).to_string(),
            clipped(&evaluation.referrer_shown(*row), 34),
            clipped(&evaluation.referee_shown(*row), 28),
            decision.stage.clone(),
            stage_reason(decision),
        ]);
    }
    if !table.is_empty() {
        section(out, "Accepted, nothing earned");
        table.write(2, out);
    }
}

/// Rewards that a rule would give if a fact were there, or if its amount could be computed.
fn withheld(known: &[(u32, &Decision)], out: &mut String) {
    let by_design = [Code::ConditionNotMet.slug(), Code::SideRefused.slug()];
    let mut first = true;
    for (_, decision) in known {
        for not in decision.not_granted.iter().filter(|not| !by_design.contains(&not.code.as_str())) {
            if first {
                section(out, "Not granted, because something is missing or cannot be computed");
                first = false;
            }
            let event = format!("{} on {}", not.rule, not.event.kind);
            wrapped(out, "  - ", &format!("{}, {event}: {}", clipped(&decision.referral, 40), not.message));
        }
    }
}

fn findings(evaluation: &Evaluation<'_>, out: &mut String) {
    for (number, finding) in evaluation.findings().iter().enumerate() {
        if number == 0 {
            section(out, "Findings: facts that contradict each other or cannot be read");
        }
        let mut place = finding.table.to_owned();
        if finding.row > 0 {
            place.push_str(&format!(" row {}", finding.row));
        }
        if !finding.column.is_empty() {
            place.push_str(&format!(", {}", clipped(&finding.column, 40)));
        }
        let id = if finding.id.is_empty() { String::new() } else { format!(" ({})", clipped(&finding.id, 40)) };
        wrapped(out, "  - ", &format!("{place}{id}: {} [{}]", finding.message, finding.code.slug()));
        if !finding.help.is_empty() {
            wrapped(out, "    ", &finding.help);
        }
    }
}
