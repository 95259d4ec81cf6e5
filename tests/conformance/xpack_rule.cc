// SPDX-License-Identifier: Apache-2.0
//
// xpack rule: one rule and one user, through the mapper that evaluates many (X-MAP-40 to X-MAP-45,
// X-DN-7). The rule as it is printed again has to give the same answer.
#include "roles/xpack_rule.h"

#include "roles/xpack_role_mapper.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

namespace {

roles::SubjectScalar Scalar(const nlohmann::json& value) {
  if (value.is_null()) {
    return std::monostate{};
  }
  if (value.is_boolean()) {
    return value.get<bool>();
  }
  if (value.is_number_integer()) {
    return value.get<int64_t>();
  }
  if (value.is_number()) {
    return value.get<double>();
  }
  return value.get<std::string>();
}

roles::SubjectValue Value(const nlohmann::json& value) {
  if (!value.is_array()) {
    return {Scalar(value)};
  }
  roles::SubjectValue elements;
  for (const nlohmann::json& element : value) {
    elements.push_back(Scalar(element));
  }
  return elements;
}

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
  Fields user = c.input.Inside("user");
  roles::XpackSubject subject;
  subject.username = user.Text("username");
  subject.dn = user.NullableText("dn");
  subject.groups = user.Any("groups").get<std::vector<std::string>>();
  subject.realm_name = user.Text("realm");
  for (const auto& [key, value] : user.Any("metadata").items()) {
    subject.metadata.emplace_back(key, Value(value));
  }
  user.ExpectAllRead();

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
