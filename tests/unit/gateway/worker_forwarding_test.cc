// SPDX-License-Identifier: Apache-2.0
//
// What a worker does with a well-behaved client and a well-behaved upstream: requests and answers
// pass with every byte of their bodies, in order, on connections that are used again; what belongs
// to one connection or says who somebody is does not pass. Refused neighbours stand beside each.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

// Answers with what was asked: `METHOD target` and the body.
void Echo(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(AnswerWith(200, request.method() + " " + request.target() + "\n" + request.body,
                           "x-answered: yes\r\n"));
}

TEST(WorkerForwardingTest, AGetPassesAndTheConnectionLivesOn) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  const Message answer = world.Ask(client, Request("GET", "/logs-1/_search?q=a%20b"));
  EXPECT_EQ(answer.start_line, "HTTP/1.1 200 Fine");
  EXPECT_EQ(answer.body, "GET /logs-1/_search?q=a%20b\n");
  EXPECT_TRUE(answer.Says("x-answered", "yes"));
  EXPECT_EQ(answer.Count("connection"), 0U);
  // The neighbour the policy refuses never reaches the upstream, and the connection lives on, too.
  const Message refused = world.Ask(client, Request("GET", "/denied/1"));
  EXPECT_EQ(refused.status(), 403);
  EXPECT_NE(refused.body.find("action is unauthorized"), std::string::npos);
  EXPECT_EQ(world.counters().requests_forwarded, 1U);
  EXPECT_EQ(world.counters().denied_unauthorized, 1U);
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "GET /2\n");
  EXPECT_FALSE(client.gone());
}

TEST(WorkerForwardingTest, AClientWithoutCredentialsIsRefused) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  const Message refused = world.Ask(client, Request("GET", "/1", "authorization: nonsense\r\n"));
  EXPECT_EQ(refused.status(), 401);
  EXPECT_NE(refused.body.find("missing authentication credentials"), std::string::npos);
  EXPECT_EQ(world.counters().denied_unauthenticated, 1U);
  EXPECT_EQ(world.num_upstreams(), 0U);
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).status(), 200);
}

