// SPDX-License-Identifier: Apache-2.0
#include "config/opendistro_domains.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "config/suggestion.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kClientcert = "clientcert";
// Those that come with issues of their own, and those that never will.
constexpr std::string_view kLater[] = {"basic", "proxy", "extended-proxy", "jwt"};
constexpr std::string_view kNever[] = {"openid", "kerberos", "saml"};
constexpr std::string_view kAuthenticators[] = {"basic", "clientcert", "proxy",    "extended-proxy",
                                                "jwt",   "openid",     "kerberos", "saml"};
constexpr std::string_view kBackends[] = {"internal", "intern", "noop", "ldap", "ldap2"};
constexpr std::string_view kSan = "san:";
constexpr std::string_view kDn = "dn:";

template <size_t N>
bool Holds(const std::string_view (&words)[N], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

class DomainsReader {
 public:
  DomainsReader(const YamlContext& context, Dialect dialect)
      : context_(context), dialect_(dialect) {}

  void ReadAuthc(const YamlNode& authc, const std::string& path) {
    if (!CheckMapping(authc, path)) {
      return;
    }
    for (const YamlEntry& entry : authc.entries) {
      ReadDomain(entry, fmt::format("{}.{}", path, entry.key));
    }
  }

  void ReadAuthz(const YamlNode& authz, const std::string& path) {
    if (!CheckMapping(authz, path)) {
      return;
    }
    for (const YamlEntry& entry : authz.entries) {
      MappingReader domain(context_, entry.value, fmt::format("{}.{}", path, entry.key));
      bool enabled = true;
      bool unused = false;
      std::string text;
      domain.Switch("http_enabled", &enabled);
      domain.Switch("transport_enabled", &unused);
      domain.Text("description", &text);
      const std::string backend = ReadBackend(domain, "authorization_backend", "noop");
      domain.ReportUnknownKeys();
      if (enabled && backend != "noop") {
        domain.Error("authorization_backend",
                     fmt::format("authorization backend `{}` is not available", backend),
                     "http_enabled: false");
      }
    }
  }

  std::vector<identity::ClientcertDomainModel> Take() { return std::move(domains_); }

 private:
  bool CheckMapping(const YamlNode& node, const std::string& path) {
    if (node.kind == YamlNode::Kind::kMapping) {
      return true;
    }
    context_.Error(
        node.line, node.column, path,
        fmt::format("expected a mapping of names to domains, got {}", YamlKindName(node.kind)));
    return false;
  }

  void ReadDomain(const YamlEntry& entry, const std::string& path) {
    MappingReader domain(context_, entry.value, path);
    identity::ClientcertDomainModel model;
    model.name = entry.key;
    model.where = {context_.file, entry.line};
    bool unused = false;
    std::string text;
    domain.Switch("http_enabled", &model.http_enabled);
    domain.Switch("transport_enabled", &unused);
    domain.Text("description", &text);
    domain.Integer("order", std::numeric_limits<int32_t>::min(),
                   std::numeric_limits<int32_t>::max(), &model.order);
    std::string type;
    const YamlNode* config = nullptr;
    if (const YamlNode* node = domain.Find("http_authenticator")) {
      MappingReader authenticator(context_, *node, domain.PathOf("http_authenticator"));
      authenticator.Text("type", &type);
      authenticator.Switch("challenge", &model.challenge);
      config = authenticator.Find("config");
      authenticator.ReportUnknownKeys();
    }
    const std::string backend = ReadBackend(domain, "authentication_backend", "internal");
    domain.ReportUnknownKeys();
    if (model.http_enabled && !type.empty()) {
      CheckOrder(domain, entry, model.order);
    }
    if (type == kClientcert) {
      if (config != nullptr) {
        ReadClientcertConfig(*config, domain.PathOf("http_authenticator.config"), &model);
      }
      if (!model.http_enabled || CheckClientcertBackend(domain, backend)) {
        domains_.push_back(std::move(model));
      }
    } else if (model.http_enabled && !type.empty()) {
      RefuseType(domain, type);
    }
  }

  // The `type` of a backend.
  std::string ReadBackend(MappingReader& domain, std::string_view key, std::string_view otherwise) {
    std::string type(otherwise);
    if (const YamlNode* node = domain.Find(key)) {
      MappingReader backend(context_, *node, domain.PathOf(key));
      backend.Text("type", &type);
      backend.Find("config");  // known; what it holds is the backend's own
      backend.ReportUnknownKeys();
    }
    return type;
  }

  // D6: upstream keeps one of the two, nobody can say which.
  void CheckOrder(MappingReader& domain, const YamlEntry& entry, int64_t order) {
    const auto [earlier, is_new] = orders_.emplace(order, entry.key);
    if (is_new) {
      return;
    }
    const std::string problem =
        fmt::format("has the order {} of domain `{}`", order, earlier->second);
    const std::string hint = "each enabled domain needs an order of its own";
    if (domain.FindEntry("order") != nullptr) {
      domain.Error("order", problem, hint);
    } else {
      context_.Error(entry.line, entry.column, domain.PathOf("order"), problem, hint);
    }
  }

  void RefuseType(MappingReader& domain, const std::string& type) {
    const std::string key = "http_authenticator";
    if (Holds(kLater, type)) {
      domain.Error(key, fmt::format("authenticator `{}` is not available yet", type),
                   "http_enabled: false");
    } else if (Holds(kNever, type)) {
      domain.Error(key, fmt::format("authenticator `{}` is not supported by pkigate", type),
                   "http_enabled: false");
    } else {
      // As upstream: the domain is off, the others go on.
      const YamlNode& node = *domain.Find(key);
      context_.Warn(node.line, node.column, domain.PathOf(key),
                    fmt::format("unknown authenticator `{}`: the domain is not used", type),
                    DidYouMean(type, kAuthenticators));
    }
  }

  // 3.3, 8: with the internal user database a certificate has no password to show.
  bool CheckClientcertBackend(MappingReader& domain, const std::string& backend) {
    constexpr std::string_view kKey = "authentication_backend";
    if (backend == "noop") {
      return true;
    }
    if (Holds(kBackends, backend)) {
      const bool internal = backend.starts_with("intern");
      domain.Error(
          kKey,
          internal
              ? std::string("a clientcert domain cannot log in by the internal users: "
                            "a certificate has no password")
              : fmt::format("authentication backend `{}` is not supported by pkigate", backend),
          "authentication_backend: {type: noop}");
      return false;
    }
    const YamlNode& node = *domain.Find(kKey);
    context_.Warn(node.line, node.column, domain.PathOf(kKey),
                  fmt::format("unknown backend `{}`: the domain is not used", backend),
                  DidYouMean(backend, kBackends));
    return false;
  }

  // 3.2. Unknown keys here are without effect upstream, too.
  void ReadClientcertConfig(const YamlNode& node, const std::string& path,
                            identity::ClientcertDomainModel* model) {
    MappingReader config(context_, node, path);
    ReadAttribute(config, "username_attribute", &model->username_attribute);
    ReadAttribute(config, "roles_attribute", &model->roles_attribute);
    std::vector<const YamlNode*> users;
    const bool opensearch = dialect_ == Dialect::kOpensearch;
    if (opensearch && config.Texts("skip_users", &users) && !users.empty()) {
      config.Error("skip_users", "is not available yet");
    }
    constexpr std::string_view kKnown[] = {"username_attribute", "roles_attribute"};
    for (const YamlEntry& entry : node.entries) {
      if (!Holds(kKnown, entry.key) && !(opensearch && entry.key == "skip_users")) {
        context_.Warn(entry.line, entry.column, config.PathOf(entry.key),
                      "unknown key, without effect", DidYouMean(entry.key, kKnown));
      }
    }
  }

  // `TYPE`; since OpenSearch 3.4 also `dn:TYPE`, which is the same, and `san:KIND`.
  void ReadAttribute(MappingReader& config, std::string_view key, std::string* out) {
    std::string text;
    if (!config.Text(key, &text)) {
      return;
    }
    if (dialect_ == Dialect::kOpensearch && text.starts_with(kSan)) {
      config.Error(key, "subject alternative names are not available yet", "a part of the subject");
      return;
    }
    const bool has_dn = dialect_ == Dialect::kOpensearch && text.starts_with(kDn);
    *out = has_dn ? text.substr(kDn.size()) : text;
  }

  const YamlContext& context_;
  const Dialect dialect_;
  std::vector<identity::ClientcertDomainModel> domains_;
  std::map<int64_t, std::string_view> orders_;
};

}  // namespace

std::vector<identity::ClientcertDomainModel> ReadOpendistroDomains(MappingReader& dynamic,
                                                                   Dialect dialect) {
  DomainsReader reader(dynamic.context(), dialect);
  if (const YamlNode* authc = dynamic.Find("authc")) {
    reader.ReadAuthc(*authc, dynamic.PathOf("authc"));
  }
  if (const YamlNode* authz = dynamic.Find("authz")) {
    reader.ReadAuthz(*authz, dynamic.PathOf("authz"));
  }
  return reader.Take();
}

}  // namespace pkigate::config
