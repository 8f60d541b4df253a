/* Tables of Arrow that are not what the interface says: each is refused with what is wrong with it, and all of it is released once. What
 * no reader can see, memory that is shorter than its array says, is not among them. */
#include "arrow.h"

static void (*spoil_schema)(struct ArrowSchema *);
static void (*spoil_array)(struct ArrowArray *);

static int spoiled_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  int status = get_schema(stream, out);
  if (spoil_schema != NULL) spoil_schema(out);
  return status;
}

static int spoiled_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  int status = get_next(stream, out);
  if (spoil_array != NULL && out->release != NULL) spoil_array(out);
  return status;
}

/* `table` is the whole, `ids` a column of texts, `days` one of days that lacks a row; their members may be written over, and lists of
 * pointers put in place of theirs. */
#define SCHEMAS(CASE) \
  CASE(no_format, "has no format", ids->format = NULL) \
  CASE(empty_format, "the column `id` has the format ``", ids->format = "") \
  CASE(unknown_format, "the column `id` has the format `zzz`", ids->format = "zzz") \
  CASE(negative_width, "the column `id`", ids->format = "w:-5") \
  CASE(decimals_without_digits, "has the format `d:`", ids->format = "d:") \
  CASE(decimals_of_no_width, "has the format `d:9,2,7`", ids->format = "d:9,2,7") \
  CASE(damaged_format, "a format in its schema is not UTF-8", ids->format = "\xff") \
  CASE(damaged_name, "a name in its schema is not UTF-8", ids->name = "id\xc3") \
  CASE(list_of_nothing, "its schema has 0 parts for the format `+l`, which has 1", ids->format = "+l") \
  CASE(map_of_nothing, "its schema has 0 parts for the format `+m`, which has 1", ids->format = "+m") \
  CASE(union_of_nothing, "the stream cannot be read", ids->format = "+us:0,1") \
  CASE(struct_of_nothing, "the column `id` has 3 buffers, and an array of its type has 1", ids->format = "+s") \
  CASE(wide_days, "the column `submitted_at` lacks the buffer", days->format = "vu") \
  CASE(a_dictionary, "the column `id` has 3 buffers, and an array of its type has 2", ids->dictionary = days; ids->format = "i") \
  CASE(a_released_column, "its schema was released already", ids->release(ids)) \
  CASE(minus_one_columns, "its schema says that it has -1 parts", table->n_children = -1) \
  CASE(huge_columns, "its schema says that it has 1125899906842624 parts", table->n_children = INT64_C(1) << 50) \
  CASE(null_columns, "parts, but they are NULL", table->children = NULL) \
  CASE(a_null_column, "its schema has a part that is NULL", table->children = holes(table->children); table->n_children = 2) \
  CASE(no_columns, "the table has 6 parts where its schema has 0", table->n_children = 0) \
  CASE(fewer_columns, "the table has 6 parts where its schema has 5", table->n_children = 5) \
  CASE(no_table, "it has the format `u`, and a table has `+s`", table->format = "u"; table->n_children = 0) \
  CASE(a_list_of_rows, "it has the format `+l`", table->format = "+l"; table->n_children = 1) \
  CASE(a_released_schema, "its schema was released already", table->release(table)) \
  CASE(nested_without_end, "nested more than 64 levels", endless(table))

