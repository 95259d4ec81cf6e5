// SPDX-License-Identifier: Apache-2.0
//
// Refusals against what a real Elasticsearch 8 answered (tests/data/golden): the same requests from
// the same callers, through a compiled policy. Two differences are meant: the gateway has neither
// token service nor API keys and so one challenge of the three, and a 403 ends after the effective
// roles, since what would have granted the action is not known here.
#include "policy/xpack_answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "callers.h"
#include "x509/trust_store.h"

namespace pkigate::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// The body with the first challenge only.
nlohmann::json WithOneChallenge(nlohmann::json body) {
  const auto reduce = [](nlohmann::json& error) {
    nlohmann::json& challenges = error.at("header").at("WWW-Authenticate");
    challenges = challenges.at(0);
  };
  reduce(body["error"]);
  reduce(body["error"]["root_cause"][0]);
  return body;
}

// What stands behind `action [...]`: the gateway names a run-as request by its path.
std::string BehindTheAction(const std::string& reason) {
  EXPECT_THAT(reason, StartsWith("action ["));
  return reason.substr(reason.find(']'));
}

std::string ActionIn(const std::string& reason) {
  constexpr std::string_view kPrefix = "action [";
  return reason.substr(kPrefix.size(), reason.find(']') - kPrefix.size());
}

class XpackGolden : public ::testing::Test {
 protected:
  XpackGolden() {
    const auto trusted = x509::testing::IssueCa("Realm");
    const auto other = x509::testing::IssueCa("Other");
    const std::vector<std::vector<uint8_t>> anchors = {trusted.der};
    XpackModel model;
    XpackRealmModel realm;
    realm.pki.name = "pki1";
    realm.pki.trust = *x509::TrustStore::Create(anchors, {}, {});
    model.realms = {realm};
    for (const auto& [user, role] : std::map<std::string, std::string>{
             {"Runa Way", "runner"}, {"Rita Read", "reader"}, {"Mona Ito", "monitor_role"}}) {
      model.api_mappings[role] = R"({"enabled":true,"roles":[")" + role +
                                 R"("],"rules":{"field":{"username":")" + user + R"("}}})";
    }
    model.run_as = {{"reader", {}}, {"runner", {}}};
    policy_ = MustCompile(model);
    for (const auto& [name, ca] :
         std::map<std::string, const x509::testing::Issued*>{{"Runa Way", &trusted},
                                                             {"Rita Read", &trusted},
                                                             {"John Doe", &trusted},
                                                             {"", &trusted},
                                                             {"Eve Outside", &other}}) {
      x509::testing::Wishes wishes;
      wishes.subject = name;
      chains_[name] = *x509::MakePeerChain({x509::testing::Issue(wishes, ca).der});
    }
    const nlohmann::json data = ReadTestData("golden/xpack-elasticsearch8.json");
    for (const nlohmann::json& entry : data.at("entries")) {
      entries_[entry.at("id").get<std::string>()] = entry;
    }
  }

  Request RequestOf(const nlohmann::json& entry, const std::string& certificate) {
    Request request;
    request.method = entry["request"]["method"];
    request.target = entry["request"]["path"];
    if (entry["request"].contains("headers")) {
      for (const nlohmann::json& header : entry["request"]["headers"]) {
        request.headers.emplace_back(header[0], header[1]);
      }
    }
    if (certificate != "-") {
      request.chain = chains_.at(certificate).get();
    }
    return request;
  }

  std::shared_ptr<const Policy> policy_;
  std::map<std::string, std::shared_ptr<const x509::PeerChain>> chains_;
  std::map<std::string, nlohmann::json> entries_;
};

TEST_F(XpackGolden, EveryUnauthorizedAnswer) {
  // By entry: common name of the certificate, `-` without one.
  const std::map<std::string, std::string> callers = {
      {"xg8-001", "-"}, {"xg8-002", "-"},        {"xg8-003", "-"},           {"xg8-004", "-"},
      {"xg8-005", "-"}, {"xg8-006", "-"},        {"xg8-007", "-"},           {"xg8-008", "-"},
      {"xg8-009", "-"}, {"xg8-010", "-"},        {"xg8-011", "Eve Outside"}, {"xg8-066", "-"},
      {"xg8-012", ""},  {"xg8-014", "Runa Way"},
  };
  size_t num_compared = 0;
  for (const auto& [id, entry] : entries_) {
    if (entry["status"] != 401 ||
        entry["caller"].get<std::string>().find("anonymous") != std::string::npos) {
      continue;
    }
    if (entry["request"]["path"] == "/_security/delegate_pki") {
      continue;  // the gateway does not delegate
    }
    const auto caller = callers.find(id);
    if (caller == callers.end()) {
      ADD_FAILURE() << id << " is in nobody's list";
      continue;
    }
    Request request = RequestOf(entry, caller->second);
    if (entry["caller"].get<std::string>().starts_with("basic: ")) {
      const bool admin = id == "xg8-005";
      request.headers.emplace_back("Authorization",  // admin:x, uma:x
                                   admin ? "Basic YWRtaW46eA==" : "Basic dW1hOng=");
    }
    const Asked asked = Ask(*policy_, request);
    EXPECT_FALSE(asked.decision.allowed) << id;
    const rest::Answer& answer = asked.decision.refusal;
    EXPECT_EQ(answer.status, 401) << id;
    EXPECT_EQ(answer.content_type, entry["headers"]["content-type"]) << id;
    EXPECT_EQ(HeaderOf(answer, "WWW-Authenticate"), entry["headers"]["www-authenticate"][0]) << id;
    const std::string body = entry["body"];
    if (!body.empty()) {  // HEAD
      nlohmann::json recorded = WithOneChallenge(nlohmann::json::parse(body));
      recorded["error"].erase("caused_by");  // the words of Java's decoder
      EXPECT_EQ(nlohmann::json::parse(answer.body), recorded) << id;
    }
    ++num_compared;
  }
  EXPECT_EQ(num_compared, callers.size());
}

