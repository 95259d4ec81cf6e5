// SPDX-License-Identifier: Apache-2.0
#include "api/xpack_api.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/answers.h"
#include "base/assert.h"
#include "base/json_text.h"
#include "policy/xpack_answers.h"
#include "policy/xpack_policy.h"
#include "roles/xpack_mapping.h"

namespace pkigate::api {

namespace {

constexpr std::string_view kAuthenticateAction = "cluster:admin/xpack/security/user/authenticate";
constexpr std::string_view kGetAction = "cluster:admin/xpack/security/role_mapping/get";
constexpr std::string_view kPutAction = "cluster:admin/xpack/security/role_mapping/put";
constexpr std::string_view kDeleteAction = "cluster:admin/xpack/security/role_mapping/delete";
constexpr std::string_view kMayRead = "read_security,manage_security,all";
constexpr std::string_view kMayWrite = "manage_security,all";

Json TextOrNull(const std::optional<std::string>& text) {
  return text.has_value() ? Json(*text) : Json(nullptr);
}

// X-API-20 to X-API-22. A caller without roles may ask, too (X-AUT-51).
rest::Answer Authenticate(const Call& call) {
  const identity::User& user = call.request.caller->user;
  Json metadata = Json::object();
  for (const identity::MetadataEntry& entry : user.metadata) {
    metadata[entry.key] = entry.is_json ? Json::parse(entry.value) : Json(entry.value);
  }
  const Json realm = {{"name", user.realm_name}, {"type", user.realm_type}};
  const Json lookup_realm =
      user.lookup_realm_name.empty()
          ? realm
          : Json({{"name", user.lookup_realm_name}, {"type", user.lookup_realm_type}});
  return JsonAnswer(200, {{"username", user.username},
                          {"roles", call.request.caller->roles},
                          {"full_name", TextOrNull(user.full_name)},
                          {"email", TextOrNull(user.email)},
                          {"metadata", std::move(metadata)},
                          {"enabled", true},
                          {"authentication_realm", realm},
                          {"lookup_realm", lookup_realm},
                          {"authentication_type", user.anonymous ? "anonymous" : "realm"}});
}

void AppendMapping(const roles::XpackMapping& mapping, std::string& body) {
  body += body.size() > 1 ? "," : "";
  AppendJsonString(body, mapping.name);
  body += ':';
  body += roles::RenderXpackMapping(mapping);
}

rest::Answer ListMappings(const policy::XpackPolicy& policy) {  // X-API-51
  rest::Answer answer;
  answer.body = "{";
  for (const auto& [name, mapping] : policy.api_mappings()) {
    AppendMapping(*mapping, answer.body);
  }
  answer.body += '}';
  return answer;
}

// X-API-52: those that exist of the names in a comma list; 404 when none does.
rest::Answer ReadMappings(const policy::XpackPolicy& policy, std::string_view names) {
  // A list without any name asks for all, too.
  if (names == "_all" || names == "*" || names.find_first_not_of(',') == names.npos) {
    return ListMappings(policy);
  }
  std::set<std::string_view> wanted;
  for (;;) {
    const size_t comma = names.find(',');
    wanted.insert(names.substr(0, comma));
    if (comma == std::string_view::npos) {
      break;
    }
    names.remove_prefix(comma + 1);
  }
  rest::Answer answer;
  answer.status = 404;
  answer.body = "{";
  for (const std::string_view name : wanted) {
    const auto found = policy.api_mappings().find(std::string(name));
    if (found != policy.api_mappings().end()) {
      answer.status = 200;
      AppendMapping(*found->second, answer.body);
    }
  }
  answer.body += '}';
  return answer;
}

bool RefreshIsKnown(const Query& query) {  // X-API-60
  const std::string* refresh = query.Find("refresh");
  return refresh == nullptr || refresh->empty() || *refresh == "true" || *refresh == "false" ||
         *refresh == "wait_for";
}

// Upstream keeps a mapping as a document whose id is this text and the name.
constexpr std::string_view kIdPrefix = "role-mapping_";
constexpr size_t kIdBytesMax = 512;

MappingWrite NewWrite(const Call& call, MappingWrite::Kind kind) {
  MappingWrite write;
  write.kind = kind;
  write.family = store::Family::kXpack;
  write.name = call.route.name;
  return write;
}

// The body is judged before the privilege, as upstream (golden xg8-028).
Handled PutMapping(const Call& call) {
  if (call.request.body.empty()) {
    return ExceptionAnswer(400, "parse_exception", "request body is required");  // X-API-6
  }
  const Result<roles::XpackMapping> mapping =
      roles::ParseXpackMapping(call.route.name, call.request.body);
  if (!mapping.ok()) {
    return ExceptionAnswer(400, mapping.error().code, mapping.error().message);
  }
  if (!call.request.policy->MayManage(*call.request.caller)) {
    return XpackForbidden(call.request, kPutAction, kMayWrite);
  }
  const size_t id_len = kIdPrefix.size() + call.route.name.size();
  if (id_len > kIdBytesMax) {
    return ExceptionAnswer(400, "action_request_validation_exception",
                           fmt::format("Validation Failed: 1: id [{}{}] is too long, must be no "
                                       "longer than {} bytes but was: {};",
                                       kIdPrefix, call.route.name, kIdBytesMax, id_len));
  }
  if (roles::HasEmptyAll(mapping->rules)) {  // X-MAP-32
    call.form.warnings.emplace_back(
        "299 pkigate \"a rule [all] without elements matches every user\"");
  }
  MappingWrite write = NewWrite(call, MappingWrite::Kind::kPut);
  write.document = roles::RenderXpackMapping(*mapping);
  return write;
}

}  // namespace

rest::Answer XpackForbidden(const gateway::LocalRequest& request, std::string_view action,
                            std::string_view granted_by) {
  const policy::Authentication& caller = *request.caller;
  const policy::XpackPolicy& policy = policy::AsXpack(*request.policy);
  std::string reason =
      policy::ActionUnauthorized(policy.answers(), caller, policy.defined_roles(), action);
  if (policy.answers() >= 8) {
    reason += fmt::format(", this action is granted by the cluster privileges [{}]", granted_by);
  }
  return ExceptionAnswer(403, "security_exception", reason);
}

std::string_view XpackActionName(Action action) {
  switch (action) {
    case Action::kAuthenticate:
      return kAuthenticateAction;
    case Action::kListMappings:
    case Action::kReadMapping:
      return kGetAction;
    case Action::kPutMapping:
      return kPutAction;
    case Action::kDeleteMapping:
      return kDeleteAction;
    default:
      return {};
  }
}

Handled HandleXpack(const Call& call) {
  const policy::XpackPolicy& policy = policy::AsXpack(*call.request.policy);
  const bool may_manage = policy.MayManage(*call.request.caller);
  if (!RefreshIsKnown(call.query)) {
    return ExceptionAnswer(
        400, "illegal_argument_exception",
        fmt::format("Unknown value for refresh: [{}].", *call.query.Find("refresh")));
  }
  switch (call.route.action) {
    case Action::kAuthenticate:
      return Authenticate(call);
    case Action::kListMappings:
      return may_manage ? ListMappings(policy) : XpackForbidden(call.request, kGetAction, kMayRead);
    case Action::kReadMapping:
      return may_manage ? ReadMappings(policy, call.route.name)
                        : XpackForbidden(call.request, kGetAction, kMayRead);
    case Action::kPutMapping:
      return PutMapping(call);
    case Action::kDeleteMapping:
      if (!may_manage) {
        return XpackForbidden(call.request, kDeleteAction, kMayWrite);
      }
      return NewWrite(call, MappingWrite::Kind::kDelete);
    default:
      break;
  }
  PKIGATE_ASSERT(false);
  return FailureAnswer(Dialect::kXpack, 500, "no such action");
}

}  // namespace pkigate::api
