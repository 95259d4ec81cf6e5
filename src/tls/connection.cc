// SPDX-License-Identifier: Apache-2.0
#include "tls/connection.h"

#include <openssl/ssl.h>

#include <limits>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "tls/chain_verdict.h"
#include "tls/server_context_parts.h"

namespace pkigate::tls {

static_assert(sizeof(ServerConnection) <= 208, "grows with every connection");

ServerConnection::ServerConnection(ServerContext& context, ChunkQueue& out)
    : context_(context), pump_(*context.parts_->material.context, Side::kServer, out, *this) {}

Progress ServerConnection::Handshake() {
  const bool was_done = pump_.handshake_done();
  const Progress progress = pump_.Handshake();
  if (progress == Progress::kDone && !was_done) {
    OnHandshakeDone();
  } else if (progress == Progress::kFailed) {
    CompleteFailure();
  }
  return progress;
}

const HandshakeFailure& ServerConnection::TimeOut() {
  pump_.TimeOut();
  CompleteFailure();
  return failure();
}

bool ServerConnection::Judge(PresentedChain chain, HandshakeFailure* failure) {
  const ServerContext::Parts& parts = *context_.parts_;
  const int64_t now_unix = parts.now_unix();
  // No store has the id 0: chains taken without verification are a set of their own.
  judged_chain_ = parts.verified_chains->Find(x509::ChainKey(chain), trust_id(), now_unix,
                                              &verdict_expires_unix_);
  if (judged_chain_ != nullptr) {
    chain_was_known_ = true;
    return true;
  }
  Result<std::shared_ptr<const x509::PeerChain>> made = x509::MakePeerChain(CopyOf(chain));
  if (!made.ok()) {
    DescribeUnreadable(chain, made.error(), failure);
    return false;
  }
  judged_chain_ = std::move(made).value();
  verdict_expires_unix_ = std::numeric_limits<int64_t>::max();
  if (!parts.verify) {
    return true;
  }
  const x509::VerifyResult verdict = parts.trust->Verify(
      judged_chain_->der, {.purpose = x509::Purpose::kClient, .time_unix = now_unix});
  if (!verdict.accepted) {
    DescribeLeaf(judged_chain_->leaf, judged_chain_->fingerprint, failure);
    judged_chain_ = nullptr;
    DescribeRefusal(verdict, *parts.trust, Side::kServer, failure);
    return false;
  }
  verdict_expires_unix_ = verdict.expires_unix;
  return true;
}

uint64_t ServerConnection::trust_id() const {
  return context_.parts_->verify ? context_.parts_->trust->id() : 0;
}

void ServerConnection::OnHandshakeDone() {
  const ServerContext::Parts& parts = *context_.parts_;
  peer_chain_ = std::move(judged_chain_);
  // The library and the judge must agree on whether there is a client certificate, and a listener
  // that requires one must never get here without.
  const SSL_SESSION* session = SSL_get_session(pump_.ssl());
  PKIGATE_ASSERT(session != nullptr);
  PKIGATE_ASSERT((peer_chain_ != nullptr) == (SSL_SESSION_has_peer_sha256(session) == 1));
  PKIGATE_ASSERT(parts.client_authentication != ClientAuthentication::kRequired ||
                 peer_chain_ != nullptr);
  if (peer_chain_ != nullptr && !chain_was_known_) {
    parts.verified_chains->Insert(peer_chain_, trust_id(), verdict_expires_unix_);
  }
}

// A handshake may also fail after the chain was read: the log should still name whose it was.
void ServerConnection::CompleteFailure() {
  HandshakeFailure* failure = pump_.mutable_failure();
  if (judged_chain_ != nullptr) {
    DescribeLeaf(judged_chain_->leaf, judged_chain_->fingerprint, failure);
    judged_chain_ = nullptr;
  }
}

}  // namespace pkigate::tls
