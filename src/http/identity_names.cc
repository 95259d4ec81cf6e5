// SPDX-License-Identifier: Apache-2.0
#include "http/identity_names.h"

#include <array>
#include <cstddef>

#include "base/ascii.h"

namespace pkigate::http {

namespace {

constexpr bool IsSeparator(char c) { return c == '-' || c == '_' || c == '.'; }

// Folded beginnings. Whole families are refused rather than single names, because the members
// differ from proxy to proxy and nothing else uses these beginnings.
constexpr std::array<std::string_view, 36> kBeginnings = {
    "xproxy",              // x-proxy-user, -roles, -ext-*: Open Distro's proxy domains
    "xforwarded",          // -for, -proto, -host, -port, -prefix, -user, -groups, -client-cert, ...
    "xoriginalforwarded",  // -for: ingress controllers
    "xclientcert",         // and -chain, -dn, -verify, ...
    "xclientdn",
    "xclientverif",
    "xclientsubject",
    "xclientip",
    "xclientuser",
    "clientcert",  // RFC 9440
    "xssl",        // x-ssl-client-cert, -s-dn, -verify, ...
    "sslclient",
    "xtlsclient",
    "tlsclient",
    "xremote",  // -user, -groups, -extra-*, -addr
    "remoteuser",
    "remotegroup",
    "remoteaddr",
    "xauth",  // x-auth-request-*, x-authenticated-*, x-auth-user, ...
    "xwebauth",
    "xuser",
    "xgroup",
    "xrole",
    "xrealip",
    "trueclientip",
    "cfconnectingip",
    "xamznoidc",
    "xgoogauthenticated",
    "xmsclientprincipal",
    "xpacksecurity",        // _xpack_security_authentication (X-AUT-76)
    "opendistrosecurity",   // _opendistro_security_* (D7), opendistro_security_impersonate_as
    "opensearchsecurity",   // the same, renamed
    "essecurityrunasuser",  // X-AUT-95
    "essecondary",          // -authorization, ...: a second set of credentials
    "xclientauth",          // -entication
    "crossclusteraccess",   // _cross_cluster_access_*
};

// Folded whole names.
constexpr std::array<std::string_view, 10> kNames = {
    "forwarded",   // RFC 7239
    "from",        // RFC 9110, 10.1.2: a user's address, and some take it for the user
    "xrequestid",  // ours is added
    // What these ask for is another request than the one decided on.
    "xhttpmethod",
    "xhttpmethodoverride",
    "xmethodoverride",
    "xoriginalurl",
    "xoriginaluri",
    "xoriginalhost",
    "xrewriteurl",
};

// The first two bytes: all that most names need to be told from all of those above.
constexpr unsigned Key(char first, char second) {
  return unsigned{static_cast<unsigned char>(first)} << 8 | static_cast<unsigned char>(second);
}

unsigned FoldedKey(std::string_view name) {
  char begin[2] = {};
  size_t count = 0;
  for (size_t at = 0; at < name.size() && count < 2; ++at) {
    if (!IsSeparator(name[at])) {
      begin[count++] = AsciiLower(name[at]);
    }
  }
  return Key(begin[0], begin[1]);
}

// Whether `name`, folded, begins with `folded`; with kWhole, is it.
template <bool kWhole>
bool Matches(std::string_view name, std::string_view folded) {
  size_t at = 0;
  for (const char c : name) {
    if (IsSeparator(c)) {
      continue;
    }
    if (at == folded.size()) {
      return !kWhole;
    }
    if (AsciiLower(c) != folded[at]) {
      return false;
    }
    ++at;
  }
  return at == folded.size();
}

}  // namespace

bool SameFolded(std::string_view a, std::string_view b) {
  size_t in_a = 0;
  size_t in_b = 0;
  bool any = false;
  for (;;) {
    while (in_a < a.size() && IsSeparator(a[in_a])) {
      ++in_a;
    }
    while (in_b < b.size() && IsSeparator(b[in_b])) {
      ++in_b;
    }
    if (in_a == a.size() || in_b == b.size()) {
      return any && in_a == a.size() && in_b == b.size();
    }
    if (AsciiLower(a[in_a++]) != AsciiLower(b[in_b++])) {
      return false;
    }
    any = true;
  }
}

bool IsIdentityName(std::string_view name) {
  const unsigned key = FoldedKey(name);
  for (const std::string_view beginning : kBeginnings) {
    if (key == Key(beginning[0], beginning[1]) && Matches</*kWhole=*/false>(name, beginning)) {
      return true;
    }
  }
  for (const std::string_view whole : kNames) {
    if (key == Key(whole[0], whole[1]) && Matches</*kWhole=*/true>(name, whole)) {
      return true;
    }
  }
  return false;
}

}  // namespace pkigate::http
