// SPDX-License-Identifier: Apache-2.0
//
// One mixed conversation under many seeds: several clients, pipelined requests of all kinds with
// bodies of any size and framing, over a ring that does everything a kernel may do. Each request is
// a pure function of its client and number, and so is its answer, so every byte can be checked.
//
// What must hold under every seed:
// - each request gets exactly one answer, the right one and in its turn, or its connection ends;
//   where nothing fails that a client could notice, none ends;
// - a request that may not be repeated reaches the upstream at most once;
// - the worker drains, and then nothing is left over (WorkerWorld::Finish).
//
// PKIGATE_SEED=n runs that seed alone.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "worker_world.h"

namespace pkigate::gateway {
namespace {

constexpr uint64_t kSeeds = 200;
constexpr size_t kClients = 4;
constexpr size_t kRequests = 8;

// What request `number` of client `client` is, and what answers it.
struct Planned {
  std::string method;
  std::string target;
  std::string body;
  bool chunked = false;
  bool denied = false;
  int status = 200;
  std::string answer_body;
  enum class Framing { kLength, kChunked, kUntilClose } framing = Framing::kLength;
  bool upstream_closes = false;
  // How the upstream fails instead of answering; only in a world with failing upstreams.
  enum class Failure { kNone, kNoAnswer, kHalfHead, kHalfBody, kNonsense, kReset };
  Failure failure = Failure::kNone;

