// SPDX-License-Identifier: Apache-2.0
//
// Open Distro's and OpenSearch's management paths through Api::Serve: docs/spec/opendistro.md,
// sections 5.1 to 5.3 and 6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bed.h"

namespace pkigate::api {
namespace {

using ::testing::HasSubstr;

constexpr const char* kBase = "/_opendistro/_security/api/rolesmapping";
// The seed's request.
constexpr const char* kSeed =
    R"({"backend_roles":["CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA"],)"
    R"("hosts":["example.host.com"],"users":["CLIENT1"]})";

class OpendistroApi : public ::testing::TestWithParam<Dialect> {
 protected:
  OpendistroApi() {
    policy::OpendistroModel& model = bed.opendistro();
    model.known_roles = {"readall", "readall_and_monitor", "kibana_server", "own_index", "shy"};
    model.file_mappings["readall"].mapping.backend_roles = {"readall"};
    model.file_mappings["own_index"].mapping.users = {"*"};
    model.file_mappings["kibana_server"].mapping.users = {"kibanaserver"};
    model.file_mappings["kibana_server"].mapping.reserved = true;
    model.file_mappings["shy"].mapping.users = {"x"};
    model.file_mappings["shy"].mapping.hidden = true;
  }
  bool opensearch() const { return GetParam() == Dialect::kOpensearch; }
  std::string Path(const std::string& name) const { return std::string(kBase) + "/" + name; }
  // A manager by role, who is no superadmin.
  void Operator() {
    bed.managers.insert("security_rest_api_access");
    bed.OpendistroUser("op", {"security_rest_api_access"});
  }

