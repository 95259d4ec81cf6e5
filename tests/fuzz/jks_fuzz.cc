// SPDX-License-Identifier: Apache-2.0
//
// JKS stores: the input is one without its digest, which is added here, since no mutation would
// find it. Keys are opened with the password of the store. What is read keeps its promises.
#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "x509/key_store.h"

namespace {

// `secret` in UTF-16 and what JKS adds.
constexpr std::string_view kStart("\0s\0e\0c\0r\0e\0tMighty Aphrodite", 28);

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  std::vector<uint8_t> store(data, data + size);
  SHA_CTX context;
  uint8_t digest[SHA_DIGEST_LENGTH];
  SHA1_Init(&context);
  SHA1_Update(&context, kStart.data(), kStart.size());
  SHA1_Update(&context, store.data(), store.size());
  SHA1_Final(digest, &context);
  store.insert(store.end(), digest, digest + sizeof digest);
  const auto read = ReadKeyStore(store, "secret", "fuzz");
  if (!read.ok()) {
    return 0;
  }
  for (const KeyStoreEntry& entry : read->entries) {
    PKIGATE_ASSERT(entry.has_key() || entry.certificates.size() == 1);
    PKIGATE_ASSERT(read->Find(entry.alias) != nullptr);
    if (entry.has_key() && entry.encrypted_key.size() < 4096) {
      (void)OpenKey(entry, "secret", "fuzz");
    }
  }
  return 0;
}
