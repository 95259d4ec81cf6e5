// SPDX-License-Identifier: Apache-2.0
#include "bed.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "api/answers.h"
#include "api/mapping_changes.h"
#include "base/assert.h"
#include "base/file.h"
#include "policy/opendistro_policy.h"
#include "policy/xpack_policy.h"

namespace pkigate::api {

namespace {

bool HasAny(const policy::Authentication& caller, const std::set<std::string>& roles) {
  return std::ranges::any_of(caller.roles,
                             [&roles](const std::string& role) { return roles.contains(role); });
}

// What the API asks a policy for, from the model; the rest is a refusal.
template <typename Base>
class FakePolicy : public Base {
 public:
  FakePolicy(Dialect dialect, std::set<std::string> managers)
      : dialect_(dialect), managers_(std::move(managers)) {}

  Dialect dialect() const override { return dialect_; }
  uint64_t generation() const override { return 1; }
  std::unique_ptr<policy::Scratch> NewScratch() const override { return nullptr; }
  bool HeadersDecide(std::span<const identity::HeaderField>) const override { return false; }
  policy::Authentication Authenticate(const identity::Credentials&,
                                      policy::Scratch&) const override {
    return {};
  }
  policy::Decision Authorize(const policy::Authentication& caller,
                             const policy::RequestFacts&) const override {
    policy::Decision decision;
    decision.allowed = open;
    decision.refusal = ExceptionAnswer(401, "security_exception", "missing");
    decision.refusal.headers = {{"WWW-Authenticate", "Basic"}};
    if (caller.refusal.has_value()) {
      decision.refusal = *caller.refusal;
    }
    return decision;
  }
  bool MayManage(const policy::Authentication& caller) const override {
    return caller.user.superadmin || HasAny(caller, managers_);
  }

  bool open = false;

 private:
  Dialect dialect_;
  std::set<std::string> managers_;
};

class FakeXpack : public FakePolicy<policy::XpackPolicy> {
 public:
  using FakePolicy::FakePolicy;
  const roles::XpackMappings& api_mappings() const override { return mappings; }
  std::vector<RealmName> Realms() const override { return {}; }
  int answers() const override { return answers_form; }
  const policy::DefinedRoles& defined_roles() const override { return defined; }

  roles::XpackMappings mappings;
  int answers_form = 8;
  policy::DefinedRoles defined{roles::RunAsPatterns{{"monitor_role", {}}}};
};

class FakeOpendistro : public FakePolicy<policy::OpendistroPolicy> {
 public:
  using FakePolicy::FakePolicy;
  const roles::OpendistroMappings& mappings() const override { return all; }
  const std::set<std::string>& known_roles() const override { return known; }
  bool initialized() const override { return is_initialized; }

  roles::OpendistroMappings all;
  std::set<std::string> known;
  bool is_initialized = true;
};

}  // namespace

std::string Response::Header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return "-";
}

std::string Response::Reason() const {
  const Json parsed = json();
  if (!parsed.contains("error") || !parsed["error"].is_object()) {
    return body;
  }
  return parsed["error"].value("reason", "");
}

Bed::Bed(Dialect dialect) {
  files.dialect = dialect;
  managers = {"superuser"};
  hooks.writer = this;
  if (dialect == Dialect::kXpack) {
    XpackUser("admin", {"superuser"});
  } else {
    files.body = policy::OpendistroModel{};
    Superadmin();
  }
}

Bed::~Bed() = default;

void Bed::Nobody() {
  caller = {};
  caller.outcome = policy::Authentication::Outcome::kNoCredentials;
  has_certificate = false;
}

void Bed::XpackUser(const std::string& username, std::vector<std::string> roles) {
  caller = {};
  caller.outcome = policy::Authentication::Outcome::kAuthenticated;
  caller.user.username = username;
  caller.user.realm_name = "pki1";
  caller.user.realm_type = "pki";
  caller.user.principal = "CN=" + username + ", OU=ops, O=acme";
  caller.user.metadata = {{"pki_dn", caller.user.principal}};
  caller.roles = std::move(roles);
  has_certificate = true;
}

