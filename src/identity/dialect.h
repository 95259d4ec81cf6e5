// SPDX-License-Identifier: Apache-2.0
//
// Which of the emulated systems a listener speaks for.
#pragma once

#include <cstdint>
#include <string_view>

namespace pkigate {

enum class Dialect : uint8_t { kXpack, kOpendistro, kOpensearch };

// The word used in pkigate.yml, logs and metrics.
constexpr std::string_view DialectName(Dialect dialect) {
  switch (dialect) {
    case Dialect::kXpack:
      return "xpack";
    case Dialect::kOpendistro:
      return "opendistro";
    case Dialect::kOpensearch:
      return "opensearch";
  }
  return "";
}

// Open Distro and its continuation share files, code and stored objects.
constexpr bool IsOpendistroFamily(Dialect dialect) { return dialect != Dialect::kXpack; }

}  // namespace pkigate
