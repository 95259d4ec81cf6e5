// SPDX-License-Identifier: Apache-2.0
//
// Failed logins: who is counted, blocked and forgotten (opendistro.md, 2.3).
#include "identity/failure_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "base/limits.h"

namespace pkigate::identity {
namespace {

using ::testing::HasSubstr;

IpAddress Ip(const std::string& text) { return *IpAddress::Parse(text); }

FailureListenerModel Addresses(size_t num_tries = 3) {
  FailureListenerModel model;
  model.name = "ip_rate_limiting";
  model.num_tries = num_tries;
  model.time_window_seconds = 100;
  model.block_expiry_seconds = 50;
  return model;
}

FailureListenerModel Usernames(const std::string& backend, size_t num_tries = 3) {
  FailureListenerModel model = Addresses(num_tries);
  model.counts = FailureListenerModel::Counts::kUsernames;
  model.backend = backend;
  return model;
}

FailureTable TableOf(const std::vector<FailureListenerModel>& models) {
  auto listeners = FailureListeners::Compile(models);
  EXPECT_TRUE(listeners.ok()) << (listeners.ok() ? "" : listeners.error().message);
  return FailureTable(*listeners);
}

const IpAddress kPeer = Ip("10.0.0.5");
const IpAddress kOther = Ip("10.0.0.6");

TEST(FailureTable, TheLastTryWithinTheWindowBlocks) {
  FailureTable table = TableOf({Addresses()});
  table.Note({}, kPeer, 1000);
  table.Note({}, kPeer, 1000);
  EXPECT_FALSE(table.AddressIsBlocked(kPeer));
  table.Note({}, kPeer, 1099);
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
  EXPECT_FALSE(table.AddressIsBlocked(kOther));
  EXPECT_EQ(table.num_blocked(), 1U);
  table.SetNow(1148);
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
  table.SetNow(1149);
  EXPECT_FALSE(table.AddressIsBlocked(kPeer));
  EXPECT_EQ(table.num_blocked(), 0U);
}

TEST(FailureTable, AFailureOutsideTheWindowIsForgotten) {
  FailureTable table = TableOf({Addresses()});
  table.Note({}, kPeer, 1000);
  table.Note({}, kPeer, 1001);
  table.Note({}, kPeer, 1100);  // the first is a window ago
  EXPECT_FALSE(table.AddressIsBlocked(kPeer));
  table.Note({}, kPeer, 1100);  // the second is not
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
}

TEST(FailureTable, ABlockBeginsTheCountAnew) {
  FailureTable table = TableOf({Addresses()});
  for (int times = 0; times < 3; ++times) {
    table.Note({}, kPeer, 1000);
  }
  table.SetNow(1050);
  table.Note({}, kPeer, 1050);
  table.Note({}, kPeer, 1050);
  EXPECT_FALSE(table.AddressIsBlocked(kPeer));
  table.Note({}, kPeer, 1050);
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
}

TEST(FailureTable, TimeDoesNotGoBack) {
  FailureTable table = TableOf({Addresses()});
  for (int times = 0; times < 3; ++times) {
    table.Note({}, kPeer, 1000);
  }
  table.SetNow(10);
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
  table.SetNow(1049);
  EXPECT_TRUE(table.AddressIsBlocked(kPeer));
}

TEST(FailureTable, NamesAtTheirBackendAndAddressesApart) {
  FailureTable table = TableOf({Addresses(2), Usernames("internal", 2)});
  const LoginFailure joe{.backend = "internal", .username = "joe"};
  table.Note(joe, kPeer, 1000);
  table.Note(joe, kOther, 1000);  // wherever it comes from
  EXPECT_TRUE(table.UserIsBlocked("internal", "joe"));
  EXPECT_FALSE(table.UserIsBlocked("noop", "joe"));
  EXPECT_FALSE(table.UserIsBlocked("internal", "Joe"));
  EXPECT_FALSE(table.AddressIsBlocked(kPeer)) << "that is a failure of its own";
  table.Note({.backend = "noop", .username = "eve"}, kPeer, 1000);
  table.Note({.backend = "noop", .username = "eve"}, kPeer, 1000);
  EXPECT_FALSE(table.UserIsBlocked("noop", "eve")) << "nobody listens there";
}

TEST(FailureTable, LongNamesAreToldApart) {
  FailureTable table = TableOf({Usernames("internal", 2)});
  const std::string name(limits::kFailureNameBytesMax + 100, 'x');
  for (int times = 0; times < 2; ++times) {
    table.Note({.backend = "internal", .username = name}, kPeer, 1000);
  }
  EXPECT_TRUE(table.UserIsBlocked("internal", name));
  EXPECT_FALSE(table.UserIsBlocked("internal", name + "x"));
  EXPECT_FALSE(table.UserIsBlocked("internal", name.substr(0, limits::kFailureNameBytesMax)));
}

TEST(FailureTable, TheOldestMakeRoom) {
  FailureListenerModel model = Addresses(2);
  model.num_tracked_max = 2;
  model.num_blocked_max = 1;
  FailureTable table = TableOf({model});
  table.Note({}, Ip("10.0.0.1"), 1000);
  table.Note({}, Ip("10.0.0.2"), 1001);
  table.Note({}, Ip("10.0.0.3"), 1002);  // 10.0.0.1 is forgotten
  table.Note({}, Ip("10.0.0.1"), 1003);  // 10.0.0.2 is
  EXPECT_FALSE(table.AddressIsBlocked(Ip("10.0.0.1")));
  table.Note({}, Ip("10.0.0.3"), 1004);
  EXPECT_TRUE(table.AddressIsBlocked(Ip("10.0.0.3")));
  table.Note({}, Ip("10.0.0.1"), 1005);
  EXPECT_TRUE(table.AddressIsBlocked(Ip("10.0.0.1")));
  EXPECT_FALSE(table.AddressIsBlocked(Ip("10.0.0.3"))) << "one block fits";
}

TEST(FailureTable, WithoutRoomNobodyIsBlocked) {
  FailureListenerModel nothing_tracked = Addresses(2);
  nothing_tracked.num_tracked_max = 0;
  FailureListenerModel nobody_blocked = Addresses(2);
  nobody_blocked.num_blocked_max = 0;
  FailureTable table = TableOf({nothing_tracked, nobody_blocked});
  for (int times = 0; times < 5; ++times) {
    table.Note({}, kPeer, 1000);
    EXPECT_FALSE(table.AddressIsBlocked(kPeer));
  }
}

TEST(FailureTable, WhoIsIgnoredIsNeverBlocked) {
  FailureListenerModel model = Addresses(2);
  model.ignore_hosts = {"127.0.0.1", "10.1.*", "192.168.4.0/22", "2001:db8::/33",
                        "/172\\.16\\..*/"};
  FailureTable table = TableOf({model});
  const auto blocked = [&](const char* address) {
    table.Note({}, Ip(address), 1000);
    table.Note({}, Ip(address), 1000);
    return table.AddressIsBlocked(Ip(address));
  };
  EXPECT_FALSE(blocked("127.0.0.1"));
  EXPECT_TRUE(blocked("127.0.0.2"));
  EXPECT_FALSE(blocked("10.1.2.3"));
  EXPECT_TRUE(blocked("10.10.2.3"));
  EXPECT_FALSE(blocked("192.168.7.255"));
  EXPECT_TRUE(blocked("192.168.8.0"));
  EXPECT_FALSE(blocked("2001:db8:7fff::1"));
  EXPECT_TRUE(blocked("2001:db8:8000::1"));
  EXPECT_FALSE(blocked("172.16.9.9"));
  EXPECT_TRUE(blocked("172.17.9.9"));
}

TEST(FailureListeners, HostsThatAreNone) {
  for (const char* host :
       {"10.0.0.0/33", "10.0.0/8", "2001:db8::/129", "10.0.0.0/", "/", "/(/", "10.0.0.0/8x"}) {
    FailureListenerModel model = Addresses();
    model.ignore_hosts = {host};
    const auto compiled = FailureListeners::Compile({model});
    ASSERT_FALSE(compiled.ok()) << host;
    EXPECT_THAT(compiled.error().message, HasSubstr("ip_rate_limiting: '"));
  }
}

// The same rules over a plain list of everything that ever happened.
class PlainTable {
 public:
  explicit PlainTable(const FailureListenerModel& model) : model_(model) {}

