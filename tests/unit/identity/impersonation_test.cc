// SPDX-License-Identifier: Apache-2.0
//
// Who may act as whom (opendistro.md, 3.7).
#include "identity/impersonation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::identity {
namespace {

TEST(Impersonation, BySettingsKeyAndPattern) {
  const auto made =
      Impersonation::Compile({{"ann", {"jo*", "/k[0-9]/"}}, {"root", {"*"}}, {"none", {}}}, true);
  ASSERT_TRUE(made.ok());
  match::Scratch scratch;
  made->ReserveIn(scratch);
  EXPECT_TRUE(made->Allows("ann", "joe", scratch));
  EXPECT_TRUE(made->Allows("ann", "k7", scratch));
  EXPECT_FALSE(made->Allows("ann", "Joe", scratch));
  EXPECT_FALSE(made->Allows("ann", "k77", scratch));
  EXPECT_FALSE(made->Allows("Ann", "joe", scratch));
  EXPECT_FALSE(made->Allows("a*", "joe", scratch));
  EXPECT_TRUE(made->Allows("root", "anybody", scratch));
  EXPECT_FALSE(made->Allows("none", "joe", scratch));
  EXPECT_FALSE(made->Allows("", "", scratch));
}

TEST(Impersonation, PatternsThatCannotBeUsed) {
  const auto made = Impersonation::Compile({{"ann", {"/"}}}, true);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message, ::testing::StartsWith("ann: '/' cannot be used"));
}

}  // namespace
}  // namespace pkigate::identity
