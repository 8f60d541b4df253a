/* Tables of Arrow in and out, made and read by hand: the same answer as through JSON, and every stream released once. */
#include "test.h"

/* A table of one batch: columns of texts, of days, and of amounts with two digits. */
enum { COLUMNS_MAX = 6, ROWS_MAX = 4 };

struct column {
  const char *name;
  const char *format;             /* "u" texts, "tdD" days, "d:18,2" amounts, "g" floating point */
  const char *texts[ROWS_MAX];    /* NULL is missing */
  int64_t numbers[ROWS_MAX];
};

static int alive = 0; /* streams, schemas and arrays that are not released */

static void *of(size_t size) {
  void *memory = calloc(1, size);
  if (memory == NULL) exit(EXIT_FAILURE);
  return memory;
}

static void release_schema(struct ArrowSchema *schema) {
  for (int64_t at = 0; at < schema->n_children; at++) {
    if (schema->children[at]->release != NULL) schema->children[at]->release(schema->children[at]);
    free(schema->children[at]);
  }
  free(schema->children);
  schema->release = NULL;
  alive--;
}

static void release_array(struct ArrowArray *array) {
  for (int64_t at = 0; at < array->n_children; at++) {
    if (array->children[at]->release != NULL) array->children[at]->release(array->children[at]);
    free(array->children[at]);
  }
  free(array->children);
  for (int64_t at = 0; at < array->n_buffers; at++) free((void *)array->buffers[at]);
  free(array->buffers);
  array->release = NULL;
  alive--;
}

static void schema_of(struct ArrowSchema *schema, const char *format, const char *name, int64_t children) {
  memset(schema, 0, sizeof *schema);
  schema->format = format;
  schema->name = name;
  schema->flags = ARROW_FLAG_NULLABLE;
  schema->n_children = children;
  schema->children = children > 0 ? of((size_t)children * sizeof *schema->children) : NULL;
  schema->release = release_schema;
  alive++;
}

static void array_of(struct ArrowArray *array, int64_t rows, int64_t buffers, int64_t children) {
  memset(array, 0, sizeof *array);
  array->length = rows;
  array->n_buffers = buffers;
  array->buffers = of((size_t)buffers * sizeof *array->buffers);
  array->n_children = children;
  array->children = children > 0 ? of((size_t)children * sizeof *array->children) : NULL;
  array->release = release_array;
  alive++;
}

/* The column as an array, with its bits of what is there. */
static void fill(struct ArrowArray *array, const struct column *column, int64_t rows) {
  int texts = strcmp(column->format, "u") == 0;
  array_of(array, rows, texts ? 3 : 2, 0);
  uint8_t *valid = of(1);
  for (int64_t row = 0; row < rows; row++) {
    if (texts ? column->texts[row] != NULL : column->numbers[row] >= 0) valid[0] |= (uint8_t)(1u << row);
    else array->null_count++;
  }
  array->buffers[0] = valid;
  if (texts) {
    int32_t *starts = of((size_t)(rows + 1) * sizeof *starts);
    char *bytes = of(1024);
    for (int64_t row = 0; row < rows; row++) {
      const char *text = column->texts[row] == NULL ? "" : column->texts[row];
      memcpy(bytes + starts[row], text, strlen(text));
      starts[row + 1] = starts[row] + (int32_t)strlen(text);
    }
    array->buffers[1] = starts;
    array->buffers[2] = bytes;
    return;
  }
  int wide = column->format[0] == 'd', day = column->format[0] == 't';
  char *values = of((size_t)rows * 16);
  for (int64_t row = 0; row < rows; row++) {
    int32_t narrow = (int32_t)column->numbers[row];
    if (day) memcpy(values + row * 4, &narrow, 4);
    else memcpy(values + row * (wide ? 16 : 8), &column->numbers[row], 8); /* little endian, not below zero */
  }
  array->buffers[1] = values;
}

struct source {
  const struct column *columns;
  int64_t count, rows;
  int given;
};

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  const struct source *source = stream->private_data;
  schema_of(out, "+s", "", source->count);
  for (int64_t at = 0; at < source->count; at++) {
    out->children[at] = of(sizeof **out->children);
    schema_of(out->children[at], source->columns[at].format, source->columns[at].name, 0);
  }
  return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  struct source *source = stream->private_data;
  memset(out, 0, sizeof *out);
  if (source->given) return 0;
  source->given = 1;
  array_of(out, source->rows, 1, source->count);
  for (int64_t at = 0; at < source->count; at++) {
    out->children[at] = of(sizeof **out->children);
    fill(out->children[at], &source->columns[at], source->rows);
  }
  return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream) {
  (void)stream;
  return "the disk is gone";
}

static int fails(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  (void)stream;
  memset(out, 0, sizeof *out);
  return 5;
}

static void release_stream(struct ArrowArrayStream *stream) {
  free(stream->private_data);
  stream->release = NULL;
  alive--;
}

static struct ArrowArrayStream table(const struct column *columns, int64_t count, int64_t rows) {
  struct source *source = of(sizeof *source);
  *source = (struct source){ columns, count, rows, 0 };
  alive++;
  return (struct ArrowArrayStream){ get_schema, get_next, get_last_error, release_stream, source };
}

#define TABLE(name, stream) { (name), sizeof (name) - 1, (stream) }
#define COUNT(list) ((int64_t)(sizeof (list) / sizeof *(list)))

static const char document[] = "schema = 1\nid = 'bring-a-friend'\nversion = '2026-01'\nin_force = { first_day = 2026-01-01 }\n"
                               "currency = 'EUR'\ntime_zone = 'Europe/Berlin'\n[facts.event]\norder_value = 'decimal'\n"
                               "[[reward]]\nid = 'thanks'\nto = 'referrer'\non = 'closed'\nkind = 'cash'\n"
                               "amount = '10% * event.order_value'\n";
static const char as_of[] = "{\"as_of\": \"2026-04-30\"}";

/* 2026-03-02 is day 20514. */
static const struct column referrals[] = {
  { "id", "u", { "R-1", "R-2" }, { 0 } },
  { "referrer", "u", { "ada", "ben" }, { 0 } },
  { "submitted_at", "tdD", { 0 }, { 20514, 20515 } },
  { "qualified_at", "tdD", { 0 }, { 20517, -1 } },
  { "closed_at", "tdD", { 0 }, { 20532, -1 } },
  { "closed.order_value", "d:18,2", { 0 }, { 124950, -1 } },
};

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
  refused(program, NULL, 1, REFERRAL_STATUS_NULL_POINTER, "null-pointer", __LINE__);
  refused(NULL, NULL, 0, REFERRAL_STATUS_NULL_POINTER, "null-pointer", __LINE__);
  const referral_table tables[] = { TABLE("referrals", &one) };
  refused(program, tables, (size_t)-1, REFERRAL_STATUS_TOO_LONG, "too-long", __LINE__);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_evaluation *evaluation = NULL;
  CHECK(referral_program_evaluate_tables(program, NULL, 0, tables, 1, &evaluation, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
  CHECK(referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, NULL, &answer) == REFERRAL_STATUS_NULL_POINTER);
  referral_text_free(&answer);
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
  wrong(program);
  referral_program_free(program);
  CHECK(alive == 0);
  return told("tables in and out", 1);
}
