/* What is wrong gets a status and an answer that says why: documents, requests, NULL, damaged texts, odd lengths. */
#include "test.h"
#include <stdint.h>

static const char standard[] = "{\"program\": {\"standard\": \"customer-referrals\"}}";
static const char nothing[] = "{\"book\": {\"referrals\": []}, \"as_of\": \"2026-04-01\"}";

/* Checks status and start of the answer, and gives the answer back. */
static void expect(int line, referral_status status, referral_text *answer, referral_status wanted, const char *start) {
  if (status != wanted || !starts_with(answer, start) || answer->data[answer->length] != '\0') {
    failures++;
    fprintf(stderr, "%s:%d: status %d, not %d: %s\n", __FILE__, line, (int)status, (int)wanted, answer->data);
  }
  referral_text_free(answer);
  CHECK(answer->data == NULL && answer->length == 0);
}

#define EXPECT(status, wanted, start) expect(__LINE__, (status), &answer, REFERRAL_STATUS_##wanted, (start))

#define ERROR(code) "{\"ok\":false,\"error\":{\"code\":\"" code "\""
#define FAULT(code) "{\"ok\":false,\"diagnostics\":[{\"code\":\"" code "\""

/* Memory that was zeroed and never written is no success: neither as a status, nor as an answer, nor as a handle. */
_Static_assert(REFERRAL_STATUS_OK != 0, "zeroed memory would read as success");

static void zeroed(void) {
  struct {
    referral_status status;
    referral_text answer;
    referral_program *program;
  } call;
  memset(&call, 0, sizeof call);
  CHECK(call.status != REFERRAL_STATUS_OK && !starts_with(&call.answer, "{\"ok\":true") && call.program == NULL);
  referral_text_free(&call.answer);
  referral_program_free(call.program);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  EXPECT(referral_program_evaluate(call.program, TEXT(nothing), &answer), NULL_POINTER, ERROR("null-pointer"));
}

static void versions(void) {
  CHECK(referral_abi_version() == REFERRAL_ABI_VERSION);
  CHECK(strchr(referral_version(), '.') != NULL);
  CHECK(strstr(referral_document_schema(), "\"title\": \"A referral program\"") != NULL);
}

