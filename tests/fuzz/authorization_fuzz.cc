// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: Authorization headers, one a line. What either dialect reads as user and
// password is UTF-8; written again in Base64 it must be read as the same by both, where both take
// the user's name; with one header there is no difference between Open Distro and OpenSearch.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.h"
#include "base/base64.h"
#include "base/utf8.h"
#include "identity/authorization_header.h"

namespace pkigate::identity {
namespace {

using XpackKind = XpackAuthorization::Kind;
using OpendistroKind = OpendistroBasic::Kind;

constexpr size_t kHeadersMax = 16;

void CheckAgain(const std::string& username, const std::string& password) {
  PKIGATE_ASSERT(IsUtf8(username) && IsUtf8(password));
  PKIGATE_ASSERT(username.find(':') == std::string::npos);
  const std::string pair = username + ":" + password;
  const std::string value =
      "Basic " + ToBase64({reinterpret_cast<const uint8_t*>(pair.data()), pair.size()});
  const HeaderField headers[] = {{"authorization", value}};
  const XpackAuthorization xpack = ReadXpackAuthorization(headers);
  PKIGATE_ASSERT(xpack.kind == XpackKind::kBasic);
  PKIGATE_ASSERT(xpack.username == username && xpack.password == password);
  const OpendistroBasic opendistro = ReadOpendistroBasic(headers, Dialect::kOpendistro);
  PKIGATE_ASSERT((opendistro.kind == OpendistroKind::kBasic) == !username.empty());
  if (!username.empty()) {
    PKIGATE_ASSERT(opendistro.username == username && opendistro.password == password);
  }
}

void Run(std::string_view text) {
  std::vector<HeaderField> headers;
  while (headers.size() < kHeadersMax) {
    const size_t end = text.find('\n');
    headers.push_back({"Authorization", text.substr(0, end)});
    if (end == std::string_view::npos) {
      break;
    }
    text.remove_prefix(end + 1);
  }
  const XpackAuthorization xpack = ReadXpackAuthorization(headers);
  PKIGATE_ASSERT((xpack.kind == XpackKind::kBadBasic) == !xpack.problem.empty());
  if (xpack.kind == XpackKind::kBasic) {
    CheckAgain(xpack.username, xpack.password);
  } else {
    PKIGATE_ASSERT(xpack.username.empty() && xpack.password.empty());
  }
  const OpendistroBasic first = ReadOpendistroBasic(headers, Dialect::kOpendistro);
  const OpendistroBasic last = ReadOpendistroBasic(headers, Dialect::kOpensearch);
  for (const OpendistroBasic* basic : {&first, &last}) {
    if (basic->kind == OpendistroKind::kBasic) {
      PKIGATE_ASSERT(!basic->username.empty());
      CheckAgain(basic->username, basic->password);
    }
  }
  if (headers.size() == 1) {
    PKIGATE_ASSERT(first.kind == last.kind && first.username == last.username);
    // X-Pack's reading of a single word is the same, but for what it calls an error.
    if (first.kind == OpendistroKind::kBasic && xpack.kind == XpackKind::kBasic) {
      PKIGATE_ASSERT(first.username == xpack.username && first.password == xpack.password);
    }
  }
}

}  // namespace
}  // namespace pkigate::identity

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  pkigate::identity::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
