//! The module `referral_rules._native`: texts, Python values and frames go in, JSON and Arrow come out. Nothing is computed here; the
//! typed front in `python/referral_rules/` makes objects and exceptions of the answers.
mod capsule;
mod evaluated;
mod frames;
mod rows;
mod values;

use pyo3::import_exception;
use pyo3::prelude::*;
use referral_rules::wire;

import_exception!(referral_rules, InternalError);

/// Does the work without holding the interpreter. A panic, which would be a fault of the library, becomes an `InternalError`.
fn answer<T: Send>(py: Python<'_>, work: impl FnOnce() -> T + Send) -> PyResult<T> {
    py.detach(|| wire::guarded(work)).map_err(panicked)
}

fn panicked(said: String) -> PyErr {
    InternalError::new_err((said,))
}

/// The native part of `referral_rules`.
#[pymodule]
mod _native {
    use super::{answer, capsule, evaluated, frames, panicked, rows, values};
    use arrow_array::RecordBatch;
    use evaluated::parts_named;
    use pyo3::exceptions::PyValueError;
    use pyo3::prelude::*;
    use pyo3::types::{PyCapsule, PyDict};
    use referral_rules::book::Given;
    use referral_rules::program::standard::Standard;
    use referral_rules::wire;
    use std::sync::Arc;

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

    type Example = (&'static str, &'static str, Vec<(&'static str, &'static str)>);

    /// A standard program with its example: the document, the day, the tables in CSV by name.
    #[pyfunction]
    fn example(name: &str) -> Option<Example> {
        let standard = Standard::named(name)?;
        Some((standard.document, standard.example.as_of, standard.example.tables().to_vec()))
    }

