// SPDX-License-Identifier: Apache-2.0
#include "test_pki.h"

#include <openssl/asn1.h>
#include <openssl/base64.h>
#include <openssl/bytestring.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/assert.h"

namespace pkigate::x509::testing {

namespace {

void Check(bool worked) { PKIGATE_ASSERT(worked); }

Der Element(uint8_t tag, const Der& content) {
  PKIGATE_ASSERT(content.size() < 128);
  Der element = {tag, static_cast<uint8_t>(content.size())};
  element.insert(element.end(), content.begin(), content.end());
  return element;
}

void SetName(X509_NAME* name, const std::string& common_name) {
  if (!common_name.empty()) {
    Check(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                                     reinterpret_cast<const uint8_t*>("Test"), -1, -1, 0) == 1);
    Check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                     reinterpret_cast<const uint8_t*>(common_name.data()),
                                     static_cast<int>(common_name.size()), -1, 0) == 1);
  }
}

bssl::UniquePtr<X509_EXTENSION> Make(const Extension& extension) {
  const bssl::UniquePtr<ASN1_OBJECT> oid(OBJ_txt2obj(extension.oid.c_str(), 1));
  const bssl::UniquePtr<ASN1_OCTET_STRING> value(ASN1_OCTET_STRING_new());
  Check(ASN1_OCTET_STRING_set(value.get(), extension.value.data(),
                              static_cast<int>(extension.value.size())) == 1);
  return bssl::UniquePtr<X509_EXTENSION>(
      X509_EXTENSION_create_by_OBJ(nullptr, oid.get(), extension.critical ? 1 : 0, value.get()));
}

std::vector<Extension> ExtensionsOf(const Wishes& wishes) {
  std::vector<Extension> extensions = wishes.extensions;
  if (wishes.is_ca) {
    Der fields = Element(0x01, {0xff});
    if (wishes.path_len >= 0) {
      const Der path_len = Element(0x02, {static_cast<uint8_t>(wishes.path_len)});
      fields.insert(fields.end(), path_len.begin(), path_len.end());
    }
    extensions.push_back({"2.5.29.19", Element(0x30, fields), true});
  }
  if (wishes.key_usage != 0) {
    extensions.push_back({"2.5.29.15", Element(0x03, {0, wishes.key_usage}), true});
  }
  if (!wishes.extended_key_usage.empty()) {
    Der list;
    for (const std::string& usage : wishes.extended_key_usage) {
      const bssl::UniquePtr<ASN1_OBJECT> oid(OBJ_txt2obj(usage.c_str(), 1));
      const Der element = Element(
          0x06, Der(OBJ_get0_data(oid.get()), OBJ_get0_data(oid.get()) + OBJ_length(oid.get())));
      list.insert(list.end(), element.begin(), element.end());
    }
    extensions.push_back({"2.5.29.37", Element(0x30, list), false});
  }
  if (!wishes.dns_names.empty()) {
    Der list;
    for (const std::string& name : wishes.dns_names) {
      const Der element = Element(0x82, Der(name.begin(), name.end()));
      list.insert(list.end(), element.begin(), element.end());
    }
    extensions.push_back({"2.5.29.17", Element(0x30, list), false});
  }
  return extensions;
}

}  // namespace

Key Key::P256() {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  Check(EC_KEY_generate_key(ec.get()) == 1 && EVP_PKEY_set1_EC_KEY(key.get(), ec.get()) == 1);
  return Key(std::move(key));
}

Key Key::Rsa(int bits) {
  bssl::UniquePtr<BIGNUM> exponent(BN_new());
  bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  Check(BN_set_word(exponent.get(), RSA_F4) == 1 &&
        RSA_generate_key_ex(rsa.get(), bits, exponent.get(), nullptr) == 1 &&
        EVP_PKEY_set1_RSA(key.get(), rsa.get()) == 1);
  return Key(std::move(key));
}

Der Key::Pkcs8() const {
  bssl::ScopedCBB out;
  uint8_t* bytes = nullptr;
  size_t len = 0;
  Check(CBB_init(out.get(), 256) == 1 && EVP_marshal_private_key(out.get(), key_.get()) == 1 &&
        CBB_finish(out.get(), &bytes, &len) == 1);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return Der(bytes, bytes + len);
}

