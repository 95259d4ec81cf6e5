// SPDX-License-Identifier: Apache-2.0
//
// One pki realm: settings it refuses, the username it reads (xpack.md, 2.2) and the chains it
// trusts (2.3). Upstream's own readings of many subjects are in tests/data/vectors/xpack_username.
#include "identity/pki_realm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "test_names.h"
#include "test_pki.h"
#include "x509/jdk_form.h"
#include "x509/trust_store.h"

namespace pkigate::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using x509::testing::Issue;
using x509::testing::IssueCa;
using x509::testing::Issued;
using x509::testing::kCn;
using x509::testing::kEmail;
using x509::testing::kNow;
using x509::testing::kO;
using x509::testing::kOu;
using x509::testing::kUid;
using x509::testing::kYear;
using x509::testing::MakeName;
using x509::testing::Wishes;

constexpr uint8_t kUtf8 = 0x0c;
constexpr uint8_t kNumeric = 0x12;
constexpr uint8_t kT61 = 0x14;

PkiRealmModel ModelOf() {
  PkiRealmModel model;
  model.name = "pki1";
  model.key_prefix = "realms.pki.pki1";
  return model;
}

std::unique_ptr<const PkiRealm> MustCompile(const PkiRealmModel& model) {
  auto realm = PkiRealm::Compile(model);
  EXPECT_TRUE(realm.ok()) << (realm.ok() ? "" : realm.error().message);
  return realm.ok() ? std::move(realm).value() : nullptr;
}

// The username, or `(none)`.
std::string UsernameIn(const x509::Name& subject, const PkiRealmModel& model = ModelOf()) {
  const auto realm = MustCompile(model);
  match::Scratch scratch;
  return realm->UsernameOf(subject, x509::JdkForm(subject), scratch).value_or("(none)");
}

PkiRealmModel WithPattern(const std::string& pattern) {
  PkiRealmModel model = ModelOf();
  model.username_pattern = pattern;
  return model;
}

PkiRealmModel WithRdnName(const std::string& name) {
  PkiRealmModel model = ModelOf();
  model.username_rdn_name = name;
  return model;
}

PkiRealmModel WithRdnOid(const std::string& oid) {
  PkiRealmModel model = ModelOf();
  model.username_rdn_oid = oid;
  return model;
}

const x509::Name kJohn = MakeName({{{kO, kUtf8, "acme"}}, {{kCn, kUtf8, "John Doe"}}});

// --- the pattern ---------------------------------------------------------------------------------

TEST(PkiRealm, TheDefaultPatternTakesTheCommonName) {
  EXPECT_EQ(UsernameIn(kJohn), "John Doe");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "first"}}, {{kCn, kUtf8, "second"}}})), "second")
      << "the leftmost as printed";
  EXPECT_EQ(UsernameIn(MakeName({{{kO, kUtf8, "acme"}}, {{kUid, kUtf8, "jd"}}})), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({})), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, ""}}})), "(none)") << "group 1 is empty";
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, " A b "}}})), "\" A b \"") << "verbatim (X-AUT-25)";
}

// X-AUT-22
TEST(PkiRealm, WhatThePatternSeesIsTheTextNotTheValue) {
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "Doe, John"}}})), "\"Doe");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "a"}, {kOu, kUtf8, "b"}}})), "a + OU=b");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "good"}}, {{kO, kUtf8, "CN=evil"}}})), "evil\"");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "a\nb"}}})), "(none)");
}

TEST(PkiRealm, PatternsOfTheOperator) {
  EXPECT_EQ(UsernameIn(kJohn, WithPattern("cn=(\\w+) ")), "John") << "case does not matter";
  EXPECT_EQ(UsernameIn(kJohn, WithPattern("O=(.*?)(?:,|$)")), "acme");
  EXPECT_EQ(UsernameIn(kJohn, WithPattern("OU=(.*)")), "(none)");
  EXPECT_EQ(UsernameIn(kJohn, WithPattern("CN=(?:x(.*)|John.*)")), "(none)")
      << "group 1 takes no part";
  const x509::Name mail = MakeName({{{kEmail, 0x16, "jd@acme.example"}}, {{kCn, kUtf8, "John"}}});
  EXPECT_EQ(UsernameIn(mail, WithPattern("EMAILADDRESS=([^@]*)@acme\\.example(?:,|$)")), "jd");
  EXPECT_EQ(UsernameIn(mail, WithPattern("E=(.*)")), "(none)") << "no such keyword is printed";
}

