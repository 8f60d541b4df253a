/* Who is owed what, from C: a program is compiled once and asked once. Prints the answer. `./check c` builds and runs it. */
#include "referral_rules.h"
#include <stdio.h>
#include <stdlib.h>

static const char document[] =
    "schema = 1\n"
    "id = 'bring-a-friend'\n"
    "version = '2026-01'\n"
    "in_force = { first_day = 2026-01-01 }\n"
    "currency = 'EUR'\n"
    "time_zone = 'Europe/Berlin'\n"
    "[[reward]]\n"
    "id = 'welcome'\n"
    "to = 'referrer'\n"
    "on = 'qualified'\n"
    "kind = 'cash'\n"
    "amount = 25\n";

static const char request[] =
    "{ \"book\": { \"referrals\": [{ \"id\": \"R-1\", \"referrer\": \"ada\","
    "                            \"submitted_at\": \"2026-03-02\", \"qualified_at\": \"2026-03-05\" }] },"
    "  \"as_of\": \"2026-04-30\","
    "  \"answer\": [\"balances\"] }";

int main(void) {
  referral_program *program = NULL;
  referral_text answer = REFERRAL_TEXT_EMPTY;

  referral_status status = referral_program_compile(document, sizeof document - 1, &program, &answer);
  if (status == REFERRAL_STATUS_OK) {
    referral_text_free(&answer); /* what the compiler says, warnings too */
    status = referral_program_evaluate(program, request, sizeof request - 1, &answer);
  }
  /* Whatever the status: the answer says what came of it. */
  fprintf(status == REFERRAL_STATUS_OK ? stdout : stderr, "%s\n", answer.data);

  referral_text_free(&answer);
  referral_program_free(program);
  return status == REFERRAL_STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
