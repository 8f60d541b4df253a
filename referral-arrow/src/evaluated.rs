//! An evaluation that stays with its program and its book, to be asked for one part after the other.
use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use referral_rules::book::Book;
use referral_rules::evaluation::Evaluation;
use referral_rules::wire::{self, Asked, Compiled};
use referral_rules::{EngineError, Stage, evaluate_watched};
use self_cell::self_cell;
use std::sync::Arc;

struct Owner {
    compiled: Arc<Compiled>,
    book: Book,
}

self_cell!(
    struct Cell {
        owner: Owner,
        #[covariant]
        dependent: Evaluation,
    }
);

/// What was evaluated for a request: it holds on to its program and its book.
///
/// # Example
/// ```
/// use referral_arrow::Evaluated;
/// use referral_rules::book::{Given, GivenTable};
/// use referral_rules::wire::Compiled;
/// use std::sync::Arc;
///
/// let compiled = Arc::new(Compiled::new(r#"{"program": {"standard": "customer-referrals"}}"#)?);
/// let referrals = GivenTable::from_csv("id,referrer,submitted_at\nR-1,ada,2026-03-02\n").unwrap();
/// let asked = compiled.read(r#"{"as_of": "2026-04-01"}"#, &Given { referrals, ..Given::default() })?;
/// let evaluated = Evaluated::new(compiled, &asked)?;
/// assert_eq!(evaluated.part("decisions").unwrap().unwrap().num_rows(), 1);
/// assert!(evaluated.part("warnings").is_none(), "it is no table");
/// # Ok::<(), String>(())
/// ```
pub struct Evaluated(Cell);

impl Evaluated {
    /// Evaluates what was asked.
    ///
    /// # Errors
    /// The answer in JSON that says why not.
    pub fn new(compiled: Arc<Compiled>, asked: &Asked) -> Result<Self, String> {
        Self::watched(compiled, asked, &|_| {})
    }

    /// The same, telling each stage when it begins.
    ///
    /// # Errors
    /// The answer in JSON that says why not.
    pub fn watched(compiled: Arc<Compiled>, asked: &Asked, watch: &dyn Fn(Stage)) -> Result<Self, String> {
        let book = Book::new(&compiled.program, &asked.given);
        let cell = Cell::try_new(Owner { compiled, book }, |owner| {
            evaluate_watched(&owner.compiled.program, &owner.book, asked.as_of, asked.options, watch)
        });
        cell.map(Self).map_err(|fault: EngineError| wire::error(fault.code(), &fault.to_string()))
    }

    /// The evaluation itself.
    pub fn evaluation(&self) -> &Evaluation<'_> {
        self.0.borrow_dependent()
    }

    /// Parts of the answer in JSON, as [`Compiled::evaluate_json`] gives them.
    pub fn json(&self, parts: &[&'static str]) -> String {
        self.0.borrow_owner().compiled.answer_of(self.evaluation(), parts)
    }

    /// The parts that a request in JSON names: `{"answer": ["balances"]}`.
    pub fn answer(&self, request: &str) -> String {
        self.0.borrow_owner().compiled.parts_of(self.evaluation(), request)
    }

    /// One explanation in JSON, as [`Compiled::explain_json`] gives it.
    pub fn explain(&self, request: &str) -> String {
        self.0.borrow_owner().compiled.explain_of(self.evaluation(), request)
    }

    /// A part of the answer as a batch; `None` for one that is no table.
    ///
    /// # Errors
    /// Where Arrow cannot hold it.
    pub fn part(&self, name: &str) -> Option<Result<RecordBatch, ArrowError>> {
        crate::part(self.evaluation(), name)
    }
}
