// SPDX-License-Identifier: Apache-2.0
//
// The principal cache, asked once per request. A hit and a miss must not allocate: this program
// counts and stops when one does, so a run of it is also a check.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "gateway/principal_cache.h"

namespace {
uint64_t num_allocations = 0;
}

// Not inlined, as the deletes below: g++ 12 would see malloc() or free() beside what it does not
// recognise as theirs.
[[gnu::noinline]] void* operator new(std::size_t num_bytes) {
  ++num_allocations;
  if (void* memory = std::malloc(num_bytes)) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*num_bytes*/) noexcept {
  std::free(memory);
}

namespace pkigate::gateway {
namespace {

constexpr uint64_t kGeneration = 7;
constexpr int64_t kNow = 1'704'067'200;

std::vector<PrincipalKey> Keys(size_t num_keys, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<PrincipalKey> keys(num_keys);
  for (PrincipalKey& key : keys) {
    for (uint8_t& byte : key.chain_key) {
      byte = static_cast<uint8_t>(random());
    }
  }
  return keys;
}

std::shared_ptr<const Caller> SomeCaller() {
  auto caller = std::make_shared<Caller>();
  caller->user_value = "John Doe";
  caller->roles_value = "kibana_user,monitoring,readall";
  caller->generation = kGeneration;
  caller->expires_unix = kNow + 60;
  return caller;
}

// The standard library counts references without atomics while a process has never had a second
// thread; a gateway has.
void BecomeThreaded() {
  std::thread([] {}).join();
}

// A full cache, asked for keys in an order that no prefetcher guesses.
struct Filled {
  explicit Filled(size_t num_entries) : keys(Keys(num_entries, 1)), cache(num_entries) {
    BecomeThreaded();
    for (const PrincipalKey& key : keys) {
      cache.Insert(key, SomeCaller());
    }
    std::shuffle(keys.begin(), keys.end(), std::mt19937(2));
  }
  std::vector<PrincipalKey> keys;
  PrincipalCache cache;
};

void Hit(benchmark::State& state) {
  Filled filled(static_cast<size_t>(state.range(0)));
  size_t next = 0;
  const uint64_t before = num_allocations;
  for (auto _ : state) {
    const auto found = filled.cache.Find(filled.keys[next], kGeneration, kNow);
    PKIGATE_ASSERT(found != nullptr);
    next = next + 1 == filled.keys.size() ? 0 : next + 1;
  }
  PKIGATE_ASSERT(num_allocations == before);
}
BENCHMARK(Hit)->Arg(1)->Arg(1'000)->Arg(8'192)->Arg(100'000);

void Miss(benchmark::State& state) {
  Filled filled(static_cast<size_t>(state.range(0)));
  const std::vector<PrincipalKey> strangers = Keys(4'096, 3);
  size_t next = 0;
  const uint64_t before = num_allocations;
  for (auto _ : state) {
    const auto found = filled.cache.Find(strangers[next], kGeneration, kNow);
    PKIGATE_ASSERT(found == nullptr);
    next = (next + 1) % strangers.size();
  }
  PKIGATE_ASSERT(num_allocations == before);
}
BENCHMARK(Miss)->Arg(1)->Arg(1'000)->Arg(8'192)->Arg(100'000);

// A newcomer to a full cache, which takes the place of the one unused for longest.
void InsertIntoFull(benchmark::State& state) {
  Filled filled(static_cast<size_t>(state.range(0)));
  const std::vector<PrincipalKey> newcomers = Keys(4 * filled.keys.size(), 4);
  const std::shared_ptr<const Caller> caller = SomeCaller();
  size_t next = 0;
  const uint64_t before = num_allocations;
  for (auto _ : state) {
    filled.cache.Insert(newcomers[next], caller);
    next = next + 1 == newcomers.size() ? 0 : next + 1;
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(num_allocations - before),
                                                     benchmark::Counter::kAvgIterations);
  PKIGATE_ASSERT(filled.cache.size() == filled.keys.size());
}
BENCHMARK(InsertIntoFull)->Arg(1'000)->Arg(8'192);

// The first request after a policy changed: the old entry goes, the new one is kept.
void Renew(benchmark::State& state) {
  Filled filled(1'000);
  const std::shared_ptr<const Caller> caller = SomeCaller();
  size_t next = 0;
  for (auto _ : state) {
    const PrincipalKey& key = filled.keys[next];
    const auto found = filled.cache.Find(key, kGeneration + 1, kNow);
    PKIGATE_ASSERT(found == nullptr);
    filled.cache.Insert(key, caller);
    next = next + 1 == filled.keys.size() ? 0 : next + 1;
  }
}
BENCHMARK(Renew);

}  // namespace
}  // namespace pkigate::gateway

BENCHMARK_MAIN();
