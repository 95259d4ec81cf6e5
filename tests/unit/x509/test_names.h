// SPDX-License-Identifier: Apache-2.0
//
// Names for tests, written as lists.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "x509/name.h"

namespace pkigate::x509::testing {

struct Part {
  std::string oid_hex;  // content octets: `550403`
  uint8_t tag;
  std::string value;
};

inline constexpr char kCn[] = "550403";
inline constexpr char kC[] = "550406";
inline constexpr char kO[] = "55040a";
inline constexpr char kOu[] = "55040b";
inline constexpr char kUid[] = "0992268993f22c640101";
inline constexpr char kEmail[] = "2a864886f70d010901";
inline constexpr char kPrivate[] = "2b0601040183865001";  // 1.3.6.1.4.1.50000.1

// DER of a name with these RDNs in this order.
std::vector<uint8_t> NameDer(const std::vector<std::vector<Part>>& rdns);
Name MakeName(const std::vector<std::vector<Part>>& rdns);
// One RDN, CN, UTF8String.
Name NameOfCn(const std::string& value);

// Tag, length, content.
std::vector<uint8_t> Tlv(uint8_t tag, const std::vector<uint8_t>& content);

}  // namespace pkigate::x509::testing
