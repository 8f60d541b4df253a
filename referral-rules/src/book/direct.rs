//! Tables whose ids are numbers in one piece of memory become a [`Book`] without any text: ids are compared and joined as the
//! numbers that they are, columns are kept as they come. What this cannot do is left to the reading by texts, which can do all.
use super::accounts::has_history;
use super::build::Builder;
use super::columns::RowIds;
use super::number_ranks::{DIGITS_END, ranked_once};
use super::packed::{Ints, Packed, PackedValues};
use super::parties::Gathering;
use super::{Accounts, Book, Events, FactColumn, Given, GivenTable, Moments, NEVER, Referrals, Values};
use crate::base::{Bits, Buffer, Day, Instant, NONE, TextId, Zone, index, position};
use crate::diag::Code;
use crate::program::{EventKind, Owner, Program};
use std::borrow::Cow;

/// Reads tables of numbers; `None` where some id is no number or stands twice, where a moment is missing, or where events have a
/// table of their own.
pub(super) fn read(program: &Program, given: &Given) -> Option<Book> {
    if given.events.rows > 0 || given.accounts.as_ref().is_some_and(|accounts| has_history(program, accounts)) {
        return None;
    }
    let table = &given.referrals;
    let ids = numbers(table, "id")?;
    let ranked = ranked_once(&ids)?;
    let referrers = numbers(table, "referrer")?;
    let referees = match table.columns.get("referee") {
        Some(_) => Some(numbers(table, "referee")?),
        None => None,
    };
    let submitted_at = moments(table, "submitted_at", &program.zone)?;
    let submitted_on = days(table, "submitted_at", &program.zone);
    let account_ids = match &given.accounts {
        Some(accounts) => numbers(accounts, "id")?,
        None => Buffer::default(),
    };
    let recorded_at = match table.columns.get("recorded_at") {
        Some(_) => Some(some_moments(table, "recorded_at", &program.zone)?),
        None => None,
    };
    let happened = happened(program, table)?;
    let parties = Gathering::of_accounts(&account_ids)?;

    let mut builder = Builder::new(program);
    let mut book = Book { by_id: Buffer::from(ranked.rows), referral_rank: ranked.ranks, ..Book::default() };
    if let Some(accounts) = &given.accounts {
        book.accounts = builder.numbered_accounts(accounts, account_ids.len())?;
    }
    let known = match recorded_at {
        Some(recorded) => submitted_at.iter().zip(recorded.iter()).map(|(at, recorded)| (*recorded).max(*at)).collect(),
        None => submitted_at.clone(),
    };
    book.referrals = builder.numbered_referrals(table, ids, submitted_at, known);
    book.referrals.submitted_on = submitted_on;
    builder.join_parties(parties, &referrers, referees.as_ref(), account_ids.len(), &mut book);
    builder.numbered_events(table, happened, &mut book)?;
    builder.unknown_columns(table);
    builder.finish(given, &mut book);
    book.order_by_submission();
    Some(book)
}

fn packed<'a>(table: &'a GivenTable, name: &str) -> Option<&'a Packed> {
    match table.columns.get(name)? {
        Values::Packed(packed) if packed.rows() == table.rows => Some(packed),
        _ => None,
    }
}

/// A column of ids that are numbers, every one of them there.
fn numbers(table: &GivenTable, name: &str) -> Option<Buffer<i64>> {
    let packed = packed(table, name)?;
    let PackedValues::Int(ints) = &packed.values else { return None };
    if packed.valid.as_ref().is_some_and(|valid| valid.count() != valid.len()) {
        return None;
    }
    let numbers = match ints {
        Ints::I64(numbers) => numbers.clone(),
        other => (0..other.len()).filter_map(|row| other.get(row)).collect(),
    };
    // Without a way out of the loop, the compiler compares many at a time.
    let short = numbers.iter().fold(true, |short, number| short & (*number < DIGITS_END) & (*number > -DIGITS_END));
    short.then_some(numbers)
}

