// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_stores.h"

#include <fmt/format.h>

namespace pkigate::config {

// X-SET-19; NewSunX509 and PKIX are one and the same among the JDK's key managers.
void XpackStores::CheckKeyStoreWords() {
  const std::string key = Key("keystore.algorithm");
  std::string algorithm;
  if (settings_.Text(key, &algorithm) && algorithm != "PKIX" && algorithm != "SunX509" &&
      algorithm != "NewSunX509") {
    settings_.Error(key, fmt::format("unknown algorithm [{}]", algorithm),
                    "PKIX, SunX509 or NewSunX509");
  }
  CheckStoreType(settings_, Key("keystore.type"));
}

void XpackStores::CheckTrustStoreWords() {
  const std::string key = Key("truststore.algorithm");
  std::string algorithm;
  if (settings_.Text(key, &algorithm) && algorithm != "PKIX" && algorithm != "SunX509") {
    settings_.Error(key, fmt::format("unknown algorithm [{}]", algorithm), "PKIX or SunX509");
  }
  CheckStoreType(settings_, Key("truststore.type"));
}

bool XpackStores::ReadKeyStore(TlsSettings* tls, DerList* trusted) {
  return files_.ReadKeyStore(
      {.path = Key("keystore.path"),
       .password = {Key("keystore.password"), Key("keystore.secure_password")},
       .alias = {}},
      {Key("keystore.key_password"), Key("keystore.secure_key_password")}, tls, trusted);
}

std::optional<DerList> XpackStores::ReadTrustStore() {
  return files_.CertificatesOfStore(
      {.path = Key("truststore.path"),
       .password = {Key("truststore.password"), Key("truststore.secure_password")},
       .alias = {}},
      StoreTrust::kAndLeavesOfKeys);
}

}  // namespace pkigate::config