  Bed bed{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Both, OpendistroApi,
                         ::testing::Values(Dialect::kOpendistro, Dialect::kOpensearch),
                         [](const auto& test) { return std::string(DialectName(test.param)); });

// --- authinfo (6) --------------------------------------------------------------------------------

TEST_P(OpendistroApi, AuthinfoOfACertificateUser) {  // golden od113-005, os2-021
  bed.OpendistroUser("CLIENT1", {"own_index", "readall"});
  bed.caller.user.backend_roles = {"UNIT", "b"};
  const Response response = bed.Get("/_opendistro/_security/authinfo");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(
      response.body,
      R"({"user":"User [name=CLIENT1, backend_roles=[UNIT, b], requestedTenant=null]",)"
      R"("user_name":"CLIENT1","user_requested_tenant":null,"remote_address":"127.0.0.1:41822",)"
      R"("backend_roles":["UNIT","b"],"custom_attribute_names":[],"roles":["own_index","readall"],)"
      R"("tenants":{"CLIENT1":true},)"
      R"("principal":"CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA",)"
      R"("peer_certificates":"1","sso_logout_url":null})");
  EXPECT_EQ(bed.Get("/_plugins/_security/authinfo").body, response.body);
  EXPECT_EQ(bed.Ask({.method = "POST", .target = "/_plugins/_security/authinfo/"}).body,
            response.body);
}

TEST_P(OpendistroApi, AuthinfoOfTheSuperadmin) {  // golden od113-013
  const Json info = bed.Ask({.method = "GET",
                             .target = "/_opendistro/_security/authinfo",
                             .headers = {{"securitytenant", "t"}}})
                        .json();
  EXPECT_EQ(info["user_name"], "CN=kirk,OU=client,O=client,L=test,C=DE");
  EXPECT_EQ(info["remote_address"], nullptr);
  EXPECT_EQ(info["user_requested_tenant"], nullptr);
  EXPECT_EQ(info["roles"], Json::array({"own_index"}));
}

TEST_P(OpendistroApi, AuthinfoWithoutACertificate) {
  bed.OpendistroUser("admin", {"all_access", "own_index"});
  bed.caller.user.principal.clear();
  bed.has_certificate = false;
  const Json info = bed.Get("/_opendistro/_security/authinfo").json();
  EXPECT_EQ(info["principal"], nullptr);
  EXPECT_EQ(info["peer_certificates"], "0");
  bed.has_certificate = true;  // of a certificate without a subject, seen with 2.19
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo").json()["principal"], "");
  EXPECT_EQ(info["tenants"], (Json{{"global_tenant", true}, {"admin", true}}));
}

TEST_P(OpendistroApi, AuthinfoNamesTheTenantAskedFor) {  // 3.5 h
  bed.OpendistroUser("CLIENT1", {"own_index"});
  bed.caller.user.requested_tenant = "b";
  const Json info = bed.Get("/_opendistro/_security/authinfo").json();
  EXPECT_EQ(info["user_requested_tenant"], "b");
  EXPECT_EQ(info["user"], "User [name=CLIENT1, backend_roles=[], requestedTenant=b]");
}

TEST_P(OpendistroApi, AuthinfoOfAForwardedUserWithAttributes) {
  bed.OpendistroUser("bob", {"own_index"});
  bed.caller.user.attributes = {{"attr.proxy.username", "bob"}, {"attr.proxy.team", "blue"}};
  bed.caller.forwarded_for = *IpAddress::Parse("2001:db8::7");
  const Json info = bed.Get("/_opendistro/_security/authinfo").json();
  EXPECT_EQ(info["remote_address"], "[2001:db8::7]:41822");
  EXPECT_EQ(info["custom_attribute_names"],
            Json::array({"attr.proxy.username", "attr.proxy.team"}));
  EXPECT_FALSE(info.contains("size_of_user"));
  if (opensearch()) {
    const Json verbose = bed.Get("/_plugins/_security/authinfo?verbose=true").json();
    EXPECT_EQ(verbose["size_of_user"], "44 bytes");
    EXPECT_EQ(verbose["size_of_custom_attributes"], "41 bytes");
    EXPECT_EQ(verbose["size_of_backendroles"], "0 bytes");
  }
}

TEST_P(OpendistroApi, HealthNeedsNoUser) {  // 5.9
  bed.Nobody();
  bed.open = true;
  for (const char* base : {"/_opendistro/_security/health", "/_plugins/_security/health"}) {
    const Response up = bed.Get(base);
    EXPECT_EQ(up.status, 200);
    EXPECT_EQ(up.body, R"({"message":null,"mode":"strict","status":"UP"})");
  }
  const std::string health = "/_opendistro/_security/health";
  EXPECT_EQ(bed.Get(health + "?mode=x").body, R"({"message":null,"mode":"x","status":"UP"})");
  EXPECT_EQ(bed.Get(health + "?mod=x").status, 400);
  bed.initialized = false;
  const Response down = bed.Get(health);
  EXPECT_EQ(down.status, 503);
  EXPECT_EQ(down.body, R"({"message":"Not initialized","mode":"strict","status":"DOWN"})");
  EXPECT_EQ(bed.Get(health + "?mode=lenient").status, 200);
}

TEST_P(OpendistroApi, AuthinfoParameters) {  // golden od113-014, os2-032
  const Response unknown = bed.Get("/_opendistro/_security/authinfo?foo=1");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(unknown.body,
            R"({"error":{"root_cause":[{"type":"illegal_argument_exception","reason":"request )"
            R"([/_opendistro/_security/authinfo] contains unrecognized parameter: [foo]"}],)"
            R"("type":"illegal_argument_exception","reason":"request )"
            R"([/_opendistro/_security/authinfo] contains unrecognized parameter: [foo]"},)"
            R"("status":400})");
  bed.caller.parameters = {"foo"};  // a token was looked for in it
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?foo=1").status, 200);
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?foo=1&bar=1").status, 400);
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?verbose=true").status,
            opensearch() ? 200 : 400);
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?auth_type=basic").status,
            opensearch() ? 200 : 400);
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?pretty").body.substr(0, 4), "{\n  ");
}

TEST_P(OpendistroApi, NobodyIsRefusedOnEveryPath) {
  bed.Nobody();
  for (const char* path : {"/_opendistro/_security/authinfo", kBase, "/_opendistro/_security/x",
                           "/_plugins/_security/api/roles", "/_pkigate/metrics"}) {
    EXPECT_EQ(bed.Get(path).status, 401) << path;
  }
  EXPECT_EQ(bed.Ask({.method = "OPTIONS", .target = kBase}).Header("Allow"), "GET,PATCH");
}

// --- rolesmapping (5.3) --------------------------------------------------------------------------

TEST_P(OpendistroApi, TheSeedsExchange) {  // golden od113-002, od113-003
  const Response put = bed.Put(Path("readall"), kSeed);
  EXPECT_EQ(put.status, 200);
  EXPECT_EQ(put.body, R"({"status":"OK","message":"'readall' updated."})");
  EXPECT_EQ(put.content_type, "application/json; charset=UTF-8");
  EXPECT_TRUE(put.by_control);
  EXPECT_EQ(bed.Get(Path("readall")).json(),
            Json::parse(R"({"readall":{"hosts":["example.host.com"],"users":["CLIENT1"],)"
                        R"("reserved":false,"hidden":false,"backend_roles":)"
                        R"(["CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA"],)"
                        R"("and_backend_roles":[]}})"));
}