#define ARRAYS(CASE) \
  CASE(negative_length, "the table says that it has -1 rows", table->length = -1) \
  CASE(huge_length, "the table says that it has 4611686018427387904 rows", table->length = INT64_C(1) << 62) \
  CASE(rows_beyond_a_book, "the table says that it has 100000001 rows", table->length = 100000001) \
  CASE(longer_table, "the stream cannot be read", table->length = 3) \
  CASE(table_further_on, "the stream cannot be read", table->offset = 1) \
  CASE(negative_offset, "2 rows from -1 on", table->offset = -1) \
  CASE(huge_offset, "rows from 4611686018427387904 on", table->offset = INT64_C(1) << 62) \
  CASE(rows_missing_as_a_whole, "missing as a whole", table->buffers = bits(1); table->null_count = 1) \
  CASE(shorter_column, "the stream cannot be read", ids->length = 1) \
  CASE(negative_column, "the column `id` says that it has -1 rows", ids->length = -1) \
  CASE(huge_column, "the column `qualified_at` says that it has", days->length = INT64_C(1) << 62) \
  CASE(column_before_its_start, "the column `id` says that it has 2 rows from -1 on", ids->offset = -1) \
  CASE(more_missing_than_rows, "the column `id` says that 7 of its 2 rows are missing", ids->null_count = 7) \
  CASE(less_than_unknown, "the column `id` says that -2 of its 2 rows are missing", ids->null_count = -2) \
  CASE(missing_without_bits, "rows are missing, but not which", days->null_count = 1; days->buffers = hole(days, 0)) \
  CASE(another_count_of_missing, "the column `qualified_at` says that 0 of its rows are missing, but its bits say 1", days->null_count = 0) \
  CASE(no_buffers_at_all, "the column `id` has 0 buffers, and an array of its type has 3", ids->n_buffers = 0) \
  CASE(negative_buffers, "the column `id` says that it has -1 buffers", ids->n_buffers = -1) \
  CASE(huge_buffers, "the column `id` says that it has 1152921504606846976 buffers", ids->n_buffers = INT64_C(1) << 60) \
  CASE(a_buffer_less, "the column `id` has 2 buffers, and an array of its type has 3", ids->n_buffers = 2) \
  CASE(a_buffer_more, "the column `qualified_at` has 3 buffers, and an array of its type has 2", days->buffers = hole(days, 2); days->n_buffers = 3) \
  CASE(null_buffers, "the column `id` says that it has buffers, but they are NULL", ids->buffers = NULL) \
  CASE(null_starts, "the column `id` lacks the buffer that says where its values begin", ids->buffers = hole(ids, 1)) \
  CASE(null_bytes, "the column `id` lacks the buffer of its values", ids->buffers = hole(ids, 2)) \
  CASE(null_days, "the column `qualified_at` lacks the buffer of its values", days->buffers = hole(days, 1)) \
  CASE(starts_below_zero, "the column `id`", starts(ids)[0] = -3) \
  CASE(ends_below_zero, "the column `id` says that its values have -6 bytes", starts(ids)[2] = -6) \
  CASE(starts_that_fall, "the column `id`", starts(ids)[1] = 9) \
  CASE(bytes_that_are_no_text, "the column `id`", ((char *)ids->buffers[2])[1] = '\xff') \
  CASE(a_text_that_starts_within_a_letter, "the column `id`", memcpy((char *)ids->buffers[2] + 2, "\xc3\xbc", 2)) \
  CASE(null_children, "parts, but they are NULL", table->children = NULL) \
  CASE(a_null_child, "the table has a part that is NULL", table->children = holes(table->children)) \
  CASE(fewer_children, "the table has 5 parts where its schema has 6", table->n_children = 5) \
  CASE(no_children, "the table has 0 parts where its schema has 6", table->n_children = 0) \
  CASE(negative_children, "the table has -6 parts where its schema has 6", table->n_children = -6) \
  CASE(children_of_texts, "the column `id` has 1 parts where its schema has 0", ids->n_children = 1; ids->children = table->children) \
  CASE(a_released_child, "the column `id` was released already", ids->release(ids)) \
  CASE(a_dictionary_of_its_own, "the column `id` has a dictionary, and its schema has none", ids->dictionary = days)

/* Lists with a hole, in place of those of a schema or an array; they last until the next case. */
static void *holes(void *pointers) {
  static void *list[COLUMNS_MAX];
  memcpy(list, pointers, sizeof list);
  list[1] = NULL;
  return list;
}

static const void **hole(const struct ArrowArray *array, int place) {
  static const void *list[3];
  for (int at = 0; at < 3; at++) list[at] = at == place || at >= array->n_buffers ? NULL : array->buffers[at];
  return list;
}

static const void **bits(unsigned char byte) {
  static unsigned char here;
  static const void *list[1] = { &here };
  here = byte;
  return list;
}

static int32_t *starts(const struct ArrowArray *texts) { return (int32_t *)texts->buffers[1]; }

static void endless(struct ArrowSchema *table) {
  static struct ArrowSchema *within[1];
  static struct ArrowSchema list;
  list = *table->children[0];
  list.format = "+l";
  list.n_children = 1;
  list.children = within;
  within[0] = &list;
  table->children = within;
  table->n_children = 1;
}

#define SCHEMA_CASE(name, part, ...) \
  static void name(struct ArrowSchema *table) { \
    struct ArrowSchema *ids = table->children[0], *days = table->children[2]; \
    (void)ids, (void)days; \
    __VA_ARGS__; \
  }
