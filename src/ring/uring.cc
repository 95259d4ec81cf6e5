// SPDX-License-Identifier: Apache-2.0
//
// Where liburing 2.3 has its corners: prep_* clears the flags and the buffer group but not
// user_data, so flags come after it and every submission gets its user_data; and with DEFER_TASKRUN
// nothing arrives unless we enter the kernel asking for events, so no turn only peeks.
#include "ring/uring.h"

#include <fcntl.h>
#include <liburing.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "base/log.h"
#include "ring/buf_ring.h"
#include "ring/event_waker.h"
#include "ring/operations.h"
#include "ring/setup_error.h"

namespace pkigate::ring {

namespace {

// user_data of completions that belong to no operation of ours.
constexpr uint64_t kWakeArrived = Tag{.kind = 0xFF}.Pack();
constexpr uint64_t kEverythingCancelled = Tag{.kind = 0xFE}.Pack();

constexpr unsigned kSetupFlags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                 IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                                 IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;

// A dying ring waits so many turns of so many ms for what it cancelled.
constexpr int kLastTurnsMax = 100;
constexpr uint64_t kLastTurnMs = 10;

constexpr uint64_t kNsPerMs = 1'000'000;

uint64_t MonotonicMs() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / kNsPerMs;
}

// The kernel refused something that only a mistake of ours can cause.
[[noreturn]] void Fail(const char* call, int error) {
  log::Event(log::Level::kError, "ring_failed")
      .Text("call", call)
      .Text("reason", std::strerror(error));
  detail::AssertionFailed("the kernel takes the ring's calls", __FILE__, __LINE__);
}

// For the last turns of a ring, whose user is gone.
class NobodyHandler final : public CompletionHandler {
 public:
  void OnCompletion(const Completion&) override {}
};

class KernelRing final : public Ring {
 public:
  KernelRing() = default;
  ~KernelRing() override;

  Status Open(const UringOptions& options);

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
  int64_t UnixSeconds() const override { return unix_seconds_; }
  void Turn(CompletionHandler& handler, uint64_t wait_ms_max) override;

  uint32_t in_flight() const override { return operations_.in_flight() - num_own_operations_; }
  const RingCounters& counters() const override { return counters_; }

 private:
  // A completion, copied out of the kernel's queue so that handlers may cause further ones.
  struct Arrived {
    uint64_t user_data;
    int32_t result;
    uint32_t flags;
  };

  void OpenSpare();
  void ReadClocks();
  void PollWaker();

  // Hands `operation` to the kernel with the next submit, or holds it back until there is room.
  void HandOver(Operation& operation);
  void HandOverAgain(Operation& operation);
  io_uring_sqe* NextSqe();
  void Prepare(io_uring_sqe& sqe, const Operation& operation);
  void Submit();
  void NoteSubmitResult(const char* call, int result);
  void HandOverHeldBack();
  void ArmStarved();

  void Wait(uint64_t wait_ms_max);
  void DeliverCancelled(CompletionHandler& handler);
  void Reap(CompletionHandler& handler);
  void OnArrived(const Arrived& arrived, CompletionHandler& handler);
  void OnOwn(Operation& operation, const Arrived& arrived);
  void DropStale(const Arrived& arrived);
  void CancelEverything();