TEST_F(XpackGolden, ForbiddenForLackOfRoles) {
  const nlohmann::json& entry = entries_.at("xg8-023");
  const std::string recorded =
      nlohmann::json::parse(entry["body"].get<std::string>())["error"]["reason"];
  Request request = RequestOf(entry, "John Doe");
  request.action = ActionIn(recorded);
  const rest::Answer answer = Ask(*policy_, request).decision.refusal;
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.content_type, entry["headers"]["content-type"]);
  EXPECT_EQ(HeaderOf(answer, "WWW-Authenticate"), "-");
  EXPECT_THAT(recorded, StartsWith(ReasonOf(answer)));
  EXPECT_THAT(ReasonOf(answer), HasSubstr("with effective roles []"));
}

TEST_F(XpackGolden, RunAsDenied) {
  for (const auto& [id, name] :
       std::map<std::string, std::string>{{"xg8-021", "Runa Way"}, {"xg8-029", "Rita Read"}}) {
    const nlohmann::json& entry = entries_.at(id);
    const auto recorded = nlohmann::json::parse(entry["body"].get<std::string>());
    const rest::Answer answer = Ask(*policy_, RequestOf(entry, name)).decision.refusal;
    EXPECT_EQ(answer.status, entry["status"]) << id;
    EXPECT_EQ(answer.content_type, entry["headers"]["content-type"]) << id;
    EXPECT_EQ(BehindTheAction(ReasonOf(answer)), BehindTheAction(recorded["error"]["reason"]))
        << id;
  }
}

// 7.10 (README-xpack.md): no comma in the challenge, a charset, and the text ends at the user.
TEST(XpackAnswers, OfSeven) {
  const rest::Answer unauthorized = XpackUnauthorized(7, MissingCredentials("/"));
  EXPECT_EQ(unauthorized.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(unauthorized.body,
            R"({"error":{"root_cause":[{"type":"security_exception",)"
            R"("reason":"missing authentication credentials for REST request [/]",)"
            R"("header":{"WWW-Authenticate":"Basic realm=\"security\" charset=\"UTF-8\""}}],)"
            R"("type":"security_exception",)"
            R"("reason":"missing authentication credentials for REST request [/]",)"
            R"("header":{"WWW-Authenticate":"Basic realm=\"security\" charset=\"UTF-8\""}},)"
            R"("status":401})");
  Authentication caller;
  caller.user.username = "joe";
  caller.roles = {"a", "b"};
  const DefinedRoles defined(roles::RunAsPatterns{{"a", {}}, {"b", {}}});
  EXPECT_EQ(ActionUnauthorized(7, caller, defined, "x"),
            "action [x] is unauthorized for user [joe]");
  EXPECT_EQ(ActionUnauthorized(8, caller, defined, "x"),
            "action [x] is unauthorized for user [joe] with effective roles [a,b]");
  EXPECT_EQ(RunAsUnauthorized(7, caller, defined, "x", "eve"),
            "action [x] is unauthorized for user [joe] run as [eve]");
}

// Seen with 7.10.2 and 8.19.4.
TEST(XpackAnswers, SeveralValuesOfOneHeader) {
  EXPECT_EQ(
      XpackContradiction(7, "Authorization").body,
      R"({"error":"multiple values for single-valued header [Authorization].","status":400})");
  const rest::Answer eight = XpackContradiction(8, "es-security-runas-user");
  EXPECT_EQ(eight.status, 400);
  EXPECT_EQ(ReasonOf(eight), "multiple values for single-valued header [es-security-runas-user].");
}

// X-AZ-41, seen with 8.19.4: only 8.x tells roles, and which of them there are.
TEST(XpackAnswers, RolesThatAreNotDefined) {
  Authentication caller;
  caller.user.username = "joe";
  caller.roles = {"", "a", "b", "viewer"};
  const DefinedRoles defined(roles::RunAsPatterns{{"b", {}}});
  EXPECT_EQ(ActionUnauthorized(7, caller, defined, "x"),
            "action [x] is unauthorized for user [joe]");
  EXPECT_EQ(ActionUnauthorized(8, caller, defined, "x"),
            "action [x] is unauthorized for user [joe] with effective roles [b,viewer] (assigned "
            "roles [,a] were not found)");
  // Of what everybody has, nobody was assigned anything.
  const DefinedRoles guests(roles::RunAsPatterns{{"b", {}}}, {"a", "b"});
  EXPECT_EQ(ActionUnauthorized(8, caller, guests, "x"),
            "action [x] is unauthorized for user [joe] with effective roles [b,viewer] (assigned "
            "roles [] were not found)");
  caller.user.anonymous = true;
  EXPECT_EQ(ActionUnauthorized(8, caller, guests, "x"),
            "action [x] is unauthorized for user [joe] with effective roles [b,viewer] (assigned "
            "roles [,a] were not found)");
  caller.user.anonymous = false;
  caller.roles = {""};
  EXPECT_EQ(ActionUnauthorized(8, caller, defined, "x"),
            "action [x] is unauthorized for user [joe] with effective roles [] (assigned roles [] "
            "were not found)");
}

TEST(XpackAnswers, NamesAreJsonTexts) {
  const rest::Answer answer = XpackForbidden(8, UnableToAuthenticate("a\"b\n\xff", "/"));
  EXPECT_EQ(ReasonOf(answer),
            "unable to authenticate user [a\"b\n\xef\xbf\xbd] for REST request [/]");
}

}  // namespace
}  // namespace pkigate::policy
