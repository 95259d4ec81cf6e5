// SPDX-License-Identifier: Apache-2.0
#include "policy/near_misses.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "policy/mapping_subject.h"
#include "roles/file_mapper.h"
#include "roles/opendistro_role_mapper.h"
#include "roles/xpack_mapping.h"
#include "roles/xpack_role_mapper.h"

namespace pkigate::policy {

namespace {

using Comparison = ValueLikeness::Comparison;

constexpr const char* kNearestFirst[] = {
    near_miss::kDisabled,
    near_miss::kLetterCase,
    near_miss::kBlanks,
    near_miss::kReversed,
    near_miss::kRdnOrder,
    near_miss::kTypeSpelling,
    near_miss::kOtherRealm,
    near_miss::kDnNotUsername,
    near_miss::kUsernameNotDn,
    near_miss::kDnAsBackendRole,
    near_miss::kUsernameAsBackendRole,
    near_miss::kBackendRoleInUsers,
    near_miss::kNoGroups,
    near_miss::kMissingBackendRole,
    near_miss::kOtherForm,
    near_miss::kNotWhole,
    near_miss::kMissingWildcard,
    near_miss::kAboveTheDn,
};

std::vector<NearMiss> NearestFirst(std::vector<NearMiss> misses) {
  const auto rank = [](const NearMiss& miss) {
    return std::find_if(std::begin(kNearestFirst), std::end(kNearestFirst),
                        [&](const char* kind) { return std::string_view(kind) == miss.kind; });
  };
  std::stable_sort(misses.begin(), misses.end(),
                   [&](const NearMiss& a, const NearMiss& b) { return rank(a) < rank(b); });
  if (misses.size() > limits::kNearMissesMax) {
    misses.resize(limits::kNearMissesMax);
  }
  return misses;
}

bool Contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// --- X-Pack -------------------------------------------------------------------------------------

class XpackSearch {
 public:
  XpackSearch(const XpackModel& model, const identity::Trace::Mapped& mapped,
              std::span<const DnForm> forms)
      : model_(model),
        mapped_(mapped),
        subject_(SubjectOf(mapped.user)),
        name_(Dialect::kXpack, Comparison::kText, subject_.username, {}),
        dn_(Dialect::kXpack, Comparison::kDn, mapped.user.principal, forms),
        dn_text_(Dialect::kXpack, Comparison::kText, mapped.user.principal, forms) {}

  std::vector<NearMiss> Run() {
    for (const XpackRealmModel& realm : model_.realms) {
      SearchFile(realm);
    }
    for (const auto& [name, document] : model_.api_mappings) {
      auto mapping = roles::ParseXpackMapping(name, document);
      if (mapping.ok() && !Contains(mapped_.mappings, name)) {
        SearchMapping(std::move(mapping).value());
      }
    }
    KeepThoseThatWouldHold();
    return std::move(misses_);
  }

 private:
  void SearchFile(const XpackRealmModel& realm) {
    const bool ours = realm.pki.name == subject_.realm_name;
    const auto key = roles::FileMapper::KeyOf(mapped_.user.principal);
    for (const roles::FileMapping& entry : realm.file_mappings) {
      const auto entry_key = roles::FileMapper::KeyOf(entry.dn);
      std::optional<Likeness> likeness;
      if (entry_key.has_value() && entry_key == key) {
        if (!ours) {
          likeness = {near_miss::kOtherRealm,
                      fmt::format("stands in the mapping file of realm {}, and the user is of {}",
                                  realm.pki.name, subject_.realm_name)};
        }
      } else if (ours && entry_key.has_value()) {
        likeness = dn_.OfExact(entry.dn);
      }
      if (likeness.has_value()) {
        misses_.push_back(
            {likeness->kind, entry.role, "dn", entry.dn, entry.where, std::move(likeness->hint)});
      }
    }
  }

  void SearchMapping(roles::XpackMapping mapping) {
    if (!mapping.enabled) {
      mapping.enabled = true;
      Try(std::move(mapping), {near_miss::kDisabled, {}, "", "", {}, "is disabled"});
      return;
    }
    SearchRule(mapping, &mapping.rules);
  }

