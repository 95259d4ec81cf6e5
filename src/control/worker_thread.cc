// SPDX-License-Identifier: Apache-2.0
#include "control/worker_thread.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <csignal>
#include <utility>

#include "ring/uring.h"

namespace pkigate::control {

namespace {

// Pins the calling thread to the `index`th core it may run on. A refusal costs speed only.
void PinToCore(uint32_t index) {
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) == 0) {
    return;
  }
  uint32_t wanted = index % static_cast<uint32_t>(CPU_COUNT(&allowed));
  for (size_t core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &allowed) || wanted-- > 0) {
      continue;
    }
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    ::pthread_setaffinity_np(::pthread_self(), sizeof one, &one);
    return;
  }
}

}  // namespace

WorkerThread::WorkerThread(Options options, std::shared_ptr<const gateway::Snapshot> snapshot,
                           gateway::LocalAnswers& local, const gateway::WorkerPools& pools,
                           gateway::WorkerEvents& events)
    : thread_([this, options = std::move(options), snapshot = std::move(snapshot), &local, pools,
               &events]() mutable {
        Main(std::move(options), std::move(snapshot), local, pools, events);
      }) {}

WorkerThread::~WorkerThread() { Join(); }

Status WorkerThread::AwaitStart() {
  Status started = started_.get_future().get();
  running_ = started.ok();
  return started;
}

void WorkerThread::Join() {
  if (thread_.joinable()) {
    release_.set_value();
    thread_.join();
  }
}

void WorkerThread::Main(Options options, std::shared_ptr<const gateway::Snapshot> snapshot,
                        gateway::LocalAnswers& local, const gateway::WorkerPools& pools,
                        gateway::WorkerEvents& events) {
  ::pthread_setname_np(::pthread_self(), fmt::format("worker-{}", options.worker.index).c_str());
  if (options.pin) {
    PinToCore(options.worker.index);
  }
  auto ring = ring::Uring::Create({});
  if (!ring.ok()) {
    started_.set_value(ring.error());
    return;
  }
  gateway::Worker worker(std::move(ring).value(), options.worker, std::move(snapshot), local, pools,
                         events);
  worker_ = &worker;
  started_.set_value({});
  worker.Run();
  events.WorkerEnded(options.worker.index);
  // Others may still post until they have joined us.
  release_.get_future().wait();
}

}  // namespace pkigate::control
