//! Along each referrer's events: the counts, and the levels that they reach.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book")]
use super::needs::Needs;
use super::walk::{ASKS, Row};
use crate::base::{NONE, index, position};
use crate::book::NEVER;
use crate::stage::Facts;
use crate::stage::timeline::Opening;
use crate::stage::timeline::stages::Counted;

/// What counting gives, by row.
pub(super) struct Levelled {
    /// The levels of the moment on each ladder of the row's version: as many per row as the program has at most.
    levels: Vec<u8>,
    ladders: usize,
    /// The counts after the row, where expressions read them.
    counts: Vec<[i64; 4]>,
}

impl Levelled {
    /// The levels of a row.
    pub(super) fn of(&self, row: usize) -> &[u8] {
        let start = row.saturating_mul(self.ladders);
        self.levels.get(start..start.saturating_add(self.ladders)).unwrap_or_default()
    }

    /// Notes the tiers that a row has in place of the levels of its moment.
    pub(super) fn set(&mut self, row: usize, tiers: &[u8]) {
        let start = row.saturating_mul(self.ladders);
        let own = self.levels.get_mut(start..start.saturating_add(self.ladders)).unwrap_or_default();
        own.iter_mut().zip(tiers).for_each(|(own, tier)| *own = *tier);
    }

    /// The counts of a row, if they are asked for.
    pub(super) fn counts(&self, row: usize) -> Option<[i64; 4]> {
        self.counts.get(row).copied()
    }
}

/// A row that counts or asks.
#[derive(Clone, Copy, Default)]
struct Item {
    at: i64,
    row: u32,
    version: u16,
    /// What it counts, four bits each.
    more_and_less: u8,
    asks: bool,
}

/// Counts along the events of each referrer.
#[inline(never)]
pub(super) fn run(facts: Facts<'_>, needs: &Needs, opening: &Opening, rows: &[Row]) -> Levelled {
    let mut out = Levelled { levels: Vec::new(), ladders: needs.ladders, counts: Vec::new() };
    if needs.measures == 0 {
        out.levels.resize(rows.len().saturating_mul(needs.ladders), 0);
        return out;
    }
    out.levels.resize(rows.len().saturating_mul(needs.ladders), 0);
    if needs.counts {
        out.counts.resize(rows.len(), [0; 4]);
    }
    let (starts, mut items) = by_referrer(facts, needs, rows);
    let mut first = 0_usize;
    for (place, end) in starts.iter().enumerate() {
        let end = index(*end);
        let own = &mut items[first..end];
        first = end;
        if own.is_empty() {
            continue;
        }
        sort(facts, rows, own);
        let referrer = facts.book.party_at(place).0;
        let mut counts = match opening.counts.is_empty() {
            true => [0; 4],
            false => opening.counts.get(&referrer).copied().unwrap_or_default(),
        };
        for item in own.iter() {
            let row = index(item.row);
            let before = counts;
            Counted { more: item.more_and_less & 15, less: item.more_and_less >> 4 }.change(&mut counts);
            if item.asks {
                let start = row.saturating_mul(needs.ladders);
                let ladders = needs.levels.get(usize::from(item.version)).map_or(&[][..], |ladders| ladders);
                for (level, ladder) in out.levels[start..].iter_mut().zip(ladders) {
                    let counts = if ladder.counts_this_event { &counts } else { &before };
                    *level = ladder.measure.map_or(0, |measure| ladder.at(counts[measure]));
                }
            }
            if needs.counts {
                out.counts[row] = counts;
            }
        }
    }
    out
}

/// The rows that count or ask, referrer after referrer, and where each referrer's end.
#[inline(never)]
fn by_referrer(facts: Facts<'_>, needs: &Needs, rows: &[Row]) -> (Vec<u32>, Vec<Item>) {
    let book = facts.book;
    let counts =
        |row: &Row| row.is(ASKS) || needs.counts || (row.counted.more | row.counted.less) & needs.measures != 0;
    let place = |row: &Row| index(row.party);
    let mut starts = vec![0_u32; book.party_places()];
    for row in rows.iter().filter(|row| counts(row)) {
        let count = &mut starts[place(row)];
        *count = count.saturating_add(1);
    }
    let mut sum = 0_u32;
    for start in &mut starts {
        let count = std::mem::replace(start, sum);
        sum = sum.saturating_add(count);
    }
    let mut items = vec![Item::default(); index(sum)];
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| counts(row)) {
        let next = &mut starts[place(row)];
        items[index(*next)] = Item {
            at: row.at,
            row: position(at),
            version: row.version,
            more_and_less: (row.counted.more & needs.measures) | (row.counted.less & needs.measures) << 4,
            asks: row.is(ASKS),
        };
        *next = next.saturating_add(1);
    }
    // Each start has become the end.
    (starts, items)
}

/// Sorts a referrer's rows into the total order.
#[inline(never)]
fn sort(facts: Facts<'_>, rows: &[Row], items: &mut [Item]) {
    let book = facts.book;
    let place = |item: &Item| {
        let row = &rows[index(item.row)];
        let (sequence, event) = match row.event {
            NONE => (NEVER, 0),
            event => (book.events.sequence[index(event)], book.rank_of_event(index(event))),
        };
        // What an event implies comes before it, in its place.
        let of_event = row.of_kind(book);
        (of_event, sequence, row.rank, event, item.row)
    };
    let before = |left: &Item, right: &Item| left.at.cmp(&right.at).then_with(|| place(left).cmp(&place(right)));
    if items.len() <= 24 {
        for end in 1..items.len() {
            let mut at = end;
            while at > 0 && before(&items[at.wrapping_sub(1)], &items[at]).is_gt() {
                items.swap(at.wrapping_sub(1), at);
                at = at.wrapping_sub(1);
            }
        }
    } else {
        items.sort_unstable_by(before);
    }
}
