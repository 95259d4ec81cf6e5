// SPDX-License-Identifier: Apache-2.0
//
// What a worker does when the other side does not play along: upstreams that refuse, break off,
// talk nonsense or say nothing; clients that send nonsense, stop, or leave. Each failure is told to
// the client in its own words if that is still possible, else by breaking the connection: never is
// half an answer made to look whole, and never is a request repeated that might do a thing twice.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

void Answer200(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(AnswerWith(200, request.target()));
}

// The error document has the status and the sentence.
void ExpectRefused(const Message& answer, int status, std::string_view reason) {
  EXPECT_EQ(answer.status(), status);
  EXPECT_NE(answer.body.find(reason), std::string::npos) << answer.body;
}

// Everything a client whose request fails can see: an answer, then perhaps the end.
class WorkerFailureTest : public testing::Test {
 protected:
  // A client's request and the upstream's side of it.
  UpstreamPeer* Begin(WorkerWorld& world, ClientPeer& client, const std::string& request) {
    client.Send(request);
    UpstreamPeer* upstream = world.AwaitUpstream();
    if (upstream != nullptr) {
      world.AwaitRequest(*upstream);
    }
    return upstream;
  }
};

// --- The upstream -------------------------------------------------------------------------------

TEST_F(WorkerFailureTest, AnUpstreamThatRefusesIsA502) {
  WorkerWorld world;
  world.Answer(Answer200);
  world.network().StopServing(world.UpstreamAddress(0));
  ClientPeer& client = world.Connect();
  ExpectRefused(world.Ask(client, Request("GET", "/1")), 502, "the upstream refuses connections");
  EXPECT_EQ(world.counters().upstream_connect_failures, 2U) << "tried, and tried once more";
  EXPECT_EQ(world.counters().upstream_failures, 1U);
  // A body of which nothing was asked for yet is no obstacle to the connection's life; the next
  // request finds the upstream back.
  world.network().Serve(world.UpstreamAddress(0));
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
  EXPECT_FALSE(client.gone());
}

TEST_F(WorkerFailureTest, AnAddressThatRefusesIsPassedOver) {
  WorkerWorld world({.num_addresses = 2});
  world.Answer(Answer200);
  world.network().StopServing(world.UpstreamAddress(0));
  ClientPeer& client = world.Connect();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(world.Ask(client, RequestWithBody("POST", "/p", "body")).status(), 200) << i;
  }
  EXPECT_EQ(world.counters().upstream_connect_failures, 1U) << "later requests know better";
  // Once the address is up again it gets its turn.
  world.network().Serve(world.UpstreamAddress(0));
  world.PassTime(limits::kUpstreamDownMs + 100);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(world.Ask(client, Request("GET", "/g")).status(), 200);
  }
  EXPECT_EQ(world.num_upstreams(), 2U);
}

TEST_F(WorkerFailureTest, AllAddressesDownIsA502) {
  WorkerWorld world({.num_addresses = 3});
  for (size_t index = 0; index < 3; ++index) {
    world.network().StopServing(world.UpstreamAddress(index));
  }
  ClientPeer& client = world.Connect();
  for (int i = 0; i < 3; ++i) {
    ExpectRefused(world.Ask(client, Request("GET", "/1")), 502, "the upstream refuses connections");
  }
  EXPECT_EQ(world.counters().upstream_connect_failures, 6U);
  EXPECT_FALSE(client.gone());
}

