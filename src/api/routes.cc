// SPDX-License-Identifier: Apache-2.0
#include "api/routes.h"

#include <array>

namespace pkigate::api {

namespace {

// One path and one or more methods that do the same.
struct Row {
  std::string_view methods;  // `GET,POST`; the order in which Allow lists them
  std::string_view pattern;
  Action action = Action::kNotImplemented;
};

// docs/spec/xpack.md, section 4; what the release does not serve comes from actions.tsv.
constexpr std::array kXpack = {
    Row{"GET", "_authenticate", Action::kAuthenticate},
    Row{"GET", "role_mapping", Action::kListMappings},
    Row{"GET", "role_mapping/{name}", Action::kReadMapping},
    Row{"POST,PUT", "role_mapping/{name}", Action::kPutMapping},
    Row{"DELETE", "role_mapping/{name}", Action::kDeleteMapping},
    Row{"GET", "user"},
    Row{"GET", "user/_privileges"},
    Row{"GET,POST", "user/_has_privileges"},
    Row{"PUT,POST", "user/_password"},
    Row{"GET,POST,PUT,DELETE", "user/{username}"},
    Row{"PUT,POST", "user/{username}/_password"},
    Row{"PUT,POST", "user/{username}/_enable"},
    Row{"PUT,POST", "user/{username}/_disable"},
    Row{"GET,POST", "user/{username}/_has_privileges"},
    Row{"GET,POST", "role"},
    Row{"GET,POST,PUT,DELETE", "role/{name}"},
    Row{"POST,PUT", "role/{name}/_clear_cache"},
    Row{"POST,PUT", "realm/{realms}/_clear_cache"},
    Row{"GET,POST,PUT", "privilege"},
    Row{"GET", "privilege/_builtin"},
    Row{"GET", "privilege/{application}"},
    Row{"POST", "privilege/{application}/_clear_cache"},
    Row{"GET,DELETE", "privilege/{application}/{privilege}"},
    Row{"POST,PUT,GET,DELETE", "api_key"},
    Row{"POST", "api_key/grant"},
    Row{"POST", "api_key/_bulk_update"},
    Row{"PUT", "api_key/{id}"},
    Row{"POST", "api_key/{ids}/_clear_cache"},
    Row{"POST", "cross_cluster/api_key"},
    Row{"PUT", "cross_cluster/api_key/{id}"},
    Row{"GET,POST", "_query/api_key"},
    Row{"GET,POST", "_query/role"},
    Row{"GET,POST", "_query/user"},
    Row{"POST", "delegate_pki"},
    Row{"POST,DELETE", "oauth2/token"},
    Row{"POST", "oidc/authenticate"},
    Row{"POST", "oidc/logout"},
    Row{"POST", "oidc/prepare"},
    Row{"POST", "saml/authenticate"},
    Row{"POST", "saml/complete_logout"},
    Row{"POST", "saml/invalidate"},
    Row{"POST", "saml/logout"},
    Row{"POST", "saml/prepare"},
    Row{"GET", "saml/metadata/{realm}"},
    Row{"GET", "enroll/node"},
    Row{"GET", "enroll/kibana"},
    Row{"POST", "profile/_activate"},
    Row{"GET,POST", "profile/_has_privileges"},
    Row{"GET,POST", "profile/_suggest"},
    Row{"GET", "profile/{uid}"},
    Row{"PUT,POST", "profile/{uid}/_data"},
    Row{"PUT,POST", "profile/{uid}/_disable"},
    Row{"PUT,POST", "profile/{uid}/_enable"},
    Row{"GET", "service"},
    Row{"GET", "service/{namespace}"},
    Row{"GET", "service/{namespace}/{service}"},
    Row{"GET", "service/{namespace}/{service}/credential"},
    Row{"POST", "service/{namespace}/{service}/credential/token"},
    Row{"POST,PUT,DELETE", "service/{namespace}/{service}/credential/token/{name}"},
    Row{"POST", "service/{namespace}/{service}/credential/token/{name}/_clear_cache"},
    Row{"GET,PUT", "settings"},
};

// docs/spec/opendistro.md, sections 5 and 6.
constexpr std::array kOpendistro = {
    Row{"GET,POST", "authinfo", Action::kAuthinfo},
    Row{"GET", "api/rolesmapping", Action::kListRolesmapping},
    Row{"PATCH", "api/rolesmapping"},
    Row{"GET", "api/rolesmapping/{name}", Action::kReadRolesmapping},
    Row{"PUT", "api/rolesmapping/{name}", Action::kPutRolesmapping},
    Row{"DELETE", "api/rolesmapping/{name}", Action::kDeleteRolesmapping},
    Row{"PATCH", "api/rolesmapping/{name}"},
    Row{"GET,POST", "health", Action::kHealth},
    Row{"GET", "sslinfo"},
    Row{"GET,POST", "whoami"},
    Row{"GET,POST", "kibanainfo"},
    Row{"GET,POST", "dashboardsinfo"},
    Row{"GET,POST", "tenantinfo"},
    Row{"GET", "api/permissionsinfo"},
    Row{"GET", "api/validate"},
    Row{"POST", "api/migrate"},
    Row{"POST", "api/authtoken"},
    Row{"GET,PUT", "api/account"},
    Row{"GET,PUT,POST,DELETE", "api/cache"},
    Row{"DELETE", "api/cache/user/{name}"},
    Row{"GET", "api/ssl/certs"},
    Row{"GET", "api/certificates"},
    Row{"PUT", "api/ssl/{layer}/reloadcerts"},
    Row{"GET,PATCH", "api/roles"},
    Row{"GET,PUT,DELETE,PATCH", "api/roles/{name}"},
    Row{"GET,PATCH", "api/actiongroups"},
    Row{"GET,PUT,DELETE,PATCH", "api/actiongroups/{name}"},
    Row{"GET", "api/actiongroup"},
    Row{"GET,PUT,DELETE", "api/actiongroup/{name}"},
    Row{"GET,PATCH", "api/tenants"},
    Row{"GET,PUT,DELETE,PATCH", "api/tenants/{name}"},
    Row{"GET,PATCH", "api/internalusers"},
    Row{"GET,PUT,DELETE,PATCH", "api/internalusers/{name}"},
    Row{"GET", "api/user"},
    Row{"GET,PUT,DELETE", "api/user/{name}"},
    Row{"GET,PATCH", "api/nodesdn"},
    Row{"GET,PUT,DELETE,PATCH", "api/nodesdn/{name}"},
    Row{"GET,PATCH", "api/securityconfig"},
    Row{"PUT", "api/securityconfig/config"},
    Row{"GET,PUT,PATCH", "api/whitelist"},
    Row{"GET,PUT,PATCH", "api/allowlist"},
    Row{"GET,PUT,PATCH", "api/audit"},
    Row{"PUT", "api/audit/config"},
    Row{"GET,POST,PUT", "api/tenancy/config"},
};

constexpr std::array kPkigate = {
    Row{"GET", "metrics", Action::kMetrics},
    Row{"GET", "role_mappings", Action::kOverview},
};

// A base path, and what stands below it in which dialects.
struct Base {
  std::array<std::string_view, 2> segments;  // the second may be empty
  std::string_view canonical;
  std::span<const Row> rows;
  bool xpack;
  bool opendistro;
  bool deprecated = false;
};

const std::array kBases = {
    Base{{"_security", ""}, "_security", kXpack, true, false},
    Base{{"_xpack", "security"}, "_security", kXpack, true, false, true},
    Base{{"_opendistro", "_security"}, "_opendistro/_security", kOpendistro, false, true},
    Base{{"_plugins", "_security"}, "_plugins/_security", kOpendistro, false, true},
    Base{{"_pkigate", ""}, "_pkigate", kPkigate, true, true},
};

// The next part of `text` before `separator`; takes both away.
std::string_view TakePart(std::string_view& text, char separator) {
  const size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

bool PatternMatches(std::string_view pattern, std::span<const std::string_view> segments,
                    std::string_view* name) {
  *name = {};
  for (const std::string_view segment : segments) {
    if (pattern.empty()) {
      return false;
    }
    const std::string_view part = TakePart(pattern, '/');
    if (part.starts_with('{')) {
      *name = name->empty() ? segment : *name;
    } else if (part != segment) {
      return false;
    }
  }
  return pattern.empty();
}

// Appends those of `methods` (`GET,POST`) that are not in `allowed` yet.
void AddMethods(std::string_view methods, std::string& allowed) {
  while (!methods.empty()) {
    const std::string_view method = TakePart(methods, ',');
    // No method's name is part of another's.
    if (allowed.find(method) == std::string::npos) {
      allowed += allowed.empty() ? "" : ", ";
      allowed += method;
    }
  }
}

bool HasMethod(std::string_view methods, std::string_view method) {
  while (!methods.empty()) {
    if (TakePart(methods, ',') == method) {
      return true;
    }
  }
  return false;
}

const Base* FindBase(Dialect dialect, std::span<const std::string_view>& segments) {
  for (const Base& base : kBases) {
    const size_t len = base.segments[1].empty() ? 1 : 2;
    if ((IsOpendistroFamily(dialect) ? base.opendistro : base.xpack) && segments.size() >= len &&
        segments[0] == base.segments[0] && (len == 1 || segments[1] == base.segments[1])) {
      segments = segments.subspan(len);
      return &base;
    }
  }
  return nullptr;
}

}  // namespace

RouteMatch MatchRoute(Dialect dialect, std::string_view method,
                      std::span<const std::string_view> segments) {
  RouteMatch match;
  const Base* base = FindBase(dialect, segments);
  if (base == nullptr) {
    return match;
  }
  for (const Row& row : base->rows) {
    std::string_view name;
    if (!PatternMatches(row.pattern, segments, &name)) {
      continue;
    }
    if (HasMethod(row.methods, method)) {
      match.route = Route{.action = row.action,
                          .pattern = row.pattern,
                          .base = base->canonical,
                          .deprecated = base->deprecated,
                          .name = name};
      return match;
    }
    AddMethods(row.methods, match.allowed);
  }
  return match;
}

}  // namespace pkigate::api
