// SPDX-License-Identifier: Apache-2.0
//
// One user against 10 to 100,000 role mappings (mapping_mix.h), in both dialects: what a caller
// costs who is not in the principal cache; and how long the set takes to compile, which happens on
// the control thread.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <mimalloc.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "mapping_mix.h"
#include "match/scratch.h"
#include "match/shard_cache.h"
#include "roles/file_mapper.h"
#include "roles/opendistro_role_mapper.h"
#include "roles/xpack_role_mapper.h"

namespace pkigate::roles {
namespace {

using bench::kUserDn;
using bench::kUserDnJdk;

// Of the ten there is only the exact one.
size_t RolesWanted(size_t num_mappings) { return num_mappings < 100 ? 1 : 4; }

// Compiled once per size: Google Benchmark runs a function several times to find its pace.
const XpackRoleMapper& XpackMapper(size_t num_mappings) {
  static std::map<size_t, std::unique_ptr<const XpackRoleMapper>> made;
  auto& mapper = made[num_mappings];
  if (mapper == nullptr) {
    match::ShardCache none;
    auto compiled = XpackRoleMapper::Compile(bench::XpackMix(num_mappings), none);
    PKIGATE_ASSERT(compiled.ok());
    mapper = std::move(compiled).value();
  }
  return *mapper;
}

const OpendistroRoleMapper& OpendistroMapper(size_t num_mappings) {
  static std::map<size_t, std::unique_ptr<const OpendistroRoleMapper>> made;
  auto& mapper = made[num_mappings];
  if (mapper == nullptr) {
    match::ShardCache none;
    auto compiled = OpendistroRoleMapper::Compile(Dialect::kOpendistro,
                                                  bench::OpendistroMix(num_mappings), none);
    PKIGATE_ASSERT(compiled.ok());
    mapper = std::move(compiled).value();
  }
  return *mapper;
}

template <typename Mapper, typename Subject>
void RolesOfUser(benchmark::State& state, const Mapper& mapper, const Subject& subject,
                 size_t num_roles_wanted) {
  match::Scratch scratch;
  mapper.ReserveIn(scratch);
  std::vector<std::string> roles;
  for (auto _ : state) {
    roles.clear();
    const Status judged = mapper.AddRoles(subject, scratch, &roles);
    PKIGATE_ASSERT(judged.ok());
  }
  std::sort(roles.begin(), roles.end());
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  PKIGATE_ASSERT(roles.size() == num_roles_wanted);
}

XpackSubject UserOfXpack(const std::string& dn) {
  XpackSubject subject;
  subject.username = "user-0";
  subject.dn = dn;
  subject.realm_name = "pki1";
  subject.metadata = {{"pki_dn", {dn}}};
  return subject;
}

void XpackUser(benchmark::State& state) {
  const auto num_mappings = static_cast<size_t>(state.range(0));
  RolesOfUser(state, XpackMapper(num_mappings), UserOfXpack(kUserDnJdk), RolesWanted(num_mappings));
}
// Nobody the mappings know: the common case of a scan and the price of a refusal.
void XpackStranger(benchmark::State& state) {
  RolesOfUser(state, XpackMapper(static_cast<size_t>(state.range(0))),
              UserOfXpack("CN=stranger, OU=elsewhere, O=Other, C=FR"), 0);
}

void OpendistroUser(benchmark::State& state) {
  const auto num_mappings = static_cast<size_t>(state.range(0));
  const std::vector<std::string> backend_roles;
  const OpendistroSubject subject{
      .username = kUserDn, .backend_roles = &backend_roles, .hosts = {"192.0.2.17"}};
  RolesOfUser(state, OpendistroMapper(num_mappings), subject, RolesWanted(num_mappings));
}
void OpendistroStranger(benchmark::State& state) {
  const std::vector<std::string> backend_roles;
  const OpendistroSubject subject{.username = "CN=stranger,OU=elsewhere,O=Other,C=FR",
                                  .backend_roles = &backend_roles,
                                  .hosts = {"192.0.2.17"}};
  RolesOfUser(state, OpendistroMapper(static_cast<size_t>(state.range(0))), subject, 0);
}

#define FOR_ALL_SIZES Arg(10)->Arg(1'000)->Arg(10'000)->Arg(100'000)
BENCHMARK(XpackUser)->FOR_ALL_SIZES;
BENCHMARK(XpackStranger)->FOR_ALL_SIZES;
BENCHMARK(OpendistroUser)->FOR_ALL_SIZES;
BENCHMARK(OpendistroStranger)->FOR_ALL_SIZES;

// X-Pack's role_mapping.yml: DNs only, no patterns.
std::vector<FileMapping> FileLines(size_t num_mappings) {
  std::vector<FileMapping> lines(num_mappings);
  for (size_t index = 0; index < num_mappings; ++index) {
    lines[index].role = fmt::format("role-{}", index);
    lines[index].dn = index == 0 ? kUserDn : fmt::format("CN=user-{},O=Example,C=DE", index);
  }
  return lines;
}

void XpackFileUser(benchmark::State& state) {
  std::vector<FileMapping> bad;
  const FileMapper mapper(FileLines(static_cast<size_t>(state.range(0))), &bad);
  PKIGATE_ASSERT(bad.empty());
  std::vector<std::string> roles;
  for (auto _ : state) {
    roles.clear();
    mapper.AddRoles(kUserDnJdk, &roles);
    PKIGATE_ASSERT(roles.size() == 1);
  }
}
BENCHMARK(XpackFileUser)->FOR_ALL_SIZES;

void CompileXpack(benchmark::State& state) {
  const auto mappings = bench::XpackMix(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    match::ShardCache none;
    const auto mapper = XpackRoleMapper::Compile(mappings, none);
    PKIGATE_ASSERT(mapper.ok());
  }
}
void CompileOpendistro(benchmark::State& state) {
  const auto mappings = bench::OpendistroMix(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    match::ShardCache none;
    const auto mapper = OpendistroRoleMapper::Compile(Dialect::kOpendistro, mappings, none);
    PKIGATE_ASSERT(mapper.ok());
  }
}
void CompileXpackFile(benchmark::State& state) {
  const auto lines = FileLines(static_cast<size_t>(state.range(0)));
  for (auto _ : state) {
    std::vector<FileMapping> bad;
    const FileMapper mapper(lines, &bad);
    benchmark::DoNotOptimize(&mapper);
  }
}
BENCHMARK(CompileXpack)->FOR_ALL_SIZES->Unit(benchmark::kMillisecond);
BENCHMARK(CompileOpendistro)->FOR_ALL_SIZES->Unit(benchmark::kMillisecond);
BENCHMARK(CompileXpackFile)->FOR_ALL_SIZES->Unit(benchmark::kMillisecond);

// Naming it is what links it: it takes the place of operator new.
const bool kAllocatorTold =
    (benchmark::AddCustomContext("mimalloc", std::to_string(::mi_version())), true);

}  // namespace
}  // namespace pkigate::roles

BENCHMARK_MAIN();