  // `rule` is within `mapping`, which is put back as it was.
  void SearchRule(roles::XpackMapping& mapping, roles::Rule* rule) {
    if (rule->kind == roles::Rule::Kind::kAny || rule->kind == roles::Rule::Kind::kAll) {
      for (roles::Rule& child : rule->children) {
        SearchRule(mapping, &child);
      }
      return;
    }
    if (rule->kind != roles::Rule::Kind::kField) {
      return;
    }
    for (const roles::RuleValue& value : rule->values) {
      const std::string* text = std::get_if<std::string>(&value);
      std::optional<Likeness> likeness =
          text == nullptr ? std::nullopt : LikenessOf(rule->field, *text);
      if (!likeness.has_value()) {
        continue;
      }
      NearMiss miss{likeness->kind, {}, rule->field, *text, {}, std::move(likeness->hint)};
      roles::Rule met;
      met.kind = roles::Rule::Kind::kAll;  // without children: true
      std::swap(*rule, met);
      Try(mapping, std::move(miss));
      std::swap(*rule, met);
      return;
    }
  }

  std::optional<Likeness> LikenessOf(const std::string& field, const std::string& text) {
    if (field == "dn") {
      std::optional<Likeness> likeness = dn_.Of(text, &num_regexes_left_);
      if (!likeness.has_value() && text == subject_.username) {
        likeness = {near_miss::kUsernameNotDn,
                    fmt::format("is the user name; the dn is {}", mapped_.user.principal)};
      }
      return likeness;
    }
    if (field == "username") {
      std::optional<Likeness> likeness = name_.Of(text, &num_regexes_left_);
      if (!likeness.has_value() && text != subject_.username && dn_.dn().To(text).has_value()) {
        likeness = {near_miss::kDnNotUsername,
                    fmt::format("is the DN; the user name is {}", subject_.username)};
      }
      return likeness;
    }
    if (field == "metadata.pki_dn") {
      return dn_text_.Of(text, &num_regexes_left_);
    }
    if (field == "groups" && dn_.dn().To(text).has_value()) {
      return Likeness{near_miss::kNoGroups,
                      "the user of a certificate has no groups: use the field dn"};
    }
    if (field == "realm.name" && text != subject_.realm_name) {
      return Likeness{
          near_miss::kOtherRealm,
          fmt::format("only for realm {}, and the user is of {}", text, subject_.realm_name)};
    }
    return std::nullopt;
  }

  // A mapping as it would be without what stands in its way.
  void Try(roles::XpackMapping relaxed, NearMiss miss) {
    if (candidates_.size() == limits::kNearMissRulesMax) {
      return;
    }
    miss.mapping = relaxed.name;
    const std::string key = fmt::format("{}", candidates_.size());
    relaxed.name = key;
    relaxed_.emplace(key, std::move(relaxed));
    candidates_.push_back(std::move(miss));
  }

  void KeepThoseThatWouldHold() {
    const auto mapper = roles::XpackRoleMapper::Compile(relaxed_);
    if (!mapper.ok()) {
      return;  // the policy has been compiled from the same texts, so there is too much of them
    }
    match::Scratch scratch;
    (*mapper)->ReserveIn(scratch);
    std::vector<std::string> held;
    if (!(*mapper)->AddMatched(subject_, scratch, &held).ok()) {
      return;
    }
    for (size_t index = 0; index < candidates_.size(); ++index) {
      if (Contains(held, fmt::format("{}", index))) {
        misses_.push_back(std::move(candidates_[index]));
      }
    }
  }

  const XpackModel& model_;
  const identity::Trace::Mapped& mapped_;
  const roles::XpackSubject subject_;
  ValueLikeness name_;
  ValueLikeness dn_;
  ValueLikeness dn_text_;
  size_t num_regexes_left_ = limits::kNearMissRegexesMax;
  std::vector<NearMiss> misses_;
  std::vector<NearMiss> candidates_;
  std::map<std::string, roles::XpackMapping> relaxed_;  // by the candidate's number
};

// --- Open Distro --------------------------------------------------------------------------------

class OpendistroSearch {
 public:
  OpendistroSearch(Dialect dialect, const OpendistroModel& model,
                   const identity::Trace::Mapped& mapped, std::span<const DnForm> forms)
      : dialect_(dialect),
        model_(model),
        mapped_(mapped),
        name_(dialect, Comparison::kText, mapped.user.username, forms),
        principal_(dialect, Comparison::kText, mapped.user.principal, {}) {}

  std::vector<NearMiss> Run() {
    for (const auto& [role, entry] : model_.file_mappings) {
      if (!model_.api_mappings.contains(role)) {
        SearchMapping(role, entry.mapping, entry.where);
      }
    }
    for (const auto& [role, document] : model_.api_mappings) {
      if (!document.has_value()) {
        continue;
      }
      const auto mapping = roles::ParseStoredOpendistroMapping(*document);
      if (mapping.ok()) {
        SearchMapping(role, *mapping, {});
      }
    }
    return std::move(misses_);
  }

