// SPDX-License-Identifier: Apache-2.0
//
// A change of policy while others decide. Real threads, each with working memory of its own, decide
// by the policy in force while another thread compiles the next one and swaps it in. Generations
// alternate between two sets of mappings, so each decision can be held against the generation that
// made it; old policies have to go when nobody reads them. ThreadSanitizer sees a read that the
// free does not wait for, AddressSanitizer one of freed memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "callers.h"
#include "gateway/worker_messages.h"
#include "gateway/worker_snapshot.h"
#include "ring/mailbox.h"

namespace pkigate::policy {
namespace {

constexpr size_t kReaders = 3;
constexpr uint64_t kGenerations = 40;

const x509::PeerChain kLena = ChainOf({{O("acme")}, {Cn("lena.roth")}});
const x509::PeerChain kGuest = ChainOf({{O("acme")}, {Cn("guest7")}});

// Odd generations map lena to `odd`; even ones to `even`, and guests to `visitor`.
std::shared_ptr<const Policy> PolicyOf(uint64_t generation) {
  XpackModel model;
  model.realms.resize(1);
  model.realms[0].pki.name = "pki1";
  const auto mapping = [](const char* role, const char* rules) {
    return std::string(R"({"enabled":true,"roles":[")") + role + R"("],"rules":)" + rules + "}";
  };
  // A glob and a regular expression: both need working memory made for this very policy.
  if (generation % 2 == 1) {
    model.api_mappings["m1"] = mapping("odd", R"({"field":{"username":"l?na.*"}})");
  } else {
    model.api_mappings["m1"] = mapping("even", R"({"field":{"username":"/lena\\.[a-z]+/"}})");
    model.api_mappings["m2"] = mapping("visitor", R"({"field":{"username":"g?est*"}})");
  }
  return MustCompile(model, generation);
}

// One decision about each of the two; false unless both are those of the generation.
bool DecidesRightly(const Policy& policy, Scratch& scratch) {
  const bool odd = policy.generation() % 2 == 1;
  identity::Credentials credentials;
  credentials.now_unix = x509::testing::kNow;
  credentials.chain = &kLena;
  const Authentication lena = policy.Authenticate(credentials, scratch);
  credentials.chain = &kGuest;
  const Authentication guest = policy.Authenticate(credentials, scratch);
  const Decision for_guest = policy.Authorize(guest, {.method = "GET", .target = "/"});
  return lena.roles == std::vector<std::string>{odd ? "odd" : "even"} &&
         policy.Authorize(lena, {.method = "GET", .target = "/"}).allowed &&
         for_guest.allowed == !odd && (!odd || for_guest.refusal.status == 403);
}

class NoWake final : public ring::Waker {
 public:
  void Wake() override {}  // everybody here looks again at once
  int handle() const override { return -1; }
};

// As the program does it: the control thread posts a snapshot to every worker, a worker adopts it
// between two turns and says so, and control drops the old one when all have.
TEST(PolicySwapThreads, WorkersAdoptWhatControlPublishes) {
  struct Adopted {
    size_t worker;
    uint64_t generation;
  };
  using WorkerMailbox = ring::Mailbox<gateway::AdoptSnapshot>;
  const auto snapshot_of = [](uint64_t generation) {
    auto snapshot = std::make_shared<gateway::Snapshot>();
    snapshot->generation = generation;
    snapshot->settings.listeners.resize(1);  // without TLS
    snapshot->settings.listeners[0].tls.enabled = false;
    snapshot->listeners.resize(1);
    snapshot->listeners[0].policy = PolicyOf(generation);
    return std::shared_ptr<const gateway::Snapshot>(std::move(snapshot));
  };
  NoWake no_wake;
  ring::Mailbox<Adopted> inbox(64, no_wake);
  std::vector<std::unique_ptr<WorkerMailbox>> mailboxes;
  std::shared_ptr<const gateway::Snapshot> published = snapshot_of(1);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> num_wrong{0};
  std::atomic<uint64_t> num_turns{0};
  std::vector<std::thread> workers;
  for (size_t worker = 0; worker < kReaders; ++worker) {
    mailboxes.push_back(std::make_unique<WorkerMailbox>(8, no_wake));
    auto first = gateway::WorkerSnapshot::Make(published, nullptr, {});
    workers.emplace_back([&, worker, mailbox = mailboxes.back().get(),
                          current = std::move(first)]() mutable {
      while (!stop.load(std::memory_order_relaxed)) {
        mailbox->Drain([&](gateway::AdoptSnapshot message) {
          const uint64_t generation = message.snapshot->generation;
          current = gateway::WorkerSnapshot::Make(std::move(message.snapshot), current.get(), {});
          EXPECT_TRUE(inbox.Post(Adopted{worker, generation}));
        });
        const Policy& policy = *current->snapshot->listeners[0].policy;
        if (policy.generation() != current->snapshot->generation ||
            !DecidesRightly(policy, *current->scratch[0])) {
          ++num_wrong;
        }
        ++num_turns;
        std::this_thread::yield();
      }
    });
  }
  for (uint64_t generation = 2; generation <= kGenerations; ++generation) {
    std::shared_ptr<const gateway::Snapshot> retired =
        std::exchange(published, snapshot_of(generation));
    for (const auto& mailbox : mailboxes) {
      ASSERT_TRUE(mailbox->Post(gateway::AdoptSnapshot{published}));
    }
    size_t num_adopted = 0;
    while (num_adopted < kReaders) {
      inbox.Drain([&](Adopted adopted) {
        EXPECT_EQ(adopted.generation, generation);
        ++num_adopted;
      });
      std::this_thread::yield();
    }
    const std::weak_ptr<const Policy> old = retired->listeners[0].policy;
    EXPECT_EQ(retired.use_count(), 1) << "a worker still holds generation " << generation - 1;
    retired.reset();
    EXPECT_TRUE(old.expired());
  }
  stop = true;
  for (std::thread& worker : workers) {
    worker.join();
  }
  EXPECT_EQ(num_wrong, 0U);
  EXPECT_GE(num_turns, kReaders * (kGenerations - 1)) << "each decides by each generation";
}

}  // namespace
}  // namespace pkigate::policy
