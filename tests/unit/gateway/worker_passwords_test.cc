// SPDX-License-Identifier: Apache-2.0
//
// Requests with a password, whose check takes its time elsewhere: the request waits, nothing
// overtakes it, nobody else is held up, and whatever happens meanwhile (the client goes, the policy
// changes, the worker drains, the check never ends) it is let in only by a verdict that stands for
// the password of the policy then in force. The pool is a fake that answers when the test says so.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/limits.h"
#include "worker_world.h"

namespace pkigate::gateway {
namespace {

using Verdict = PasswordChecked::Verdict;

void Echo(UpstreamPeer& upstream, const Message& request) {
  upstream.Send(
      AnswerWith(200, request.Value("x-proxy-user") + " " + request.target() + " " + request.body));
}

std::string Pw(std::string_view user, std::string_view password) {
  return "authorization: pw " + std::string(user) + " " + std::string(password) + "\r\n";
}

// Bob's hash is H1, Carl is known in two places.
Rules WithUsers(uint64_t generation) {
  return {.generation = generation,
          .stored_hashes = {{"bob", "H1"}, {"carl", "C1"}, {"carl", "C2"}}};
}

class WorkerPasswordsTest : public testing::Test {
 protected:
  explicit WorkerPasswordsTest(WorldOptions options = {}) : world(std::move(options)) {
    world.Answer(Echo);
    Adopt(WithUsers(2));
  }
  void Adopt(const Rules& rules) {
    const size_t before = world.adopted().size();
    world.Adopt(rules);
    ASSERT_TRUE(world.TurnUntil([&] { return world.adopted().size() > before; }));
  }

