// SPDX-License-Identifier: Apache-2.0
//
// Resolver: the thread that asks the name service what addresses are called, for
// `hosts_resolver_mode: ip-hostname-lookup` (opendistro.md, 4.4). c-ares does the asking: the hosts
// file, then the name servers.
//
// Whoever owns an address decides what its reverse entry says, so a name counts only when asking
// for the name's addresses gives that address again, as in the JDK's InetAddress.getHostName.
//
// Bounded: addresses under way (limits::kHostNamesWaitingMax), tries and their time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/ip_address.h"
#include "base/limits.h"
#include "base/result.h"
#include "gateway/host_name_pool.h"
#include "ring/event_waker.h"
#include "ring/mailbox.h"

namespace pkigate::control {

class Resolver final : public gateway::HostNamePool {
 public:
  struct Options {
    std::vector<SocketAddress> servers;  // empty: the system's
    uint64_t try_ms = limits::kNameServerTryMs;
  };

  // Fails with `resolver`.
  static Result<std::unique_ptr<Resolver>> Start(const Options& options);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver() override;

  bool Ask(const gateway::HostNameJob& job) override;
  // Drops what is under way and ends the thread. To be called before a mailbox that is replied to
  // ends; later questions are refused.
  void Stop();

 private:
  class Channel;
  struct Lookup;

  Resolver() = default;
  void Main();
  void Finish(std::unique_ptr<Lookup> lookup, std::string name);

  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> num_waiting_{0};
  ring::EventWaker waker_;
  ring::Mailbox<gateway::HostNameJob> intake_{limits::kHostNamesWaitingMax, waker_};
  std::unique_ptr<Channel> channel_;  // the thread's own once it runs
  std::thread thread_;
};

}  // namespace pkigate::control
