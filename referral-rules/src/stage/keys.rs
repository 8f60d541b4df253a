//! Claim keys: by what two referrals are of the same referee.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::env;
use super::inputs::{FactsAt, ReferralRows};
use super::submission::{CHUNK_ROWS, Sides, Submissions};
use crate::base::{Interner, NONE, TextId, Texts, index, position};
use crate::book::{Book, FactColumn, FactValues, Laid, PackedTexts};
use crate::expr::{Column, Compiled, Scratch};
use crate::program::{Owner, Program, Source, Version};
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// The claim keys of all referrals: by referral, one number per key; equal numbers of one key mean the same referee.
pub struct Keys {
    /// The sources of the key expressions of all versions: two versions share a key that is written the same.
    pub sources: Vec<String>,
    /// By referral and key: the number of a text, or, for the texts of a column, of the first referral that has it.
    values: Vec<u32>,
    made: Interner,
    /// By key, whether its values are referrals.
    by_column: Vec<Option<u16>>,
    /// Whether a referral shares a key with another.
    shared: Vec<bool>,
}

impl Keys {
    /// The keys that a referral has: the number of the key, and its value.
    pub fn of(&self, referral: u32) -> impl Iterator<Item = (u16, u32)> + '_ {
        let width = self.sources.len();
        let start = index(referral).saturating_mul(width);
        let values = self.values.get(start..start.saturating_add(width)).unwrap_or_default();
        (0_u16..).zip(values).filter(|(_, value)| **value != NONE).map(|(key, value)| (key, *value))
    }

    /// Whether a referral shares one of its keys with another referral.
    pub fn is_shared(&self, referral: u32) -> bool {
        self.shared[index(referral)]
    }

    /// The text of a key's value.
    pub fn text<'a>(&'a self, book: &'a Book, key: u16, value: u32) -> &'a str {
        if let Some(fact) = self.by_column.get(usize::from(key)).copied().flatten() {
            return texts_of(book, fact).map_or("", |(texts, _)| texts.text(index(value)));
        }
        match index(value).checked_sub(book.texts.len()) {
            None => book.text(TextId(value)),
            Some(local) => self.made.text(TextId(position(local))),
        }
    }

    /// Evaluates the keys of every referral that was not refused. A missing or empty key matches nothing.
    pub fn read(program: &Program, book: &Book, submissions: &Submissions) -> Self {
        let mut sources: Vec<String> = Vec::new();
        for key in program.versions.iter().flat_map(|version| &version.claims.keys) {
            if !sources.iter().any(|source| source == key.source()) {
                sources.push(key.source().to_owned());
            }
        }
        let rows = book.referrals.id.len();
        let mut reading = Reading {
            program,
            book,
            submissions,
            values: vec![NONE; rows.saturating_mul(sources.len())],
            width: sources.len(),
            made: Texts::new(&book.texts),
            scratch: Scratch::new(&book.texts),
            shared: vec![false; rows],
        };
        let by_column: Vec<Option<u16>> = sources.iter().map(|source| reading.column(source)).collect();
        for (position, (source, column)) in sources.iter().zip(&by_column).enumerate() {
            match column {
                Some(fact) => reading.texts(position, source, *fact),
                None => {
                    for (number, version) in program.versions.iter().enumerate() {
                        let keys = version.claims.keys.iter().filter(|key| key.source() == source);
                        keys.for_each(|key| reading.evaluate(position, key, number, version));
                    }
                    reading.share(position);
                }
            }
        }
        let Reading { values, made, shared, .. } = reading;
        Self { sources, values, made: made.into_local(), by_column, shared }
    }
}

/// The texts of a fact that stands on the referrals' rows and is not interned.
fn texts_of(book: &Book, fact: u16) -> Option<(&PackedTexts, &FactColumn)> {
    let column = book.referrals.facts.get(usize::from(fact))?.as_ref()?;
    match &column.values {
        FactValues::Texts(texts) => Some((texts, column)),
        _ => None,
    }
}

struct Reading<'a> {
    program: &'a Program,
    book: &'a Book,
    submissions: &'a Submissions,
    values: Vec<u32>,
    width: usize,
    made: Texts<'a>,
    scratch: Scratch<'a>,
    shared: Vec<bool>,
}

