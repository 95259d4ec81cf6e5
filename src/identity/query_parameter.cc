// SPDX-License-Identifier: Apache-2.0
#include "identity/query_parameter.h"

#include "base/ascii.h"

namespace pkigate::identity {

namespace {

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t index = 0; index < text.size(); ++index) {
    if (text[index] == '+') {
      decoded += ' ';
    } else if (text[index] == '%' && index + 2 < text.size() &&
               HexDigitValue(text[index + 1]) >= 0 && HexDigitValue(text[index + 2]) >= 0) {
      decoded +=
          static_cast<char>(HexDigitValue(text[index + 1]) * 16 + HexDigitValue(text[index + 2]));
      index += 2;
    } else {
      decoded += text[index];
    }
  }
  return decoded;
}

}  // namespace

std::optional<std::string> QueryParameter(std::string_view target, std::string_view name) {
  std::optional<std::string> value;
  const size_t question_mark = target.find('?');
  if (question_mark == std::string_view::npos) {
    return value;
  }
  std::string_view query = target.substr(question_mark + 1);
  while (!query.empty()) {
    const size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    const size_t equals = part.find('=');
    if (!part.empty() && Decoded(part.substr(0, equals)) == name) {
      value = equals == std::string_view::npos ? "" : Decoded(part.substr(equals + 1));
    }
  }
  return value;
}

}  // namespace pkigate::identity
