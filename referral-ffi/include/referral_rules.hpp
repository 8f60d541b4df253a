/* referral_rules.hpp: the library from C++17. A thin layer over referral_rules.h: owners that give back what they have, and
 * exceptions in place of statuses. Nothing is computed here; what requests and answers say is described there.
 *
 *   #include <referral_rules.hpp>
 *
 *   const referral::program program = referral::program::compile(document);
 *   const referral::text answer = program.evaluate(request);
 *   std::cout << answer.view() << '\n';
 *
 * A program never changes: any number of threads may ask it at the same time.
 */
#ifndef REFERRAL_RULES_HPP
#define REFERRAL_RULES_HPP

#include "referral_rules.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace referral {

/// A text of the library. It can be moved, not copied: `std::string(answer.view())` makes a copy.
class text {
public:
  text() noexcept = default;
  text(text &&other) noexcept : own(std::exchange(other.own, referral_text REFERRAL_TEXT_EMPTY)) {}
  text &operator=(text &&other) noexcept {
    std::swap(own, other.own);
    return *this;
  }
  text(const text &) = delete;
  text &operator=(const text &) = delete;
  ~text() { referral_text_free(&own); }

  /// The bytes, UTF-8, as long as the text lives.
  std::string_view view() const noexcept {
    return own.data == nullptr ? std::string_view{} : std::string_view{own.data, own.length};
  }

  /// Where a function of referral_rules.h writes its answer. What the text held before is given back.
  referral_text *out() noexcept {
    referral_text_free(&own);
    return &own;
  }

private:
  referral_text own = REFERRAL_TEXT_EMPTY;
};

/// A call that did not give what was asked for.
class error : public std::runtime_error {
public:
  error(referral_status status, std::string_view answer) : std::runtime_error(std::string(answer)), own(status) {}

  /// What came of the call.
  referral_status status() const noexcept { return own; }

  /// The answer, as JSON: `diagnostics` and `text`, or `error` with `code` and `message`.
  std::string_view answer() const noexcept { return what(); }

private:
  referral_status own;
};

/// The version of the library, such as "0.1.0".
inline std::string_view version() noexcept { return referral_version(); }

/// Whether the library that is loaded has the interface of this header.
inline bool is_compatible() noexcept { return referral_abi_version() == REFERRAL_ABI_VERSION; }

namespace detail {
/// The answer, or the exception.
inline text checked(referral_status status, text answer) {
  if (status != REFERRAL_STATUS_OK) throw error(status, answer.view());
  return answer;
}
/// A view of nothing has no address; the library wants one.
inline const char *address(std::string_view view) noexcept { return view.data() == nullptr ? "" : view.data(); }
} // namespace detail

/// The `schema` of the documents that the library reads.
inline std::uint32_t document_schema_version() noexcept { return referral_document_schema_version(); }

/// The JSON Schema of a document, for editors.
inline std::string_view document_schema() noexcept { return referral_document_schema(); }

/// A stream of a table that is one array with its schema, which are moved. It is the caller's, to go in as a table or to be released.
inline ArrowArrayStream stream_of(ArrowSchema *schema, ArrowArray *array) {
  ArrowArrayStream stream{};
  text answer;
  const referral_status status = referral_stream_of_array(schema, array, &stream, answer.out());
  detail::checked(status, std::move(answer));
  return stream;
}

/// A table that goes in, by its name among the tables of a book. The stream is moved when it is read.
inline referral_table table(std::string_view name, ArrowArrayStream *stream) noexcept {
  return referral_table{detail::address(name), name.size(), stream};
}

/// What was evaluated, to be asked for one part after the other. It may outlive its program.
class evaluation {
public:
  /// What the call that evaluated said: findings and warnings, or the parts that its request named.
  std::string_view evaluated() const noexcept { return said.view(); }

