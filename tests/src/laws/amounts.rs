//! Laws of amounts: steps lead from the base to the amount, totals and balances are sums of entries.
use crate::generate::{Case, Draw, Row, Seeds, Shape, Tables, digits};
use referral_rules::base::{Instant, Number};
use referral_rules::evaluation::{Entry, Evaluation, StepWord};
use std::collections::{BTreeMap, BTreeSet};

fn number(text: &impl ToString) -> Number {
    Number::parse(&text.to_string()).unwrap_or(Number::ZERO)
}

fn plus(sum: &mut Number, amount: Number) {
    *sum = sum.checked_add(amount).unwrap_or(Number::ZERO);
}

/// From the base over its steps an entry comes to its amount; only corrections are differences. Rounding moves an amount by
/// less than one unit of the last digit, limits only down, and no amount has more digits than its unit.
///
/// # Errors
/// Where that is not so.
pub fn steps_lead_to_the_amount(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let Some(as_of) = case.moments(&book).last().copied() else { return Ok(()) };
    for entry in case.evaluate(&book, as_of)?.ledger() {
        if let Some(what) = wrong_step(&entry) {
            return Err(case.fault(&format!("{what}: {entry:#?}")));
        }
    }
    Ok(())
}

fn wrong_step(entry: &Entry) -> Option<String> {
    let amount = number(&entry.amount);
    let step = Number::from_scaled(1, digits(&entry.unit)).unwrap_or(Number::ONE);
    if amount.checked_div(step).and_then(Number::to_i64).is_none() {
        return Some(format!("{amount} is not a whole number of minor units"));
    }
    if entry.correction {
        return (amount.is_zero()).then(|| "a correction of nothing".to_owned());
    }
    let mut now = entry.base;
    for one in &entry.steps {
        if one.before != now {
            return Some(format!("before {:?} it was {}, not {now}", one.step, one.before));
        }
        let moved = one.after.checked_sub(one.before).unwrap_or(Number::ZERO);
        let by = if moved.is_negative() { moved.negated() } else { moved };
        match one.step {
            StepWord::Rounding | StepWord::CampaignRounding if by >= step => {
                return Some(format!("rounding moved it by {by}"));
            }
            StepWord::Limit | StepWord::Deferred if moved >= Number::ZERO => {
                return Some("a limit took nothing away".to_owned());
            }
            StepWord::InProportion if one.after > Number::ZERO => return Some("a fall gave something".to_owned()),
            StepWord::AtLeast if moved <= Number::ZERO => return Some("a minimum lowered it".to_owned()),
            StepWord::AtMost if moved >= Number::ZERO => return Some("a maximum raised it".to_owned()),
            _ => {}
        }
        now = one.after;
    }
    (now != amount).then(|| format!("the steps lead to {now}"))
}

/// A decision's totals are the sums of its referral's entries.
///
/// # Errors
/// Where they are not.
pub fn totals_are_sums(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let book = case.book();
    let all = case.moments(&book);
    for as_of in all.get(all.len() / 2).into_iter().chain(all.last()) {
        let evaluation = case.evaluate(&book, *as_of)?;
        let mut sums: BTreeMap<(String, String, String), Number> = BTreeMap::new();
        for entry in evaluation.ledger() {
            let key = (entry.referral.clone(), entry.beneficiary.party.to_owned(), entry.unit.clone());
            plus(sums.entry(key).or_insert(Number::ZERO), number(&entry.amount));
        }
        let mut totals = BTreeMap::new();
        for decision in evaluation.decisions() {
            for total in &decision.totals {
                let key = (decision.referral.clone(), total.party.clone(), total.unit.clone());
                totals.insert(key, number(&total.amount));
            }
        }
        if sums != totals {
            return Err(case.fault(&format!("as of {as_of} the entries come to {sums:#?}, decisions say {totals:#?}")));
        }
    }
    Ok(())
}

/// Earned is held and payable and paid and reversed and expired and void and forfeited and kept, for every beneficiary and unit, and all of them are sums over positions;
/// payouts are sums of entries.
///
/// # Errors
/// Where that is not so.
pub fn balances_add_up(seeds: &Seeds) -> Result<(), String> {
    let case = seeds.case(&Shape::ALL)?;
    let plain = case.book();
    let Some(last) = case.moments(&plain).last().copied() else { return Ok(()) };
    let mut draw = Draw::new(&seeds.header);
    let mut confirmations: Vec<Row> = Vec::new();
    for entry in case.evaluate(&plain, last)?.ledger() {
        let what = ["paid", "notified", "used", ""].get(draw.below(4)).copied().unwrap_or_default();
        if !what.is_empty() {
            let payout = ["", "P-1", "P-2"].get(draw.below(3)).copied().unwrap_or_default();
            let cells = [
                ("entry", entry.id),
                ("what", what.to_owned()),
                ("at", entry.booked_at.to_string()),
                ("payout", payout.to_owned()),
                ("fee", "0.5".to_owned()),
                ("amount", ["", "10", "0.005"].get(draw.below(3)).copied().unwrap_or_default().to_owned()),
            ];
            let cells = cells.into_iter().filter(|(_, cell)| !cell.is_empty());
            confirmations.push(cells.map(|(column, cell)| (column.to_owned(), cell)).collect());
        }
    }
    let book = case.book_of(&Tables { confirmations, ..case.tables.clone() });
    for as_of in case.some_moments(&book, &mut draw, 2) {
        balances_as_of(&case, &book, as_of)?;
    }
    Ok(())
}

