//! The only file that knows the order of the stages.
use crate::base::Instant;
use crate::base::limits::{BOOK_ROWS_MAX, THREADS_MAX};
use crate::book::Book;
use crate::evaluation::Evaluation;
use crate::program::Program;
use crate::stage::timeline::{Opening, Timeline, TooManyReleases, TooMuch, TooMuchLateNews};
use crate::stage::{Facts, attribution, opening, submission, timeline};

/// How to run. The answer does not depend on it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// How many threads to use, at most `THREADS_MAX`; 1 starts none.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { threads: 1 }
    }
}

/// What the engine cannot do. Faults of documents are diagnostics, faults of facts are findings; neither comes here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// Late news would take more steps than the stated limit.
    #[error(transparent)]
    TooMuchLateNews(#[from] TooMuchLateNews),
    /// Releasing what limits put off would take more steps than the stated limit.
    #[error(transparent)]
    TooManyReleases(#[from] TooManyReleases),
    /// The tables of the book have more rows than the stated limit.
    #[error("the book has {0} rows, {BOOK_ROWS_MAX} fit: evaluate it in parts that share no referrer and no referee")]
    TooManyRows(usize),
}

impl From<TooMuch> for EngineError {
    fn from(fault: TooMuch) -> Self {
        match fault {
            TooMuch::LateNews(fault) => Self::TooMuchLateNews(fault),
            TooMuch::Releases(fault) => Self::TooManyReleases(fault),
        }
    }
}

impl EngineError {
    /// The word for it in every language.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooMuchLateNews(_) => "too-much-late-news",
            Self::TooManyReleases(_) => "too-many-releases",
            Self::TooManyRows(_) => "too-many-rows",
        }
    }
}

/// Who is owed what, by when, and why, under the program and the facts of the book, as of a moment.
///
/// What was recorded after `as_of` is not known. The book must have been read for this program.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given, GivenTable, Cell};
/// use referral_rules::program::Program;
/// let (program, _) = Program::from_toml(r#"
/// schema = 1
/// id = "acme"
/// version = "1"
/// in_force = { first_day = 2026-01-01 }
/// currency = "USD"
/// time_zone = "UTC"
/// [[reward]]
/// id = "thanks"
/// to = "referrer"
/// on = "qualified"
/// kind = "cash"
/// amount = 200
/// "#)?;
/// let text = |text: &str| Cell::Text(text.to_owned());
/// let mut given = Given::default();
/// given.referrals.push_row([
///     ("id".to_owned(), text("R-1")),
///     ("referrer".to_owned(), text("ada")),
///     ("submitted_at".to_owned(), text("2026-03-02")),
///     ("qualified_at".to_owned(), text("2026-03-05")),
/// ]);
/// let book = Book::new(&program, &given);
/// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
/// let evaluation = referral_rules::evaluate(&program, &book, as_of, Default::default())?;
/// let entries: Vec<_> = evaluation.entries().collect();
/// assert_eq!(entries[0].amount.to_string(), "200.00");
/// assert_eq!(entries[0].id, "acme/thanks/R-1/qualified:R-1%2Fqualified/referrer:ada/1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`EngineError`] when a stated limit is passed.
pub fn evaluate<'a>(
    program: &'a Program,
    book: &'a Book,
    as_of: Instant,
    options: Options,
) -> Result<Evaluation<'a>, EngineError> {
    run((program, book), as_of, options, &|_| (), timeline::run_straight)
}

/// What a run is at, in this order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stage {
    /// Eligibility and validity of every referral.
    Submission,
    /// Claims, duplicates, shares.
    Attribution,
    /// Events in their order, and what they bring.
    Timeline,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Submission, Self::Attribution, Self::Timeline];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Attribution => "attribution",
            Self::Timeline => "timeline",
        }
    }
}

/// As [`evaluate`], and tells `watch` each stage as it begins, for people who wait.
///
/// # Example
/// ```
/// use referral_rules::base::Instant;
/// use referral_rules::book::{Book, Given};
/// use referral_rules::program::{Program, standard::CUSTOMER_REFERRALS};
/// use referral_rules::{Stage, evaluate_watched};
/// use std::cell::RefCell;
/// let (program, _) = Program::from_toml(CUSTOMER_REFERRALS)?;
/// let book = Book::new(&program, &Given::default());
/// let seen = RefCell::new(Vec::new());
/// let as_of = Instant::parse("2026-04-01T00:00:00Z")?;
/// evaluate_watched(&program, &book, as_of, Default::default(), &|stage| seen.borrow_mut().push(stage))?;
/// assert_eq!(*seen.borrow(), Stage::ALL);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As those of [`evaluate`].
pub fn evaluate_watched<'a>(
    program: &'a Program,
    book: &'a Book,
    as_of: Instant,
    options: Options,
    watch: &dyn Fn(Stage),
) -> Result<Evaluation<'a>, EngineError> {
    run((program, book), as_of, options, watch, timeline::run_straight)
}

/// As [`evaluate`], but never straight on: every scope is gone through event by event. Tests hold both against each other.
#[doc(hidden)]
pub fn evaluate_by_scopes<'a>(
    program: &'a Program,
    book: &'a Book,
    as_of: Instant,
    options: Options,
) -> Result<Evaluation<'a>, EngineError> {
    run((program, book), as_of, options, &|_| (), |_, _, _| None)
}

fn run<'a>(
    (program, book): (&'a Program, &'a Book),
    as_of: Instant,
    options: Options,
    watch: &dyn Fn(Stage),
    straight: impl FnOnce(Facts<'_>, &Opening, i64) -> Option<Timeline>,
) -> Result<Evaluation<'a>, EngineError> {
    let threads = options.threads.clamp(1, THREADS_MAX);
    if book.rows() > BOOK_ROWS_MAX {
        return Err(EngineError::TooManyRows(book.rows()));
    }
    watch(Stage::Submission);
    let submissions = submission::judge(program, book, threads);
    watch(Stage::Attribution);
    let keys = attribution::Keys::read(program, book, &submissions);
    let (opening, mut findings) = opening::read(program, book);
    let standings = attribution::attribute((program, book), &submissions, &keys, &opening, as_of.0);
    let facts = Facts { program, book, submissions: &submissions, standings: &standings };
    watch(Stage::Timeline);
    let timeline = match straight(facts, &opening, as_of.0) {
        Some(timeline) => timeline,
        None => {
            let items = timeline::collect(program, book, &standings, as_of.0);
            timeline::run(facts, &items, &opening, as_of.0, threads)?
        }
    };
    let mut evaluation = Evaluation::new(program, book, as_of, submissions, keys, standings, timeline);
    evaluation.findings.append(&mut findings);
    evaluation.findings.sort();
    Ok(evaluation)
}
