//! Levels that nobody has, amounts that need a level where there is none, and tables beside what they are asked for.
use super::known::{Asked, least_count};
use super::{Checked, Terms, listed, warning};
use crate::base::Number;
use crate::diag::{Code, Diagnostic};
use crate::expr::{Compiled, End, Possible, Range, Slot, Type, Values};
use crate::program::compiled::{EventKind, Source};
use std::collections::BTreeSet;

pub(super) fn look(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    levels(terms, found);
    for (at, reward) in terms.rewards() {
        let conditions = terms.conditions(&format!("reward[{at}].when"));
        if let Some(amount) = terms.expression(&format!("reward[{at}].amount")) {
            let rule = format!("the reward `{}` gives nothing", reward.id.value);
            gaps(terms, &format!("reward[{at}].amount"), amount, &conditions, &rule, found);
        }
    }
    for (at, campaign) in terms.document.campaigns.iter().enumerate() {
        let conditions = terms.conditions(&format!("campaign[{at}].when"));
        for key in ["reward_instead", "reward_times", "reward_plus"] {
            let path = format!("campaign[{at}].{key}");
            if let Some(operand) = terms.expression(&path) {
                let rule = format!("under the campaign `{}` nothing is given", campaign.id.value);
                gaps(terms, &path, operand, &conditions, &rule, found);
            }
        }
    }
    rows(terms, found);
    bands(terms, found);
}

/// Between two bands there may be numbers; of whole numbers none are between 49 and 50.
fn bands(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for table in terms.document.tables.iter().filter(|table| table.otherwise.is_none()) {
        let name = &table.name.value;
        let Some(bands) = &table.bands else { continue };
        let by = terms.expression(&format!("tables.{name}.by")).map(|by| by.compiled.result_type());
        let whole = matches!(by, Some(Type::Int));
        for (at, (below, above)) in bands.iter().zip(bands.iter().skip(1)).enumerate() {
            let (Some(high), Some(low)) = (below.high, above.low) else { continue };
            let between = Range {
                least: Some(End { at: high.number.value, included: !high.included }),
                greatest: Some(End { at: low.number.value, included: !low.included }),
                whole: false,
            };
            let between = if whole { between.whole() } else { between };
            if between.is_empty() {
                continue;
            }
            let numbers = match between.only() {
                Some(only) => format!("{only} lies"),
                None => format!("numbers between {} and {} lie", high.number.value, low.number.value),
            };
            let message = format!("{numbers} in no band of the table `{name}`");
            let path = format!("tables.{name}.bands[{}]", at.saturating_add(1));
            let fault = warning(Code::BandGap, low.number.span, path, message);
            found.push(fault.help("let the bands meet, or write `otherwise`"));
        }
    }
}

/// A level is passed over if the next one begins at the least count that there is at any event.
fn levels(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (at, ladder) in terms.document.tiers.iter().enumerate() {
        let Some(compiled) = terms.version.ladders.get(at) else { continue };
        let kinds = (0_u16..).map(EventKind).take(terms.program.kinds.len());
        let least: Option<Vec<Number>> = kinds.map(|kind| least_count(compiled, kind)).collect();
        let least = least.and_then(|least| least.into_iter().min());
        // The last level that every referrer has: those before it are passed over.
        let levels = || ladder.levels.iter().zip(&compiled.levels).enumerate();
        let mut everybodys = levels().filter(|(_, (_, level))| {
            let reached = level.at_least.is_none_or(|at_least| least.is_some_and(|least| at_least <= least));
            reached && level.when.iter().all(|condition| always(terms, condition))
        });
        let Some((last, (everybodys, _))) = everybodys.next_back() else { continue };
        for (position, (level, _)) in levels().take(last) {
            let (name, other) = (&level.name.value, &everybodys.name.value);
            let message = format!("no referrer ever has the level `{name}`: every one has reached `{other}`");
            let path = format!("tiers[{at}].levels[{position}]");
            let fault = warning(Code::UnreachableTier, level.name.span, path, message);
            found.push(fault.help("remove the level, or begin the other one later"));
        }
    }
}

