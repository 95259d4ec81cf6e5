// SPDX-License-Identifier: Apache-2.0
#include "xpack_user.h"

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

}  // namespace

roles::XpackSubject ReadUser(Fields& input) {
  Fields user = input.Inside("user");
  roles::XpackSubject subject;
  subject.username = user.Text("username");
  subject.dn = user.NullableText("dn");
  subject.groups = user.Any("groups").get<std::vector<std::string>>();
  subject.realm_name = user.Text("realm");
  for (const auto& [key, value] : user.Any("metadata").items()) {
    subject.metadata.emplace_back(key, Value(value));
  }
  user.ExpectAllRead();
  return subject;
}

}  // namespace pkigate::conformance