  Features features_;
  io_uring ring_{};
  bool ring_open_ = false;
  bool in_turn_ = false;
  bool closing_ = false;
  bool woken_ = false;  // by ourselves
  int spare_fd_ = -1;
  EventWaker waker_;
  std::unique_ptr<BufRing> buffers_;
  OperationTable operations_;
  OperationList held_back_;  // the submission queue was full
  OperationList starved_;    // receives that found no buffer
  OperationList cancelled_;  // starved ones that were cancelled
  uint32_t num_own_operations_ = 0;
  uint64_t now_ms_ = 0;
  int64_t unix_seconds_ = 0;
  RingCounters counters_;
};

// --- Beginning and end ------------------------------------------------------------------------

Status KernelRing::Open(const UringOptions& options) {
  io_uring_params params{};
  params.flags = kSetupFlags;
  params.cq_entries = options.completion_entries;
  int result = ::io_uring_queue_init_params(options.submission_entries, &ring_, &params);
  if (result < 0) {
    return SetupError(-result, "io_uring_setup");
  }
  ring_open_ = true;
  constexpr unsigned kNeeded = IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE;
  if ((params.features & kNeeded) != kNeeded) {
    return SetupError(EINVAL, "io_uring features");
  }
  // Saves looking the descriptor up on every enter; a kernel that refuses only costs that.
  [[maybe_unused]] const int registered = ::io_uring_register_ring_fd(&ring_);
  buffers_ = PKIGATE_TRY(BufRing::Create(ring_, options.buffers));
  result = waker_.Open(ring_.ring_fd);
  if (result != 0) {
    return SetupError(result, "eventfd");
  }
  features_ = KernelFeatures();
  OpenSpare();
  PollWaker();
  ReadClocks();
  return {};
}

KernelRing::~KernelRing() {
  PKIGATE_ASSERT(!in_turn_);
  if (ring_open_) {
    if (buffers_ != nullptr) {
      CancelEverything();
    }
    ::io_uring_queue_exit(&ring_);
  }
  if (spare_fd_ >= 0) {
    ::close(spare_fd_);
  }
}

// The kernel may write into our buffers until it has let go of every receive.
void KernelRing::CancelEverything() {
  closing_ = true;
  for (OperationList* list : {&held_back_, &starved_, &cancelled_}) {
    while (list->first != Operation::kNone) {
      Operation& operation = operations_.At(list->first);
      operations_.Unlink(operation);
      operations_.Remove(operation);
    }
  }
  NobodyHandler handler;
  if (io_uring_sqe* sqe = NextSqe()) {
    ::io_uring_prep_cancel64(sqe, 0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL);
    sqe->user_data = kEverythingCancelled;
  }
  for (int i = 0; i < kLastTurnsMax && operations_.in_flight() > 0; ++i) {
    Turn(handler, kLastTurnMs);
  }
}

void KernelRing::OpenSpare() { spare_fd_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

void KernelRing::ReadClocks() {
  now_ms_ = MonotonicMs();
  unix_seconds_ = ::time(nullptr);
}

// --- Calls that are done at once --------------------------------------------------------------

Result<int> KernelRing::OpenStream(int family) {
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const bool exhausted = errno == EMFILE || errno == ENFILE;
    return MakeError(exhausted ? "too_many_open_files" : "no_socket", "no socket: {}",
                     std::strerror(errno));
  }
  const int on = 1;
  if (::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    const int error = errno;
    ::close(fd);
    return MakeError("no_socket", "no socket: TCP_NODELAY: {}", std::strerror(error));
  }
  return fd;
}

Result<SocketAddress> KernelRing::PeerOf(int fd) {
  sockaddr_storage native{};
  socklen_t native_len = sizeof native;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&native), &native_len) == 0) {
    return SocketAddress::FromNative(native);
  }
  const bool no_socket = errno == EBADF || errno == ENOTSOCK;
  return MakeError(no_socket ? "not_a_socket" : "not_connected", "no peer: {}",
                   std::strerror(errno));
}

void KernelRing::ShutdownWrite(int fd) {
  // ENOTCONN: the peer has reset the connection, which the next receive says.
  // Not IORING_OP_SHUTDOWN, which always takes the way over a kernel worker thread.
  [[maybe_unused]] const int result = ::shutdown(fd, SHUT_WR);
}

void KernelRing::CloseFd(int fd) {
  PKIGATE_ASSERT(operations_.InFlightOn(fd) == 0);
  const int result = ::close(fd);
  // EINTR and EIO leave the descriptor closed; EBADF means that somebody else's is closed next.
  PKIGATE_ASSERT(result == 0 || errno != EBADF);
}

void KernelRing::AbortFd(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  [[maybe_unused]] const int result =
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  CloseFd(fd);
}

size_t KernelRing::Shed(int listener, size_t max) {
  if (spare_fd_ >= 0) {
    ::close(spare_fd_);
  }
  size_t num_shed = 0;
  while (num_shed < max) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      break;  // nobody waits, or another thread was faster to take the descriptor
    }
    ::close(fd);
    ++num_shed;
  }
  OpenSpare();
  return num_shed;
}

// --- Operations -------------------------------------------------------------------------------

void KernelRing::Accept(Tag tag, int listener, AcceptMode mode) {
  Operation& operation = operations_.Add(OperationKind::kAccept, tag, listener);
  // Its user arms again after each completion without `more`, so one-shot serves as well.
  operation.accept_mode = features_.multishot_accept ? mode : AcceptMode::kOneShot;
  HandOver(operation);
}

void KernelRing::Recv(Tag tag, int fd) {
  HandOver(operations_.Add(OperationKind::kReceive, tag, fd));
}

