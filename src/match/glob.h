// SPDX-License-Identifier: Apache-2.0
//
// Glob: a pattern of `*` (any run of characters, also none) and `?` (exactly one), over the whole
// text. Two dialects write them: Open Distro, where nothing else is special (opendistro.md, 4.2),
// and X-Pack, where a backslash takes the special meaning from what follows (X-MAP-42).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pkigate::match {

class Glob {
 public:
  enum class Escapes { kNone, kBackslash };

  Glob(std::string_view pattern, Escapes escapes);

  // No wildcard in it: the text it matches.
  std::optional<std::string> Literal() const;
  // One run of `*` and no `?`: what stands before and behind it (both may be empty).
  struct Affixes {
    std::string prefix;
    std::string suffix;
  };
  std::optional<Affixes> OneStar() const;
  // For Hyperscan, the whole text. `?` is a character, not a byte.
  std::string Expression() const;

 private:
  struct Piece {
    enum class Kind { kText, kOne, kAny } kind;
    std::string text;  // kText
  };
  void AppendText(char c);

  std::vector<Piece> pieces_;  // no two kAny in a row, no two kText in a row
};

}  // namespace pkigate::match
