// SPDX-License-Identifier: Apache-2.0
//
// X-Pack's management paths through Api::Serve: docs/spec/xpack.md, section 4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "bed.h"

namespace pkigate::api {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kMapping =
    R"({"enabled":true,"roles":["user"],"rules":{"field":{"dn":"cn=John Doe,ou=example,o=com"}}})";

class XpackApi : public ::testing::Test {
 protected:
  Bed bed{Dialect::kXpack};
};

// --- who am I (4.1) ------------------------------------------------------------------------------

TEST_F(XpackApi, AuthenticateTellsWhoAsksInUpstreamsOrder) {  // X-API-21, X-API-22
  bed.XpackUser("John Doe", {"user"});
  bed.caller.user.metadata = {{"pki_dn", "CN=John Doe, OU=example, O=com"}};
  const Response response = bed.Get("/_security/_authenticate");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.Header("X-elastic-product"), "Elasticsearch");
  EXPECT_EQ(response.body,
            R"({"username":"John Doe","roles":["user"],"full_name":null,"email":null,)"
            R"("metadata":{"pki_dn":"CN=John Doe, OU=example, O=com"},"enabled":true,)"
            R"("authentication_realm":{"name":"pki1","type":"pki"},)"
            R"("lookup_realm":{"name":"pki1","type":"pki"},"authentication_type":"realm"})");
}

TEST_F(XpackApi, AuthenticateNeedsNoRole) {  // X-AUT-51
  bed.XpackUser("John Doe", {});
  const Response response = bed.Get("/_security/_authenticate");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.json()["roles"], Json::array());
}

TEST_F(XpackApi, NobodyIsAnyoneWithoutCredentials) {  // X-API-20
  bed.Nobody();
  for (const char* target : {"/_security/_authenticate", "/_security/role_mapping",
                             "/_security/nope", "/_pkigate/metrics", "/_security/user"}) {
    const Response response = bed.Get(target);
    EXPECT_EQ(response.status, 401) << target;
    EXPECT_EQ(response.Header("WWW-Authenticate"), "Basic") << target;
    EXPECT_EQ(response.Header("X-elastic-product"), "-") << target;
  }
  // 401 comes before everything, also before a body that is no JSON (golden xg8-004).
  EXPECT_EQ(bed.Put("/_security/role_mapping/a", "{").status, 401);
}

TEST_F(XpackApi, TheOldPathWorksAndSaysThatItIsOld) {  // X-API-1
  const Response response = bed.Get("/_xpack/security/_authenticate");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Warning"),
            "299 pkigate \"[GET /_xpack/security/_authenticate] is deprecated! Use [GET "
            "/_security/_authenticate] instead.\"");
  EXPECT_EQ(bed.Get("/_security/_authenticate").Header("Warning"), "-");
  const Response put = bed.Put("/_xpack/security/role_mapping/a", kMapping);
  EXPECT_TRUE(put.by_control);
  EXPECT_THAT(put.Header("Warning"), HasSubstr("[PUT /_security/role_mapping/{name}]"));
}

TEST_F(XpackApi, AnswersOfSeven) {
  bed.xpack().answers = 7;
  const Response who = bed.Get("/_security/_authenticate");
  EXPECT_EQ(who.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(who.Header("X-elastic-product"), "-");
  bed.XpackUser("John Doe", {"user"});
  EXPECT_EQ(bed.Get("/_security/role_mapping").Reason(),
            "action [cluster:admin/xpack/security/role_mapping/get] is unauthorized for user "
            "[John Doe]");
}

// --- role mappings (4.4) -------------------------------------------------------------------------

TEST_F(XpackApi, AMappingIsCreatedReplacedAndDeleted) {  // X-API-50 to X-API-53
  const Response created = bed.Put("/_security/role_mapping/users", kMapping);
  EXPECT_EQ(created.status, 200);
  EXPECT_EQ(created.body, R"({"role_mapping":{"created":true}})");
  EXPECT_EQ(created.Header("X-elastic-product"), "Elasticsearch");
  EXPECT_TRUE(created.by_control);

  const Response read = bed.Get("/_security/role_mapping/users");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, R"({"users":{"enabled":true,"roles":["user"],"rules":{"field":)"
                       R"({"dn":"cn=John Doe,ou=example,o=com"}},"metadata":{}}})");

  const Response replaced =
      bed.Ask({.method = "POST", .target = "/_security/role_mapping/users", .body = kMapping});
  EXPECT_EQ(replaced.body, R"({"role_mapping":{"created":false}})");
  EXPECT_EQ(bed.objects.size(), 1U);

  const Response deleted = bed.Delete("/_security/role_mapping/users");
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.body, R"({"found":true})");
  EXPECT_TRUE(bed.objects.empty());

  const Response again = bed.Delete("/_security/role_mapping/users");
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.body, R"({"found":false})");
}

