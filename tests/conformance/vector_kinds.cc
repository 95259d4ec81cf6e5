// SPDX-License-Identifier: Apache-2.0
#include "vector_kinds.h"

#include <fmt/format.h>

namespace pkigate::conformance {

namespace {

struct Entry {
  std::string_view suite;
  std::string_view kind;
  RunCase run;
};

constexpr Entry kKinds[] = {
    {"xpack", "dn_string", RunXpackDnString},
    {"xpack", "username", RunXpackUsername},
    {"xpack", "dn_equal", RunXpackDnEqual},
    {"xpack", "rule", RunXpackRule},
    {"xpack", "mapping_put", RunXpackMappingPut},
    {"xpack", "role_mapping_file", RunXpackRoleMappingFile},
    {"xpack", "role_template", RunXpackRoleTemplate},
    {"xpack", "users_file", RunXpackUsersFile},
    {"xpack", "auth", RunXpackAuth},
    {"xpack", "settings", RunXpackSettings},
    {"opendistro", "dn_equal", RunOpendistroDnEqual},
    {"opendistro", "clientcert", RunOpendistroClientcert},
    {"opendistro", "mapping", RunOpendistroMapping},
    {"opendistro", "chain", RunOpendistroChain},
    {"opendistro", "xff", RunOpendistroXff},
    {"opendistro", "pattern", RunOpendistroPattern},
};

}  // namespace

RunCase FindKind(std::string_view suite, std::string_view kind) {
  for (const Entry& entry : kKinds) {
    if (entry.suite == suite && entry.kind == kind) {
      return entry.run;
    }
  }
  return nullptr;
}

Outcome Compare(std::string_view what, std::string_view found, std::string_view expected) {
  return found == expected
             ? Passed()
             : Failed(fmt::format("{} is `{}`, expected `{}`", what, found, expected));
}

}  // namespace pkigate::conformance
