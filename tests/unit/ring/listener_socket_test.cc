// SPDX-License-Identifier: Apache-2.0
#include "ring/listener_socket.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pkigate::ring {
namespace {

using testing::HasSubstr;

SocketAddress Parse(const char* text) { return std::move(SocketAddress::Parse(text)).value(); }

class OpenFd {
 public:
  explicit OpenFd(int fd) : fd_(fd) {}
  OpenFd(const OpenFd&) = delete;
  OpenFd& operator=(const OpenFd&) = delete;
  ~OpenFd() { ::close(fd_); }
  operator int() const { return fd_; }  // NOLINT: implicit

 private:
  int fd_;
};

int ConnectTo(const SocketAddress& address) {
  sockaddr_storage native;
  const socklen_t native_len = address.ToNative(&native);
  const int fd = ::socket(native.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&native), native_len), 0);
  return fd;
}

int OptionOf(int fd, int level, int name) {
  int value = -1;
  socklen_t value_len = sizeof value;
  EXPECT_EQ(::getsockopt(fd, level, name, &value, &value_len), 0);
  return value;
}

TEST(ListenerSocket, TellsThePortTheKernelChose) {
  const OpenFd fd(*OpenListener(Parse("127.0.0.1:0"), {}));
  const SocketAddress bound = *BoundAddress(fd);
  EXPECT_NE(bound.port, 0);
  EXPECT_EQ(bound.address.Text(), "127.0.0.1");
  EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

// What is set on the listener need not be set on each connection.
TEST(ListenerSocket, ConnectionsInheritItsOptions) {
  const OpenFd listener(*OpenListener(Parse("127.0.0.1:0"), {.peer_silence_ms_max = 12'345}));
  const OpenFd client(ConnectTo(*BoundAddress(listener)));
  const OpenFd accepted(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  ASSERT_GE(accepted, 0);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(OptionOf(accepted, SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_KEEPIDLE), limits::kKeepAliveIdleSeconds);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_KEEPINTVL), limits::kKeepAliveIntervalSeconds);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_KEEPCNT), limits::kKeepAliveProbes);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_USER_TIMEOUT), 12'345);
  EXPECT_EQ(OptionOf(accepted, IPPROTO_TCP, TCP_NOTSENT_LOWAT), limits::kUnsentBytesMax);
}

TEST(ListenerSocket, WorkersShareAnAddressAndStrangersDoNot) {
  const OpenFd first(*OpenListener(Parse("127.0.0.1:0"), {}));
  const SocketAddress bound = *BoundAddress(first);
  const Result<int> second = OpenListener(bound, {});
  ASSERT_TRUE(second.ok()) << second.error().message;
  ::close(*second);

  const Result<int> stranger = OpenListener(bound, {.shared = false});
  ASSERT_FALSE(stranger.ok());
  EXPECT_STREQ(stranger.error().code, "address_in_use");
  EXPECT_THAT(stranger.error().message, HasSubstr(bound.Text()));
  EXPECT_THAT(stranger.error().message, HasSubstr("port in use"));
}

TEST(ListenerSocket, ASharedOneDoesNotJoinAStranger) {
  const OpenFd stranger(*OpenListener(Parse("127.0.0.1:0"), {.shared = false}));
  const Result<int> shared = OpenListener(*BoundAddress(stranger), {});
  ASSERT_FALSE(shared.ok());
  EXPECT_STREQ(shared.error().code, "address_in_use");
}

TEST(ListenerSocket, AnAddressOfAnotherMachineIsRefused) {
  // 192.0.2.0/24 is set aside for documentation (RFC 5737).
  const Result<int> fd = OpenListener(Parse("192.0.2.1:0"), {});
  ASSERT_FALSE(fd.ok());
  EXPECT_STREQ(fd.error().code, "address_not_available");
  EXPECT_THAT(fd.error().message, HasSubstr("192.0.2.1:0"));
}

TEST(ListenerSocket, RunningOutOfDescriptorsNamesTheLimit) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const Result<int> fd = OpenListener(Parse("127.0.0.1:0"), {});
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_FALSE(fd.ok());
  EXPECT_STREQ(fd.error().code, "too_many_open_files");
  EXPECT_THAT(fd.error().message, HasSubstr("LimitNOFILE"));
}

TEST(ListenerSocket, IPv6AnyServesIPv4Clients) {
  const Result<int> opened = OpenListener(Parse("[::]:0"), {});
  if (!opened.ok() && std::string_view(opened.error().code) != "address_in_use") {
    GTEST_SKIP() << "no IPv6 here: " << opened.error().message;
  }
  const OpenFd listener(*opened);
  const SocketAddress v4{.address = IpAddress::V4({127, 0, 0, 1}),
                         .port = BoundAddress(listener)->port};
  const OpenFd client(ConnectTo(v4));
  const OpenFd accepted(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_GE(accepted, 0);
}

TEST(ListenerSocket, BoundAddressOfNoSocketIsAnError) {
  const Result<SocketAddress> bound = BoundAddress(-1);
  ASSERT_FALSE(bound.ok());
  EXPECT_STREQ(bound.error().code, "not_a_socket");
}

}  // namespace
}  // namespace pkigate::ring
