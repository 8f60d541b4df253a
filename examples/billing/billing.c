/* A small billing system: events come in one at a time, the engine says what is owed, and entries and carried state are booked in
 * one transaction with the event. Killed at any point and started again, it neither loses nor pays anything twice.
 *
 *   billing DATABASE init PROGRAM.toml [OPENING.json]   a new database, with the balances from before
 *   billing DATABASE upgrade PROGRAM.toml               the next version of the terms
 *   billing DATABASE feed NEWS.jsonl                    takes in what it has not taken in yet, line by line
 *   billing DATABASE clock MOMENT                       lets the clock act up to a moment
 *   billing DATABASE paid ENTRY MOMENT                  the entry was paid
 *   billing DATABASE ledger                             the booked entries
 *   billing DATABASE balances MOMENT                    who is owed what
 *   billing DATABASE check MOMENT                       compares the ledger with that of all rows evaluated at once
 *
 * A line of news is {"as_of": "...", "accounts": [...], "referrals": [...], "events": [...]}: rows that became known at that moment.
 *
 * The engine keeps nothing between calls. All JSON is put together and taken apart by SQLite. */
#include "referral_rules.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *database;
static referral_program *program;
static char *compiled; /* how many versions the program has */

static _Noreturn void stop(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(EXIT_FAILURE); /* an open transaction is rolled back by the next process that opens the database */
}

/* Runs a statement with texts for ?1, ?2, ... and gives the first column of its first row, or NULL; to be freed. */
static char *query(const char *sql, int count, const char *const *texts) {
  sqlite3_stmt *statement = NULL;
  if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK) stop(sql, sqlite3_errmsg(database));
  for (int at = 0; at < count; at++) {
    if (sqlite3_bind_text(statement, at + 1, texts[at], -1, SQLITE_STATIC) != SQLITE_OK) stop(sql, sqlite3_errmsg(database));
  }
  char *out = NULL;
  int result = sqlite3_step(statement);
  if (result == SQLITE_ROW) {
    const unsigned char *text = sqlite3_column_text(statement, 0);
    out = text == NULL ? NULL : strdup((const char *)text);
    while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
    }
  }
  if (result != SQLITE_DONE) stop(sql, sqlite3_errmsg(database));
  sqlite3_finalize(statement);
  return out;
}

#define QUERY(sql, ...) query((sql), (int)(sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *)), (const char *[]){ __VA_ARGS__ })
#define RUN(sql, ...) free(QUERY(sql, __VA_ARGS__))

static void run(const char *sql) {
  if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) stop(sql, sqlite3_errmsg(database));
}

static char *file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) stop(path, "it cannot be opened");
  fseek(file, 0, SEEK_END);
  long length = ftell(file);
  rewind(file);
  char *text = malloc((size_t)length + 1);
  if (text == NULL || fread(text, 1, (size_t)length, file) != (size_t)length) stop(path, "it cannot be read");
  text[length] = '\0';
  fclose(file);
  return text;
}

/* Asks the engine; what it refuses ends the process, and with it the transaction. The answer is to be given back. */
typedef referral_status (*question)(const referral_program *, const char *, size_t, referral_text *);

static referral_text ask(question question, char *request) {
  referral_text answer = REFERRAL_TEXT_EMPTY;
  if (question(program, request, strlen(request), &answer) != REFERRAL_STATUS_OK) stop("the engine refuses", answer.data);
  free(request);
  return answer;
}

static const char tables[] =
    "CREATE TABLE versions (number INTEGER PRIMARY KEY, document TEXT NOT NULL);"
    "CREATE TABLE opening (balances TEXT NOT NULL);"
    /* The rows of the host's tables, as they came. */
    "CREATE TABLE accounts (id TEXT PRIMARY KEY, row TEXT NOT NULL);"
    "CREATE TABLE referrals (number INTEGER PRIMARY KEY, id TEXT NOT NULL, row TEXT NOT NULL);"
    "CREATE TABLE events (number INTEGER PRIMARY KEY, referral TEXT NOT NULL, row TEXT NOT NULL);"
    "CREATE TABLE confirmations (entry TEXT NOT NULL, what TEXT NOT NULL, at TEXT NOT NULL);"
    /* What a referral has to do with: to find the rows of a history. */
    "CREATE TABLE keys (key TEXT NOT NULL, referral TEXT NOT NULL, PRIMARY KEY (key, referral)) WITHOUT ROWID;"
    "CREATE INDEX keys_of_referral ON keys (referral);"
    "CREATE INDEX referrals_by_id ON referrals (id);"
    "CREATE INDEX events_by_referral ON events (referral);"
    /* What the engine gave: carried state, and the ledger. The key of an entry is its id: booking one twice is refused. */
    "CREATE TABLE states (key TEXT PRIMARY KEY, wakes_at TEXT, state TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE ledger (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, referral TEXT, amount TEXT NOT NULL, entry TEXT NOT NULL);"
    /* How far the news was taken in. */
    "CREATE TABLE taken (source TEXT NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (source, line)) WITHOUT ROWID;"
    "CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY) WITHOUT ROWID;";