#define ARRAY_CASE(name, part, ...) \
  static void name(struct ArrowArray *table) { \
    struct ArrowArray *ids = table->children[0], *days = table->children[3]; \
    (void)ids, (void)days; \
    __VA_ARGS__; \
  }
SCHEMAS(SCHEMA_CASE)
ARRAYS(ARRAY_CASE)

static size_t cases = 0;

/* Asks with the table, and checks that it is refused with `part`, gives nothing and leaves nothing unreleased. */
static void refused(const referral_program *program, struct ArrowArrayStream *in, const char *name, const char *part) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_evaluation *evaluation = (referral_evaluation *)&answer; /* must be overwritten with NULL */
  const referral_table tables[] = { TABLE("referrals", in) };
  referral_status status = referral_program_evaluate_tables(program, TEXT(as_of), tables, 1, &evaluation, &answer);
  if (status != REFERRAL_STATUS_REFUSED || evaluation != NULL || !contains(&answer, part) || alive != 0) {
    failures++;
    fprintf(stderr, "%s: status %d, %d not released, wanted \"%s\": %s\n", name, (int)status, alive, part, answer.data);
  }
  referral_text_free(&answer);
  cases++;
}

static void spoiled(const referral_program *program, const char *name, const char *part, void (*schema)(struct ArrowSchema *),
                    void (*array)(struct ArrowArray *)) {
  spoil_schema = schema;
  spoil_array = array;
  struct ArrowArrayStream in = table(referrals, COUNT(referrals), 2);
  in.get_schema = spoiled_schema;
  in.get_next = spoiled_next;
  refused(program, &in, name, part);
}

static int no_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
  (void)stream, (void)out;
  return 22;
}
static int no_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
  (void)stream, (void)out;
  return 5;
}
static const char *says_nothing(struct ArrowArrayStream *stream) {
  (void)stream;
  return NULL;
}
static const char *says_what_is_no_text(struct ArrowArrayStream *stream) {
  (void)stream;
  return "gone \xff";
}

