// SPDX-License-Identifier: Apache-2.0
#include "control/resolver.h"

#include <ares.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/assert.h"

namespace pkigate::control {

namespace {

// What names of hosts are made of; a reverse entry may hold any bytes.
bool IsHostName(std::string_view name) {
  constexpr size_t kNameBytesMax = 253;  // RFC 1035, 2.3.4
  return !name.empty() && name.size() <= kNameBytesMax && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

bool Initialize() {
  static const bool good = ::ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS;
  return good;
}

}  // namespace

// One address on its way to a name. Owned by c-ares between a question and its callback.
struct Resolver::Lookup {
  Resolver* resolver = nullptr;
  gateway::HostNameJob job;
  std::string name;  // once the reverse entry is there
};

// A c-ares channel and what is under way on it.
class Resolver::Channel {
 public:
  static Result<std::unique_ptr<Channel>> Open(const Options& options) {
    if (!Initialize()) {
      return MakeError("resolver", "c-ares cannot be initialised");
    }
    std::unique_ptr<Channel> made(new Channel);
    ares_options settings{};
    settings.timeout = static_cast<int>(options.try_ms);
    settings.tries = limits::kNameServerTries;
    int status =
        ::ares_init_options(&made->channel_, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES);
    if (status == ARES_SUCCESS && !options.servers.empty()) {
      std::string list;
      for (const SocketAddress& server : options.servers) {
        list += (list.empty() ? "" : ",") + server.Text();
      }
      status = ::ares_set_servers_ports_csv(made->channel_, list.c_str());
    }
    if (status != ARES_SUCCESS) {
      return MakeError("resolver", "the name service cannot be used: {}", ::ares_strerror(status));
    }
    return made;
  }
  ~Channel() {
    if (channel_ != nullptr) {
      ::ares_destroy(channel_);  // calls back whoever is under way
    }
  }

  void AskName(std::unique_ptr<Lookup> lookup) {
    const IpAddress& address = lookup->job.address;
    const int family = address.is_v4() ? AF_INET : AF_INET6;
    const int len = address.is_v4() ? 4 : 16;
    const auto bytes = address.bytes();
    ::ares_gethostbyaddr(channel_, bytes.data(), len, family, OnName, lookup.release());
  }

  // Waits for answers, time-outs and `wake_fd`, and works off what has come.
  void Turn(int wake_fd) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets;
    const int wanted = ::ares_getsock(channel_, sockets.data(), static_cast<int>(sockets.size()));
    std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> events;
    size_t num_events = 0;
    events[num_events++] = {wake_fd, POLLIN, 0};
    for (size_t index = 0; index < sockets.size(); ++index) {
      const bool reads = ARES_GETSOCK_READABLE(wanted, index) != 0;
      const bool writes = ARES_GETSOCK_WRITABLE(wanted, index) != 0;
      if (reads || writes) {
        events[num_events++] = {
            sockets[index], static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
      }
    }
    timeval limit = {.tv_sec = limits::kTurnWaitMsMax / 1000, .tv_usec = 0};
    timeval next{};
    const timeval* const wait = ::ares_timeout(channel_, &limit, &next);
    ::poll(events.data(), num_events,
           static_cast<int>(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000));
    for (size_t index = 1; index < num_events; ++index) {
      const pollfd& event = events[index];
      ::ares_process_fd(channel_, (event.revents & ~POLLOUT) != 0 ? event.fd : ARES_SOCKET_BAD,
                        (event.revents & POLLOUT) != 0 ? event.fd : ARES_SOCKET_BAD);
    }
    ::ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // time-outs
  }

 private:
  Channel() = default;

  static void OnName(void* argument, int status, int, hostent* host) {
    std::unique_ptr<Lookup> lookup(static_cast<Lookup*>(argument));
    Resolver& resolver = *lookup->resolver;
    if (status != ARES_SUCCESS || host->h_name == nullptr || !IsHostName(host->h_name)) {
      return resolver.Finish(std::move(lookup), "");
    }
    lookup->name = host->h_name;
    ares_addrinfo_hints hints{};
    hints.ai_family = lookup->job.address.is_v4() ? AF_INET : AF_INET6;
    hints.ai_flags = ARES_AI_NOSORT;
    const std::string name = lookup->name;
    ::ares_getaddrinfo(resolver.channel_->channel_, name.c_str(), nullptr, &hints, OnAddresses,
                       lookup.release());
  }

  static void OnAddresses(void* argument, int status, int, ares_addrinfo* found) {
    std::unique_ptr<Lookup> lookup(static_cast<Lookup*>(argument));
    Resolver& resolver = *lookup->resolver;
    bool confirmed = false;
    if (status == ARES_SUCCESS) {
      for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
        sockaddr_storage native{};
        std::memcpy(&native, node->ai_addr,
                    std::min(static_cast<size_t>(node->ai_addrlen), sizeof native));
        confirmed = confirmed || SocketAddress::FromNative(native).address == lookup->job.address;
      }
    }
    if (found != nullptr) {
      ::ares_freeaddrinfo(found);
    }
    std::string name = confirmed ? lookup->name : "";
    resolver.Finish(std::move(lookup), std::move(name));
  }

  ares_channel channel_ = nullptr;
};

Result<std::unique_ptr<Resolver>> Resolver::Start(const Options& options) {
  std::unique_ptr<Resolver> made(new Resolver);
  if (const int error = made->waker_.Open(-1); error != 0) {
    return MakeError("resolver", "no event: {}", std::strerror(error));
  }
  made->channel_ = PKIGATE_TRY(Channel::Open(options));
  made->thread_ = std::thread([resolver = made.get()] { resolver->Main(); });
  return made;
}

Resolver::~Resolver() { Stop(); }

void Resolver::Stop() {
  stopping_.store(true, std::memory_order_release);
  if (thread_.joinable()) {
    waker_.Wake();
    thread_.join();
  }
}

// --- on workers' threads ------------------------------------------------------------------------

bool Resolver::Ask(const gateway::HostNameJob& job) {
  if (stopping_.load(std::memory_order_acquire)) {
    return false;
  }
  if (num_waiting_.fetch_add(1, std::memory_order_acq_rel) >= limits::kHostNamesWaitingMax) {
    num_waiting_.fetch_sub(1, std::memory_order_acq_rel);
    return false;
  }
  const bool posted = intake_.Post(job);
  PKIGATE_ASSERT(posted);  // there is a cell for each that waits
  return true;
}

// --- on the resolver's thread -------------------------------------------------------------------

void Resolver::Main() {
  ::pthread_setname_np(::pthread_self(), "resolver");
  while (!stopping_.load(std::memory_order_acquire)) {
    waker_.Clear();
    intake_.Drain([this](const gateway::HostNameJob& job) {
      channel_->AskName(std::make_unique<Lookup>(Lookup{.resolver = this, .job = job, .name = {}}));
    });
    channel_->Turn(waker_.event_fd());
  }
  channel_ = nullptr;
}

void Resolver::Finish(std::unique_ptr<Lookup> lookup, std::string name) {
  gateway::WorkerMessage message =
      gateway::HostNameFound{.address = lookup->job.address, .name = std::move(name)};
  // Full only if the worker is a thousand messages behind, which a turn of it ends.
  while (!stopping_.load(std::memory_order_acquire) && !lookup->job.reply_to->Offer(message)) {
    ::poll(nullptr, 0, 1);
  }
  num_waiting_.fetch_sub(1, std::memory_order_acq_rel);
}

}  // namespace pkigate::control
