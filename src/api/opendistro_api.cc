// SPDX-License-Identifier: Apache-2.0
#include "api/opendistro_api.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "api/answers.h"
#include "base/assert.h"
#include "base/json_text.h"
#include "policy/opendistro_policy.h"
#include "roles/opendistro_mapping.h"

namespace pkigate::api {

namespace {

// --- health (5.9) --------------------------------------------------------------------------------

rest::Answer Health(const Call& call, const policy::OpendistroPolicy& policy) {
  const std::string* given = call.query.Find("mode");
  const std::string mode = given == nullptr ? "strict" : *given;
  const bool down = mode == "strict" && !policy.initialized();
  return JsonAnswer(down ? 503 : 200, {{"message", down ? Json("Not initialized") : Json(nullptr)},
                                       {"mode", mode},
                                       {"status", down ? "DOWN" : "UP"}});
}

// --- authinfo (6) --------------------------------------------------------------------------------

Json TextOrNull(const std::optional<std::string>& text) {
  return text.has_value() ? Json(*text) : Json(nullptr);
}

// As upstream prints sizes; what it measures is a serialized Java object, which is larger.
std::string SizeText(size_t num_bytes) {
  return num_bytes < 1024 ? fmt::format("{} bytes", num_bytes)
                          : fmt::format("{:.1f} KB", static_cast<double>(num_bytes) / 1024);
}

void AddSizes(const identity::User& user, Json* info) {
  size_t attributes = 0;
  for (const auto& [name, value] : user.attributes) {
    attributes += name.size() + value.size();
  }
  size_t backend_roles = 0;
  for (const std::string& role : user.backend_roles) {
    backend_roles += role.size();
  }
  (*info)["size_of_user"] = SizeText(user.username.size() + attributes + backend_roles);
  (*info)["size_of_custom_attributes"] = SizeText(attributes);
  (*info)["size_of_backendroles"] = SizeText(backend_roles);
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
  const size_t num_certificates =
      call.request.chain == nullptr ? 0 : call.request.chain->der.size();
  Json attribute_names = Json::array();
  for (const auto& [name, value] : user.attributes) {
    attribute_names.push_back(name);
  }
  const SocketAddress remote = {caller.forwarded_for.value_or(call.request.peer.address),
                                call.request.peer.port};
  Json info = {{"user", fmt::format("User [name={}, backend_roles=[{}], requestedTenant={}]",
                                    user.username, fmt::join(user.backend_roles, ", "),
                                    user.requested_tenant.value_or("null"))},
               {"user_name", user.username},
               {"user_requested_tenant", TextOrNull(user.requested_tenant)},
               // A superadmin is known before the address is looked at (3.4, 6).
               {"remote_address", user.superadmin ? Json(nullptr) : Json(remote.Text())},
               {"backend_roles", user.backend_roles},
               {"custom_attribute_names", std::move(attribute_names)},
               {"roles", caller.roles},
               {"tenants", Tenants(caller)},
               {"principal", num_certificates == 0 ? Json(nullptr) : Json(user.principal)},
               {"peer_certificates", std::to_string(num_certificates)},
               {"sso_logout_url", nullptr}};
  const std::string* verbose = call.query.Find("verbose");
  if (verbose != nullptr && (verbose->empty() || *verbose == "true")) {
    AddSizes(user, &info);
  }
  return JsonAnswer(200, info);
}

// --- rolesmapping (5.3) --------------------------------------------------------------------------

rest::Answer List(const policy::OpendistroPolicy& policy, bool superadmin) {
  rest::Answer answer;
  answer.body = "{";
  for (const auto& [name, mapping] : policy.mappings()) {
    if (mapping->hidden && !superadmin) {
      continue;
    }
    answer.body += answer.body.size() > 1 ? "," : "";
    AppendJsonString(answer.body, name);
    answer.body += ':';
    answer.body += roles::RenderOpendistroMapping(*mapping);
  }
  answer.body += '}';
  return answer;
}

rest::Answer Read(const policy::OpendistroPolicy& policy, bool superadmin, std::string_view name) {
  const auto found = policy.mappings().find(std::string(name));
  if (found == policy.mappings().end() || (found->second->hidden && !superadmin)) {
    return MessageAnswer(404, policy.dialect() == Dialect::kOpensearch
                                  ? fmt::format("rolesmapping '{}' not found.", name)
                                  : fmt::format("Resource '{}' not found.", name));
  }
  rest::Answer answer;
  answer.body = "{";
  AppendJsonString(answer.body, name);
  answer.body += ':' + roles::RenderOpendistroMapping(*found->second) + '}';
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
  if (call.route.action == Action::kHealth) {
    return Health(call, policy);
  }
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
