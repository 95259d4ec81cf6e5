// SPDX-License-Identifier: Apache-2.0
//
// Who gets in and who does not: both TLS versions, the three ways of asking for a certificate, and
// good and bad certificates. Each refusal is checked from both sides: the reason the server
// records, and the alert the client receives.
#include <gtest/gtest.h>

#include <ostream>

#include "site.h"
#include "tls_pair.h"

namespace pkigate::tls {

using test::Pair;
using test::Site;

namespace {

enum class Presented {
  kNothing,
  kGood,
  kGoodThroughIntermediate,
  kForeign,
  kExpired,
  kNotYetValid,
  kWrongPurpose
};

struct Case {
  const char* name;
  ClientAuthentication mode;
  Presented presented;
  FailureReason server;    // kNone: accepted
  FailureReason client12;  // what a TLS 1.2 client is told
  FailureReason client13;  // what a TLS 1.3 client is told
};

using R = FailureReason;
constexpr auto kNone = ClientAuthentication::kNone;
constexpr auto kOptional = ClientAuthentication::kOptional;
constexpr auto kRequired = ClientAuthentication::kRequired;

constexpr Case kCases[] = {
    {"NoneNothing", kNone, Presented::kNothing, R::kNone, R::kNone, R::kNone},
    {"NoneGood", kNone, Presented::kGood, R::kNone, R::kNone, R::kNone},
    {"NoneForeign", kNone, Presented::kForeign, R::kNone, R::kNone, R::kNone},
    {"OptionalNothing", kOptional, Presented::kNothing, R::kNone, R::kNone, R::kNone},
    {"OptionalGood", kOptional, Presented::kGood, R::kNone, R::kNone, R::kNone},
    {"OptionalIntermediate", kOptional, Presented::kGoodThroughIntermediate, R::kNone, R::kNone,
     R::kNone},
    {"OptionalForeign", kOptional, Presented::kForeign, R::kUntrustedChain, R::kPeerAlertUnknownCa,
     R::kPeerAlertUnknownCa},
    {"OptionalExpired", kOptional, Presented::kExpired, R::kExpired,
     R::kPeerAlertCertificateExpired, R::kPeerAlertCertificateExpired},
    {"OptionalNotYetValid", kOptional, Presented::kNotYetValid, R::kNotYetValid,
     R::kPeerAlertCertificateExpired, R::kPeerAlertCertificateExpired},
    {"OptionalWrongPurpose", kOptional, Presented::kWrongPurpose, R::kWrongPurpose,
     R::kPeerAlertUnsupportedCertificate, R::kPeerAlertUnsupportedCertificate},
    {"RequiredNothing", kRequired, Presented::kNothing, R::kNoCertificate,
     R::kPeerAlertHandshakeFailure, R::kPeerAlertCertificateRequired},
    {"RequiredGood", kRequired, Presented::kGood, R::kNone, R::kNone, R::kNone},
    {"RequiredIntermediate", kRequired, Presented::kGoodThroughIntermediate, R::kNone, R::kNone,
     R::kNone},
    {"RequiredForeign", kRequired, Presented::kForeign, R::kUntrustedChain, R::kPeerAlertUnknownCa,
     R::kPeerAlertUnknownCa},
    {"RequiredExpired", kRequired, Presented::kExpired, R::kExpired,
     R::kPeerAlertCertificateExpired, R::kPeerAlertCertificateExpired},
    {"RequiredNotYetValid", kRequired, Presented::kNotYetValid, R::kNotYetValid,
     R::kPeerAlertCertificateExpired, R::kPeerAlertCertificateExpired},
    {"RequiredWrongPurpose", kRequired, Presented::kWrongPurpose, R::kWrongPurpose,
     R::kPeerAlertUnsupportedCertificate, R::kPeerAlertUnsupportedCertificate},
};

const test::Identity* IdentityOf(Presented presented) {
  const Site& site = Site::Get();
  switch (presented) {
    case Presented::kNothing:
      return nullptr;
    case Presented::kGood:
      return &site.client;
    case Presented::kGoodThroughIntermediate:
      return &site.client_of_intermediate;
    case Presented::kForeign:
      return &site.foreign_client;
    case Presented::kExpired:
      return &site.expired_client;
    case Presented::kNotYetValid:
      return &site.future_client;
    case Presented::kWrongPurpose:
      return &site.server_only_client;
  }
  return nullptr;
}

class HandshakeMatrix : public testing::TestWithParam<std::tuple<Case, uint16_t>> {};

TEST_P(HandshakeMatrix, AcceptsOrSaysWhyNot) {
  const auto& [c, version] = GetParam();
  const Site& site = Site::Get();
  const auto server_context = test::MakeServer(site.Server(c.mode));
  const test::Identity* identity = IdentityOf(c.presented);
  const auto client_context = test::MakeClient(site.Client(identity, version));
  Pair pair(*server_context, *client_context);

  const bool connected = pair.Handshake();

  EXPECT_EQ(pair.server.failure().reason, c.server);
  EXPECT_EQ(pair.client.failure().reason, version == kTls13 ? c.client13 : c.client12);
  EXPECT_EQ(connected, c.server == R::kNone);
  EXPECT_EQ(pair.server.handshake_done(), connected);
  if (!connected) {
    EXPECT_EQ(pair.server_progress, Progress::kFailed);
    EXPECT_EQ(pair.server.peer_chain(), nullptr);
    EXPECT_NE(pair.server.failure().detail, "");
    EXPECT_NE(pair.server.failure().hint, "");
    return;
  }
  EXPECT_EQ(pair.server.version(), version == kTls13 ? "TLSv1.3" : "TLSv1.2");
  EXPECT_EQ(pair.server.sni(), "gateway.example");
  if (c.mode == kNone || identity == nullptr) {
    EXPECT_EQ(pair.server.peer_chain(), nullptr);
  } else {
    ASSERT_NE(pair.server.peer_chain(), nullptr);
    EXPECT_EQ(pair.server.peer_chain()->der, identity->chain());
  }
  EXPECT_EQ(pair.ClientToServer("ping"), "ping");
  EXPECT_EQ(pair.ServerToClient("pong"), "pong");
}

INSTANTIATE_TEST_SUITE_P(All, HandshakeMatrix,
                         testing::Combine(testing::ValuesIn(kCases),
                                          testing::Values(kTls12, kTls13)),
                         [](const auto& case_info) {
                           return std::string(std::get<0>(case_info.param).name) +
                                  (std::get<1>(case_info.param) == kTls13 ? "Tls13" : "Tls12");
                         });

}  // namespace
}  // namespace pkigate::tls
