//! Tables of Arrow go in and come out, by the C stream interface: what was evaluated stays with the caller, to be asked again.
use super::Handle;
use super::incoming::{batch, batches};
use super::outgoing;
use super::text::{Failure, Status, Text, answer_into, read};
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{RecordBatch, RecordBatchIterator};
use referral_arrow::{BookTable, Evaluated, book, book_table, book_tables};
use rules::book::Given;
use rules::diag::{Code, Diagnostic, Span, did_you_mean};
use rules::wire::{self, Compiled, guarded};
use std::collections::BTreeMap;
use std::ffi::c_char;
use std::ptr::null_mut;

/// The key of a request that tables stand under.
const BOOK: &str = "book";

/// A table that goes in.
#[repr(C)]
#[derive(Debug)]
pub struct Table {
    /// Its name among the tables of a book, such as "referrals".
    pub name: *const c_char,
    /// How many bytes the name has.
    pub name_length: usize,
    /// Its rows. The stream is moved: once it is read its `release` is NULL here, and the library has released it. A stream whose
    /// `release` is not NULL after the call is still the caller's.
    pub stream: *mut FFI_ArrowArrayStream,
}

/// What was evaluated.
pub struct Evaluation(Evaluated);

/// Evaluates tables of Arrow beside a request: {"as_of": "2026-04-30"}, with `threads` if wanted, and small tables as JSON under
/// `book`. With REFERRAL_STATUS_OK `*evaluation` is what was evaluated, to be given back with referral_evaluation_free, otherwise NULL. It
/// holds on to its program: either may be given back first. The answer has findings and warnings, or the parts that `answer` names. A
/// column that cannot be used, such as one of floating-point numbers, is a fault; all of them are told at once. So is a table that is
/// malformed, as far as it can be seen.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_evaluate_tables(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    tables: *const Table,
    tables_count: usize,
    evaluation: *mut *mut Evaluation,
    answer: *mut Text,
) -> Status {
    if !evaluation.is_null() {
        // SAFETY: it is not NULL, and the caller says that it may be written to.
        unsafe { evaluation.write(null_mut()) };
    }
    let work = || {
        if evaluation.is_null() {
            return Err(Failure::Null("`evaluation`"));
        }
        // SAFETY: the caller says that it is NULL or a program that was handed out and not given back.
        let compiled = unsafe { program.as_ref() }.ok_or(Failure::Null("`program`"))?.0.clone();
        // SAFETY: the caller says that there are so many bytes and tables, or that these are NULL.
        let (request, tables) = unsafe { (read(request, request_length)?, all(tables, tables_count)?) };
        // SAFETY: `all` has found no stream that is NULL, and the caller says that they are streams.
        let asked = unsafe { given(&compiled, tables) }.and_then(|given| compiled.read(request, &given));
        let evaluated = asked.and_then(|asked| Ok((Evaluated::new(compiled, &asked)?, asked)));
        let (evaluated, asked) = match evaluated {
            Ok(evaluated) => evaluated,
            Err(answer) => return Ok(answer),
        };
        let answer = evaluated.json(if asked.names_parts { &asked.parts } else { &["findings", "warnings"] });
        // SAFETY: as above.
        unsafe { evaluation.write(Box::into_raw(Box::new(Evaluation(evaluated)))) };
        Ok(answer)
    };
    // SAFETY: the caller says that it is NULL or may be written to.
    unsafe { answer_into(answer, work) }
}