// A body under way moves over to the other address as long as nothing of it was sent.
TEST_F(WorkerFailureTest, ABodyMovesOverWhenTheAddressRefuses) {
  WorkerWorld world({.num_addresses = 2});
  world.network().StopServing(world.UpstreamAddress(0));
  ClientPeer& client = world.Connect();
  const std::string body = BodyOf(300'000, 1);
  client.Send(RequestWithBody("POST", "/p", body));
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  EXPECT_EQ(upstream->address(), 1U);
  EXPECT_TRUE(world.AwaitRequest(*upstream).body == body);
  upstream->Send(AnswerWith(200, "done"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "done");
  EXPECT_EQ(world.counters().upstream_retries, 1U);
}

TEST_F(WorkerFailureTest, AnUpstreamThatSaysNothingToConnectionsIsA504) {
  WorkerWorld world({.num_addresses = 2});
  world.Answer(Answer200);
  world.network().StopServing(world.UpstreamAddress(0));
  world.network().Swallow(world.UpstreamAddress(0));
  ClientPeer& client = world.Connect();
  const uint64_t begin_ms = world.now_ms();
  client.Send(Request("GET", "/1"));
  world.PassTime(world.settings().timeouts.upstream_connect_ms - 100);
  EXPECT_TRUE(client.received().empty());
  ExpectRefused(world.AwaitAnswer(client), 504, "does not answer connection attempts");
  EXPECT_GE(world.now_ms() - begin_ms, world.settings().timeouts.upstream_connect_ms);
  EXPECT_EQ(world.counters().timeouts_upstream, 1U);
  // The other address is used meanwhile.
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
  EXPECT_EQ(world.Ask(client, Request("GET", "/3")).body, "/3");
}

TEST_F(WorkerFailureTest, AnUpstreamThatNeverAnswersIsA504) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  world.PassTime(world.settings().timeouts.upstream_response_ms - 100);
  EXPECT_TRUE(client.received().empty());
  ExpectRefused(world.AwaitAnswer(client), 504, "took too long to answer");
  EXPECT_EQ(world.counters().timeouts_upstream, 1U);
  EXPECT_EQ(world.counters().upstream_retries, 0U) << "it may be at work on it";
  EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); }));
  EXPECT_FALSE(client.gone());
}

// An upstream that sends a little now and then is not timed out.
TEST_F(WorkerFailureTest, AnAnswerMayTakeLongerThanTheTimeOutIfItGoesOn) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  upstream->Send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n");
  for (const char* byte : {"a", "b", "c", "d", "e"}) {
    world.PassTime(world.settings().timeouts.upstream_response_ms - 1'000);
    upstream->Send(byte);
    world.PassTime(200);
  }
  EXPECT_EQ(world.AwaitAnswer(client).body, "abcde");
  // One that stops half way is: the client sees the connection break.
  UpstreamPeer* same = upstream;
  client.Send(Request("GET", "/2"));
  world.AwaitRequest(*same);
  same->Send("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab");
  world.PassTime(world.settings().timeouts.upstream_response_ms + 500);
  EXPECT_TRUE(client.reset());
  EXPECT_FALSE(client.TakeAnswer().has_value());
}

TEST_F(WorkerFailureTest, AnUpstreamThatClosesWithinItsHeadIsA502) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  upstream->Send("HTTP/1.1 200 OK\r\ncontent-le");
  upstream->EndSending();
  ExpectRefused(world.AwaitAnswer(client), 502, "closed the connection within its answer");
  EXPECT_EQ(world.counters().upstream_retries, 0U) << "it has begun to answer";
  EXPECT_FALSE(client.gone());
}

TEST_F(WorkerFailureTest, HalfABodyIsNeverMadeToLookWhole) {
  const std::string_view kHeads[] = {
      "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n0\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalfx",
  };
  for (const std::string_view begin : kHeads) {
    SCOPED_TRACE(begin);
    WorkerWorld world;
    ClientPeer& client = world.Connect();
    UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
    ASSERT_NE(upstream, nullptr);
    upstream->Send(begin);
    upstream->EndSending();
    EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
    EXPECT_TRUE(client.reset());
    EXPECT_FALSE(client.TakeAnswer().has_value()) << client.received();
    EXPECT_EQ(world.counters().upstream_failures, 1U);
  }
}

