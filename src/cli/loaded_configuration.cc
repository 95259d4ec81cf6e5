// SPDX-License-Identifier: Apache-2.0
#include "cli/loaded_configuration.h"

#include <chrono>
#include <cstdio>
#include <map>
#include <utility>
#include <vector>

#include "api/mapping_changes.h"
#include "config/load.h"
#include "control/snapshot_builder.h"
#include "store/peek.h"

namespace pkigate::cli {

namespace {

std::vector<store::RoleMapping> StoredMappings(const config::Settings& settings,
                                               Diagnostics& diagnostics) {
  if (settings.store_path.empty()) {
    return {};
  }
  auto objects = store::Peek(settings.store_path);
  if (objects.ok()) {
    return std::move(objects).value();
  }
  Diagnostic diagnostic;
  diagnostic.severity = Diagnostic::Severity::kWarning;
  diagnostic.file = settings.file;
  diagnostic.key = "store.path";
  diagnostic.problem = "mappings made through the API are left out: " + objects.error().message;
  diagnostics.Add(std::move(diagnostic));
  return {};
}

// Listeners that share a model go on sharing one.
void LayOver(config::Settings& settings, const std::vector<store::RoleMapping>& objects) {
  std::map<const policy::Model*, std::shared_ptr<const policy::Model>> laid_over;
  for (config::Listener& listener : settings.listeners) {
    std::shared_ptr<const policy::Model>& model = laid_over[listener.model.get()];
    if (model == nullptr) {
      policy::Model changed = *listener.model;
      api::LayOver(changed, objects);
      model = std::make_shared<const policy::Model>(std::move(changed));
    }
    listener.model = model;
  }
}

}  // namespace

std::optional<LoadedConfiguration> LoadConfiguration(const std::string& path,
                                                     Diagnostics& diagnostics) {
  std::optional<config::Settings> settings = config::Load(path, diagnostics);
  if (!settings.has_value()) {
    return std::nullopt;
  }
  LayOver(*settings, StoredMappings(*settings, diagnostics));
  auto snapshot = control::BuildSnapshot(*settings, {}, diagnostics);
  if (snapshot == nullptr) {
    return std::nullopt;
  }
  return LoadedConfiguration{*std::move(settings), std::move(snapshot)};
}

size_t FindListener(const config::Settings& settings, const std::string& wanted) {
  const std::vector<config::Listener>& listeners = settings.listeners;
  for (size_t index = 0; index < listeners.size(); ++index) {
    if (wanted.empty() || listeners[index].name == wanted) {
      return index;
    }
  }
  for (size_t index = 0; index < listeners.size(); ++index) {
    const bool http = listeners[index].layer == config::Listener::Layer::kHttp;
    if (wanted == (http ? "http" : "transport")) {
      return index;
    }
  }
  return listeners.size();
}

void PrintForPeople(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    std::fprintf(stderr, "%s\n", diagnostic.ForPeople().c_str());
  }
}

int64_t SystemNowUnix() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace pkigate::cli
