// SPDX-License-Identifier: Apache-2.0
#include "match/hyperscan_shard.h"

#include <hs.h>

#include <cstdlib>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace pkigate::match {

namespace {

// SINGLEMATCH: one report per expression is all we want. Not CASELESS, not UCP: case is the
// emulated product's affair.
constexpr unsigned kFlags =
    HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH | HS_FLAG_ALLOWEMPTY | HS_FLAG_UTF8;

struct FreeCompileError {
  void operator()(hs_compile_error_t* error) const { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, FreeCompileError>;

int OnMatch(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) {
  static_cast<std::vector<uint32_t>*>(context)->push_back(id);
  return 0;
}

}  // namespace

Status HyperscanShard::Check(const std::string& expression) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* problem = nullptr;
  const hs_error_t outcome = hs_expression_info(expression.c_str(), kFlags, &info, &problem);
  const CompileError error(problem);
  std::free(info);
  if (outcome != HS_SUCCESS) {
    return MakeError("regex_unsupported", "{}", error != nullptr ? error->message : "refused");
  }
  return {};
}

Result<HyperscanShard> HyperscanShard::Compile(std::span<const std::string> expressions,
                                               std::span<const uint32_t> indices) {
  PKIGATE_ASSERT(!expressions.empty() && expressions.size() == indices.size());
  std::vector<const char*> texts;
  for (const std::string& expression : expressions) {
    texts.push_back(expression.c_str());
  }
  const std::vector<unsigned> flags(texts.size(), kFlags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* problem = nullptr;
  const hs_error_t outcome = hs_compile_multi(texts.data(), flags.data(), indices.data(),
                                              static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                              nullptr, &database, &problem);
  const CompileError error(problem);
  if (outcome != HS_SUCCESS) {
    const bool named = error != nullptr && error->expression >= 0;
    return MakeError("regex_unsupported", "{}{}{}", error != nullptr ? error->message : "refused",
                     named ? ": " : "",
                     named ? expressions[static_cast<size_t>(error->expression)] : "");
  }
  return HyperscanShard(database);
}

HyperscanShard::HyperscanShard(HyperscanShard&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

HyperscanShard& HyperscanShard::operator=(HyperscanShard&& other) noexcept {
  std::swap(database_, other.database_);
  return *this;
}

HyperscanShard::~HyperscanShard() { hs_free_database(database_); }

void HyperscanShard::Reserve(hs_scratch** scratch) const {
  // Fails only for want of memory: the database is our own.
  const hs_error_t outcome = hs_alloc_scratch(database_, scratch);
  PKIGATE_ASSERT(outcome == HS_SUCCESS);
}

void HyperscanShard::Scan(std::string_view text, hs_scratch* scratch,
                          std::vector<uint32_t>& found) const {
  PKIGATE_ASSERT(text.size() <= limits::kMatchedTextBytesMax);
  const char* start = text.empty() ? "" : text.data();
  const hs_error_t outcome =
      hs_scan(database_, start, static_cast<unsigned>(text.size()), 0, scratch, OnMatch, &found);
  PKIGATE_ASSERT(outcome == HS_SUCCESS);
}

}  // namespace pkigate::match