Issued Issue(const Wishes& wishes, const Issued* issuer, Key key) {
  bssl::UniquePtr<X509> certificate(X509_new());
  Check(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  Check(ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), wishes.serial) == 1);
  if (wishes.subject_der.empty()) {
    SetName(X509_get_subject_name(certificate.get()), wishes.subject);
  } else {
    const uint8_t* bytes = wishes.subject_der.data();
    const bssl::UniquePtr<X509_NAME> name(
        d2i_X509_NAME(nullptr, &bytes, static_cast<long>(wishes.subject_der.size())));
    Check(name != nullptr && X509_set_subject_name(certificate.get(), name.get()) == 1);
  }
  bssl::UniquePtr<X509> parent;
  if (issuer != nullptr) {
    const uint8_t* bytes = issuer->der.data();
    parent.reset(d2i_X509(nullptr, &bytes, static_cast<long>(issuer->der.size())));
  }
  Check(X509_set_issuer_name(certificate.get(),
                             X509_get_subject_name(parent ? parent.get() : certificate.get())) ==
        1);
  Check(ASN1_TIME_set(X509_getm_notBefore(certificate.get()), wishes.not_before) != nullptr);
  Check(ASN1_TIME_set(X509_getm_notAfter(certificate.get()), wishes.not_after) != nullptr);
  Check(X509_set_pubkey(certificate.get(), key.get()) == 1);
  for (const Extension& extension : ExtensionsOf(wishes)) {
    Check(X509_add_ext(certificate.get(), Make(extension).get(), -1) == 1);
  }
  Check(X509_sign(certificate.get(), issuer != nullptr ? issuer->key.get() : key.get(),
                  wishes.digest) > 0);
  uint8_t* bytes = nullptr;
  const int len = i2d_X509(certificate.get(), &bytes);
  Check(len > 0);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return {Der(bytes, bytes + len), std::move(key)};
}

Issued IssueCa(std::string_view name, const Issued* issuer) {
  Wishes wishes;
  wishes.subject = name;
  wishes.serial = 1;
  wishes.is_ca = true;
  wishes.key_usage = 0x06;
  wishes.not_after = kNow + 10 * kYear;
  return Issue(wishes, issuer);
}

Der IssueCrl(const Issued& issuer, const CrlWishes& wishes) {
  const uint8_t* issuer_bytes = issuer.der.data();
  const bssl::UniquePtr<X509> parent(
      d2i_X509(nullptr, &issuer_bytes, static_cast<long>(issuer.der.size())));
  const bssl::UniquePtr<X509_CRL> crl(X509_CRL_new());
  Check(X509_CRL_set_version(crl.get(), X509_CRL_VERSION_2) == 1);
  Check(X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(parent.get())) == 1);
  const bssl::UniquePtr<ASN1_TIME> last_update(ASN1_TIME_set(nullptr, wishes.last_update));
  const bssl::UniquePtr<ASN1_TIME> next_update(ASN1_TIME_set(nullptr, wishes.next_update));
  Check(X509_CRL_set1_lastUpdate(crl.get(), last_update.get()) == 1);
  Check(X509_CRL_set1_nextUpdate(crl.get(), next_update.get()) == 1);
  for (const int64_t serial : wishes.serials) {
    bssl::UniquePtr<X509_REVOKED> entry(X509_REVOKED_new());
    const bssl::UniquePtr<ASN1_INTEGER> number(ASN1_INTEGER_new());
    Check(ASN1_INTEGER_set(number.get(), serial) == 1 &&
          X509_REVOKED_set_serialNumber(entry.get(), number.get()) == 1 &&
          X509_REVOKED_set_revocationDate(entry.get(), last_update.get()) == 1 &&
          X509_CRL_add0_revoked(crl.get(), entry.get()) == 1);
    entry.release();
  }
  for (const Extension& extension : wishes.extensions) {
    Check(X509_CRL_add_ext(crl.get(), Make(extension).get(), -1) == 1);
  }
  Check(X509_CRL_sign(crl.get(), issuer.key.get(), EVP_sha256()) > 0);
  uint8_t* bytes = nullptr;
  const int len = i2d_X509_CRL(crl.get(), &bytes);
  Check(len > 0);
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return Der(bytes, bytes + len);
}

std::string Pem(std::string_view label, const Der& der) {
  size_t len = 0;
  Check(EVP_EncodedLength(&len, der.size()) == 1);
  std::string encoded(len, '\0');
  encoded.resize(
      EVP_EncodeBlock(reinterpret_cast<uint8_t*>(encoded.data()), der.data(), der.size()));
  std::string pem = "-----BEGIN " + std::string(label) + "-----\n";
  for (size_t index = 0; index < encoded.size(); index += 64) {
    pem += encoded.substr(index, 64) + "\n";
  }
  return pem + "-----END " + std::string(label) + "-----\n";
}

}  // namespace pkigate::x509::testing