// A body that ends with the connection is whole only if the connection ended in good order.
TEST_F(WorkerFailureTest, ABodyUntilTheCloseIsCutShortByAReset) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  upstream->Send("HTTP/1.1 200 OK\r\n\r\nhalf");
  ASSERT_TRUE(world.TurnUntil([&] { return client.received().ends_with("half\r\n"); }));
  upstream->Abort();
  EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
  EXPECT_TRUE(client.reset());
  EXPECT_FALSE(client.TakeAnswer().has_value()) << client.received();
}

TEST_F(WorkerFailureTest, NonsenseIsA502) {
  const std::string_view kNonsense[] = {
      "SSH-2.0-OpenSSH\r\n\r\n",
      "HTTP/2 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
      "HTTP/1.1 200 OK\nserver: a\n\n",
      "HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\n\r\n",
  };
  for (const std::string_view nonsense : kNonsense) {
    SCOPED_TRACE(nonsense);
    WorkerWorld world;
    ClientPeer& client = world.Connect();
    UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
    ASSERT_NE(upstream, nullptr);
    upstream->Send(nonsense);
    ExpectRefused(world.AwaitAnswer(client), 502, "the upstream");
    EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); })) << "never used again";
    EXPECT_FALSE(client.gone());
    world.Answer(Answer200);
    EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
  }
}

TEST_F(WorkerFailureTest, AHeadWithoutEndIsA502) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  upstream->Send("HTTP/1.1 200 OK\r\nx: " + std::string(100'000, 'a'));
  ExpectRefused(world.AwaitAnswer(client), 502, "the head is too large");
}

TEST_F(WorkerFailureTest, InterimAnswersWithoutEndAreA502) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  std::string interim;
  for (uint32_t i = 0; i <= limits::kInterimAnswersMax; ++i) {
    interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
  }
  upstream->Send(interim);
  ExpectRefused(world.AwaitAnswer(client), 502, "too many interim answers");
}

// --- Once more, and only once -------------------------------------------------------------------

TEST_F(WorkerFailureTest, ADeadConnectionIsReplacedOnceForARepeatableRequest) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* first = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(first, nullptr);
  first->EndSending();
  UpstreamPeer* second = world.AwaitUpstream();
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(world.AwaitRequest(*second).target(), "/1");
  second->Send(AnswerWith(200, "from the second"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "from the second");
  EXPECT_EQ(world.counters().upstream_retries, 1U);
  // The next request is entitled to its own second try, but to no third.
  client.Send(Request("GET", "/2"));
  world.AwaitRequest(*second);
  second->EndSending();
  UpstreamPeer* third = world.AwaitUpstream();
  ASSERT_NE(third, nullptr);
  world.AwaitRequest(*third);
  third->EndSending();
  ExpectRefused(world.AwaitAnswer(client), 502, "closed the connection without an answer");
  EXPECT_EQ(world.num_upstreams(), 3U);
  EXPECT_FALSE(client.gone());
}

TEST_F(WorkerFailureTest, APostIsNeverSentTwice) {
  for (const char* method : {"POST", "PATCH"}) {
    for (const std::string_view body : {"", "body"}) {
      SCOPED_TRACE(std::string(method) + " " + std::string(body));
      WorkerWorld world;
      ClientPeer& client = world.Connect();
      UpstreamPeer* first = Begin(world, client, RequestWithBody(method, "/1", body));
      ASSERT_NE(first, nullptr);
      first->EndSending();
      ExpectRefused(world.AwaitAnswer(client), 502, "closed the connection without an answer");
      world.PassTime(1'000);
      EXPECT_EQ(world.num_upstreams(), 1U);
      EXPECT_EQ(world.counters().upstream_retries, 0U);
    }
  }
}

// A body that has left the input cannot be sent again, idempotent or not.
TEST_F(WorkerFailureTest, APutWithABodyIsNotSentTwice) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* first = Begin(world, client, RequestWithBody("PUT", "/1", "body"));
  ASSERT_NE(first, nullptr);
  first->EndSending();
  ExpectRefused(world.AwaitAnswer(client), 502, "closed the connection without an answer");
  EXPECT_EQ(world.num_upstreams(), 1U);
  // One without a body is.
  client.Send(Request("DELETE", "/2"));
  UpstreamPeer* second = world.AwaitUpstream();
  ASSERT_NE(second, nullptr);
  world.AwaitRequest(*second);
  second->EndSending();
  UpstreamPeer* third = world.AwaitUpstream();
  ASSERT_NE(third, nullptr);
  world.AwaitRequest(*third);
  third->Send(AnswerWith(200, "gone"));
  EXPECT_EQ(world.AwaitAnswer(client).body, "gone");
}

