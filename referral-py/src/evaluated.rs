//! An evaluation that can be asked again, made while Python listens to Ctrl-C and is told how far it is.
use crate::{answer, panicked};
use arrow_array::RecordBatch;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use referral_rules::Stage;
use referral_rules::wire::{Asked, Compiled, PARTS, guarded};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// From how many rows on another thread evaluates, while this one listens to Ctrl-C.
const ROWS_ASIDE: usize = 20_000;

/// How often it listens.
const PAUSE: Duration = Duration::from_millis(50);

/// The evaluation, and which parts of it were asked for.
pub struct Evaluated {
    evaluated: referral_arrow::Evaluated,
    pub parts: Vec<&'static str>,
}

/// The evaluation; or the answer in JSON that says why not.
type Outcome = Result<referral_arrow::Evaluated, String>;

impl Evaluated {
    /// Evaluates what was asked; the answer that says why not is JSON. Ctrl-C leaves the work to itself: it looks at nothing of
    /// Python's.
    ///
    /// # Errors
    /// What Ctrl-C raises, and the error of a panic.
    pub fn new(
        py: Python<'_>,
        compiled: Arc<Compiled>,
        asked: Asked,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Result<Self, String>> {
        let parts = asked.parts.clone();
        let reached = Arc::new(AtomicUsize::new(0));
        let outcome = if asked.given.rows() < ROWS_ASIDE {
            answer(py, || work(compiled, &asked, &reached))?
        } else {
            let reaching = reached.clone();
            aside(py, move || work(compiled, &asked, &reaching), &|| tell(progress, reached.load(Ordering::Relaxed)))?
        };
        tell(progress, STEPS.len().saturating_sub(1))?;
        Ok(outcome.map(|evaluated| Self { evaluated, parts }))
    }

    /// Parts of the answer in JSON.
    pub fn json(&self, parts: &[&'static str]) -> String {
        self.evaluated.json(parts)
    }

    /// The first rows of a table in JSON; `None` for one that is made as a whole.
    pub fn head(&self, name: &str, most: usize) -> Option<String> {
        let evaluation = self.evaluated.evaluation();
        let rows = match name {
            "decisions" => serde_json::to_string(&evaluation.decisions().take(most).collect::<Vec<_>>()),
            "entries" => serde_json::to_string(&evaluation.entries().take(most).collect::<Vec<_>>()),
            "ledger" => serde_json::to_string(&evaluation.ledger().take(most).collect::<Vec<_>>()),
            _ => return None,
        };
        rows.ok()
    }

    /// How many rows a table has; `None` for one that must be made to count them.
    pub fn count(&self, name: &str) -> Option<usize> {
        let evaluation = self.evaluated.evaluation();
        match name {
            "decisions" => Some(evaluation.referrals().count()),
            "ledger" => Some(evaluation.ledger_len()),
            "findings" => Some(evaluation.findings().len()),
            _ => None,
        }
    }

    /// One explanation in JSON.
    pub fn explain(&self, request: &str) -> String {
        self.evaluated.explain(request)
    }

    /// A part of the answer as a batch.
    ///
    /// # Errors
    /// `ValueError` for a part that is no table, or that Arrow cannot hold.
    pub fn batch(&self, name: &str) -> PyResult<RecordBatch> {
        let batch = self.evaluated.part(name);
        let batch = batch.ok_or_else(|| PyValueError::new_err(format!("`{name}` is no table")))?;
        batch.map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

/// The parts of these names.
///
/// # Errors
/// `ValueError` for a name of none.
pub fn parts_named(names: &[String]) -> PyResult<Vec<&'static str>> {
    let named = |name: &String| {
        let found = PARTS.iter().copied().find(|part| part == name);
        found.ok_or_else(|| PyValueError::new_err(format!("`{name}` is not a part of an answer")))
    };
    names.iter().map(named).collect()
}

/// What people who wait are told, in this order: the first is the book, the last that it is done.
const STEPS: [&str; 5] =
    ["tables", Stage::Submission.word(), Stage::Attribution.word(), Stage::Timeline.word(), "done"];

/// Tells the one who waits how far it is: the step, how many are done, how many there are.
fn tell(progress: Option<&Bound<'_, PyAny>>, reached: usize) -> PyResult<()> {
    match (progress, STEPS.get(reached)) {
        (Some(progress), Some(step)) => progress.call1((*step, reached, STEPS.len().saturating_sub(1))).map(|_| ()),
        _ => Ok(()),
    }
}

fn work(compiled: Arc<Compiled>, asked: &Asked, reached: &AtomicUsize) -> Outcome {
    let watch = |stage: Stage| {
        let step = STEPS.iter().position(|step| *step == stage.word());
        reached.store(step.unwrap_or_default(), Ordering::Relaxed);
    };
    referral_arrow::Evaluated::watched(compiled, asked, &watch)
}

fn aside(
    py: Python<'_>,
    work: impl FnOnce() -> Outcome + Send + 'static,
    tell: &dyn Fn() -> PyResult<()>,
) -> PyResult<Outcome> {
    let (done, mut listening) = channel();
    let started = thread::Builder::new().spawn(move || done.send(guarded(work)));
    started.map_err(|error| PyValueError::new_err(format!("there is no thread to evaluate in: {error}")))?;
    loop {
        let heard;
        (heard, listening) = py.detach(move || (listening.recv_timeout(PAUSE), listening));
        match heard {
            Ok(outcome) => return outcome.map_err(panicked),
            Err(RecvTimeoutError::Timeout) => {
                py.check_signals()?;
                tell()?;
            }
            Err(RecvTimeoutError::Disconnected) => return Err(panicked("its thread ended".to_owned())),
        }
    }
}