// X-AUT-23
TEST(PkiRealm, AStrictUsernameIsAWholeValue) {
  PkiRealmModel strict = ModelOf();
  strict.strict_username = true;
  EXPECT_EQ(UsernameIn(kJohn, strict), "John Doe");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "Doe, John"}}}), strict), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "a"}, {kOu, kUtf8, "b"}}}), strict), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "good"}}, {{kO, kUtf8, "CN=evil"}}}), strict),
            "(none)");
  // The value is another attribute's: `evil` stands in the form twice.
  EXPECT_EQ(UsernameIn(MakeName({{{kOu, kUtf8, "evil"}}, {{kO, kUtf8, "CN=evil, x"}}}), strict),
            "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "\"a\""}}}), strict), "(none)")
      << "quotes of its own: not certain";
  strict.username_pattern = "CN=\"?(.*?)\"?(?:, O=|$)";
  EXPECT_EQ(UsernameIn(MakeName({{{kO, kUtf8, "x"}}, {{kCn, kUtf8, "Doe, John"}}}), strict),
            "Doe, John");
  strict.username_pattern = "CN=(.)";
  EXPECT_EQ(UsernameIn(kJohn, strict), "(none)");
}

TEST(PkiRealm, PatternsThatAreRefused) {
  const auto refused = [](const std::string& pattern) {
    const auto realm = PkiRealm::Compile(WithPattern(pattern));
    EXPECT_FALSE(realm.ok()) << pattern;
    EXPECT_TRUE(realm.ok() || std::string_view(realm.error().code) == "username_pattern");
    return realm.ok() ? "" : realm.error().message;
  };
  EXPECT_THAT(refused("CN=(.*"), StartsWith("[realms.pki.pki1.username_pattern] "));
  EXPECT_THAT(refused("CN=.*"), HasSubstr("has no capturing group"));
  EXPECT_THAT(refused("CN=(?:.*)"), HasSubstr("has no capturing group"));
  EXPECT_THAT(refused(""), HasSubstr("has no capturing group"));
  (void)MustCompile(WithPattern("CN=(.*)"));
}

TEST(PkiRealm, APatternThatTakesTooLongGivesNoName) {
  const auto realm = MustCompile(WithPattern("(a+)+[=!]"));
  match::Scratch scratch;
  const x509::Name slow = MakeName({{{kO, kUtf8, std::string(40, 'a') + "x"}}});
  EXPECT_EQ(realm->UsernameOf(slow, x509::JdkForm(slow), scratch), std::nullopt);
  EXPECT_EQ(scratch.num_given_up(), 1U);
}

// --- an attribute instead ------------------------------------------------------------------------

// X-AUT-24
TEST(PkiRealm, AnAttributeTakesThePatternsPlace) {
  EXPECT_EQ(UsernameIn(kJohn, WithRdnName("O")), "acme");
  EXPECT_EQ(UsernameIn(kJohn, WithRdnOid("2.5.4.3")), "John Doe");
  EXPECT_EQ(UsernameIn(kJohn, WithRdnName("UID")), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, "Doe, John"}}}), WithRdnName("CN")), "Doe, John")
      << "the value, not the text";
  EXPECT_EQ(
      UsernameIn(MakeName({{{kCn, kUtf8, "first"}}, {{kCn, kUtf8, "second"}}}), WithRdnName("CN")),
      "second");
  EXPECT_EQ(UsernameIn(MakeName({{{kUid, kUtf8, "u"}, {kCn, kUtf8, "c"}}}), WithRdnName("UID")),
            "u")
      << "within a multi-valued RDN";
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kUtf8, ""}}}), WithRdnName("CN")), "(none)");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kNumeric, "5"}}}), WithRdnName("CN")), "5");
  EXPECT_EQ(UsernameIn(MakeName({{{kCn, kT61, "5"}}}), WithRdnName("CN")), "(none)")
      << "a type that upstream's own reader does not know";
}

TEST(PkiRealm, AttributesThatAreRefused) {
  const auto refused = [](const PkiRealmModel& model) {
    const auto realm = PkiRealm::Compile(model);
    EXPECT_FALSE(realm.ok());
    EXPECT_TRUE(realm.ok() || std::string_view(realm.error().code) == "username_rdn");
    return realm.ok() ? "" : realm.error().message;
  };
  EXPECT_EQ(refused(WithRdnName("NOSUCH")),
            "Unknown RDN name [NOSUCH] for setting [realms.pki.pki1.username_rdn_name]");
  for (const char* bad : {"", "2", "2.", ".2", "2..5", "2.5.x", "OID.2.5.4.3", "CN", "2.5 "}) {
    EXPECT_EQ(refused(WithRdnOid(bad)), "[" + std::string(bad) +
                                            "] for setting [realms.pki.pki1.username_rdn_oid] is "
                                            "no dotted OID");
  }
  PkiRealmModel both = WithRdnName("CN");
  both.username_rdn_oid = "2.5.4.3";
  EXPECT_EQ(refused(both),
            "Both [realms.pki.pki1.username_rdn_oid] and [realms.pki.pki1.username_rdn_name] are "
            "set. Only one of them can be used");
  // X-SET-51: a pattern beside it is not looked at.
  PkiRealmModel beside = WithRdnName("CN");
  beside.username_pattern = "(";
  EXPECT_EQ(UsernameIn(kJohn, beside), "John Doe");
}

