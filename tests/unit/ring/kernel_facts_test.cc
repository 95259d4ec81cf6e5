// SPDX-License-Identifier: Apache-2.0
//
// What src/ring relies on in the kernel and in liburing, asserted on the machine at hand: a kernel
// that differs is noticed here and not in production. These tests use liburing directly; that our
// own ring behaves is for behaviour_test.cc.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <liburing.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ring/listener_socket.h"

namespace pkigate::ring {
namespace {

constexpr unsigned kOurFlags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                               IORING_SETUP_COOP_TASKRUN | IORING_SETUP_SUBMIT_ALL |
                               IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP;

// Waits are ended by what they wait for; this only bounds a failure.
constexpr long long kLongNs = 2'000'000'000;
constexpr long long kShortNs = 20'000'000;  // for "nothing comes"

struct Cqe {
  uint64_t user_data = 0;
  int result = 0;
  unsigned flags = 0;
  bool more() const { return (flags & IORING_CQE_F_MORE) != 0; }
};

class TestRing {
 public:
  explicit TestRing(unsigned flags = kOurFlags, unsigned sq_entries = 8, unsigned cq_entries = 64) {
    io_uring_params params{};
    params.flags = flags;
    params.cq_entries = cq_entries;
    setup_result = ::io_uring_queue_init_params(sq_entries, &ring, &params);
    features = params.features;
  }
  TestRing(const TestRing&) = delete;
  TestRing& operator=(const TestRing&) = delete;
  ~TestRing() {
    if (setup_result == 0) {
      ::io_uring_queue_exit(&ring);
    }
  }

  io_uring_sqe* Sqe() { return ::io_uring_get_sqe(&ring); }

  std::optional<Cqe> Next(long long wait_ns = kLongNs) {
    __kernel_timespec wait{};
    wait.tv_sec = wait_ns / 1'000'000'000;
    wait.tv_nsec = wait_ns % 1'000'000'000;
    io_uring_cqe* cqe = nullptr;
    wait_result = ::io_uring_submit_and_wait_timeout(&ring, &cqe, 1, &wait, nullptr);
    if (::io_uring_cq_ready(&ring) == 0) {
      return std::nullopt;
    }
    EXPECT_EQ(::io_uring_peek_cqe(&ring, &cqe), 0);
    const Cqe copy{.user_data = cqe->user_data, .result = cqe->res, .flags = cqe->flags};
    ::io_uring_cqe_seen(&ring, cqe);
    return copy;
  }

  io_uring ring{};
  int setup_result = 0;
  int wait_result = 0;
  unsigned features = 0;
};

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&&) = delete;
  ~Fd() { Close(); }
  void Close() {
    if (fd_ >= 0) {
      ::close(fd_);
      fd_ = -1;
    }
  }
  operator int() const { return fd_; }  // NOLINT: implicit

 private:
  int fd_;
};

Fd Listen() { return Fd(*OpenListener({.address = IpAddress::V4({127, 0, 0, 1}), .port = 0}, {})); }

Fd ConnectTo(int listener) {
  sockaddr_storage native;
  const socklen_t native_len = BoundAddress(listener)->ToNative(&native);
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&native), native_len), 0);
  return fd;
}

// Both ends of a TCP connection; `ours` is the one operations run on.
struct Pair {
  Fd peer;
  Fd ours;
};

Pair Connected() {
  const Fd listener = Listen();
  Fd peer = ConnectTo(listener);
  return {.peer = std::move(peer),
          .ours = Fd(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC))};
}

// A ring of `count` one-page buffers, mapped by hand as liburing 2.3 demands.
class Buffers {
 public:
  static constexpr unsigned kBytes = 4096;

