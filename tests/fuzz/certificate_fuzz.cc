// SPDX-License-Identifier: Apache-2.0
//
// A chain of certificates as a peer could send it: two-byte length, then DER, any number of times.
// Read as the gateway reads it, then judged by a store that trusts the last of them.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/assert.h"
#include "x509/peer_chain.h"
#include "x509/rfc4514_form.h"
#include "x509/trust_store.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace pkigate::x509;
  std::vector<std::vector<uint8_t>> chain;
  std::span<const uint8_t> rest(data, size);
  while (rest.size() > 2) {
    const size_t len =
        std::min<size_t>(static_cast<size_t>(rest[0]) << 8 | rest[1], rest.size() - 2);
    chain.emplace_back(rest.begin() + 2, rest.begin() + 2 + static_cast<std::ptrdiff_t>(len));
    rest = rest.subspan(2 + len);
  }
  if (const auto read = MakePeerChain(chain); read.ok()) {
    (void)Rfc4514Form((*read)->leaf.subject);
    PKIGATE_ASSERT((*read)->expires_unix <= (*read)->leaf.not_after_unix);
  }
  if (chain.empty()) {
    return 0;
  }
  const auto trust = TrustStore::Create(std::span(&chain.back(), 1), {},
                                        {.allow_sha1 = true, .any_extended_key_usage = true});
  if (trust.ok()) {
    constexpr int64_t kWhen = 1'704'067'200;
    const VerifyResult verdict = (*trust)->Verify(chain, {.time_unix = kWhen});
    PKIGATE_ASSERT(!verdict.accepted || verdict.expires_unix >= kWhen);
  }
  return 0;
}
