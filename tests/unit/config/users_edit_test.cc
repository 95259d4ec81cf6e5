// SPDX-License-Identifier: Apache-2.0
#include "config/users_edit.h"

#include <gtest/gtest.h>

namespace pkigate::config {
namespace {

TEST(UsersEdit, AUserIsAddedAtTheEnd) {
  EXPECT_EQ(WithUser("", "alice", "h"), "alice:h\n");
  EXPECT_EQ(WithUser("# c\nbob:x", "alice", "h"), "# c\nbob:x\nalice:h\n");
}

TEST(UsersEdit, AUserIsChangedInPlace) {
  EXPECT_EQ(WithUser("alice:x\n# c\nwrong\nbob:y\nalice:z\n", "alice", "h"),
            "alice:h\n# c\nwrong\nbob:y\n");
  EXPECT_EQ(WithUser("#alice:x\nalice2:y\n", "alice", "h"), "#alice:x\nalice2:y\nalice:h\n");
}

TEST(UsersEdit, AUserIsRemovedWithAllItsLines) {
  EXPECT_EQ(WithoutUser("alice:x\r\nbob:y\r\nalice:z", "alice"), "bob:y\n");
  EXPECT_EQ(WithoutUser("alice2:x\n", "alice"), "alice2:x\n");
}

TEST(UsersEdit, RolesAreExactlyThose) {
  EXPECT_EQ(WithRoles("", "alice", {"viewer", "admin"}), "viewer:alice\nadmin:alice\n");
  EXPECT_EQ(WithRoles("viewer: bob , carol\n", "alice", {"viewer"}), "viewer:bob,carol,alice\n");
  EXPECT_EQ(WithRoles("viewer:alice,bob\nadmin:alice\n# c\nbad\n", "alice", {}),
            "viewer:bob\n# c\nbad\n");
  EXPECT_EQ(WithRoles("viewer:bob\nviewer:alice,carol\n", "alice", {"viewer"}),
            "viewer:bob,alice\nviewer:carol\n");
  EXPECT_EQ(WithRoles("viewer: alice, bob\n", "alice", {"viewer"}), "viewer: alice, bob\n")
      << "nothing to change";
}

}  // namespace
}  // namespace pkigate::config
