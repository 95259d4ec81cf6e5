// SPDX-License-Identifier: Apache-2.0
#include "control/listening_sockets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "ring/listener_socket.h"

namespace pkigate::control {
namespace {

using testing::HasSubstr;

// A loopback address of which nobody else takes a port between two lines of a test.
constexpr char kQuiet[] = "127.77.0.1:0";

config::Settings At(const std::vector<std::string>& addresses) {
  config::Settings settings;
  for (const std::string& address : addresses) {
    config::Listener listener;
    listener.address = *SocketAddress::Parse(address);
    settings.listeners.push_back(std::move(listener));
  }
  return settings;
}

// Whether a client gets through; 0 or the errno of connect.
int Connect(const SocketAddress& address) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_storage native{};
  const socklen_t native_len = address.ToNative(&native);
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&native), native_len);
  const int error = result == 0 ? 0 : errno;
  ::close(fd);
  return error;
}

size_t NumOpenDescriptors() {
  return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

TEST(ListeningSockets, EachWorkerGetsOneOfEachListener) {
  Result<ListeningSockets> opened = ListeningSockets::Open(At({"127.0.0.1:0", "127.0.0.1:0"}), 3);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  ASSERT_EQ(opened->addresses().size(), 2U);
  EXPECT_NE(opened->addresses()[0].port, 0);
  EXPECT_NE(opened->addresses()[0], opened->addresses()[1]);
  std::set<int> all;
  for (uint32_t worker = 0; worker < 3; ++worker) {
    const std::vector<int> sockets = opened->Take(worker);
    ASSERT_EQ(sockets.size(), 2U);
    for (size_t listener = 0; listener < 2; ++listener) {
      // The port that was chosen for the first worker is that of all.
      EXPECT_EQ(*ring::BoundAddress(sockets[listener]), opened->addresses()[listener]);
      all.insert(sockets[listener]);
    }
    EXPECT_TRUE(opened->Take(worker).empty()) << "handed over once";
  }
  EXPECT_EQ(all.size(), 6U);
  for (const int socket : all) {
    ::close(socket);
  }
}

// What was taken stays with its worker; the rest goes with the object, so that a start that fails
// half way leaves no port behind.
TEST(ListeningSockets, ClosesWhatNobodyTook) {
  std::vector<int> taken;
  SocketAddress address;
  {
    Result<ListeningSockets> opened = ListeningSockets::Open(At({"127.0.0.1:0"}), 2);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    address = opened->addresses()[0];
    taken = opened->Take(1);
  }
  EXPECT_EQ(Connect(address), 0);
  ::close(taken[0]);
  EXPECT_EQ(Connect(address), ECONNREFUSED);
}

// Also when the other one would share the port: two gateways of one user must not halve each
// other's clients.
TEST(ListeningSockets, APortInUseIsNamedWithTheCause) {
  for (const bool shared : {false, true}) {
    Result<int> holder = ring::OpenListener(*SocketAddress::Parse(kQuiet), {.shared = shared});
    ASSERT_TRUE(holder.ok());
    const std::string address = ring::BoundAddress(*holder)->Text();
    const size_t num_open = NumOpenDescriptors();
    const Result<ListeningSockets> refused =
        ListeningSockets::Open(At({"127.0.0.1:0", address}), 2);
    ASSERT_FALSE(refused.ok());
    EXPECT_STREQ(refused.error().code, "address_in_use");
    EXPECT_THAT(refused.error().message,
                HasSubstr("cannot listen on " + address + ": port in use"));
    EXPECT_EQ(NumOpenDescriptors(), num_open) << "the first listener's sockets are closed";
    ::close(*holder);
    EXPECT_TRUE(ListeningSockets::Open(At({"127.0.0.1:0", address}), 2).ok());
  }
}

TEST(ListeningSockets, OneAddressForTwoListenersIsRefused) {
  Result<int> holder = ring::OpenListener(*SocketAddress::Parse(kQuiet), {});
  ASSERT_TRUE(holder.ok());
  const std::string address = ring::BoundAddress(*holder)->Text();
  ::close(*holder);
  const Result<ListeningSockets> refused = ListeningSockets::Open(At({address, address}), 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "address_in_use");
  EXPECT_THAT(refused.error().message, HasSubstr("another listener of this configuration"));
  EXPECT_TRUE(ListeningSockets::Open(At({address}), 1).ok());
}

TEST(ListeningSockets, AnAddressOfAnotherMachineIsNamedWithTheCause) {
  const Result<ListeningSockets> refused = ListeningSockets::Open(At({"192.0.2.1:0"}), 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_STREQ(refused.error().code, "address_not_available");
  EXPECT_THAT(refused.error().message,
              HasSubstr("cannot listen on 192.0.2.1:0: this machine has no such address"));
}

}  // namespace
}  // namespace pkigate::control
