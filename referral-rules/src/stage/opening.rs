//! Opening balances: what was before the history that the host gives, as the timeline starts with it.
use super::timeline::{Done, DrawKey, GivenKey, KeyPart, MeasureKey, Opening, TotalKey, Totals, key_part};
use crate::base::{Instant, NONE, Number, Period, Rounding, TextId};
use crate::book::{Book, Finding, OpeningBalance};
use crate::diag::Code;
use crate::program::{Aggregate, DeclaredMeasure, EventKind, Limit, Measure, Per, Program};

/// What is wrong with a balance, and what to do.
type Fault = (String, &'static str);

/// Reads the opening balances; those that belong to nothing are findings.
pub fn read(program: &Program, book: &Book) -> (Opening, Vec<Finding>) {
    let mut out = Opening::default();
    let mut findings = Vec::new();
    for balance in &book.opening_balances {
        if let Err((message, help)) = take(program, book, balance, &mut out) {
            findings.push(Finding {
                code: Code::UnknownBalance,
                table: "opening_balances",
                id: balance.name.clone(),
                column: "key".to_owned(),
                message,
                help: help.to_owned(),
                row: crate::base::index(balance.row),
                known: i64::MIN,
            });
        }
    }
    (out, findings)
}

fn take(program: &Program, book: &Book, balance: &OpeningBalance, out: &mut Opening) -> Result<(), Fault> {
    if let Some(measure) = Measure::ALL.into_iter().find(|measure| measure.word() == balance.name) {
        let referrer = referrer(book, &balance.key)?;
        let value = balance.value.to_i64().unwrap_or_default();
        if let Some(count) = out.counts.entry(referrer.0).or_default().get_mut(measure.index()) {
            *count = count.saturating_add(value);
        }
        return Ok(());
    }
    if let Some(number) = program.measures.iter().position(|measure| measure.name == balance.name) {
        let Some(measure) = program.measures.get(number) else { return Ok(()) };
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let totals = totals(measure, balance.value)?;
        let bucket = first_day(program, measure.in_each, balance.at, "measure")?;
        let key = measure_key(book, measure, &balance.key)?;
        out.measures.entry((number, key)).or_default().entry(bucket).or_default().add(&totals);
        return Ok(());
    }
    if let Some((kind, per)) = made(program, &balance.name) {
        let key = event_key(book, per, &balance.key)?;
        out.came.extend((balance.value != Number::ZERO).then_some((kind, key)));
        return Ok(());
    }
    let limits = program.versions.iter().rev().flat_map(|version| &version.limits);
    let limit = limits
        .into_iter()
        .find(|limit| program.limit_ids.get(usize::from(limit.number)).is_some_and(|id| *id == balance.name));
    let Some(limit) = limit else { return total(program, book, balance, out) };
    let (key, value) = draw(program, book, limit, balance)?;
    let sum = out.draws.entry(key).or_default();
    *sum = sum.saturating_add(value);
    Ok(())
}

/// The kind of event that conditions make under a name, and for what it comes once, which is the same in all versions.
fn made<'p>(program: &'p Program, name: &str) -> Option<(EventKind, &'p [Per])> {
    let kind = program.kind(name)?;
    let makers = program.versions.iter().flat_map(|version| &version.makers);
    makers.into_iter().find(|maker| maker.kind == kind).map(|maker| (kind, maker.once_per.as_slice()))
}

/// The key under which an event has come.
fn event_key(book: &Book, per: &[Per], key: &str) -> Result<MeasureKey, Fault> {
    let given: Vec<&str> = match per.len() {
        0 => Vec::new(),
        1 => vec![key],
        _ => key.split('/').collect(),
    };
    if given.len() != per.len() || per.is_empty() && !key.is_empty() {
        let message = format!("the key has {} parts, the event {}", given.len().max(1), per.len());
        return Err((message, "give the parts of the key joined by `/`, in the order of `once_per`"));
    }
    let word = |per: &Per| match per {
        Per::Referrer => "referrer",
        Per::Referee => "referee",
        Per::Referral => "referral",
        Per::Reward | Per::Campaign | Per::Expression(_) => "",
    };
    let parts = per.iter().zip(given).map(|(per, part)| part_of(book, word(per), part));
    parts.collect::<Result<_, _>>().map(MeasureKey::of)
}

/// What a reward by a running total had settled, and for what one that is given once was given.
fn total(program: &Program, book: &Book, balance: &OpeningBalance, out: &mut Opening) -> Result<(), Fault> {
    let Some(number) = program.reward_ids.iter().position(|id| *id == balance.name) else { return Ok(()) };
    let number = u16::try_from(number).unwrap_or(u16::MAX);
    let rewards = program.versions.iter().filter_map(|version| version.reward_numbered(number));
    if let Some(per) = rewards.clone().find_map(|reward| reward.once_per.as_ref()) {
        let parts = parts(program, book, per, &balance.key, "reward")?;
        out.given.extend((balance.value != Number::ZERO).then_some(GivenKey {
            reward: number,
            done: Done::Given,
            parts,
        }));
        return Ok(());
    }
    let Some((reward, total)) = rewards.filter_map(|reward| Some((reward, reward.total.as_ref()?))).next() else {
        let message = "a reward that has no running total and is not given once has no opening balance".to_owned();
        return Err((message, "name a measure, a limit, or a reward with a `total` or `once_per`"));
    };
    let period = first_day(program, total.in_each, balance.at, "running total")?;
    let parts = parts(program, book, &total.per, &balance.key, "total")?;
    let value = Rounding::Down.settle(balance.value, reward.unit.digits()).unwrap_or(i64::MAX).max(0);
    let sum = out.totals.entry(TotalKey { reward: number, period, parts }).or_default();
    *sum = sum.saturating_add(value);
    Ok(())
}

