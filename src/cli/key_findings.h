// SPDX-License-Identifier: Apache-2.0
//
// What lint finds in certificates, revocation lists and key files.
#pragma once

#include <cstdint>
#include <vector>

#include "config/settings.h"
#include "policy/lint.h"

namespace pkigate::cli {

struct Deadline {
  int64_t now_unix = 0;
  int64_t warn_seconds = 0;  // what ends within them is about to
};

// Appends findings about `listener`: its own certificates, the authorities and lists that it and
// its realms trust, and who may read its key.
void FindInKeys(const config::Listener& listener, const Deadline& deadline,
                std::vector<policy::Finding>* findings);

}  // namespace pkigate::cli
