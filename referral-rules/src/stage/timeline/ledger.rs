//! Parts of grants become entries that never change. What late news alters becomes a correcting entry.
//!
//! The ledger as of a moment is the sum of the differences between what was right as known at each earlier moment. On time,
//! that is simply what each event gives; so scopes without late news are gone through once.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::applied::{Applied, LADDERS_MAX};
use super::candidates::Step;
use super::drawing::{AT_ONCE, Granted, Part};
use super::grants::Taken;
use super::items::{Item, Place, What};
use crate::base::{Number, index, position};
use crate::program::{EventKind, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cmp::Ordering;

/// One line of the ledger.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct EntryRow {
    /// The referral's position.
    pub referral: u32,
    /// The event.
    pub what: What,
    /// Its place in the total order.
    pub place: Place,
    /// Its kind: of what an event implies that of the stage, which comes before the event.
    pub kind: EventKind,
    /// The governing version.
    pub version: u16,
    /// The rule's position in it.
    pub rule: u16,
    /// The text id of the account that gets it, where the event says which; `NONE` for a side of the referral.
    pub payee: u32,
    /// When it was released, or `AT_ONCE`.
    pub release: i64,
    /// The place among the entries of its grant, from 1.
    pub sequence: u32,
    /// True when late news made it.
    pub correction: bool,
    /// The amount as the rule states it.
    pub base: Number,
    /// The amount in minor units; negative for what is taken back.
    pub amount: i64,
    /// Its steps: from, and how many.
    pub steps: (u32, u32),
    /// The tiers at the event.
    pub tiers: [u8; LADDERS_MAX],
    /// When it was booked.
    pub booked_at: i64,
    /// What took it back, if it is not granted; its place is then that of the event that did.
    pub by: Option<By>,
}

/// What takes back from a grant, or gives back to it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct By {
    /// The reversal, by its number.
    pub reversal: u16,
    /// The event at which it did.
    pub what: What,
    /// The kind of that event.
    pub kind: EventKind,
    /// The place of the event that granted.
    pub granted: Place,
}

impl EntryRow {
    /// When it was earned: the moment of its event.
    pub fn earned_at(&self) -> i64 {
        self.place.at
    }

    /// The event that made it, with its kind: the one that granted, or the one at which that was taken back.
    pub fn made_by(&self) -> (What, EventKind) {
        self.by.map_or((self.what, self.kind), |by| (by.what, by.kind))
    }

    /// The order of the ledger: when it was booked, then the place of its event. Only what has both the same is told apart by the kind, the
    /// rule, what was taken back by which reversal, the grant, its release and its sequence.
    pub fn order(&self, other: &Self) -> Ordering {
        let rest = |row: &Self| {
            let granted = row.by.map(|by| (by.granted, by.reversal));
            (row.made_by().1, row.rule, granted, (row.what, row.kind), row.release, row.sequence)
        };
        let first = self.booked_at.cmp(&other.booked_at).then_with(|| self.place.cmp(&other.place));
        first.then_with(|| rest(self).cmp(&rest(other)))
    }

    /// The grant that it belongs to.
    pub fn grant(&self, program: &Program) -> Grant {
        let reward = &program.versions[usize::from(self.version)].rewards[usize::from(self.rule)];
        (self.referral, (self.what, self.kind), reward.number, self.payee)
    }
}

/// What tells grants apart: referral, event with its kind, reward number, and the account that gets it where the event says which.
pub type Grant = (u32, (What, EventKind), u16, u32);

/// What identifies a part of a grant, whatever its amount: when it was released and at which event which reversal made it. The last
/// number tells apart what several limits put off to the same instant.
type PartKey = (Grant, i64, Option<(u16, What, EventKind)>, u32);

#[derive(Clone, Copy)]
struct BookedPart {
    last: EntryRow,
    total: i64,
}

/// The entries of one scope as they are booked, moment after moment.
#[derive(Default)]
pub struct Booking {
    parts: FxHashMap<PartKey, BookedPart>,
    /// How many entries each grant has.
    pub sequences: FxHashMap<Grant, u32>,
}

impl Booking {
    /// Forgets everything but keeps some memory.
    pub fn clear(&mut self) {
        super::forget(&mut self.parts);
        super::forget(&mut self.sequences);
    }

    /// Books what a scope without late news gives, each part at its own moment. Unless a part was released later than its
    /// grant, every grant has one entry, and nothing need be remembered.
    pub fn book_on_time(
        &mut self,
        program: &Program,
        applied: &Applied,
        granted: &Granted,
        entries: &mut Vec<EntryRow>,
        steps: &mut Vec<Step>,
    ) {
        if granted.parts.iter().any(|part| part.release != AT_ONCE || part.taken.is_some()) {
            self.clear();
            return self.book(program, applied, granted, None, entries, steps);
        }
        for part in &granted.parts {
            let steps = booked_steps(granted, part, steps);
            entries.push(EntryRow { steps, ..entry(applied, part, None) });
        }
    }

