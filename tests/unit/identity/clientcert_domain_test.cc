// SPDX-License-Identifier: Apache-2.0
//
// From the principal to user name and backend roles (opendistro.md, 3.2 and 3.3). From certificates
// to principals: tests/data/vectors/opendistro_clientcert.
#include "identity/clientcert_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pkigate::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using x509::MultiValuedRdn;

struct Attributes {
  std::string username = "";
  std::string roles = "";
};

std::optional<User> UserOf(const Attributes& attributes, std::string_view principal,
                           std::string* why, MultiValuedRdn reading = MultiValuedRdn::kFirst) {
  ClientcertDomainModel model;
  model.name = "clientcert";
  model.username_attribute = attributes.username;
  model.roles_attribute = attributes.roles;
  const ClientcertDomain domain(model, reading);
  EXPECT_EQ(domain.name(), "clientcert");
  return domain.UserOf(principal, why);
}

// The user there has to be.
User MustFind(const Attributes& attributes, std::string_view principal,
              MultiValuedRdn reading = MultiValuedRdn::kFirst) {
  std::string why;
  const std::optional<User> user = UserOf(attributes, principal, &why, reading);
  EXPECT_TRUE(user.has_value()) << principal << ": " << why;
  return user.value_or(User{});
}

// Why there is none.
std::string Refused(const Attributes& attributes, std::string_view principal) {
  std::string why;
  EXPECT_FALSE(UserOf(attributes, principal, &why).has_value()) << principal;
  return why;
}

constexpr char kClient[] = "CN=CLIENT1,OU=UNIT,O=ORG,L=ONTARIO,ST=TORONTO,C=CA";

TEST(ClientcertDomain, TheWholeDnWithoutAnAttribute) {
  const User user = MustFind({}, kClient);
  EXPECT_EQ(user.username, kClient);
  EXPECT_EQ(user.principal, kClient);
  EXPECT_EQ(user.realm_name, "clientcert");
  EXPECT_EQ(user.realm_type, "clientcert");
  EXPECT_THAT(user.backend_roles, IsEmpty()) << "the DN is none";
  EXPECT_FALSE(user.superadmin);
}

TEST(ClientcertDomain, TheNamedAttribute) {
  EXPECT_EQ(MustFind({.username = "cn"}, kClient).username, "CLIENT1");
  EXPECT_EQ(MustFind({.username = "CN"}, kClient).username, "CLIENT1");
  EXPECT_EQ(MustFind({.username = "l"}, kClient).username, "ONTARIO");
  EXPECT_EQ(MustFind({.username = "cn"}, kClient).principal, kClient);
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
  EXPECT_EQ(MustFind({}, R"(CN=trail\ )").principal, R"(CN=trail\ )");
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

}  // namespace
}  // namespace pkigate::identity
