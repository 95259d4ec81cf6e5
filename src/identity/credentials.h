// SPDX-License-Identifier: Apache-2.0
//
// What a request brings along to prove who sent it. Borrowed for the length of one call.
#pragma once

#include <span>
#include <string_view>

#include "base/ip_address.h"
#include "identity/host_names.h"
#include "identity/login_failures.h"
#include "identity/password_checker.h"
#include "identity/trace.h"
#include "x509/peer_chain.h"

namespace pkigate::identity {

struct HeaderField {
  std::string_view name;  // as received; compare without regard to case
  std::string_view value;
};

struct Credentials {
  // The chain the handshake verified, leaf first; null when the client sent none.
  const x509::PeerChain* chain = nullptr;
  SocketAddress peer;
  // All request headers, in order: later authenticators read Authorization, proxy headers, ...
  std::span<const HeaderField> headers;
  std::string_view method;
  std::string_view target;  // path and query as received
  int64_t now_unix = 0;     // seconds; the only clock the policy half knows
  // Null: there is nobody to check passwords, and none is right.
  PasswordChecker* passwords = nullptr;
  // Null: addresses have no names.
  HostNames* host_names = nullptr;
  // Null: nobody is blocked.
  const LoginBlocks* blocks = nullptr;
  // Null: nobody wants to know.
  Trace* trace = nullptr;
};

}  // namespace pkigate::identity