    /// Books the differences between what is right now and what was booked. With `moment`, late news makes them, and they are
    /// all booked then; without, each is booked at its own moment.
    pub fn book(
        &mut self,
        program: &Program,
        applied: &Applied,
        granted: &Granted,
        moment: Option<i64>,
        entries: &mut Vec<EntryRow>,
        steps: &mut Vec<Step>,
    ) {
        let from = entries.len();
        let mut seen: FxHashSet<PartKey> = FxHashSet::default();
        for part in &granted.parts {
            let row = entry(applied, part, moment);
            let reward = &program.versions[usize::from(row.version)].rewards[usize::from(row.rule)];
            let by = row.by.map(|by| (by.reversal, by.what, by.kind));
            let mut key = (row.grant(program), row.release, by, 0_u32);
            while !seen.insert(key) {
                key.3 = key.3.saturating_add(1);
            }
            let earlier = self.parts.get(&key).copied();
            match earlier {
                None => {
                    let steps = booked_steps(granted, part, steps);
                    self.push(key, EntryRow { steps, ..row }, part.amount, entries);
                }
                Some(earlier) => {
                    let last = &earlier.last;
                    let before = &program.versions[usize::from(last.version)].rewards[usize::from(last.rule)];
                    let same = before.unit == reward.unit && before.kind == reward.kind;
                    if !same {
                        self.take_back(key, earlier, row.booked_at, entries);
                    }
                    let booked = if same { earlier.total } else { 0 };
                    let amount = part.amount.saturating_sub(booked);
                    if amount != 0 || !same {
                        let steps = booked_steps(granted, part, steps);
                        let row = EntryRow { steps, amount, correction: true, ..row };
                        self.push(key, row, part.amount, entries);
                    }
                }
            }
        }
        let mut gone: Vec<(PartKey, BookedPart)> = self
            .parts
            .iter()
            .filter(|(key, part)| part.total != 0 && !seen.contains(key))
            .map(|(key, part)| (*key, *part))
            .collect();
        gone.sort_unstable_by_key(|(key, part)| (part.last.place, part.last.by.map(|by| by.granted), *key));
        for (key, part) in gone {
            // Without a moment nothing that was on time can have gone; the booked moment is the safe stand-in.
            self.take_back(key, part, moment.unwrap_or(part.last.booked_at), entries);
        }
        // Also on time: what an event takes back stands before what conditions made of a stage that it implies, and comes after it.
        number_in_order(program, entries.get_mut(from..).unwrap_or_default());
    }

    fn take_back(&mut self, key: PartKey, part: BookedPart, booked_at: i64, entries: &mut Vec<EntryRow>) {
        if part.total == 0 {
            return;
        }
        let amount = 0_i64.saturating_sub(part.total);
        let row = EntryRow { amount, booked_at, steps: (0, 0), correction: true, ..part.last };
        self.push(key, row, 0, entries);
    }

    fn push(&mut self, key: PartKey, mut row: EntryRow, total: i64, entries: &mut Vec<EntryRow>) {
        let sequence = self.sequences.entry(key.0).or_default();
        *sequence = sequence.saturating_add(1);
        row.sequence = *sequence;
        self.parts.insert(key, BookedPart { last: row, total });
        entries.push(row);
    }
}

/// Numbers what is booked at one moment within each grant in the order in which the ledger shows it.
fn number_in_order(program: &Program, entries: &mut [EntryRow]) {
    entries.sort_by(EntryRow::order);
    let mut next: FxHashMap<Grant, u32> = FxHashMap::default();
    for row in entries.iter() {
        let first = next.entry(row.grant(program)).or_insert(row.sequence);
        *first = row.sequence.min(*first);
    }
    for row in entries {
        if let Some(sequence) = next.get_mut(&row.grant(program)) {
            row.sequence = *sequence;
            *sequence = sequence.saturating_add(1);
        }
    }
}

/// Books the steps of a part.
fn booked_steps(granted: &Granted, part: &Part, steps: &mut Vec<Step>) -> (u32, u32) {
    let first = index(part.steps.0);
    let from = position(steps.len());
    let own = granted.steps.get(first..first.saturating_add(index(part.steps.1))).unwrap_or_default();
    steps.extend_from_slice(own);
    (from, part.steps.1)
}

fn entry(applied: &Applied, part: &Part, moment: Option<i64>) -> EntryRow {
    let row = index(part.row);
    let own = (applied.what[row], applied.kind[row]);
    let (what, kind) = part.taken.map_or(own, |taken| (taken.what, taken.kind));
    let by = |taken: Taken| By { reversal: taken.reversal, what: own.0, kind: own.1, granted: taken.place };
    EntryRow {
        referral: applied.referral[row],
        what,
        place: applied.place[row],
        kind,
        version: part.taken.map_or(applied.version[row], |taken| taken.version),
        rule: part.rule,
        payee: part.payee,
        release: part.release,
        sequence: 1,
        correction: false,
        base: part.base,
        amount: part.amount,
        steps: part.steps,
        tiers: part.taken.map_or(applied.tiers[row], |taken| taken.tiers),
        booked_at: moment.unwrap_or(part.moment),
        by: part.taken.map(by),
    }
}

/// The moments at which news came late to a scope: something becomes known that stands before what was known already, or
/// after the clock may have acted on its absence.
pub fn late_moments(items: &[Item], changes: &[i64], acts: &dyn Fn(&Item) -> bool, as_of: i64) -> Vec<i64> {
    let mut out: Vec<i64> = changes.iter().copied().filter(|moment| *moment <= as_of).collect();
    out.extend(items.iter().map(|item| item.withdrawn).filter(|moment| *moment <= as_of));
    let on_time = items.is_sorted_by_key(|item| item.known);
    let late = |item: &Item| item.known > item.place.at && acts(item);
    if !on_time || items.iter().any(late) {
        let mut by_known: Vec<&Item> = items.iter().filter(|item| item.known <= as_of).collect();
        by_known.sort_by_key(|item| (item.known, item.place));
        let mut frontier: Option<Place> = None;
        for group in by_known.chunk_by(|left, right| left.known == right.known) {
            for item in group {
                let behind = frontier.is_some_and(|frontier| item.place < frontier);
                if behind || late(item) {
                    out.push(item.known);
                }
            }
            frontier = frontier.max(group.iter().map(|item| item.place).max());
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}
