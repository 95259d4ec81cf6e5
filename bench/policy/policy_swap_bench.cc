// SPDX-License-Identifier: Apache-2.0
//
// What a change of the policy costs whom. The control thread compiles and builds a snapshot, for as
// long as it takes. A worker adopts it between two turns, and every request of its connections
// waits for that, so adoption is the figure to watch.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <mimalloc.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "../roles/mapping_mix.h"
#include "base/assert.h"
#include "base/diagnostics.h"
#include "config/settings.h"
#include "control/snapshot_builder.h"
#include "gateway/snapshot.h"
#include "gateway/worker_snapshot.h"
#include "policy/compile.h"
#include "policy/compile_cache.h"
#include "policy/model.h"
#include "roles/opendistro_mapping.h"
#include "roles/xpack_mapping.h"
#include "site.h"
#include "store/store.h"

namespace pkigate {
namespace {

enum ModelArgument : int64_t { kXpackModel, kOpendistroModel, kOpendistroFileModel };

// All mappings but those of the last kind made through the API: stored as JSON.
policy::Model ModelOf(int64_t kind, size_t num_mappings) {
  policy::Model model;
  if (kind == kXpackModel) {
    policy::XpackModel body;
    policy::XpackRealmModel realm;
    realm.pki.name = "pki1";
    body.realms.push_back(std::move(realm));
    for (const auto& [name, mapping] : bench::XpackMix(num_mappings)) {
      body.api_mappings[name] = roles::RenderXpackMapping(*mapping);
    }
    model.body = std::move(body);
    return model;
  }
  policy::OpendistroModel body;
  identity::DomainModel domain;
  domain.name = "clientcert";
  body.domains.push_back(std::move(domain));
  for (const auto& [role, mapping] : bench::OpendistroMix(num_mappings)) {
    body.known_roles.insert(role);
    if (kind == kOpendistroFileModel) {
      body.file_mappings[role].mapping = *mapping;
    } else {
      body.api_mappings[role] = roles::RenderOpendistroMapping(*mapping);
    }
  }
  model.dialect = Dialect::kOpendistro;
  model.body = std::move(body);
  return model;
}

// Gives ten mappings texts that there never were before: six DNs, a wildcard at either end, two
// regular expressions.
void ChangeTen(policy::Model& model, size_t round) {
  constexpr size_t kIndices[] = {1, 2, 3, 4, 5, 6, 92, 93, 199, 299};
  for (const size_t index : kIndices) {
    // Of the same kind as the old one, and far from every other.
    const std::string text = bench::TextOf(index + (round + 1) * 1'000'000);
    if (auto* xpack = std::get_if<policy::XpackModel>(&model.body)) {
      xpack->api_mappings[fmt::format("mapping-{}", index)] =
          fmt::format(R"({{"enabled":true,"roles":["role-{}"],"rules":{{"field":{{"dn":"{}"}}}}}})",
                      index, text);
      continue;
    }
    auto& opendistro = std::get<policy::OpendistroModel>(model.body);
    const std::string role = fmt::format("role-{}", index);
    if (opendistro.file_mappings.empty()) {
      opendistro.api_mappings[role] = fmt::format(R"({{"users":["{}"]}})", text);
    } else {
      opendistro.file_mappings[role].mapping.users = {text};
    }
  }
}

// One TLS listener with that policy.
struct World {
  World(int64_t dialect, size_t num_mappings) {
    const tls::ServerSettings tls =
        tls::test::Site::Get().Server(tls::ClientAuthentication::kRequired);
    config::Listener listener;
    listener.name = "http";
    listener.tls.enabled = true;
    listener.tls.client_authentication = config::ClientAuthentication::kRequired;
    listener.tls.certificate_chain = tls.certificate_chain;
    listener.tls.private_key = tls.private_key;
    listener.tls.trust = tls.trust;
    listener.model = std::make_shared<policy::Model>(ModelOf(dialect, num_mappings));
    settings.listeners.push_back(std::move(listener));
    first = Build(1, nullptr);
    second = Build(2, first.get());
  }

  std::shared_ptr<const gateway::Snapshot> Build(uint64_t generation,
                                                 const gateway::Snapshot* predecessor) {
    Diagnostics diagnostics;
    auto snapshot =
        control::BuildSnapshot(settings, objects, generation, predecessor, cache, diagnostics);
    PKIGATE_ASSERT(snapshot != nullptr);
    return snapshot;
  }

