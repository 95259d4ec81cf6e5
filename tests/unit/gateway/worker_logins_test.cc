// SPDX-License-Identifier: Apache-2.0
//
// Failed logins are counted once for each request, by the worker that had it and by those it tells;
// who is blocked is turned away before anything else. How they are counted is tested with
// identity/failure_table.h; here, what a worker makes of it. Peers have one address in this world.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

using identity::FailureListenerModel;
using Counts = FailureListenerModel::Counts;

void Answer200(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(AnswerWith(200, request.Value("x-proxy-user")));
}

std::string Pw(std::string_view user, std::string_view password) {
  return "authorization: pw " + std::string(user) + " " + std::string(password) + "\r\n";
}

FailureListenerModel Three(Counts counts) {
  return {.name = "three",
          .counts = counts,
          .backend = counts == Counts::kUsernames ? "internal" : "",
          .num_tries = 3,
          .block_expiry_seconds = 60,
          .where = {}};
}

Rules Counting(uint64_t generation, std::vector<FailureListenerModel> listeners) {
  return {.generation = generation,
          .stored_hashes = {{"bob", "H1"}},
          .failure_listeners = std::move(listeners)};
}

class WorkerLoginsTest : public testing::Test {
 protected:
  WorkerLoginsTest() { world.Answer(Answer200); }

  void Adopt(const Rules& rules) {
    const size_t before = world.adopted().size();
    world.Adopt(rules);
    ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() > before; }));
  }
  // Nobody is checked for a name that does not exist.
  void Fail(std::string_view user, int num_times) {
    ClientPeer& client = world.Connect();
    for (int i = 0; i < num_times; ++i) {
      EXPECT_EQ(world.Ask(client, Request("GET", "/1", Pw(user, "wrong"))).status(), 401);
    }
    client.Close();
  }
  int StatusOf(const std::string& extra = {}) {
    ClientPeer& client = world.Connect();
    const int status = world.Ask(client, Request("GET", "/1", extra)).status();
    client.Close();
    return status;
  }

  WorkerWorld world;
};

TEST_F(WorkerLoginsTest, AnAddressIsBlockedForAWhileWhateverItBrings) {
  Adopt(Counting(2, {Three(Counts::kAddresses)}));
  Fail("eve", 2);
  EXPECT_EQ(StatusOf(), 200) << "two of three";
  Fail("mallory", 1);
  EXPECT_EQ(StatusOf(), 401);
  EXPECT_EQ(StatusOf("authorization: as bob\r\n"), 401);
  EXPECT_EQ(StatusOf(Pw("bob", "secret")), 401);
  EXPECT_TRUE(world.password_jobs().empty()) << "nothing is checked for who is blocked";
  EXPECT_EQ(world.counters().login_failures, 6U) << "three for the address, three for users";
  world.PassTime(62'000);
  EXPECT_EQ(StatusOf(), 200);
  world.Finish();
}

TEST_F(WorkerLoginsTest, AUserIsBlockedAndOthersAreNot) {
  Adopt(Counting(2, {Three(Counts::kUsernames)}));
  Fail("eve", 3);
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "bob");
  Fail("eve", 1);
  EXPECT_EQ(world.counters().login_failures, 6U) << "a fourth try is turned away, not counted";
  world.Finish();
}

// The verdict comes when the caller is blocked already: it is of no use, and no failure either.
TEST_F(WorkerLoginsTest, ABlockThatComesWhileAPasswordIsCheckedCounts) {
  Adopt(Counting(2, {Three(Counts::kUsernames)}));
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  LoginFailureBatch batch(3);
  for (NotedLoginFailure& noted : batch) {
    noted.failure = {.backend = "internal", .username = "bob"};
  }
  world.Post(NoteLoginFailures{std::make_shared<const LoginFailureBatch>(std::move(batch))});
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  world.Finish();
}

TEST_F(WorkerLoginsTest, ARequestOfOursCountsOnceThoughItIsIdentifiedTwice) {
  Adopt(Counting(2, {Three(Counts::kAddresses)}));
  ClientPeer& client = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("PUT", "/_local/now", Pw("eve", "wrong"))).status(), 401);
  EXPECT_EQ(
      world.Ask(client, RequestWithBody("PUT", "/_local/now", "body", Pw("eve", "wrong"))).status(),
      401);
  EXPECT_EQ(world.counters().login_failures, 4U);
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).status(), 200) << "two of three";
  world.Finish();
}