TEST_F(XpackApi, Listing) {  // X-API-51, X-API-52
  EXPECT_EQ(bed.Get("/_security/role_mapping").body, "{}");
  EXPECT_EQ(bed.Get("/_security/role_mapping/a").status, 404);
  EXPECT_EQ(bed.Get("/_security/role_mapping/a").body, "{}");
  bed.Put("/_security/role_mapping/a", kMapping);
  bed.Put("/_security/role_mapping/b%20c", kMapping);
  for (const char* target :
       {"/_security/role_mapping", "/_security/role_mapping/", "/_security/role_mapping/_all",
        "/_security/role_mapping/*", "/_security/role_mapping/,", "/_security/role_mapping/%2C,",
        "/_security/role_mapping/a,b%20c", "/_security/role_mapping/,b%20c,,a",
        "/_security/role_mapping/x,b%20c,a"}) {
    const Response response = bed.Get(target);
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(response.json().size(), 2U) << target;
    EXPECT_TRUE(response.json().contains("b c")) << target;
  }
  EXPECT_EQ(bed.Get("/_security/role_mapping/a,zz").json().size(), 1U);
  EXPECT_EQ(bed.Get("/_security/role_mapping/y,zz").status, 404);
  EXPECT_EQ(bed.Get("/_security/role_mapping/a,_all").json().size(), 1U) << "a name like any other";
}

TEST_F(XpackApi, FileEntriesAreNotListedHereButInTheOverview) {
  bed.xpack().realms.resize(1);
  bed.xpack().realms[0].pki.name = "pki1";
  bed.xpack().realms[0].file_mappings = {
      {.role = "superuser", .dn = "cn=admin", .where = {.file = "role_mapping.yml", .line = 2}}};
  EXPECT_EQ(bed.Get("/_security/role_mapping").body, "{}");
  bed.Put("/_security/role_mapping/a", kMapping);
  const Json overview = bed.Get("/_pkigate/role_mappings").json();
  EXPECT_EQ(overview["api"].size(), 1U);
  EXPECT_EQ(overview["api"]["a"]["roles"], Json::array({"user"}));
  EXPECT_EQ(overview["files"].dump(),
            R"([{"realm":"pki1","role":"superuser","dn":"cn=admin","file":"role_mapping.yml",)"
            R"("line":2}])");
  bed.XpackUser("John Doe", {"user"});
  EXPECT_EQ(bed.Get("/_pkigate/role_mappings").status, 403);
}

TEST_F(XpackApi, WhatIsWrittenIsTheStoredForm) {
  bed.Put("/_security/role_mapping/a",
          R"( { "rules": {"field": {"username": ["x"]}}, "roles": "r", "enabled": "true" } )");
  ASSERT_TRUE(bed.posted.has_value());
  EXPECT_EQ(bed.posted->document,
            R"({"enabled":true,"roles":["r"],"rules":{"field":{"username":"x"}},"metadata":{}})");
  EXPECT_EQ(bed.posted->family, store::Family::kXpack);
  EXPECT_EQ(bed.posted->caller, "admin");
  EXPECT_EQ(bed.posted->listener, 3U);
  EXPECT_EQ(bed.posted->reply_to.slot, 2U);
}