void Bed::OpendistroUser(const std::string& username, std::vector<std::string> roles) {
  caller = {};
  caller.outcome = policy::Authentication::Outcome::kAuthenticated;
  caller.user.username = username;
  caller.user.principal = "CN=" + username + ",OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA";
  caller.roles = std::move(roles);
  has_certificate = true;
}

void Bed::Superadmin() {
  OpendistroUser("", {"own_index"});
  caller.user.username = caller.user.principal = "CN=kirk,OU=client,O=client,L=test,C=DE";
  caller.user.superadmin = true;
}

std::shared_ptr<const policy::Policy> Bed::Compile() const {
  policy::Model model = files;
  LayOver(model, objects);
  if (const auto* body = std::get_if<policy::XpackModel>(&model.body)) {
    auto policy = std::make_shared<FakeXpack>(model.dialect, managers);
    policy->answers_form = body->answers;
    for (const auto& [name, document] : body->api_mappings) {
      policy->mappings[name] = std::make_shared<const roles::XpackMapping>(
          roles::ParseXpackMapping(name, document).value());
    }
    return policy;
  }
  const auto& body = std::get<policy::OpendistroModel>(model.body);
  auto policy = std::make_shared<FakeOpendistro>(model.dialect, managers);
  policy->known = body.known_roles;
  policy->open = open;
  policy->is_initialized = initialized;
  for (const auto& [role, entry] : body.file_mappings) {
    policy->all[role] = std::make_shared<const roles::OpendistroMapping>(entry.mapping);
  }
  for (const auto& [role, document] : body.api_mappings) {
    policy->all.erase(role);
    if (document.has_value()) {
      policy->all[role] = std::make_shared<const roles::OpendistroMapping>(
          roles::ParseStoredOpendistroMapping(*document).value());
    }
  }
  return policy;
}

Response Bed::Ask(const Request& request) {
  std::vector<identity::HeaderField> headers;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    headers.push_back({name, value});
    has_type = has_type || name == "Content-Type";
  }
  if (!request.body.empty() && !has_type) {
    headers.push_back({"Content-Type", "application/json"});
  }
  x509::PeerChain chain;
  chain.der = {{0x30}};
  const std::shared_ptr<const policy::Policy> policy = Compile();
  Api api(hooks);
  posted.reset();
  rest::Answer answer;
  const bool complete = api.Serve({.policy = policy.get(),
                                   .caller = &caller,
                                   .chain = has_certificate ? &chain : nullptr,
                                   .peer = SocketAddress::Parse("127.0.0.1:41822").value(),
                                   .listener = 3,
                                   .method = request.method,
                                   .target = request.target,
                                   .headers = headers,
                                   .body = request.body,
                                   .files = &files},
                                  {.worker = 1, .slot = 2, .generation = 5}, &answer);
  if (!complete && posted.has_value()) {
    answer = WriteAnswer(*posted, Apply(*posted));
  }
  return {.status = answer.status,
          .content_type = answer.content_type,
          .body = answer.body,
          .headers = answer.headers,
          .by_control = !complete};
}

bool Bed::Post(MappingWrite&& write) {
  if (queue_full) {
    return false;
  }
  posted = std::move(write);
  return true;
}

WriteOutcome Bed::Apply(const MappingWrite& write) {
  policy::Model effective = files;
  LayOver(effective, objects);
  const WriteOutcome outcome = force.value_or(JudgeWrite(write, effective));
  if (outcome.changes()) {
    objects = ObjectsAfter(write, files, objects);
  }
  return outcome;
}

Json ReadTestData(const std::string& path) {
  const std::string file = std::string(PKIGATE_SOURCE_ROOT) + "/tests/data/" + path;
  const Result<std::string> text = ReadFile(file, 16 * 1024 * 1024);
  if (!text.ok()) {
    ADD_FAILURE() << text.error().message;
    return Json::object();
  }
  return Json::parse(*text);
}

}  // namespace pkigate::api
