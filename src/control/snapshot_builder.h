// SPDX-License-Identifier: Apache-2.0
//
// From files and store to a snapshot that can be published: settings loaded, the store's objects
// laid over the files' models, policies compiled, TLS contexts tried out. Complete or nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "config/settings.h"
#include "gateway/snapshot.h"
#include "policy/compile_cache.h"
#include "store/store.h"

namespace pkigate::control {

// The TLS part of a listener as workers build their contexts from it.
tls::ServerSettings TlsSettingsOf(const config::TlsSettings& settings);

// Tries everything that workers will do with the settings' TLS part; what fails becomes an error
// diagnostic that names the listener. check-config does the same.
void TryTls(const config::Settings& settings, Diagnostics& diagnostics);

// A snapshot of `settings` with `objects` laid over, as `generation`. Null when `diagnostics` got
// an error. `predecessor` (may be null): its TLS generation is kept if nothing about TLS differs.
// `cache` goes from one snapshot to the next; who publishes them trims it.
std::shared_ptr<const gateway::Snapshot> BuildSnapshot(
    const config::Settings& settings, const std::vector<store::RoleMapping>& objects,
    uint64_t generation, const gateway::Snapshot* predecessor, policy::CompileCache& cache,
    Diagnostics& diagnostics);
std::shared_ptr<const gateway::Snapshot> BuildSnapshot(
    const config::Settings& settings, const std::vector<store::RoleMapping>& objects,
    Diagnostics& diagnostics);  // the first and only one, with nothing to reuse

// What a reload cannot change while connections are open: empty, or a sentence that names it.
std::string RestartNeededFor(const config::Settings& running, const config::Settings& wanted);

}  // namespace pkigate::control
