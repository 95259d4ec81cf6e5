// SPDX-License-Identifier: Apache-2.0
#include "embed/judge_chain.h"

#include <algorithm>
#include <string>
#include <utility>

#include "x509/peer_chain.h"
#include "x509/trust_store.h"

namespace pkigate::embed {

namespace {

policy::Authentication Refused(std::string why) {
  policy::Authentication refused;
  refused.why = std::move(why);
  return refused;
}

Handshake Fails(std::string reason, std::string detail, std::string hint = "") {
  return {.reason = std::move(reason), .detail = std::move(detail), .hint = std::move(hint)};
}

}  // namespace

Handshake JudgeHandshake(const config::TlsSettings& tls, const x509::PeerChain* chain,
                         int64_t now_unix) {
  using Mode = config::ClientAuthentication;
  Handshake handshake;
  handshake.accepted = true;
  handshake.reason = x509::verify_reason::kAccepted;
  if (chain == nullptr) {
    return tls.enabled && tls.client_authentication == Mode::kRequired
               ? Fails("no_certificate", "the listener requires a certificate")
               : handshake;
  }
  if (!tls.enabled || tls.client_authentication == Mode::kNone) {
    return Fails(kNotAsked, "the listener does not ask for client certificates");
  }
  handshake.expires_unix = chain->expires_unix;
  if (tls.verify) {
    if (tls.trust == nullptr) {
      return Fails(x509::verify_reason::kUntrustedChain, "the listener trusts nobody");
    }
    const x509::VerifyResult verdict =
        tls.trust->Verify(chain->der, {.purpose = x509::Purpose::kClient, .time_unix = now_unix});
    if (!verdict.accepted) {
      return Fails(verdict.reason, verdict.detail, verdict.hint);
    }
    handshake.expires_unix = std::min(handshake.expires_unix, verdict.expires_unix);
    handshake.verified = true;
  }
  // Without verification nobody has looked at the clock yet.
  if (chain->expires_unix < now_unix) {
    return Fails(x509::verify_reason::kExpired, "the certificate has expired");
  }
  return handshake;
}

policy::Authentication JudgeChain(const config::TlsSettings& tls, const policy::Policy& policy,
                                  policy::Scratch& scratch, ShownChain shown) {
  const auto chain = x509::MakePeerChain(std::move(shown.der));
  if (!chain.ok()) {
    return Refused(chain.error().message);
  }
  const Handshake handshake = JudgeHandshake(tls, chain->get(), shown.now_unix);
  if (!handshake.accepted) {
    return Refused(handshake.Why());
  }
  identity::Credentials credentials;
  credentials.chain = chain->get();
  credentials.peer = shown.peer;
  credentials.target = "/";
  credentials.now_unix = shown.now_unix;
  policy::Authentication result = policy.Authenticate(credentials, scratch);
  result.expires_unix = std::min(result.expires_unix, handshake.expires_unix);
  return result;
}

}  // namespace pkigate::embed