TEST(WorkerForwardingTest, APostPassesWithItsLengthAndBody) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/logs/_doc", "{\"a\":1}", "content-type: a/b\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_EQ(request.start_line, "POST /logs/_doc HTTP/1.1");
  EXPECT_TRUE(request.Says("content-length", "7"));
  EXPECT_TRUE(request.Says("content-type", "a/b"));
  EXPECT_EQ(request.body, "{\"a\":1}");
  upstream->Send(AnswerWith(201, "made"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "made");
}

TEST(WorkerForwardingTest, ChunksPassBothWays) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  const std::string up = BodyOf(100'000, 1);
  const std::string down = BodyOf(120'000, 2);
  client.Send(Request("POST", "/_bulk", "transfer-encoding: chunked\r\n") + Chunked(up, 7'000));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_TRUE(request.Says("transfer-encoding", "chunked"));
  EXPECT_EQ(request.Count("content-length"), 0U);
  EXPECT_EQ(request.body, up);
  upstream->Send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + Chunked(down, 5'000));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_TRUE(answer.chunked);
  EXPECT_EQ(answer.body, down);
  // Both connections live on.
  world.Answer(Echo);
  EXPECT_EQ(world.Ask(client, Request("GET", "/next")).body, "GET /next\n");
  EXPECT_EQ(world.num_upstreams(), 1U);
}

TEST(WorkerForwardingTest, AnAnswerUntilTheCloseComesInChunks) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.AwaitRequest(*upstream);
  const std::string body = BodyOf(50'000, 3);
  upstream->Send("HTTP/1.1 200 OK\r\n\r\n" + body);
  upstream->EndSending();
  const Message answer = world.AwaitAnswer(client);
  EXPECT_TRUE(answer.chunked);
  EXPECT_EQ(answer.body, body);
  EXPECT_FALSE(client.gone()) << "the client's connection lives on";
}

TEST(WorkerForwardingTest, AnHttp10ClientLearnsTheEndFromTheClose) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send("GET / HTTP/1.0\r\nhost: gateway\r\n\r\n");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  EXPECT_EQ(world.AwaitRequest(*upstream).start_line, "GET / HTTP/1.1");
  upstream->Send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + Chunked("answer", 2));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_FALSE(answer.chunked);
  EXPECT_TRUE(answer.Says("connection", "close"));
  EXPECT_EQ(answer.body, "answer");
  EXPECT_TRUE(client.ended());
}

// All requests are sent at once; the upstream sees one at a time.
TEST(WorkerForwardingTest, PipelinedRequestsAreAnsweredInOrder) {
  WorkerWorld world;
  int num_under_way = 0;
  world.Answer([&](UpstreamPeer& upstream, const Message& request) {
    ++num_under_way;
    EXPECT_EQ(num_under_way, 1);
    Echo(upstream, request);
    --num_under_way;
  });
  ClientPeer& client = world.Connect();
  std::string requests;
  for (size_t i = 0; i < 20; ++i) {
    requests += i % 4 == 3 ? Request("GET", fmt::format("/denied/{}", i))
                           : RequestWithBody("PUT", fmt::format("/{}", i), BodyOf(3'000, i));
  }
  client.Send(requests);
  for (size_t i = 0; i < 20; ++i) {
    const Message answer = world.AwaitAnswer(client);
    if (i % 4 == 3) {
      EXPECT_EQ(answer.status(), 403) << i;
    } else {
      EXPECT_EQ(answer.body, fmt::format("PUT /{}\n", i) + BodyOf(3'000, i)) << i;
    }
  }
  EXPECT_TRUE(client.received().empty());
  EXPECT_EQ(world.num_upstreams(), 1U) << "one connection carried them all";
}

TEST(WorkerForwardingTest, AnswersWithoutABodyKeepTheConnectionInStep) {
  WorkerWorld world;
  world.Answer([](UpstreamPeer& upstream, const Message& request) {
    if (request.method() == "HEAD") {
      upstream.Send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    } else if (request.target() == "/204") {
      upstream.Send("HTTP/1.1 204 No Content\r\n\r\n");
    } else if (request.target() == "/304") {
      upstream.Send("HTTP/1.1 304 Not Modified\r\ncontent-length: 77\r\netag: \"a\"\r\n\r\n");
    } else {
      Echo(upstream, request);
    }
  });
  ClientPeer& client = world.Connect();
  client.Send(Request("HEAD", "/1") + Request("GET", "/204") + Request("GET", "/304") +
              Request("GET", "/end"));
  const Message head = world.AwaitAnswer(client, MessageKind::kAnswerToHead);
  EXPECT_TRUE(head.Says("content-length", "1000"));
  const Message no_content = world.AwaitAnswer(client);
  EXPECT_EQ(no_content.status(), 204);
  EXPECT_EQ(no_content.Count("content-length"), 0U);
  const Message not_modified = world.AwaitAnswer(client);
  EXPECT_EQ(not_modified.status(), 304);
  EXPECT_TRUE(not_modified.Says("etag", "\"a\""));
  EXPECT_EQ(world.AwaitAnswer(client).body, "GET /end\n");
  EXPECT_EQ(world.num_upstreams(), 1U);
}

TEST(WorkerForwardingTest, ARefusedHeadHasALengthAndNoBody) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  client.Send(Request("HEAD", "/denied") + Request("GET", "/next"));
  const Message refused = world.AwaitAnswer(client, MessageKind::kAnswerToHead);
  EXPECT_EQ(refused.status(), 403);
  EXPECT_NE(refused.Value("content-length"), "0");
  EXPECT_EQ(world.AwaitAnswer(client).body, "GET /next\n");
}

TEST(WorkerForwardingTest, AWaitingClientIsToldToContinue) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  client.Send("POST /a HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
  EXPECT_EQ(world.AwaitAnswer(client).start_line, "HTTP/1.1 100 Continue");
  client.Send("body");
  EXPECT_EQ(world.AwaitAnswer(client).body, "POST /a\nbody");
  // Who has sent the body already is told nothing.
  client.Send(RequestWithBody("POST", "/b", "body", "expect: 100-continue\r\n"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "POST /b\nbody");
  // Who is refused is not told to go on: the connection ends, since the body may never come.
  client.Send(
      "POST /denied HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
  const Message refused = world.AwaitAnswer(client);
  EXPECT_EQ(refused.status(), 403);
  EXPECT_TRUE(refused.Says("connection", "close"));
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
}

TEST(WorkerForwardingTest, TheUpstreamNeverSeesTheExpectation) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/", "body", "expect: 100-continue\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  EXPECT_EQ(world.AwaitRequest(*upstream).Count("expect"), 0U);
  // What the upstream says in between is not for the client.
  upstream->Send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n" +
                 AnswerWith(200, "end"));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.status(), 200);
  EXPECT_EQ(answer.body, "end");
}

TEST(WorkerForwardingTest, UpstreamConnectionsAreSharedOneRequestAtATime) {
  WorkerWorld world;
  world.Answer(Echo);
  for (int i = 0; i < 5; ++i) {
    ClientPeer& client = world.Connect();
    EXPECT_EQ(world.Ask(client, Request("GET", fmt::format("/{}", i))).status(), 200);
  }
  EXPECT_EQ(world.num_upstreams(), 1U);
  EXPECT_EQ(world.counters().upstream_connects, 1U);
  EXPECT_EQ(world.counters().upstream_reused, 4U);
}

TEST(WorkerForwardingTest, AnUpstreamThatClosesIsNotUsedAgain) {
  WorkerWorld world;
  world.Answer([](UpstreamPeer& upstream, const Message& request) {
    const bool last = request.target() == "/last";
    upstream.Send(AnswerWith(200, "body", last ? "connection: close\r\n" : ""));
    if (last) {
      upstream.EndSending();
    }
  });
  ClientPeer& client = world.Connect();
  const Message last = world.Ask(client, Request("GET", "/last"));
  EXPECT_EQ(last.status(), 200);
  EXPECT_EQ(last.Count("connection"), 0U) << "hop by hop: it is not the client's business";
  EXPECT_EQ(world.Ask(client, Request("GET", "/next")).status(), 200);
  EXPECT_EQ(world.num_upstreams(), 2U);
  EXPECT_EQ(world.counters().upstream_reused, 0U);
  EXPECT_EQ(world.counters().upstream_retries, 0U);
}

TEST(WorkerForwardingTest, AnIdleUpstreamConnectionEndsOfItselfOrByTheUpstream) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  world.Ask(client, Request("GET", "/1"));
  // The upstream closes while idle: the next request takes another connection, no retry needed.
  world.network().StopServing(world.UpstreamAddress(0));
  world.network().Serve(world.UpstreamAddress(0));
  UpstreamPeer* first = world.AwaitUpstream();
  ASSERT_NE(first, nullptr);
  first->EndSending();
  ASSERT_TRUE(world.TurnUntil([&] { return first->ended(); }));
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).status(), 200);
  EXPECT_EQ(world.counters().upstream_retries, 0U);
  // Unused for longer than upstream_idle_ms: closed by the worker.
  UpstreamPeer* second = world.AwaitUpstream();
  ASSERT_NE(second, nullptr);
  EXPECT_FALSE(second->ended());
  world.PassTime(world.settings().timeouts.upstream_idle_ms + 200);
  EXPECT_TRUE(second->ended());
}

TEST(WorkerForwardingTest, BytesNobodyAskedForEndAnUpstreamConnection) {
  WorkerWorld world;
  world.Answer([](UpstreamPeer& upstream, const Message& request) {
    upstream.Send(AnswerWith(200, request.target()) + AnswerWith(200, "poison"));
  });
  ClientPeer& client = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).body, "/1");
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
  EXPECT_EQ(world.num_upstreams(), 2U);
  EXPECT_TRUE(client.received().empty());
}