  Buffers(TestRing& ring, unsigned count) : count_(count), memory_(count * kBytes) {
    static_assert(offsetof(io_uring_buf_ring, bufs) == 0);
    entries_ = static_cast<io_uring_buf_ring*>(::mmap(nullptr, count * sizeof(io_uring_buf),
                                                      PROT_READ | PROT_WRITE,
                                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    ::io_uring_buf_ring_init(entries_);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<uintptr_t>(entries_);
    registration.ring_entries = count;
    EXPECT_EQ(::io_uring_register_buf_ring(&ring.ring, &registration, 0), 0);
    for (unsigned i = 0; i < count; ++i) {
      Give(i);
    }
  }
  ~Buffers() { ::munmap(entries_, count_ * sizeof(io_uring_buf)); }
  Buffers(const Buffers&) = delete;
  Buffers& operator=(const Buffers&) = delete;

  void Give(unsigned buffer) {
    ::io_uring_buf_ring_add(entries_, memory_.data() + buffer * kBytes, kBytes,
                            static_cast<uint16_t>(buffer), ::io_uring_buf_ring_mask(count_), 0);
    ::io_uring_buf_ring_advance(entries_, 1);
  }
  std::string Text(const Cqe& cqe) const {
    return {memory_.data() + BufferOf(cqe) * kBytes, static_cast<size_t>(cqe.result)};
  }
  static unsigned BufferOf(const Cqe& cqe) { return cqe.flags >> IORING_CQE_BUFFER_SHIFT; }

 private:
  unsigned count_;
  std::vector<char> memory_;
  io_uring_buf_ring* entries_;
};

void ArmRecv(TestRing& ring, int fd, uint64_t user_data) {
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_recv(sqe, fd, nullptr, Buffers::kBytes, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
  sqe->user_data = user_data;
}

void ArmCancel(TestRing& ring, int fd, uint64_t user_data) {
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_cancel_fd(sqe, fd, IORING_ASYNC_CANCEL_ALL);
  sqe->user_data = user_data;
}

// --- Setting up -------------------------------------------------------------------------------

TEST(KernelFacts, OurFlagsAndFeaturesAreThere) {
  TestRing ring(kOurFlags, 512, 8192);
  ASSERT_EQ(ring.setup_result, 0);
  constexpr unsigned kNeeded = IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP | IORING_FEAT_SUBMIT_STABLE;
  EXPECT_EQ(ring.features & kNeeded, kNeeded);
  EXPECT_EQ(::io_uring_register_ring_fd(&ring.ring), 1);
}

TEST(KernelFacts, FlagsThatExcludeEachOther) {
  EXPECT_EQ(TestRing(IORING_SETUP_DEFER_TASKRUN).setup_result, -EINVAL)
      << "DEFER_TASKRUN needs SINGLE_ISSUER";
  constexpr unsigned kSingleDefer = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  EXPECT_EQ(TestRing(IORING_SETUP_SQPOLL | kSingleDefer).setup_result, -EINVAL);
  EXPECT_EQ(TestRing(IORING_SETUP_SQPOLL | IORING_SETUP_COOP_TASKRUN).setup_result, -EINVAL);
}

TEST(KernelFacts, ACompletionQueueSmallerThanTheSubmissionQueueIsRefused) {
  EXPECT_EQ(TestRing(kOurFlags, 8, 4).setup_result, -EINVAL);
  EXPECT_EQ(TestRing(kOurFlags, 4, 4).setup_result, 0);
}

TEST(KernelFacts, ASecondThreadIsKeptOut) {
  TestRing ring;
  ASSERT_EQ(ring.setup_result, 0);
  int result = 0;
  std::thread other([&] {
    ::io_uring_prep_nop(ring.Sqe());
    result = ::io_uring_submit(&ring.ring);
  });
  other.join();
  EXPECT_EQ(result, -EEXIST);
}

// --- Submitting and waiting -------------------------------------------------------------------

TEST(KernelFacts, AFullSubmissionQueueGivesNoEntryUntilSubmitted) {
  TestRing ring(kOurFlags, 4, 64);
  for (int i = 0; i < 4; ++i) {
    io_uring_sqe* sqe = ring.Sqe();
    ASSERT_NE(sqe, nullptr);
    ::io_uring_prep_nop(sqe);
  }
  EXPECT_EQ(ring.Sqe(), nullptr);
  EXPECT_EQ(::io_uring_submit(&ring.ring), 4);
  EXPECT_NE(ring.Sqe(), nullptr);
}

TEST(KernelFacts, PreparingClearsFlagsButNotUserData) {
  TestRing ring(kOurFlags, 4, 64);
  io_uring_sqe sqe{};
  sqe.user_data = 77;
  sqe.flags = IOSQE_BUFFER_SELECT;
  sqe.buf_group = 5;
  ::io_uring_prep_nop(&sqe);
  EXPECT_EQ(sqe.user_data, 77U);
  EXPECT_EQ(sqe.flags, 0);
  EXPECT_EQ(sqe.buf_group, 0);
}

// A wait that times out has nevertheless submitted.
TEST(KernelFacts, ATimeoutKeepsWhatWasSubmitted) {
  TestRing ring;
  Buffers buffers(ring, 2);
  Pair pair = Connected();
  ArmRecv(ring, pair.ours, 1);
  EXPECT_FALSE(ring.Next(1'000'000).has_value());
  EXPECT_EQ(ring.wait_result, 1) << "the number submitted comes before the timeout";
  EXPECT_FALSE(ring.Next(1'000'000).has_value());
  EXPECT_EQ(ring.wait_result, -ETIME);
  ASSERT_EQ(::send(pair.peer, "x", 1, 0), 1);
  const auto cqe = ring.Next();
  ASSERT_TRUE(cqe.has_value());
  EXPECT_EQ(cqe->result, 1);
}

TEST(KernelFacts, NothingArrivesUntilWeAsk) {
  TestRing ring;
  Buffers buffers(ring, 2);
  Pair pair = Connected();
  ArmRecv(ring, pair.ours, 1);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  ASSERT_EQ(::send(pair.peer, "x", 1, 0), 1);
  pollfd readable{.fd = pair.ours, .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&readable, 1, 1000), 1) << "the byte is there";
  EXPECT_EQ(::io_uring_cq_ready(&ring.ring), 0U) << "and the completion is not";
  ASSERT_EQ(::io_uring_get_events(&ring.ring), 0);
  EXPECT_EQ(::io_uring_cq_ready(&ring.ring), 1U);
}

// SUBMIT_ALL: one bad entry does not hold back those behind it.
TEST(KernelFacts, ABadSubmissionFailsAlone) {
  TestRing ring;
  io_uring_sqe* bad = ring.Sqe();
  ::io_uring_prep_nop(bad);
  bad->opcode = 255;
  bad->user_data = 1;
  io_uring_sqe* good = ring.Sqe();
  ::io_uring_prep_nop(good);
  good->user_data = 2;
  EXPECT_EQ(::io_uring_submit(&ring.ring), 2);
  EXPECT_EQ(ring.Next()->result, -EINVAL);
  EXPECT_EQ(ring.Next()->result, 0);
}

// NODROP: more completions than fit wait in the kernel, are flagged, and come when asked for.
TEST(KernelFacts, AnOverflownCompletionQueueLosesNothing) {
  TestRing ring(kOurFlags, 4, 4);
  constexpr unsigned kNops = 12;
  for (unsigned i = 0; i < kNops; ++i) {
    io_uring_sqe* sqe = ring.Sqe();
    ::io_uring_prep_nop(sqe);
    sqe->user_data = i;
    ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  }
  EXPECT_NE(*ring.ring.sq.kflags & IORING_SQ_CQ_OVERFLOW, 0U);
  EXPECT_EQ(::io_uring_cq_ready(&ring.ring), 4U);
  for (unsigned i = 0; i < kNops; ++i) {
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    EXPECT_EQ(cqe->user_data, i);
  }
  EXPECT_EQ(*ring.ring.cq.koverflow, 0U);
}

// --- Receiving --------------------------------------------------------------------------------

// An armed receive holds no buffer: of two, the one with data gets the only one.
TEST(KernelFacts, AReceiveTakesItsBufferWhenDataComes) {
  TestRing ring;
  Buffers buffers(ring, 1);
  Pair idle = Connected();
  Pair busy = Connected();
  ArmRecv(ring, idle.ours, 1);
  ArmRecv(ring, busy.ours, 2);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 2);
  ASSERT_EQ(::send(busy.peer, "hello", 5, 0), 5);
  const auto cqe = ring.Next();
  ASSERT_TRUE(cqe.has_value());
  EXPECT_EQ(cqe->user_data, 2U);
  EXPECT_NE(cqe->flags & IORING_CQE_F_BUFFER, 0U);
  EXPECT_EQ(buffers.Text(*cqe), "hello");
}

TEST(KernelFacts, WithoutABufferAReceiveEndsWithENOBUFSAndKeepsTheData) {
  TestRing ring;
  Buffers buffers(ring, 1);
  Pair first = Connected();
  Pair second = Connected();
  ASSERT_EQ(::send(first.peer, "1", 1, 0), 1);
  ASSERT_EQ(::send(second.peer, "2", 1, 0), 1);
  ArmRecv(ring, first.ours, 1);
  const auto served = ring.Next();
  ASSERT_EQ(served->result, 1);
  ArmRecv(ring, second.ours, 2);
  const auto starved = ring.Next();
  ASSERT_TRUE(starved.has_value());
  EXPECT_EQ(starved->result, -ENOBUFS);
  EXPECT_FALSE(starved->more());
  EXPECT_EQ(starved->flags & IORING_CQE_F_BUFFER, 0U);
  buffers.Give(Buffers::BufferOf(*served));
  ArmRecv(ring, second.ours, 3);
  const auto again = ring.Next();
  ASSERT_EQ(again->result, 1);
  EXPECT_EQ(buffers.Text(*again), "2");
}

TEST(KernelFacts, WithoutABufferAMultishotReceiveEnds) {
  TestRing ring;
  Buffers buffers(ring, 1);
  Pair pair = Connected();
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_recv_multishot(sqe, pair.ours, nullptr, 0, 0);
  sqe->flags |= IOSQE_BUFFER_SELECT;
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  ASSERT_EQ(::send(pair.peer, "1", 1, 0), 1);
  const auto served = ring.Next();
  ASSERT_EQ(served->result, 1);
  EXPECT_TRUE(served->more());
  ASSERT_EQ(::send(pair.peer, "2", 1, 0), 1);
  const auto starved = ring.Next();
  ASSERT_EQ(starved->result, -ENOBUFS);
  EXPECT_FALSE(starved->more());
}

TEST(KernelFacts, TheEndOfTheStreamIsZero) {
  TestRing ring;
  Buffers buffers(ring, 1);
  Pair pair = Connected();
  ArmRecv(ring, pair.ours, 1);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  pair.peer.Close();
  EXPECT_EQ(ring.Next()->result, 0);
}

// --- Sending ----------------------------------------------------------------------------------

// MSG_WAITALL: one completion for a send far larger than the socket's buffer.
TEST(KernelFacts, ASendGoesOnUntilAllIsSent) {
  TestRing ring;
  Pair pair = Connected();
  const std::string bytes(16 << 20, 'x');
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_send(sqe, pair.ours, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_WAITALL);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  std::string sink(1 << 20, '\0');
  size_t num_read = 0;
  std::optional<Cqe> cqe;
  while (num_read < bytes.size()) {
    const ssize_t result = ::recv(pair.peer, sink.data(), sink.size(), MSG_DONTWAIT);
    num_read += result > 0 ? static_cast<size_t>(result) : 0;
    if (!cqe.has_value()) {
      cqe = ring.Next(1'000'000);
    }
  }
  if (!cqe.has_value()) {
    cqe = ring.Next();
  }
  ASSERT_TRUE(cqe.has_value());
  EXPECT_EQ(static_cast<size_t>(cqe->result), bytes.size());
}

TEST(KernelFacts, APartlyDoneSendThatIsCancelledReportsItsCount) {
  TestRing ring;
  Pair pair = Connected();
  const std::string bytes(32 << 20, 'x');
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_send(sqe, pair.ours, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_WAITALL);
  sqe->user_data = 1;
  EXPECT_FALSE(ring.Next(kShortNs).has_value());
  ArmCancel(ring, pair.ours, 2);
  int sent = 0;
  for (int i = 0; i < 2; ++i) {
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    if (cqe->user_data == 1) {
      sent = cqe->result;
    }
  }
  EXPECT_GT(sent, 0);
  EXPECT_LT(static_cast<size_t>(sent), bytes.size());
}

// --- Cancelling and closing -------------------------------------------------------------------

TEST(KernelFacts, CancelByDescriptorEndsAllAndCountsThem) {
  TestRing ring;
  Buffers buffers(ring, 2);
  Pair pair = Connected();
  const std::string bytes(32 << 20, 'x');
  ArmRecv(ring, pair.ours, 1);
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_send(sqe, pair.ours, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_WAITALL);
  sqe->user_data = 2;
  EXPECT_FALSE(ring.Next(kShortNs).has_value());
  ArmCancel(ring, pair.ours, 3);
  bool received_cancelled = false;
  for (int i = 0; i < 3; ++i) {
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    if (cqe->user_data == 1) {
      received_cancelled = cqe->result == -ECANCELED;
    } else if (cqe->user_data == 3) {
      EXPECT_EQ(cqe->result, 2);
    }
  }
  EXPECT_TRUE(received_cancelled);
  ArmCancel(ring, pair.ours, 4);
  const auto nothing = ring.Next();
  EXPECT_TRUE(nothing->result == 0 || nothing->result == -ENOENT) << nothing->result;
}

// Entries of one submission are taken in order, so a cancellation finds what was queued before it.
TEST(KernelFacts, CancelFindsWhatWasSubmittedWithIt) {
  TestRing ring;
  Buffers buffers(ring, 2);
  Pair pair = Connected();
  ArmRecv(ring, pair.ours, 1);
  ArmCancel(ring, pair.ours, 2);
  for (int i = 0; i < 2; ++i) {
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    EXPECT_EQ(cqe->result, cqe->user_data == 1 ? -ECANCELED : 1);
  }
}

// Why we cancel before we close: the armed receive keeps the socket alive, the peer sees no end,
// and what it sends later still arrives under the old user_data.
TEST(KernelFacts, ClosingWithAnArmedReceiveShowsNothing) {
  TestRing ring;
  Buffers buffers(ring, 2);
  Pair pair = Connected();
  ArmRecv(ring, pair.ours, 1);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  pair.ours.Close();
  char byte = 0;
  EXPECT_EQ(::recv(pair.peer, &byte, 1, MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN) << "no end of the stream";
  ASSERT_EQ(::send(pair.peer, "late", 4, MSG_NOSIGNAL), 4);
  const auto cqe = ring.Next();
  ASSERT_TRUE(cqe.has_value());
  EXPECT_EQ(cqe->user_data, 1U);
  EXPECT_EQ(buffers.Text(*cqe), "late");
}

// --- Accepting --------------------------------------------------------------------------------

void ArmAccept(TestRing& ring, int listener) {
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_multishot_accept(sqe, listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  sqe->user_data = 1;
}

TEST(KernelFacts, OneMultishotAcceptBringsManyConnections) {
  TestRing ring;
  const Fd listener = Listen();
  ArmAccept(ring, listener);
  std::vector<Fd> clients;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(ConnectTo(listener));
  }
  for (int i = 0; i < 5; ++i) {
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    ASSERT_GE(cqe->result, 0);
    const Fd accepted(cqe->result);
    EXPECT_TRUE(cqe->more());
    sockaddr_storage peer{};
    socklen_t peer_len = sizeof peer;
    EXPECT_EQ(::getpeername(accepted, reinterpret_cast<sockaddr*>(&peer), &peer_len), 0);
  }
}

// At the limit of open files an accept fails as soon as it is armed, and the client stays queued.
TEST(KernelFacts, AtTheDescriptorLimitAcceptFailsAndTheClientWaits) {
  TestRing ring;
  const Fd listener = Listen();
  const Fd client = ConnectTo(listener);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  ArmAccept(ring, listener);
  const auto refused = ring.Next();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->result, -EMFILE);
  EXPECT_FALSE(refused->more());
  ArmAccept(ring, listener);
  const auto accepted = ring.Next();
  ASSERT_TRUE(accepted.has_value());
  EXPECT_GE(accepted->result, 0);
  ::close(accepted->result);
}

// --- Connecting -------------------------------------------------------------------------------

TEST(KernelFacts, ConnectingANonblockingSocketCompletesWhenItIsDecided) {
  TestRing ring;
  Fd listener = Listen();
  sockaddr_storage native;
  const socklen_t native_len = BoundAddress(listener)->ToNative(&native);
  for (const int expected : {0, -ECONNREFUSED}) {
    const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    io_uring_sqe* sqe = ring.Sqe();
    ::io_uring_prep_connect(sqe, fd, reinterpret_cast<sockaddr*>(&native), native_len);
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    EXPECT_EQ(cqe->result, expected) << "never EINPROGRESS";
    listener.Close();
  }
}

// --- Waking -----------------------------------------------------------------------------------

TEST(KernelFacts, AMessageReachesAnotherRing) {
  TestRing sender;
  TestRing receiver;
  io_uring_sqe* sqe = sender.Sqe();
  ::io_uring_prep_msg_ring(sqe, receiver.ring.ring_fd, 5, 99, 0);
  sqe->user_data = 1;
  const auto sent = sender.Next();
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->user_data, 1U) << "the sender's completion is its own";
  EXPECT_EQ(sent->result, 0);
  const auto received = receiver.Next();
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->user_data, 99U);
  EXPECT_EQ(received->result, 5);
}

