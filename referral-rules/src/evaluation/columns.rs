//! The answer as columns: for hosts that take a whole book's at once. Ids, names and sentences are looked up where they are
//! wanted; nothing here makes text.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use crate::base::{Buffer, Day, Instant, NONE, Numbers, index, position};
use crate::book::{NEVER, Referrals};
use crate::diag::Code;
use crate::program::{OnFailure, Program, Reward, Version};
use crate::stage::attribution::{Standing, StandingColumn};
use crate::stage::schedule::{Dates, dates, dates_from, rule};
use crate::stage::submission::{BuiltIn, NO_ROW, Submissions};
use crate::stage::timeline::{AT_ONCE, EntryRow, EntryTable, Step, Steps};
use std::borrow::Cow;
use std::sync::Arc;

/// The decisions by position of the referral in the book, which is the order of the table's rows; see
/// [`Evaluation::referrals`] for those that are known at the moment of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DecisionColumns {
    /// Whether it is accepted.
    pub accepted: Vec<bool>,
    /// The version in force at submission, by position in the program; `u16::MAX` where there was none.
    pub version: Vec<u16>,
    /// The codes that reasons have, by number.
    pub reason_codes: Vec<String>,
    /// Where each referral's reasons start; one more than there are referrals.
    pub reason_starts: Vec<u32>,
    /// The numbers of the reasons, in order of precedence: the first is *the* reason.
    pub reasons: Vec<u16>,
    /// The referral that has the referee, by position; `u32::MAX` where no claim was lost.
    pub lost_to: Vec<u32>,
    /// The stage by its rank; `u16::MAX` for a referral that is refused.
    pub stage: Vec<u16>,
    /// How many ladders have a place in `tiers`.
    pub ladders: usize,
    /// The tiers at the latest event on the ladders of `version`, referral after referral: 0 below the first level, else the level's
    /// position plus one.
    pub tiers: Vec<u8>,
}

impl DecisionColumns {
    /// The numbers of a referral's reasons.
    pub fn reasons_of(&self, referral: u32) -> &[u16] {
        let bounds =
            self.reason_starts.get(index(referral)).zip(self.reason_starts.get(index(referral).saturating_add(1)));
        bounds.and_then(|(from, to)| self.reasons.get(index(*from)..index(*to))).unwrap_or_default()
    }
}

/// The ledger by entry. Positions and numbers are those of the book and the program. Columns that lie so in the evaluation are
/// shared with it.
#[derive(Clone, PartialEq, Debug)]
pub struct EntryColumns {
    /// The referral's position.
    pub referral: Buffer<u32>,
    /// The position of the host's event; `u32::MAX` for the submission and for what the clock made.
    pub event: Buffer<u32>,
    /// The position in [`Program::reward_ids`](crate::program::Program::reward_ids).
    pub reward: Buffer<u16>,
    /// The governing version's position in the program.
    pub version: Buffer<u16>,
    /// The amount as the rule states it, exactly.
    pub base: Arc<Numbers>,
    /// Where each entry's steps start; one more than there are entries.
    pub step_starts: Buffer<u32>,
    /// The ways from the bases to the amounts, entry after entry.
    pub steps: Arc<Steps>,
    /// The amount in minor units; negative for what is taken back.
    pub amount: Buffer<i64>,
    /// Whether late news made the entry.
    pub correction: Vec<bool>,
    /// How many ladders have a place in `tiers`.
    pub ladders: usize,
    /// The tiers that held, entry after entry: 0 below the first level, else the level's position plus one.
    pub tiers: Buffer<u8>,
    /// When it was earned, in microseconds since 1970.
    pub earned_at: Buffer<i64>,
    /// When it was booked, in microseconds since 1970.
    pub booked_at: Buffer<i64>,
    /// The first day on which it may be paid.
    pub payable_on: Vec<Day>,
    /// The last day on which it must be paid, if that was promised.
    pub due_on: Vec<Option<Day>>,
    /// By when the beneficiary must be told, where that was promised; none at all where no rule promises it.
    pub notify_by: Option<Vec<Option<Instant>>>,
}

