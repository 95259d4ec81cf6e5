// SPDX-License-Identifier: Apache-2.0
#include "roles/opendistro_mapping.h"

#include <utility>

#include "match/java_regex.h"
#include "roles/json_document.h"

namespace pkigate::roles {

namespace {

// The lists of an entry, by their keys; one of them is mandatory (opendistro.md, 5.3).
struct ListKey {
  const char* key;
  std::vector<std::string> OpendistroMapping::*list;
};
constexpr ListKey kLists[] = {
    {"backend_roles", &OpendistroMapping::backend_roles},
    {"and_backend_roles", &OpendistroMapping::and_backend_roles},
    {"hosts", &OpendistroMapping::hosts},
    {"users", &OpendistroMapping::users},
};

const ListKey* FindList(std::string_view key) {
  for (const ListKey& list : kLists) {
    if (key == list.key) {
      return &list;
    }
  }
  return nullptr;
}

Error Refusal(Json body) { return Error{"validation", body.dump()}; }

Json ErrorBody(const char* reason) { return {{"status", "error"}, {"reason", reason}}; }

// What is wrong with a body, collected as upstream reports it: all bad keys in one answer, all bad
// types in another.
struct Findings {
  std::string invalid_keys;
  Json wrong_types = Json::object();
  bool null_element = false;
  // Upstream never looks at expressions here, so they come last.
  Json bad_patterns = Json::object();
};

// One list. Numbers and booleans count as their text (5.2).
void TakeList(const std::string& key, const Json& value, std::vector<std::string>* list,
              Findings* findings) {
  if (!value.is_array()) {
    findings->wrong_types[key] = "Array expected";
    return;
  }
  for (const Json& element : value) {
    if (element.is_null()) {
      findings->null_element = true;
    } else if (element.is_structured()) {
      findings->wrong_types[key] = "String expected";
    } else {
      std::string text = element.is_string() ? element.get<std::string>() : element.dump();
      if (const Status checked = CheckOpendistroPattern(text); !checked.ok()) {
        findings->bad_patterns[key] = checked.error().message;
      }
      list->push_back(std::move(text));
    }
  }
}

// As upstream's JSON library reads a boolean: by name, by number, and null for false.
void TakeFlag(const std::string& key, const Json& value, bool* flag, Findings* findings) {
  if (value.is_boolean()) {
    *flag = value.get<bool>();
  } else if (value.is_number_integer()) {
    *flag = value != 0;
  } else if (value == "true" || value == "True" || value == "TRUE") {
    *flag = true;
  } else if (value.is_null() || value == "" || value == "false" || value == "False" ||
             value == "FALSE") {
    *flag = false;
  } else {
    findings->wrong_types[key] = "Boolean expected";
  }
}

OpendistroMapping TakeMembers(const Json& body, const OpendistroBodyOptions& options,
                              Findings* findings) {
  OpendistroMapping mapping;
  for (const auto& [key, value] : body.items()) {
    if (const ListKey* known = FindList(key)) {
      TakeList(key, value, &(mapping.*(known->list)), findings);
    } else if (key == "description") {
      if (value.is_string()) {
        mapping.description = value.get<std::string>();
      } else {
        findings->wrong_types[key] = "String expected";
      }
    } else if (key == "reserved" && options.superadmin) {
      TakeFlag(key, value, &mapping.reserved, findings);
    } else if (key == "hidden" && options.superadmin && options.dialect == Dialect::kOpensearch) {
      TakeFlag(key, value, &mapping.hidden, findings);
    } else {
      findings->invalid_keys += (findings->invalid_keys.empty() ? "" : ",") + key;
    }
  }
  return mapping;
}

}  // namespace

Result<OpendistroMapping> ParseOpendistroMapping(std::string_view json,
                                                 const OpendistroBodyOptions& options) {
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return Refusal(ErrorBody("Request body required for this action."));
  }
  const bool opensearch = options.dialect == Dialect::kOpensearch;
  const Result<Json> read = ParseJson(json, {.ignore_text_after = opensearch});
  // A byte order mark is nothing our parser would mind.
  if (!read.ok() || json.starts_with("\xEF\xBB\xBF")) {
    return Refusal(ErrorBody("Could not parse content of request."));
  }
  // Upstream takes every other kind of document for an empty one. OpenSearch an array only when
  // it is: one with elements has no keys for it.
  const bool keyless = opensearch && read->is_array() && !read->empty();
  if (!keyless && (!read->is_object() || read->empty())) {
    return Refusal(ErrorBody("Request body required for this action."));
  }
  const Json body = keyless ? Json::object() : *read;
  Findings findings;
  OpendistroMapping mapping = TakeMembers(body, options, &findings);
  bool has_list = false;
  for (const ListKey& list : kLists) {
    has_list = has_list || body.contains(list.key);
  }
  const bool key_error = !findings.invalid_keys.empty() || !has_list;
  // Open Distro speaks of types first where both are wrong, OpenSearch of keys.
  if (key_error && (opensearch || findings.wrong_types.empty())) {
    Json answer = ErrorBody("Invalid configuration");
    if (!findings.invalid_keys.empty()) {
      answer["invalid_keys"] = {{"keys", findings.invalid_keys}};
    }
    if (!has_list && opensearch) {
      answer["specify_one_of"] = {{"keys", "backend_roles,and_backend_roles,hosts,users"}};
    }
    return Refusal(std::move(answer));
  }
  if (!findings.wrong_types.empty()) {
    Json answer = ErrorBody("Wrong datatype");
    answer.update(findings.wrong_types);
    return Refusal(std::move(answer));
  }
  if (findings.null_element) {
    return Refusal(ErrorBody("`null` is not allowed as json array element"));
  }
  if (!findings.bad_patterns.empty()) {
    Json answer = ErrorBody("Wrong datatype");
    answer.update(findings.bad_patterns);
    return Refusal(std::move(answer));
  }
  return mapping;
}

