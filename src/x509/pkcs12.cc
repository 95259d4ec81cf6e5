// SPDX-License-Identifier: Apache-2.0
#include "x509/pkcs12.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/oid.h"
#include "x509/string_value.h"
#include "x509/unicode_case.h"

namespace pkigate::x509 {

namespace {

constexpr std::string_view kData = "1.2.840.113549.1.7.1";
constexpr std::string_view kEncryptedData = "1.2.840.113549.1.7.6";
constexpr std::string_view kShroudedKeyBag = "1.2.840.113549.1.12.10.1.2";
constexpr std::string_view kCertificateBag = "1.2.840.113549.1.12.10.1.3";
constexpr std::string_view kX509Certificate = "1.2.840.113549.1.9.22.1";
constexpr std::string_view kFriendlyName = "1.2.840.113549.1.9.20";
constexpr std::string_view kLocalKeyId = "1.2.840.113549.1.9.21";
constexpr std::string_view kTrustedKeyUsage = "2.16.840.1.113894.746875.1.1";

using Bytes = std::vector<uint8_t>;

struct BagAttributes {
  std::string friendly_name;
  std::optional<Bytes> local_key_id;
  bool is_trusted = false;
};

struct KeyBag {
  BagAttributes attributes;
  Bytes encrypted_key;
  size_t place = 0;  // of the entry, among all
};

struct CertificateBag {
  BagAttributes attributes;
  Bytes der;
  Name subject;
  Name issuer;
};

class Pkcs12Reader {
 public:
  Pkcs12Reader(const StorePassword& password, uint32_t iterations_max)
      : password_(password), iterations_max_(iterations_max) {}

  Status ReadSafes(std::span<const uint8_t> authenticated_safe) {
    DerReader whole(authenticated_safe, store_error::kGarbled);
    DerReader safes = PKIGATE_TRY(whole.Enter(der::kSequence, "the safes"));
    PKIGATE_TRY_STATUS(whole.End("the safes"));
    while (!safes.empty()) {
      PKIGATE_TRY_STATUS(ReadSafe(safes));
    }
    return {};
  }

  // What the bags come to.
  KeyStore Finish() {
    KeyStore store;
    store.entries = std::move(entries_);
    for (const KeyBag& key : keys_) {
      for (const CertificateBag* next = LeafOf(key); next != nullptr; next = IssuerOf(*next)) {
        DerList& chain = store.entries[key.place].certificates;
        if (chain.size() == limits::kPeerChainCertificatesMax ||
            std::ranges::find(chain, next->der) != chain.end()) {
          break;
        }
        chain.push_back(next->der);
      }
    }
    store.num_unmarked_certificates =
        keys_.empty() ? static_cast<size_t>(std::ranges::count_if(
                            certificates_,
                            [](const CertificateBag& one) { return !one.attributes.is_trusted; }))
                      : 0;
    return store;
  }

 private:
  using DerList = std::vector<Bytes>;

  static Result<std::string> ReadOid(DerReader& reader, std::string_view what) {
    const DerElement element = PKIGATE_TRY(reader.Next(der::kOid, what));
    const std::optional<std::string> oid = DottedOid(element.content);
    return oid ? Result<std::string>(*oid)
               : reader.FailAt(element.position, "no object identifier");
  }

  Status ReadSafe(DerReader& safes) {
    DerReader info = PKIGATE_TRY(safes.Enter(der::kSequence, "a safe"));
    const std::string type = PKIGATE_TRY(ReadOid(info, "the type of a safe"));
    if (type == kData) {
      DerReader content = PKIGATE_TRY(info.Enter(der::kContextConstructed | 0, "a safe"));
      const DerElement octets = PKIGATE_TRY(content.Next(der::kOctetString, "a safe"));
      return ReadBags(octets.content);
    }
    if (type != kEncryptedData) {
      return MakeError(store_error::kUnsupported,
                       "the way a safe is protected, {}, is not supported", type);
    }
    DerReader content = PKIGATE_TRY(info.Enter(der::kContextConstructed | 0, "a safe"));
    DerReader encrypted = PKIGATE_TRY(content.Enter(der::kSequence, "an encrypted safe"));
    PKIGATE_TRY(encrypted.Next(der::kInteger, "the version of an encrypted safe"));
    DerReader inner = PKIGATE_TRY(encrypted.Enter(der::kSequence, "an encrypted safe"));
    PKIGATE_TRY(ReadOid(inner, "the type of an encrypted safe"));
    const DerElement algorithm =
        PKIGATE_TRY(inner.Next(der::kSequence, "the encryption of a safe"));
    const DerElement ciphertext =
        PKIGATE_TRY(inner.Next(der::kContextPrimitive | 0, "the content of an encrypted safe"));
    const Bytes bags =
        PKIGATE_TRY(DecryptByPassword(algorithm, ciphertext.content, password_, iterations_max_));
    return ReadBags(bags);
  }

