// SPDX-License-Identifier: Apache-2.0
//
// pkigate-load: a load generator for TLS servers with client certificates, on the gateway's own
// ring and TLS code. Exit status: 0 every request was answered as wanted, 1 some were not, 2 wrong
// usage.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "load/load_thread.h"
#include "load/plan.h"
#include "load/process_cpu.h"
#include "load/report.h"

namespace {

using namespace pkigate;        // NOLINT: a program, not a header
using namespace pkigate::load;  // NOLINT

constexpr auto kPoll = std::chrono::milliseconds(20);
// More would measure the generator: it needs nearly as much CPU as a server.
constexpr uint32_t kThreadsMax = 64;
constexpr uint32_t kConnectionsMax = 50'000;
constexpr uint32_t kSecondsMax = 3'600;

Result<Outcome> Execute(const Plan& plan) {
  Run run;
  std::vector<std::unique_ptr<LoadThread>> workers;
  std::vector<Status> statuses(plan.num_threads);
  std::vector<std::thread> threads;
  for (uint32_t index = 0; index < plan.num_threads; ++index) {
    workers.push_back(std::make_unique<LoadThread>(plan, run, index));
  }
  for (uint32_t index = 0; index < plan.num_threads; ++index) {
    threads.emplace_back([&, index] { statuses[index] = workers[index]->Main(); });
  }
  using Clock = std::chrono::steady_clock;
  const auto wait_until = [&](Clock::time_point end, uint64_t num_requests) {
    std::promise<void> never;
    const std::future<void> timer = never.get_future();
    while (Clock::now() < end && (num_requests == 0 || run.num_answered.load() < num_requests)) {
      timer.wait_for(std::min<Clock::duration>(kPoll, end - Clock::now()));
    }
  };
  wait_until(Clock::now() + std::chrono::seconds(plan.warm_up_s), 0);
  const Result<uint64_t> cpu_before = ProcessCpuNanos(plan.pids);
  const auto start = Clock::now();
  run.phase = Phase::kMeasure;
  wait_until(start + std::chrono::seconds(plan.duration_s), plan.num_requests_max);
  run.phase = Phase::kStop;
  Outcome outcome;
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const Result<uint64_t> cpu_after = ProcessCpuNanos(plan.pids);
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (uint32_t index = 0; index < plan.num_threads; ++index) {
    PKIGATE_TRY_STATUS(statuses[index]);
    outcome.tally.Merge(workers[index]->tally());
  }
  if (!cpu_before.ok() || !cpu_after.ok()) {
    return cpu_before.ok() ? cpu_after.error() : cpu_before.error();
  }
  outcome.cpu_nanos = *cpu_after - *cpu_before;
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  (void)log::Open(
      {.level = log::Level::kWarn});  // what the ring tells about the kernel is no news here
  CLI::App app(
      "Sends requests to a TLS server from many connections and reports throughput, latency and\n"
      "the server's CPU time per request. Every answer is checked.\n\n"
      "  pkigate-load --target 127.0.0.1:9200 --identities pki/clients --path /movies/_doc/3\n"
      "  pkigate-load --target 127.0.0.1:9200 --identities pki/client1.pem --handshakes \\\n"
      "               --connections 32 --pid 4711 --json",
      "pkigate-load");
  Plan plan;
  std::string target;
  std::string identities;
  bool json = false;
  app.add_option("--target", target, "ADDRESS:PORT of the server (loopback)")->required();
  app.add_option("--server-name", plan.server_name, "SNI and Host (default localhost)");
  app.add_option("--path", plan.path, "Request target (default /)");
  app.add_option("--method", plan.method, "Request method (default GET)");
  app.add_option("--body", plan.body_bytes, "Bytes of request body to send");
  app.add_option("--header", plan.headers, "Further request header, NAME: VALUE; repeatable");
  app.add_option("--connections", plan.num_connections, "Connections, over all threads (64)")
      ->check(CLI::Range(1U, kConnectionsMax));
  app.add_option("--threads", plan.num_threads, "Threads (1)")->check(CLI::Range(1U, kThreadsMax));
  app.add_option("--duration", plan.duration_s, "Seconds to measure (10)")
      ->check(CLI::Range(1U, kSecondsMax));
  app.add_option("--requests", plan.num_requests_max, "End after so many answers, if earlier");
  app.add_option("--warm-up", plan.warm_up_s, "Seconds before measuring (1)")
      ->check(CLI::Range(0U, kSecondsMax));
  app.add_flag("--handshakes", plan.handshake_per_request,
               "A new connection and full handshake for every request");
  app.add_option("--identities", identities,
                 "Client certificates: a folder of NAME.pem with NAME-key.pem, or one such file");
  app.add_option("--expect-status", plan.status_wanted, "Status every answer must have (200)");
  app.add_option("--expect-bytes", plan.body_bytes_wanted, "Body length every answer must have");
  app.add_option("--pid", plan.pids, "Process whose CPU time to measure; repeatable");
  app.add_flag("--json", json, "One JSON object instead of the table");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto address = SocketAddress::Parse(target);
  if (!address.ok()) {
    std::fprintf(stderr, "pkigate-load: %s\n", address.error().message.c_str());
    return 2;
  }
  plan.target = *address;
  // It is a load generator: only ever against this machine.
  const IpAddress& where = plan.target.address;
  if (!(where.is_v4() && where.bytes()[0] == 127) && where.Text() != "::1") {
    std::fprintf(stderr, "pkigate-load: %s is not a loopback address\n", target.c_str());
    return 2;
  }
  plan.num_threads = std::min(plan.num_threads, plan.num_connections);
  if (!identities.empty()) {
    auto loaded = LoadIdentities(identities);
    if (!loaded.ok()) {
      std::fprintf(stderr, "pkigate-load: %s\n", loaded.error().message.c_str());
      return 2;
    }
    plan.identities = std::move(loaded).value();
  }
  const Result<Outcome> outcome = Execute(plan);
  if (!outcome.ok()) {
    std::fprintf(stderr, "pkigate-load: %s\n", outcome.error().message.c_str());
    return 1;
  }
  std::fputs((json ? ReportJson(plan, *outcome) : ReportTable(plan, *outcome)).c_str(), stdout);
  return outcome->tally.num_errors() == 0 && outcome->tally.requests > 0 ? 0 : 1;
}
