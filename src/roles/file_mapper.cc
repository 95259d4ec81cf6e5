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

void FileMapper::AddRoles(std::string_view dn, std::vector<std::string>* roles) const {
  const auto parsed = x509::LdapDn::Parse(dn);
  if (!parsed.ok() || parsed->empty()) {
    return;
  }
  if (const auto found = roles_.find(parsed->NormalForm()); found != roles_.end()) {
    roles->insert(roles->end(), found->second.begin(), found->second.end());
  }
}

}  // namespace pkigate::roles
