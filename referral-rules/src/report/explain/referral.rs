//! One referral: verdict, reasons, what happened, what it brought, what it did not bring, claims.
use super::entry::write_entry;
use crate::diag::Code;
use crate::evaluation::{Decision, Evaluation, Happening, LostClaim, Operand, Reason, Taken, Verdict};
use crate::expr::Value;
use crate::program::document::Subject;
use crate::report::assessments;
use crate::report::stands::Line;
use crate::report::text::{Align, Table, clipped, counted, heading, money, push_line, tier_text, wrapped};

/// Explains a referral: the verdict with every reason, what happened in order, every entry with its way from the base to the
/// amount, what was not granted, and the claims. `None` if the referral is not known at the moment.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given, GivenTable};
/// use referral_rules::program::{Program, standard};
/// use referral_rules::report::explain;
/// let (program, _) = Program::from_toml(standard::CUSTOMER_REFERRALS)?;
/// let example = standard::EXAMPLE_BOOK;
/// let given = Given {
///     accounts: Some(GivenTable::from_csv(example.accounts)?),
///     referrals: GivenTable::from_csv(example.referrals)?,
///     ..Given::default()
/// };
/// let book = Book::new(&program, &given);
/// let as_of = Instant::parse("2026-11-17T05:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let text = explain::referral(&evaluation, "R-609").unwrap();
/// assert!(text.contains("referee.employees was 32, needs >= 50"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn referral(evaluation: &Evaluation<'_>, id: &str) -> Option<String> {
    let decision = evaluation.decision(id)?;
    let row = evaluation.known_row(id)?;
    let mut out = String::new();
    let parties = format!("{} refers {}", evaluation.referrer_shown(row), evaluation.referee_shown(row));
    heading(&mut out, &format!("Referral {}: {parties}", clipped(id, 60)), '=');
    wrapped(&mut out, "", &opening(evaluation, &decision));
    if !decision.reasons.is_empty() {
        let title = match decision.verdict {
            Verdict::Refused => "Why it is refused",
            Verdict::Accepted if is_taken_over(&decision) => "Why it does not count any more",
            Verdict::Accepted if only_shares(&decision) => "Whose claim it shares",
            Verdict::Accepted => "What speaks against one side",
        };
        push_line(&mut out, "");
        push_line(&mut out, title);
        write_reasons(evaluation, &decision, usize::MAX, &mut out);
    }
    write_failures(evaluation, &decision, &mut out);
    push_line(&mut out, "");
    push_line(&mut out, "What happened");
    write_history(evaluation, &evaluation.history(id).unwrap_or_default(), &mut out);
    write_entries(evaluation, row, &decision, &mut out);
    write_not_granted(&decision, &mut out);
    write_outlook(evaluation, row, &mut out);
    write_claims(evaluation, id, &mut out);
    assessments::write(evaluation, &[Subject::Referral], id, &mut out);
    Some(out)
}

/// The requirements that failed later, or that only tell.
fn write_failures(evaluation: &Evaluation<'_>, decision: &Decision, out: &mut String) {
    if decision.failures.is_empty() {
        return;
    }
    push_line(out, "");
    push_line(out, "Requirements that were not met");
    let version = evaluation.program.versions.iter().find(|version| version.name == decision.version);
    for failure in &decision.failures {
        let did = match failure.on_failure.as_str() {
            "disqualify" => "disqualified",
            "nurture" => "nurture",
            "ignore event" => "the event is not taken in",
            "hold" => "held until it is met, or a review decides",
            "void" => "a review found the referral void",
            _ => "told only",
        };
        let place = version.map(|version| format!(", {}:{}", version.source, failure.line)).unwrap_or_default();
        let when = format!("{} {}", failure.event.kind, evaluation.moment(failure.at));
        wrapped(
            out,
            "  - ",
            &format!("{} ({}{place}), at {when}: {}; {did}", failure.code, failure.heading, failure.message),
        );
        for operand in &failure.operands {
            wrapped(out, "     ", &operand_text(operand));
        }
    }
}

/// What can still come, of what it takes, until when.
fn write_outlook(evaluation: &Evaluation<'_>, row: u32, out: &mut String) {
    let outlook = evaluation.outlook_of(std::iter::once(row));
    if outlook.is_empty() {
        return;
    }
    push_line(out, "");
    push_line(out, "What it can still bring");
    for coming in outlook {
        let after = match coming.after.as_slice() {
            [] => String::new(),
            stages => format!(", after {}", stages.join(", ")),
        };
        let by = coming.by.map(|by| format!(", until {}", evaluation.moment(by))).unwrap_or_default();
        let conditions = match coming.conditions.as_slice() {
            [] => String::new(),
            conditions => format!(", if {}", conditions.join(" and ")),
        };
        let text = format!("{} to the {}, on {}{after}{by}{conditions}", coming.rule, coming.to, coming.event);
        wrapped(out, "  ", &text);
    }
}

