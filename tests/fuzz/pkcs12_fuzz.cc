// SPDX-License-Identifier: Apache-2.0
//
// PKCS#12 stores, without a MAC to get at what is inside, or with one; few rounds of deriving keys,
// as a round costs time and nothing else. What is read keeps its promises.
#include <cstddef>
#include <cstdint>

#include "base/assert.h"
#include "base/limits.h"
#include "x509/der.h"
#include "x509/password_decryption.h"
#include "x509/pkcs12.h"

namespace {

constexpr uint32_t kIterationsMax = 64;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  const auto password = StorePassword::Create("secret");
  const auto read = ReadPkcs12({data, size}, *password, kIterationsMax);
  if (!read.ok()) {
    return 0;
  }
  for (const KeyStoreEntry& entry : read->entries) {
    PKIGATE_ASSERT(entry.has_key() || entry.certificates.size() == 1);
    PKIGATE_ASSERT(entry.certificates.size() <= pkigate::limits::kPeerChainCertificatesMax);
    PKIGATE_ASSERT(!entry.alias.empty() && read->Find(entry.alias) != nullptr);
    DerReader whole(entry.encrypted_key, "fuzz");
    auto fields = whole.Enter(der::kSequence, "key");
    if (!fields.ok()) {
      continue;
    }
    const auto algorithm = fields->Next(der::kSequence, "algorithm");
    const auto ciphertext = fields->Next(der::kOctetString, "ciphertext");
    if (algorithm.ok() && ciphertext.ok()) {
      (void)DecryptByPassword(algorithm.value(), ciphertext.value().content, *password,
                              kIterationsMax);
    }
  }
  return 0;
}
