// SPDX-License-Identifier: Apache-2.0
//
// xpack mapping_put: which documents are role mappings, and why others are none (X-MAP-30 to
// X-MAP-35, X-API-55 to X-API-59). The answer around it is for tests/unit/api.
#include "roles/xpack_mapping.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

Outcome RunXpackMappingPut(Case& c) {
  const nlohmann::json& body = c.input.Any("body");
  const bool accepted = c.expect.Any("status").get<int>() == 200;
  const auto mapping = roles::ParseXpackMapping(c.input.Text("mapping_name"), body.dump());
  if (accepted) {
    c.expect.Ignore("body");
    return mapping.ok() ? Passed() : Failed("refused: " + mapping.error().message);
  }
  if (mapping.ok()) {
    return Failed("accepted, expected a refusal");
  }
  const std::string reason = c.expect.Text("reason_contains");
  const std::string& message = mapping.error().message;
  return message.find(reason) != std::string::npos
             ? Passed()
             : Failed("the reason is `" + message + "`, expected `" + reason + "` in it");
}

}  // namespace pkigate::conformance
