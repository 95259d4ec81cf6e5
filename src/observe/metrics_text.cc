// SPDX-License-Identifier: Apache-2.0
#include "observe/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace pkigate::observe {

namespace {

using gateway::Counters;

struct Plain {
  std::string_view name;
  std::string_view type;
  std::string_view help;
  uint64_t Counters::*value;
};

constexpr Plain kPlain[] = {
    {"connections_accepted_total", "counter", "Client connections accepted.",
     &Counters::connections_accepted},
    {"connections_refused_total", "counter", "Client connections closed at once: limit reached.",
     &Counters::connections_refused},
    {"accept_failures_total", "counter",
     "Connections not accepted: no descriptors, client gone, turned away.",
     &Counters::accept_failures},
    {"connections_open", "gauge", "Client connections open now.", &Counters::connections_open},
    {"handshakes_completed_total", "counter", "TLS handshakes completed.",
     &Counters::handshakes_completed},
    {"handshakes_from_cache_total", "counter",
     "Handshakes whose certificate chain was verified before.", &Counters::handshakes_from_cache},
    {"requests_total", "counter", "Requests with a well-formed head.", &Counters::requests},
    {"requests_forwarded_total", "counter", "Requests sent to an upstream.",
     &Counters::requests_forwarded},
    {"requests_local_total", "counter", "Requests to the gateway's own APIs.",
     &Counters::requests_answered_locally},
    {"requests_malformed_total", "counter", "Requests refused as malformed or over a limit.",
     &Counters::requests_malformed},
    {"denied_unauthenticated_total", "counter", "Requests answered 401.",
     &Counters::denied_unauthenticated},
    {"denied_unauthorized_total", "counter", "Requests answered 403.",
     &Counters::denied_unauthorized},
    {"principal_cache_hits_total", "counter", "Callers found in the principal cache.",
     &Counters::principal_cache_hits},
    {"principal_cache_misses_total", "counter", "Callers worked out by the realm chain.",
     &Counters::principal_cache_misses},
    {"host_names_asked_total", "counter", "Addresses asked about at the name service.",
     &Counters::host_names_asked},
    {"host_names_refused_total", "counter",
     "Addresses left without a name: too many questions wait at the name service.",
     &Counters::host_names_refused},
    {"password_cache_hits_total", "counter", "Passwords known to be right from an earlier check.",
     &Counters::password_cache_hits},
    {"password_cache_misses_total", "counter", "Passwords that had to be checked.",
     &Counters::password_cache_misses},
    {"passwords_checked_total", "counter", "Password checks done.", &Counters::passwords_checked},
    {"password_check_microseconds_total", "counter", "Time that password checks took.",
     &Counters::password_check_us},
    {"passwords_refused_total", "counter",
     "Requests answered 429: too many passwords wait to be checked.", &Counters::passwords_refused},
    {"passwords_waiting", "gauge", "Passwords waiting to be checked or being checked now.",
     &Counters::passwords_waiting},
    {"login_failures_total", "counter", "Failed logins, where they are counted.",
     &Counters::login_failures},
    {"login_failures_not_shared_total", "counter",
     "Failed logins that only one worker has counted: too many at once.",
     &Counters::login_failures_not_shared},
    {"upstream_connects_total", "counter", "Upstream connections opened.",
     &Counters::upstream_connects},
    {"upstream_connect_failures_total", "counter", "Upstream connections that failed to open.",
     &Counters::upstream_connect_failures},
    {"upstream_reused_total", "counter", "Requests sent over a kept upstream connection.",
     &Counters::upstream_reused},
    {"upstream_retries_total", "counter", "Requests tried again on another connection.",
     &Counters::upstream_retries},
    {"upstream_failures_total", "counter", "Requests answered 502, 503 or 504.",
     &Counters::upstream_failures},
    {"clients_gone_total", "counter",
     "Clients that ended their side and did not stay for the answer.", &Counters::clients_gone},
    {"client_bytes_received_total", "counter", "Bytes from clients, as on the wire.",
     &Counters::bytes_from_clients},
    {"client_bytes_sent_total", "counter", "Bytes to clients, as on the wire.",
     &Counters::bytes_to_clients},
};

struct Timeout {
  std::string_view phase;
  uint64_t Counters::*value;
};

constexpr Timeout kTimeouts[] = {
    {"handshake", &Counters::timeouts_handshake}, {"head", &Counters::timeouts_head},
    {"body", &Counters::timeouts_body},           {"idle", &Counters::timeouts_idle},
    {"write", &Counters::timeouts_write},         {"upstream", &Counters::timeouts_upstream},
    {"host_name", &Counters::timeouts_host_name}, {"password", &Counters::timeouts_password},
};

template <typename Value>
uint64_t Sum(const std::vector<Counters>& workers, Value value) {
  uint64_t sum = 0;
  for (const Counters& worker : workers) {
    sum += value(worker);
  }
  return sum;
}

void Family(std::string& text, std::string_view name, std::string_view type,
            std::string_view help) {
  fmt::format_to(std::back_inserter(text), "# HELP pkigate_{} {}\n# TYPE pkigate_{} {}\n", name,
                 help, name, type);
}

}  // namespace

std::string MetricsText(const std::vector<Counters>& workers, uint64_t generation) {
  std::string text;
  const auto out = std::back_inserter(text);
  Family(text, "policy_generation", "gauge", "Generation of the policy in force.");
  fmt::format_to(out, "pkigate_policy_generation {}\n", generation);
  for (const Plain& metric : kPlain) {
    Family(text, metric.name, metric.type, metric.help);
    fmt::format_to(out, "pkigate_{} {}\n", metric.name,
                   Sum(workers, [&](const Counters& worker) { return worker.*metric.value; }));
  }
  // Each worker knows of all of them, give or take a moment.
  Family(text, "logins_blocked", "gauge", "Clients blocked for failed logins now.");
  uint64_t num_blocked = 0;
  for (const Counters& worker : workers) {
    num_blocked = std::max(num_blocked, worker.logins_blocked);
  }
  fmt::format_to(out, "pkigate_logins_blocked {}\n", num_blocked);
  Family(text, "handshakes_failed_total", "counter", "TLS handshakes that failed, by reason.");
  // From 1: a handshake does not fail for no reason.
  static_assert(static_cast<size_t>(tls::FailureReason::kNone) == 0);
  for (size_t reason = 1; reason < tls::kNumFailureReasons; ++reason) {
    fmt::format_to(
        out, "pkigate_handshakes_failed_total{{reason=\"{}\"}} {}\n",
        tls::FailureReasonName(static_cast<tls::FailureReason>(reason)),
        Sum(workers, [&](const Counters& worker) { return worker.handshakes_failed[reason]; }));
  }
  Family(text, "answers_total", "counter", "Answers sent to clients, by status class.");
  for (size_t status_class = 1; status_class <= 5; ++status_class) {
    fmt::format_to(out, "pkigate_answers_total{{class=\"{}xx\"}} {}\n", status_class,
                   Sum(workers, [&](const Counters& worker) {
                     return worker.answers_by_class[status_class];
                   }));
  }
  Family(text, "timeouts_total", "counter", "Time-outs that ended something, by phase.");
  for (const Timeout& timeout : kTimeouts) {
    fmt::format_to(out, "pkigate_timeouts_total{{phase=\"{}\"}} {}\n", timeout.phase,
                   Sum(workers, [&](const Counters& worker) { return worker.*timeout.value; }));
  }
  return text;
}

}  // namespace pkigate::observe
