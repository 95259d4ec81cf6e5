// SPDX-License-Identifier: Apache-2.0
#include "fields.h"

#include <utility>

#include "base/hex.h"

namespace pkigate::conformance {

Fields::Fields(const nlohmann::json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object_.is_object()) {
    throw FieldError(path_ + " is no object");
  }
}

const nlohmann::json& Fields::Any(const std::string& key) {
  read_.insert(key);
  const auto found = object_.find(key);
  if (found == object_.end()) {
    throw FieldError("field " + path_ + "." + key + " is missing");
  }
  return *found;
}

std::string Fields::Text(const std::string& key) {
  const nlohmann::json& value = Any(key);
  if (!value.is_string()) {
    throw FieldError("field " + path_ + "." + key + " is no text");
  }
  return value.get<std::string>();
}

bool Fields::Bool(const std::string& key) {
  const nlohmann::json& value = Any(key);
  if (!value.is_boolean()) {
    throw FieldError("field " + path_ + "." + key + " is neither true nor false");
  }
  return value.get<bool>();
}

std::vector<uint8_t> Fields::Hex(const std::string& key) {
  std::optional<std::vector<uint8_t>> bytes = FromHex(Text(key));
  if (!bytes.has_value()) {
    throw FieldError("field " + path_ + "." + key + " is not hexadecimal");
  }
  return *std::move(bytes);
}

std::optional<std::string> Fields::OptionalText(const std::string& key) {
  return Has(key) ? std::optional(Text(key)) : std::nullopt;
}

std::optional<std::string> Fields::NullableText(const std::string& key) {
  return Any(key).is_null() ? std::nullopt : std::optional(Text(key));
}

Fields Fields::Inside(const std::string& key) { return {Any(key), path_ + "." + key}; }

void Fields::ExpectAllRead() const {
  for (const auto& [key, value] : object_.items()) {
    if (!read_.contains(key)) {
      throw FieldError("field " + path_ + "." + key + " is not known");
    }
  }
}

}  // namespace pkigate::conformance