 private:
  void SearchMapping(const std::string& role, const roles::OpendistroMapping& mapping,
                     const SourceLine& where) {
    if (Contains(mapped_.mappings, role)) {
      return;
    }
    const auto add = [&](const char* field, const std::string& value, Likeness likeness) {
      misses_.push_back({likeness.kind, role, field, value, where, std::move(likeness.hint)});
    };
    for (const std::string& user : mapping.users) {
      if (auto likeness = OfUser(user)) {
        add("users", user, *std::move(likeness));
      }
    }
    for (const std::string& backend_role : mapping.backend_roles) {
      if (auto likeness = OfBackendRole(backend_role)) {
        add("backend_roles", backend_role, *std::move(likeness));
      }
    }
    if (const std::optional<std::string> missing = TheOneMissing(mapping.and_backend_roles)) {
      add("and_backend_roles", *missing,
          {near_miss::kMissingBackendRole, "all others are there, this one is not"});
    }
  }

  std::optional<Likeness> OfUser(const std::string& user) {
    const identity::User& caller = mapped_.user;
    if (auto likeness = name_.Of(user, &num_regexes_left_)) {
      return likeness;
    }
    if (caller.username != caller.principal && principal_.dn().To(user).has_value()) {
      return Likeness{near_miss::kDnNotUsername,
                      fmt::format("is the DN; the user name is {}", caller.username)};
    }
    if (caller.username == caller.principal && name_.dn().HasValue(user)) {
      return Likeness{near_miss::kUsernameNotDn,
                      fmt::format("the user name is the whole DN: write {}", caller.username)};
    }
    if (Contains(caller.backend_roles, user)) {
      return Likeness{near_miss::kBackendRoleInUsers,
                      "is a backend role of the user: put it into backend_roles"};
    }
    return std::nullopt;
  }

  std::optional<Likeness> OfBackendRole(const std::string& backend_role) {
    const identity::User& caller = mapped_.user;
    if (!Contains(caller.backend_roles, caller.principal) &&
        principal_.dn().To(backend_role).has_value()) {
      return Likeness{
          near_miss::kDnAsBackendRole,
          fmt::format("a certificate's DN is no backend role: put {} into users", caller.username)};
    }
    for (const std::string& has : caller.backend_roles) {
      ValueLikeness of_role(dialect_, Comparison::kText, has, {});
      if (auto likeness = of_role.Of(backend_role, &num_regexes_left_)) {
        return likeness;
      }
    }
    if (backend_role == caller.username) {
      return Likeness{near_miss::kUsernameAsBackendRole, "is the user name: put it into users"};
    }
    return std::nullopt;
  }

  // Of several patterns the only one that no backend role matches.
  std::optional<std::string> TheOneMissing(const std::vector<std::string>& patterns) {
    if (patterns.size() < 2 || num_regexes_left_ == 0) {
      return std::nullopt;
    }
    --num_regexes_left_;
    std::map<std::string, roles::OpendistroMapping> each;
    for (const std::string& pattern : patterns) {
      each[pattern].backend_roles = {pattern};
    }
    const auto mapper = roles::OpendistroRoleMapper::Compile(dialect_, each);
    if (!mapper.ok()) {
      return std::nullopt;
    }
    match::Scratch scratch;
    (*mapper)->ReserveIn(scratch);
    std::vector<std::string> found;
    const roles::OpendistroSubject subject{
        .username = "", .backend_roles = &mapped_.user.backend_roles, .hosts = {}};
    if (!(*mapper)->AddRoles(subject, scratch, &found).ok()) {
      return std::nullopt;
    }
    for (const std::string& pattern : found) {
      each.erase(pattern);
    }
    return each.size() == 1 ? std::optional(each.begin()->first) : std::nullopt;
  }

  const Dialect dialect_;
  const OpendistroModel& model_;
  const identity::Trace::Mapped& mapped_;
  ValueLikeness name_;
  ValueLikeness principal_;
  size_t num_regexes_left_ = limits::kNearMissRegexesMax;
  std::vector<NearMiss> misses_;
};

}  // namespace

std::vector<NearMiss> NearMisses(const Model& model, const identity::Trace::Mapped& mapped,
                                 std::span<const DnForm> forms) {
  if (const auto* xpack = std::get_if<XpackModel>(&model.body)) {
    return NearestFirst(XpackSearch(*xpack, mapped, forms).Run());
  }
  return NearestFirst(
      OpendistroSearch(model.dialect, std::get<OpendistroModel>(model.body), mapped, forms).Run());
}

}  // namespace pkigate::policy
