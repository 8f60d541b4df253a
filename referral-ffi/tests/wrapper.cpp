// The layer for C++: owners move and give back, statuses are exceptions, answers are those of C.
#include "referral_rules.hpp"

#include <cstdio>
#include <cstdlib>

namespace {
int failures = 0;

void check(bool good, int line) {
  if (good) return;
  failures++;
  std::fprintf(stderr, "%s:%d\n", __FILE__, line);
}
#define CHECK(condition) check((condition), __LINE__)

constexpr std::string_view standard = R"({"program": {"standard": "customer-referrals"}})";
constexpr std::string_view nothing = R"({"book": {"referrals": []}, "as_of": "2026-04-01"})";

bool has(const referral::text &answer, std::string_view part) { return answer.view().find(part) != std::string_view::npos; }

template <typename Call> void refused(referral_status status, std::string_view part, Call call, int line) {
  try {
    call();
    check(false, line);
  } catch (const referral::error &fault) {
    check(fault.status() == status, line);
    check(fault.answer().find(part) != std::string_view::npos, line);
  }
}
#define REFUSED(status, part, call) refused(REFERRAL_STATUS_##status, part, [&] { call; }, __LINE__)
} // namespace

int main() {
  CHECK(referral::is_compatible());
  CHECK(referral::version() == referral_version());

  referral::program program = referral::program::compile_request(standard);
  CHECK(program.compiled().find("\"program\":\"customer-referrals\"") != std::string_view::npos);
  CHECK(has(program.evaluate(nothing), "{\"ok\":true"));
  CHECK(has(program.describe("{}"), "\"terms\""));
  CHECK(has(program.keys(R"({"rows": {"referrals": [{"id": "R-1", "referrer": "ada", "submitted_at": "2026-03-02"}]}})"), "referrer/ada"));
  CHECK(has(program.step(R"({"news": {}, "as_of": "2026-04-01"})"), "\"step\""));
  CHECK(has(program.rebuild(R"({"history": {}, "as_of": "2026-04-01"})"), "{\"ok\":true"));

  CHECK(referral::document_schema_version() == 1);
  CHECK(referral::document_schema().find("$schema") != std::string_view::npos);

  // An evaluation may outlive its program; a stream that was not read stays the caller's.
  {
    referral::program other = referral::program::compile_request(standard);
    const referral::evaluation evaluation = other.evaluate_tables(R"({"as_of": "2026-04-01"})", {});
    other = referral::program::compile_request(standard);
    CHECK(evaluation.evaluated().find("\"findings\":[]") != std::string_view::npos);
    CHECK(has(evaluation.answer(R"({"answer": ["balances"]})"), "\"balances\":[]"));
    ArrowArrayStream entries = evaluation.table("entries");
    CHECK(entries.release != nullptr);
    ArrowSchema schema{};
    ArrowArray array{};
    CHECK(entries.get_schema(&entries, &schema) == 0 && entries.get_next(&entries, &array) == 0);
    entries.release(&entries);
    ArrowArrayStream again = referral::stream_of(&schema, &array);
    CHECK(again.release != nullptr && schema.release == nullptr && array.release == nullptr);
    again.release(&again);
    REFUSED(REFUSED, "released already", referral::stream_of(&schema, &array));
    REFUSED(REFUSED, "did you mean `entries`?", evaluation.table("entrys"));
    REFUSED(REFUSED, "not-found", evaluation.explain(R"({"referral": "R-1"})"));
    ArrowArrayStream empty{};
    REFUSED(REFUSED, "book.referrals", other.evaluate_tables(R"({"as_of": "2026-04-01"})", {referral::table("referrals", &empty)}));
  }

  // What is moved is given back once, by its new owner.
  referral::program moved = std::move(program);
  referral::text answer = moved.evaluate(nothing);
  referral::text other = std::move(answer);
  CHECK(answer.view().empty());
  answer = std::move(other);
  CHECK(has(answer, "{\"ok\":true"));
  program = std::move(moved);
  CHECK(has(program.evaluate(nothing), "{\"ok\":true"));
  REFUSED(NULL_POINTER, "null-pointer", moved.evaluate(nothing));

  REFUSED(REFUSED, "missing-key", referral::program::compile("id = 'acme'"));
  REFUSED(REFUSED, "missing-key", referral::program::compile(std::string_view{}));
  REFUSED(NOT_UTF8, "not-utf-8", referral::program::compile("id = '\xff'"));
  REFUSED(REFUSED, "missing-key", program.explain(nothing));
  REFUSED(REFUSED, "syntax", program.evaluate(std::string_view{}));

  if (failures > 0) return EXIT_FAILURE;
  std::puts("the layer for C++ does as C does");
}
