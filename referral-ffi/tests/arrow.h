/* Tables of Arrow made by hand, for the tests in C: every part of them is counted until it is released. */
#ifndef ARROW_H
#define ARROW_H

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

/* What a schema or an array was made with, whatever is written over it later. */
struct held {
  void *children, *buffers;
  int64_t children_count, buffers_count;
};

static void release_schema(struct ArrowSchema *schema) {
  struct held *held = schema->private_data;
  struct ArrowSchema **children = held->children;
  for (int64_t at = 0; at < held->children_count; at++) {
    if (children[at]->release != NULL) children[at]->release(children[at]);
    free(children[at]);
  }
  free(children);
  free(held);
  schema->release = NULL;
  alive--;
}

static void release_array(struct ArrowArray *array) {
  struct held *held = array->private_data;
  struct ArrowArray **children = held->children;
  void **buffers = held->buffers;
  for (int64_t at = 0; at < held->children_count; at++) {
    if (children[at]->release != NULL) children[at]->release(children[at]);
    free(children[at]);
  }
  for (int64_t at = 0; at < held->buffers_count; at++) free(buffers[at]);
  free(children);
  free(buffers);
  free(held);
  array->release = NULL;
  alive--;
}

static struct held *hold(void *children, int64_t children_count, void *buffers, int64_t buffers_count) {
  struct held *held = of(sizeof *held);
  *held = (struct held){ children, buffers, children_count, buffers_count };
  alive++;
  return held;
}

static void schema_of(struct ArrowSchema *schema, const char *format, const char *name, int64_t children) {
  memset(schema, 0, sizeof *schema);
  schema->format = format;
  schema->name = name;
  schema->flags = ARROW_FLAG_NULLABLE;
  schema->n_children = children;
  schema->children = children > 0 ? of((size_t)children * sizeof *schema->children) : NULL;
  schema->release = release_schema;
  schema->private_data = hold(schema->children, children, NULL, 0);
}

static void array_of(struct ArrowArray *array, int64_t rows, int64_t buffers, int64_t children) {
  memset(array, 0, sizeof *array);
  array->length = rows;
  array->n_buffers = buffers;
  array->buffers = of((size_t)buffers * sizeof *array->buffers);
  array->n_children = children;
  array->children = children > 0 ? of((size_t)children * sizeof *array->children) : NULL;
  array->release = release_array;
  array->private_data = hold(array->children, children, array->buffers, buffers);
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

#endif
