// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_cert.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "cli/loaded_configuration.h"
#include "x509/peer_chain.h"
#include "x509/pem.h"
#include "x509/trust_store.h"

namespace pkigate::cli {

namespace {

constexpr int kAccepted = 0;
constexpr int kRejected = 1;
constexpr int kUnusable = 2;

using DerList = std::vector<std::vector<uint8_t>>;
using ReadPem = Result<DerList> (*)(std::string_view text, std::string_view source_name);

struct Question {
  std::string trust_file;
  std::string crl_file;
  std::string chain_file;
  x509::Purpose purpose = x509::Purpose::kClient;
  std::optional<int64_t> time_unix;
  std::optional<int> max_depth;
};

Result<DerList> Read(const std::string& path, ReadPem read) {
  const std::string text = PKIGATE_TRY(ReadFile(path, limits::kPemFileBytesMax));
  return read(text, path);
}

void AppendMember(std::string& out, std::string_view key, std::string_view value) {
  out += ',';
  AppendJsonString(out, key);
  out += ':';
  AppendJsonString(out, value);
}

int Print(const x509::VerifyResult& verdict) {
  std::string line = verdict.accepted ? R"({"result":"accepted")" : R"({"result":"rejected")";
  AppendMember(line, "reason", verdict.reason);
  AppendMember(line, "subject", verdict.subject);
  line += fmt::format(R"(,"chain_length":{})", verdict.chain_length);
  AppendMember(line, "issuer", verdict.issuer);
  AppendMember(line, "serial", verdict.serial);
  if (!verdict.accepted) {
    AppendMember(line, "detail", verdict.detail);
    AppendMember(line, "hint", verdict.hint);
  }
  std::printf("%s}\n", line.c_str());
  return verdict.accepted ? kAccepted : kRejected;
}

int Reject(const Error& error) {
  x509::VerifyResult verdict;
  verdict.reason = error.code;
  verdict.detail = error.message;
  return Print(verdict);
}

int Unusable(const Error& error) {
  std::fprintf(stderr, "pkigate: %s\n", error.message.c_str());
  return kUnusable;
}

int VerifyCert(const Question& question) {
  const Result<DerList> anchors = Read(question.trust_file, x509::CertificatesFromPem);
  if (!anchors.ok()) {
    return Unusable(anchors.error());
  }
  Result<DerList> crls = DerList();
  if (!question.crl_file.empty()) {
    crls = Read(question.crl_file, x509::CrlsFromPem);
    if (!crls.ok()) {
      return Unusable(crls.error());
    }
  }
  const auto trust = x509::TrustStore::Create(*anchors, *crls, {});
  if (!trust.ok()) {
    // Readable, but not to be relied on: with such files a listener takes nobody.
    const bool unreadable = std::string_view(trust.error().code) == "malformed_crl";
    return unreadable ? Unusable(trust.error()) : Reject(trust.error());
  }
  Result<DerList> certificates = Read(question.chain_file, x509::CertificatesFromPem);
  if (!certificates.ok()) {
    return Reject(certificates.error());
  }
  const auto chain = x509::MakePeerChain(std::move(certificates).value());
  if (!chain.ok()) {
    return Reject(chain.error());
  }
  return Print(
      (*trust)->Verify((*chain)->der, {.purpose = question.purpose,
                                       .time_unix = question.time_unix.value_or(SystemNowUnix()),
                                       .max_depth = question.max_depth}));
}

}  // namespace

void AddVerifyCert(CLI::App& app, int* exit_status) {
  static const std::map<std::string, x509::Purpose> kPurposes = {{"client", x509::Purpose::kClient},
                                                                 {"server", x509::Purpose::kServer},
                                                                 {"any", x509::Purpose::kAny}};
  auto question = std::make_shared<Question>();
  CLI::App* command =
      app.add_subcommand("verify-cert", "Say whether a certificate chain is to be trusted");
  command->add_option("--trust", question->trust_file, "PEM file with the trusted CAs")->required();
  command->add_option("--crl", question->crl_file,
                      "PEM file with CRLs; given, every certificate but trusted ones needs one");
  command->add_option("--purpose", question->purpose, "client (default), server or any")
      ->transform(CLI::CheckedTransformer(kPurposes).description(""));
  command->add_option("--time", question->time_unix, "Seconds since 1970 (default: now)");
  command->add_option("--max-depth", question->max_depth, "Most intermediate certificates")
      ->check(CLI::NonNegativeNumber);
  command->add_option("chain", question->chain_file, "PEM file, leaf certificate first")
      ->required();
  command->callback([question, exit_status] { *exit_status = VerifyCert(*question); });
}

}  // namespace pkigate::cli
