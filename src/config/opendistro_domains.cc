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
#include "identity/certificate_attribute.h"
#include "identity/jwt_domain.h"
#include "identity/proxy_domain.h"

namespace pkigate::config {

namespace {

constexpr std::string_view kNever[] = {"openid", "kerberos", "saml"};
constexpr std::string_view kAuthenticators[] = {"basic", "clientcert", "proxy",    "extended-proxy",
                                                "jwt",   "openid",     "kerberos", "saml"};
constexpr std::string_view kBackends[] = {"internal", "intern", "noop", "ldap", "ldap2"};

template <size_t N>
bool Holds(const std::string_view (&words)[N], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

class DomainsReader {
 public:
  DomainsReader(const YamlContext& context, Dialect dialect, policy::OpendistroModel* model)
      : context_(context), dialect_(dialect), model_(*model) {}

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
      if (!enabled || backend == "noop") {
        continue;
      }
      if (IsInternal(backend)) {
        model_.internal_authz = true;
      } else if (Holds(kBackends, backend)) {
        domain.Error("authorization_backend",
                     fmt::format("authorization backend `{}` is not supported by pkigate", backend),
                     "http_enabled: false");
      } else {
        WarnOfBackend(domain, "authorization_backend", backend);
      }
    }
  }

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
    identity::DomainModel model;
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
    const bool enabled = model.http_enabled && !type.empty();
    if (!Holds(kAuthenticators, type) || Holds(kNever, type)) {
      if (enabled) {
        RefuseType(domain, type);
      }
      return;
    }
    YamlNode none;
    none.line = entry.line;
    MappingReader settings(context_, config == nullptr ? std::as_const(none) : *config,
                           domain.PathOf("http_authenticator.config"));
    ReadAuthenticator(settings, type, enabled, &model);
    if (!model.http_enabled || CheckBackend(domain, type, backend, &model)) {
      model_.domains.push_back(std::move(model));
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
    if (Holds(kNever, type)) {
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

  static bool IsInternal(std::string_view backend) {
    return backend == "internal" || backend == "intern";
  }

  void WarnOfBackend(MappingReader& domain, std::string_view key, const std::string& backend) {
    const YamlNode& node = *domain.Find(key);
    context_.Warn(node.line, node.column, domain.PathOf(key),
                  fmt::format("unknown backend `{}`: the domain is not used", backend),
                  DidYouMean(backend, kBackends));
  }

  // False when the domain cannot be used. Only basic has a password to show to the internal users
  // (3.3, 8), and must: without a backend every password would do.
  bool CheckBackend(MappingReader& domain, const std::string& type, const std::string& backend,
                    identity::DomainModel* model) {
    constexpr std::string_view kKey = "authentication_backend";
    const bool basic = type == "basic";
    const bool internal = IsInternal(backend);
    model->backend = internal ? identity::Backend::kInternal : identity::Backend::kNoop;
    if (basic ? internal : backend == "noop") {
      return true;
    }
    if (!Holds(kBackends, backend)) {
      WarnOfBackend(domain, kKey, backend);
      return false;
    }
    std::string problem =
        fmt::format("authentication backend `{}` is not supported by pkigate", backend);
    if (basic && backend == "noop") {
      problem = "without the internal users, every password of every name would be right";
    } else if (internal) {
      problem = fmt::format(
          "a {} domain cannot log in by the internal users: {} has no password", type,
          type == "clientcert" ? "a certificate"
                               : "a " + std::string(type == "jwt" ? "token" : "header"));
    }
    domain.Error(kKey, std::move(problem),
                 fmt::format("authentication_backend: {{type: {}}}", basic ? "internal" : "noop"));
    return false;
  }

  // What stands below `config`. Keys unknown there are without effect upstream, too.
  void ReadAuthenticator(MappingReader& config, const std::string& type, bool enabled,
                         identity::DomainModel* model) {
    if (type == "clientcert") {
      model->authenticator = ReadClientcert(config);
    } else if (type == "proxy" || type == "extended-proxy") {
      model->authenticator = ReadProxy(config, type == "extended-proxy", enabled);
    } else if (type == "jwt") {
      model->authenticator = ReadJwt(config, enabled);
    } else {
      model->authenticator = identity::BasicModel();
    }
    config.WarnUnknownKeys("unknown key, without effect");
  }

  // 3.2.
  identity::ClientcertModel ReadClientcert(MappingReader& config) {
    identity::ClientcertModel model;
    ReadAttribute(config, "username_attribute", &model.username_attribute);
    ReadAttribute(config, "roles_attribute", &model.roles_attribute);
    if (dialect_ == Dialect::kOpensearch) {
      ReadTexts(config, "skip_users", &model.skip_users);
      for (const std::string& pattern : model.skip_users) {
        if (const Status checked = roles::CheckOpendistroPattern(pattern); !checked.ok()) {
          config.Error("skip_users", checked.error().message);
        }
      }
    }
    return model;
  }

  void ReadAttribute(MappingReader& config, std::string_view key, std::string* out) {
    if (!config.Text(key, out)) {
      return;
    }
    if (const auto parsed = identity::CertificateAttribute::Parse(*out, dialect_); !parsed.ok()) {
      const YamlNode& node = *config.Find(key);
      context_.Warn(node.line, node.column, config.PathOf(key),
                    parsed.error().message + ": the setting counts as absent",
                    "san:rfc822Name, san:dNSName, san:dNSName:*.example.com, ...");
    }
  }

  // 8.1.
  identity::ProxyModel ReadProxy(MappingReader& config, bool extended, bool enabled) {
    identity::ProxyModel model;
    model.extended = extended;
    if (!config.Text("user_header", &model.user_header) && enabled) {
      context_.Warn(config.line(), 0, config.PathOf("user_header"),
                    "is missing: the domain finds nobody", "user_header: x-proxy-user");
    }
    config.Text("roles_header", &model.roles_header);
    if (config.Text("roles_separator", &model.roles_separator)) {
      if (const auto made = identity::ProxyDomain::Compile(model, dialect_); !made.ok()) {
        config.Error("roles_separator", made.error().message);
      }
    }
    if (extended) {
      config.Text("attr_header_prefix", &model.attribute_prefix);
    }
    return model;
  }

  // 8.3. The stock file has a disabled domain with a text in place of its key.
  identity::JwtModel ReadJwt(MappingReader& config, bool enabled) {
    identity::JwtModel model;
    if (dialect_ == Dialect::kOpensearch) {
      constexpr int64_t kSkewSecondsDefault = 30;
      model.clock_skew_seconds = kSkewSecondsDefault;
      ReadTexts(config, "signing_key", &model.signing_keys);
      ReadTexts(config, "required_audience", &model.required_audiences);
      config.Text("required_issuer", &model.required_issuer);
      config.Integer("jwt_clock_skew_tolerance_seconds", 0, std::numeric_limits<int32_t>::max(),
                     &model.clock_skew_seconds);
    } else if (std::string key; config.Text("signing_key", &key)) {
      model.signing_keys.push_back(std::move(key));
    }
    config.Text("jwt_header", &model.header);
    config.Text("jwt_url_parameter", &model.url_parameter);
    config.Text("subject_key", &model.subject_key);
    config.Text("roles_key", &model.roles_key);
    if (!enabled) {
      return model;
    }
    if (model.signing_keys.empty()) {
      config.Missing("signing_key", "a secret or public key in Base64, or a public key as PEM");
    } else if (const auto made = identity::JwtDomain::Compile(model, dialect_); !made.ok()) {
      config.Error("signing_key", made.error().message);
    }
    return model;
  }

  static void ReadTexts(MappingReader& config, std::string_view key,
                        std::vector<std::string>* out) {
    std::vector<const YamlNode*> nodes;
    config.Texts(key, &nodes);
    for (const YamlNode* node : nodes) {
      out->push_back(node->text);
    }
  }

  const YamlContext& context_;
  const Dialect dialect_;
  policy::OpendistroModel& model_;
  std::map<int64_t, std::string_view> orders_;
};

}  // namespace

void ReadOpendistroDomains(MappingReader& dynamic, Dialect dialect,
                           policy::OpendistroModel* model) {
  DomainsReader reader(dynamic.context(), dialect, model);
  if (const YamlNode* authc = dynamic.Find("authc")) {
    reader.ReadAuthc(*authc, dynamic.PathOf("authc"));
  }
  if (const YamlNode* authz = dynamic.Find("authz")) {
    reader.ReadAuthz(*authz, dynamic.PathOf("authz"));
  }
}

}  // namespace pkigate::config