TEST_P(OpendistroApi, AFirstMappingIsCreatedAndDeleted) {
  const Response created = bed.Put(Path("readall_and_monitor"), R"({"users":["x"]})");
  EXPECT_EQ(created.status, 201);
  EXPECT_EQ(created.body, R"({"status":"CREATED","message":"'readall_and_monitor' created."})");
  const Response deleted = bed.Delete(Path("readall_and_monitor"));
  EXPECT_EQ(deleted.status, 200);
  EXPECT_EQ(deleted.body, R"({"status":"OK","message":"'readall_and_monitor' deleted."})");
  const Response again = bed.Delete(Path("readall_and_monitor"));
  EXPECT_EQ(again.status, 404);
  EXPECT_EQ(again.json()["message"], opensearch() ? "rolesmapping 'readall_and_monitor' not found."
                                                  : "rolesmapping readall_and_monitor not found.");
}

TEST_P(OpendistroApi, ADeletedFileEntryIsGoneUntilPutAgain) {
  EXPECT_EQ(bed.Delete(Path("readall")).status, 200);
  ASSERT_EQ(bed.objects.size(), 1U);
  EXPECT_EQ(bed.objects[0].document, std::nullopt);
  EXPECT_EQ(bed.Get(Path("readall")).status, 404);
  EXPECT_FALSE(bed.Get(kBase).json().contains("readall"));
  EXPECT_EQ(bed.Put(Path("readall"), kSeed).status, 201);
  EXPECT_EQ(bed.Get(Path("readall")).status, 200);
}

TEST_P(OpendistroApi, FileAndApiEntriesAreListedTogether) {
  bed.Put(Path("readall_and_monitor"), R"({"users":["x"],"description":"d"})");
  Operator();
  const Json all = bed.Get(std::string(kBase) + "/").json();
  EXPECT_EQ(all.size(), 4U);
  EXPECT_EQ(all["readall"]["backend_roles"], Json::array({"readall"}));
  EXPECT_EQ(all["readall_and_monitor"]["description"], "d");
  EXPECT_FALSE(all["readall"].contains("description"));
  EXPECT_FALSE(all.contains("shy")) << "hidden";
  EXPECT_EQ(bed.Get("/_pkigate/role_mappings").json()["readall"], all["readall"]);
}

TEST_P(OpendistroApi, HiddenAndReservedEntries) {
  Operator();
  EXPECT_EQ(bed.Get(Path("shy")).status, 404);
  const Response hidden = bed.Put(Path("shy"), kSeed);
  EXPECT_EQ(hidden.status, 404);
  EXPECT_EQ(hidden.json()["message"], "Resource 'shy' is not available.");
  const Response reserved = bed.Put(Path("kibana_server"), kSeed);
  EXPECT_EQ(reserved.status, 403);
  EXPECT_EQ(reserved.body,
            opensearch()
                ? R"({"status":"FORBIDDEN","message":"Resource 'kibana_server' is reserved."})"
                : R"({"status":"FORBIDDEN","message":"Resource 'kibana_server' is read-only."})");
  EXPECT_EQ(bed.Delete(Path("kibana_server")).status, 403);
  bed.Superadmin();
  EXPECT_EQ(bed.Get(Path("shy")).status, 200);
  EXPECT_EQ(bed.Put(Path("kibana_server"), kSeed).body,
            R"({"status":"OK","message":"'kibana_server' updated."})");
}

TEST_P(OpendistroApi, UnknownNames) {
  const Response read = bed.Get(Path("nope"));
  EXPECT_EQ(read.status, 404);
  EXPECT_EQ(read.json()["message"],
            opensearch() ? "rolesmapping 'nope' not found." : "Resource 'nope' not found.");
  const Response put = bed.Put(Path("nope"), R"({"users":["x"]})");
  EXPECT_EQ(put.status, 404);
  EXPECT_EQ(put.json()["message"], opensearch() ? "role 'nope' not found."
                                                : "Role 'nope' is not available for role-mapping.");
}