void KernelRing::Send(Tag tag, int fd, std::span<const iovec> pieces) {
  PKIGATE_ASSERT(!pieces.empty());
  PKIGATE_ASSERT(pieces.size() <= limits::kSendPiecesMax);
  Operation& operation = operations_.Add(OperationKind::kSend, tag, fd);
  if (pieces.size() == 1) {
    operation.piece = pieces[0];
  } else {
    Attachment& attachment = operations_.Attach(operation);
    std::copy(pieces.begin(), pieces.end(), attachment.pieces.begin());
    attachment.header = {};
    attachment.header.msg_iov = attachment.pieces.data();
    attachment.header.msg_iovlen = pieces.size();
  }
  HandOver(operation);
}

void KernelRing::Connect(Tag tag, int fd, const SocketAddress& address) {
  Operation& operation = operations_.Add(OperationKind::kConnect, tag, fd);
  Attachment& attachment = operations_.Attach(operation);
  attachment.address_len = address.ToNative(&attachment.address);
  HandOver(operation);
}

void KernelRing::CancelAll(Tag tag, int fd) {
  if (Operation* receive = operations_.ReceiveOn(fd)) {
    receive->cancelled = true;
    if (receive->waiting_in == &starved_) {  // the kernel knows nothing of it
      operations_.Unlink(*receive);
      operations_.Append(cancelled_, *receive);
    }
  }
  HandOver(operations_.Add(OperationKind::kCancel, tag, fd));
}

void KernelRing::Wake(Waker& other) {
  ++counters_.wakes_sent;
  if (&other == &waker_) {
    woken_ = true;
    return;
  }
  if (!features_.message_ring) {
    other.Wake();
    return;
  }
  Operation& operation = operations_.Add(OperationKind::kWake, Tag{}, other.handle());
  operation.waker = &other;
  ++num_own_operations_;
  HandOver(operation);
}

void KernelRing::PollWaker() {
  ++num_own_operations_;
  HandOver(operations_.Add(OperationKind::kWakePoll, Tag{}, waker_.event_fd()));
}

void KernelRing::HandOver(Operation& operation) {
  ++counters_.operations;
  HandOverAgain(operation);
}

void KernelRing::HandOverAgain(Operation& operation) {
  // Behind those already held back: a cancellation must not overtake what it is to cancel.
  io_uring_sqe* sqe = held_back_.size == 0 ? NextSqe() : nullptr;
  if (sqe == nullptr) {
    ++counters_.operations_held_back;
    operations_.Append(held_back_, operation);
    return;
  }
  Prepare(*sqe, operation);
}

io_uring_sqe* KernelRing::NextSqe() {
  io_uring_sqe* sqe = ::io_uring_get_sqe(&ring_);
  if (sqe == nullptr) {
    ++counters_.submits_early;
    Submit();
    sqe = ::io_uring_get_sqe(&ring_);
  }
  return sqe;
}

void KernelRing::Prepare(io_uring_sqe& sqe, const Operation& operation) {
  constexpr int kSendFlags = MSG_NOSIGNAL | MSG_WAITALL;
  constexpr int kAcceptFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int fd = operation.fd;
  switch (operation.kind) {
    case OperationKind::kAccept:
      if (operation.accept_mode == AcceptMode::kMultishot) {
        ::io_uring_prep_multishot_accept(&sqe, fd, nullptr, nullptr, kAcceptFlags);
      } else {
        ::io_uring_prep_accept(&sqe, fd, nullptr, nullptr, kAcceptFlags);
      }
      break;
    case OperationKind::kReceive:
      ::io_uring_prep_recv(&sqe, fd, nullptr, limits::kReceiveBufferBytes, 0);
      sqe.flags |= IOSQE_BUFFER_SELECT;
      sqe.buf_group = BufRing::kGroup;
      // A request was answered just now: trying before waiting would nearly always be in vain.
      sqe.ioprio |= IORING_RECVSEND_POLL_FIRST;
      break;
    case OperationKind::kSend:
      if (operation.attachment == nullptr) {
        ::io_uring_prep_send(&sqe, fd, operation.piece.iov_base, operation.piece.iov_len,
                             kSendFlags);
      } else {
        ::io_uring_prep_sendmsg(&sqe, fd, &operation.attachment->header, kSendFlags);
      }
      break;
    case OperationKind::kConnect:
      ::io_uring_prep_connect(&sqe, fd,
                              reinterpret_cast<const sockaddr*>(&operation.attachment->address),
                              operation.attachment->address_len);
      break;
    case OperationKind::kCancel:
      ::io_uring_prep_cancel_fd(&sqe, fd, IORING_ASYNC_CANCEL_ALL);
      break;
    case OperationKind::kWake:
      ::io_uring_prep_msg_ring(&sqe, fd, 0, kWakeArrived, 0);
      break;
    case OperationKind::kWakePoll:
      ::io_uring_prep_poll_multishot(&sqe, fd, POLLIN);
      break;
    case OperationKind::kFree:
      PKIGATE_ASSERT(operation.kind != OperationKind::kFree);
  }
  sqe.user_data = operation.UserData();
}

