// SPDX-License-Identifier: Apache-2.0
#include "pkigate/identifier.h"

#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "base/diagnostics.h"
#include "base/ip_address.h"
#include "config/load.h"
#include "embed/judge_chain.h"
#include "embed/scratch_pool.h"
#include "policy/compile.h"
#include "policy/policy.h"

namespace pkigate {

namespace {

// Nothing is ever reloaded into an Identifier.
constexpr uint64_t kGeneration = 1;

struct CompiledPolicy {
  explicit CompiledPolicy(std::shared_ptr<const policy::Policy> compiled)
      : policy(std::move(compiled)), scratch(*policy) {}

  std::shared_ptr<const policy::Policy> policy;
  embed::ScratchPool scratch;
};

struct KnownListener {
  std::string name;
  config::TlsSettings tls;
  std::shared_ptr<CompiledPolicy> compiled;
};

void Tell(const Diagnostics& diagnostics, LoadReport* report) {
  if (report == nullptr) {
    return;
  }
  *report = {};
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    const bool is_error = diagnostic.severity == Diagnostic::Severity::kError;
    (is_error ? report->errors : report->warnings)
        .push_back({.file = diagnostic.file,
                    .line = diagnostic.line,
                    .column = diagnostic.column,
                    .key = diagnostic.key,
                    .message = diagnostic.problem,
                    .hint = diagnostic.hint});
  }
}

// A store may hold mappings that grant more than the files do, or take away what they grant.
void WarnOfStore(const config::Settings& settings, Diagnostics& diagnostics) {
  std::error_code failure;
  if (settings.store_path.empty() || !std::filesystem::exists(settings.store_path, failure)) {
    return;
  }
  Diagnostic diagnostic;
  diagnostic.severity = Diagnostic::Severity::kWarning;
  diagnostic.file = settings.file;
  diagnostic.key = "store.path";
  diagnostic.problem =
      "role mappings made through the management API are left out: the answers "
      "may differ from those of a gateway that uses " +
      settings.store_path;
  diagnostic.hint = "ask that gateway, or keep all role mappings in the files";
  diagnostics.Add(std::move(diagnostic));
}

// Listeners that share a model share its policy. Empty when a policy cannot be compiled.
std::vector<KnownListener> CompileListeners(const config::Settings& settings,
                                            Diagnostics& diagnostics) {
  std::vector<KnownListener> listeners;
  std::map<const policy::Model*, std::shared_ptr<CompiledPolicy>> by_model;
  for (const config::Listener& listener : settings.listeners) {
    std::shared_ptr<CompiledPolicy>& compiled = by_model[listener.model.get()];
    if (compiled == nullptr) {
      auto policy = policy::Compile(*listener.model, kGeneration, diagnostics);
      if (policy == nullptr) {
        continue;  // the others' problems are worth telling, too
      }
      compiled = std::make_shared<CompiledPolicy>(std::move(policy));
    }
    listeners.push_back({.name = listener.name, .tls = listener.tls, .compiled = compiled});
  }
  return diagnostics.has_errors() ? std::vector<KnownListener>() : std::move(listeners);
}

Identity Nobody(std::string reason) {
  Identity nobody;
  nobody.reason = std::move(reason);
  return nobody;
}

Identity IdentityOf(policy::Authentication result) {
  if (result.outcome != policy::Authentication::Outcome::kAuthenticated) {
    Identity nobody = Nobody(result.why.empty() ? "no realm or domain takes the certificate"
                                                : std::move(result.why));
    nobody.dn = std::move(result.user.principal);
    return nobody;
  }
  std::vector<std::pair<std::string, std::string>> metadata;
  for (identity::MetadataEntry& entry : result.user.metadata) {
    metadata.emplace_back(std::move(entry.key), std::move(entry.value));
  }
  return {.authenticated = true,
          .realm = std::move(result.user.realm_name),
          .username = std::move(result.user.username),
          .dn = std::move(result.user.principal),
          .roles = std::move(result.roles),
          .backend_roles = std::move(result.user.backend_roles),
          .metadata = std::move(metadata),
          .superadmin = result.user.superadmin,
          .reason = "",
          .expires_unix = result.expires_unix};
}

}  // namespace

struct Identifier::Parts {
  std::vector<KnownListener> listeners;
};

Identifier::Identifier(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Identifier::~Identifier() = default;

std::unique_ptr<const Identifier> Identifier::Load(const std::string& path, LoadReport* report) {
  Diagnostics diagnostics;
  auto parts = std::make_unique<Parts>();
  if (const std::optional<config::Settings> settings = config::Load(path, diagnostics)) {
    WarnOfStore(*settings, diagnostics);
    parts->listeners = CompileListeners(*settings, diagnostics);
  }
  Tell(diagnostics, report);
  if (diagnostics.has_errors()) {
    return nullptr;
  }
  return std::unique_ptr<const Identifier>(new Identifier(std::move(parts)));
}

std::vector<std::string> Identifier::Listeners() const {
  std::vector<std::string> names;
  for (const KnownListener& listener : parts_->listeners) {
    names.push_back(listener.name);
  }
  return names;
}

Identity Identifier::Identify(const Presented& presented) const {
  const KnownListener* listener = nullptr;
  for (const KnownListener& known : parts_->listeners) {
    if (known.name == presented.listener) {
      listener = &known;
    }
  }
  if (listener == nullptr) {
    return Nobody("no listener named " + std::string(presented.listener));
  }
  const Result<IpAddress> address = IpAddress::Parse(presented.peer_address);
  if (!address.ok()) {
    return Nobody("peer address: " + address.error().message);
  }
  CompiledPolicy& compiled = *listener->compiled;
  embed::ScratchPool::Lease scratch(compiled.scratch);
  return IdentityOf(embed::JudgeChain(listener->tls, *compiled.policy, *scratch,
                                      {.der = {presented.chain.begin(), presented.chain.end()},
                                       .peer = {.address = *address},
                                       .now_unix = presented.time_unix}));
}

}  // namespace pkigate
