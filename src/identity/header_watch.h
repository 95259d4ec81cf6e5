// SPDX-License-Identifier: Apache-2.0
//
// HeaderWatch: whether a request brings anything, beside certificate and address, that its
// identity could depend on. Asked for each request, so that callers known by their certificate can
// be remembered: one pass over the headers, no allocation.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "identity/credentials.h"

namespace pkigate::identity {

class HeaderWatch {
 public:
  // A header of this name in any case; an empty one is none.
  void AddName(std::string_view name);
  // Every header whose name begins so, in any case. Not empty.
  void AddPrefix(std::string_view prefix);
  // Something outside the headers (a parameter of the URL): every request has to be looked at.
  void AddAll() { all_ = true; }

  bool Sees(std::span<const HeaderField> headers) const;

 private:
  bool all_ = false;
  std::vector<std::string> names_;     // lower case
  std::vector<std::string> prefixes_;  // lower case
  // By first byte, lower case: nothing of ours begins so.
  std::array<bool, 256> first_bytes_{};
};

}  // namespace pkigate::identity
