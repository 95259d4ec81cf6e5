// SPDX-License-Identifier: Apache-2.0
//
// xpack rule: one rule and one user, through the mapper that evaluates many (X-MAP-40 to X-MAP-45,
// X-DN-7). The rule as it is printed again has to give the same answer.
#include "roles/xpack_rule.h"

#include "roles/xpack_role_mapper.h"
#include "vector_kinds.h"
#include "xpack_user.h"

namespace pkigate::conformance {

namespace {

Result<bool> Matches(const roles::Rule& rule, const roles::XpackSubject& subject) {
  roles::XpackMapping mapping;
  mapping.enabled = true;
  mapping.roles = {"granted"};
  mapping.rules = rule;
  const auto mapper = PKIGATE_TRY(roles::XpackRoleMapper::Compile({{"m1", mapping}}));
  match::Scratch scratch;
  mapper->ReserveIn(scratch);
  std::vector<std::string> roles;
  PKIGATE_TRY_STATUS(mapper->AddRoles(subject, scratch, &roles));
  return !roles.empty();
}

}  // namespace

Outcome RunXpackRule(Case& c) {
  const roles::XpackSubject subject = ReadUser(c.input);
  const bool expected = c.expect.Bool("match");
  std::string text = c.input.Any("rules").dump();
  for (const char* form : {"as written", "as printed"}) {
    const Result<roles::Rule> rule = roles::ParseRule("m1", text);
    if (!rule.ok()) {
      return Failed(rule.error().message);
    }
    const Result<bool> match = Matches(*rule, subject);
    if (!match.ok()) {
      return Failed(match.error().message);
    }
    if (*match != expected) {
      return Failed(std::string("the rule ") + form + (*match ? " matches" : " does not match"));
    }
    text = roles::RenderRule(*rule);
  }
  return Passed();
}

}  // namespace pkigate::conformance
