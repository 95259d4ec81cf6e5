// SPDX-License-Identifier: Apache-2.0
#include "control/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "api/mapping_changes.h"
#include "policy/compile.h"
#include "tls/server_context.h"

namespace pkigate::control {

namespace {

tls::ClientAuthentication ModeOf(config::ClientAuthentication mode) {
  switch (mode) {
    case config::ClientAuthentication::kNone:
      return tls::ClientAuthentication::kNone;
    case config::ClientAuthentication::kOptional:
      return tls::ClientAuthentication::kOptional;
    case config::ClientAuthentication::kRequired:
      return tls::ClientAuthentication::kRequired;
  }
  return tls::ClientAuthentication::kRequired;
}

bool SameTls(const config::TlsSettings& a, const config::TlsSettings& b) {
  const auto trust_id = [](const config::TlsSettings& tls) {
    return tls.trust == nullptr ? 0 : tls.trust->id();
  };
  return a.enabled == b.enabled && a.client_authentication == b.client_authentication &&
         a.verify == b.verify && a.certificate_chain == b.certificate_chain &&
         a.private_key == b.private_key && trust_id(a) == trust_id(b) &&
         a.version_min == b.version_min && a.version_max == b.version_max &&
         a.cipher_suites == b.cipher_suites && a.alpn == b.alpn;
}

bool SameTls(const config::Settings& a, const config::Settings& b) {
  return std::equal(
      a.listeners.begin(), a.listeners.end(), b.listeners.begin(), b.listeners.end(),
      [](const config::Listener& x, const config::Listener& y) { return SameTls(x.tls, y.tls); });
}

}  // namespace

tls::ServerSettings TlsSettingsOf(const config::TlsSettings& settings) {
  tls::ServerSettings made;
  made.certificate_chain = settings.certificate_chain;
  made.private_key = settings.private_key;
  made.client_authentication = ModeOf(settings.client_authentication);
  made.verify = settings.verify;
  made.version_min = settings.version_min;
  made.version_max = settings.version_max;
  made.cipher_suites = settings.cipher_suites;
  made.alpn = settings.alpn;
  made.trust = settings.trust;
  return made;
}

void TryTls(const config::Settings& settings, Diagnostics& diagnostics) {
  for (const config::Listener& listener : settings.listeners) {
    if (!listener.tls.enabled) {
      continue;
    }
    const auto context = tls::ServerContext::Create(TlsSettingsOf(listener.tls));
    if (!context.ok()) {
      Diagnostic diagnostic;
      diagnostic.file = settings.file;
      diagnostic.key = "listeners." + listener.name;
      diagnostic.problem = "TLS settings cannot be used: " + context.error().message;
      diagnostics.Add(std::move(diagnostic));
    }
  }
}

std::shared_ptr<const gateway::Snapshot> BuildSnapshot(
    const config::Settings& settings, const std::vector<store::RoleMapping>& objects,
    uint64_t generation, const gateway::Snapshot* predecessor, policy::CompileCache& cache,
    Diagnostics& diagnostics) {
  auto snapshot = std::make_shared<gateway::Snapshot>();
  snapshot->generation = generation;
  snapshot->settings = settings;
  const bool same_tls = predecessor != nullptr && SameTls(predecessor->settings, settings);
  snapshot->tls_generation = same_tls ? predecessor->tls_generation : generation;
  if (!same_tls) {
    TryTls(settings, diagnostics);
  }
  // Listeners that share a model share its policy.
  std::map<const policy::Model*, std::shared_ptr<const policy::Policy>> compiled;
  for (config::Listener& listener : snapshot->settings.listeners) {
    std::shared_ptr<const policy::Policy>& policy = compiled[listener.model.get()];
    if (policy == nullptr) {
      policy::Model model = *listener.model;
      api::LayOver(model, objects);
      policy = policy::Compile(model, generation, cache, diagnostics);
    }
    if (policy == nullptr || diagnostics.has_errors()) {
      return nullptr;
    }
    gateway::ListenerSnapshot made;
    made.policy = policy;
    if (listener.tls.enabled) {
      made.tls = TlsSettingsOf(listener.tls);
    }
    snapshot->listeners.push_back(std::move(made));
  }
  return snapshot;
}

std::shared_ptr<const gateway::Snapshot> BuildSnapshot(
    const config::Settings& settings, const std::vector<store::RoleMapping>& objects,
    Diagnostics& diagnostics) {
  policy::CompileCache none;
  return BuildSnapshot(settings, objects, 1, nullptr, none, diagnostics);
}

std::string RestartNeededFor(const config::Settings& running, const config::Settings& wanted) {
  if (running.workers != wanted.workers) {
    return fmt::format("workers changed from {} to {}", running.workers, wanted.workers);
  }
  if (running.crypto_threads != wanted.crypto_threads) {
    return fmt::format("crypto_threads changed from {} to {}", running.crypto_threads,
                       wanted.crypto_threads);
  }
  if (running.name_servers != wanted.name_servers) {
    return "resolver.servers changed";
  }
  if (running.store_path != wanted.store_path) {
    return fmt::format("store.path changed from {} to {}", running.store_path, wanted.store_path);
  }
  if (running.pattern_cache_path != wanted.pattern_cache_path) {
    return fmt::format("pattern_cache.path changed from [{}] to [{}]", running.pattern_cache_path,
                       wanted.pattern_cache_path);
  }
  if (running.listeners.size() != wanted.listeners.size()) {
    return "a listener was added or removed";
  }
  for (size_t index = 0; index < running.listeners.size(); ++index) {
    const config::Listener& before = running.listeners[index];
    const config::Listener& after = wanted.listeners[index];
    if (before.name != after.name || before.address != after.address) {
      return fmt::format("listener {} at {} became {} at {}", before.name, before.address.Text(),
                         after.name, after.address.Text());
    }
    if (before.tls.enabled != after.tls.enabled || before.dialect != after.dialect) {
      return fmt::format("listener {} changed its dialect or switched TLS on or off", before.name);
    }
  }
  if (running.upstreams.size() != wanted.upstreams.size()) {
    return "an upstream was added or removed (its addresses may change without a restart)";
  }
  for (size_t index = 0; index < running.upstreams.size(); ++index) {
    if (running.upstreams[index].name != wanted.upstreams[index].name) {
      return fmt::format("upstream {} was renamed to {}", running.upstreams[index].name,
                         wanted.upstreams[index].name);
    }
  }
  for (size_t index = 0; index < running.upstreams.size(); ++index) {
    // A worker's table of upstream connections is made for the number it starts with.
    if (running.upstreams[index].num_connections < wanted.upstreams[index].num_connections) {
      return fmt::format("upstreams.{}.connections was raised (lowering it needs no restart)",
                         running.upstreams[index].name);
    }
  }
  if (running.limits.num_connections < wanted.limits.num_connections) {
    return "limits.connections was raised (lowering it needs no restart)";
  }
  if (running.limits.head_bytes < wanted.limits.head_bytes) {
    return "limits.head_size was raised (lowering it needs no restart)";
  }
  return "";
}

}  // namespace pkigate::control
