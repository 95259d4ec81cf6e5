// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_dynamic.h"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "config/opendistro_document.h"
#include "config/opendistro_domains.h"
#include "config/yaml_reader.h"
#include "identity/failure_listeners.h"
#include "match/java_regex.h"

namespace pkigate::config {

namespace {

class DynamicReader {
 public:
  DynamicReader(const YamlContext& context, Dialect dialect, const OpendistroNode& node,
                policy::OpendistroModel* model)
      : context_(context), dialect_(dialect), node_(node), model_(*model) {}

  void Read(const YamlNode& root) {
    MappingReader top(context_, root, "");
    const YamlNode* config = top.Find("config");
    if (config == nullptr) {
      top.Missing("config");
    }
    top.ReportUnknownKeys();
    if (config == nullptr) {
      return;
    }
    MappingReader section(context_, *config, "config");
    const YamlNode* dynamic = section.Find("dynamic");
    if (dynamic == nullptr) {
      section.Missing("dynamic");
    }
    section.ReportUnknownKeys();
    if (dynamic != nullptr) {
      ReadDynamic(*dynamic);
    }
  }

  void ReadDynamic(const YamlNode& node) {
    MappingReader dynamic(context_, node, "config.dynamic");
    CheckWithoutEffect(dynamic);
    ReadHostsResolver(dynamic);
    bool no_rest_auth = false;
    if (dynamic.Switch("disable_rest_auth", &no_rest_auth) && no_rest_auth &&
        node_.disable_rest_auth_initially) {
      dynamic.Error("disable_rest_auth", "a gateway without authentication is not offered");
    }
    ReadHttp(dynamic);
    ReadFailureListeners(dynamic);
    if (dialect_ == Dialect::kOpensearch) {
      CheckOpensearchKeys(dynamic);
    }
    ReadOpendistroDomains(dynamic, dialect_, &model_);
    dynamic.ReportUnknownKeys();
    CheckDomains(dynamic);
  }

 private:
  // What each domain by itself cannot say.
  void CheckDomains(MappingReader& dynamic) {
    bool any_enabled = false;
    for (const identity::DomainModel& domain : model_.domains) {
      any_enabled = any_enabled || domain.http_enabled;
      if (domain.http_enabled && !model_.xff.enabled &&
          std::holds_alternative<identity::ProxyModel>(domain.authenticator)) {
        context_.Warn(domain.where.line, 0, dynamic.PathOf("authc." + domain.name),
                      "finds nobody: no proxy is trusted", "http.xff.enabled: true");
      }
    }
    if (!any_enabled && !model_.anonymous) {
      context_.Warn(dynamic.line(), 0, dynamic.PathOf("authc"),
                    "no domain is enabled for HTTP: every request is answered with 503");
    }
  }

  // Keys of the cluster's own, or of permissions.
  void CheckWithoutEffect(MappingReader& dynamic) {
    size_t word = 0;
    bool on = false;
    std::string text;
    dynamic.Word("filtered_alias_mode", {"warn", "nowarn", "disallow"}, &word);
    dynamic.Switch("disable_intertransport_auth", &on);
    dynamic.Switch("respect_request_indices_options", &on);
    dynamic.Switch("do_not_fail_on_forbidden", &on);
    dynamic.Switch("do_not_fail_on_forbidden_empty", &on);
    dynamic.Switch("multi_rolespan_enabled", &on);
    dynamic.Text("transport_userrname_attribute", &text);
    const YamlNode* node = dynamic.Find("kibana");
    if (node == nullptr) {
      return;
    }
    MappingReader kibana(context_, *node, dynamic.PathOf("kibana"));
    kibana.Switch("multitenancy_enabled", &on);
    kibana.Text("server_username", &text);
    kibana.Text("index", &text);
    kibana.Text("opendistro_role", &text);
    if (dialect_ == Dialect::kOpensearch) {
      kibana.Switch("private_tenant_enabled", &on);
      kibana.Text("default_tenant", &text);
      std::vector<const YamlNode*> options;
      kibana.Texts("sign_in_options", &options);
    }
    kibana.ReportUnknownKeys();
  }

  // 4.4. Anything else than the three words means addresses only.
  void ReadHostsResolver(MappingReader& dynamic) {
    constexpr std::string_view kKey = "hosts_resolver_mode";
    std::string mode;
    const YamlEntry* entry = dynamic.FindEntry(kKey);
    if (entry != nullptr && entry->value.kind == YamlNode::Kind::kNull &&
        dialect_ == Dialect::kOpensearch) {
      model_.hosts_resolver_mode = policy::HostsResolverMode::kIpHostname;
      return;
    }
    if (!dynamic.Text(kKey, &mode)) {
      return;
    }
    if (mode == "ip-hostname") {
      model_.hosts_resolver_mode = policy::HostsResolverMode::kIpHostname;
    } else if (mode == "ip-hostname-lookup") {
      model_.hosts_resolver_mode = policy::HostsResolverMode::kIpHostnameLookup;
    } else if (mode != "ip-only") {
      context_.Warn(entry->value.line, entry->value.column, dynamic.PathOf(kKey),
                    fmt::format("unknown value `{}` is read as ip-only", mode),
                    "ip-only, ip-hostname or ip-hostname-lookup");
    }
  }

