// SPDX-License-Identifier: Apache-2.0
#include "identity/proxy_domain.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/utf8.h"
#include "identity/authorization_header.h"
#include "identity/latin1.h"

namespace pkigate::identity {

namespace {

// Replaces the attribute if there is one of that name.
void Set(std::string name, std::string value, User* user) {
  const auto found =
      std::ranges::find(user->attributes, name, &std::pair<std::string, std::string>::first);
  if (found == user->attributes.end()) {
    user->attributes.emplace_back(std::move(name), std::move(value));
  } else {
    found->second = std::move(value);
  }
}

}  // namespace

ProxyDomain::ProxyDomain(const ProxyModel& model, Dialect dialect, match::JavaRegex separator)
    : model_(model), dialect_(dialect), separator_(std::move(separator)) {}

Result<std::unique_ptr<const ProxyDomain>> ProxyDomain::Compile(const ProxyModel& model,
                                                                Dialect dialect) {
  match::JavaRegex separator = PKIGATE_TRY(
      match::JavaRegex::Compile(model.roles_separator, match::JavaRegex::Case::kSensitive));
  match::Scratch scratch;
  if (separator.MatchesWhole("", scratch)) {
    return MakeError("roles_separator", "`{}` also matches the empty text", model.roles_separator);
  }
  return std::unique_ptr<const ProxyDomain>(new ProxyDomain(model, dialect, std::move(separator)));
}

void ProxyDomain::AddReadTo(HeaderWatch& watch) const {
  watch.AddName(model_.user_header);
  watch.AddName(model_.roles_header);
  if (model_.extended && !model_.attribute_prefix.empty()) {
    watch.AddPrefix(model_.attribute_prefix);
  }
}

FoundCredentials ProxyDomain::Find(const DomainRequest& request) const {
  if (!request.forwarded) {
    return FoundCredentials::Unusable("xff not done");
  }
  const std::span<const HeaderField> headers = request.credentials.headers;
  const auto value_of = [&](std::string_view name) {
    const HeaderField* header =
        dialect_ == Dialect::kOpensearch ? LastHeader(headers, name) : FirstHeader(headers, name);
    return header == nullptr || name.empty() ? std::string_view() : header->value;
  };
  const std::string_view username = value_of(model_.user_header);
  if (username.empty()) {
    return FoundCredentials::Nothing("no user header");
  }
  if (HasControlCharacter(username)) {
    return FoundCredentials::Unusable("the user header has control characters");
  }
  FoundCredentials found;
  found.kind = FoundCredentials::Kind::kUser;
  found.user.username = FromLatin1(username);
  AddRoles(value_of(model_.roles_header), request.scratch, &found.user);
  if (model_.extended && !model_.attribute_prefix.empty()) {
    AddAttributes(headers, &found.user);
  }
  return found;
}

void ProxyDomain::AddRoles(std::string_view value, match::Scratch& scratch, User* user) const {
  const std::string text = FromLatin1(value);
  const auto add = [&](std::string_view part) {
    part = TrimBlanks(part);
    if (!part.empty() &&
        std::ranges::find(user->backend_roles, part) == user->backend_roles.end()) {
      user->backend_roles.emplace_back(part);
    }
  };
  size_t begin = 0;  // of the part
  size_t from = 0;   // of the search
  while (from <= text.size()) {
    const std::optional<match::JavaRegex::Found> found = separator_.Find(text, scratch, from);
    if (!found.has_value()) {
      break;
    }
    if (found->end > found->begin) {
      add(std::string_view(text).substr(begin, found->begin - begin));
      begin = found->end;
      from = found->end;
    } else {
      // Between two characters, as a look-around can be.
      add(std::string_view(text).substr(begin, found->begin - begin));
      begin = found->begin;
      from = found->end + std::max<size_t>(1, Utf8CharacterLength(text.substr(found->end)));
    }
  }
  add(std::string_view(text).substr(begin));
}

void ProxyDomain::AddAttributes(std::span<const HeaderField> headers, User* user) const {
  Set("attr.proxy.username", user->username, user);
  const std::string prefix = ToAsciiLower(model_.attribute_prefix);
  // Of one name: all lines, joined, each name once; OpenSearch the last line only.
  for (const HeaderField& header : headers) {
    const std::string name = ToAsciiLower(header.name);
    if (!name.starts_with(prefix) || FirstHeader(headers, name) != &header) {
      continue;
    }
    std::string value;
    if (dialect_ == Dialect::kOpensearch) {
      value = LastHeader(headers, name)->value;
    } else {
      for (const HeaderField& line : headers) {
        if (EqualsIgnoringCase(line.name, name)) {
          value += (&line == &header ? "" : ",") + std::string(line.value);
        }
      }
    }
    Set("attr.proxy." + name.substr(prefix.size()), FromLatin1(value), user);
  }
}

}  // namespace pkigate::identity
