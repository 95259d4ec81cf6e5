// SPDX-License-Identifier: Apache-2.0
//
// Ring: one thread's door to the kernel. Operations are handed over, Turn waits, and each operation
// comes back as one Completion (a multishot accept as several). There are two implementations:
// uring.h for the kernel, simulated.h for tests; both pass tests/unit/ring/behaviour_test.cc.
//
// Rules for users, which both implementations assert:
// - A ring belongs to the thread that created it; only Waker::Wake may be called from elsewhere.
// - At most one Send and one Recv in flight per socket: two sends at once would mix their bytes.
// - A descriptor is closed only when no operation is in flight on it: CancelAll, collect every
//   completion, then CloseFd. Closing first would do nothing visible: the armed receive keeps the
//   socket alive, the peer sees no end, and later data is still delivered.
// - OnCompletion may call everything but Turn.
//
// What a completion carries belongs to whoever gets it, also when its tag turns out to be stale:
// an accepted descriptor must then be closed. Buffers look after themselves: the ring takes them
// back after the handler unless they were parked.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/ip_address.h"
#include "base/result.h"
#include "ring/tag.h"
#include "ring/waker.h"

namespace pkigate::ring {

struct Completion {
  Tag tag;
  // As the kernel gives it: >= 0 or -errno. Accept: the new descriptor. Recv: bytes, 0 at the end
  // of the stream. Send: bytes taken, which may be fewer than given, also when it was cancelled.
  // Connect: 0. CancelAll: how many it cancelled, 0, -ENOENT or -EALREADY if none; what became of
  // an operation says its own completion.
  int32_t result = 0;
  // Multishot: the operation stays in flight and further completions follow.
  bool more = false;
  // Recv: the bytes, in a lent buffer. Valid until the handler returns, or, if it parked the
  // buffer, until ReturnBuffer.
  std::span<const uint8_t> data;
  uint16_t buffer = 0;  // which buffer, if has_buffer
  bool has_buffer = false;
};

class CompletionHandler {
 public:
  virtual void OnCompletion(const Completion& completion) = 0;

 protected:
  ~CompletionHandler() = default;
};

enum class AcceptMode : uint8_t {
  kMultishot,  // one operation, many connections, until a completion says !more
  kOneShot,    // one connection
};

// What happened in this ring since it was created. Plain numbers, read by the owner's thread.
struct RingCounters {
  uint64_t turns = 0;
  uint64_t operations = 0;
  uint64_t completions = 0;
  uint64_t submits_early = 0;         // the submission queue was full in the middle of a turn
  uint64_t operations_held_back = 0;  // and stayed full, so an operation waited in our own queue
  uint64_t submits_refused = 0;       // EAGAIN or EBUSY: the kernel wanted completions taken first
  uint64_t completion_overflows = 0;  // turns that found the completion queue overflown
  uint64_t completions_lost = 0;      // by a kernel out of memory; each is a leaked operation
  uint64_t stale_completions = 0;     // for operations that are no longer in flight
  uint64_t receives_without_buffer = 0;
  uint64_t parks_refused = 0;
  uint64_t wakes_sent = 0;
  uint64_t wakes_failed = 0;  // the other ring did not take it; sent by its Waker instead
  uint64_t wakes_received = 0;
};

// Where the receive buffers are; the sum is the size of the ring of buffers.
struct BufferCounts {
  uint32_t lent = 0;    // with the kernel, or being handled right now
  uint32_t parked = 0;  // kept by paused connections
};

class Ring {
 public:
  Ring() = default;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  // Nothing may be in flight that points into memory about to be freed: cancel and collect first.
  virtual ~Ring() = default;

  // --- Calls that never wait and are done when they return ---------------------------------------

  // A nonblocking stream socket with TCP_NODELAY. `family` is AF_INET or AF_INET6.
  virtual Result<int> OpenStream(int family) = 0;
  // The address of the other side of a connected socket. Codes: `not_a_socket` (EBADF, ENOTSOCK),
  // `not_connected` (the peer is gone already).
  virtual Result<SocketAddress> PeerOf(int fd) = 0;
  // Closes our direction: the peer reads the end of the stream after what was sent.
  virtual void ShutdownWrite(int fd) = 0;
  // Takes a socket out of use. Unread bytes make TCP send a reset, which may destroy what the peer
  // has not read yet; linger (read and discard for a while) where that matters.
  virtual void CloseFd(int fd) = 0;
  // Closes with a reset: queued bytes are dropped at both ends.
  virtual void AbortFd(int fd) = 0;
  // Accepts and closes up to `max` waiting connections, with a descriptor held in reserve for the
  // moment when none are left (EMFILE). Returns how many were turned away.
  virtual size_t Shed(int listener, size_t max) = 0;

  // --- Operations: each comes back as a completion with its tag, never inside the call -----------

  // The accepted sockets are nonblocking and inherit the listener's options. Multishot is a wish: a
  // kernel that lacks it brings one connection, without `more`.
  virtual void Accept(Tag tag, int listener, AcceptMode mode) = 0;
  // One receive of up to limits::kReceiveBufferBytes into a lent buffer. A ring that has run out of
  // buffers holds the receive back until some return; the caller sees a later completion, never
  // ENOBUFS.
  virtual void Recv(Tag tag, int fd) = 0;
  // Sends up to limits::kSendPiecesMax pieces in order. The iovecs are copied, the bytes stay the
  // caller's and must not change until the completion.
  virtual void Send(Tag tag, int fd, std::span<const iovec> pieces) = 0;
  virtual void Connect(Tag tag, int fd, const SocketAddress& address) = 0;
  // Cancels whatever is in flight on `fd` now. Each cancelled operation completes with -ECANCELED
  // or, if it was faster, with its result; the cancellation itself completes with `tag`. Orders
  // among these completions are not defined.
  virtual void CancelAll(Tag tag, int fd) = 0;

  // --- Buffers -----------------------------------------------------------------------------------

  // Inside the handler of the completion that brought `buffer`: keeps the buffer and its bytes
  // until ReturnBuffer. False when too many are parked already (limits::kParkedBuffersPart); then
  // the buffer goes back after the handler as usual.
  [[nodiscard]] virtual bool Park(uint16_t buffer) = 0;
  // Gives a parked buffer back, exactly once.
  virtual void ReturnBuffer(uint16_t buffer) = 0;
  virtual BufferCounts buffers() const = 0;

  // --- Other threads -----------------------------------------------------------------------------

  // Ends the wait of the ring behind `other`, at the latest when this ring's next Turn has
  // submitted.
  virtual void Wake(Waker& other) = 0;
  // How others wake this ring; lives as long as the ring.
  virtual Waker& waker() = 0;

  // --- Time and progress -------------------------------------------------------------------------

  // Monotonic milliseconds and wall clock seconds, read once per turn, after the wait.
  virtual uint64_t NowMs() const = 0;
  virtual int64_t UnixSeconds() const = 0;
  // One turn: hands over what was queued, waits until something completes, a wake arrives or
  // `wait_ms_max` (at most limits::kTurnWaitMsMax) have passed, and delivers completions. A signal
  // or a full queue may end the wait early, so a turn without a completion is ordinary.
  virtual void Turn(CompletionHandler& handler, uint64_t wait_ms_max) = 0;

  // Operations handed over that have not completed for the last time.
  virtual uint32_t in_flight() const = 0;
  virtual const RingCounters& counters() const = 0;
};

}  // namespace pkigate::ring
