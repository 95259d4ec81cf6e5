// SPDX-License-Identifier: Apache-2.0
//
// LentInput is what is left of one receive: bytes in a buffer the ring lent. They are used up in
// the completion handler, or, when the receiver has to wait (its output is full), the buffer is
// parked: kept out of the ring until the rest is consumed. When too many buffers are parked
// already, the rest is copied out instead. One buffer a connection at most, since no new receive is
// armed while there is a rest.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/assert.h"
#include "ring/ring.h"

namespace pkigate::gateway {

class LentInput {
 public:
  explicit LentInput(ring::Ring& ring) : ring_(&ring) {}
  LentInput(const LentInput&) = delete;
  LentInput& operator=(const LentInput&) = delete;
  ~LentInput() { Drop(); }

  std::span<const uint8_t> bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }

  void Lend(const ring::Completion& completion) {
    PKIGATE_ASSERT(bytes_.empty() && !parked_ && copy_.empty());
    bytes_ = completion.data;
    buffer_ = completion.buffer;
  }
  void Consume(size_t num_bytes) {
    PKIGATE_ASSERT(num_bytes <= bytes_.size());
    bytes_ = bytes_.subspan(num_bytes);
    if (bytes_.empty()) {
      Drop();
    }
  }
  // Called at the end of the handler that lent: what is left over is parked.
  void ParkRest() {
    if (!bytes_.empty() && !parked_ && copy_.empty()) {
      parked_ = ring_->Park(buffer_);
      if (!parked_) {
        copy_.assign(bytes_.begin(), bytes_.end());
        bytes_ = copy_;
      }
    }
  }
  void Drop() {
    if (parked_) {
      ring_->ReturnBuffer(buffer_);
      parked_ = false;
    }
    copy_ = {};
    bytes_ = {};
  }

 private:
  ring::Ring* ring_;
  std::span<const uint8_t> bytes_;
  uint16_t buffer_ = 0;
  bool parked_ = false;
  std::vector<uint8_t> copy_;
};

}  // namespace pkigate::gateway
