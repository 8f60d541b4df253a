//! For doors that bring tables of their own, such as Arrow's, and keep an evaluation to be asked again.
use super::request::{Found, Request, moment, parts_of_every_answer};
use super::{Compiled, EVALUATE, Failure, PARTS, answer, answered, explained, live, told};
use crate::Options;
use crate::base::Instant;
use crate::base::limits::THREADS_MAX;
use crate::book::Given;
use crate::evaluation::Evaluation;
use crate::node::read_json;

/// A request to evaluate that is read.
#[derive(Debug)]
pub struct Asked {
    /// The tables.
    pub given: Given,
    /// The moment of the answer.
    pub as_of: Instant,
    /// How to run.
    pub options: Options,
    /// The parts of the answer that are wanted, in their order.
    pub parts: Vec<&'static str>,
    /// Whether the request names them; otherwise they are those of every answer.
    pub names_parts: bool,
}

impl Compiled {
    /// Reads the request of [`Compiled::evaluate_json`]. The tables that come `beside` it are taken in place of its own.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::{Book, Given, GivenTable};
    /// use referral_rules::evaluate;
    /// use referral_rules::wire::Compiled;
    /// let compiled = Compiled::new(r#"{"program": {"standard": "customer-referrals"}}"#)?;
    /// let referrals = GivenTable::from_csv("id,referrer,submitted_at\nR-1,ada,2026-03-02\n").unwrap();
    /// let beside = Given { referrals, ..Given::default() };
    /// let asked = compiled.read(r#"{"as_of": "2026-04-01", "answer": ["decisions"]}"#, &beside)?;
    ///
    /// let book = Book::new(&compiled.program, &asked.given);
    /// let evaluation = evaluate(&compiled.program, &book, asked.as_of, asked.options).unwrap();
    /// let answer = compiled.answer_of(&evaluation, &asked.parts);
    /// assert!(answer.contains(r#""verdict":"refused""#), "{answer}");
    /// let answer = compiled.explain_of(&evaluation, r#"{"referral": "R-1"}"#);
    /// assert!(answer.contains("only paying customers may refer"), "{answer}");
    /// # Ok::<(), String>(())
    /// ```
    ///
    /// # Errors
    /// The answer that says what is wrong with the request.
    pub fn read(&self, request: &str, beside: &Given) -> Result<Asked, String> {
        let (node, syntax) = read_json(request);
        let mut faults = Found::of(syntax);
        let asked = node.filter(|_| faults.is_empty()).and_then(|node| {
            let request = Request { node: &node, text: request, compiled: Some(self), beside: Some(beside) };
            request.check_keys(EVALUATE, &mut faults);
            let parts = request.parts(&mut faults);
            let given = request.tables("book", &mut faults);
            let as_of = request.as_of(Some(&self.program.zone), &mut faults);
            let options = request.options(&mut faults);
            let names_parts = request.get("answer").is_some();
            as_of.map(|as_of| Asked { given, as_of, options, parts, names_parts })
        });
        asked.filter(|_| faults.is_empty()).ok_or_else(|| told(faults, request))
    }

    /// What [`Compiled::read`] makes of a request, for hosts that have its values and need no text in between: the tables, the moment,
    /// how many threads, the parts that are wanted if they are named. `None` if something cannot be taken: `read` says what.
    ///
    /// # Example
    /// ```
    /// use referral_rules::book::Given;
    /// use referral_rules::wire::Compiled;
    /// let compiled = Compiled::new(r#"{"program": {"standard": "customer-referrals"}}"#)?;
    /// let given = || Given::from_json(r#"{"referrals": [{"id": "R-1"}]}"#).unwrap();
    /// let asked = compiled.asked(given(), "2026-04-01", 1, Some(&["entries", "decisions"])).unwrap();
    /// let read = compiled.read(r#"{"as_of": "2026-04-01", "answer": ["entries", "decisions"]}"#, &given())?;
    /// assert_eq!((asked.given, asked.as_of, asked.parts), (read.given, read.as_of, read.parts));
    /// assert!(compiled.asked(given(), "soon", 1, None).is_none());
    /// # Ok::<(), String>(())
    /// ```
    pub fn asked(&self, given: Given, as_of: &str, threads: usize, parts: Option<&[&str]>) -> Option<Asked> {
        let as_of = moment(as_of, Some(&self.program.zone))?;
        let options = (1..=THREADS_MAX).contains(&threads).then_some(Options { threads })?;
        let wanted = match parts {
            None => parts_of_every_answer(),
            Some(named) if named.iter().all(|name| PARTS.contains(name)) => {
                PARTS.iter().copied().filter(|part| named.contains(part)).collect()
            }
            Some(_) => return None,
        };
        Some(Asked { given, as_of, options, parts: wanted, names_parts: parts.is_some() })
    }

    /// The answer of [`Compiled::evaluate_json`] for an evaluation of this program: these parts of it.
    pub fn answer_of(&self, evaluation: &Evaluation<'_>, parts: &[&'static str]) -> String {
        answered(evaluation, &self.warnings, parts).finished()
    }

    /// The same with the parts that a request names: `{"answer": ["balances"]}`.
    pub fn parts_of(&self, evaluation: &Evaluation<'_>, request: &str) -> String {
        answer((Some(self), None), request, &["answer"], |request, faults| {
            let parts = request.parts(faults);
            if !faults.is_empty() {
                return Err(Failure::Told);
            }
            Ok(answered(evaluation, &self.warnings, &parts))
        })
    }

    /// The answer of [`Compiled::explain_json`] for an evaluation of this program: a request of `referral`, `entry` or `referrer`,
    /// and `letter`.
    pub fn explain_of(&self, evaluation: &Evaluation<'_>, request: &str) -> String {
        answer((Some(self), None), request, &["referral", "entry", "referrer", "letter"], |request, faults| {
            let about = request.about(faults);
            let letter = request.letter(about.as_ref(), faults);
            if !faults.is_empty() {
                return Err(Failure::Told);
            }
            explained(evaluation, about.as_ref(), letter)
        })
    }

    /// [`Compiled::step_json`] with tables `beside` the request, in place of those of its `news`.
    pub fn step_beside(&self, request: &str, beside: &Given) -> String {
        live::step(self, Some(beside), request)
    }

    /// [`Compiled::rebuild_json`] with tables `beside` the request, in place of those of its `history`.
    pub fn rebuild_beside(&self, request: &str, beside: &Given) -> String {
        live::rebuild(self, Some(beside), request)
    }

    /// [`Compiled::keys_json`] with tables `beside` the request, in place of those of its `rows`.
    pub fn keys_beside(&self, request: &str, beside: &Given) -> String {
        live::keys(self, Some(beside), request)
    }
}