TEST_F(XpackApi, WithoutSuperuserItIsForbidden) {  // X-AZ-41, golden xg8-027
  bed.XpackUser("Mona Ito", {"kibana", "monitor_role"});
  const Response put = bed.Put("/_security/role_mapping/m1", kMapping);
  EXPECT_EQ(put.status, 403);
  EXPECT_EQ(put.Header("X-elastic-product"), "-");
  EXPECT_EQ(
      put.Reason(),
      "action [cluster:admin/xpack/security/role_mapping/put] is unauthorized for user [Mona "
      "Ito] with effective roles [monitor_role] (assigned roles [kibana] were not found), this "
      "action is granted by the cluster privileges [manage_security,all]");
  EXPECT_FALSE(bed.posted.has_value());
  EXPECT_THAT(bed.Get("/_security/role_mapping").Reason(),
              StartsWith("action [cluster:admin/xpack/security/role_mapping/get] is unauthorized"));
  EXPECT_THAT(bed.Get("/_security/role_mapping/m1").Reason(), HasSubstr("role_mapping/get]"));
  EXPECT_THAT(bed.Delete("/_security/role_mapping/m1").Reason(), HasSubstr("role_mapping/delete]"));
  bed.XpackUser("Mona Ito", {});
  EXPECT_THAT(bed.Delete("/_security/role_mapping/m1").Reason(),
              HasSubstr("user [Mona Ito] with effective roles [], "));
}

TEST_F(XpackApi, AnInvalidBodyIsSaidBeforeThePrivilege) {  // golden xg8-028
  bed.XpackUser("Mona Ito", {"monitor_role"});
  EXPECT_EQ(bed.Put("/_security/role_mapping/m1", R"({"enabled":true})").status, 400);
}

TEST_F(XpackApi, BodiesThatAreNoMapping) {
  EXPECT_EQ(bed.Put("/_security/role_mapping/m1", "").Reason(), "request body is required");
  EXPECT_EQ(bed.Put("/_security/role_mapping/m1", "").status, 400);
  const Response broken = bed.Put("/_security/role_mapping/m1", R"({"enabled":)");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.json()["status"], 400);
  EXPECT_EQ(broken.json()["error"]["root_cause"][0]["reason"], broken.json()["error"]["reason"]);
  EXPECT_FALSE(bed.posted.has_value());
}

TEST_F(XpackApi, MediaTypesOfBodies) {  // X-API-7, X-API-3a
  const auto put = [this](const std::string& type) {
    return bed.Ask({.method = "PUT",
                    .target = "/_security/role_mapping/a",
                    .body = kMapping,
                    .headers = {{"Content-Type", type}}});
  };
  EXPECT_EQ(put("application/json; charset=UTF-8").status, 200);
  EXPECT_EQ(put("application/vnd.elasticsearch+json; compatible-with=8").status, 200);
  EXPECT_EQ(put("application/x-ndjson").status, 200);
  EXPECT_EQ(put("application/vnd.opensearch+json").status, 406);
  const Response form = put("application/x-www-form-urlencoded");
  EXPECT_EQ(form.status, 406);  // golden xg8-047
  EXPECT_EQ(
      form.body,
      R"({"error":"Content-Type header [application/x-www-form-urlencoded] is not supported",)"
      R"("status":406})");
  EXPECT_EQ(put("").body, R"({"error":"Content-Type header [] is not supported","status":406})");
}

TEST_F(XpackApi, TheVendoredMediaTypeComesBackAlsoThroughControlAndWithErrors) {  // X-API-3a
  const std::string vendored = "application/vnd.elasticsearch+json;compatible-with=8";
  const std::vector<std::pair<std::string, std::string>> headers = {
      {"Accept", vendored}, {"Content-Type", vendored}, {"X-Opaque-Id", "7"}};
  for (const std::string body : {kMapping, "{"}) {
    const Response response = bed.Ask(
        {.method = "PUT", .target = "/_security/role_mapping/a", .body = body, .headers = headers});
    EXPECT_EQ(response.content_type, vendored);
    EXPECT_EQ(response.Header("X-Opaque-Id"), "7");  // X-API-3b
  }
}

// 8.19.4 refuses it, 7.10.2 looks at its media type only.
TEST_F(XpackApi, BodiesWhereNoneBelongs) {
  bed.Put("/_security/role_mapping/a", kMapping);
  for (const int answers : {8, 7}) {
    bed.xpack().answers = answers;
    for (const auto& [method, target] : std::vector<std::pair<std::string, std::string>>{
             {"GET", "/_security/_authenticate"},
             {"GET", "/_security/role_mapping"},
             {"GET", "/_security/role_mapping/a"},
             {"DELETE", "/_security/role_mapping/a"}}) {
      EXPECT_EQ(bed.Ask({.method = method,
                         .target = target,
                         .body = "{",
                         .headers = {{"Content-Type", "text/plain"}}})
                    .status,
                406)
          << method << target;
      const Response response = bed.Ask({.method = method, .target = target, .body = "{"});
      EXPECT_EQ(response.status, answers == 8 ? 400 : 200) << method << target;
      if (answers == 8) {
        EXPECT_EQ(response.Reason(),
                  "request [" + method + " " + target + "] does not support having a body");
      }
    }
  }
  EXPECT_TRUE(bed.objects.empty());
}

