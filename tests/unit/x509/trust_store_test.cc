// SPDX-License-Identifier: Apache-2.0
//
// Chains made on the spot against TrustStore: for everything accepted a neighbour that differs in
// one thing and is refused for that. The public suites are in tests/conformance.
#include "x509/trust_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/limits.h"
#include "test_pki.h"

namespace pkigate::x509 {
namespace {

using testing::CrlWishes;
using testing::Der;
using testing::Extension;
using testing::Issue;
using testing::IssueCa;
using testing::IssueCrl;
using testing::Issued;
using testing::Key;
using testing::kNow;
using testing::kYear;
using testing::Wishes;

constexpr char kClientAuth[] = "1.3.6.1.5.5.7.3.2";
constexpr char kServerAuth[] = "1.3.6.1.5.5.7.3.1";
constexpr char kAnyUsage[] = "2.5.29.37.0";

std::shared_ptr<const TrustStore> Trust(std::vector<Der> anchors, std::vector<Der> crls = {},
                                        TrustOptions options = {}) {
  auto trust = TrustStore::Create(anchors, crls, options);
  EXPECT_TRUE(trust.ok()) << (trust.ok() ? "" : trust.error().message);
  return std::move(trust).value();
}

VerifyResult Verify(const std::shared_ptr<const TrustStore>& trust, std::vector<Der> chain,
                    VerifyOptions options = {.time_unix = kNow}) {
  return trust->Verify(chain, options);
}

std::string ReasonAt(const std::shared_ptr<const TrustStore>& trust, const Der& leaf,
                     int64_t time_unix) {
  return Verify(trust, {leaf}, {.time_unix = time_unix}).reason;
}

class TrustStoreTest : public ::testing::Test {
 protected:
  const Issued root_ = IssueCa("Root");
  const Issued intermediate_ = IssueCa("Intermediate", &root_);
  const Issued client_ = Issue({}, &intermediate_);
  const std::shared_ptr<const TrustStore> trust_ = Trust({root_.der});
};

TEST_F(TrustStoreTest, AcceptsAPathAndSaysWhatItFound) {
  const VerifyResult verdict = Verify(trust_, {client_.der, intermediate_.der});
  EXPECT_TRUE(verdict.accepted);
  EXPECT_STREQ(verdict.reason, verify_reason::kAccepted);
  EXPECT_EQ(verdict.subject, "CN=Client,O=Test");
  EXPECT_EQ(verdict.issuer, "CN=Intermediate,O=Test");
  EXPECT_EQ(verdict.serial, "07");
  EXPECT_EQ(verdict.chain_length, 3);
  EXPECT_EQ(verdict.expires_unix, kNow + kYear) << "the leaf ends first";
}

TEST_F(TrustStoreTest, RefusesWithoutTheIntermediateAndNamesTheIssuerThatIsMissing) {
  const VerifyResult verdict = Verify(trust_, {client_.der});
  EXPECT_FALSE(verdict.accepted);
  EXPECT_STREQ(verdict.reason, verify_reason::kUntrustedChain);
  EXPECT_EQ(verdict.issuer, "CN=Intermediate,O=Test");
  EXPECT_FALSE(verdict.hint.empty());
  EXPECT_EQ(verdict.expires_unix, 0);
}

TEST_F(TrustStoreTest, RefusesAForeignCaOfTheSameName) {
  const Issued other_root = IssueCa("Root");
  EXPECT_STREQ(Verify(Trust({other_root.der}), {client_.der, intermediate_.der}).reason,
               verify_reason::kBadSignature);
  EXPECT_STREQ(Verify(Trust({IssueCa("Other").der}), {client_.der, intermediate_.der}).reason,
               verify_reason::kUntrustedChain);
}

TEST_F(TrustStoreTest, NobodyIsTrustedByAnEmptyStore) {
  const auto nobody = Trust({});
  EXPECT_TRUE(nobody->empty());
  EXPECT_STREQ(Verify(nobody, {client_.der, intermediate_.der}).reason,
               verify_reason::kUntrustedChain);
}

TEST_F(TrustStoreTest, AnIntermediateMayBeTheAnchor) {
  const auto partial = Trust({intermediate_.der});
  EXPECT_TRUE(Verify(partial, {client_.der}).accepted);
  EXPECT_STREQ(Verify(partial, {Issue({}, &root_).der}).reason, verify_reason::kUntrustedChain);
}

TEST_F(TrustStoreTest, DatesCountToTheSecond) {
  const auto partial = Trust({intermediate_.der});
  EXPECT_EQ(ReasonAt(partial, client_.der, kNow - kYear), verify_reason::kAccepted);
  EXPECT_EQ(ReasonAt(partial, client_.der, kNow - kYear - 1), verify_reason::kNotYetValid);
  EXPECT_EQ(ReasonAt(partial, client_.der, kNow + kYear), verify_reason::kAccepted)
      << "notAfter itself is valid (RFC 5280, 4.1.2.5)";
  EXPECT_EQ(ReasonAt(partial, client_.der, kNow + kYear + 1), verify_reason::kExpired);
}

TEST_F(TrustStoreTest, AnExpiredIntermediateIsNamed) {
  Wishes wishes;
  wishes.subject = "Short";
  wishes.is_ca = true;
  wishes.not_after = kNow - 1;
  const Issued expired = Issue(wishes, &root_);
  const VerifyResult verdict = Verify(trust_, {Issue({}, &expired).der, expired.der});
  EXPECT_STREQ(verdict.reason, verify_reason::kExpired);
  EXPECT_EQ(verdict.subject, "CN=Short,O=Test");
  EXPECT_THAT(verdict.detail, ::testing::HasSubstr("certificate 2 of the path"));
}

TEST_F(TrustStoreTest, OneFlippedBitOfTheSignature) {
  Der altered = client_.der;
  altered.back() ^= 1;
  EXPECT_STREQ(Verify(Trust({intermediate_.der}), {altered}).reason, verify_reason::kBadSignature);
}

TEST_F(TrustStoreTest, ExtendedKeyUsage) {
  const auto with_usage = [this](std::vector<std::string> usages) {
    Wishes wishes;
    wishes.extended_key_usage = std::move(usages);
    return Issue(wishes, &root_).der;
  };
  EXPECT_TRUE(Verify(trust_, {with_usage({})}).accepted);
  EXPECT_TRUE(Verify(trust_, {with_usage({kServerAuth, kClientAuth})}).accepted);
  EXPECT_STREQ(Verify(trust_, {with_usage({kServerAuth})}).reason, verify_reason::kWrongPurpose);
  EXPECT_TRUE(
      Verify(trust_, {with_usage({kServerAuth})}, {.purpose = Purpose::kServer, .time_unix = kNow})
          .accepted);
  EXPECT_TRUE(
      Verify(trust_, {with_usage({kServerAuth})}, {.purpose = Purpose::kAny, .time_unix = kNow})
          .accepted);
}

// X-AUT-31
TEST_F(TrustStoreTest, AnyExtendedKeyUsageServesWhereAsked) {
  Wishes wishes;
  wishes.extended_key_usage = {kAnyUsage};
  const Der leaf = Issue(wishes, &root_).der;
  EXPECT_STREQ(Verify(trust_, {leaf}).reason, verify_reason::kWrongPurpose);
  const auto jdk = Trust({root_.der}, {}, {.any_extended_key_usage = true});
  EXPECT_TRUE(Verify(jdk, {leaf}).accepted);
  wishes.key_usage = 0x20;  // keyEncipherment
  EXPECT_STREQ(Verify(jdk, {Issue(wishes, &root_).der}).reason, verify_reason::kWrongPurpose);
  wishes.key_usage = 0;
  wishes.extended_key_usage = {kServerAuth};
  EXPECT_STREQ(Verify(jdk, {Issue(wishes, &root_).der}).reason, verify_reason::kWrongPurpose);
}

// X-AUT-31
TEST_F(TrustStoreTest, AClientsKeyUsageNeedsDigitalSignature) {
  Wishes wishes;
  wishes.key_usage = 0x80;
  EXPECT_TRUE(Verify(trust_, {Issue(wishes, &root_).der}).accepted);
  wishes.key_usage = 0x08;  // keyAgreement
  EXPECT_STREQ(Verify(trust_, {Issue(wishes, &root_).der}).reason, verify_reason::kWrongPurpose);
}

TEST_F(TrustStoreTest, OnlyCasIssue) {
  const Issued no_ca = Issue({}, &root_);
  Wishes wishes;
  wishes.subject = "Below";
  const VerifyResult verdict = Verify(trust_, {Issue(wishes, &no_ca).der, no_ca.der});
  EXPECT_STREQ(verdict.reason, verify_reason::kInvalidCa);
  EXPECT_EQ(verdict.subject, "CN=Client,O=Test");
}

TEST_F(TrustStoreTest, PathLengths) {
  Wishes wishes;
  wishes.subject = "Last CA";
  wishes.is_ca = true;
  wishes.path_len = 0;
  const Issued last = Issue(wishes, &root_);
  EXPECT_TRUE(Verify(trust_, {Issue({}, &last).der, last.der}).accepted);
  const Issued below = IssueCa("Below", &last);
  EXPECT_STREQ(Verify(trust_, {Issue({}, &below).der, below.der, last.der}).reason,
               verify_reason::kPathTooLong);
}

TEST_F(TrustStoreTest, MaxDepthCountsIntermediates) {
  const std::vector<Der> chain = {client_.der, intermediate_.der};
  EXPECT_TRUE(Verify(trust_, chain, {.time_unix = kNow, .max_depth = 1}).accepted);
  EXPECT_STREQ(Verify(trust_, chain, {.time_unix = kNow, .max_depth = 0}).reason,
               verify_reason::kPathTooLong);
  EXPECT_TRUE(
      Verify(trust_, {Issue({}, &root_).der}, {.time_unix = kNow, .max_depth = 0}).accepted);
}

TEST_F(TrustStoreTest, UnknownCriticalExtension) {
  Wishes wishes;
  wishes.extensions = {{"1.3.6.1.4.1.50000.9", {0x05, 0x00}, false}};
  EXPECT_TRUE(Verify(trust_, {Issue(wishes, &root_).der}).accepted);
  wishes.extensions[0].critical = true;
  EXPECT_STREQ(Verify(trust_, {Issue(wishes, &root_).der}).reason,
               verify_reason::kUnknownCriticalExtension);
}

TEST_F(TrustStoreTest, NameConstraints) {
  Wishes wishes;
  wishes.subject = "Constrained";
  wishes.is_ca = true;
  // permittedSubtrees { dNSName ".a" }
  wishes.extensions = {
      {"2.5.29.30", {0x30, 0x08, 0xa0, 0x06, 0x30, 0x04, 0x82, 0x02, '.', 'a'}, true}};
  const Issued ca = Issue(wishes, &root_);
  Wishes leaf;
  leaf.dns_names = {"x.a"};
  EXPECT_TRUE(Verify(trust_, {Issue(leaf, &ca).der, ca.der}).accepted);
  leaf.dns_names = {"x.b"};
  EXPECT_STREQ(Verify(trust_, {Issue(leaf, &ca).der, ca.der}).reason,
               verify_reason::kNameConstraints);
}

TEST_F(TrustStoreTest, WeakSignaturesButNotOfAnchors) {
  Wishes wishes;
  wishes.digest = EVP_sha1();
  const Der leaf = Issue(wishes, &root_).der;
  EXPECT_STREQ(Verify(trust_, {leaf}).reason, verify_reason::kWeakSignature);
  EXPECT_TRUE(Verify(Trust({root_.der}, {}, {.allow_sha1 = true}), {leaf}).accepted);

  wishes = {};
  wishes.subject = "Old Root";
  wishes.is_ca = true;
  wishes.digest = EVP_sha1();
  const Issued old_root = Issue(wishes);
  EXPECT_TRUE(Verify(Trust({old_root.der}), {Issue({}, &old_root).der}).accepted);
}

TEST_F(TrustStoreTest, Md5IsNeverTaken) {
  Wishes ca_wishes;
  ca_wishes.subject = "RSA Root";
  ca_wishes.is_ca = true;
  const Issued rsa_root = Issue(ca_wishes, nullptr, Key::Rsa(2048));
  Wishes wishes;
  EXPECT_TRUE(Verify(Trust({rsa_root.der}), {Issue(wishes, &rsa_root).der}).accepted);
  wishes.digest = EVP_md5();
  EXPECT_STREQ(
      Verify(Trust({rsa_root.der}, {}, {.allow_sha1 = true}), {Issue(wishes, &rsa_root).der})
          .reason,
      verify_reason::kWeakSignature);
}

TEST_F(TrustStoreTest, ShortRsaKeys) {
  const Der leaf = Issue({}, &root_, Key::Rsa(1024)).der;
  EXPECT_TRUE(Verify(trust_, {leaf}).accepted);
  EXPECT_STREQ(Verify(Trust({root_.der}, {}, {.rsa_bits_min = 2048}), {leaf}).reason,
               verify_reason::kWeakKey);
  EXPECT_STREQ(Verify(trust_, {Issue({}, &root_, Key::Rsa(768)).der}).reason,
               verify_reason::kWeakKey);
}

// X-AUT-31
TEST_F(TrustStoreTest, APinnedLeafCountsByItsDatesAlone) {
  Wishes wishes;
  wishes.extended_key_usage = {kServerAuth};
  wishes.digest = EVP_sha1();
  const Der leaf = Issue(wishes, &root_).der;
  const auto pinned = Trust({leaf}, {}, {.pinned_leaf = true});
  const VerifyResult verdict = Verify(pinned, {leaf, intermediate_.der});
  EXPECT_TRUE(verdict.accepted);
  EXPECT_EQ(verdict.chain_length, 1);
  EXPECT_EQ(verdict.expires_unix, kNow + kYear);
  EXPECT_EQ(ReasonAt(pinned, leaf, kNow + kYear + 1), verify_reason::kExpired);
  EXPECT_EQ(ReasonAt(pinned, leaf, kNow - kYear - 1), verify_reason::kNotYetValid);
  EXPECT_STREQ(Verify(pinned, {Issue(wishes, &root_).der}).reason, verify_reason::kUntrustedChain)
      << "another certificate of the same name is not the one that was pinned";
}

TEST_F(TrustStoreTest, ARenewedCaBesideTheOldOne) {
  // Same name, same key, new dates; in either order in the store.
  Wishes wishes;
  wishes.subject = "Root";
  wishes.is_ca = true;
  wishes.not_after = kNow - 1;
  const Issued expired_root = Issue(wishes, nullptr, root_.key);
  const Der leaf = Issue({}, &root_).der;
  EXPECT_TRUE(Verify(Trust({expired_root.der, root_.der}), {leaf}).accepted);
  EXPECT_TRUE(Verify(Trust({root_.der, expired_root.der}), {leaf}).accepted);
  EXPECT_STREQ(Verify(Trust({expired_root.der}), {leaf}).reason, verify_reason::kExpired);
  // Same name, other key.
  const Issued other_root = IssueCa("Root");
  EXPECT_TRUE(Verify(Trust({other_root.der, root_.der}), {leaf}).accepted);
  EXPECT_TRUE(Verify(Trust({root_.der, other_root.der}), {leaf}).accepted);
}

TEST_F(TrustStoreTest, Revocation) {
  const Der good = Issue({}, &root_).der;
  Wishes wishes;
  wishes.serial = 666;
  const Der revoked = Issue(wishes, &root_).der;
  const auto trust = Trust({root_.der}, {IssueCrl(root_, {.serials = {3, 666, 5}})});
  const VerifyResult accepted = Verify(trust, {good});
  EXPECT_TRUE(accepted.accepted);
  EXPECT_EQ(accepted.expires_unix, kNow + kYear / 2) << "the CRL's nextUpdate comes first";
  const VerifyResult refused = Verify(trust, {revoked});
  EXPECT_STREQ(refused.reason, verify_reason::kRevoked);
  EXPECT_EQ(refused.serial, "029a");
}

TEST_F(TrustStoreTest, WithCrlsEveryIssuerNeedsOne) {
  const std::vector<Der> chain = {client_.der, intermediate_.der};
  const Der root_crl = IssueCrl(root_, {});
  const Der intermediate_crl = IssueCrl(intermediate_, {});
  EXPECT_TRUE(Verify(Trust({root_.der}, {root_crl, intermediate_crl}), chain).accepted);
  EXPECT_STREQ(Verify(Trust({root_.der}, {root_crl}), chain).reason,
               verify_reason::kRevocationUnknown);
  EXPECT_STREQ(Verify(Trust({root_.der}, {intermediate_crl}), chain).reason,
               verify_reason::kRevocationUnknown);
  EXPECT_TRUE(Verify(Trust({intermediate_.der}, {intermediate_crl}), chain).accepted)
      << "an anchor needs no CRL of its own issuer";
}

TEST_F(TrustStoreTest, ARevokedIntermediateTakesItsClientsAlong) {
  const auto trust =
      Trust({root_.der}, {IssueCrl(root_, {.serials = {1}}), IssueCrl(intermediate_, {})});
  const VerifyResult verdict = Verify(trust, {client_.der, intermediate_.der});
  EXPECT_STREQ(verdict.reason, verify_reason::kRevoked);
  EXPECT_EQ(verdict.subject, "CN=Intermediate,O=Test");
}

TEST_F(TrustStoreTest, CrlsOutOfDateOrForged) {
  const Der leaf = Issue({}, &root_).der;
  EXPECT_STREQ(
      Verify(Trust({root_.der}, {IssueCrl(root_, {.next_update = kNow - 1})}), {leaf}).reason,
      verify_reason::kRevocationUnknown);
  EXPECT_STREQ(
      Verify(Trust({root_.der}, {IssueCrl(root_, {.last_update = kNow + 1})}), {leaf}).reason,
      verify_reason::kRevocationUnknown);
  const Issued impostor = IssueCa("Root");
  EXPECT_STREQ(Verify(Trust({root_.der}, {IssueCrl(impostor, {})}), {leaf}).reason,
               verify_reason::kRevocationUnknown);
}

Error CreateError(std::vector<Der> anchors, std::vector<Der> crls) {
  const auto trust = TrustStore::Create(anchors, crls, {});
  EXPECT_FALSE(trust.ok());
  return trust.ok() ? Error{} : trust.error();
}

TEST_F(TrustStoreTest, RefusesCrlsThatAreNotWholeLists) {
  // deltaCRLIndicator (with the cRLNumber that a delta must have), and something unknown.
  const Extension number = {"2.5.29.20", {0x02, 0x01, 0x02}, false};
  const Extension delta = {"2.5.29.27", {0x02, 0x01, 0x01}, true};
  EXPECT_STREQ(CreateError({root_.der}, {IssueCrl(root_, {.extensions = {number, delta}})}).code,
               "delta_crl");
  const Extension unknown = {"1.3.6.1.4.1.50000.9", {0x05, 0x00}, true};
  const Error error =
      CreateError({root_.der}, {IssueCrl(root_, {}), IssueCrl(root_, {.extensions = {unknown}})});
  EXPECT_STREQ(error.code, "unknown_critical_extension");
  EXPECT_THAT(error.message, ::testing::HasSubstr("1.3.6.1.4.1.50000.9"));
  EXPECT_THAT(error.message, ::testing::StartsWith("CRL 2 "));
}

TEST_F(TrustStoreTest, RefusesWhatIsNoCertificateOrCrl) {
  Der cut = root_.der;
  cut.pop_back();
  EXPECT_STREQ(CreateError({root_.der, cut}, {}).code, "malformed_certificate");
  EXPECT_STREQ(CreateError({root_.der}, {cut}).code, "malformed_crl");
  Der longer = root_.der;
  longer.push_back(0);
  EXPECT_STREQ(CreateError({longer}, {}).code, "malformed_certificate");
}

TEST_F(TrustStoreTest, RefusesTooManyAnchors) {
  const std::vector<Der> anchors(limits::kTrustAnchorsMax + 1, root_.der);
  EXPECT_STREQ(CreateError(anchors, {}).code, "too_many_anchors");
}

TEST_F(TrustStoreTest, SubjectsAndIdentity) {
  const Issued other = IssueCa("Other");
  const auto trust = Trust({root_.der, other.der, root_.der});
  EXPECT_EQ(trust->num_anchors(), 2U);
  EXPECT_EQ(trust->subjects().size(), 2U);
  EXPECT_NE(trust->id(), 0U);
  EXPECT_EQ(trust->id(), Trust({root_.der, other.der, root_.der})->id());
  EXPECT_NE(trust->id(), trust_->id());
  EXPECT_NE(trust_->id(), Trust({root_.der}, {}, {.allow_sha1 = true})->id());
  EXPECT_NE(trust_->id(), Trust({root_.der}, {IssueCrl(root_, {})})->id());
}

TEST_F(TrustStoreTest, HostileChains) {
  EXPECT_STREQ(Verify(trust_, {}).reason, verify_reason::kMalformed);
  EXPECT_STREQ(Verify(trust_, {{}}).reason, verify_reason::kMalformed);
  EXPECT_STREQ(Verify(trust_, {client_.der, {0x30, 0x80}}).reason, verify_reason::kMalformed);
  const std::vector<Der> many(limits::kPeerChainCertificatesMax + 1, client_.der);
  EXPECT_STREQ(Verify(trust_, many).reason, verify_reason::kPathTooLong);
}

// Two CAs that certify each other, and a chain of more CAs than a path may have.
TEST_F(TrustStoreTest, CyclesAndEndlessChainsEnd) {
  const Issued a = IssueCa("A");
  const Issued b = IssueCa("B");
  Wishes wishes;
  wishes.is_ca = true;
  wishes.subject = "A";
  const Issued a_by_b = Issue(wishes, &b, a.key);
  wishes.subject = "B";
  const Issued b_by_a = Issue(wishes, &a, b.key);
  EXPECT_STREQ(Verify(trust_, {Issue({}, &a).der, a_by_b.der, b_by_a.der}).reason,
               verify_reason::kUntrustedChain);

  std::vector<Issued> cas = {root_};
  std::vector<Der> chain;
  while (cas.size() < limits::kPathCertificatesMax + 1) {
    cas.push_back(IssueCa("CA " + std::to_string(cas.size()), &cas.back()));
    chain.insert(chain.begin(), cas.back().der);
  }
  chain.pop_back();
  chain.insert(chain.begin(), Issue({}, &cas.back()).der);
  EXPECT_FALSE(Verify(trust_, chain).accepted);
}

// Each CA of the path maps two policies on two: the library's tree would double with each.
TEST_F(TrustStoreTest, PolicyMappingsThatExplodeAreRefusedQuickly) {
  const Der two_policies = {0x30, 0x0c, 0x30, 0x04, 0x06, 0x02, 0x2a,
                            0x01, 0x30, 0x04, 0x06, 0x02, 0x2a, 0x02};
  const Der four_mappings = {0x30, 0x28, 0x30, 0x08, 0x06, 0x02, 0x2a, 0x01, 0x06, 0x02, 0x2a,
                             0x01, 0x30, 0x08, 0x06, 0x02, 0x2a, 0x01, 0x06, 0x02, 0x2a, 0x02,
                             0x30, 0x08, 0x06, 0x02, 0x2a, 0x02, 0x06, 0x02, 0x2a, 0x01, 0x30,
                             0x08, 0x06, 0x02, 0x2a, 0x02, 0x06, 0x02, 0x2a, 0x02};
  const auto verify_depth = [&](int depth) {
    std::vector<Der> chain;
    Issued issuer = root_;
    for (int level = 0; level < depth; ++level) {
      Wishes wishes;
      wishes.subject = "CA " + std::to_string(level);
      wishes.is_ca = true;
      wishes.extensions = {{"2.5.29.32", two_policies, false}, {"2.5.29.33", four_mappings, false}};
      Issued ca = Issue(wishes, &issuer);
      chain.insert(chain.begin(), ca.der);
      issuer = ca;
    }
    Wishes wishes;
    wishes.extensions = {{"2.5.29.32", two_policies, false}};
    chain.insert(chain.begin(), Issue(wishes, &issuer).der);
    return Verify(trust_, chain);
  };
  EXPECT_STREQ(verify_depth(2).reason, verify_reason::kAccepted);
  EXPECT_STREQ(verify_depth(25).reason, verify_reason::kPolicy);
}

TEST_F(TrustStoreTest, ManyThreadsAtOnce) {
  const auto trust = Trust({root_.der}, {IssueCrl(root_, {.serials = {9, 8}}),
                                         IssueCrl(intermediate_, {.serials = {1, 666}})});
  Wishes wishes;
  wishes.serial = 666;
  const Der revoked = Issue(wishes, &intermediate_).der;
  std::vector<std::thread> threads;
  std::array<int, 4> num_right{};
  for (size_t index = 0; index < num_right.size(); ++index) {
    threads.emplace_back([&, index] {
      for (int round = 0; round < 50; ++round) {
        num_right[index] += Verify(trust, {client_.der, intermediate_.der}).accepted ? 1 : 0;
        num_right[index] += Verify(trust, {revoked, intermediate_.der}).accepted ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(num_right, ::testing::Each(100));
}

}  // namespace
}  // namespace pkigate::x509
