//! Given tables become a [`Book`]: typed, interned, ordered, and every fault reported.
use super::columns::{Reading, RowIds};
use super::copies::{same_value, settle};
use super::given::{Given, GivenTable};
use super::new_events::{NewEvent, NewEvents, append_rows};
use super::rows::RowsOf;
use super::{Book, Booked, Confirmation, Confirmed, FactColumn, Finding, Moments, NEVER, OpeningBalance};
use crate::base::{Buffer, Interner, NONE, Number, TextId, index, position};
use crate::diag::{Code, suggest};
use crate::expr::{Column, Type};
use crate::program::{EventKind, Owner, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeSet;

impl Book {
    /// Reads tables for a program. Faults become findings; what can be used is.
    ///
    /// Columns in one piece of memory ([`Packed`](super::Packed)) are kept as they are. Where ids are numbers in such columns, and no
    /// row comes twice, they are compared and joined as numbers.
    pub fn new(program: &Program, given: &Given) -> Self {
        super::direct::read(program, given).unwrap_or_else(|| Self::by_texts(program, given))
    }

    /// Reads tables for a program, each id as a text that can be looked up.
    #[doc(hidden)]
    pub fn by_texts(program: &Program, given: &Given) -> Self {
        let mut builder = Builder::new(program);
        let mut book = Self { accounts: builder.accounts(given.accounts.as_ref()), ..Self::default() };
        builder.referrals(&given.referrals, &mut book);
        builder.events(&given.events, &mut book);
        book.events = std::mem::take(&mut builder.events).finish();
        super::same_ids::join(&mut book, &builder.texts, &mut builder.findings);
        builder.finish(given, &mut book);
        book.rank_by_texts();
        book
    }
}

pub(super) struct Builder<'a> {
    pub(super) program: &'a Program,
    pub(super) texts: Interner,
    pub(super) findings: Vec<Finding>,
    /// The columns that the program knows of the table that is read.
    pub(super) used: Vec<Cow<'a, str>>,
    /// The ids of the rows, and what was wrong with them.
    pub(super) ids: RowIds,
    id_findings: Vec<Finding>,
    /// Where names are put together.
    name: String,
    pub(super) table: &'static str,
    /// From when on each row of the table is known, as far as that could be read.
    pub(super) known: Buffer<i64>,
    events: NewEvents,
}

/// Columns of ids or moments, with what is missing left as `None`.
pub(super) type Optional<T> = Vec<Option<T>>;

