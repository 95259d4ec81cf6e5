// SPDX-License-Identifier: Apache-2.0
//
// TLS in memory, both sides on one thread. Handshakes are told apart by side: the figure of a
// gateway is the server's share, taken with a pause of the clock around the client's steps, which
// costs about half a microsecond a step.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/assert.h"
#include "site.h"
#include "tls_pair.h"

namespace pkigate::tls::test {
namespace {

uint16_t VersionOf(int64_t minor) { return minor == 3 ? kTls13 : kTls12; }

// A handshake of which only the server's part is measured.
void ServerHandshake(benchmark::State& state, ServerContext& server_context,
                     ClientContext& client_context, ChunkPool& pool) {
  ChunkQueue to_client(pool);
  ChunkQueue to_server(pool);
  ClientConnection client(client_context, to_server, "gateway.example");
  client.Handshake();
  state.ResumeTiming();
  ServerConnection server(server_context, to_client);
  state.PauseTiming();
  Progress progress = Progress::kWantRead;
  while (progress == Progress::kWantRead) {
    const std::vector<uint8_t> there = Drain(to_server);
    PKIGATE_ASSERT(!there.empty());
    state.ResumeTiming();
    server.Lend(there);
    progress = server.Handshake();
    server.TakeBack();
    state.PauseTiming();
    const std::vector<uint8_t> back = Drain(to_client);
    client.Lend(back);
    client.Handshake();
    client.TakeBack();
  }
  PKIGATE_ASSERT(progress == Progress::kDone && server.peer_chain() != nullptr);
}

// Mutual, P-256, the client's chain already known to the worker.
void BM_ServerHandshakeKnownChain(benchmark::State& state) {
  const Site& site = Site::Get();
  ChunkPool pool(64);
  const auto server = MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = MakeClient(site.Client(&site.client, VersionOf(state.range(0))));
  for (auto _ : state) {
    state.PauseTiming();
    ServerHandshake(state, *server, *client, pool);
    state.ResumeTiming();
  }
}
BENCHMARK(BM_ServerHandshakeKnownChain)->ArgName("tls1.")->Arg(2)->Arg(3);

// The same with a chain never seen before: path validation and reading the certificate.
void BM_ServerHandshakeNewChain(benchmark::State& state) {
  const Site& site = Site::Get();
  ChunkPool pool(64);
  VerifiedChains chains;
  const auto server = MakeServer(site.Server(ClientAuthentication::kRequired), &chains);
  const auto client = MakeClient(site.Client(&site.client, VersionOf(state.range(0))));
  for (auto _ : state) {
    state.PauseTiming();
    chains.Clear();
    ServerHandshake(state, *server, *client, pool);
    state.ResumeTiming();
  }
}
BENCHMARK(BM_ServerHandshakeNewChain)->ArgName("tls1.")->Arg(2)->Arg(3);

// Both sides together, nothing paused: the check on the two above.
void BM_BothSidesHandshake(benchmark::State& state) {
  const Site& site = Site::Get();
  const auto server = MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = MakeClient(site.Client(&site.client, VersionOf(state.range(0))));
  for (auto _ : state) {
    Pair pair(*server, *client);
    const bool connected = pair.Handshake();
    PKIGATE_ASSERT(connected);
  }
}
BENCHMARK(BM_BothSidesHandshake)->ArgName("tls1.")->Arg(2)->Arg(3);

// Encrypting `range` bytes into the output queue.
void BM_Write(benchmark::State& state) {
  const Site& site = Site::Get();
  const auto server = MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = MakeClient(site.Client(&site.client));
  Pair pair(*server, *client);
  const bool connected = pair.Handshake();
  PKIGATE_ASSERT(connected);
  const std::vector<uint8_t> plaintext(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) {
    size_t num_written = 0;
    pair.server.Write(plaintext, &num_written);
    PKIGATE_ASSERT(num_written == plaintext.size());
    pair.to_client.Clear();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Write)->Arg(200)->Arg(1400)->Arg(16 * 1024)->Arg(64 * 1024);

// Decrypting records of `range` bytes; encrypting them in batches is not measured.
void BM_Read(benchmark::State& state) {
  const Site& site = Site::Get();
  const auto server = MakeServer(site.Server(ClientAuthentication::kRequired));
  const auto client = MakeClient(site.Client(&site.client));
  Pair pair(*server, *client);
  const bool connected = pair.Handshake();
  PKIGATE_ASSERT(connected);
  const std::vector<uint8_t> plaintext(static_cast<size_t>(state.range(0)), 'x');
  std::vector<uint8_t> room(16 * 1024);
  std::vector<uint8_t> batch;
  size_t position = 0;
  size_t num_each = 0;
  for (auto _ : state) {
    if (position == batch.size()) {
      state.PauseTiming();
      batch.clear();
      position = 0;
      for (int index = 0; index < 1000; ++index) {
        size_t num_written = 0;
        pair.client.Write(plaintext, &num_written);
        const std::vector<uint8_t> record = Drain(pair.to_server);
        batch.insert(batch.end(), record.begin(), record.end());
        num_each = record.size();
      }
      state.ResumeTiming();
    }
    pair.server.Lend(std::span(batch).subspan(position, num_each));
    position += num_each;
    size_t num_read = 0;
    const Progress progress = pair.server.Read(room, &num_read);
    PKIGATE_ASSERT(progress == Progress::kDone && num_read == plaintext.size());
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Read)->Arg(200)->Arg(1400)->Arg(16 * 1024);

}  // namespace
}  // namespace pkigate::tls::test

BENCHMARK_MAIN();