static void streams(const referral_program *program) {
#define STREAM(change, part) \
  do { \
    struct ArrowArrayStream in = table(referrals, COUNT(referrals), 2); \
    change; \
    refused(program, &in, #change, part); \
  } while (0)
  STREAM(in.get_schema = NULL, "it has no function `get_schema`");
  STREAM(in.get_next = NULL, "it has no function `get_next`");
  STREAM(in.release(&in), "it was released already");
  STREAM(in.get_schema = no_schema, "its `get_schema` has failed with 22: the disk is gone");
  STREAM(in.get_next = no_next, "its `get_next` has failed with 5: the disk is gone");
  STREAM(in.get_next = no_next; in.get_last_error = NULL, "its `get_next` has failed with 5");
  STREAM(in.get_next = no_next; in.get_last_error = says_nothing, "its `get_next` has failed with 5");
  STREAM(in.get_schema = no_schema; in.get_last_error = says_what_is_no_text, "has failed with 22: gone ");
}

/* Columns of other layouts, one in place of `id`: dictionaries, large texts and views. */
static struct ArrowSchema *values_schema;
static struct ArrowArray *values;
static const char *layout;
static void (*spoil_layout)(struct ArrowArray *);

static void other_schema(struct ArrowSchema *table) {
  struct ArrowSchema *ids = table->children[0];
  ids->format = layout;
  if (strcmp(layout, "c") == 0) ids->dictionary = values_schema;
}

static void other_array(struct ArrowArray *table) {
  struct ArrowArray *ids = table->children[0];
  static int8_t keys[2];
  static int64_t large[3], sizes[1];
  static struct { int32_t length; char start[4]; int32_t buffer, from; } views[2];
  static const void *lists[4];
  memcpy(keys, (int8_t[]){ 0, 1 }, sizeof keys);
  memcpy(large, (int64_t[]){ 0, 3, 6 }, sizeof large);
  sizes[0] = 20;
  memset(views, 0, sizeof views);
  for (int at = 0; at < 2; at++) {
    views[at].length = 3;
    memcpy(views[at].start, at == 0 ? "R-1" : "R-2", 3);
  }
  memset(lists, 0, sizeof lists);
  ids->buffers = lists;
  if (layout[0] == 'c') {
    lists[1] = keys;
    ids->n_buffers = 2;
    ids->dictionary = values;
  } else if (layout[0] == 'U') {
    lists[1] = large;
    lists[2] = "R-1R-2";
    ids->n_buffers = 3;
  } else {
    lists[1] = views;
    lists[2] = "a long text of a view";
    lists[3] = sizes;
    ids->n_buffers = 4;
  }
  if (spoil_layout != NULL) spoil_layout(ids);
}

#define LAYOUTS(CASE) \
  CASE(key_beyond, "c", ((int8_t *)ids->buffers[1])[1] = 2) \
  CASE(key_below_zero, "c", ((int8_t *)ids->buffers[1])[1] = -1) \
  CASE(no_dictionary, "c", ids->dictionary = NULL) \
  CASE(dictionary_of_minus_one, "c", ids->dictionary->length = -1) \
  CASE(dictionary_that_falls, "c", starts(ids->dictionary)[1] = 9) \
  CASE(dictionary_without_buffers, "c", ids->dictionary->buffers = NULL) \
  CASE(large_that_falls, "U", ((int64_t *)ids->buffers[1])[1] = 9) \
  CASE(large_below_zero, "U", ((int64_t *)ids->buffers[1])[2] = -1) \
  CASE(large_without_end, "U", ((int64_t *)ids->buffers[1])[2] = INT64_C(1) << 62) \
  CASE(view_of_another_buffer, "vu", ((int32_t *)ids->buffers[1])[0] = 15; ((int32_t *)ids->buffers[1])[2] = 7) \
  CASE(view_beyond_its_buffer, "vu", ((int32_t *)ids->buffers[1])[0] = 15; ((int32_t *)ids->buffers[1])[3] = 9) \
  CASE(view_below_zero, "vu", ((int32_t *)ids->buffers[1])[0] = -1) \
  CASE(buffer_below_zero, "vu", ((int64_t *)ids->buffers[3])[0] = -1) \
  CASE(buffers_without_sizes, "vu", ids->buffers[3] = NULL) \
  CASE(view_without_buffers, "vu", ids->n_buffers = 1)

#define LAYOUT_CASE(name, part, ...) \
  static void name(struct ArrowArray *ids) { __VA_ARGS__; }
LAYOUTS(LAYOUT_CASE)

static void in_layout(const referral_program *program, const char *name, const char *format, void (*spoil)(struct ArrowArray *)) {
  const struct column labels = { "", "u", { "R-1", "R-2" }, { 0 } };
  struct ArrowSchema schema;
  struct ArrowArray array;
  schema_of(&schema, "u", "", 0);
  fill(&array, &labels, 2);
  alive -= 2; /* these two are the test's */
  values_schema = &schema;
  values = &array;
  layout = format;
  spoil_layout = spoil;
  if (spoil != NULL) {
    spoiled(program, name, "the column `id`", other_schema, other_array);
  } else { /* as it is, it is read */
    spoil_schema = other_schema;
    spoil_array = other_array;
    struct ArrowArrayStream in = table(referrals, COUNT(referrals), 2);
    in.get_schema = spoiled_schema;
    in.get_next = spoiled_next;
    const referral_table tables[] = { TABLE("referrals", &in) };
    referral_text answer = REFERRAL_TEXT_EMPTY;
    referral_evaluation *evaluation = NULL;
    CHECK(referral_program_evaluate_tables(program, TEXT("{\"as_of\": \"2026-04-30\", \"answer\": [\"entries\"]}"), tables, 1,
                                           &evaluation, &answer) == REFERRAL_STATUS_OK);
    CHECK(contains(&answer, "\"amount\":\"124.95\""));
    referral_text_free(&answer);
    referral_evaluation_free(evaluation);
  }
  alive += 2;
  schema.release(&schema);
  array.release(&array);
}

int main(void) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *program = NULL;
  CHECK(referral_program_compile(TEXT(document), &program, &answer) == REFERRAL_STATUS_OK);
  referral_text_free(&answer);
#define RUN_SCHEMA(name, part, ...) spoiled(program, #name, part, name, NULL);
#define RUN_ARRAY(name, part, ...) spoiled(program, #name, part, NULL, name);
#define RUN_LAYOUT(name, format, ...) in_layout(program, #name, format, name);
  SCHEMAS(RUN_SCHEMA)
  ARRAYS(RUN_ARRAY)
  streams(program);
  in_layout(program, "a dictionary", "c", NULL);
  in_layout(program, "large texts", "U", NULL);
  in_layout(program, "views", "vu", NULL);
  LAYOUTS(RUN_LAYOUT)
  referral_program_free(program);
  CHECK(alive == 0);
  return told("malformed tables refused", cases);
}