impl Reading<'_> {
    /// The fact that a key is, if it is no more than that and its texts are not interned.
    fn column(&self, source: &str) -> Option<u16> {
        let keys = || self.program.versions.iter().flat_map(|version| &version.claims.keys);
        let slot = keys().find(|key| key.source() == source).and_then(Compiled::loads)?;
        let Source::Fact(number) = self.program.slots[usize::from(slot.0)] else { return None };
        let fact = &self.program.facts[usize::from(number)];
        let account = fact.account.and_then(|account| self.book.accounts.facts.get(usize::from(account))?.as_ref());
        let own = matches!(fact.owner, Owner::Referral | Owner::Referee) && account.is_none();
        texts_of(self.book, number).filter(|_| own).map(|_| number)
    }

    fn is_read(&self, row: usize) -> bool {
        self.submissions.refused[row] != Sides::BOTH
    }

    /// Reads a key that is a column of texts, by the way in which they lie: asked once, not for each text.
    fn texts(&mut self, place: usize, source: &str, fact: u16) {
        let Some((texts, column)) = texts_of(self.book, fact) else { return };
        let key = (place, source, column);
        match texts.laid() {
            Laid::I32(offsets, bytes) => self.texts_by(key, |row| Laid::I32(offsets, bytes).get(row)),
            Laid::I64(offsets, bytes) => self.texts_by(key, |row| Laid::I64(offsets, bytes).get(row)),
            Laid::Views(views, pieces) => self.texts_by(key, |row| Laid::Views(views, pieces).get(row)),
        }
    }

    /// Those that are the same find each other by their hashes, part by part, so that a part's table fits the cache.
    fn texts_by<'t>(
        &mut self,
        (place, source, column): (usize, &str, &FactColumn),
        text_of: impl Fn(usize) -> &'t [u8],
    ) {
        let has_key = |version: &Version| version.claims.keys.iter().any(|key| key.source() == source);
        let versions: Vec<bool> = self.program.versions.iter().map(has_key).collect();
        let rows = self.submissions.version.len();
        let bits = (rows / 8192).next_power_of_two().trailing_zeros().min(9);
        let parts = 1_usize << bits;
        let room = rows.saturating_mul(5).checked_shr(bits.saturating_add(3)).unwrap_or(0);
        let mut by_part: Vec<Vec<(u32, u32)>> = vec![Vec::new(); parts];
        by_part.iter_mut().for_each(|part| part.reserve(room));
        for row in 0..rows {
            let version = usize::from(self.submissions.version[row]);
            if !self.is_read(row) || versions.get(version) != Some(&true) || !column.valid.get(row) {
                continue;
            }
            let text = text_of(row);
            if text.is_empty() {
                continue;
            }
            let hash = FxBuildHasher.hash_one(text);
            let part = usize::try_from(hash).unwrap_or(0) & parts.wrapping_sub(1);
            by_part[part].push((u32::try_from(hash >> 32).unwrap_or(0), position(row)));
            self.values[row.saturating_mul(self.width).saturating_add(place)] = position(row);
        }
        let mut table: Vec<(u32, u32)> = Vec::new();
        for part in by_part {
            let size = part.len().saturating_mul(2).max(2).next_power_of_two();
            let shift = size.trailing_zeros().min(32);
            table.clear();
            table.resize(size, (0, NONE));
            for (tag, row) in part {
                let mut at = index(tag.checked_shr(32_u32.saturating_sub(shift)).unwrap_or(0));
                while table[at].1 != NONE {
                    let other = table[at];
                    if other.0 == tag && text_of(index(other.1)) == text_of(index(row)) {
                        self.shared[index(other.1)] = true;
                        self.shared[index(row)] = true;
                        self.values[index(row).saturating_mul(self.width).saturating_add(place)] = other.1;
                        break;
                    }
                    at = at.wrapping_add(1) & size.wrapping_sub(1);
                }
                if table[at].1 == NONE {
                    table[at] = (tag, row);
                }
            }
        }
    }

    /// Evaluates a key for the referrals of a version.
    fn evaluate(&mut self, place: usize, key: &Compiled, number: usize, version: &Version) {
        let (program, book) = (self.program, self.book);
        let env = env(program, version, book);
        let of_version = |row: &usize| usize::from(self.submissions.version[*row]) == number && self.is_read(*row);
        let rows: Vec<u32> = (0..self.submissions.version.len()).filter(of_version).map(position).collect();
        for rows in rows.chunks(CHUNK_ROWS) {
            let inputs = ReferralRows { program, book, rows, facts_at: FactsAt::Submission };
            let result = key.evaluate(&inputs, rows.len(), &env, &mut self.scratch).clone();
            for (at, row) in rows.iter().enumerate() {
                if !result.status[at].is_ok() {
                    continue;
                }
                let id = match &result.column {
                    Column::Text(ids) if ids[at].index() < book.texts.len() => ids[at],
                    Column::Text(ids) => self.made.intern(self.scratch.texts().text(ids[at])),
                    Column::Int(values) => self.made.intern(&values[at].to_string()),
                    Column::Bool(values) => self.made.intern(if values[at] { "true" } else { "false" }),
                    Column::Decimal(values) => self.made.intern(&values[at].to_string()),
                    Column::List(_) => continue,
                };
                if !self.made.text(id).is_empty() {
                    self.values[index(*row).saturating_mul(self.width).saturating_add(place)] = id.0;
                }
            }
        }
    }

    /// Finds the referrals that share a key's texts.
    fn share(&mut self, place: usize) {
        let values = self.values.iter().skip(place).step_by(self.width.max(1));
        let most =
            values.clone().filter(|value| **value != NONE).max().map_or(0, |most| index(*most).saturating_add(1));
        let mut first: Vec<u32> = vec![NONE; most];
        for (row, value) in values.enumerate().filter(|(_, value)| **value != NONE) {
            let first = &mut first[index(*value)];
            if *first == NONE {
                *first = position(row);
            } else {
                self.shared[index(*first)] = true;
                self.shared[row] = true;
            }
        }
    }
}