  config::Settings settings;
  policy::CompileCache cache;
  std::vector<store::RoleMapping> objects;
  std::shared_ptr<const gateway::Snapshot> first;
  std::shared_ptr<const gateway::Snapshot> second;  // TLS as in the first
};

World& WorldOf(const benchmark::State& state) {
  static std::map<std::pair<int64_t, int64_t>, std::unique_ptr<World>> made;
  auto& world = made[{state.range(0), state.range(1)}];
  if (world == nullptr) {
    world = std::make_unique<World>(state.range(0), static_cast<size_t>(state.range(1)));
  }
  return *world;
}

void Label(benchmark::State& state) {
  constexpr const char* kNames[] = {"xpack", "opendistro", "opendistro, roles_mapping.yml"};
  state.SetLabel(kNames[state.range(0)]);
}

// --- the control thread's share -----------------------------------------------------------------

// Megabytes of this process that are in memory, free ones given back first.
double ResidentMegabytes() {
  ::mi_collect(true);
  std::ifstream numbers("/proc/self/statm");
  size_t size = 0;
  size_t resident = 0;
  numbers >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

// Everything anew, as at the start. `MB`: how much the process grew by the policy and by what is
// kept for the next one; the model was there before.
void CompilePolicy(benchmark::State& state) {
  const policy::Model model = ModelOf(state.range(0), static_cast<size_t>(state.range(1)));
  double megabytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const double before = ResidentMegabytes();
    Diagnostics diagnostics;
    policy::CompileCache cache;
    state.ResumeTiming();
    const auto policy = policy::Compile(model, 1, cache, diagnostics);
    state.PauseTiming();
    PKIGATE_ASSERT(policy != nullptr);
    megabytes = ResidentMegabytes() - before;
    state.ResumeTiming();
  }
  state.counters["MB"] = megabytes;
  Label(state);
}

// Ten mappings changed since the policy before.
void RecompilePolicy(benchmark::State& state) {
  policy::Model model = ModelOf(state.range(0), static_cast<size_t>(state.range(1)));
  policy::CompileCache cache;
  Diagnostics diagnostics;
  std::shared_ptr<const policy::Policy> in_force = policy::Compile(model, 1, cache, diagnostics);
  size_t round = 0;
  for (auto _ : state) {
    state.PauseTiming();
    ChangeTen(model, round++);
    state.ResumeTiming();
    auto next = policy::Compile(model, 1, cache, diagnostics);
    PKIGATE_ASSERT(next != nullptr);
    in_force = std::move(next);
    cache.Trim();
  }
  state.counters["shards"] = static_cast<double>(cache.shards.shards().size());
  Label(state);
}

// One change through the API: settings copied, objects laid over, policy compiled, TLS left alone.
void BuildSuccessor(benchmark::State& state) {
  World& world = WorldOf(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(world.Build(2, world.first.get()));
  }
  Label(state);
}

#define FOR_ALL_MODELS              \
  ArgNames({"dialect", "mappings"}) \
      ->ArgsProduct({{kXpackModel, kOpendistroModel}, {10, 1'000, 10'000}})
#define FOR_ALL_MODELS_AND_SIZES    \
  ArgNames({"dialect", "mappings"}) \
      ->ArgsProduct(                \
          {{kXpackModel, kOpendistroModel, kOpendistroFileModel}, {1'000, 10'000, 100'000}})
BENCHMARK(CompilePolicy)->FOR_ALL_MODELS_AND_SIZES->Unit(benchmark::kMillisecond);
BENCHMARK(RecompilePolicy)->FOR_ALL_MODELS_AND_SIZES->Unit(benchmark::kMillisecond);
BENCHMARK(BuildSuccessor)->FOR_ALL_MODELS->Unit(benchmark::kMillisecond);

// --- a worker's share ---------------------------------------------------------------------------

// Only mappings changed: contexts are kept, working memory is made anew, the predecessor goes. The
// control thread still holds both snapshots, so no policy is freed here.
void AdoptPolicy(benchmark::State& state) {
  const World& world = WorldOf(state);
  auto current = gateway::WorkerSnapshot::Make(world.first, nullptr, {});
  bool second = true;
  for (auto _ : state) {
    current = gateway::WorkerSnapshot::Make(second ? world.second : world.first, current.get(), {});
    second = !second;
  }
  Label(state);
}
BENCHMARK(AdoptPolicy)->FOR_ALL_MODELS->Unit(benchmark::kMicrosecond);

// A reload with another certificate: the contexts are built anew, too.
void AdoptTls(benchmark::State& state) {
  const World& world = WorldOf(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(gateway::WorkerSnapshot::Make(world.first, nullptr, {}));
  }
  Label(state);
}
BENCHMARK(AdoptTls)
    ->ArgNames({"dialect", "mappings"})
    ->ArgsProduct({{kXpackModel}, {10}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pkigate

BENCHMARK_MAIN();
