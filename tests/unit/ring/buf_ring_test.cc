// SPDX-License-Identifier: Apache-2.0
#include "ring/buf_ring.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>

#include "base/limits.h"

namespace pkigate::ring {
namespace {

class BufRingTest : public testing::Test {
 protected:
  BufRingTest() {
    EXPECT_EQ(::io_uring_queue_init(8, &ring_, 0), 0);
    buffers_ = std::move(BufRing::Create(ring_, 8)).value();
  }
  ~BufRingTest() override { ::io_uring_queue_exit(&ring_); }

  // Every buffer is in exactly one place.
  void ExpectConserved(uint32_t handling) {
    EXPECT_EQ(buffers_->with_kernel() + handling + buffers_->parked(), buffers_->count());
  }

  io_uring ring_{};
  std::unique_ptr<BufRing> buffers_;
};

TEST_F(BufRingTest, ABufferGoesBackAfterItsHandler) {
  EXPECT_EQ(buffers_->with_kernel(), 8U);
  const auto bytes = buffers_->Take(3, 100);
  EXPECT_EQ(bytes.size(), 100U);
  ExpectConserved(1);
  buffers_->Handled(3);
  buffers_->Publish();
  ExpectConserved(0);
  EXPECT_EQ(buffers_->with_kernel(), 8U);
}

TEST_F(BufRingTest, BuffersDoNotOverlap) {
  std::set<const uint8_t*> begins;
  for (uint16_t buffer = 0; buffer < 8; ++buffer) {
    begins.insert(buffers_->Take(buffer, 1).data());
  }
  ASSERT_EQ(begins.size(), 8U);
  EXPECT_EQ(*begins.rbegin() - *begins.begin(), 7 * std::ptrdiff_t{limits::kReceiveBufferBytes});
  for (uint16_t buffer = 0; buffer < 8; ++buffer) {
    buffers_->Handled(buffer);
  }
}

TEST_F(BufRingTest, ParkingIsCappedAndOutlivesTheHandler) {
  EXPECT_EQ(buffers_->parked_max(), 2U);
  for (uint16_t buffer = 0; buffer < 3; ++buffer) {
    buffers_->Take(buffer, 1);
    EXPECT_EQ(buffers_->Park(buffer), buffer < 2);
    buffers_->Handled(buffer);
    ExpectConserved(0);
  }
  EXPECT_EQ(buffers_->parked(), 2U);
  buffers_->ReturnParked(0);
  EXPECT_EQ(buffers_->parked(), 1U);
  ExpectConserved(0);
  buffers_->Take(5, 1);
  EXPECT_TRUE(buffers_->Park(5)) << "there is room again";
  buffers_->ReturnParked(5);  // still within its handler
  buffers_->Handled(5);
  ExpectConserved(0);
}

TEST_F(BufRingTest, AFewHundredThousandTripsWrapTheTail) {
  for (uint32_t i = 0; i < 200'000; ++i) {
    const auto buffer = static_cast<uint16_t>(i % 8);
    buffers_->Take(buffer, 1);
    buffers_->Handled(buffer);
    buffers_->Publish();
  }
  ExpectConserved(0);
}

using BufRingDeathTest = BufRingTest;

TEST_F(BufRingDeathTest, ABufferIsReturnedOnce) {
  EXPECT_DEATH(buffers_->ReturnParked(1), "kParked");
  EXPECT_DEATH(static_cast<void>(buffers_->Park(1)), "kHandling");
  buffers_->Take(1, 1);
  EXPECT_DEATH(buffers_->Take(1, 1), "kKernel");
  ASSERT_TRUE(buffers_->Park(1));
  EXPECT_DEATH(static_cast<void>(buffers_->Park(1)), "kHandling");
  buffers_->ReturnParked(1);
  EXPECT_DEATH(buffers_->ReturnParked(1), "kParked");
  EXPECT_DEATH(buffers_->Take(8, 1), "count");
  EXPECT_DEATH(buffers_->Take(2, limits::kReceiveBufferBytes + 1), "len");
}

}  // namespace
}  // namespace pkigate::ring
