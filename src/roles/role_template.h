// SPDX-License-Identifier: Apache-2.0
//
// RoleTemplate: an element of a mapping's `role_templates`, which makes role names out of what is
// known of a user (xpack.md, 3.7).
//
//   {"template": {"source": "_user_{{username}}", "params": {…}}, "format": "string" | "json"}
//
// `template` is kept as its JSON text, as GET shows it (X-TPL-6); a client may also send that text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "roles/json_document.h"
#include "roles/mustache.h"

namespace pkigate::roles {

struct RoleTemplate {
  enum class Format : uint8_t { kString, kJson };
  std::string text;  // the template, as JSON
  Format format = Format::kString;

  bool operator==(const RoleTemplate&) const = default;
};

// Reads the member `role_templates`: a list, or one for a list of one. What is in the templates is
// for CompiledRoleTemplate to judge. Error codes are exception types, as in xpack_mapping.h.
Result<std::vector<RoleTemplate>> RoleTemplatesFromJson(const Json& json);
Json RoleTemplateJson(const RoleTemplate& role_template);

// Immutable; any number of threads may use it at once.
class CompiledRoleTemplate {
 public:
  // Fails where upstream's compiler of scripts does (X-TPL-1, X-TPL-7) and for what it finds
  // elsewhere: stored scripts, and languages other than mustache.
  static Result<CompiledRoleTemplate> Compile(const RoleTemplate& role_template);

  // Adds the names that it makes for a user to `roles`. `user`: an object whose keys are the names
  // of fields, dots included. The template's own `params` stand behind it. Fails with
  // `template_failed` and nothing added (X-TPL-4).
  Status AddRoles(const Json& user, std::vector<std::string>* roles) const;

 private:
  RoleTemplate::Format format_ = RoleTemplate::Format::kString;
  Json params_ = Json::object();
  Mustache source_;
};

}  // namespace pkigate::roles
