// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_dynamic.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "config/opendistro_document.h"
#include "config/opendistro_domains.h"
#include "config/yaml_reader.h"
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
    top.Find(kOpendistroMeta);
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
      MappingReader reader(context_, *dynamic, "config.dynamic");
      ReadDynamic(reader);
    }
  }

 private:
  void ReadDynamic(MappingReader& dynamic) {
    CheckWithoutEffect(dynamic);
    ReadHostsResolver(dynamic);
    bool no_rest_auth = false;
    if (dynamic.Switch("disable_rest_auth", &no_rest_auth) && no_rest_auth &&
        node_.disable_rest_auth_initially) {
      dynamic.Error("disable_rest_auth", "a gateway without authentication is not offered");
    }
    ReadHttp(dynamic);
    CheckFailureListeners(dynamic);
    if (dialect_ == Dialect::kOpensearch) {
      CheckOpensearchKeys(dynamic);
    }
    model_.domains = ReadOpendistroDomains(dynamic, dialect_);
    dynamic.ReportUnknownKeys();
    const bool any_enabled =
        std::ranges::any_of(model_.domains, &identity::ClientcertDomainModel::http_enabled);
    if (!any_enabled) {
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
    bool anonymous = false;
    if (http.Switch("anonymous_auth_enabled", &anonymous) && anonymous &&
        !node_.disable_anonymous) {
      http.Error("anonymous_auth_enabled", "anonymous access is not available yet", "false");
    }
    if (const YamlNode* xff_node = http.Find("xff")) {
      MappingReader xff(context_, *xff_node, http.PathOf("xff"));
      bool enabled = false;
      std::string text;
      if (xff.Switch("enabled", &enabled) && enabled) {
        xff.Error("enabled", "addresses from X-Forwarded-For are not available yet", "false");
      }
      xff.Text("remoteIpHeader", &text);
      if (xff.Text("internalProxies", &text)) {
        // Upstream stores a bad one and then ignores it.
        const auto pattern = match::JavaRegex::Compile(text, match::JavaRegex::Case::kSensitive);
        if (!pattern.ok()) {
          xff.Error("internalProxies", pattern.error().message);
        }
      }
      xff.ReportUnknownKeys();
    }
    http.ReportUnknownKeys();
  }

  // 2.3.
  void CheckFailureListeners(MappingReader& dynamic) {
    const YamlNode* node = dynamic.Find("auth_failure_listeners");
    if (node == nullptr) {
      return;
    }
    MappingReader listeners(context_, *node, dynamic.PathOf("auth_failure_listeners"));
    for (const YamlEntry& entry : node->entries) {
      MappingReader listener(context_, entry.value, listeners.PathOf(entry.key));
      size_t word = 0;
      int64_t number = 0;
      std::string text;
      constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
      listener.Word("type", {"ip", "username"}, &word);
      listener.Text("authentication_backend", &text);
      listener.Integer("allowed_tries", 2, kMax, &number);
      listener.Integer("time_window_seconds", 1, kMax, &number);
      listener.Integer("block_expiry_seconds", 1, kMax, &number);
      listener.Integer("max_blocked_clients", 0, kMax, &number);
      listener.Integer("max_tracked_clients", 0, kMax, &number);
      if (dialect_ == Dialect::kOpensearch) {
        std::vector<const YamlNode*> hosts;
        listener.Texts("ignore_hosts", &hosts);
      }
      listener.ReportUnknownKeys();
      context_.Warn(entry.line, entry.column, listener.path(),
                    "has no effect yet: failed logins are not counted");
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

}  // namespace pkigate::config
