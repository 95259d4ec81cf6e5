// SPDX-License-Identifier: Apache-2.0
#include "roles/role_template.h"

#include <optional>
#include <utility>

#include "base/ascii.h"

namespace pkigate::roles {

namespace {

template <typename... Args>
Error ParseFailure(fmt::format_string<Args...> format, Args&&... args) {
  return Error{"parse_exception", "[role-mapping] failed to parse field [role_templates]: " +
                                      fmt::format(format, std::forward<Args>(args)...)};
}

template <typename... Args>
Error ScriptFailure(fmt::format_string<Args...> format, Args&&... args) {
  return Error{"illegal_argument_exception", fmt::format(format, std::forward<Args>(args)...)};
}

Error WrongType(std::string_view field, const Json& json) {
  return ScriptFailure("[script] {} doesn't support values of type: {}", field, TokenName(json));
}

Result<RoleTemplate::Format> ParseFormat(const Json& json) {  // X-TPL-5
  if (!json.is_string()) {
    return ParseFailure("[role-mapping-template] format doesn't support values of type: {}",
                        TokenName(json));
  }
  const auto name = json.get<std::string>();
  const std::string lower = ToAsciiLower(name);
  if (lower == "json") {
    return RoleTemplate::Format::kJson;
  }
  if (lower == "string") {
    return RoleTemplate::Format::kString;
  }
  return ParseFailure("Invalid format [{}] expected one of [json,string]", name);
}

Result<RoleTemplate> ParseTemplate(const Json& json) {
  if (!json.is_object()) {
    return ParseFailure("[role-mapping-template] Expected START_OBJECT but was: {}",
                        TokenName(json));
  }
  RoleTemplate made;
  bool has_template = false;
  for (const auto& [key, value] : json.items()) {
    if (key == "template") {
      has_template = true;
      if (!value.is_object() && !value.is_string()) {
        return ParseFailure("[role-mapping-template] template doesn't support values of type: {}",
                            TokenName(value));
      }
      made.text = value.is_string() ? value.get<std::string>() : value.dump();
    } else if (key == "format") {
      made.format = PKIGATE_TRY(ParseFormat(value));
    } else {
      return ParseFailure("[role-mapping-template] unknown field [{}]", key);
    }
  }
  if (!has_template) {
    return ParseFailure("Required [template]");
  }
  return made;
}

// The member `options` of a script: nothing but the kind of encoding.
Result<Mustache::Encoding> ParseOptions(const Json& json) {
  if (!json.is_object()) {
    return WrongType("options", json);
  }
  Mustache::Encoding encoding = Mustache::Encoding::kJson;
  for (const auto& [key, value] : json.items()) {
    if (key != "content_type" || !value.is_string()) {
      return ScriptFailure("illegal compiler options [{{{}={}}}] specified", key, value.dump());
    }
    if (value == "application/json" || value == "application/json;charset=utf-8") {
      encoding = Mustache::Encoding::kJson;
    } else if (value == "text/plain") {
      encoding = Mustache::Encoding::kPlain;
    } else if (value == "application/x-www-form-urlencoded") {
      encoding = Mustache::Encoding::kUrl;
    } else {
      return ScriptFailure("No encoder found for MIME type [{}]", value.get<std::string>());
    }
  }
  return encoding;
}

}  // namespace

Result<std::vector<RoleTemplate>> RoleTemplatesFromJson(const Json& json) {
  if (!json.is_structured()) {
    return MakeError("parse_exception",
                     "[role-mapping] role_templates doesn't support values of type: {}",
                     TokenName(json));
  }
  std::vector<RoleTemplate> made;
  if (json.is_object()) {
    made.push_back(PKIGATE_TRY(ParseTemplate(json)));
    return made;
  }
  for (const Json& element : json) {
    made.push_back(PKIGATE_TRY(ParseTemplate(element)));
  }
  return made;
}

Json RoleTemplateJson(const RoleTemplate& role_template) {
  const bool json = role_template.format == RoleTemplate::Format::kJson;
  return {{"template", role_template.text}, {"format", json ? "json" : "string"}};
}

Result<CompiledRoleTemplate> CompiledRoleTemplate::Compile(const RoleTemplate& role_template) {
  const Result<Json> script =
      ParseJson(role_template.text, {.comments = true, .ignore_text_after = true});
  if (!script.ok()) {
    return ScriptFailure("the template is not JSON: {}", script.error().message);
  }
  CompiledRoleTemplate made;
  made.format_ = role_template.format;
  if (script->is_string()) {  // nothing but the source
    made.source_ =
        PKIGATE_TRY(Mustache::Compile(script->get<std::string>(), Mustache::Encoding::kJson));
    return made;
  }
  if (!script->is_object()) {
    return ScriptFailure("[script] Expected START_OBJECT but was: {}", TokenName(*script));
  }
  std::optional<std::string> source;
  std::optional<std::string> id;
  Mustache::Encoding encoding = Mustache::Encoding::kJson;
  for (const auto& [key, value] : script->items()) {
    if (key == "source") {
      if (!value.is_string() && !value.is_object()) {
        return WrongType(key, value);
      }
      source = value.is_string() ? value.get<std::string>() : value.dump();
    } else if (key == "id" || key == "lang") {
      if (!value.is_string()) {
        return WrongType(key, value);
      }
      const auto text = value.get<std::string>();
      if (key == "id") {
        id = text;
      } else if (text != "mustache") {
        return ScriptFailure("script_lang not supported [{}]: role templates are [mustache]", text);
      }
    } else if (key == "params") {
      if (!value.is_object()) {
        return WrongType(key, value);
      }
      made.params_ = value;
    } else if (key == "options") {
      encoding = PKIGATE_TRY(ParseOptions(value));
    } else {
      return ScriptFailure("[script] unknown field [{}]", key);
    }
  }
  if (source.has_value() && id.has_value()) {
    return ScriptFailure("must only use one of [source, id] when specifying a script");
  }
  if (id.has_value()) {  // X-TPL-1: there are no stored scripts here
    return ScriptFailure("unable to find script [{}] in cluster state", *id);
  }
  if (!source.has_value()) {
    return ScriptFailure(
        "must specify either [source] for an inline script or [id] for a stored script");
  }
  made.source_ = PKIGATE_TRY(Mustache::Compile(*source, encoding));
  return made;
}

Status CompiledRoleTemplate::AddRoles(const Json& user, std::vector<std::string>* roles) const {
  const Json* models[] = {&params_, &user};
  std::string text = PKIGATE_TRY(source_.Render(models));
  if (format_ == RoleTemplate::Format::kString) {
    roles->push_back(std::move(text));
    return {};
  }
  const Result<Json> made = ParseJson(text, {.comments = true, .ignore_text_after = true});
  if (!made.ok()) {
    return MakeError("template_failed", "the template does not make JSON: {}",
                     made.error().message);
  }
  if (made->is_string()) {
    roles->push_back(made->get<std::string>());
    return {};
  }
  if (!made->is_array()) {
    return MakeError("template_failed",
                     "Roles template must generate a string or an array of strings, but found [{}]",
                     TokenName(*made));
  }
  std::vector<std::string> names;
  for (const Json& name : *made) {
    if (name.is_string()) {
      names.push_back(name.get<std::string>());
    } else if (!name.is_null()) {
      return MakeError("template_failed", "Roles array may only contain strings but found [{}]",
                       TokenName(name));
    }
  }
  roles->insert(roles->end(), names.begin(), names.end());
  return {};
}

}  // namespace pkigate::roles
