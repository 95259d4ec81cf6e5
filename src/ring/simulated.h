// SPDX-License-Identifier: Apache-2.0
//
// SimulatedRing: a ring without a kernel, for tests. Operations complete in any order a kernel
// could choose, when and how the network's seed says (simulated_network.h).
//
// What it checks, with PKIGATE_ASSERT, beyond the rules in ring.h:
// - every buffer is in one place, and a lent one is freed memory once it is back (ASan reports
// use);
// - the bytes of a send are the same at its end as at its beginning;
// - operations name open descriptors of the right kind, and descriptors are closed only when idle.
//
// Time is virtual: a turn that finds nothing to do moves the clock to the end of its wait or to the
// next completion, a busy one by a millisecond now and then.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "ring/ring.h"
#include "ring/simulated_network.h"

namespace pkigate::ring {

struct SimulatedRingOptions {
  // Fewer than a real ring has, so that running out is ordinary.
  uint32_t buffers = 64;
};

class SimulatedRing final : public Ring {
 public:
  // See SimulatedNetwork::MakeRing.
  SimulatedRing(SimulatedNetwork& network, const SimulatedRingOptions& options);
  ~SimulatedRing() override;

  Result<int> OpenStream(int family) override;
  Result<SocketAddress> PeerOf(int fd) override;
  void ShutdownWrite(int fd) override;
  void CloseFd(int fd) override;
  void AbortFd(int fd) override;
  size_t Shed(int listener, size_t max) override;

  void Accept(Tag tag, int listener, AcceptMode mode) override;
  void Recv(Tag tag, int fd) override;
  void Send(Tag tag, int fd, std::span<const iovec> pieces) override;
  void Connect(Tag tag, int fd, const SocketAddress& address) override;
  void CancelAll(Tag tag, int fd) override;

  bool Park(uint16_t buffer) override;
  void ReturnBuffer(uint16_t buffer) override;
  BufferCounts buffers() const override;

  void Wake(Waker& other) override;
  Waker& waker() override { return waker_; }

  uint64_t NowMs() const override { return now_ms_; }
  int64_t UnixSeconds() const override;
  void Turn(CompletionHandler& handler, uint64_t wait_ms_max) override;

  uint32_t in_flight() const override;
  const RingCounters& counters() const override { return counters_; }

 private:
  enum class Kind : uint8_t { kAccept, kReceive, kSend, kConnect, kCancel };

  struct Operation {
    Kind kind = Kind::kCancel;
    Tag tag;
    int fd = -1;
    uint64_t number = 0;  // in the order of the calls: a cancellation reaches only earlier ones
    bool done = false;
    AcceptMode mode = AcceptMode::kMultishot;
    SocketAddress address;
    std::vector<iovec> pieces;
    size_t num_bytes = 0;
    size_t num_sent = 0;
    uint64_t checksum = 0;
    uint64_t not_before_ms = 0;  // no buffer before then
  };

  // A completion on its way to the handler.
  struct Finished {
    Completion completion;
    int fd = -1;
    Kind kind = Kind::kCancel;
    uint64_t due_ms = 0;
  };

  // A lent buffer; the memory exists only while it is lent.
  struct Lent {
    std::unique_ptr<uint8_t[]> bytes;
    bool parked = false;
  };

  class SimulatedWaker final : public Waker {
   public:
    void Wake() override { woken.store(true, std::memory_order_release); }
    int handle() const override { return -1; }
    std::atomic<bool> woken{false};
  };

  Operation& Start(Kind kind, const Tag& tag, int fd);
  // How many operations of `kind` are in flight on `fd`.
  uint32_t CountOn(int fd, Kind kind) const;
  bool BusyOn(int fd) const;
  detail::SimulatedEnd& EndOf(int fd);

  // Moves every operation on as far as the world allows.
  void Progress();
  void TryAccept(Operation& operation);
  void TryReceive(Operation& operation);
  void TrySend(Operation& operation);
  void TryConnect(Operation& operation);
  void DoCancel(Operation& operation);
  void Finish(Operation& operation, int32_t result, bool more = false);
  void FinishReceive(Operation& operation, std::string_view bytes);
  // Whether the roll of `resets` hit this stream, or it was reset before.
  bool IsReset(detail::SimulatedEnd& end);
  static uint64_t Checksum(const Operation& operation);

  void WaitVirtually(uint64_t wait_ms_max);
  bool SomethingDue() const;
  void Deliver(CompletionHandler& handler);
  void CheckInvariants() const;

  SimulatedNetwork& network_;
  const uint32_t num_buffers_;
  std::vector<std::unique_ptr<Operation>> operations_;
  std::deque<Finished> finished_;
  std::map<uint16_t, Lent> lent_;
  uint16_t handling_ = 0;
  bool in_handler_ = false;  // of a completion with a buffer, handling_
  uint16_t next_buffer_ = 0;
  uint64_t next_number_ = 1;
  uint64_t now_ms_;
  bool in_turn_ = false;
  SimulatedWaker waker_;
  RingCounters counters_;
};

}  // namespace pkigate::ring
