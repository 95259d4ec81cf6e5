// SPDX-License-Identifier: Apache-2.0
#include "load/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json_text.h"

namespace pkigate::load {

namespace {

constexpr double kPercentiles[] = {0.50, 0.90, 0.99, 0.999};
constexpr const char* kPercentileNames[] = {"p50", "p90", "p99", "p99.9"};

double PerSecond(uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double CpuMicrosPerRequest(const Outcome& outcome) {
  const uint64_t requests = std::max<uint64_t>(outcome.tally.requests, 1);
  return static_cast<double>(outcome.cpu_nanos) / 1000.0 / static_cast<double>(requests);
}

void AppendLatency(std::string& text, const char* what, const Histogram& latency) {
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "{:<18}", what);
  for (size_t index = 0; index < std::size(kPercentiles); ++index) {
    fmt::format_to(out, "{} {} us  ", kPercentileNames[index],
                   latency.Percentile(kPercentiles[index]));
  }
  fmt::format_to(out, "max {} us\n", latency.max());
}

void AppendLatencyJson(std::string& json, const char* key, const Histogram& latency) {
  const auto out = std::back_inserter(json);
  fmt::format_to(out, ",\"{}\":{{\"count\":{}", key, latency.total());
  for (size_t index = 0; index < std::size(kPercentiles); ++index) {
    fmt::format_to(out, ",\"{}\":{}", kPercentileNames[index],
                   latency.Percentile(kPercentiles[index]));
  }
  fmt::format_to(out, ",\"max\":{}}}", latency.max());
}

}  // namespace

std::string ReportTable(const Plan& plan, const Outcome& outcome) {
  const Tally& tally = outcome.tally;
  std::string text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "requests          {} in {:.2f} s: {:.0f} a second, {:.1f} MiB/s of bodies\n",
                 tally.requests, outcome.seconds, PerSecond(tally.requests, outcome.seconds),
                 PerSecond(tally.bytes_in, outcome.seconds) / 1048576.0);
  AppendLatency(text, "latency", tally.latency);
  if (tally.handshakes > 0) {
    fmt::format_to(out, "full handshakes   {}: {:.0f} a second\n", tally.handshakes,
                   PerSecond(tally.handshakes, outcome.seconds));
    AppendLatency(text, "connect+handshake", tally.handshake_latency);
  }
  if (!plan.pids.empty()) {
    fmt::format_to(out, "server CPU        {:.2f} us a request ({:.0f} % of a core)\n",
                   CpuMicrosPerRequest(outcome),
                   static_cast<double>(outcome.cpu_nanos) / 1e7 / outcome.seconds);
  }
  fmt::format_to(out, "errors            {}\n", tally.num_errors());
  for (const auto& [kind, count] : tally.errors) {
    fmt::format_to(out, "  {:<30} {}\n", kind, count);
  }
  return text;
}

std::string ReportJson(const Plan& plan, const Outcome& outcome) {
  const Tally& tally = outcome.tally;
  std::string json;
  const auto out = std::back_inserter(json);
  fmt::format_to(
      out,
      "{{\"connections\":{},\"threads\":{},\"handshake_per_request\":{},\"seconds\":{:.3f},"
      "\"requests\":{},\"requests_per_second\":{:.1f},\"handshakes\":{},"
      "\"body_bytes\":{}",
      plan.num_connections, plan.num_threads, plan.handshake_per_request, outcome.seconds,
      tally.requests, PerSecond(tally.requests, outcome.seconds), tally.handshakes, tally.bytes_in);
  AppendLatencyJson(json, "latency_us", tally.latency);
  AppendLatencyJson(json, "handshake_us", tally.handshake_latency);
  if (!plan.pids.empty()) {
    fmt::format_to(out, ",\"cpu_us_per_request\":{:.3f}", CpuMicrosPerRequest(outcome));
  }
  fmt::format_to(out, ",\"num_errors\":{},\"errors\":{{", tally.num_errors());
  const char* separator = "";
  for (const auto& [kind, count] : tally.errors) {
    json += separator;
    AppendJsonString(json, kind);
    fmt::format_to(out, ":{}", count);
    separator = ",";
  }
  json += "}}\n";
  return json;
}

}  // namespace pkigate::load
