// SPDX-License-Identifier: Apache-2.0
#include "config/gateway_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/file.h"
#include "base/limits.h"
#include "config/suggestion.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"

namespace pkigate::config {

namespace {

constexpr uint32_t kTimeoutMsMin = 1'000;
constexpr uint32_t kTimeoutMsMax = 24 * 3'600 * 1'000;
constexpr uint64_t kRateMax = uint64_t{1} << 30;
constexpr std::string_view kOnlyUpstreamName = "default";
constexpr std::string_view kDefaultStore = "pkigate.db";

// Headers with a meaning of their own: as identity headers they would be overwritten, or break the
// message.
constexpr std::string_view kReservedHeaders[] = {
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-request-id",
    "proxy-connection",
    "forwarded",
    "proxy-authorization",
};

// RFC 9110, 5.6.2.
bool IsToken(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsAsciiAlpha(c) || IsAsciiDigit(c) ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// What names of listeners and upstreams may consist of: they stand in logs and metrics.
bool IsPlainName(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return IsAsciiAlpha(c) || IsAsciiDigit(c) || c == '-' || c == '_';
  });
}

class GatewayFileReader {
 public:
  GatewayFileReader(const YamlContext& context, std::string directory, Settings* settings)
      : context_(context), directory_(std::move(directory)), settings_(*settings) {}

  void Read(const YamlNode& root) {
    MappingReader top(context_, root, "");
    int64_t workers = 0;
    if (top.Integer("workers", 0, limits::kWorkersMax, &workers)) {
      settings_.workers = static_cast<uint32_t>(workers);
    }
    int64_t crypto_threads = 0;
    if (top.Integer("crypto_threads", 0, limits::kCryptoThreadsMax, &crypto_threads)) {
      settings_.crypto_threads = static_cast<uint32_t>(crypto_threads);
    }
    ReadTls(top);
    ReadUpstreams(top);
    ReadListeners(top);
    ReadTimeouts(top);
    ReadLimits(top);
    ReadIdentity(top);
    ReadLog(top);
    settings_.store_path = ResolvePath(directory_, std::string(kDefaultStore));
    Section(top, "store",
            [this](MappingReader& store) { ReadPath(store, "path", &settings_.store_path); });
    Section(top, "pattern_cache", [this](MappingReader& cache) {
      ReadPath(cache, "path", &settings_.pattern_cache_path);
    });
    Section(top, "resolver", [this](MappingReader& resolver) { ReadNameServers(resolver); });
    ReadDialectOptions(top);
    top.ReportUnknownKeys();
  }

 private:
  // Runs `read` over the mapping under `key`, if there is one, then reports its unknown keys.
  template <typename Read>
  void Section(MappingReader& parent, std::string_view key, Read read) {
    if (const YamlNode* node = parent.Find(key)) {
      MappingReader section(context_, *node, parent.PathOf(key));
      read(section);
      section.ReportUnknownKeys();
    }
  }

  // A path, made absolute.
  bool ReadPath(MappingReader& section, std::string_view key, std::string* out) {
    std::string text;
    if (!section.Text(key, &text)) {
      return false;
    }
    if (text.empty()) {
      section.Error(key, "an empty path");
      return false;
    }
    *out = ResolvePath(directory_, text);
    return true;
  }

  void ReadNameServers(MappingReader& resolver) {
    constexpr uint16_t kDnsPort = 53;
    std::vector<const YamlNode*> servers;
    if (!resolver.Texts("servers", &servers)) {
      return;
    }
    if (servers.size() > limits::kNameServersMax) {
      resolver.Error("servers", fmt::format("{} name servers", servers.size()),
                     fmt::format("{} at the most", limits::kNameServersMax));
      return;
    }
    for (const YamlNode* text : servers) {
      const Result<IpAddress> alone = IpAddress::Parse(text->text);
      const Result<SocketAddress> server =
          alone.ok() ? Result<SocketAddress>({*alone, kDnsPort}) : SocketAddress::Parse(text->text);
      if (!server.ok() || server->port == 0) {
        context_.Error(text->line, text->column, resolver.PathOf("servers"),
                       fmt::format("`{}` is not the address of a name server", text->text),
                       "an IP address, with a port if it is not 53, like 192.0.2.53 or [::1]:5353");
        continue;
      }
      settings_.name_servers.push_back(*server);
    }
  }