TEST_F(XpackApi, ANameHasALimit) {
  EXPECT_EQ(bed.Put("/_security/role_mapping/" + std::string(499, 'x'), kMapping).status, 200);
  const std::string name(500, 'x');
  const Response response = bed.Put("/_security/role_mapping/" + name, kMapping);
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.json()["error"]["type"], "action_request_validation_exception");
  EXPECT_EQ(response.Reason(), "Validation Failed: 1: id [role-mapping_" + name +
                                   "] is too long, must be no longer than 512 bytes but was: 513;");
}

TEST_F(XpackApi, ABodyHasALimit) {  // X-API-5
  const std::string most(limits::kLocalBodyBytesMax, ' ');
  EXPECT_EQ(bed.Put("/_security/role_mapping/a", most).status, 400);
  EXPECT_EQ(bed.Put("/_security/role_mapping/a", most + " ").status, 413);
}

TEST_F(XpackApi, Parameters) {  // X-API-4b, X-API-60
  const Response unknown = bed.Get("/_security/role_mapping?foo=1");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.Reason(),
            "request [/_security/role_mapping] contains unrecognized parameter: [foo]");
  EXPECT_EQ(bed.Get("/_security/role_mapping?foo&bar").Reason(),
            "request [/_security/role_mapping] contains unrecognized parameters: [bar], [foo]");
  EXPECT_EQ(bed.Get("/_security/_authenticate?refresh=true").status, 400);
  for (const char* refresh : {"refresh", "refresh=true", "refresh=false", "refresh=wait_for"}) {
    EXPECT_EQ(bed.Put(std::string("/_security/role_mapping/a?") + refresh, kMapping).status, 200)
        << refresh;
  }
  const Response odd = bed.Put("/_security/role_mapping/a?refresh=soon", kMapping);
  EXPECT_EQ(odd.status, 400);
  EXPECT_EQ(odd.Reason(), "Unknown value for refresh: [soon].");
}

TEST_F(XpackApi, AnswersTakeTheAskedForShape) {  // X-API-3
  EXPECT_EQ(bed.Get("/_security/_authenticate?filter_path=username,authentication_realm.name").body,
            R"({"username":"admin","authentication_realm":{"name":"pki1"}})");
  EXPECT_EQ(bed.Put("/_security/role_mapping/a?pretty", kMapping).body,
            "{\n  \"role_mapping\" : {\n    \"created\" : true\n  }\n}\n");
  EXPECT_EQ(bed.Get("/_security/_authenticate?format=yaml").status, 406);
}

TEST_F(XpackApi, MethodsAndPathsWithoutARoute) {  // X-API-4, X-API-4a
  const Response post = bed.Ask({.method = "POST", .target = "/_security/_authenticate"});
  EXPECT_EQ(post.status, 405);  // golden xg8-022
  EXPECT_EQ(post.Header("Allow"), "GET");
  EXPECT_EQ(post.body,
            R"({"error":"Incorrect HTTP method for uri [/_security/_authenticate] and method )"
            R"([POST], allowed: [GET]","status":405})");
  const Response patch = bed.Ask({.method = "PATCH", .target = "/_security/role_mapping/m1"});
  EXPECT_EQ(patch.status, 405);  // golden xg8-049
  EXPECT_EQ(patch.Header("Allow"), "GET,POST,PUT,DELETE");
  EXPECT_EQ(bed.Put("/_security/role_mapping", kMapping).status, 405);
  EXPECT_EQ(bed.Ask({.method = "HEAD", .target = "/_security/_authenticate"}).status, 405);
  const Response nope = bed.Get("/_security/nope?x");
  EXPECT_EQ(nope.status, 400);
  EXPECT_EQ(nope.body,
            R"({"error":"no handler found for uri [/_security/nope?x] and method [GET]"})");
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo").status, 400) << "another dialect's";
}

TEST_F(XpackApi, OptionsIsOpen) {  // X-API-3c
  bed.Nobody();
  const Response response = bed.Ask({.method = "OPTIONS", .target = "/_security/role_mapping/a"});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Allow"), "GET,POST,PUT,DELETE");
  EXPECT_EQ(response.body, "");
  EXPECT_THAT(response.content_type, StartsWith("text/plain"));
}

