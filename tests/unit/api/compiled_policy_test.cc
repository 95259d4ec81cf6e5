// SPDX-License-Identifier: Apache-2.0
//
// The API with real compiled policies, as the control thread makes them: the steps of one change
// from the request to the next policy, and the refusals that are the policy's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/mapping_changes.h"
#include "bed.h"
#include "policy/compile.h"

namespace pkigate::api {
namespace {

std::shared_ptr<const policy::Policy> MustCompile(const policy::Model& model) {
  Diagnostics diagnostics;
  auto policy = policy::Compile(model, 1, diagnostics);
  EXPECT_NE(policy, nullptr) << (diagnostics.first_error() == nullptr
                                     ? ""
                                     : diagnostics.first_error()->ForPeople());
  return policy;
}

policy::Model XpackFiles() {
  policy::XpackModel body;
  body.realms.resize(1);
  body.realms[0].pki.name = "pki1";
  return {.dialect = Dialect::kXpack, .body = std::move(body)};
}

policy::Model OpendistroFiles() {
  policy::OpendistroModel body;
  body.domains.push_back({.name = "clientcert_auth_domain",
                          .authenticator = identity::ClientcertModel{.username_attribute = "cn"}});
  body.admin_dns.push_back({.dn = "CN=kirk,OU=client,O=client,L=test,C=DE", .where = {}});
  body.known_roles = {"readall"};
  body.file_mappings["readall"].mapping.backend_roles = {"readall"};
  return {.dialect = Dialect::kOpendistro, .body = std::move(body)};
}

class Keep : public MappingWriter {
 public:
  bool Post(MappingWrite&& write) override {
    posted = std::move(write);
    return true;
  }
  std::optional<MappingWrite> posted;
};

rest::Answer Ask(const policy::Policy& policy, const policy::Authentication& caller,
                 MappingWriter* writer, std::string_view method, std::string_view target,
                 std::string_view body = "") {
  const std::vector<identity::HeaderField> headers = {{"Content-Type", "application/json"}};
  Api api({.writer = writer, .metrics = {}});
  rest::Answer answer;
  if (!api.Serve({.policy = &policy,
                  .caller = &caller,
                  .method = method,
                  .target = target,
                  .headers = headers,
                  .body = body},
                 {}, &answer)) {
    answer.status = 0;  // later
  }
  return answer;
}

TEST(CompiledPolicy, XpackRefusesTheUnknownAsTheVectorSays) {  // xp-rest-012
  const auto policy = MustCompile(XpackFiles());
  policy::Authentication nobody;
  nobody.outcome = policy::Authentication::Outcome::kNoCredentials;
  const rest::Answer answer = Ask(*policy, nobody, nullptr, "GET", "/_security/_authenticate");
  const Json data = ReadTestData("vectors/xpack_rest.json");
  for (const Json& vector : data.at("cases")) {
    if (vector["id"] == "xp-rest-012") {
      const Json& expected = vector["expect"]["responses"][0];
      EXPECT_EQ(answer.status, expected["status"]);
      EXPECT_EQ(Json::parse(answer.body), expected["body"]);
      EXPECT_THAT(answer.headers,
                  ::testing::Contains(::testing::Pair(
                      "WWW-Authenticate", expected["www_authenticate"][0].get<std::string>())));
      return;
    }
  }
  ADD_FAILURE() << "the vector is gone";
}

// X-AUT-92, as 7.10.2 and 8.19.4 word it.
TEST(CompiledPolicy, WhoMayNotRunAsAnotherIsToldTheAction) {
  const auto policy = MustCompile(XpackFiles());
  policy::Authentication runner;
  runner.user.username = "jo";
  runner.run_as = "bob";
  const auto reason = [&](std::string_view method, std::string_view target) {
    const rest::Answer answer = Ask(*policy, runner, nullptr, method, target);
    EXPECT_EQ(answer.status, 403) << target;
    return Json::parse(answer.body)["error"]["reason"].get<std::string>();
  };
  EXPECT_EQ(reason("GET", "/_security/_authenticate"),
            "action [cluster:admin/xpack/security/user/authenticate] is unauthorized for user [jo] "
            "with effective roles [], because user [jo] is unauthorized to run as [bob]");
  EXPECT_THAT(reason("DELETE", "/_security/role_mapping/a"),
              ::testing::StartsWith("action [cluster:admin/xpack/security/role_mapping/delete] "));
  EXPECT_THAT(reason("PUT", "/_security/user/a"),
              ::testing::StartsWith("action [PUT /_security/user/a] "));
  // The message first: what nobody could do needs no permission.
  EXPECT_EQ(Ask(*policy, runner, nullptr, "GET", "/_security/_authenticate?x=1").status, 400);
  EXPECT_EQ(Ask(*policy, runner, nullptr, "OPTIONS", "/_security/_authenticate").status, 200);
}

TEST(CompiledPolicy, AChangeOfXpackReachesTheNextPolicy) {
  const policy::Model files = XpackFiles();
  policy::Authentication admin;
  admin.outcome = policy::Authentication::Outcome::kAuthenticated;
  admin.user.username = "admin";
  admin.roles = {"superuser"};
  Keep keep;
  const rest::Answer put =
      Ask(*MustCompile(files), admin, &keep, "PUT", "/_security/role_mapping/m1",
          R"({"enabled":true,"roles":["r"],"rules":{"field":{"dn":"*,ou=x,o=y"}}})");
  ASSERT_EQ(put.status, 0) << put.body;
  ASSERT_TRUE(JudgeWrite(*keep.posted, files).changes());
  policy::Model next = files;
  LayOver(next, ObjectsAfter(*keep.posted, files, {}));
  const rest::Answer list = Ask(*MustCompile(next), admin, &keep, "GET", "/_security/role_mapping");
  EXPECT_EQ(list.body,
            R"({"m1":{"enabled":true,"roles":["r"],"rules":{"field":{"dn":"*,ou=x,o=y"}},)"
            R"("metadata":{}}})");
}

TEST(CompiledPolicy, AChangeOfOpendistroReachesTheNextPolicy) {
  const policy::Model files = OpendistroFiles();
  policy::Authentication kirk;
  kirk.outcome = policy::Authentication::Outcome::kAuthenticated;
  kirk.user.username = "CN=kirk,OU=client,O=client,L=test,C=DE";
  kirk.user.superadmin = true;
  const std::string path = "/_opendistro/_security/api/rolesmapping/readall";
  Keep keep;
  const rest::Answer put =
      Ask(*MustCompile(files), kirk, &keep, "PUT", path, R"({"users":["CLIENT1"]})");
  ASSERT_EQ(put.status, 0) << put.body;
  EXPECT_EQ(JudgeWrite(*keep.posted, files).what, WriteOutcome::What::kUpdated);
  policy::Model next = files;
  LayOver(next, ObjectsAfter(*keep.posted, files, {}));
  EXPECT_EQ(Json::parse(Ask(*MustCompile(next), kirk, &keep, "GET", path).body)["readall"]["users"],
            Json::array({"CLIENT1"}));

  ASSERT_EQ(Ask(*MustCompile(next), kirk, &keep, "DELETE", path).status, 0);
  policy::Model last = files;
  LayOver(last, ObjectsAfter(*keep.posted, files, {}));
  EXPECT_EQ(Ask(*MustCompile(last), kirk, &keep, "GET", path).status, 404);
}

TEST(CompiledPolicy, OpendistroRefusesTheUnknown) {
  const auto policy = MustCompile(OpendistroFiles());
  policy::Authentication nobody;
  nobody.outcome = policy::Authentication::Outcome::kNoCredentials;
  const rest::Answer answer =
      Ask(*policy, nobody, nullptr, "GET", "/_opendistro/_security/authinfo");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, "Authentication finally failed");
  EXPECT_THAT(answer.content_type, ::testing::StartsWith("text/plain"));
}

}  // namespace
}  // namespace pkigate::api