  Status ReadBags(std::span<const uint8_t> content) {
    DerReader whole(content, store_error::kGarbled);
    DerReader bags = PKIGATE_TRY(whole.Enter(der::kSequence, "the bags of a safe"));
    PKIGATE_TRY_STATUS(whole.End("the bags of a safe"));
    while (!bags.empty()) {
      if (++num_bags_ > limits::kKeyStoreEntriesMax) {
        return MakeError(store_error::kTooLarge, "more than {} bags", limits::kKeyStoreEntriesMax);
      }
      DerReader bag = PKIGATE_TRY(bags.Enter(der::kSequence, "a bag"));
      PKIGATE_TRY_STATUS(ReadBag(bag));
    }
    return {};
  }

  Status ReadBag(DerReader& bag) {
    const std::string type = PKIGATE_TRY(ReadOid(bag, "the type of a bag"));
    const DerElement holder = PKIGATE_TRY(bag.Next(der::kContextConstructed | 0, "a bag"));
    DerReader value = bag.Inside(holder);
    const BagAttributes attributes = PKIGATE_TRY(ReadAttributes(bag));
    if (type == kShroudedKeyBag) {
      const DerElement key = PKIGATE_TRY(value.Next(der::kSequence, "an encrypted key"));
      keys_.push_back({attributes, {key.tlv.begin(), key.tlv.end()}, entries_.size()});
      entries_.push_back({AliasOf(attributes), keys_.back().encrypted_key, {}});
      return {};
    }
    return type == kCertificateBag ? AddCertificate(value, attributes) : Status();
  }

  Status AddCertificate(DerReader& value, const BagAttributes& attributes) {
    DerReader fields = PKIGATE_TRY(value.Enter(der::kSequence, "a certificate"));
    if (PKIGATE_TRY(ReadOid(fields, "the type of a certificate")) != kX509Certificate) {
      return {};
    }
    DerReader holder = PKIGATE_TRY(fields.Enter(der::kContextConstructed | 0, "a certificate"));
    const DerElement octets = PKIGATE_TRY(holder.Next(der::kOctetString, "a certificate"));
    Bytes der(octets.content.begin(), octets.content.end());
    Result<Certificate> facts = ParseCertificate(der);
    if (!facts.ok()) {
      return fields.FailAt(octets.position, "no certificate: " + facts.error().message);
    }
    if (attributes.is_trusted) {
      entries_.push_back({AliasOf(attributes), {}, {der}});
    }
    by_subject_.emplace(facts->subject.der(), certificates_.size());
    certificates_.push_back(
        {attributes, std::move(der), std::move(facts->subject), std::move(facts->issuer)});
    return {};
  }

  static Result<BagAttributes> ReadAttributes(DerReader& bag) {
    BagAttributes made;
    if (bag.empty()) {
      return made;
    }
    DerReader attributes = PKIGATE_TRY(bag.Enter(der::kSet, "the attributes of a bag"));
    PKIGATE_TRY_STATUS(bag.End("a bag"));
    while (!attributes.empty()) {
      DerReader attribute = PKIGATE_TRY(attributes.Enter(der::kSequence, "an attribute"));
      const std::string type = PKIGATE_TRY(ReadOid(attribute, "the type of an attribute"));
      DerReader values = PKIGATE_TRY(attribute.Enter(der::kSet, "the values of an attribute"));
      if (type == kTrustedKeyUsage) {
        made.is_trusted = true;
      } else if (type == kFriendlyName) {
        const DerElement name = PKIGATE_TRY(values.Next(der::kBmpString, "friendlyName"));
        made.friendly_name = DecodeStringValue(name.tag, name.content).value_or(std::string());
      } else if (type == kLocalKeyId) {
        const DerElement id = PKIGATE_TRY(values.Next(der::kOctetString, "localKeyId"));
        made.local_key_id.emplace(id.content.begin(), id.content.end());
      }
    }
    return made;
  }

