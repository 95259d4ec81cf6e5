// SPDX-License-Identifier: Apache-2.0
#include "roles/xpack_rule.h"

#include <limits>
#include <utility>

#include "match/dialect_pattern.h"
#include "match/lucene_syntax.h"
#include "roles/json_document.h"
#include "roles/xpack_rule_json.h"

namespace pkigate::roles {

namespace {

template <typename... Args>
Error RuleError(fmt::format_string<Args...> format, Args&&... args) {
  return Error{"parse_exception", "failed to parse rules expression. " +
                                      fmt::format(format, std::forward<Args>(args)...)};
}

// X-MAP-34: 64-bit integers; a fraction is cut off.
Result<RuleValue> NumberValue(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto value = json.get<uint64_t>();
    if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
      return RuleError("number [{}] is out of the range of a long", value);
    }
    return RuleValue(static_cast<int64_t>(value));
  }
  if (json.is_number_integer()) {
    return RuleValue(json.get<int64_t>());
  }
  const auto value = json.get<double>();
  // Both bounds are exact as doubles, the largest int64_t is not. -2^63 is left out, because an
  // integer just below it reads as that double, too; the integer itself came by above.
  if (!(value > -9223372036854775808.0 && value < 9223372036854775808.0)) {
    return RuleError("number [{}] is out of the range of a long", value);
  }
  return RuleValue(static_cast<int64_t>(value));
}

Result<RuleValue> ParseValue(const Json& json) {
  if (json.is_null()) {
    return RuleValue(std::monostate{});
  }
  if (json.is_boolean()) {
    return RuleValue(json.get<bool>());
  }
  if (json.is_number()) {
    return NumberValue(json);
  }
  if (!json.is_string()) {
    return RuleError("expected a field value but found [{}] instead", TokenName(json));
  }
  auto text = json.get<std::string>();
  // X-MAP-35. What Hyperscan makes of it is for the compiler of the policy to see.
  const Result<match::DialectPattern> pattern = match::ReadXpackPattern(text);
  if (!pattern.ok()) {
    return RuleError("{}", pattern.error().message);
  }
  if (pattern->kind == match::PatternKind::kLucene) {
    const auto regex = match::TranslateLuceneRegex(pattern->text);
    if (!regex.ok()) {
      return RuleError("invalid pattern [{}]: {}", text, regex.error().message);
    }
  }
  return RuleValue(std::move(text));
}

Result<Rule> ParseField(const Json& json) {
  if (!json.is_object()) {
    return RuleError("expected an object but found [{}] instead", TokenName(json));
  }
  if (json.empty()) {
    return RuleError("object [field] does not contain any fields");
  }
  if (json.size() > 1) {
    return RuleError("object [field] contains multiple fields");
  }
  Rule rule;
  rule.kind = Rule::Kind::kField;
  rule.field = json.begin().key();
  if (rule.field.empty()) {
    return RuleError("null or empty field name");
  }
  const Json& value = json.begin().value();
  if (!value.is_array()) {
    rule.values.push_back(PKIGATE_TRY(ParseValue(value)));
    return rule;
  }
  for (const Json& element : value) {
    rule.values.push_back(PKIGATE_TRY(ParseValue(element)));
  }
  if (rule.values.empty()) {
    return RuleError("field [{}] has null or empty values", rule.field);
  }
  return rule;
}

enum class Except : bool { kRefused, kAllowed };

Result<Rule> ParseObject(std::string_view owner, const Json& json, Except except);

Result<Rule> ParseList(const std::string& keyword, const Json& json) {
  if (!json.is_array()) {
    return RuleError("field [{}] requires an array", keyword);
  }
  Rule rule;
  rule.kind = keyword == "any" ? Rule::Kind::kAny : Rule::Kind::kAll;
  for (const Json& element : json) {
    // X-MAP-31: an exception makes sense only to something that must hold besides.
    const Except except = rule.kind == Rule::Kind::kAll ? Except::kAllowed : Except::kRefused;
    rule.children.push_back(PKIGATE_TRY(ParseObject(keyword, element, except)));
  }
  return rule;
}

Result<Rule> ParseObject(std::string_view owner, const Json& json, Except except) {
  if (!json.is_object()) {
    return RuleError("expected [{}] to be an object but found [{}] instead", owner,
                     TokenName(json));
  }
  if (json.empty()) {
    return RuleError("object [{}] does not contain any fields", owner);
  }
  if (json.size() > 1) {
    return RuleError("object [{}] contains multiple fields", owner);
  }
  const std::string keyword = json.begin().key();
  const Json& content = json.begin().value();
  if (keyword == "any" || keyword == "all") {
    return ParseList(keyword, content);
  }
  if (keyword == "field") {
    return ParseField(content);
  }
  if (keyword != "except") {
    return RuleError("field [{}] is not recognised in object [{}]", keyword, owner);
  }
  if (except == Except::kRefused) {
    return RuleError("field [except] is not allowed within [{}]", owner);
  }
  if (!content.is_object()) {
    return RuleError("expected an object but found [{}] instead", TokenName(content));
  }
  Rule rule;
  rule.kind = Rule::Kind::kExcept;
  rule.children.push_back(PKIGATE_TRY(ParseObject("except", content, Except::kRefused)));
  return rule;
}

Json ValueJson(const RuleValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    return *flag;
  }
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return *number;
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return *text;
  }
  return nullptr;
}

}  // namespace

Result<Rule> RuleFromJson(std::string_view owner, const Json& json) {
  return ParseObject(owner, json, Except::kRefused);
}

Json RuleJson(const Rule& rule) {
  Json json = Json::object();
  switch (rule.kind) {
    case Rule::Kind::kAny:
    case Rule::Kind::kAll: {
      Json list = Json::array();
      for (const Rule& child : rule.children) {
        list.push_back(RuleJson(child));
      }
      json[rule.kind == Rule::Kind::kAny ? "any" : "all"] = std::move(list);
      break;
    }
    case Rule::Kind::kExcept:
      json["except"] = RuleJson(rule.children.front());
      break;
    case Rule::Kind::kField: {
      Json values = Json::array();
      for (const RuleValue& value : rule.values) {
        values.push_back(ValueJson(value));
      }
      Json field = Json::object();
      field[rule.field] = values.size() == 1 ? values.front() : values;  // X-API-54
      json["field"] = std::move(field);
      break;
    }
  }
  return json;
}

Result<Rule> ParseRule(std::string_view owner, std::string_view json) {
  const Result<Json> parsed = ParseJson(json);
  if (!parsed.ok()) {
    return RuleError("{}", parsed.error().message);
  }
  return RuleFromJson(owner, *parsed);
}

std::string RenderRule(const Rule& rule) { return RuleJson(rule).dump(); }

bool HasEmptyAll(const Rule& rule) {
  if (rule.kind == Rule::Kind::kAll && rule.children.empty()) {
    return true;
  }
  for (const Rule& child : rule.children) {
    if (HasEmptyAll(child)) {
      return true;
    }
  }
  return false;
}

}  // namespace pkigate::roles
