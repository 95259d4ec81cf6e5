// SPDX-License-Identifier: Apache-2.0
//
// xpack role_template: the roles that one mapping's templates make for one user whom it holds for,
// by the mapper that evaluates many (X-TPL-1 to X-TPL-7). The mapping as it is printed again has to
// make the same ones.
#include <set>

#include "roles/xpack_mapping.h"
#include "roles/xpack_role_mapper.h"
#include "vector_kinds.h"
#include "xpack_user.h"

namespace pkigate::conformance {

Outcome RunXpackRoleTemplate(Case& c) {
  const roles::XpackSubject subject = ReadUser(c.input);
  const auto expected = c.expect.Any("roles").get<std::set<std::string>>();
  std::string text = nlohmann::json{{"enabled", true},
                                    {"role_templates", c.input.Any("role_templates")},
                                    {"rules", {{"all", nlohmann::json::array()}}}}
                         .dump();
  for (const char* form : {"as written", "as printed"}) {
    const Result<roles::XpackMapping> mapping = roles::ParseXpackMapping("m1", text);
    if (!mapping.ok()) {
      return Failed("refused " + std::string(form) + ": " + mapping.error().message);
    }
    const auto mapper = roles::XpackRoleMapper::Compile({{"m1", *mapping}});
    if (!mapper.ok()) {
      return Failed(mapper.error().message);
    }
    match::Scratch scratch;
    (*mapper)->ReserveIn(scratch);
    std::vector<std::string> found;
    std::vector<std::string> problems;
    const Status judged = (*mapper)->AddRoles(subject, scratch, &found, &problems);
    if (!judged.ok() || !problems.empty()) {
      return Failed(judged.ok() ? problems[0] : judged.error().message);
    }
    if (std::set<std::string>(found.begin(), found.end()) != expected) {
      return Failed(std::string(form) + " it makes " + nlohmann::json(found).dump());
    }
    text = roles::RenderXpackMapping(*mapping);
  }
  return Passed();
}

}  // namespace pkigate::conformance
