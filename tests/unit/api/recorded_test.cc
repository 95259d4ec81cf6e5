// SPDX-License-Identifier: Apache-2.0
//
// The API against what the real products answered (tests/data/golden) and against the vectors of
// the specification (tests/data/vectors), as far as they are about who am I and role mappings. What
// a test leaves out, it names.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "bed.h"

namespace pkigate::api {
namespace {

// The stock roles_mapping.yml and the roles that the recorded requests name.
void UseStockMappings(Bed& bed) {
  policy::OpendistroModel& model = bed.opendistro();
  model.known_roles = {"readall",     "readall_and_monitor", "kibana_server",
                       "own_index",   "all_access",          "logstash",
                       "kibana_user", "manage_snapshots",    "security_rest_api_access"};
  auto& entries = model.file_mappings;
  entries["all_access"].mapping = {.backend_roles = {"admin"},
                                   .description = "Maps admin to all_access"};
  entries["own_index"].mapping = {
      .users = {"*"}, .description = "Allow full access to an index named like the username"};
  entries["logstash"].mapping = {.backend_roles = {"logstash"}};
  entries["kibana_user"].mapping = {.backend_roles = {"kibanauser"},
                                    .description = "Maps kibanauser to kibana_user"};
  entries["readall"].mapping = {.backend_roles = {"readall"}};
  entries["manage_snapshots"].mapping = {.backend_roles = {"snapshotrestore"}};
  entries["kibana_server"].mapping = {.users = {"kibanaserver"}, .reserved = true};
}

// All texts called `reason`, however deep (X-API-9: the essence may stand in any of them).
void CollectReasons(const Json& value, std::string& reasons) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      if (name == "reason" && member.is_string()) {
        reasons += member.get<std::string>() + "\n";
      }
      CollectReasons(member, reasons);
    }
  } else if (value.is_array()) {
    for (const Json& element : value) {
      CollectReasons(element, reasons);
    }
  }
}

// Objects whatever the order of their members.
bool SameJson(const Json& a, const Json& b) {
  return nlohmann::json::parse(a.dump()) == nlohmann::json::parse(b.dump());
}

// A list of methods whatever its order, which is undefined upstream.
std::multiset<std::string> MethodsOf(std::string_view allow) {
  std::multiset<std::string> methods;
  std::string method;
  for (const char c : allow) {
    if (c == ',') {
      methods.insert(std::exchange(method, ""));
    } else {
      method += c;
    }
  }
  methods.insert(method);
  return methods;
}

Request RequestOf(const Json& recorded) {
  Request request;
  request.method = recorded.at("method");
  request.target = recorded.at("path");
  if (recorded.contains("body") && !recorded["body"].is_null()) {
    const Json& body = recorded["body"];
    request.body = body.is_string() ? body.get<std::string>() : body.dump();
  }
  if (recorded.contains("content_type")) {  // null: none was sent
    const Json& type = recorded["content_type"];
    request.headers.emplace_back("Content-Type", type.is_null() ? "" : type.get<std::string>());
  }
  if (recorded.contains("headers")) {
    for (const Json& header : recorded["headers"]) {
      request.headers.emplace_back(header[0].get<std::string>(), header[1].get<std::string>());
    }
  }
  return request;
}

// --- golden answers ------------------------------------------------------------------------------

void ExpectHeaders(const Response& response, const Json& recorded, const std::string& id) {
  EXPECT_EQ(response.content_type, recorded.at("content-type")) << id;
  EXPECT_EQ(response.Header("X-elastic-product"), recorded.value("x-elastic-product", "-")) << id;
  EXPECT_EQ(MethodsOf(response.Header("Allow")), MethodsOf(recorded.value("allow", "-"))) << id;
}