// The idle connection turns out dead only when the request is being sent.
TEST_F(WorkerFailureTest, ADeadIdleConnectionCostsARepeatableRequestNothing) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).body, "/1");
  // The next send to happen is the upstream's: the client has its answer.
  world.network().FailNext(ring::SimulatedCall::kSend, EPIPE);
  UpstreamPeer* first = world.AwaitUpstream();
  ASSERT_NE(first, nullptr);
  client.Send(Request("GET", "/2"));
  world.TurnUntil([&] { return world.counters().upstream_reused == 1; });
  first->Close();
  EXPECT_EQ(world.AwaitAnswer(client).body, "/2");
  EXPECT_EQ(world.counters().upstream_retries, 1U);
  EXPECT_EQ(world.counters().upstream_failures, 0U);
}

// No socket for the second try: one answer, not two, and the connection stays in step.
TEST_F(WorkerFailureTest, ASecondTryThatCannotBeMadeIsOneAnswer) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  UpstreamPeer* first = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(first, nullptr);
  world.network().FailNext(ring::SimulatedCall::kOpenStream, EMFILE);
  first->EndSending();
  ExpectRefused(world.AwaitAnswer(client), 503, "no connection to the upstream can be opened");
  world.PassTime(500);
  EXPECT_EQ(client.received(), "");
  EXPECT_FALSE(client.gone());
  EXPECT_EQ(world.counters().upstream_failures, 1U);
  world.Answer(Answer200);
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
}

TEST_F(WorkerFailureTest, ASecondTryOfABodyThatCannotBeMadeIsOneAnswer) {
  WorkerWorld world({.num_addresses = 2});
  world.network().FailNext(ring::SimulatedCall::kConnect, ECONNREFUSED);
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/1", "body"));
  ASSERT_TRUE(world.TurnUntil([&] { return world.counters().upstream_connects == 1; }));
  world.network().FailNext(ring::SimulatedCall::kOpenStream, EMFILE);
  ExpectRefused(world.AwaitAnswer(client), 503, "no connection to the upstream can be opened");
  world.PassTime(500);
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(world.counters().upstream_failures, 1U);
}

TEST_F(WorkerFailureTest, NoSocketIsA503) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  world.network().FailNext(ring::SimulatedCall::kOpenStream, EMFILE);
  ExpectRefused(world.Ask(client, Request("GET", "/1")), 503,
                "no connection to the upstream can be opened");
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "/2");
  // With a body the connection ends as well.
  world.PassTime(world.settings().timeouts.upstream_idle_ms + 200);
  world.network().FailNext(ring::SimulatedCall::kOpenStream, EMFILE);
  ExpectRefused(world.Ask(client, RequestWithBody("POST", "/1", "body")), 503,
                "no connection to the upstream can be opened");
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
}

// --- The line at a busy pool --------------------------------------------------------------------