TEST(WorkerForwardingTest, HeadersOfOneConnectionStayOnIt) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/",
                      "connection: keep-alive, x-mine\r\nx-mine: 1\r\nkeep-alive: timeout=5\r\n"
                      "te: trailers\r\nproxy-authorization: Basic x\r\nupgrade: websocket\r\n"
                      "accept: */*\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  for (const char* name :
       {"connection", "x-mine", "keep-alive", "te", "proxy-authorization", "upgrade"}) {
    EXPECT_EQ(request.Count(name), 0U) << name;
  }
  EXPECT_TRUE(request.Says("accept", "*/*"));
  EXPECT_TRUE(request.Says("host", "gateway"));
  upstream->Send(AnswerWith(200, "",
                            "connection: x-yours\r\nx-yours: 1\r\nkeep-alive: timeout=5\r\n"
                            "proxy-authenticate: Basic\r\nserver: it\r\n"));
  const Message answer = world.AwaitAnswer(client);
  for (const char* name : {"connection", "x-yours", "keep-alive", "proxy-authenticate"}) {
    EXPECT_EQ(answer.Count(name), 0U) << name;
  }
  EXPECT_TRUE(answer.Says("server", "it"));
}

TEST(WorkerForwardingTest, TheUpstreamLearnsFromUsAloneWhoAsks) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/",
                      "X-Proxy-User: admin\r\nx-proxy-roles: superuser\r\nX-Forwarded-For: ::1\r\n"
                      "x-proxy-ext-a: b\r\nforwarded: for=1.2.3.4\r\nx-request-id: 1\r\n"
                      "es-security-runas-user: admin\r\nx-opaque-id: mine\r\n"
                      "connection: x-proxy-user, x-proxy-roles\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_TRUE(request.Says("x-proxy-user", "alice"));
  EXPECT_TRUE(request.Says("x-proxy-roles", "reader,writer"));
  EXPECT_TRUE(request.Says("x-forwarded-for", "127.0.0.1"));
  EXPECT_TRUE(request.Says("x-forwarded-proto", "http"));
  EXPECT_EQ(request.Count("x-request-id"), 1U);
  EXPECT_NE(request.Value("x-request-id"), "1");
  for (const char* name : {"x-proxy-ext-a", "forwarded", "es-security-runas-user"}) {
    EXPECT_EQ(request.Count(name), 0U) << name;
  }
  EXPECT_TRUE(request.Says("x-opaque-id", "mine")) << "says nothing about who";
  upstream->Send(AnswerWith(200, ""));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
}