    /// The JSON Schema of a document.
    #[pyfunction]
    fn document_schema() -> &'static str {
        referral_rules::program::SCHEMA
    }

    /// A Python value as JSON, and what of it cannot be given: code, path, message, help.
    #[pyfunction]
    fn to_json(value: &Bound<'_, PyAny>, path: &str) -> PyResult<(String, Vec<values::Fault>)> {
        wire::guarded(|| values::to_json(value, path)).map_err(panicked)?
    }

    /// Whether a value speaks Arrow's PyCapsule interface.
    #[pyfunction]
    fn is_frame(value: &Bound<'_, PyAny>) -> PyResult<bool> {
        capsule::speaks(value)
    }

    /// Tables that came as frames or CSV.
    #[pyclass(frozen)]
    struct Frames(Given);

    /// A table of an answer.
    #[pyclass(frozen)]
    struct Table(RecordBatch);

    #[pymethods]
    impl Table {
        /// A part of an answer out of its rows in JSON.
        #[staticmethod]
        fn from_json(py: Python<'_>, name: &str, rows: &str) -> PyResult<Self> {
            let batch = answer(py, || {
                let rows = serde_json::from_str(rows).map_err(|error| error.to_string())?;
                referral_arrow::part_from_json(name, &rows).map_err(|error| error.to_string())
            })?;
            batch.map(Self).map_err(PyValueError::new_err)
        }

        /// The names of its columns.
        fn columns(&self) -> Vec<String> {
            self.0.schema_ref().fields().iter().map(|field| field.name().clone()).collect()
        }

        fn __len__(&self) -> usize {
            self.0.num_rows()
        }

        #[pyo3(signature = (requested_schema=None))]
        fn __arrow_c_stream__<'py>(
            &self,
            py: Python<'py>,
            requested_schema: Option<Bound<'py, PyAny>>,
        ) -> PyResult<Bound<'py, PyCapsule>> {
            let _ = requested_schema; // the interface lets a producer keep its own types
            capsule::stream(py, &self.0)
        }

        fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
            capsule::schema(py, &self.0)
        }
    }

    /// An evaluation that can be asked again.
    #[pyclass(frozen)]
    struct Evaluated(evaluated::Evaluated);

    #[pymethods]
    impl Evaluated {
        /// The parts that were asked for.
        fn parts(&self) -> Vec<&'static str> {
            self.0.parts.clone()
        }

        /// The answer in JSON with these parts.
        fn json(&self, py: Python<'_>, parts: Vec<String>) -> PyResult<String> {
            let parts = parts_named(&parts)?;
            answer(py, || self.0.json(&parts))
        }

        /// The first rows of a table in JSON; none for one that is made as a whole.
        fn head(&self, py: Python<'_>, name: &str, most: usize) -> PyResult<Option<String>> {
            answer(py, || self.0.head(name, most))
        }

        /// How many rows a table has; none for one that must be made to count them.
        fn count(&self, py: Python<'_>, name: &str) -> PyResult<Option<usize>> {
            answer(py, || self.0.count(name))
        }

        /// One part as a table.
        fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
            answer(py, || self.0.batch(name))?.map(Table)
        }

        /// Explains what the request in JSON names.
        fn explain(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.explain(request))
        }
    }

    /// A program that is compiled.
    #[pyclass(frozen)]
    struct Compiled(Arc<wire::Compiled>);

    #[pymethods]
    impl Compiled {
        /// Compiles the program of a request in JSON; the program, if it compiles, and the answer.
        #[staticmethod]
        fn compile(py: Python<'_>, request: &str) -> PyResult<(Option<Self>, String)> {
            answer(py, || match wire::Compiled::new(request) {
                Ok(compiled) => {
                    let answer = compiled.answer();
                    (Some(Self(Arc::new(compiled))), answer)
                }
                Err(answer) => (None, answer),
            })
        }

        /// Reads tables by name, frames or texts in CSV, and says what cannot be used, is missing or misspelt: code, path, message, help.
        fn frames(
            &self,
            py: Python<'_>,
            path: &str,
            tables: Vec<(String, Bound<'_, PyAny>)>,
        ) -> PyResult<(Frames, Vec<values::Fault>)> {
            let read = wire::guarded(|| frames::read(py, &self.0.program, path, &tables));
            let (given, faults) = read.map_err(panicked)??;
            Ok((Frames(given), faults))
        }

        /// Evaluates a request in JSON without `program`, with the tables of frames beside it; or the answer why not.
        /// `progress` is called with the step, how many are done, and how many there are.
        #[pyo3(signature = (request, frames, progress=None))]
        fn evaluated(
            &self,
            py: Python<'_>,
            request: &str,
            frames: &Frames,
            progress: Option<Bound<'_, PyAny>>,
        ) -> PyResult<(Option<Evaluated>, String)> {
            let asked = answer(py, || self.0.read(request, &frames.0))?;
            let outcome = match asked {
                Ok(asked) => evaluated::Evaluated::new(py, self.0.clone(), asked, progress.as_ref())?,
                Err(answer) => Err(answer),
            };
            Ok(match outcome {
                Ok(evaluated) => (Some(Evaluated(evaluated)), String::new()),
                Err(answer) => (None, answer),
            })
        }

        /// Evaluates tables that are lists of plain rows, without a request in between; none for whatever is not that plain.
        #[pyo3(signature = (tables, as_of, threads, answer=None))]
        fn evaluated_rows(
            &self,
            py: Python<'_>,
            tables: &Bound<'_, PyDict>,
            as_of: &Bound<'_, PyAny>,
            threads: &Bound<'_, PyAny>,
            answer: Option<&Bound<'_, PyAny>>,
        ) -> PyResult<Option<Evaluated>> {
            let asked = wire::guarded(|| rows::asked(&self.0, tables, as_of, threads, answer));
            let Some(asked) = asked.map_err(panicked)?? else { return Ok(None) };
            let outcome = evaluated::Evaluated::new(py, self.0.clone(), asked, None)?;
            Ok(outcome.ok().map(Evaluated))
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
        #[pyo3(signature = (request, frames=None))]
        fn step(&self, py: Python<'_>, request: &str, frames: Option<&Frames>) -> PyResult<String> {
            answer(py, || match frames {
                Some(frames) => self.0.step_beside(request, &frames.0),
                None => self.0.step_json(request),
            })
        }

        /// Goes through a history: a request in JSON with `history` and `as_of`.
        #[pyo3(signature = (request, frames=None))]
        fn rebuild(&self, py: Python<'_>, request: &str, frames: Option<&Frames>) -> PyResult<String> {
            answer(py, || match frames {
                Some(frames) => self.0.rebuild_beside(request, &frames.0),
                None => self.0.rebuild_json(request),
            })
        }

        /// The keys that rows touch: a request in JSON with `rows`.
        #[pyo3(signature = (request, frames=None))]
        fn keys(&self, py: Python<'_>, request: &str, frames: Option<&Frames>) -> PyResult<String> {
            answer(py, || match frames {
                Some(frames) => self.0.keys_beside(request, &frames.0),
                None => self.0.keys_json(request),
            })
        }

        /// Says what the program is, in words, for a request in JSON without `program`.
        fn describe(&self, py: Python<'_>, request: &str) -> PyResult<String> {
            answer(py, || self.0.describe_json(request))
        }
    }
}
