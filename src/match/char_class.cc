// SPDX-License-Identifier: Apache-2.0
#include "match/char_class.h"

#include <algorithm>

#include "base/assert.h"

namespace pkigate::match {

void CharClass::Add(char32_t low, char32_t high) {
  PKIGATE_ASSERT(low <= high);
  ranges_.push_back({low, high});
}

void CharClass::AddOutside(char32_t low, char32_t high) {
  if (low > 0) {
    Add(0, low - 1);
  }
  if (high < kCodePointMax) {
    Add(high + 1, kCodePointMax);
  }
}

void CharClass::Add(const CharClass& other) {
  PKIGATE_ASSERT(!other.negated_);
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  properties_.insert(properties_.end(), other.properties_.begin(), other.properties_.end());
}

void CharClass::AddComplement(const CharClass& other) {
  PKIGATE_ASSERT(!other.negated_ && other.properties_.empty());
  std::vector<Range> sorted = other.ranges_;
  std::sort(sorted.begin(), sorted.end(),
            [](const Range& a, const Range& b) { return a.low < b.low; });
  char32_t next = 0;
  for (const Range& range : sorted) {
    if (range.low > next) {
      Add(next, range.low - 1);
    }
    next = std::max(next, static_cast<char32_t>(range.high + 1));
  }
  if (next <= kCodePointMax) {
    Add(next, kCodePointMax);
  }
}

void CharClass::FoldAscii() {
  std::vector<char32_t> added;
  const auto fold = [&](char32_t first, char32_t last) {
    for (char32_t c = first; c <= last; ++c) {
      const bool present = std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
        return range.low <= c && c <= range.high;
      });
      if (present) {
        added.push_back(OtherAsciiCase(c));
      }
    }
  };
  fold(U'a', U'z');
  fold(U'A', U'Z');
  for (const char32_t c : added) {
    Add(c);
  }
}

bool CharClass::Contains(char32_t c) const {
  const bool present = std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    return range.low <= c && c <= range.high;
  });
  return present != negated_;
}

void CharClass::Write(std::string& out) const {
  PKIGATE_ASSERT(!ranges_.empty() || !properties_.empty());
  out += negated_ ? "[^" : "[";
  for (const Range& range : ranges_) {
    AppendRange(out, range.low, range.high);
  }
  for (const std::string& property : properties_) {
    out += property;
  }
  out += ']';
}

}  // namespace pkigate::match