/// Payouts: gross is fee and net and carried, and the sum of the entries; each entry that was handed over, or is payable and not nothing,
/// is in exactly one payout of its unit, if a rule covers it; what is paid or due is not carried.
fn payouts_as_of(case: &Case, evaluation: &Evaluation<'_>) -> Result<(), String> {
    let fault = |what: &str| Err(case.fault(&format!("as of {}: {what}", evaluation.as_of)));
    let positions: BTreeMap<String, _> =
        evaluation.positions().into_iter().map(|position| (position.entry.clone(), position)).collect();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for payout in evaluation.payouts() {
        let mut sum = Number::ZERO;
        for entry in &payout.entries {
            let Some(position) = positions.get(entry) else { return fault(&format!("{entry} is nowhere")) };
            let is_paid = position.paid_at.is_some();
            if position.unit != payout.unit
                || is_paid != (payout.state == "paid")
                || !is_paid && position.state != "payable"
            {
                return fault(&format!("{position:?} stands in {payout:?}"));
            }
            if let Some(other) = seen.insert(entry.clone(), payout.payout.clone()) {
                return fault(&format!("{entry} is in {} and in {other}", payout.payout));
            }
            plus(&mut sum, number(&position.amount));
        }
        let mut parts = number(&payout.fee);
        plus(&mut parts, number(&payout.net));
        plus(&mut parts, number(&payout.carried));
        let open = payout.state == "carried";
        let whole = if open { &payout.carried } else { &payout.gross };
        if sum != number(&payout.gross) || parts != sum || *whole != payout.gross || open == payout.reasons.is_empty() {
            return fault(&format!("this does not add up: {payout:?}"));
        }
        if !open && !payout.carried.is_zero() || payout.entries.is_empty() {
            return fault(&format!("nothing is carried of what is paid: {payout:?}"));
        }
    }
    // What a rule covers of a reward, it covers whole.
    let entries: Vec<Entry> = evaluation.ledger().collect();
    let of = |entry: &Entry| (entry.rule.clone(), entry.kind.clone(), entry.unit.clone());
    let covered: BTreeSet<_> = entries.iter().filter(|entry| seen.contains_key(&entry.id)).map(of).collect();
    for entry in entries.iter().filter(|entry| covered.contains(&of(entry)) && !seen.contains_key(&entry.id)) {
        let open = |state: &str| state == "payable" && !entry.amount.is_zero();
        if positions.get(&entry.id).is_none_or(|position| open(&position.state) || position.paid_at.is_some()) {
            return fault(&format!("{} is in no payout", entry.id));
        }
    }
    Ok(())
}

fn balances_as_of(case: &Case, book: &referral_rules::book::Book, as_of: Instant) -> Result<(), String> {
    let evaluation = case.evaluate(book, as_of)?;
    let entries: Vec<Entry> = evaluation.ledger().collect();
    payouts_as_of(case, &evaluation)?;
    let positions = evaluation.positions();
    if entries.len() != positions.len() {
        return Err(case.fault(&format!("{} entries, {} positions", entries.len(), positions.len())));
    }
    let mut sums: BTreeMap<(String, String), BTreeMap<String, Number>> = BTreeMap::new();
    for (entry, position) in entries.iter().zip(&positions) {
        if entry.id != position.entry || entry.amount != position.amount || entry.unit != position.unit {
            return Err(case.fault(&format!("{entry:#?}\nis not what {position:#?} is about")));
        }
        let of = sums.entry((format!("{:?}", entry.beneficiary), entry.unit.clone())).or_default();
        // What was used before it expired was handed over.
        let expired = position.state == "expired";
        let used = if expired { number(&position.used) } else { Number::ZERO };
        let rest = number(&entry.amount).checked_sub(used).unwrap_or(Number::ZERO);
        for (slot, part) in [("earned", number(&entry.amount)), (position.state.as_str(), rest), ("paid", used)] {
            plus(of.entry(slot.to_owned()).or_insert(Number::ZERO), part);
        }
        let left = number(&position.remaining).checked_add(number(&position.used));
        if !["expired", "reversed", "void", "forfeited", "kept"].contains(&position.state.as_str())
            && left != Some(number(&position.amount))
        {
            return Err(case.fault(&format!("used and remaining are not the amount: {position:?}")));
        }
    }
    let mut found = BTreeMap::new();
    for balance in evaluation.balances() {
        let slots = [
            ("earned", balance.earned),
            ("held", balance.held),
            ("payable", balance.payable),
            ("paid", balance.paid),
            ("reversed", balance.reversed),
            ("expired", balance.expired),
            ("void", balance.void),
            ("forfeited", balance.forfeited),
            ("kept", balance.kept),
        ];
        let parts = slots.iter().skip(1).fold(Number::ZERO, |mut sum, (_, amount)| {
            plus(&mut sum, number(amount));
            sum
        });
        if parts != number(&balance.earned) || !balance.reversed.is_zero() {
            return Err(case.fault(&format!("as of {as_of} this does not add up: {balance:?}")));
        }
        let key = (format!("{:?}", balance.beneficiary), balance.unit.clone());
        found.insert(key, slots.map(|(slot, amount)| (slot.to_owned(), number(&amount))));
    }
    for (key, of) in &sums {
        let says = found.remove(key).map_or_else(Vec::new, Vec::from);
        let zero = |slot: &str| of.get(slot).copied().unwrap_or(Number::ZERO);
        if says.is_empty() || says.iter().any(|(slot, amount)| zero(slot) != *amount) {
            return Err(case.fault(&format!("as of {as_of} {key:?}: positions say {of:?}, balances {says:?}")));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(case.fault(&format!("balances of nobody: {found:?}"))) }
}
