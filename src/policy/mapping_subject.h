// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "identity/user.h"
#include "roles/xpack_subject.h"

namespace pkigate::policy {

// A pki realm's user as the rules of X-Pack's role mappings see it.
inline roles::XpackSubject SubjectOf(const identity::User& user) {
  roles::XpackSubject subject;
  subject.username = user.username;
  subject.dn = user.principal;
  subject.realm_name = user.realm_name;
  for (const identity::MetadataEntry& entry : user.metadata) {
    subject.metadata.emplace_back(entry.key, roles::SubjectValue{entry.value});
  }
  return subject;
}

}  // namespace pkigate::policy
