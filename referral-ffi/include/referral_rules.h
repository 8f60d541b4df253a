/* referral_rules.h: who is owed what, by when, and why, from C and C++.
 *
 * Generated from referral-ffi/src, never edited by hand. Link with -lreferral_rules.
 *
 * In short:
 *
 *   referral_program *program = NULL;
 *   referral_text answer = REFERRAL_TEXT_EMPTY;
 *   referral_status status = referral_program_compile(document, document_length, &program, &answer);
 *   ... look at status, print answer.data if it is not REFERRAL_STATUS_OK ...
 *   referral_text_free(&answer);
 *   status = referral_program_evaluate(program, request, request_length, &answer);
 *   ... answer.data is the answer, answer.length bytes of JSON ...
 *   referral_text_free(&answer);
 *   referral_program_free(program);
 *
 * Requests and answers are JSON; referral-ffi/README.md has a table of them, docs/document.md what a document, a book and an answer
 * consist of. Amounts are texts of digits: do not read them into a double.
 *
 * A STATUS is compared with its name. REFERRAL_STATUS_OK is not zero, so that memory that was only zeroed is no success. What is wrong with
 * facts, such as a misspelt column, stands under `findings` of an answer that is OK.
 *
 * TEXTS GOING IN are a pointer and a number of bytes, UTF-8. They need no NUL at the end, may have some within, and
 * are not kept: they may be freed or changed once the call has returned.
 *
 * TEXTS COMING OUT go into a referral_text of the caller, whatever the status is, and belong to the caller, who gives
 * each of them back with referral_text_free. What the referral_text held before is overwritten, not freed.
 *
 * PROGRAMS are made by the two functions that compile and are given back with referral_program_free, once. A program never
 * changes: any number of threads may ask it at the same time. It must not be freed while one of them still does.
 *
 * TABLES of Arrow go in by referral_program_evaluate_tables and come out by referral_evaluation_table: for large books, and for hosts
 * whose data are in columns already. A single array becomes such a table by referral_stream_of_array. Amounts are decimal128, exact.
 *
 * THREADS: every function may be called from every thread. There is no hidden state, no initialisation and no "last
 * error": what went wrong is in the status and in the answer.
 *
 * NULL is refused with REFERRAL_STATUS_NULL_POINTER wherever a pointer is wanted; the functions that give something back do nothing.
 *
 * WHAT IS WRITTEN: `*answer` by every call to which it is not NULL; `*program`, `*evaluation` and `*stream` as well, with what was made if the
 * status is REFERRAL_STATUS_OK, and otherwise with NULL or a stream whose `release` is NULL; and streams of tables that go in, which are released when they are read. Nothing else.
 *
 * FAILURES: every function that can fail returns a referral_status. No input makes the library abort or jump out of a
 * call; should the library itself ever have a fault, the status is REFERRAL_STATUS_PANIC. What cannot be caught is a
 * pointer to memory that is not what it is said to be, and the machine being out of memory.
 */


#ifndef REFERRAL_RULES_H
#define REFERRAL_RULES_H

#include <stddef.h>
#include <stdint.h>

/* A referral_text that holds nothing. */
#define REFERRAL_TEXT_EMPTY { NULL, 0 }

/* Arrow's C data and C stream interface, as its specification has them: tables go in and come out by these, without copies, whatever
 * library made them (https://arrow.apache.org/docs/format/CStreamInterface.html). */
#ifdef __cplusplus
extern "C" {
#endif
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error)(struct ArrowArrayStream *);
  void (*release)(struct ArrowArrayStream *);
  void *private_data;
};
#endif
#ifdef __cplusplus
}
#endif


// The number of this interface: it changes when a program that was built with an earlier header would not work any more.
// Compare it with what referral_abi_version() gives.
#define REFERRAL_ABI_VERSION 2

