// SPDX-License-Identifier: Apache-2.0
//
// xpack auth: who a request is, by realm chain, anonymous access and run-as (xpack.md, 2). The
// certificates are issued on the spot; what the case calls a CA is one by that name.
#include <openssl/base64.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "identity/direct_password_checker.h"
#include "policy/compile.h"
#include "test_pki.h"
#include "vector_kinds.h"
#include "x509/trust_store.h"

namespace pkigate::conformance {

namespace {

using x509::testing::Issued;
using x509::testing::kNow;

// CAs by name, each made when first asked for.
class Authorities {
 public:
  const Issued& Get(const std::string& name) {
    const auto found = by_name_.find(name);
    return found != by_name_.end()
               ? found->second
               : by_name_.emplace(name, x509::testing::IssueCa(name)).first->second;
  }

  std::shared_ptr<const x509::TrustStore> TrustOf(const nlohmann::json& names) {
    std::vector<std::vector<uint8_t>> anchors;
    for (const nlohmann::json& name : names) {
      anchors.push_back(Get(name.get<std::string>()).der);
    }
    auto trust = x509::TrustStore::Create(anchors, {}, {});
    if (!trust.ok()) {
      throw FieldError("trust: " + trust.error().message);
    }
    return std::move(trust).value();
  }

 private:
  std::map<std::string, Issued> by_name_;
};

// `{SHA}` and its like (X-FILE-6).
std::string HashOf(const std::string& password) {
  uint8_t digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const uint8_t*>(password.data()), password.size(), digest);
  char text[64];
  const size_t size = EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text), digest, sizeof digest);
  return "{SHA}" + std::string(text, size);
}

std::shared_ptr<const identity::PasswordUsers> UsersOf(const nlohmann::json& file_users) {
  auto users = std::make_shared<identity::PasswordUsers>();
  for (const auto& [name, object] : file_users.items()) {
    Fields fields(object, "file_users." + name);
    identity::PasswordUser& user = (*users)[name];
    user.password_hash = HashOf(fields.Text("password"));
    user.roles = fields.Any("roles").get<std::vector<std::string>>();
    fields.ExpectAllRead();
  }
  return users;
}

void AddRealm(const nlohmann::json& object,
              const std::shared_ptr<const identity::PasswordUsers>& users, Authorities& authorities,
              policy::XpackModel* model) {
  Fields fields(object, "realms[]");
  const std::string name = fields.Text("name");
  const std::string type = fields.Text("type");
  const auto order = fields.Any("order").get<int64_t>();
  const bool enabled = !fields.Has("enabled") || fields.Bool("enabled");
  if (type == "pki") {
    policy::XpackRealmModel& realm = model->realms.emplace_back();
    realm.pki.name = name;
    realm.pki.order = order;
    realm.pki.enabled = enabled;
    if (const auto pattern = fields.OptionalText("username_pattern")) {
      realm.pki.username_pattern = *pattern;
    }
    if (fields.Has("trusts")) {
      realm.pki.trust = authorities.TrustOf(fields.Any("trusts"));
    }
  } else if (type == "file") {
    model->password_realms.push_back(
        {.name = name, .type = type, .order = order, .enabled = enabled, .users = users});
  } else {
    throw FieldError("realm type `" + type + "` is not known");
  }
  fields.ExpectAllRead();
}

// The chain as the handshake hands it on; null when the listener would not have let it in.
std::shared_ptr<const x509::PeerChain> ChainOf(const nlohmann::json& certificate,
                                               const x509::TrustStore& layer,
                                               Authorities& authorities) {
  Fields fields(certificate, "client_cert");
  x509::testing::Wishes wishes;
  wishes.subject_der = fields.Hex("subject_der_hex");
  const Issued leaf = x509::testing::Issue(wishes, &authorities.Get(fields.Text("issuer_ca")));
  fields.ExpectAllRead();
  auto chain = x509::MakePeerChain({leaf.der});
  if (!chain.ok()) {
    throw FieldError(chain.error().message);
  }
  const x509::VerifyResult verdict =
      layer.Verify((*chain)->der, {.purpose = x509::Purpose::kClient, .time_unix = kNow});
  return verdict.accepted ? *chain : nullptr;
}

