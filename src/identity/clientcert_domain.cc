// SPDX-License-Identifier: Apache-2.0
#include "identity/clientcert_domain.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "match/dialect_pattern.h"
#include "match/hit_set.h"

namespace pkigate::identity {

namespace {

bool IsBlank(std::string_view text) { return text.find_first_not_of(' ') == text.npos; }

CertificateAttribute AttributeOf(std::string_view text, Dialect dialect) {
  Result<CertificateAttribute> attribute = CertificateAttribute::Parse(text, dialect);
  return attribute.ok() ? std::move(attribute).value() : CertificateAttribute();
}

}  // namespace

Result<std::unique_ptr<const ClientcertDomain>> ClientcertDomain::Compile(
    const ClientcertModel& model, Dialect dialect, x509::MultiValuedRdn multi_valued) {
  std::unique_ptr<ClientcertDomain> made(new ClientcertDomain(multi_valued));
  made->username_ = AttributeOf(model.username_attribute, dialect);
  made->roles_ = AttributeOf(model.roles_attribute, dialect);
  match::PatternSet::Builder skipped;
  for (const std::string& text : model.skip_users) {
    const auto pattern = PKIGATE_TRY(match::ReadOpendistroPattern(
        text, /*blank_matches_itself=*/dialect == Dialect::kOpendistro));
    PKIGATE_TRY(skipped.Add(pattern));
  }
  made->skip_users_ = PKIGATE_TRY(skipped.Compile());
  return std::unique_ptr<const ClientcertDomain>(std::move(made));
}

void ClientcertDomain::ReserveIn(match::Scratch& scratch) const { scratch.Reserve(*skip_users_); }

FoundCredentials ClientcertDomain::Find(const DomainRequest& request) const {
  const std::string_view principal = request.principal;
  if (principal.empty()) {
    return FoundCredentials::Nothing("no principal");
  }
  match::HitSet hits;
  hits.Reset(skip_users_->size());
  if (!skip_users_->Scan(principal, request.scratch, hits)) {
    return FoundCredentials::Unusable("the principal cannot be matched by skip_users");
  }
  if (!hits.ids().empty()) {
    return FoundCredentials::Nothing("the principal is one of skip_users");
  }
  const x509::Certificate* leaf =
      request.credentials.chain == nullptr ? nullptr : &request.credentials.chain->leaf;
  FoundCredentials result;
  result.kind = FoundCredentials::Kind::kUser;
  // Rule 3: the attribute's most specific value, else the whole DN. Trimmed, as upstream has it: a
  // final escaped blank leaves its backslash (rule 6).
  result.user.username = std::string(TrimBlanks(principal));
  if (username_.is_set()) {
    x509::DnAttributeValues found = username_.ValuesOf(principal, leaf, multi_valued_);
    if (found.has_binary || (!found.values.empty() && IsBlank(found.values.front()))) {
      return FoundCredentials::Unusable("attribute " + username_.text() + " is empty or no text");
    }
    if (!found.values.empty()) {
      result.user.username = std::move(found.values.front());
    }
  }
  // Rule 4: all values of the attribute, empty ones too; none is no failure.
  if (roles_.is_set()) {
    x509::DnAttributeValues found = roles_.ValuesOf(principal, leaf, multi_valued_);
    if (found.has_binary) {
      return FoundCredentials::Unusable("attribute " + roles_.text() + " is no text");
    }
    std::vector<std::string>& roles = result.user.backend_roles;
    for (std::string& value : found.values) {
      if (std::ranges::find(roles, value) == roles.end()) {
        roles.push_back(std::move(value));
      }
    }
  }
  if (HasControlCharacter(result.user.username)) {
    return FoundCredentials::Unusable("user name has control characters");
  }
  return result;
}

}  // namespace pkigate::identity
