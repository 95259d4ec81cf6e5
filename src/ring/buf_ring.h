// SPDX-License-Identifier: Apache-2.0
//
// BufRing lends the kernel a fixed set of receive buffers, one ring per worker.
//
// Invariant: every buffer is in exactly one of three places: with the kernel (in its ring, or in a
// completion that we have not seen), in a completion being handled, or parked for a paused
// connection. A buffer leaves the handler back to the kernel unless it was parked there; the number
// parked is capped, so one slow peer cannot starve the worker. Tested by buf_ring_test.cc.
//
// liburing 2.3 registers such rings but cannot set them up, so the memory is mapped here.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "ring/ring.h"

namespace pkigate::ring {

class BufRing {
 public:
  // Registers `count` (a power of two up to 32,768) buffers with `ring` as group kGroup. `ring`
  // must be exited, or Unregister called, before this object dies: the kernel writes into its
  // memory. The error is a negative errno with the call that failed.
  static Result<std::unique_ptr<BufRing>> Create(io_uring& ring, uint32_t count);
  BufRing(const BufRing&) = delete;
  BufRing& operator=(const BufRing&) = delete;
  ~BufRing();

  static constexpr uint16_t kGroup = 0;
  static constexpr uint32_t kCountMax = 32'768;

  // A completion brought `buffer` with `len` bytes.
  std::span<const uint8_t> Take(uint16_t buffer, size_t len);
  // Its handler has returned: back to the kernel, with the next Publish, unless it was parked.
  void Handled(uint16_t buffer);
  // From within the handler. False when the cap is reached.
  [[nodiscard]] bool Park(uint16_t buffer);
  void ReturnParked(uint16_t buffer);
  // Shows the kernel what came back; once per batch, because it orders memory.
  void Publish();

  uint32_t count() const { return static_cast<uint32_t>(places_.size()); }
  uint32_t parked() const { return num_parked_; }
  uint32_t with_kernel() const { return num_with_kernel_; }
  uint32_t parked_max() const;

 private:
  enum class Place : uint8_t { kKernel, kHandling, kParked };

  explicit BufRing(uint32_t count) : places_(count, Place::kKernel) {}
  Status Map();
  void Add(uint16_t buffer);
  uint8_t* BytesOf(uint16_t buffer) const;
  size_t RingBytes() const;
  size_t BufferBytes() const;

  std::vector<Place> places_;
  io_uring_buf_ring* entries_ = nullptr;
  uint8_t* memory_ = nullptr;
  int num_unpublished_ = 0;
  uint32_t num_with_kernel_ = 0;
  uint32_t num_parked_ = 0;
};

}  // namespace pkigate::ring
