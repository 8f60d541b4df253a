//! The C interface: pointers become texts, the JSON door answers, the answer becomes a text of the caller. Nothing is computed
//! here.
//!
//! What C programmers must know stands in the header, `include/referral_rules.h`, which is made from the documentation of this
//! crate. `text.rs` has all that touches memory of the caller.
#![allow(unsafe_code, reason = "pointers of another language; every block says why it is sound")]
#![allow(clippy::missing_safety_doc, reason = "what callers must keep to is written for them at the top of the header")]
mod incoming;
mod outgoing;
mod tables;
mod text;

use rules::wire::{self, Compiled};
use std::ffi::c_char;
use std::sync::{Arc, LazyLock};
pub use tables::{
    Evaluation, Table, referral_evaluation_answer, referral_evaluation_explain, referral_evaluation_free,
    referral_evaluation_table, referral_program_evaluate_tables,
};
use text::{Failure, answer_into, read};
pub use text::{Status, Text, referral_text_free};

/// The number of this interface: it changes when a program that was built with an earlier header would not work any more.
/// Compare it with what referral_abi_version() gives.
pub const REFERRAL_ABI_VERSION: u32 = 2;

/// The schema as texts end in C.
static SCHEMA: LazyLock<String> = LazyLock::new(|| format!("{}\0", rules::program::SCHEMA));

/// A program that is compiled.
pub struct Handle(Arc<Compiled>);

/// The version of the library, such as "0.1.0". The text ends with a NUL and is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn referral_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The REFERRAL_ABI_VERSION that the library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn referral_abi_version() -> u32 {
    REFERRAL_ABI_VERSION
}

/// The `schema` of the documents that the library reads.
#[unsafe(no_mangle)]
pub extern "C" fn referral_document_schema_version() -> u32 {
    rules::program::DOCUMENT_SCHEMA
}

/// The JSON Schema of a document, for editors and checkers. The text ends with a NUL and is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn referral_document_schema() -> *const c_char {
    SCHEMA.as_ptr().cast()
}

/// Compiles a document, the text of which is TOML or JSON. With REFERRAL_STATUS_OK `*program` is the program, to be given
/// back with referral_program_free, otherwise NULL. The answer has the program's id, its versions and warnings, or all that is
/// wrong with the document: `diagnostics` for machines, `text` for people.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_compile(
    document: *const c_char,
    document_length: usize,
    program: *mut *mut Handle,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `compile`.
    unsafe { compile(document, document_length, program, answer, Compiled::from_document) }
}

/// The same for the request {"program": ...}: for several versions, for documents with names, and for the standard program,
/// {"program": {"standard": "customer-referrals"}}.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_compile_request(
    request: *const c_char,
    request_length: usize,
    program: *mut *mut Handle,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `compile`.
    unsafe { compile(request, request_length, program, answer, Compiled::new) }
}

/// Gives a program back. NULL is allowed and does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_free(program: *mut Handle) {
    if !program.is_null() {
        // SAFETY: it is not NULL; the caller got it from `compile`, which boxed it, and gives it back once.
        let program = unsafe { Box::from_raw(program) };
        let _ = wire::guarded(|| drop(program));
    }
}

/// Evaluates a request without `program`: {"book": {...}, "as_of": "2026-04-30"}, and `threads` and `answer` if wanted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_evaluate(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::evaluate_json) }
}

/// Explains one referral, entry or referrer: the same request without `answer`, and with "referral": "R-1", or `entry`, or
/// `referrer`. The explanation is the `text` of the answer; with `letter` ("en" or "de") it is a letter, as Markdown.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_explain(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::explain_json) }
}

/// Takes in news, one event at a time: {"news": {...}, "as_of": "...", "states": {"referrer/ada": "...", "referral/R-1": null}}. The
/// `step` of the answer is `done`, with the new `entries`, and the `states` to store: for each its `key`, its text `state`, and when the
/// clock next acts on it, `wakes_at`, or null: take a step then, without news, with that state. Or it is `needs states`, with the `keys` of those
/// to hand in as well, as they were stored, null for one that has none yet; or `needs history`: then ask referral_program_rebuild.
/// Store entries and states in one transaction with the news, and nothing before the step is done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_step(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::step_json) }
}

/// Goes through a history as a whole where a step needs it: {"history": {...}, "as_of": "..."}, with every row that touches the
/// keys, the news among them, and the ledger so far as `booked`, `id` and `amount` of each entry. The answer is that of a step that is
/// done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_rebuild(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::rebuild_json) }
}

/// The `keys` that rows touch: {"rows": {...}}, tables as in a book. A history is closed when no further row touches one of its keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_keys(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::keys_json) }
}

