// SPDX-License-Identifier: Apache-2.0
#include "gateway/admission.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/log.h"
#include "gateway/client_connection.h"
#include "gateway/core.h"
#include "http/header_value.h"

namespace pkigate::gateway {

namespace {

// Whether the chain is still one this listener accepts. It is checked again when the trust changed
// or when the last verdict has run out (a CRL's next update, an authority's end); a listener that
// verifies nothing has nothing to check.
bool StillTrusted(ClientConnection& connection, const x509::PeerChain& chain, std::string* why) {
  Core& core = connection.core();
  const config::TlsSettings& tls = core.settings().listeners[connection.listener()].tls;
  if (chain.expires_unix < core.now_unix()) {
    *why = "certificate has expired since the handshake";
    return false;
  }
  if (!tls.verify) {
    return true;
  }
  if (tls.trust == nullptr) {
    *why = "listener no longer accepts client certificates";
    return false;
  }
  if (tls.trust->id() == connection.trust_id() &&
      core.now_unix() <= connection.trusted_until_unix()) {
    return true;
  }
  const x509::VerifyResult verdict = tls.trust->Verify(
      chain.der, {.purpose = x509::Purpose::kClient, .time_unix = core.now_unix()});
  if (!verdict.accepted) {
    *why = "certificate is no longer trusted: " + std::string(verdict.reason);
    return false;
  }
  connection.trust_id() = tls.trust->id();
  connection.trusted_until_unix() = verdict.expires_unix;
  return true;
}

std::string JoinRoles(const std::vector<std::string>& roles) {
  std::string joined;
  for (const std::string& role : roles) {
    if (!joined.empty()) {
      joined += ',';
    }
    joined += http::EncodeHeaderValue(role, ",");
  }
  return joined;
}

}  // namespace

const Caller* Identify(ClientConnection& connection, const http::RequestHead& head,
                       PasswordInquiry& passwords, HostNameInquiry& host_names,
                       policy::Authentication* refused) {
  Core& core = connection.core();
  const policy::Policy& policy = *core.current->snapshot->listeners[connection.listener()].policy;
  const int64_t now_unix = core.now_unix();
  std::vector<identity::HeaderField>& fields = core.header_fields;
  fields.clear();
  for (const http::HeaderView& header : head.headers()) {
    fields.push_back({header.name, header.value});
  }
  // With credentials of its own, or with none at all, a request is judged for itself, and what
  // comes of it is not kept; so is one whose sender is blocked for failed logins.
  const x509::PeerChain* chain = connection.peer_chain().get();
  const identity::LoginBlocks* blocks = core.logins.BlocksAt(connection.listener(), now_unix);
  const bool by_chain = chain != nullptr && !policy.HeadersDecide(fields) &&
                        (blocks == nullptr || !blocks->AddressIsBlocked(connection.peer().address));
  std::shared_ptr<const Caller>& kept = connection.caller();
  if (by_chain && kept != nullptr && kept->Current(policy.generation(), now_unix)) {
    return kept.get();
  }
  kept = nullptr;
  if (chain != nullptr && !StillTrusted(connection, *chain, &refused->why)) {
    refused->outcome = policy::Authentication::Outcome::kRefused;
    return nullptr;
  }
  PrincipalKey key;
  if (by_chain) {
    key.chain_key = chain->chain_key;
    key.listener = connection.listener();
    if (IsOpendistroFamily(policy.dialect())) {
      key.address = connection.peer().address;  // roles_mapping.yml maps hosts, too
    }
    kept = core.principals.Find(key, policy.generation(), now_unix);
    if (kept != nullptr) {
      ++core.counters.principal_cache_hits;
      return kept.get();
    }
    ++core.counters.principal_cache_misses;
  }
  identity::Credentials credentials;
  credentials.chain = chain;
  credentials.peer = connection.peer();
  credentials.headers = fields;
  credentials.method = head.method;
  credentials.target = head.target;
  credentials.now_unix = now_unix;
  credentials.passwords = &passwords;
  credentials.host_names = &host_names;
  credentials.blocks = blocks;
  policy::Authentication outcome =
      policy.Authenticate(credentials, *core.current->scratch[connection.listener()]);
  for (const std::string& problem : outcome.problems) {
    log::Event(log::Level::kError, "role_mapping_failed")
        .Text("user", outcome.user.username)
        .Text("problem", problem);
  }
  if (outcome.outcome != policy::Authentication::Outcome::kAuthenticated) {
    *refused = std::move(outcome);
    return nullptr;
  }
  auto caller = std::make_shared<Caller>();
  caller->user_value = http::EncodeHeaderValue(outcome.user.username, "");
  caller->roles_value = JoinRoles(outcome.roles);
  caller->generation = by_chain ? policy.generation() : Caller::kNeverCurrent;
  caller->expires_unix = outcome.expires_unix;
  if (chain != nullptr) {
    caller->expires_unix = std::min(caller->expires_unix, chain->expires_unix);
    if (connection.trusted_until_unix() < caller->expires_unix) {
      caller->expires_unix = connection.trusted_until_unix() + 1;  // that second is still good
    }
  }
  caller->authentication = std::move(outcome);
  kept = std::move(caller);
  if (by_chain) {
    core.principals.Insert(key, kept);
  }
  return kept.get();
}

}  // namespace pkigate::gateway
