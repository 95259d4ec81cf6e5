// SPDX-License-Identifier: Apache-2.0
//
// From the principal to user name and backend roles (opendistro.md, 3.2 and 3.3). From certificates
// to principals: tests/data/vectors/opendistro_clientcert.
#include "identity/clientcert_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace pkigate::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using x509::MultiValuedRdn;

struct Attributes {
  std::string username = "";
  std::string roles = "";
};

FoundCredentials Find(const Attributes& attributes, std::string_view principal,
                      MultiValuedRdn reading = MultiValuedRdn::kFirst,
                      const x509::PeerChain* chain = nullptr) {
  const auto domain = ClientcertDomain::Compile(
      {.username_attribute = attributes.username, .roles_attribute = attributes.roles},
      Dialect::kOpensearch, reading);
  EXPECT_TRUE(domain.ok());
  match::Scratch scratch;
  (*domain)->ReserveIn(scratch);
  Credentials credentials;
  credentials.chain = chain;
  return (*domain)->Find({.credentials = credentials, .principal = principal, .scratch = scratch});
}

// The user there has to be.
User MustFind(const Attributes& attributes, std::string_view principal,
              MultiValuedRdn reading = MultiValuedRdn::kFirst) {
  const FoundCredentials found = Find(attributes, principal, reading);
  EXPECT_EQ(found.kind, FoundCredentials::Kind::kUser) << principal << ": " << found.why;
  return found.user;
}

// Why there is none.
std::string Refused(const Attributes& attributes, std::string_view principal) {
  const FoundCredentials found = Find(attributes, principal);
  EXPECT_NE(found.kind, FoundCredentials::Kind::kUser) << principal;
  return found.why;
}

constexpr char kClient[] = "CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA";

TEST(ClientcertDomain, TheWholeDnWithoutAnAttribute) {
  const User user = MustFind({}, kClient);
  EXPECT_EQ(user.username, kClient);
  EXPECT_THAT(user.backend_roles, IsEmpty()) << "the DN is none";
  EXPECT_FALSE(user.superadmin);
}

TEST(ClientcertDomain, TheNamedAttribute) {
  EXPECT_EQ(MustFind({.username = "cn"}, kClient).username, "CLIENT1");
  EXPECT_EQ(MustFind({.username = "CN"}, kClient).username, "CLIENT1");
  EXPECT_EQ(MustFind({.username = "l"}, kClient).username, "ONTARIO");
  EXPECT_EQ(MustFind({.username = "uid"}, kClient).username, kClient) << "none: the whole DN";
  EXPECT_EQ(MustFind({.username = "cn"}, "CN=second,CN=first").username, "second")
      << "the most specific";
}

// 3.3, 7: names are those that the principal is printed with.
TEST(ClientcertDomain, NoOtherNamesOfAttributes) {
  constexpr char kDn[] = "EMAILADDRESS=a@b,SURNAME=s,T=t,OID.2.5.4.97=o";
  EXPECT_EQ(MustFind({.username = "emailaddress"}, kDn).username, "a@b");
  EXPECT_EQ(MustFind({.username = "surname"}, kDn).username, "s");
  EXPECT_EQ(MustFind({.username = "t"}, kDn).username, "t");
  EXPECT_EQ(MustFind({.username = "oid.2.5.4.97"}, kDn).username, "o");
  for (const char* other : {"e", "email", "mail", "sn", "title", "2.5.4.97"}) {
    EXPECT_EQ(MustFind({.username = other}, kDn).username, kDn) << other;
  }
}

TEST(ClientcertDomain, AllValuesAreBackendRoles) {
  EXPECT_THAT(MustFind({.roles = "ou"}, "CN=x,OU=b,OU=a").backend_roles, ElementsAre("b", "a"));
  EXPECT_THAT(MustFind({.roles = "OU"}, "CN=x,OU=a,OU=a").backend_roles, ElementsAre("a"));
  EXPECT_THAT(MustFind({.roles = "o"}, "CN=x,OU=a").backend_roles, IsEmpty());
  EXPECT_THAT(MustFind({.username = "ou", .roles = "ou"}, "CN=x,OU=b,OU=a").backend_roles,
              ElementsAre("b", "a"));
}