  bool repeatable() const { return method != "POST" && body.empty() && !chunked; }
  bool bodiless() const { return method == "HEAD" || status == 204 || status == 304; }
};

class Plan {
 public:
  Plan(uint64_t seed, bool failing_upstream) {
    std::mt19937_64 random(seed);
    const auto draw = [&](uint64_t bound) { return random() % bound; };
    // Mostly small, now and then more than a window.
    const auto size = [&] {
      const uint64_t kind = draw(10);
      return kind == 0 ? 0 : kind < 7 ? draw(2'000) : kind < 9 ? draw(30'000) : draw(150'000);
    };
    for (size_t client = 0; client < kClients; ++client) {
      for (size_t number = 0; number < kRequests; ++number) {
        Planned planned;
        const char* const kMethods[] = {"GET", "POST", "PUT", "HEAD", "DELETE"};
        planned.method = kMethods[draw(5)];
        planned.denied = draw(8) == 0;
        planned.target = fmt::format("{}/{}/{}", planned.denied ? "/denied" : "", client, number);
        if (planned.method == "POST" || planned.method == "PUT") {
          planned.body = BodyOf(planned.denied ? draw(3'000) : size(), number);
          planned.chunked = draw(2) == 0;
        }
        const int kStatus[] = {200, 200, 200, 201, 204, 304, 404, 500};
        planned.status = kStatus[draw(8)];
        planned.answer_body = planned.bodiless() ? "" : BodyOf(size(), number + 100);
        planned.framing = static_cast<Planned::Framing>(draw(3));
        planned.upstream_closes = draw(5) == 0;
        if (failing_upstream && draw(4) == 0) {
          planned.failure = static_cast<Planned::Failure>(1 + draw(5));
          // Half a body is no failure where none is expected.
          if (planned.method == "HEAD" && planned.failure == Planned::Failure::kHalfBody) {
            planned.failure = Planned::Failure::kHalfHead;
          }
        }
        requests_.emplace(planned.target, planned);
        targets_[client].push_back(planned.target);
      }
    }
  }

  const Planned& At(const std::string& target) const { return requests_.at(target); }
  const Planned& At(size_t client, size_t number) const {
    return requests_.at(targets_.at(client)[number]);
  }

 private:
  std::map<std::string, Planned> requests_;
  std::map<size_t, std::vector<std::string>> targets_;
};

std::string TextOf(const Planned& planned) {
  if (planned.chunked) {
    return Request(planned.method, planned.target, "transfer-encoding: chunked\r\n") +
           Chunked(planned.body, 1 + planned.body.size() / 3);
  }
  return planned.method == "POST" || planned.method == "PUT"
             ? RequestWithBody(planned.method, planned.target, planned.body)
             : Request(planned.method, planned.target);
}

void SendAnswer(UpstreamPeer& upstream, const Planned& planned) {
  std::string head =
      fmt::format("HTTP/1.1 {} Said\r\nx-of: {}\r\n", planned.status, planned.target);
  const bool until_close = planned.framing == Planned::Framing::kUntilClose && !planned.bodiless();
  if (planned.upstream_closes && !until_close) {
    head += "connection: close\r\n";
  }
  if (planned.bodiless()) {
    upstream.Send(head + "\r\n");
  } else if (planned.framing == Planned::Framing::kChunked) {
    upstream.Send(head + "transfer-encoding: chunked\r\n\r\n" +
                  Chunked(planned.answer_body, 9'000));
  } else if (until_close) {
    upstream.Send(head + "\r\n" + planned.answer_body);
  } else {
    upstream.Send(head + fmt::format("content-length: {}\r\n\r\n", planned.answer_body.size()) +
                  planned.answer_body);
  }
  if (planned.upstream_closes || until_close) {
    upstream.EndSending();
  }
}

void Fail(UpstreamPeer& upstream, Planned::Failure failure) {
  switch (failure) {
    case Planned::Failure::kNone:
      return;
    case Planned::Failure::kNoAnswer:
      break;
    case Planned::Failure::kHalfHead:
      upstream.Send("HTTP/1.1 200 OK\r\nx-of");
      break;
    case Planned::Failure::kHalfBody:
      upstream.Send("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf");
      break;
    case Planned::Failure::kNonsense:
      upstream.Send("What do you want?\r\n\r\n");
      break;
    case Planned::Failure::kReset:
      upstream.Abort();
      return;
  }
  upstream.EndSending();
}

struct Conditions {
  ring::SimulatedFaults faults;
  bool failing_upstream = false;
  bool leaving_clients = false;  // in the middle of whatever is going on
  bool draining = false;         // the same
  // Something may end a connection before its last answer.
  bool clients_notice() const {
    return failing_upstream || leaving_clients || draining || faults.resets > 0;
  }
};

class Conversation {
 public:
  Conversation(uint64_t seed, const Conditions& conditions)
      : conditions_(conditions),
        random_(seed + 1'000'003),
        plan_(seed, conditions.failing_upstream),
        world_(OptionsOf(seed, conditions)) {}

  void Run() {
    world_.Answer(
        [this](UpstreamPeer& upstream, const Message& request) { OnRequest(upstream, request); });
    for (size_t index = 0; index < kClients; ++index) {
      sides_.push_back({.peer = &world_.Connect()});
    }
    // Somewhere within the conversation, which takes some hundred turns.
    uint64_t turns_to_drain = conditions_.draining ? random_() % 150 : ~uint64_t{0};
    const bool over = world_.TurnUntil(
        [&] {
          if (turns_to_drain-- == 0) {
            world_.BeginDrain();
          }
          bool all_over = true;
          for (size_t index = 0; index < kClients; ++index) {
            all_over = Drive(index) && all_over;
          }
          return all_over;
        },
        300'000);
    EXPECT_TRUE(over);
    for (size_t index = 0; index < kClients; ++index) {
      const Side& side = sides_[index];
      if (!over) {
        ADD_FAILURE() << "client " << index << ": " << side.num_answered << " answers of "
                      << side.num_sent << ", ended " << side.peer->ended();
      }
      if (!conditions_.clients_notice()) {
        EXPECT_EQ(side.num_answered, kRequests) << "client " << index;
        EXPECT_FALSE(side.peer->gone());
        EXPECT_EQ(side.peer->received(), "");
      }
    }
    world_.Finish();
  }

 private:
  struct Side {
    ClientPeer* peer;
    size_t num_sent = 0;
    size_t num_answered = 0;
  };

  static WorldOptions OptionsOf(uint64_t seed, const Conditions& conditions) {
    WorldOptions options{.seed = seed, .faults = conditions.faults, .num_addresses = 2};
    // Under half of the seeds the clients are more than the connections to the upstream.
    options.adjust = [seed](config::Settings& settings) {
      settings.upstreams[0].num_connections = seed % 2 == 0 ? 2 : 100;
      settings.upstreams[0].num_idle_connections = 2;
      settings.timeouts.upstream_connect_ms = 60'000;
    };
    return options;
  }

  // Moves a client on; true when it has nothing more to hope for.
  bool Drive(size_t index) {
    Side& side = sides_[index];
    if (conditions_.leaving_clients && !side.peer->closed() && random_() % 200 == 0) {
      random_() % 2 == 0 ? side.peer->Abort() : side.peer->Close();
    }
    // Up to three requests without waiting for answers.
    while (side.num_sent < kRequests && side.num_sent < side.num_answered + 3 &&
           random_() % 3 != 0 && !side.peer->closed()) {
      side.peer->Send(TextOf(plan_.At(index, side.num_sent)));
      ++side.num_sent;
    }
    while (side.num_answered < side.num_sent) {
      const Planned& planned = plan_.At(index, side.num_answered);
      const std::optional<Message> answer = side.peer->TakeAnswer(
          planned.method == "HEAD" ? MessageKind::kAnswerToHead : MessageKind::kAnswer);
      if (!answer.has_value()) {
        break;
      }
      CheckAnswer(planned, *answer);
      ++side.num_answered;
    }
    return side.num_answered == kRequests || side.peer->gone() || side.peer->closed();
  }

  void CheckAnswer(const Planned& planned, const Message& answer) {
    SCOPED_TRACE(planned.method + " " + planned.target);
    if (planned.denied) {
      EXPECT_EQ(answer.status(), 403);
      EXPECT_EQ(num_seen_[planned.target], 0U);
      return;
    }
    if (!answer.Says("x-of", planned.target)) {
      // Only its own failure may cost a request its answer.
      EXPECT_TRUE(planned.failure != Planned::Failure::kNone || conditions_.faults.resets > 0)
          << answer.start_line << "\n"
          << answer.body;
      EXPECT_TRUE(answer.status() == 502) << answer.start_line << "\n" << answer.body;
      EXPECT_EQ(answer.Count("x-of"), 0U) << "somebody else's answer";
      return;
    }
    EXPECT_EQ(answer.status(), planned.status);
    EXPECT_TRUE(answer.body == planned.answer_body)
        << answer.body.size() << " for " << planned.answer_body.size();
    EXPECT_GE(num_seen_[planned.target], 1U);
  }

  void OnRequest(UpstreamPeer& upstream, const Message& request) {
    const Planned& planned = plan_.At(request.target());
    SCOPED_TRACE(planned.method + " " + planned.target);
    EXPECT_EQ(request.method(), planned.method);
    EXPECT_FALSE(planned.denied);
    EXPECT_TRUE(request.body == planned.body)
        << request.body.size() << " for " << planned.body.size();
    EXPECT_TRUE(request.Says("x-proxy-user", "alice"));
    const size_t num_seen = ++num_seen_[planned.target];
    EXPECT_LE(num_seen, planned.repeatable() ? 2U : 1U);
    if (planned.failure != Planned::Failure::kNone) {
      Fail(upstream, planned.failure);
    } else {
      SendAnswer(upstream, planned);
    }
  }

  Conditions conditions_;
  std::mt19937_64 random_;
  Plan plan_;
  WorkerWorld world_;
  std::vector<Side> sides_;
  std::map<std::string, size_t> num_seen_;
};

void RunSeeds(const Conditions& conditions) {
  if (const char* chosen = std::getenv("PKIGATE_SEED")) {
    Conversation(std::strtoull(chosen, nullptr, 10), conditions).Run();
    return;
  }
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE(fmt::format("PKIGATE_SEED={}", seed));
    Conversation(seed, conditions).Run();
    if (testing::Test::HasFailure()) {
      return;  // one seed says enough
    }
  }
}

TEST(WorkerSeedsTest, ACalmWorldAnswersEverything) { RunSeeds({}); }

TEST(WorkerSeedsTest, ARoughRingChangesNothing) {
  RunSeeds({.faults = ring::SimulatedFaults::Rough()});
}

TEST(WorkerSeedsTest, FailingUpstreamsCostTheirOwnRequestsOnly) {
  RunSeeds({.faults = ring::SimulatedFaults::Rough(), .failing_upstream = true});
}

TEST(WorkerSeedsTest, ResetsCostTheirOwnConnectionsOnly) {
  ring::SimulatedFaults faults = ring::SimulatedFaults::Rough();
  faults.resets = 20;
  RunSeeds({.faults = faults, .failing_upstream = false});
}

TEST(WorkerSeedsTest, ClientsThatLeaveCostNobodyElseAnything) {
  RunSeeds({.faults = ring::SimulatedFaults::Rough(), .leaving_clients = true});
}

TEST(WorkerSeedsTest, DrainingAtAnyMomentBreaksNoAnswer) {
  RunSeeds({.faults = ring::SimulatedFaults::Rough(), .draining = true});
}

// Everything at once.
TEST(WorkerSeedsTest, AnyMixtureIsSurvived) {
  ring::SimulatedFaults faults = ring::SimulatedFaults::Rough();
  faults.resets = 5;
  RunSeeds({.faults = faults, .failing_upstream = true, .leaving_clients = true, .draining = true});
}

}  // namespace
}  // namespace pkigate::gateway