impl EntryColumns {
    /// The steps of an entry.
    pub fn steps_of(&self, entry: usize) -> impl Iterator<Item = Step> + '_ {
        let bounds = self.step_starts.get(entry).zip(self.step_starts.get(entry.saturating_add(1)));
        let (from, to) = bounds.map_or((0, 0), |(from, to)| (index(*from), index(*to)));
        self.steps.range(from, to)
    }
}

/// Reasons that no requirement gives, in the order of their numbers.
const BUILT_IN: [Code; 7] = [
    Code::ConflictingCopies,
    Code::NotInForce,
    Code::MissingReferrer,
    Code::UnknownReferrer,
    Code::Duplicate,
    Code::TakenOver,
    Code::SharedClaim,
];

/// The number of a reason that no requirement gives.
fn number_of(code: Code) -> u16 {
    BUILT_IN.iter().position(|known| *known == code).and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
}

/// Reasons that are found, with room for more.
struct Found {
    numbers: Vec<u16>,
    len: usize,
}

impl Found {
    /// Appends the numbers of requirements that failed. Most referrals that fail do so once: writing the first without asking
    /// whether there is one costs less than a branch that nobody can foretell.
    #[inline]
    fn push_failures(&mut self, failed: u64, reasons: &Reasons) {
        let mut failed = failed & reasons.refusing;
        self.make_room();
        loop {
            let bit = usize::try_from(failed.trailing_zeros()).unwrap_or(0);
            if let Some(slot) = self.numbers.get_mut(self.len) {
                *slot = reasons.first[bit & 63];
            }
            self.len = self.len.saturating_add(usize::from(failed != 0));
            failed &= failed.wrapping_sub(1);
            if failed == 0 {
                return;
            }
        }
    }

    /// Appends one.
    fn push(&mut self, number: u16) {
        self.make_room();
        if let Some(slot) = self.numbers.get_mut(self.len) {
            *slot = number;
            self.len = self.len.saturating_add(1);
        }
    }

    /// Room for what one word of failures may bring.
    #[inline]
    fn make_room(&mut self) {
        if self.numbers.len() < self.len.saturating_add(64) {
            self.numbers.resize(self.len.saturating_mul(2).saturating_add(64), 0);
        }
    }

    /// The reasons without the room.
    fn finish(mut self) -> Vec<u16> {
        self.numbers.truncate(self.len);
        self.numbers
    }
}

/// The requirements of a version as reasons.
struct Reasons {
    /// By requirement the number of its code.
    numbers: Vec<u16>,
    /// The same of the first 64: without a way past the end.
    first: [u16; 64],
    /// Those among the first 64 that refuse, as bits: what is only flagged is no reason.
    refusing: u64,
}

impl Reasons {
    fn of(version: &Version, number: impl FnMut(&String) -> u16) -> Self {
        let bits =
            version.requirements.iter().take(64).enumerate().filter(|(_, one)| one.on_failure == OnFailure::Refuse);
        let numbers: Vec<u16> = version.requirements.iter().map(|requirement| &requirement.code).map(number).collect();
        let mut first = [0; 64];
        first.iter_mut().zip(&numbers).for_each(|(first, number)| *first = *number);
        Self { numbers, first, refusing: bits.fold(0, |bits, (at, _)| bits | 1_u64 << at) }
    }
}

