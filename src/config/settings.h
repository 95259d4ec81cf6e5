// SPDX-License-Identifier: Apache-2.0
//
// The gateway's own settings: pkigate.yml, read and validated. What a dialect has a setting for is
// not here but in that dialect's files. Documented key by key in docs/configuration.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "base/log.h"
#include "base/source_line.h"
#include "config/tls_settings.h"
#include "identity/dialect.h"
#include "policy/model.h"

namespace pkigate::config {

// How long a peer may take. Milliseconds; each at least 1,000.
struct Timeouts {
  uint32_t handshake_ms = 10'000;
  uint32_t head_ms = 10'000;   // a whole request head, first byte to blank line
  uint32_t body_ms = 60'000;   // without any progress while a body is under way
  uint32_t idle_ms = 75'000;   // between requests
  uint32_t write_ms = 30'000;  // without progress while the client has bytes to take
  uint32_t upstream_connect_ms = 5'000;
  uint32_t upstream_response_ms = 60'000;  // from the end of the request to the answer's head
  uint32_t upstream_idle_ms = 30'000;      // how long an unused upstream connection is kept
  uint32_t drain_ms = 30'000;              // SIGTERM: how long requests under way may take
};

// How much a peer may send.
struct HttpLimits {
  size_t head_bytes = 16 * 1024;
  size_t num_headers = 100;
  size_t target_bytes = 8 * 1024;
  uint64_t body_bytes = 100 * 1024 * 1024;
  // A body slower than this (averaged over body_ms) is cut off with 408; 0: no least rate.
  uint32_t body_bytes_per_second_min = 0;
  // The same for a client that takes its answer too slowly (connection closed); 0: none.
  uint32_t read_bytes_per_second_min = 0;
  uint32_t num_connections = 10'000;  // per worker; further ones are closed at once
  // What to do with header names outside [A-Za-z0-9-] (those with `_` or `.`): 400, or drop them.
  bool drop_unusual_header_names = false;
};

// How the upstream learns who is asking.
struct IdentityHeaders {
  bool hand_over = true;  // false: headers are still stripped from the client's request
  std::string user = "x-proxy-user";
  std::string roles = "x-proxy-roles";
};

struct Upstream {
  std::string name;
  std::vector<SocketAddress> addresses;  // used in turn
  uint32_t num_idle_connections = 64;    // kept per worker
  uint32_t num_connections = 1024;       // per worker, all addresses together
};

struct Listener {
  enum class Layer : uint8_t { kHttp, kTransport };
  std::string name;  // `http` when there is one and it has none
  SocketAddress address;
  Layer layer = Layer::kHttp;
  Dialect dialect = Dialect::kXpack;
  std::string config_dir;  // absolute
  size_t upstream = 0;     // index into Settings::upstreams
  std::string crl_file;    // absolute; empty: none. X-Pack only: Open Distro has its own setting
  SourceLine crl_file_where;
  std::string secrets_file;  // absolute; empty: none. X-Pack only (config/secure_settings.h)
  SourceLine secrets_file_where;
  // Read from the dialect's files below config_dir.
  TlsSettings tls;
  std::shared_ptr<const policy::Model> model;
};

// Where a dialect leaves room and pkigate.yml says how it is used (docs/decisions.md).
struct DialectOptions {
  bool allow_untrusted_pki = false;  // insecure.allow_untrusted_pki (X-TLS-12)
  bool allow_sha1 = false;           // tls.allow_sha1 (X-AUT-31)
  int xpack_answers = 8;             // xpack.answers: 7 or 8
  bool strict_username = false;      // pki.strict_username (X-AUT-23)
  bool prefer_certificate = false;   // authc.prefer: certificate (X-DEC-1)
  policy::TokenTreatment tokens = policy::TokenTreatment::kReject;  // authc.tokens (X-DEC-2)
  policy::MultiValuedRdn multi_valued_rdn = policy::MultiValuedRdn::kFirstType;
  bool dn_as_backend_role = false;  // opendistro.dn_as_backend_role
};

struct Settings {
  std::string file;             // pkigate.yml, as given
  uint32_t workers = 0;         // 0: one per core
  uint32_t crypto_threads = 0;  // that check passwords; 0: one per two cores
  std::vector<Listener> listeners;
  std::vector<Upstream> upstreams;
  Timeouts timeouts;
  HttpLimits limits;
  IdentityHeaders identity;
  log::Options log;
  std::string store_path;          // SQLite file
  std::string pattern_cache_path;  // folder of compiled patterns; empty: none is kept
  // Asked for names of hosts; empty: the system's.
  std::vector<SocketAddress> name_servers;
  DialectOptions dialects;
};

}  // namespace pkigate::config
