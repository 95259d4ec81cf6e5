// SPDX-License-Identifier: Apache-2.0
//
// WorkerThread: a thread pinned to a core that creates its ring and runs a gateway::Worker on it.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "base/result.h"
#include "gateway/worker.h"

namespace pkigate::control {

class WorkerThread {
 public:
  struct Options {
    gateway::Worker::Options worker;
    bool pin = true;  // to the core of the worker's index
  };

  WorkerThread(Options options, std::shared_ptr<const gateway::Snapshot> snapshot,
               gateway::LocalAnswers& local, const gateway::WorkerPools& pools,
               gateway::WorkerEvents& events);
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  // Joins; the worker must have been told to drain.
  ~WorkerThread();

  // Waits until the worker runs. Fails with the ring's own reason.
  Status AwaitStart();
  // Only after a successful start and until the object dies.
  ring::Mailbox<gateway::WorkerMessage>& mailbox() { return worker_->mailbox(); }
  void Join();

 private:
  void Main(Options options, std::shared_ptr<const gateway::Snapshot> snapshot,
            gateway::LocalAnswers& local, const gateway::WorkerPools& pools,
            gateway::WorkerEvents& events);

  std::promise<Status> started_;
  // Set before `started_` is fulfilled, destroyed by the thread itself after `released_`: a ring
  // belongs to the thread that created it.
  gateway::Worker* worker_ = nullptr;
  std::promise<void> release_;
  bool running_ = false;
  std::thread thread_;
};

}  // namespace pkigate::control