static void open_database(const char *path) {
  if (sqlite3_open(path, &database) != SQLITE_OK) stop(path, sqlite3_errmsg(database));
  sqlite3_busy_timeout(database, 60000); /* another process may be at work */
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
}

/* Compiles all versions of the terms. */
static void compile(void) {
  char *request = query("SELECT json_object('program', json_group_array(json_object('name', 'version ' || number, 'text', document))) "
                        "FROM (SELECT * FROM versions ORDER BY number)", 0, NULL);
  referral_text answer = REFERRAL_TEXT_EMPTY;
  referral_program_free(program);
  if (referral_program_compile_request(request, strlen(request), &program, &answer) != REFERRAL_STATUS_OK) {
    stop("the terms do not compile", answer.data);
  }
  referral_text_free(&answer);
  free(request);
  free(compiled);
  compiled = query("SELECT count(*) FROM versions", 0, NULL);
}

/* Begins the transaction of a step. Another process may have brought new terms meanwhile. */
static void begin(void) {
  run("BEGIN IMMEDIATE; DELETE FROM wanted");
  char *versions = query("SELECT count(*) FROM versions", 0, NULL);
  if (strcmp(versions, compiled) != 0) compile();
  free(versions);
}

/* Books what a step gave: entries and states, in the transaction of the news. */
static void book(const referral_text *answer) {
  RUN("INSERT INTO ledger (id, referral, amount, entry) SELECT json_extract(value, '$.id'), json_extract(value, '$.referral'), "
      "json_extract(value, '$.amount'), value FROM json_each(?1, '$.entries')", answer->data);
  RUN("INSERT INTO states SELECT json_extract(value, '$.key'), json_extract(value, '$.wakes_at'), json_extract(value, '$.state') "
      "FROM json_each(?1, '$.states') WHERE true ON CONFLICT (key) DO UPDATE SET wakes_at = excluded.wakes_at, state = excluded.state",
      answer->data);
}

/* The past has changed: everything that hangs together with the keys is gone through again, against what is booked. */
static void rebuild(const char *keys, const char *as_of) {
  run("DROP TABLE IF EXISTS temp.history");
  RUN("CREATE TEMP TABLE history AS WITH RECURSIVE touched (key) AS (SELECT value FROM json_each(?1) UNION "
      "SELECT other.key FROM touched JOIN keys one ON one.key = touched.key JOIN keys other ON other.referral = one.referral) "
      "SELECT DISTINCT referral FROM keys JOIN touched USING (key)", keys);
  char *request = QUERY(
      "SELECT json_object('as_of', ?1, 'history', json_object("
      "'opening_balances', json((SELECT balances FROM opening)), "
      "'accounts', json((SELECT json_group_array(json(row)) FROM accounts)), "
      "'referrals', json((SELECT json_group_array(json(row)) FROM referrals WHERE id IN (SELECT referral FROM history))), "
      "'events', json((SELECT json_group_array(json(row)) FROM events WHERE referral IN (SELECT referral FROM history))), "
      "'booked', json((SELECT json_group_array(json_object('id', id, 'amount', amount)) FROM ledger "
      "WHERE referral IN (SELECT referral FROM history)))))", as_of);
  referral_text answer = ask(referral_program_rebuild, request);
  book(&answer);
  referral_text_free(&answer);
}

/* One step: hands in the states that are wanted until it is done. */
static void step(const char *news, const char *as_of) {
  for (;;) {
    char *request = QUERY("SELECT json_object('as_of', ?1, 'news', json(?2), 'states', json((SELECT json_group_object(wanted.key, state) "
                          "FROM wanted LEFT JOIN states USING (key))))", as_of, news);
    referral_text answer = ask(referral_program_step, request);
    char *came = QUERY("SELECT json_extract(?1, '$.step')", answer.data);
    bool more = strcmp(came, "needs states") == 0;
    if (more) {
      RUN("INSERT INTO wanted SELECT value FROM json_each(?1, '$.keys')", answer.data);
    } else if (strcmp(came, "done") == 0) {
      book(&answer);
    } else {
      char *keys = QUERY("SELECT json_extract(?1, '$.keys')", answer.data);
      rebuild(keys, as_of);
      free(keys);
    }
    free(came);
    referral_text_free(&answer);
    if (!more) return;
  }
}

