// SPDX-License-Identifier: Apache-2.0
//
// Client certificates to take turns with: every NAME.pem with a NAME-key.pem beside it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace pkigate::load {

struct ClientIdentity {
  std::string name;
  std::vector<std::vector<uint8_t>> certificate_chain;  // DER
  std::vector<uint8_t> private_key;                     // PKCS#8 DER
};

// From a folder (all pairs in it, by name), or from one certificate file. None is an error.
Result<std::vector<ClientIdentity>> LoadIdentities(const std::string& path);

}  // namespace pkigate::load
