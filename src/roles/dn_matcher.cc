// SPDX-License-Identifier: Apache-2.0
#include "roles/dn_matcher.h"

#include <algorithm>
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

}  // namespace

Status DnMatcher::Builder::AddTo(match::PatternSet::Builder& set,
                                 std::vector<std::vector<uint32_t>>& tags,
                                 const match::DialectPattern& pattern, uint32_t tag) {
  const uint32_t id = PKIGATE_TRY(set.Add(pattern));
  tags.resize(std::max<size_t>(tags.size(), id + 1));
  tags[id].push_back(tag);
  return {};
}

Status DnMatcher::Builder::Add(std::string_view text, uint32_t tag) {
  const match::DialectPattern pattern = PKIGATE_TRY(match::ReadXpackPattern(text));
  if (pattern.kind == match::PatternKind::kExact) {
    const Result<x509::LdapDn> dn = x509::LdapDn::Parse(text);
    literals_[x509::ToCaselessForm(text)].push_back(tag);
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
  made->form_tags_ = std::move(form_tags_);
  made->normal_tags_ = std::move(normal_tags_);
  made->literals_ = std::move(literals_);
  return std::unique_ptr<const DnMatcher>(std::move(made));
}

void DnMatcher::ReserveIn(match::Scratch& scratch) const {
  scratch.Reserve(*forms_);
  scratch.Reserve(*normal_);
}

bool DnMatcher::Find(std::string_view dn, match::Scratch& scratch,
                     std::vector<uint32_t>* tags) const {
  const auto report = [&](const match::HitSet& hits,
                          const std::vector<std::vector<uint32_t>>& tags_of) {
    for (const uint32_t id : hits.ids()) {
      tags->insert(tags->end(), tags_of[id].begin(), tags_of[id].end());
    }
  };
  if (const auto same = literals_.find(x509::ToCaselessForm(dn)); same != literals_.end()) {
    tags->insert(tags->end(), same->second.begin(), same->second.end());
  }
  bool judged = true;
  match::HitSet hits;
  hits.Reset(forms_->size());
  for (const std::string& form : {std::string(dn), x509::ToLowerCase(dn), x509::ToUpperCase(dn)}) {
    judged = forms_->Scan(form, scratch, hits) && judged;
  }
  const Result<x509::LdapDn> parsed = x509::LdapDn::Parse(dn);
  if (!parsed.ok()) {
    report(hits, form_tags_);
    return judged;
  }
  const std::string normal = parsed->NormalForm();
  judged = forms_->Scan(normal, scratch, hits) && judged;
  report(hits, form_tags_);

  hits.Reset(normal_->size());
  judged = normal_->Scan(normal, scratch, hits) && judged;
  report(hits, normal_tags_);
  return judged;
}

}  // namespace pkigate::roles
