// SPDX-License-Identifier: Apache-2.0
#include "roles/java_text.h"

#include <fmt/format.h>

#include <charconv>
#include <iterator>

namespace pkigate::roles {

namespace {

// Double.toString: scientific below 10^-3 and from 10^7 on.
std::string JavaDouble(double number) {
  char buffer[32];
  const auto end =
      std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::scientific);
  const std::string_view written(buffer, static_cast<size_t>(end.ptr - buffer));
  const size_t e = written.find('e');
  if (e == std::string_view::npos) {
    return std::string(written);  // no JSON number comes here
  }
  int exponent = 0;
  const size_t sign = written[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(written.data() + sign, written.data() + written.size(), exponent);
  const auto with_point = [](std::string digits) {
    return digits.find('.') == std::string::npos ? digits + ".0" : digits;
  };
  constexpr int kFixedFrom = -3;
  constexpr int kFixedTo = 7;
  if (exponent >= kFixedFrom && exponent < kFixedTo) {
    char fixed[32];
    const auto fixed_end =
        std::to_chars(std::begin(fixed), std::end(fixed), number, std::chars_format::fixed);
    return with_point(std::string(fixed, fixed_end.ptr));
  }
  return with_point(std::string(written.substr(0, e))) + "E" + std::to_string(exponent);
}

}  // namespace

std::string JavaText(const Json& value) {
  switch (value.type()) {
    case Json::value_t::string:
      return value.get<std::string>();
    case Json::value_t::number_float:
      return JavaDouble(value.get<double>());
    case Json::value_t::array: {
      std::string text = "[";
      for (const Json& element : value) {
        text += (text.size() > 1 ? ", " : "") + JavaText(element);
      }
      return text + "]";
    }
    case Json::value_t::object: {
      std::string text = "{";
      for (const auto& [key, member] : value.items()) {
        text += (text.size() > 1 ? ", " : "") + key + "=" + JavaText(member);
      }
      return text + "}";
    }
    default:
      return value.dump();
  }
}

void AppendJsonEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04X}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
}

void AppendUrlEncoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '.' || c == '-' || c == '*' || c == '_') {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

}  // namespace pkigate::roles
