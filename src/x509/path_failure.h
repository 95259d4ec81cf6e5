// SPDX-License-Identifier: Apache-2.0
//
// What BoringSSL's verification errors mean for people and machines. Not for other folders.
#pragma once

#include <string_view>

namespace pkigate::x509 {

struct PathFailure {
  const char* reason;     // of verify_reason
  std::string_view what;  // a sentence that begins with "the certificate" or the like
  std::string_view hint;  // what to do; may be empty
};

// Of an X509_V_ERR_* value. Never verify_reason::kAccepted.
PathFailure DescribePathError(int error);

}  // namespace pkigate::x509
