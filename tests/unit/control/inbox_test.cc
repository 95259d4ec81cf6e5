// SPDX-License-Identifier: Apache-2.0
//
// Clients may ask for more than the control thread can take while it compiles a policy; what the
// workers have to report gets through all the same.
#include "control/inbox.h"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pkigate::control {
namespace {

class CountingWaker final : public ring::Waker {
 public:
  void Wake() override { ++num_wakes; }
  int handle() const override { return -1; }
  int num_wakes = 0;
};

ControlRequest Write(std::string name) {
  api::MappingWrite write;
  write.name = std::move(name);
  return write;
}

TEST(InboxTest, ReportsGetThroughHoweverManyRequestsWait) {
  constexpr uint32_t kNumWorkers = 3;
  CountingWaker waker;
  Inbox inbox(kNumWorkers, waker);
  size_t num_requests = 0;
  for (;;) {
    ControlRequest request = Write("m" + std::to_string(num_requests));
    if (!inbox.Ask(request)) {
      EXPECT_EQ(std::get<api::MappingWrite>(request).name, "m" + std::to_string(num_requests))
          << "a refused request is left as it was";
      break;
    }
    ++num_requests;
  }
  EXPECT_EQ(num_requests, limits::kControlInboxMessages);
  // All that the workers can have to say at once.
  for (uint32_t worker = 0; worker < kNumWorkers; ++worker) {
    inbox.Report(SnapshotAdopted{.worker = worker, .generation = 2});
    inbox.Report(CountersReported{.worker = worker, .counters = {}});
    inbox.Report(LoginsFailed{.worker = worker, .batch = nullptr});
    inbox.Report(WorkerEnded{.worker = worker});
  }
  EXPECT_GE(waker.num_wakes, 1);
  std::vector<std::string> order;
  inbox.Drain([&order](auto message) {
    order.emplace_back(std::is_same_v<decltype(message), WorkerReport> ? "report" : "request");
  });
  ASSERT_EQ(order.size(), num_requests + 4 * kNumWorkers);
  for (size_t index = 0; index < order.size(); ++index) {
    EXPECT_EQ(order[index], index < 4 * kNumWorkers ? "report" : "request") << index;
  }
  ControlRequest next = MetricsWanted{};
  EXPECT_TRUE(inbox.Ask(next)) << "there is room again";
}

}  // namespace
}  // namespace pkigate::control