static void wrong_documents(void) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *program = (referral_program *)&answer; /* must be overwritten with NULL */
  EXPECT(referral_program_compile(TEXT("schema = 1\nid = 'acme'\n"), &program, &answer), REFUSED, FAULT("missing-key"));
  CHECK(program == NULL);
  EXPECT(referral_program_compile(TEXT(""), &program, &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_compile("schema\0", 7, &program, &answer), REFUSED, FAULT("syntax"));
  EXPECT(referral_program_compile_request(TEXT("{}"), &program, &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_compile_request(TEXT("schema = 1"), &program, &answer), REFUSED, FAULT("syntax"));
  EXPECT(referral_compile_json(TEXT("[]"), &answer), REFUSED, FAULT("wrong-type"));
  CHECK(program == NULL);
}

static void wrong_requests(const referral_program *program) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  EXPECT(referral_program_evaluate(program, TEXT(nothing), &answer), OK, "{\"ok\":true");
  EXPECT(referral_program_evaluate(program, TEXT("{}"), &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_evaluate(program, TEXT("{\"as_of\": 7}"), &answer), REFUSED, FAULT("wrong-type"));
  EXPECT(referral_program_evaluate(program, TEXT("{\"as_of\": \"2026-04-01\", \"book\": []}"), &answer), REFUSED,
         FAULT("wrong-type"));
  EXPECT(referral_program_evaluate(program, TEXT(standard), &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_explain(program, TEXT(nothing), &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_explain(
             program, TEXT("{\"book\": {}, \"as_of\": \"2026-04-01\", \"referral\": \"R-1\"}"), &answer),
         REFUSED, ERROR("not-found"));
  EXPECT(referral_program_step(program, TEXT("{}"), &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_program_step(program, TEXT("{\"as_of\": \"2026-04-01\", \"states\": {\"referrer/ada\": \"?\"}}"), &answer), REFUSED,
         FAULT("bad-value"));
  EXPECT(referral_program_rebuild(program, TEXT("{\"as_of\": \"2026-04-01\", \"book\": {}}"), &answer), REFUSED, FAULT("unknown-key"));
  EXPECT(referral_program_keys(program, TEXT("{\"rows\": []}"), &answer), REFUSED, FAULT("wrong-type"));
  EXPECT(referral_evaluate_json(TEXT(nothing), &answer), REFUSED, FAULT("missing-key"));
  EXPECT(referral_explain_json(TEXT("{"), &answer), REFUSED, FAULT("syntax"));
  EXPECT(referral_program_describe(program, TEXT("{\"language\": \"fr\"}"), &answer), REFUSED, FAULT("bad-value"));
  EXPECT(referral_describe_json(TEXT("{"), &answer), REFUSED, FAULT("syntax"));
}

/* Every pointer of every function is NULL in turn. */
static void null(referral_program *program) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *made = NULL;
  EXPECT(referral_program_compile(NULL, 0, &made, &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_compile(TEXT(standard), NULL, &answer), NULL_POINTER, ERROR("null-pointer"));
  made = (referral_program *)&answer; /* must be overwritten with NULL, here and below */
  CHECK(referral_program_compile(TEXT(standard), &made, NULL) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(made == NULL);
  made = (referral_program *)&answer;
  EXPECT(referral_program_compile_request(NULL, 7, &made, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(made == NULL);
  EXPECT(referral_program_compile_request(TEXT(standard), NULL, &answer), NULL_POINTER, ERROR("null-pointer"));
  made = (referral_program *)&answer;
  CHECK(referral_program_compile_request(TEXT(standard), &made, NULL) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(made == NULL);
  EXPECT(referral_program_evaluate(NULL, TEXT(nothing), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_evaluate(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_evaluate(program, TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_program_explain(NULL, TEXT(nothing), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_explain(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_explain(program, TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_program_step(NULL, TEXT("{}"), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_step(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_step(program, TEXT("{}"), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_program_rebuild(NULL, TEXT("{}"), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_rebuild(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_rebuild(program, TEXT("{}"), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_program_keys(NULL, TEXT("{}"), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_keys(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_keys(program, TEXT("{}"), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_program_describe(NULL, TEXT(nothing), &answer), NULL_POINTER, ERROR("null-pointer"));
  EXPECT(referral_program_describe(program, NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_program_describe(program, TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_compile_json(NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_compile_json(TEXT(standard), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_evaluate_json(NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_evaluate_json(TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_explain_json(NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_explain_json(TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  EXPECT(referral_describe_json(NULL, 0, &answer), NULL_POINTER, ERROR("null-pointer"));
  CHECK(referral_describe_json(TEXT(nothing), NULL) == REFERRAL_STATUS_NULL_POINTER);
  referral_program_free(NULL);
  referral_text_free(NULL);
}

static void damaged_texts(const referral_program *program) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *made = (referral_program *)&answer; /* must be overwritten with NULL, here and below */
  EXPECT(referral_program_compile("id = '\xff'", 8, &made, &answer), NOT_UTF8,
         ERROR("not-utf-8") ",\"message\":\"the text is not UTF-8 from byte 6 on, counted from 0\"");
  CHECK(made == NULL);
  made = (referral_program *)&answer;
  EXPECT(referral_program_compile(nothing, (size_t)-1, &made, &answer), TOO_LONG, ERROR("too-long"));
  CHECK(made == NULL);
  EXPECT(referral_program_evaluate(program, "\xed\xa0\x80", 3, &answer), NOT_UTF8, ERROR("not-utf-8")); /* a lone surrogate */
  EXPECT(referral_program_evaluate(program, "{\"\xc3", 3, &answer), NOT_UTF8, ERROR("not-utf-8")); /* cut within a letter */
  EXPECT(referral_program_evaluate(program, nothing, (size_t)-1, &answer), TOO_LONG, ERROR("too-long"));
  EXPECT(referral_program_evaluate(program, nothing, sizeof nothing, &answer), REFUSED, FAULT("syntax")); /* with its NUL */
  EXPECT(referral_program_evaluate(program, nothing, 0, &answer), REFUSED, FAULT("syntax"));
  const char nul[] = "{\"book\": {\"referrals\": [{\"id\": \"R-\\u0000\", \"referrer\": \"a\", \"submitted_at\": "
                     "\"2026-03-01\"}]}, \"as_of\": \"2026-04-01\"}";
  referral_status status = referral_program_evaluate(program, TEXT(nul), &answer);
  CHECK(contains(&answer, "the id has a control character") && strlen(answer.data) == answer.length);
  EXPECT(status, OK, "{\"ok\":true");
}

/* A request or document of `length` bytes: `start`, and then `fill` up to the end. */
static char *filled(const char *start, char fill, size_t length) {
  char *text = malloc(length);
  if (text == NULL) exit(EXIT_FAILURE);
  memset(text, fill, length);
  memcpy(text, start, strlen(start));
  return text;
}

/* What is nested without end or large without sense is refused as what it is, and quickly. */
static void hostile_and_huge(const referral_program *program, size_t size) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *made = NULL;
  char *deep = filled("", '[', size);
  EXPECT(referral_program_evaluate(program, deep, size, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  EXPECT(referral_program_compile(deep, size, &made, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  free(deep);
  deep = filled("a = ", '[', size);
  EXPECT(referral_program_compile(deep, size, &made, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  free(deep);
  deep = filled("[[reward]]\namount = \"", '(', size);
  deep[size - 1] = '"';
  EXPECT(referral_program_compile(deep, size, &made, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  free(deep);
  char *large = filled("{}", ' ', size);
  EXPECT(referral_program_evaluate(program, large, size, &answer), REFUSED, FAULT("missing-key"));
  free(large);
  large = filled("{\"as_of\": \"", '9', size);
  memcpy(large + size - 2, "\"}", 2);
  EXPECT(referral_program_evaluate(program, large, size, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  free(large);
  large = filled("id = '", 'x', size);
  large[size - 1] = '\'';
  EXPECT(referral_program_compile(large, size, &made, &answer), REFUSED, "{\"ok\":false,\"diagnostics\":[{\"code\":\"");
  free(large);
  CHECK(made == NULL);
}

/* The argument, if there is one, is the size in bytes of what is hostile: tools that watch memory are slow. */
int main(int count, char **arguments) {
  size_t size = count > 1 ? strtoul(arguments[1], NULL, 10) : 1 << 22;
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *program = NULL;
  EXPECT(referral_program_compile_request(TEXT(standard), &program, &answer), OK,
         "{\"ok\":true,\"program\":\"customer-referrals\"");
  CHECK(program != NULL);
  versions();
  zeroed();
  wrong_documents();
  wrong_requests(program);
  null(program);
  damaged_texts(program);
  hostile_and_huge(program, size);
  referral_program_free(program);
  return told("program that was misused", 1);
}
