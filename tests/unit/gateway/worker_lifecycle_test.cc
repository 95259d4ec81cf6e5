// SPDX-License-Identifier: Apache-2.0
//
// How a worker ends and how it changes its mind: draining lets requests under way finish and takes
// no new ones, a timer ends who does not; a new snapshot decides the next request of a live
// connection. Every test ends with WorkerWorld::Finish: no connection, no operation, no buffer, no
// descriptor is left.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

void Answer200(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(AnswerWith(200, request.Value("x-proxy-user") + " " + request.target()));
}

TEST(WorkerLifecycleTest, AWorkerNobodyTalkedToDrainsAtOnce) {
  WorkerWorld world;
  const uint64_t begin_ms = world.now_ms();
  world.Finish();
  EXPECT_LT(world.now_ms() - begin_ms, 1'000U);
}

TEST(WorkerLifecycleTest, DrainingClosesWhoIsIdleAndTakesNobodyNew) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& served = world.Connect();
  ClientPeer& silent = world.Connect();
  EXPECT_EQ(world.Ask(served, Request("GET", "/1")).status(), 200);
  EXPECT_FALSE(served.gone() || silent.gone());
  const uint64_t begin_ms = world.now_ms();
  world.BeginDrain();
  EXPECT_TRUE(world.TurnUntil([&] { return world.drained(); }));
  EXPECT_LT(world.now_ms() - begin_ms, 1'000U) << "nobody was waited for";
  EXPECT_TRUE(world.TurnUntil([&] { return served.gone() && silent.gone(); }));
  EXPECT_EQ(served.received(), "");
  ClientPeer* late = world.TryConnect();
  EXPECT_TRUE(late == nullptr || world.TurnUntil([&] { return late->gone(); }));
  world.Finish();
}

TEST(WorkerLifecycleTest, DrainingFinishesWhatIsUnderWay) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/1", "body") + Request("GET", "/behind"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.AwaitRequest(*upstream);
  world.BeginDrain();
  world.PassTime(5'000);
  EXPECT_FALSE(world.drained());
  EXPECT_FALSE(client.gone());
  upstream->Send(AnswerWith(200, "done"));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.body, "done");
  EXPECT_TRUE(answer.Says("connection", "close")) << "the connection is not kept";
  EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
  EXPECT_FALSE(client.reset());
  EXPECT_EQ(client.received(), "") << "the one behind it is not served any more";
  EXPECT_TRUE(world.TurnUntil([&] { return world.drained(); }));
  EXPECT_EQ(world.counters().requests, 1U);
  world.Finish();
}

// An upload that has begun may go on.
TEST(WorkerLifecycleTest, DrainingLetsAnUploadFinish) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  const std::string body = BodyOf(100'000, 1);
  const std::string request = RequestWithBody("PUT", "/1", body);
  client.Send(request.substr(0, 50'000));
  ASSERT_TRUE(world.TurnUntil([&] { return world.num_upstreams() == 1; }));
  world.BeginDrain();
  world.PassTime(2'000);
  client.Send(request.substr(50'000));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_TRUE(answer.Says("connection", "close"));
  world.Finish();
}

// An answer that is complete but not yet read by its client is delivered, then the connection ends;
// it does not sit there as an idle one until the timer comes.
TEST(WorkerLifecycleTest, DrainingDeliversTheLastAnswerToASlowReader) {
  WorkerWorld world;
  world.Answer([](UpstreamPeer& upstream, const Message&) {
    upstream.Send(AnswerWith(200, BodyOf(100'000, 1)));
  });
  ClientPeer& client = world.Connect();
  client.set_read_max(0);
  client.Send(Request("GET", "/1"));
  world.PassTime(1'000);
  world.BeginDrain();
  world.PassTime(1'000);
  EXPECT_FALSE(world.drained());
  client.set_read_max(std::string::npos);
  EXPECT_TRUE(world.AwaitAnswer(client).body == BodyOf(100'000, 1));
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended() && world.drained(); }));
  world.Finish();
}

TEST(WorkerLifecycleTest, TheDrainTimerEndsWhoIsStuck) {
  WorkerWorld world;
  ClientPeer& stuck = world.Connect();
  stuck.Send(Request("GET", "/stuck"));
  ClientPeer& half_head = world.Connect();
  half_head.Send("GET / HT");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.AwaitRequest(*upstream);
  world.BeginDrain();
  world.PassTime(world.settings().timeouts.drain_ms - 500);
  EXPECT_FALSE(world.drained());
  EXPECT_FALSE(stuck.gone());
  EXPECT_TRUE(world.TurnUntil([&] { return world.drained(); }));
  EXPECT_TRUE(world.TurnUntil([&] { return stuck.reset() && upstream->gone(); }));
  EXPECT_EQ(stuck.received(), "");
  // The half head had its own time-out, and its answer.
  EXPECT_EQ(world.AwaitAnswer(half_head).status(), 408);
  world.Finish();
}

TEST(WorkerLifecycleTest, ASecondDrainChangesNothing) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.BeginDrain();
  world.PassTime(100);
  world.BeginDrain();
  upstream->Send(AnswerWith(200, "done"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "done");
  world.Finish();
}

TEST(WorkerLifecycleTest, DrainingWhilePausedForDescriptorsEnds) {
  WorkerWorld world;
  for (int i = 0; i < 5; ++i) {
    world.network().FailNext(ring::SimulatedCall::kAccept, EMFILE);
  }
  world.Connect();
  world.PassTime(50);
  world.Finish();
}

TEST(WorkerLifecycleTest, AcceptErrorsPassAndClientsAreServedAfterwards) {
  WorkerWorld world;
  world.Answer(Answer200);
  for (const int error : {EMFILE, ECONNABORTED, EMFILE, EPROTO}) {
    world.network().FailNext(ring::SimulatedCall::kAccept, error);
  }
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/1")).body, "alice /1");
  world.Finish();
}

// The decision changes with the snapshot, on a connection that lives on.
TEST(WorkerLifecycleTest, ANewSnapshotDecidesTheNextRequest) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("GET", "/logs")).body, "alice /logs");
  world.Adopt({.generation = 2, .user = "bob", .denied = "/logs"});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
  EXPECT_EQ(world.adopted()[0], 2U);
  const Message refused = world.Ask(client, Request("GET", "/logs"));
  EXPECT_EQ(refused.status(), 403);
  EXPECT_NE(refused.body.find("action is unauthorized"), std::string::npos);
  EXPECT_EQ(world.Ask(client, Request("GET", "/other")).body, "bob /other");
  world.Adopt({.generation = 3, .known = false});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 2; }));
  EXPECT_EQ(world.Ask(client, Request("GET", "/other")).status(), 401);
  world.Adopt({.generation = 4});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 3; }));
  EXPECT_EQ(world.Ask(client, Request("GET", "/logs")).body, "alice /logs");
  EXPECT_FALSE(client.gone());
  world.Finish();
  EXPECT_EQ(world.adopted(), (std::vector<uint64_t>{2, 3, 4}));
}

