// SPDX-License-Identifier: Apache-2.0
//
// KeyedDigest: HMAC-SHA256 under a random key that nobody outside this object ever learns. Equal
// inputs have equal digests as long as the object lives; who sees a digest, in a table or a memory
// dump without the key, can try no guesses of the input against it.
#pragma once

#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace pkigate::tls {

class KeyedDigest {
 public:
  using Value = std::array<uint8_t, 32>;

  KeyedDigest();
  KeyedDigest(const KeyedDigest&) = delete;
  KeyedDigest& operator=(const KeyedDigest&) = delete;

  // Of the pair, not of the two joined: (`ab`, `c`) and (`a`, `bc`) differ. No allocation.
  Value Of(std::string_view first, std::string_view second);

 private:
  bssl::ScopedHMAC_CTX context_;
};

}  // namespace pkigate::tls
