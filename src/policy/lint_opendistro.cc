// SPDX-License-Identifier: Apache-2.0
#include "policy/lint_opendistro.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policy/lint_values.h"

namespace pkigate::policy {

namespace {

using Severity = Finding::Severity;

// What the anonymous user is called and has (3.7), and the role that may do everything.
constexpr std::string_view kAnonymousName = "opendistro_security_anonymous";
constexpr std::string_view kAnonymousRole = "opendistro_security_anonymous_backendrole";
constexpr std::string_view kPowerfulRole = "all_access";

bool DifferentTexts(const std::string& a, const std::string& b) { return a != b; }

class OpendistroLint {
 public:
  explicit OpendistroLint(const OpendistroModel& model) : model_(model) {}

  std::vector<Finding> Run() {
    LintDomains();
    for (const auto& [role, entry] : model_.file_mappings) {
      if (!model_.api_mappings.contains(role)) {
        LintMapping(role, entry.mapping, entry.where);
      }
    }
    for (const auto& [role, document] : model_.api_mappings) {
      if (!document.has_value()) {
        continue;
      }
      if (const auto mapping = roles::ParseStoredOpendistroMapping(*document); mapping.ok()) {
        LintMapping(role, *mapping, {});
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

  void LintDomains() {
    std::vector<const identity::DomainModel*> before;
    std::vector<const identity::DomainModel*> sorted;
    for (const identity::DomainModel& domain : model_.domains) {
      if (domain.http_enabled) {
        sorted.push_back(&domain);
      }
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->order < b->order; });
    for (const identity::DomainModel* domain : sorted) {
      for (const identity::DomainModel* earlier : before) {
        if (LintDomain(*earlier, *domain)) {
          break;
        }
      }
      before.push_back(domain);
    }
  }

  bool LintDomain(const identity::DomainModel& earlier, const identity::DomainModel& later) {
    const ValuePlace place{later.where, "config.dynamic.authc." + later.name};
    if (Takes(earlier, later)) {
      Add(Severity::kWarning, lint::kUnreachable, place,
          fmt::format("the domain {} never accepts anybody", later.name),
          fmt::format("{} stands before it and takes everybody whom it would take", earlier.name),
          "remove it, or give it the lower order");
      return true;
    }
    // 3.5, d: whoever may be anonymous is not challenged.
    if (earlier.challenge && CanChallenge(earlier) && !CanChallenge(later) && !model_.anonymous) {
      Add(Severity::kWarning, lint::kUnreachable, place,
          fmt::format("the domain {} is not asked about who sends no Authorization header",
                      later.name),
          fmt::format("{} stands before it and challenges them: the walk ends there with a 401",
                      earlier.name),
          fmt::format("give {} the lower order, or set challenge: false for {}", later.name,
                      earlier.name));
      return true;
    }
    return false;
  }

  static bool CanChallenge(const identity::DomainModel& domain) {
    return std::holds_alternative<identity::BasicModel>(domain.authenticator) ||
           std::holds_alternative<identity::JwtModel>(domain.authenticator);
  }

  // Whoever `later` would accept is accepted by `earlier`.
  static bool Takes(const identity::DomainModel& earlier, const identity::DomainModel& later) {
    if (std::holds_alternative<identity::BasicModel>(earlier.authenticator)) {
      return std::holds_alternative<identity::BasicModel>(later.authenticator) &&
             earlier.backend == later.backend;
    }
    const auto* clientcert = std::get_if<identity::ClientcertModel>(&earlier.authenticator);
    const auto* other = std::get_if<identity::ClientcertModel>(&later.authenticator);
    // Without an attribute the whole DN is the name, and every certificate has one.
    return clientcert != nullptr && other != nullptr && clientcert->skip_users.empty() &&
           earlier.backend == identity::Backend::kNoop &&
           (clientcert->username_attribute.empty() ||
            clientcert->username_attribute == other->username_attribute);
  }

  void LintMapping(const std::string& role, const roles::OpendistroMapping& mapping,
                   const SourceLine& where) {
    if (!model_.known_roles.contains(role)) {
      Add(Severity::kWarning, lint::kUnknownRole, {where, role},
          fmt::format("there is no role named '{}'", role),
          "who is mapped to it counts as having a role and may do nothing by it",
          "define it in roles.yml, or map to one that is");
    }
    if (mapping.users.empty() && mapping.backend_roles.empty() && mapping.hosts.empty() &&
        mapping.and_backend_roles.empty()) {
      Add(Severity::kNote, lint::kNeverHolds, {where, role}, "the mapping names nobody",
          "it has no users, backend_roles, and_backend_roles or hosts", "delete it");
    }
    if (model_.anonymous && role == kPowerfulRole &&
        (Holds(mapping.users, kAnonymousName) || Holds(mapping.backend_roles, kAnonymousRole))) {
      Add(Severity::kError, lint::kPowerfulAnonymous, {where, role},
          fmt::format("anonymous callers have the role {}", role),
          "whoever reaches the listener may change everything",
          "give them a role that may only read what everybody may know");
    }
    LintList(mapping.users, {where, role + ".users"}, "everybody");
    LintList(mapping.hosts, {where, role + ".hosts"}, "everybody, whatever the address");
    LintList(mapping.backend_roles, {where, role + ".backend_roles"}, "everybody");
    LintList(mapping.and_backend_roles, {where, role + ".and_backend_roles"}, "");
  }

  static bool Holds(const std::vector<std::string>& values, std::string_view name) {
    return std::any_of(values.begin(), values.end(),
                       [&](const std::string& value) { return value == name || value == "*"; });
  }

  void LintList(const std::vector<std::string>& values, const ValuePlace& place,
                const char* whom_a_star_means) {
    for (const std::string& value : values) {
      const bool is_pattern = value.find_first_of("*?") != std::string::npos ||
                              (value.starts_with('/') && value.ends_with('/'));
      if (value == "*" && *whom_a_star_means != '\0') {
        Add(Severity::kWarning, lint::kMatchesEverybody, place,
            fmt::format("'*' is {}", whom_a_star_means), "every authenticated caller gets the role",
            "name whom it is meant for");
      } else if (is_pattern && CanMatchInsideValue(value)) {
        Add(Severity::kWarning, lint::kInsideValue, place,
            fmt::format("'{}' can match inside a value", value),
            "whoever can choose any attribute of a certificate can write that text into it",
            "begin with *, as in *,OU=…, or write the DN out");
      } else if (!is_pattern) {
        // Users of one kind of field: a user and a backend role may well have the same name.
        alike_.Add(place.key.substr(place.key.rfind('.') + 1), value, place, &findings_);
      }
    }
  }

  const OpendistroModel& model_;
  AlikeValues alike_{DifferentTexts};
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> LintOpendistro(const OpendistroModel& model) {
  return OpendistroLint(model).Run();
}

}  // namespace pkigate::policy