// A request under way was decided by the snapshot it came under; its pipelined neighbour is not.
TEST(WorkerLifecycleTest, ARequestIsDecidedByOneSnapshotFromHeadToAnswer) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/logs/1") + Request("GET", "/logs/2"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  EXPECT_TRUE(world.AwaitRequest(*upstream).Says("x-proxy-user", "alice"));
  world.Adopt({.generation = 2, .denied = "/logs"});
  ASSERT_TRUE(world.TurnUntil([&] { return !world.adopted().empty(); }));
  upstream->Send(AnswerWith(200, "decided before"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "decided before");
  EXPECT_EQ(world.AwaitAnswer(client).status(), 403);
  world.Finish();
}

// The retry of a request goes out with what was decided for it.
TEST(WorkerLifecycleTest, ARetryIsNotDecidedAnew) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/logs/1"));
  UpstreamPeer* first = world.AwaitUpstream();
  ASSERT_NE(first, nullptr);
  world.AwaitRequest(*first);
  world.Adopt({.generation = 2, .user = "bob"});
  ASSERT_TRUE(world.TurnUntil([&] { return !world.adopted().empty(); }));
  first->EndSending();
  UpstreamPeer* second = world.AwaitUpstream();
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(world.AwaitRequest(*second).Says("x-proxy-user", "alice"));
  second->Send(AnswerWith(200, ""));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
  world.Finish();
}

TEST(WorkerLifecycleTest, AnswersOfTheControlThreadFindTheirConnectionOrNobody) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& gone = world.Connect();
  gone.Send(Request("PUT", "/_local/a"));
  ASSERT_TRUE(world.TurnUntil([&] { return world.pending().size() == 1; }));
  gone.Abort();
  ASSERT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 0; }));
  // Its slot is taken by another client, who must not get the answer.
  ClientPeer& other = world.Connect();
  other.Send(Request("PUT", "/_local/b"));
  ASSERT_TRUE(world.TurnUntil([&] { return world.pending().size() == 2; }));
  EXPECT_EQ(world.pending()[0].slot, world.pending()[1].slot);
  EXPECT_NE(world.pending()[0].generation, world.pending()[1].generation);
  world.Deliver(world.pending()[0],
                {.status = 200, .content_type = {}, .headers = {}, .body = "not yours"});
  world.PassTime(200);
  EXPECT_EQ(other.received(), "");
  world.Deliver(world.pending()[1],
                {.status = 200, .content_type = {}, .headers = {}, .body = "yours"});
  EXPECT_EQ(world.AwaitAnswer(other).body, "yours");
  world.Finish();
}

// Draining waits for the control thread's answer, too.
TEST(WorkerLifecycleTest, DrainingWaitsForAnAnswerOfTheControlThread) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("PUT", "/_local/a"));
  ASSERT_TRUE(world.TurnUntil([&] { return world.pending().size() == 1; }));
  world.BeginDrain();
  world.PassTime(2'000);
  EXPECT_FALSE(world.drained());
  world.Deliver(world.pending()[0],
                {.status = 200, .content_type = {}, .headers = {}, .body = "made"});
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.body, "made");
  EXPECT_TRUE(answer.Says("connection", "close"));
  world.Finish();
}

// Many clients come, ask and leave in every way; the slots are used again and again.
TEST(WorkerLifecycleTest, SlotsAreUsedAgain) {
  WorldOptions options;
  options.adjust = [](config::Settings& settings) {
    settings.limits.num_connections = 4;
    settings.upstreams[0].num_connections = 2;
  };
  WorkerWorld world(options);
  world.Answer(Answer200);
  for (int i = 0; i < 60; ++i) {
    ClientPeer& client = world.Connect();
    client.Send(Request("GET", "/1"));
    switch (i % 4) {
      case 0:
        EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
        client.Close();
        break;
      case 1:
        client.Pump();
        client.Abort();
        break;
      case 2:
        client.EndSending();
        EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
        break;
      default:
        world.Turn();
        world.Turn();
        client.Close();
        break;
    }
    ASSERT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 0; })) << i;
  }
  EXPECT_EQ(world.counters().connections_refused, 0U);
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