void KernelRing::Submit() { NoteSubmitResult("io_uring_submit", ::io_uring_submit(&ring_)); }

void KernelRing::NoteSubmitResult(const char* call, int result) {
  switch (result < 0 ? -result : 0) {
    case 0:
    case ETIME:
    case EINTR:
      return;
    case EAGAIN:
    case EBUSY:
      // What we queued stays queued; the kernel first wants its completions taken, also those that
      // overflowed, which come only when asked for.
      ++counters_.submits_refused;
      [[maybe_unused]] const int events = ::io_uring_get_events(&ring_);
      return;
  }
  Fail(call, -result);
}

void KernelRing::HandOverHeldBack() {
  while (held_back_.size > 0) {
    io_uring_sqe* sqe = NextSqe();
    if (sqe == nullptr) {
      return;
    }
    Operation& operation = operations_.At(held_back_.first);
    operations_.Unlink(operation);
    Prepare(*sqe, operation);
  }
}

void KernelRing::ArmStarved() {
  // Handlers have returned what they did not park, and the cap on parking leaves the rest: here, at
  // the beginning of a turn, enough is always back. No more receives than buffers, or most would
  // starve again at once.
  const uint32_t num_ready = buffers_->with_kernel();
  PKIGATE_ASSERT(num_ready >= buffers_->count() / limits::kBuffersBackPart);
  for (uint32_t i = 0; i < num_ready && starved_.size > 0; ++i) {
    Operation& operation = operations_.At(starved_.first);
    operations_.Unlink(operation);
    HandOverAgain(operation);
  }
}

// --- Buffers ----------------------------------------------------------------------------------

bool KernelRing::Park(uint16_t buffer) {
  const bool parked = buffers_->Park(buffer);
  counters_.parks_refused += parked ? 0 : 1;
  return parked;
}

void KernelRing::ReturnBuffer(uint16_t buffer) { buffers_->ReturnParked(buffer); }

BufferCounts KernelRing::buffers() const {
  return {.lent = buffers_->count() - buffers_->parked(), .parked = buffers_->parked()};
}

// --- The turn ---------------------------------------------------------------------------------

void KernelRing::Turn(CompletionHandler& handler, uint64_t wait_ms_max) {
  PKIGATE_ASSERT(!in_turn_);
  in_turn_ = true;
  ++counters_.turns;
  buffers_->Publish();
  ArmStarved();
  HandOverHeldBack();
  const bool at_once = woken_ || held_back_.size > 0 || cancelled_.size > 0;
  woken_ = false;
  Wait(at_once ? 0 : std::min(wait_ms_max, limits::kTurnWaitMsMax));
  ReadClocks();
  DeliverCancelled(handler);
  Reap(handler);
  buffers_->Publish();
  in_turn_ = false;
}

void KernelRing::Wait(uint64_t wait_ms_max) {
  if (wait_ms_max == 0) {
    // Not a wait of no time: the kernel would set a timer for it and put the thread to bed, some
    // 15 us (bench/ring).
    NoteSubmitResult("io_uring_submit_and_get_events", ::io_uring_submit_and_get_events(&ring_));
    return;
  }
  __kernel_timespec wait{};
  wait.tv_nsec = static_cast<long long>(wait_ms_max * kNsPerMs);
  io_uring_cqe* cqe = nullptr;
  NoteSubmitResult("io_uring_submit_and_wait",
                   ::io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &wait, nullptr));
}

void KernelRing::DeliverCancelled(CompletionHandler& handler) {
  for (uint32_t num_left = cancelled_.size; num_left > 0; --num_left) {
    Operation& operation = operations_.At(cancelled_.first);
    const Completion completion{.tag = operation.tag, .result = -ECANCELED};
    operations_.Unlink(operation);
    operations_.Remove(operation);
    ++counters_.completions;
    handler.OnCompletion(completion);
  }
}

