/* What the tests in C share: a check that tells where it failed, and texts. */
#ifndef TEST_H
#define TEST_H

#include "referral_rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                              \
  do {                                                                                \
    if (!(condition)) {                                                               \
      failures++;                                                                     \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);  \
    }                                                                                 \
  } while (0)

/* How many bytes a text of C has, for calls that take a text and a length. */
#define TEXT(text) (text), strlen(text)

static inline int starts_with(const referral_text *answer, const char *start) {
  size_t length = strlen(start);
  return answer->data != NULL && answer->length >= length && memcmp(answer->data, start, length) == 0;
}

static inline int contains(const referral_text *answer, const char *part) {
  return answer->data != NULL && strstr(answer->data, part) != NULL;
}

static inline int same(const referral_text *one, const referral_text *other) {
  return one->length == other->length && memcmp(one->data, other->data, one->length) == 0;
}

/* The last line of every test. */
static inline int told(const char *what, size_t count) {
  if (failures > 0) {
    fprintf(stderr, "%d failures\n", failures);
    return EXIT_FAILURE;
  }
  printf("%zu %s\n", count, what);
  return EXIT_SUCCESS;
}

#endif
