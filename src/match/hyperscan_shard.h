// SPDX-License-Identifier: Apache-2.0
//
// HyperscanShard: some expressions, compiled into one Hyperscan database, immutable, so that sets
// of patterns that follow one another can share it (shard_cache.h). Expressions hold over the whole
// text: they begin with `^` and end with `\z` (never `$`, which also stands before a final
// newline).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

struct hs_database;
struct hs_scratch;

namespace pkigate::match {

class HyperscanShard {
 public:
  // Whether Hyperscan can take `expression`; it knows no look-around, back references or possessive
  // quantifiers. `regex_unsupported` with its reason.
  static Status Check(const std::string& expression);

  // Compiles expressions that passed Check, at least one.
  static Result<std::shared_ptr<const HyperscanShard>> Compile(
      std::vector<std::string> expressions);

  // What Serialize made of the same expressions, on a machine and with a library that Platform
  // calls the same. `shard_damaged` when Hyperscan refuses it. The bytes become tables that are
  // followed blindly: they must be known to be our own.
  static Result<std::shared_ptr<const HyperscanShard>> Deserialize(
      std::vector<std::string> expressions, std::string_view database);

  // A text that differs wherever a serialized database would not do: Hyperscan's version, our
  // flags, the processor's features.
  static std::string Platform();

  HyperscanShard(const HyperscanShard&) = delete;
  HyperscanShard& operator=(const HyperscanShard&) = delete;
  ~HyperscanShard();

  const std::vector<std::string>& expressions() const { return expressions_; }
  std::string Serialize() const;

  // Makes `*scratch` (null at first) large enough for this shard, too.
  void Reserve(hs_scratch** scratch) const;

  // Adds the index in expressions() of each one found to `found`; `text` is UTF-8. Each once.
  void Scan(std::string_view text, hs_scratch* scratch, std::vector<uint32_t>& found) const;

 private:
  HyperscanShard(std::vector<std::string> expressions, hs_database* database)
      : expressions_(std::move(expressions)), database_(database) {}

  const std::vector<std::string> expressions_;
  hs_database* const database_;
};

}  // namespace pkigate::match
