// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation.h"

#include <memory>
#include <utility>

#include "base/hex.h"
#include "identity/direct_password_checker.h"
#include "x509/jdk_form.h"
#include "x509/opendistro_form.h"
#include "x509/openssl_form.h"
#include "x509/rfc2253_form.h"
#include "x509/rfc4514_form.h"

namespace pkigate::cli {

namespace {

constexpr char kJdk[] = "JDK";
constexpr char kOpendistro[] = "Open Distro";

std::vector<SubjectForm> FormsOf(const x509::Name& subject) {
  return {
      {kJdk, x509::JdkForm(subject),
       "X-Pack: username_pattern, role_mapping.yml, role mapping API (dn, metadata.pki_dn)"},
      {kOpendistro, x509::OpendistroForm(subject),
       "Open Distro: roles_mapping.yml and API (users), authcz.admin_dn, impersonation_dn"},
      {"RFC 2253", x509::Rfc2253Form(subject), "openssl x509 -subject -nameopt RFC2253"},
      {"RFC 4514", x509::Rfc4514Form(subject), "the gateway's log, verify-cert"},
      {"OpenSSL", x509::OpensslForm(subject),
       "openssl x509 -subject; reversed, so of no use in a mapping"},
  };
}

CertificateFacts FactsOf(const x509::PeerChain& chain) {
  CertificateFacts facts;
  facts.forms = FormsOf(chain.leaf.subject);
  facts.issuer = x509::Rfc4514Form(chain.leaf.issuer);
  facts.serial = chain.leaf.serial;
  facts.fingerprint = ToHex(chain.fingerprint);
  facts.not_before_unix = chain.leaf.not_before_unix;
  facts.not_after_unix = chain.leaf.not_after_unix;
  for (const x509::SubjectAlternativeName& name : chain.leaf.subject_alternative_names) {
    facts.names.push_back(x509::SanText(name));
  }
  if (auto usages = x509::ReadUsages(chain.der.front()); usages.ok()) {
    facts.usages = std::move(usages).value();
  }
  return facts;
}

// The forms that a pattern may have been written for by mistake.
std::vector<policy::DnForm> OtherForms(const std::vector<SubjectForm>& forms, Dialect dialect) {
  const std::string_view own = dialect == Dialect::kXpack ? kJdk : kOpendistro;
  std::vector<policy::DnForm> others;
  for (const SubjectForm& form : forms) {
    if (form.name != own) {
      others.push_back({form.name, form.text});
    }
  }
  return others;
}

}  // namespace

Explanation Explain(const LoadedConfiguration& configuration, size_t listener,
                    const Appearance& appearance) {
  const config::Listener& settings = configuration.settings.listeners[listener];
  Explanation explanation;
  explanation.listener = settings.name;
  explanation.dialect = settings.dialect;
  explanation.now_unix = appearance.now_unix;

  std::shared_ptr<const x509::PeerChain> chain;
  std::vector<policy::DnForm> other_forms;
  if (!appearance.chain.empty()) {
    auto read = x509::MakePeerChain(appearance.chain);
    if (!read.ok()) {
      explanation.unreadable = read.error().message;
      return explanation;
    }
    chain = std::move(read).value();
    explanation.certificate = FactsOf(*chain);
    other_forms = OtherForms(explanation.certificate->forms, settings.dialect);
  }
  explanation.handshake = embed::JudgeHandshake(settings.tls, chain.get(), appearance.now_unix);
  if (explanation.handshake.reason == embed::kNotAsked) {
    // Then the client sends none, and the request may still bring other credentials.
    std::string detail = std::move(explanation.handshake.detail);
    chain = nullptr;
    explanation.handshake = embed::JudgeHandshake(settings.tls, nullptr, appearance.now_unix);
    explanation.handshake.detail = std::move(detail);
  }
  if (!explanation.handshake.accepted) {
    return explanation;
  }
  std::vector<identity::HeaderField> headers;
  for (const auto& [name, value] : appearance.headers) {
    headers.push_back({name, value});
  }
  identity::DirectPasswordChecker passwords;
  identity::Credentials credentials;
  credentials.chain = chain.get();
  credentials.peer.address = appearance.peer;
  credentials.headers = headers;
  credentials.method = appearance.method;
  credentials.target = appearance.target;
  credentials.now_unix = appearance.now_unix;
  credentials.passwords = &passwords;
  credentials.trace = &explanation.trace;

  const policy::Policy& policy = *configuration.snapshot->listeners[listener].policy;
  const std::unique_ptr<policy::Scratch> scratch = policy.NewScratch();
  explanation.authentication = policy.Authenticate(credentials, *scratch);
  explanation.decision =
      policy.Authorize(explanation.authentication,
                       {.method = appearance.method, .target = appearance.target, .action = {}});
  if (explanation.trace.mapped.has_value()) {
    explanation.near_misses =
        policy::NearMisses(*settings.model, *explanation.trace.mapped, other_forms);
  }
  return explanation;
}

}  // namespace pkigate::cli
