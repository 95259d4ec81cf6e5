// SPDX-License-Identifier: Apache-2.0
//
// What a change of the policy costs whom. The control thread compiles and builds a snapshot, for as
// long as it takes. A worker adopts it between two turns, and every request of its connections
// waits for that, so adoption is the figure to watch.
#include <benchmark/benchmark.h>

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

enum DialectArgument : int64_t { kXpackModel, kOpendistroModel };

policy::Model ModelOf(int64_t dialect, size_t num_mappings) {
  policy::Model model;
  if (dialect == kXpackModel) {
    policy::XpackModel body;
    policy::XpackRealmModel realm;
    realm.pki.name = "pki1";
    body.realms.push_back(std::move(realm));
    for (const auto& [name, mapping] : bench::XpackMix(num_mappings)) {
      body.api_mappings[name] = roles::RenderXpackMapping(mapping);
    }
    model.body = std::move(body);
    return model;
  }
  policy::OpendistroModel body;
  identity::DomainModel domain;
  domain.name = "clientcert";
  body.domains.push_back(std::move(domain));
  for (auto& [role, mapping] : bench::OpendistroMix(num_mappings)) {
    body.known_roles.insert(role);
    body.file_mappings[role].mapping = std::move(mapping);
  }
  model.dialect = Dialect::kOpendistro;
  model.body = std::move(body);
  return model;
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
  state.SetLabel(state.range(0) == kXpackModel ? "xpack" : "opendistro");
}

// --- the control thread's share -----------------------------------------------------------------

void CompilePolicy(benchmark::State& state) {
  const policy::Model model = ModelOf(state.range(0), static_cast<size_t>(state.range(1)));
  for (auto _ : state) {
    Diagnostics diagnostics;
    const auto policy = policy::Compile(model, 1, diagnostics);
    PKIGATE_ASSERT(policy != nullptr);
  }
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
BENCHMARK(CompilePolicy)->FOR_ALL_MODELS->Unit(benchmark::kMillisecond);
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
