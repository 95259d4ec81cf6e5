// SPDX-License-Identifier: Apache-2.0
//
// Requests whose caller depends on what the peer's address is called: they wait for the answer, not
// for ever, and go on without a name when there is none to be had. The name service is a fake that
// answers when the test says so.
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

class WorkerHostNamesTest : public testing::Test {
 protected:
  WorkerHostNamesTest() {
    world.Answer([](UpstreamPeer& upstream, const Message& request) {
      upstream.Send(AnswerWith(200, request.Value("x-proxy-user")));
    });
    const size_t before = world.adopted().size();
    // Not even the connection knows the caller: every request asks.
    world.Adopt({.generation = 2, .names_hosts = true});
    EXPECT_TRUE(world.TurnUntil([&] { return world.adopted().size() > before; }));
  }
  bool AwaitQuestions(size_t num_questions) {
    const bool came =
        world.TurnUntil([&] { return world.host_name_jobs().size() >= num_questions; });
    EXPECT_TRUE(came) << "questions: " << world.host_name_jobs().size();
    return came;
  }

  WorkerWorld world;
};

TEST_F(WorkerHostNamesTest, ARequestWaitsAndTheNameIsKept) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.PassTime(2'000);
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(world.num_upstreams(), 0U) << "nothing goes up before the caller is known";
  world.NameHost("a.example");
  EXPECT_EQ(world.AwaitAnswer(client).body, "a.example");
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/2")).body, "a.example");
  EXPECT_EQ(world.counters().host_names_asked, 1U);

  world.PassTime(limits::kHostNameKeepMs);
  client.Send(Request("GET", "/3"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.NameHost("b.example");
  EXPECT_EQ(world.AwaitAnswer(client).body, "b.example");
  world.Finish();
}

TEST_F(WorkerHostNamesTest, EqualQuestionsAreAskedOnce) {
  ClientPeer& first = world.Connect();
  ClientPeer& second = world.Connect();
  first.Send(Request("GET", "/1"));
  ASSERT_TRUE(AwaitQuestions(1));
  second.Send(Request("GET", "/2"));
  world.PassTime(100);
  EXPECT_EQ(world.host_name_jobs().size(), 1U);
  first.Abort();
  world.PassTime(100);
  world.NameHost("a.example");
  EXPECT_EQ(world.AwaitAnswer(second).body, "a.example");
  world.Finish();
}

TEST_F(WorkerHostNamesTest, AnAddressWithoutANameIsKeptForAShorterTime) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.NameHost("");
  EXPECT_EQ(world.AwaitAnswer(client).body, "unnamed");
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "unnamed");
  EXPECT_EQ(world.counters().host_names_asked, 1U);
  world.PassTime(limits::kNoHostNameKeepMs);
  client.Send(Request("GET", "/3"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.NameHost("");
  EXPECT_EQ(world.AwaitAnswer(client).body, "unnamed");
  world.Finish();
}

TEST_F(WorkerHostNamesTest, AnAnswerThatTakesTooLongIsNone) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.PassTime(limits::kHostNameAnswerMs - 1'000);
  EXPECT_EQ(client.received(), "");
  world.PassTime(2'000);
  EXPECT_EQ(world.AwaitAnswer(client).body, "unnamed");
  EXPECT_EQ(world.counters().timeouts_host_name, 1U);
  // The answer comes after all, and is there for the next one.
  world.NameHost("a.example");
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "a.example");
  world.Finish();
}

TEST_F(WorkerHostNamesTest, WhoeverCannotBeAskedForHasNoName) {
  world.set_num_host_name_jobs_max(0);
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/1")).body, "unnamed");
  EXPECT_EQ(world.counters().host_names_refused, 1U);
  // That is not kept: there may be room for the next one.
  world.set_num_host_name_jobs_max(1);
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/2"));
  ASSERT_TRUE(AwaitQuestions(1));
  world.NameHost("a.example");
  EXPECT_EQ(world.AwaitAnswer(client).body, "a.example");
  world.Finish();
}

TEST_F(WorkerHostNamesTest, AClientThatGoesLeavesNothingBehind) {
  ClientPeer& gone = world.Connect();
  gone.Send(Request("GET", "/1"));
  ASSERT_TRUE(AwaitQuestions(1));
  gone.Abort();
  world.PassTime(1'000);
  world.NameHost("a.example");
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
