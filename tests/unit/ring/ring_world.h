// SPDX-License-Identifier: Apache-2.0
//
// RingWorld: a ring and what surrounds it, so that one test runs on the kernel and on the
// simulator. A world opens listeners for the ring and holds the other side of its connections.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "ring/ring.h"
#include "ring/simulated_network.h"
#include "ring/uring.h"

namespace pkigate::ring {

// The other side of a connection. Nothing here waits.
class WorldPeer {
 public:
  virtual ~WorldPeer() = default;
  // How many bytes were taken.
  virtual size_t Write(std::string_view bytes) = 0;
  // What has arrived, up to `max`.
  virtual std::string Read(size_t max) = 0;
  std::string Read() { return Read(1 << 20); }
  // After a Read that brought nothing.
  virtual bool AtEnd() const = 0;
  virtual bool WasReset() const = 0;
  virtual void ShutdownWrite() = 0;
  virtual void Close() = 0;
  virtual void Abort() = 0;
};

class RingWorld {
 public:
  virtual ~RingWorld() = default;
  virtual Ring& ring() = 0;
  // A listener of the ring at an address of its own.
  virtual int Listen(SocketAddress* address) = 0;
  virtual std::unique_ptr<WorldPeer> Connect(const SocketAddress& address) = 0;
  // An address at which the test listens.
  virtual SocketAddress Serve() = 0;
  virtual std::unique_ptr<WorldPeer> TakeConnection() = 0;
  // An address at which nobody listens.
  virtual SocketAddress NobodyThere() = 0;
  // Whether everything above happens without delay and in full.
  virtual bool calm() const = 0;
};

// One kind of world, for parameterised tests.
struct WorldKind {
  enum class Type { kKernel, kSimulated } type = Type::kKernel;
  const char* name = "";
  UringOptions uring;
  uint64_t seed = 0;
  bool rough = false;
  uint32_t buffers = 64;

  std::unique_ptr<RingWorld> Make() const;
};

inline std::ostream& operator<<(std::ostream& out, const WorldKind& kind) {
  return out << kind.name << " seed " << kind.seed;
}

std::unique_ptr<RingWorld> MakeKernelWorld(const UringOptions& options);
std::unique_ptr<RingWorld> MakeSimulatedWorld(uint64_t seed, const SimulatedFaults& faults,
                                              uint32_t buffers);

// A seed nobody has tried, unless PKIGATE_SEED names one to replay. Tests print it on failure.
uint64_t FreshSeed();

// Keeps every completion, with its bytes copied.
class Recorder : public CompletionHandler {
 public:
  struct Record {
    Tag tag;
    int32_t result = 0;
    bool more = false;
    std::string data;
  };

  void OnCompletion(const Completion& completion) override {
    records.push_back({completion.tag, completion.result, completion.more,
                       std::string(completion.data.begin(), completion.data.end())});
    if (on_completion) {
      on_completion(completion);
    }
  }

  // Takes the oldest completion with `tag`, if there is one.
  std::optional<Record> Take(const Tag& tag);

  std::deque<Record> records;
  std::function<void(const Completion&)> on_completion;
};

// Turns until `done` says so; false after far more turns than anything here needs.
bool TurnUntil(Ring& ring, CompletionHandler& handler, const std::function<bool()>& done);

// Turns until a completion with `tag` has come, and takes it.
Recorder::Record Await(Ring& ring, Recorder& recorder, const Tag& tag);

// `size` bytes that differ from their neighbours.
std::string Pattern(size_t size);

}  // namespace pkigate::ring