/// The instants of a column; what stands where there is none has no meaning.
fn instants(packed: &Packed, zone: &Zone) -> Option<Buffer<i64>> {
    match &packed.values {
        PackedValues::Date(days) => first_instants(days, packed.valid.as_ref(), zone),
        PackedValues::Instant(ticks, tick) => {
            let range = Instant::MIN.0..=Instant::MAX.0;
            let fits = |row: usize, ticks: i64| {
                let there = packed.valid.as_ref().is_none_or(|valid| valid.get(row));
                !there || tick.micros(ticks).is_some_and(|at| range.contains(&at))
            };
            if !ticks.iter().enumerate().all(|(row, ticks)| fits(row, *ticks)) {
                return None;
            }
            if *tick == super::Tick::Microsecond {
                return Some(ticks.clone());
            }
            Some(ticks.iter().map(|ticks| tick.micros(*ticks).unwrap_or(NEVER)).collect())
        }
        _ => None,
    }
}

/// The instants of some rows, which all have one.
fn instants_of(packed: &Packed, rows: &[u32], zone: &Zone) -> Option<Buffer<i64>> {
    fn taken<T: Copy + Default + Send + Sync>(values: &[T], rows: &[u32]) -> Buffer<T> {
        rows.iter().map(|row| values.get(index(*row)).copied().unwrap_or_default()).collect()
    }
    let values = match &packed.values {
        PackedValues::Date(days) => PackedValues::Date(taken(days, rows)),
        PackedValues::Instant(ticks, tick) => PackedValues::Instant(taken(ticks, rows), *tick),
        _ => return None,
    };
    instants(&Packed { values, valid: None }, zone)
}

/// How many days may lie between the first and the last for their first instants to be laid out.
const DAYS_LAID_OUT_MAX: usize = 100_000;

/// Laying out more days than there are rows would cost more than it saves.
fn days_laid_out(days: &[i32]) -> usize {
    days.len().min(DAYS_LAID_OUT_MAX)
}

/// The first instants of days, each day worked out once.
fn first_instants(days: &[i32], valid: Option<&Bits>, zone: &Zone) -> Option<Buffer<i64>> {
    let there = |row: usize| valid.is_none_or(|valid| valid.get(row));
    let (mut least, mut greatest) = (i32::MAX, i32::MIN);
    for (row, day) in days.iter().enumerate() {
        // What stands where there is no value may be anything.
        if (*day < least || *day > greatest) && there(row) {
            least = least.min(*day);
            greatest = greatest.max(*day);
        }
    }
    if least > greatest {
        return Some(vec![NEVER; days.len()].into());
    }
    if !Day(least).in_range() || !Day(greatest).in_range() {
        return None;
    }
    let span = usize::try_from(i64::from(greatest).saturating_sub(i64::from(least))).ok()?;
    if span > days_laid_out(days) {
        return Some(days.iter().map(|day| zone.first_instant(Day(*day)).0).collect());
    }
    let laid_out: Vec<i64> = (least..=greatest).map(|day| zone.first_instant(Day(day)).0).collect();
    // What stands where there is no value may be any day.
    let at = |day: &i32| laid_out.get(index(day.abs_diff(least))).copied().unwrap_or(NEVER);
    Some(days.iter().map(at).collect::<Vec<i64>>().into())
}

/// A column of moments that the host gives as days, if each of them is the day of its first instant: a zone may have skipped one.
fn days(table: &GivenTable, name: &str, zone: &Zone) -> Option<Buffer<i32>> {
    let PackedValues::Date(days) = &packed(table, name)?.values else { return None };
    let first = days.first().copied()?;
    let (least, greatest) = days.iter().fold((first, first), |(least, most), day| (least.min(*day), most.max(*day)));
    let span = usize::try_from(i64::from(greatest).saturating_sub(i64::from(least))).ok()?;
    let few = span <= days_laid_out(days);
    let is_its_own = |day: i32| zone.day_of(zone.first_instant(Day(day))) == Day(day);
    (few && (least..=greatest).all(is_its_own)).then(|| days.clone())
}

/// A column of moments, every one of them there.
fn moments(table: &GivenTable, name: &str, zone: &Zone) -> Option<Buffer<i64>> {
    let packed = packed(table, name)?;
    let all = packed.valid.as_ref().is_none_or(|valid| valid.count() == valid.len());
    if all { instants(packed, zone) } else { None }
}

