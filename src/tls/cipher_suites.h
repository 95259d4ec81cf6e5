// SPDX-License-Identifier: Apache-2.0
//
// Cipher suites as operators write them (IANA names, which are also Java's) to what the library
// takes.
//
// The library lets the suites of TLS 1.2 be listed and ordered, and negotiates those of TLS 1.3 by
// itself: all three, AES first where the processor has instructions for it. So names of TLS 1.3
// suites can only switch the version: a list without any of them means TLS 1.2 alone, as it does in
// Java; a list of some of them means all, with a warning.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"

namespace pkigate::tls {

struct CipherSuites {
  std::string rule;  // for SSL_CTX_set_strict_cipher_list; empty: no suite of TLS 1.2
  bool allows_tls12 = true;
  bool allows_tls13 = true;
  std::vector<std::string> warnings;
};

// No names: the built-in order, authenticated encryption with forward secrecy. Otherwise exactly
// the suites named, in their order; unknown ones are dropped with a warning. None left: error
// `cipher_suites`.
Result<CipherSuites> ChooseCipherSuites(std::span<const std::string> names);

}  // namespace pkigate::tls
