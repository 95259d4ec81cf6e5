// SPDX-License-Identifier: Apache-2.0
#include "http/header_names.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pkigate::http {

namespace {

struct Entry {
  std::string_view name;  // in lower case
  KnownHeader known;
};

// By length, so that a name is compared with the few of its own.
constexpr std::array kEntries = {
    Entry{"te", KnownHeader::kTe},
    Entry{"date", KnownHeader::kDate},
    Entry{"host", KnownHeader::kHost},
    Entry{"accept", KnownHeader::kAccept},
    Entry{"cookie", KnownHeader::kCookie},
    Entry{"expect", KnownHeader::kExpect},
    Entry{"trailer", KnownHeader::kTrailer},
    Entry{"upgrade", KnownHeader::kUpgrade},
    Entry{"connection", KnownHeader::kConnection},
    Entry{"keep-alive", KnownHeader::kKeepAlive},
    Entry{"user-agent", KnownHeader::kUserAgent},
    Entry{"content-type", KnownHeader::kContentType},
    Entry{"authorization", KnownHeader::kAuthorization},
    Entry{"content-length", KnownHeader::kContentLength},
    Entry{"http2-settings", KnownHeader::kHttp2Settings},
    Entry{"accept-encoding", KnownHeader::kAcceptEncoding},
    Entry{"content-encoding", KnownHeader::kContentEncoding},
    Entry{"proxy-connection", KnownHeader::kProxyConnection},
    Entry{"transfer-encoding", KnownHeader::kTransferEncoding},
    Entry{"proxy-authenticate", KnownHeader::kProxyAuthenticate},
    Entry{"proxy-authorization", KnownHeader::kProxyAuthorization},
    Entry{"proxy-authentication-info", KnownHeader::kProxyAuthenticationInfo},
};

constexpr bool ShorterName(const Entry& a, const Entry& b) { return a.name.size() < b.name.size(); }
static_assert(std::is_sorted(kEntries.begin(), kEntries.end(), ShorterName));

constexpr size_t kLengthMax = kEntries.back().name.size();

// kFirst[n] is the index of the first entry of n bytes or more.
constexpr std::array<uint8_t, kLengthMax + 2> FirstOfLength() {
  std::array<uint8_t, kLengthMax + 2> first{};
  for (size_t length = 0; length < first.size(); ++length) {
    uint8_t index = 0;
    while (index < kEntries.size() && kEntries[index].name.size() < length) {
      ++index;
    }
    first[length] = index;
  }
  return first;
}
constexpr auto kFirst = FirstOfLength();

// Among token bytes, setting bit 5 maps only an upper-case letter to a lower-case one, and nothing
// else to a letter, a digit or the dash.
bool Matches(std::string_view token, std::string_view lowered) {
  for (size_t index = 0; index < lowered.size(); ++index) {
    if (static_cast<char>(token[index] | 0x20) != lowered[index]) {
      return false;
    }
  }
  return true;
}

}  // namespace

KnownHeader FindHeader(std::string_view name) {
  if (name.size() > kLengthMax) {
    return KnownHeader::kOther;
  }
  for (size_t index = kFirst[name.size()]; index < kFirst[name.size() + 1]; ++index) {
    if (Matches(name, kEntries[index].name)) {
      return kEntries[index].known;
    }
  }
  return KnownHeader::kOther;
}

}  // namespace pkigate::http
