// SPDX-License-Identifier: Apache-2.0
#include "tls/keyed_digest.h"

#include <openssl/mem.h>
#include <openssl/rand.h>

#include "base/assert.h"

namespace pkigate::tls {

KeyedDigest::KeyedDigest() {
  Value key;
  RAND_bytes(key.data(), key.size());
  const int ready =
      HMAC_Init_ex(context_.get(), key.data(), key.size(), EVP_sha256(), /*impl=*/nullptr);
  PKIGATE_ASSERT(ready == 1);
  OPENSSL_cleanse(key.data(), key.size());
}

KeyedDigest::Value KeyedDigest::Of(std::string_view first, std::string_view second) {
  const uint64_t first_len = first.size();
  Value digest;
  unsigned digest_len = 0;
  // Without a key and a digest: begin again with those it has.
  const bool done = HMAC_Init_ex(context_.get(), nullptr, 0, nullptr, nullptr) == 1 &&
                    HMAC_Update(context_.get(), reinterpret_cast<const uint8_t*>(&first_len),
                                sizeof first_len) == 1 &&
                    HMAC_Update(context_.get(), reinterpret_cast<const uint8_t*>(first.data()),
                                first.size()) == 1 &&
                    HMAC_Update(context_.get(), reinterpret_cast<const uint8_t*>(second.data()),
                                second.size()) == 1 &&
                    HMAC_Final(context_.get(), digest.data(), &digest_len) == 1;
  PKIGATE_ASSERT(done && digest_len == digest.size());
  return digest;
}

}  // namespace pkigate::tls
