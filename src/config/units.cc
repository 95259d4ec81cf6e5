// SPDX-License-Identifier: Apache-2.0
#include "config/units.h"

#include <charconv>
#include <limits>
#include <string>

#include "base/ascii.h"

namespace pkigate::config {

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

constexpr Unit kTimeUnits[] = {
    {"d", 86'400'000'000'000},
    {"h", 3'600'000'000'000},
    {"m", 60'000'000'000},
    {"s", 1'000'000'000},
    {"ms", 1'000'000},
    {"micros", 1'000},
    {"nanos", 1},
};

constexpr int64_t kKibi = 1024;
constexpr Unit kByteUnits[] = {
    {"", 1},
    {"b", 1},
    {"k", kKibi},
    {"kb", kKibi},
    {"m", kKibi* kKibi},
    {"mb", kKibi* kKibi},
    {"g", kKibi* kKibi* kKibi},
    {"gb", kKibi* kKibi* kKibi},
    {"t", kKibi* kKibi* kKibi* kKibi},
    {"tb", kKibi* kKibi* kKibi* kKibi},
};

// The digits at the start of `text` and what follows them, in lower case.
struct NumberAndUnit {
  int64_t number = 0;
  std::string unit;
};

Result<NumberAndUnit> Split(std::string_view text) {
  NumberAndUnit split;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), split.number);
  if (error == std::errc::result_out_of_range) {
    return MakeError("out_of_range", "`{}` is too large a number", text);
  }
  if (error != std::errc()) {
    return MakeError("not_a_number", "`{}` does not begin with a number", text);
  }
  split.unit = ToAsciiLower(text.substr(static_cast<size_t>(end - text.data())));
  return split;
}

Result<int64_t> Multiply(std::string_view text, int64_t number, int64_t factor) {
  if (number > std::numeric_limits<int64_t>::max() / factor) {
    return MakeError("out_of_range", "`{}` is too large", text);
  }
  return number * factor;
}

}  // namespace

Result<int64_t> ParseTimeNanoseconds(std::string_view text) {
  if (text == "-1") {
    return int64_t{-1};
  }
  if (text == "0") {
    return int64_t{0};
  }
  const NumberAndUnit split = PKIGATE_TRY(Split(text));
  if (split.number < 0) {
    return MakeError("negative", "negative durations are not supported, got `{}`", text);
  }
  for (const Unit& unit : kTimeUnits) {
    if (split.unit == unit.name) {
      return Multiply(text, split.number, unit.factor);
    }
  }
  return MakeError("bad_unit",
                   "`{}` is no time value: write a whole number and one of d, h, m, s, "
                   "ms, micros, nanos",
                   text);
}

Result<uint64_t> ParseBytes(std::string_view text) {
  const NumberAndUnit split = PKIGATE_TRY(Split(text));
  if (split.number < 0) {
    return MakeError("negative", "a size cannot be negative, got `{}`", text);
  }
  for (const Unit& unit : kByteUnits) {
    if (split.unit == unit.name) {
      return static_cast<uint64_t>(PKIGATE_TRY(Multiply(text, split.number, unit.factor)));
    }
  }
  return MakeError("bad_unit", "`{}` is no size: write a whole number and one of b, kb, mb, gb, tb",
                   text);
}

Result<int64_t> ParseInteger(std::string_view text) {
  const NumberAndUnit split = PKIGATE_TRY(Split(text));
  if (!split.unit.empty()) {
    return MakeError("not_a_number", "`{}` is not a whole number", text);
  }
  return split.number;
}

}  // namespace pkigate::config
