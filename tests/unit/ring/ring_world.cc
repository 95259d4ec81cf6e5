// SPDX-License-Identifier: Apache-2.0
#include "ring_world.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <random>

#include "base/assert.h"
#include "ring/listener_socket.h"
#include "ring/simulated.h"

namespace pkigate::ring {

namespace {

// A turn waits so long at most, and a test so many turns: together far beyond any delay here, and
// ended by the first completion.
constexpr uint64_t kTurnMs = 2;
constexpr int kTurnsMax = 20'000;

SocketAddress Loopback(uint16_t port) {
  return {.address = IpAddress::V4({127, 0, 0, 1}), .port = port};
}

// --- Kernel -----------------------------------------------------------------------------------

class KernelPeer final : public WorldPeer {
 public:
  explicit KernelPeer(int fd) : fd_(fd) {}
  ~KernelPeer() override { Close(); }

  size_t Write(std::string_view bytes) override {
    const ssize_t result = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (result < 0) {
      reset_ = reset_ || errno == EPIPE || errno == ECONNRESET;
      return 0;
    }
    return static_cast<size_t>(result);
  }
  std::string Read(size_t max) override {
    std::string bytes(max, '\0');
    const ssize_t result = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    at_end_ = at_end_ || result == 0;
    reset_ = reset_ || (result < 0 && errno == ECONNRESET);
    bytes.resize(result > 0 ? static_cast<size_t>(result) : 0);
    return bytes;
  }
  bool AtEnd() const override { return at_end_; }
  bool WasReset() const override { return reset_; }
  void ShutdownWrite() override { ::shutdown(fd_, SHUT_WR); }
  void Close() override {
    if (fd_ >= 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  void Abort() override {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Close();
  }

 private:
  int fd_;
  bool at_end_ = false;
  bool reset_ = false;
};

class KernelWorld final : public RingWorld {
 public:
  explicit KernelWorld(const UringOptions& options) {
    Result<std::unique_ptr<Ring>> created = Uring::Create(options);
    if (!created.ok()) {
      ADD_FAILURE() << created.error().message;
      std::abort();
    }
    ring_ = std::move(created).value();
  }
  ~KernelWorld() override {
    if (server_ >= 0) {
      ::close(server_);
    }
  }

  Ring& ring() override { return *ring_; }
  int Listen(SocketAddress* address) override {
    const Result<int> opened = OpenListener(Loopback(0), {});
    *address = *BoundAddress(*opened);
    return *opened;
  }
  std::unique_ptr<WorldPeer> Connect(const SocketAddress& address) override {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage native;
    const socklen_t native_len = address.ToNative(&native);
    if (::connect(fd, reinterpret_cast<sockaddr*>(&native), native_len) != 0) {
      ::close(fd);
      return nullptr;
    }
    return std::make_unique<KernelPeer>(fd);
  }
  SocketAddress Serve() override {
    server_ = *OpenListener(Loopback(0), {});
    return *BoundAddress(server_);
  }
  std::unique_ptr<WorldPeer> TakeConnection() override {
    const int fd = ::accept4(server_, nullptr, nullptr, SOCK_CLOEXEC);
    return fd < 0 ? nullptr : std::make_unique<KernelPeer>(fd);
  }
  SocketAddress NobodyThere() override {
    const int fd = *OpenListener(Loopback(0), {});
    const SocketAddress address = *BoundAddress(fd);
    ::close(fd);
    return address;
  }
  bool calm() const override { return true; }

 private:
  std::unique_ptr<Ring> ring_;
  int server_ = -1;
};

// --- Simulated --------------------------------------------------------------------------------

class SimulatedWorldPeer final : public WorldPeer {
 public:
  explicit SimulatedWorldPeer(std::unique_ptr<SimulatedPeer> peer) : peer_(std::move(peer)) {}
  size_t Write(std::string_view bytes) override { return peer_->Write(bytes); }
  std::string Read(size_t max) override { return peer_->Read(max); }
  bool AtEnd() const override { return peer_->AtEnd(); }
  bool WasReset() const override { return peer_->WasReset(); }
  void ShutdownWrite() override { peer_->ShutdownWrite(); }
  void Close() override { peer_->Close(); }
  void Abort() override { peer_->Abort(); }

 private:
  std::unique_ptr<SimulatedPeer> peer_;
};

class SimulatedWorld final : public RingWorld {
 public:
  SimulatedWorld(uint64_t seed, const SimulatedFaults& faults, uint32_t buffers)
      : network_(seed), calm_(faults.late_completions == 0) {
    network_.faults() = faults;
    ring_ = network_.MakeRing({.buffers = buffers});
  }

  Ring& ring() override { return *ring_; }
  int Listen(SocketAddress* address) override {
    *address = Loopback(next_port_++);
    return network_.Listen(*address);
  }
  std::unique_ptr<WorldPeer> Connect(const SocketAddress& address) override {
    return Wrap(network_.Connect(address));
  }
  SocketAddress Serve() override {
    served_ = Loopback(next_port_++);
    network_.Serve(served_);
    return served_;
  }
  std::unique_ptr<WorldPeer> TakeConnection() override {
    return Wrap(network_.TakeConnection(served_));
  }
  SocketAddress NobodyThere() override { return Loopback(next_port_++); }
  bool calm() const override { return calm_; }

 private:
  static std::unique_ptr<WorldPeer> Wrap(std::unique_ptr<SimulatedPeer> peer) {
    return peer == nullptr ? nullptr : std::make_unique<SimulatedWorldPeer>(std::move(peer));
  }

  SimulatedNetwork network_;
  std::unique_ptr<SimulatedRing> ring_;
  SocketAddress served_;
  uint16_t next_port_ = 9000;
  bool calm_;
};

}  // namespace

std::unique_ptr<RingWorld> MakeKernelWorld(const UringOptions& options) {
  return std::make_unique<KernelWorld>(options);
}

std::unique_ptr<RingWorld> MakeSimulatedWorld(uint64_t seed, const SimulatedFaults& faults,
                                              uint32_t buffers) {
  return std::make_unique<SimulatedWorld>(seed, faults, buffers);
}

std::unique_ptr<RingWorld> WorldKind::Make() const {
  if (type == Type::kKernel) {
    return MakeKernelWorld(uring);
  }
  return MakeSimulatedWorld(seed, rough ? SimulatedFaults::Rough() : SimulatedFaults{}, buffers);
}

uint64_t FreshSeed() {
  const char* chosen = std::getenv("PKIGATE_SEED");
  return chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device()();
}

std::optional<Recorder::Record> Recorder::Take(const Tag& tag) {
  for (auto record = records.begin(); record != records.end(); ++record) {
    if (record->tag == tag) {
      Record taken = std::move(*record);
      records.erase(record);
      return taken;
    }
  }
  return std::nullopt;
}

bool TurnUntil(Ring& ring, CompletionHandler& handler, const std::function<bool()>& done) {
  for (int i = 0; i < kTurnsMax; ++i) {
    if (done()) {
      return true;
    }
    ring.Turn(handler, kTurnMs);
  }
  return done();
}

Recorder::Record Await(Ring& ring, Recorder& recorder, const Tag& tag) {
  std::optional<Recorder::Record> record;
  const bool came = TurnUntil(ring, recorder, [&] {
    record = recorder.Take(tag);
    return record.has_value();
  });
  EXPECT_TRUE(came) << "no completion of kind " << int{tag.kind} << " slot " << tag.slot;
  return record.value_or(Recorder::Record{});
}

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  }
  return bytes;
}

}  // namespace pkigate::ring
