// SPDX-License-Identifier: Apache-2.0
#include "ring/simulated_network.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/assert.h"

namespace pkigate::ring {

using detail::SimulatedDescriptor;
using detail::SimulatedEnd;
using detail::SimulatedListener;
using detail::SimulatedPipe;
using detail::SimulatedStream;

namespace {

// Where a ring's numbers begin: far from those of real files, so that mixing them up shows.
constexpr int kFirstDescriptor = 1000;

// With fragments, at most so many bytes of a pipe arrive at a time.
constexpr uint64_t kFragmentBytesMax = 64;

}  // namespace

SimulatedFaults SimulatedFaults::Rough() {
  return {.fragments = 200,
          .short_receives = 200,
          .short_sends = 200,
          .missing_buffers = 100,
          .late_completions = 300,
          .late_cancels = 300,
          .ended_multishots = 200,
          .exhausted_accepts = 50,
          .resets = 0,
          .lost_wakes = 200};
}

// --- The test's side of a connection ----------------------------------------------------------

SimulatedPeer::SimulatedPeer(SimulatedNetwork& network, SimulatedEnd end)
    : network_(network), end_(std::move(end)) {}

SimulatedPeer::~SimulatedPeer() { Close(); }

size_t SimulatedPeer::Write(std::string_view bytes) {
  PKIGATE_ASSERT(!closed_);
  PKIGATE_ASSERT(!end_.out().ended);
  if (end_.stream->reset) {
    return 0;
  }
  if (end_.other_closed()) {
    end_.stream->reset = true;  // nobody is there to read it
    return 0;
  }
  SimulatedPipe& pipe = end_.out();
  const size_t num_bytes = std::min(bytes.size(), pipe.window - pipe.bytes.size());
  network_.Put(pipe, bytes.data(), num_bytes);
  return num_bytes;
}

std::string SimulatedPeer::Read(size_t max) {
  PKIGATE_ASSERT(!closed_);
  return network_.Take(end_.in(), max);
}

bool SimulatedPeer::AtEnd() const {
  return end_.in().ended && end_.in().bytes.empty() && !end_.stream->reset;
}

bool SimulatedPeer::WasReset() const { return end_.stream->reset; }

void SimulatedPeer::ShutdownWrite() { end_.out().ended = true; }

void SimulatedPeer::Close() {
  if (!closed_) {
    closed_ = true;
    network_.CloseEnd(end_);
  }
}

void SimulatedPeer::Abort() {
  if (!closed_) {
    closed_ = true;
    network_.ResetEnd(end_);
  }
}

// --- The world --------------------------------------------------------------------------------

SimulatedNetwork::SimulatedNetwork(uint64_t seed) : seed_(seed), random_(seed) {}

SimulatedNetwork::~SimulatedNetwork() = default;

int SimulatedNetwork::TakeFailure(SimulatedCall call) {
  std::deque<int>& failures = next_failures_[call];
  if (failures.empty()) {
    return 0;
  }
  const int error = failures.front();
  failures.pop_front();
  return error;
}

int SimulatedNetwork::AddDescriptor(SimulatedDescriptor descriptor) {
  int fd = kFirstDescriptor;
  while (descriptors_.contains(fd)) {
    ++fd;
  }
  descriptors_.emplace(fd, std::move(descriptor));
  return fd;
}

SimulatedDescriptor* SimulatedNetwork::Find(int fd) {
  const auto found = descriptors_.find(fd);
  return found == descriptors_.end() ? nullptr : &found->second;
}

void SimulatedNetwork::CloseDescriptor(int fd) {
  SimulatedDescriptor* descriptor = Find(fd);
  PKIGATE_ASSERT(descriptor != nullptr);
  if (descriptor->listener != nullptr) {
    // Whoever waits in its queue is reset, as closing one of several listeners does.
    for (SimulatedEnd& end : descriptor->listener->waiting) {
      ResetEnd(end);
    }
    std::erase(listeners_, descriptor->listener);
  } else if (descriptor->end.stream != nullptr) {
    CloseEnd(descriptor->end);
  }
  descriptors_.erase(fd);
}

int SimulatedNetwork::Listen(const SocketAddress& address) {
  auto listener = std::make_shared<SimulatedListener>();
  listener->address = address;
  listeners_.push_back(listener);
  return AddDescriptor({.end = {}, .listener = std::move(listener)});
}

void SimulatedNetwork::Serve(const SocketAddress& address) {
  auto listener = std::make_shared<SimulatedListener>();
  listener->address = address;
  listeners_.push_back(std::move(listener));
}

void SimulatedNetwork::Swallow(const SocketAddress& address) {
  Serve(address);
  listeners_.back()->swallows = true;
}

void SimulatedNetwork::StopServing(const SocketAddress& address) {
  std::erase_if(listeners_, [&](const auto& listener) { return listener->address == address; });
}

std::unique_ptr<SimulatedPeer> SimulatedNetwork::Connect(const SocketAddress& server) {
  SimulatedEnd client;
  if (Establish(server, &client) != 0) {
    return nullptr;
  }
  return std::make_unique<SimulatedPeer>(*this, std::move(client));
}

std::unique_ptr<SimulatedPeer> SimulatedNetwork::TakeConnection(const SocketAddress& address) {
  for (const auto& listener : listeners_) {
    if (listener->address == address && !listener->waiting.empty()) {
      SimulatedEnd end = std::move(listener->waiting.front());
      listener->waiting.pop_front();
      return std::make_unique<SimulatedPeer>(*this, std::move(end));
    }
  }
  return nullptr;
}

int SimulatedNetwork::Establish(const SocketAddress& server, SimulatedEnd* client) {
  std::vector<SimulatedListener*> candidates;
  for (const auto& listener : listeners_) {
    if (listener->address == server) {
      candidates.push_back(listener.get());
    }
  }
  if (candidates.empty()) {
    return -ECONNREFUSED;
  }
  SimulatedListener& listener = *candidates[Random(candidates.size())];
  if (listener.swallows) {
    return -EINPROGRESS;
  }
  auto stream = std::make_shared<SimulatedStream>();
  stream->server = server;
  stream->client = {.address = IpAddress::V4({127, 0, 0, 1}), .port = next_client_port_++};
  stream->to_server.window = window_;
  stream->to_client.window = window_;
  streams_.push_back(stream);
  listener.waiting.push_back({.stream = stream, .is_client = false});
  *client = {.stream = stream, .is_client = true};
  return 0;
}

void SimulatedNetwork::CloseEnd(SimulatedEnd& end) {
  if (end.stream->reset) {
    (end.is_client ? end.stream->client_closed : end.stream->server_closed) = true;
    return;
  }
  if (!end.in().bytes.empty()) {
    ResetEnd(end);
    return;
  }
  end.out().ended = true;
  (end.is_client ? end.stream->client_closed : end.stream->server_closed) = true;
}

void SimulatedNetwork::ResetEnd(SimulatedEnd& end) {
  SimulatedStream& stream = *end.stream;
  stream.reset = true;
  (end.is_client ? stream.client_closed : stream.server_closed) = true;
  // The other side may or may not get to read what had arrived before the reset.
  SimulatedPipe& out = end.out();
  if (Random(2) == 0) {
    out.bytes.clear();
    out.arrived = 0;
  } else {
    out.bytes.resize(out.arrived);
  }
}

void SimulatedNetwork::Put(SimulatedPipe& pipe, const char* bytes, size_t num_bytes) {
  pipe.bytes.insert(pipe.bytes.end(), bytes, bytes + num_bytes);
  PKIGATE_ASSERT(pipe.bytes.size() <= pipe.window);
  if (!Roll(faults_.fragments)) {
    pipe.arrived = pipe.bytes.size();
  }
}

std::string SimulatedNetwork::Take(SimulatedPipe& pipe, size_t max) {
  const auto num_bytes = static_cast<std::ptrdiff_t>(std::min(max, pipe.arrived));
  std::string taken(pipe.bytes.begin(), pipe.bytes.begin() + num_bytes);
  pipe.bytes.erase(pipe.bytes.begin(), pipe.bytes.begin() + num_bytes);
  pipe.arrived -= taken.size();
  return taken;
}

bool SimulatedNetwork::UnderWay() const {
  return std::any_of(streams_.begin(), streams_.end(), [](const auto& weak) {
    const std::shared_ptr<SimulatedStream> stream = weak.lock();
    return stream != nullptr && (stream->to_server.bytes.size() > stream->to_server.arrived ||
                                 stream->to_client.bytes.size() > stream->to_client.arrived);
  });
}

void SimulatedNetwork::Arrive() {
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  for (const auto& weak : streams_) {
    const std::shared_ptr<SimulatedStream> stream = weak.lock();
    for (SimulatedPipe* pipe : {&stream->to_server, &stream->to_client}) {
      const size_t under_way = pipe->bytes.size() - pipe->arrived;
      if (under_way == 0) {
        continue;
      }
      pipe->arrived += Roll(faults_.fragments)
                           ? std::min<size_t>(under_way, 1 + Random(kFragmentBytesMax))
                           : under_way;
    }
  }
}

}  // namespace pkigate::ring
