// SPDX-License-Identifier: Apache-2.0
//
// LoadThread: one thread of the generator, its ring and its share of the connections. Closed loop:
// each connection sends its next request when the answer to the last one is complete.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/chunk_queue.h"
#include "load/plan.h"
#include "load/tally.h"
#include "ring/ring.h"
#include "tls/client.h"

namespace pkigate::load {

// Where a run is; set by the main thread, read by all.
enum class Phase : int { kWarmUp, kMeasure, kStop };

// Shared by the threads of a run.
struct Run {
  std::atomic<Phase> phase{Phase::kWarmUp};
  std::atomic<uint64_t> num_answered{0};  // while measuring; for the progress line and the count
};

class LoadConnection;

class LoadThread final : private ring::CompletionHandler {
 public:
  LoadThread(const Plan& plan, Run& run, uint32_t index);
  ~LoadThread();

  // The whole run, on the calling thread. Fails when the ring or a TLS context cannot be had.
  Status Main();
  const Tally& tally() const { return tally_; }

  // --- for its connections ----------------------------------------------------------------------
  ring::Ring& ring() { return *ring_; }
  ChunkPool& chunks() { return chunks_; }
  const Plan& plan() const { return plan_; }
  const std::string& request() const { return request_; }
  tls::ClientContext& NextContext();
  bool stopping() const { return run_.phase.load(std::memory_order_relaxed) == Phase::kStop; }
  void CountAnswer(uint64_t micros, uint64_t body_bytes);
  void CountHandshake(uint64_t micros);
  void CountError(const std::string& kind);

 private:
  void OnCompletion(const ring::Completion& completion) override;
  bool measuring() const { return run_.phase.load(std::memory_order_relaxed) == Phase::kMeasure; }

  const Plan& plan_;
  Run& run_;
  uint32_t index_;
  std::unique_ptr<ring::Ring> ring_;
  ChunkPool chunks_;
  std::string request_;
  std::vector<std::unique_ptr<tls::ClientContext>> contexts_;  // one per identity
  size_t turn_ = 0;
  std::vector<std::unique_ptr<LoadConnection>> connections_;
  Tally tally_;
};

}  // namespace pkigate::load
