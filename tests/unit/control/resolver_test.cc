// SPDX-License-Identifier: Apache-2.0
//
// The resolver against a name server of the test's own: UDP on loopback, with reverse entries and
// addresses as the test says. The addresses are from documentation's ranges, so that no hosts file
// knows them.
#include "control/resolver.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "bell.h"

namespace pkigate::control {
namespace {

using namespace std::string_literals;

using gateway::HostNameFound;
using gateway::WorkerMessage;

constexpr uint16_t kA = 1;
constexpr uint16_t kPtr = 12;
constexpr uint16_t kAaaa = 28;

std::string EncodedName(const std::string& name) {
  std::string encoded;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('.', begin), name.size());
    encoded += static_cast<char>(end - begin);
    encoded += name.substr(begin, end - begin);
    begin = end + 1;
  }
  return encoded + '\0';
}

std::string Number16(uint16_t number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
}

// RFC 1035, section 4, as little of it as one question and one answer need.
class NameServer {
 public:
  // (type, name) -> data of the answer; what is not there does not exist, `silent` is not answered.
  using Entries = std::map<std::pair<uint16_t, std::string>, std::string>;

  explicit NameServer(Entries entries) : entries_(std::move(entries)) {
    fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t len = sizeof address;
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), len), 0);
    EXPECT_EQ(::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &len), 0);
    address_ = {IpAddress::V4({127, 0, 0, 1}), ntohs(address.sin_port)};
    thread_ = std::thread([this] { Serve(); });
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;
  ~NameServer() {
    // A datagram too short for a question ends the thread.
    sockaddr_storage native{};
    const socklen_t len = address_.ToNative(&native);
    (void)::sendto(fd_, "", 0, 0, reinterpret_cast<sockaddr*>(&native), len);
    thread_.join();
    ::close(fd_);
  }
  SocketAddress address() const { return address_; }

 private:
  void Serve() {
    char packet[1500];
    for (;;) {
      sockaddr_storage from{};
      socklen_t from_len = sizeof from;
      const ssize_t got =
          ::recvfrom(fd_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &from_len);
      if (got < 17) {
        return;
      }
      const std::string answer = AnswerTo({packet, static_cast<size_t>(got)});
      if (!answer.empty()) {
        (void)::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                       from_len);
      }
    }
  }

  std::string AnswerTo(const std::string& packet) const {
    std::string name;
    size_t at = 12;
    while (packet[at] != 0) {
      const auto len = static_cast<size_t>(packet[at]);
      name += (name.empty() ? "" : ".") + packet.substr(at + 1, len);
      at += len + 1;
    }
    const auto type = static_cast<uint16_t>((packet[at + 1] << 8) | packet[at + 2]);
    const std::string question = packet.substr(12, at + 5 - 12);
    if (name.find("silent") != std::string::npos || name.starts_with("7.")) {
      return "";
    }
    const auto found = entries_.find({type, name});
    const bool is_there = found != entries_.end();
    std::string answer = packet.substr(0, 2) + Number16(is_there ? 0x8180 : 0x8183) + Number16(1) +
                         Number16(is_there ? 1 : 0) + Number16(0) + Number16(0) + question;
    if (is_there) {
      answer += Number16(0xC00C) + Number16(type) + Number16(1) + Number16(0) + Number16(60) +
                Number16(static_cast<uint16_t>(found->second.size())) + found->second;
    }
    return answer;
  }

  const Entries entries_;
  int fd_ = -1;
  SocketAddress address_;
  std::thread thread_;
};

// A worker as the resolver sees it.
class Asker {
 public:
  std::string NameOf(Resolver& resolver, const std::string& address) {
    if (!resolver.Ask({.reply_to = &mailbox_, .address = *IpAddress::Parse(address)})) {
      return "refused";
    }
    std::string name = "nothing";
    for (bool came = false; !came;) {
      bell_.Await();
      mailbox_.Drain([&](WorkerMessage message) {
        EXPECT_EQ(std::get<HostNameFound>(message).address.Text(), address);
        name = std::get<HostNameFound>(message).name;
        came = true;
      });
    }
    return name;
  }
  ring::Mailbox<WorkerMessage>& mailbox() { return mailbox_; }