  void ReadDialectOptions(MappingReader& top) {
    DialectOptions& options = settings_.dialects;
    Section(top, "insecure", [&options](MappingReader& insecure) {
      insecure.Switch("allow_untrusted_pki", &options.allow_untrusted_pki);
    });
    Section(top, "xpack", [&options](MappingReader& xpack) {
      int64_t answers = 0;
      if (xpack.Integer("answers", 7, 8, &answers)) {
        options.xpack_answers = static_cast<int>(answers);
      }
    });
    Section(top, "authc", [&options](MappingReader& authc) {
      size_t word = 0;
      if (authc.Word("prefer", {"basic", "certificate"}, &word)) {
        options.prefer_certificate = word == 1;
      }
      if (authc.Word("tokens", {"reject", "ignore", "forward"}, &word)) {
        options.tokens = static_cast<policy::TokenTreatment>(word);
      }
    });
    Section(top, "pki", [&options](MappingReader& pki) {
      pki.Switch("strict_username", &options.strict_username);
    });
    Section(top, "names", [&options](MappingReader& names) {
      size_t word = 0;
      if (names.Word("multi_valued_rdn", {"strict", "all"}, &word)) {
        options.multi_valued_rdn =
            word == 0 ? policy::MultiValuedRdn::kFirstType : policy::MultiValuedRdn::kAll;
      }
    });
    Section(top, "opendistro", [&options](MappingReader& opendistro) {
      opendistro.Switch("dn_as_backend_role", &options.dn_as_backend_role);
    });
  }

  void ReadTls(MappingReader& top) {
    Section(top, "tls", [this](MappingReader& tls) {
      tls.Switch("allow_sha1", &settings_.dialects.allow_sha1);
      std::vector<const YamlNode*> protocols;
      if (!tls.Texts("alpn", &protocols)) {
        return;
      }
      alpn_.clear();
      for (const YamlNode* protocol : protocols) {
        if (protocol->text == "http/1.1") {
          alpn_.push_back(protocol->text);
        } else {
          context_.Error(protocol->line, protocol->column, tls.PathOf("alpn"),
                         protocol->text == "h2"
                             ? std::string("HTTP/2 is not available yet")
                             : fmt::format("unknown protocol `{}`", protocol->text),
                         "http/1.1");
        }
      }
      if (protocols.empty()) {
        tls.Error("alpn", "an empty list", "http/1.1");
      }
    });
  }

  // --- Upstreams ------------------------------------------------------------------------------

  void ReadUpstreams(MappingReader& top) {
    const YamlNode* one = top.Find("upstream");
    const YamlNode* several = top.Find("upstreams");
    if (one != nullptr && several != nullptr) {
      top.Error("upstream", "cannot stand beside `upstreams`", "keep one of the two");
      return;
    }
    if (one != nullptr) {
      ReadUpstream(*one, "upstream", std::string(kOnlyUpstreamName));
      return;
    }
    if (several == nullptr) {
      top.Missing("upstreams", "where requests go: `upstream: {addresses: [127.0.0.1:9200]}`");
      return;
    }
    if (several->kind != YamlNode::Kind::kMapping) {
      top.Error("upstreams", fmt::format("expected a mapping of names to upstreams, got {}",
                                         YamlKindName(several->kind)));
      return;
    }
    for (const YamlEntry& entry : several->entries) {
      const std::string path = "upstreams." + entry.key;
      if (!IsPlainName(entry.key)) {
        context_.Error(entry.line, entry.column, path, "not a name",
                       "letters, digits, `-` and `_`");
      }
      ReadUpstream(entry.value, path, entry.key);
    }
    if (settings_.upstreams.empty()) {
      top.Error("upstreams", "names no upstream");
    }
  }