TEST_F(WorkerFailureTest, WhoWaitsForAConnectionGetsItInTurn) {
  WorldOptions options;
  options.adjust = [](config::Settings& settings) { settings.upstreams[0].num_connections = 1; };
  WorkerWorld world(options);
  std::vector<ClientPeer*> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(&world.Connect());
    clients.back()->Send(Request("GET", "/" + std::to_string(i)));
    world.PassTime(10);
  }
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  // The second leaves, the third sends more while it waits: neither loses anybody's turn.
  clients[1]->Abort();
  clients[2]->Send(Request("GET", "/2b"));
  world.PassTime(10);
  for (const char* target : {"/0", "/2", "/3", "/2b"}) {
    EXPECT_EQ(world.AwaitRequest(*upstream).target(), target);
    upstream->Send(AnswerWith(200, target));
  }
  EXPECT_EQ(world.AwaitAnswer(*clients[0]).body, "/0");
  EXPECT_EQ(world.AwaitAnswer(*clients[2]).body, "/2");
  EXPECT_EQ(world.AwaitAnswer(*clients[2]).body, "/2b");
  EXPECT_EQ(world.AwaitAnswer(*clients[3]).body, "/3");
  EXPECT_EQ(world.num_upstreams(), 1U);
  EXPECT_EQ(world.counters().upstream_failures, 0U);
}

TEST_F(WorkerFailureTest, WhoWaitsTooLongIsToldSo) {
  WorldOptions options;
  options.adjust = [](config::Settings& settings) { settings.upstreams[0].num_connections = 1; };
  WorkerWorld world(options);
  ClientPeer& first = world.Connect();
  UpstreamPeer* upstream = Begin(world, first, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  ClientPeer& second = world.Connect();
  second.Send(Request("GET", "/2"));
  world.PassTime(world.settings().timeouts.upstream_connect_ms - 200);
  EXPECT_TRUE(second.received().empty());
  ExpectRefused(world.AwaitAnswer(second), 503, "all connections to the upstream are busy");
  upstream->Send(AnswerWith(200, "1"));
  EXPECT_EQ(world.AwaitAnswer(first).body, "1");
  world.Answer(Answer200);
  EXPECT_EQ(world.Ask(second, Request("GET", "/3")).body, "/3");
}

// --- The client ---------------------------------------------------------------------------------

TEST_F(WorkerFailureTest, AClientThatLeavesReleasesTheUpstream) {
  struct Case {
    const char* name;
    std::string request;
    std::string answer;  // as much as the upstream has said by then
  };
  const Case kCases[] = {
      {"before the answer", Request("GET", "/1"), ""},
      {"within the answer", Request("GET", "/1"), "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"},
      {"within the upload", "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\nab", ""},
  };
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.name);
    WorkerWorld world;
    ClientPeer& client = world.Connect();
    client.Send(one.request);
    UpstreamPeer* upstream = world.AwaitUpstream();
    ASSERT_NE(upstream, nullptr);
    ASSERT_TRUE(world.TurnUntil([&] { return upstream->num_received() > 0; }));
    upstream->Send(one.answer);
    world.PassTime(50);
    EXPECT_EQ(world.counters().connections_open, 1U);
    client.Abort();
    EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); }));
    EXPECT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 0; }));
    // The pool is none the worse for it.
    world.Answer(Answer200);
    EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/2")).body, "/2");
  }
}

// An upload that ends too early must not look complete to the upstream.
TEST_F(WorkerFailureTest, AnUploadCutShortIsNeverMadeToLookWhole) {
  for (const bool chunked : {false, true}) {
    SCOPED_TRACE(chunked);
    WorkerWorld world;
    ClientPeer& client = world.Connect();
    client.Send(chunked ? Request("POST", "/", "transfer-encoding: chunked\r\n") + "4\r\nhalf\r\n"
                        : "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\nhalf");
    client.EndSending();
    UpstreamPeer* upstream = world.AwaitUpstream();
    if (upstream != nullptr) {
      EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); }));
      EXPECT_FALSE(upstream->TakeRequest().has_value());
    }
    EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
    EXPECT_EQ(client.received(), "");
  }
}