Outcome CompareUser(Fields& expect, const policy::Authentication& found) {
  if (found.outcome != policy::Authentication::Outcome::kAuthenticated) {
    return Failed("not authenticated: " + found.why);
  }
  if (found.user.username != expect.Text("username")) {
    return Failed("username is `" + found.user.username + "`");
  }
  if (found.user.realm_name != expect.Text("realm")) {
    return Failed("realm is `" + found.user.realm_name + "`");
  }
  if (expect.Has("roles")) {
    auto roles = expect.Any("roles").get<std::vector<std::string>>();
    std::sort(roles.begin(), roles.end());
    if (roles != found.roles) {
      return Failed("roles are " + nlohmann::json(found.roles).dump());
    }
  }
  if (expect.Has("metadata")) {
    nlohmann::json metadata = nlohmann::json::object();
    for (const identity::MetadataEntry& entry : found.user.metadata) {
      metadata[entry.key] =
          entry.is_json ? nlohmann::json::parse(entry.value) : nlohmann::json(entry.value);
    }
    if (metadata != expect.Any("metadata")) {
      return Failed("metadata is " + metadata.dump());
    }
  }
  return Passed();
}

}  // namespace

Outcome RunXpackAuth(Case& c) {
  Authorities authorities;
  policy::Model model;
  auto& xpack = model.body.emplace<policy::XpackModel>();
  const auto users = UsersOf(c.input.Any("file_users"));
  for (const nlohmann::json& realm : c.input.Any("realms")) {
    AddRealm(realm, users, authorities, &xpack);
  }
  if (const nlohmann::json& anonymous = c.input.Any("anonymous"); !anonymous.is_null()) {
    Fields fields(anonymous, "anonymous");
    xpack.anonymous.roles = fields.Any("roles").get<std::vector<std::string>>();
    fields.ExpectAllRead();
  }
  c.input.Ignore("roles_defined");  // what they permit is not asked here
  Diagnostics diagnostics;
  const auto policy = policy::Compile(model, /*generation=*/1, diagnostics);
  if (policy == nullptr) {
    return Failed("does not compile: " + diagnostics.list().front().problem);
  }

  const auto layer = authorities.TrustOf(c.input.Any("layer_trusts"));
  std::shared_ptr<const x509::PeerChain> chain;
  if (const nlohmann::json& certificate = c.input.Any("client_cert"); !certificate.is_null()) {
    chain = ChainOf(certificate, *layer, authorities);
  }
  Fields request = c.input.Inside("request");
  const std::string method = request.Text("method");
  const std::string uri = request.Text("uri");
  const auto headers = request.Any("headers").get<std::vector<std::array<std::string, 2>>>();
  request.ExpectAllRead();
  std::vector<identity::HeaderField> fields;
  for (const auto& [name, value] : headers) {
    fields.push_back({name, value});
  }
  identity::DirectPasswordChecker passwords;
  identity::Credentials credentials;
  credentials.chain = chain.get();
  credentials.headers = fields;
  credentials.method = method;
  credentials.target = uri;
  credentials.now_unix = kNow;
  credentials.passwords = &passwords;
  const std::unique_ptr<policy::Scratch> scratch = policy->NewScratch();
  const policy::Authentication found = policy->Authenticate(credentials, *scratch);

  if (c.expect.Text("outcome") == "authenticated") {
    return CompareUser(c.expect, found);
  }
  const policy::Decision decision = policy->Authorize(found, {.method = method, .target = uri});
  if (decision.allowed) {
    return Failed("allowed as " + found.user.username);
  }
  if (decision.refusal.status != c.expect.Any("status").get<int>()) {
    return Failed("status is " + std::to_string(decision.refusal.status));
  }
  const std::string reason =
      nlohmann::json::parse(decision.refusal.body).at("error").at("reason").get<std::string>();
  const std::string expected = c.expect.OptionalText("reason_contains").value_or("");
  return reason.find(expected) != std::string::npos ? Passed()
                                                    : Failed("the reason is `" + reason + "`");
}

}  // namespace pkigate::conformance
