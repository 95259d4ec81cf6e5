// SPDX-License-Identifier: Apache-2.0
//
// Name: an X.501 distinguished name as its DER has it, nothing normalised and nothing lost. How it
// is written down as text differs between products; each of those forms has its own file
// (jdk_form.h, opendistro_form.h, rfc4514_form.h, openssl_form.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pkigate::x509 {

// One type and value of an RDN.
class Attribute {
 public:
  Attribute(std::string oid, std::vector<uint8_t> tlv, size_t header_len)
      : oid_(std::move(oid)), tlv_(std::move(tlv)), header_len_(header_len) {}

  // Dotted: `2.5.4.3`.
  const std::string& oid() const { return oid_; }
  // The identifier octet of the value: 0x0c UTF8String, 0x13 PrintableString, ...
  uint8_t tag() const { return tlv_[0]; }
  // The value with tag and length, as encoded.
  std::span<const uint8_t> tlv() const { return tlv_; }
  // Its content octets.
  std::span<const uint8_t> content() const { return std::span(tlv_).subspan(header_len_); }
  // The value as UTF-8, nothing if its type is none of UTF8, Printable, IA5, T61 (read as Latin-1),
  // BMP, Universal and General (X-AUT-20, rule 4). Ill-formed parts become U+FFFD, as the JDK reads
  // them; `exact` then turns false.
  std::optional<std::string> Text(bool* exact = nullptr) const;

  bool operator==(const Attribute&) const = default;

 private:
  std::string oid_;
  std::vector<uint8_t> tlv_;
  size_t header_len_;
};

using Rdn = std::vector<Attribute>;  // never empty; in the order of the encoding

class Name {
 public:
  Name() = default;  // the empty name

  // Reads exactly one DER Name. Fails (`malformed_name`, `name_too_large`) and says where.
  static Result<Name> FromDer(std::span<const uint8_t> der);

  // In the order of the encoding: usually the country first, the common name last.
  const std::vector<Rdn>& rdns() const { return rdns_; }
  bool empty() const { return rdns_.empty(); }
  // What it was read from; `30 00` for the empty name.
  const std::vector<uint8_t>& der() const { return der_; }

  bool operator==(const Name& other) const { return der_ == other.der_; }

 private:
  std::vector<Rdn> rdns_;
  std::vector<uint8_t> der_ = {0x30, 0x00};
};

}  // namespace pkigate::x509