// 3.3, 5
TEST(ClientcertDomain, MultiValuedRdns) {
  constexpr char kDn[] = "CN=Ann+UID=ann1,OU=admins+OU=ops";
  EXPECT_EQ(MustFind({.username = "cn"}, kDn).username, "Ann");
  EXPECT_EQ(MustFind({.username = "uid"}, kDn).username, kDn) << "only the first type counts";
  EXPECT_THAT(MustFind({.roles = "ou"}, kDn).backend_roles, ElementsAre("admins"));
  EXPECT_EQ(MustFind({.username = "uid"}, kDn, MultiValuedRdn::kAll).username, "ann1");
  EXPECT_THAT(MustFind({.roles = "ou"}, kDn, MultiValuedRdn::kAll).backend_roles,
              ElementsAre("admins", "ops"));
}

// 3.3, 6
TEST(ClientcertDomain, ValuesAreUnescapedAndTheDnIsNot) {
  constexpr char kDn[] = R"(CN=x,O=Acme\, Inc.)";
  EXPECT_EQ(MustFind({.username = "o"}, kDn).username, "Acme, Inc.");
  EXPECT_THAT(MustFind({.roles = "o"}, kDn).backend_roles, ElementsAre("Acme, Inc."));
  EXPECT_EQ(MustFind({}, kDn).username, kDn);
  EXPECT_EQ(MustFind({}, R"(CN=trail\ )").username, R"(CN=trail\)");
}

TEST(ClientcertDomain, NobodyAndWhy) {
  EXPECT_EQ(Refused({}, ""), "no principal");
  EXPECT_EQ(Refused({.username = "cn"}, ""), "no principal");
  EXPECT_EQ(Refused({.username = "cn"}, "CN=,O=x"), "attribute cn is empty or no text");
  EXPECT_EQ(Refused({.username = "cn"}, R"(CN=\ ,O=x)"), "attribute cn is empty or no text");
  EXPECT_EQ(Refused({.username = "cn"}, "CN=#0403010203,O=x"), "attribute cn is empty or no text");
  EXPECT_EQ(Refused({.roles = "ou"}, "CN=x,OU=#040101"), "attribute ou is no text");
  // An empty role is one (OpenSearch 2.19.4).
  EXPECT_THAT(MustFind({.roles = "ou"}, "CN=x,OU=a,OU=").backend_roles, ElementsAre("a", ""));
  (void)MustFind({.username = "cn"}, "CN=x,O=") /* only what is asked for counts */;
}

TEST(ClientcertDomain, NamesWithControlCharacters) {
  EXPECT_EQ(Refused({}, "CN=a\nb"), "user name has control characters");
  EXPECT_EQ(Refused({.username = "cn"}, "CN=a\x7f,O=x"), "user name has control characters");
  EXPECT_EQ(Refused({.username = "cn"}, std::string_view("CN=a\0b", 6)),
            "user name has control characters");
  EXPECT_EQ(MustFind({.username = "o"}, "CN=a\nb,O=x").username, "x") << "elsewhere they may be";
  EXPECT_EQ(MustFind({.username = "cn"}, "CN=\u00e9\u0301").username, "\u00e9\u0301");
}

// --- OpenSearch's own ----------------------------------------------------------------------------

x509::PeerChain ChainWith(std::vector<x509::SubjectAlternativeName> names) {
  x509::PeerChain chain;
  chain.leaf.subject_alternative_names = std::move(names);
  return chain;
}

x509::SubjectAlternativeName San(x509::SanType type, std::string_view value) {
  return {type, {value.begin(), value.end()}};
}

