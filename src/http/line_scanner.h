// SPDX-License-Identifier: Apache-2.0
//
// LineScanner cuts the lines of a message head out of a growing slab and remembers how far it has
// looked, so no byte is scanned twice.
//
// A line ends in CRLF. Every other control character but HTAB is refused where it stands, a CR or
// LF on its own among them: recipients disagree on what these end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/scan.h"

namespace pkigate::http {

class LineScanner {
 public:
  enum class Found : uint8_t { kLine, kNeedMore, kBadByte };

  void Reset() { next_begin_ = scanned_ = 0; }

  // Sets `line` to the next line, without its CRLF, or says why there is none (yet).
  Found Next(std::string_view slab, std::string_view* line) {
    const char* const begin = slab.data();
    const char* const end = begin + slab.size();
    const char* const at = FindControl(begin + scanned_, end);
    scanned_ = static_cast<size_t>(at - begin);
    if (at == end || (*at == '\r' && at + 1 == end)) {
      return Found::kNeedMore;
    }
    if (at[0] != '\r' || at[1] != '\n') {
      return Found::kBadByte;
    }
    *line = slab.substr(next_begin_, scanned_ - next_begin_);
    next_begin_ = scanned_ = scanned_ + 2;
    return Found::kLine;
  }

  // Where the line stands that Next will give next.
  size_t next_begin() const { return next_begin_; }

 private:
  size_t next_begin_ = 0;
  size_t scanned_ = 0;
};

}  // namespace pkigate::http