TEST(Golden, Xpack8) {
  Bed bed(Dialect::kXpack);
  // Templates (035) and with them what lists them (036) come later; texts of its own JSON parser
  // (039, 045: status only) are upstream's.
  const std::set<std::string> skipped = {"xg8-035", "xg8-036"};
  const std::set<std::string> status_only = {"xg8-039", "xg8-045"};
  int num_compared = 0;
  const Json data = ReadTestData("golden/xpack-elasticsearch8.json");
  for (const Json& entry : data.at("entries")) {
    const std::string id = entry.at("id");
    const std::string path = entry["request"]["path"];
    const std::string who = entry["caller"];
    const bool is_mapping = path.starts_with("/_security/role_mapping");
    const bool is_whoami = path.starts_with("/_security/_authenticate");
    if (who.starts_with("pki: CN=Mona Ito") && who.find("basic") == std::string::npos &&
        who.find("anonymous") == std::string::npos) {
      bed.XpackUser("Mona Ito", {"monitor_role"});
    } else if (who.starts_with("pki: CN=John Doe")) {
      bed.XpackUser("John Doe", {});
    } else if (who.starts_with("basic: admin (") && (is_mapping || entry["status"] != 200)) {
      bed.XpackUser("admin", {"superuser"});
    } else {
      continue;  // realms that a certificate does not lead to
    }
    if ((!is_mapping && !is_whoami) || skipped.contains(id)) {
      continue;
    }
    Request request = RequestOf(entry["request"]);
    if (id == "xg8-047") {
      request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    }
    const Response response = bed.Ask(request);
    ++num_compared;
    EXPECT_EQ(response.status, entry["status"]) << id << ": " << response.body;
    ExpectHeaders(response, entry["headers"], id);
    const Json recorded = Json::parse(entry["body"].get<std::string>());
    if (status_only.contains(id)) {
      continue;
    }
    if (response.status != 400) {
      EXPECT_TRUE(SameJson(response.json(), recorded)) << id << ": " << response.body;
      continue;
    }
    // The essence: upstream's innermost reason, without the frame that validation puts around it.
    Json inner = recorded["error"];
    while (inner.contains("caused_by")) {
      inner = inner["caused_by"];
    }
    std::string essence = inner["reason"];
    if (essence.starts_with("invalid pattern")) {
      essence = essence.substr(0, essence.find('.'));  // what follows explains patterns
    }
    std::string ours;
    CollectReasons(response.json(), ours);
    EXPECT_THAT(ours, ::testing::HasSubstr(essence)) << id;
  }
  EXPECT_EQ(num_compared, 22);
}

void CompareOpendistroGolden(const std::string& file, Dialect dialect,
                             const std::set<std::string>& left_out, int num_expected) {
  Bed bed(dialect);
  UseStockMappings(bed);
  bed.managers.insert("security_rest_api_access");
  int num_compared = 0;
  const Json data = ReadTestData(file);
  for (const Json& entry : data.at("entries")) {
    const std::string id = entry.at("id");
    const std::string path = entry["request"]["path"];
    const std::string who = entry["caller"];
    if ((path.find("/rolesmapping") == std::string::npos &&
         path.find("/authinfo") == std::string::npos) ||
        left_out.contains(id)) {
      continue;
    }
    if (who.starts_with("certificate CN=CLIENT1")) {
      bed.OpendistroUser("CLIENT1", {"own_index", "readall"});
      if (dialect == Dialect::kOpensearch) {
        bed.OpendistroUser("CLIENT1", {"own_index"});
        bed.caller.user.backend_roles = {"UNIT"};
      }
    } else if (who.find("certificate CN=kirk") != std::string::npos) {
      bed.Superadmin();
    } else if (path.find("/rolesmapping") != std::string::npos) {
      bed.OpendistroUser("op", {"security_rest_api_access"});
    } else {
      continue;  // basic and proxy users, who come later
    }
    const Response response = bed.Ask(RequestOf(entry["request"]));
    ++num_compared;
    EXPECT_EQ(response.status, entry["status"]) << id << ": " << response.body;
    ExpectHeaders(response, entry["headers"], id);
    std::string text = entry["body"];
    if (const size_t port = text.find("127.0.0.1:<N>"); port != std::string::npos) {
      text.replace(port, 13, "127.0.0.1:41822");
    }
    Json recorded = Json::parse(text);
    Json ours = response.json();
    if (response.status == 405) {  // the methods' order
      recorded.erase("error");
      ours.erase("error");
    }
    if (recorded.contains("specify_one_of")) {  // the keys' order
      EXPECT_TRUE(ours.contains("specify_one_of")) << id;
      recorded.erase("specify_one_of");
      ours.erase("specify_one_of");
    }
    EXPECT_TRUE(SameJson(ours, recorded)) << id << ": " << response.body;
  }
  EXPECT_EQ(num_compared, num_expected);
}

TEST(Golden, Opendistro113) {
  // Impersonation (016, 017) and PATCH (046 to 048, 050) come later.
  CompareOpendistroGolden(
      "golden/opendistro-1.13.json", Dialect::kOpendistro,
      {"od113-016", "od113-017", "od113-046", "od113-047", "od113-048", "od113-050"}, 13);
}

TEST(Golden, Opensearch2) {
  // Impersonation (010 to 012), restapi.roles_enabled (039, 040) and PATCH (045 to 053) come later.
  CompareOpendistroGolden(
      "golden/opendistro-opensearch2.json", Dialect::kOpensearch,
      {"os2-010", "os2-011", "os2-012", "os2-039", "os2-040", "os2-045", "os2-046", "os2-047",
       "os2-048", "os2-049", "os2-050", "os2-051", "os2-052", "os2-053"},
      21);
}