Result<OpendistroMapping> ParseStoredOpendistroMapping(std::string_view json) {
  const Json parsed = PKIGATE_TRY(ParseJson(json));
  if (!parsed.is_object()) {
    return MakeError("stored_mapping", "a stored role mapping is no JSON object");
  }
  Findings findings;
  // Everything RenderOpendistroMapping prints is allowed.
  const OpendistroBodyOptions all{.dialect = Dialect::kOpensearch, .superadmin = true};
  OpendistroMapping mapping = TakeMembers(parsed, all, &findings);
  if (!findings.invalid_keys.empty() || !findings.wrong_types.empty() || findings.null_element ||
      !findings.bad_patterns.empty()) {
    findings.wrong_types.update(findings.bad_patterns);
    return MakeError("stored_mapping", "a stored role mapping cannot be used: {} {}",
                     findings.invalid_keys, findings.wrong_types.dump());
  }
  return mapping;
}

std::string RenderOpendistroMapping(const OpendistroMapping& mapping) {
  Json json = Json::object();
  json["hosts"] = mapping.hosts;
  json["users"] = mapping.users;
  json["reserved"] = mapping.reserved;
  json["hidden"] = mapping.hidden;
  json["backend_roles"] = mapping.backend_roles;
  json["and_backend_roles"] = mapping.and_backend_roles;
  if (mapping.description.has_value()) {
    json["description"] = *mapping.description;
  }
  return json.dump();
}

Status CheckOpendistroPattern(std::string_view pattern) {
  if (pattern == "/") {
    return MakeError("pattern", "a lone '/' is no pattern");
  }
  if (pattern.size() < 2 || pattern.front() != '/' || pattern.back() != '/') {
    return {};
  }
  const auto compiled = match::JavaRegex::Compile(pattern.substr(1, pattern.size() - 2),
                                                  match::JavaRegex::Case::kSensitive);
  return compiled.ok() ? Status{} : Status{compiled.error()};
}

}  // namespace pkigate::roles