TEST_F(WorkerFailureTest, MalformedRequestsAreRefusedAndTheConnectionEnds) {
  struct Case {
    std::string request;
    int status;
    const char* reason;
  };
  const Case kCases[] = {
      {"NONSENSE\r\n\r\n", 400, "the request line is not"},
      {"GET / HTTP/1.1\r\n\r\n", 400, "Host is missing"},
      {"GET / HTTP/3.1\r\nhost: h\r\n\r\n", 505, "only HTTP/1.1"},
      {Request("GET", "/", "content-length: 1\r\ntransfer-encoding: chunked\r\n"), 400,
       "both Content-Length and Transfer-Encoding"},
      {Request("GET", "/a/../b"), 400, ""},
      {Request("GET", "/", "a b: c\r\n"), 400, "a header"},
      {Request("GET", "/" + std::string(9'000, 'a')), 414, "the request target is too long"},
      {Request("GET", "/", "x: " + std::string(20'000, 'a') + "\r\n"), 431,
       "the head is too large"},
      {"GET / HTTP/1.1\r\nhost: h\r\nx: " + std::string(20'000, 'a'), 431, "the head is too large"},
      {Request("POST", "/", "content-length: 104857601\r\n"), 413, "the body is too large"},
      {Request("POST", "/", "expect: magic\r\ncontent-length: 1\r\n"), 417, "an expectation"},
  };
  for (const Case& one : kCases) {
    SCOPED_TRACE(one.request.substr(0, 60));
    WorkerWorld world;
    world.Answer(Answer200);
    ClientPeer& client = world.Connect();
    // A neighbour before it is served, one behind it is not.
    client.Send(Request("GET", "/before") + one.request + Request("GET", "/behind"));
    EXPECT_EQ(world.AwaitAnswer(client).body, "/before");
    const Message refused = world.AwaitAnswer(client);
    ExpectRefused(refused, one.status, one.reason);
    EXPECT_TRUE(refused.Says("connection", "close"));
    EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
    EXPECT_FALSE(client.reset());
    EXPECT_EQ(client.received(), "");
    EXPECT_EQ(world.counters().requests_malformed, 1U);
    EXPECT_EQ(world.counters().requests_forwarded, 1U);
  }
}

TEST_F(WorkerFailureTest, AMalformedChunkEndsTheRequestOnBothSides) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("POST", "/", "transfer-encoding: chunked\r\n") + "4\r\ngood\r\n");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  client.Send("x\r\nbad\r\n");
  ExpectRefused(world.AwaitAnswer(client), 400, "a chunk's size is not a number");
  EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone() && client.gone(); }));
  EXPECT_FALSE(upstream->TakeRequest().has_value());
}

// The same when an answer is under way already: a second head must not stand in its body.
TEST_F(WorkerFailureTest, AMalformedChunkUnderAnEarlyAnswerBreaksTheConnection) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(Request("POST", "/", "transfer-encoding: chunked\r\n") + "4\r\ngood\r\n");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  upstream->Send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf");
  ASSERT_TRUE(world.TurnUntil([&] { return client.received().ends_with("half"); }));
  client.Send("x\r\nbad\r\n");
  EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
  EXPECT_TRUE(client.reset());
  EXPECT_EQ(client.received().find("HTTP/1.1 400"), std::string::npos) << client.received();
}

TEST_F(WorkerFailureTest, AHeadThatTakesTooLongIsA408) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).status(), 200);
  client.Send("GET /2 HTTP/1.1\r\nho");
  world.PassTime(world.settings().timeouts.head_ms - 300);
  client.Send("st: h\r\n");  // a little more does not help
  EXPECT_TRUE(client.received().empty());
  const Message refused = world.AwaitAnswer(client);
  ExpectRefused(refused, 408, "the request head took too long");
  EXPECT_TRUE(refused.Says("connection", "close"));
  EXPECT_EQ(world.counters().timeouts_head, 1U);
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
}

