// SPDX-License-Identifier: Apache-2.0
#include "match/hyperscan_shard.h"

#include <fmt/format.h>
#include <hs.h>

#include <cstdlib>
#include <memory>
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

Result<std::shared_ptr<const HyperscanShard>> HyperscanShard::Compile(
    std::vector<std::string> expressions) {
  PKIGATE_ASSERT(!expressions.empty());
  std::vector<const char*> texts;
  std::vector<unsigned> indices;
  for (const std::string& expression : expressions) {
    indices.push_back(static_cast<unsigned>(texts.size()));
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
  return std::shared_ptr<const HyperscanShard>(
      new HyperscanShard(std::move(expressions), database));
}

Result<std::shared_ptr<const HyperscanShard>> HyperscanShard::Deserialize(
    std::vector<std::string> expressions, std::string_view database_bytes) {
  hs_database_t* database = nullptr;
  const hs_error_t outcome =
      hs_deserialize_database(database_bytes.data(), database_bytes.size(), &database);
  if (outcome != HS_SUCCESS) {
    return MakeError("shard_damaged", "Hyperscan refuses the database (error {})", outcome);
  }
  return std::shared_ptr<const HyperscanShard>(
      new HyperscanShard(std::move(expressions), database));
}

std::string HyperscanShard::Platform() {
  hs_platform_info_t platform{};
  const hs_error_t outcome = hs_populate_platform(&platform);
  PKIGATE_ASSERT(outcome == HS_SUCCESS);
  return fmt::format("hyperscan {} flags {:x} tune {} features {:x}", hs_version(), kFlags,
                     platform.tune, platform.cpu_features);
}

HyperscanShard::~HyperscanShard() { hs_free_database(database_); }

std::string HyperscanShard::Serialize() const {
  char* bytes = nullptr;
  size_t length = 0;
  const hs_error_t outcome = hs_serialize_database(database_, &bytes, &length);
  PKIGATE_ASSERT(outcome == HS_SUCCESS);
  const std::unique_ptr<char, decltype(&std::free)> owned(bytes, &std::free);
  return std::string(bytes, length);
}

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
