//! The answer as columns: for hosts that take a whole book's at once. Ids, names and sentences are looked up where they are
//! wanted; nothing here makes text.
#![expect(clippy::indexing_slicing, reason = "positions come from the checked book and the compiled program")]
use super::Evaluation;
use crate::base::{Day, Instant, NONE, index, position};
use crate::diag::Code;
use crate::stage::attribution::Standing;
use crate::stage::schedule::{Dates, dates};
use crate::stage::submission::BuiltIn;
use crate::stage::timeline::{AT_ONCE, EntryRow, LADDERS_MAX};

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

/// The ledger by entry. Positions and numbers are those of the book and the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryColumns {
    /// The referral's position.
    pub referral: Vec<u32>,
    /// The position of the host's event; `u32::MAX` for the submission and for what the clock made.
    pub event: Vec<u32>,
    /// The position in [`Program::reward_ids`](crate::program::Program::reward_ids).
    pub reward: Vec<u16>,
    /// The governing version's position in the program.
    pub version: Vec<u16>,
    /// The amount in minor units; negative for what is taken back.
    pub amount: Vec<i64>,
    /// Whether late news made the entry.
    pub correction: Vec<bool>,
    /// How many ladders have a place in `tiers`.
    pub ladders: usize,
    /// The tiers that held, entry after entry: 0 below the first level, else the level's position plus one.
    pub tiers: Vec<u8>,
    /// When it was earned, in microseconds since 1970.
    pub earned_at: Vec<i64>,
    /// When it was booked, in microseconds since 1970.
    pub booked_at: Vec<i64>,
    /// The first day on which it may be paid.
    pub payable_on: Vec<Day>,
    /// The last day on which it must be paid, if that was promised.
    pub due_on: Vec<Option<Day>>,
    /// By when the beneficiary must be told, where that was promised; none at all where no rule promises it.
    pub notify_by: Option<Vec<Option<Instant>>>,
}

/// No stage.
const NO_STAGE: u16 = u16::MAX;

/// Reasons that no requirement gives, in the order of their numbers.
const BUILT_IN: [Code; 6] = [
    Code::ConflictingCopies,
    Code::NotInForce,
    Code::MissingReferrer,
    Code::UnknownReferrer,
    Code::Duplicate,
    Code::TakenOver,
];

