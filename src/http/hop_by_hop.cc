// SPDX-License-Identifier: Apache-2.0
#include "http/hop_by_hop.h"

#include "base/ascii.h"
#include "base/assert.h"
#include "http/field_line.h"

namespace pkigate::http {

HopByHop::HopByHop(std::span<const HeaderView> headers) {
  for (const HeaderView& header : headers) {
    if (header.known != KnownHeader::kConnection) {
      continue;
    }
    std::string_view name;
    for (ListReader list(header.value); list.Next(&name);) {
      PKIGATE_ASSERT(num_named_ < named_.size());
      named_[num_named_++] = name;
    }
  }
}

bool HopByHop::Contains(const HeaderView& header) const {
  switch (header.known) {
    case KnownHeader::kConnection:
    case KnownHeader::kContentLength:
    case KnownHeader::kHttp2Settings:
    case KnownHeader::kKeepAlive:
    case KnownHeader::kProxyAuthenticate:
    case KnownHeader::kProxyAuthenticationInfo:
    case KnownHeader::kProxyAuthorization:
    case KnownHeader::kProxyConnection:
    case KnownHeader::kTe:
    case KnownHeader::kTrailer:
    case KnownHeader::kTransferEncoding:
    case KnownHeader::kUpgrade:
      return true;
    default:
      break;
  }
  for (size_t index = 0; index < num_named_; ++index) {
    if (EqualsIgnoringCase(header.name, named_[index])) {
      return true;
    }
  }
  return false;
}

}  // namespace pkigate::http
