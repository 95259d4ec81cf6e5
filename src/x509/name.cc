// SPDX-License-Identifier: Apache-2.0
#include "x509/name.h"

#include "base/limits.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/string_value.h"

namespace pkigate::x509 {

namespace {

constexpr char kCode[] = "malformed_name";

// AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY } (RFC 5280, 4.1.2.4)
Result<Attribute> ReadAttribute(DerReader& in) {
  DerReader pair = PKIGATE_TRY(in.Enter(der::kSequence, "an attribute"));
  const DerElement type = PKIGATE_TRY(pair.Next(der::kOid, "an attribute's type"));
  std::optional<std::string> oid = DottedOid(type.content);
  if (!oid.has_value()) {
    return pair.FailAt(type.position, "an attribute's type is no object identifier");
  }
  const DerElement value = PKIGATE_TRY(pair.Next("an attribute's value"));
  PKIGATE_TRY_STATUS(pair.End("an attribute's value"));
  return Attribute(*std::move(oid), std::vector<uint8_t>(value.tlv.begin(), value.tlv.end()),
                   value.tlv.size() - value.content.size());
}

}  // namespace

std::optional<std::string> Attribute::Text(bool* exact) const {
  return DecodeStringValue(tag(), content(), exact);
}

Result<Name> Name::FromDer(std::span<const uint8_t> der) {
  if (der.size() > limits::kNameBytesMax) {
    return MakeError("name_too_large", "the name has {} bytes, at most {}", der.size(),
                     limits::kNameBytesMax);
  }
  DerReader in(der, kCode);
  DerReader sequence = PKIGATE_TRY(in.Enter(der::kSequence, "a name"));
  PKIGATE_TRY_STATUS(in.End("the name"));
  Name name;
  size_t num_attributes = 0;
  while (!sequence.empty()) {
    if (name.rdns_.size() == limits::kDnRdnsMax) {
      return MakeError("name_too_large", "the name has more than {} RDNs", limits::kDnRdnsMax);
    }
    DerReader set = PKIGATE_TRY(sequence.Enter(der::kSet, "an RDN"));
    Rdn rdn;
    while (!set.empty()) {
      if (++num_attributes > limits::kDnAttributesMax) {
        return MakeError("name_too_large", "the name has more than {} attributes",
                         limits::kDnAttributesMax);
      }
      rdn.push_back(PKIGATE_TRY(ReadAttribute(set)));
    }
    if (rdn.empty()) {
      return sequence.Fail("an RDN without attributes ends here");
    }
    name.rdns_.push_back(std::move(rdn));
  }
  name.der_.assign(der.begin(), der.end());
  return name;
}

}  // namespace pkigate::x509
