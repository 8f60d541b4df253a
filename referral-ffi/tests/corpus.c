/* Every case of the corpus through C: the same bytes as through Rust, from a program that is compiled once and from whole requests.
 *
 * The folder that tests/tests/doors.rs writes is the argument. */
#define _POSIX_C_SOURCE 200809L
#include "test.h"
#include <dirent.h>
#include <stdbool.h>

static const char *folder;

static size_t steps = 0;

/* A file, with a NUL at its end. */
static referral_text whole(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s cannot be opened\n", path);
    exit(EXIT_FAILURE);
  }
  fseek(file, 0, SEEK_END);
  referral_text text = { NULL, (size_t)ftell(file) };
  rewind(file);
  text.data = malloc(text.length + 1);
  if (text.data == NULL || fread(text.data, 1, text.length, file) != text.length) {
    fprintf(stderr, "%s cannot be read\n", path);
    exit(EXIT_FAILURE);
  }
  text.data[text.length] = '\0';
  fclose(file);
  return text;
}

/* A file of a case. */
static referral_text file(const char *name, const char *file_name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s/%s.json", folder, name, file_name);
  return whole(path);
}

/* Holds the answer against the file of the case, and gives both back. */
static void compare(const char *name, const char *what, const char *way, referral_status status, referral_text answer) {
  char file_name[64];
  snprintf(file_name, sizeof file_name, "%s.answer", what);
  referral_text wanted = file(name, file_name);
  bool good = starts_with(&wanted, "{\"ok\":true");
  if (!same(&answer, &wanted) || status != (good ? REFERRAL_STATUS_OK : REFERRAL_STATUS_REFUSED)) {
    failures++;
    fprintf(stderr, "%s: %s %s: status %d\n  C    %s\n  Rust %s\n", name, what, way, (int)status, answer.data, wanted.data);
  }
  free(wanted.data);
  referral_text_free(&answer);
}

typedef referral_status (*ask_text)(const char *, size_t, referral_text *);
typedef referral_status (*ask_program)(const referral_program *, const char *, size_t, referral_text *);

static void by_text(const char *name, const char *what, ask_text ask) {
  referral_text request = file(name, what);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_status status = ask(request.data, request.length, &answer);
  compare(name, what, "as a text", status, answer);
  free(request.data);
}

static void by_program(const char *name, const char *what, const referral_program *program, ask_program ask) {
  char file_name[64];
  snprintf(file_name, sizeof file_name, "%s_with", what);
  referral_text request = file(name, file_name);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_status status = ask(program, request.data, request.length, &answer);
  compare(name, what, "with a program", status, answer);
  free(request.data);
}

/* The next line of a text, without its end; NULL after the last one. */
static char *line(char **rest) {
  char *start = *rest;
  char *end = start == NULL ? NULL : strchr(start, '\n');
  if (end == NULL) return NULL;
  *end = '\0';
  *rest = end + 1;
  return start;
}

/* The case one row at a time: three lines for each request, what is asked, the request and the answer. */
static void by_steps(const char *name, const referral_program *program) {
  char path[8192];
  snprintf(path, sizeof path, "%s/%s/steps.txt", folder, name);
  referral_text all = whole(path);
  char *rest = all.data;
  for (char *what; (what = line(&rest)) != NULL;) {
    const char *request = line(&rest), *wanted = line(&rest);
    CHECK(request != NULL && wanted != NULL);
    if (request == NULL || wanted == NULL) break;
    ask_program ask = strcmp(what, "step") == 0      ? referral_program_step
                      : strcmp(what, "rebuild") == 0 ? referral_program_rebuild
                                                     : referral_program_keys;
    referral_text answer = REFERRAL_TEXT_EMPTY;
    ask(program, request, strlen(request), &answer);
    if (strcmp(answer.data, wanted) != 0) {
      failures++;
      fprintf(stderr, "%s: %s\n  C    %s\n  Rust %s\n", name, what, answer.data, wanted);
    }
    referral_text_free(&answer);
    steps++;
  }
  free(all.data);
}

static void run(const char *name) {
  by_text(name, "compile", referral_compile_json);
  by_text(name, "evaluate", referral_evaluate_json);
  by_text(name, "explain", referral_explain_json);
  by_text(name, "describe", referral_describe_json);

  referral_text request = file(name, "compile");
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program *program = NULL;
  referral_status status = referral_program_compile_request(request.data, request.length, &program, &answer);
  CHECK((program != NULL) == (status == REFERRAL_STATUS_OK));
  compare(name, "compile", "to a program", status, answer);
  free(request.data);
  if (program != NULL) {
    by_program(name, "evaluate", program, referral_program_evaluate);
    by_program(name, "explain", program, referral_program_explain);
    by_steps(name, program);
    by_program(name, "describe", program, referral_program_describe);
  }
  referral_program_free(program);
}

static size_t folders(void) {
  size_t count = 0;
  DIR *listing = opendir(folder);
  for (struct dirent *item; listing != NULL && (item = readdir(listing)) != NULL;) {
    count += item->d_name[0] != '.' && strcmp(item->d_name, "cases.txt") != 0;
  }
  if (listing != NULL) closedir(listing);
  return count;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: corpus FOLDER\n");
    return EXIT_FAILURE;
  }
  folder = arguments[1];
  char name[4096];
  snprintf(name, sizeof name, "%s/cases.txt", folder);
  FILE *list = fopen(name, "r");
  if (list == NULL) {
    fprintf(stderr, "%s cannot be opened: cargo test -p referral-tests --test doors writes it\n", name);
    return EXIT_FAILURE;
  }
  size_t cases = 0;
  while (fgets(name, sizeof name, list) != NULL) {
    name[strcspn(name, "\n")] = '\0';
    run(name);
    cases++;
  }
  fclose(list);
  CHECK(cases == folders());
  CHECK(cases > 100);
  CHECK(steps > 1000);
  return told("cases of the corpus through C", cases);
}