/// Whether another referral has taken its claim over.
pub(in crate::report) fn is_taken_over(decision: &Decision) -> bool {
    decision.reasons.iter().any(|reason| reason.code == Code::TakenOver.slug() && reason.line == 0)
}

/// Whether nothing speaks against it, and it shares the claim of another referral.
pub(in crate::report) fn only_shares(decision: &Decision) -> bool {
    let shares = |code: &str| code == Code::SharedClaim.slug();
    !decision.reasons.is_empty() && decision.reasons.iter().all(|reason| shares(&reason.code) && reason.line == 0)
}

fn opening(evaluation: &Evaluation<'_>, decision: &Decision) -> String {
    let submitted = evaluation.moment(decision.submitted_at);
    let version = match decision.version.as_str() {
        "" => String::new(),
        version => format!(", version {version}"),
    };
    let verdict = match decision.verdict {
        Verdict::Accepted if is_taken_over(decision) => format!("Accepted, {} when it was taken over", decision.stage),
        Verdict::Accepted => format!("Accepted, now {}", decision.stage),
        Verdict::Refused => "Refused".to_owned(),
    };
    let tier = match decision.tiers.as_slice() {
        [] => String::new(),
        tiers => format!(" The referrer's tier at its latest event: {}.", tier_text(tiers)),
    };
    let why = match stage_reason(decision) {
        why if why.is_empty() => why,
        why => format!(" Why: {why}."),
    };
    format!("Submitted {submitted}{version}. {verdict} (as of {}).{why}{tier}", evaluation.as_of_shown())
}

/// Why a referral went no further, as the event said that ended or interrupted it: `re_engage_on 2027-01-15, reason
/// 'no budget'`; empty for other stages and where nothing was said.
pub(in crate::report) fn stage_reason(decision: &Decision) -> String {
    let told =
        decision.stage_event.iter().filter(|event| ["disqualified", "lost", "nurture"].contains(&event.kind.as_str()));
    let facts = told.flat_map(|event| &event.facts).map(|(name, value)| match &value.0 {
        Value::Text(text) => format!("{name} '{}'", clipped(text, 60)),
        value => format!("{name} {}", clipped(&value.to_string(), 60)),
    });
    facts.collect::<Vec<_>>().join(", ")
}

/// The first reasons, numbered, with what decided and the place in the document.
pub(in crate::report) fn write_reasons(
    evaluation: &Evaluation<'_>,
    decision: &Decision,
    most: usize,
    out: &mut String,
) {
    for (number, reason) in decision.reasons.iter().take(most).enumerate() {
        let first = format!("  {}. ", number.saturating_add(1));
        wrapped(out, &first, &format!("{}: {}", reason_place(evaluation, decision, reason), reason.message));
        for operand in &reason.operands {
            wrapped(out, "     ", &operand_text(operand));
        }
    }
}

/// `company-size (validity, customer-referrals.toml:141)`
fn reason_place(evaluation: &Evaluation<'_>, decision: &Decision, reason: &Reason) -> String {
    let side = match reason.refuses.as_str() {
        "both" => String::new(),
        side => format!(", refuses the {side} only"),
    };
    let version = evaluation.program.versions.iter().find(|version| version.name == decision.version);
    let place = match version.filter(|_| reason.line > 0) {
        Some(version) => format!(", {}:{}", version.source, reason.line),
        None => String::new(),
    };
    format!("{} ({}{place}{side})", reason.code, reason.heading)
}

/// `referee.employees was 32, needs >= 50`
fn operand_text(operand: &Operand) -> String {
    let subject = operand.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let asked_for = subject.strip_prefix("has(").and_then(|rest| rest.strip_suffix(')'));
    if let (Some(fact), "false") = (asked_for, operand.actual.as_str()) {
        return format!("{fact} is missing");
    }
    let actual = match operand.actual.as_str() {
        "missing" => "is missing".to_owned(),
        actual => format!("was {}", clipped(actual, 60)),
    };
    match (operand.operator.as_str(), operand.expected.as_str()) {
        ("by" | "with", winner) => format!("{winner} has the same {subject}"),
        ("in", expected) => format!("{subject} {actual}, must be in {expected}"),
        ("not in", expected) => format!("{subject} {actual}, must not be in {expected}"),
        ("adds", _) if operand.actual == "missing" => format!("`{subject}` is missing"),
        ("adds", _) => format!("`{subject}` adds {}", clipped(&operand.actual, 60)),
        (operator, "") => format!("{subject} {actual}, needs {operator} a value that is missing"),
        ("is" | "==", expected) => format!("{subject} {actual}, must be {expected}"),
        ("!=", expected) => format!("{subject} {actual}, must not be {expected}"),
        (operator, expected) => format!("{subject} {actual}, needs {operator} {expected}"),
    }
}