void KernelRing::Reap(CompletionHandler& handler) {
  if ((*ring_.sq.kflags & IORING_SQ_CQ_OVERFLOW) != 0) {
    ++counters_.completion_overflows;  // the rest comes with the next wait, which asks for events
  }
  counters_.completions_lost = *ring_.cq.koverflow;
  // What is there now; what handlers cause meanwhile waits for the next turn.
  unsigned num_left = ::io_uring_cq_ready(&ring_);
  std::array<io_uring_cqe*, 64> ready;
  std::array<Arrived, ready.size()> batch;
  while (num_left > 0) {
    const unsigned num_taken = ::io_uring_peek_batch_cqe(
        &ring_, ready.data(), std::min(num_left, static_cast<unsigned>(ready.size())));
    PKIGATE_ASSERT(num_taken > 0);
    for (unsigned i = 0; i < num_taken; ++i) {
      batch[i] = {
          .user_data = ready[i]->user_data, .result = ready[i]->res, .flags = ready[i]->flags};
    }
    ::io_uring_cq_advance(&ring_, num_taken);
    num_left -= num_taken;
    for (unsigned i = 0; i < num_taken; ++i) {
      OnArrived(batch[i], handler);
    }
    buffers_->Publish();
  }
}

void KernelRing::OnArrived(const Arrived& arrived, CompletionHandler& handler) {
  if (arrived.user_data == kWakeArrived) {
    ++counters_.wakes_received;
    return;
  }
  if (arrived.user_data == kEverythingCancelled) {
    return;
  }
  Operation* operation = operations_.Find(Tag::Unpack(arrived.user_data));
  if (operation == nullptr) {
    DropStale(arrived);
    return;
  }
  if (operation->kind == OperationKind::kWake || operation->kind == OperationKind::kWakePoll) {
    OnOwn(*operation, arrived);
    return;
  }
  Completion completion{.tag = operation->tag,
                        .result = arrived.result,
                        .more = (arrived.flags & IORING_CQE_F_MORE) != 0};
  completion.has_buffer = (arrived.flags & IORING_CQE_F_BUFFER) != 0;
  if (operation->kind == OperationKind::kReceive && arrived.result == -ENOBUFS &&
      !completion.has_buffer) {
    if (!operation->cancelled && !closing_) {
      ++counters_.receives_without_buffer;
      operations_.Append(starved_, *operation);
      return;
    }
    completion.result = -ECANCELED;
  }
  if (completion.has_buffer) {
    completion.buffer = static_cast<uint16_t>(arrived.flags >> IORING_CQE_BUFFER_SHIFT);
    const size_t num_bytes = static_cast<size_t>(std::max(arrived.result, 0));
    completion.data = buffers_->Take(completion.buffer, num_bytes);
  }
  if (closing_ && operation->kind == OperationKind::kAccept && arrived.result >= 0) {
    ::close(arrived.result);
  }
  // First, so that the handler may start the next receive or send on this socket.
  if (!completion.more) {
    operations_.Remove(*operation);
  }
  ++counters_.completions;
  handler.OnCompletion(completion);
  if (completion.has_buffer) {
    buffers_->Handled(completion.buffer);
  }
}

void KernelRing::OnOwn(Operation& operation, const Arrived& arrived) {
  const OperationKind kind = operation.kind;
  Waker* target = operation.waker;
  if ((arrived.flags & IORING_CQE_F_MORE) == 0) {
    operations_.Remove(operation);
    --num_own_operations_;
  }
  if (kind == OperationKind::kWake) {
    if (arrived.result < 0) {
      ++counters_.wakes_failed;
      target->Wake();
    }
    return;
  }
  ++counters_.wakes_received;
  waker_.Clear();
  if ((arrived.flags & IORING_CQE_F_MORE) == 0 && !closing_) {
    PollWaker();
  }
}

// Should not happen; yet what such a completion carries would leak.
void KernelRing::DropStale(const Arrived& arrived) {
  ++counters_.stale_completions;
  if ((arrived.flags & IORING_CQE_F_BUFFER) != 0) {
    const auto buffer = static_cast<uint16_t>(arrived.flags >> IORING_CQE_BUFFER_SHIFT);
    buffers_->Take(buffer, 0);
    buffers_->Handled(buffer);
  }
  constexpr auto kAcceptKind =
      static_cast<uint8_t>(kReservedKinds + static_cast<uint8_t>(OperationKind::kAccept));
  if (Tag::Unpack(arrived.user_data).kind == kAcceptKind && arrived.result >= 0) {
    ::close(arrived.result);
  }
}

}  // namespace

Result<std::unique_ptr<Ring>> Uring::Create(const UringOptions& options) {
  auto ring = std::make_unique<KernelRing>();
  PKIGATE_TRY_STATUS(ring->Open(options));
  return std::unique_ptr<Ring>(std::move(ring));
}

}  // namespace pkigate::ring
