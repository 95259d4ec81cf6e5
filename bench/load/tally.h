// SPDX-License-Identifier: Apache-2.0
//
// What one thread counted while measuring.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "load/histogram.h"

namespace pkigate::load {

struct Tally {
  uint64_t requests = 0;    // answered as wanted
  uint64_t handshakes = 0;  // full ones, completed
  uint64_t bytes_in = 0;    // of bodies
  Histogram latency;        // of answered requests, from the first byte sent to the last received
  Histogram handshake_latency;             // from connect to handshake done
  std::map<std::string, uint64_t> errors;  // by kind; every request that was not answered as wanted

  void Merge(const Tally& other) {
    requests += other.requests;
    handshakes += other.handshakes;
    bytes_in += other.bytes_in;
    latency.Merge(other.latency);
    handshake_latency.Merge(other.handshake_latency);
    for (const auto& [kind, count] : other.errors) {
      errors[kind] += count;
    }
  }
  uint64_t num_errors() const {
    uint64_t sum = 0;
    for (const auto& [kind, count] : errors) {
      sum += count;
    }
    return sum;
  }
};

}  // namespace pkigate::load