/// A column of moments; those that are missing come before all others.
fn some_moments(table: &GivenTable, name: &str, zone: &Zone) -> Option<Buffer<i64>> {
    let packed = packed(table, name)?;
    let all = instants(packed, zone)?;
    match &packed.valid {
        None => Some(all),
        Some(valid) => {
            let one = |(row, at): (usize, &i64)| if valid.get(row) { *at } else { i64::MIN };
            Some(all.iter().enumerate().map(one).collect())
        }
    }
}

/// The events of one kind that stand on the referrals' rows.
struct Happened<'a> {
    kind: EventKind,
    word: &'a str,
    /// When, by row of `rows`.
    at: Buffer<i64>,
    recorded: Option<Buffer<i64>>,
    rows: Vec<u32>,
}

fn happened<'a>(program: &'a Program, table: &GivenTable) -> Option<Vec<Happened<'a>>> {
    let mut out = Vec::new();
    for (kind, word) in (0_u16..).zip(&program.kinds).skip(1) {
        let name = format!("{word}_at");
        if !table.columns.contains_key(&name) {
            continue;
        }
        let packed = packed(table, &name)?;
        let recorded = format!("{word}_recorded_at");
        let recorded = match table.columns.get(&recorded) {
            Some(_) => Some(some_moments(table, &recorded, &program.zone)?),
            None => None,
        };
        let rows = match &packed.valid {
            None => (0..position(table.rows)).collect(),
            Some(valid) => valid.rows(),
        };
        let at = instants_of(packed, &rows, &program.zone)?;
        out.push(Happened { kind: EventKind(kind), word, at, recorded, rows });
    }
    Some(out)
}