  /// A table of the answer, such as "entries". The stream is the caller's to release.
  ArrowArrayStream table(std::string_view name) const {
    ArrowArrayStream stream{};
    text answer;
    const referral_status status =
        referral_evaluation_table(own.get(), detail::address(name), name.size(), &stream, answer.out());
    detail::checked(status, std::move(answer));
    return stream;
  }

  /// Parts of the answer, as JSON.
  text answer(std::string_view request) const { return ask(referral_evaluation_answer, request); }

  /// Explains a referral, an entry or a referrer.
  text explain(std::string_view request) const { return ask(referral_evaluation_explain, request); }

  /// For the functions of referral_rules.h; it stays owned by this object.
  const referral_evaluation *get() const noexcept { return own.get(); }

private:
  friend class program;
  struct give_back {
    void operator()(referral_evaluation *evaluation) const noexcept { referral_evaluation_free(evaluation); }
  };
  using asking = referral_status (*)(const referral_evaluation *, const char *, size_t, referral_text *);

  text ask(asking call, std::string_view request) const {
    text answer;
    const referral_status status = call(own.get(), detail::address(request), request.size(), answer.out());
    return detail::checked(status, std::move(answer));
  }

  evaluation() = default;

  std::unique_ptr<referral_evaluation, give_back> own;
  text said;
};

/// A program that is compiled.
class program {
public:
  /// Compiles a document, TOML or JSON. Throws `error` with all that is wrong with it.
  static program compile(std::string_view document) { return made(referral_program_compile, document); }

  /// Compiles the program of a request {"program": ...}.
  static program compile_request(std::string_view request) { return made(referral_program_compile_request, request); }

  /// What the compiler said: the program's id, its versions and warnings.
  std::string_view compiled() const noexcept { return said.view(); }

  /// Evaluates a request {"book": {...}, "as_of": "..."}.
  text evaluate(std::string_view request) const { return ask(referral_program_evaluate, request); }

  /// Evaluates tables of Arrow beside a request {"as_of": "..."}.
  evaluation evaluate_tables(std::string_view request, std::initializer_list<referral_table> tables) const {
    referral_evaluation *handle = nullptr;
    text answer;
    const referral_status status = referral_program_evaluate_tables(
        own.get(), detail::address(request), request.size(), tables.begin(), tables.size(), &handle, answer.out());
    evaluation out;
    out.own.reset(handle);
    out.said = detail::checked(status, std::move(answer));
    return out;
  }

  /// Explains a referral, an entry or a referrer.
  text explain(std::string_view request) const { return ask(referral_program_explain, request); }

  /// Takes in news against carried state.
  text step(std::string_view request) const { return ask(referral_program_step, request); }

  /// Goes through a history as a whole, where a step needs it.
  text rebuild(std::string_view request) const { return ask(referral_program_rebuild, request); }

  /// The keys that rows touch.
  text keys(std::string_view request) const { return ask(referral_program_keys, request); }

  /// The terms, in words.
  text describe(std::string_view request) const { return ask(referral_program_describe, request); }

  /// For the functions of referral_rules.h; it stays owned by this object.
  const referral_program *get() const noexcept { return own.get(); }

private:
  struct give_back {
    void operator()(referral_program *program) const noexcept { referral_program_free(program); }
  };
  using compiling = referral_status (*)(const char *, size_t, referral_program **, referral_text *);
  using asking = referral_status (*)(const referral_program *, const char *, size_t, referral_text *);

  static program made(compiling compile, std::string_view input) {
    referral_program *handle = nullptr;
    text answer;
    const referral_status status = compile(detail::address(input), input.size(), &handle, answer.out());
    program out;
    out.own.reset(handle);
    out.said = detail::checked(status, std::move(answer));
    return out;
  }

  text ask(asking call, std::string_view request) const {
    text answer;
    const referral_status status = call(own.get(), detail::address(request), request.size(), answer.out());
    return detail::checked(status, std::move(answer));
  }

  program() = default;

  std::unique_ptr<referral_program, give_back> own;
  text said;
};

} // namespace referral

#endif /* REFERRAL_RULES_HPP */
