/* Tables of Arrow in and out, made and read by hand: the same answer as through JSON, and every stream released once. */
#include "arrow.h"

static int fails(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  (void)stream;
  memset(out, 0, sizeof *out);
  return 5;
}

/* Whether the first row of a column of large texts is this one. */
static int has_text(const struct ArrowSchema *schema, const struct ArrowArray *batch, const char *name, const char *text) {
  for (int64_t at = 0; at < schema->n_children; at++) {
    if (strcmp(schema->children[at]->name, name) != 0) continue;
    const int64_t *starts = batch->children[at]->buffers[1];
    const char *bytes = batch->children[at]->buffers[2];
    size_t length = (size_t)(starts[1] - starts[0]);
    return strcmp(schema->children[at]->format, "U") == 0 && length == strlen(text) && memcmp(bytes + starts[0], text, length) == 0;
  }
  return 0;
}

/* The first amount of a column of decimals, in minor units. */
static int64_t amount(const struct ArrowSchema *schema, const struct ArrowArray *batch, const char *name) {
  for (int64_t at = 0; at < schema->n_children; at++) {
    if (strcmp(schema->children[at]->name, name) != 0) continue;
    CHECK(strncmp(schema->children[at]->format, "d:38,2", 6) == 0);
    int64_t low = 0;
    memcpy(&low, batch->children[at]->buffers[1], 8);
    return low;
  }
  return -1;
}

/* One array with its schema, as Arrow's C data interface has them, goes in as a stream. */
static void of_one_array(const referral_program *program) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  struct ArrowArrayStream made = table(referrals, COUNT(referrals), 2);
  struct ArrowSchema schema;
  struct ArrowArray array;
  CHECK(made.get_schema(&made, &schema) == 0 && made.get_next(&made, &array) == 0);
  made.release(&made);

  struct ArrowArrayStream in;
  memset(&in, 1, sizeof in); /* must be overwritten, here and below */
  CHECK(referral_stream_of_array(NULL, &array, &in, &answer) == REFERRAL_STATUS_NULL_POINTER && in.release == NULL);
  CHECK(contains(&answer, "`schema` is NULL"));
  referral_text_free(&answer);
  CHECK(referral_stream_of_array(&schema, NULL, &in, &answer) == REFERRAL_STATUS_NULL_POINTER && in.release == NULL);
  referral_text_free(&answer);
  CHECK(referral_stream_of_array(&schema, &array, NULL, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_stream_of_array(&schema, &array, &in, NULL) == REFERRAL_STATUS_NULL_POINTER && in.release == NULL);
  CHECK(schema.release != NULL && array.release != NULL); /* nothing was moved so far */

  CHECK(referral_stream_of_array(&schema, &array, &in, &answer) == REFERRAL_STATUS_OK && in.release != NULL);
  CHECK(schema.release == NULL && array.release == NULL && contains(&answer, "{\"ok\":true,\"rows\":2}"));
  referral_text_free(&answer);
  const referral_table tables[] = { TABLE("referrals", &in) };
  referral_evaluation *evaluation = NULL;
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, &evaluation, &answer) == REFERRAL_STATUS_OK);
  CHECK(in.release == NULL && contains(&answer, "\"findings\":[]"));
  referral_text_free(&answer);
  CHECK(referral_evaluation_answer(evaluation, TEXT("{\"answer\": [\"entries\"]}"), &answer) == REFERRAL_STATUS_OK);
  CHECK(contains(&answer, "\"amount\":\"124.95\""));
  referral_text_free(&answer);
  referral_evaluation_free(evaluation);

  /* Released already, and of another length than its columns. */
  CHECK(referral_stream_of_array(&schema, &array, &in, &answer) == REFERRAL_STATUS_REFUSED && in.release == NULL);
  CHECK(contains(&answer, "released already"));
  referral_text_free(&answer);
  made = table(referrals, COUNT(referrals), 2);
  CHECK(made.get_schema(&made, &schema) == 0 && made.get_next(&made, &array) == 0);
  made.release(&made);
  array.length = -1;
  CHECK(referral_stream_of_array(&schema, &array, &in, &answer) == REFERRAL_STATUS_REFUSED && in.release == NULL);
  CHECK(contains(&answer, "the array cannot be read") && schema.release == NULL && array.release == NULL);
  referral_text_free(&answer);
}

