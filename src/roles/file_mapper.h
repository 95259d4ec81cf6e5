// SPDX-License-Identifier: Apache-2.0
//
// FileMapper: role_mapping.yml, compiled: the roles of a DN by the equality of normal forms, and by
// nothing else; no patterns, no user names (X-MAP-2, X-MAP-3). Immutable.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "roles/file_mapping.h"

namespace pkigate::roles {

class FileMapper {
 public:
  FileMapper() = default;
  // Entries that are no DNs are left out and appended to `bad` (X-MAP-4).
  FileMapper(std::span<const FileMapping> mappings, std::vector<FileMapping>* bad);

  // What two DNs have in common when an entry for one is one for the other. Nothing for the empty
  // DN and for what is no DN.
  static std::optional<std::string> KeyOf(std::string_view dn);

  // Adds the roles of `dn` to `roles`, possibly more than once. The empty DN and what is no DN have
  // none (X-MAP-13).
  void AddRoles(std::string_view dn, std::vector<std::string>* roles) const;

 private:
  std::unordered_map<std::string, std::vector<std::string>> roles_;  // by KeyOf
};

}  // namespace pkigate::roles
