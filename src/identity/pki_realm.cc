// SPDX-License-Identifier: Apache-2.0
#include "identity/pki_realm.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "x509/jdk_form.h"
#include "x509/trust_store.h"
#include "x509/username_rdn.h"

namespace pkigate::identity {

namespace {

bool IsDottedOid(std::string_view text) {
  bool digit_before = false;
  bool dotted = false;
  for (const char c : text) {
    if (c == '.') {
      if (!digit_before) {
        return false;
      }
      dotted = true;
      digit_before = false;
    } else if (c >= '0' && c <= '9') {
      digit_before = true;
    } else {
      return false;
    }
  }
  return dotted && digit_before;
}

// Where the values stand in a JDK form: [begin, end), quotes left out.
struct ValuePlace {
  size_t begin;
  size_t end;
};

// Reads `CN=a + UID="b, c", O=d`. Exact unless a value begins and ends with a quotation mark of its
// own, which the form does not escape (X-AUT-20, rule 5).
std::vector<ValuePlace> ValuePlaces(std::string_view jdk_form) {
  std::vector<ValuePlace> places;
  size_t at = 0;
  while (at < jdk_form.size()) {
    const size_t equals = jdk_form.find('=', at);
    if (equals == std::string_view::npos) {
      break;
    }
    ValuePlace place{equals + 1, equals + 1};
    if (place.begin < jdk_form.size() && jdk_form[place.begin] == '"') {
      place.end = ++place.begin;
      while (place.end < jdk_form.size() && jdk_form[place.end] != '"') {
        place.end += jdk_form[place.end] == '\\' ? 2 : 1;
      }
      place.end = std::min(place.end, jdk_form.size());
      at = place.end + 1;
    } else {
      place.end = std::min(jdk_form.find_first_of(",+", place.begin), jdk_form.size());
      if (place.end < jdk_form.size() && jdk_form[place.end] == '+') {
        --place.end;  // the blank before it
      }
      at = place.end;
    }
    places.push_back(place);
    at = std::min(jdk_form.find_first_of(",+", at), jdk_form.size() - 1) + 1;
  }
  return places;
}

// X-AUT-23: the username has to be the whole value of an attribute, and matched where that
// attribute stands, so that neither `O="CN=evil"` nor `CN="Doe, John"` gives a part of a value.
bool IsWholeValue(const x509::Name& subject, std::string_view jdk_form,
                  const match::JavaRegex::Found& found) {
  const std::string_view username =
      jdk_form.substr(*found.group1_begin, found.group1_end - *found.group1_begin);
  bool is_value = false;
  for (const x509::Rdn& rdn : subject.rdns()) {
    for (const x509::Attribute& attribute : rdn) {
      const std::optional<std::string> text = attribute.Text();
      if (text.has_value() && text->size() > 1 && text->front() == '"' && text->back() == '"') {
        return false;  // the form cannot be read with certainty
      }
      is_value = is_value || text == username;
    }
  }
  if (!is_value) {
    return false;
  }
  for (const ValuePlace& place : ValuePlaces(jdk_form)) {
    if (place.begin == *found.group1_begin && place.end == found.group1_end) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<std::unique_ptr<const PkiRealm>> PkiRealm::Compile(const PkiRealmModel& model) {
  std::unique_ptr<PkiRealm> realm(new PkiRealm);
  realm->name_ = model.name;
  realm->trust_ = model.trust;
  realm->strict_username_ = model.strict_username;
  realm->cache_ttl_seconds_ = model.cache_ttl_seconds;
  if (model.cache_ttl_seconds < 0) {
    return MakeError("cache_ttl", "{}.cache.ttl must not be negative; 0 switches the cache off",
                     model.key_prefix);
  }
  if (model.username_rdn_name.has_value() && model.username_rdn_oid.has_value()) {
    return MakeError("username_rdn",
                     "Both [{0}.username_rdn_oid] and [{0}.username_rdn_name] are set. Only one of "
                     "them can be used",
                     model.key_prefix);
  }
  if (model.username_rdn_oid.has_value()) {
    if (!IsDottedOid(*model.username_rdn_oid)) {
      return MakeError("username_rdn", "[{}] for setting [{}.username_rdn_oid] is no dotted OID",
                       *model.username_rdn_oid, model.key_prefix);
    }
    realm->username_oid_ = *model.username_rdn_oid;
    return std::unique_ptr<const PkiRealm>(std::move(realm));
  }
  if (model.username_rdn_name.has_value()) {
    const std::optional<std::string> oid = x509::OidOfRdnName(*model.username_rdn_name);
    if (!oid.has_value()) {
      return MakeError("username_rdn", "Unknown RDN name [{}] for setting [{}.username_rdn_name]",
                       *model.username_rdn_name, model.key_prefix);
    }
    realm->username_oid_ = *oid;
    return std::unique_ptr<const PkiRealm>(std::move(realm));
  }
  Result<match::JavaRegex> pattern = match::JavaRegex::Compile(model.username_pattern);
  if (!pattern.ok()) {
    return MakeError("username_pattern", "[{}.username_pattern] {}", model.key_prefix,
                     pattern.error().message);
  }
  if (pattern->num_groups() == 0) {
    return MakeError("username_pattern",
                     "[{}.username_pattern] has no capturing group; the username is what group 1 "
                     "matches",
                     model.key_prefix);
  }
  realm->username_pattern_ = std::move(pattern).value();
  return std::unique_ptr<const PkiRealm>(std::move(realm));
}

std::optional<std::string> PkiRealm::UsernameOf(const x509::Name& subject,
                                                const std::string& jdk_form,
                                                match::Scratch& scratch) const {
  if (!username_oid_.empty()) {
    std::optional<std::string> value = x509::LastAttributeByOid(subject, username_oid_);
    // Empty: as with a pattern, that is nobody.
    return value.has_value() && !value->empty() ? value : std::nullopt;
  }
  const std::optional<match::JavaRegex::Found> found = username_pattern_->Find(jdk_form, scratch);
  if (!found.has_value() || !found->group1_begin.has_value() ||
      *found->group1_begin == found->group1_end) {
    return std::nullopt;
  }
  if (strict_username_ && !IsWholeValue(subject, jdk_form, *found)) {
    return std::nullopt;
  }
  return jdk_form.substr(*found->group1_begin, found->group1_end - *found->group1_begin);
}

std::optional<int64_t> PkiRealm::TrustsUntil(const x509::PeerChain& chain, int64_t now_unix,
                                             std::string* why) const {
  if (trust_ == nullptr) {
    return chain.expires_unix;
  }
  const x509::VerifyResult verdict =
      trust_->Verify(chain.der, {.purpose = x509::Purpose::kClient, .time_unix = now_unix});
  if (!verdict.accepted) {
    *why = verdict.detail.empty() ? verdict.reason : verdict.detail;
    return std::nullopt;
  }
  return std::min(verdict.expires_unix, chain.expires_unix);
}

}  // namespace pkigate::identity
