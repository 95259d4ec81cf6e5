// SPDX-License-Identifier: Apache-2.0
#include "raw_client.h"

#include <openssl/bio.h>
#include <openssl/bytestring.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pool.h>

#include <cstring>

#include "base/assert.h"
#include "tls_pair.h"

namespace pkigate::tls::test {

namespace {

// A private key that is not there: signs with zeros.
constexpr SSL_PRIVATE_KEY_METHOD kNoKey = {
    .sign = [](SSL* /*ssl*/, uint8_t* out, size_t* out_len, size_t out_max, uint16_t /*algorithm*/,
               const uint8_t* /*in*/, size_t /*in_len*/) -> ssl_private_key_result_t {
      // The shape of an ECDSA signature with r = s = 1, so that only its truth is in question.
      static constexpr uint8_t kSignature[] = {0x30, 6, 2, 1, 1, 2, 1, 1};
      PKIGATE_ASSERT(sizeof(kSignature) <= out_max);
      std::memcpy(out, kSignature, sizeof(kSignature));
      *out_len = sizeof(kSignature);
      return ssl_private_key_success;
    },
    .decrypt = nullptr,
    .complete = nullptr};

}  // namespace

RawClient::RawClient() : context_(SSL_CTX_new(TLS_with_buffers_method())) {
  SSL_CTX_set_custom_verify(context(), SSL_VERIFY_NONE,
                            [](SSL*, uint8_t*) { return ssl_verify_ok; });
  SSL_CTX_set_session_cache_mode(context(), SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(context(), Keep);
  SSL_CTX_set_info_callback(context(), Note);
  SSL_CTX_set_cert_cb(context(), CountCaNames, this);
}

void RawClient::Present(const Identity& identity, bool with_key) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> owned;
  std::vector<CRYPTO_BUFFER*> chain;
  for (const std::vector<uint8_t>& der : identity.chain()) {
    owned.emplace_back(CRYPTO_BUFFER_new(der.data(), der.size(), nullptr));
    chain.push_back(owned.back().get());
  }
  const std::vector<uint8_t> pkcs8 = identity.Pkcs8();
  CBS input;
  CBS_init(&input, pkcs8.data(), pkcs8.size());
  bssl::UniquePtr<EVP_PKEY> key(EVP_parse_private_key(&input));
  PKIGATE_ASSERT(SSL_CTX_set_chain_and_key(context(), chain.data(), chain.size(),
                                           with_key ? key.get() : nullptr,
                                           with_key ? nullptr : &kNoKey) == 1);
}

void RawClient::Reset(SSL_SESSION* session) {
  ssl_.reset(SSL_new(context()));
  SSL_set_app_data(ssl(), this);
  SSL_set_connect_state(ssl());
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  BIO_set_mem_eof_return(in, -1);
  SSL_set_bio(ssl(), in, out);
  if (session != nullptr) {
    PKIGATE_ASSERT(SSL_set_session(ssl(), session) == 1);
  }
  done_ = false;
  alert_ = 0;
}

std::vector<uint8_t> RawClient::TakeOutput() {
  const uint8_t* bytes = nullptr;
  size_t num_bytes = 0;
  PKIGATE_ASSERT(BIO_mem_contents(SSL_get_wbio(ssl()), &bytes, &num_bytes) == 1);
  std::vector<uint8_t> output(bytes, bytes + num_bytes);
  BIO_reset(SSL_get_wbio(ssl()));
  return output;
}

std::vector<uint8_t> RawClient::Step(const std::vector<uint8_t>& from_server) {
  BIO_write(SSL_get_rbio(ssl()), from_server.data(), static_cast<int>(from_server.size()));
  done_ = SSL_do_handshake(ssl()) == 1;
  ERR_clear_error();
  return TakeOutput();
}

bool RawClient::Connect(ServerConnection& server, ChunkQueue& to_client) {
  Progress progress = Progress::kWantRead;
  std::vector<uint8_t> from_server;
  for (;;) {
    const std::vector<uint8_t> to_server = Step(from_server);
    if (to_server.empty() && from_server.empty()) {
      return done_ && progress == Progress::kDone;
    }
    if (progress == Progress::kWantRead) {
      server.Lend(to_server);
      progress = server.Handshake();
      server.TakeBack();
    }
    from_server = Drain(to_client);
    if (done_ && !from_server.empty()) {
      Read(from_server);
      from_server.clear();
    }
  }
}

std::string RawClient::Read(const std::vector<uint8_t>& from_server) {
  BIO_write(SSL_get_rbio(ssl()), from_server.data(), static_cast<int>(from_server.size()));
  std::string text;
  char room[4096];
  int num_read = 0;
  while ((num_read = SSL_read(ssl(), room, sizeof(room))) > 0) {
    text.append(room, static_cast<size_t>(num_read));
  }
  ERR_clear_error();
  return text;
}

int RawClient::Keep(SSL* ssl, SSL_SESSION* session) {
  static_cast<RawClient*>(SSL_get_app_data(ssl))->sessions_.emplace_back(session);
  return 1;  // taken over
}

int RawClient::CountCaNames(SSL* ssl, void* self) {
  static_cast<RawClient*>(self)->num_ca_names_ =
      sk_CRYPTO_BUFFER_num(SSL_get0_server_requested_CAs(ssl));
  return 1;
}

void RawClient::Note(const SSL* ssl, int type, int value) {
  if (type == SSL_CB_READ_ALERT) {
    static_cast<RawClient*>(SSL_get_app_data(ssl))->alert_ = value & 0xff;
  }
}

}  // namespace pkigate::tls::test
