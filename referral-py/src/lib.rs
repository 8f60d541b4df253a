//! The module `referral_rules._native`: texts and Python values go in, the JSON door answers. Nothing is computed here; the typed
//! front in `python/referral_rules/` makes objects and exceptions of the answers.
mod values;

use pyo3::import_exception;
use pyo3::prelude::*;
use referral_rules::wire;

import_exception!(referral_rules, ReferralError);

/// Does the work without holding the interpreter. A panic, which would be a fault of the library, becomes a `ReferralError`.
fn answer<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| wire::guarded(work)).map_err(panicked)
}

fn panicked(said: String) -> PyErr {
    ReferralError::new_err((said, "panic"))
}

/// The native part of `referral_rules`.
#[pymodule]
mod _native {
    use super::{answer, panicked, values};
    use pyo3::prelude::*;
    use referral_rules::wire;

    /// Evaluates a request in JSON that has its `program` with it.
    #[pyfunction]
    fn evaluate_json(py: Python<'_>, request: &str) -> PyResult<String> {
        answer(py, || wire::evaluate_json(request))
    }

    /// Checks the program of a request in JSON.
    #[pyfunction]
    fn compile_json(py: Python<'_>, request: &str) -> PyResult<String> {
        answer(py, || wire::compile_json(request))
    }

    /// Explains one referral, entry or referrer of a request in JSON that has its `program` with it.
    #[pyfunction]
    fn explain_json(py: Python<'_>, request: &str) -> PyResult<String> {
        answer(py, || wire::explain_json(request))
    }

    /// Says what the program of a request in JSON is, in words.
    #[pyfunction]
    fn describe_json(py: Python<'_>, request: &str) -> PyResult<String> {
        answer(py, || wire::describe_json(request))
    }

    /// A Python value as JSON, and what of it cannot be given: code, path, message, help.
    #[pyfunction]
    fn to_json(value: &Bound<'_, PyAny>, path: &str) -> PyResult<(String, Vec<values::Fault>)> {
        wire::guarded(|| values::to_json(value, path)).map_err(panicked)?
    }

    /// A program that is compiled.
    #[pyclass(frozen)]
    struct Compiled(wire::Compiled);

    #[pymethods]
    impl Compiled {
        /// Compiles the program of a request in JSON; the program, if it compiles, and the answer.
        #[staticmethod]
        fn compile(py: Python<'_>, request: &str) -> PyResult<(Option<Self>, String)> {
            answer(py, || match wire::Compiled::new(request) {
                Ok(compiled) => {
                    let answer = compiled.answer();
                    (Some(Self(compiled)), answer)
                }
                Err(answer) => (None, answer),
            })
        }

        /// Evaluates a request in JSON without `program`.
        fn evaluate(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.evaluate_json(request))
        }

        /// Explains one referral, entry or referrer of a request in JSON without `program`.
        fn explain(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.explain_json(request))
        }

        /// Takes in news: a request in JSON with `news`, `as_of` and `states`.
        fn step(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.step_json(request))
        }

        /// Goes through a history: a request in JSON with `history` and `as_of`.
        fn rebuild(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.rebuild_json(request))
        }

        /// The keys that rows touch: a request in JSON with `rows`.
        fn keys(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.keys_json(request))
        }

        /// Says what the program is, in words, for a request in JSON without `program`.
        fn describe(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.describe_json(request))
        }
    }
}
