// SPDX-License-Identifier: Apache-2.0
#include "callers.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "policy/compile.h"

namespace pkigate::policy {

namespace {

constexpr uint8_t kUtf8String = 0x0c;

std::shared_ptr<const Policy> CompileGood(const Model& model, uint64_t generation) {
  Diagnostics diagnostics;
  auto policy = Compile(model, generation, diagnostics);
  EXPECT_NE(policy, nullptr) << (diagnostics.first_error() == nullptr
                                     ? ""
                                     : diagnostics.first_error()->ForPeople());
  return policy;
}

}  // namespace

x509::testing::Part Cn(std::string value) {
  return {x509::testing::kCn, kUtf8String, std::move(value)};
}
x509::testing::Part Ou(std::string value) {
  return {x509::testing::kOu, kUtf8String, std::move(value)};
}
x509::testing::Part O(std::string value) {
  return {x509::testing::kO, kUtf8String, std::move(value)};
}
x509::testing::Part C(std::string value) {
  return {x509::testing::kC, kUtf8String, std::move(value)};
}

x509::PeerChain ChainOf(const Rdns& subject) {
  x509::PeerChain chain;
  chain.leaf.subject = x509::testing::MakeName(subject);
  chain.expires_unix = x509::testing::kNow + x509::testing::kYear;
  return chain;
}

Asked Ask(const Policy& policy, const Request& request) {
  std::vector<identity::HeaderField> headers;
  for (const auto& [name, value] : request.headers) {
    headers.push_back({name, value});
  }
  identity::Credentials credentials;
  credentials.chain = request.chain;
  credentials.peer.address = *IpAddress::Parse(request.peer);
  credentials.headers = headers;
  credentials.method = request.method;
  credentials.target = request.target;
  credentials.passwords = request.passwords;
  credentials.trace = request.trace;
  credentials.host_names = request.host_names;
  credentials.blocks = request.blocks;
  credentials.now_unix = x509::testing::kNow;
  const std::unique_ptr<Scratch> scratch = policy.NewScratch();
  Asked asked;
  asked.caller = policy.Authenticate(credentials, *scratch);
  asked.decision = policy.Authorize(
      asked.caller, {.method = request.method, .target = request.target, .action = request.action});
  asked.may_manage = policy.MayManage(asked.caller);
  asked.headers_decide = policy.HeadersDecide(headers);
  return asked;
}

std::string HeaderOf(const rest::Answer& answer, std::string_view name) {
  std::string values;
  for (const auto& [other, value] : answer.headers) {
    if (other == name) {
      values += (values.empty() ? "" : " | ") + value;
    }
  }
  return values.empty() ? "-" : values;
}

std::string ReasonOf(const rest::Answer& answer) {
  const auto body = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded()) {
    ADD_FAILURE() << "no JSON: " << answer.body;
    return "";
  }
  return body.at("error").at("reason").get<std::string>();
}

std::vector<std::string> Lines(const Diagnostics& diagnostics) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    lines.push_back(diagnostic.ForPeople());
  }
  return lines;
}

std::shared_ptr<const Policy> MustCompile(const XpackModel& model, uint64_t generation) {
  return CompileGood({.dialect = Dialect::kXpack, .body = model}, generation);
}

std::shared_ptr<const Policy> MustCompile(Dialect dialect, const OpendistroModel& model) {
  return CompileGood({.dialect = dialect, .body = model}, 1);
}

nlohmann::json ReadTestData(const std::string& path) {
  const auto text = ReadFile(std::string(PKIGATE_SOURCE_ROOT) + "/tests/data/" + path, 1 << 24);
  EXPECT_TRUE(text.ok()) << path;
  return nlohmann::json::parse(*text);
}

}  // namespace pkigate::policy
