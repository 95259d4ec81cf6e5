// SPDX-License-Identifier: Apache-2.0
#include "embed/judge_chain.h"

#include <algorithm>
#include <string>
#include <utility>

#include "x509/peer_chain.h"

namespace pkigate::embed {

namespace {

policy::Authentication Refused(std::string why) {
  policy::Authentication refused;
  refused.why = std::move(why);
  return refused;
}

}  // namespace

policy::Authentication JudgeChain(const config::TlsSettings& tls, const policy::Policy& policy,
                                  policy::Scratch& scratch, ShownChain shown) {
  const auto chain = x509::MakePeerChain(std::move(shown.der));
  if (!chain.ok()) {
    return Refused(chain.error().message);
  }
  if (!tls.enabled || tls.client_authentication == config::ClientAuthentication::kNone) {
    return Refused("the listener does not ask for client certificates");
  }
  int64_t expires_unix = (*chain)->expires_unix;
  if (tls.verify) {
    if (tls.trust == nullptr) {
      return Refused("the listener trusts nobody");
    }
    const x509::VerifyResult verdict = tls.trust->Verify(
        (*chain)->der, {.purpose = x509::Purpose::kClient, .time_unix = shown.now_unix});
    if (!verdict.accepted) {
      return Refused(std::string(verdict.reason) + ": " + verdict.detail);
    }
    expires_unix = std::min(expires_unix, verdict.expires_unix);
  }
  // Without verification nobody has looked at the clock yet.
  if ((*chain)->expires_unix < shown.now_unix) {
    return Refused("expired: the certificate has expired");
  }
  identity::Credentials credentials;
  credentials.chain = chain->get();
  credentials.peer = shown.peer;
  credentials.target = "/";
  credentials.now_unix = shown.now_unix;
  policy::Authentication result = policy.Authenticate(credentials, scratch);
  result.expires_unix = std::min(result.expires_unix, expires_unix);
  return result;
}

}  // namespace pkigate::embed
