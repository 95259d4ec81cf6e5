// SPDX-License-Identifier: Apache-2.0
#include "api/opendistro_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "api/answers.h"
#include "base/ascii.h"
#include "base/assert.h"
#include "base/json_text.h"
#include "policy/opendistro_policy.h"
#include "roles/opendistro_mapping.h"

namespace pkigate::api {

namespace {

// --- authinfo (6) --------------------------------------------------------------------------------

// 3.5 h. Of a header that is sent twice OD takes the first line, OpenSearch the last.
std::optional<std::string_view> RequestedTenant(const gateway::LocalRequest& request) {
  for (const std::string_view name : {"securitytenant", "security_tenant"}) {
    std::optional<std::string_view> tenant;
    for (const identity::HeaderField& header : request.headers) {
      if (EqualsIgnoringCase(header.name, name) &&
          (!tenant.has_value() || request.policy->dialect() == Dialect::kOpensearch)) {
        tenant = header.value;
      }
    }
    if (tenant.has_value()) {
      return tenant;
    }
  }
  return std::nullopt;
}

Json TextOrNull(const std::optional<std::string_view>& text) {
  return text.has_value() ? Json(*text) : Json(nullptr);
}

// The caller's own tenant, and the common one of those who use Kibana. What roles.yml says of
// tenants comes with permissions.
Json Tenants(const policy::Authentication& caller) {
  Json tenants = Json::object();
  for (const char* role : {"kibana_user", "all_access"}) {
    if (std::ranges::binary_search(caller.roles, role)) {
      tenants["global_tenant"] = true;
    }
  }
  tenants[caller.user.username] = true;
  return tenants;
}

rest::Answer Authinfo(const Call& call) {
  const policy::Authentication& caller = *call.request.caller;
  const identity::User& user = caller.user;
  // A superadmin is known before tenant and address are looked at (3.4, 6).
  const std::optional<std::string_view> tenant =
      user.superadmin ? std::nullopt : RequestedTenant(call.request);
  const size_t num_certificates =
      call.request.chain == nullptr ? 0 : call.request.chain->der.size();
  return JsonAnswer(
      200,
      {{"user", fmt::format("User [name={}, backend_roles=[{}], requestedTenant={}]", user.username,
                            fmt::join(user.backend_roles, ", "), tenant.value_or("null"))},
       {"user_name", user.username},
       {"user_requested_tenant", TextOrNull(tenant)},
       {"remote_address", user.superadmin ? Json(nullptr) : Json(call.request.peer.Text())},
       {"backend_roles", user.backend_roles},
       {"custom_attribute_names", Json::array()},
       {"roles", caller.roles},
       {"tenants", Tenants(caller)},
       {"principal", user.principal.empty() ? Json(nullptr) : Json(user.principal)},
       {"peer_certificates", std::to_string(num_certificates)},
       {"sso_logout_url", nullptr}});
}

// --- rolesmapping (5.3) --------------------------------------------------------------------------

rest::Answer List(const policy::OpendistroPolicy& policy, bool superadmin) {
  rest::Answer answer;
  answer.body = "{";
  for (const auto& [name, mapping] : policy.mappings()) {
    if (mapping.hidden && !superadmin) {
      continue;
    }
    answer.body += answer.body.size() > 1 ? "," : "";
    AppendJsonString(answer.body, name);
    answer.body += ':';
    answer.body += roles::RenderOpendistroMapping(mapping);
  }
  answer.body += '}';
  return answer;
}

rest::Answer Read(const policy::OpendistroPolicy& policy, bool superadmin, std::string_view name) {
  const auto found = policy.mappings().find(std::string(name));
  if (found == policy.mappings().end() || (found->second.hidden && !superadmin)) {
    return MessageAnswer(404, policy.dialect() == Dialect::kOpensearch
                                  ? fmt::format("rolesmapping '{}' not found.", name)
                                  : fmt::format("Resource '{}' not found.", name));
  }
  rest::Answer answer;
  answer.body = "{";
  AppendJsonString(answer.body, name);
  answer.body += ':' + roles::RenderOpendistroMapping(found->second) + '}';
  return answer;
}

MappingWrite NewWrite(const Call& call, MappingWrite::Kind kind) {
  MappingWrite write;
  write.kind = kind;
  write.family = store::Family::kOpendistro;
  write.name = call.route.name;
  write.superadmin = call.request.caller->user.superadmin;
  return write;
}

Handled Put(const Call& call) {
  MappingWrite write = NewWrite(call, MappingWrite::Kind::kPut);
  const Result<roles::OpendistroMapping> mapping = roles::ParseOpendistroMapping(
      call.request.body,
      {.dialect = call.request.policy->dialect(), .superadmin = write.superadmin});
  if (!mapping.ok()) {
    rest::Answer refusal;
    refusal.status = 400;
    refusal.body = mapping.error().message;
    return refusal;
  }
  write.document = roles::RenderOpendistroMapping(*mapping);
  return write;
}

}  // namespace

rest::Answer OpendistroForbidden(const gateway::LocalRequest& request) {
  // `restapi.roles_enabled` is not read yet, so the list is empty; with the text's own full stop
  // that makes two (5.1).
  return MessageAnswer(
      403, fmt::format("No permission to access REST API: Role based access not enabled.. {}",
                       request.chain == nullptr
                           ? "No client TLS certificate found in request"
                           : fmt::format("Security admin permissions required but {} is not an "
                                         "admin",
                                         request.caller->user.principal)));
}

Handled HandleOpendistro(const Call& call) {
  const policy::OpendistroPolicy& policy = policy::AsOpendistro(*call.request.policy);
  if (call.route.action == Action::kAuthinfo) {
    return Authinfo(call);
  }
  if (!policy.MayManage(*call.request.caller)) {
    return OpendistroForbidden(call.request);
  }
  const bool superadmin = call.request.caller->user.superadmin;
  switch (call.route.action) {
    case Action::kListRolesmapping:
      return List(policy, superadmin);
    case Action::kReadRolesmapping:
      return Read(policy, superadmin, call.route.name);
    case Action::kPutRolesmapping:
      return Put(call);
    case Action::kDeleteRolesmapping:
      return NewWrite(call, MappingWrite::Kind::kDelete);
    default:
      break;
  }
  PKIGATE_ASSERT(false);
  return FailureAnswer(policy.dialect(), 500, "no such action");
}

}  // namespace pkigate::api
