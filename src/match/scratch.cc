// SPDX-License-Identifier: Apache-2.0
#include "match/scratch.h"

#include "base/assert.h"
#include "base/limits.h"
#include "match/pattern_set.h"
#include "match/scratch_state.h"

namespace pkigate::match {

// Out of memory is the only way for these to fail, and memory exhaustion aborts.
Scratch::State::State()
    : matched(pcre2_match_data_create(2, nullptr)),
      bounds(pcre2_match_context_create(nullptr)),
      stack(pcre2_jit_stack_create(limits::kRegexStackBytesMin, limits::kRegexStackBytesMax,
                                   nullptr)) {
  PKIGATE_ASSERT(matched != nullptr);
  PKIGATE_ASSERT(bounds != nullptr);
  pcre2_set_match_limit(bounds, limits::kRegexStepsMax);
  pcre2_set_depth_limit(bounds, limits::kRegexBacktrackDepthMax);
  pcre2_set_heap_limit(bounds, limits::kRegexHeapKibibytesMax);
  if (stack != nullptr) {  // null where PCRE2 was built without its compiler
    pcre2_jit_stack_assign(bounds, nullptr, stack);
  }
}

Scratch::State::~State() {
  pcre2_jit_stack_free(stack);
  pcre2_match_context_free(bounds);
  pcre2_match_data_free(matched);
  hs_free_scratch(hyperscan);
}

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::~Scratch() = default;

void Scratch::Reserve(const PatternSet& set) { set.ReserveIn(*state_); }

uint64_t Scratch::num_given_up() const { return state_->num_given_up; }

}  // namespace pkigate::match