  void ReadUpstream(const YamlNode& node, const std::string& path, std::string name) {
    MappingReader reader(context_, node, path);
    Upstream upstream{.name = std::move(name)};
    std::vector<const YamlNode*> addresses;
    if (reader.Texts("addresses", &addresses)) {
      for (const YamlNode* text : addresses) {
        const Result<SocketAddress> address = SocketAddress::Parse(text->text);
        if (!address.ok() || address->port == 0) {
          context_.Error(text->line, text->column, reader.PathOf("addresses"),
                         fmt::format("`{}` is not an address to connect to", text->text),
                         "an IP address and a port, like 127.0.0.1:9200 or [::1]:9200");
          continue;
        }
        if (std::ranges::find(upstream.addresses, *address) != upstream.addresses.end()) {
          context_.Error(text->line, text->column, reader.PathOf("addresses"),
                         fmt::format("`{}` is given twice", text->text));
          continue;
        }
        upstream.addresses.push_back(*address);
      }
      if (addresses.empty()) {
        reader.Error("addresses", "an empty list");
      }
    } else if (reader.FindEntry("addresses") == nullptr) {
      reader.Missing("addresses");
    }
    ReadCount(reader, "connections", 1, &upstream.num_connections);
    if (!ReadCount(reader, "idle_connections", 0, &upstream.num_idle_connections)) {
      upstream.num_idle_connections =
          std::min(upstream.num_idle_connections, upstream.num_connections);
    } else if (upstream.num_idle_connections > upstream.num_connections) {
      reader.Error("idle_connections", "more than `connections`");
    }
    reader.ReportUnknownKeys();
    settings_.upstreams.push_back(std::move(upstream));
  }

  static bool ReadCount(MappingReader& reader, std::string_view key, int64_t min, uint32_t* out) {
    int64_t number = 0;
    if (!reader.Integer(key, min, limits::kConfigConnectionsMax, &number)) {
      return false;
    }
    *out = static_cast<uint32_t>(number);
    return true;
  }

  // --- Listeners ------------------------------------------------------------------------------

  void ReadListeners(MappingReader& top) {
    const YamlNode* list = top.Find("listeners");
    if (list == nullptr) {
      top.Missing("listeners", "where clients connect");
      return;
    }
    if (list->kind != YamlNode::Kind::kSequence || list->items.empty()) {
      top.Error("listeners", "expected a list of listeners");
      return;
    }
    for (size_t index = 0; index < list->items.size(); ++index) {
      ReadListener(list->items[index], fmt::format("listeners[{}]", index),
                   list->items.size() == 1);
    }
  }

  void ReadListener(const YamlNode& node, const std::string& path, bool alone) {
    MappingReader reader(context_, node, path);
    Listener listener;
    listener.tls.alpn = alpn_;
    ReadListenerName(reader, alone, &listener);
    ReadListenerAddress(reader, &listener);
    size_t layer = 0;
    if (reader.Word("layer", {"http", "transport"}, &layer) && layer == 1) {
      listener.layer = Listener::Layer::kTransport;
      reader.Error("layer", "transport listeners are not available yet", "http");
    }
    size_t dialect = 0;
    if (reader.Word("dialect", {"xpack", "opendistro", "opensearch"}, &dialect)) {
      constexpr Dialect kDialects[] = {Dialect::kXpack, Dialect::kOpendistro, Dialect::kOpensearch};
      listener.dialect = kDialects[dialect];
    } else if (reader.FindEntry("dialect") == nullptr) {
      reader.Missing("dialect", "xpack, opendistro or opensearch");
    }
    if (ReadPath(reader, "config_dir", &listener.config_dir)) {
      std::error_code error;
      if (!std::filesystem::is_directory(listener.config_dir, error)) {
        reader.Error("config_dir", fmt::format("no folder at {}", listener.config_dir));
      }
    } else if (reader.FindEntry("config_dir") == nullptr) {
      reader.Missing("config_dir", "the folder of the dialect's elasticsearch.yml");
    }
    ReadListenerUpstream(reader, &listener);
    ReadCrlFile(reader, &listener);
    ReadSecretsFile(reader, &listener);
    reader.ReportUnknownKeys();
    settings_.listeners.push_back(std::move(listener));
  }

