// SPDX-License-Identifier: Apache-2.0
//
// Client certificates of vectors that say no more of them than their subject.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "x509/peer_chain.h"

namespace pkigate::conformance {

struct SubjectPart {
  std::string type;  // `CN`, `OU`, ...
  std::string value;
};

// A chain of one certificate with nothing but this subject, most general part first.
Result<x509::PeerChain> ChainOf(const std::vector<SubjectPart>& subject);
// The same for an Open Distro principal: most specific part first, one attribute in each RDN.
Result<x509::PeerChain> ChainOfPrincipal(const std::string& principal);

}  // namespace pkigate::conformance
