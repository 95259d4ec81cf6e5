// SPDX-License-Identifier: Apache-2.0
#include "api/overview.h"

#include <string>
#include <variant>

#include "api/answers.h"
#include "policy/model.h"
#include "policy/opendistro_policy.h"
#include "policy/xpack_policy.h"

namespace pkigate::api {

namespace {

Json FileEntries(const policy::Model* files) {
  Json entries = Json::array();
  if (files == nullptr) {
    return entries;
  }
  for (const policy::XpackRealmModel& realm : std::get<policy::XpackModel>(files->body).realms) {
    for (const roles::FileMapping& mapping : realm.file_mappings) {
      entries.push_back({{"realm", realm.pki.name},
                         {"role", mapping.role},
                         {"dn", mapping.dn},
                         {"file", mapping.where.file},
                         {"line", mapping.where.line}});
    }
  }
  return entries;
}

}  // namespace

rest::Answer Overview(const gateway::LocalRequest& request) {
  Json body = Json::object();
  if (IsOpendistroFamily(request.policy->dialect())) {
    for (const auto& [role, mapping] : policy::AsOpendistro(*request.policy).mappings()) {
      body[role] = Json::parse(roles::RenderOpendistroMapping(*mapping));
    }
    return JsonAnswer(200, body);
  }
  body["api"] = Json::object();
  for (const auto& [name, mapping] : policy::AsXpack(*request.policy).api_mappings()) {
    body["api"][name] = Json::parse(roles::RenderXpackMapping(*mapping));
  }
  body["files"] = FileEntries(request.files);
  return JsonAnswer(200, body);
}

}  // namespace pkigate::api