static void in_and_out(const referral_program *program) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_evaluation *evaluation = NULL;
  struct ArrowArrayStream in = table(referrals, COUNT(referrals), 2);
  const referral_table tables[] = { TABLE("referrals", &in) };
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, &evaluation, &answer) == REFERRAL_STATUS_OK);
  CHECK(in.release == NULL && evaluation != NULL);
  CHECK(contains(&answer, "\"findings\":[]"));
  referral_text_free(&answer);

  struct ArrowArrayStream out = { 0 };
  CHECK(referral_evaluation_table(evaluation, TEXT("entries"), &out, &answer) == REFERRAL_STATUS_OK);
  CHECK(contains(&answer, "{\"ok\":true,\"table\":\"entries\",\"rows\":1}"));
  referral_text_free(&answer);
  CHECK(referral_evaluation_answer(evaluation, TEXT("{\"answer\": [\"entries\"]}"), &answer) == REFERRAL_STATUS_OK);
  CHECK(contains(&answer, "\"amount\":\"124.95\""));
  referral_text_free(&answer);
  CHECK(referral_evaluation_explain(evaluation, TEXT("{\"referral\": \"R-1\"}"), &answer) == REFERRAL_STATUS_OK);
  CHECK(contains(&answer, "124.95"));
  referral_text_free(&answer);
  CHECK(referral_evaluation_answer(evaluation, TEXT("{\"answer\": [\"entrys\"]}"), &answer) == REFERRAL_STATUS_REFUSED);
  CHECK(contains(&answer, "did you mean `entries`?"));
  referral_text_free(&answer);
  referral_evaluation_free(evaluation); /* the stream goes on */

  struct ArrowSchema schema;
  struct ArrowArray batch;
  CHECK(out.get_schema(&out, &schema) == 0 && out.get_next(&out, &batch) == 0);
  CHECK(batch.length == 1 && has_text(&schema, &batch, "referral", "R-1"));
  CHECK(amount(&schema, &batch, "amount") == 12495);
  batch.release(&batch);
  schema.release(&schema);
  CHECK(out.get_next(&out, &batch) == 0 && batch.release == NULL);
  out.release(&out);
}

