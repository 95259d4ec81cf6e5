// SPDX-License-Identifier: Apache-2.0
#include "x509/oid.h"

#include <vector>

#include "base/ascii.h"
#include "base/limits.h"

namespace pkigate::x509 {

namespace {

// A natural number of any size in decimal digits, the least significant first. Arcs of 128 bits are
// in use (2.25.<UUID>), so no machine word will do.
class DecimalNumber {
 public:
  void ShiftInSevenBits(uint32_t bits) {
    uint32_t carry = bits;
    for (uint8_t& digit : digits_) {
      const uint32_t sum = digit * 128U + carry;
      digit = static_cast<uint8_t>(sum % 10);
      carry = sum / 10;
    }
    for (; carry > 0; carry /= 10) {
      digits_.push_back(static_cast<uint8_t>(carry % 10));
    }
  }

  // Only for numbers of at least `small`, which is below 100.
  void Subtract(uint32_t small) {
    uint32_t borrow = small;
    for (uint8_t& digit : digits_) {
      const uint32_t minus = borrow % 10;
      borrow /= 10;
      if (digit < minus) {
        digit = static_cast<uint8_t>(digit + 10);
        ++borrow;
      }
      digit = static_cast<uint8_t>(digit - minus);
      if (borrow == 0) {
        break;
      }
    }
    while (!digits_.empty() && digits_.back() == 0) {
      digits_.pop_back();
    }
  }

  bool IsBelow(uint32_t small) const {
    uint32_t value = 0;
    for (size_t index = digits_.size(); index-- > 0;) {
      value = value * 10 + digits_[index];
      if (value >= small) {
        return false;
      }
    }
    return true;
  }

  void AppendTo(std::string& out) const {
    if (digits_.empty()) {
      out += '0';
    }
    for (size_t index = digits_.size(); index-- > 0;) {
      out += static_cast<char>('0' + digits_[index]);
    }
  }

 private:
  std::vector<uint8_t> digits_;
};

}  // namespace

std::optional<std::string> DottedOid(std::span<const uint8_t> content) {
  if (content.empty() || content.size() > limits::kOidBytesMax || (content.back() & 0x80) != 0) {
    return std::nullopt;
  }
  std::string dotted;
  DecimalNumber arc;
  bool at_start = true;
  for (const uint8_t octet : content) {
    if (at_start && octet == 0x80) {
      return std::nullopt;  // a leading zero: not the shortest form
    }
    arc.ShiftInSevenBits(octet & 0x7f);
    at_start = (octet & 0x80) == 0;
    if (!at_start) {
      continue;
    }
    if (dotted.empty()) {
      // The first two arcs share a number: 40 * first + second (X.690, 8.19.4).
      const uint32_t first = arc.IsBelow(40) ? 0 : arc.IsBelow(80) ? 1 : 2;
      dotted += static_cast<char>('0' + first);
      arc.Subtract(40 * first);
    }
    dotted += '.';
    arc.AppendTo(dotted);
    arc = DecimalNumber();
  }
  return dotted;
}

bool IsDottedOid(std::string_view text) {
  size_t num_arcs = 0;
  char first_arc = '0';
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view arc = text.substr(0, dot);
    if (arc.empty() || (arc.size() > 1 && arc[0] == '0')) {
      return false;
    }
    for (const char c : arc) {
      if (!IsAsciiDigit(c)) {
        return false;
      }
    }
    ++num_arcs;
    if (num_arcs == 1) {
      if (arc.size() != 1 || arc[0] > '2') {
        return false;
      }
      first_arc = arc[0];
    } else if (num_arcs == 2 && first_arc != '2' &&
               (arc.size() > 2 || (arc.size() == 2 && arc[0] >= '4'))) {
      return false;
    }
    if (dot == std::string_view::npos) {
      return num_arcs >= 2;
    }
    text.remove_prefix(dot + 1);
  }
}

}  // namespace pkigate::x509
