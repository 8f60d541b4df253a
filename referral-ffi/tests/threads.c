/* One program, asked by several threads at once: every answer has the same bytes. */
#define _POSIX_C_SOURCE 200809L
#include "test.h"
#include <pthread.h>

enum { THREADS = 8, CALLS = 50 };

static const char standard[] = "{\"program\": {\"standard\": \"customer-referrals\"}}";
static const char request[] =
    "{\"book\": {\"referrals\": [{\"id\": \"R-1\", \"referrer\": \"ada\", \"submitted_at\": \"2026-03-02\"}]},"
    " \"as_of\": \"2026-04-01\"}";

static referral_program *program = NULL;
static referral_text first = REFERRAL_TEXT_EMPTY;

static void *ask(void *differences) {
  for (int call = 0; call < CALLS; call++) {
    referral_text answer = REFERRAL_TEXT_EMPTY;
    referral_status status = referral_program_evaluate(program, TEXT(request), &answer);
    *(int *)differences += status != REFERRAL_STATUS_OK || !same(&answer, &first);
    referral_text_free(&answer);
  }
  return NULL;
}

int main(void) {
  CHECK(referral_program_compile_request(TEXT(standard), &program, &first) == REFERRAL_STATUS_OK);
  referral_text_free(&first);
  CHECK(referral_program_evaluate(program, TEXT(request), &first) == REFERRAL_STATUS_OK);

  pthread_t threads[THREADS];
  int differences[THREADS] = { 0 };
  for (int at = 0; at < THREADS; at++) CHECK(pthread_create(&threads[at], NULL, ask, &differences[at]) == 0);
  for (int at = 0; at < THREADS; at++) {
    CHECK(pthread_join(threads[at], NULL) == 0);
    CHECK(differences[at] == 0);
  }
  referral_text_free(&first);
  referral_program_free(program);
  return told("calls over threads", (size_t)THREADS * CALLS);
}