/* Keeps what referrals, a list of texts, have to do with under the terms of now. */
static void keep_keys(const char *rows) {
  for (int at = 0;; at++) {
    char number[32];
    snprintf(number, sizeof number, "$[%d]", at);
    char *row = QUERY("SELECT json_extract(?1, ?2)", rows, number);
    if (row == NULL) break;
    char *request = QUERY("SELECT json_object('rows', json_object('referrals', json_array(json(?1)), 'accounts', "
                          "json((SELECT json_group_array(json(row)) FROM accounts WHERE id = json_extract(?1, '$.referrer')))))", row);
    referral_text answer = ask(referral_program_keys, request);
    RUN("INSERT OR IGNORE INTO keys SELECT value, json_extract(?2, '$.id') FROM json_each(?1, '$.keys') UNION ALL "
        "SELECT 'referral/' || json_extract(?2, '$.id'), json_extract(?2, '$.id')", answer.data, row);
    referral_text_free(&answer);
    free(row);
  }
}

/* Stores the rows of the news, and what its referrals have to do with. */
static void store(const char *news) {
  RUN("INSERT INTO accounts SELECT json_extract(value, '$.id'), value FROM json_each(?1, '$.accounts') WHERE true "
      "ON CONFLICT (id) DO UPDATE SET row = excluded.row", news);
  RUN("INSERT INTO referrals (id, row) SELECT json_extract(value, '$.id'), value FROM json_each(?1, '$.referrals')", news);
  RUN("INSERT INTO events (referral, row) SELECT json_extract(value, '$.referral'), value FROM json_each(?1, '$.events')", news);
  RUN("INSERT OR IGNORE INTO keys SELECT 'event/' || json_extract(value, '$.id'), json_extract(value, '$.referral') "
      "FROM json_each(?1, '$.events')", news);
  char *rows = QUERY("SELECT json_group_array(value) FROM json_each(?1, '$.referrals')", news);
  keep_keys(rows);
  free(rows);
}
/* Takes in the lines that were not taken in yet, each in a transaction of its own. */
static void feed(const char *path) {
  char *all = file(path);
  int number = 0;
  for (char *line = strtok(all, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    char name[32];
    snprintf(name, sizeof name, "%d", ++number);
    begin();
    char *taken = QUERY("SELECT 1 FROM taken WHERE source = ?1 AND line = ?2", path, name);
    if (taken == NULL) {
      char *as_of = QUERY("SELECT json_extract(?1, '$.as_of')", line);
      store(line);
      /* A step is told who is an account at all, and what was before the history. */
      char *news = QUERY("SELECT json_object('opening_balances', json((SELECT balances FROM opening)), "
                         "'accounts', json((SELECT json_group_array(json(row)) FROM accounts WHERE id IN "
                         "(SELECT json_extract(value, '$.referrer') FROM json_each(?1, '$.referrals')))), "
                         "'referrals', json(coalesce(json_extract(?1, '$.referrals'), '[]')), "
                         "'events', json(coalesce(json_extract(?1, '$.events'), '[]')))", line);
      step(news, as_of);
      RUN("INSERT INTO taken VALUES (?1, ?2)", path, name);
      free(news);
      free(as_of);
    }
    free(taken);
    run("COMMIT");
  }
  free(all);
}

/* Steps without news, for the states on which the clock acts up to a moment. */
static void clock_goes_on(const char *moment) {
  /* The engine says which instant is meant: of a date it is the last one of the day. Its texts sort as time does, but for the Z. */
  char *request = QUERY("SELECT json_object('as_of', ?1, 'news', json('{}'), 'states', json('{}'))", moment);
  referral_text answer = ask(referral_program_step, request);
  char *until = QUERY("SELECT json_extract(?1, '$.as_of')", answer.data);
  referral_text_free(&answer);
  for (bool more = true; more;) {
    begin();
    char *key = QUERY("SELECT key FROM states WHERE rtrim(wakes_at, 'Z') <= rtrim(?1, 'Z') ORDER BY wakes_at, key LIMIT 1", until);
    more = key != NULL;
    if (more) {
      RUN("INSERT INTO wanted VALUES (?1)", key);
      char *news = query("SELECT json_object('opening_balances', json(balances)) FROM opening", 0, NULL);
      step(news, until);
      free(news);
    }
    free(key);
    run("COMMIT");
  }
  free(until);
}

/* The answer to all rows at once. */
static referral_text evaluate(const char *moment, const char *part, const char *booked) {
  return ask(referral_program_evaluate, QUERY(
      "SELECT json_object('as_of', ?1, 'answer', json_array(?2), 'book', json_object("
      "'opening_balances', json((SELECT balances FROM opening)), "
      "'accounts', json((SELECT json_group_array(json(row)) FROM accounts)), "
      "'referrals', json((SELECT json_group_array(json(row)) FROM referrals)), "
      "'events', json((SELECT json_group_array(json(row)) FROM events)), "
      "'confirmations', json((SELECT json_group_array(json_object('entry', entry, 'what', what, 'at', at)) FROM confirmations)), "
      "'booked', json(?3)))", moment, part, booked));
}

/* Whether the booked ledger is that of all rows evaluated at once, to the byte. */
static int check(const char *moment) {
  run("BEGIN"); /* all of it is read as of one instant */
  referral_text answer = evaluate(moment, "ledger", "[]");
  char *differences = QUERY("SELECT (SELECT count(*) FROM (SELECT entry FROM ledger EXCEPT SELECT value FROM json_each(?1, '$.ledger'))) + "
                            "(SELECT count(*) FROM (SELECT value FROM json_each(?1, '$.ledger') EXCEPT SELECT entry FROM ledger))",
                            answer.data);
  char *entries = query("SELECT count(*) FROM ledger", 0, NULL);
  run("COMMIT");
  printf("%s entries, %s differences\n", entries, differences);
  int failed = strcmp(differences, "0") != 0;
  free(entries);
  free(differences);
  referral_text_free(&answer);
  return failed;
}

static void print_ledger(void) {
  char *lines = query("SELECT group_concat(json_extract(entry, '$.booked_at') || ' ' || id || ' ' || amount || ' ' || "
                      "json_extract(entry, '$.unit'), char(10)) FROM (SELECT * FROM ledger ORDER BY number)", 0, NULL);
  if (lines != NULL) puts(lines);
  free(lines);
}

int main(int count, char **arguments) {
  if (count < 3) stop("usage", "billing DATABASE init|upgrade|feed|clock|paid|ledger|balances|check ...; see the top of billing.c");
  const char *what = arguments[2], *first = count > 3 ? arguments[3] : "", *second = count > 4 ? arguments[4] : NULL;
  int failed = EXIT_SUCCESS;
  open_database(arguments[1]);
  if (strcmp(what, "init") == 0) {
    run("BEGIN IMMEDIATE");
    run(tables);
    char *document = file(first), *opening = second == NULL ? strdup("[]") : file(second);
    RUN("INSERT INTO versions (document) VALUES (?1)", document);
    RUN("INSERT INTO opening VALUES (json(?1))", opening);
    compile();
    run("COMMIT");
    free(document);
    free(opening);
  } else {
    run("CREATE TEMP TABLE wanted (key TEXT PRIMARY KEY) WITHOUT ROWID");
    compile();
    if (strcmp(what, "upgrade") == 0) {
      char *document = file(first);
      run("BEGIN IMMEDIATE");
      RUN("INSERT INTO versions (document) VALUES (?1)", document);
      compile(); /* what does not compile ends the process, and the transaction is gone */
      char *rows = query("SELECT json_group_array(row) FROM referrals", 0, NULL);
      keep_keys(rows);
      free(rows);
      run("COMMIT");
      free(document);
    } else if (strcmp(what, "feed") == 0) {
      feed(first);
    } else if (strcmp(what, "clock") == 0) {
      clock_goes_on(first);
    } else if (strcmp(what, "paid") == 0 && second != NULL) {
      RUN("INSERT INTO confirmations VALUES (?1, 'paid', ?2)", first, second);
    } else if (strcmp(what, "ledger") == 0) {
      print_ledger();
    } else if (strcmp(what, "balances") == 0) {
      run("BEGIN");
      char *booked = query("SELECT json_group_array(json_object('id', id, 'amount', amount)) FROM ledger", 0, NULL);
      referral_text answer = evaluate(first, "balances", booked);
      run("COMMIT");
      puts(answer.data);
      referral_text_free(&answer);
      free(booked);
    } else if (strcmp(what, "check") == 0) {
      failed = check(first);
    } else {
      stop(what, "there is no such command, or it wants more");
    }
  }
  free(compiled);
  referral_program_free(program);
  sqlite3_close(database);
  return failed;
}
