// SPDX-License-Identifier: Apache-2.0
#include "identity/jwt_domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/limits.h"
#include "identity/authorization_header.h"
#include "identity/query_parameter.h"

namespace pkigate::identity {

namespace {

constexpr std::string_view kAuthorization = "Authorization";
constexpr std::string_view kBearer = "bearer ";

// `Basic x` behind any blanks.
bool IsBasic(std::string_view value) {
  constexpr std::string_view kBasic = "basic";
  value = TrimBlanks(value);
  return value.size() > kBasic.size() &&
         EqualsIgnoringCase(value.substr(0, kBasic.size()), kBasic) &&
         (value[kBasic.size()] == ' ' || value[kBasic.size()] == '\t');
}

// What OpenSearch's library leaves out of a token (seen with 2.19): null and, of the claims that
// RFC 7519 registers, blank text and an empty array or object. Open Distro's has them all.
bool IsLeftOut(const JwtClaim& claim) {
  constexpr std::string_view kRegistered[] = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"};
  if (claim.kind != JwtClaim::Kind::kNull && !std::ranges::count(kRegistered, claim.name)) {
    return false;
  }
  switch (claim.kind) {
    case JwtClaim::Kind::kNull:
      return true;
    case JwtClaim::Kind::kText:
      return claim.text.find_first_not_of(" \t\n\v\f\r\x1c\x1d\x1e\x1f") == claim.text.npos;
    case JwtClaim::Kind::kTexts:
      return claim.texts.empty();
    case JwtClaim::Kind::kOther:
      return claim.text == "{}";
    case JwtClaim::Kind::kScalar:
      break;
  }
  return false;
}

void AddRole(std::string_view role, User* user) {
  role = TrimBlanks(role);
  if (!role.empty() && std::ranges::find(user->backend_roles, role) == user->backend_roles.end()) {
    user->backend_roles.emplace_back(role);
  }
}

}  // namespace

Result<std::unique_ptr<const JwtDomain>> JwtDomain::Compile(const JwtModel& model,
                                                            Dialect dialect) {
  if (model.signing_keys.empty() || model.signing_keys.size() > limits::kJwtKeysMax) {
    return MakeError("signing_key", "{} keys, from 1 to {} are needed", model.signing_keys.size(),
                     limits::kJwtKeysMax);
  }
  std::unique_ptr<JwtDomain> made(new JwtDomain(model, dialect));
  made->model_.signing_keys.clear();
  for (const std::string& text : model.signing_keys) {
    made->keys_.push_back(PKIGATE_TRY(ReadSigningKey(text)));
  }
  return std::unique_ptr<const JwtDomain>(std::move(made));
}

void JwtDomain::AddReadTo(HeaderWatch& watch) const {
  watch.AddName(model_.header);
  if (!model_.url_parameter.empty()) {
    watch.AddAll();
  }
}

std::string JwtDomain::TokenOf(const Credentials& credentials) const {
  const HeaderField* header = dialect_ == Dialect::kOpensearch
                                  ? LastHeader(credentials.headers, model_.header)
                                  : FirstHeader(credentials.headers, model_.header);
  std::string token(header == nullptr ? "" : header->value);
  if (EqualsIgnoringCase(model_.header, kAuthorization) && IsBasic(token)) {
    token.clear();
  }
  if (token.empty() && !model_.url_parameter.empty()) {
    token = QueryParameter(credentials.target, model_.url_parameter).value_or("");
  }
  if (const size_t bearer = ToAsciiLower(token).find(kBearer); bearer != std::string::npos) {
    token.erase(0, bearer + kBearer.size());
  }
  return token;
}

FoundCredentials JwtDomain::Find(const DomainRequest& request) const {
  const std::string token = TokenOf(request.credentials);
  if (token.empty()) {
    return FoundCredentials::Nothing("no token");
  }
  Result<JwtClaims> claims = VerifyJwt(token, keys_);
  if (!claims.ok()) {
    return FoundCredentials::Nothing("token: " + claims.error().message);
  }
  if (dialect_ == Dialect::kOpensearch) {
    std::erase_if(claims->list, IsLeftOut);
    for (const std::string_view name : {"iss", "sub", "jti"}) {
      const JwtClaim* claim = claims->Find(name);
      if (claim != nullptr && claim->kind != JwtClaim::Kind::kText) {  // Open Distro takes its text
        return FoundCredentials::Nothing(fmt::format("token: {} is no text", name));
      }
    }
  }
  const Status checked = CheckJwtClaims(*claims, {.now_unix = request.credentials.now_unix,
                                                  .clock_skew_seconds = model_.clock_skew_seconds,
                                                  .audiences = model_.required_audiences,
                                                  .issuer = model_.required_issuer});
  return checked.ok() ? UserOf(*claims)
                      : FoundCredentials::Nothing("token: " + checked.error().message);
}

FoundCredentials JwtDomain::UserOf(const JwtClaims& claims) const {
  const std::string& subject_key = model_.subject_key;
  const JwtClaim* subject = claims.Find(subject_key.empty() ? "sub" : subject_key);
  if (subject == nullptr || subject->text.empty()) {
    return FoundCredentials::Nothing("token: no subject");
  }
  if (HasControlCharacter(subject->text)) {
    return FoundCredentials::Unusable("token: the subject has control characters");
  }
  FoundCredentials found;
  found.user.username = subject->text;
  const JwtClaim* roles = model_.roles_key.empty() ? nullptr : claims.Find(model_.roles_key);
  if (roles != nullptr && roles->kind == JwtClaim::Kind::kOther) {
    return FoundCredentials::Nothing("token: roles are no texts");
  }
  if (roles != nullptr && roles->kind == JwtClaim::Kind::kTexts) {
    for (const std::string& role : roles->texts) {
      AddRole(role, &found.user);
    }
  } else if (roles != nullptr) {
    std::string_view rest = roles->text;
    for (size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
      AddRole(rest.substr(0, comma), &found.user);
      rest.remove_prefix(comma + 1);
    }
    AddRole(rest, &found.user);
  }
  for (const JwtClaim& claim : claims.list) {
    found.user.attributes.emplace_back("attr.jwt." + claim.name, claim.text);
  }
  found.kind = FoundCredentials::Kind::kUser;
  return found;
}

}  // namespace pkigate::identity