TEST_F(WorkerFailureTest, ABodyThatStopsIsA408) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\nab");
  UpstreamPeer* upstream = world.AwaitUpstream();
  ASSERT_NE(upstream, nullptr);
  world.PassTime(world.settings().timeouts.body_ms - 1'000);
  client.Send("c");  // progress: the time runs anew
  world.PassTime(world.settings().timeouts.body_ms - 1'000);
  EXPECT_TRUE(client.received().empty());
  ExpectRefused(world.AwaitAnswer(client), 408, "the request body took too long");
  EXPECT_EQ(world.counters().timeouts_body, 1U);
  EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone() && client.ended(); }));
}

TEST_F(WorkerFailureTest, ABodyThatTricklesIsA408WhereALeastRateIsSet) {
  for (const uint32_t rate_min : {0U, 1'000U}) {
    SCOPED_TRACE(rate_min);
    WorldOptions options;
    options.adjust = [&](config::Settings& settings) {
      settings.timeouts.body_ms = 5'000;
      settings.limits.body_bytes_per_second_min = rate_min;
    };
    WorkerWorld world(options);
    world.Answer(Answer200);
    ClientPeer& client = world.Connect();
    client.Send("POST /1 HTTP/1.1\r\nhost: h\r\ncontent-length: 20\r\n\r\n");
    for (int i = 0; i < 20 && client.received().empty(); ++i) {
      client.Send("a");
      world.PassTime(1'000);
    }
    const Message answer = world.AwaitAnswer(client);
    if (rate_min == 0) {
      EXPECT_EQ(answer.body, "/1");
    } else {
      ExpectRefused(answer, 408, "the request body took too long");
    }
  }
}

TEST_F(WorkerFailureTest, AnIdleConnectionEndsInSilence) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  ClientPeer& silent = world.Connect();
  EXPECT_EQ(world.Ask(client, Request("GET", "/1")).status(), 200);
  world.PassTime(world.settings().timeouts.idle_ms - 500);
  EXPECT_FALSE(client.gone());
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended() && silent.ended(); }));
  EXPECT_EQ(client.received() + silent.received(), "");
  EXPECT_EQ(world.counters().timeouts_idle, 2U);
}