  void ReadHttp(MappingReader& dynamic) {
    const YamlNode* node = dynamic.Find("http");
    if (node == nullptr) {
      return;
    }
    MappingReader http(context_, *node, dynamic.PathOf("http"));
    http.Switch("anonymous_auth_enabled", &model_.anonymous);
    model_.anonymous = model_.anonymous && !node_.disable_anonymous;
    if (const YamlNode* xff_node = http.Find("xff")) {
      MappingReader xff(context_, *xff_node, http.PathOf("xff"));
      model_.xff.where = {context_.file, xff_node->line};
      xff.Switch("enabled", &model_.xff.enabled);
      xff.Text("remoteIpHeader", &model_.xff.remote_ip_header);
      if (xff.Text("internalProxies", &model_.xff.internal_proxies)) {
        // Upstream stores a bad one and then ignores it.
        const auto pattern = match::JavaRegex::Compile(model_.xff.internal_proxies,
                                                       match::JavaRegex::Case::kSensitive);
        if (!pattern.ok()) {
          xff.Error("internalProxies", pattern.error().message);
        }
      }
      xff.ReportUnknownKeys();
    }
    http.ReportUnknownKeys();
  }

  // 2.3.
  void ReadFailureListeners(MappingReader& dynamic) {
    const YamlNode* node = dynamic.Find("auth_failure_listeners");
    if (node == nullptr) {
      return;
    }
    MappingReader listeners(context_, *node, dynamic.PathOf("auth_failure_listeners"));
    for (const YamlEntry& entry : node->entries) {
      ReadFailureListener(entry, listeners.PathOf(entry.key));
    }
  }

  void ReadFailureListener(const YamlEntry& entry, const std::string& path) {
    using Counts = identity::FailureListenerModel::Counts;
    MappingReader listener(context_, entry.value, path);
    identity::FailureListenerModel model;
    model.name = entry.key;
    model.where = {context_.file, entry.line};
    size_t word = 0;
    const bool has_type = listener.Word("type", {"ip", "username"}, &word);
    model.counts = word == 0 ? Counts::kAddresses : Counts::kUsernames;
    std::string backend;
    listener.Text("authentication_backend", &backend);
    model.backend = backend == "intern" ? "internal" : backend;
    const auto number = [&](std::string_view key, int64_t min, int64_t max, auto* out) {
      auto value = static_cast<int64_t>(*out);
      listener.Integer(key, min, max, &value);
      *out = static_cast<std::remove_reference_t<decltype(*out)>>(value);
    };
    constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
    number("allowed_tries", 2, limits::kLoginTriesMax, &model.num_tries);
    number("time_window_seconds", 1, kMax, &model.time_window_seconds);
    number("block_expiry_seconds", 1, kMax, &model.block_expiry_seconds);
    number("max_blocked_clients", 0, kMax, &model.num_blocked_max);
    number("max_tracked_clients", 0, kMax, &model.num_tracked_max);
    if (dialect_ == Dialect::kOpensearch) {
      std::vector<const YamlNode*> hosts;
      listener.Texts("ignore_hosts", &hosts);
      for (const YamlNode* host : hosts) {
        model.ignore_hosts.push_back(host->text);
      }
      if (const auto made = identity::FailureListeners::Compile({model}); !made.ok()) {
        listener.Error("ignore_hosts", made.error().message);
      }
    }
    listener.ReportUnknownKeys();
    if (entry.value.Find("type") == nullptr) {
      listener.Missing("type", "ip or username");
    }
    if (!has_type) {
      return;
    }
    // As upstream, which says so in its log: such a listener turns nobody away.
    if ((model.counts == Counts::kAddresses) == model.backend.empty()) {
      model_.failure_listeners.push_back(std::move(model));
    } else {
      context_.Warn(entry.line, entry.column, path,
                    model.backend.empty()
                        ? "has no effect: user names are counted at an authentication backend"
                        : "has no effect: addresses are not counted at an authentication backend",
                    model.backend.empty() ? "authentication_backend: internal" : "type: username");
    }
  }

  void CheckOpensearchKeys(MappingReader& dynamic) {
    for (const std::string_view key : {"on_behalf_of", "api_tokens"}) {
      const YamlNode* node = dynamic.Find(key);
      const YamlNode* enabled = node == nullptr ? nullptr : node->Find("enabled");
      if (enabled != nullptr && enabled->text == "true") {
        dynamic.Error(key, "is not available", "enabled: false");
      }
    }
    std::string text;
    dynamic.Text("privileges_evaluation_type", &text);
  }

  const YamlContext& context_;
  const Dialect dialect_;
  const OpendistroNode& node_;
  policy::OpendistroModel& model_;
};

}  // namespace

void ReadOpendistroDynamic(const std::string& path, Dialect dialect, const OpendistroNode& node,
                           Diagnostics& diagnostics, policy::OpendistroModel* model) {
  const std::optional<YamlNode> root = ReadOpendistroDocument(path, "config", diagnostics);
  if (!root) {
    return;
  }
  const YamlContext context{path, &diagnostics};
  DynamicReader(context, dialect, node, model).Read(*root);
}

void ReadOpendistroDynamic(const YamlNode& dynamic, const YamlContext& context, Dialect dialect,
                           const OpendistroNode& node, policy::OpendistroModel* model) {
  DynamicReader(context, dialect, node, model).ReadDynamic(dynamic);
}

}  // namespace pkigate::config