  void ReadCrlFile(MappingReader& reader, Listener* listener) {
    if (!ReadPath(reader, "crl_file", &listener->crl_file)) {
      return;
    }
    listener->crl_file_where = {context_.file, reader.Find("crl_file")->line};
    if (IsOpendistroFamily(listener->dialect)) {
      reader.Error("crl_file", "the dialect has a setting of its own for this",
                   "ssl.http.crl.file_path in elasticsearch.yml");
    }
  }

  void ReadSecretsFile(MappingReader& reader, Listener* listener) {
    if (!ReadPath(reader, "secrets_file", &listener->secrets_file)) {
      return;
    }
    listener->secrets_file_where = {context_.file, reader.Find("secrets_file")->line};
    if (IsOpendistroFamily(listener->dialect)) {
      reader.Error("secrets_file", "the dialect has no secure settings",
                   "passwords stand in elasticsearch.yml");
    }
  }

  void ReadListenerName(MappingReader& reader, bool alone, Listener* listener) {
    if (!reader.Text("name", &listener->name)) {
      if (alone) {
        listener->name = "http";
      } else if (reader.FindEntry("name") == nullptr) {
        reader.Missing("name", "each of several listeners needs one");
      }
      return;
    }
    if (!IsPlainName(listener->name)) {
      reader.Error("name", fmt::format("`{}` is not a name", listener->name),
                   "letters, digits, `-` and `_`");
    }
    if (std::ranges::find(settings_.listeners, listener->name, &Listener::name) !=
        settings_.listeners.end()) {
      reader.Error("name", fmt::format("two listeners are named `{}`", listener->name));
    }
  }

  void ReadListenerAddress(MappingReader& reader, Listener* listener) {
    std::string text;
    if (!reader.Text("address", &text)) {
      if (reader.FindEntry("address") == nullptr) {
        reader.Missing("address", "an IP address and a port, like 0.0.0.0:9200");
      }
      return;
    }
    const Result<SocketAddress> address = SocketAddress::Parse(text);
    if (!address.ok()) {
      reader.Error("address", fmt::format("`{}` is not an address to listen on", text),
                   "an IP address and a port, like 0.0.0.0:9200 or [::]:9200");
      return;
    }
    listener->address = *address;
    // Port 0 asks the system for a free one: any number of listeners may.
    if (address->port != 0 && std::ranges::find(settings_.listeners, *address,
                                                &Listener::address) != settings_.listeners.end()) {
      reader.Error("address", fmt::format("two listeners have the address {}", text));
    }
  }

  void ReadListenerUpstream(MappingReader& reader, Listener* listener) {
    std::string name;
    if (!reader.Text("upstream", &name)) {
      if (settings_.upstreams.size() > 1 && reader.FindEntry("upstream") == nullptr) {
        reader.Missing("upstream", "which of the upstreams this listener forwards to");
      }
      return;
    }
    const auto found = std::ranges::find(settings_.upstreams, name, &Upstream::name);
    if (found == settings_.upstreams.end()) {
      std::vector<std::string_view> names;
      for (const Upstream& upstream : settings_.upstreams) {
        names.push_back(upstream.name);
      }
      reader.Error("upstream", fmt::format("no upstream is named `{}`", name),
                   DidYouMean(name, names));
      return;
    }
    listener->upstream = static_cast<size_t>(found - settings_.upstreams.begin());
  }

  // --- The rest -------------------------------------------------------------------------------

  void ReadTimeouts(MappingReader& top) {
    Section(top, "timeouts", [this](MappingReader& reader) {
      Timeouts& timeouts = settings_.timeouts;
      const std::pair<std::string_view, uint32_t*> keys[] = {
          {"handshake", &timeouts.handshake_ms},
          {"head", &timeouts.head_ms},
          {"body", &timeouts.body_ms},
          {"idle", &timeouts.idle_ms},
          {"write", &timeouts.write_ms},
          {"upstream_connect", &timeouts.upstream_connect_ms},
          {"upstream_response", &timeouts.upstream_response_ms},
          {"upstream_idle", &timeouts.upstream_idle_ms},
          {"drain", &timeouts.drain_ms},
      };
      for (const auto& [key, out] : keys) {
        reader.Milliseconds(key, kTimeoutMsMin, kTimeoutMsMax, out);
      }
    });
  }

