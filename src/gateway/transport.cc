// SPDX-License-Identifier: Apache-2.0
#include "gateway/transport.h"

#include <algorithm>
#include <cstring>

#include "base/limits.h"

namespace pkigate::gateway {

ClientTransport::ClientTransport(tls::ServerContext* context, LentInput& input, ChunkQueue& out)
    : input_(&input), out_(&out) {
  if (context != nullptr) {
    tls_.emplace(*context, out);
  }
}

template <typename Step>
ClientTransport::Progress ClientTransport::WithInput(Step&& step) {
  const size_t lent = input_->bytes().size();
  if (lent > 0) {
    tls_->Lend(input_->bytes());
  }
  const Progress progress = step();
  if (lent > 0) {
    input_->Consume(lent - tls_->TakeBack().size());
  }
  return progress;
}

ClientTransport::Progress ClientTransport::Handshake() {
  return WithInput([this] { return tls_->Handshake(); });
}

ClientTransport::Progress ClientTransport::Read(std::span<uint8_t> room, size_t* num_read) {
  *num_read = 0;
  if (tls_.has_value()) {
    return WithInput([&] { return tls_->Read(room, num_read); });
  }
  const std::span<const uint8_t> bytes = input_->bytes();
  *num_read = std::min(room.size(), bytes.size());
  if (*num_read == 0) {
    return input_ended_ ? Progress::kClosed : Progress::kWantRead;
  }
  std::memcpy(room.data(), bytes.data(), *num_read);
  input_->Consume(*num_read);
  return Progress::kDone;
}

ClientTransport::Progress ClientTransport::Write(std::span<const uint8_t> plaintext,
                                                 size_t* num_written) {
  *num_written = 0;
  if (tls_.has_value()) {
    return tls_->Write(plaintext, num_written);
  }
  if (out_->size() >= limits::kOutputHighBytes) {
    return Progress::kWantWrite;
  }
  out_->Append(plaintext);
  *num_written = plaintext.size();
  return Progress::kDone;
}

void ClientTransport::CloseNotify() {
  if (tls_.has_value()) {
    tls_->SendCloseNotify();
  }
}

void ClientTransport::EndOfInput() {
  input_ended_ = true;
  // After the handshake an end without close_notify is no failure: lengths say where requests end,
  // so nothing can be cut short unnoticed, and the answer still has its way open.
  if (tls_.has_value() && !tls_->handshake_done()) {
    tls_->EndOfInput();
  }
}

const std::shared_ptr<const x509::PeerChain>& ClientTransport::peer_chain() const {
  static const std::shared_ptr<const x509::PeerChain> kNone;
  return tls_.has_value() ? tls_->peer_chain() : kNone;
}

}  // namespace pkigate::gateway