TEST(ClientcertDomain, SubjectAlternativeNames) {
  using x509::SanType;
  const x509::PeerChain chain = ChainWith(
      {San(SanType::kDnsName, "localhost"), San(SanType::kDnsName, "Node-0.example.com"),
       San(SanType::kRfc822Name, "a@b.com"), San(SanType::kUniformResourceIdentifier, "urn:x:1"),
       San(SanType::kIpAddress, std::string_view("\x7f\0\0\1", 4)),
       San(SanType::kIpAddress, std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16)),
       San(SanType::kOtherName, "bytes"), San(SanType::kRegisteredId, "\x2a\x03")});
  const auto name_by = [&](const std::string& attribute) {
    return Find({.username = attribute}, "CN=x", MultiValuedRdn::kFirst, &chain).user.username;
  };
  EXPECT_EQ(name_by("san:rfc822Name"), "a@b.com");
  EXPECT_EQ(name_by("san:RFC822NAME"), "a@b.com") << "in any case";
  EXPECT_EQ(name_by("san:dNSName"), "localhost") << "the first";
  EXPECT_EQ(name_by("san:dNSName:*.EXAMPLE.*"), "Node-0.example.com");
  EXPECT_EQ(name_by("san:dNSName:*.example.org"), "CN=x") << "none: the whole DN";
  EXPECT_EQ(name_by("san:uniformResourceIdentifier:urn:*"), "urn:x:1") << "a glob has colons";
  EXPECT_EQ(name_by("san:iPAddress"), "127.0.0.1");
  EXPECT_EQ(name_by("san:iPAddress:0:*"), "0:0:0:0:0:0:0:1");
  EXPECT_EQ(name_by("san:registeredID"), "1.2.3");
  EXPECT_EQ(name_by("san:otherName"), "CN=x") << "no text";
  for (const char* none :
       {"san:EMAIL", "san:", "san:dNSName:", "san:dNSName:no?e", "san:dNSName:/.*/"}) {
    EXPECT_EQ(name_by(none), "CN=x") << none << " counts as unset";
    EXPECT_FALSE(CertificateAttribute::Parse(none, Dialect::kOpensearch).ok()) << none;
    EXPECT_TRUE(CertificateAttribute::Parse(none, Dialect::kOpendistro).ok()) << none;
  }
  EXPECT_EQ(name_by("dn:cn"), "x");
  const User roles = Find({.roles = "san:dNSName"}, "CN=x", MultiValuedRdn::kFirst, &chain).user;
  EXPECT_THAT(roles.backend_roles, ElementsAre("localhost", "Node-0.example.com"));
  EXPECT_EQ(Find({.username = "san:dNSName"}, "", MultiValuedRdn::kFirst, &chain).why,
            "no principal")
      << "an empty subject is no certificate, whatever else it names";
}

TEST(ClientcertDomain, AlternativeNamesAreBounded) {
  std::vector<x509::SubjectAlternativeName> names(
      limits::kSanMatchesMax + 1, San(x509::SanType::kDnsName, std::string(9000, 'x')));
  for (size_t index = 0; index < names.size(); ++index) {
    names[index].value[0] = static_cast<uint8_t>('a' + index);
  }
  const x509::PeerChain chain = ChainWith(names);
  const User user = Find({.roles = "san:dNSName"}, "CN=x", MultiValuedRdn::kFirst, &chain).user;
  ASSERT_EQ(user.backend_roles.size(), limits::kSanMatchesMax);
  EXPECT_EQ(user.backend_roles.front().size(), limits::kSanMatchBytesMax);
}

TEST(ClientcertDomain, WhoIsSkipped) {
  const auto domain = ClientcertDomain::Compile({.skip_users = {"CN=kibana,*", "/CN=n[0-9],.*/"}},
                                                Dialect::kOpensearch, MultiValuedRdn::kFirst);
  ASSERT_TRUE(domain.ok());
  match::Scratch scratch;
  (*domain)->ReserveIn(scratch);
  const Credentials credentials;
  const auto kind = [&](std::string_view principal) {
    return (*domain)
        ->Find({.credentials = credentials, .principal = principal, .scratch = scratch})
        .kind;
  };
  EXPECT_EQ(kind("CN=kibana,O=x"), FoundCredentials::Kind::kNothing);
  EXPECT_EQ(kind("CN=n7,O=x"), FoundCredentials::Kind::kNothing);
  EXPECT_EQ(kind("CN=Kibana,O=x"), FoundCredentials::Kind::kUser) << "case counts";
  EXPECT_FALSE(
      ClientcertDomain::Compile({.skip_users = {"/"}}, Dialect::kOpensearch, MultiValuedRdn::kFirst)
          .ok());
}

}  // namespace
}  // namespace pkigate::identity