TEST(WorkerForwardingTest, CredentialsOfOneRequestAreForgottenWithIt) {
  WorkerWorld world;
  std::vector<std::string> users;
  world.Answer([&](UpstreamPeer& upstream, const Message& request) {
    users.push_back(request.Value("x-proxy-user"));
    EXPECT_EQ(request.Count("authorization"), 0U);
    Echo(upstream, request);
  });
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1") + Request("GET", "/2", "authorization: as bob\r\n") +
              Request("GET", "/3"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
  }
  EXPECT_EQ(users, (std::vector<std::string>{"alice", "bob", "alice"}));
}

TEST(WorkerForwardingTest, IdentityIsHandedOverOnlyWhereItIsWanted) {
  WorldOptions options;
  options.adjust = [](config::Settings& settings) { settings.identity.hand_over = false; };
  WorkerWorld world(options);
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/", "x-proxy-user: admin\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_EQ(request.Count("x-proxy-user"), 0U) << "stripped all the same";
  EXPECT_EQ(request.Count("x-proxy-roles"), 0U);
  upstream->Send(AnswerWith(200, ""));
  world.AwaitAnswer(client);
}

TEST(WorkerForwardingTest, WhatNeedsNoUserGoesOnWithoutOne) {
  WorkerWorld world;
  world.Adopt({.generation = 2, .known = false});
  ClientPeer& client = world.Connect();
  client.Send(Request("OPTIONS", "/", "x-proxy-user: admin\r\n"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_EQ(request.Count("x-proxy-user"), 0U);
  EXPECT_EQ(request.Count("x-proxy-roles"), 0U);
  upstream->Send(AnswerWith(200, ""));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
  client.Send(Request("GET", "/"));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
}

TEST(WorkerForwardingTest, LargeBodiesPassByteForByteBothWays) {
  for (const uint64_t seed : {1U, 2U, 3U}) {
    SCOPED_TRACE(seed);
    WorkerWorld world({.seed = seed, .faults = ring::SimulatedFaults::Rough()});
    ClientPeer& client = world.Connect();
    const std::string up = BodyOf(1'000'000, seed);
    const std::string down = BodyOf(1'200'000, seed + 10);
    client.Send(RequestWithBody("PUT", "/large", up));
    UpstreamPeer* upstream = world.AwaitUpstream();
    ASSERT_NE(upstream, nullptr);
    std::optional<Message> request;
    ASSERT_TRUE(world.TurnUntil(
        [&] {
          request = upstream->TakeRequest();
          return request.has_value();
        },
        60'000));
    EXPECT_TRUE(request->body == up);
    upstream->Send(AnswerWith(200, down));
    std::optional<Message> answer;
    ASSERT_TRUE(world.TurnUntil(
        [&] {
          answer = client.TakeAnswer();
          return answer.has_value();
        },
        60'000));
    EXPECT_TRUE(answer->body == down);
  }
}

// The upstream answers before the request's body is complete: the answer reaches the client whole,
// although the upload never ends, and neither connection is used again.
TEST(WorkerForwardingTest, AnEarlyAnswerReachesAClientThatIsStillSending) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send("POST /up HTTP/1.1\r\nhost: h\r\ncontent-length: 50000\r\n\r\n" + BodyOf(1'000, 1));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  ASSERT_TRUE(world.TurnUntil([&] { return upstream->received().size() > 1'000; }));
  upstream->Send(AnswerWith(413, "too much"));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.status(), 413);
  EXPECT_EQ(answer.body, "too much");
  EXPECT_TRUE(answer.Says("connection", "close"));
  ASSERT_TRUE(world.TurnUntil([&] { return client.gone(); }));
  EXPECT_FALSE(client.reset()) << "a reset might destroy the answer";
  EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); }));
  EXPECT_EQ(world.counters().upstream_reused, 0U);
}

