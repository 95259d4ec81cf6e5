// SPDX-License-Identifier: Apache-2.0
#include "policy/xpack_headers.h"

#include <utility>

#include "base/ascii.h"
#include "identity/authorization_header.h"
#include "policy/xpack_answers.h"

namespace pkigate::policy::xpack_headers {

namespace {

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kInternal = "_xpack_security_authentication";
constexpr std::string_view kRunAs = "es-security-runas-user";

}  // namespace

bool Decide(std::span<const identity::HeaderField> headers) {
  return identity::FirstHeader(headers, kAuthorization) != nullptr || HasInternal(headers) ||
         RunAs(headers).has_value();
}

bool HasInternal(std::span<const identity::HeaderField> headers) {
  return identity::FirstHeader(headers, kInternal) != nullptr;
}

std::optional<Failure> FailedAuthorization(std::span<const identity::HeaderField> headers,
                                           int answers, std::string_view target) {
  using Kind = identity::XpackAuthorization::Kind;
  identity::XpackAuthorization sent = identity::ReadXpackAuthorization(headers);
  Failure failure;
  switch (sent.kind) {
    case Kind::kNone:
      return std::nullopt;
    case Kind::kBadBasic:
      failure.reason = sent.problem;
      return failure;
    case Kind::kBasic:
      failure.reason = UnableToAuthenticate(sent.username, target);
      failure.username = std::move(sent.username);
      return failure;
    case Kind::kBearer:
    case Kind::kApiKey:
      break;
  }
  if (answers == 7) {  // X-AUT-74: up to 7.10 as if nothing had been sent
    failure.reason = MissingCredentials(target);
    return failure;
  }
  failure.reason =
      "unable to authenticate with provided credentials and anonymous access is not allowed for "
      "this request";
  failure.additional_credentials =
      sent.kind == Kind::kBearer ? "oauth2 token: invalid token" : "API key: invalid ApiKey value";
  return failure;
}

std::optional<std::string_view> RunAs(std::span<const identity::HeaderField> headers) {
  const identity::HeaderField* header = identity::FirstHeader(headers, kRunAs);
  return header == nullptr ? std::nullopt : std::optional(TrimBlanks(header->value));
}

}  // namespace pkigate::policy::xpack_headers
