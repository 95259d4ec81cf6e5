// SPDX-License-Identifier: Apache-2.0
#include "policy/xpack_headers.h"

#include "base/ascii.h"
#include "identity/authorization_header.h"

namespace pkigate::policy::xpack_headers {

namespace {

constexpr std::string_view kAuthorization = "authorization";
constexpr std::string_view kInternal = "_xpack_security_authentication";
constexpr std::string_view kRunAs = "es-security-runas-user";

}  // namespace

void AddReadTo(identity::HeaderWatch& watch) {
  for (const std::string_view name : {kAuthorization, kInternal, kRunAs}) {
    watch.AddName(name);
  }
}

bool HasInternal(std::span<const identity::HeaderField> headers) {
  return identity::FirstHeader(headers, kInternal) != nullptr;
}

std::optional<std::string_view> Contradiction(std::span<const identity::HeaderField> headers) {
  for (const std::string_view name : {kAuthorization, kRunAs}) {
    const identity::HeaderField* first = identity::FirstHeader(headers, name);
    for (const identity::HeaderField& header : headers) {
      if (first != nullptr && EqualsIgnoringCase(header.name, name) &&
          header.value != first->value) {
        return name == kAuthorization ? "Authorization" : kRunAs;
      }
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> RunAs(std::span<const identity::HeaderField> headers) {
  const identity::HeaderField* header = identity::FirstHeader(headers, kRunAs);
  return header == nullptr ? std::nullopt : std::optional(TrimBlanks(header->value));
}

}  // namespace pkigate::policy::xpack_headers