impl Evaluation<'_> {
    /// The decisions as columns.
    ///
    /// # Example
    /// ```
    /// # use referral_rules::{base::Instant, book::{Book, Given, GivenTable}, program::Program};
    /// # let (program, _) = Program::from_toml("schema = 1\nid = \"acme\"\nversion = \"1\"\nin_force = { first_day = 2026-01-01 }\n
    /// # currency = \"USD\"\ntime_zone = \"UTC\"\n[facts.referee]\nemployees = \"int\"\n[[validity]]\ncode = \"size\"\nmessage = \"too small\"\n
    /// # require = \"referee.employees >= 50\"\n[[reward]]\nid = \"thanks\"\nto = \"referrer\"\non = \"submitted\"\nkind = \"cash\"\namount = 5")?;
    /// let referrals = GivenTable::from_csv("id,referrer,submitted_at,referee.employees\n1,7,2026-03-02,80\n2,7,2026-03-03,20")?;
    /// let book = Book::new(&program, &Given { referrals, ..Given::default() });
    /// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
    /// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
    /// let decisions = evaluation.decision_columns();
    /// assert_eq!(decisions.accepted, [true, false]);
    /// let reasons: Vec<&str> = decisions.reasons_of(1).iter().map(|reason| decisions.reason_codes[usize::from(*reason)].as_str()).collect();
    /// assert_eq!(reasons, ["size"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decision_columns(&self) -> DecisionColumns {
        let rows = self.book.referrals.id.len();
        let (reason_codes, numbers) = self.reason_numbers();
        let ladders = self.program.ladders_at_most();
        // What stands as of the answer's moment is right for all, unless some of it was otherwise before, or is not known yet.
        let settled = self.standings.history.is_empty() && self.book.is_on_time();
        let submitted_at = &*self.book.referrals.submitted_at;
        let is_later = |later: bool, at: &i64| later | (*at > self.as_of.0);
        let current = match settled && !submitted_at.iter().fold(false, is_later) {
            true => Cow::Borrowed(&self.standings.current),
            false => {
                Cow::Owned((0..position(rows)).map(|row| self.standings.at(self.book, row, self.as_of.0)).collect())
            }
        };
        let accepted = current.were_accepted();
        let (reason_starts, reasons) = self.reason_columns(&current, &numbers);
        DecisionColumns {
            version: self.submissions.version.clone(),
            lost_to: current.lost_to(),
            stage: self.timeline.states.stage_column(&accepted),
            tiers: self.timeline.states.tier_column(&accepted, ladders),
            accepted,
            reason_codes,
            reason_starts,
            reasons,
            ladders,
        }
    }

    /// Where each referral's reasons start, and the reasons.
    fn reason_columns(&self, current: &StandingColumn, all: &[Reasons]) -> (Vec<u32>, Vec<u16>) {
        let Submissions { failed, width, .. } = &self.submissions;
        match width {
            1 => self.reasons_by(current, all, failed.iter().copied().map(u64::from)),
            _ => self.reasons_by(current, all, (0..current.len()).map(|row| self.submissions.failed_bits(row))),
        }
    }

    /// As [`Evaluation::reason_columns`], with each referral's failures as bits where they are all.
    fn reasons_by(
        &self,
        current: &StandingColumn,
        all: &[Reasons],
        failed: impl Iterator<Item = u64>,
    ) -> (Vec<u32>, Vec<u16>) {
        let Submissions { version, width, circles, .. } = &self.submissions;
        let Referrals { referrer, referrer_row, .. } = &self.book.referrals;
        // Where few bytes have all failures, a row that nothing but requirements refuse is answered without a branch on it.
        let plain = *width <= 8 && circles.is_none() && self.standings.before.is_empty();
        let unknown = if self.book.accounts.given { NONE } else { NO_ROW };
        let mut found = Found { numbers: vec![0; current.len().saturating_add(64)], len: 0 };
        let facts = current.are_plain().zip(failed).zip(version).zip(referrer.iter().zip(referrer_row));
        let rows = (0_u32..).zip(facts).map(|(row, (((is_plain, failed), version), (referrer, account)))| {
            let start = position(found.len);
            let is_plain = plain & is_plain & (*account != unknown) & !self.book.is_nobody(*referrer);
            match all.get(usize::from(*version)) {
                Some(reasons) if is_plain => found.push_failures(failed, reasons),
                _ => self.push_reasons(row, current.of(index(row)), all, &mut found),
            }
            start
        });
        let mut starts: Vec<u32> = Vec::with_capacity(current.len().saturating_add(1));
        starts.extend(rows);
        starts.push(position(found.len));
        (starts, found.finish())
    }

    /// The codes of reasons by number, and by version and requirement the number.
    fn reason_numbers(&self) -> (Vec<String>, Vec<Reasons>) {
        let mut codes: Vec<String> = BUILT_IN.iter().map(|code| code.slug().to_owned()).collect();
        let mut numbers = Vec::new();
        for version in &self.program.versions {
            let number = |code: &String| {
                let at = codes.iter().position(|known| known == code).unwrap_or_else(|| {
                    codes.push(code.clone());
                    codes.len().saturating_sub(1)
                });
                u16::try_from(at).unwrap_or(u16::MAX)
            };
            numbers.push(Reasons::of(version, number));
        }
        (codes, numbers)
    }

    /// The reasons of a referral, as a decision gives them.
    #[inline]
    fn push_reasons(&self, row: u32, standing: Standing, reasons: &[Reasons], out: &mut Found) {
        if standing == Standing::Withdrawn {
            return out.push(number_of(Code::ConflictingCopies));
        }
        match self.submissions.built_in(self.book, row) {
            None => {}
            Some(BuiltIn::NotInForce) => out.push(number_of(Code::NotInForce)),
            Some(BuiltIn::NoReferrer) => out.push(number_of(Code::MissingReferrer)),
            Some(BuiltIn::UnknownReferrer) => out.push(number_of(Code::UnknownReferrer)),
        }
        let version = self.submissions.version[index(row)];
        if let Some(reasons) = reasons.get(usize::from(version)) {
            let requirements = &self.program.versions[usize::from(version)].requirements;
            let refuses = |failure: &usize| requirements[*failure].on_failure == OnFailure::Refuse;
            let failures = self.standings.failures(&self.submissions, row).into_iter().filter(refuses);
            failures.for_each(|failure| out.push(reasons.numbers[failure]));
        }
        match standing {
            Standing::LostTo(..) => out.push(number_of(Code::Duplicate)),
            Standing::TakenOver(_) => out.push(number_of(Code::TakenOver)),
            Standing::Shares(..) => out.push(number_of(Code::SharedClaim)),
            Standing::Accepted | Standing::Withdrawn | Standing::Out => {}
        }
    }

    /// The ledger as columns, in its order.
    pub fn entry_columns(&self) -> EntryColumns {
        let mut dates = DateColumns::new(self.program, self.timeline.len());
        match &self.timeline.table {
            Some(table) => self.shared_columns(table, dates),
            None => {
                let rows = &self.timeline.entries;
                let ladders = self.program.ladders_at_most();
                let reward = |row: &EntryRow| rule(self.program, row).1.number;
                let (mut step_starts, mut steps) = (vec![0], Steps::default());
                for row in rows {
                    dates.push(row);
                    steps.extend(self.steps(row).iter().copied());
                    step_starts.push(position(steps.len()));
                }
                EntryColumns {
                    referral: rows.iter().map(|row| row.referral).collect(),
                    event: rows.iter().map(|row| row.made_by().0.event()).collect(),
                    reward: rows.iter().map(reward).collect(),
                    version: rows.iter().map(|row| row.version).collect(),
                    base: Arc::new(rows.iter().map(|row| row.base).collect()),
                    step_starts: Buffer::from(step_starts),
                    steps: Arc::new(steps),
                    amount: rows.iter().map(|row| row.amount).collect(),
                    correction: rows.iter().map(|row| row.correction).collect(),
                    ladders,
                    tiers: rows.iter().flat_map(|row| row.tiers.iter().take(ladders).copied()).collect(),
                    earned_at: rows.iter().map(EntryRow::earned_at).collect(),
                    booked_at: rows.iter().map(|row| row.booked_at).collect(),
                    payable_on: dates.payable_on,
                    due_on: dates.due_on,
                    notify_by: dates.notify_by,
                }
            }
        }
    }

    /// The columns of a ledger that lies in columns.
    fn shared_columns(&self, table: &EntryTable, mut dates: DateColumns<'_>) -> EntryColumns {
        let rules = table.version.iter().zip(&table.reward).zip(&table.at);
        for ((version, reward), at) in rules {
            dates.push_plain(*version, *reward, *at);
        }
        EntryColumns {
            referral: table.referral.clone(),
            event: table.event.clone(),
            reward: table.reward.clone(),
            version: table.version.clone(),
            base: Arc::clone(&table.base),
            step_starts: table.step_starts.clone(),
            steps: Arc::clone(&table.steps),
            amount: table.amount.clone(),
            correction: vec![false; table.amount.len()],
            ladders: table.ladders,
            tiers: table.tiers.clone(),
            earned_at: table.at.clone(),
            booked_at: table.at.clone(),
            payable_on: dates.payable_on,
            due_on: dates.due_on,
            notify_by: dates.notify_by,
        }
    }
}