/* What is refused says so, gives no evaluation, and leaves nothing unreleased. */
static void refused(const referral_program *program, const referral_table *tables, size_t count, referral_status wanted,
                    const char *part, int line) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_evaluation *evaluation = (referral_evaluation *)&answer; /* must be overwritten with NULL */
  referral_status status = referral_program_evaluate_tables(program, TEXT(as_of), tables, count, &evaluation, &answer);
  if (status != wanted || evaluation != NULL || !contains(&answer, part)) {
    failures++;
    fprintf(stderr, "%s:%d: status %d: %s\n", __FILE__, line, (int)status, answer.data);
  }
  referral_text_free(&answer);
}
#define REFUSED(tables, status, part) \
  refused(program, tables, sizeof (tables) / sizeof *(tables), REFERRAL_STATUS_##status, part, __LINE__)

static void wrong(const referral_program *program) {
  static const struct column floats[] = {
    { "id", "u", { "R-1" }, { 0 } },
    { "referer", "u", { "ada" }, { 0 } },
    { "submitted_at", "tdD", { 0 }, { 20514 } },
    { "closed_at", "tdD", { 0 }, { 20532 } },
    { "closed.order_value", "g", { 0 }, { 1 } },
  };
  struct ArrowArrayStream one = table(floats, COUNT(floats), 1), other = table(referrals, COUNT(referrals), 2);
  REFUSED(((const referral_table[]){ TABLE("referrals", &one) }), REFUSED, "floating-point");
  CHECK(one.release == NULL);
  one = table(floats, COUNT(floats), 1);
  REFUSED(((const referral_table[]){ TABLE("referrals", &one) }), REFUSED, "did you mean it by `referer`?");
  one = table(referrals, COUNT(referrals), 2);
  REFUSED(((const referral_table[]){ TABLE("referrals", &one), TABLE("referrals", &other) }), REFUSED, "stands twice");
  REFUSED(((const referral_table[]){ TABLE("referrals", &one) }), REFUSED, "the stream cannot be read"); /* released */
  one = table(referrals, COUNT(referrals), 2);
  REFUSED(((const referral_table[]){ TABLE("referals", &one) }), REFUSED, "did you mean `referrals`?");
  CHECK(one.release != NULL); /* it was not read */
  one.get_next = fails;
  REFUSED(((const referral_table[]){ TABLE("referrals", &one) }), REFUSED, "the stream cannot be read");
  CHECK(one.release == NULL);

  /* NULL, one pointer after the other. */
  one = table(referrals, COUNT(referrals), 2);
  REFUSED(((const referral_table[]){ { NULL, 3, &one } }), NULL_POINTER, "null-pointer");
  REFUSED(((const referral_table[]){ TABLE("referrals", NULL) }), NULL_POINTER, "null-pointer");
  REFUSED(((const referral_table[]){ { "\xff", 1, &one } }), NOT_UTF8, "not-utf-8");
  const referral_table tables[] = { TABLE("referrals", &one) };
  refused(program, tables, (size_t)-1, REFERRAL_STATUS_TOO_LONG, "too-long", __LINE__);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_evaluation *evaluation = (referral_evaluation *)&answer; /* must be overwritten with NULL, here and below */
  CHECK(referral_program_evaluate_tables(NULL, TEXT(as_of), tables, 1, &evaluation, &answer) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(evaluation == NULL && contains(&answer, "`program` is NULL"));
  referral_text_free(&answer);
  evaluation = (referral_evaluation *)&answer;
  CHECK(referral_program_evaluate_tables(program, NULL, 0, tables, 1, &evaluation, &answer) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(evaluation == NULL);
  referral_text_free(&answer);
  evaluation = (referral_evaluation *)&answer;
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), NULL, 1, &evaluation, &answer) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(evaluation == NULL && contains(&answer, "`tables` is NULL"));
  referral_text_free(&answer);
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, NULL, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  evaluation = (referral_evaluation *)&answer;
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, &evaluation, NULL) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(evaluation == NULL && one.release != NULL);

  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, &evaluation, &answer) == REFERRAL_STATUS_OK);
  referral_text_free(&answer);
  struct ArrowArrayStream out = { 0 };
  CHECK(referral_evaluation_table(evaluation, TEXT("warnings"), &out, &answer) == REFERRAL_STATUS_REFUSED && out.release == NULL);
  CHECK(contains(&answer, "not-found"));
  referral_text_free(&answer);
  CHECK(referral_evaluation_table(NULL, TEXT("entries"), &out, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_table(evaluation, NULL, 0, &out, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_table(evaluation, TEXT("entries"), NULL, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_table(evaluation, TEXT("entries"), &out, NULL) == REFERRAL_STATUS_NULL_POINTER && out.release == NULL);
  CHECK(referral_evaluation_answer(NULL, TEXT("{}"), &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_answer(evaluation, NULL, 0, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_answer(evaluation, TEXT("{}"), NULL) == REFERRAL_STATUS_NULL_POINTER);
  CHECK(referral_evaluation_explain(NULL, TEXT("{}"), &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_explain(evaluation, NULL, 0, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_evaluation_explain(evaluation, TEXT("{}"), &answer) == REFERRAL_STATUS_REFUSED);
  referral_text_free(&answer);
  CHECK(referral_evaluation_explain(evaluation, TEXT("{}"), NULL) == REFERRAL_STATUS_NULL_POINTER);
  referral_evaluation_free(evaluation);
  referral_evaluation_free(NULL);
}

int main(void) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *program = NULL;
  CHECK(referral_program_compile(TEXT(document), &program, &answer) == REFERRAL_STATUS_OK);
  referral_text_free(&answer);
  in_and_out(program);
  of_one_array(program);
  wrong(program);
  referral_program_free(program);
  CHECK(alive == 0);
  return told("tables in and out", 1);
}
