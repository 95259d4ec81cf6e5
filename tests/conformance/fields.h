// SPDX-License-Identifier: Apache-2.0
//
// Fields: a JSON object of a vector, read so that nothing in it is skipped silently.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <stdexcept>
#include <string>

namespace pkigate::conformance {

// Wrong vectors, not wrong results.
class FieldError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Fields {
 public:
  // `path` names the object in errors: `input`. Borrows `object`. Throws if it is no object.
  Fields(const nlohmann::json& object, std::string path);

  // The value of `key`; throws if there is none.
  const nlohmann::json& Any(const std::string& key);
  std::string Text(const std::string& key);
  bool Bool(const std::string& key);
  // Bytes written as hexadecimal.
  std::vector<uint8_t> Hex(const std::string& key);
  std::optional<std::string> OptionalText(const std::string& key);
  // Null stands for nothing; the key itself has to be there.
  std::optional<std::string> NullableText(const std::string& key);
  bool Has(const std::string& key) const { return object_.contains(key); }
  // The object at `key`.
  Fields Inside(const std::string& key);
  // Marks a field as looked at that says nothing a test could check.
  void Ignore(const std::string& key) { read_.insert(key); }

  // Throws if there is a field that none of the calls above has asked for.
  void ExpectAllRead() const;

 private:
  const nlohmann::json& object_;
  std::string path_;
  std::set<std::string> read_;
};

}  // namespace pkigate::conformance