TEST_F(WorkerLoginsTest, TheOthersAreToldOneBatchAtATime) {
  Adopt(Counting(2, {Three(Counts::kUsernames)}));
  Fail("eve", 1);
  ASSERT_TRUE(world.TurnUntil([&] { return world.failures().size() == 1; }));
  const LoginFailureBatch& first = *world.failures()[0];
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].failure.username, "");
  EXPECT_EQ(first[1].failure.username, "eve");
  EXPECT_EQ(first[1].failure.backend, "internal");
  EXPECT_EQ(first[1].listener, 0U);
  EXPECT_FALSE(first[1].peer == IpAddress());
  Fail("mallory", 1);
  Fail("trudy", 1);
  world.PassTime(1'000);
  EXPECT_EQ(world.failures().size(), 1U) << "the first has not been taken yet";
  world.Post(LoginFailuresTaken{});
  ASSERT_TRUE(world.TurnUntil([&] { return world.failures().size() == 2; }));
  EXPECT_EQ(world.failures()[1]->size(), 4U);
  EXPECT_EQ(world.failures()[1]->back().failure.username, "trudy");
  world.Finish();
}

TEST_F(WorkerLoginsTest, WhatDoesNotFitIntoABatchIsCountedHereAlone) {
  Adopt(Counting(2, {Three(Counts::kUsernames)}));
  Fail("first", 1);
  ASSERT_TRUE(world.TurnUntil([&] { return world.failures().size() == 1; }));
  constexpr size_t kNumRequests = limits::kLoginFailureBatchMax / 2 + 5;
  ClientPeer& client = world.Connect();
  for (size_t i = 0; i < kNumRequests; ++i) {
    const std::string user = "user" + std::to_string(i);
    EXPECT_EQ(world.Ask(client, Request("GET", "/1", Pw(user, "wrong"))).status(), 401);
  }
  world.Post(LoginFailuresTaken{});
  ASSERT_TRUE(world.TurnUntil([&] { return world.failures().size() == 2; }));
  EXPECT_EQ(world.failures()[1]->size(), limits::kLoginFailureBatchMax);
  EXPECT_EQ(world.counters().login_failures_not_shared, 10U);
  EXPECT_EQ(world.counters().login_failures, 2 + 2 * kNumRequests);
  world.Finish();
}

TEST_F(WorkerLoginsTest, WhatOthersTellCountsButIsNotToldOn) {
  Adopt(Counting(2, {Three(Counts::kUsernames)}));
  Fail("eve", 2);
  ASSERT_TRUE(world.TurnUntil([&] { return world.failures().size() == 1; }));
  world.Post(LoginFailuresTaken{});
  LoginFailureBatch batch(1);
  batch[0].failure = {.backend = "internal", .username = "eve"};
  world.Post(NoteLoginFailures{std::make_shared<const LoginFailureBatch>(std::move(batch))});
  world.PassTime(200);
  const uint64_t before = world.counters().login_failures;
  Fail("eve", 1);
  EXPECT_EQ(world.counters().login_failures, before) << "blocked by the third, so not counted";
  for (const auto& told : world.failures()) {
    EXPECT_LE(told->size(), 4U);
  }
  world.Finish();
}

TEST_F(WorkerLoginsTest, AReloadKeepsWhatIsCountedUnlessItCountsOtherwise) {
  Adopt(Counting(2, {Three(Counts::kAddresses)}));
  Fail("eve", 3);
  EXPECT_EQ(StatusOf(), 401);
  FailureListenerModel moved = Three(Counts::kAddresses);
  moved.where = {.file = "config.yml", .line = 17};
  Adopt(Counting(3, {moved}));
  EXPECT_EQ(StatusOf(), 401) << "a line that moved changes nothing";
  FailureListenerModel longer = moved;
  longer.block_expiry_seconds = 120;
  Adopt(Counting(4, {longer}));
  EXPECT_EQ(StatusOf(), 200) << "a new configuration begins anew";
  Fail("eve", 3);
  EXPECT_EQ(StatusOf(), 401);
  Adopt(Counting(5, {}));
  EXPECT_EQ(StatusOf(), 200);
  Fail("eve", 5);
  EXPECT_EQ(StatusOf(), 200) << "nothing is counted";
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