TEST_P(OpendistroApi, WhoMayNot) {  // 5.1, golden os2-040
  bed.OpendistroUser("CLIENT1", {"own_index"});
  for (const char* method : {"GET", "PUT", "DELETE"}) {
    const Response response = bed.Ask({.method = method, .target = Path("readall")});
    EXPECT_EQ(response.status, 403) << method;
    EXPECT_EQ(response.body,
              R"({"status":"FORBIDDEN","message":"No permission to access REST API: Role based )"
              R"(access not enabled.. Security admin permissions required but CN=CLIENT1,OU=UNIT,)"
              R"(O=ORG,L=ONTARIO,ST=TORONTO,C=CA is not an admin"})");
  }
  // Before anybody looks at parameters, and for what is not served yet.
  EXPECT_EQ(bed.Get(std::string(kBase) + "?foo=1").status, 403);
  EXPECT_EQ(bed.Ask({.method = "PATCH", .target = Path("readall"), .body = "[]"}).status, 403);
  EXPECT_EQ(bed.Get("/_opendistro/_security/authinfo?foo=1").status, 400);
  bed.has_certificate = false;
  EXPECT_THAT(bed.Get(kBase).body,
              HasSubstr("not enabled.. No client TLS certificate found in request\""));
  EXPECT_THAT(bed.Get("/_pkigate/metrics").body, HasSubstr("No permission"));
  EXPECT_FALSE(bed.posted.has_value());
}

TEST_P(OpendistroApi, ABodyThatIsRefusedIsNotPosted) {
  const Response response = bed.Put(Path("readall"), R"({"users":"a"})");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            R"({"status":"error","reason":"Wrong datatype","users":"Array expected"})");
  EXPECT_EQ(bed.Put(Path("readall"), "").body,
            R"({"status":"error","reason":"Request body required for this action."})");
  EXPECT_FALSE(bed.posted.has_value());
}

TEST_P(OpendistroApi, MethodsAndPathsWithoutARoute) {  // 5.2
  const Response put = bed.Put(kBase, kSeed);
  EXPECT_EQ(put.status, 405);
  EXPECT_EQ(put.Header("Allow"), "GET,PATCH");
  EXPECT_EQ(put.body, std::string(R"({"error":"Incorrect HTTP method for uri [)") + kBase +
                          R"(] and method [PUT], allowed: [GET, PATCH]","status":405})");
  EXPECT_EQ(bed.Ask({.method = "POST", .target = Path("a"), .body = kSeed}).status, 405);
  EXPECT_EQ(bed.Ask({.method = "HEAD", .target = Path("readall")}).status, 405);
  EXPECT_EQ(bed.Get("/_opendistro/_security/api/nosuch").body,
            R"({"error":"no handler found for uri [/_opendistro/_security/api/nosuch] and method )"
            R"([GET]"})");
  EXPECT_EQ(bed.Ask({.method = "PUT",
                     .target = Path("readall"),
                     .body = kSeed,
                     .headers = {{"Content-Type", "text/plain"}}})
                .body,
            R"({"error":"Content-Type header [text/plain] is not supported","status":406})");
}

TEST_P(OpendistroApi, ABodyWhereNoneBelongsIsLetBe) {  // OpenSearch 2.19.4
  for (const char* method : {"GET", "POST"}) {
    EXPECT_EQ(bed.Ask({.method = method, .target = "/_opendistro/_security/authinfo", .body = "{}"})
                  .status,
              200)
        << method;
  }
  EXPECT_EQ(bed.Ask({.method = "PUT",
                     .target = Path("readall"),
                     .body = kSeed,
                     .headers = {{"Content-Type", "application/vnd.opensearch+json"}}})
                .status,
            opensearch() ? 200 : 406);
}

TEST_P(OpendistroApi, WhatIsNotServedYetSaysSo) {
  const Response patch = bed.Ask({.method = "PATCH", .target = Path("readall"), .body = "[]"});
  EXPECT_EQ(patch.status, 501);
  EXPECT_EQ(patch.json()["status"], "NOT_IMPLEMENTED");
  EXPECT_THAT(patch.json()["message"].get<std::string>(),
              HasSubstr("[PATCH /_opendistro/_security/api/rolesmapping/{name}]"));
}

TEST_P(OpendistroApi, FailuresOfTheControlThread) {
  bed.force = WriteOutcome::Failed("disk");
  const Response failed = bed.Put(Path("readall"), kSeed);
  EXPECT_EQ(failed.status, 500);
  EXPECT_EQ(failed.json()["status"], "INTERNAL_SERVER_ERROR");
  bed.force = WriteOutcome::Invalid("no");
  EXPECT_EQ(bed.Put(Path("readall"), kSeed).body, R"({"status":"error","reason":"no"})");
  bed.force.reset();
  bed.queue_full = true;
  EXPECT_EQ(bed.Put(Path("readall"), kSeed).json()["status"], "SERVICE_UNAVAILABLE");
}

}  // namespace
}  // namespace pkigate::api
