// SPDX-License-Identifier: Apache-2.0
#include "identity/header_watch.h"

#include <algorithm>

#include "base/ascii.h"

namespace pkigate::identity {

void HeaderWatch::AddName(std::string_view name) {
  if (!name.empty()) {
    names_.push_back(ToAsciiLower(name));
    first_bytes_[static_cast<unsigned char>(names_.back().front())] = true;
  }
}

void HeaderWatch::AddPrefix(std::string_view prefix) {
  prefixes_.push_back(ToAsciiLower(prefix));
  first_bytes_[static_cast<unsigned char>(prefixes_.back().front())] = true;
}

bool HeaderWatch::Sees(std::span<const HeaderField> headers) const {
  if (all_) {
    return true;
  }
  return std::any_of(headers.begin(), headers.end(), [this](const HeaderField& header) {
    const std::string_view name = header.name;
    if (name.empty() || !first_bytes_[static_cast<unsigned char>(AsciiLower(name.front()))]) {
      return false;
    }
    const auto is_name = [&](const std::string& own) { return EqualsIgnoringCase(name, own); };
    const auto is_prefix = [&](const std::string& own) {
      return EqualsIgnoringCase(name.substr(0, own.size()), own);
    };
    return std::ranges::any_of(names_, is_name) || std::ranges::any_of(prefixes_, is_prefix);
  });
}

}  // namespace pkigate::identity
