// SPDX-License-Identifier: Apache-2.0
#include "roles/dn_matcher.h"

#include <string>
#include <utility>

#include "match/dialect_pattern.h"
#include "x509/ldap_dn.h"
#include "x509/unicode_case.h"

namespace pkigate::roles {

namespace {

std::string EscapeGlob(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '*' || c == '?' || c == '\\') {
      escaped += '\\';
    }
    escaped += c;
  }
  return escaped;
}

Status AddTo(match::PatternSet::Builder& set, match::TagLists& tags,
             const match::DialectPattern& pattern, uint32_t tag) {
  tags.Add(PKIGATE_TRY(set.Add(pattern)), tag);
  return {};
}

}  // namespace

Status DnMatcher::Builder::Add(std::string_view text, uint32_t tag) {
  const match::DialectPattern pattern = PKIGATE_TRY(match::ReadXpackPattern(text));
  if (pattern.kind == match::PatternKind::kExact) {
    const Result<x509::LdapDn> dn = x509::LdapDn::Parse(text);
    const auto [literal, added] = literals_.emplace(x509::ToCaselessForm(text),
                                                    static_cast<uint32_t>(literals_.size()));
    literal_tags_.Add(literal->second, tag);
    return AddTo(
        normal_, normal_tags_,
        {match::PatternKind::kExact, dn.ok() ? dn->NormalForm() : x509::ToSimpleLowerCase(text)},
        tag);
  }
  PKIGATE_TRY_STATUS(AddTo(forms_, form_tags_, pattern, tag));
  if (!text.starts_with("*,") || text.find('*', 1) != std::string_view::npos) {
    return {};
  }
  const Result<x509::LdapDn> base = x509::LdapDn::Parse(text.substr(2));
  if (!base.ok()) {
    return {};
  }
  // Commas and equals signs within values are escaped in a normal form, so the end of the text is
  // the end of the list of RDNs. Below the empty DN is every other.
  const std::string below =
      base->empty() ? std::string("?*") : "*," + EscapeGlob(base->NormalForm());
  return AddTo(normal_, normal_tags_, {match::PatternKind::kEscapedGlob, below}, tag);
}

Result<std::unique_ptr<const DnMatcher>> DnMatcher::Builder::Compile(match::ShardCache& shards) {
  std::unique_ptr<DnMatcher> made(new DnMatcher);
  made->forms_ = PKIGATE_TRY(forms_.Compile(shards));
  made->normal_ = PKIGATE_TRY(normal_.Compile(shards));
  made->literals_ = std::move(literals_);
  made->form_tags_ = std::move(form_tags_);
  made->normal_tags_ = std::move(normal_tags_);
  made->literal_tags_ = std::move(literal_tags_);
  return std::unique_ptr<const DnMatcher>(std::move(made));
}

void DnMatcher::ReserveIn(match::Scratch& scratch) const {
  scratch.Reserve(*forms_);
  scratch.Reserve(*normal_);
}

bool DnMatcher::Find(std::string_view dn, match::Scratch& scratch,
                     std::vector<uint32_t>* tags) const {
  if (!match::PatternSet::CanJudge(dn)) {
    return false;
  }
  bool judged = true;
  match::HitSet& hits = scratch.hits();
  const auto report = [&](const match::TagLists& tags_of) {
    for (const uint32_t id : hits.ids()) {
      tags_of.AppendTo(id, tags);
    }
  };
  if (const auto same = literals_.find(x509::ToCaselessForm(dn)); same != literals_.end()) {
    literal_tags_.AppendTo(same->second, tags);
  }

  std::string normal;
  const Result<x509::LdapDn> parsed = x509::LdapDn::Parse(dn);
  if (parsed.ok()) {
    normal = parsed->NormalForm();
    hits.Reset(normal_->size());
    judged = normal_->Scan(normal, scratch, hits) && judged;
    report(normal_tags_);
  }
  if (forms_->size() == 0) {
    return judged;
  }
  hits.Reset(forms_->size());
  judged = forms_->Scan(dn, scratch, hits) && judged;
  judged = forms_->Scan(x509::ToLowerCase(dn), scratch, hits) && judged;
  judged = forms_->Scan(x509::ToUpperCase(dn), scratch, hits) && judged;
  if (parsed.ok()) {
    judged = forms_->Scan(normal, scratch, hits) && judged;
  }
  report(form_tags_);
  return judged;
}

}  // namespace pkigate::roles
