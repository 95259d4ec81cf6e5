// SPDX-License-Identifier: Apache-2.0
#include "subjects.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "x509/ldap_name.h"

namespace pkigate::conformance {

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kUtf8String = 0x0c;

// The last arc of an attribute type below 2.5.4; 0 for others.
uint8_t ArcOf(const std::string& type) {
  struct Known {
    const char* type;
    uint8_t arc;
  };
  constexpr Known kKnown[] = {{"CN", 3}, {"C", 6}, {"L", 7}, {"ST", 8}, {"O", 10}, {"OU", 11}};
  const auto* found =
      std::ranges::find_if(kKnown, [&](const Known& known) { return type == known.type; });
  return found == std::end(kKnown) ? 0 : found->arc;
}

Bytes Tlv(uint8_t tag, const Bytes& content) {
  Bytes tlv = {tag, 0x82, static_cast<uint8_t>(content.size() >> 8),
               static_cast<uint8_t>(content.size() & 0xff)};
  if (content.size() < 0x80) {
    tlv = {tag, static_cast<uint8_t>(content.size())};
  } else if (content.size() < 0x100) {
    tlv = {tag, 0x81, static_cast<uint8_t>(content.size())};
  }
  tlv.insert(tlv.end(), content.begin(), content.end());
  return tlv;
}

}  // namespace

Result<x509::PeerChain> ChainOf(const std::vector<SubjectPart>& subject) {
  Bytes rdns;
  for (const SubjectPart& part : subject) {
    const uint8_t arc = ArcOf(part.type);
    if (arc == 0) {
      return MakeError("subject", "attribute type `{}` is not known", part.type);
    }
    Bytes attribute = {0x06, 0x03, 0x55, 0x04, arc};
    const Bytes value = Tlv(kUtf8String, {part.value.begin(), part.value.end()});
    attribute.insert(attribute.end(), value.begin(), value.end());
    const Bytes rdn = Tlv(0x31, Tlv(0x30, attribute));
    rdns.insert(rdns.end(), rdn.begin(), rdn.end());
  }
  x509::PeerChain chain;
  chain.leaf.subject = PKIGATE_TRY(x509::Name::FromDer(Tlv(0x30, rdns)));
  chain.expires_unix = std::numeric_limits<int64_t>::max();
  return chain;
}

Result<x509::PeerChain> ChainOfPrincipal(const std::string& principal) {
  const x509::LdapName name = PKIGATE_TRY(x509::LdapName::Parse(principal));
  std::vector<SubjectPart> parts;
  for (auto rdn = name.rdns().rbegin(); rdn != name.rdns().rend(); ++rdn) {
    if (rdn->size() != 1) {
      return MakeError("subject", "an RDN of several attributes");
    }
    parts.push_back({rdn->front().type, rdn->front().value});
  }
  return ChainOf(parts);
}

}  // namespace pkigate::conformance
