// SPDX-License-Identifier: Apache-2.0
#include "roles/xpack_mapping.h"

#include <optional>
#include <utility>

#include "roles/json_document.h"
#include "roles/xpack_rule_json.h"

namespace pkigate::roles {

namespace {

template <typename... Args>
Error ParseFailure(fmt::format_string<Args...> format, Args&&... args) {
  return Error{"parse_exception", fmt::format(format, std::forward<Args>(args)...)};
}

Error Invalid(std::string_view what) {
  return MakeError("action_request_validation_exception", "Validation Failed: 1: {};", what);
}

Error WrongType(std::string_view field, const Json& json) {
  return ParseFailure("[role-mapping] {} doesn't support values of type: {}", field,
                      TokenName(json));
}

// X-API-59: a boolean, or its name as a text; an empty text is false.
Result<bool> ParseEnabled(const Json& json) {
  if (json.is_boolean()) {
    return json.get<bool>();
  }
  if (!json.is_string()) {
    return WrongType("enabled", json);
  }
  if (json != "true" && json != "false" && json != "") {
    return ParseFailure(
        "[role-mapping] failed to parse field [enabled]: Failed to parse value [{}] as only [true] "
        "or [false] are allowed.",
        json.get<std::string>());
  }
  return json == "true";
}

// X-API-59: a list, or one text for a list of one. Numbers and booleans in it count as their text.
Result<std::vector<std::string>> ParseRoles(const Json& json) {
  std::vector<std::string> roles;
  if (json.is_string()) {
    roles.push_back(json.get<std::string>());
    return roles;
  }
  if (!json.is_array()) {
    return WrongType("roles", json);
  }
  for (const Json& element : json) {
    if (element.is_null() || element.is_structured()) {
      return ParseFailure("[role-mapping] failed to parse field [roles]: no text but {}",
                          TokenName(element));
    }
    roles.push_back(element.is_string() ? element.get<std::string>() : element.dump());
  }
  return roles;
}

}  // namespace

Result<XpackMapping> ParseXpackMapping(std::string_view name, std::string_view json) {
  // As upstream's parser, which stops where the object ends.
  const Result<Json> parsed = ParseJson(json, {.comments = true, .ignore_text_after = true});
  if (!parsed.ok()) {
    return ParseFailure("{}", parsed.error().message);
  }
  if (!parsed->is_object()) {
    return ParseFailure("[role-mapping] Expected START_OBJECT but was: {}", TokenName(*parsed));
  }
  XpackMapping mapping;
  mapping.name = std::string(name);
  std::optional<bool> enabled;
  std::optional<Rule> rules;
  bool names_roles = false;  // in either member, be it empty
  for (const auto& [key, value] : parsed->items()) {
    if (key == "enabled") {
      enabled = PKIGATE_TRY(ParseEnabled(value));
    } else if (key == "roles") {
      names_roles = true;
      mapping.roles = PKIGATE_TRY(ParseRoles(value));
    } else if (key == "role_templates") {
      names_roles = true;
      mapping.role_templates = PKIGATE_TRY(RoleTemplatesFromJson(value));
    } else if (key == "rules") {
      if (!value.is_object()) {
        return WrongType(key, value);
      }
      rules = PKIGATE_TRY(RuleFromJson(name, value));
    } else if (key == "metadata") {
      if (!value.is_object()) {
        return WrongType(key, value);
      }
      for (const auto& [metadata_key, unused] : value.items()) {
        if (!metadata_key.empty() && metadata_key.front() == '_') {
          return Invalid("metadata keys may not start with [_]");
        }
      }
      mapping.metadata = value.dump();
    } else if (key == "doc_type" || key == "type") {  // X-API-58: what older versions stored beside
      if (!value.is_string()) {
        return WrongType(key, value);
      }
    } else {
      return ParseFailure("[role-mapping] unknown field [{}]", key);
    }
  }
  // X-API-55: in upstream's order (golden xg8-028: of roles and rules, roles is named).
  if (!names_roles) {
    return ParseFailure("failed to parse role-mapping [{}]. missing field [roles]", name);
  }
  if (!rules.has_value()) {
    return ParseFailure("failed to parse role-mapping [{}]. missing field [rules]", name);
  }
  if (!enabled.has_value()) {
    return ParseFailure("failed to parse role-mapping [{}]. missing field [enabled]", name);
  }
  if (!mapping.roles.empty() && !mapping.role_templates.empty()) {
    return Invalid("role-mapping cannot have both roles and role-templates");
  }
  if (mapping.roles.empty() && mapping.role_templates.empty()) {
    return Invalid("role-mapping roles or role-templates are missing");
  }
  for (const RoleTemplate& role_template : mapping.role_templates) {
    if (const auto compiled = CompiledRoleTemplate::Compile(role_template); !compiled.ok()) {
      return compiled.error();
    }
  }
  mapping.enabled = *enabled;
  mapping.rules = std::move(*rules);
  return mapping;
}

std::string RenderXpackMapping(const XpackMapping& mapping) {
  Json json = Json::object();
  json["enabled"] = mapping.enabled;
  if (!mapping.roles.empty()) {
    json["roles"] = mapping.roles;
  }
  if (!mapping.role_templates.empty()) {
    Json templates = Json::array();
    for (const RoleTemplate& role_template : mapping.role_templates) {
      templates.push_back(RoleTemplateJson(role_template));
    }
    json["role_templates"] = std::move(templates);
  }
  json["rules"] = RuleJson(mapping.rules);
  json["metadata"] = Json::parse(mapping.metadata);
  return json.dump();
}

}  // namespace pkigate::roles