  void Note(const std::string& client, int64_t now) {
    Expire(now);
    std::vector<int64_t>& times = failures_[client];
    times.push_back(now);
    last_.erase(std::remove(last_.begin(), last_.end(), client), last_.end());
    last_.push_back(client);
    if (times.size() >= model_.num_tries) {
      Drop(client);
      blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(),
                                   [&](const auto& block) { return block.first == client; }),
                    blocks_.end());
      blocks_.emplace_back(client, now + model_.block_expiry_seconds);
      if (blocks_.size() > model_.num_blocked_max) {
        blocks_.erase(blocks_.begin());
      }
    } else if (last_.size() > model_.num_tracked_max) {
      Drop(std::string(last_.front()));
    }
  }
  bool Blocked(const std::string& client, int64_t now) {
    Expire(now);
    return std::any_of(blocks_.begin(), blocks_.end(),
                       [&](const auto& block) { return block.first == client; });
  }

 private:
  void Drop(const std::string& client) {
    failures_.erase(client);
    last_.erase(std::remove(last_.begin(), last_.end(), client), last_.end());
  }
  void Expire(int64_t now) {
    std::erase_if(blocks_, [&](const auto& block) { return block.second <= now; });
    std::vector<std::string> gone;
    for (auto& [client, times] : failures_) {
      std::erase_if(times, [&](int64_t time) { return time + model_.time_window_seconds <= now; });
      if (times.empty()) {
        gone.push_back(client);
      }
    }
    for (const std::string& client : gone) {
      Drop(client);
    }
  }

  FailureListenerModel model_;
  std::map<std::string, std::vector<int64_t>> failures_;
  std::vector<std::string> last_;  // longest quiet first
  std::vector<std::pair<std::string, int64_t>> blocks_;
};

TEST(FailureTable, AgreesWithThePlainTable) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto upto = [&](uint32_t max) { return random() % (max + 1); };
    FailureListenerModel model = Usernames("internal", 2 + upto(3));
    model.time_window_seconds = 1 + static_cast<int64_t>(upto(30));
    model.block_expiry_seconds = 1 + static_cast<int64_t>(upto(30));
    model.num_tracked_max = upto(6);
    model.num_blocked_max = upto(4);
    FailureTable table = TableOf({model});
    PlainTable plain(model);
    int64_t now = 1000;
    for (int step = 0; step < 300; ++step) {
      now += upto(4);
      const std::string client(1, static_cast<char>('a' + upto(7)));
      if (upto(2) > 0) {
        table.Note({.backend = "internal", .username = client}, kPeer, now);
        plain.Note(client, now);
      }
      table.SetNow(now);
      for (char name = 'a'; name <= 'h'; ++name) {
        const std::string other(1, name);
        ASSERT_EQ(table.UserIsBlocked("internal", other), plain.Blocked(other, now))
            << other << " at step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace pkigate::identity