  void ReadLimits(MappingReader& top) {
    Section(top, "limits", [this](MappingReader& reader) {
      HttpLimits& http = settings_.limits;
      uint64_t size = 0;
      if (reader.Bytes("head_size", limits::kConfigHeadBytesMin, limits::kConfigHeadBytesMax,
                       &size)) {
        http.head_bytes = size;
        http.target_bytes = std::min(http.target_bytes, http.head_bytes);
      }
      if (reader.Bytes("target_size", 1, http.head_bytes, &size)) {
        http.target_bytes = size;
      }
      int64_t number = 0;
      if (reader.Integer("headers", 1, limits::kConfigHeadersMax, &number)) {
        http.num_headers = static_cast<size_t>(number);
      }
      reader.Bytes("body_size", 0, std::numeric_limits<int64_t>::max(), &http.body_bytes);
      if (reader.Bytes("body_rate_min", 0, kRateMax, &size)) {
        http.body_bytes_per_second_min = static_cast<uint32_t>(size);
      }
      if (reader.Bytes("read_rate_min", 0, kRateMax, &size)) {
        http.read_bytes_per_second_min = static_cast<uint32_t>(size);
      }
      ReadCount(reader, "connections", 1, &http.num_connections);
    });
    Section(top, "http", [this](MappingReader& reader) {
      size_t word = 0;
      if (reader.Word("unusual_header_names", {"refuse", "drop"}, &word)) {
        settings_.limits.drop_unusual_header_names = word == 1;
      }
    });
  }

  void ReadIdentity(MappingReader& top) {
    Section(top, "identity", [this](MappingReader& reader) {
      IdentityHeaders& identity = settings_.identity;
      reader.Switch("hand_over", &identity.hand_over);
      ReadHeaderName(reader, "user_header", &identity.user);
      ReadHeaderName(reader, "roles_header", &identity.roles);
      if (identity.user == identity.roles) {
        reader.Error("roles_header", "is the same as `user_header`");
      }
    });
  }

  static void ReadHeaderName(MappingReader& reader, std::string_view key, std::string* out) {
    std::string name;
    if (!reader.Text(key, &name)) {
      return;
    }
    if (!IsToken(name)) {
      reader.Error(key, fmt::format("`{}` is not a header name", name));
      return;
    }
    name = ToAsciiLower(name);
    if (std::ranges::find(kReservedHeaders, name) != std::end(kReservedHeaders)) {
      reader.Error(key, fmt::format("`{}` has a meaning of its own", name),
                   "a header that nobody else uses, like x-proxy-user");
      return;
    }
    *out = std::move(name);
  }

  void ReadLog(MappingReader& top) {
    Section(top, "log", [this](MappingReader& reader) {
      ReadPath(reader, "path", &settings_.log.path);
      size_t word = 0;
      if (reader.Word("level", {"debug", "info", "warn", "error", "off"}, &word)) {
        constexpr log::Level kLevels[] = {log::Level::kDebug, log::Level::kInfo, log::Level::kWarn,
                                          log::Level::kError, log::Level::kOff};
        settings_.log.level = kLevels[word];
      }
      if (reader.Word("format", {"text", "json"}, &word)) {
        settings_.log.json = word == 1;
      }
    });
  }

  const YamlContext& context_;
  const std::string directory_;
  Settings& settings_;
  std::vector<std::string> alpn_ = TlsSettings().alpn;
};

}  // namespace

bool ReadGatewayFile(const std::string& path, Settings* settings, Diagnostics& diagnostics) {
  settings->file = path;
  const std::optional<YamlNode> root = ReadYamlFile(path, diagnostics);
  if (!root) {
    return false;
  }
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(path, error);
  const YamlContext context{path, &diagnostics};
  GatewayFileReader(context, DirectoryOf(absolute.lexically_normal().string()), settings)
      .Read(*root);
  return true;
}

}  // namespace pkigate::config
