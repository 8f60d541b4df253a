//! Random programs and books, made from choices so that shrinking works on them block by block and row by row.
//!
//! A [`Seeds`] is a header and lists of choices, one list per sort of building block. Taking one out, or making its numbers
//! smaller, gives a smaller case that is as valid as before.
mod contests;
mod draw;
mod forms;
mod made;
mod moments;
mod plan;
mod rows;
mod rules;
mod run;

pub use draw::{Choices, Draw, shuffled};
pub use moments::moment_after;
pub use plan::{LimitPlan, Plan, RewardPlan, VersionPlan, digits};
pub use rows::{Row, Tables, lists, rates, table};
pub use run::{check, check_with, many, seeds};

use referral_rules::base::{Day, Instant};
use referral_rules::book::Book;
use referral_rules::evaluation::Evaluation;
use referral_rules::program::{Notation, Program, SourceText};
use referral_rules::{Options, evaluate};
use std::collections::BTreeSet;

/// What a case is made from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seeds {
    /// The document's head, and the laws' own choices.
    pub header: Choices,
    /// One for each rule of the document.
    pub blocks: Vec<Choices>,
    /// One for each account that is an exception.
    pub accounts: Vec<Choices>,
    /// One for each referral.
    pub referrals: Vec<Choices>,
    /// One for each event.
    pub events: Vec<Choices>,
}

/// What a law asks of its cases.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Rows may be recorded late.
    pub late: bool,
    /// Rows may come again with other content.
    pub conflicts: bool,
    /// Cells may be faulty.
    pub faults: bool,
    /// Limits may reach over several referrers.
    pub program_wide: bool,
    /// Referrals may be of the same referee, and may close circles.
    pub claims: bool,
    /// Programs look only ahead: no clock, no measure of their own, nothing put off.
    pub ahead: bool,
    /// The zone is always UTC.
    pub utc: bool,
    /// All dates are so many days later.
    pub shift_days: i64,
}

impl Shape {
    /// Everything that there is.
    pub const ALL: Self = Self {
        late: true,
        conflicts: true,
        faults: true,
        program_wide: true,
        claims: true,
        ahead: false,
        utc: false,
        shift_days: 0,
    };
}

/// A program and a book.
#[derive(Debug)]
pub struct Case {
    /// What laws know of the program.
    pub plan: Plan,
    /// The program.
    pub program: Program,
    /// The book as rows.
    pub tables: Tables,
}

impl Seeds {
    /// The case; a program that does not compile is a fault of the generator or the compiler.
    ///
    /// # Errors
    /// What the compiler says, and the document.
    pub fn case(&self, shape: &Shape) -> Result<Case, String> {
        let plan = Plan::new(&self.header, &self.blocks, shape).ok_or("the build carries no zone data")?;
        let program = compile(&plan)?;
        let maker = rows::Maker { zone: &plan.zone, shape };
        let tables = maker.tables(&self.header, &self.accounts, &self.referrals, &self.events);
        Ok(Case { plan, program, tables })
    }
}

fn compile(plan: &Plan) -> Result<Program, String> {
    let sources: Vec<SourceText<'_>> = plan
        .versions
        .iter()
        .map(|version| SourceText { name: &version.name, text: &version.text, notation: Notation::Toml })
        .collect();
    match Program::from_sources(&sources) {
        Ok((program, _)) => Ok(program),
        Err(faults) => Err(format!("the document does not compile:\n{faults}\n{}", documents(plan))),
    }
}

fn documents(plan: &Plan) -> String {
    let texts: Vec<String> =
        plan.versions.iter().map(|version| version.text.replace(plan::DECLARATIONS, "# … declarations …\n")).collect();
    texts.join("\n# ---------\n")
}

impl Case {
    /// The book of the tables.
    pub fn book(&self) -> Book {
        self.book_of(&self.tables)
    }

    /// The book of other tables.
    pub fn book_of(&self, tables: &Tables) -> Book {
        Book::new(&self.program, &tables.given())
    }

    /// Evaluates a book on one thread.
    ///
    /// # Errors
    /// What the engine cannot do, as a fault of this case.
    pub fn evaluate<'a>(&'a self, book: &'a Book, as_of: Instant) -> Result<Evaluation<'a>, String> {
        evaluate(&self.program, book, as_of, Options { threads: 1 }).map_err(|fault| self.fault(&fault.to_string()))
    }

    /// The moment that a cell means, if it holds one.
    fn moment(&self, cell: Option<&String>) -> Option<Instant> {
        let cell = cell?;
        let day = Day::parse(cell).map(|day| self.plan.zone.first_instant(day));
        day.or_else(|_| Instant::parse(cell)).ok()
    }

    /// The moment in a row's cell, if there is one.
    pub fn moment_of(&self, row: &Row, column: &str) -> Option<Instant> {
        self.moment(row.get(column))
    }

    /// The rows, and the events on rows of referrals, that are recorded by a moment; what has no moment stays.
    pub fn known_at(&self, as_of: Instant) -> Tables {
        let mut tables = self.tables.clone();
        let known = |row: &Row, at: &str, recorded: &str| {
            let at = self.moment(row.get(at));
            at.is_none() || at.max(self.moment(row.get(recorded))).is_some_and(|known| known <= as_of)
        };
        tables.referrals.retain_mut(|row| {
            for kind in ["qualified", "opportunity", "closed", "payment", "disqualified"] {
                if !known(row, &format!("{kind}_at"), &format!("{kind}_recorded_at")) {
                    let own = [format!("{kind}_"), format!("{kind}.")];
                    row.retain(|column, _| !own.iter().any(|start| column.starts_with(start)));
                }
            }
            known(row, "submitted_at", "recorded_at")
        });
        tables.events.retain(|row| known(row, "at", "recorded_at"));
        tables
    }

    /// A message with all that is needed to see the case.
    pub fn fault(&self, message: &str) -> String {
        format!("{message}\n{}\n{}", documents(&self.plan), self.tables)
    }

    /// Every moment at which something becomes known or is due, right before and after it, and far later; sorted.
    pub fn moments(&self, book: &Book) -> Vec<Instant> {
        let mut out = BTreeSet::new();
        let known = book.referrals.known.iter().chain(&book.events.known);
        let withdrawn = book.referrals.withdrawn.iter().chain(book.events.withdrawn.iter());
        let last = known.clone().copied().filter(|known| *known < Instant::MAX.0).max().unwrap_or(0);
        for moment in known.chain(withdrawn).filter(|moment| **moment < Instant::MAX.0) {
            out.extend([Instant(moment.saturating_sub(1)), Instant(*moment)]);
        }
        let day = referral_rules::base::MICROS_PER_DAY;
        for days in [10, 31, 100, 800] {
            out.insert(Instant(last.saturating_add(day.saturating_mul(days))));
        }
        out.into_iter().collect()
    }

    /// A few of those moments, in order, the last always among them.
    pub fn some_moments(&self, book: &Book, draw: &mut Draw<'_>, count: usize) -> Vec<Instant> {
        let all = self.moments(book);
        let mut out: BTreeSet<Instant> = all.last().copied().into_iter().collect();
        for _ in 1..count {
            out.extend(all.get(draw.below(all.len())));
        }
        out.into_iter().collect()
    }
}
