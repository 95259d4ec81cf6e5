// SPDX-License-Identifier: Apache-2.0
//
// pkigate.yml: every key taken, its defaults, and a refused neighbour of each with the place and
// the reason.
#include "config/gateway_file.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace pkigate::config {
namespace {

constexpr std::string_view kSmallest =
    "listeners:\n"
    "  - {address: '127.0.0.1:9200', dialect: xpack, config_dir: dialect}\n"
    "upstream: {addresses: ['127.0.0.1:9201']}\n";

class GatewayFileTest : public testing::Test {
 protected:
  GatewayFileTest() { std::filesystem::create_directory(folder_.path() / "dialect"); }

  // The problems of a file with this text, without the folder.
  std::string Problems(std::string_view text) {
    settings_ = Settings();
    Diagnostics diagnostics;
    ReadGatewayFile(folder_.Write("pkigate.yml", text), &settings_, diagnostics);
    return TextOf(diagnostics, folder_.path().string());
  }

  TestFolder folder_;
  Settings settings_;
};

TEST_F(GatewayFileTest, TheSmallestFileHasTheDocumentedDefaults) {
  EXPECT_EQ(Problems(kSmallest), "");
  EXPECT_EQ(settings_.file, folder_.Path("pkigate.yml"));
  EXPECT_EQ(settings_.workers, 0u);
  EXPECT_EQ(settings_.crypto_threads, 0u);
  ASSERT_EQ(settings_.listeners.size(), 1u);
  const Listener& listener = settings_.listeners[0];
  EXPECT_EQ(listener.name, "http");
  EXPECT_EQ(listener.address.Text(), "127.0.0.1:9200");
  EXPECT_EQ(listener.layer, Listener::Layer::kHttp);
  EXPECT_EQ(listener.dialect, Dialect::kXpack);
  EXPECT_EQ(listener.config_dir, folder_.Path("dialect"));
  EXPECT_EQ(listener.upstream, 0u);
  EXPECT_EQ(listener.crl_file, "");
  EXPECT_EQ(listener.tls.alpn, std::vector<std::string>{"http/1.1"});
  ASSERT_EQ(settings_.upstreams.size(), 1u);
  EXPECT_EQ(settings_.upstreams[0].name, "default");
  EXPECT_EQ(settings_.upstreams[0].addresses[0].Text(), "127.0.0.1:9201");
  EXPECT_EQ(settings_.upstreams[0].num_connections, 1024u);
  EXPECT_EQ(settings_.upstreams[0].num_idle_connections, 64u);
  EXPECT_EQ(settings_.timeouts.head_ms, 10'000u);
  EXPECT_EQ(settings_.limits.body_bytes, 100u * 1024 * 1024);
  EXPECT_EQ(settings_.identity.user, "x-proxy-user");
  EXPECT_EQ(settings_.identity.roles, "x-proxy-roles");
  EXPECT_EQ(settings_.store_path, folder_.Path("pkigate.db"));
  EXPECT_EQ(settings_.log.path, "");
  EXPECT_FALSE(settings_.dialects.allow_untrusted_pki);
}

TEST_F(GatewayFileTest, EveryKeyIsRead) {
  EXPECT_EQ(Problems("workers: 3\n"
                     "crypto_threads: 2\n"
                     "resolver: {servers: [192.0.2.53, '[::1]:5353']}\n"
                     "tls: {alpn: [http/1.1], allow_sha1: true}\n"
                     "listeners:\n"
                     "  - name: a\n"
                     "    address: 127.0.0.1:0\n"
                     "    layer: http\n"
                     "    dialect: opendistro\n"
                     "    config_dir: dialect\n"
                     "    upstream: two\n"
                     "  - name: b\n"
                     "    address: '[::1]:0'\n"
                     "    dialect: xpack\n"
                     "    config_dir: " +
                     folder_.Path("dialect") +
                     "\n"
                     "    upstream: one\n"
                     "    crl_file: crl.pem\n"
                     "upstreams:\n"
                     "  one: {addresses: 127.0.0.1:9201}\n"
                     "  two:\n"
                     "    addresses: ['127.0.0.1:9202', '[::1]:9203']\n"
                     "    connections: 10\n"
                     "    idle_connections: 5\n"
                     "timeouts: {handshake: 1s, head: 2s, body: 3s, idle: 4s, write: 5s,\n"
                     "  upstream_connect: 6s, upstream_response: 7s, upstream_idle: 8s,\n"
                     "  drain: 9000ms}\n"
                     "limits: {head_size: 32kb, headers: 50, target_size: 4kb, body_size: 1gb,\n"
                     "  body_rate_min: 1kb, read_rate_min: 2kb, connections: 77}\n"
                     "http: {unusual_header_names: drop}\n"
                     "identity: {hand_over: false, user_header: X-User, roles_header: x-roles}\n"
                     "log: {path: log/pkigate.log, level: debug, format: json}\n"
                     "store: {path: /var/lib/pkigate/store.db}\n"
                     "insecure: {allow_untrusted_pki: true}\n"
                     "xpack: {answers: 7}\n"
                     "authc: {prefer: certificate}\n"
                     "pki: {strict_username: true}\n"
                     "names: {multi_valued_rdn: all}\n"
                     "opendistro: {dn_as_backend_role: true}\n"),
            "");
  EXPECT_EQ(settings_.workers, 3u);
  EXPECT_EQ(settings_.crypto_threads, 2u);
  ASSERT_EQ(settings_.name_servers.size(), 2u);
  EXPECT_EQ(settings_.name_servers[0].Text(), "192.0.2.53:53");
  EXPECT_EQ(settings_.name_servers[1].Text(), "[::1]:5353");
  ASSERT_EQ(settings_.listeners.size(), 2u);
  EXPECT_EQ(settings_.listeners[0].name, "a");
  EXPECT_EQ(settings_.listeners[0].dialect, Dialect::kOpendistro);
  EXPECT_EQ(settings_.listeners[0].upstream, 1u);
  EXPECT_EQ(settings_.listeners[1].upstream, 0u);
  EXPECT_EQ(settings_.listeners[1].address.Text(), "[::1]:0");
  EXPECT_EQ(settings_.listeners[1].config_dir, folder_.Path("dialect"));
  EXPECT_EQ(settings_.listeners[1].crl_file, folder_.Path("crl.pem"));
  ASSERT_EQ(settings_.upstreams.size(), 2u);
  EXPECT_EQ(settings_.upstreams[1].addresses.size(), 2u);
  EXPECT_EQ(settings_.upstreams[1].num_connections, 10u);
  EXPECT_EQ(settings_.upstreams[1].num_idle_connections, 5u);
  const Timeouts& timeouts = settings_.timeouts;
  EXPECT_EQ(timeouts.handshake_ms, 1'000u);
  EXPECT_EQ(timeouts.head_ms, 2'000u);
  EXPECT_EQ(timeouts.body_ms, 3'000u);
  EXPECT_EQ(timeouts.idle_ms, 4'000u);
  EXPECT_EQ(timeouts.write_ms, 5'000u);
  EXPECT_EQ(timeouts.upstream_connect_ms, 6'000u);
  EXPECT_EQ(timeouts.upstream_response_ms, 7'000u);
  EXPECT_EQ(timeouts.upstream_idle_ms, 8'000u);
  EXPECT_EQ(timeouts.drain_ms, 9'000u);
  EXPECT_EQ(settings_.limits.head_bytes, 32u * 1024);
  EXPECT_EQ(settings_.limits.num_headers, 50u);
  EXPECT_EQ(settings_.limits.target_bytes, 4096u);
  EXPECT_EQ(settings_.limits.body_bytes, 1u << 30);
  EXPECT_EQ(settings_.limits.body_bytes_per_second_min, 1024u);
  EXPECT_EQ(settings_.limits.read_bytes_per_second_min, 2048u);
  EXPECT_EQ(settings_.limits.num_connections, 77u);
  EXPECT_TRUE(settings_.limits.drop_unusual_header_names);
  EXPECT_FALSE(settings_.identity.hand_over);
  EXPECT_EQ(settings_.identity.user, "x-user");
  EXPECT_EQ(settings_.identity.roles, "x-roles");
  EXPECT_EQ(settings_.log.path, folder_.Path("log/pkigate.log"));
  EXPECT_EQ(settings_.log.level, log::Level::kDebug);
  EXPECT_TRUE(settings_.log.json);
  EXPECT_EQ(settings_.store_path, "/var/lib/pkigate/store.db");
  EXPECT_TRUE(settings_.dialects.allow_untrusted_pki);
  EXPECT_TRUE(settings_.dialects.allow_sha1);
  EXPECT_EQ(settings_.dialects.xpack_answers, 7);
  EXPECT_TRUE(settings_.dialects.strict_username);
  EXPECT_TRUE(settings_.dialects.prefer_certificate);
  EXPECT_EQ(settings_.dialects.multi_valued_rdn, policy::MultiValuedRdn::kAll);
  EXPECT_TRUE(settings_.dialects.dn_as_backend_role);
  EXPECT_EQ(settings_.listeners[1].crl_file_where.line, 17);
}

struct Line {
  std::string_view added;    // to the smallest file, as line 4
  std::string_view problem;  // all of it
};

TEST_F(GatewayFileTest, WhatIsWrongIsNamed) {
  constexpr Line kLines[] = {
      {"worker: 1", "pkigate.yml:4:1: error: worker: unknown key (did you mean `workers`?)"},
      {"metrics: {}", "pkigate.yml:4:1: error: metrics: unknown key"},
      {"workers: -1", "pkigate.yml:4:10: error: workers: -1 is out of range (from 0 to 1024)"},
      {"workers: 1025", "pkigate.yml:4:10: error: workers: 1025 is out of range (from 0 to 1024)"},
      {"crypto_threads: -1",
       "pkigate.yml:4:17: error: crypto_threads: -1 is out of range (from 0 to 256)"},
      {"resolver: {servers: [localhost]}",
       "pkigate.yml:4:22: error: resolver.servers: `localhost` is not the address of a name server "
       "(an IP address, with a port if it is not 53, like 192.0.2.53 or [::1]:5353)"},
      {"resolver: {servers: ['127.0.0.1:0']}",
       "pkigate.yml:4:22: error: resolver.servers: `127.0.0.1:0` is not the address of a name "
       "server (an IP address, with a port if it is not 53, like 192.0.2.53 or [::1]:5353)"},
      {"resolver: {servers: [::1, ::1, ::1, ::1, ::1, ::1, ::1, ::1, ::1]}",
       "pkigate.yml:4:21: error: resolver.servers: 9 name servers (8 at the most)"},
      {"crypto_threads: 257",
       "pkigate.yml:4:17: error: crypto_threads: 257 is out of range (from 0 to 256)"},
      {"workers: two", "pkigate.yml:4:10: error: workers: `two` does not begin with a number"},
      {"workers: [1]", "pkigate.yml:4:10: error: workers: expected a whole number, got a list"},
      {"timeouts: 5s", "pkigate.yml:4:11: error: timeouts: expected a mapping, got a text"},
      {"timeouts: {head: 999ms}",
       "pkigate.yml:4:18: error: timeouts.head: `999ms` is out of range (from 1000ms to "
       "86400000ms)"},
      {"timeouts: {head: 25h}",
       "pkigate.yml:4:18: error: timeouts.head: `25h` is out of range (from 1000ms to 86400000ms)"},
      {"timeouts: {head: -1}",
       "pkigate.yml:4:18: error: timeouts.head: `-1` is out of range (from 1000ms to 86400000ms)"},
      {"timeouts: {head: 10}",
       "pkigate.yml:4:18: error: timeouts.head: `10` is no time value: write a whole number and "
       "one of d, h, m, s, ms, micros, nanos"},
      {"timeouts: {heads: 10s}",
       "pkigate.yml:4:12: error: timeouts.heads: unknown key (did you mean `head`?)"},
      {"limits: {head_size: 1023}",
       "pkigate.yml:4:21: error: limits.head_size: `1023` is out of range (from 1024 to 262144 "
       "bytes)"},
      {"limits: {head_size: 257kb}",
       "pkigate.yml:4:21: error: limits.head_size: `257kb` is out of range (from 1024 to 262144 "
       "bytes)"},
      {"limits: {target_size: 17kb}",
       "pkigate.yml:4:23: error: limits.target_size: `17kb` is out of range (from 1 to 16384 "
       "bytes)"},
      {"limits: {headers: 0}",
       "pkigate.yml:4:19: error: limits.headers: 0 is out of range (from 1 to 1000)"},
      {"limits: {body_size: 1xb}",
       "pkigate.yml:4:21: error: limits.body_size: `1xb` is no size: write a whole number and one "
       "of b, kb, mb, gb, tb"},
      {"limits: {body_rate_min: 2gb}",
       "pkigate.yml:4:25: error: limits.body_rate_min: `2gb` is out of range (from 0 to 1073741824 "
       "bytes)"},
      {"limits: {connections: 0}",
       "pkigate.yml:4:23: error: limits.connections: 0 is out of range (from 1 to 1000000)"},
      {"http: {unusual_header_names: keep}",
       "pkigate.yml:4:30: error: http.unusual_header_names: unknown value `keep` (one of refuse, "
       "drop)"},
      {"identity: {hand_over: yes}",
       "pkigate.yml:4:23: error: identity.hand_over: expected true or false, got `yes`"},
      {"identity: {user_header: 'x user'}",
       "pkigate.yml:4:25: error: identity.user_header: `x user` is not a header name"},
      {"identity: {user_header: ''}",
       "pkigate.yml:4:25: error: identity.user_header: `` is not a header name"},
      {"identity: {user_header: Authorization}",
       "pkigate.yml:4:25: error: identity.user_header: `authorization` has a meaning of its own (a "
       "header that nobody else uses, like x-proxy-user)"},
      {"identity: {roles_header: X-Proxy-User}",
       "pkigate.yml:4:26: error: identity.roles_header: is the same as `user_header`"},
      {"log: {level: loud}",
       "pkigate.yml:4:14: error: log.level: unknown value `loud` (one of debug, info, warn, error, "
       "off)"},
      {"log: {format: xml}",
       "pkigate.yml:4:15: error: log.format: unknown value `xml` (one of text, json)"},
      {"store: {path: ''}", "pkigate.yml:4:15: error: store.path: an empty path"},
      {"insecure: {allow_untrusted_pki: maybe}",
       "pkigate.yml:4:33: error: insecure.allow_untrusted_pki: expected true or false, got "
       "`maybe`"},
      {"tls: {allow_sha1: 1}",
       "pkigate.yml:4:19: error: tls.allow_sha1: expected true or false, got `1`"},
      {"xpack: {answers: 9}",
       "pkigate.yml:4:18: error: xpack.answers: 9 is out of range (from 7 to 8)"},
      {"authc: {prefer: both}",
       "pkigate.yml:4:17: error: authc.prefer: unknown value `both` (one of basic, certificate)"},
      {"pki: {strict: true}",
       "pkigate.yml:4:7: error: pki.strict: unknown key (did you mean `strict_username`?)"},
      {"names: {multi_valued_rdn: some}",
       "pkigate.yml:4:27: error: names.multi_valued_rdn: unknown value `some` (one of strict, "
       "all)"},
      {"opendistro: {dn_as_backend_role: ''}",
       "pkigate.yml:4:34: error: opendistro.dn_as_backend_role: expected true or false, got ``"},
      {"tls: {alpn: [h2]}",
       "pkigate.yml:4:14: error: tls.alpn: HTTP/2 is not available yet (http/1.1)"},
      {"tls: {alpn: [spdy]}",
       "pkigate.yml:4:14: error: tls.alpn: unknown protocol `spdy` (http/1.1)"},
      {"tls: {alpn: []}", "pkigate.yml:4:13: error: tls.alpn: an empty list (http/1.1)"},
      {"upstreams: {a: {addresses: ['127.0.0.1:1']}}",
       "pkigate.yml:3:11: error: upstream: cannot stand beside `upstreams` (keep one of the two)"},
      {"workers: 1\nworkers: 2",
       "pkigate.yml:5:1: error: duplicate key `workers`, first given on line 4"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(Problems(std::string(kSmallest) + std::string(line.added) + "\n"),
              std::string(line.problem) + "\n");
  }
}

TEST_F(GatewayFileTest, ListenersAreChecked) {
  // What stands in the braces of the first listener, and the problem.
  constexpr Line kLines[] = {
      {"dialect: xpack, config_dir: dialect",
       "pkigate.yml:2:5: error: listeners[0].address: is missing (an IP address and a port, like "
       "0.0.0.0:9200)"},
      {"address: 'localhost:9200', dialect: xpack, config_dir: dialect",
       "pkigate.yml:2:15: error: listeners[0].address: `localhost:9200` is not an address to "
       "listen "
       "on (an IP address and a port, like 0.0.0.0:9200 or [::]:9200)"},
      {"address: '127.0.0.1', dialect: xpack, config_dir: dialect",
       "pkigate.yml:2:15: error: listeners[0].address: `127.0.0.1` is not an address to listen on "
       "(an IP address and a port, like 0.0.0.0:9200 or [::]:9200)"},
      {"address: '127.0.0.1:1', config_dir: dialect",
       "pkigate.yml:2:5: error: listeners[0].dialect: is missing (xpack, opendistro or "
       "opensearch)"},
      {"address: '127.0.0.1:1', dialect: elastic, config_dir: dialect",
       "pkigate.yml:2:39: error: listeners[0].dialect: unknown value `elastic` (one of xpack, "
       "opendistro, opensearch)"},
      {"address: '127.0.0.1:1', dialect: xpack",
       "pkigate.yml:2:5: error: listeners[0].config_dir: is missing (the folder of the dialect's "
       "elasticsearch.yml)"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: nowhere",
       "pkigate.yml:2:58: error: listeners[0].config_dir: no folder at nowhere"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: dialect, layer: transport",
       "pkigate.yml:2:74: error: listeners[0].layer: transport listeners are not available yet "
       "(http)"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: dialect, layer: tcp",
       "pkigate.yml:2:74: error: listeners[0].layer: unknown value `tcp` (one of http, transport)"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: dialect, name: 'a b'",
       "pkigate.yml:2:73: error: listeners[0].name: `a b` is not a name (letters, digits, `-` and "
       "`_`)"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: dialect, upstream: defualt",
       "pkigate.yml:2:77: error: listeners[0].upstream: no upstream is named `defualt` (did you "
       "mean `default`?)"},
      {"address: '127.0.0.1:1', dialect: opensearch, config_dir: dialect, crl_file: x.pem",
       "pkigate.yml:2:82: error: listeners[0].crl_file: the dialect has a setting of its own for "
       "this (ssl.http.crl.file_path in elasticsearch.yml)"},
      {"address: '127.0.0.1:1', dialect: xpack, config_dir: dialect, port: 1",
       "pkigate.yml:2:67: error: listeners[0].port: unknown key"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(Problems("listeners:\n  - {" + std::string(line.added) +
                       "}\nupstream: {addresses: ['127.0.0.1:9201']}\n"),
              std::string(line.problem) + "\n");
  }
}

TEST_F(GatewayFileTest, SeveralListenersHaveNamesAndAddressesOfTheirOwn) {
  EXPECT_EQ(
      Problems("listeners:\n"
               "  - {name: a, address: '127.0.0.1:1', dialect: xpack, config_dir: dialect}\n"
               "  - {name: a, address: '127.0.0.1:1', dialect: xpack, config_dir: dialect}\n"
               "  - {address: '127.0.0.1:2', dialect: xpack, config_dir: dialect}\n"
               "upstream: {addresses: ['127.0.0.1:9201']}\n"),
      "pkigate.yml:3:12: error: listeners[1].name: two listeners are named `a`\n"
      "pkigate.yml:3:24: error: listeners[1].address: two listeners have the address "
      "127.0.0.1:1\n"
      "pkigate.yml:4:5: error: listeners[2].name: is missing (each of several listeners needs "
      "one)\n");
}

TEST_F(GatewayFileTest, UpstreamsAreChecked) {
  constexpr Line kLines[] = {
      {"",
       "pkigate.yml:1:1: error: upstreams: is missing (where requests go: `upstream: "
       "{addresses: [127.0.0.1:9200]}`)"},
      {"upstreams: {}", "pkigate.yml:3:12: error: upstreams: names no upstream"},
      {"upstreams: [a]",
       "pkigate.yml:3:12: error: upstreams: expected a mapping of names to upstreams, got a list"},
      {"upstreams: {'a/b': {addresses: ['127.0.0.1:1']}}",
       "pkigate.yml:3:13: error: upstreams.a/b: not a name (letters, digits, `-` and `_`)"},
      {"upstream: {}", "pkigate.yml:3:11: error: upstream.addresses: is missing"},
      {"upstream: {addresses: []}", "pkigate.yml:3:23: error: upstream.addresses: an empty list"},
      {"upstream: {addresses: [es:9200]}",
       "pkigate.yml:3:24: error: upstream.addresses: `es:9200` is not an address to connect to (an "
       "IP address and a port, like 127.0.0.1:9200 or [::1]:9200)"},
      {"upstream: {addresses: ['127.0.0.1:0']}",
       "pkigate.yml:3:24: error: upstream.addresses: `127.0.0.1:0` is not an address to connect to "
       "(an IP address and a port, like 127.0.0.1:9200 or [::1]:9200)"},
      {"upstream: {addresses: ['127.0.0.1:1', '127.0.0.1:1']}",
       "pkigate.yml:3:39: error: upstream.addresses: `127.0.0.1:1` is given twice"},
      {"upstream: {addresses: ['127.0.0.1:1'], connections: 0}",
       "pkigate.yml:3:53: error: upstream.connections: 0 is out of range (from 1 to 1000000)"},
      {"upstream: {addresses: ['127.0.0.1:1'], connections: 2, idle_connections: 3}",
       "pkigate.yml:3:74: error: upstream.idle_connections: more than `connections`"},
      {"upstream: {address: '127.0.0.1:1', addresses: ['127.0.0.1:1']}",
       "pkigate.yml:3:12: error: upstream.address: unknown key (did you mean `addresses`?)"},
  };
  for (const Line& line : kLines) {
    EXPECT_EQ(Problems("listeners:\n"
                       "  - {address: '127.0.0.1:9200', dialect: xpack, config_dir: dialect}\n" +
                       std::string(line.added) + "\n"),
              std::string(line.problem) + "\n");
  }
  EXPECT_EQ(
      Problems("listeners:\n"
               "  - {address: '127.0.0.1:9200', dialect: xpack, config_dir: dialect}\n"
               "upstreams: {a: {addresses: ['127.0.0.1:1']}, b: {addresses: ['127.0.0.1:2']}}\n"),
      "pkigate.yml:2:5: error: listeners[0].upstream: is missing (which of the upstreams this "
      "listener forwards to)\n");
  EXPECT_EQ(Problems("listeners:\n"
                     "  - {address: '127.0.0.1:9200', dialect: xpack, config_dir: dialect}\n"
                     "upstream: {addresses: ['127.0.0.1:1'], connections: 2}\n"),
            "");
  EXPECT_EQ(settings_.upstreams[0].num_idle_connections, 2u);
}

TEST_F(GatewayFileTest, ListenersAreNeeded) {
  EXPECT_EQ(Problems("upstream: {addresses: ['127.0.0.1:9201']}\n"),
            "pkigate.yml:1:1: error: listeners: is missing (where clients connect)\n");
  EXPECT_EQ(Problems("listeners: []\nupstream: {addresses: ['127.0.0.1:9201']}\n"),
            "pkigate.yml:1:12: error: listeners: expected a list of listeners\n");
  EXPECT_EQ(Problems(""),
            "pkigate.yml:1:1: error: upstreams: is missing (where requests go: `upstream: "
            "{addresses: [127.0.0.1:9200]}`)\n"
            "pkigate.yml:1:1: error: listeners: is missing (where clients connect)\n");
}

TEST_F(GatewayFileTest, AFileThatIsNone) {
  Diagnostics diagnostics;
  EXPECT_FALSE(ReadGatewayFile(folder_.Path("none.yml"), &settings_, diagnostics));
  EXPECT_FALSE(ReadGatewayFile(folder_.Write("garbled.yml",
                                             "\x7f"
                                             "ELF\x02"),
                               &settings_, diagnostics));
  EXPECT_EQ(TextOf(diagnostics, folder_.path().string()),
            "none.yml: error: cannot read none.yml: No such file or directory\n"
            "garbled.yml:1:1: error: control character 0x7f\n");
}

}  // namespace
}  // namespace pkigate::config