// Its requests are answered, as far as the gateway is concerned; the answers are still on their
// way.
TEST_F(WorkerFailureTest, AClientThatTakesItsTimeReadingIsNotIdle) {
  WorkerWorld world({.adjust = [](config::Settings& settings) {
    settings.timeouts.idle_ms = 1'000;
    settings.timeouts.write_ms = 3'000;
  }});
  const std::string body = BodyOf(90'000, 1);
  world.Answer(
      [&](UpstreamPeer& upstream, const Message&) { upstream.Send(AnswerWith(200, body)); });
  ClientPeer& client = world.Connect();
  client.set_read_max(0);
  client.Send(Request("GET", "/1"));
  world.PassTime(2'500);  // longer than idle, not as long as the write time-out
  EXPECT_FALSE(client.gone());
  client.set_read_max(std::string::npos);
  EXPECT_TRUE(world.AwaitAnswer(client).body == body);
  world.PassTime(700);
  EXPECT_FALSE(client.gone()) << "idle only since the answer is out";
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
  EXPECT_EQ(world.counters().timeouts_idle, 1U);
  EXPECT_EQ(world.counters().timeouts_write, 0U);
}

// The time-out for writing is not the one for the head that is coming in meanwhile.
TEST_F(WorkerFailureTest, ASlowReaderMayTakeItsTimeOverTheNextHead) {
  WorkerWorld world({.adjust = [](config::Settings& settings) {
    settings.timeouts.write_ms = 1'000;
    settings.limits.read_bytes_per_second_min = 1;
  }});
  const std::string body = BodyOf(90'000, 1);
  world.Answer([&](UpstreamPeer& upstream, const Message& request) {
    upstream.Send(AnswerWith(200, request.target() == "/1" ? body : "second"));
  });
  ClientPeer& client = world.Connect();
  client.set_read_max(2'000);  // keeps the sends going, far above the least rate
  client.Send(Request("GET", "/1") + "GET /2 HT");
  world.PassTime(3'000);
  EXPECT_FALSE(client.gone());
  client.set_read_max(std::string::npos);
  client.Send("TP/1.1\r\nhost: a\r\n\r\n");
  EXPECT_TRUE(world.AwaitAnswer(client).body == body);
  EXPECT_EQ(world.AwaitAnswer(client).body, "second");
  EXPECT_EQ(world.counters().timeouts_head, 0U);
}

TEST_F(WorkerFailureTest, AClientThatReadsNothingIsCutOff) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.set_read_max(0);
  UpstreamPeer* upstream = Begin(world, client, Request("GET", "/1"));
  ASSERT_NE(upstream, nullptr);
  upstream->Send(AnswerWith(200, BodyOf(1'000'000, 1)));
  world.PassTime(world.settings().timeouts.write_ms - 500);
  EXPECT_FALSE(client.reset());
  EXPECT_TRUE(world.TurnUntil([&] { return client.reset(); }));
  EXPECT_EQ(world.counters().timeouts_write, 1U);
  EXPECT_TRUE(world.TurnUntil([&] { return upstream->gone(); }));
}

TEST_F(WorkerFailureTest, AnAnswerOfTheControlThreadThatNeverComesIsA503) {
  WorkerWorld world;
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("PUT", "/_local/later", "mapping"));
  world.PassTime(limits::kControlAnswerMs - 500);
  EXPECT_TRUE(client.received().empty());
  const Message answer = world.AwaitAnswer(client);
  ExpectRefused(answer, 503, "the change is taking too long; it may still be made");
  EXPECT_TRUE(world.TurnUntil([&] { return client.ended(); }));
  ASSERT_EQ(world.pending().size(), 1U);
  world.Deliver(world.pending()[0], {.status = 200, .content_type = {}, .headers = {}, .body = {}});
  world.PassTime(100);
  EXPECT_EQ(client.received(), "");
}

TEST_F(WorkerFailureTest, ARefusedBodyIsReadAndDroppedIfItIsShort) {
  WorkerWorld world;
  world.Answer(Answer200);
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/denied", BodyOf(10'000, 1)) + Request("GET", "/2"));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 403);
  EXPECT_EQ(world.AwaitAnswer(client).body, "/2");
  client.Send(Request("POST", "/denied", "transfer-encoding: chunked\r\n") +
              Chunked(BodyOf(10'000, 1), 99) + Request("GET", "/3"));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 403);
  EXPECT_EQ(world.AwaitAnswer(client).body, "/3");
  // A long one is not worth it: the answer says so.
  client.Send(RequestWithBody("POST", "/denied", BodyOf(limits::kDiscardBytesMax + 1, 1)));
  const Message refused = world.AwaitAnswer(client);
  EXPECT_EQ(refused.status(), 403);
  EXPECT_TRUE(refused.Says("connection", "close"));
  EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
}

TEST_F(WorkerFailureTest, ClientsBeyondTheLimitAreTurnedAway) {
  WorldOptions options;
  options.adjust = [](config::Settings& settings) { settings.limits.num_connections = 2; };
  WorkerWorld world(options);
  world.Answer(Answer200);
  ClientPeer& first = world.Connect();
  ClientPeer& second = world.Connect();
  EXPECT_EQ(world.Ask(first, Request("GET", "/1")).body, "/1");
  EXPECT_EQ(world.Ask(second, Request("GET", "/2")).body, "/2");
  ClientPeer& third = world.Connect();
  EXPECT_TRUE(world.TurnUntil([&] { return third.reset(); }));
  EXPECT_EQ(world.counters().connections_refused, 1U);
  first.Close();
  EXPECT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 1; }));
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/4")).body, "/4");
}

}  // namespace
}  // namespace pkigate::gateway
