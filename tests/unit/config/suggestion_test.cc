// SPDX-License-Identifier: Apache-2.0
#include "config/suggestion.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace pkigate::config {
namespace {

TEST(Suggestion, EditDistance) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("order", "order"), 0u);
  EXPECT_EQ(EditDistance("oder", "order"), 1u);
  EXPECT_EQ(EditDistance("orders", "order"), 1u);
  EXPECT_EQ(EditDistance("ordor", "order"), 1u);
  EXPECT_EQ(EditDistance("odrer", "order"), 1u);  // a swap is one slip
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(Suggestion, OnlyWhatIsNear) {
  constexpr std::string_view kKnown[] = {"workers", "listeners", "timeouts", "tls"};
  EXPECT_EQ(DidYouMean("worker", kKnown), "did you mean `workers`?");
  EXPECT_EQ(DidYouMean("Listener", kKnown), "did you mean `listeners`?");
  EXPECT_EQ(DidYouMean("tsl", kKnown), "did you mean `tls`?");
  EXPECT_EQ(DidYouMean("time", kKnown), "did you mean `timeouts`?");  // cut short
  EXPECT_EQ(DidYouMean("tim", kKnown), "");
  EXPECT_EQ(DidYouMean("metrics", kKnown), "");
  EXPECT_EQ(DidYouMean("x", {}), "");
  EXPECT_EQ(DidYouMean(std::string(limits::kSuggestionBytesMax + 1, 'a'), kKnown), "");
}

}  // namespace
}  // namespace pkigate::config
