// SPDX-License-Identifier: Apache-2.0
//
// opendistro chain: who a request comes from (opendistro.md, 3.4 to 3.7), from the text of a
// config.yml through a whole compiled policy. Passwords stand in the clear, for speed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "config/opendistro_dynamic.h"
#include "config/yaml_document.h"
#include "identity/password_checker.h"
#include "policy/compile.h"
#include "subjects.h"
#include "vector_kinds.h"

namespace pkigate::conformance {

namespace {

using AuthOutcome = policy::Authentication::Outcome;

class ClearTextChecker final : public identity::PasswordChecker {
 public:
  Verdict Check(const identity::PasswordQuestion& question) override {
    return question.stored_hash == question.password ? Verdict::kRight : Verdict::kWrong;
  }
};

std::string Sorted(std::vector<std::string> values) {
  std::ranges::sort(values);
  return fmt::format("{}", fmt::join(values, ", "));
}

// The first problem, or nothing.
std::optional<std::string> ReadConfig(Fields& input, Dialect dialect,
                                      policy::OpendistroModel* model) {
  const nlohmann::json dynamic = {{"authc", input.Any("authc")},
                                  {"http",
                                   {{"anonymous_auth_enabled", input.Any("anonymous_auth_enabled")},
                                    {"xff", input.Any("xff")}}}};
  Diagnostics diagnostics;
  const config::YamlContext context{"config.yml", &diagnostics};
  const std::optional<config::YamlNode> node =
      config::ParseYaml(dynamic.dump(), context.file, diagnostics);
  if (node.has_value()) {
    config::ReadOpendistroDynamic(*node, context, dialect, {}, model);
  }
  const Diagnostic* error = diagnostics.first_error();
  return error == nullptr ? std::nullopt : std::optional(error->ForPeople());
}

void ReadUsers(Fields& input, policy::OpendistroModel* model) {
  Fields users = input.Inside("internal_users");
  for (const auto& [name, object] : input.Any("internal_users").items()) {
    Fields user = users.Inside(name);
    identity::InternalUser& made = model->internal_users[name];
    made.password_hash = user.Text("password");
    made.backend_roles = user.Any("backend_roles").get<std::vector<std::string>>();
    user.ExpectAllRead();
  }
  for (const auto& dn : input.Any("admin_dn")) {
    model->admin_dns.push_back({dn.get<std::string>(), {}});
  }
  for (const auto& [name, targets] : input.Any("rest_impersonation_user").items()) {
    model->impersonation[name].targets = targets.get<std::vector<std::string>>();
  }
}

// The first of `outcomes` that is not a pass.
Outcome AllOf(const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind != Outcome::Kind::kPassed) {
      return outcome;
    }
  }
  return Passed();
}

Outcome CheckUser(Case& c, const policy::Authentication& caller, const std::string& peer) {
  if (caller.outcome != AuthOutcome::kAuthenticated) {
    return Failed("not authenticated: " + caller.why);
  }
  const identity::User& user = caller.user;
  std::vector<Outcome> outcomes = {
      Compare("the user name", user.username, c.expect.Text("user_name")),
      Compare("the list of backend roles", Sorted(user.backend_roles),
              Sorted(c.expect.Any("backend_roles").get<std::vector<std::string>>())),
      Compare("who impersonates", user.authenticated_as,
              c.expect.OptionalText("impersonated_by").value_or("")),
      Compare("superadmin", user.superadmin ? "true" : "false",
              c.expect.Has("superadmin") && c.expect.Bool("superadmin") ? "true" : "false")};
  if (const std::optional<std::string> domain = c.expect.NullableText("domain")) {
    outcomes.push_back(Compare("the domain", user.realm_name, *domain));
  }
  if (c.expect.Has("remote_ip")) {
    const std::string remote =
        caller.forwarded_for.has_value() ? caller.forwarded_for->Text() : peer;
    outcomes.push_back(Compare("the address", remote, c.expect.Text("remote_ip")));
  }
  if (c.expect.Has("attributes")) {
    nlohmann::json found = nlohmann::json::object();
    for (const auto& [name, value] : user.attributes) {
      found[name] = value;
    }
    outcomes.push_back(Compare("the attributes", found.dump(), c.expect.Any("attributes").dump()));
  }
  return AllOf(outcomes);
}

