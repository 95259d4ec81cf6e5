// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <iterator>
#include <string_view>
#include <vector>

namespace pkigate::cli {

namespace {

constexpr size_t kNameColumns = 14;

std::string Clean(std::string_view text) {
  std::string clean;
  for (const char c : text) {
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(clean), "\\x{:02x}", static_cast<uint8_t>(c));
    } else {
      clean += c;
    }
  }
  return clean;
}

std::string Joined(const std::vector<std::string>& texts, std::string_view when_empty) {
  std::string joined;
  for (const std::string& text : texts) {
    joined += (joined.empty() ? "" : ", ") + text;
  }
  return joined.empty() ? std::string(when_empty) : joined;
}

std::string Date(int64_t unix_seconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                     fmt::gmtime(static_cast<std::time_t>(unix_seconds)));
}

class Page {
 public:
  void Section(std::string_view title) {
    text_ += fmt::format("{}{}\n", text_.empty() ? "" : "\n", title);
  }
  void Line(std::string_view name, std::string_view value) {
    text_ += fmt::format("  {:<{}}{}\n", Clean(name), kNameColumns, Clean(value));
  }
  // What belongs to the line above.
  void Note(std::string_view value) {
    text_ += fmt::format("  {:<{}}{}\n", "", kNameColumns, Clean(value));
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
};

void AddCertificate(const CertificateFacts& facts, int64_t now_unix, Page& page) {
  page.Section("certificate");
  for (const SubjectForm& form : facts.forms) {
    page.Line(form.name, form.text);
    page.Note(fmt::format("({})", form.used_by));
  }
  page.Line("issuer", facts.issuer);
  page.Line("serial", facts.serial);
  page.Line("fingerprint", facts.fingerprint);
  page.Line("valid",
            fmt::format("{} to {}{}", Date(facts.not_before_unix), Date(facts.not_after_unix),
                        now_unix < facts.not_before_unix  ? " (not yet)"
                        : now_unix > facts.not_after_unix ? " (expired)"
                                                          : ""));
  page.Line("other names", Joined(facts.names, "none"));
  page.Line("key usage", facts.usages.limits_key ? Joined(facts.usages.key, "none") : "any");
  page.Line("purposes",
            facts.usages.limits_purpose ? Joined(facts.usages.extended_key, "none") : "any");
}

std::string HandshakeText(const Explanation& explanation) {
  const embed::Handshake& handshake = explanation.handshake;
  if (!handshake.accepted) {
    return handshake.Why();
  }
  if (!handshake.detail.empty()) {
    return handshake.detail;
  }
  if (!explanation.certificate.has_value()) {
    return "without a certificate";
  }
  return handshake.verified ? "the chain is trusted until " + Date(handshake.expires_unix)
                            : "nobody has checked the chain: verification_mode is none";
}

void AddMappings(const Explanation& explanation, Page& page) {
  page.Section("role mappings");
  if (!explanation.trace.mapped.has_value()) {
    page.Line("not asked", "the roles come from elsewhere, or there is no user");
    return;
  }
  const identity::Trace::Mapped& mapped = *explanation.trace.mapped;
  if (mapped.user.username != explanation.authentication.user.username) {
    page.Line("of", mapped.user.username);
  }
  for (const std::string& role : mapped.files) {
    page.Line("matched", role + " (role_mapping.yml)");
  }
  for (const std::string& name : mapped.mappings) {
    page.Line("matched", name);
  }
  if (mapped.files.empty() && mapped.mappings.empty()) {
    page.Line("matched", "none");
  }
  for (const policy::NearMiss& miss : explanation.near_misses) {
    page.Line("nearly", miss.field.empty()
                            ? fmt::format("{}: {}", miss.mapping, miss.hint)
                            : fmt::format("{}: {} {}", miss.mapping, miss.field, miss.value));
    if (!miss.field.empty()) {
      page.Note(miss.hint);
    }
    if (!miss.where.file.empty()) {
      page.Note(fmt::format("({}:{})", miss.where.file, miss.where.line));
    }
  }
}

void AddUser(Dialect dialect, const policy::Authentication& authentication, Page& page) {
  const identity::User& user = authentication.user;
  page.Section("user");
  page.Line("name", user.username);
  page.Line(dialect == Dialect::kXpack ? "realm" : "domain",
            fmt::format("{} ({})", user.realm_name, user.realm_type));
  if (!user.authenticated_as.empty()) {
    page.Line("really", user.authenticated_as);
  }
  page.Line("roles", user.superadmin ? "all (superadmin)" : Joined(authentication.roles, "none"));
  if (!user.backend_roles.empty()) {
    page.Line("backend roles", Joined(user.backend_roles, ""));
  }
  for (const identity::MetadataEntry& entry : user.metadata) {
    page.Line("metadata", fmt::format("{}: {}", entry.key, entry.value));
  }
  for (const auto& [name, value] : user.attributes) {
    page.Line("attribute", fmt::format("{}: {}", name, value));
  }
}

}  // namespace

const char* SaidWord(identity::Trace::Said said) {
  switch (said) {
    case identity::Trace::Said::kAccepted:
      return "accepted";
    case identity::Trace::Said::kNothing:
      return "nothing";
    case identity::Trace::Said::kRefused:
      return "refused";
    case identity::Trace::Said::kSkipped:
      return "skipped";
  }
  return "";
}

std::string ExplanationText(const Explanation& explanation) {
  Page page;
  page.Section(fmt::format("listener {} ({}), at {}", explanation.listener,
                           DialectName(explanation.dialect), Date(explanation.now_unix)));
  if (!explanation.unreadable.empty()) {
    page.Line("unreadable", explanation.unreadable);
    return page.Take();
  }
  if (explanation.certificate.has_value()) {
    AddCertificate(*explanation.certificate, explanation.now_unix, page);
  }
  page.Section("handshake");
  page.Line(explanation.handshake.accepted ? "accepted" : "refused", HandshakeText(explanation));
  if (!explanation.handshake.hint.empty()) {
    page.Note(explanation.handshake.hint);
  }
  if (!explanation.handshake.accepted) {
    return page.Take();
  }
  page.Section(explanation.dialect == Dialect::kXpack ? "realms" : "domains");
  for (const identity::Trace::Step& step : explanation.trace.steps) {
    const std::string who =
        step.name.empty() ? step.type : fmt::format("{} ({})", step.name, step.type);
    page.Line(SaidWord(step.said),
              step.detail.empty() ? who : fmt::format("{}: {}", who, step.detail));
  }
  if (explanation.authentication.outcome == policy::Authentication::Outcome::kAuthenticated) {
    AddMappings(explanation, page);
    AddUser(explanation.dialect, explanation.authentication, page);
  }
  page.Section("decision");
  page.Line(explanation.decision.allowed ? "allowed"
                                         : fmt::format("{}", explanation.decision.refusal.status),
            explanation.authentication.why);
  return page.Take();
}

}  // namespace pkigate::cli
