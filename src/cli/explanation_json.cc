// SPDX-License-Identifier: Apache-2.0
#include "cli/explanation_json.h"

#include <nlohmann/json.hpp>

#include "cli/explanation_text.h"

namespace pkigate::cli {

namespace {

using Json = nlohmann::ordered_json;

Json Certificate(const CertificateFacts& facts) {
  Json forms = Json::array();
  for (const SubjectForm& form : facts.forms) {
    forms.push_back({{"form", form.name}, {"text", form.text}, {"used_by", form.used_by}});
  }
  return {{"subject", std::move(forms)},
          {"issuer", facts.issuer},
          {"serial", facts.serial},
          {"fingerprint", facts.fingerprint},
          {"not_before_unix", facts.not_before_unix},
          {"not_after_unix", facts.not_after_unix},
          {"subject_alternative_names", facts.names},
          {"key_usage", facts.usages.limits_key ? Json(facts.usages.key) : Json()},
          {"extended_key_usage",
           facts.usages.limits_purpose ? Json(facts.usages.extended_key) : Json()}};
}

Json Chain(const identity::Trace& trace) {
  Json steps = Json::array();
  for (const identity::Trace::Step& step : trace.steps) {
    steps.push_back({{"name", step.name},
                     {"type", step.type},
                     {"said", SaidWord(step.said)},
                     {"detail", step.detail}});
  }
  return steps;
}

Json NearMisses(const std::vector<policy::NearMiss>& misses) {
  Json list = Json::array();
  for (const policy::NearMiss& miss : misses) {
    list.push_back({{"kind", miss.kind},
                    {"mapping", miss.mapping},
                    {"field", miss.field},
                    {"value", miss.value},
                    {"file", miss.where.file},
                    {"line", miss.where.line},
                    {"hint", miss.hint}});
  }
  return list;
}

Json UserOf(const policy::Authentication& authentication) {
  const identity::User& user = authentication.user;
  Json metadata = Json::object();
  for (const identity::MetadataEntry& entry : user.metadata) {
    // What is JSON has been checked when it was read.
    metadata[entry.key] = entry.is_json
                              ? Json::parse(entry.value, nullptr, /*allow_exceptions=*/false)
                              : Json(entry.value);
  }
  Json attributes = Json::object();
  for (const auto& [name, value] : user.attributes) {
    attributes[name] = value;
  }
  return {{"username", user.username},
          {"realm", user.realm_name},
          {"realm_type", user.realm_type},
          {"dn", user.principal},
          {"roles", authentication.roles},
          {"backend_roles", user.backend_roles},
          {"metadata", std::move(metadata)},
          {"attributes", std::move(attributes)},
          {"authenticated_as", user.authenticated_as},
          {"anonymous", user.anonymous},
          {"superadmin", user.superadmin}};
}

}  // namespace

std::string ExplanationJson(const Explanation& explanation) {
  const bool authenticated =
      explanation.authentication.outcome == policy::Authentication::Outcome::kAuthenticated;
  const identity::Trace& trace = explanation.trace;
  Json json = {
      {"listener", explanation.listener},
      {"dialect", DialectName(explanation.dialect)},
      {"time_unix", explanation.now_unix},
      {"certificate",
       explanation.certificate.has_value() ? Certificate(*explanation.certificate) : Json()},
      {"handshake",
       {{"accepted", explanation.handshake.accepted},
        {"verified", explanation.handshake.verified},
        {"reason", explanation.handshake.reason},
        {"detail", explanation.handshake.detail},
        {"hint", explanation.handshake.hint}}},
      {"chain", Chain(trace)},
      {"mappings",
       {{"file", trace.mapped.has_value() ? Json(trace.mapped->files) : Json::array()},
        {"matched", trace.mapped.has_value() ? Json(trace.mapped->mappings) : Json::array()},
        {"near_misses", NearMisses(explanation.near_misses)}}},
      {"authenticated", authenticated},
      {"user", authenticated ? UserOf(explanation.authentication) : Json()},
      {"why", explanation.authentication.why},
      {"allowed", explanation.allowed()},
      {"status", explanation.allowed() || !explanation.handshake.accepted
                     ? Json()
                     : Json(explanation.decision.refusal.status)}};
  // A certificate may hold bytes that are not UTF-8.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pkigate::cli
