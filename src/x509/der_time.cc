// SPDX-License-Identifier: Apache-2.0
#include "x509/der_time.h"

#include <array>
#include <chrono>

#include "base/ascii.h"
#include "x509/der.h"

namespace pkigate::x509 {

std::optional<int64_t> ParseDerTime(uint8_t tag, std::span<const uint8_t> content) {
  constexpr size_t kUtcTimeLen = 13;
  constexpr size_t kGeneralizedTimeLen = 15;
  const bool is_utc_time = tag == der::kUtcTime;
  if (!is_utc_time && tag != der::kGeneralizedTime) {
    return std::nullopt;
  }
  if (content.size() != (is_utc_time ? kUtcTimeLen : kGeneralizedTimeLen) ||
      content.back() != 'Z') {
    return std::nullopt;
  }
  // Pairs of digits: century (GeneralizedTime only), year, month, day, hour, minute, second.
  std::array<int, 7> pairs{};
  size_t pair = is_utc_time ? 1 : 0;
  for (size_t index = 0; index + 1 < content.size(); index += 2, ++pair) {
    const char tens = static_cast<char>(content[index]);
    const char ones = static_cast<char>(content[index + 1]);
    if (!IsAsciiDigit(tens) || !IsAsciiDigit(ones)) {
      return std::nullopt;
    }
    pairs[pair] = (tens - '0') * 10 + (ones - '0');
  }
  constexpr int kFirstYearOfThe1900s = 50;
  const int century = is_utc_time ? (pairs[1] >= kFirstYearOfThe1900s ? 19 : 20) : pairs[0];
  const std::chrono::year_month_day date{std::chrono::year(century * 100 + pairs[1]),
                                         std::chrono::month(static_cast<unsigned>(pairs[2])),
                                         std::chrono::day(static_cast<unsigned>(pairs[3]))};
  if (!date.ok() || pairs[4] > 23 || pairs[5] > 59 || pairs[6] > 59) {
    return std::nullopt;
  }
  const int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + pairs[4]) * 60 + pairs[5]) * 60 + pairs[6];
}

}  // namespace pkigate::x509
