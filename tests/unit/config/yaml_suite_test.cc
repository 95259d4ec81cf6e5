// SPDX-License-Identifier: Apache-2.0
//
// yaml-test-suite, read from the conformance data where they are: nothing that the suite calls an
// error is taken, and what is taken has the suite's value. How much of the valid part is taken is
// printed, not judged: the reader takes a subset on purpose (config/yaml_grammar.h).
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "config/yaml_document.h"
#include "support.h"

namespace pkigate::config {
namespace {

using Json = nlohmann::json;

std::filesystem::path SuiteFile() {
  const char* set = std::getenv("PKIGATE_CONFORMANCE");
  const std::filesystem::path folder =
      set != nullptr ? std::filesystem::path(set)
                     : std::filesystem::path(PKIGATE_SOURCE_ROOT) / "../shared/conformance";
  return folder / "yaml/yaml-test-suite.jsonl";
}

// The suite's values are of the core schema, which the reader leaves to whoever asks for a key.
Json CoreSchema(const YamlNode& node) {
  Json json;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      break;
    case YamlNode::Kind::kSequence:
      json = Json::array();
      for (const YamlNode& item : node.items) {
        json.push_back(CoreSchema(item));
      }
      break;
    case YamlNode::Kind::kMapping:
      json = Json::object();
      for (const YamlEntry& entry : node.entries) {
        json[entry.key] = CoreSchema(entry.value);
      }
      break;
    case YamlNode::Kind::kScalar: {
      const Json parsed = node.quoted ? Json() : Json::parse(node.text, nullptr, false);
      json = parsed.is_boolean() || parsed.is_number() ? parsed : Json(node.text);
      break;
    }
  }
  return json;
}

TEST(YamlSuite, NothingInvalidIsTakenAndNoValueIsWrong) {
  std::ifstream file(SuiteFile());
  if (!file) {
    std::printf("yaml-test-suite: not found at %s\n", SuiteFile().c_str());
    GTEST_SKIP() << "no conformance data";
  }
  int passed = 0;
  int failed = 0;
  int not_taken = 0;
  for (std::string line; std::getline(file, line);) {
    const Json entry = Json::parse(line);
    const std::string id = entry["id"];
    const bool valid = entry["expect"] == "ok";
    Diagnostics diagnostics;
    const std::optional<YamlNode> node =
        ParseYaml(entry["yaml"].get<std::string>(), id, diagnostics);
    std::string problem;
    if (node && !valid) {
      problem = "taken, but is no YAML";
    } else if (node && entry.contains("json") && !entry["json"].get<std::string>().empty() &&
               CoreSchema(*node) != Json::parse(entry["json"].get<std::string>())) {
      problem = "value " + CoreSchema(*node).dump();
    } else if (!node && diagnostics.list().front().line == 0) {
      problem = "refused without a line";
    } else if (!node && valid) {
      ++not_taken;
      continue;
    }
    problem.empty() ? ++passed : ++failed;
    if (!problem.empty()) {
      ADD_FAILURE() << id << " " << entry["name"] << ": " << problem;
    }
  }
  std::printf("yaml-test-suite: %d passed, %d failed, %d skipped (valid, but outside the subset)\n",
              passed, failed, not_taken);
  EXPECT_GT(passed, 200);
}

}  // namespace
}  // namespace pkigate::config