TEST(KernelFacts, AMessageToWhatIsNoReadyRingFails) {
  TestRing sender;
  TestRing disabled(kOurFlags | IORING_SETUP_R_DISABLED);
  ASSERT_EQ(disabled.setup_result, 0);
  const Fd no_ring(::eventfd(0, EFD_CLOEXEC));
  for (const int target : {disabled.ring.ring_fd, static_cast<int>(no_ring)}) {
    io_uring_sqe* sqe = sender.Sqe();
    ::io_uring_prep_msg_ring(sqe, target, 0, 99, 0);
    EXPECT_EQ(sender.Next()->result, -EBADFD);
  }
}

TEST(KernelFacts, AnEventPolledOnceReportsEveryWake) {
  TestRing ring;
  const Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_poll_multishot(sqe, event, POLLIN);
  ASSERT_EQ(::io_uring_submit(&ring.ring), 1);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(::eventfd_write(event, 1), 0);
    const auto cqe = ring.Next();
    ASSERT_TRUE(cqe.has_value());
    EXPECT_EQ(cqe->result, POLLIN);
    EXPECT_TRUE(cqe->more());
    eventfd_t taken = 0;
    ASSERT_EQ(::eventfd_read(event, &taken), 0);
  }
  EXPECT_FALSE(ring.Next(kShortNs).has_value());
}

}  // namespace
}  // namespace pkigate::ring