fn referrer(book: &Book, key: &str) -> Result<TextId, Fault> {
    book.party(key).ok_or_else(|| (format!("`{key}` is no referrer"), "give the referrer's account id as the key"))
}

/// The key of a declared measure, its parts joined by `/`.
fn measure_key(book: &Book, measure: &DeclaredMeasure, key: &str) -> Result<MeasureKey, Fault> {
    if measure.per.is_empty() && !key.is_empty() {
        return Err(("the measure is over the whole program".to_owned(), "leave `key` empty"));
    }
    let parts: Vec<&str> = match measure.per.len() {
        0 => Vec::new(),
        1 => vec![key],
        _ => key.split('/').collect(),
    };
    if parts.len() != measure.per.len() {
        let message = format!("the key has {} parts, the measure {}", parts.len(), measure.per.len());
        return Err((message, "give the parts of the key joined by `/`, in the order of `per`"));
    }
    let words = measure.per.iter().map(String::as_str);
    words.zip(parts).map(|(per, part)| part_of(book, per, part)).collect::<Result<_, _>>().map(MeasureKey::of)
}

/// A part of a key, by the word for it.
fn part_of(book: &Book, per: &str, part: &str) -> Result<KeyPart, Fault> {
    let unknown = || (format!("`{part}` is no {per}"), "give the key as it is counted by");
    Ok(match per {
        "referrer" => KeyPart::Id(referrer(book, part)?.0),
        "referee" => KeyPart::Id(book.party(part).or_else(|| book.texts.find(part)).ok_or_else(unknown)?.0),
        "referral" => {
            let row = book.referral(part).and_then(|row| book.referrals.id.get(crate::base::index(row)));
            KeyPart::Id(row.ok_or_else(unknown)?.0)
        }
        _ => key_part(book, part),
    })
}

/// What a declared measure had; only counts and sums can be taken over.
fn totals(measure: &DeclaredMeasure, value: Number) -> Result<Totals, Fault> {
    match (measure.is, value.to_i64()) {
        (Aggregate::Count, Some(count)) => Ok(Totals { count, ..Totals::default() }),
        (Aggregate::Count, None) => Err((format!("`{value}` is no count"), "give a whole number")),
        (Aggregate::Sum, _) => Ok(Totals { sum: Some(value), ..Totals::default() }),
        (Aggregate::Least | Aggregate::Greatest | Aggregate::Distinct | Aggregate::First | Aggregate::Latest, _) => {
            let message = "only a count or a sum has an opening balance".to_owned();
            Err((message, "give the events as history"))
        }
    }
}

/// The first day of the period that a balance belongs to; 0 for all time.
fn first_day(program: &Program, period: Period, at: Option<i64>, what: &str) -> Result<i32, Fault> {
    match (period, at) {
        (Period::Lifetime, _) => Ok(0),
        (Period::Rolling { .. }, _) => {
            Err((format!("a rolling {what} has no opening balance"), "give the events of the window as history"))
        }
        (period, Some(at)) => Ok(period.first_day(program.zone.day_of(Instant(at))).0),
        (period, None) => Err((format!("the {what} counts in each {period}"), "give a moment of that period in `at`")),
    }
}

fn draw(program: &Program, book: &Book, limit: &Limit, balance: &OpeningBalance) -> Result<(DrawKey, i64), Fault> {
    let period = first_day(program, limit.in_each, balance.at, "limit")?;
    let parts = parts(program, book, &limit.per, &balance.key, "limit")?;
    let digits = if limit.counts_grants { 0 } else { limit.unit.digits() };
    let value = Rounding::Down.settle(balance.value, digits).unwrap_or(i64::MAX);
    Ok((DrawKey { limit: limit.number, period, parts }, value))
}

/// The parts of a key, joined by `/`.
fn parts(program: &Program, book: &Book, per: &[Per], key: &str, what: &str) -> Result<[u32; 4], Fault> {
    let given: Vec<&str> = match per.len() {
        0 => Vec::new(),
        1 => vec![key],
        _ => key.split('/').collect(),
    };
    if given.len() != per.len() {
        let message = format!("the key has {} parts, the {what} {}", given.len(), per.len());
        return Err((message, "give the parts of the key joined by `/`, in the order of `per`"));
    }
    let mut out = [NONE; 4];
    for ((slot, per), part) in out.iter_mut().zip(per).zip(given) {
        let number = |ids: &[String]| ids.iter().position(|id| id == part).and_then(|at| u32::try_from(at).ok());
        let found = match per {
            Per::Reward => number(&program.reward_ids),
            Per::Campaign => number(&program.campaign_ids),
            Per::Referrer | Per::Referee => book.party(part).or_else(|| book.texts.find(part)).map(|id| id.0),
            Per::Referral => {
                book.referral(part).map(|row| book.referrals.id.get(crate::base::index(row)).map_or(NONE, |id| id.0))
            }
            Per::Expression(_) => book.texts.find(part).map(|id| id.0),
        };
        *slot = found.ok_or_else(|| (format!("`{part}` is not known"), "give the key as it is counted by"))?;
    }
    Ok(out)
}