TEST_F(XpackApi, OptionsDoesNotOpenWhatABannedHeaderCloses) {
  bed.Nobody();
  rest::Answer refusal;
  refusal.status = 403;
  bed.caller.refusal = refusal;
  EXPECT_EQ(bed.Ask({.method = "OPTIONS", .target = "/_security/role_mapping/a"}).status, 403);
}

TEST_F(XpackApi, WhatIsNotServedYetSaysSo) {
  const Response response = bed.Get("/_security/user/jo?pretty=false");
  EXPECT_EQ(response.status, 501);
  EXPECT_EQ(response.Reason(), "[GET /_security/user/{username}] is not served by this gateway");
}

TEST_F(XpackApi, PathsThatAreNotCleanAreRefused) {
  for (const char* target : {"/_security%2frole_mapping", "//_security/role_mapping",
                             "/x/../_security/role_mapping", "/_security/./role_mapping"}) {
    EXPECT_TRUE(Api({}).Claims(Dialect::kXpack, "GET", target)) << target;
    EXPECT_EQ(bed.Get(target).status, 400) << target;
  }
  // Claimed, so never forwarded; but no path of ours.
  EXPECT_TRUE(Api({}).Claims(Dialect::kXpack, "GET", "/_SECURITY/role_mapping"));
  EXPECT_THAT(bed.Get("/_SECURITY/role_mapping").body, HasSubstr("no handler found"));
}

TEST_F(XpackApi, AnAllThatIsAlwaysTrueIsWarnedAbout) {  // X-MAP-32
  const Response response =
      bed.Put("/_security/role_mapping/a", R"({"enabled":true,"roles":["r"],"rules":{"all":[]}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.Header("Warning"), HasSubstr("[all] without elements matches every user"));
}

// --- when the change cannot be made --------------------------------------------------------------

TEST_F(XpackApi, AFullQueueIsBusy) {
  bed.queue_full = true;
  const Response response = bed.Put("/_security/role_mapping/a", kMapping);
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.by_control);
  EXPECT_THAT(response.Reason(), HasSubstr("try again"));
}

TEST_F(XpackApi, WithoutAStoreNothingIsChanged) {
  bed.hooks.writer = nullptr;
  const Response response = bed.Put("/_security/role_mapping/a", kMapping);
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.Reason(), HasSubstr("store.path"));
}

TEST_F(XpackApi, FailuresOfTheControlThread) {
  bed.force = WriteOutcome::Failed("store /var/x: disk I/O error");
  const Response failed = bed.Put("/_security/role_mapping/a", kMapping);
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, ::testing::Not(HasSubstr("/var/x")));
  bed.force = WriteOutcome::Invalid("too many states");
  const Response invalid = bed.Put("/_security/role_mapping/a", kMapping);
  EXPECT_EQ(invalid.status, 400);
  EXPECT_EQ(invalid.Reason(), "too many states");
  bed.force = WriteOutcome{.what = WriteOutcome::What::kBusy, .reason = "shutting down"};
  EXPECT_EQ(bed.Put("/_security/role_mapping/a", kMapping).status, 503);
}

// --- metrics -------------------------------------------------------------------------------------

TEST_F(XpackApi, MetricsAreForManagers) {
  EXPECT_EQ(bed.Get("/_pkigate/metrics").status, 503) << "nobody keeps any";
  bed.hooks.metrics = [](const gateway::ReplyTo&, std::string* text) {
    *text = "pkigate_requests_total 1\n";
    return true;
  };
  const Response response = bed.Get("/_pkigate/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "pkigate_requests_total 1\n");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  bed.XpackUser("John Doe", {"user"});
  EXPECT_EQ(bed.Get("/_pkigate/metrics").status, 403);
}

TEST_F(XpackApi, MetricsMayComeLater) {
  uint32_t asked_by = 0;
  bed.hooks.metrics = [&asked_by](const gateway::ReplyTo& reply_to, std::string*) {
    asked_by = reply_to.generation;
    return false;
  };
  EXPECT_TRUE(bed.Get("/_pkigate/metrics").by_control);
  EXPECT_EQ(asked_by, 5U);
}

}  // namespace
}  // namespace pkigate::api
