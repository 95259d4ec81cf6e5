// SPDX-License-Identifier: Apache-2.0
//
// The header names that the gateway itself has to recognise, looked up without allocation.
#pragma once

#include <cstdint>
#include <string_view>

namespace pkigate::http {

enum class KnownHeader : uint8_t {
  kOther,
  kAccept,
  kAcceptEncoding,
  kAuthorization,
  kConnection,
  kContentEncoding,
  kContentLength,
  kContentType,
  kCookie,
  kDate,
  kExpect,
  kHost,
  kHttp2Settings,
  kKeepAlive,
  kProxyAuthenticate,
  kProxyAuthenticationInfo,
  kProxyAuthorization,
  kProxyConnection,
  kTe,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUserAgent,
};

// FindHeader returns which known header `name` is, in any case of its letters. `name` is a token.
KnownHeader FindHeader(std::string_view name);

}  // namespace pkigate::http