/// A reward, an instant, and the dates that count from it.
type Dated<'a> = (&'a Reward, i64, Dates);

/// The dates of entries, entry after entry.
struct DateColumns<'a> {
    program: &'a Program,
    /// By version and the number of the reward: its position, the instant looked at last and what counts from it. Entries of one
    /// rule and instant have the same dates, and stand near each other.
    last: Vec<Vec<Option<Dated<'a>>>>,
    payable_on: Vec<Day>,
    due_on: Vec<Option<Day>>,
    notify_by: Option<Vec<Option<Instant>>>,
}

impl<'a> DateColumns<'a> {
    fn new(program: &'a Program, entries: usize) -> Self {
        let rewards = || program.versions.iter().flat_map(|version| &version.rewards);
        let none = Dates { payable_on: Day::MIN, due_on: None, notify_by: None };
        let of_version = |version: &'a Version| {
            let mut last = vec![None; program.reward_ids.len()];
            for reward in &version.rewards {
                if let Some(slot) = last.get_mut(usize::from(reward.number)) {
                    *slot = Some((reward, NEVER, none));
                }
            }
            last
        };
        Self {
            program,
            last: program.versions.iter().map(of_version).collect(),
            payable_on: Vec::with_capacity(entries),
            due_on: Vec::with_capacity(entries),
            notify_by: rewards().any(|reward| reward.notify_within.is_some()).then(|| Vec::with_capacity(entries)),
        }
    }

    /// The dates of an entry.
    fn push(&mut self, row: &EntryRow) {
        if !row.correction && row.amount >= 0 && row.release == AT_ONCE && row.by.is_none() {
            self.push_plain(row.version, rule(self.program, row).1.number, row.earned_at());
        } else {
            self.put(dates(self.program, row));
        }
    }

    /// The dates of an entry that gives something and was booked at its event.
    #[inline]
    fn push_plain(&mut self, version: u16, reward: u16, at: i64) {
        let Some((reward, known, dates)) = &mut self.last[usize::from(version)][usize::from(reward)] else { return };
        if *known != at {
            let version = &self.program.versions[usize::from(version)];
            (*known, *dates) = (at, dates_from(self.program, version, reward, Instant(at), true));
        }
        let dates = *dates;
        self.put(dates);
    }

    #[inline]
    fn put(&mut self, dates: Dates) {
        self.payable_on.push(dates.payable_on);
        self.due_on.push(dates.due_on);
        self.notify_by.iter_mut().for_each(|all| all.push(dates.notify_by));
    }
}