  // What has no name is numbered, as in Java.
  std::string AliasOf(const BagAttributes& attributes) {
    return attributes.friendly_name.empty() ? std::to_string(++num_unnamed_)
                                            : ToLowerCase(attributes.friendly_name);
  }

  // The certificate of the same localKeyId. Where a lone key has none, the first certificate.
  const CertificateBag* LeafOf(const KeyBag& key) const {
    if (!key.attributes.local_key_id) {
      return keys_.size() == 1 && !certificates_.empty() ? &certificates_.front() : nullptr;
    }
    const auto leaf = std::ranges::find_if(certificates_, [&](const CertificateBag& one) {
      return one.attributes.local_key_id == key.attributes.local_key_id;
    });
    return leaf == certificates_.end() ? nullptr : &*leaf;
  }

  // Null after a self-issued certificate.
  const CertificateBag* IssuerOf(const CertificateBag& certificate) const {
    if (certificate.issuer == certificate.subject) {
      return nullptr;
    }
    const auto found = by_subject_.find(certificate.issuer.der());
    return found == by_subject_.end() ? nullptr : &certificates_[found->second];
  }

  const StorePassword& password_;
  const uint32_t iterations_max_;
  std::vector<KeyStoreEntry> entries_;
  std::vector<KeyBag> keys_;
  std::vector<CertificateBag> certificates_;
  std::map<Bytes, size_t> by_subject_;  // the first of each subject, index into certificates_
  size_t num_bags_ = 0;
  size_t num_unnamed_ = 0;
};

// Checks the MAC; some programs write files without a password as with an empty one, others as with
// none, so both are tried. True: as with none.
Result<bool> CheckMac(DerReader& pfx, std::span<const uint8_t> content,
                      const StorePassword& password, uint32_t iterations_max) {
  const DerElement mac = PKIGATE_TRY(pfx.Next(der::kSequence, "the MAC"));
  PKIGATE_TRY_STATUS(pfx.End("the MAC"));
  const Status checked = CheckStoreMac(mac, content, password, iterations_max);
  if (checked.ok()) {
    return false;
  }
  if (password.empty() && CheckStoreMac(mac, content, StorePassword::None(), iterations_max).ok()) {
    return true;
  }
  return checked.error();
}

}  // namespace

Result<KeyStore> ReadPkcs12(std::span<const uint8_t> bytes, const StorePassword& password,
                            uint32_t iterations_max) {
  DerReader file(bytes, store_error::kGarbled);
  DerReader pfx = PKIGATE_TRY(file.Enter(der::kSequence, "the PKCS12 store"));
  PKIGATE_TRY_STATUS(file.End("the PKCS12 store"));
  const DerElement version = PKIGATE_TRY(pfx.Next(der::kInteger, "the version"));
  if (version.content.size() != 1 || version.content[0] != 3) {
    return pfx.FailAt(version.position, "the version of the PKCS12 store is not 3");
  }
  DerReader info = PKIGATE_TRY(pfx.Enter(der::kSequence, "the content"));
  const DerElement type = PKIGATE_TRY(info.Next(der::kOid, "the type of the content"));
  if (DottedOid(type.content) != kData) {
    return MakeError(store_error::kUnsupported,
                     "its integrity is protected by a signature, not by a password");
  }
  DerReader holder = PKIGATE_TRY(info.Enter(der::kContextConstructed | 0, "the content"));
  const DerElement content = PKIGATE_TRY(holder.Next(der::kOctetString, "the content"));
  const bool without_password =
      !pfx.empty() && PKIGATE_TRY(CheckMac(pfx, content.content, password, iterations_max));
  const StorePassword none = StorePassword::None();
  Pkcs12Reader reader(without_password ? none : password, iterations_max);
  PKIGATE_TRY_STATUS(reader.ReadSafes(content.content));
  return reader.Finish();
}

}  // namespace pkigate::x509
