// SPDX-License-Identifier: Apache-2.0
#include "x509/usage.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/hex.h"
#include "base/ip_address.h"
#include "x509/library.h"
#include "x509/oid.h"
#include "x509/rfc4514_form.h"

namespace pkigate::x509 {

namespace {

// RFC 5280, 4.2.1.3.
struct KeyUsageBit {
  uint32_t bit;
  std::string_view name;
};
constexpr KeyUsageBit kKeyUsages[] = {
    {KU_DIGITAL_SIGNATURE, "digitalSignature"},
    {KU_NON_REPUDIATION, "nonRepudiation"},
    {KU_KEY_ENCIPHERMENT, "keyEncipherment"},
    {KU_DATA_ENCIPHERMENT, "dataEncipherment"},
    {KU_KEY_AGREEMENT, "keyAgreement"},
    {KU_KEY_CERT_SIGN, "keyCertSign"},
    {KU_CRL_SIGN, "cRLSign"},
    {KU_ENCIPHER_ONLY, "encipherOnly"},
    {KU_DECIPHER_ONLY, "decipherOnly"},
};

// RFC 5280, 4.2.1.12, and what Microsoft's authorities issue.
struct Purpose {
  std::string_view oid;
  std::string_view name;
};
constexpr Purpose kPurposes[] = {
    {"1.3.6.1.5.5.7.3.1", "serverAuth"},          {"1.3.6.1.5.5.7.3.2", "clientAuth"},
    {"1.3.6.1.5.5.7.3.3", "codeSigning"},         {"1.3.6.1.5.5.7.3.4", "emailProtection"},
    {"1.3.6.1.5.5.7.3.8", "timeStamping"},        {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
    {"1.3.6.1.4.1.311.20.2.2", "smartcardLogon"}, {"2.5.29.37.0", "anyExtendedKeyUsage"},
};

std::string PurposeText(const ASN1_OBJECT& object) {
  const std::optional<std::string> oid = DottedOid({OBJ_get0_data(&object), OBJ_length(&object)});
  if (!oid.has_value()) {
    return "unreadable";
  }
  const auto* known = std::find_if(std::begin(kPurposes), std::end(kPurposes),
                                   [&](const Purpose& purpose) { return purpose.oid == *oid; });
  return known == std::end(kPurposes) ? *oid : std::string(known->name);
}

// Whatever a stranger put there must not break a line.
std::string Printable(std::span<const uint8_t> bytes) {
  std::string text;
  for (const uint8_t byte : bytes) {
    if (byte < 0x20 || byte == 0x7f || byte == '\\') {
      text += '\\';
      text += ToHex({&byte, 1});
    } else {
      text += static_cast<char>(byte);
    }
  }
  return text;
}

std::string IpText(const std::vector<uint8_t>& value) {
  if (value.size() == 4) {
    return IpAddress::V4({value[0], value[1], value[2], value[3]}).Text();
  }
  if (value.size() == 16) {
    std::array<uint8_t, 16> bytes{};
    std::copy(value.begin(), value.end(), bytes.begin());
    return IpAddress::V6(bytes).Text();
  }
  return "#" + ToHex(value);
}

}  // namespace

Result<Usages> ReadUsages(std::span<const uint8_t> der) {
  const ErrorQueueGuard guard;
  const bssl::UniquePtr<X509> certificate = ParseX509(der);
  if (certificate == nullptr) {
    return MakeError("malformed_certificate", "is no certificate in DER");
  }
  Usages usages;
  int critical = -1;  // afterwards -1: no such extension
  const bssl::UniquePtr<ASN1_BIT_STRING> key(static_cast<ASN1_BIT_STRING*>(
      X509_get_ext_d2i(certificate.get(), NID_key_usage, &critical, nullptr)));
  usages.limits_key = key != nullptr;
  if (key == nullptr && critical != -1) {
    return MakeError("malformed_certificate", "has a keyUsage that cannot be read");
  }
  if (key != nullptr) {
    const uint32_t bits = X509_get_key_usage(certificate.get());
    for (const KeyUsageBit& usage : kKeyUsages) {
      if ((bits & usage.bit) != 0) {
        usages.key.emplace_back(usage.name);
      }
    }
  }
  const bssl::UniquePtr<EXTENDED_KEY_USAGE> extended(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(certificate.get(), NID_ext_key_usage, &critical, nullptr)));
  usages.limits_purpose = extended != nullptr;
  if (extended == nullptr && critical != -1) {
    return MakeError("malformed_certificate", "has an extKeyUsage that cannot be read");
  }
  if (extended != nullptr) {
    for (const ASN1_OBJECT* object : extended.get()) {
      usages.extended_key.push_back(PurposeText(*object));
    }
  }
  return usages;
}

std::string SanText(const SubjectAlternativeName& name) {
  switch (name.type) {
    case SanType::kDnsName:
      return "DNS:" + Printable(name.value);
    case SanType::kRfc822Name:
      return "email:" + Printable(name.value);
    case SanType::kUniformResourceIdentifier:
      return "URI:" + Printable(name.value);
    case SanType::kIpAddress:
      return "IP:" + IpText(name.value);
    case SanType::kDirectoryName: {
      const Result<Name> directory = Name::FromDer(name.value);
      return "DirName:" + (directory.ok() ? Rfc4514Form(*directory) : "#" + ToHex(name.value));
    }
    case SanType::kRegisteredId:
      return "RID:" + DottedOid(name.value).value_or("#" + ToHex(name.value));
    case SanType::kOtherName:
      return "otherName:#" + ToHex(name.value);
    case SanType::kX400Address:
      return "x400Address:#" + ToHex(name.value);
    case SanType::kEdiPartyName:
      return "ediPartyName:#" + ToHex(name.value);
  }
  return "";
}

}  // namespace pkigate::x509
