// SPDX-License-Identifier: Apache-2.0
//
// A folder with the certificates of tests/unit/config/data: a server's (server.pem,
// server-key.pem, also encrypted with the passphrase `secret`, and server-chain.pem with an
// intermediate authority), its authority (ca.pem, ca.crl.pem, ca.crl.der), strangers (other-ca.pem,
// other-key.pem), one out of date (expired.pem, for server-key.pem).
#pragma once

#include <filesystem>
#include <string>

#include "support.h"

namespace pkigate::config {

inline std::filesystem::path TestData() {
  return std::filesystem::path(PKIGATE_SOURCE_ROOT) / "tests/unit/config/data";
}

class PkiFolder : public TestFolder {
 public:
  PkiFolder() {
    for (const auto& entry : std::filesystem::directory_iterator(TestData())) {
      std::filesystem::copy(entry.path(), path());
    }
  }
};

}  // namespace pkigate::config
