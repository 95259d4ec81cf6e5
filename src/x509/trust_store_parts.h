// SPDX-License-Identifier: Apache-2.0
//
// What a TrustStore is made of. Not for other folders.
#pragma once

#include <openssl/x509.h>

#include "x509/trust_store.h"

namespace pkigate::x509 {

// Everything in here is read only once Create is done: that is what makes Verify safe on any number
// of threads, and free of the lock that X509_STORE's own tables take.
struct TrustStore::Parts {
  TrustOptions options;
  bssl::UniquePtr<STACK_OF(X509)> anchors;
  bssl::UniquePtr<STACK_OF(X509_CRL)> crls;
  // Holds the parameters and the look-ups of path_validation.cc; no certificates.
  bssl::UniquePtr<X509_STORE> store;
};

// The store that `TrustStore::Parts` needs: flags, initial policy set, look-ups among the anchors.
bssl::UniquePtr<X509_STORE> MakeLibraryStore(bool checks_revocation);

}  // namespace pkigate::x509
