// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostics.h"

#include <gtest/gtest.h>

namespace pkigate {
namespace {

Diagnostic Sample() {
  return {.severity = Diagnostic::Severity::kError,
          .file = "pkigate.yml",
          .line = 3,
          .column = 5,
          .key = "listeners[0].adress",
          .problem = "unknown key \"adress\"",
          .hint = "did you mean 'address'?"};
}

TEST(Diagnostic, SaysWhereWhatAndWhatWouldBeRight) {
  EXPECT_EQ(Sample().ForPeople(),
            "pkigate.yml:3:5: error: listeners[0].adress: unknown key \"adress\" "
            "(did you mean 'address'?)");
  EXPECT_EQ(Sample().ForMachines(),
            R"({"severity":"error","file":"pkigate.yml","line":3,"column":5,)"
            R"("key":"listeners[0].adress","message":"unknown key \"adress\"",)"
            R"("hint":"did you mean 'address'?"})");
}

TEST(Diagnostic, LeavesOutWhatIsUnknown) {
  Diagnostic bare;
  bare.severity = Diagnostic::Severity::kWarning;
  bare.problem = "nothing is trusted";
  EXPECT_EQ(bare.ForPeople(), "warning: nothing is trusted");
}

TEST(Diagnostics, WarningsAreNoErrors) {
  Diagnostics diagnostics;
  diagnostics.Add({.severity = Diagnostic::Severity::kWarning, .problem = "w"});
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.first_error(), nullptr);
  diagnostics.Add(Sample());
  ASSERT_TRUE(diagnostics.has_errors());
  EXPECT_EQ(diagnostics.first_error()->line, 3);
}

}  // namespace
}  // namespace pkigate
