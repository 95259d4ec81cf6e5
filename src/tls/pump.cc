// SPDX-License-Identifier: Apache-2.0
#include "tls/pump.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/limits.h"
#include "tls/classify_failure.h"

namespace pkigate::tls {

// The BIO between the library and the pump's two ends.
struct PumpBio {
  static Pump& PumpOf(BIO* bio) { return *static_cast<Pump*>(BIO_get_data(bio)); }

  static int Read(BIO* bio, char* out, int out_len) {
    Pump& pump = PumpOf(bio);
    BIO_clear_retry_flags(bio);
    if (out_len <= 0) {
      return 0;
    }
    if (pump.lent_.empty()) {
      if (pump.input_ended_) {
        pump.end_met_ = true;
        return 0;
      }
      BIO_set_retry_read(bio);
      return -1;
    }
    const size_t num_bytes = std::min(pump.lent_.size(), static_cast<size_t>(out_len));
    if (pump.state_ == Pump::State::kHandshake && !pump.CountHandshakeBytes(num_bytes)) {
      return -1;
    }
    std::memcpy(out, pump.lent_.data(), num_bytes);
    pump.lent_ = pump.lent_.subspan(num_bytes);
    return static_cast<int>(num_bytes);
  }

  static int Write(BIO* bio, const char* in, int in_len) {
    BIO_clear_retry_flags(bio);
    if (in_len <= 0) {
      return 0;
    }
    PumpOf(bio).out_.Append({reinterpret_cast<const uint8_t*>(in), static_cast<size_t>(in_len)});
    return in_len;
  }

