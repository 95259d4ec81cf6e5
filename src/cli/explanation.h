// SPDX-License-Identifier: Apache-2.0
//
// Explanation: why somebody is let in or not, gathered from the code that decides: what
// `pkigate explain` prints, for people and for machines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/loaded_configuration.h"
#include "embed/judge_chain.h"
#include "identity/credentials.h"
#include "identity/trace.h"
#include "policy/near_misses.h"
#include "policy/policy.h"
#include "x509/peer_chain.h"
#include "x509/usage.h"

namespace pkigate::cli {

// One textual form of the subject, and the settings that expect it in that form.
struct SubjectForm {
  std::string_view name;
  std::string text;
  std::string_view used_by;  // one line; empty: no setting does
};

struct CertificateFacts {
  std::vector<SubjectForm> forms;
  std::string issuer;  // RFC 4514
  std::string serial;
  std::string fingerprint;  // SHA-256, hex
  int64_t not_before_unix = 0;
  int64_t not_after_unix = 0;
  std::vector<std::string> names;  // subjectAltName
  x509::Usages usages;
};

// What is asked: a request as it would arrive.
struct Appearance {
  std::vector<std::vector<uint8_t>> chain;  // DER, leaf first; empty: no certificate
  std::vector<std::pair<std::string, std::string>> headers;
  IpAddress peer;
  std::string method = "GET";
  std::string target = "/";
  int64_t now_unix = 0;
};

struct Explanation {
  std::string listener;
  Dialect dialect = Dialect::kXpack;
  int64_t now_unix = 0;
  std::optional<CertificateFacts> certificate;
  // Why the certificate cannot be read; then there is nothing else.
  std::string unreadable;
  embed::Handshake handshake;
  // When the handshake lets the request through:
  identity::Trace trace;
  std::vector<policy::NearMiss> near_misses;
  policy::Authentication authentication;
  policy::Decision decision;

  bool allowed() const { return handshake.accepted && decision.allowed; }
};

// Asks at the listener with this index.
Explanation Explain(const LoadedConfiguration& configuration, size_t listener,
                    const Appearance& appearance);

}  // namespace pkigate::cli
