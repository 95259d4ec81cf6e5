// SPDX-License-Identifier: Apache-2.0
#include "policy/lint_xpack.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "match/dialect_pattern.h"
#include "policy/defined_roles.h"
#include "policy/lint_values.h"
#include "roles/xpack_mapping.h"
#include "x509/ldap_dn.h"
#include "x509/trust_store.h"

namespace pkigate::policy {

namespace {

using roles::Rule;
using Severity = Finding::Severity;

constexpr std::string_view kDn = "dn";
constexpr std::string_view kRealm = "realm.name";
constexpr std::string_view kUsername = "username";
// Built-in roles that may do everything (`admin`: before 5.0).
constexpr std::string_view kPowerfulRoles[] = {"superuser", "admin"};

bool DifferentDns(const std::string& a, const std::string& b) {
  const auto dn_a = x509::LdapDn::Parse(a);
  const auto dn_b = x509::LdapDn::Parse(b);
  return dn_a.ok() && dn_b.ok() ? !(*dn_a == *dn_b) : a != b;
}

bool IsUnanchored(std::string_view username_pattern) {
  const size_t equals = username_pattern.find('=');
  return equals != std::string_view::npos && !username_pattern.starts_with('^') &&
         username_pattern.find('^') > equals;
}

// Whether a rule holds for every user of a certificate, for none, or for some.
enum class Truth { kNever, kSometimes, kAlways };

class XpackLint {
 public:
  explicit XpackLint(const XpackModel& model) : model_(model) {
    for (const XpackRealmModel& realm : model.realms) {
      if (realm.pki.enabled) {
        realms_.push_back(&realm);
        realm_names_.insert(realm.pki.name);
      }
    }
    // X-SET-10, as in the chain.
    std::stable_sort(realms_.begin(), realms_.end(), [](const auto* a, const auto* b) {
      constexpr int64_t kLast = std::numeric_limits<int32_t>::max();
      return std::pair(a->pki.order.value_or(kLast), a->pki.name) <
             std::pair(b->pki.order.value_or(kLast), b->pki.name);
    });
  }

  std::vector<Finding> Run() {
    for (size_t index = 0; index < realms_.size(); ++index) {
      LintRealm(index);
    }
    LintAnonymous();
    for (const identity::PasswordRealmModel& realm : model_.password_realms) {
      if (realm.enabled && realm.users != nullptr) {
        LintPasswords(*realm.users, realm.where, realm.name);
      }
    }
    LintPasswords(model_.reserved_users, {}, "reserved");
    for (const auto& [name, document] : model_.api_mappings) {
      const auto mapping = roles::ParseXpackMapping(name, document);
      if (mapping.ok() && mapping->enabled) {
        LintMapping(*mapping);
      }
    }
    return std::move(findings_);
  }

 private:
  void Add(Severity severity, const char* code, const ValuePlace& place, std::string what,
           std::string why, std::string to_do) {
    findings_.push_back({severity, code, place.where, place.key, std::move(what), std::move(why),
                         std::move(to_do)});
  }

  static std::string UsernameSource(const identity::PkiRealmModel& pki) {
    return fmt::format("{}\n{}\n{}", pki.username_pattern, pki.username_rdn_name.value_or(""),
                       pki.username_rdn_oid.value_or(""));
  }

  // Everybody whom `later` would take, `earlier` takes before.
  static bool Takes(const identity::PkiRealmModel& earlier, const identity::PkiRealmModel& later) {
    const bool trusts = earlier.trust == nullptr ||
                        (later.trust != nullptr && earlier.trust->id() == later.trust->id());
    return trusts && UsernameSource(earlier) == UsernameSource(later);
  }

