// SPDX-License-Identifier: Apache-2.0
#include "cli/key_findings.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "x509/certificate.h"
#include "x509/rfc4514_form.h"

namespace pkigate::cli {

namespace {

using Severity = policy::Finding::Severity;

// A thing that ends, and where it was set.
struct Ending {
  std::string what;
  int64_t end_unix = 0;
  SourceLine where;
  std::string key;
};

std::string Date(int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

void CheckEnding(const Ending& ending, std::string why, std::string to_do, const Deadline& deadline,
                 std::vector<policy::Finding>* findings) {
  if (ending.end_unix >= deadline.now_unix + deadline.warn_seconds) {
    return;
  }
  const bool over = ending.end_unix < deadline.now_unix;
  findings->push_back(
      {.severity = over ? Severity::kError : Severity::kWarning,
       .code = over ? "expired" : "expires_soon",
       .where = ending.where,
       .key = ending.key,
       .what = fmt::format("{} {} {}", ending.what, over ? "ended" : "ends", Date(ending.end_unix)),
       .why = std::move(why),
       .to_do = std::move(to_do)});
}

void CheckTrust(const x509::TrustStore* trust, const SourceLine& where, const std::string& key,
                const Deadline& deadline, std::vector<policy::Finding>* findings) {
  if (trust == nullptr) {
    return;
  }
  for (const x509::TrustStore::End& end : trust->Ends()) {
    const std::string what = end.is_crl ? "the revocation list of " : "the authority ";
    CheckEnding({what + end.name, end.end_unix, where, key},
                end.is_crl ? "without a current list no certificate of its issuer is accepted"
                           : "from then on no certificate that it has issued is accepted",
                end.is_crl ? "fetch a new one and reload" : "add its successor in time", deadline,
                findings);
  }
}

}  // namespace

void FindInKeys(const config::Listener& listener, const Deadline& deadline,
                std::vector<policy::Finding>* findings) {
  const config::TlsSettings& tls = listener.tls;
  for (const std::vector<uint8_t>& der : tls.certificate_chain) {
    const auto facts = x509::ParseCertificate(der);
    if (facts.ok()) {
      CheckEnding({"the certificate " + x509::Rfc4514Form(facts->subject), facts->not_after_unix,
                   tls.certificate_where, listener.name},
                  "clients refuse the listener's certificate from then on", "renew it and reload",
                  deadline, findings);
    }
  }
  CheckTrust(tls.trust.get(), tls.trust_where, listener.name, deadline, findings);
  if (const auto* xpack = std::get_if<policy::XpackModel>(&listener.model->body)) {
    for (const policy::XpackRealmModel& realm : xpack->realms) {
      if (realm.pki.enabled && realm.pki.trust != tls.trust) {
        CheckTrust(realm.pki.trust.get(), realm.pki.where, realm.pki.key_prefix, deadline,
                   findings);
      }
    }
  }
  std::error_code failure;
  const auto mode = std::filesystem::status(tls.private_key_file, failure).permissions();
  if (!tls.private_key_file.empty() && !failure &&
      (mode & std::filesystem::perms::others_read) != std::filesystem::perms::none) {
    findings->push_back({.severity = Severity::kWarning,
                         .code = "readable_key",
                         .where = {.file = tls.private_key_file},
                         .key = listener.name,
                         .what = "everybody on this host may read the private key",
                         .why = "who has it can pose as this listener",
                         .to_do = "chmod 600, owned by the gateway's user"});
  }
}

}  // namespace pkigate::cli