// What came of a call. None of them is 0: memory that was only zeroed says nothing, least of all success. New ones may be added at the end.
typedef enum {
  // Done. The answer begins with {"ok":true.
  REFERRAL_STATUS_OK = 1,
  // The document or the request is wrong, or there is nothing to answer with. The answer begins with {"ok":false and says
  // why: `diagnostics` and `text`, or `error` with `code` and `message`.
  REFERRAL_STATUS_REFUSED = 2,
  // A pointer is NULL that must not be. The answer says which in its `error`, unless it is `answer` itself.
  REFERRAL_STATUS_NULL_POINTER = 3,
  // The text is not UTF-8. The answer says in its `error` at which byte.
  REFERRAL_STATUS_NOT_UTF8 = 4,
  // The length is more than any text has, such as a negative number.
  REFERRAL_STATUS_TOO_LONG = 5,
  // The library has a fault of its own, please report it. The answer says in its `error` what is known. The program and the
  // library can go on being used.
  REFERRAL_STATUS_PANIC = 6,
} referral_status;

// What was evaluated.
typedef struct referral_evaluation referral_evaluation;

// A program that is compiled.
typedef struct referral_program referral_program;

// A text that belongs to the caller. Give it back with referral_text_free, and change neither field before.
typedef struct {
  // The bytes, UTF-8. A NUL follows them, which `length` does not count. Texts of JSON have none within.
  char *data;
  // How many bytes.
  size_t length;
} referral_text;

// A table that goes in.
typedef struct {
  // Its name among the tables of a book, such as "referrals".
  const char *name;
  // How many bytes the name has.
  size_t name_length;
  // Its rows. The stream is moved: once it is read its `release` is NULL here, and the library has released it. A stream whose
  // `release` is not NULL after the call is still the caller's.
  struct ArrowArrayStream *stream;
} referral_table;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library, such as "0.1.0". The text ends with a NUL and is never freed.
const char *referral_version(void);

// The REFERRAL_ABI_VERSION that the library was built with.
uint32_t referral_abi_version(void);

// The `schema` of the documents that the library reads.
uint32_t referral_document_schema_version(void);

// The JSON Schema of a document, for editors and checkers. The text ends with a NUL and is never freed.
const char *referral_document_schema(void);

// Compiles a document, the text of which is TOML or JSON. With REFERRAL_STATUS_OK `*program` is the program, to be given
// back with referral_program_free, otherwise NULL. The answer has the program's id, its versions and warnings, or all that is
// wrong with the document: `diagnostics` for machines, `text` for people.
referral_status referral_program_compile(const char *document,
                                         size_t document_length,
                                         referral_program **program,
                                         referral_text *answer);

// The same for the request {"program": ...}: for several versions, for documents with names, and for the standard program,
// {"program": {"standard": "customer-referrals"}}.
referral_status referral_program_compile_request(const char *request,
                                                 size_t request_length,
                                                 referral_program **program,
                                                 referral_text *answer);

// Gives a program back. NULL is allowed and does nothing.
void referral_program_free(referral_program *program);

// Evaluates a request without `program`: {"book": {...}, "as_of": "2026-04-30"}, and `threads` and `answer` if wanted.
referral_status referral_program_evaluate(const referral_program *program,
                                          const char *request,
                                          size_t request_length,
                                          referral_text *answer);

// Explains one referral, entry or referrer: the same request without `answer`, and with "referral": "R-1", or `entry`, or
// `referrer`. The explanation is the `text` of the answer; with `letter` ("en" or "de") it is a letter, as Markdown.
referral_status referral_program_explain(const referral_program *program,
                                         const char *request,
                                         size_t request_length,
                                         referral_text *answer);

// Takes in news, one event at a time: {"news": {...}, "as_of": "...", "states": {"referrer/ada": "...", "referral/R-1": null}}. The
// `step` of the answer is `done`, with the new `entries`, and the `states` to store: for each its `key`, its text `state`, and when the
// clock next acts on it, `wakes_at`, or null: take a step then, without news, with that state. Or it is `needs states`, with the `keys` of those
// to hand in as well, as they were stored, null for one that has none yet; or `needs history`: then ask referral_program_rebuild.
// Store entries and states in one transaction with the news, and nothing before the step is done.
referral_status referral_program_step(const referral_program *program,
                                      const char *request,
                                      size_t request_length,
                                      referral_text *answer);