TEST(PkiRealm, TheCachesTime) {
  PkiRealmModel model = ModelOf();
  EXPECT_EQ(MustCompile(model)->cache_ttl_seconds(), 1200);
  EXPECT_EQ(MustCompile(model)->name(), "pki1");
  model.cache_ttl_seconds = 0;
  EXPECT_EQ(MustCompile(model)->cache_ttl_seconds(), 0);
  model.cache_ttl_seconds = -1;
  const auto refused = PkiRealm::Compile(model);
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "cache_ttl");
  EXPECT_THAT(refused.error().message, HasSubstr("must not be negative"));
}

// --- trust ---------------------------------------------------------------------------------------

std::shared_ptr<const x509::TrustStore> TrustOf(const std::vector<std::vector<uint8_t>>& anchors) {
  return *x509::TrustStore::Create(anchors, {}, {});
}

class PkiRealmTrust : public ::testing::Test {
 protected:
  // Until when the realm relies on the chain; 0: it does not, and `why_` says so.
  int64_t TrustsUntil(std::shared_ptr<const x509::TrustStore> trust,
                      std::vector<std::vector<uint8_t>> der, int64_t now = kNow) {
    PkiRealmModel model = ModelOf();
    model.trust = std::move(trust);
    const auto chain = x509::MakePeerChain(std::move(der));
    EXPECT_TRUE(chain.ok());
    why_.clear();
    return MustCompile(model)->TrustsUntil(**chain, now, &why_).value_or(0);
  }

  const Issued ca_ = IssueCa("Ours");
  const Issued other_ca_ = IssueCa("Theirs");
  std::string why_;
};

// X-AUT-30
TEST_F(PkiRealmTrust, WithoutAnyOfItsOwnTheListenersIsEnough) {
  EXPECT_EQ(TrustsUntil(nullptr, {Issue({}, &ca_).der}), kNow + kYear);
  EXPECT_EQ(TrustsUntil(nullptr, {Issue({}, &other_ca_).der}), kNow + kYear);
  EXPECT_EQ(why_, "");
}

// X-AUT-31
TEST_F(PkiRealmTrust, OfItsOwnItIsNarrower) {
  const auto trust = TrustOf({ca_.der});
  EXPECT_EQ(TrustsUntil(trust, {Issue({}, &ca_).der}), kNow + kYear);
  EXPECT_EQ(TrustsUntil(trust, {Issue({}, &other_ca_).der}), 0);
  EXPECT_NE(why_, "");
  EXPECT_EQ(TrustsUntil(TrustOf({}), {Issue({}, &ca_).der}), 0) << "no anchor, no trust";
  EXPECT_EQ(TrustsUntil(TrustOf({ca_.der, other_ca_.der}), {Issue({}, &other_ca_).der}),
            kNow + kYear);
}

TEST_F(PkiRealmTrust, JudgesAsAClientAndAtTheTimeItIsTold) {
  const auto trust = TrustOf({ca_.der});
  Wishes server;
  server.extended_key_usage = {"1.3.6.1.5.5.7.3.1"};
  EXPECT_EQ(TrustsUntil(trust, {Issue(server, &ca_).der}), 0);
  Wishes client;
  client.extended_key_usage = {"1.3.6.1.5.5.7.3.2"};
  EXPECT_EQ(TrustsUntil(trust, {Issue(client, &ca_).der}), kNow + kYear);
  EXPECT_EQ(TrustsUntil(trust, {Issue({}, &ca_).der}, kNow + kYear + 1), 0) << "expired";
  EXPECT_EQ(TrustsUntil(trust, {Issue({}, &ca_).der}, kNow - kYear - 1), 0) << "not yet valid";
}

// The earliest end along the path counts, not that of what was sent beside it.
TEST_F(PkiRealmTrust, UntilTheEarliestEnd) {
  Wishes brief;
  brief.not_after = kNow + 60;
  EXPECT_EQ(TrustsUntil(TrustOf({ca_.der}), {Issue(brief, &ca_).der}), kNow + 60);
  EXPECT_EQ(TrustsUntil(nullptr, {Issue(brief, &ca_).der}), kNow + 60);
  EXPECT_EQ(TrustsUntil(TrustOf({ca_.der}), {Issue({}, &ca_).der, Issue(brief, &other_ca_).der}),
            kNow + kYear);
}

TEST_F(PkiRealmTrust, IntermediatesComeWithTheChain) {
  const Issued intermediate = IssueCa("Between", &ca_);
  const std::vector<uint8_t> leaf = Issue({}, &intermediate).der;
  EXPECT_NE(TrustsUntil(TrustOf({ca_.der}), {leaf, intermediate.der}), 0);
  EXPECT_EQ(TrustsUntil(TrustOf({ca_.der}), {leaf}), 0);
}

}  // namespace
}  // namespace pkigate::identity