  WorkerWorld world;
};

TEST_F(WorkerPasswordsTest, ARightPasswordPassesAndIsKept) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  const PasswordJob& job = world.password_jobs().front();
  EXPECT_EQ(job.stored_hash, "H1");
  EXPECT_EQ(job.password.view(), "secret");
  EXPECT_EQ(world.counters().passwords_waiting, 1U);
  world.PassTime(3'000);
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(world.num_upstreams(), 0U) << "nothing goes up before the caller is known";
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "bob /1 ");
  // From now on it is known, on every connection of the worker.
  EXPECT_EQ(world.Ask(client, Request("GET", "/2", Pw("bob", "secret"))).body, "bob /2 ");
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/3", Pw("bob", "secret"))).body, "bob /3 ");
  EXPECT_EQ(world.counters().passwords_checked, 1U);
  EXPECT_EQ(world.counters().passwords_waiting, 0U);
  EXPECT_EQ(world.counters().password_check_us, 100'000U);
  EXPECT_EQ(world.counters().password_cache_misses, 1U);
  EXPECT_EQ(world.counters().password_cache_hits, 2U);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, AWrongPasswordIsRefusedAndNotKept) {
  ClientPeer& client = world.Connect();
  for (int i = 0; i < 2; ++i) {
    client.Send(Request("GET", "/1", Pw("bob", "wrong")));
    ASSERT_TRUE(world.AwaitPasswordJobs(1)) << "asked anew each time";
    world.Verdict(false);
    EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  }
  EXPECT_EQ(world.num_upstreams(), 0U);
  EXPECT_EQ(world.counters().denied_unauthenticated, 2U);
  // Nobody has such a name: there is nothing to check.
  EXPECT_EQ(world.Ask(client, Request("GET", "/1", Pw("eve", "wrong"))).status(), 401);
  EXPECT_EQ(world.counters().passwords_checked, 2U);
  // The right one beside the wrong one is another question.
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
  client.Send(Request("GET", "/1", Pw("bob", "wrong")));
  EXPECT_TRUE(world.AwaitPasswordJobs(1)) << "what is kept of the right one does not help it";
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, ARightPasswordIsKeptNoLongerThanThePolicySays) {
  const auto ask = [&](bool checked) {
    ClientPeer& client = world.Connect();
    client.Send(Request("GET", "/1", Pw("bob", "secret")));
    if (checked) {
      ASSERT_TRUE(world.AwaitPasswordJobs(1));
      world.Verdict(true);
    }
    EXPECT_EQ(world.AwaitAnswer(client).status(), 200);
    client.Close();
  };
  ask(/*checked=*/true);
  world.PassTime(58'000);
  ask(/*checked=*/false);
  world.PassTime(2'000);
  ask(/*checked=*/true);
  Rules rules = WithUsers(3);
  rules.keep_seconds = 0;
  Adopt(rules);
  ask(/*checked=*/true);
  ask(/*checked=*/true);
  world.Finish();
}

// The body waits behind the head, unread; a client that was promised 100 Continue gets it only when
// its password is known to be right.
TEST_F(WorkerPasswordsTest, NothingOfABodyIsReadBeforeTheCallerIsKnown) {
  ClientPeer& client = world.Connect();
  const std::string body(300'000, 'x');
  client.Send(RequestWithBody("POST", "/1", body, Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.PassTime(2'000);
  EXPECT_LT(client.num_sent(), 200'000U) << "no more than the windows hold";
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "bob /1 " + body);

  ClientPeer& waiting = world.Connect();
  waiting.Send(
      Request("POST", "/2", "expect: 100-continue\r\ncontent-length: 4\r\n" + Pw("bob", "other")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.PassTime(1'000);
  EXPECT_EQ(waiting.received(), "");
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(waiting).status(), 100);
  waiting.Send("body");
  EXPECT_EQ(world.AwaitAnswer(waiting).body, "bob /2 body");

  ClientPeer& wrong = world.Connect();
  wrong.Send(
      Request("POST", "/3", "expect: 100-continue\r\ncontent-length: 4\r\n" + Pw("bob", "wrong")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  const Message refused = world.AwaitAnswer(wrong);
  EXPECT_EQ(refused.status(), 401) << "and no 100 before it";
  EXPECT_TRUE(refused.Says("connection", "close"));
  world.Finish();
}

TEST_F(WorkerPasswordsTest, APipelinedRequestWaitsItsTurn) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")) + Request("GET", "/2") +
              Request("GET", "/3", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.PassTime(1'000);
  EXPECT_EQ(client.received(), "");
  EXPECT_EQ(world.counters().requests, 1U);
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "bob /1 ");
  EXPECT_EQ(world.AwaitAnswer(client).body, "alice /2 ");
  EXPECT_EQ(world.AwaitAnswer(client).body, "bob /3 ");
  EXPECT_EQ(world.counters().passwords_checked, 1U);
  world.Finish();
}

// The same, refused: the connection lives on, the body is skipped.
TEST_F(WorkerPasswordsTest, APipelinedRequestBehindARefusedOneIsServed) {
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("POST", "/1", "body", Pw("bob", "wrong")) + Request("GET", "/2"));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  EXPECT_EQ(world.AwaitAnswer(client).body, "alice /2 ");
  world.Finish();
}

TEST_F(WorkerPasswordsTest, TwoPlacesInOneChainAreAskedOneAfterTheOther) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("carl", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  EXPECT_EQ(world.password_jobs().front().stored_hash, "C1");
  world.Verdict(false);
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  EXPECT_EQ(world.password_jobs().front().stored_hash, "C2");
  world.PassTime(100);
  EXPECT_EQ(client.received(), "");
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "carl /1 ");
  EXPECT_EQ(world.counters().passwords_checked, 2U) << "each of them once";
  client.Send(Request("GET", "/1", Pw("carl", "wrong")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  world.Finish();
}

// However long the chain, the time is that of one request.
TEST_F(WorkerPasswordsTest, ASecondQuestionHasWhatTimeTheFirstLeft) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("carl", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  const uint64_t begin_ms = world.now_ms();
  world.PassTime(limits::kPasswordAnswerMs - 2'000);
  world.Verdict(false);
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  EXPECT_TRUE(world.TurnUntil([&] { return !client.received().empty(); }, 3'000));
  EXPECT_LT(world.now_ms() - begin_ms, limits::kPasswordAnswerMs + 500);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 503);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, ACheckThatTakesTooLongIsA503) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.PassTime(limits::kPasswordAnswerMs - 1'000);
  EXPECT_EQ(client.received(), "");
  world.PassTime(2'000);
  const Message late = world.AwaitAnswer(client);
  EXPECT_EQ(late.status(), 503);
  EXPECT_NE(late.body.find("the password check is taking too long"), std::string::npos);
  EXPECT_NE(late.body.find("timeout_exception"), std::string::npos);
  EXPECT_TRUE(world.TurnUntil([&] { return client.gone(); }));
  EXPECT_EQ(world.counters().timeouts_password, 1U);
  // The verdict comes after all: for nobody, but it is kept.
  world.Verdict(true);
  EXPECT_EQ(world.Ask(world.Connect(), Request("GET", "/2", Pw("bob", "secret"))).status(), 200);
  EXPECT_EQ(world.counters().passwords_checked, 1U);
  world.Finish();
}

// What the pool would not work on any more, because it waited too long in its line.
TEST_F(WorkerPasswordsTest, AQuestionThatThePoolGivesUpIsA503) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(Verdict::kGivenUp);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 503);
  EXPECT_EQ(world.counters().passwords_checked, 0U);
  EXPECT_EQ(world.counters().passwords_waiting, 0U);
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ClientPeer& next = world.Connect();
  next.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1)) << "giving up says nothing about the password";
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(next).status(), 200);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, AFullPoolIsA429AtOnceAndLetsNobodyIn) {
  world.set_num_password_jobs_max(1);
  ClientPeer& first = world.Connect();
  first.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  ClientPeer& second = world.Connect();
  const uint64_t begin_ms = world.now_ms();
  const Message refused = world.Ask(second, Request("GET", "/2", Pw("bob", "other")));
  EXPECT_EQ(refused.status(), 429);
  EXPECT_NE(refused.body.find("es_rejected_execution_exception"), std::string::npos);
  EXPECT_NE(refused.body.find("too many passwords are waiting to be checked"), std::string::npos);
  EXPECT_LT(world.now_ms() - begin_ms, 1'000U);
  EXPECT_EQ(world.counters().passwords_refused, 1U);
  // With a body, it is skipped; the connection lives on, and its other requests are served.
  EXPECT_EQ(world.Ask(second, RequestWithBody("POST", "/2", "body", Pw("bob", "other"))).status(),
            429);
  EXPECT_EQ(world.Ask(second, Request("GET", "/2")).body, "alice /2 ");
  EXPECT_EQ(world.Ask(second, Request("PUT", "/_local/now", Pw("bob", "other"))).status(), 429);
  // The same question as the one that waits needs no place of its own.
  second.Send(Request("GET", "/2", Pw("bob", "secret")));
  world.PassTime(200);
  EXPECT_EQ(world.password_jobs().size(), 1U);
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(first).body, "bob /1 ");
  EXPECT_EQ(world.AwaitAnswer(second).body, "bob /2 ");
  EXPECT_EQ(world.counters().passwords_checked, 1U);
  EXPECT_EQ(world.counters().passwords_refused, 3U);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, AClientThatGoesLeavesNothingBehind) {
  ClientPeer& gone = world.Connect();
  gone.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  gone.Abort();
  ASSERT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 0; }));
  // Whoever has its slot now does not get its verdict.
  ClientPeer& other = world.Connect();
  other.Send(Request("GET", "/2", Pw("bob", "wrong")));
  ASSERT_TRUE(world.AwaitPasswordJobs(2));
  world.Verdict(true);
  world.PassTime(200);
  EXPECT_EQ(other.received(), "");
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(other).status(), 401);
  EXPECT_EQ(world.num_upstreams(), 0U);
  world.Finish();
}

// One of two that wait for the same verdict goes.
TEST_F(WorkerPasswordsTest, WhoSharesAQuestionIsNotHarmedByTheOtherLeaving) {
  ClientPeer& gone = world.Connect();
  gone.Send(Request("GET", "/1", Pw("bob", "secret")));
  ClientPeer& stays = world.Connect();
  stays.Send(Request("GET", "/2", Pw("bob", "secret")));
  world.PassTime(200);
  EXPECT_EQ(world.password_jobs().size(), 1U);
  gone.Abort();
  ASSERT_TRUE(world.TurnUntil([&] { return world.counters().connections_open == 1; }));
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(stays).body, "bob /2 ");
  world.Finish();
}

TEST_F(WorkerPasswordsTest, AClientThatEndedItsSideIsAnsweredButNotWaitedForLong) {
  ClientPeer& patient = world.Connect();
  patient.Send(Request("GET", "/1", Pw("bob", "secret")));
  patient.EndSending();
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.PassTime(2'000);
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(patient).body, "bob /1 ");
  ClientPeer& gone = world.Connect();
  gone.Send(Request("GET", "/1", Pw("bob", "wrong")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  gone.EndSending();
  world.PassTime(limits::kHalfClosedMs + 1'000);
  EXPECT_TRUE(gone.gone());
  EXPECT_EQ(gone.received(), "");
  EXPECT_EQ(world.counters().clients_gone, 1U);
  world.Verdict(false);
  world.Finish();
}

// The user is removed while the password is being checked: a verdict of "right" is of no use.
TEST_F(WorkerPasswordsTest, AReloadThatRemovesTheUserCounts) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  Adopt({.generation = 3});
  EXPECT_EQ(client.received(), "");
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  EXPECT_EQ(world.num_upstreams(), 0U);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, AReloadThatChangesThePasswordCounts) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  Adopt({.generation = 3, .stored_hashes = {{"bob", "H2"}}});
  world.Verdict(true);
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  EXPECT_EQ(world.password_jobs().front().stored_hash, "H2");
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  // Nor does what is kept help: it was kept for the other hash.
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  world.Finish();
}

TEST_F(WorkerPasswordsTest, DrainingWaitsForTheVerdict) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")) + Request("GET", "/behind"));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.BeginDrain();
  world.PassTime(2'000);
  EXPECT_FALSE(world.drained());
  world.Verdict(true);
  const Message answer = world.AwaitAnswer(client);
  EXPECT_EQ(answer.body, "bob /1 ");
  EXPECT_TRUE(answer.Says("connection", "close"));
  EXPECT_TRUE(world.TurnUntil([&] { return world.drained(); }));
  world.Finish();
}

TEST_F(WorkerPasswordsTest, DrainingDoesNotWaitForAVerdictThatNeverComes) {
  ClientPeer& client = world.Connect();
  client.Send(Request("GET", "/1", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.BeginDrain();
  EXPECT_TRUE(world.TurnUntil([&] { return world.drained(); }, 60'000));
  EXPECT_EQ(world.AwaitAnswer(client).status(), 503);
  world.Finish();
}

// Many wait for a pool that never answers; those who come with a certificate notice nothing.
TEST_F(WorkerPasswordsTest, OthersAreServedWhilePasswordsWait) {
  for (int i = 0; i < 50; ++i) {
    world.Connect().Send(Request("GET", "/slow", Pw("bob", "p" + std::to_string(i))));
  }
  ASSERT_TRUE(world.AwaitPasswordJobs(50));
  const uint64_t begin_ms = world.now_ms();
  ClientPeer& client = world.Connect();
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(world.Ask(client, Request("GET", "/fast")).body, "alice /fast ");
  }
  EXPECT_EQ(world.counters().passwords_waiting, 50U);
  EXPECT_LT(world.now_ms() - begin_ms, limits::kPasswordAnswerMs) << "of virtual time";
  world.Finish();
}

// --- requests of our own ------------------------------------------------------------------------

TEST_F(WorkerPasswordsTest, ALocalRequestIsCheckedOnceThoughItIsIdentifiedTwice) {
  Rules rules = WithUsers(3);
  rules.keep_seconds = 0;  // so that only the request itself remembers
  Adopt(rules);
  ClientPeer& client = world.Connect();
  client.Send(RequestWithBody("PUT", "/_local/now", "the body", Pw("bob", "secret")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "the body");
  EXPECT_EQ(world.counters().passwords_checked, 1U);
  EXPECT_EQ(world.counters().passwords_waiting, 0U);
  client.Send(RequestWithBody("PUT", "/_local/now", "the body", Pw("bob", "wrong")));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(false);
  EXPECT_EQ(world.AwaitAnswer(client).status(), 401);
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "alice /2 ");
  world.Finish();
}

// The password changes between head and body: the new one decides.
TEST_F(WorkerPasswordsTest, ALocalRequestIsDecidedByThePolicyAfterItsBody) {
  ClientPeer& client = world.Connect();
  const std::string request =
      RequestWithBody("PUT", "/_local/now", "the body", Pw("bob", "secret"));
  client.Send(request.substr(0, request.size() - 4));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  world.Verdict(true);
  world.PassTime(200);
  Adopt({.generation = 3, .stored_hashes = {{"bob", "H2"}}});
  client.Send(request.substr(request.size() - 4));
  ASSERT_TRUE(world.AwaitPasswordJobs(1));
  EXPECT_EQ(world.password_jobs().front().stored_hash, "H2");
  world.PassTime(200);
  EXPECT_EQ(client.received(), "");
  world.Verdict(true);
  EXPECT_EQ(world.AwaitAnswer(client).body, "the body");
  EXPECT_EQ(world.Ask(client, Request("GET", "/2")).body, "alice /2 ");
  world.Finish();
}

// --- the Authorization header -------------------------------------------------------------------

TEST_F(WorkerPasswordsTest, TheHeaderGoesUpOnlyIfThePolicySaysSo) {
  const auto sent_up = [&] {
    ClientPeer& client = world.Connect();
    UpstreamPeer* upstream = nullptr;
    std::string seen = "nothing";
    world.Answer([&](UpstreamPeer& peer, const Message& request) {
      upstream = &peer;
      seen = request.Value("authorization");
      peer.Send(AnswerWith(200, ""));
    });
    EXPECT_EQ(world.Ask(client, Request("GET", "/1", "authorization: as bob\r\n")).status(), 200);
    EXPECT_NE(upstream, nullptr);
    return seen;
  };
  EXPECT_EQ(sent_up(), "");
  Rules rules = WithUsers(3);
  rules.pass_authorization = true;
  Adopt(rules);
  EXPECT_EQ(sent_up(), "as bob");
  Adopt(WithUsers(4));
  EXPECT_EQ(sent_up(), "");
  world.Finish();
}

}  // namespace
}  // namespace pkigate::gateway
