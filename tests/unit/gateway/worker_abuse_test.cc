// SPDX-License-Identifier: Apache-2.0
//
// What a client must not get out of a worker by being a nuisance, or by being in the middle of
// something when the settings change: memory that grows while it reads nothing, a body kept for a
// stranger, a crash because the limits shrank, a place in line at the wrong upstream, a verdict on
// its certificate that outlives what the verdict rests on.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

void Answer200(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(AnswerWith(200, request.target()));
}

std::string Headers(int count) {
  std::string lines;
  for (int index = 0; index < count; ++index) {
    lines += "x-filler-" + std::to_string(index) + ": 1\r\n";
  }
  return lines;
}

// Ten thousand requests in one go, and not a byte of the answers is read: the worker stops taking
// requests when its output is full, and goes on when the client reads.
TEST(WorkerAbuseTest, AClientThatReadsNothingIsAnsweredNoFurther) {
  WorkerWorld world;
  constexpr uint64_t kNumRequests = 10'000;
  ClientPeer& client = world.Connect();
  client.set_read_max(0);
  std::string requests;
  for (uint64_t index = 0; index < kNumRequests; ++index) {
    requests += Request("GET", "/denied");
  }
  client.Send(requests);
  world.PassTime(5'000);
  const uint64_t num_answered = world.counters().denied_unauthorized;
  EXPECT_GT(num_answered, 10U);
  EXPECT_LT(num_answered, kNumRequests / 4) << "answers pile up in memory";
  client.set_read_max(std::string::npos);
  for (uint64_t index = 0; index < kNumRequests; ++index) {
    ASSERT_EQ(world.AwaitAnswer(client).status(), 403) << index;
  }
  EXPECT_EQ(world.counters().denied_unauthorized, kNumRequests);
  world.Finish();
}

// A reload lowers the limits while a connection is idle: its next head is judged by the new ones,
// also where the gateway answers itself.
TEST(WorkerAbuseTest, LoweredLimitsHoldForTheNextHeadOfALiveConnection) {
  for (const char* target : {"/forwarded", "/_local/now"}) {
    WorkerWorld world;
    world.Answer(Answer200);
    ClientPeer& client = world.Connect();
    ClientPeer& other = world.Connect();
    EXPECT_EQ(world.Ask(client, Request("GET", target, Headers(8))).status(), 200);
    EXPECT_EQ(world.Ask(other, Request("GET", target, Headers(8))).status(), 200);
    world.mutable_settings().limits.num_headers = 4;
    world.Adopt({.generation = 2});
    ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
    EXPECT_EQ(world.Ask(client, Request("GET", target, Headers(8))).status(), 431) << target;
    EXPECT_EQ(world.Ask(other, Request("GET", target, Headers(2))).status(), 200) << target;
    world.Finish();
  }
}

// A head that has begun is judged to its end by the limits it began with.
TEST(WorkerAbuseTest, AHeadIsJudgedByOneSetOfLimits) {
  for (const char* target : {"/forwarded", "/_local/now"}) {
    WorkerWorld world;
    world.Answer(Answer200);
    ClientPeer& client = world.Connect();
    const std::string request = Request("GET", target, Headers(8));
    client.Send(request.substr(0, 30));
    world.PassTime(100);
    world.mutable_settings().limits.num_headers = 4;
    world.mutable_settings().limits.head_bytes = limits::kHeadBytesMin;
    world.Adopt({.generation = 2});
    ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
    client.Send(request.substr(30));
    EXPECT_EQ(world.AwaitAnswer(client).status(), 200) << target;
    EXPECT_EQ(world.Ask(client, request).status(), 431) << target;
    world.Finish();
  }
}

// The listener is pointed at another upstream while a request stands in line at the old one. It
// keeps its place there; the next request goes to the new one.
TEST(WorkerAbuseTest, ARequestInLineStaysAtItsUpstream) {
  for (const bool leaves : {false, true}) {
    WorkerWorld world({.adjust = [](config::Settings& settings) {
      settings.upstreams[0].num_connections = 1;
      settings.upstreams.push_back(settings.upstreams[0]);
      settings.upstreams[1].name = "other";
      settings.upstreams[1].addresses[0].port = 9999;  // where nobody is
    }});
    ClientPeer& first = world.Connect();
    first.Send(Request("GET", "/first"));
    UpstreamPeer* upstream = world.AwaitUpstream();
    ASSERT_NE(upstream, nullptr);
    world.AwaitRequest(*upstream);
    ClientPeer& second = world.Connect();
    second.Send(Request("GET", "/second"));
    world.PassTime(100);
    world.mutable_settings().listeners[0].upstream = 1;
    world.Adopt({.generation = 2});
    ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
    if (leaves) {
      second.Abort();
      world.PassTime(100);
    }
    upstream->Send(AnswerWith(200, "first"));
    EXPECT_EQ(world.AwaitAnswer(first).body, "first");
    if (!leaves) {
      EXPECT_EQ(world.AwaitRequest(*upstream).target(), "/second");
      upstream->Send(AnswerWith(200, "second"));
      EXPECT_EQ(world.AwaitAnswer(second).body, "second");
    }
    EXPECT_EQ(world.Ask(first, Request("GET", "/third")).status(), 502);
    world.Finish();
  }
}

// The body of a management request is collected for a caller who is known, and for nobody else.
TEST(WorkerAbuseTest, AStrangersBodyIsNotCollected) {
  WorkerWorld world;
  ClientPeer& known = world.Connect();
  known.Send(RequestWithBody("PUT", "/_local/now", std::string(1'000, 'k')).substr(0, 500));
  world.PassTime(1'000);
  EXPECT_EQ(known.received(), "") << "waits for the body";
  world.Adopt({.generation = 2, .known = false});
  ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() == 1; }));
  // A short body is dropped and the connection lives on; a long one ends it.
  ClientPeer& stranger = world.Connect();
  const std::string request = RequestWithBody("PUT", "/_local/now", std::string(1'000, 's'));
  stranger.Send(request.substr(0, 500));
  EXPECT_EQ(world.AwaitAnswer(stranger).status(), 401) << "before the body is there";
  stranger.Send(request.substr(500) + Request("GET", "/_local/now"));
  EXPECT_EQ(world.AwaitAnswer(stranger).status(), 401);
  EXPECT_FALSE(stranger.gone());
  ClientPeer& long_winded = world.Connect();
  long_winded.Send(RequestWithBody("PUT", "/_local/now", std::string(900'000, 'l')).substr(0, 999));
  const Message answer = world.AwaitAnswer(long_winded);
  EXPECT_EQ(answer.status(), 401);
  EXPECT_TRUE(answer.Says("connection", "close"));
  ClientPeer& patient = world.Connect();
  patient.Send(
      RequestWithBody("PUT", "/_local/now", "x", "expect: 100-continue\r\n").substr(0, 90));
  EXPECT_EQ(world.AwaitAnswer(patient).status(), 401) << "no 100 Continue for a stranger";
  world.Finish();
}

// Out of descriptors for a while: it is counted, and passes.
TEST(WorkerAbuseTest, FailuresToAcceptAreCounted) {
  WorkerWorld world;
  world.Answer(Answer200);
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/1")).status(), 200);
  EXPECT_EQ(world.counters().accept_failures, 0U);
  for (const int error : {EMFILE, ECONNABORTED, EIO}) {
    world.network().FailNext(ring::SimulatedCall::kAccept, error);
  }
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/2")).status(), 200);
  EXPECT_EQ(world.counters().accept_failures, 3U);
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
