// SPDX-License-Identifier: Apache-2.0
#include "match/java_regex.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"
#include "match/java_syntax.h"
#include "match/scratch_state.h"

namespace pkigate::match {

namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;

struct FreeContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};

std::string MessageOf(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

Result<Code> CompileCode(const std::string& expression, uint32_t options,
                         std::string_view pattern) {
  const std::unique_ptr<pcre2_compile_context, FreeContext> context(
      pcre2_compile_context_create(nullptr));
  PKIGATE_ASSERT(context != nullptr);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  pcre2_set_bsr(context.get(), PCRE2_BSR_UNICODE);
  pcre2_set_parens_nest_limit(context.get(), 4 * limits::kRegexDepthMax);
  int error = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(),
                          options | PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY |
                              PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UCP,
                          &error, &offset, context.get()));
  if (code == nullptr) {
    // The translator has accepted it, so Java may well, too.
    return MakeError("regex_unsupported", "{} in `{}`", MessageOf(error), pattern);
  }
  // Without the compiler (a kernel that forbids executable memory) the interpreter does.
  pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);
  return code;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

struct JavaRegex::Program {
  std::string pattern;
  int num_groups = 0;
  bool ascii_texts_only = false;
  Code find;
  Code whole;  // the same between \A and \z
};

JavaRegex::JavaRegex(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
JavaRegex::JavaRegex(JavaRegex&&) noexcept = default;
JavaRegex& JavaRegex::operator=(JavaRegex&&) noexcept = default;
JavaRegex::~JavaRegex() = default;

Result<JavaRegex> JavaRegex::Compile(std::string_view pattern, Case sensitivity) {
  JavaSyntax syntax = PKIGATE_TRY(TranslateJavaRegex(pattern, sensitivity));
  auto program = std::make_unique<Program>();
  program->pattern = pattern;
  program->num_groups = syntax.num_groups;
  program->ascii_texts_only = syntax.ascii_texts_only;
  program->find = PKIGATE_TRY(CompileCode(syntax.pcre, 0, pattern));
  program->whole = PKIGATE_TRY(CompileCode("(?:" + syntax.pcre + ")\\z", PCRE2_ANCHORED, pattern));
  return JavaRegex(std::move(program));
}

int JavaRegex::num_groups() const { return program_->num_groups; }
const std::string& JavaRegex::pattern() const { return program_->pattern; }

namespace {

// Whether `code` matches in `subject` at `from` or behind it; where is in scratch.matched.
bool Match(const pcre2_code* code, std::string_view subject, size_t from, pcre2_match_data* matched,
           pcre2_match_context* bounds, uint64_t* num_given_up) {
  if (subject.size() > limits::kMatchedTextBytesMax) {
    ++*num_given_up;
    return false;
  }
  const char* text = subject.empty() ? "" : subject.data();
  const int outcome = pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text), subject.size(), from, 0,
                                  matched, bounds);
  if (outcome < 0 && outcome != PCRE2_ERROR_NOMATCH) {
    ++*num_given_up;
  }
  return outcome >= 0;  // 0: more groups than we asked for
}

}  // namespace

std::optional<JavaRegex::Found> JavaRegex::Find(std::string_view subject, Scratch& scratch,
                                                size_t from) const {
  Scratch::State& state = *scratch.state_;
  if (program_->ascii_texts_only && !IsAscii(subject)) {
    ++state.num_given_up;
    return std::nullopt;
  }
  if (!Match(program_->find.get(), subject, from, state.matched, state.bounds,
             &state.num_given_up)) {
    return std::nullopt;
  }
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(state.matched);
  Found found;
  found.begin = places[0];
  found.end = places[1];
  if (program_->num_groups > 0 && places[2] != PCRE2_UNSET) {
    found.group1_begin = places[2];
    found.group1_end = places[3];
  }
  return found;
}

std::optional<std::string> JavaRegex::FindGroup1(std::string_view subject, Scratch& scratch) const {
  const std::optional<Found> found = Find(subject, scratch);
  if (!found.has_value() || !found->group1_begin.has_value()) {
    return std::nullopt;
  }
  return std::string(
      subject.substr(*found->group1_begin, found->group1_end - *found->group1_begin));
}

bool JavaRegex::MatchesWhole(std::string_view subject, Scratch& scratch) const {
  Scratch::State& state = *scratch.state_;
  if (program_->ascii_texts_only && !IsAscii(subject)) {
    ++state.num_given_up;
    return false;
  }
  return Match(program_->whole.get(), subject, 0, state.matched, state.bounds, &state.num_given_up);
}

}  // namespace pkigate::match
