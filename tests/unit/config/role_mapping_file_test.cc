// SPDX-License-Identifier: Apache-2.0
#include "config/role_mapping_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support.h"

namespace pkigate::config {
namespace {

class RoleMappingFileTest : public testing::Test {
 protected:
  // `role=dn` for each line of the mapping, then the problems.
  std::string Read(std::string_view yaml) {
    std::vector<roles::FileMapping> mappings;
    Diagnostics diagnostics;
    const bool ok = ReadRoleMappingFile(folder_.Write("role_mapping.yml", yaml), "pki1",
                                        diagnostics, &mappings);
    EXPECT_EQ(ok, !diagnostics.has_errors());
    std::string text;
    for (const roles::FileMapping& mapping : mappings) {
      text += std::to_string(mapping.where.line) + " " + mapping.role + "=" + mapping.dn + "\n";
    }
    return text + TextOf(diagnostics, folder_.path().string());
  }
  TestFolder folder_;
};

TEST_F(RoleMappingFileTest, RolesWithTheirSubjects) {
  EXPECT_EQ(Read("security:\n"
                 "  - \"cn=crew,ou=harbour,o=fleet\"\n"
                 "  - cn=bridge,ou=harbour,o=fleet\n"
                 "deck: [\"cn=crew,ou=harbour,o=fleet\"]\n"
                 "none: []\n"),
            "2 security=cn=crew,ou=harbour,o=fleet\n"
            "3 security=cn=bridge,ou=harbour,o=fleet\n"
            "4 deck=cn=crew,ou=harbour,o=fleet\n");
}

TEST_F(RoleMappingFileTest, EmptyFilesMapNothing) {  // X-MAP-10
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("# nothing\n"), "");
}

TEST_F(RoleMappingFileTest, TextsAreSplitAtCommas) {  // X-MAP-7
  EXPECT_EQ(
      Read("admin: \"cn=a, ou=b\"\n"),
      "1 admin=cn=a\n"
      "1 admin=ou=b\n"
      "role_mapping.yml:1:8: warning: admin: a text instead of a list is split at its commas, "
      "as Elasticsearch does (write a list: `- \"cn=...,ou=...\"`)\n");
}

TEST_F(RoleMappingFileTest, EntriesThatAreNoDns) {  // X-MAP-4
  EXPECT_EQ(
      Read("admin: [not a dn, \"cn=a,o=x\", \"*,o=x\"]\n"),
      "1 admin=cn=a,o=x\n"
      "role_mapping.yml:1:9: error: admin: invalid DN [not a dn] found in [pki] role mappings "
      "[role_mapping.yml] for realm [pki/pki1]; it grants nothing\n"
      "role_mapping.yml:1:31: error: admin: invalid DN [*,o=x] found in [pki] role mappings "
      "[role_mapping.yml] for realm [pki/pki1]; it grants nothing\n");
}

TEST_F(RoleMappingFileTest, DotsInRoleNames) {  // X-MAP-12
  EXPECT_EQ(Read("a.b: [cn=x]\n"),
            "1 a.b=cn=x\n"
            "role_mapping.yml:1:1: warning: a.b: a role name with a dot: taken as it is, while "
            "Elasticsearch loses the entry\n");
}

TEST_F(RoleMappingFileTest, WhatRejectsTheFile) {  // X-MAP-8
  struct Case {
    const char* yaml;
    const char* problem;
  };
  const std::string essence = "failed to parse role mappings file [role_mapping.yml]: ";
  for (const Case& one :
       {Case{"admin:\nuser: [cn=a]\n",
             "1:1: error: admin: {}the role has no value (a list of DNs, "
             "or [] for none)"},
        Case{"- cn=a\n", "1:1: error: {}expected role names with lists of DNs, got a list"},
        Case{"admin: {x: [cn=a]}\n", "1:8: error: admin: {}expected a list of DNs, got a mapping"},
        Case{"admin: [cn=a, [cn=b]]\n",
             "1:15: error: admin: {}expected a DN in the list, got a list"},
        Case{"admin: [cn=a, ~]\n", "1:15: error: admin: {}expected a DN in the list, got nothing"},
        Case{"admin:\n\t- cn=a\n", "2:1: error: a tab in the indentation (indent with spaces)"},
        Case{"admin: [cn=a]\nadmin: [cn=b]\n",
             "2:1: error: duplicate key `admin`, first given on line 1"},
        Case{"admin: [\xff]\n", "1:9: error: the file is not valid UTF-8 here"},
        Case{"admin: [cn=a\n", "1:8: error: the closing `]` is missing"}}) {
    std::string problem = one.problem;
    if (const size_t at = problem.find("{}"); at != std::string::npos) {
      problem.replace(at, 2, essence);
    }
    const std::string text = Read(one.yaml);
    EXPECT_NE(text.find("role_mapping.yml:" + problem + "\n"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace pkigate::config
