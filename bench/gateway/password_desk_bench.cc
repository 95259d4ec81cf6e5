// SPDX-License-Identifier: Apache-2.0
//
// A password that was found right lately, asked again with each request: a keyed digest and a look
// into a table. It must not allocate: this program counts and stops when it does.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "base/assert.h"
#include "gateway/password_successes.h"
#include "tls/keyed_digest.h"

namespace {
uint64_t num_allocations = 0;
}

// Not inlined, as the deletes below: see principal_cache_bench.cc.
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

constexpr char kStoredHash[] = "$2a$10$GD6LxTs/hE5Mb5HSMCWMNuXMGzHPSAzRZqQkSDNGGbrZKLKVZBvoy";

void KnownPassword(benchmark::State& state) {
  const auto num_users = static_cast<size_t>(state.range(0));
  tls::KeyedDigest digest;
  PasswordSuccesses successes(num_users);
  std::vector<std::string> passwords;
  for (size_t user = 0; user < num_users; ++user) {
    passwords.push_back("correct horse " + std::to_string(user));
    successes.Insert(digest.Of(kStoredHash, passwords.back()), 0);
  }
  size_t next = 0;
  const uint64_t before = num_allocations;
  for (auto _ : state) {
    const bool found = successes.Find(digest.Of(kStoredHash, passwords[next]), 60, 1);
    PKIGATE_ASSERT(found);
    next = next + 1 == num_users ? 0 : next + 1;
  }
  PKIGATE_ASSERT(num_allocations == before);
}
BENCHMARK(KnownPassword)->Arg(1)->Arg(1'000)->Arg(16'384);

}  // namespace
}  // namespace pkigate::gateway

BENCHMARK_MAIN();
