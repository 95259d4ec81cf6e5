// SPDX-License-Identifier: Apache-2.0
//
// What a Scratch holds: the libraries' own working memory.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <hs.h>
#include <pcre2.h>

#include <cstdint>
#include <vector>

#include "match/scratch.h"

namespace pkigate::match {

struct Scratch::State {
  State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  hs_scratch_t* hyperscan = nullptr;      // null until a set with a shard was reserved
  pcre2_match_data* matched = nullptr;    // room for the whole match and group 1
  pcre2_match_context* bounds = nullptr;  // limits and the compiled matcher's stack
  pcre2_jit_stack* stack = nullptr;
  uint64_t num_given_up = 0;
  // Expressions of the set being scanned that were found, by index; all false between scans.
  std::vector<bool> found;
  std::vector<uint32_t> found_indices;
  std::vector<uint32_t> found_in_shard;  // the same, of one shard and by its own numbers
};

}  // namespace pkigate::match