// --- vectors -------------------------------------------------------------------------------------

void ExpectResponse(const Response& response, const Json& expected, const std::string& id) {
  for (const auto& [name, value] : expected.items()) {
    if (name == "status") {
      EXPECT_EQ(response.status, value) << id << ": " << response.body;
    } else if (name == "body") {
      EXPECT_TRUE(SameJson(response.json(), value)) << id << ": " << response.body;
    } else if (name == "reason_contains") {
      std::string reasons;
      CollectReasons(response.json(), reasons);
      EXPECT_THAT(reasons, ::testing::HasSubstr(value.get<std::string>())) << id;
    } else {
      ADD_FAILURE() << id << ": a member that this test does not know: " << name;
    }
  }
}

bool AllSteps(const Json& vector, const auto& serves) {
  return std::ranges::all_of(vector["input"]["steps"], serves);
}

TEST(Vectors, XpackRest) {
  int num_run = 0;
  const Json data = ReadTestData("vectors/xpack_rest.json");
  for (const Json& vector : data.at("cases")) {
    const std::string id = vector["id"];
    const Json& input = vector["input"];
    // Templates (006) come later; what a caller without credentials reads (012) is the policy's.
    if (id == "xp-rest-006" || input["caller"].is_null() || !AllSteps(vector, [](const Json& step) {
          const std::string path = step["path"];
          return path.find("/role_mapping") != std::string::npos ||
                 path.find("/_authenticate") != std::string::npos;
        })) {
      continue;
    }
    Bed bed(Dialect::kXpack);
    const Json& caller = input["caller"];
    bed.XpackUser(caller["username"], caller["roles"]);
    bed.caller.user.metadata.clear();
    for (const auto& [key, value] : caller["metadata"].items()) {
      bed.caller.user.metadata.push_back({key, value});
    }
    for (size_t i = 0; i < input["steps"].size(); ++i) {
      ExpectResponse(bed.Ask(RequestOf(input["steps"][i])), vector["expect"]["responses"][i],
                     id + " step " + std::to_string(i));
    }
    ++num_run;
  }
  EXPECT_EQ(num_run, 10);
}

TEST(Vectors, XpackMappingPut) {
  int num_run = 0;
  const Json data = ReadTestData("vectors/xpack_mapping_put.json");
  for (const Json& vector : data.at("cases")) {
    const std::string id = vector["id"];
    if (id == "xp-mapping_put-021") {
      continue;  // templates come later
    }
    Bed bed(Dialect::kXpack);
    const std::string name = vector["input"]["mapping_name"];
    ExpectResponse(bed.Put("/_security/role_mapping/" + name, vector["input"]["body"].dump()),
                   vector["expect"], id);
    ++num_run;
  }
  EXPECT_EQ(num_run, 20);
}

TEST(Vectors, OpendistroRest) {
  // restapi.roles_enabled: texts of the 403 (016, 102).
  const std::set<std::string> later = {"od-rest-016", "od-rest-102"};
  int num_run = 0;
  const Json data = ReadTestData("vectors/opendistro_rest.json");
  for (const Json& vector : data.at("cases")) {
    const std::string id = vector["id"];
    if (later.contains(id) || !AllSteps(vector, [](const Json& step) {
          return step["method"] != "PATCH" &&
                 step["path"].get<std::string>().find("/rolesmapping") != std::string::npos;
        })) {
      continue;
    }
    const std::string named = vector["dialect"];
    for (const Dialect dialect : {Dialect::kOpendistro, Dialect::kOpensearch}) {
      if (named != "both" && named != DialectName(dialect)) {
        continue;
      }
      Bed bed(dialect);
      UseStockMappings(bed);
      const Json& caller = vector["input"]["caller"];
      if (caller["kind"] == "role") {
        bed.OpendistroUser(caller["user_name"], caller["security_roles"]);
        bed.has_certificate = false;
        for (const Json& role : caller["restapi_roles_enabled"]) {
          bed.managers.insert(role.get<std::string>());
        }
      } else if (caller["kind"] == "admin_certificate") {
        bed.Superadmin();
      } else {
        ADD_FAILURE() << id << ": unknown caller " << caller;
      }
      const Json& steps = vector["input"]["steps"];
      for (size_t i = 0; i < steps.size(); ++i) {
        ExpectResponse(bed.Ask(RequestOf(steps[i])), vector["expect"]["responses"][i],
                       id + " step " + std::to_string(i));
      }
      ++num_run;
    }
  }
  EXPECT_EQ(num_run, 27);
}

}  // namespace
}  // namespace pkigate::api
