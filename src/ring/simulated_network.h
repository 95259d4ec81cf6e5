// SPDX-License-Identifier: Apache-2.0
//
// SimulatedNetwork: the world around simulated rings (simulated.h): sockets as byte queues, a
// virtual clock, and faults, all decided by one seed. The same seed and the same calls give the
// same run, so a failure is replayed by its seed.
//
// A test holds the other side of each connection as a SimulatedPeer:
//
//     SimulatedNetwork network(seed);
//     auto ring = network.MakeRing({});                  // include ring/simulated.h
//     int listener = network.Listen(address);            // for Ring::Accept
//     auto client = network.Connect(address);            // a client that the ring may accept
//     network.Serve(upstream);                           // Ring::Connect to it succeeds
//     auto server = network.TakeConnection(upstream);    // and its other side is here
//
// Nothing reads a wall clock or a random device. All of it lives in one thread; only a simulated
// ring's Waker may be used from others.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"

namespace pkigate::ring {

class SimulatedRing;
struct SimulatedRingOptions;

// What goes wrong and how often: chances in a thousand, rolled wherever the thing could happen. All
// of these are things a real kernel or network does; a correct program survives any mixture.
struct SimulatedFaults {
  uint32_t fragments = 0;          // bytes arrive in small pieces, down to one
  uint32_t short_receives = 0;     // a receive brings less than has arrived
  uint32_t short_sends = 0;        // a send completes before it has sent everything
  uint32_t missing_buffers = 0;    // a receive finds no buffer for a while
  uint32_t late_completions = 0;   // a completion is reported some ms after it happened
  uint32_t late_cancels = 0;       // -ENOENT or -EALREADY, and the target succeeds if it can
  uint32_t ended_multishots = 0;   // a multishot accept ends with a connection
  uint32_t exhausted_accepts = 0;  // an accept fails with EMFILE
  uint32_t resets = 0;             // a connection is reset, rolled at each receive and send
  uint32_t lost_wakes = 0;

  // A mixture of everything but resets, so that what is sent must arrive.
  static SimulatedFaults Rough();
};

// The calls whose next occurrence can be made to fail (SimulatedNetwork::FailNext).
enum class SimulatedCall : uint8_t { kOpenStream, kAccept, kRecv, kSend, kConnect };

namespace detail {

// One direction of a stream. `arrived` of the bytes can be read already.
struct SimulatedPipe {
  std::deque<char> bytes;
  size_t arrived = 0;
  size_t window = 0;
  bool ended = false;  // the writer is done
};

struct SimulatedStream {
  SocketAddress client;
  SocketAddress server;
  SimulatedPipe to_server;
  SimulatedPipe to_client;
  bool client_closed = false;
  bool server_closed = false;
  bool reset = false;
};

// One side of a stream.
struct SimulatedEnd {
  std::shared_ptr<SimulatedStream> stream;  // null: not connected
  bool is_client = false;

  SimulatedPipe& in() const { return is_client ? stream->to_client : stream->to_server; }
  SimulatedPipe& out() const { return is_client ? stream->to_server : stream->to_client; }
  bool other_closed() const { return is_client ? stream->server_closed : stream->client_closed; }
  const SocketAddress& other() const { return is_client ? stream->server : stream->client; }
};

struct SimulatedListener {
  SocketAddress address;
  std::deque<SimulatedEnd> waiting;
  bool swallows = false;
};

// What a ring's descriptor stands for.
struct SimulatedDescriptor {
  SimulatedEnd end;
  std::shared_ptr<SimulatedListener> listener;  // null: a stream
};

}  // namespace detail

class SimulatedNetwork;

// The test's side of a connection. Closes when it dies; must not outlive the network.
class SimulatedPeer {
 public:
  SimulatedPeer(SimulatedNetwork& network, detail::SimulatedEnd end);
  SimulatedPeer(const SimulatedPeer&) = delete;
  SimulatedPeer& operator=(const SimulatedPeer&) = delete;
  ~SimulatedPeer();

  // Sends as much of `bytes` as the window takes and returns how much. 0 after a reset.
  size_t Write(std::string_view bytes);
  // Takes up to `max` of the bytes that have arrived.
  std::string Read(size_t max = std::string::npos);
  // Everything was read and the other side has closed its direction.
  bool AtEnd() const;
  bool WasReset() const;