/// The number of a reason that no requirement gives.
fn number_of(code: Code) -> u16 {
    BUILT_IN.iter().position(|known| *known == code).and_then(|at| u16::try_from(at).ok()).unwrap_or(u16::MAX)
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
        let ladders = self.program.versions.iter().map(|version| version.ladders.len()).max().unwrap_or(0);
        let settled = self.standings.history.is_empty() && self.book.is_on_time();
        let submitted_at = &*self.book.referrals.submitted_at;
        let standing = |row: u32| match settled && submitted_at[index(row)] <= self.as_of.0 {
            true => self.standings.current[index(row)],
            false => self.standings.at(self.book, row, self.as_of.0),
        };
        let all = || 0..position(rows);
        let accepted: Vec<bool> = all().map(|row| standing(row).was_accepted()).collect();
        let lost_to = |row: u32| standing(row).lost_to().map_or(NONE, |(winner, _)| winner);
        let mut reason_starts = Vec::with_capacity(rows.saturating_add(1));
        let mut reasons = Vec::with_capacity(rows);
        for (row, refused) in all().zip(&self.submissions.refused) {
            reason_starts.push(position(reasons.len()));
            let standing = standing(row);
            if standing != Standing::Accepted || refused.0 != 0 {
                self.push_reasons(row, standing, &numbers, &mut reasons);
            }
        }
        reason_starts.push(position(reasons.len()));
        let states = &self.timeline.states;
        let stage = |(row, accepted): (u32, &bool)| states.stage(row).filter(|_| *accepted).unwrap_or(NO_STAGE);
        let mut tiers = Vec::with_capacity(rows.saturating_mul(ladders));
        for (row, accepted) in all().zip(&accepted).filter(|_| ladders > 0) {
            let own = if *accepted { states.tiers(row) } else { [0; LADDERS_MAX] };
            tiers.extend_from_slice(&own[..ladders]);
        }
        DecisionColumns {
            version: self.submissions.version.clone(),
            lost_to: all().map(lost_to).collect(),
            stage: all().zip(&accepted).map(stage).collect(),
            accepted,
            reason_codes,
            reason_starts,
            reasons,
            ladders,
            tiers,
        }
    }

    /// The codes of reasons by number, and by version and requirement the number.
    fn reason_numbers(&self) -> (Vec<String>, Vec<Vec<u16>>) {
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
            numbers.push(version.requirements.iter().map(|requirement| &requirement.code).map(number).collect());
        }
        (codes, numbers)
    }

    /// The reasons of a referral, as a decision gives them.
    #[inline]
    fn push_reasons(&self, row: u32, standing: Standing, numbers: &[Vec<u16>], out: &mut Vec<u16>) {
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
        if let Some(numbers) = numbers.get(usize::from(version)) {
            if self.submissions.words == 1 && self.submissions.circles.is_none() {
                let mut bits = self.submissions.failed[index(row)];
                while bits != 0 {
                    let bit = usize::try_from(bits.trailing_zeros()).unwrap_or(0);
                    out.push(numbers[bit]);
                    bits &= bits.wrapping_sub(1);
                }
            } else {
                let closes = self.standings.closes_circle(row);
                out.extend(self.submissions.failures(row, closes).map(|failure| numbers[failure]));
            }
        }
        match standing {
            Standing::LostTo(..) => out.push(number_of(Code::Duplicate)),
            Standing::TakenOver(_) => out.push(number_of(Code::TakenOver)),
            Standing::Accepted | Standing::Withdrawn | Standing::Out => {}
        }
    }

    /// The ledger as columns, in its order. What an amount was made of stands in [`Evaluation::ledger_rows`], at the same places.
    pub fn entry_columns(&self) -> EntryColumns {
        let rows = &self.timeline.entries;
        let ladders = self.program.versions.iter().map(|version| version.ladders.len()).max().unwrap_or(0);
        let notifies = self
            .program
            .versions
            .iter()
            .flat_map(|version| &version.rewards)
            .any(|reward| reward.notify_within.is_some());
        let mut out = EntryColumns::with_capacity(rows.len(), ladders);
        out.notify_by = notifies.then(|| Vec::with_capacity(rows.len()));
        // Entries of one rule and instant have the same dates, and stand near each other.
        let mut last: Vec<Vec<Option<(i64, Dates)>>> =
            self.program.versions.iter().map(|version| vec![None; version.rewards.len()]).collect();
        for row in rows {
            let slot = &mut last[usize::from(row.version)][usize::from(row.rule)];
            let plain = !row.correction && row.amount >= 0 && row.release == AT_ONCE;
            let dates = match slot {
                Some((at, dates)) if plain && *at == row.earned_at() => *dates,
                _ if plain => slot.insert((row.earned_at(), dates(self.program, row))).1,
                _ => dates(self.program, row),
            };
            out.push(row, self.program.versions[usize::from(row.version)].rewards[usize::from(row.rule)].number, dates);
        }
        out
    }
}

impl EntryColumns {
    fn with_capacity(rows: usize, ladders: usize) -> Self {
        Self {
            referral: Vec::with_capacity(rows),
            event: Vec::with_capacity(rows),
            reward: Vec::with_capacity(rows),
            version: Vec::with_capacity(rows),
            amount: Vec::with_capacity(rows),
            correction: Vec::with_capacity(rows),
            ladders,
            tiers: Vec::with_capacity(rows.saturating_mul(ladders)),
            earned_at: Vec::with_capacity(rows),
            booked_at: Vec::with_capacity(rows),
            payable_on: Vec::with_capacity(rows),
            due_on: Vec::with_capacity(rows),
            notify_by: None,
        }
    }

    fn push(&mut self, row: &EntryRow, reward: u16, dates: Dates) {
        self.referral.push(row.referral);
        self.event.push(row.what.event());
        self.reward.push(reward);
        self.version.push(row.version);
        self.amount.push(row.amount);
        self.correction.push(row.correction);
        self.tiers.extend_from_slice(&row.tiers[..self.ladders]);
        self.earned_at.push(row.earned_at());
        self.booked_at.push(row.booked_at);
        self.payable_on.push(dates.payable_on);
        self.due_on.push(dates.due_on);
        self.notify_by.iter_mut().for_each(|all| all.push(dates.notify_by));
    }
}
