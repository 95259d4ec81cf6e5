// SPDX-License-Identifier: Apache-2.0
#include "config/xpack_realm_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "config/suggestion.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kRealms = "xpack.security.authc.realms.";
constexpr std::string_view kOurTypes[] = {"pki", "file", "native"};
// Types of the product that pkigate does not have (X-DEC-4).
constexpr std::string_view kOtherTypes[] = {"ldap", "active_directory", "saml", "kerberos", "oidc",
                                            "jwt"};
// Parts of a realm's keys that have parts of their own: what tells `realms.pki1.truststore.path` (a
// realm without type) from `realms.pkix.pki1.order` (an unknown type).
constexpr std::string_view kRealmSections[] = {"truststore", "files", "cache", "delegation", "ssl"};

template <size_t N>
bool Holds(const std::string_view (&words)[N], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

// Splits at the first dot.
std::pair<std::string_view, std::string_view> SplitKey(std::string_view key) {
  const size_t dot = key.find('.');
  return dot == std::string_view::npos ? std::pair(key, std::string_view())
                                       : std::pair(key.substr(0, dot), key.substr(dot + 1));
}

// Finds out which realms there are and of which type (X-SET-1 to X-SET-7).
class RealmList {
 public:
  RealmList(SettingsReader& settings, std::vector<XpackRealmEntry>* out)
      : settings_(settings), out_(*out) {}

  void Collect() {
    const auto& all = settings_.tree().all();
    for (auto at = all.lower_bound(kRealms); at != all.end() && at->first.starts_with(kRealms);) {
      const auto [group, rest] = SplitKey(std::string_view(at->first).substr(kRealms.size()));
      const std::string prefix = fmt::format("{}{}.", kRealms, group);
      if (rest.empty()) {
        settings_.Take(at->first);
        settings_.Error(at->first, "expected the settings of a realm, got a value");
        ++at;
        continue;
      }
      CollectGroup(std::string(group), prefix);
      // On to the next first part: `0` is the character behind `.`.
      at = all.lower_bound(prefix.substr(0, prefix.size() - 1) + "/");
    }
    std::ranges::stable_sort(out_, {},
                             [](const XpackRealmEntry& realm) { return realm.where.line; });
    CheckNames();
    if (typed_ && flat_) {  // X-SET-4
      settings_.Warn(*typed_, "realms are written in the 5.x/6.x and the 7.x form in one file");
    }
  }

 private:
  void CollectGroup(const std::string& group, const std::string& prefix) {
    if (settings_.tree().Find(prefix + "type") != nullptr) {
      AddFlat(group, prefix);
      return;
    }
    const auto& all = settings_.tree().all();
    bool any_nested = false;
    bool only_types = true;  // every second part could be the name of a realm
    std::vector<std::pair<std::string, const std::string*>> names;
    for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix);
         ++at) {
      const auto [name, rest] = SplitKey(std::string_view(at->first).substr(prefix.size()));
      any_nested = any_nested || !rest.empty();
      only_types = only_types && !rest.empty() && !Holds(kRealmSections, name);
      if (!rest.empty() && (names.empty() || names.back().first != name)) {
        names.emplace_back(name, &at->first);
      }
    }
    const std::string& first = settings_.tree().FirstWithPrefix(prefix)->first;
    if (any_nested && (Holds(kOurTypes, group) || Holds(kOtherTypes, group))) {
      typed_ = typed_ ? typed_ : &first;
      for (const auto& [name, key] : names) {
        out_.push_back({name, group, fmt::format("{}{}.", prefix, name), settings_.WhereOf(*key)});
      }
      return;
    }
    settings_.TakePrefix(prefix);
    if (only_types) {
      ReportUnknownType(first, group, names.front().first);
    } else {
      settings_.Error(first,
                      fmt::format("missing realm type [{}type] for realm [{}]", prefix, group),
                      fmt::format("{}type: pki, or since 7.x {}pki.{}.…", prefix, kRealms, group));
    }
  }

  void AddFlat(const std::string& name, const std::string& prefix) {
    const std::string key = prefix + "type";
    std::string type;
    if (!settings_.Text(key, &type)) {
      settings_.TakePrefix(prefix);
      return;
    }
    if (type.empty()) {
      settings_.TakePrefix(prefix);
      settings_.Error(key, fmt::format("missing realm type [{}] for realm [{}]", key, name));
    } else if (!Holds(kOurTypes, type) && !Holds(kOtherTypes, type)) {
      settings_.TakePrefix(prefix);
      ReportUnknownType(key, type, name);
    } else {
      flat_ = true;
      out_.push_back({name, type, prefix, settings_.WhereOf(key)});
    }
  }

  void ReportUnknownType(const std::string& key, const std::string& type,
                         const std::string& realm) {
    settings_.Error(key, fmt::format("unknown realm type [{}] for realm [{}]", type, realm),
                    DidYouMean(type, kOurTypes));
  }

  void CheckNames() {
    std::map<std::string_view, const XpackRealmEntry*> names;
    std::map<std::string_view, const XpackRealmEntry*> single;
    for (const XpackRealmEntry& realm : out_) {
      const std::string& key = settings_.tree().FirstWithPrefix(realm.prefix)->first;
      if (!names.emplace(realm.name, &realm).second) {  // X-SET-7
        settings_.Error(
            key,
            fmt::format("Found multiple realms configured with the same name: [{}]", realm.name));
      }
      if (realm.type != "pki" && !Holds(kOtherTypes, realm.type) &&
          !single.emplace(realm.type, &realm).second) {
        settings_.Error(key, fmt::format("multiple [{}] realms are configured", realm.type));
      }
      if (realm.name.starts_with('_')) {  // X-SET-32
        settings_.Warn(key, fmt::format("the name of realm [{}] begins with `_`", realm.name),
                       "such names are reserved");
      }
    }
  }

  SettingsReader& settings_;
  std::vector<XpackRealmEntry>& out_;
  bool flat_ = false;
  const std::string* typed_ = nullptr;
};

}  // namespace

XpackForm FormOf(const SettingsTree& tree) {
  if (tree.HasPrefix("xpack.ssl.")) {
    return XpackForm::kFlat;
  }
  const auto& all = tree.all();
  for (auto at = all.lower_bound(kRealms); at != all.end() && at->first.starts_with(kRealms);
       ++at) {
    const auto [name, rest] = SplitKey(std::string_view(at->first).substr(kRealms.size()));
    if (rest == "type") {
      return XpackForm::kFlat;
    }
  }
  return XpackForm::kTyped;
}

std::vector<XpackRealmEntry> ListXpackRealms(SettingsReader& settings) {
  std::vector<XpackRealmEntry> realms;
  RealmList(settings, &realms).Collect();
  return realms;
}

bool IsForeignRealmType(std::string_view type) { return Holds(kOtherTypes, type); }

}  // namespace pkigate::config
