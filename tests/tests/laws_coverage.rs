//! How often random cases reach each form, so that a law that holds says something.
use referral_tests::generate::{Seeds, Shape, many};
use std::collections::BTreeMap;

fn count(counts: &mut BTreeMap<String, u64>, what: String) {
    let count = counts.entry(what).or_default();
    *count = count.saturating_add(1);
}

fn look(seeds: &Seeds, counts: &mut BTreeMap<String, u64>) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let as_of = *case.moments(&book).last().ok_or("no moment")?;
    let evaluation = case.evaluate(&book, as_of)?;
    for version in &case.plan.versions {
        count(counts, format!("programs of {} versions", case.plan.versions.len()));
        for limit in &version.limits {
            count(counts, format!("limit in each {}", limit.in_each));
            count(counts, format!("limit {}", limit.over_limit));
            count(counts, format!("limit per {}", limit.per.join(" and ")));
        }
    }
    for entry in evaluation.ledger() {
        count(counts, "entry".to_owned());
        count(counts, format!("entry to {}", entry.beneficiary.party));
        count(counts, format!("entry in {}", entry.unit));
        count(counts, format!("entry on {}", entry.event.kind));
        let forms = [
            ("correction", entry.correction),
            ("nothing", entry.amount.is_zero()),
            ("from the clock", entry.grant.contains('@')),
            ("at a tier", !entry.tiers.is_empty()),
            ("of a later version", entry.version != "v0"),
            ("by a due date", entry.due_on.is_some()),
            ("of a reversal", !entry.reversal.is_empty()),
            (
                "that conditions made",
                ["active", "milestone", "by-plan", "status", "jackpot"].contains(&&*entry.event.kind),
            ),
        ];
        forms.into_iter().filter(|(_, holds)| *holds).for_each(|(form, _)| count(counts, format!("entry {form}")));
        for step in &entry.steps {
            count(counts, format!("step {:?}", step.step));
        }
    }
    for position in evaluation.positions() {
        count(counts, format!("position {}", position.state));
        count(counts, format!("promise {}", position.pay));
    }
    for payout in evaluation.payouts() {
        count(counts, format!("payout {}", payout.state));
        payout.reasons.iter().for_each(|reason| count(counts, format!("payout not paid, {}", reason.code)));
    }
    for decision in evaluation.decisions() {
        count(counts, format!("decision {:?}", decision.verdict));
        count(counts, format!("stage {}", decision.stage));
        for reason in &decision.reasons {
            count(counts, format!("reason {} {}", reason.heading, if reason.line == 0 { &reason.code } else { "" }));
            count(counts, format!("reason refuses {}", reason.refuses));
            if reason.operands.iter().any(|operand| operand.subject == "referral.closes_circle") {
                count(counts, "reason that it closes a circle".to_owned());
            }
        }
        for not_granted in &decision.not_granted {
            count(counts, format!("not granted {}", not_granted.code));
        }
    }
    for finding in evaluation.findings() {
        count(counts, format!("finding {}", finding.code.slug()));
    }
    Ok(())
}

/// Forms without which the laws would say little; each must come.
const NEEDED: &[&str] = &[
    "entry correction",
    "entry from the clock",
    "entry nothing",
    "entry on contest",
    "entry of a later version",
    "entry of a reversal",
    "entry that conditions made",
    "entry to account",
    "entry to recruiter",
    "entry to referee",
    "finding conflicting-copies",
    "limit in each 30 days",
    "limit pay later",
    "not granted given-before",
    "not granted no-longer",
    "not granted nothing-to-take-back",
    "not granted program-ended",
    "payout carried",
    "payout overdue",
    "position held",
    "position reversed",
    "position void",
    "reason attribution duplicate",
    "reason attribution shared-claim",
    "reason attribution taken-over",
    "reason that it closes a circle",
    "stage nurture",
    "step Converted",
    "step Deferred",
    "step Limit",
    "step Released",
    "step TakenBack",
    "step TotalBefore",
];

#[test]
fn every_form_is_reached() {
    let mut counts = BTreeMap::new();
    if let Err(message) = many(600, |seeds| look(seeds, &mut counts)) {
        panic!("{message}");
    }
    for (form, count) in &counts {
        println!("{count:7} {form}");
    }
    let never: Vec<&&str> = NEEDED.iter().filter(|form| !counts.contains_key(**form)).collect();
    assert!(never.is_empty(), "never reached: {never:?}");
}
