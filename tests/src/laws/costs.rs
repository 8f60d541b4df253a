//! The law of bounds: no referral and no referrer ever costs more than the document says that they can.
use crate::generate::{Seeds, Shape};
use referral_rules::program::{About, Bound};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// In any book, what each referral, and each referrer, got the program to grant is within the bound, whatever comes late.
///
/// # Errors
/// Who costs more.
pub fn nobody_costs_more_than_the_bound(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let Some(as_of) = case.moments(&book).last().copied() else { return Ok(()) };
    let evaluation = case.evaluate(&book, as_of)?;
    let referrers: BTreeMap<String, String> =
        evaluation.decisions().map(|decision| (decision.referral, decision.referrer)).collect();
    let mut costs: BTreeMap<(About, String, String), Decimal> = BTreeMap::new();
    for entry in evaluation.ledger() {
        let referrer = referrers.get(&entry.referral).cloned().unwrap_or_default();
        for (about, id) in [(About::Referral, entry.referral.clone()), (About::Referrer, referrer)] {
            *costs.entry((about, id, entry.unit.clone())).or_default() += entry.amount;
        }
    }
    let bounds = case.program.bounds();
    for ((about, id, unit), cost) in costs {
        let own = |bound: &&Bound| bound.about == about && bound.unit == unit;
        let Some(bound) = bounds.iter().find(own) else {
            return Err(case.fault(&format!("there is nothing about {about:?} in {unit}")));
        };
        if bound.most.is_some_and(|most| cost > most) {
            return Err(case.fault(&format!("the {about:?} {id} costs {cost} {unit}, more than {bound:?}")));
        }
    }
    Ok(())
}
