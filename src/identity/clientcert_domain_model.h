// SPDX-License-Identifier: Apache-2.0
//
// An Open Distro domain of type clientcert as config.yml describes it (opendistro.md, 2.1 and 3.2);
// plain values, not yet checked.
#pragma once

#include <cstdint>
#include <string>

#include "base/source_line.h"

namespace pkigate::identity {

struct ClientcertDomainModel {
  std::string name;
  int64_t order = 0;
  bool http_enabled = true;
  bool challenge = true;  // counts for who is asked to challenge, not for clientcert itself
  // RDN types (OpenSearch's `dn:` before them is already off).
  std::string username_attribute;  // empty: the whole DN
  std::string roles_attribute;     // empty: no backend roles
  SourceLine where;
};

}  // namespace pkigate::identity