  static long Control(BIO* /*bio*/, int command, long /*number*/, void* /*argument*/) {
    // Written bytes are in the queue already: a flush has nothing left to do.
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static constexpr BIO_METHOD kMethod = {.type = BIO_TYPE_MEM,
                                         .name = "pump",
                                         .bwrite = Write,
                                         .bread = Read,
                                         .bputs = nullptr,
                                         .bgets = nullptr,
                                         .ctrl = Control,
                                         .create = nullptr,
                                         .destroy = nullptr,
                                         .callback_ctrl = nullptr};

  static ssl_verify_result_t Verify(SSL* ssl, uint8_t* out_alert) {
    Pump& pump = PumpOf(SSL_get_rbio(ssl));
    const STACK_OF(CRYPTO_BUFFER)* buffers = SSL_get0_peer_certificates(ssl);
    std::vector<std::span<const uint8_t>> chain;
    chain.reserve(sk_CRYPTO_BUFFER_num(buffers));
    for (size_t index = 0; index < sk_CRYPTO_BUFFER_num(buffers); ++index) {
      const CRYPTO_BUFFER* buffer = sk_CRYPTO_BUFFER_value(buffers, index);
      chain.emplace_back(CRYPTO_BUFFER_data(buffer), CRYPTO_BUFFER_len(buffer));
    }
    auto failure = std::make_unique<HandshakeFailure>();
    const bool accepted = pump.judge_.Judge(chain, failure.get());
    // The judge uses the library, too; an error left behind would be taken for one of the
    // handshake.
    ERR_clear_error();
    if (accepted) {
      return ssl_verify_ok;
    }
    PKIGATE_ASSERT(failure->reason != FailureReason::kNone);
    *out_alert = AlertFor(failure->reason);
    pump.failure_ = std::move(failure);
    return ssl_verify_invalid;
  }
};

static_assert(sizeof(Pump) <= 96, "grows with every connection");

void Pump::SslDeleter::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Pump::Pump(ssl_ctx_st& context, Side side, ChunkQueue& out, ChainJudge& judge)
    : ssl_(SSL_new(&context)), out_(out), judge_(judge), side_(side) {
  PKIGATE_ASSERT(ssl_ != nullptr);
  BIO* bio = BIO_new(&PumpBio::kMethod);
  PKIGATE_ASSERT(bio != nullptr);
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  // The configuration of a finished handshake is memory nobody reads again.
  SSL_set_shed_handshake_config(ssl_.get(), 1);
  if (side == Side::kServer) {
    SSL_set_accept_state(ssl_.get());
  } else {
    SSL_set_connect_state(ssl_.get());
  }
}

Pump::~Pump() = default;

void Pump::JudgeChains(ssl_ctx_st& context, int mode) {
  SSL_CTX_set_custom_verify(&context, mode, PumpBio::Verify);
}

void Pump::Lend(std::span<const uint8_t> ciphertext) {
  PKIGATE_ASSERT(lent_.empty());
  lent_ = ciphertext;
}

std::span<const uint8_t> Pump::TakeBack() { return std::exchange(lent_, {}); }

bool Pump::CountHandshakeBytes(size_t num_bytes) {
  // The library asks for the header of the first record first, and for no more.
  if (num_handshake_bytes_ < first_bytes_.size()) {
    const size_t num_kept = std::min<size_t>(num_bytes, first_bytes_.size() - num_handshake_bytes_);
    std::memcpy(first_bytes_.data() + num_handshake_bytes_, lent_.data(), num_kept);
  }
  if (num_bytes > limits::kHandshakeBytesMax - num_handshake_bytes_) {
    num_handshake_bytes_ = limits::kHandshakeBytesMax;
    handshake_too_large_ = true;
    return false;
  }
  num_handshake_bytes_ += static_cast<uint32_t>(num_bytes);
  return true;
}

Progress Pump::Handshake() {
  if (state_ == State::kFailed) {
    return Progress::kFailed;
  }
  if (state_ != State::kHandshake) {
    return Progress::kDone;
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) {
    return Settle(result);
  }
  state_ = State::kOpen;
  return Progress::kDone;
}

Progress Pump::Read(std::span<uint8_t> out, size_t* num_read) {
  PKIGATE_ASSERT(!out.empty());
  *num_read = 0;
  if (state_ == State::kFailed) {
    return Progress::kFailed;
  }
  if (state_ == State::kPeerClosed) {
    return Progress::kClosed;
  }
  PKIGATE_ASSERT(state_ == State::kOpen);
  // A call yields one record at most; what follows in the loan goes into the rest of `out`.
  while (*num_read < out.size()) {
    ERR_clear_error();
    const size_t room = std::min(out.size() - *num_read, kPieceBytesMax);
    const int result = SSL_read(ssl_.get(), out.data() + *num_read, static_cast<int>(room));
    if (result > 0) {
      *num_read += static_cast<size_t>(result);
      continue;
    }
    // What was read before an end or an error is delivered first; the state keeps the rest.
    const Progress progress = Settle(result);
    return *num_read > 0 ? Progress::kDone : progress;
  }
  return Progress::kDone;
}

Progress Pump::Write(std::span<const uint8_t> plaintext, size_t* num_written) {
  *num_written = 0;
  if (state_ == State::kFailed) {
    return Progress::kFailed;
  }
  PKIGATE_ASSERT(handshake_done());
  while (*num_written < plaintext.size()) {
    if (out_.size() >= limits::kTlsOutputHighWater) {
      return Progress::kWantWrite;
    }
    ERR_clear_error();
    // One record at a time, so that the high water is overshot by no more than one.
    const size_t piece = std::min(plaintext.size() - *num_written, kPieceBytesMax);
    const int result =
        SSL_write(ssl_.get(), plaintext.data() + *num_written, static_cast<int>(piece));
    if (result <= 0) {
      return Settle(result);
    }
    *num_written += static_cast<size_t>(result);
  }
  return Progress::kDone;
}

void Pump::SendCloseNotify() {
  if (!handshake_done()) {
    return;
  }
  ERR_clear_error();
  // Only the first stage: waiting for the peer's close_notify is reading.
  if ((SSL_get_shutdown(ssl_.get()) & SSL_SENT_SHUTDOWN) == 0) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
}

const HandshakeFailure& Pump::TimeOut() {
  PKIGATE_ASSERT(state_ == State::kHandshake);
  Fail(FailureReason::kTimeout,
       num_handshake_bytes_ == 0
           ? std::string("the peer sent nothing")
           : fmt::format("the handshake did not get beyond \"{}\" ({} bytes received)",
                         SSL_state_string_long(ssl_.get()), num_handshake_bytes_));
  return *failure_;
}

Progress Pump::Settle(int result) {
  const int ssl_error = SSL_get_error(ssl_.get(), result);
  switch (ssl_error) {
    case SSL_ERROR_WANT_READ:
      return Progress::kWantRead;
    case SSL_ERROR_ZERO_RETURN:
      if (state_ == State::kHandshake) {
        return Fail(FailureReason::kPeerClosed,
                    "the peer said goodbye (close_notify) in the middle of the handshake");
      }
      state_ = State::kPeerClosed;
      return Progress::kClosed;
    default:
      break;
  }
  const FailureFacts facts = {.in_handshake = state_ == State::kHandshake,
                              .num_handshake_bytes = num_handshake_bytes_,
                              .first_bytes = first_bytes_};
  std::string detail;
  FailureReason reason;
  if (handshake_too_large_) {
    // The library only saw its transport fail, so the alert is ours to send.
    SSL_send_fatal_alert(ssl_.get(), SSL_AD_HANDSHAKE_FAILURE);
    reason = FailureReason::kHandshakeTooLarge;
    detail = fmt::format("more than {} bytes and still no end of the handshake",
                         limits::kHandshakeBytesMax);
  } else if (ssl_error == SSL_ERROR_SYSCALL && end_met_) {
    reason = ClassifyEnd(facts, &detail);
  } else {
    reason = ClassifyErrors(facts, &detail);
  }
  return Fail(reason, std::move(detail));
}

Progress Pump::Fail(FailureReason reason, std::string detail) {
  ERR_clear_error();
  state_ = State::kFailed;
  if (failure_ == nullptr) {  // else the judge has filled it
    failure_ = std::make_unique<HandshakeFailure>();
    failure_->reason = reason;
    failure_->detail = std::move(detail);
  }
  if (failure_->hint.empty()) {
    failure_->hint = HintFor(failure_->reason, side_);
  }
  return Progress::kFailed;
}

std::string_view Pump::sni() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string_view() : std::string_view(name);
}

std::string_view Pump::alpn() const {
  const uint8_t* name = nullptr;
  unsigned name_len = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &name_len);
  return {reinterpret_cast<const char*>(name), name_len};
}

std::string_view Pump::version() const { return SSL_get_version(ssl_.get()); }

std::string_view Pump::cipher() const {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl_.get());
  return cipher == nullptr ? std::string_view() : SSL_CIPHER_standard_name(cipher);
}

const HandshakeFailure& Pump::failure() const {
  static const HandshakeFailure kNoFailure;
  return failure_ == nullptr ? kNoFailure : *failure_;
}

}  // namespace pkigate::tls
