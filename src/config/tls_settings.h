// SPDX-License-Identifier: Apache-2.0
//
// A listener's TLS as its dialect's files describe it: material already read and parsed, so that
// nothing can fail when workers build their contexts from it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/source_line.h"
#include "x509/trust_store.h"

namespace pkigate::config {

enum class ClientAuthentication : uint8_t { kNone, kOptional, kRequired };

struct TlsSettings {
  bool enabled = false;
  ClientAuthentication client_authentication = ClientAuthentication::kNone;
  // False: any chain is taken (verification_mode none); refused at load unless allowed explicitly.
  bool verify = true;
  std::vector<std::vector<uint8_t>> certificate_chain;  // DER, leaf first
  std::vector<uint8_t> private_key;                     // PKCS#8 DER
  std::shared_ptr<const x509::TrustStore> trust;        // null only with client authentication none
  uint16_t version_min = 0x0303;
  uint16_t version_max = 0x0304;
  std::vector<std::string> cipher_suites;  // IANA names; empty: the built-in order
  std::vector<std::string> alpn = {"http/1.1"};
  // For who looks into a configuration: where the above was set, and the key's file, where it is
  // one of its own.
  SourceLine certificate_where;
  SourceLine trust_where;
  std::string private_key_file;
};

}  // namespace pkigate::config