  void ShutdownWrite();
  // With unread bytes this resets the connection, as TCP does.
  void Close();
  void Abort();

  const SocketAddress& other() const { return end_.other(); }

 private:
  SimulatedNetwork& network_;
  detail::SimulatedEnd end_;
  bool closed_ = false;
};

class SimulatedNetwork {
 public:
  explicit SimulatedNetwork(uint64_t seed);
  SimulatedNetwork(const SimulatedNetwork&) = delete;
  SimulatedNetwork& operator=(const SimulatedNetwork&) = delete;
  // After its rings and peers.
  ~SimulatedNetwork();

  // A ring in this world; several are several workers. Defined in simulated.cc.
  std::unique_ptr<SimulatedRing> MakeRing(const SimulatedRingOptions& options);

  // Faults may be changed at any time.
  SimulatedFaults& faults() { return faults_; }
  // The next `call` of any ring, once it could complete, fails with `error` (a positive errno).
  void FailNext(SimulatedCall call, int error) { next_failures_[call].push_back(error); }
  // Descriptors that rings may have open; at the limit sockets and accepts fail with EMFILE.
  void set_descriptors_max(size_t max) { descriptors_max_ = max; }
  // Bytes in flight per direction, for connections made from now on.
  void set_window(size_t num_bytes) { window_ = num_bytes; }

  // A listener for rings. Several at one address share its connections, as SO_REUSEPORT does.
  int Listen(const SocketAddress& address);
  // A client's connection, waiting to be accepted; null when nobody listens (refused).
  std::unique_ptr<SimulatedPeer> Connect(const SocketAddress& server);

  // The test listens at `address`.
  void Serve(const SocketAddress& address);
  // The oldest connection made to `address`, or null.
  std::unique_ptr<SimulatedPeer> TakeConnection(const SocketAddress& address);
  // Connections to `address` neither succeed nor fail.
  void Swallow(const SocketAddress& address);
  void StopServing(const SocketAddress& address);

  uint64_t now_ms() const { return now_ms_; }
  void AdvanceClock(uint64_t by_ms) { now_ms_ += by_ms; }
  // Descriptors of all rings, listeners included: at the end of a test, what leaked.
  size_t open_descriptors() const { return descriptors_.size(); }
  uint64_t seed() const { return seed_; }

 private:
  friend class SimulatedPeer;
  friend class SimulatedRing;

  // True with a chance of `per_mille` in a thousand.
  bool Roll(uint32_t per_mille) { return per_mille > 0 && Random(1000) < per_mille; }
  // 0 to bound - 1.
  uint64_t Random(uint64_t bound) { return random_() % bound; }
  // The error asked for by FailNext, or 0.
  int TakeFailure(SimulatedCall call);

  bool exhausted() const { return descriptors_.size() >= descriptors_max_; }
  // The lowest free number, so that a stale use of a descriptor hits another connection.
  int AddDescriptor(detail::SimulatedDescriptor descriptor);
  detail::SimulatedDescriptor* Find(int fd);
  void CloseDescriptor(int fd);

  // Connects a new stream to a listener at `server`; `client` is one side of it. The result is 0,
  // -ECONNREFUSED, or -EINPROGRESS when the address swallows connections.
  int Establish(const SocketAddress& server, detail::SimulatedEnd* client);
  void CloseEnd(detail::SimulatedEnd& end);
  void ResetEnd(detail::SimulatedEnd& end);
  // Appends to the outgoing pipe; some of it may arrive later.
  void Put(detail::SimulatedPipe& pipe, const char* bytes, size_t num_bytes);
  std::string Take(detail::SimulatedPipe& pipe, size_t max);
  // Lets bytes under way arrive: all, or with faults a few of each.
  void Arrive();
  bool UnderWay() const;

  const uint64_t seed_;
  std::mt19937_64 random_;
  SimulatedFaults faults_;
  std::map<SimulatedCall, std::deque<int>> next_failures_;
  std::map<int, detail::SimulatedDescriptor> descriptors_;
  std::vector<std::shared_ptr<detail::SimulatedListener>> listeners_;
  std::vector<std::weak_ptr<detail::SimulatedStream>> streams_;
  size_t descriptors_max_ = 10'000;
  size_t window_ = 64 * 1024;
  uint64_t now_ms_ = 1'000'000;
  uint16_t next_client_port_ = 40'000;
};

}  // namespace pkigate::ring
