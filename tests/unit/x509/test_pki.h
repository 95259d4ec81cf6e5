// SPDX-License-Identifier: Apache-2.0
//
// Certificates and CRLs for tests, made on the spot: what a test wants of one stands in the test.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pkigate::x509::testing {

using Der = std::vector<uint8_t>;

// 2024-01-01T00:00:00Z: when things happen in tests.
inline constexpr int64_t kNow = 1'704'067'200;
inline constexpr int64_t kYear = 365 * 24 * 60 * 60;

class Key {
 public:
  static Key P256();
  static Key Rsa(int bits);
  EVP_PKEY* get() const { return key_.get(); }
  Der Pkcs8() const;

 private:
  explicit Key(bssl::UniquePtr<EVP_PKEY> key) : key_(key.release(), EVP_PKEY_free) {}
  std::shared_ptr<EVP_PKEY> key_;
};

// An extension by its dotted OID and the DER of its value.
struct Extension {
  std::string oid;
  Der value;
  bool critical = false;
};

// What a certificate is to say. The defaults are those of a client certificate that is valid now.
struct Wishes {
  std::string subject = "Client";  // common name; the name is empty if this is
  Der subject_der;                 // the whole Name, instead, if not empty
  int64_t serial = 7;
  int64_t not_before = kNow - kYear;
  int64_t not_after = kNow + kYear;
  bool is_ca = false;
  int path_len = -1;  // of a CA; -1: none
  // Key usage bits as in DER (0x80 digitalSignature, 0x04 keyCertSign, 0x02 cRLSign); 0: none.
  uint8_t key_usage = 0;
  std::vector<std::string> extended_key_usage;  // dotted OIDs
  std::vector<std::string> dns_names;
  std::vector<Extension> extensions;
  const EVP_MD* digest = EVP_sha256();
};

struct Issued {
  Der der;
  Key key;
};

// Issued by `issuer`, or by itself if that is null.
Issued Issue(const Wishes& wishes, const Issued* issuer = nullptr, Key key = Key::P256());
// A CA that may sign certificates and CRLs.
Issued IssueCa(std::string_view name, const Issued* issuer = nullptr);

struct CrlWishes {
  std::vector<int64_t> serials;
  int64_t last_update = kNow - 1000;
  int64_t next_update = kNow + kYear / 2;
  std::vector<Extension> extensions;
};
Der IssueCrl(const Issued& issuer, const CrlWishes& wishes);

// `-----BEGIN label-----` and so on.
std::string Pem(std::string_view label, const Der& der);

}  // namespace pkigate::x509::testing
