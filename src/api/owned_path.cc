// SPDX-License-Identifier: Apache-2.0
#include "api/owned_path.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/ascii.h"

namespace pkigate::api {

namespace {

constexpr std::array<std::string_view, 5> kOwned = {
    "_security", "_xpack/security", "_opendistro/_security", "_plugins/_security", "_pkigate"};

// Reads the path decoded once, one character at a time.
class Decoder {
 public:
  explicit Decoder(std::string_view path) : rest_(path.substr(0, path.find('?'))) {}

  bool done() const { return rest_.empty(); }
  char Next() {
    if (rest_.size() >= 3 && rest_[0] == '%' && HexDigitValue(rest_[1]) >= 0 &&
        HexDigitValue(rest_[2]) >= 0) {
      const int byte = HexDigitValue(rest_[1]) * 16 + HexDigitValue(rest_[2]);
      rest_.remove_prefix(3);
      return static_cast<char>(byte);
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

 private:
  std::string_view rest_;
};

}  // namespace

bool IsOwnedPath(std::string_view path) {
  // The first two segments, joined by one slash: enough to compare, never more than fits.
  constexpr size_t kRoom = 32;
  static_assert(
      std::ranges::all_of(kOwned, [](std::string_view owned) { return owned.size() < kRoom; }));
  std::array<char, kRoom> head{};
  size_t head_len = 0;
  // The segment under way: its first characters, and how many it has.
  std::array<char, kRoom> segment{};
  size_t segment_len = 0;
  size_t num_segments = 0;
  bool goes_up = false;
  const auto end_segment = [&] {
    const std::string_view text(segment.data(), std::min(segment_len, kRoom));
    goes_up = goes_up || text == "..";
    if (segment_len > 0 && text != "." && text != "..") {
      if (num_segments < 2) {
        if (num_segments > 0 && head_len < kRoom) {
          head[head_len++] = '/';
        }
        for (const char c : text.substr(0, kRoom - head_len)) {
          head[head_len++] = AsciiLower(c);
        }
      }
      ++num_segments;
    }
    segment_len = 0;
  };
  for (Decoder decoder(path); !decoder.done();) {
    const char c = decoder.Next();
    if (c == '/') {
      end_segment();
      continue;
    }
    if (segment_len < kRoom) {
      segment[segment_len] = c;
    }
    ++segment_len;
  }
  end_segment();
  if (goes_up) {
    return true;
  }
  const std::string_view both(head.data(), head_len);
  const std::string_view first = both.substr(0, both.find('/'));
  return std::ranges::any_of(
      kOwned, [&](std::string_view owned) { return owned == both || owned == first; });
}

}  // namespace pkigate::api