/// Makes a stream of a table that is one array with its schema, as Arrow's C data interface has them; it is the caller's, to go in as a table
/// or to be released. Schema and array are moved: their `release` is NULL afterwards, whatever the status, unless a pointer was NULL. If they
/// are malformed, as far as it can be seen, the stream's `release` is NULL. What stands in `*stream` before is overwritten, not released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_stream_of_array(
    schema: *mut FFI_ArrowSchema,
    array: *mut FFI_ArrowArray,
    stream: *mut FFI_ArrowArrayStream,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller says so.
    unsafe { begin(stream) };
    let work = || {
        for (pointer, name) in
            [(schema.cast::<()>(), "`schema`"), (array.cast::<()>(), "`array`"), (stream.cast::<()>(), "`stream`")]
        {
            if pointer.is_null() {
                return Err(Failure::Null(name));
            }
        }
        // SAFETY: neither is NULL, and the caller says that both may be moved away.
        let (schema, array) = unsafe { (FFI_ArrowSchema::from_raw(schema), FFI_ArrowArray::from_raw(array)) };
        let batch = match batch(schema, array) {
            Ok(batch) => batch,
            Err(error) => {
                let help = "give a schema and an array as Arrow's C data interface describes them; nanoarrow and Arrow's own libraries make such ones";
                let message = format!("the array cannot be read: {error}");
                return Ok(wire::unusable(vec![fault(Code::BadValue, "array".to_owned(), message, help)]));
            }
        };
        let answer = format!("{{\"ok\":true,\"rows\":{}}}", batch.num_rows());
        // SAFETY: it is not NULL, and the caller says that it may be written to.
        unsafe { hand_out(batch, stream) };
        Ok(answer)
    };
    // SAFETY: the caller says that it is NULL or may be written to.
    unsafe { answer_into(answer, work) }
}

/// Gives what was evaluated back. NULL is allowed and does nothing. Streams that came of it go on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_evaluation_free(evaluation: *mut Evaluation) {
    if !evaluation.is_null() {
        // SAFETY: it is not NULL; the caller got it from `referral_program_evaluate_tables`, which boxed it, and gives it back once.
        let evaluation = unsafe { Box::from_raw(evaluation) };
        let _ = guarded(|| drop(evaluation));
    }
}

/// A table of the answer by its name, such as "entries" or "decisions", as a stream that is the caller's to release. Otherwise the stream's
/// `release` is NULL. What stands in `*stream` before is overwritten, not released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_evaluation_table(
    evaluation: *const Evaluation,
    name: *const c_char,
    name_length: usize,
    stream: *mut FFI_ArrowArrayStream,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller says so.
    unsafe { begin(stream) };
    let work = || {
        if stream.is_null() {
            return Err(Failure::Null("`stream`"));
        }
        // SAFETY: the caller says that it is NULL or was handed out and not given back.
        let evaluation = unsafe { evaluation.as_ref() }.ok_or(Failure::Null("`evaluation`"))?;
        // SAFETY: the caller says that the name has that many bytes, or is NULL.
        let name = unsafe { read(name, name_length) }?;
        let batch = match evaluation.0.part(name) {
            Some(Ok(batch)) => batch,
            Some(Err(error)) => return Ok(wire::error("arrow", &error.to_string())),
            None => {
                let near = did_you_mean(name, referral_arrow::parts()).map(|near| format!("; {near}"));
                let message = format!("`{name}` is not a table of an answer{}", near.unwrap_or_default());
                return Ok(wire::error("not-found", &message));
            }
        };
        let answer = format!("{{\"ok\":true,\"table\":\"{name}\",\"rows\":{}}}", batch.num_rows());
        // SAFETY: it is not NULL, and the caller says that it may be written to.
        unsafe { hand_out(batch, stream) };
        Ok(answer)
    };
    // SAFETY: the caller says that it is NULL or may be written to.
    unsafe { answer_into(answer, work) }
}

/// Parts of the answer as JSON: a request {"answer": ["balances"]}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_evaluation_answer(
    evaluation: *const Evaluation,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(evaluation, request, request_length, answer, Evaluated::answer) }
}

/// Explains one referral, entry or referrer: {"referral": "R-1"}, or `entry`, or `referrer`, and `letter` if wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_evaluation_explain(
    evaluation: *const Evaluation,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(evaluation, request, request_length, answer, Evaluated::explain) }
}

/// A stream's place holds an empty one until there is something to hand out.
///
/// # Safety
/// `stream` is NULL or may be written to; what stands there need not be a stream.
unsafe fn begin(stream: *mut FFI_ArrowArrayStream) {
    if !stream.is_null() {
        // SAFETY: it is not NULL, and the caller says that it may be written to.
        unsafe { stream.write(FFI_ArrowArrayStream::empty()) };
    }
}

