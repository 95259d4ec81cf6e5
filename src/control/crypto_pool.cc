// SPDX-License-Identifier: Apache-2.0
#include "control/crypto_pool.h"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "base/assert.h"

namespace pkigate::control {

namespace {

uint64_t RandomSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

// A finaliser in the manner of SplitMix64.
uint64_t Mix(uint64_t value) {
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return value ^ (value >> 31);
}

// Takes a place if one of `num_max` is free. Acquire and release: with the place comes the cell of
// the intake that its last holder left.
bool TakePlace(std::atomic<uint32_t>& num_taken, uint32_t num_max) {
  if (num_taken.fetch_add(1, std::memory_order_acq_rel) < num_max) {
    return true;
  }
  num_taken.fetch_sub(1, std::memory_order_acq_rel);
  return false;
}

uint32_t WaitingMax(uint32_t num_threads) {
  return num_threads * static_cast<uint32_t>(limits::kPasswordsWaitingPerThreadMax);
}

}  // namespace

uint32_t CryptoPool::NumThreads(uint32_t wanted, uint32_t num_cores) {
  return wanted != 0 ? wanted : std::max(1U, num_cores / 2);
}

CryptoPool::CryptoPool(Options options)
    : options_(std::move(options)),
      num_waiting_max_(WaitingMax(options_.num_threads)),
      num_waiting_peer_max_(num_waiting_max_ / limits::kPasswordsWaitingPeerPart),
      peer_seed_(RandomSeed()),
      intake_(num_waiting_max_, bell_) {
  PKIGATE_ASSERT(options_.num_threads > 0 && options_.matches != nullptr);
  for (uint32_t index = 0; index < options_.num_threads; ++index) {
    threads_.emplace_back([this, index] { Main(index); });
  }
}

CryptoPool::~CryptoPool() { Stop(); }

void CryptoPool::Stop() {
  stopping_.store(true, std::memory_order_release);
  for (size_t index = 0; index < threads_.size(); ++index) {
    bell_.Wake();
  }
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

// A /64 is what one owner has of IPv6 addresses at the least.
std::atomic<uint32_t>& CryptoPool::CounterOf(const IpAddress& peer) {
  uint64_t prefix;
  static_assert(sizeof prefix == 8);
  std::memcpy(&prefix, peer.bytes().data(), sizeof prefix);
  return num_waiting_by_peer_[Mix(prefix ^ peer_seed_) % num_waiting_by_peer_.size()];
}

// --- on workers' threads ------------------------------------------------------------------------

bool CryptoPool::Ask(gateway::PasswordJob&& job) {
  if (stopping_.load(std::memory_order_acquire)) {
    return false;
  }
  std::atomic<uint32_t>& num_waiting_of_peer = CounterOf(job.peer);
  if (!TakePlace(num_waiting_of_peer, num_waiting_peer_max_)) {
    return false;
  }
  if (!TakePlace(num_waiting_, num_waiting_max_)) {
    num_waiting_of_peer.fetch_sub(1, std::memory_order_acq_rel);
    return false;
  }
  const bool posted = intake_.Post(Entry{std::move(job), Clock::now()});
  PKIGATE_ASSERT(posted);  // there is a cell for each place
  return true;
}

// --- on the pool's threads ----------------------------------------------------------------------

void CryptoPool::Main(uint32_t index) {
  ::pthread_setname_np(::pthread_self(), fmt::format("crypto-{}", index).c_str());
  // Of Linux: of this thread alone. A refusal costs nobody anything but time.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), limits::kCryptoThreadNice);
  for (;;) {
    bell_.Await();
    if (stopping_.load(std::memory_order_acquire)) {
      return;
    }
    Entry entry;
    if (TakeNext(&entry)) {
      Work(std::move(entry));
    }
  }
}

bool CryptoPool::TakeNext(Entry* entry) {
  const std::lock_guard lock(line_mutex_);
  intake_.Drain([this](Entry newcomer) { line_.push_back(std::move(newcomer)); });
  if (line_.empty()) {
    return false;
  }
  *entry = std::move(line_.front());
  line_.pop_front();
  if (!line_.empty()) {
    bell_.Wake();
  }
  return true;
}

void CryptoPool::Work(Entry&& entry) {
  const gateway::PasswordJob& job = entry.job;
  gateway::PasswordChecked checked{.question = job.question};
  const Clock::time_point begin = Clock::now();
  if (begin - entry.since > std::chrono::milliseconds(options_.waiting_ms_max)) {
    checked.verdict = gateway::PasswordChecked::Verdict::kGivenUp;
  } else {
    checked.verdict = options_.matches(job.stored_hash, job.password.view())
                          ? gateway::PasswordChecked::Verdict::kRight
                          : gateway::PasswordChecked::Verdict::kWrong;
    checked.took_us = static_cast<uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin).count());
  }
  gateway::WorkerMessage message = checked;
  // Full only if the worker is a thousand messages behind, which a turn of it ends.
  while (!job.reply_to->Offer(message) && !stopping_.load(std::memory_order_acquire)) {
    ::poll(nullptr, 0, 1);
  }
  num_waiting_.fetch_sub(1, std::memory_order_acq_rel);
  CounterOf(job.peer).fetch_sub(1, std::memory_order_acq_rel);
}

}  // namespace pkigate::control
