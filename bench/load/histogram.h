// SPDX-License-Identifier: Apache-2.0
//
// Histogram of durations in microseconds with a relative error below 1 %: buckets of equal width
// within each power of two. Recording costs a few instructions and never allocates.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace pkigate::load {

class Histogram {
 public:
  void Record(uint64_t micros) {
    ++counts_[IndexOf(micros)];
    ++total_;
    if (micros > max_) {
      max_ = micros;
    }
  }
  void Merge(const Histogram& other) {
    for (size_t index = 0; index < counts_.size(); ++index) {
      counts_[index] += other.counts_[index];
    }
    total_ += other.total_;
    max_ = other.max_ > max_ ? other.max_ : max_;
  }
  uint64_t total() const { return total_; }
  uint64_t max() const { return max_; }
  // The smallest recorded value that `fraction` (0 to 1) of all values do not exceed, as its
  // bucket's upper end, never above max().
  uint64_t Percentile(double fraction) const {
    const auto wanted = static_cast<uint64_t>(fraction * static_cast<double>(total_) + 0.5);
    uint64_t seen = 0;
    for (size_t index = 0; index < counts_.size(); ++index) {
      seen += counts_[index];
      if (seen >= wanted && seen > 0) {
        const uint64_t upper = UpperEnd(index);
        return upper < max_ ? upper : max_;
      }
    }
    return max_;
  }

 private:
  static constexpr unsigned kSubBits = 7;  // 128 buckets per power of two: 0.8 %
  static constexpr size_t kSub = size_t{1} << kSubBits;
  static constexpr size_t kBuckets = kSub * (64 - kSubBits + 1);

  static size_t IndexOf(uint64_t micros) {
    if (micros < kSub) {
      return micros;
    }
    const unsigned shift = static_cast<unsigned>(std::bit_width(micros)) - kSubBits - 1;
    return kSub * shift + (micros >> shift);
  }
  static uint64_t UpperEnd(size_t index) {
    if (index < 2 * kSub) {
      return index;
    }
    const size_t shift = index / kSub - 1;
    return ((index - kSub * shift + 1) << shift) - 1;
  }

  std::array<uint64_t, kBuckets> counts_{};
  uint64_t total_ = 0;
  uint64_t max_ = 0;
};

}  // namespace pkigate::load
