// SPDX-License-Identifier: Apache-2.0
#include "test_names.h"

#include "base/assert.h"
#include "base/hex.h"
#include "x509/der.h"

namespace pkigate::x509::testing {

namespace {

void Append(std::vector<uint8_t>& out, const std::vector<uint8_t>& more) {
  out.insert(out.end(), more.begin(), more.end());
}

}  // namespace

std::vector<uint8_t> Tlv(uint8_t tag, const std::vector<uint8_t>& content) {
  std::vector<uint8_t> out = {tag};
  if (content.size() >= 0x10000) {
    Append(out, {0x83, static_cast<uint8_t>(content.size() >> 16),
                 static_cast<uint8_t>(content.size() >> 8), static_cast<uint8_t>(content.size())});
  } else if (content.size() >= 0x100) {
    Append(out,
           {0x82, static_cast<uint8_t>(content.size() >> 8), static_cast<uint8_t>(content.size())});
  } else if (content.size() >= 0x80) {
    Append(out, {0x81, static_cast<uint8_t>(content.size())});
  } else {
    Append(out, {static_cast<uint8_t>(content.size())});
  }
  Append(out, content);
  return out;
}

std::vector<uint8_t> NameDer(const std::vector<std::vector<Part>>& rdns) {
  std::vector<uint8_t> sequence;
  for (const std::vector<Part>& rdn : rdns) {
    std::vector<uint8_t> set;
    for (const Part& part : rdn) {
      std::vector<uint8_t> pair = Tlv(der::kOid, FromHex(part.oid_hex).value());
      Append(pair, Tlv(part.tag, std::vector<uint8_t>(part.value.begin(), part.value.end())));
      Append(set, Tlv(der::kSequence, pair));
    }
    Append(sequence, Tlv(der::kSet, set));
  }
  return Tlv(der::kSequence, sequence);
}

Name MakeName(const std::vector<std::vector<Part>>& rdns) {
  Result<Name> name = Name::FromDer(NameDer(rdns));
  PKIGATE_ASSERT(name.ok());
  return std::move(name).value();
}

Name NameOfCn(const std::string& value) { return MakeName({{{kCn, der::kUtf8String, value}}}); }

}  // namespace pkigate::x509::testing
