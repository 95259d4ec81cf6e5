// SPDX-License-Identifier: Apache-2.0
#include "x509/string_value.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "x509/der.h"

namespace pkigate::x509 {

namespace {

constexpr char32_t kReplacement = 0xfffd;

class Decoded {
 public:
  explicit Decoded(bool* exact) : exact_(exact) {
    if (exact_ != nullptr) {
      *exact_ = true;
    }
  }
  void Add(char32_t code_point) { AppendUtf8(text_, code_point); }
  void Add(std::string_view well_formed) { text_ += well_formed; }
  void AddIllFormed() {
    if (exact_ != nullptr) {
      *exact_ = false;
    }
    Add(kReplacement);
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  bool* exact_;
};

constexpr bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// Length of the longest start of `text` (no character itself) that begins a well-formed character,
// at least 1.
size_t IllFormedPartLength(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  const size_t len_max = first >= 0xf0 && first <= 0xf4   ? 3
                         : first >= 0xe0 && first <= 0xef ? 2
                                                          : 1;
  if (len_max == 1 || text.size() < 2 || !IsContinuation(text[1])) {
    return 1;
  }
  // The second byte has a narrower range after some first ones: no overlong forms, nothing above
  // U+10FFFF. Java reads an encoded surrogate (0xed, 0xa0 and up) as one part.
  const auto second = static_cast<uint8_t>(text[1]);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90) ||
      (first == 0xf4 && second > 0x8f)) {
    return 1;
  }
  const bool is_surrogate = first == 0xed && second > 0x9f;
  return (len_max == 3 || is_surrogate) && text.size() > 2 && IsContinuation(text[2]) ? 3 : 2;
}

void DecodeUtf8(std::string_view text, Decoded& out) {
  while (!text.empty()) {
    const size_t len = Utf8CharacterLength(text);
    if (len > 0) {
      out.Add(text.substr(0, len));
      text.remove_prefix(len);
    } else {
      out.AddIllFormed();
      text.remove_prefix(IllFormedPartLength(text));
    }
  }
}

void DecodeAscii(std::span<const uint8_t> content, Decoded& out) {
  for (const uint8_t octet : content) {
    if (octet < 0x80) {
      out.Add(char32_t{octet});
    } else {
      out.AddIllFormed();
    }
  }
}

// Java takes a high surrogate and the unit after it together, whatever that is: one U+FFFD.
void DecodeUtf16(std::span<const uint8_t> content, Decoded& out) {
  const auto unit_at = [&content](size_t position) {
    return static_cast<char32_t>(content[position] << 8 | content[position + 1]);
  };
  size_t index = 0;
  while (content.size() - index >= 2) {
    const char32_t unit = unit_at(index);
    if (unit < 0xd800 || unit > 0xdfff) {
      out.Add(unit);
      index += 2;
      continue;
    }
    const bool is_high = unit < 0xdc00;
    if (is_high && content.size() - index < 4) {
      break;
    }
    const char32_t low = is_high ? unit_at(index + 2) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) {
      out.Add(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
    } else {
      out.AddIllFormed();
    }
    index += is_high ? 4 : 2;
  }
  if (index < content.size()) {
    out.AddIllFormed();
  }
}

void DecodeUtf32(std::span<const uint8_t> content, Decoded& out) {
  constexpr std::array<uint8_t, 4> kByteOrderMark = {0x00, 0x00, 0xfe, 0xff};
  size_t index = 0;
  // The JDK's UTF-32BE takes a first byte order mark for what it is; its UTF-16BE does not.
  if (content.size() >= kByteOrderMark.size() &&
      std::equal(kByteOrderMark.begin(), kByteOrderMark.end(), content.begin())) {
    index = kByteOrderMark.size();
  }
  for (; index + 3 < content.size(); index += 4) {
    const auto code_point =
        static_cast<char32_t>(uint32_t{content[index]} << 24 | uint32_t{content[index + 1]} << 16 |
                              uint32_t{content[index + 2]} << 8 | content[index + 3]);
    if (code_point > 0x10ffff || (code_point >= 0xd800 && code_point <= 0xdfff)) {
      out.AddIllFormed();
    } else {
      out.Add(code_point);
    }
  }
  if (index < content.size()) {
    out.AddIllFormed();
  }
}

std::string_view AsText(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::optional<std::string> DecodeStringValue(uint8_t tag, std::span<const uint8_t> content,
                                             bool* exact) {
  Decoded out(exact);
  switch (tag) {
    case der::kUtf8String:
      DecodeUtf8(AsText(content), out);
      break;
    case der::kPrintableString:
    case der::kIa5String:
    case der::kGeneralString:
      DecodeAscii(content, out);
      break;
    case der::kT61String:
      for (const uint8_t octet : content) {
        out.Add(char32_t{octet});
      }
      break;
    case der::kBmpString:
      DecodeUtf16(content, out);
      break;
    case der::kUniversalString:
      DecodeUtf32(content, out);
      break;
    default:
      return std::nullopt;
  }
  return out.Take();
}

std::string ReplaceIllFormedUtf8(std::string_view text, bool* exact) {
  Decoded out(exact);
  DecodeUtf8(text, out);
  return out.Take();
}

}  // namespace pkigate::x509
