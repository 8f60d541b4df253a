//! How reports write things: amounts, moments, names, aligned tables, wrapped lines.
use crate::base::{Instant, MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, index};
use crate::diag::shown;
use crate::evaluation::{Evaluation, Tier};
use crate::program::{Owner, Party};
use rust_decimal::Decimal;

/// The most columns of a report.
pub const COLUMNS_MAX: usize = 120;

/// No column of texts gets narrower than this.
const COLUMN_MIN: usize = 8;

/// A last column that wraps has at least this width.
const WRAPPED_MIN: usize = 50;

/// How a cell stands in its column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Texts.
    Left,
    /// Numbers.
    Right,
}

/// A table of cells; columns are as wide as their widest cell.
pub struct Table {
    columns: Vec<(&'static str, Align)>,
    rows: Vec<Vec<String>>,
    last: Last,
}

/// What becomes of a last column that is too wide.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Last {
    /// It is cut, as others are.
    Cut,
    /// It goes on in the next line.
    Wraps,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[(&'static str, Align)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new(), last: Last::Cut }
    }

    /// The same, but what does not fit into the last column goes on in the next line.
    pub fn wrapping(columns: &[(&'static str, Align)]) -> Self {
        Self { last: Last::Wraps, ..Self::new(columns) }
    }

    /// One more row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// True without rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The lines, each with so many blanks in front. Columns without any cell are left out; where the lines would be too long,
    /// the widest columns of texts give way.
    pub fn write(&self, indent: usize, out: &mut String) {
        let widths = self.widths(COLUMNS_MAX.saturating_sub(indent));
        let heading: Vec<String> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        for row in std::iter::once(&heading).chain(&self.rows) {
            let mut line = " ".repeat(indent);
            let cut = row.len().saturating_sub(usize::from(self.last == Last::Wraps));
            for ((cell, width), (_, align)) in row.iter().zip(&widths).zip(&self.columns).take(cut) {
                if *width == 0 {
                    continue;
                }
                let cell = cut_to(cell, *width);
                match align {
                    Align::Left => line.push_str(&format!("{cell:<width$}  ")),
                    Align::Right => line.push_str(&format!("{cell:>width$}  ")),
                }
            }
            match row.get(cut) {
                Some(last) => wrapped(out, &line, last),
                None => push_line(out, &line),
            }
        }
    }

    fn widths(&self, most: usize) -> Vec<usize> {
        let width = |column: usize, name: &str| {
            let cells = self.rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            match cells.max().unwrap_or(0) {
                0 => 0,
                width => width.max(name.chars().count()),
            }
        };
        let mut widths: Vec<usize> =
            self.columns.iter().enumerate().map(|(column, (name, _))| width(column, name)).collect();
        if let (Last::Wraps, Some(last)) = (self.last, widths.last_mut()) {
            *last = (*last).min(WRAPPED_MIN);
        }
        let total = |widths: &[usize]| {
            let used = widths.iter().filter(|width| **width > 0);
            used.map(|width| width.saturating_add(2)).sum::<usize>().saturating_sub(2)
        };
        while total(&widths) > most {
            let texts = widths.iter_mut().zip(&self.columns).filter(|(_, (_, align))| *align == Align::Left);
            match texts.map(|(width, _)| width).max() {
                Some(widest) if *widest > COLUMN_MIN => *widest = widest.saturating_sub(1),
                _ => break,
            }
        }
        widths
    }
}

/// A line without blanks at its end.
pub fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

/// A heading with a line under it.
pub fn heading(out: &mut String, text: &str, under: char) {
    push_line(out, text);
    let width = text.chars().count().min(COLUMNS_MAX);
    push_line(out, &std::iter::repeat_n(under, width).collect::<String>());
}

/// A text in lines of at most [`COLUMNS_MAX`] characters, broken at blanks; the first line starts with `first`, the others with
/// blanks of the same width.
pub fn wrapped(out: &mut String, first: &str, text: &str) {
    let width = first.chars().count();
    let mut line = first.to_owned();
    let mut used = width;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > width && used.saturating_add(length).saturating_add(1) > COLUMNS_MAX {
            push_line(out, &line);
            line = " ".repeat(width);
            used = width;
        }
        if used > width {
            line.push(' ');
            used = used.saturating_add(1);
        }
        line.push_str(word);
        used = used.saturating_add(length);
    }
    push_line(out, &line);
}

/// `1,234.50 USD`, `1 item`.
pub fn money(amount: Decimal, unit: &str) -> String {
    let digits = amount.abs().to_string();
    let (whole, fraction) = digits.split_once('.').map_or((digits.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::new();
    if amount.is_sign_negative() && !amount.is_zero() {
        out.push('-');
    }
    for (position, digit) in whole.chars().enumerate() {
        let left = whole.len().saturating_sub(position);
        if position > 0 && left % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out.push(' ');
    out.push_str(unit);
    out
}

/// `1 entry`, `2 entries`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A text of others, short and on one line.
pub fn clipped(text: &str, most: usize) -> String {
    cut_to(&shown(text), most)
}

fn cut_to(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(3)).chain("...".chars()).collect()
}

/// `gold`, or with several ladders `tier gold, revenue big`.
pub fn tier_text(tiers: &[Tier]) -> String {
    match tiers {
        [one] => one.level.clone(),
        several => {
            let levels: Vec<String> = several.iter().map(|tier| format!("{} {}", tier.ladder, tier.level)).collect();
            levels.join(", ")
        }
    }
}

impl Evaluation<'_> {
    /// `2026-03-05 14:00`, in the program's zone; seconds only where there are some; `2026-03-05 (end)` for its last instant.
    pub(super) fn moment(&self, instant: Instant) -> String {
        let (day, micros) = self.program.zone.civil(instant);
        if self.program.zone.last_instant(day) == instant {
            return format!("{day} (end)");
        }
        let part = |unit: i64, wrap: i64| micros.checked_div(unit).and_then(|part| part.checked_rem(wrap)).unwrap_or(0);
        let (hour, minute) = (part(MICROS_PER_HOUR, 24), part(MICROS_PER_MINUTE, 60));
        match (part(MICROS_PER_SECOND, 60), part(1, MICROS_PER_SECOND)) {
            (0, 0) => format!("{day} {hour:02}:{minute:02}"),
            (second, 0) => format!("{day} {hour:02}:{minute:02}:{second:02}"),
            (second, micros) => format!("{day} {hour:02}:{minute:02}:{second:02}.{micros:06}"),
        }
    }

    /// `the end of 2026-11-16, America/New_York`
    pub(super) fn as_of_shown(&self) -> String {
        let zone = &self.program.zone;
        let day = zone.day_of(self.as_of);
        if zone.last_instant(day) == self.as_of {
            format!("the end of {day}, {}", zone.name())
        } else {
            format!("{}, {}", self.moment(self.as_of), zone.name())
        }
    }

    /// What people call a side of a referral: its fact `company`, else `name`, else nothing.
    pub(super) fn party_name(&self, referral: u32, party: Party) -> Option<String> {
        let owner = match party {
            Party::Referrer => Owner::Referrer,
            Party::Referee => Owner::Referee,
            Party::Recruiter | Party::Account => return None,
        };
        ["company", "name"].into_iter().find_map(|name| self.fact_text(referral, owner, name))
    }

    /// `maple (Maple & Finch Studio)`.
    pub(super) fn referrer_shown(&self, referral: u32) -> String {
        let id = clipped(self.referrer_text(referral), 40);
        match self.party_name(referral, Party::Referrer) {
            Some(name) if !id.is_empty() => format!("{id} ({})", clipped(&name, 40)),
            _ if id.is_empty() => "nobody".to_owned(),
            _ => id,
        }
    }

    /// `Lantern Freight`, or the id of the referee.
    pub(super) fn referee_shown(&self, referral: u32) -> String {
        let given = self.book.referrals.referee_given.get(index(referral)) == Some(&true);
        let id = self.book.referrals.referee.get(index(referral)).filter(|_| given).map(|id| self.book.text(*id));
        match (self.party_name(referral, Party::Referee), id) {
            (Some(name), Some(id)) => format!("{} ({})", clipped(&name, 40), clipped(id, 40)),
            (Some(name), None) => clipped(&name, 40),
            (None, Some(id)) => clipped(id, 40),
            (None, None) => "a referee without a name".to_owned(),
        }
    }
}