impl Builder<'_> {
    fn begin(&mut self, table: &'static str, rows: usize, ids: TextId) {
        self.table = table;
        self.used.clear();
        self.ids = RowIds::Numbered(ids, rows);
    }

    fn numbered_accounts(&mut self, given: &GivenTable, rows: usize) -> Option<Accounts> {
        let ids = self.texts.push_numbers(numbers(given, "id")?);
        self.begin("accounts", rows, ids);
        self.used.push(Cow::Borrowed("id"));
        let program = self.program;
        let facts =
            program.account_facts.iter().map(|(name, kind)| self.fact_column(given, name.as_str(), kind)).collect();
        self.unknown_columns(given);
        Some(Accounts { given: true, id: (0..rows).map(|row| ids.after(row)).collect(), facts, history: None })
    }

    fn numbered_referrals(
        &mut self,
        given: &GivenTable,
        ids: Buffer<i64>,
        submitted_at: Buffer<i64>,
        known: Buffer<i64>,
    ) -> Referrals {
        let rows = ids.len();
        let first = self.texts.push_numbers(ids);
        self.begin("referrals", rows, first);
        self.known = known.clone();
        for name in ["id", "referrer", "referee", "submitted_at", "recorded_at"] {
            self.used.push(Cow::Borrowed(name));
        }
        let facts = self.owner_facts(given);
        Referrals {
            id: (0..rows).map(|row| first.after(row)).collect(),
            submitted_at,
            known,
            withdrawn: Moments::Same(NEVER, rows),
            facts,
            ..Referrals::default()
        }
    }

    /// Finds the accounts of the referrals.
    fn join_parties(
        &mut self,
        mut parties: Gathering,
        referrers: &[i64],
        referees: Option<&Buffer<i64>>,
        accounts: usize,
        book: &mut Book,
    ) {
        let first = self.texts.next_block();
        let accounts = position(accounts);
        let table = &mut book.referrals;
        let rows = referrers.len();
        let mut unknown = Vec::new();
        // The place of each id among all of them is its text's place behind the first, and its account's row if it has one.
        let mut join = |ids: &[i64], unknown: Option<&mut Vec<u32>>| {
            let (mut texts, mut account_rows) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
            let mut outside = false;
            for id in ids {
                let place = parties.place(*id);
                texts.push(first.after(index(place)));
                outside |= place >= accounts;
                account_rows.push(if place < accounts { place } else { NONE });
            }
            if let Some(unknown) = unknown.filter(|_| outside) {
                unknown.extend((0_u32..).zip(&account_rows).filter(|(_, row)| **row == NONE).map(|(at, _)| at));
            }
            (texts, account_rows)
        };
        (table.referrer, table.referrer_row) = join(referrers, Some(&mut unknown));
        match referees {
            Some(referees) => {
                let (texts, account_rows) = join(referees, None);
                (table.referee, table.referee_row) = (Buffer::from(texts), account_rows);
                table.referee_given = vec![true; rows];
            }
            None => {
                table.referee = table.id.clone();
                table.referee_given = vec![false; rows];
            }
        }
        book.parties = Some(parties.finish(&mut self.texts));
        if !book.accounts.given {
            return;
        }
        for at in unknown.into_iter().map(index) {
            let who = referrers.get(at).copied().unwrap_or_default();
            let message = format!("the referrer `{who}` is not in the accounts");
            self.report(Code::UnknownReferrer, at, "referrer", message, "add the account, or correct the id");
        }
    }

    /// The events that stand on the referrals' rows, kind after kind. `None` where a fact comes with several kinds, or must be
    /// looked at value by value.
    fn numbered_events(&mut self, given: &GivenTable, happened: Vec<Happened<'_>>, book: &mut Book) -> Option<()> {
        let program = self.program;
        let total = happened.iter().fold(0_usize, |sum, one| sum.saturating_add(one.rows.len()));
        let mut events = Events { facts: vec![None; program.facts.len()], ..Events::default() };
        let mut at: Vec<i64> = Vec::with_capacity(total);
        events.id.reserve_exact(total);
        events.kind.reserve_exact(total);
        events.referral.reserve_exact(total);
        // From when on each is known, once some are known late.
        let mut known: Option<Vec<i64>> = None;
        for one in happened {
            self.used.push(Cow::Owned(format!("{}_at", one.word)));
            self.used.push(Cow::Owned(format!("{}_recorded_at", one.word)));
            let first = events.referral.len();
            for (fact, slot) in
                program.facts.iter().zip(&mut events.facts).filter(|(fact, _)| fact.owner == Owner::Event)
            {
                let Some(column) = self.fact_column(given, format!("{}.{}", one.word, fact.name), &fact.kind) else {
                    continue;
                };
                if slot.is_some() {
                    return None;
                }
                *slot = Some(FactColumn { first, ..column.taken(&one.rows) });
            }
            let submitted = &*book.referrals.known;
            let recorded = one.recorded.as_deref();
            let heard = one.rows.iter().zip(&one.at).map(|(row, moment)| {
                let recorded = recorded.and_then(|recorded| recorded.get(index(*row)));
                let heard = recorded.copied().unwrap_or(*moment).max(*moment);
                heard.max(submitted.get(index(*row)).copied().unwrap_or(NEVER))
            });
            let late = heard.clone().zip(&one.at).fold(false, |late, (heard, moment)| late | (heard != *moment));
            if late && known.is_none() {
                known = Some(at.clone());
            }
            known.iter_mut().for_each(|known| known.extend(heard.clone()));
            at.extend_from_slice(&one.at);
            let all_ids = &*book.referrals.id;
            let ids: Vec<TextId> = one.rows.iter().filter_map(|row| all_ids.get(index(*row)).copied()).collect();
            let id = self.texts.push_endings(ids, &format!("/{}", one.word));
            events.id.extend((0..one.rows.len()).map(|place| id.after(place)));
            events.kind.resize(first.saturating_add(one.rows.len()), one.kind);
            events.referral.extend_from_slice(&one.rows);
        }
        events.at = Buffer::from(at);
        events.known = known.map_or_else(|| events.at.clone(), Buffer::from);
        events.heard = events.known.clone();
        events.withdrawn = Moments::Same(NEVER, total);
        events.sequence = Moments::Same(NEVER, total);
        events.row = vec![0; total];
        book.events = events;
        Some(())
    }
}
