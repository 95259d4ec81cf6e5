// SPDX-License-Identifier: Apache-2.0
#include "identity/forwarded_address.h"

#include <fmt/format.h>

#include <utility>

#include "base/ascii.h"
#include "identity/authorization_header.h"

namespace pkigate::identity {

namespace {

// As Java writes an IPv6 address, which is what upstream's expressions are made for: eight groups,
// nothing left out.
std::string JavaText(const IpAddress& address) {
  if (address.is_v4()) {
    return address.Text();
  }
  std::string text;
  for (size_t group = 0; group < 8; ++group) {
    const unsigned value = address.bytes()[2 * group] * 256U + address.bytes()[2 * group + 1];
    text += fmt::format("{}{:x}", group == 0 ? "" : ":", value);
  }
  return text;
}

}  // namespace

Result<ForwardedAddress> ForwardedAddress::Compile(const XffModel& model, Dialect dialect) {
  ForwardedAddress made;
  if (!model.enabled || model.internal_proxies.empty()) {
    return made;
  }
  made.proxies_ = PKIGATE_TRY(
      match::JavaRegex::Compile(model.internal_proxies, match::JavaRegex::Case::kSensitive));
  made.header_ = model.remote_ip_header;
  made.last_line_only_ = dialect == Dialect::kOpensearch;
  return made;
}

void ForwardedAddress::AddReadTo(HeaderWatch& watch) const {
  if (proxies_.has_value()) {
    watch.AddName(header_);
  }
}

// In either spelling, so that `::1` can be written as people write it, too.
bool ForwardedAddress::IsProxy(const IpAddress& peer, match::Scratch& scratch) const {
  return proxies_->MatchesWhole(JavaText(peer), scratch) ||
         (!peer.is_v4() && proxies_->MatchesWhole(peer.Text(), scratch));
}

Result<std::optional<IpAddress>> ForwardedAddress::Find(const IpAddress& peer,
                                                        std::span<const HeaderField> headers,
                                                        match::Scratch& scratch) const {
  if (!proxies_.has_value()) {
    return std::optional<IpAddress>();
  }
  const HeaderField* last = LastHeader(headers, header_);
  if (last == nullptr || !IsProxy(peer, scratch)) {
    return std::optional<IpAddress>();
  }
  std::string values;
  for (const HeaderField& header : headers) {
    if (last_line_only_ ? &header == last : EqualsIgnoringCase(header.name, header_)) {
      values += (values.empty() ? "" : ", ") + std::string(header.value);
    }
  }
  // Empty values at the end are none, as Java splits.
  std::string_view rest = TrimBlanks(values);
  while (rest.ends_with(',')) {
    rest = TrimBlanks(rest.substr(0, rest.size() - 1));
  }
  if (rest.empty()) {
    return std::optional<IpAddress>();
  }
  for (;;) {
    const size_t comma = rest.rfind(',');
    const std::string_view value =
        TrimBlanks(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    const bool leftmost = comma == std::string_view::npos;
    if (leftmost || !proxies_->MatchesWhole(value, scratch)) {
      const Result<IpAddress> address = IpAddress::Parse(value);
      if (!address.ok()) {
        return MakeError("not_an_address", "{}", address.error().message);
      }
      return std::optional<IpAddress>(*address);
    }
    rest = rest.substr(0, comma);
  }
}

}  // namespace pkigate::identity
