// SPDX-License-Identifier: Apache-2.0
#include "ring/features.h"

#include <liburing.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.h"
#include "base/log.h"
#include "ring/listener_socket.h"
#include "ring/uring.h"

namespace pkigate::ring {

namespace {

constexpr unsigned kProbeEntries = 8;
// Far more than a probe takes; it only bounds the harm of a kernel that never answers.
constexpr long long kProbeWaitNs = 500'000'000;

// A small ring with the flags that matter for what is probed; closed with the object.
class ProbeRing {
 public:
  ProbeRing() {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    open_ = ::io_uring_queue_init_params(kProbeEntries, &ring_, &params) == 0;
  }
  ProbeRing(const ProbeRing&) = delete;
  ProbeRing& operator=(const ProbeRing&) = delete;
  ~ProbeRing() {
    if (open_) {
      ::io_uring_queue_exit(&ring_);
    }
  }

  bool open() const { return open_; }
  int fd() const { return ring_.ring_fd; }
  io_uring_sqe* Sqe() { return ::io_uring_get_sqe(&ring_); }

  // Submits and waits for one completion; false when none came.
  bool Next(io_uring_cqe* copy) {
    __kernel_timespec wait{};
    wait.tv_nsec = kProbeWaitNs;
    io_uring_cqe* cqe = nullptr;
    ::io_uring_submit_and_wait_timeout(&ring_, &cqe, 1, &wait, nullptr);
    if (::io_uring_peek_cqe(&ring_, &cqe) != 0) {
      return false;
    }
    copy->user_data = cqe->user_data;
    copy->res = cqe->res;
    copy->flags = cqe->flags;
    ::io_uring_cqe_seen(&ring_, cqe);
    return true;
  }

 private:
  io_uring ring_{};
  bool open_ = false;
};

// Whether one armed accept reports two connections, with descriptors that are sockets.
bool ProbeMultishotAccept() {
  ProbeRing ring;
  const auto loopback = SocketAddress::Parse("127.0.0.1:0");
  Result<int> opened = OpenListener(*loopback, {});
  if (!ring.open() || !opened.ok()) {
    return false;
  }
  const Descriptor listener(*opened);
  const Result<SocketAddress> bound = BoundAddress(listener.get());
  if (!bound.ok()) {
    return false;
  }
  sockaddr_storage native;
  const socklen_t native_len = bound->ToNative(&native);
  io_uring_sqe* sqe = ring.Sqe();
  ::io_uring_prep_multishot_accept(sqe, listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
  sqe->user_data = 1;
  for (int i = 0; i < 2; ++i) {
    const Descriptor client(::socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&native), native_len) != 0) {
      return false;
    }
    io_uring_cqe cqe{};
    if (!ring.Next(&cqe) || cqe.res < 0) {
      return false;
    }
    const Descriptor accepted(cqe.res);
    sockaddr_storage peer{};
    socklen_t peer_len = sizeof peer;
    if ((cqe.flags & IORING_CQE_F_MORE) == 0 ||
        ::getpeername(accepted.get(), reinterpret_cast<sockaddr*>(&peer), &peer_len) != 0) {
      return false;
    }
  }
  return true;
}

// Whether a message from one ring arrives in another.
bool ProbeMessageRing() {
  ProbeRing sender;
  ProbeRing receiver;
  if (!sender.open() || !receiver.open()) {
    return false;
  }
  constexpr uint64_t kMessage = 2;
  io_uring_sqe* sqe = sender.Sqe();
  ::io_uring_prep_msg_ring(sqe, receiver.fd(), 0, kMessage, 0);
  sqe->user_data = 1;
  io_uring_cqe cqe{};
  if (!sender.Next(&cqe) || cqe.res < 0) {
    return false;
  }
  return receiver.Next(&cqe) && cqe.user_data == kMessage;
}

Features ProbeAndLog() {
  Features features;
  features.multishot_accept = ProbeMultishotAccept();
  features.message_ring = ProbeMessageRing();
  log::Event(log::Level::kInfo, "kernel_features").Text("found", features.Text());
  return features;
}

}  // namespace

std::string Features::Text() const {
  std::string text;
  for (const auto& [found, name] :
       {std::pair{multishot_accept, "multishot_accept"}, std::pair{message_ring, "message_ring"}}) {
    if (found) {
      text += text.empty() ? "" : " ";
      text += name;
    }
  }
  return text.empty() ? "none" : text;
}

const Features& KernelFeatures() {
  static const Features features = ProbeAndLog();
  return features;
}

}  // namespace pkigate::ring
