// SPDX-License-Identifier: Apache-2.0
#include "match/java_classes.h"

#include <array>

namespace pkigate::match {

CharClass Digits() {
  CharClass digits;
  digits.Add(U'0', U'9');
  return digits;
}

CharClass WordCharacters() {
  CharClass word = Digits();
  word.Add(U'a', U'z');
  word.Add(U'A', U'Z');
  word.Add(U'_');
  return word;
}

CharClass Spaces() {
  CharClass spaces;
  spaces.Add(U'\t', U'\r');
  spaces.Add(U' ');
  return spaces;
}

CharClass HorizontalSpaces() {
  CharClass spaces;
  for (const char32_t c :
       {U' ', U'\t', U'\u00A0', U'\u1680', U'\u180E', U'\u202F', U'\u205F', U'\u3000'}) {
    spaces.Add(c);
  }
  spaces.Add(0x2000, 0x200A);
  return spaces;
}

CharClass VerticalSpaces() {
  CharClass spaces;
  spaces.Add(U'\n', U'\r');
  for (const char32_t c : {char32_t{0x85}, char32_t{0x2028}, char32_t{0x2029}}) {
    spaces.Add(c);
  }
  return spaces;
}

std::optional<CharClass> PosixClass(std::string_view name) {
  CharClass set;
  const auto add_letters = [&] {
    set.Add(U'a', U'z');
    set.Add(U'A', U'Z');
  };
  const auto add_punctuation = [&] {
    set.Add(U'!', U'/');
    set.Add(U':', U'@');
    set.Add(U'[', U'`');
    set.Add(U'{', U'~');
  };
  if (name == "Lower") {
    set.Add(U'a', U'z');
  } else if (name == "Upper") {
    set.Add(U'A', U'Z');
  } else if (name == "ASCII") {
    set.Add(0, 0x7F);
  } else if (name == "Alpha") {
    add_letters();
  } else if (name == "Digit") {
    set.Add(U'0', U'9');
  } else if (name == "Alnum") {
    add_letters();
    set.Add(U'0', U'9');
  } else if (name == "Punct") {
    add_punctuation();
  } else if (name == "Graph") {
    set.Add(U'!', U'~');
  } else if (name == "Print") {
    set.Add(U' ', U'~');
  } else if (name == "Blank") {
    set.Add(U' ');
    set.Add(U'\t');
  } else if (name == "Cntrl") {
    set.Add(0, 0x1F);
    set.Add(0x7F);
  } else if (name == "XDigit") {
    set.Add(U'0', U'9');
    set.Add(U'a', U'f');
    set.Add(U'A', U'F');
  } else if (name == "Space") {
    set = Spaces();
  } else {
    return std::nullopt;
  }
  return set;
}

bool IsGeneralCategory(std::string_view name) {
  static constexpr std::array<std::string_view, 28> kCategories = {
      "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N",  "Nd", "Nl", "No",
      "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S",  "Sm", "Sc", "Sk", "So", "Z"};
  for (const std::string_view category : kCategories) {
    if (category == name) {
      return true;
    }
  }
  return name == "Zs" || name == "Zl" || name == "Zp";
}

bool DependsOnCase(std::string_view name) {
  return name == "Lower" || name == "Upper" || name == "Lu" || name == "Ll" || name == "Lt";
}

}  // namespace pkigate::match
