// SPDX-License-Identifier: Apache-2.0
#include "test_pki.h"

#include <openssl/bytestring.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <utility>

#include "base/assert.h"

namespace pkigate::tls::test {

namespace {

bssl::UniquePtr<EVP_PKEY> MakeEcKey(int curve) {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve));
  PKIGATE_ASSERT(ec != nullptr && EC_KEY_generate_key(ec.get()) == 1);
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  PKIGATE_ASSERT(key != nullptr && EVP_PKEY_set1_EC_KEY(key.get(), ec.get()) == 1);
  return key;
}

bssl::UniquePtr<EVP_PKEY> MakeKey(KeyType type) {
  switch (type) {
    case KeyType::kP256:
      return MakeEcKey(NID_X9_62_prime256v1);
    case KeyType::kP384:
      return MakeEcKey(NID_secp384r1);
    case KeyType::kP521:
      return MakeEcKey(NID_secp521r1);
    case KeyType::kRsa2048: {
      bssl::UniquePtr<BIGNUM> e(BN_new());
      bssl::UniquePtr<RSA> rsa(RSA_new());
      PKIGATE_ASSERT(BN_set_word(e.get(), RSA_F4) == 1);
      PKIGATE_ASSERT(RSA_generate_key_ex(rsa.get(), 2048, e.get(), nullptr) == 1);
      bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
      PKIGATE_ASSERT(EVP_PKEY_set1_RSA(key.get(), rsa.get()) == 1);
      return key;
    }
    case KeyType::kEd25519: {
      bssl::UniquePtr<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
      EVP_PKEY* key = nullptr;
      PKIGATE_ASSERT(EVP_PKEY_keygen_init(context.get()) == 1);
      PKIGATE_ASSERT(EVP_PKEY_keygen(context.get(), &key) == 1);
      return bssl::UniquePtr<EVP_PKEY>(key);
    }
  }
  PKIGATE_ASSERT(false);
  return nullptr;
}

const EVP_MD* DigestFor(EVP_PKEY* key) {
  return EVP_PKEY_id(key) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
}

void AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  bssl::UniquePtr<X509_EXTENSION> extension(
      X509V3_EXT_nconf_nid(nullptr, &context, nid, value.c_str()));
  PKIGATE_ASSERT(extension != nullptr);
  PKIGATE_ASSERT(X509_add_ext(certificate, extension.get(), -1) == 1);
}

bssl::UniquePtr<ASN1_TIME> MakeTime(int64_t unix_seconds) {
  bssl::UniquePtr<ASN1_TIME> time(ASN1_TIME_set(nullptr, unix_seconds));
  PKIGATE_ASSERT(time != nullptr);
  return time;
}

template <typename T, typename Encode>
std::vector<uint8_t> Encoded(T* object, Encode encode) {
  uint8_t* bytes = nullptr;
  const int num_bytes = encode(object, &bytes);
  PKIGATE_ASSERT(num_bytes > 0);
  std::vector<uint8_t> der(bytes, bytes + num_bytes);
  OPENSSL_free(bytes);
  return der;
}

}  // namespace

Identity Identity::Root(const CertificateOptions& options) { return Make(nullptr, options); }

Identity Identity::IssuedBy(const Identity& issuer, const CertificateOptions& options) {
  return Make(&issuer, options);
}