impl<'a> Builder<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Self {
            program,
            texts: program.texts.clone(),
            findings: Vec::new(),
            used: Vec::new(),
            ids: RowIds::Each(Vec::new()),
            id_findings: Vec::new(),
            name: String::new(),
            table: "",
            known: Buffer::default(),
            events: NewEvents::default(),
        }
    }

    /// Reads the tables that are short, and hands over what was found.
    pub(super) fn finish(mut self, given: &Given, book: &mut Book) {
        super::incomplete::report(self.program, book, &self.texts, &mut self.findings);
        self.confirmations(&given.confirmations, book);
        self.booked(&given.booked, book);
        self.opening_balances(&given.opening_balances, book);
        self.rates(&given.rates, book);
        self.lists(&given.lists, book);
        book.company = self.company(&given.company);
        book.notified = self.notified(&given.notified);
        self.figures(&given.figures, book);
        book.findings = self.findings;
        book.findings.sort();
        book.texts = self.texts;
    }

    pub(super) fn start(&mut self, table: &'static str, given: &GivenTable) {
        self.table = table;
        self.used.clear();
        self.known = Buffer::default();
        self.ids = RowIds::Each(Vec::new());
        // What is wrong with ids is reported only where the table is read by them.
        let earlier = std::mem::take(&mut self.findings);
        self.ids = RowIds::Each(self.read_ids(given, "id"));
        self.id_findings = std::mem::replace(&mut self.findings, earlier);
    }

    fn read_ids(&mut self, given: &GivenTable, name: &str) -> Optional<TextId> {
        match given.columns.get(name) {
            None => vec![None; given.rows],
            Some(values) => {
                let (ids, valid) = self.reading(name).ids(values);
                ids.into_iter().zip(valid).map(|(id, valid)| valid.then_some(id)).collect()
            }
        }
    }

    /// The id of a row, empty without one.
    pub(super) fn id_text(&self, row: usize) -> String {
        self.ids.get(row).map(|id| self.texts.one(id)).unwrap_or_default()
    }

    fn reading<'b>(&'b mut self, column: &'b str) -> Reading<'b> {
        Reading {
            table: self.table,
            column,
            ids: &self.ids,
            zone: &self.program.zone,
            texts: &mut self.texts,
            findings: &mut self.findings,
            known: &self.known,
        }
    }

    pub(super) fn report(&mut self, code: Code, row: usize, column: &str, message: String, help: &str) {
        self.findings.push(Finding {
            code,
            table: self.table,
            id: self.id_text(row),
            column: column.to_owned(),
            message,
            help: help.to_owned(),
            row: row.saturating_add(1),
            known: self.known.get(row).copied().unwrap_or(i64::MIN),
        });
    }

    /// From when on each row is known; a row without a moment never is, and its faults always are.
    fn know(&mut self, at: &Optional<i64>, recorded: &Optional<i64>) -> Vec<i64> {
        let moments = || at.iter().zip(recorded).map(|(at, recorded)| at.map(|at| recorded.unwrap_or(at).max(at)));
        self.known = moments().map(|known| known.unwrap_or(i64::MIN)).collect();
        moments().map(|known| known.unwrap_or(NEVER)).collect()
    }

    pub(super) fn id_column(&mut self, given: &GivenTable, name: &'static str) -> Optional<TextId> {
        self.used.push(Cow::Borrowed(name));
        if name == "id" {
            self.findings.append(&mut self.id_findings);
            return (0..given.rows).map(|row| self.ids.get(row)).collect();
        }
        self.read_ids(given, name)
    }

    pub(super) fn integer_column(&mut self, given: &GivenTable, name: &str, kind: &Type) -> Optional<i64> {
        match self.plain_column(given, name, kind) {
            Some((Column::Int(values), valid)) => {
                values.into_iter().zip(valid).map(|(value, valid)| valid.then_some(value)).collect()
            }
            _ => vec![None; given.rows],
        }
    }

    pub(super) fn fact_column(
        &mut self,
        given: &GivenTable,
        name: impl Into<Cow<'a, str>>,
        kind: &Type,
    ) -> Option<FactColumn> {
        let name = name.into();
        let values = given.columns.get(&*name);
        // Accounts are looked up by their numbers in the book: what may name one is not left packed.
        let names_account = *kind == Type::Text && self.program.names_accounts();
        let found = values.map(|values| {
            let mut reading = self.reading(&name);
            if names_account {
                let (column, valid) = reading.each(values, kind);
                return FactColumn::plain(column, valid);
            }
            reading.fact(values, kind)
        });
        self.used.push(name);
        found
    }

    fn plain_column(&mut self, given: &GivenTable, name: &str, kind: &Type) -> Option<(Column, Vec<bool>)> {
        self.used.push(Cow::Owned(name.to_owned()));
        let values = given.columns.get(name)?;
        Some(self.reading(name).each(values, kind))
    }

    fn event_fact(&mut self, given: &GivenTable, name: &str, kind: &Type) -> Option<FactColumn> {
        self.plain_column(given, name, kind).map(|(column, valid)| FactColumn::plain(column, valid))
    }

    pub(super) fn unknown_columns(&mut self, given: &GivenTable) {
        if given.columns.is_empty() {
            return;
        }
        let known: FxHashSet<&str> = self.used.iter().map(|name| &**name).collect();
        let unknown: Vec<String> =
            given.columns.keys().filter(|name| !known.contains(name.as_str())).cloned().collect();
        if unknown.is_empty() {
            return;
        }
        let also = self.also_on_referrals();
        let used = self.used.iter().map(|name| &**name).chain(also.iter().map(String::as_str));
        let used: BTreeSet<&str> = used.collect();
        let near: Vec<_> = unknown.iter().map(|name| suggest(name, used.iter().copied()).map(str::to_owned)).collect();
        for (name, near) in unknown.into_iter().zip(near) {
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "declare it under [facts], or leave it out".to_owned(),
            };
            self.findings.push(Finding {
                code: Code::UnknownColumn,
                table: self.table,
                id: String::new(),
                column: name.clone(),
                message: format!("the column `{name}` is not used by the program"),
                help,
                row: 0,
                known: i64::MIN,
            });
        }
    }

    /// The columns of the referrals that are looked at only where they are given: short names of facts, and what events have there.
    fn also_on_referrals(&self) -> Vec<String> {
        let program = self.program;
        if self.table != "referrals" {
            return Vec::new();
        }
        let of = |owner: Owner| program.facts.iter().filter(move |fact| fact.owner == owner).map(|fact| &fact.name);
        let on_events = program.kinds.iter().skip(1).flat_map(|kind| {
            let facts = of(Owner::Event).map(move |fact| format!("{kind}.{fact}"));
            facts.chain([format!("{kind}_at"), format!("{kind}_recorded_at")])
        });
        on_events.chain(of(Owner::Referral).cloned()).collect()
    }

    fn referrals(&mut self, given: &GivenTable, book: &mut Book) {
        let program = self.program;
        self.start("referrals", given);
        let ids = self.id_column(given, "id");
        let referrer = self.id_column(given, "referrer");
        let referee = self.id_column(given, "referee");
        let submitted_at = self.integer_column(given, "submitted_at", &Type::Instant);
        let recorded_at = self.integer_column(given, "recorded_at", &Type::Instant);
        let known = self.know(&submitted_at, &recorded_at);
        let facts = self.owner_facts(given);
        let implied = self.implied_events(given);
        self.unknown_columns(given);

        let moment = |row: usize| submitted_at.get(row).copied().flatten();
        for (row, id) in ids.iter().enumerate() {
            match (id, moment(row)) {
                (None, _) => {
                    self.report(
                        Code::MissingId,
                        row,
                        "id",
                        "the row has no id".to_owned(),
                        "give every referral an id",
                    );
                }
                (_, None) => self.report(
                    Code::MissingMoment,
                    row,
                    "submitted_at",
                    "the referral has no moment of submission".to_owned(),
                    "give `submitted_at`; the referral is left out until then",
                ),
                (Some(_), Some(_)) => {}
            }
        }
        let rows_of = RowsOf::new(&ids, self.texts.len(), |row| moment(row).is_some());
        let same = |left: u32, right: u32| {
            let (l, r) = (index(left), index(right));
            referrer.get(l) == referrer.get(r)
                && referee.get(l) == referee.get(r)
                && submitted_at.get(l) == submitted_at.get(r)
                && facts.iter().all(|fact| same_value(fact.as_ref(), left, right))
        };
        // What a withdrawn referral still shows must not depend on the order of its copies.
        let shown = |row: u32| {
            let text =
                |column: &Optional<TextId>| column.get(index(row)).copied().flatten().map(|id| self.texts.text(id));
            (submitted_at.get(index(row)), text(&referrer), text(&referee))
        };
        let order = |left: u32, right: u32| shown(left).cmp(&shown(right));
        let known_at = |row: u32| known.get(index(row)).copied().unwrap_or(NEVER);
        let mut kept = Vec::with_capacity(ids.len());
        let mut copies: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        let mut rows = Vec::new();
        for (row, id) in ids.iter().enumerate() {
            let Some(id) = id.filter(|id| rows_of.first(*id) == Some(position(row))) else { continue };
            rows_of.all(id, &mut rows);
            let Some(one) = settle(&mut rows, known_at, same, order) else { continue };
            kept.push(one);
            if rows.len() > 1 {
                copies.insert(one.row, rows.clone());
            }
        }
        kept.sort_unstable_by_key(|kept| kept.row);
        let account_ids: Optional<TextId> =
            book.accounts.id.iter().map(|id| Some(*id).filter(|id| id.0 != NONE)).collect();
        let accounts = RowsOf::new(&account_ids, self.texts.len(), |_| true);
        let empty = self.texts.intern("");
        book.nobody = Some(empty);
        let mut moments = (Vec::new(), Vec::new(), Vec::new());
        let (mut own_ids, mut own_referees) = (Vec::new(), Vec::new());
        for kept in &kept {
            let row = index(kept.row);
            if let Some(other) = kept.other {
                self.conflict(index(other), "referral");
            }
            let get = |column: &Optional<TextId>| column.get(row).copied().flatten();
            let id = get(&ids).unwrap_or(empty);
            let table = &mut book.referrals;
            let who = get(&referrer);
            let account = |id: Option<TextId>| id.and_then(|id| accounts.first(id)).unwrap_or(NONE);
            own_ids.push(id);
            table.referrer.push(who.unwrap_or(empty));
            table.referrer_row.push(account(who));
            own_referees.push(get(&referee).unwrap_or(id));
            table.referee_given.push(get(&referee).is_some());
            table.referee_row.push(account(get(&referee)));
            moments.0.push(submitted_at.get(row).copied().flatten().unwrap_or(NEVER));
            moments.1.push(known.get(row).copied().unwrap_or(NEVER));
            moments.2.push(kept.withdrawn);
            match who {
                None => {
                    self.report(
                        Code::MissingReferrer,
                        row,
                        "referrer",
                        "the referral names no referrer".to_owned(),
                        "give the referrer's account id",
                    );
                }
                Some(who) if book.accounts.given && account(Some(who)) == NONE => {
                    let message = format!("the referrer `{}` is not in the accounts", self.texts.text(who));
                    self.report(Code::UnknownReferrer, row, "referrer", message, "add the account, or correct the id");
                }
                Some(_) => {}
            }
        }
        let (submitted, known, withdrawn) = moments;
        book.referrals.id = Buffer::from(own_ids);
        book.referrals.referee = Buffer::from(own_referees);
        book.referrals.known = if known == submitted { Buffer::default() } else { Buffer::from(known) };
        book.referrals.submitted_at = Buffer::from(submitted);
        if book.referrals.known.is_empty() {
            book.referrals.known = book.referrals.submitted_at.clone();
        }
        book.referrals.withdrawn = Moments::from(withdrawn);
        let kept_rows: Vec<u32> = kept.iter().map(|kept| kept.row).collect();
        let is_all = kept_rows.len() == ids.len();
        book.referrals.facts =
            facts.into_iter().map(|fact| fact.map(|fact| if is_all { fact } else { fact.taken(&kept_rows) })).collect();
        for implied in &implied {
            let mut taken = Vec::new();
            for (referral, kept) in kept.iter().enumerate() {
                rows.clear();
                match copies.get(&kept.row) {
                    Some(copies) => rows.extend(copies),
                    None => rows.push(kept.row),
                }
                rows.retain(|row| implied.at.get(index(*row)).copied().flatten().is_some());
                taken.extend(self.implied_event(implied, referral, &mut rows, book));
            }
            append_rows(&mut self.events.facts, &implied.facts, &taken, program);
        }
    }

    /// The event that stands on the rows of a referral, and the row that it is taken from. As with events of their own, the
    /// same content counts once.
    fn implied_event(&mut self, implied: &Implied, referral: usize, rows: &mut [u32], book: &mut Book) -> Option<u32> {
        let at = |row: u32| implied.at.get(index(row)).copied().flatten().unwrap_or(NEVER);
        let of_referral = book.referrals.known.get(referral).copied().unwrap_or(NEVER);
        let known = |row: u32| {
            let recorded = implied.recorded.get(index(row)).copied().flatten().unwrap_or(at(row));
            recorded.max(at(row)).max(of_referral)
        };
        let same = |left: u32, right: u32| {
            at(left) == at(right) && implied.facts.iter().all(|fact| same_value(fact.as_ref(), left, right))
        };
        let kept = settle(rows, known, same, |_, _| Ordering::Equal)?;
        let word = self.program.kind_word(implied.kind);
        self.name.clear();
        self.name.push_str(self.ids.get(index(kept.row)).map_or("", |id| self.texts.text(id)));
        if let Some(other) = kept.other {
            let message = format!("`{word}` of the referral `{}` came again with other content", self.name);
            let help = "give it once; until then none of the copies counts";
            self.report(Code::ConflictingCopies, index(other), &format!("{word}_at"), message, help);
            if let Some(finding) = self.findings.last_mut() {
                finding.known = known(other);
            }
        }
        self.name.push('/');
        self.name.push_str(word);
        self.events.push(NewEvent {
            id: self.texts.intern(&self.name),
            referral: position(referral),
            kind: implied.kind,
            at: at(kept.row),
            known: known(kept.row),
            heard: known(kept.row),
            withdrawn: kept.withdrawn,
            sequence: NEVER,
            row: 0,
        });
        Some(kept.row)
    }

    fn conflict(&mut self, row: usize, what: &str) {
        let id = self.id_text(row);
        let message = format!("the {what} `{id}` came again with other content");
        let help = format!("give the {what} once; until then none of the copies counts");
        self.report(Code::ConflictingCopies, row, "id", message, &help);
    }

    /// The fact columns of a referrals table, by position in `Program::facts`.
    pub(super) fn owner_facts(&mut self, given: &GivenTable) -> Vec<Option<FactColumn>> {
        let program = self.program;
        program
            .facts
            .iter()
            .map(|fact| match fact.owner {
                Owner::Event => None,
                Owner::Referral if given.columns.contains_key(&fact.name) => {
                    self.fact_column(given, fact.name.as_str(), &fact.kind)
                }
                Owner::Referrer | Owner::Referee | Owner::Referral => {
                    self.fact_column(given, fact.column.as_str(), &fact.kind)
                }
            })
            .collect()
    }

    /// Events that stand on the referral's row: `closed_at`, `closed_recorded_at`, `closed.first_year_value`.
    fn implied_events(&mut self, given: &GivenTable) -> Vec<Implied> {
        let program = self.program;
        let mut out = Vec::new();
        let on_rows: Vec<&str> = given.columns.keys().filter_map(|name| name.strip_suffix("_at")).collect();
        for (rank, word) in program.kinds.iter().enumerate().skip(1) {
            if !on_rows.contains(&word.as_str()) {
                continue;
            }
            let name = format!("{word}_at");
            let at = self.integer_column(given, &name, &Type::Instant);
            let recorded = self.integer_column(given, &format!("{word}_recorded_at"), &Type::Instant);
            let facts = program
                .facts
                .iter()
                .map(|fact| match fact.owner {
                    Owner::Event => self.event_fact(given, &format!("{word}.{}", fact.name), &fact.kind),
                    _ => None,
                })
                .collect();
            out.push(Implied { kind: EventKind(u16::try_from(rank).unwrap_or(u16::MAX)), at, recorded, facts });
        }
        out
    }

    fn events(&mut self, given: &GivenTable, book: &mut Book) {
        let program = self.program;
        if given.is_nothing() {
            let none = vec![None; program.facts.len()];
            return append_rows(&mut self.events.facts, &none, &[], program);
        }
        self.start("events", given);
        let ids = self.id_column(given, "id");
        let referral = self.id_column(given, "referral");
        let kind = self.id_column(given, "kind");
        let at = self.integer_column(given, "at", &Type::Instant);
        let recorded = self.integer_column(given, "recorded_at", &Type::Instant);
        let known = self.know(&at, &recorded);
        let sequence = self.integer_column(given, "sequence", &Type::Int);
        let facts: Vec<Option<FactColumn>> = program
            .facts
            .iter()
            .map(|fact| match fact.owner {
                Owner::Event if given.columns.contains_key(&fact.name) => {
                    self.event_fact(given, &fact.name, &fact.kind)
                }
                Owner::Event => self.event_fact(given, &fact.column, &fact.kind),
                _ => None,
            })
            .collect();
        self.unknown_columns(given);
        let referral_ids: Optional<TextId> = book.referrals.id.iter().map(|id| Some(*id)).collect();
        let referrals = RowsOf::new(&referral_ids, self.texts.len(), |_| true);
        // The submission is no event: where it stands, the row cannot be used.
        let mut kinds = vec![EventKind::SUBMITTED; given.rows];
        for row in 0..given.rows {
            let get = |column: &Optional<TextId>| column.get(row).copied().flatten();
            if get(&ids).is_none() {
                self.report(Code::MissingId, row, "id", "the row has no id".to_owned(), "give every event an id");
                continue;
            }
            let word = get(&kind).map(|kind| self.texts.text(kind));
            let rank = word.and_then(|word| program.kind(word)).filter(|kind| *kind != EventKind::SUBMITTED);
            let moment = at.get(row).copied().flatten();
            if rank.is_none() {
                let word = word.map(str::to_owned);
                self.unknown_kind(row, word.as_deref());
            }
            if moment.is_none() {
                self.report(
                    Code::MissingMoment,
                    row,
                    "at",
                    "the event has no moment".to_owned(),
                    "give `at`; the event is left out until then",
                );
            }
            if let (Some(rank), Some(_), Some(slot)) = (rank, moment, kinds.get_mut(row)) {
                *slot = rank;
            }
        }
        let usable = |row: usize| kinds.get(row).is_some_and(|kind| *kind != EventKind::SUBMITTED);
        let rows_of = RowsOf::new(&ids, self.texts.len(), usable);
        let same = |left: u32, right: u32| {
            let (l, r) = (index(left), index(right));
            referral.get(l) == referral.get(r)
                && kinds.get(l) == kinds.get(r)
                && at.get(l) == at.get(r)
                && sequence.get(l) == sequence.get(r)
                && facts.iter().all(|fact| same_value(fact.as_ref(), left, right))
        };
        let known_at = |row: u32| known.get(index(row)).copied().unwrap_or(NEVER);
        let mut rows = Vec::new();
        let mut kept = Vec::new();
        for (row, id) in ids.iter().enumerate() {
            if let Some(id) = id.filter(|id| rows_of.first(*id) == Some(position(row))) {
                rows_of.all(id, &mut rows);
                kept.extend(settle(&mut rows, known_at, same, |_, _| Ordering::Equal));
            }
        }
        kept.sort_unstable_by_key(|kept| kept.row);
        let mut taken = Vec::with_capacity(kept.len());
        for kept in &kept {
            let row = index(kept.row);
            if let Some(other) = kept.other {
                self.conflict(index(other), "event");
            }
            let name = referral.get(row).copied().flatten();
            let Some(referral) = name.and_then(|name| referrals.first(name)) else {
                let name = name.map(|name| self.texts.text(name).to_owned()).unwrap_or_default();
                self.report(
                    Code::UnknownReferral,
                    row,
                    "referral",
                    format!("there is no referral `{name}`"),
                    "add the referral, or correct the id; the event is left out until then",
                );
                continue;
            };
            let of_referral = book.referrals.known.get(index(referral)).copied().unwrap_or(NEVER);
            self.events.push(NewEvent {
                id: ids.get(row).copied().flatten().unwrap_or(TextId(0)),
                referral,
                kind: kinds.get(row).copied().unwrap_or(EventKind(0)),
                at: at.get(row).copied().flatten().unwrap_or(NEVER),
                known: known.get(row).copied().unwrap_or(NEVER).max(of_referral),
                heard: known.get(row).copied().unwrap_or(NEVER),
                withdrawn: kept.withdrawn,
                sequence: sequence.get(row).copied().flatten().unwrap_or(NEVER),
                row: position(row.saturating_add(1)),
            });
            taken.push(kept.row);
        }
        append_rows(&mut self.events.facts, &facts, &taken, program);
    }

    fn unknown_kind(&mut self, row: usize, word: Option<&str>) {
        let word = word.unwrap_or_default().to_owned();
        let (message, help) = if word == "submitted" {
            ("a submission is a row of the referrals".to_owned(), "give the referral, not an event".to_owned())
        } else if word.is_empty() {
            let help = "give its `kind`: a stage, or one that [[event]] declares; the event is left out until then";
            ("the event does not say of what kind it is".to_owned(), help.to_owned())
        } else {
            let near = suggest(&word, self.program.kinds.iter().map(String::as_str));
            let help = near.map_or_else(
                || "declare it under [[event]]; the event is left out until then".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            (format!("`{word}` is no kind of event of this program"), help)
        };
        self.report(Code::UnknownEventKind, row, "kind", message, &help);
    }

    fn confirmations(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("confirmations", given);
        let entry = self.texts_of(given, "entry");
        let what = self.texts_of(given, "what");
        let at = self.integer_column(given, "at", &Type::Instant);
        let recorded = self.integer_column(given, "recorded_at", &Type::Instant);
        let payout = self.texts_of(given, "payout");
        let fee = self.decimals(given, "fee");
        let amount = self.decimals(given, "amount");
        let own = self.texts_of(given, "id");
        self.unknown_columns(given);
        for row in 0..given.rows {
            let entry = entry.get(row).cloned().flatten();
            let word = what.get(row).cloned().flatten().unwrap_or_default();
            let kind = match word.as_str() {
                "paid" => Some(Confirmed::Paid),
                "notified" => Some(Confirmed::Notified),
                "used" => Some(Confirmed::Used),
                _ => None,
            };
            let moment = at.get(row).copied().flatten();
            if entry.is_none() {
                self.report(Code::MissingId, row, "entry", "the row names no entry".to_owned(), "give the entry's id");
            }
            if kind.is_none() {
                self.report(
                    Code::BadCell,
                    row,
                    "what",
                    format!("`{word}` is not a confirmation"),
                    "write `paid`, `notified` or `used`",
                );
            }
            if moment.is_none() {
                self.report(Code::MissingMoment, row, "at", "the confirmation has no moment".to_owned(), "give `at`");
            }
            if let (Some(entry), Some(what), Some(at)) = (entry, kind, moment) {
                let known = recorded.get(row).copied().flatten().map_or(at, |recorded| recorded.max(at));
                let payout = payout.get(row).cloned().flatten().filter(|payout| !payout.is_empty());
                let fee = self.not_below_zero(&fee, row, "fee");
                let amount = self.not_below_zero(&amount, row, "amount").filter(|_| what == Confirmed::Used);
                let id = own.get(row).cloned().flatten();
                book.confirmations.push(Confirmation { entry, what, at, known, payout, fee, amount, id });
            }
        }
        book.confirmations.sort();
        book.confirmations.dedup();
    }

    /// An amount that a host states of what it has done.
    fn not_below_zero(&mut self, amounts: &[Option<Number>], row: usize, column: &str) -> Option<Number> {
        let amount = amounts.get(row).copied().flatten()?;
        if amount.is_negative() {
            let message = format!("`{amount}` is below zero");
            self.report(Code::BadCell, row, column, message, "give what it was, or leave it away");
            return None;
        }
        Some(amount)
    }

    pub(super) fn texts_of(&mut self, given: &GivenTable, name: &str) -> Optional<String> {
        let ids = self.long_texts(given, name);
        ids.into_iter().map(|id| id.map(|id| self.texts.text(id).to_owned())).collect()
    }

    pub(super) fn long_texts(&mut self, given: &GivenTable, name: &str) -> Optional<TextId> {
        match self.plain_column(given, name, &Type::Text) {
            Some((Column::Text(values), valid)) => {
                values.into_iter().zip(valid).map(|(value, valid)| valid.then_some(value)).collect()
            }
            _ => vec![None; given.rows],
        }
    }

    pub(super) fn decimals(&mut self, given: &GivenTable, name: &str) -> Optional<Number> {
        match self.plain_column(given, name, &Type::Decimal) {
            Some((Column::Decimal(values), valid)) => {
                values.into_iter().zip(valid).map(|(value, valid)| valid.then_some(value)).collect()
            }
            _ => vec![None; given.rows],
        }
    }

    fn booked(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("booked", given);
        let ids = self.texts_of(given, "id");
        let amounts = self.decimals(given, "amount");
        let mut out: Vec<Booked> = Vec::with_capacity(given.rows);
        let mut seen: FxHashMap<String, usize> = FxHashMap::default();
        for row in 0..given.rows {
            let amount = amounts.get(row).copied().flatten();
            let Some(id) = ids.get(row).cloned().flatten() else {
                self.report(Code::MissingId, row, "id", "the row has no id".to_owned(), "give the entry's id");
                continue;
            };
            if amount.is_none() {
                let message = "the entry has no amount".to_owned();
                self.report(Code::BadCell, row, "amount", message, "give the booked amount");
            }
            match seen.get(&id).and_then(|at| out.get_mut(*at)) {
                // It is booked, whatever the amount: never given again, and left alone until it is resolved.
                Some(earlier) if earlier.amount.is_none() || earlier.amount == amount => {}
                Some(earlier) => {
                    earlier.amount = None;
                    let message = format!("the entry `{id}` is booked twice with other amounts");
                    let help = "correct the ledger; until then the grant is left as it is";
                    self.report(Code::ConflictingCopies, row, "amount", message, help);
                }
                None => {
                    seen.insert(id.clone(), out.len());
                    out.push(Booked { id, amount });
                }
            }
        }
        book.booked = Some(out);
    }

    fn opening_balances(&mut self, given: &GivenTable, book: &mut Book) {
        if given.is_nothing() {
            return;
        }
        self.start("opening_balances", given);
        let name = self.texts_of(given, "name");
        let key = self.texts_of(given, "key");
        let value = self.decimals(given, "value");
        let at = self.integer_column(given, "at", &Type::Instant);
        self.unknown_columns(given);
        for row in 0..given.rows {
            let (Some(name), Some(value)) = (name.get(row).cloned().flatten(), value.get(row).copied().flatten())
            else {
                self.report(
                    Code::BadCell,
                    row,
                    "value",
                    "the balance needs a name and a value".to_owned(),
                    "name a measure or a limit, and give its value",
                );
                continue;
            };
            let measure = crate::program::Measure::ALL.iter().any(|measure| measure.word() == name);
            let declared = self.program.measures.iter().any(|measure| measure.name == name);
            let made = self.program.kind(&name).is_some_and(|kind| self.program.makes(kind));
            let ids = self.program.limit_ids.iter().chain(&self.program.reward_ids);
            if !measure && !declared && !made && !ids.into_iter().any(|id| *id == name) {
                let message = format!(
                    "`{name}` is no measure, limit or reward of this program, and no event that conditions make"
                );
                self.report(
                    Code::UnknownBalance,
                    row,
                    "name",
                    message,
                    "name a measure such as `qualified_count`, a limit, or a reward by a running total",
                );
                continue;
            }
            if value.is_negative() || (measure && value.to_i64().is_none()) {
                let message = format!("`{value}` is not a balance that `{name}` can have");
                self.report(Code::BadCell, row, "value", message, "give a count or an amount of at least 0");
                continue;
            }
            let key = key.get(row).cloned().flatten().unwrap_or_default();
            // A run looks keys up in the book's texts, part by part.
            key.split('/').chain([key.as_str()]).for_each(|part| {
                self.texts.intern(part);
            });
            book.opening_balances.push(OpeningBalance {
                name,
                key,
                value,
                at: at.get(row).copied().flatten(),
                row: position(row.saturating_add(1)),
            });
        }
    }
}

/// The events of one kind that stand on the referrals' rows, by row.
struct Implied {
    kind: EventKind,
    at: Optional<i64>,
    recorded: Optional<i64>,
    facts: Vec<Option<FactColumn>>,
}
