// SPDX-License-Identifier: Apache-2.0
#include "roles/file_mapper.h"

#include "x509/ldap_dn.h"

namespace pkigate::roles {

FileMapper::FileMapper(std::span<const FileMapping> mappings, std::vector<FileMapping>* bad) {
  for (const FileMapping& mapping : mappings) {
    const auto dn = x509::LdapDn::Parse(mapping.dn);
    if (!dn.ok()) {
      bad->push_back(mapping);
    } else {
      roles_[dn->NormalForm()].push_back(mapping.role);
    }
  }
}

std::optional<std::string> FileMapper::KeyOf(std::string_view dn) {
  const auto parsed = x509::LdapDn::Parse(dn);
  return parsed.ok() && !parsed->empty() ? std::optional(parsed->NormalForm()) : std::nullopt;
}

void FileMapper::AddRoles(std::string_view dn, std::vector<std::string>* roles) const {
  const std::optional<std::string> key = KeyOf(dn);
  if (!key.has_value()) {
    return;
  }
  if (const auto found = roles_.find(*key); found != roles_.end()) {
    roles->insert(roles->end(), found->second.begin(), found->second.end());
  }
}

}  // namespace pkigate::roles