Identity Identity::Make(const Identity* issuer, const CertificateOptions& options) {
  bssl::UniquePtr<EVP_PKEY> key = MakeKey(options.key_type);
  bssl::UniquePtr<X509> certificate(X509_new());
  X509* x509 = certificate.get();
  PKIGATE_ASSERT(X509_set_version(x509, X509_VERSION_3) == 1);
  PKIGATE_ASSERT(ASN1_INTEGER_set(X509_get_serialNumber(x509), options.serial) == 1);
  PKIGATE_ASSERT(X509_set1_notBefore(x509, MakeTime(options.not_before).get()) == 1);
  PKIGATE_ASSERT(X509_set1_notAfter(x509, MakeTime(options.not_after).get()) == 1);
  PKIGATE_ASSERT(X509_set_pubkey(x509, key.get()) == 1);
  X509_NAME* subject = X509_get_subject_name(x509);
  const auto add_to_subject = [&](const char* type, const std::string& value) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(value.data());
    PKIGATE_ASSERT(X509_NAME_add_entry_by_txt(subject, type, MBSTRING_UTF8, bytes,
                                              static_cast<int>(value.size()), -1, 0) == 1);
  };
  add_to_subject("O", "example");
  add_to_subject("CN", options.common_name);
  X509* issuer_x509 = issuer == nullptr ? x509 : issuer->certificate_.get();
  PKIGATE_ASSERT(X509_set_issuer_name(x509, X509_get_subject_name(issuer_x509)) == 1);
  AddExtension(x509, issuer_x509, NID_subject_key_identifier, "hash");
  if (issuer != nullptr) {
    AddExtension(x509, issuer_x509, NID_authority_key_identifier, "keyid");
  }
  AddExtension(x509, issuer_x509, NID_basic_constraints,
               options.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (options.is_ca) {
    AddExtension(x509, issuer_x509, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else if (!options.key_usage.empty()) {
    AddExtension(x509, issuer_x509, NID_key_usage, options.key_usage);
  }
  if (!options.extended_key_usage.empty()) {
    AddExtension(x509, issuer_x509, NID_ext_key_usage, options.extended_key_usage);
  }
  if (!options.subject_alt_name.empty()) {
    AddExtension(x509, issuer_x509, NID_subject_alt_name, options.subject_alt_name);
  }
  if (options.num_filler_bytes > 0) {
    AddExtension(x509, issuer_x509, NID_netscape_comment,
                 std::string(options.num_filler_bytes, 'x'));
  }
  EVP_PKEY* signer = issuer == nullptr ? key.get() : issuer->key_.get();
  PKIGATE_ASSERT(X509_sign(x509, signer, DigestFor(signer)) > 0);

  Identity identity;
  identity.der_ = Encoded(x509, i2d_X509);
  identity.chain_.push_back(identity.der_);
  if (issuer != nullptr && issuer->certificate_ != nullptr) {
    // The root itself is not sent: whoever trusts it has it.
    const auto& above = issuer->chain_;
    const bool issuer_is_root =
        X509_NAME_cmp(X509_get_subject_name(issuer_x509), X509_get_issuer_name(issuer_x509)) == 0;
    if (!issuer_is_root) {
      identity.chain_.insert(identity.chain_.end(), above.begin(), above.end());
    }
  }
  identity.key_ = std::shared_ptr<EVP_PKEY>(key.release(), EVP_PKEY_free);
  identity.certificate_ = std::shared_ptr<X509>(certificate.release(), X509_free);
  return identity;
}

std::vector<uint8_t> Identity::Pkcs8() const {
  bssl::ScopedCBB cbb;
  PKIGATE_ASSERT(CBB_init(cbb.get(), 256) == 1);
  PKIGATE_ASSERT(EVP_marshal_private_key(cbb.get(), key_.get()) == 1);
  return {CBB_data(cbb.get()), CBB_data(cbb.get()) + CBB_len(cbb.get())};
}

std::vector<uint8_t> Identity::Crl(const std::vector<int>& revoked, int64_t next_update) const {
  bssl::UniquePtr<X509_CRL> crl(X509_CRL_new());
  PKIGATE_ASSERT(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1);
  PKIGATE_ASSERT(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(certificate_.get())));
  PKIGATE_ASSERT(X509_CRL_set1_lastUpdate(crl.get(), MakeTime(kNow - kDay).get()) == 1);
  PKIGATE_ASSERT(X509_CRL_set1_nextUpdate(crl.get(), MakeTime(next_update).get()) == 1);
  for (const int serial : revoked) {
    bssl::UniquePtr<X509_REVOKED> entry(X509_REVOKED_new());
    bssl::UniquePtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
    PKIGATE_ASSERT(ASN1_INTEGER_set(number.get(), serial) == 1);
    PKIGATE_ASSERT(X509_REVOKED_set_serialNumber(entry.get(), number.get()) == 1);
    PKIGATE_ASSERT(X509_REVOKED_set_revocationDate(entry.get(), MakeTime(kNow - kDay).get()) == 1);
    PKIGATE_ASSERT(X509_CRL_add0_revoked(crl.get(), entry.release()) == 1);
  }
  PKIGATE_ASSERT(X509_CRL_sort(crl.get()) == 1);
  PKIGATE_ASSERT(X509_CRL_sign(crl.get(), key_.get(), DigestFor(key_.get())) > 0);
  return Encoded(crl.get(), i2d_X509_CRL);
}

}  // namespace pkigate::tls::test