std::optional<std::string> ChallengeOf(const rest::Answer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (name == "WWW-Authenticate") {
      return value;
    }
  }
  return std::nullopt;
}

Outcome CheckRefusal(Case& c, const policy::Authentication& caller,
                     const policy::Decision& decision) {
  if (caller.outcome == AuthOutcome::kAuthenticated || decision.allowed) {
    return Failed("not refused: " + caller.why);
  }
  const rest::Answer& answer = decision.refusal;
  std::vector<Outcome> outcomes = {
      Compare("the status", std::to_string(answer.status), c.expect.Any("status").dump())};
  if (c.expect.Has("body")) {
    outcomes.push_back(Compare("the body", answer.body, c.expect.Text("body")));
  }
  if (c.expect.Has("reason")) {
    const auto body = nlohmann::json::parse(answer.body);
    outcomes.push_back(
        Compare("the reason", body["error"]["reason"].get<std::string>(), c.expect.Text("reason")));
  }
  if (c.expect.Has("www_authenticate")) {
    const nlohmann::json& expected = c.expect.Any("www_authenticate");
    outcomes.push_back(Compare(
        "the challenge", ChallengeOf(answer).value_or("none"),
        expected.is_null() ? "none" : expected.at(std::string(c.dialect)).get<std::string>()));
  }
  return AllOf(outcomes);
}

}  // namespace

Outcome RunOpendistroChain(Case& c) {
  policy::Model whole;
  whole.dialect = c.dialect == "opensearch" ? Dialect::kOpensearch : Dialect::kOpendistro;
  auto& model = whole.body.emplace<policy::OpendistroModel>();
  if (const std::optional<std::string> problem = ReadConfig(c.input, whole.dialect, &model)) {
    return Failed(*problem);
  }
  ReadUsers(c.input, &model);
  Diagnostics diagnostics;
  const auto policy = policy::Compile(whole, 1, diagnostics);
  if (policy == nullptr) {
    return Failed(diagnostics.first_error()->ForPeople());
  }

  Fields request = c.input.Inside("request");
  const std::string method = request.Text("method");
  const std::string target = request.Text("path");
  const std::string peer = request.Text("peer_ip");
  const std::optional<std::string> principal = request.NullableText("client_cert_principal");
  const auto lines = request.Any("headers").get<std::vector<std::pair<std::string, std::string>>>();
  request.ExpectAllRead();
  std::vector<identity::HeaderField> headers;
  for (const auto& [name, value] : lines) {
    headers.push_back({name, value});
  }
  std::optional<x509::PeerChain> chain;
  if (principal.has_value()) {
    Result<x509::PeerChain> made = ChainOfPrincipal(*principal);
    if (!made.ok()) {
      return Failed(made.error().message);
    }
    chain = std::move(made).value();
  }
  const Result<IpAddress> address = IpAddress::Parse(peer);
  if (!address.ok()) {
    return Failed(address.error().message);
  }
  ClearTextChecker passwords;
  identity::Credentials credentials;
  credentials.chain = chain.has_value() ? &*chain : nullptr;
  credentials.peer.address = *address;
  credentials.headers = headers;
  credentials.method = method;
  credentials.target = target;
  credentials.passwords = &passwords;
  const auto scratch = policy->NewScratch();
  const policy::Authentication caller = policy->Authenticate(credentials, *scratch);
  const policy::Decision decision = policy->Authorize(caller, {.method = method, .target = target});

  const std::string outcome = c.expect.Text("outcome");
  if (outcome == "authenticated") {
    return CheckUser(c, caller, peer);
  }
  if (outcome == "denied") {
    return CheckRefusal(c, caller, decision);
  }
  if (outcome != "unauthenticated-pass") {
    throw FieldError("outcome `" + outcome + "` is not known");
  }
  const bool passed = caller.outcome == AuthOutcome::kNoCredentials && decision.allowed;
  return passed ? Passed() : Failed("it needs a user: " + caller.why);
}

}  // namespace pkigate::conformance
