// SPDX-License-Identifier: Apache-2.0
#include "policy/xpack_headers.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ascii.h"
#include "base/base64.h"
#include "policy/xpack_answers.h"

namespace pkigate::policy::xpack_headers {

namespace {

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kInternal = "_xpack_security_authentication";
constexpr std::string_view kRunAs = "es-security-runas-user";

// Null when there is none; the first counts, as upstream.
const identity::HeaderField* Find(std::span<const identity::HeaderField> headers,
                                  std::string_view name) {
  const auto found = std::find_if(
      headers.begin(), headers.end(),
      [&](const identity::HeaderField& header) { return EqualsIgnoringCase(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

// X-AUT-9.
Failure BasicFailure(std::string_view payload, std::string_view target) {
  Failure failure;
  const std::optional<std::vector<uint8_t>> decoded = FromBase64(payload);
  if (!decoded.has_value()) {
    failure.reason = "invalid basic authentication header encoding";
    return failure;
  }
  const auto colon = std::find(decoded->begin(), decoded->end(), ':');
  if (colon == decoded->end()) {
    failure.reason = "invalid basic authentication header value";
    return failure;
  }
  failure.username.assign(decoded->begin(), colon);
  failure.reason = UnableToAuthenticate(failure.username, target);
  return failure;
}

}  // namespace

bool Decide(std::span<const identity::HeaderField> headers) {
  return Find(headers, kAuthorization) != nullptr || HasInternal(headers) ||
         RunAs(headers).has_value();
}

bool HasInternal(std::span<const identity::HeaderField> headers) {
  return Find(headers, kInternal) != nullptr;
}

std::optional<Failure> FailedAuthorization(std::span<const identity::HeaderField> headers,
                                           int answers, std::string_view target) {
  const identity::HeaderField* header = Find(headers, kAuthorization);
  if (header == nullptr) {
    return std::nullopt;
  }
  const std::string_view value = TrimBlanks(header->value);
  const size_t blank = value.find(' ');
  if (blank == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view scheme = value.substr(0, blank);
  const std::string_view payload = TrimBlanks(value.substr(blank));
  if (EqualsIgnoringCase(scheme, "basic")) {
    return BasicFailure(payload, target);
  }
  const bool bearer = EqualsIgnoringCase(scheme, "bearer");
  if (!bearer && !EqualsIgnoringCase(scheme, "apikey")) {
    return std::nullopt;
  }
  Failure failure;
  if (answers == 7) {  // X-AUT-74: up to 7.10 as if nothing had been sent
    failure.reason = MissingCredentials(target);
    return failure;
  }
  failure.reason =
      "unable to authenticate with provided credentials and anonymous access is not allowed for "
      "this request";
  failure.additional_credentials =
      bearer ? "oauth2 token: invalid token" : "API key: invalid ApiKey value";
  return failure;
}

std::optional<std::string_view> RunAs(std::span<const identity::HeaderField> headers) {
  const identity::HeaderField* header = Find(headers, kRunAs);
  return header == nullptr ? std::nullopt : std::optional(TrimBlanks(header->value));
}

}  // namespace pkigate::policy::xpack_headers