/// Hands a table out where an empty stream stands, which needs no release.
///
/// # Safety
/// `stream` may be written to.
unsafe fn hand_out(batch: RecordBatch, stream: *mut FFI_ArrowArrayStream) {
    let schema = batch.schema();
    let batches = RecordBatchIterator::new([Ok(batch)], schema);
    // SAFETY: the caller says so.
    unsafe { stream.write(outgoing::stream(Box::new(batches))) };
}

/// Asks what was evaluated.
///
/// # Safety
/// `evaluation` is one that was handed out and not given back; `request` has that many bytes; `answer` may be written to; or they are NULL.
unsafe fn ask(
    evaluation: *const Evaluation,
    request: *const c_char,
    length: usize,
    answer: *mut Text,
    ask: fn(&Evaluated, &str) -> String,
) -> Status {
    let work = || {
        // SAFETY: the caller says so.
        let evaluation = unsafe { evaluation.as_ref() }.ok_or(Failure::Null("`evaluation`"))?;
        // SAFETY: the caller says so.
        Ok(ask(&evaluation.0, unsafe { read(request, length) }?))
    };
    // SAFETY: the caller says so.
    unsafe { answer_into(answer, work) }
}

/// The tables of the caller, each with its name.
///
/// # Safety
/// `tables` is NULL or has that many tables; each name has its bytes or is NULL, each stream may be written to or is NULL.
unsafe fn all<'a>(tables: *const Table, count: usize) -> Result<Vec<(&'a str, *mut FFI_ArrowArrayStream)>, Failure> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if tables.is_null() {
        return Err(Failure::Null("`tables`"));
    }
    if count.checked_mul(size_of::<Table>()).is_none_or(|bytes| bytes > isize::MAX.unsigned_abs()) {
        return Err(Failure::TooLong);
    }
    // SAFETY: it is not NULL and not longer than memory; the caller says that the tables are there.
    let tables = unsafe { std::slice::from_raw_parts(tables, count) };
    tables
        .iter()
        .map(|table| {
            if table.stream.is_null() {
                return Err(Failure::Null("the stream of a table"));
            }
            // SAFETY: the caller says so.
            Ok((unsafe { read(table.name, table.name_length) }?, table.stream))
        })
        .collect()
}

fn fault(code: Code, path: String, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(code, Span::default(), message).path(path).help(help)
}

/// The tables as a book is made of them; or the answer that says all that is wrong with them.
///
/// # Safety
/// No stream is NULL, and each is one that may be moved away.
unsafe fn given(compiled: &Compiled, tables: Vec<(&str, *mut FFI_ArrowArrayStream)>) -> Result<Given, String> {
    let (mut came, mut faults) = (BTreeMap::new(), Vec::new());
    for (name, stream) in tables {
        let path = format!("{BOOK}.{name}");
        let Some(known) = book_table(name) else {
            let help =
                did_you_mean(name, book_tables()).unwrap_or_else(|| "give one of the tables of a book".to_owned());
            faults.push(fault(Code::UnknownKey, path, format!("`{name}` is not a table of a book"), &help));
            continue;
        };
        // SAFETY: the caller says so.
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream) };
        match batches(stream) {
            Ok(batches) if came.insert(known, BookTable::of(&batches)).is_some() => {
                faults.push(fault(
                    Code::DuplicateKey,
                    path,
                    format!("the table `{name}` stands twice"),
                    "give it once",
                ));
            }
            Ok(_) => {}
            Err(error) => {
                let message = format!("the stream cannot be read: {error}");
                faults.push(fault(Code::BadValue, path, message, "give a stream as Arrow's C stream interface describes it; nanoarrow and Arrow's own libraries make such ones"));
            }
        }
    }
    let (given, found) = book(&compiled.program, BOOK, came);
    faults.extend(found);
    if faults.is_empty() { Ok(given) } else { Err(wire::unusable(faults)) }
}