// The same while the client keeps pushing: it can read the answer for a while before it is cut off.
TEST(WorkerForwardingTest, AnEarlyAnswerReachesAClientThatSendsOnAndOn) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  const std::string body = BodyOf(60'000, 1);
  client.Send("POST /up HTTP/1.1\r\nhost: h\r\ncontent-length: 60000\r\n\r\n" + body);
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  upstream->set_read_max(0);
  upstream->Send(AnswerWith(413, "too much"));
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.status(), 413);
  EXPECT_EQ(answer.body, "too much");
}

// The client takes nothing: what the gateway has taken from the upstream stays bounded, and when
// the client reads again, every byte comes.
TEST(WorkerForwardingTest, ASlowReaderHoldsTheUpstreamBack) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.set_read_max(0);
  client.Send(Request("GET", "/large"));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.AwaitRequest(*upstream);
  const std::string body = BodyOf(2'000'000, 5);
  upstream->Send(AnswerWith(200, body));
  world.PassTime(3'000);
  // Two windows of the network, the output up to its high water, and a receive on top.
  const size_t windows = 2 * 64 * 1024;
  const size_t held_max = limits::kOutputHighBytes + 3 * limits::kReceiveBufferBytes;
  const uint64_t stalled_at = upstream->num_sent();
  EXPECT_LE(stalled_at, windows + held_max);
  EXPECT_GE(stalled_at, windows) << "and it does buffer";
  world.PassTime(3'000);
  EXPECT_EQ(upstream->num_sent(), stalled_at);
  // A trickle passes on no more than that either.
  client.set_read_max(1'000);
  world.TurnUntil([&] { return client.num_received() > 100'000; }, 20'000);
  EXPECT_LE(upstream->num_sent(), client.num_received() + windows + held_max);
  client.set_read_max(std::string::npos);
  const Message answer = world.AwaitAnswer(client);
  EXPECT_TRUE(answer.body == body);
}

TEST(WorkerForwardingTest, ASlowUpstreamHoldsTheClientBack) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  const std::string body = BodyOf(2'000'000, 6);
  client.Send(RequestWithBody("PUT", "/large", body));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  upstream->set_read_max(0);
  world.PassTime(3'000);
  const size_t windows = 2 * 64 * 1024;
  // The output up to its high water, one slab of input, a receive.
  const size_t held_max = limits::kOutputHighBytes + limits::kHeadBytesDefault +
                          limits::kChunkBytes + 2 * limits::kReceiveBufferBytes;
  const uint64_t stalled_at = client.num_sent();
  EXPECT_LE(stalled_at, windows + held_max);
  world.PassTime(3'000);
  EXPECT_EQ(client.num_sent(), stalled_at);
  upstream->set_read_max(std::string::npos);
  EXPECT_TRUE(world.AwaitRequest(*upstream).body == body);
  upstream->Send(AnswerWith(200, "done"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "done");
}

TEST(WorkerForwardingTest, TrailersPassUnlessTheySayWho) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("POST", "/", "transfer-encoding: chunked\r\n") +
              "4\r\nbody\r\n0\r\ncontent-md5: 1\r\nx-proxy-user: admin\r\n\r\n");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  const Message request = world.AwaitRequest(*upstream);
  EXPECT_EQ(request.body, "body");
  EXPECT_EQ(request.trailers.find("admin"), std::string::npos);
  EXPECT_NE(request.trailers.find("content-md5"), std::string::npos);
  upstream->Send(AnswerWith(200, ""));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
}

TEST(WorkerForwardingTest, RequestsOfOurOwnNeverReachTheUpstream) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("PUT", "/_local/now", "mapping") +
              RequestWithBody("PUT", "/_local/later", "mapping") + Request("GET", "/after"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "mapping");
  ASSERT_TRUE(world.TurnUntil([&] { return world.pending().size() == 1; }));
  EXPECT_EQ(world.num_upstreams(), 0U) << "the next request waits for its turn";
  world.Deliver(world.pending()[0],
                {.status = 201, .content_type = "a/b", .headers = {}, .body = "later"});
  const Message later = world.AwaitAnswer(client);
  EXPECT_EQ(later.status(), 201);
  EXPECT_EQ(later.body, "later");
  EXPECT_EQ(world.AwaitAnswer(client).body, "GET /after\n");
  EXPECT_EQ(world.counters().requests_answered_locally, 2U);
  // An answer to who is not waiting any more is dropped.
  world.Deliver(world.pending()[0],
                {.status = 200, .content_type = "a/b", .headers = {}, .body = "again"});
  EXPECT_EQ(world.Ask(client, Request("GET", "/end")).body, "GET /end\n");
}

TEST(WorkerForwardingTest, ClosingIsAsPoliteAsAskedFor) {
  WorkerWorld world;
  world.Answer(Echo);
  ClientPeer& client = world.Connect();
  const Message answer = world.Ask(client, Request("GET", "/", "connection: close\r\n"));
  EXPECT_TRUE(answer.Says("connection", "close"));
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
  EXPECT_FALSE(client.reset());
  // A client that closes its direction first gets its answer all the same.
  ClientPeer& half_closed = world.Connect();
  half_closed.Send(Request("GET", "/2"));
  half_closed.EndSending();
  EXPECT_EQ(world.AwaitAnswer(half_closed).body, "GET /2\n");
  EXPECT_TRUE(world.TurnUntil([&] { return half_closed.ended(); }));
}

}  // namespace
}  // namespace pkigate::gateway