 private:
  Bell bell_;
  ring::Mailbox<WorkerMessage> mailbox_{limits::kMailboxMessages, bell_};
};

std::unique_ptr<Resolver> StartAt(const SocketAddress& server) {
  auto resolver = Resolver::Start({.servers = {server}, .try_ms = 50});
  EXPECT_TRUE(resolver.ok()) << resolver.error().message;
  return std::move(resolver).value();
}

TEST(Resolver, ANameThatLeadsBackToItsAddressCounts) {
  const std::string v6 = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
  const std::string v6_bytes("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
  const NameServer server({
      {{kPtr, "1.2.0.192.in-addr.arpa"}, EncodedName("Good.Example")},
      {{kA, "Good.Example"}, "\xC0\x00\x02\x01"s},
      {{kPtr, v6}, EncodedName("six.example")},
      {{kAaaa, "six.example"}, v6_bytes},
  });
  Asker asker;
  const auto resolver = StartAt(server.address());
  EXPECT_EQ(asker.NameOf(*resolver, "192.0.2.1"), "Good.Example");
  EXPECT_EQ(asker.NameOf(*resolver, "2001:db8::1"), "six.example");
}

TEST(Resolver, OtherNamesDoNot) {
  const NameServer server({
      {{kPtr, "2.2.0.192.in-addr.arpa"}, EncodedName("admin.example")},  // of somebody else
      {{kA, "admin.example"}, "\xC0\x00\x02\x63"s},
      {{kPtr, "3.2.0.192.in-addr.arpa"}, EncodedName("gone.example")},
      {{kPtr, "4.2.0.192.in-addr.arpa"}, EncodedName("a b\nc.example")},
      {{kPtr, "5.2.0.192.in-addr.arpa"}, "\xFF\xFF"},
  });
  Asker asker;
  const auto resolver = StartAt(server.address());
  for (const char* address : {"192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"}) {
    EXPECT_EQ(asker.NameOf(*resolver, address), "") << address;
  }
}

TEST(Resolver, AServerThatIsSilentEndsInNoName) {
  const NameServer server({});
  Asker asker;
  const auto resolver = StartAt(server.address());
  EXPECT_EQ(asker.NameOf(*resolver, "192.0.2.7"), "");
}

TEST(Resolver, StoppingDropsWhatIsUnderWay) {
  const NameServer server({});
  Asker asker;
  auto resolver = Resolver::Start({.servers = {server.address()}, .try_ms = 60'000});
  ASSERT_TRUE(resolver.ok());
  for (uint8_t number = 0; number < 20; ++number) {
    EXPECT_TRUE((*resolver)->Ask(
        {.reply_to = &asker.mailbox(), .address = IpAddress::V4({192, 0, number, 7})}));
  }
  (*resolver)->Stop();
  EXPECT_EQ(asker.NameOf(**resolver, "192.0.2.7"), "refused");
}

TEST(Resolver, ThereIsABoundToWhatIsUnderWay) {
  const NameServer server({});
  Asker asker;
  auto resolver = Resolver::Start({.servers = {server.address()}, .try_ms = 60'000});
  ASSERT_TRUE(resolver.ok());
  size_t num_taken = 0;
  for (size_t number = 0; number < 2 * limits::kHostNamesWaitingMax; ++number) {
    num_taken += (*resolver)->Ask(
                     {.reply_to = &asker.mailbox(),
                      .address = IpAddress::V4({192, 0, static_cast<uint8_t>(number % 256), 7})})
                     ? 1
                     : 0;
  }
  EXPECT_EQ(num_taken, limits::kHostNamesWaitingMax);
}

}  // namespace
}  // namespace pkigate::control
