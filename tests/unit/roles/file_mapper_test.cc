// SPDX-License-Identifier: Apache-2.0
//
// role_mapping.yml as it grants roles (xpack.md, 3.1); its text is for tests/unit/config.
#include "roles/file_mapper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pkigate::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

FileMapping Line(std::string role, std::string dn, int line = 1) {
  return {.role = std::move(role), .dn = std::move(dn), .where = {.file = "f.yml", .line = line}};
}

std::vector<std::string> RolesOf(const FileMapper& mapper, std::string_view dn) {
  std::vector<std::string> roles;
  mapper.AddRoles(dn, &roles);
  return roles;
}

TEST(FileMapper, EqualityOfNormalForms) {
  std::vector<FileMapping> bad;
  const FileMapper mapper(
      std::vector{Line("admin", "cn=Admin , OU=ops;o=acme"), Line("two", "CN=admin,ou=OPS,O=ACME"),
                  Line("multi", "uid=u+cn=c")},
      &bad);
  EXPECT_THAT(bad, IsEmpty());
  EXPECT_THAT(RolesOf(mapper, "CN=Admin, OU=ops, O=acme"), UnorderedElementsAre("admin", "two"));
  EXPECT_THAT(RolesOf(mapper, "CN=C + UID=U"), ElementsAre("multi"));
  EXPECT_THAT(RolesOf(mapper, "O=acme, OU=ops, CN=Admin"), IsEmpty());
  EXPECT_THAT(RolesOf(mapper, "CN=Admin, OU=ops"), IsEmpty());
}

TEST(FileMapper, NoPatternsAndNoUserNames) {
  std::vector<FileMapping> bad;
  const FileMapper mapper(std::vector{Line("a", "cn=*,o=acme"), Line("b", "*,o=acme"),
                                      Line("c", "joe"), Line("d", "cn=joe,"), Line("e", "/cn=.*/")},
                          &bad);
  EXPECT_THAT(RolesOf(mapper, "CN=joe, O=acme"), IsEmpty());
  EXPECT_THAT(RolesOf(mapper, "CN=*, O=acme"), ElementsAre("a")) << "the very name";
  std::vector<std::string> bad_roles;
  for (const FileMapping& entry : bad) {
    bad_roles.push_back(entry.role);
  }
  EXPECT_THAT(bad_roles, ElementsAre("b", "c", "d")) << "`/cn` is an odd type, but one";
}

TEST(FileMapper, ABadEntryKeepsItsPlaceAndTheOthersStay) {
  std::vector<FileMapping> bad;
  const FileMapper mapper(std::vector{Line("r", "no dn", 3), Line("r", "cn=a", 4)}, &bad);
  ASSERT_EQ(bad.size(), 1U);
  EXPECT_EQ(bad[0].dn, "no dn");
  EXPECT_EQ(bad[0].where.line, 3);
  EXPECT_THAT(RolesOf(mapper, "CN=a"), ElementsAre("r"));
}

// X-MAP-13
TEST(FileMapper, TheEmptyDnHasNoRoles) {
  std::vector<FileMapping> bad;
  const FileMapper mapper(std::vector{Line("everybody", "")}, &bad);
  EXPECT_THAT(RolesOf(mapper, ""), IsEmpty());
  EXPECT_THAT(RolesOf(mapper, "no dn"), IsEmpty());
  EXPECT_THAT(RolesOf(FileMapper(), "CN=a"), IsEmpty());
}

TEST(FileMapper, TheKeyIsWhatEqualDnsShare) {
  EXPECT_EQ(FileMapper::KeyOf("CN=A, O=b"), FileMapper::KeyOf("cn=a,o=B"));
  EXPECT_NE(FileMapper::KeyOf("CN=A, O=b"), FileMapper::KeyOf("O=b, CN=A"));
  EXPECT_EQ(FileMapper::KeyOf(""), std::nullopt);
  EXPECT_EQ(FileMapper::KeyOf("no dn"), std::nullopt);
}

}  // namespace
}  // namespace pkigate::roles