/// True if the condition holds at every event.
fn always(terms: &Terms<'_>, condition: &Compiled) -> bool {
    let asked = terms.asked("tiers");
    terms.foresee(&asked, &|_| None, |foresight| {
        let possible = foresight.of(condition);
        possible.can_hold() && !possible.can_fail() && !possible.absent
    })
}

/// Values of a level or one-of fact for which the expression never has a value, though it has one for others.
fn gaps(
    terms: &Terms<'_>,
    path: &str,
    checked: &Checked,
    conditions: &[(&str, &Checked)],
    rule: &str,
    found: &mut Vec<Diagnostic>,
) {
    let asked = terms.asked(path);
    let compiled = &checked.compiled;
    let conditions: Vec<&Compiled> = conditions.iter().map(|(_, checked)| &checked.compiled).collect();
    let sure = |slot: Slot, known: &Possible| {
        let narrowed = |other: Slot| (other == slot).then(|| known.clone());
        terms.foresee(&asked, &narrowed, |foresight| {
            foresight.can_hold_together(&conditions) && !foresight.of(compiled).present
        })
    };
    if terms.foresee(&asked, &|_| None, |foresight| !foresight.of(compiled).present) {
        return;
    }
    for slot in compiled.inputs() {
        let Some(name) = compiled.slot_name(*slot) else { continue };
        let Possible { values: Values::Texts(texts), absent, .. } = terms.known(*slot, &asked) else { continue };
        if let (Some(first), true) = (first_level(terms, *slot, &asked), absent && sure(*slot, &Possible::NEVER)) {
            let (level, by, at_least) = first;
            let message =
                format!("`{name}` is missing below `{level}`, a `{by}` of {at_least}: {rule} to those referrers");
            let fault = warning(Code::TierGap, checked.written.span, path, message);
            found.push(fault.help("begin the ladder lower, or say `has(…)` in `when` if that is meant"));
        }
        let without: Vec<&str> =
            texts.iter().filter(|text| sure(*slot, &Possible::texts([(*text).clone()]))).map(String::as_str).collect();
        if !without.is_empty() {
            let message = format!("{rule} where `{name}` is {}: the table has no row", listed(without));
            let fault = warning(Code::TableGap, checked.written.span, path, message);
            found.push(fault.help("add the rows, or `otherwise`; a row of 0 says that nothing is meant"));
        }
    }
}

/// The first level of the ladder that the input is, what counts for it, and from when on; if there may be nothing below.
fn first_level<'a>(terms: &Terms<'a>, slot: Slot, asked: &Asked) -> Option<(&'a str, &'a str, Number)> {
    let Source::Tier(number) = terms.program.slots.get(usize::from(slot.0))? else { return None };
    let position = terms.version.ladders.iter().position(|ladder| ladder.number == *number)?;
    let first = terms.first_step(terms.version.ladders.get(position)?, asked)?;
    let ladder = terms.document.tiers.get(position)?;
    Some((&ladder.levels.first()?.name.value, &ladder.by.value, first))
}

/// Rows whose key no look-up can have. A key that may be any text or number may find any row.
fn rows(terms: &Terms<'_>, found: &mut Vec<Diagnostic>) {
    for (index, table) in terms.document.tables.iter().enumerate() {
        let name = &table.name.value;
        let by = terms.expression(&format!("tables.{name}.by")).map(|by| by.compiled.result_type());
        // A level or one-of has only rows that it can find; and an unused table is told as that.
        let users = || terms.expressions.iter().filter(|(_, checked)| checked.compiled.names_constant(name));
        if !matches!(by, Some(Type::Text)) || users().next().is_none() {
            continue;
        }
        let mut asked: BTreeSet<String> = BTreeSet::new();
        let known = users().all(|(path, checked)| {
            let keys =
                terms.foresee(&terms.asked(path), &|_| None, |foresight| foresight.keys(&checked.compiled, index));
            keys.is_some_and(|keys| {
                asked.extend(keys);
                true
            })
        });
        for row in table.rows.iter().filter(|row| known && !asked.contains(&row.key.value)) {
            let key = crate::diag::shown(&row.key.value);
            let message = format!("no expression ever asks the table `{name}` for `{key}`");
            let fault = warning(Code::RowNeverAsked, row.key.span, format!("tables.{name}.{key}"), message);
            found.push(fault.help("remove the row, or mend the keys that are asked for"));
        }
    }
}