// Goes through a history as a whole where a step needs it: {"history": {...}, "as_of": "..."}, with every row that touches the
// keys, the news among them, and the ledger so far as `booked`, `id` and `amount` of each entry. The answer is that of a step that is
// done.
referral_status referral_program_rebuild(const referral_program *program,
                                         const char *request,
                                         size_t request_length,
                                         referral_text *answer);

// The `keys` that rows touch: {"rows": {...}}, tables as in a book. A history is closed when no further row touches one of its keys.
referral_status referral_program_keys(const referral_program *program,
                                      const char *request,
                                      size_t request_length,
                                      referral_text *answer);

// Says in words what the program is: a request {}, and `language` ("en" or "de") or `version` if wanted. The terms, in Markdown,
// are the `terms` of the answer.
referral_status referral_program_describe(const referral_program *program,
                                          const char *request,
                                          size_t request_length,
                                          referral_text *answer);

// Checks the program of the request {"program": ...}: the answer of referral_program_compile_request without a program.
referral_status referral_compile_json(const char *request,
                                      size_t request_length,
                                      referral_text *answer);

// Evaluates a request that has its `program` with it. To ask a program more than once, compile it once.
referral_status referral_evaluate_json(const char *request, size_t request_length, referral_text *answer);

// Explains one referral, entry or referrer of a request that has its `program` with it.
referral_status referral_explain_json(const char *request, size_t request_length, referral_text *answer);

// Says in words what the program of a request is that has its `program` with it.
referral_status referral_describe_json(const char *request, size_t request_length, referral_text *answer);

// Evaluates tables of Arrow beside a request: {"as_of": "2026-04-30"}, with `threads` if wanted, and small tables as JSON under
// `book`. With REFERRAL_STATUS_OK `*evaluation` is what was evaluated, to be given back with referral_evaluation_free, otherwise NULL. It
// holds on to its program: either may be given back first. The answer has findings and warnings, or the parts that `answer` names. A
// column that cannot be used, such as one of floating-point numbers, is a fault; all of them are told at once. So is a table that is
// malformed, as far as it can be seen.
referral_status referral_program_evaluate_tables(const referral_program *program,
                                                 const char *request,
                                                 size_t request_length,
                                                 const referral_table *tables,
                                                 size_t tables_count,
                                                 referral_evaluation **evaluation,
                                                 referral_text *answer);

// Makes a stream of a table that is one array with its schema, as Arrow's C data interface has them; it is the caller's, to go in as a table
// or to be released. Schema and array are moved: their `release` is NULL afterwards, whatever the status, unless a pointer was NULL. If they
// are malformed, as far as it can be seen, the stream's `release` is NULL. What stands in `*stream` before is overwritten, not released.
referral_status referral_stream_of_array(struct ArrowSchema *schema,
                                         struct ArrowArray *array,
                                         struct ArrowArrayStream *stream,
                                         referral_text *answer);

// Gives what was evaluated back. NULL is allowed and does nothing. Streams that came of it go on.
void referral_evaluation_free(referral_evaluation *evaluation);

// A table of the answer by its name, such as "entries" or "decisions", as a stream that is the caller's to release. Otherwise the stream's
// `release` is NULL. What stands in `*stream` before is overwritten, not released.
referral_status referral_evaluation_table(const referral_evaluation *evaluation,
                                          const char *name,
                                          size_t name_length,
                                          struct ArrowArrayStream *stream,
                                          referral_text *answer);

// Parts of the answer as JSON: a request {"answer": ["balances"]}.
referral_status referral_evaluation_answer(const referral_evaluation *evaluation,
                                           const char *request,
                                           size_t request_length,
                                           referral_text *answer);

// Explains one referral, entry or referrer: {"referral": "R-1"}, or `entry`, or `referrer`, and `letter` if wanted.
referral_status referral_evaluation_explain(const referral_evaluation *evaluation,
                                            const char *request,
                                            size_t request_length,
                                            referral_text *answer);

// Gives a text back and empties it, so that giving it back again does nothing. NULL is allowed and does nothing.
void referral_text_free(referral_text *text);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* REFERRAL_RULES_H */