fn write_history(evaluation: &Evaluation<'_>, history: &[Happening], out: &mut String) {
    let columns = [("when", Align::Left), ("what", Align::Left), ("event", Align::Left), ("", Align::Left)];
    let mut table = Table::wrapping(&columns);
    for happening in history {
        let by_clock = if happening.by_clock { "by the clock" } else { "" };
        let event = if by_clock.is_empty() { clipped(&happening.event.id, 40) } else { by_clock.to_owned() };
        table.row(vec![
            evaluation.moment(happening.at),
            happening.event.kind.clone(),
            event,
            remark(evaluation, happening),
        ]);
    }
    table.write(2, out);
}

/// What is worth saying about something that happened.
fn remark(evaluation: &Evaluation<'_>, happening: &Happening) -> String {
    let mut parts = Vec::new();
    match &happening.taken {
        Taken::In => {
            parts.extend(evaluation.label_of(&happening.event.kind).map(str::to_owned));
            if happening.by_conditions {
                parts.push("its conditions were met".to_owned());
            }
            let [submitted, qualified, _, closed] = happening.counts;
            match happening.event.kind.as_str() {
                "submitted" => parts.push(format!("{submitted} submitted by this referrer so far")),
                "qualified" => parts.push(format!("{qualified} qualified of this referrer so far")),
                "closed" => parts.push(format!("{closed} closed of this referrer so far, {qualified} qualified")),
                "disqualified" => parts.push(format!("{qualified} qualified of this referrer remain")),
                _ => {}
            }
            if !happening.tiers.is_empty() {
                parts.push(tier_text(&happening.tiers));
            }
        }
        Taken::NotTakenIn(code) => parts.push(format!("not taken in: {code}")),
        Taken::Withdrawn => parts.push("does not count: it came again with other content".to_owned()),
        Taken::ReferralRefused if happening.event.kind == "submitted" => {}
        Taken::ReferralRefused => parts.push("does not count: the referral is refused".to_owned()),
        Taken::AfterTakeOver => parts.push("does not count: another referral had taken the claim over".to_owned()),
    }
    if happening.known_at != happening.at && !happening.by_clock {
        parts.push(format!("recorded {}", evaluation.moment(happening.known_at)));
    }
    parts.extend(happening.facts.iter().map(|(name, value)| format!("{name} {}", clipped(value, 60))));
    parts.join("; ")
}

fn write_entries(evaluation: &Evaluation<'_>, row: u32, decision: &Decision, out: &mut String) {
    let own: Vec<Line<'_>> = evaluation.lines(|entry| entry.referral == row);
    push_line(out, "");
    if own.is_empty() {
        push_line(out, "It brought nothing so far.");
        return;
    }
    let totals: Vec<String> = decision
        .totals
        .iter()
        .map(|total| format!("{} to the {}", money(total.amount, &total.unit), total.party))
        .collect();
    let entries = counted(own.len(), "entry", "entries");
    wrapped(out, "", &format!("What it brought: {}, in {entries}", totals.join(" and ")));
    let payouts = evaluation.payouts();
    for line in &own {
        push_line(out, "");
        write_entry(evaluation, line, (&own, &payouts), out);
    }
}

fn write_not_granted(decision: &Decision, out: &mut String) {
    if decision.not_granted.is_empty() {
        return;
    }
    push_line(out, "");
    push_line(out, "What was not granted");
    for not in &decision.not_granted {
        let event = if not.event.id.is_empty() { String::new() } else { format!(" ({})", clipped(&not.event.id, 40)) };
        let place = format!("{}:{}", not.place.source, not.place.line);
        let text = format!("{} on {}{event}: {} [{}, {place}]", not.rule, not.event.kind, not.message, not.code);
        wrapped(out, "  - ", &text);
    }
}

fn write_claims(evaluation: &Evaluation<'_>, id: &str, out: &mut String) {
    let claims = evaluation.claims(id).unwrap_or_default();
    let claim = |claim: &LostClaim| {
        let key = clipped(&claim.key, 60);
        format!("{} of {}, same {key}", clipped(&claim.referral, 40), clipped(&claim.referrer, 40))
    };
    if let Some(winner) = &claims.lost_to {
        push_line(out, "");
        push_line(out, "Who has the claim on this referee");
        wrapped(out, "  - ", &claim(winner));
    }
    let others = [
        ("Who has the claim that it shares", claims.shares_with.as_slice()),
        ("Who shares its claim", &claims.shared_by),
        ("Who lost against it for the same referee", &claims.won_against),
    ];
    for (title, others) in others.into_iter().filter(|(_, others)| !others.is_empty()) {
        push_line(out, "");
        push_line(out, title);
        others.iter().for_each(|other| wrapped(out, "  - ", &claim(other)));
    }
}