/// Says in words what the program is: a request {}, and `language` ("en" or "de") or `version` if wanted. The terms, in Markdown,
/// are the `terms` of the answer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_program_describe(
    program: *const Handle,
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask_program`.
    unsafe { ask_program(program, request, request_length, answer, Compiled::describe_json) }
}

/// Checks the program of the request {"program": ...}: the answer of referral_program_compile_request without a program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_compile_json(
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(request, request_length, answer, wire::compile_json) }
}

/// Evaluates a request that has its `program` with it. To ask a program more than once, compile it once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_evaluate_json(
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(request, request_length, answer, wire::evaluate_json) }
}

/// Explains one referral, entry or referrer of a request that has its `program` with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_explain_json(
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(request, request_length, answer, wire::explain_json) }
}

/// Says in words what the program of a request is that has its `program` with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn referral_describe_json(
    request: *const c_char,
    request_length: usize,
    answer: *mut Text,
) -> Status {
    // SAFETY: the caller's promises are those of `ask`.
    unsafe { ask(request, request_length, answer, wire::describe_json) }
}

/// Compiles and hands the program out.
///
/// # Safety
/// `text` has that many bytes; `program` and `answer` may be written to; or they are NULL.
unsafe fn compile(
    text: *const c_char,
    length: usize,
    program: *mut *mut Handle,
    answer: *mut Text,
    compile: fn(&str) -> Result<Compiled, String>,
) -> Status {
    if !program.is_null() {
        // SAFETY: it is not NULL, and the caller says that it may be written to.
        unsafe { program.write(std::ptr::null_mut()) };
    }
    let work = || {
        if program.is_null() {
            return Err(Failure::Null("`program`"));
        }
        // SAFETY: the caller says so.
        let compiled = match compile(unsafe { read(text, length) }?) {
            Ok(compiled) => compiled,
            Err(answer) => return Ok(answer),
        };
        let answer = compiled.answer();
        // SAFETY: as above.
        unsafe { program.write(Box::into_raw(Box::new(Handle(Arc::new(compiled))))) };
        Ok(answer)
    };
    // SAFETY: the caller says so.
    unsafe { answer_into(answer, work) }
}

/// Asks a program.
///
/// # Safety
/// `program` is one that was handed out and not given back; `request` has that many bytes; `answer` may be written to; or
/// they are NULL.
unsafe fn ask_program(
    program: *const Handle,
    request: *const c_char,
    length: usize,
    answer: *mut Text,
    ask: fn(&Compiled, &str) -> String,
) -> Status {
    let work = || {
        // SAFETY: the caller says so.
        let program = unsafe { program.as_ref() }.ok_or(Failure::Null("`program`"))?;
        // SAFETY: the caller says so.
        Ok(ask(&program.0, unsafe { read(request, length) }?))
    };
    // SAFETY: the caller says so.
    unsafe { answer_into(answer, work) }
}

/// Asks with everything in the request.
///
/// # Safety
/// `request` has that many bytes; `answer` may be written to; or they are NULL.
unsafe fn ask(request: *const c_char, length: usize, answer: *mut Text, ask: fn(&str) -> String) -> Status {
    // SAFETY: the caller says so, here and below.
    let work = || Ok(ask(unsafe { read(request, length) }?));
    // SAFETY: as above.
    unsafe { answer_into(answer, work) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::{NonNull, null_mut};

    const DOCUMENT: &str = "schema = 1\nid = 'acme'\nversion = '1'\nin_force = { first_day = 2026-01-01 }\ncurrency = 'USD'\n\
                            time_zone = 'UTC'";
    const REQUEST: &str = r#"{"book": {}, "as_of": "2026-04-01"}"#;

    /// Makes a call and gives its answer.
    fn said(call: impl FnOnce(*mut Text) -> Status) -> (Status, String) {
        let mut answer = Text { data: null_mut(), length: 0 };
        let status = call(&raw mut answer);
        // SAFETY: the answer was written, and is given back once.
        unsafe {
            let text = read(answer.data, answer.length).map(str::to_owned);
            referral_text_free(&raw mut answer);
            (status, text.unwrap_or_default())
        }
    }

    #[test]
    fn a_panic_leaves_the_program_and_the_library_as_they_were() {
        let (document, request) = (DOCUMENT.as_ptr().cast::<c_char>(), REQUEST.as_ptr().cast::<c_char>());
        let mut program = null_mut();
        // SAFETY: here and below, texts have their lengths, and what is written to may be written to.
        let compile = |answer| unsafe { referral_program_compile(document, DOCUMENT.len(), &raw mut program, answer) };
        assert_eq!(said(compile).0, Status::Ok);
        let evaluate = || said(|answer| unsafe { referral_program_evaluate(program, request, REQUEST.len(), answer) });
        let before = evaluate();
        assert_eq!(before.0, Status::Ok, "{}", before.1);

        let panicked = (Status::Panic, r#"{"ok":false,"error":{"code":"panic","message":"no 17"}}"#.to_owned());
        let ask = |answer| unsafe { ask_program(program, request, REQUEST.len(), answer, |_, _| panic!("no {}", 17)) };
        assert_eq!(said(ask), panicked);
        assert_eq!(
            said(|answer| unsafe { super::ask(request, REQUEST.len(), answer, |_| panic!("no {}", 17)) }),
            panicked
        );
        let mut other = NonNull::dangling().as_ptr();
        let work: fn(&str) -> Result<Compiled, String> = |_| panic!("no {}", 17);
        assert_eq!(
            said(|answer| unsafe { super::compile(document, DOCUMENT.len(), &raw mut other, answer, work) }),
            panicked
        );
        assert!(other.is_null(), "what a panic leaves is no program");

        assert_eq!(evaluate(), before);
        // SAFETY: it was made above, and is given back once.
        unsafe { referral_program_free(program) };
    }
}
