// SPDX-License-Identifier: Apache-2.0
#include "x509/unicode_case.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "base/ascii.h"
#include "base/utf8.h"
#include "x509/unicode_case_table.h"

namespace pkigate::x509 {

namespace {

constexpr char32_t kCapitalIWithDot = 0x0130;
constexpr char kSmallIAndCombiningDot[] = "i\xcc\x87";

char32_t Mapped(std::span<const CaseRange> ranges, char32_t character) {
  const auto range =
      std::lower_bound(ranges.begin(), ranges.end(), character,
                       [](const CaseRange& one, char32_t sought) { return one.last < sought; });
  if (range == ranges.end() || character < range->first ||
      (character - range->first) % range->step != 0) {
    return character;
  }
  return static_cast<char32_t>(static_cast<int32_t>(character) + range->delta);
}

char32_t Lower(char32_t character) {
  return character < 0x80 ? static_cast<char32_t>(AsciiLower(static_cast<char>(character)))
                          : Mapped(kLowerCaseRanges, character);
}

char32_t Upper(char32_t character) {
  return character < 0x80 ? static_cast<char32_t>(AsciiUpper(static_cast<char>(character)))
                          : Mapped(kUpperCaseRanges, character);
}

const CaseExpansion* UpperExpansion(char32_t character) {
  const CaseExpansion* const found = std::lower_bound(
      std::begin(kUpperCaseExpansions), std::end(kUpperCaseExpansions), character,
      [](const CaseExpansion& one, char32_t sought) { return one.character < sought; });
  return found != std::end(kUpperCaseExpansions) && found->character == character ? found : nullptr;
}

// The character of `len` bytes (a well-formed one) at the start of `text`.
char32_t CharacterAt(std::string_view text, size_t len) {
  const auto lead = static_cast<uint8_t>(text[0]);
  if (len == 1) {
    return lead;
  }
  auto character = static_cast<char32_t>(lead & (0xffU >> (len + 1)));
  for (size_t index = 1; index < len; ++index) {
    character = character << 6 | (static_cast<uint8_t>(text[index]) & 0x3fU);
  }
  return character;
}

// Calls `append(out, character)` for every character and copies what is none. `ascii` is the same
// for ASCII, which most texts are nothing but.
template <typename Append>
std::string MapEach(std::string_view text, char (*ascii)(char), Append append) {
  const size_t num_ascii = AsciiPrefixLength(text);
  std::string out(text.substr(0, num_ascii));
  std::transform(out.begin(), out.end(), out.begin(), ascii);
  text.remove_prefix(num_ascii);
  while (!text.empty()) {
    const size_t len = Utf8CharacterLength(text);
    if (len == 0) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    append(out, CharacterAt(text, len));
    text.remove_prefix(len);
  }
  return out;
}

}  // namespace

std::string ToLowerCase(std::string_view text) {
  return MapEach(text, AsciiLower, [](std::string& out, char32_t character) {
    if (character == kCapitalIWithDot) {
      out += kSmallIAndCombiningDot;
    } else {
      AppendUtf8(out, Lower(character));
    }
  });
}

std::string ToUpperCase(std::string_view text) {
  return MapEach(text, AsciiUpper, [](std::string& out, char32_t character) {
    if (const CaseExpansion* const several = character < 0x80 ? nullptr : UpperExpansion(character);
        several != nullptr) {
      for (const char32_t one : several->text) {
        AppendUtf8(out, one);
      }
    } else {
      AppendUtf8(out, Upper(character));
    }
  });
}

std::string ToSimpleLowerCase(std::string_view text) {
  return MapEach(text, AsciiLower,
                 [](std::string& out, char32_t character) { AppendUtf8(out, Lower(character)); });
}

std::string ToCaselessForm(std::string_view text) {
  return MapEach(text, AsciiLower, [](std::string& out, char32_t character) {
    AppendUtf8(out, Lower(Upper(character)));
  });
}

bool EqualsIgnoringUnicodeCase(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const size_t a_len = Utf8CharacterLength(a);
    const size_t b_len = Utf8CharacterLength(b);
    if (a_len == 0 || b_len == 0) {
      if (a_len != b_len || a[0] != b[0]) {
        return false;
      }
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (Lower(Upper(CharacterAt(a, a_len))) != Lower(Upper(CharacterAt(b, b_len)))) {
      return false;
    }
    a.remove_prefix(a_len);
    b.remove_prefix(b_len);
  }
  return a.empty() && b.empty();
}

}  // namespace pkigate::x509
