// SPDX-License-Identifier: Apache-2.0
#include "identity/authorization_header.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/utf8.h"

namespace pkigate::identity {

namespace {

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kBasicAndBlank = "basic ";
constexpr char32_t kReplacement = 0xfffd;

std::string ReplacingIllFormed(std::string_view text) {
  std::string replaced;
  replaced.reserve(text.size());
  while (!text.empty()) {
    const size_t length = Utf8CharacterLength(text);
    if (length == 0) {
      AppendUtf8(replaced, kReplacement);
      text.remove_prefix(1);
    } else {
      replaced += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return replaced;
}

// The text that `payload` stands for; nothing when it is no Base64.
std::optional<std::string> Decoded(std::string_view payload) {
  const std::optional<std::vector<uint8_t>> bytes = FromBase64AsJava(payload);
  if (!bytes) {
    return std::nullopt;
  }
  return ReplacingIllFormed({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
}

bool StartsWithBasic(std::string_view value) {
  return value.size() >= kBasicAndBlank.size() &&
         EqualsIgnoringCase(value.substr(0, kBasicAndBlank.size()), kBasicAndBlank);
}

}  // namespace

const HeaderField* FirstHeader(std::span<const HeaderField> headers, std::string_view name) {
  for (const HeaderField& header : headers) {
    if (EqualsIgnoringCase(header.name, name)) {
      return &header;
    }
  }
  return nullptr;
}

const HeaderField* LastHeader(std::span<const HeaderField> headers, std::string_view name) {
  for (size_t index = headers.size(); index-- > 0;) {
    if (EqualsIgnoringCase(headers[index].name, name)) {
      return &headers[index];
    }
  }
  return nullptr;
}

XpackAuthorization ReadXpackAuthorization(std::span<const HeaderField> headers) {
  using Kind = XpackAuthorization::Kind;
  XpackAuthorization read;
  const HeaderField* header = FirstHeader(headers, kAuthorization);
  const std::string_view value = header == nullptr ? "" : TrimBlanks(header->value);
  const size_t blank = value.find(' ');
  if (blank == std::string_view::npos) {
    return read;
  }
  const std::string_view scheme = value.substr(0, blank);
  if (EqualsIgnoringCase(scheme, "bearer")) {
    read.kind = Kind::kBearer;
    return read;
  }
  if (EqualsIgnoringCase(scheme, "apikey")) {
    read.kind = Kind::kApiKey;
    return read;
  }
  if (!EqualsIgnoringCase(scheme, "basic")) {
    return read;
  }
  read.kind = Kind::kBadBasic;
  std::optional<std::string> decoded = Decoded(TrimBlanks(value.substr(blank)));
  if (!decoded) {
    read.problem = "invalid basic authentication header encoding";
    return read;
  }
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos) {
    read.problem = "invalid basic authentication header value";
    return read;
  }
  read.kind = Kind::kBasic;
  read.username = decoded->substr(0, colon);
  read.password = decoded->substr(colon + 1);
  return read;
}

OpendistroBasic ReadOpendistroBasic(std::span<const HeaderField> headers, Dialect dialect) {
  using Kind = OpendistroBasic::Kind;
  OpendistroBasic read;
  const HeaderField* header = dialect == Dialect::kOpensearch
                                  ? LastHeader(headers, kAuthorization)
                                  : FirstHeader(headers, kAuthorization);
  const std::string_view value = header == nullptr ? "" : TrimBlanks(header->value);
  if (!StartsWithBasic(value)) {
    return read;
  }
  // One word between the first blank and the next: so two blanks leave an empty one, and what comes
  // behind a third word is not looked at.
  const std::string_view rest = value.substr(kBasicAndBlank.size());
  std::optional<std::string> decoded = Decoded(rest.substr(0, rest.find(' ')));
  if (!decoded) {
    read.kind = Kind::kBadBasic;
    return read;
  }
  const size_t colon = decoded->find(':');
  if (colon == std::string::npos || colon == 0) {
    return read;
  }
  read.kind = Kind::kBasic;
  read.username = decoded->substr(0, colon);
  read.password = decoded->substr(colon + 1);
  return read;
}

}  // namespace pkigate::identity