  void LintRealm(size_t index) {
    const identity::PkiRealmModel& pki = realms_[index]->pki;
    for (size_t before = 0; before < index; ++before) {
      const identity::PkiRealmModel& earlier = realms_[before]->pki;
      if (Takes(earlier, pki)) {
        Add(Severity::kWarning, lint::kUnreachable, {pki.where, pki.key_prefix},
            fmt::format("the realm {} never accepts anybody", pki.name),
            fmt::format("{} stands before it, trusts the same authorities and reads the same "
                        "user name",
                        earlier.name),
            "remove it, give it authorities of its own, or another order");
        break;
      }
    }
    const bool by_attribute = pki.username_rdn_name.has_value() || pki.username_rdn_oid.has_value();
    if (!by_attribute && !pki.strict_username && IsUnanchored(pki.username_pattern)) {
      Add(Severity::kWarning, lint::kInsideValue,
          {pki.username_where.file.empty() ? pki.where : pki.username_where,
           pki.key_prefix + ".username_pattern"},
          fmt::format("'{}' can match inside a value", pki.username_pattern),
          "a certificate with OU=\"x,CN=admin\" before its CN names the user admin "
          "(CVE-2025-37731)",
          "username_rdn_name: CN, or pki.strict_username: true in pkigate.yml");
    }
    AlikeValues alike(DifferentDns);
    for (const roles::FileMapping& entry : realms_[index]->file_mappings) {
      LintRole(entry.role, {entry.where, entry.role});
      alike.Add(entry.role, entry.dn, {entry.where, entry.role}, &findings_);
    }
  }

  void LintAnonymous() {
    for (const std::string& role : model_.anonymous.roles) {
      if (std::find(std::begin(kPowerfulRoles), std::end(kPowerfulRoles), role) !=
          std::end(kPowerfulRoles)) {
        Add(Severity::kError, lint::kPowerfulAnonymous,
            {{}, "xpack.security.authc.anonymous.roles"},
            fmt::format("anonymous callers have the role {}", role),
            "whoever reaches the listener may change everything",
            "give them a role that may only read what everybody may know");
      }
    }
  }

  void LintPasswords(const identity::PasswordUsers& users, const SourceLine& where,
                     const std::string& realm) {
    for (const auto& [name, user] : users) {
      const std::string_view hash = user.password_hash;
      if (hash.starts_with("{MD5}") || hash.starts_with("{SHA}")) {
        Add(Severity::kWarning, lint::kWeakHash, {where, realm + "." + name},
            fmt::format("the password of {} is hashed with {}", name,
                        hash.substr(1, hash.find('}') - 1)),
            "without salt and work whoever reads the file finds the password out",
            "set it anew: pkigate-users passwd");
      }
    }
  }

  void LintMapping(const roles::XpackMapping& mapping) {
    const ValuePlace place{{}, "role_mapping/" + mapping.name};
    switch (TruthOf(mapping.rules)) {
      case Truth::kNever:
        Add(Severity::kWarning, lint::kNeverHolds, place, "the rules hold for nobody",
            "an empty [any], conditions that exclude each other, or a realm or DN that there is "
            "not",
            "correct the rules or delete the mapping");
        break;
      case Truth::kAlways:
        Add(Severity::kWarning, lint::kMatchesEverybody, place,
            "the rules hold for everybody with a certificate",
            "an empty [all] or a lone * is always true", "name whom it is meant for");
        break;
      case Truth::kSometimes:
        break;
    }
    LintValues(mapping.rules, place);
    for (const std::string& role : mapping.roles) {
      LintRole(role, place);
    }
  }

  // Each once. The cluster behind may have roles of its own, so this is no more than a note.
  void LintRole(const std::string& role, const ValuePlace& place) {
    if (defined_roles_.Contains(role) || !unknown_roles_.insert(role).second) {
      return;
    }
    Add(Severity::kNote, lint::kUnknownRole, place,
        fmt::format("there is no role named '{}'", role),
        "it is neither built in nor in roles.yml; one made through the cluster's API is not seen "
        "here",
        "define it in roles.yml, or see to it that the cluster has it");
  }

