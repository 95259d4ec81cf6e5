// SPDX-License-Identifier: Apache-2.0
//
// HyperscanShard: some expressions, compiled into one Hyperscan database, immutable. Expressions
// hold over the whole text: they begin with `^` and end with `\z` (never `$`, which also stands
// before a final newline).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
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

  // Compiles expressions that passed Check. `indices` are what Scan reports, one for each.
  static Result<HyperscanShard> Compile(std::span<const std::string> expressions,
                                        std::span<const uint32_t> indices);

  HyperscanShard(HyperscanShard&& other) noexcept;
  HyperscanShard& operator=(HyperscanShard&& other) noexcept;
  ~HyperscanShard();

  // Makes `*scratch` (null at first) large enough for this shard, too.
  void Reserve(hs_scratch** scratch) const;

  // Adds the index of each expression found to `found`; `text` is UTF-8. Each once.
  void Scan(std::string_view text, hs_scratch* scratch, std::vector<uint32_t>& found) const;

 private:
  explicit HyperscanShard(hs_database* database) : database_(database) {}

  hs_database* database_;
};

}  // namespace pkigate::match
