// SPDX-License-Identifier: Apache-2.0
#include "rest/path.h"

#include <array>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/utf8.h"

namespace pkigate::rest {

namespace {

constexpr const char* kBadPath = "bad_path";

// The decoded bytes of one segment, one at a time.
class SegmentReader {
 public:
  explicit SegmentReader(std::string_view segment) : rest_(segment) {}

  bool at_end() const { return rest_.empty(); }

  // False for a `%` that is no escape.
  bool Next(char* c) {
    if (rest_.front() != '%') {
      *c = rest_.front();
      rest_.remove_prefix(1);
      return true;
    }
    const int high = rest_.size() < 3 ? -1 : HexDigitValue(rest_[1]);
    const int low = rest_.size() < 3 ? -1 : HexDigitValue(rest_[2]);
    if (high < 0 || low < 0) {
      return false;
    }
    *c = static_cast<char>(high << 4 | low);
    rest_.remove_prefix(3);
    return true;
  }

 private:
  std::string_view rest_;
};

// Follows a segment and tells whether each slash in it stands where the rounding of a date-math
// name has one: `<logs-{now/d}>`, `<logs-{now-1M/M{yyyy.MM}}>`. Such a name begins where a member
// of a list of indices does, also behind `-` or the name of a remote cluster; the slash stands in
// the outer braces; a unit follows it, so nothing that looks like a path can hide there.
class DateMathReader {
 public:
  // False when a slash stands elsewhere.
  bool Take(char c) {
    if (unit_wanted_) {
      unit_wanted_ = false;
      if (std::string_view("yMwdhHms").find(c) == std::string_view::npos) {
        return false;
      }
    }
    switch (c) {
      case '/':
        unit_wanted_ = in_name_ && depth_ == 1;
        return unit_wanted_;
      case '<':
        in_name_ = in_name_ || may_begin_;
        break;
      case '{':
        depth_ += in_name_ ? 1 : 0;
        break;
      case '}':
        depth_ -= in_name_ ? 1 : 0;
        break;
      case '>':
      case ',':
        in_name_ = false;
        depth_ = 0;
        break;
      default:
        break;
    }
    may_begin_ = c == ',' || c == ':' || (c == '-' && may_begin_);
    return true;
  }
  // At the end of the segment.
  bool complete() const { return !unit_wanted_ && !(in_name_ && depth_ > 0); }

 private:
  bool may_begin_ = true;
  bool in_name_ = false;
  bool unit_wanted_ = false;
  int depth_ = 0;
};

// Finds `.` and `..`, alone or cut off by a byte that some server takes for a separator: a
// backslash (a slash on Windows) or a semicolon (path parameters of servlet containers).
class DotsReader {
 public:
  void Take(char c) {
    if (c == '\\' || c == ';') {
      found_ = found_ || dots();
      num_bytes_ = num_dots_ = 0;
      return;
    }
    ++num_bytes_;
    num_dots_ += c == '.' ? 1 : 0;
  }
  // At the end of the segment.
  bool found() const { return found_ || dots(); }

 private:
  bool dots() const { return num_bytes_ == num_dots_ && (num_dots_ == 1 || num_dots_ == 2); }

  size_t num_bytes_ = 0;
  size_t num_dots_ = 0;
  bool found_ = false;
};

// Checks UTF-8 as the bytes come, of which a decoded segment has no contiguous copy.
class Utf8Reader {
 public:
  // False when no well-formed text can go on like that.
  bool Take(char c) {
    pending_[num_pending_++] = c;
    const std::string_view text(pending_.data(), num_pending_);
    if (Utf8CharacterLength(text) == num_pending_) {
      num_pending_ = 0;
      return true;
    }
    return num_pending_ < Expected(pending_[0]);
  }
  bool complete() const { return num_pending_ == 0; }

 private:
  static size_t Expected(char lead) {
    const auto byte = static_cast<unsigned char>(lead);
    return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  }

  std::array<char, 4> pending_;
  size_t num_pending_ = 0;
};

// The reason why a segment is refused; null when it is not.
const char* FindFault(std::string_view segment) {
  constexpr const char* kNotUtf8 = "bytes that are not UTF-8";
  constexpr const char* kSlash = "an encoded slash outside a date-math index name";
  if (segment.empty()) {
    return "an empty segment";
  }
  DateMathReader date_math;
  DotsReader dots;
  Utf8Reader utf8;
  bool slash_seen = false;
  for (SegmentReader reader(segment); !reader.at_end();) {
    char c;
    if (!reader.Next(&c)) {
      return "a `%` without two hexadecimal digits";
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return "a control character";
    }
    if (!date_math.Take(c)) {
      return kSlash;
    }
    if (!utf8.Take(c)) {
      return kNotUtf8;
    }
    dots.Take(c);
    slash_seen = slash_seen || c == '/';
  }
  if (!utf8.complete()) {
    return kNotUtf8;
  }
  if (dots.found()) {
    return "a `.` or `..` segment";
  }
  return slash_seen && !date_math.complete() ? kSlash : nullptr;
}

Error BadPath(const char* fault) {
  return MakeError(kBadPath, "the path of the request has {}", fault);
}

}  // namespace

Result<Target> CheckTarget(std::string_view target) {
  Target checked;
  const size_t mark = target.find('?');
  checked.path = target.substr(0, mark);
  checked.query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  if (target == "*") {
    return checked;
  }
  if (!checked.path.starts_with('/')) {
    return BadPath("no slash at its start");
  }
  std::string_view rest = checked.path.substr(1);
  while (!rest.empty()) {
    const size_t slash = rest.find('/');
    if (const char* fault = FindFault(rest.substr(0, slash))) {
      return BadPath(fault);
    }
    if (++checked.num_segments > limits::kPathSegmentsMax) {
      return BadPath("too many segments");
    }
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return checked;
}

std::span<const std::string_view> PathSegments::Decode(std::string_view path) {
  if (path == "*") {
    return {};
  }
  PKIGATE_ASSERT(path.starts_with('/'));
  // Decoding only shortens, so the views into it stay where they are.
  decoded_.clear();
  decoded_.reserve(path.size());
  size_t num_segments = 0;
  for (std::string_view rest = path.substr(1); !rest.empty();) {
    const size_t slash = rest.find('/');
    const std::string_view segment = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    PKIGATE_ASSERT(num_segments < segments_.size());
    std::string_view& decoded = segments_[num_segments++];
    decoded = segment;
    if (segment.find('%') == std::string_view::npos) {
      continue;
    }
    const size_t begin = decoded_.size();
    for (SegmentReader reader(segment); !reader.at_end();) {
      char c = '\0';
      const bool valid = reader.Next(&c);
      PKIGATE_ASSERT(valid);
      decoded_.push_back(c);
    }
    decoded = std::string_view(decoded_).substr(begin);
  }
  return std::span(segments_).first(num_segments);
}

}  // namespace pkigate::rest
