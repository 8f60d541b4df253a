/* Asks a program from the shell, to see what goes in and what comes out: ask DOCUMENT FUNCTION REQUEST
 *
 * FUNCTION is evaluate, explain, step, rebuild, keys or describe. Prints the answer; ends with 0 if the status is REFERRAL_STATUS_OK. */
#include "referral_rules.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef referral_status (*function)(const referral_program *, const char *, size_t, referral_text *);

static const struct {
  const char *name;
  function call;
} functions[] = {
  { "evaluate", referral_program_evaluate }, { "explain", referral_program_explain }, { "step", referral_program_step },
  { "rebuild", referral_program_rebuild },   { "keys", referral_program_keys },       { "describe", referral_program_describe },
};

static char document[1 << 20]; /* no document may be longer */

int main(int count, char **arguments) {
  function ask = NULL;
  for (size_t at = 0; count == 4 && at < sizeof functions / sizeof *functions; at++) {
    if (strcmp(functions[at].name, arguments[2]) == 0) ask = functions[at].call;
  }
  FILE *file = ask == NULL ? NULL : fopen(arguments[1], "rb");
  if (file == NULL) {
    fprintf(stderr, "usage: ask DOCUMENT evaluate|explain|step|rebuild|keys|describe REQUEST\n");
    return 2;
  }
  size_t length = fread(document, 1, sizeof document, file);
  fclose(file);

  referral_program *program = NULL;
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_status status = referral_program_compile(document, length, &program, &answer);
  if (status == REFERRAL_STATUS_OK) {
    referral_text_free(&answer);
    status = ask(program, arguments[3], strlen(arguments[3]), &answer);
  }
  puts(answer.data);
  referral_text_free(&answer);
  referral_program_free(program);
  return status == REFERRAL_STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