  void LintValues(const Rule& rule, const ValuePlace& place) {
    for (const Rule& child : rule.children) {
      LintValues(child, place);
    }
    for (const roles::RuleValue& value : rule.values) {
      const auto* text = std::get_if<std::string>(&value);
      if (text == nullptr) {
        continue;
      }
      if (match::IsXpackPattern(*text)) {
        if (CanMatchInsideValue(*text)) {
          Add(Severity::kWarning, lint::kInsideValue, place,
              fmt::format("'{}' can match inside a value", *text),
              "whoever can choose any attribute of a certificate can write that text into it",
              "begin with *, as in *,CN=…, or write the DN out");
        }
        continue;
      }
      if (rule.field == kRealm && !realm_names_.contains(*text)) {
        Add(Severity::kWarning, lint::kUnknownRealm, place,
            fmt::format("there is no pki realm named '{}'", *text),
            "role mappings are for users of pki realms, and this is none's name",
            "write the name of one that is enabled");
      }
      if (rule.field == kDn && !x509::LdapDn::Parse(*text).ok()) {
        Add(Severity::kWarning, lint::kNoDn, place, fmt::format("'{}' is no DN", *text),
            "the dn of a user is always one", "write it as CN=…,O=…, or use the field username");
      }
      alike_.Add(rule.field, *text, place, &findings_);
    }
  }

  Truth TruthOf(const Rule& rule) const {
    switch (rule.kind) {
      case Rule::Kind::kAny:
        return TruthOfAny(rule);
      case Rule::Kind::kAll:
        return TruthOfAll(rule);
      case Rule::Kind::kExcept: {
        const Truth inner = TruthOf(rule.children.front());
        return inner == Truth::kAlways  ? Truth::kNever
               : inner == Truth::kNever ? Truth::kAlways
                                        : Truth::kSometimes;
      }
      case Rule::Kind::kField:
        return TruthOfField(rule);
    }
    return Truth::kSometimes;
  }

  Truth TruthOfAny(const Rule& rule) const {
    Truth truth = Truth::kNever;
    for (const Rule& child : rule.children) {
      truth = std::max(truth, TruthOf(child));
    }
    return truth;
  }

  Truth TruthOfAll(const Rule& rule) const {
    Truth truth = Truth::kAlways;
    for (const Rule& child : rule.children) {
      truth = std::min(truth, TruthOf(child));
    }
    for (const Rule& one : rule.children) {
      for (const Rule& other : rule.children) {
        if (Exclude(one, other)) {
          return Truth::kNever;
        }
      }
    }
    return truth;
  }

  // `other` is `except` of what `one` demands, or of the same field one demands other values.
  static bool Exclude(const Rule& one, const Rule& other) {
    if (other.kind == Rule::Kind::kExcept) {
      return one == other.children.front();
    }
    const auto is_single = [](const Rule& rule) {
      return rule.kind == Rule::Kind::kField && (rule.field == kUsername || rule.field == kRealm) &&
             std::all_of(rule.values.begin(), rule.values.end(), [](const roles::RuleValue& value) {
               const auto* text = std::get_if<std::string>(&value);
               return text != nullptr && !match::IsXpackPattern(*text);
             });
    };
    return is_single(one) && is_single(other) && one.field == other.field &&
           std::none_of(one.values.begin(), one.values.end(), [&](const roles::RuleValue& value) {
             return std::find(other.values.begin(), other.values.end(), value) !=
                    other.values.end();
           });
  }

  // Over users of pki realms: they have a dn and a name and no groups.
  Truth TruthOfField(const Rule& rule) const {
    Truth truth = Truth::kNever;
    for (const roles::RuleValue& value : rule.values) {
      const auto* text = std::get_if<std::string>(&value);
      const bool always_there =
          rule.field == kDn || rule.field == kUsername || rule.field == kRealm;
      if (text == nullptr) {
        truth = std::max(truth, always_there ? Truth::kNever : Truth::kSometimes);
      } else if (*text == "*" && always_there) {
        return Truth::kAlways;
      } else if (match::IsXpackPattern(*text) ||
                 !((rule.field == kRealm && !realm_names_.contains(*text)) ||
                   (rule.field == kDn && !x509::LdapDn::Parse(*text).ok()))) {
        truth = std::max(truth, Truth::kSometimes);
      }
    }
    return truth;
  }

  const XpackModel& model_;
  std::vector<const XpackRealmModel*> realms_;  // enabled, in chain order
  std::set<std::string> realm_names_;
  const DefinedRoles defined_roles_{model_.run_as};
  std::set<std::string> unknown_roles_;  // reported already
  AlikeValues alike_{DifferentDns};
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> LintXpack(const XpackModel& model) { return XpackLint(model).Run(); }

}  // namespace pkigate::policy
